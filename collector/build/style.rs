//! Style sheets as they are served: without comments and without space that says nothing. What
//! stands in quotes stays as it is.

/// What is served of the style sheet `text`.
pub(crate) fn small(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let token = if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |end| end + "/**/".len())
        } else if next.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else if matches!(next, '"' | '\'') {
            quoted(rest, next)
        } else {
            next.len_utf8()
        };
        let (token, after) = rest.split_at(token);
        rest = after;
        if token.starts_with("/*") || next.is_whitespace() {
            if !small.is_empty() && !small.ends_with([' ', '{', '}', ';', ',', ':', '>']) {
                small.push(' ');
            }
            continue;
        }
        if matches!(next, '{' | '}' | ';' | ',' | '>') && small.ends_with(' ') {
            small.pop();
        }
        if next == '}' && small.ends_with(';') {
            small.pop();
        }
        small.push_str(token);
    }
    small.truncate(small.trim_end().len());
    small
}

/// Bytes of the text in `quote`s at the beginning, with them.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|&(_, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + quote.len_utf8())
}
