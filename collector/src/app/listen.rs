//! Takes the addresses to answer on: loopback only, and nobody is pushed off a port.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::Fatal;

/// How long somebody on our port may take to say who they are.
const INTRODUCTION_PATIENCE: Duration = Duration::from_millis(500);
const INTRODUCTION_MAX_BYTES: u64 = 4 * 1024;

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
                return Err(Fatal::PortTaken { address, answers: who_answers(address).await });
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

/// Asks whoever has the port for `/health`.
async fn who_answers(address: SocketAddr) -> String {
    match tokio::time::timeout(INTRODUCTION_PATIENCE, health(address)).await {
        Ok(Ok(answer)) => introduction(&answer),
        Ok(Err(_)) | Err(_) => "a program that does not answer GET /health".to_owned(),
    }
}

async fn health(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /health HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(INTRODUCTION_MAX_BYTES).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn introduction(answer: &str) -> String {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| json.get(key).and_then(serde_json::Value::as_str).unwrap_or("unknown");
    match (text("service"), json.get("pid").and_then(serde_json::Value::as_u64)) {
        ("banyan", Some(pid)) => {
            format!("Banyan {} answers there, as pid {pid}", plain(text("version")))
        }
        _ if json.get("ok").is_some() && json.get("subscribers").is_some() => {
            format!("another AOP collector answers there, version {}", plain(text("version")))
        }
        _ => "a program that is no AOP collector answers there".to_owned(),
    }
}

/// Somebody else's text, fit for a terminal.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(40).collect()
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

    #[test]
    fn whoever_answers_is_introduced() {
        let head = "HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n";
        for (body, expected) in [
            (
                r#"{"ok":true,"service":"banyan","version":"1.2.3","pid":7}"#,
                "Banyan 1.2.3 answers there, as pid 7",
            ),
            (
                r#"{"ok":true,"version":"0.4.4\u001b[2J","subscribers":0}"#,
                "another AOP collector answers there, version 0.4.4[2J",
            ),
            ("<html>", "a program that is no AOP collector answers there"),
        ] {
            assert_eq!(introduction(&format!("{head}{body}")), expected);
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_left_alone() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let Err(Fatal::PortTaken { answers, .. }) = listen(&[address]).await else { panic!() };
        assert_eq!(answers, "a program that does not answer GET /health");
    }
}
