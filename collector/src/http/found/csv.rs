//! Lines of a table as RFC 4180 has them, with cells that no spreadsheet runs.

/// What makes spreadsheets take a cell for a formula when it begins a cell, their wide forms
/// included.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// A line of cells, which stand as they are: numbers, times, names of columns.
pub(super) fn line(cells: &[&str]) -> String {
    let mut line = cells.join(",");
    line.push_str("\r\n");
    line
}

/// A line under construction.
#[derive(Debug, Default)]
pub(super) struct Line(String);

impl Line {
    /// Adds what an agent wrote.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.comma();
        let begin = text.trim_start().chars().next();
        let is_formula = begin.is_some_and(|begin| FORMULA.contains(&begin))
            || text.starts_with(['\t', '\r', '\n']);
        let is_quoted = text.contains(['"', ',', '\r', '\n']) || text.trim() != text;
        if is_quoted {
            self.0.push('"');
        }
        if is_formula {
            self.0.push('\'');
        }
        for character in text.chars() {
            match character {
                '"' => self.0.push_str("\"\""),
                // Readers of files take it for the end of everything.
                '\0' => self.0.push(char::REPLACEMENT_CHARACTER),
                _ => self.0.push(character),
            }
        }
        if is_quoted {
            self.0.push('"');
        }
        self
    }

    /// Adds a text that may be absent; then the cell is empty.
    pub(super) fn some_text(&mut self, text: Option<&str>) -> &mut Self {
        self.text(text.unwrap_or_default())
    }

    /// Adds what we write ourselves: a number, a time, a word.
    pub(super) fn plain(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.comma();
        self.0.push_str(&value.to_string());
        self
    }

    /// The same, where it may be absent.
    pub(super) fn some(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        self.plain(value.map_or_else(String::new, |value| value.to_string()))
    }

    /// The finished line.
    pub(super) fn done(self) -> String {
        let Self(mut line) = self;
        line.push_str("\r\n");
        // No cell is empty without a comma behind it, so a line begins with one too many.
        line.split_off(1)
    }

    fn comma(&mut self) {
        self.0.push(',');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_run() {
        for (text, cell) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""),
            (" =1", "\"' =1\""),
            ("\t=1", "\"'\t=1\""),
            ("\tx", "\"'\tx\""),
            ("a=1", "a=1"),
            ("nul\0l", "nul\u{fffd}l"),
            ("{\"a\":1}", "\"{\"\"a\"\":1}\""),
        ] {
            let mut line = Line::default();
            line.text(text).plain(7);
            assert_eq!(line.done(), format!("{cell},7\r\n"), "{text:?}");
        }
        let mut line = Line::default();
        line.plain(-1).some(None::<u64>).some(Some(2)).some_text(None);
        assert_eq!(line.done(), "-1,,2,\r\n");
    }

    /// Reads a line as RFC 4180 says.
    fn read(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut rest = line.strip_suffix("\r\n").unwrap().chars().peekable();
        let mut is_quoted = false;
        while let Some(character) = rest.next() {
            match character {
                '"' if is_quoted && rest.peek() == Some(&'"') => {
                    rest.next();
                    cells.last_mut().unwrap().push('"');
                }
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => cells.push(String::new()),
                _ => cells.last_mut().unwrap().push(character),
            }
        }
        assert!(!is_quoted);
        cells
    }

    proptest! {
        #[test]
        fn any_text_comes_back(one in any::<String>(), other in any::<String>()) {
            let mut line = Line::default();
            line.text(&one).text(&other);
            let cells = read(&line.done());
            let meant = [one, other].map(|text| text.replace('\0', "\u{fffd}"));
            prop_assert_eq!(cells.len(), 2);
            for (cell, meant) in cells.iter().zip(&meant) {
                let bare = cell.strip_prefix('\'').unwrap_or(cell);
                prop_assert!(cell == meant || bare == meant);
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            }
        }
    }
}
