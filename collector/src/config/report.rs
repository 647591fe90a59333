//! `banyan config`: every value in force with its origin, and every limit.

use std::fmt;

use super::{Config, Sourced};

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, addresses) in
            [("listen", &self.server.listen), ("otlp_listen", &self.server.otlp_listen)]
        {
            let listen: Vec<String> = addresses.value.iter().map(ToString::to_string).collect();
            row(f, name, &listen.join(", "), addresses)?;
        }
        let hosts = self.server.allow_host.value.join(", ");
        row(f, "allow_host", &hosts, &self.server.allow_host)?;
        row(f, "data", &self.storage.data.value.display().to_string(), &self.storage.data)?;
        row(f, "redact", &self.redact.value.to_string(), &self.redact)?;
        row(f, "log", &self.logging.log.value, &self.logging.log)?;
        match &self.file {
            Some(path) => writeln!(f, "\nfile: {}", path.display())?,
            None => writeln!(f, "\nfile: none")?,
        }
        write!(f, "\nlimits (fixed):")?;
        for (name, value) in banyan_protocol::limits::ALL {
            write!(f, "\n{name:<30} {value}")?;
        }
        Ok(())
    }
}

fn row<T>(f: &mut fmt::Formatter<'_>, name: &str, value: &str, from: &Sourced<T>) -> fmt::Result {
    let value = if value.is_empty() { "(none)" } else { value };
    writeln!(f, "{name:<12} {value}  [{}]", from.origin)
}
