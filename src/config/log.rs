//! What the log says and how.

use super::environment::{Reader, Variable, with_default};

const FORMAT: Variable =
    with_default("FATOURA_LOG_FORMAT", "text", "text or json", "how log lines are written (to standard error)");
/// Read by name only: each command has a default of its own.
const FILTER: Variable = Variable {
    name: "RUST_LOG",
    meaning: "what is logged: a level, or levels by module such as `info,payments=debug`; without it `info` for `serve` \
              and `sandbox`, `warn` for the others",
    expected: "levels: error, warn, info, debug, trace or off, alone or as MODULE=LEVEL",
    unset: super::Unset::LeftOut,
    secret: false,
};

pub(super) const VARIABLES: &[&Variable] = &[&FORMAT, &FILTER];

/// What the log says and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// One JSON object a line, instead of text.
    pub json: bool,
    /// Directives of tracing's filter, if they were given.
    pub filter: Option<String>,
}

impl LogConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let json = reader.get(&FORMAT, |text| match text {
            "text" => Some(false),
            "json" => Some(true),
            _ => None,
        });
        let filter =
            reader.get(&FILTER, |text| tracing_subscriber::EnvFilter::try_new(text).is_ok().then(|| text.to_owned()));
        Some(Self { json: json?, filter })
    }
}
