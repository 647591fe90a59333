//! Server-sent events of live pages, as text. `data` is JSON on one line: there are no line breaks
//! inside JSON strings, so that no text of an agent can begin a field of its own.
//!
//! What is said at one moment ends with the event that carries the `id`: a connection that is cut
//! before it is told all of it again.

use std::{collections::BTreeMap, fmt::Write as _};

use banyan_dashboard::live::LiveText;
use banyan_protocol::Position;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use crate::query::Changes;

/// The first frame: when to come back, and for people who look where this is.
pub(super) fn hello(position: Position, build: &str) -> String {
    format!("retry: 2000\n: hello {position} build {build}\n\n")
}

/// Tells a page to load itself anew.
pub(super) const RESET: &str = "event: reset\ndata: {}\n\n";

/// Keeps the connection, and the browser's place: an id without data is no event.
pub(super) fn ping(position: Position) -> Bytes {
    format!(": ping\nid: {position}\n\n").into()
}

/// What a topic is told of a moment, under construction.
#[derive(Debug, Default)]
pub(super) struct Frames(String);

#[derive(Serialize)]
struct Dirty<'a> {
    n: Vec<[&'a str; 2]>,
}

impl Frames {
    /// Rows of a feed, new or changed, up to `position`.
    pub(super) fn feed(&mut self, position: Position, html: &str) {
        if !html.trim().is_empty() {
            self.push("ev", &json!({ "id": position, "html": html }).to_string());
        }
    }

    /// Texts by the id of their element.
    pub(super) fn texts(&mut self, texts: &BTreeMap<String, LiveText>) {
        if !texts.is_empty() {
            self.push("txt", &json!({ "t": texts }).to_string());
        }
    }

    /// A sentence for everybody.
    pub(super) fn say(&mut self, sentence: &str) {
        self.push("say", &json!({ "t": sentence }).to_string());
    }

    /// Rows that are different now, those in the tree of `root` where one is given; and the
    /// position that all of this goes up to.
    pub(super) fn dirty(&mut self, position: Position, changes: &Changes, root: Option<i64>) {
        if changes.cut {
            let _ = writeln!(self.0, "id: {position}");
            self.push("all", "{}");
            return;
        }
        let rows = changes.rows.iter().filter(|row| root.is_none_or(|root| root == row.root));
        let n: Vec<_> = rows.map(|row| [row.row.as_str(), row.parent.as_str()]).collect();
        if n.is_empty() && self.0.is_empty() {
            return;
        }
        // Row ids are letters and digits: they need no escapes, and cannot fail.
        let data = serde_json::to_string(&Dirty { n }).unwrap_or_default();
        let _ = writeln!(self.0, "id: {position}");
        self.push("dirty", &data);
    }

    /// The finished text.
    pub(super) fn done(self) -> Bytes {
        self.0.into()
    }

    fn push(&mut self, event: &str, data: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "event: {event}\ndata: {data}\n\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Change;

    fn changes(cut: bool) -> Changes {
        let change = |row: &str, parent: &str, root| Change {
            row: row.to_owned(),
            parent: parent.to_owned(),
            root,
        };
        Changes {
            rows: vec![change("9a", "3f", 1), change("3f", "", 1), change("zz", "", 2)],
            cut,
            as_of: 9,
        }
    }

    fn written(write: impl FnOnce(&mut Frames)) -> String {
        let mut frames = Frames::default();
        write(&mut frames);
        String::from_utf8(frames.done().to_vec()).unwrap()
    }

    #[test]
    fn a_moment_ends_with_its_position() {
        let text = written(|frames| {
            frames.feed(9, "<li>a\nb\r\u{2028}</li>");
            frames.say("1 new critical alert");
            frames.dirty(9, &changes(false), None);
        });
        assert_eq!(
            text,
            "event: ev\ndata: {\"html\":\"<li>a\\nb\\r\u{2028}</li>\",\"id\":9}\n\n\
             event: say\ndata: {\"t\":\"1 new critical alert\"}\n\n\
             id: 9\nevent: dirty\ndata: {\"n\":[[\"9a\",\"3f\"],[\"3f\",\"\"],[\"zz\",\"\"]]}\n\n"
        );
    }

    #[test]
    fn a_session_hears_of_its_own_tree() {
        let text = written(|frames| frames.dirty(9, &changes(false), Some(2)));
        assert_eq!(text, "id: 9\nevent: dirty\ndata: {\"n\":[[\"zz\",\"\"]]}\n\n");
        assert_eq!(written(|frames| frames.dirty(9, &changes(false), Some(3))), "");
        // Where something else was said, the position is told all the same.
        let text = written(|frames| {
            frames.say("x");
            frames.dirty(9, &changes(false), Some(3));
        });
        assert!(text.ends_with("id: 9\nevent: dirty\ndata: {\"n\":[]}\n\n"), "{text}");
    }

    #[test]
    fn too_many_rows_are_all_rows() {
        let text = written(|frames| frames.dirty(9, &changes(true), None));
        assert_eq!(text, "id: 9\nevent: all\ndata: {}\n\n");
    }

    #[test]
    fn nothing_new_is_nothing_said() {
        let text = written(|frames| {
            frames.feed(9, " \n");
            frames.texts(&BTreeMap::new());
            frames.dirty(9, &Changes::default(), None);
        });
        assert_eq!(text, "");
    }
}
