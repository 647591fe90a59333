//! The command line: `serve`, `demo`, `config`, `rebuild`, `verify`.

/// Runs the command that the process was started with.
pub(crate) fn run() -> std::process::ExitCode {
    todo!()
}
