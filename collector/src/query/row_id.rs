//! Short forms of sessions on pages: the number of the row in base 36, `3f`.

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What a row of a page stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKey {
    /// A session: `3f`.
    One(RowNo),
    /// Siblings that stand in one row, by the first and the last of them: `9a~b3`.
    Several(RowNo, RowNo),
}

impl RowKey {
    /// What `key` stands for; `None` for anything that is not a short form.
    pub(crate) fn parse(key: &str) -> Option<Self> {
        match key.split_once('~') {
            Some((first, last)) => Some(Self::Several(RowNo::parse(first)?, RowNo::parse(last)?)),
            None => RowNo::parse(key).map(Self::One),
        }
    }

    /// The session, or the first of several.
    pub(crate) const fn first(self) -> RowNo {
        match self {
            Self::One(one) | Self::Several(one, _) => one,
        }
    }
}

/// A session by its number in the view, as pages name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowNo(pub(super) i64);

impl RowNo {
    /// The session that `row` stands for; `None` for anything that is not a short form.
    pub(crate) fn parse(row: &str) -> Option<Self> {
        decode(row).map(Self)
    }
}

/// The short form of the session `no`.
pub(super) fn encode(no: i64) -> String {
    let mut rest = no.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(rest % 36).unwrap_or(0);
        digits.extend(DIGITS.get(digit).copied().map(char::from));
        rest /= 36;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// The session that `row` stands for, if it is of the form that [`encode`] gives.
pub(super) fn decode(row: &str) -> Option<i64> {
    let no = i64::from_str_radix(row, 36).ok()?;
    (encode(no) == row).then_some(no)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_short_forms() {
        for (no, row) in [(1, "1"), (35, "z"), (36, "10"), (123, "3f"), (i64::MAX, "1y2p0ij32e8e7")]
        {
            assert_eq!(encode(no), row);
            assert_eq!(decode(row), Some(no));
        }
    }

    #[test]
    fn several_rows_are_named_by_their_ends() {
        let several = |first, last| Some(RowKey::Several(RowNo(first), RowNo(last)));
        for (key, expected) in [
            ("3f", Some(RowKey::One(RowNo(123)))),
            ("z~10", several(35, 36)),
            ("z~", None),
            ("~z", None),
            ("1~2~3", None),
        ] {
            assert_eq!(RowKey::parse(key), expected, "{key}");
        }
    }

    #[test]
    fn other_texts_are_no_rows() {
        for row in ["", "-1", "+1", "01", "3F", "3 f", "é", "1y2p0ij32e8e8", "zzzzzzzzzzzzzz"] {
            assert_eq!(decode(row), None, "{row}");
        }
    }
}
