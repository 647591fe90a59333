//! Where events wait, and the one sender that takes them to the collector, in order, batch by
//! batch.
//!
//! Laws: putting an event never waits for the collector. What waits is bounded in bytes; what does
//! not fit is counted. One batch travels at a time, and is sent again with the very same bytes
//! until it is answered or its time is over, so the collector sees every event in order and
//! recognises what it has already.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, Instant},
};

use crate::{
    counter::Counter,
    post::{Answer, end_of, post},
};

const BATCH_MAX_EVENTS: usize = 1_000;
const BATCH_MAX_BYTES: usize = 2 * 1024 * 1024;
/// How long the first event of a batch waits for company.
const LINGER: Duration = Duration::from_millis(10);
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);

static OUTBOXES: LazyLock<Mutex<HashMap<Settings, Weak<Outbox>>>> = LazyLock::new(Mutex::default);

/// Where and how to send.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Settings {
    pub(crate) endpoint: String,
    pub(crate) timeout: Duration,
    pub(crate) retry_for: Duration,
    pub(crate) exit_after: Duration,
    pub(crate) queue_max_bytes: usize,
}

/// What became of the events of all clients that share a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Waiting or travelling.
    pub queued: usize,
    /// Acknowledged by the collector.
    pub sent: usize,
    /// Given up: no room, no time, no collector.
    pub dropped: usize,
    /// Refused by the collector for good.
    pub refused: usize,
    /// Requests that were sent again.
    pub retries: usize,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// The clients' end. When the last of them goes, what is unsent gets a last chance.
