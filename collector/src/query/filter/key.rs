//! The keys of queries, and which one was meant.

/// What a term can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The session's id.
    Id,
    /// The agent type.
    Agent,
    /// The status by the session's own events.
    Status,
    /// What it was to achieve.
    Goal,
    /// A type of event.
    Kind,
    /// A tool.
    Tool,
    /// Whether it went well.
    Ok,
    /// The language model.
    Model,
    /// The id of its parent.
    Parent,
    /// The id of the root of its tree.
    Root,
    /// The id of a session above it.
    Under,
    /// Levels below the root.
    Depth,
    /// The number of its group.
    Group,
    /// What it has.
    Has,
    /// What it is.
    Is,
    /// Dollars.
    Cost,
    /// Tokens.
    Tok,
    /// Steps.
    Steps,
    /// From its start to its end, or to its last event.
    Dur,
    /// How many events.
    Events,
    /// When it began.
    Started,
    /// When it ended.
    Ended,
    /// Active after.
    After,
    /// Active before.
    Before,
    /// Its error.
    Err,
    /// A rule that raised an alert.
    Alert,
    /// A place in the log.
    Pos,
}

impl Key {
    const NAMES: [(&'static str, Self); 27] = [
        ("id", Self::Id),
        ("agent", Self::Agent),
        ("status", Self::Status),
        ("goal", Self::Goal),
        ("kind", Self::Kind),
        ("tool", Self::Tool),
        ("ok", Self::Ok),
        ("model", Self::Model),
        ("parent", Self::Parent),
        ("root", Self::Root),
        ("under", Self::Under),
        ("depth", Self::Depth),
        ("group", Self::Group),
        ("has", Self::Has),
        ("is", Self::Is),
        ("cost", Self::Cost),
        ("tok", Self::Tok),
        ("steps", Self::Steps),
        ("dur", Self::Dur),
        ("events", Self::Events),
        ("started", Self::Started),
        ("ended", Self::Ended),
        ("after", Self::After),
        ("before", Self::Before),
        ("err", Self::Err),
        ("alert", Self::Alert),
        ("pos", Self::Pos),
    ];

    /// The key called `name`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, key)| *key)
    }

    /// All names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMES.iter().map(|(name, _)| *name)
    }

    /// Whether it is a single event that is asked: sessions answer for all of theirs.
    pub(in crate::query) const fn is_of_events(self) -> bool {
        matches!(self, Self::Kind | Self::Tool | Self::Ok)
    }

    /// How it is called.
    pub(in crate::query) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, key)| *key == self).map_or("", |(name, _)| name)
    }

    /// Whether `<` and `>` mean something.
    pub(super) fn is_ordered(self) -> bool {
        match self {
            Self::Depth
            | Self::Group
            | Self::Cost
            | Self::Tok
            | Self::Steps
            | Self::Dur
            | Self::Events
            | Self::Started
            | Self::Ended
            | Self::Pos => true,
            Self::Id
            | Self::Agent
            | Self::Status
            | Self::Goal
            | Self::Kind
            | Self::Tool
            | Self::Ok
            | Self::Model
            | Self::Parent
            | Self::Root
            | Self::Under
            | Self::Has
            | Self::Is
            | Self::After
            | Self::Before
            | Self::Err
            | Self::Alert => false,
        }
    }
}

/// The key that was probably meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, Key::names())
}

/// The word that differs from `name` least, if it is by one change, or by two in longer words.
pub(super) fn nearest_of(
    name: &str,
    words: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let allowed = if name.chars().count() < 4 { 1 } else { 2 };
    words
        .map(|word| (distance(name, word), word))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Letters to insert, to leave out or to replace to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, left) in one.chars().enumerate() {
        let mut line = vec![row + 1];
        for (right, pair) in other.iter().zip(above.windows(2)) {
            let [diagonal, up] = pair else { continue };
            let before = line.last().copied().unwrap_or(0);
            line.push((diagonal + usize::from(left != *right)).min(up + 1).min(before + 1));
        }
        above = line;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_what_was_meant() {
        for (name, expected) in [
            ("knd", Some("kind")),
            ("staus", Some("status")),
            ("tokens", None),
            ("agnet", Some("agent")),
            ("x", None),
            ("modle", Some("model")),
            ("i", Some("id")),
            ("zzzz", None),
        ] {
            assert_eq!(nearest(name), expected, "{name}");
        }
    }

    #[test]
    fn distances_count_letters() {
        for (one, other, expected) in
            [("", "", 0), ("a", "", 1), ("", "ab", 2), ("ab", "ba", 2), ("kind", "knd", 1)]
        {
            assert_eq!(distance(one, other), expected);
            assert_eq!(distance(other, one), expected);
        }
    }
}
