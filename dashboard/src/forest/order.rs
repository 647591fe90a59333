//! The orders of the forest, as they travel in `sort=`.

/// What trees are ordered by, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForestOrder {
    /// The last event in the tree.
    #[default]
    Last,
    /// First mention.
    First,
    /// Cost of the tree.
    Cost,
    /// Tokens of the tree.
    Tokens,
    /// From the first to the last event of the tree.
    Duration,
}

impl ForestOrder {
    pub(crate) const ALL: [Self; 5] =
        [Self::Last, Self::First, Self::Cost, Self::Tokens, Self::Duration];

    /// Reads `sort=`; anything else is by last activity.
    pub fn parse(word: Option<&str>) -> Self {
        let wanted = |order: &Self| word == Some(order.word());
        Self::ALL.into_iter().find(wanted).unwrap_or_default()
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::First => "first",
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Duration => "duration",
        }
    }

    /// The value of `sort=`; absent for the order that is meant without.
    pub(crate) fn parameter(self) -> Option<&'static str> {
        (self != Self::default()).then_some(self.word())
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Last => "last activity",
            Self::First => "first seen",
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Duration => "duration",
        }
    }
}
