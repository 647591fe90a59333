//! What is printed when everything is ready.

use std::{io::Write as _, net::SocketAddr, path::Path};

/// An event to try, on one line.
const EXAMPLE: &str = r#"{"spec":"aop/1.0","session_id":"hello","agent_id":"me","sequence":1,"type":"session.started","payload":{"goal":"Say hello"}}"#;

/// Tells people where to look and programs where to connect. That nobody reads it is no error.
pub(super) fn print(addresses: &[SocketAddr], data: &Path) {
    let text = text(addresses, data);
    std::io::stdout().write_all(text.as_bytes()).ok();
}

fn text(addresses: &[SocketAddr], data: &Path) -> String {
    let mut lines: Vec<String> =
        addresses.iter().map(|address| format!("listening on http://{address}")).collect();
    if let Some(first) = addresses.first() {
        lines.push(format!("dashboard    http://{first}/"));
        lines.push(format!("data         {}", data.display()));
        lines.push(String::new());
        lines.push("A first event:".to_owned());
        lines.push(format!(
            "  curl http://{first}/events -H 'content-type: application/json' -d '{EXAMPLE}'"
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}
