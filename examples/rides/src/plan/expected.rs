//! The answer and the trace that follow from the plan.

use super::{Customer, Driver, Plan};
use crate::{baggage, tree::Node};

// === impl Plan ===

impl Plan {
    /// The driver who arrives first, and in how many minutes. Of equals the nearest.
    pub(crate) fn best_driver(self, customer: Customer) -> Option<(String, u64)> {
        let eta = |driver: Driver| {
            let minutes = self.eta_minutes(driver.location, customer.location);
            (driver.id, minutes)
        };
        self.drivers_near(customer.location).into_iter().map(eta).min_by_key(|(_, minutes)| *minutes)
    }

    /// The trace of one dispatch.
    pub(crate) fn trace(self, customer: Customer, session: &str) -> Node {
        let tagged = |node: Node| node.tag(baggage::CUSTOMER, customer.name).tag(baggage::SESSION, session);
        let drivers = self.drivers_near(customer.location);

        let route = || tagged(Node::new("route", "HTTP GET"));
        let find_nearest = tagged(Node::new("driver", "driver.DriverService/FindNearest"))
            .child(Node::new("driver", "FindDriverIDs"))
            .children(drivers.iter().map(|_| Node::new("driver", "GetDriver")))
            .child(Node::new("driver", "HTTP GET").child(route()));

        let answered = || Node::new("frontend", "HTTP GET").child(route());
        let refused = || Node::new("frontend", "HTTP GET").error().child(route().error());
        let find_route = |driver: &Driver| {
            let is_refused = |attempt: &u32| self.refuses(driver.location, customer.location, *attempt);
            let failures = (1..).take_while(is_refused).map(|_| refused());
            Node::new("frontend", "FindRoute").children(failures).child(answered())
        };

        let lookup = Node::new("customer", "HTTP GET /customer")
            // The frontend does not know the customer's name before.
            .tag(baggage::SESSION, session)
            .child(Node::new("customer", "SQL SELECT"));
        Node::new("frontend", "HTTP GET /dispatch")
            .child(Node::new("frontend", "HTTP GET").child(lookup))
            .child(Node::new("frontend", "driver.DriverService/FindNearest").child(find_nearest))
            .children(drivers.iter().map(find_route))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::RACHEL;

    #[test]
    fn the_number_of_spans_follows_from_the_number_of_drivers() {
        for seed in 0..50 {
            let drivers = Plan::new(seed).drivers_near(RACHEL.location).len();
            let trace = Plan::new(seed).trace(RACHEL, "test");
            // dispatch 1, customer 3, driver 2 + 1 + 2, per driver GetDriver and a route of 3, the refused call 2
            assert_eq!(trace.count(), 11 + 4 * drivers, "seed {seed}");
        }
    }

    #[test]
    fn baggage_is_tagged_three_hops_away() {
        let trace = Plan::new(1).trace(RACHEL, "test").to_string();
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
