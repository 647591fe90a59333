//! Bounds texts that agents wrote.

/// The longest beginning of `text` that has at most `max_bytes` and ends between characters.
pub(super) fn clip(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn clips_between_characters() {
        assert_eq!(clip("plain", 9), "plain");
        assert_eq!(clip("plain", 3), "pla");
        assert_eq!(clip("aé", 2), "a");
        assert_eq!(clip("🌳", 3), "");
    }
}