#[derive(Debug)]
pub(crate) struct Outbox(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Settings,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<String>,
    waiting_bytes: usize,
    /// Events ever put, and ever settled.
    put: usize,
    settled: usize,
    /// How often a batch was not taken as a whole.
    losses: usize,
    stats: Stats,
    batches_refused: bool,
    sender: Sender,
    /// Somebody flushes.
    hurry: bool,
    /// When the sender has to stop trying; the clients are gone.
    end: Option<Instant>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sender {
    #[default]
    NotStarted,
    Busy,
    Idle,
}

impl Outbox {
    /// Shared by all clients that send there in that way.
    pub(crate) fn of(settings: Settings) -> Arc<Self> {
        let mut outboxes = OUTBOXES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(outbox) = outboxes.get(&settings).and_then(Weak::upgrade) {
            return outbox;
        }
        outboxes.retain(|_, outbox| 0 < outbox.strong_count());
        let (state, changed) = (Mutex::default(), Condvar::new());
        let outbox = Arc::new(Self(Arc::new(Shared { settings, state, changed })));
        outboxes.insert(outbox.0.settings.clone(), Arc::downgrade(&outbox));
        outbox
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.0.settings.endpoint
    }

    pub(crate) fn stats(&self) -> Stats {
        let state = self.0.lock();
        Stats { queued: state.put - state.settled, ..state.stats.clone() }
    }

    /// Numbers an event and lets it wait. What does not fit keeps its number and is dropped.
    pub(crate) fn put(&self, counter: &Counter, line: impl FnOnce(u64) -> String) {
        let mut state = self.0.lock();
        let line = line(counter.take());
        if self.0.settings.queue_max_bytes < state.waiting_bytes.saturating_add(line.len()) {
            state.stats.dropped += 1;
            return;
        }
        state.waiting_bytes += line.len();
        state.put += 1;
        state.queue.push_back(line);
        match state.sender {
            Sender::Busy => {}
            Sender::Idle => {
                state.sender = Sender::Busy;
                self.0.changed.notify_all();
            }
            Sender::NotStarted => self.start(&mut state),
        }
    }

    fn start(&self, state: &mut State) {
        let shared = Arc::clone(&self.0);
        let sender = thread::Builder::new().name("banyan".to_owned());
        if sender.spawn(move || shared.run()).is_ok() {
            state.sender = Sender::Busy;
        }
    }

    /// Waits until everything put before is settled; whether all of it reached the collector.
    pub(crate) fn flush(&self, at_most: Duration) -> bool {
        let end = end_of(at_most);
        let mut state = self.0.lock();
        let (target, losses) = (state.put, state.losses);
        state.hurry = true;
        self.0.changed.notify_all();
        if state.settled < target && state.sender == Sender::NotStarted {
            self.start(&mut state);
        }
        while state.settled < target {
            if state.sender == Sender::NotStarted {
                return false; // no thread can be had: nobody is worth waiting for
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.0.wait(state, left);
        }
        state.losses == losses
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let exit_after = self.0.settings.exit_after;
        self.0.lock().end = Some(end_of(exit_after));
        self.flush(exit_after);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, most: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, most).unwrap_or_else(PoisonError::into_inner).0
    }

    /// The sender. It ends when the clients are gone and nothing waits.
    fn run(&self) {
        loop {
            let mut state = self.lock();
            while state.queue.is_empty() {
                if state.end.is_some() {
                    return;
                }
                (state.sender, state.hurry) = (Sender::Idle, false);
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.sender = Sender::Busy;
            if !state.hurry && state.queue.len() < BATCH_MAX_EVENTS {
                state = self.wait(state, LINGER);
            }
            let batch = state.take();
            drop(state);
            self.deliver(&batch);
        }
    }

    /// Sends `lines` until they are settled.
    fn deliver(&self, lines: &[String]) {
        let Settings { endpoint, timeout, retry_for, .. } = &self.settings;
        let (body, began) = (lines.join("\n"), Instant::now());
        for attempt in 0.. {
            match post(endpoint, &body, lines.len(), *timeout) {
                Answer::Accepted { rejected } => return self.settle(lines, rejected),
                Answer::Refused(why) => {
                    self.lock().stats.last_error = Some(why);
                    return match lines {
                        [_] => self.settle(lines, 1),
                        _ => self.one_by_one(lines),
                    };
                }
                Answer::Failed { why, after, unreachable } => {
                    let mut state = self.lock();
                    state.stats.last_error = Some(why);
                    let pause = backoff(attempt).max(after);
                    let then = Instant::now() + pause;
                    let late = *retry_for < then - began;
                    if late || state.end.is_some_and(|end| unreachable || end < then) {
                        break;
                    }
                    state.stats.retries += 1;
                    self.pause(state, then);
                }
            }
        }
        self.lock().stats.dropped += lines.len();
        self.settled(lines, true);
    }

    /// One bad event takes no other along; and some collectors take no batches.
    fn one_by_one(&self, lines: &[String]) {
        let before = self.lock().stats.clone();
        for line in lines {
            self.deliver(std::slice::from_ref(line));
        }
        let mut state = self.lock();
        let all_taken = state.stats.refused == before.refused && before.sent < state.stats.sent;
        state.batches_refused |= all_taken;
    }

    fn settle(&self, lines: &[String], rejected: usize) {
        let rejected = rejected.min(lines.len());
        let mut state = self.lock();
        state.stats.sent += lines.len() - rejected;
        state.stats.refused += rejected;
        drop(state);
        self.settled(lines, 0 < rejected);
    }

    fn settled(&self, lines: &[String], lost: bool) {
        let mut state = self.lock();
        state.waiting_bytes -= lines.iter().map(String::len).sum::<usize>();
        state.settled += lines.len();
        state.losses += usize::from(lost);
        self.changed.notify_all();
    }

    /// Waits until `then`, or until somebody flushes.
    fn pause(&self, mut state: MutexGuard<'_, State>, then: Instant) {
        while !state.hurry {
            let left = then.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.wait(state, left);
        }
        state.hurry = false;
    }
}

impl State {
    fn take(&mut self) -> Vec<String> {
        let most = if self.batches_refused { 1 } else { BATCH_MAX_EVENTS };
        let mut bytes = 0;
        let fit = self.queue.iter().take(most).take_while(|line| {
            bytes += line.len() + 1;
            bytes <= BATCH_MAX_BYTES
        });
        let count = fit.count().max(1).min(self.queue.len());
        self.queue.drain(..count).collect()
    }
}

/// Doubling, spread so that agents do not come together.
fn backoff(attempt: u32) -> Duration {
    let most = BACKOFF_FIRST.saturating_mul(1 << attempt.min(10)).min(BACKOFF_MAX);
    let [.., low] = *uuid::Uuid::now_v7().as_bytes();
    most.mul_f64(0.5 + f64::from(low) / 512.0)
}
