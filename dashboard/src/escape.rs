//! The one escaper of all templates: agents' text becomes text, whatever it contains.
//!
//! Beside the five characters that HTML gives a meaning, it replaces what HTML cannot carry (NUL,
//! other control characters, noncharacters) by visible stand-ins, so that hostile text neither
//! changes the page's skeleton nor hides.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Escapes for HTML text and quoted attributes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_special) {
            let (plain, tail) = rest.split_at(at);
            out.write_str(plain)?;
            let mut chars = tail.chars();
            if let Some(special) = chars.next() {
                write_special(&mut out, special)?;
            }
            rest = chars.as_str();
        }
        out.write_str(rest)
    }
}

fn is_special(char: char) -> bool {
    matches!(char, '<' | '>' | '&' | '"' | '\'') || is_control(char) || is_noncharacter(char)
}

/// Control characters other than tab and line feed.
const fn is_control(char: char) -> bool {
    matches!(char, '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'..='\u{9f}')
}

fn is_noncharacter(char: char) -> bool {
    matches!(char, '\u{fdd0}'..='\u{fdef}') || 0xfffe <= u32::from(char) & 0xffff
}

fn write_special<W: Write>(out: &mut W, special: char) -> fmt::Result {
    match special {
        '<' => out.write_str("&lt;"),
        '>' => out.write_str("&gt;"),
        '&' => out.write_str("&amp;"),
        '"' => out.write_str("&quot;"),
        '\'' => out.write_str("&#39;"),
        other => out.write_char(stand_in(other)),
    }
}

/// `␀` … `␟` and `␡` for the ASCII controls, `�` for the rest.
fn stand_in(char: char) -> char {
    match u32::from(char) {
        code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7f => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        Visible.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn text_stays_text() {
        let cases = [
            ("plain, ünï, 🌳, שלום", "plain, ünï, 🌳, שלום"),
            ("<b a=\"1\" c='2'>&amp;", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;"),
            ("a\0b\x1b[31m\x7f", "a␀b␛[31m␡"),
            ("tab\tline\nreturn\r", "tab\tline\nreturn␍"),
            ("\u{85}\u{fdd0}\u{ffff}\u{1fffe}", "����"),
            ("", ""),
            ("<", "&lt;"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected);
        }
    }
}
