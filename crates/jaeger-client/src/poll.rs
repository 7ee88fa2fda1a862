//! A thread that asks an HTTP endpoint about a service, again and again: for sampling strategies and baggage restrictions.

use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use jaeger_exporter::{Health, OnChange};
use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, Uri},
};

use crate::error::{ConfigError, ConfigErrorKind};

/// Time for one whole request; as in jaeger-client-go.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often an endpoint is asked; as in jaeger-client-go.
pub(crate) const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);

/// Until there has been an answer: what starts together with this program should not be missed for long.
const LONGEST_INTERVAL_AT_FIRST: Duration = Duration::from_secs(5);

/// Of an answer, some tens of thousands of operations; a longer one is refused.
const MAX_ANSWER_BYTES: u64 = 4 * 1024 * 1024;

/// Of a refusal, in an error.
const MAX_REASON_CHARS: usize = 200;

/// `GET url?service=…`.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    url: String,
    service: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    timeout: Duration,
}

/// The thread; it ends when this is dropped, or stopped by a clone.
#[derive(Clone, Debug)]
pub(crate) struct Poll {
    shared: Arc<OnDrop>,
}

#[derive(Debug)]
struct OnDrop(Arc<Stop>);

#[derive(Debug, Default)]
struct Stop {
    is_wanted: Mutex<bool>,
    wanted: Condvar,
    /// Answers that were of use, and the rest.
    useful: AtomicU64,
    useless: AtomicU64,
}

// === impl Question ===

impl Question {
    pub(crate) fn new(url: &str, service: &str) -> Result<Self, ConfigError> {
        let error = || ConfigErrorKind::PollUrl(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| error())?;
        let is_complete = uri.scheme_str() == Some("http") && uri.host().is_some_and(|host| !host.is_empty());
        // A password would be in each line about it.
        if !is_complete || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(error().into());
        }
        let (url, service) = (url.to_owned(), service.to_owned());
        Ok(Self { url, service, headers: Vec::new(), timeout: DEFAULT_TIMEOUT })
    }

    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    pub(crate) fn add_header(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let error = |_| ConfigErrorKind::Header(name.to_owned());
        let header = HeaderName::try_from(name).map_err(|_| error(()))?;
        let value = HeaderValue::try_from(value).map_err(|_| error(()))?;
        self.headers.push((header, value));
        Ok(())
    }

    fn failed(&self, error: &str) -> String {
        format!("GET {} failed: {error}", self.url)
    }

    /// The answer, or why there is none.
    fn ask(&self, agent: &Agent) -> Result<String, String> {
        let mut request = agent.get(&self.url).query("service", &self.service);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let failed = |error: ureq::Error| match error {
            ureq::Error::Timeout(_) => format!("no answer within {:?}", self.timeout),
            other => other.to_string(),
        };
        let mut response = request.call().map_err(failed)?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string();
        let status = response.status();
        if status.is_success() {
            return body.map_err(failed);
        }
        let body = body.unwrap_or_default();
        let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect();
        Err(if line.is_empty() { format!("status {status}") } else { format!("status {status}: {line}") })
    }

    /// Reads nothing from the environment, and follows nobody.
    fn agent(&self) -> Agent {
        Agent::config_builder()
            .timeout_global(Some(self.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("jaeger-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent()
    }
}

// === impl Poll ===

impl Poll {
    /// Asks at once and then once in each interval, of which 0 is the default, as in jaeger-client-go. Each answer, or why there is none,
    /// is taken by `take`, which says why it is of no use; when that begins and when it ends `on_change` is told.
    pub(crate) fn start(
        thread_name: &str,
        question: Question,
        interval: Duration,
        mut take: impl FnMut(Result<String, String>) -> Result<(), String> + Send + 'static,
        on_change: OnChange,
    ) -> Self {
        let interval = if interval.is_zero() { DEFAULT_INTERVAL } else { interval };
        let stop = Arc::<Stop>::default();
        let stopped = Arc::clone(&stop);
        let health = Arc::new(Mutex::new(Health::new(on_change)));
        let (told, failed) = (Arc::clone(&health), question.failed("no thread"));
        let run = move || {
            let agent = question.agent();
            let mut pause = interval.min(LONGEST_INTERVAL_AT_FIRST);
            loop {
                let taken = take(question.ask(&agent)).map_err(|error| question.failed(&error));
                if taken.is_ok() {
                    pause = interval;
                }
                let counter = if taken.is_ok() { &stopped.useful } else { &stopped.useless };
                counter.fetch_add(1, Ordering::Relaxed);
                tell(&told, taken.as_ref().map_err(String::as_str).copied());
                if stopped.wait(pause) {
                    return;
                }
            }
        };
        if let Err(error) = thread::Builder::new().name(thread_name.to_owned()).spawn(run) {
            tell(&health, Err(&format!("{failed}: {error}")));
        }
        Self { shared: Arc::new(OnDrop(stop)) }
    }

    /// How many answers were of use, and how often there was none or one of no use.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let Stop { useful, useless, .. } = &*self.shared.0;
        (useful.load(Ordering::Relaxed), useless.load(Ordering::Relaxed))
    }

    /// Ends the thread after the request that it is at.
    pub(crate) fn stop(&self) {
        self.shared.0.request();
    }
}

/// A panic in there is the user's own affair: nobody else is left to be told of it, and the thread goes on.
fn tell(health: &Mutex<Health>, result: Result<(), &str>) {
    let _ = health.lock().unwrap_or_else(PoisonError::into_inner).tell(result);
}

// === impl OnDrop ===

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.request();
    }
}

// === impl Stop ===

impl Stop {
    fn request(&self) {
        *self.is_wanted.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wanted.notify_all();
    }

    /// Whether that has been wanted within the time.
    fn wait(&self, pause: Duration) -> bool {
        let is_wanted = self.is_wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.wanted.wait_timeout_while(is_wanted, pause, |is_wanted| !*is_wanted);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
