//! The queue before the writer: bounded by bytes at its entrance, never trimmed behind it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use banyan_protocol::Position;
use tokio::sync::{
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    oneshot,
};

use super::{
    AppendError, Appended, Entry, Source,
    frame::{APPEND_MAX_BYTES, COMMIT_MAX_ENTRIES},
};

/// What one entry costs beyond its bytes.
const ENTRY_OVERHEAD_BYTES: usize = 64;

pub(super) type Answer = Result<Appended, AppendError>;

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Message {
    /// Make these durable.
    Append(Waiting),
    /// Take no more, finish what waits.
    Close,
}

/// An admitted append. Dropping it without an answer tells its caller that the writer is gone, and
/// counts it as shed.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) entries: Vec<Entry>,
    pub(super) bytes: usize,
    answer: Option<oneshot::Sender<Answer>>,
    _admission: Admission,
}

impl Waiting {
    /// It is on the disk, from position `first` on. Whoever asked may be gone; it stays.
    pub(super) fn stored(mut self, first: Position) {
        let count = self.entries.len();
        if let Some(answer) = self.answer.take() {
            let _ = answer.send(Ok(Appended { first, count }));
        }
    }

    /// It is not. Counted before anybody is told.
    pub(super) fn refused(mut self, error: AppendError) {
        if let Some(answer) = self.answer.take() {
            shed(&self.entries);
            let _ = answer.send(Err(error));
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.answer.is_some() {
            shed(&self.entries);
        }
    }
}

/// Counts entries that were not recorded, whoever still listens. Hooks are counted by whoever
/// answers for them.
pub(super) fn shed(entries: &[Entry]) {
    for entry in entries {
        match entry.source {
            Source::Aop => metrics::counter!("banyan_events_shed_total").increment(1),
            Source::Transcript => {
                metrics::counter!("banyan_transcript_lines_shed_total").increment(1);
            }
            Source::Otlp(signal) => {
                metrics::counter!("banyan_otlp_shed_total", "signal" => signal.name()).increment(1);
            }
            Source::Hook(_) | Source::Banyan => {}
        }
    }
}

/// The bytes that an append takes of the queue until it is dropped.
#[derive(Debug)]
struct Admission {
    cost: usize,
    taken: Arc<AtomicUsize>,
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.cost, Ordering::Relaxed);
    }
}

/// The entrance. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    sender: UnboundedSender<Message>,
    taken: Arc<AtomicUsize>,
    max_bytes: usize,
}

/// What waits, in bytes.
#[derive(Debug)]
pub(super) struct Gauge(Arc<AtomicUsize>);

impl Gauge {
    pub(super) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Queue {
    /// A queue that admits `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> (Self, UnboundedReceiver<Message>) {
        let (sender, receiver) = unbounded_channel();
        (Self { sender, taken: Arc::default(), max_bytes }, receiver)
    }

    /// Admits an append or refuses it at once.
    pub(super) fn offer(
        &self,
        entries: Vec<Entry>,
    ) -> Result<oneshot::Receiver<Answer>, AppendError> {
        let bytes = entries.iter().map(|entry| entry.bytes.len()).sum();
        if entries.is_empty() || COMMIT_MAX_ENTRIES < entries.len() || APPEND_MAX_BYTES < bytes {
            shed(&entries);
            return Err(AppendError::TooLarge);
        }
        let cost = bytes.saturating_add(entries.len().saturating_mul(ENTRY_OVERHEAD_BYTES));
        let admission = self.admit(cost).inspect_err(|_overloaded| shed(&entries))?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { entries, bytes, answer: Some(answer), _admission: admission };
        match self.sender.send(Message::Append(waiting)) {
            Ok(()) => Ok(answered),
            Err(_closed) => Err(AppendError::Closing),
        }
    }

    fn admit(&self, cost: usize) -> Result<Admission, AppendError> {
        let before = self.taken.fetch_add(cost, Ordering::Relaxed);
        let admission = Admission { cost, taken: Arc::clone(&self.taken) };
        if self.max_bytes < before.saturating_add(cost) {
            return Err(AppendError::Overloaded);
        }
        Ok(admission)
    }

    /// Asks the writer to finish.
    pub(super) fn close(&self) {
        drop(self.sender.send(Message::Close));
    }

    /// What waits, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// The same, for the writer, which must not keep the entrance open.
    pub(super) fn gauge(&self) -> Gauge {
        Gauge(Arc::clone(&self.taken))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::log::Source;

    fn entries(count: usize, bytes: usize) -> Vec<Entry> {
        vec![Entry { source: Source::Aop, bytes: Bytes::from(vec![b'x'; bytes]) }; count]
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_admits_again() {
        let (queue, mut receiver) = Queue::new(1_000);
        let first = queue.offer(entries(1, 800)).unwrap();
        assert_eq!(queue.offer(entries(1, 800)).unwrap_err(), AppendError::Overloaded);
        assert_eq!(queue.bytes(), 864);
        drop(receiver.try_recv().unwrap());
        assert!(receiver.try_recv().is_err(), "what was refused is not in the queue");
        drop(first);
        assert_eq!(queue.bytes(), 0);
        queue.offer(entries(1, 800)).unwrap();
    }

    #[test]
    fn what_no_commit_can_hold_is_refused() {
        let (queue, _receiver) = Queue::new(100 * APPEND_MAX_BYTES);
        for (count, bytes) in [(0, 0), (COMMIT_MAX_ENTRIES + 1, 1), (1, APPEND_MAX_BYTES + 1)] {
            let refused = queue.offer(entries(count, bytes)).unwrap_err();
            assert_eq!(refused, AppendError::TooLarge, "{count} entries of {bytes} bytes");
        }
        queue.offer(entries(COMMIT_MAX_ENTRIES, APPEND_MAX_BYTES / COMMIT_MAX_ENTRIES)).unwrap();
    }

    #[test]
    fn whatever_is_not_recorded_is_counted_whoever_listens() {
        let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
        let counted = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let (queue, mut receiver) = Queue::new(1_000);
            for refuse in [false, true, true] {
                // The caller leaves at once.
                drop(queue.offer(entries(2, 1)).unwrap());
                let Message::Append(waiting) = receiver.try_recv().unwrap() else { panic!() };
                if refuse {
                    waiting.refused(AppendError::StorageFull);
                } else {
                    waiting.stored(1);
                }
            }
            drop(queue.offer(entries(2, 1)).unwrap());
            drop(receiver);
            queue.offer(entries(2, 1)).unwrap_err();
            queue.offer(entries(1, 2_000)).unwrap_err();
        });
        let text = counted.render();
        assert!(text.contains("banyan_events_shed_total 9\n"), "{text}");
    }

    #[test]
    fn without_a_writer_everything_is_refused() {
        let (queue, receiver) = Queue::new(1_000);
        drop(receiver);
        assert_eq!(queue.offer(entries(1, 1)).unwrap_err(), AppendError::Closing);
        assert_eq!(queue.bytes(), 0);
    }
}
