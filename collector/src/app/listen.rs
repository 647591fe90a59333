//! Takes the addresses to answer on: loopback only, and nobody is pushed off a port.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use super::Fatal;
use crate::neighbour::Neighbour;

/// Refuses addresses that other machines can reach.
pub(super) fn loopback_only(addresses: &[SocketAddr]) -> Result<(), Fatal> {
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(address) => Err(Fatal::NonLoopbackNeedsToken(*address)),
        None => Ok(()),
    }
}

/// Listens on every address. That IPv6 is switched off is only worth a note when there is another
/// address.
pub(super) async fn listen(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>, Fatal> {
    let mut listeners = Vec::with_capacity(addresses.len());
    let mut missing = None;
    for &address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                let answers = Neighbour::at(address).await.to_string();
                return Err(Fatal::PortTaken { address, answers });
            }
            Err(source)
                if address.is_ipv6() && source.kind() != io::ErrorKind::PermissionDenied =>
            {
                tracing::info!(%address, error = %source, "this address does not exist here");
                missing = Some(Fatal::Listen { address, source });
            }
            Err(source) => return Err(Fatal::Listen { address, source }),
        }
    }
    match missing {
        Some(fatal) if listeners.is_empty() => Err(fatal),
        Some(_) | None => Ok(listeners),
    }
}

/// Listens on those of `addresses` that are free. Nothing depends on them: who exports there can
/// be told of the others.
pub(super) async fn listen_where_free(addresses: &[SocketAddr]) -> Vec<TcpListener> {
    let mut listeners = Vec::with_capacity(addresses.len());
    for &address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            Err(error) => {
                tracing::warn!(%address, %error, "OTLP is not taken on {address}, only where the dashboard is");
            }
        }
    }
    listeners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn non_loopback_needs_token() {
        for address in ["0.0.0.0:4317", "192.168.1.2:4317", "[::]:4317", "[fe80::1]:1", "8.8.8.8:0"]
        {
            let refused =
                loopback_only(&["127.0.0.1:1".parse().unwrap(), address.parse().unwrap()]);
            assert!(matches!(refused, Err(Fatal::NonLoopbackNeedsToken(_))), "{address}");
        }
        for address in ["127.0.0.1:4317", "127.8.8.8:1", "[::1]:0"] {
            assert!(loopback_only(&[address.parse().unwrap()]).is_ok(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_done_without() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addresses = [taken.local_addr().unwrap(), "127.0.0.1:0".parse().unwrap()];
        assert_eq!(listen_where_free(&addresses).await.len(), 1);
    }

    #[tokio::test]
    async fn a_taken_port_is_left_alone() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let Err(Fatal::PortTaken { answers, .. }) = listen(&[address]).await else { panic!() };
        assert_eq!(answers, "a program that does not answer GET /health");
    }
}
