//! The answer and the trace that follow from the plan.

use super::{ATTEMPTS, Customer, Driver, Location, Plan};
use crate::{baggage, frontend::Ride, knobs::Knobs, tree::Node};

/// One dispatch, as it will be.
struct Expected<'e> {
    plan: Plan,
    customer: Customer,
    session: &'e str,
    request: &'e str,
    knobs: Knobs,
}

// === impl Plan ===

impl Plan {
    /// With the driver who arrives first; of equals the nearest.
    pub(crate) fn best_ride(self, customer: Customer) -> Option<Ride> {
        let ride = |driver: Driver| {
            let eta_minutes = self.eta_minutes(driver.location, customer.location);
            Ride {
                driver: driver.id,
                eta_minutes,
                price_cents: self.price_cents(customer.name, eta_minutes.unsigned_abs()),
                from: driver.location.to_string(),
                to: customer.location.to_string(),
            }
        };
        self.drivers_near(customer.location).into_iter().map(ride).min_by_key(|ride| ride.eta_minutes)
    }

    /// The trace of one dispatch. Its root is an error if the dispatch is one.
    pub(crate) fn trace(self, customer: Customer, session: &str, request: &str, knobs: Knobs) -> Node {
        Expected { plan: self, customer, session, request, knobs }.dispatch()
    }
}

// === impl Expected ===

impl Expected<'_> {
    fn dispatch(&self) -> Node {
        let drivers = self.plan.drivers_near(self.customer.location);
        let root = Node::new("frontend", "HTTP GET /dispatch").child(self.lookup());

        let (find_nearest, is_found) = self.find_nearest(&drivers);
        let call = Node::new("frontend", "driver.DriverService/FindNearest").child(find_nearest);
        if !is_found {
            return root.child(call.error()).error();
        }
        let (routes, are_found): (Vec<_>, Vec<_>) =
            drivers.iter().map(|driver| self.find_route(driver)).unzip();
        let root = root.child(call).children(routes);
        if are_found.contains(&false) { root.error() } else { root.child(self.price()).child(self.notice()) }
    }

    fn lookup(&self) -> Node {
        let select = Node::new("mysql", "SQL SELECT").tag(baggage::REQUEST, self.request);
        // The frontend does not know the customer's name before.
        let lookup = Node::new("customer", "HTTP GET /customer").tag(baggage::SESSION, self.session);
        Node::new("frontend", "HTTP GET").child(lookup.child(select))
    }

    fn find_nearest(&self, drivers: &[Driver]) -> (Node, bool) {
        let span = self.tagged(Node::new("driver", "driver.DriverService/FindNearest"));
        let mut span = span.child(Node::new("redis", "FindDriverIDs"));
        let mut are_read = true;
        for driver in drivers {
            let fails = |attempt| self.plan.redis_times_out(&driver.id, attempt, self.knobs.error_rate);
            let (attempts, is_read) = attempts(fails, || Node::new("redis", "GetDriver"));
            span = span.children(attempts);
            are_read &= is_read;
            // In parallel, the others are read all the same.
            if !is_read && self.knobs.sequential_drivers {
                break;
            }
        }
        let Some(nearest) = drivers.first().filter(|_| are_read) else { return (span.error(), false) };
        let (calls, is_found) = self.route_calls("driver", nearest.location);
        let span = span.children(calls);
        if is_found { (span, true) } else { (span.error(), false) }
    }

    fn find_route(&self, driver: &Driver) -> (Node, bool) {
        let (calls, is_found) = self.route_calls("frontend", driver.location);
        let span = Node::new("frontend", "FindRoute").children(calls);
        (if is_found { span } else { span.error() }, is_found)
    }

    /// The attempts of one caller, and whether the last one has an answer.
    fn route_calls(&self, caller: &str, from: Location) -> (Vec<Node>, bool) {
        let to = self.customer.location;
        let fails = |attempt| self.plan.route_refuses(from, to, attempt, self.knobs.error_rate);
        let (answers, is_found) = attempts(fails, || self.tagged(Node::new("route", "HTTP GET")));
        let call = |answer: Node| {
            let call = Node::new(caller, "HTTP GET");
            let call = if answer.is_error() { call.error() } else { call };
            call.child(answer)
        };
        (answers.into_iter().map(call).collect(), is_found)
    }

    fn price(&self) -> Node {
        Node::new("frontend", "HTTP GET").child(self.tagged(Node::new("pricing", "HTTP GET /price")))
    }

    fn notice(&self) -> Node {
        let receipt = self.tagged(Node::new("notify", "process ride-booked")).follows();
        Node::new("frontend", "send ride-booked").child(receipt)
    }

    fn tagged(&self, node: Node) -> Node {
        node.tag(baggage::CUSTOMER, self.customer.name).tag(baggage::SESSION, self.session)
    }
}

