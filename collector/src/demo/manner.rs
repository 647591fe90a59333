//! How an agent behaves, whatever it does.

use super::dialect::Dialect;

/// The manner of one family of agents; children have their parent's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub dialect: Dialect,
    pub accounting: Accounting,
    pub naming: Naming,
    pub model: &'static str,
    pub version: &'static str,
    pub micro_dollars_per_1000_tokens: u64,
    /// The mean time between two things that it says.
    pub pace_ms: u64,
}

/// How an agent says what it spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accounting {
    /// Running totals in heartbeats, and totals at the end.
    Running,
    /// Totals at the end.
    AtTheEnd,
    /// With every tool call.
    Deltas,
    /// Not at all.
    Never,
}

/// How session ids look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// `sess_writer_0a1b2c3d`
    Plain,
    /// A UUID; children add a part of their own behind a colon.
    Uuid,
    /// `agent:main:…`, with a slash in the root's.
    Path,
}

/// Agents built on the documentation, with a large model.
pub(super) const CAREFUL: Manner = Manner {
    dialect: Dialect::Docs,
    accounting: Accounting::Running,
    naming: Naming::Plain,
    model: "atlas-4-large",
    version: "3.2.0",
    micro_dollars_per_1000_tokens: 9_000,
    pace_ms: 2_600,
};

/// A coding assistant with sub-agents.
pub(super) const CODING: Manner = Manner {
    dialect: Dialect::Docs,
    accounting: Accounting::AtTheEnd,
    naming: Naming::Uuid,
    model: "atlas-4-code",
    version: "2.1.329",
    micro_dollars_per_1000_tokens: 6_000,
    pace_ms: 1_800,
};

/// Operations agents built on the reference code.
pub(super) const HASTY: Manner = Manner {
    dialect: Dialect::Reference,
    accounting: Accounting::Deltas,
    naming: Naming::Path,
    model: "swift-2-mini",
    version: "0.9.7",
    micro_dollars_per_1000_tokens: 20_000,
    pace_ms: 1_500,
};

/// Small workers that say no more than they must.
pub(super) const SILENT: Manner = Manner {
    dialect: Dialect::Reference,
    accounting: Accounting::Never,
    naming: Naming::Plain,
    model: "swift-2-nano",
    version: "1.0.4",
    micro_dollars_per_1000_tokens: 200,
    pace_ms: 2_200,
};
