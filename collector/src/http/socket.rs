//! A TCP connection that does not wait for ever: it knows when nothing was asked for too long,
//! when a request's head takes too long, and when the other side takes no bytes.
//!
//! hyper has a timer for heads, but it also runs while a kept connection idles, and it is armed
//! anew for every request. Here one timer a connection is armed once and moved when it fires.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use banyan_protocol::limits::{HEADER_READ_MAX_MS, IDLE_CONNECTION_MAX_MS, WRITE_STALL_MAX_MS};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

const HEADER_READ: Duration = Duration::from_millis(HEADER_READ_MAX_MS);
const IDLE: Duration = Duration::from_millis(IDLE_CONNECTION_MAX_MS);
const WRITE_STALL: Duration = Duration::from_millis(WRITE_STALL_MAX_MS);

/// A connection under deadlines.
#[derive(Debug)]
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    peer: Peer,
    reading: Reading,
    read_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
}

/// What is being waited for.
#[derive(Clone, Copy, Debug)]
enum Reading {
    /// A request, since the deadline was set.
    Idle(Instant),
    /// The rest of a head.
    Head(Instant),
    /// Nothing, or a body, which has a timer of its own.
    Busy,
}

/// The client's end of a connection, for those who answer it. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    stream: Arc<TcpStream>,
    phase: Arc<Phase>,
}

/// Set while a request is answered, and behind it.
#[derive(Debug, Default)]
struct Phase {
    answering: AtomicBool,
    answered: AtomicBool,
}

impl Peer {
    /// The head of a request was read; until [`Self::answered`] reading is not under a deadline.
    pub(super) fn asked(&self) {
        self.phase.answering.store(true, Ordering::Relaxed);
    }

    /// The answer was handed over.
    pub(super) fn answered(&self) {
        self.phase.answered.store(true, Ordering::Relaxed);
        self.phase.answering.store(false, Ordering::Relaxed);
    }

    /// Waits until the client has closed its end. Never ends when it has sent something instead.
    pub(super) async fn gone(&self) {
        match self.stream.peek(&mut [0]).await {
            Ok(0) | Err(_) => {}
            Ok(_) => std::future::pending().await,
        }
    }
}

impl Socket {
    /// Takes over an accepted connection.
    pub(super) fn new(stream: TcpStream) -> Self {
        let stream = Arc::new(stream);
        let peer = Peer { stream: Arc::clone(&stream), phase: Arc::default() };
        let reading = Reading::Idle(Instant::now() + HEADER_READ);
        Self { stream, peer, reading, read_timer: None, write_timer: None }
    }

    /// For the handlers of its requests.
    pub(super) fn peer(&self) -> Peer {
        self.peer.clone()
    }

    /// Which deadline the next read is under.
    fn next_reading(&self) -> Reading {
        let phase = &self.peer.phase;
        if phase.answering.load(Ordering::Relaxed) {
            Reading::Busy
        } else if phase.answered.swap(false, Ordering::Relaxed) {
            Reading::Idle(Instant::now() + IDLE)
        } else {
            self.reading
        }
    }
}

/// Ready when `deadline` has passed; wakes the task then.
fn expired(
    timer: &mut Option<Pin<Box<Sleep>>>,
    deadline: Instant,
    context: &mut Context<'_>,
) -> Poll<()> {
    let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
    if deadline < timer.deadline() {
        timer.as_mut().reset(deadline);
    }
    while timer.as_mut().poll(context).is_ready() {
        if timer.deadline() == deadline {
            return Poll::Ready(());
        }
        timer.as_mut().reset(deadline);
    }
    Poll::Pending
}

fn timed_out<T>(what: &'static str) -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, what)))
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.reading = self.next_reading();
        loop {
            let Poll::Ready(readable) = self.stream.poll_read_ready(context) else {
                let (Reading::Idle(deadline) | Reading::Head(deadline)) = self.reading else {
                    return Poll::Pending;
                };
                ready!(expired(&mut self.read_timer, deadline, context));
                return timed_out("nothing was asked in time");
            };
            readable?;
            match self.stream.try_read_buf(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(_) => {
                    if let Reading::Idle(_) = self.reading {
                        self.reading = Reading::Head(Instant::now() + HEADER_READ);
                    }
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl Socket {
    fn poll_try_write(
        &mut self,
        context: &mut Context<'_>,
        attempt: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let Poll::Ready(writable) = self.stream.poll_write_ready(context) else {
                let deadline = match &self.write_timer {
                    Some(timer) => timer.deadline(),
                    None => Instant::now() + WRITE_STALL,
                };
                ready!(expired(&mut self.write_timer, deadline, context));
                return timed_out("nothing was taken in time");
            };
            writable?;
            match attempt(&self.stream) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => {
                    self.write_timer = None;
                    return Poll::Ready(done);
                }
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_try_write(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_try_write(context, |stream| stream.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = rustix::net::shutdown(&*self.stream, rustix::net::Shutdown::Write);
        Poll::Ready(done.map_err(io::Error::from))
    }
}
