//! Reads a whole log, to say that it is whole.

use banyan_protocol::{Position, Timestamp};

use super::{Log, LogError};

/// What one step reads.
const STEP_ENTRIES: usize = 2_000;

impl Log {
    /// Reads the whole log from the disk: every commit decodes, begins where the one before ended
    /// and was received no earlier. Returns the last position.
    pub(crate) async fn verify(&self) -> Result<Position, LogError> {
        let (head, mut position) = (self.head(), 0);
        let mut received_at = Timestamp::from_micros(i64::MIN);
        while position < head {
            let commits = self.shared.reader.read_after(position, STEP_ENTRIES).await?;
            let whole = !commits.is_empty();
            for commit in commits {
                if commit.first != position + 1 || commit.received_at < received_at {
                    let what = format!("a hole or a step back in time after {position}");
                    return Err(LogError::Damaged { position: commit.first, what });
                }
                (position, received_at) = (commit.last(), commit.received_at);
            }
            if !whole {
                let what = format!("nothing after {position}, but it ends at {head}");
                return Err(LogError::Damaged { position: position + 1, what });
            }
        }
        Ok(position)
    }
}
