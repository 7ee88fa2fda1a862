//! `mysql`: a database with a pool of one connection.

use std::time::Duration;

use opentelemetry::{Array, Context, KeyValue, StringValue, Value, trace::TraceContextExt};
use tokio::time::sleep;

use super::lock::{Lock, Locked};
use crate::{
    baggage,
    database::Database,
    knobs::Knobs,
    plan::{Customer, Plan},
};

/// The database, and its only connection.
#[derive(Debug)]
pub(super) struct Mysql {
    database: Database,
    plan: Plan,
    connection: Lock,
}

// === impl Mysql ===

impl Mysql {
    pub(super) fn new(database: Database, plan: Plan) -> Self {
        Self { database, plan, connection: Lock::default() }
    }

    pub(super) async fn select_customer(&self, id: u32) -> Option<Customer> {
        let knobs = Knobs::of_request();
        let request = baggage::request();
        let query = format!("SELECT * FROM customer WHERE customer_id={id}");
        let context = self.database.span("SQL SELECT", KeyValue::new("sql.query", query));
        context.span().set_attribute(KeyValue::new(baggage::REQUEST, request.clone()));
        let connection = if knobs.db_lock { Some(self.connect(&context, request).await) } else { None };

        let jitter = self.plan.jitter("mysql", &id.to_string(), knobs.db_delay / 10);
        sleep(Duration::from_millis(knobs.db_delay) + jitter).await;
        let customer = Customer::find(id);
        context.span().add_event("Query done", vec![KeyValue::new("rows", i64::from(customer.is_some()))]);
        drop(connection);
        context.span().end();
        customer
    }

    /// Waits for the connection, and says on the span for whom.
    async fn connect(&self, context: &Context, request: String) -> Locked<'_> {
        let place = self.connection.enter(request);
        let blockers = place.before();
        if !blockers.is_empty() {
            let event = format!("Waiting for lock behind {}", transactions(blockers.len()));
            context.span().add_event(event, vec![KeyValue::new("blockers", texts(blockers))]);
        }
        let connection = place.acquire().await;
        let waiters = connection.behind();
        let event = format!("Acquired lock; {} waiting behind", transactions(waiters.len()));
        context.span().add_event(event, vec![KeyValue::new("waiters", texts(waiters))]);
        connection
    }
}

fn transactions(count: usize) -> String {
    if count == 1 { "1 transaction".to_owned() } else { format!("{count} transactions") }
}

fn texts(texts: Vec<String>) -> Value {
    Value::Array(Array::String(texts.into_iter().map(StringValue::from).collect()))
}
