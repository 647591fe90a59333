//! Queries made of queries: without a term, narrowed to one value, corrected.

use super::{Condition, Filter, FilterError, Key, Operator, Problem, Term};

impl Filter {
    /// The query without one of its terms.
    pub(in crate::query) fn without(&self, index: usize) -> String {
        join(self.terms.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, term)| term))
    }

    /// The query narrowed to one value of `key`, which takes the place of all values of that key
    /// that were alternatives so far.
    pub(in crate::query) fn narrowed(&self, key: Key, value: &str) -> String {
        let is_alternative = |term: &&Term| match &term.condition {
            Condition::Key { key: of, operator, .. } => {
                !term.negated && *of == key && *operator == Operator::Is
            }
            Condition::Text(_) => false,
        };
        let kept = join(self.terms.iter().filter(|term| !is_alternative(term)));
        let added = format!("{}:{}", key.name(), quoted(value));
        if kept.is_empty() { added } else { format!("{kept} {added}") }
    }
}

fn join<'t>(terms: impl Iterator<Item = &'t Term>) -> String {
    terms.map(|term| term.source.as_str()).collect::<Vec<_>>().join(" ")
}

/// `value` as it stands for itself in a query.
pub(in crate::query) fn quoted(value: &str) -> String {
    let is_odd = |char: char| char.is_whitespace() || matches!(char, ',' | '"');
    if value.is_empty() || value.contains(is_odd) || value.ends_with('*') {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        value.to_owned()
    }
}

/// The query with the word in it that was probably meant.
pub(in crate::query) fn corrected(query: &str, error: &FilterError) -> Option<String> {
    let (Problem::UnknownKey(Some(word)) | Problem::UnknownValue(Some(word))) = error.problem
    else {
        return None;
    };
    let (at, _) = query.char_indices().nth(error.at.checked_sub(1)?)?;
    let (before, rest) = query.split_at_checked(at)?;
    let (sign, rest) = match rest.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", rest),
    };
    let length = match (error.problem, rest.strip_prefix('"')) {
        (Problem::UnknownValue(_), Some(inner)) => inner.find('"')? + 2,
        (Problem::UnknownValue(_), None) => {
            rest.find(|char: char| char.is_whitespace() || char == ',').unwrap_or(rest.len())
        }
        _ => rest.find([':', '<', '>'])?,
    };
    let (_, behind) = rest.split_at_checked(length)?;
    Some(format!("{before}{sign}{word}{behind}"))
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn terms_can_be_taken_out() {
        let filter = parse(r#"  -status:failed   "exit 101" cost>1"#).unwrap();
        assert_eq!(filter.without(0), r#""exit 101" cost>1"#);
        assert_eq!(filter.without(1), "-status:failed cost>1");
        assert_eq!(filter.without(9), r#"-status:failed "exit 101" cost>1"#);
    }

    #[test]
    fn a_narrowed_query_asks_for_one_value() {
        for (query, value, expected) in [
            ("", "bash", "tool:bash"),
            ("x tool:bash,cargo ok:false", "cargo", "x ok:false tool:cargo"),
            ("tool:a tool:b", "a", "tool:a"),
            ("-tool:a", "b", "-tool:a tool:b"),
            ("", "a b", r#"tool:"a b""#),
            ("", r#"a"\b"#, r#"tool:"a\"\\b""#),
            ("", "a*", r#"tool:"a*""#),
            ("", "a,b", r#"tool:"a,b""#),
        ] {
            let narrowed = parse(query).unwrap().narrowed(Key::Tool, value);
            assert_eq!(narrowed, expected);
            assert!(parse(&narrowed).is_ok(), "{narrowed}");
        }
    }

    #[test]
    fn mistakes_are_corrected_in_place() {
        for (query, expected) in [
            ("knd:x a", Some("kind:x a")),
            ("é -staus:failed", Some("é -status:failed")),
            ("a status:faild,idle", Some("a status:failed,idle")),
            (r#"status:"faild" x"#, Some("status:failed x")),
            ("cst>1", Some("cost>1")),
            ("xyzzy:x", None),
            ("cost>x", None),
        ] {
            let error = parse(query).unwrap_err();
            assert_eq!(corrected(query, &error).as_deref(), expected, "{query}");
        }
    }
}
