//! What commands print. Nobody has to read all of it: `banyan config | head` is no error.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use super::Fatal;

/// Prints `text` and a line break on standard output.
pub(crate) fn say(text: impl Display) -> Result<(), Fatal> {
    written(writeln!(io::stdout(), "{text}"))
}

/// That a reader has closed its end is its own affair; a full disk is not.
fn written(outcome: io::Result<()>) -> Result<(), Fatal> {
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Fatal::Output(error)),
        Ok(()) => Ok(()),
    }
}

/// Says why the process ends: the whole chain, one line a cause, on standard error.
pub(crate) fn complain(fatal: &Fatal) {
    // Where nobody listens there is nobody to tell that either; the exit code says it, too.
    let mut listener = io::stderr();
    writeln!(listener, "banyan: {fatal}").ok();
    let mut cause = std::error::Error::source(fatal);
    while let Some(error) = cause {
        writeln!(listener, "  because {error}").ok();
        cause = error.source();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_reader_may_stop_us() {
        assert!(written(Ok(())).is_ok());
        assert!(written(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        let full = written(Err(io::ErrorKind::StorageFull.into()));
        assert_eq!(full.unwrap_err().exit_code(), 1);
    }
}
