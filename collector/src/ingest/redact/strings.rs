//! Walks over JSON text and finds the secrets in its strings, by shape and by the names of values.
//! Works on anything: what is no JSON is one long text.

use super::{
    names::{self, Role},
    shapes::{self, Found},
};

/// Where in the text, and under which name.
#[derive(Debug, Default)]
struct Walk {
    depth: usize,
    /// The key before, and how deep it stands.
    key: Option<(usize, Role)>,
    /// What the attribute is whose value comes, and how deep it stands.
    attribute: Option<(usize, Role)>,
    found: Vec<Found>,
}

/// Every secret in `json`, in order, by its place in it.
pub(super) fn find(json: &[u8]) -> Vec<Found> {
    let (mut walk, mut at) = (Walk::default(), 0);
    while let Some(rest) = json.get(at..).filter(|rest| !rest.is_empty()) {
        let gap = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
        walk.between(rest.get(..gap).unwrap_or_default(), at);
        let start = at + gap + 1;
        let Some(inside) = json.get(start..) else { break };
        let end = literal_end(inside);
        let literal = inside.get(..end).unwrap_or(inside);
        let behind = inside.get(end + 1..).unwrap_or_default().trim_ascii_start();
        walk.literal(literal, start, behind.starts_with(b":"));
        at = start + end + 1;
    }
    walk.found
}

/// How long a literal is, without its quotes.
fn literal_end(inside: &[u8]) -> usize {
    let mut escaped = false;
    let is_end = |byte: &u8| {
        let end = !escaped && *byte == b'"';
        escaped = !escaped && *byte == b'\\';
        end
    };
    inside.iter().position(is_end).unwrap_or(inside.len())
}

impl Walk {
    /// What stands between two literals.
    fn between(&mut self, gap: &[u8], at: usize) {
        for byte in gap {
            match byte {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    let depth = self.depth;
                    self.key = self.key.filter(|(key, _)| *key <= depth);
                    self.attribute = self.attribute.filter(|(attribute, _)| *attribute <= depth);
                }
                _ => {}
            }
        }
        self.add(shapes::find(gap), |offset| at + offset);
    }

    fn literal(&mut self, raw: &[u8], at: usize, is_key: bool) {
        let plain = Plain::of(raw);
        if is_key {
            self.key = Some((self.depth, names::role(&plain.text)));
            // Keys can be anything, too; those that are fields have no such shape.
            self.add(shapes::find(&plain.text), |offset| at + plain.place(offset));
            return;
        }
        let role = match self.key {
            Some((depth, Role::AttributeName)) => {
                self.attribute = Some((depth, names::role(&plain.text)));
                Role::Plain
            }
            Some((_, Role::AttributeValue)) => self.attribute.map_or(Role::Plain, |(_, role)| role),
            Some((_, role)) => role,
            None => Role::Plain,
        };
        match role {
            Role::Identity => {}
            Role::Secret(kind) if !plain.text.trim_ascii().is_empty() => {
                self.add(vec![Found { start: 0, end: plain.text.len(), kind }], |offset| {
                    at + plain.place(offset)
                });
            }
            Role::Secret(_) | Role::AttributeName | Role::AttributeValue | Role::Plain => {
                self.add(shapes::find(&plain.text), |offset| at + plain.place(offset));
            }
        }
    }

    fn add(&mut self, found: Vec<Found>, place: impl Fn(usize) -> usize) {
        self.found.extend(found.into_iter().map(|one| Found {
            start: place(one.start),
            end: place(one.end),
            kind: one.kind,
        }));
    }
}

/// The text of a literal, byte by byte; what is not ASCII and written as an escape is `?`.
struct Plain {
    text: Vec<u8>,
    /// Where each byte of it stands in the literal, when that is elsewhere.
    places: Option<Vec<usize>>,
    end: usize,
}

impl Plain {
    fn of(raw: &[u8]) -> Self {
        if !raw.contains(&b'\\') {
            return Self { text: raw.to_vec(), places: None, end: raw.len() };
        }
        let (mut text, mut places, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some(byte) = raw.get(at) {
            let (plain, length) = match (byte, raw.get(at + 1)) {
                (b'\\', Some(escape)) => escaped(*escape, raw.get(at + 2..).unwrap_or_default()),
                _ => (*byte, 1),
            };
            text.push(plain);
            places.push(at);
            at += length;
        }
        Self { text, places: Some(places), end: raw.len() }
    }

    /// Where in the literal byte `offset` of the text stands.
    fn place(&self, offset: usize) -> usize {
        match &self.places {
            None => offset,
            Some(places) => places.get(offset).copied().unwrap_or(self.end),
        }
    }
}

/// The character that an escape stands for, and how long it is.
fn escaped(escape: u8, rest: &[u8]) -> (u8, usize) {
    match escape {
        b'n' => (b'\n', 2),
        b't' => (b'\t', 2),
        b'r' => (b'\r', 2),
        b'b' | b'f' => (b' ', 2),
        b'u' => {
            let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.map(|digits| u32::from_str_radix(digits, 16)) {
                Some(Ok(unit)) => (u8::try_from(unit).ok().filter(u8::is_ascii).unwrap_or(b'?'), 6),
                Some(Err(_)) | None => (b'?', 2),
            }
        }
        other => (other, 2),
    }
}
