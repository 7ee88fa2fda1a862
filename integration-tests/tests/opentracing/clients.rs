//! The peers on Jaeger's clients, each started once for all tests.

use std::sync::LazyLock;

use integration_tests::peers::ForeignHop;

/// Never dropped: each ends when its input does, and that is with this program.
type Client = LazyLock<Option<ForeignHop>>;

static GO: Client = LazyLock::new(|| ForeignHop::start("go"));
static NODE: Client = LazyLock::new(|| ForeignHop::start("node"));
static PYTHON: Client = LazyLock::new(|| ForeignHop::start("python"));
static JAVA: Client = LazyLock::new(|| ForeignHop::start("java"));

/// All that are set up, by name.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static ForeignHop)> {
    let all = [("go", &GO), ("node", &NODE), ("python", &PYTHON), ("java", &JAVA)];
    all.into_iter().filter_map(|(name, client)| Some((name, client.as_ref()?)))
}

/// Those that have the Binary format.
pub(crate) fn with_binary() -> impl Iterator<Item = &'static ForeignHop> {
    [go(), JAVA.as_ref()].into_iter().flatten()
}

/// jaeger-client-go's.
pub(crate) fn go() -> Option<&'static ForeignHop> {
    GO.as_ref()
}
