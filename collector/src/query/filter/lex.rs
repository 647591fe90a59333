//! Cuts a query into terms: their keys, operators and values as texts, each with its place.

use super::{FILTER_MAX_TERMS, FilterError, Operator, Pattern, Problem};

/// A term before its key and its values are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    /// Where it begins, in characters from 1.
    pub at: usize,
    pub negated: bool,
    pub key: Option<(String, Operator)>,
    /// At least one.
    pub values: Vec<Piece>,
    /// As it was written.
    pub source: String,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub at: usize,
    pub pattern: Pattern,
}

/// Operators, longer ones before those they begin with.
const OPERATORS: [(&str, Operator); 9] = [
    (":>=", Operator::AtLeast),
    (":<=", Operator::AtMost),
    (":>", Operator::Above),
    (":<", Operator::Below),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    (">", Operator::Above),
    ("<", Operator::Below),
    (":", Operator::Is),
];

/// The terms of a query.
pub(super) fn terms(query: &str) -> Result<Vec<Lexeme>, FilterError> {
    let mut reader = Reader { rest: query, at: 1 };
    let mut terms = Vec::new();
    loop {
        reader.skip(char::is_whitespace);
        if reader.rest.is_empty() {
            return Ok(terms);
        }
        let before = reader.rest;
        let mut lexeme = reader.term()?;
        let length = before.len().saturating_sub(reader.rest.len());
        before.get(..length).unwrap_or_default().clone_into(&mut lexeme.source);
        terms.push(lexeme);
    }
}

struct Reader<'q> {
    rest: &'q str,
    /// Of the first character of `rest`, from 1.
    at: usize,
}

impl<'q> Reader<'q> {
    /// Takes the next `bytes` bytes, which must end between characters.
    fn take(&mut self, bytes: usize) -> &'q str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.at += taken.chars().count();
        self.rest = rest;
        taken
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) -> &'q str {
        self.take(self.rest.find(|char| !skipped(char)).unwrap_or(self.rest.len()))
    }

    fn term(&mut self) -> Result<Lexeme, FilterError> {
        let at = self.at;
        let begins = |rest: &str| rest.starts_with(|char: char| !char.is_whitespace());
        let negated = self.rest.strip_prefix('-').is_some_and(begins);
        if negated {
            self.take(1);
        }
        let key = self.key();
        let mut values = Vec::new();
        loop {
            let piece = self.piece(key.is_some())?;
            if FILTER_MAX_TERMS <= values.len() {
                return Err(FilterError { at: piece.at, problem: Problem::TooLong });
            }
            values.push(piece);
            if key.is_none() || !self.rest.starts_with(',') {
                let source = String::new();
                return Ok(Lexeme { at, negated, key, values, source });
            }
            self.take(1);
        }
    }

    /// A key and its operator, if there is one of each.
    fn key(&mut self) -> Option<(String, Operator)> {
        let is_letter = |char: char| char.is_ascii_lowercase() || char == '_';
        let length = self.rest.find(|char| !is_letter(char)).filter(|length| 0 < *length)?;
        let (name, behind) = self.rest.split_at_checked(length)?;
        let (sign, operator) = OPERATORS.iter().find(|(sign, _)| behind.starts_with(sign))?;
        self.take(length + sign.len());
        Some((name.to_owned(), *operator))
    }

    fn piece(&mut self, listed: bool) -> Result<Piece, FilterError> {
        let at = self.at;
        if self.rest.starts_with('"') {
            return self.quoted(at);
        }
        let text = self.skip(|char| !(char.is_whitespace() || (listed && char == ',')));
        if text.is_empty() {
            return Err(FilterError { at, problem: Problem::NoValue });
        }
        let (text, prefix) = text.strip_suffix('*').map_or((text, false), |text| (text, true));
        Ok(Piece { at, pattern: Pattern { text: text.to_owned(), prefix } })
    }

    /// A text in quotes, in which `\"` and `\\` stand for themselves.
    fn quoted(&mut self, at: usize) -> Result<Piece, FilterError> {
        self.take(1);
        let mut text = String::new();
        loop {
            text.push_str(self.skip(|char| char != '"' && char != '\\'));
            let mut chars = self.rest.chars();
            match (chars.next(), chars.next()) {
                (Some('"'), _) => {
                    self.take(1);
                    return Ok(Piece { at, pattern: Pattern { text, prefix: false } });
                }
                (Some('\\'), Some(escaped)) => {
                    self.take(1 + escaped.len_utf8());
                    text.push(escaped);
                }
                _ => return Err(FilterError { at, problem: Problem::OpenQuote }),
            }
        }
    }
}
