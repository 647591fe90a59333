//! Just enough of Rust's grammar to see which names a source uses.

/// The first path segments behind `prefix`, also of `prefix{a, b::{c, d}}`.
pub fn roots_behind(code: &str, prefix: &str) -> Vec<String> {
    let mut roots = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = &code[..at];
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let (mut level, mut word, mut fresh) = (0, String::new(), true);
        for c in rest.chars() {
            match c {
                '{' => level += 1,
                '}' => level -= 1,
                ',' if level == 1 => fresh = true,
                c if fresh && (c.is_alphanumeric() || c == '_') => word.push(c),
                _ => {}
            }
            let inside = c.is_alphanumeric() || c == '_';
            if !inside && !word.is_empty() {
                roots.push(std::mem::take(&mut word));
                fresh = false;
            }
            if !inside && level <= 0 {
                break;
            }
        }
    }
    roots
}

/// Whether `name::` begins a path somewhere.
pub fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::"))
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

/// Rust source without comments and without what is inside string literals.
pub fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = raw_string(rest) {
            raw
        } else if c == '"' {
            string_end(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else if let Some(escaped) = rest.strip_prefix("'\\") {
            escaped.get(1..).and_then(|more| more.find('\'')).map_or(rest.len(), |end| end + 4)
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skip..];
    }
    code
}

fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?.chars().take_while(|c| *c == '#').count();
    let body = rest[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    body.find(&close).map(|end| 2 + hashes + end + close.len())
}

fn string_end(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
