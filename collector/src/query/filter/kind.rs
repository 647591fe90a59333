//! Short names of the types of events: `tool.end` and `tool_end` for `operation.tool_end`.

use banyan_protocol::Fact;

use super::Pattern;

/// The type that is meant; what is not short for one of ours stays as it is.
pub(super) fn full(pattern: Pattern) -> Pattern {
    if pattern.prefix {
        return pattern;
    }
    let wanted = pattern.text.replace('_', ".");
    let found = Fact::KINDS.into_iter().find(|kind| {
        kind.split_once('.').is_some_and(|(_, short)| short.replace('_', ".") == wanted)
    });
    match found {
        Some(kind) => Pattern { text: kind.to_owned(), prefix: false },
        None => pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_short_names() {
        for (text, expected) in [
            ("tool.end", "operation.tool_end"),
            ("tool_end", "operation.tool_end"),
            ("operation.tool_end", "operation.tool_end"),
            ("thought", "cognition.thought"),
            ("agent_spawn", "operation.agent_spawn"),
            ("acme.thought", "acme.thought"),
            ("end", "end"),
        ] {
            let pattern = Pattern { text: text.to_owned(), prefix: false };
            assert_eq!(full(pattern).text, expected);
        }
        let prefix = Pattern { text: "thought".to_owned(), prefix: true };
        assert_eq!(full(prefix.clone()), prefix);
    }
}
