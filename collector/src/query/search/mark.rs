//! Marks in a text what was looked for, as the full-text index sees it: words, whatever their
//! case. An accent that the index overlooks goes unmarked.

use std::ops::Range;

use banyan_protocol::view::Fragment;

use super::super::filter::{Condition, Filter};

/// Characters of a text shown before the first mark.
const LEAD_MAX_CHARS: usize = 60;
/// Characters of a text shown in all.
const SNIPPET_MAX_CHARS: usize = 240;

/// What is looked for.
#[derive(Debug, Default)]
pub(super) struct Needles(Vec<Needle>);

#[derive(Debug)]
struct Needle {
    words: Vec<String>,
    /// The last word is the beginning of one.
    prefix: bool,
}

impl Needles {
    /// The texts that `filter` asks for.
    pub(super) fn of(filter: &Filter) -> Self {
        let wanted = filter.terms.iter().filter(|term| !term.negated);
        let needles = wanted.filter_map(|term| match &term.condition {
            Condition::Text(pattern) => Some(Needle {
                words: words(&pattern.text).into_iter().map(|(_, word)| word).collect(),
                prefix: pattern.prefix,
            }),
            Condition::Key { .. } => None,
        });
        Self(needles.filter(|needle| !needle.words.is_empty()).collect())
    }

    /// All of `text` with its marks; `None` without any, or where it is too long.
    pub(super) fn mark(&self, text: &str) -> Option<Vec<Fragment>> {
        if SNIPPET_MAX_CHARS < text.chars().count() {
            return None;
        }
        let marks = self.find(text);
        (!marks.is_empty()).then(|| fragments(text, 0..text.len(), &marks))
    }

    /// What stands around the first mark in `text`, in one line; `None` without any.
    pub(super) fn snippet(&self, text: &str) -> Option<Vec<Fragment>> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let marks = self.find(&line);
        let first = marks.first()?;
        let lead = line.get(..first.start)?.char_indices().rev().nth(LEAD_MAX_CHARS - 1);
        let from = lead.map_or(0, |(at, _)| at);
        let end = line.get(from..)?.char_indices().nth(SNIPPET_MAX_CHARS);
        let to = end.map_or(line.len(), |(at, _)| from + at);
        let mut shown = fragments(&line, from..to, &marks);
        if let Some(first) = shown.first_mut().filter(|_| 0 < from) {
            first.text.insert(0, '…');
        }
        if let Some(last) = shown.last_mut().filter(|_| to < line.len()) {
            last.text.push('…');
        }
        Some(shown)
    }

    /// Where the needles are, in order and apart from each other.
    fn find(&self, text: &str) -> Vec<Range<usize>> {
        let words = words(text);
        let mut marks: Vec<Range<usize>> = Vec::new();
        for (at, (range, _)) in words.iter().enumerate() {
            let here = words.get(at..).unwrap_or_default();
            let found = self.0.iter().filter(|needle| needle.stands_at(here));
            let Some(length) = found.map(|needle| needle.words.len()).max() else { continue };
            let end = here.get(length - 1).map_or(range.end, |(last, _)| last.end);
            match marks.last_mut() {
                Some(last) if range.start < last.end => last.end = last.end.max(end),
                _ => marks.push(range.start..end),
            }
        }
        marks
    }
}

impl Needle {
    fn stands_at(&self, text: &[(Range<usize>, String)]) -> bool {
        let Some(last) = self.words.len().checked_sub(1) else { return false };
        self.words.len() <= text.len()
            && self.words.iter().zip(text).enumerate().all(|(at, (wanted, (_, word)))| {
                if at == last && self.prefix {
                    word.starts_with(wanted.as_str())
                } else {
                    word == wanted
                }
            })
    }
}

/// The words of a text in lower case, and where they are.
fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, char) in text.char_indices().chain([(text.len(), ' ')]) {
        match (char.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.extend(text.get(from..at).map(|word| (from..at, word.to_lowercase())));
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    words
}

/// The part of `text` in `shown`, cut at its marks.
fn fragments(text: &str, shown: Range<usize>, marks: &[Range<usize>]) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let mut add = |range: Range<usize>, marked| {
        if let Some(text) = text.get(range).filter(|text| !text.is_empty()) {
            fragments.push(Fragment { text: text.to_owned(), marked });
        }
    };
    let mut at = shown.start;
    for mark in marks.iter().filter(|mark| shown.start <= mark.start && mark.end <= shown.end) {
        add(at..mark.start, false);
        add(mark.clone(), true);
        at = mark.end;
    }
    add(at..shown.end, false);
    fragments
}

#[cfg(test)]
mod tests {
    use super::{super::super::filter::parse, *};

    /// Marks as `[mark]`.
    fn line(fragments: &[Fragment]) -> String {
        let mark = |Fragment { text, marked }: &Fragment| {
            if *marked { format!("[{text}]") } else { text.clone() }
        };
        fragments.iter().map(mark).collect()
    }

    #[test]
    fn what_was_looked_for_is_marked() {
        for (query, text, expected) in [
            ("exit", "Exit code 1; no exits", Some("[Exit] code 1; no exits")),
            (r#""exit 101""#, "it said exit-101, exit 1", Some("it said [exit-101], exit 1")),
            ("ex*", "exit Exam text", Some("[exit] [Exam] text")),
            ("a b", "b a", Some("[b] [a]")),
            (r#""a b" "b c""#, "a b c", Some("[a b c]")),
            ("-exit tool:exit", "exit", None),
            ("exit", "nothing", None),
            ("<b>", "<b>x</b>", Some("<[b]>x</[b]>")),
            ("שלום", "שלום 🌳 שלום", Some("[שלום] 🌳 [שלום]")),
        ] {
            let needles = Needles::of(&parse(query).unwrap());
            assert_eq!(needles.mark(text).as_deref().map(line).as_deref(), expected, "{query}");
        }
    }

    #[test]
    fn long_texts_are_cut_around_the_first_mark() {
        let needles = Needles::of(&parse("needle").unwrap());
        let text = format!("{} needle\n {}", "é ".repeat(100), "x ".repeat(500));
        let shown = line(&needles.snippet(&text).unwrap());
        assert!(shown.starts_with("…é é") || shown.starts_with("… é"), "{shown}");
        assert!(shown.contains("é [needle] x x") && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() <= SNIPPET_MAX_CHARS + 4, "{shown}");
        assert_eq!(line(&needles.snippet("a needle").unwrap()), "a [needle]");
        assert_eq!(needles.snippet("hay"), None);
        assert_eq!(needles.mark(&text), None);
    }
}
