//! What readers ask for in one line: `status:failed agent:coder cost>1 -is:root "exit 101"`.
//!
//! ```text
//! query = term *( SP term )
//! term  = ["-"] ( key op value *( "," value ) / value )
//! op    = ":" / ":>" / ":>=" / ":<" / ":<=" / ">" / ">=" / "<" / "<="
//! value = word / quoted / word"*"
//! ```
//!
//! Values of one term and repeated keys are alternatives, different keys and comparisons must all
//! hold, `-` turns a term around. What has no key is free text. This is the one parser of every
//! page and route; [`sql`] asks the view for it.

use banyan_protocol::{
    Timestamp,
    view::{AlertRule, Status},
};
use thiserror::Error;

mod key;
mod kind;
mod lex;
mod value;
mod edit;
mod text;
mod sql;
#[cfg(test)]
mod tests;

pub(crate) use self::key::Key;
use self::lex::Lexeme;
pub(super) use self::{
    edit::{corrected, quoted},
    sql::{event, push, push_all},
    text::expression,
};

/// Longest query.
const FILTER_MAX_BYTES: usize = 4_096;
/// Terms, and values of one term.
const FILTER_MAX_TERMS: usize = 50;

/// A query that was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// All of them must hold, except that equal keys are alternatives.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Where it begins, in characters from 1.
    pub at: usize,
    /// It must not hold.
    pub negated: bool,
    /// What must hold.
    pub condition: Condition,
    /// As it was written.
    pub source: String,
}

/// What a term asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Free text.
    Text(Pattern),
    /// Something about a key; one of the values is enough.
    Key {
        /// Of what.
        key: Key,
        /// How the value is compared.
        operator: Operator,
        /// At least one.
        values: Vec<Value>,
    },
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `:`
    Is,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// A text, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Without quotes and star.
    pub text: String,
    /// `word*`: anything that begins like this; a lone `*`: anything at all.
    pub prefix: bool,
}

/// What a key is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// Of texts.
    Text(Pattern),
    /// Counts, micro-dollars, microseconds, positions.
    Number(i64),
    /// Of times.
    Moment(Moment),
    /// Of `status`.
    Status(Status),
    /// Of `is`.
    Trait(Trait),
    /// Of `has`.
    Part(Part),
    /// Of `alert`.
    Rule(AlertRule),
    /// Of `ok`.
    Outcome(bool),
}

/// A point in time, or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Exactly then.
    At(Timestamp),
    /// The day that begins then, UTC.
    Day(Timestamp),
    /// So many microseconds before the question.
    Ago(i64),
}

/// What a session can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trait {
    /// It has no parent.
    Root,
    /// Its parent is not known.
    Orphan,
    /// It has no children.
    Leaf,
    /// It has not ended.
    Live,
    /// It has.
    Ended,
    /// It has not spoken yet.
    Placeholder,
    /// Every event up to its end was received.
    Complete,
    /// It is silent for too long, and so is everything below it.
    Stalled,
    /// It failed, waits or is stalled.
    Attention,
}

/// What a session can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A failed session in its subtree.
    Failed,
    /// An alert in its subtree.
    Alert,
    /// An error of its own.
    Error,
    /// Children.
    Children,
    /// Sequence numbers never received.
    Missing,
}

/// Why a query was not understood. Never repeats the query.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{problem} at {at}")]
pub(crate) struct FilterError {
    /// Where, in characters from 1.
    pub at: usize,
    /// What.
    pub problem: Problem,
}

/// What is wrong with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Problem {
    /// There is no such key.
    #[error("unknown key{}", suggestion(*.0))]
    UnknownKey(Option<&'static str>),
    /// There is no such value of this key.
    #[error("unknown value{}", suggestion(*.0))]
    UnknownValue(Option<&'static str>),
    /// The value cannot be read as what the key is compared with.
    #[error("the value must be {0}")]
    BadValue(&'static str),
    /// The key can only be compared by `:`.
    #[error("this key cannot be compared by size")]
    NotOrdered,
    /// A term ends where a value should be.
    #[error("a value is missing")]
    NoValue,
    /// A quoted text has no end.
    #[error("a quote is not closed")]
    OpenQuote,
    /// See [`FILTER_MAX_BYTES`] and [`FILTER_MAX_TERMS`].
    #[error("the query is too long")]
    TooLong,
}

fn suggestion(name: Option<&'static str>) -> String {
    name.map_or_else(String::new, |name| format!(" (did you mean {name}?)"))
}

/// Reads a query.
pub(crate) fn parse(query: &str) -> Result<Filter, FilterError> {
    if FILTER_MAX_BYTES < query.len() {
        return Err(FilterError { at: 1, problem: Problem::TooLong });
    }
    let lexemes = lex::terms(query)?;
    if let Some(lexeme) = lexemes.get(FILTER_MAX_TERMS) {
        return Err(FilterError { at: lexeme.at, problem: Problem::TooLong });
    }
    let terms = lexemes.into_iter().map(term).collect::<Result<_, _>>()?;
    Ok(Filter { terms })
}

fn term(lexeme: Lexeme) -> Result<Term, FilterError> {
    let Lexeme { at, negated, key, values, source } = lexeme;
    let error = |at, problem| FilterError { at, problem };
    let condition = match key {
        None => {
            let first = values.into_iter().next().ok_or(error(at, Problem::NoValue))?;
            Condition::Text(first.pattern)
        }
        Some((name, operator)) => {
            let key = Key::named(&name)
                .ok_or_else(|| error(at, Problem::UnknownKey(key::nearest(&name))))?;
            if operator != Operator::Is && !key.is_ordered() {
                return Err(error(at, Problem::NotOrdered));
            }
            let read = values.into_iter().map(|value| {
                value::read(key, value.pattern).map_err(|problem| error(value.at, problem))
            });
            Condition::Key { key, operator, values: read.collect::<Result<_, _>>()? }
        }
    };
    Ok(Term { at, negated, condition, source })
}

/// Terms that belong together: those that ask what one key is are alternatives and go where the
/// first of them stands; every other term is on its own.
fn groups<'t>(terms: &[&'t Term]) -> Vec<Vec<&'t Term>> {
    let mut groups: Vec<Vec<&Term>> = Vec::new();
    for term in terms {
        let key = shared_key(term);
        let same = groups.iter_mut().find(|group| {
            key.is_some() && group.first().is_some_and(|first| shared_key(first) == key)
        });
        match same {
            Some(group) => group.push(term),
            None => groups.push(vec![term]),
        }
    }
    groups
}

fn shared_key(term: &Term) -> Option<Key> {
    match &term.condition {
        Condition::Key { key, operator: Operator::Is, .. } if !term.negated => Some(*key),
        Condition::Key { .. } | Condition::Text(_) => None,
    }
}
