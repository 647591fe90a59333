//! Makes almost-JSON readable: lone surrogates, `NaN`, `Infinity`.
//!
//! Only asked when parsing failed; valid JSON never passes through here.

/// The repaired text, or `None` when there was nothing that this module repairs.
///
/// Lone `\ud83d` escapes become `\ufffd`; the bare words `NaN`, `Infinity` and `-Infinity`
/// (as Python writes them) become `null`.
pub fn repair(json: &str) -> Option<String> {
    todo!("{json}")
}
