//! Gathers facts, all at the same time, none for long.

mod ask;
mod data;
mod listeners;

use std::{net::SocketAddr, time::Duration};

use banyan_protocol::hook::Harness;
use tokio::{task::spawn_blocking, time::timeout};
use tracing_subscriber::EnvFilter;

use super::facts::{Facts, Port, Settings, Use};
use crate::{
    clock::Clock,
    config::{self, Config, Examined, Flags},
    connect,
    neighbour::Neighbour,
};

/// How long the system, the disk and the settings may take. A network disk may never answer.
const LOOK_PATIENCE: Duration = Duration::from_millis(1_600);
/// Where clients post that are told nothing else, and where OpenTelemetry's exporters do.
const KNOWN_PORTS: [u16; 2] = [config::DEFAULT_PORT, config::OTLP_PORT];

/// Everything.
pub(super) async fn facts(flags: &Flags, clock: &Clock) -> Facts {
    let examined = Config::examine(flags);
    let path = examined.config.as_ref().map(|config| config.storage.data.value.clone());
    let settings = settings(examined);
    let asked = addresses(&settings.listen);
    let neighbours =
        futures_util::future::join_all(asked.iter().map(|(address, _)| Neighbour::at(*address)));
    let (listeners, neighbours, data, agents) = tokio::join!(
        in_time(listeners::all),
        neighbours,
        async { timeout(LOOK_PATIENCE, data::look(path.as_deref()?)).await.ok() },
        in_time(agents),
    );
    let listeners = listeners.unwrap_or_default();
    let ports: Vec<Port> = asked
        .into_iter()
        .zip(neighbours)
        .map(|((address, used), neighbour)| {
            let process = listeners::of(&listeners, address);
            Port { address, used, neighbour, process }
        })
        .collect();
    let collector = ask::collector(&ports).await;
    let data = data.map(|data| data::Found { listeners: &listeners, data }.complete());
    Facts { now: clock.now(), settings, ports, collector, path, data, agents }
}

async fn in_time<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    timeout(LOOK_PATIENCE, spawn_blocking(look)).await.ok()?.ok()
}

fn agents() -> Vec<connect::Seen> {
    [Harness::ClaudeCode, Harness::Codex]
        .map(|harness| connect::look(harness, config::agent_home(harness).as_deref()))
        .into()
}

fn settings(examined: Examined) -> Settings {
    let Examined { config, trouble, unread, has_curl, proxy } = examined;
    let mut settings =
        Settings { trouble: trouble.map(chain), unread, has_curl, proxy, ..Settings::default() };
    if let Some(config) = config {
        let filter = config.logging.log.value;
        settings.odd_log_filter = EnvFilter::try_new(&filter).is_err().then_some(filter);
        settings.listen = config.server.listen.value;
        settings.otlp_listen = config.server.otlp_listen.value;
        settings.allow_host = config.server.allow_host.value;
        settings.file = config.file;
    }
    settings
}

/// An error and everything behind it, in one line.
fn chain(error: impl std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let line = error.to_string();
        text = format!("{text}: {}", line.lines().collect::<Vec<_>>().join(" ").trim());
        cause = error.source();
    }
    text
}

/// Whom to ask: those that are listened on, and those that others post to.
fn addresses(listen: &[SocketAddr]) -> Vec<(SocketAddr, Use)> {
    let ours = listen.iter().filter(|address| address.port() != 0);
    let known = KNOWN_PORTS.into_iter().map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let known = known.filter(|known| !listen.contains(known));
    ours.map(|address| (*address, Use::Ours))
        .chain(known.map(|address| (address, Use::Known)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_twice() {
        let parse = |text: &str| text.parse::<SocketAddr>().unwrap();
        let asked = |listen: &[&str]| {
            let listen: Vec<SocketAddr> = listen.iter().map(|text| parse(text)).collect();
            addresses(&listen)
                .into_iter()
                .map(|(address, used)| (address.to_string(), used))
                .collect::<Vec<_>>()
        };
        let (default, otlp) = ("127.0.0.1:4317".to_owned(), "127.0.0.1:4318".to_owned());
        assert_eq!(
            asked(&["127.0.0.1:4317"]),
            [(default.clone(), Use::Ours), (otlp.clone(), Use::Known)]
        );
        assert_eq!(asked(&["127.0.0.1:0"]), [(default, Use::Known), (otlp, Use::Known)]);
    }
}
