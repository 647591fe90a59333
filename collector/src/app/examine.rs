//! `banyan doctor`: tells what was found, in the form that its reader can read.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use super::{Fatal, say};
use crate::{
    clock::Clock,
    config::{self, Flags},
    doctor::{self, Form},
};

/// Looks at everything and tells it; the exit code says whether there are errors.
pub(crate) async fn examine(flags: &Flags, as_json: bool) -> Result<ExitCode, Fatal> {
    let report = doctor::examine(flags, &Clock::System).await;
    say(report.told(form(as_json)))?;
    Ok(if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn form(as_json: bool) -> Form {
    match (as_json, io::stdout().is_terminal() && !config::wants_no_colour()) {
        (true, _) => Form::Json,
        (false, true) => Form::Coloured,
        (false, false) => Form::Text,
    }
}
