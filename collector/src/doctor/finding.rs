//! What was found.

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// Perhaps not what is wanted.
    Warning,
    /// Keeps something from working.
    Error,
    /// Could not be looked at.
    Unknown,
}

/// What was looked at. The names are part of the JSON's stable shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Check {
    /// Flags, environment, file.
    Configuration,
    /// An address that a collector listens on, or would.
    Port,
    /// The ports that OpenTelemetry uses.
    Otlp,
    /// The collector that runs.
    Collector,
    /// The route that an agent's hooks are posted to.
    HookEndpoint,
    /// The directory of both stores.
    Data,
    /// Room on its disk.
    Space,
    /// The log.
    Log,
    /// The view.
    View,
    /// The machine's clock.
    Clock,
    /// The hooks in an agent's settings.
    Hooks,
    /// What was received last.
    LastEvent,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// Which of several: an address, a path, an agent.
    pub about: Option<String>,
    /// What was seen, in one line.
    pub what: String,
    /// How to mend it, in one line; `None` when there is nothing to mend.
    pub mend: Option<String>,
}

impl Check {
    /// For a person.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Port => "port",
            Self::Otlp => "OTLP",
            Self::Collector => "collector",
            Self::HookEndpoint => "hook endpoint",
            Self::Data => "data",
            Self::Space => "space",
            Self::Log => "log",
            Self::View => "view",
            Self::Clock => "clock",
            Self::Hooks => "hooks",
            Self::LastEvent => "last event",
        }
    }

    pub(super) fn ok(self, what: impl Into<String>) -> Finding {
        Finding { check: self, level: Level::Ok, about: None, what: what.into(), mend: None }
    }

    pub(super) fn warning(self, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { level: Level::Warning, mend: Some(mend.into()), ..self.ok(what) }
    }

    pub(super) fn error(self, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { level: Level::Error, mend: Some(mend.into()), ..self.ok(what) }
    }

    pub(super) fn unknown(self, what: impl Into<String>, mend: impl Into<String>) -> Finding {
        Finding { level: Level::Unknown, mend: Some(mend.into()), ..self.ok(what) }
    }
}

impl Finding {
    pub(super) fn about(self, about: impl Into<String>) -> Self {
        Self { about: Some(about.into()), ..self }
    }
}
