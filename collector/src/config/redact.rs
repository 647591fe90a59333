//! `redact`: whether secrets are taken out of what is recorded.

use std::{fmt, str::FromStr};

use super::{ConfigError, Environment, Flags, Layers as _, Origin, Sourced, file::File, places};

/// What a value must be.
pub(super) const EXPECTED: &str = "\"tokens\" or \"off\"";

/// What is taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redact {
    /// What looks like a secret, or has the name of one.
    Tokens,
    /// Nothing.
    Off,
}

impl Redact {
    /// What is in force.
    pub(super) fn resolve(
        flags: &Flags,
        environment: Environment<'_>,
        file: &File,
    ) -> Result<Sourced<Self>, ConfigError> {
        let by_flag = flags.redact.map(|value| Sourced { value, origin: Origin::Flag });
        let said = match (by_flag, places::text(environment, "BANYAN_REDACT")?) {
            (Some(flag), _) => Some(flag),
            (None, None) => None,
            (None, Some(Sourced { value, origin })) => {
                let value = value.parse().map_err(|_unknown| ConfigError::Value {
                    place: "BANYAN_REDACT".to_owned(),
                    expected: EXPECTED,
                })?;
                Some(Sourced { value, origin })
            }
        };
        Ok(said.or_file(file.redact()?).or_default(|| Self::Tokens))
    }
}

impl FromStr for Redact {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tokens" => Ok(Self::Tokens),
            "off" => Ok(Self::Off),
            _ => Err("must be tokens or off"),
        }
    }
}

impl fmt::Display for Redact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tokens => "tokens",
            Self::Off => "off",
        })
    }
}
