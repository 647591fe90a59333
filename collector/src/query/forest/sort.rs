//! The orders in which a forest can be asked for: an index each.

/// What roots are ordered by, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ForestSort {
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

impl ForestSort {
    /// Roots behind a place: their numbers with what they are ordered by.
    pub(super) const fn roots(self) -> &'static str {
        match self {
            Self::Last => {
                "select no, sub_last_position
                 from session indexed by session_roots
                 where parent_no is null and known = 1 and (sub_last_position, no) < (?1, ?2)
                 order by sub_last_position desc, no desc
                 limit ?3"
            }
            Self::First => {
                "select no, no
                 from session indexed by session_roots_by_first
                 where parent_no is null and known = 1 and no < ?2 and 0 <= ?1
                 order by no desc
                 limit ?3"
            }
            Self::Cost => {
                "select no, sub_cost
                 from session indexed by session_roots_by_cost
                 where parent_no is null and known = 1 and (sub_cost, no) < (?1, ?2)
                 order by sub_cost desc, no desc
                 limit ?3"
            }
            Self::Tokens => {
                "select no, sub_tokens
                 from session indexed by session_roots_by_tokens
                 where parent_no is null and known = 1 and (sub_tokens, no) < (?1, ?2)
                 order by sub_tokens desc, no desc
                 limit ?3"
            }
            Self::Duration => {
                "select no, coalesce(sub_last_at - sub_first_at, 0)
                 from session indexed by session_roots_by_span
                 where parent_no is null and known = 1
                     and coalesce(sub_last_at - sub_first_at, 0) <= ?1
                     and (coalesce(sub_last_at - sub_first_at, 0) < ?1 or no < ?2)
                 order by coalesce(sub_last_at - sub_first_at, 0) desc, no desc
                 limit ?3"
            }
        }
    }

    /// What the root `r` is ordered by.
    pub(super) const fn of_root(self) -> &'static str {
        match self {
            Self::Last => "r.sub_last_position",
            Self::First => "r.no",
            Self::Cost => "r.sub_cost",
            Self::Tokens => "r.sub_tokens",
            Self::Duration => "coalesce(r.sub_last_at - r.sub_first_at, 0)",
        }
    }
}