/// The spans of a call that is made until it succeeds or there were enough of them, and whether it succeeded.
fn attempts(fails: impl Fn(u32) -> bool, span: impl Fn() -> Node) -> (Vec<Node>, bool) {
    let failures = (1..=ATTEMPTS).take_while(|attempt| fails(*attempt)).count();
    let failed = std::iter::repeat_with(|| span().error()).take(failures);
    let is_answered = failures < ATTEMPTS as usize;
    (failed.chain(is_answered.then(&span)).collect(), is_answered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        args::DEFAULT_SEED,
        plan::{CUSTOMERS, RACHEL},
    };

    fn knobs(changes: &[(&str, &str)]) -> Knobs {
        let mut knobs = Knobs::default();
        changes.iter().for_each(|(name, value)| knobs.set(name, value).unwrap());
        knobs
    }

    #[test]
    fn without_errors_the_number_of_spans_follows_from_the_number_of_drivers() {
        for seed in 0..50 {
            let drivers = Plan::new(seed).drivers_near(RACHEL.location).len();
            let trace = Plan::new(seed).trace(RACHEL, "test", "test-1", knobs(&[("error-rate", "0")]));
            // dispatch 1, customer 3, driver 2 + 1 + 2, price 2, notice 2, per driver GetDriver and a route of 3
            assert_eq!(trace.count(), 13 + 4 * drivers, "seed {seed}");
        }
    }

    #[test]
    fn the_default_seed_shows_every_problem_to_every_customer_and_fails_none() {
        for customer in CUSTOMERS {
            let trace = Plan::new(DEFAULT_SEED).trace(customer, "test", "test-1", Knobs::default());
            let drawn = trace.to_string();
            let count = |line: &str| drawn.lines().filter(|found| found.contains(line)).count();
            assert!(count("redis: GetDriver  error") >= 1, "{drawn}");
            assert!(count("route: HTTP GET  error") >= 1, "{drawn}");
            assert!(!trace.is_error(), "{drawn}");
        }
    }

    #[test]
    fn when_nothing_succeeds_the_first_driver_is_tried_three_times_or_all_are() {
        let drivers = Plan::new(1).drivers_near(RACHEL.location).len();
        for (is_sequential, attempts) in [("on", 3), ("off", 3 * drivers)] {
            let knobs = knobs(&[("error-rate", "100"), ("sequential-drivers", is_sequential)]);
            let trace = Plan::new(1).trace(RACHEL, "test", "test-1", knobs);
            assert!(trace.is_error());
            // dispatch 1, customer 3, driver 2 + 1
            assert_eq!(trace.count(), 7 + attempts, "{trace}");
        }
    }

    #[test]
    fn baggage_is_tagged_three_hops_away() {
        let trace = Plan::new(1).trace(RACHEL, "test", "test-1", Knobs::default()).to_string();
        let lines: Vec<_> =
            trace.lines().map(|line| line.trim_start_matches(['│', '├', '└', '─', ' '])).collect();
        let call = lines.iter().position(|line| *line == "driver: HTTP GET").unwrap();
        assert_eq!(
            lines[call + 1],
            "route: HTTP GET  customer=\"Rachel's Floral Designs\" session=\"test\"",
            "{trace}"
        );
    }
}
