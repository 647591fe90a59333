//! A bare socket, for what no well-behaved client sends.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::within;

/// A bare connection.
#[derive(Debug)]
pub struct Raw {
    socket: TcpStream,
}

impl Raw {
    /// Connects to `address`.
    pub async fn open(address: SocketAddr) -> Self {
        let socket = within("a connection", TcpStream::connect(address)).await.expect("it listens");
        socket.set_nodelay(true).expect("a socket");
        Self { socket }
    }

    /// Sends `bytes` as they are; `false` when the other side has closed.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        within("bytes to be taken", self.socket.write_all(bytes.as_ref())).await.is_ok()
    }

    /// Everything until the other side closes, as text.
    pub async fn rest(mut self) -> String {
        let mut received = Vec::new();
        // A reset ends it as well as a close: what came before it counts.
        drop(within("the connection to close", self.socket.read_to_end(&mut received)).await);
        String::from_utf8_lossy(&received).into_owned()
    }

    /// What has come when `enough` says so, or at the end.
    pub async fn until(&mut self, enough: impl Fn(&str) -> bool) -> String {
        let mut received = Vec::new();
        within("an answer", async {
            loop {
                let text = String::from_utf8_lossy(&received).into_owned();
                if enough(&text)
                    || matches!(self.socket.read_buf(&mut received).await, Ok(0) | Err(_))
                {
                    return String::from_utf8_lossy(&received).into_owned();
                }
            }
        })
        .await
    }
}
