//! Stands between an importer and a collector, and lets through what it is told to.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Instant,
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use banyan_tests::harness::within;

/// What becomes of a post; whoever only asks is always let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It reaches the collector, whose answer comes back.
    Passes,
    /// It is answered with this, and goes no further.
    Answers(&'static str),
    /// The connection is closed.
    Closes,
    /// It reaches the collector, and the connection is closed before the answer comes back.
    LosesTheAnswer,
    /// It goes no further, and nobody answers.
    Holds,
    /// It reaches the collector, and the answer does not come back.
    HoldsTheAnswer,
}

/// A post that came, when, and what became of it.
pub(super) type Post = (Instant, Manner);

#[derive(Debug)]
pub(super) struct Gate {
    pub(super) endpoint: String,
    posts: UnboundedReceiver<Post>,
}

impl Gate {
    /// Treats posts in these manners, one after the other, and then in the last of them.
    pub(super) fn before(collector: SocketAddr, manners: &[Manner]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (sender, posts) = unbounded_channel();
        let manners = manners.to_vec();
        thread::spawn(move || {
            let (mut held, mut count) = (Vec::new(), 0);
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let at = (manners[count.min(manners.len() - 1)], &sender);
                if let Ok(true) = answer(&mut stream, collector, at) {
                    count += 1;
                }
                held.push(stream);
            }
        });
        Self { endpoint, posts }
    }

    /// The next post, when it has been dealt with.
    pub(super) async fn post(&mut self) -> Post {
        within("a post", self.posts.recv()).await.expect("the gate")
    }

    /// All the posts that came and were not asked for.
    pub(super) fn rest(&mut self) -> Vec<Post> {
        std::iter::from_fn(|| self.posts.try_recv().ok()).collect()
    }
}

/// Deals with the request that a connection brings; says whether it was a post.
fn answer(
    stream: &mut TcpStream,
    collector: SocketAddr,
    (manner, posts): (Manner, &UnboundedSender<Post>),
) -> io::Result<bool> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut line, mut length) = (String::new(), String::new(), 0);
    while reader.read_line(&mut line)? != 0 && line != "\r\n" {
        let (name, value) = line.split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a number");
        }
        if name.eq_ignore_ascii_case("host") {
            line = format!("Host: {collector}\r\n");
        }
        head.push_str(&line);
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let is_post = head.starts_with("POST");
    let manner = if is_post { manner } else { Manner::Passes };
    let came = Instant::now();
    match manner {
        Manner::Passes => stream.write_all(&forwarded(collector, &head, &body)?)?,
        Manner::Answers(answer) => {
            let answer =
                format!("HTTP/1.1 {answer}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes())?;
        }
        Manner::Closes | Manner::Holds => {}
        Manner::LosesTheAnswer | Manner::HoldsTheAnswer => {
            drop(forwarded(collector, &head, &body)?);
        }
    }
    if !matches!(manner, Manner::Holds | Manner::HoldsTheAnswer) {
        stream.shutdown(Shutdown::Both)?;
    }
    Ok(is_post && posts.send((came, manner)).is_ok())
}

/// What the collector answers.
fn forwarded(collector: SocketAddr, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(collector)?;
    stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes())?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
