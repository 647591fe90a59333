//! A filter as a question to the full-text index, which finds every event that may be meant.
//!
//! Of texts it is exact. Of types and tools it knows the words, not their order and ends, so it
//! may find too many: [`super::event`] asks the rest.

use super::{Condition, Key, Pattern, Term, Value, groups};

/// A mark that every event has, and one that none has.
const ALL: &str = "mark : \"event\"";
const NONE: &str = "mark : \"nothing\"";

/// The question for events for which all of `terms` hold, of these sessions if there are any;
/// `None` where it would be every event.
pub(in crate::query) fn expression(terms: &[&Term], sessions: Option<&[i64]>) -> Option<String> {
    let mut wanted: Vec<String> = Vec::new();
    let mut unwanted: Vec<String> = Vec::new();
    for group in groups(terms) {
        let Some(first) = group.first() else { continue };
        match &first.condition {
            Condition::Text(pattern) if pattern.text.trim().is_empty() => {}
            Condition::Text(pattern) if !has_words(&pattern.text) => {
                if !first.negated {
                    wanted.push(NONE.to_owned());
                }
            }
            Condition::Text(pattern) => {
                let question = format!("text : {}", phrase(pattern));
                (if first.negated { &mut unwanted } else { &mut wanted }).push(question);
            }
            Condition::Key { key, .. } if !first.negated => wanted.extend(narrowing(*key, &group)),
            Condition::Key { .. } => {}
        }
    }
    if let Some(sessions) = sessions {
        let marks: Vec<String> = sessions.iter().map(|no| format!("\"s{no}\"")).collect();
        wanted.push(if marks.is_empty() { NONE.to_owned() } else { any("mark", &marks) });
    }
    if wanted.is_empty() && unwanted.is_empty() {
        return None;
    }
    let wanted = if wanted.is_empty() { ALL.to_owned() } else { wanted.join(" AND ") };
    if unwanted.is_empty() {
        return Some(wanted);
    }
    Some(format!("({wanted}) NOT ({})", unwanted.join(" OR ")))
}

/// What the index knows of the values of a key.
fn narrowing(key: Key, group: &[&Term]) -> Option<String> {
    let column = match key {
        Key::Kind => "kind",
        Key::Tool => "tool",
        Key::Ok => "mark",
        _ => return None,
    };
    let values = group.iter().flat_map(|term| match &term.condition {
        Condition::Key { values, .. } => values.as_slice(),
        Condition::Text(_) => &[],
    });
    let phrases: Option<Vec<String>> = values
        .map(|value| match value {
            Value::Text(pattern) => has_words(&pattern.text).then(|| phrase(pattern)),
            Value::Outcome(true) => Some("\"ok\"".to_owned()),
            Value::Outcome(false) => Some("\"failed\"".to_owned()),
            Value::Number(_)
            | Value::Moment(_)
            | Value::Status(_)
            | Value::Trait(_)
            | Value::Part(_)
            | Value::Rule(_) => None,
        })
        .collect();
    phrases.map(|phrases| any(column, &phrases))
}

fn any(column: &str, phrases: &[String]) -> String {
    format!("{column} : ({})", phrases.join(" OR "))
}

/// Whether the index sees any word in it.
fn has_words(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

fn phrase(pattern: &Pattern) -> String {
    let star = if pattern.prefix { " *" } else { "" };
    // The index's grammar ends at a NUL.
    format!("\"{}\"{star}", pattern.text.replace('\0', " ").replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[track_caller]
    fn check(query: &str, sessions: Option<&[i64]>, expected: Option<&str>) {
        let filter = parse(query).unwrap();
        let terms: Vec<_> = filter.terms.iter().collect();
        assert_eq!(expression(&terms, sessions).as_deref(), expected, "{query}");
    }

    #[test]
    fn filters_become_questions_to_the_index() {
        check("", None, None);
        check("agent:x -tool:a", None, None);
        check(r#""exit 101""#, None, Some(r#"text : "exit 101""#));
        check("a b*", None, Some(r#"text : "a" AND text : "b" *"#));
        check(r#""say \"hi\"""#, None, Some(r#"text : "say ""hi""""#));
        check(
            "kind:tool.end tool:a,b tool:c ok:false",
            None,
            Some(
                r#"kind : ("operation.tool_end") AND tool : ("a" OR "b" OR "c") AND mark : ("failed")"#,
            ),
        );
        check("-x", None, Some(r#"(mark : "event") NOT (text : "x")"#));
        check("a -b -c", None, Some(r#"(text : "a") NOT (text : "b" OR text : "c")"#));
        check("x", Some(&[3, 9]), Some(r#"text : "x" AND mark : ("s3" OR "s9")"#));
        check("", Some(&[]), Some(r#"mark : "nothing""#));
        check("?!", None, Some(r#"mark : "nothing""#));
        check("tool:?!", None, None);
    }
}
