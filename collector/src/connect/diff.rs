//! What changes in a text, line by line.

/// Unchanged lines that are shown around a change.
const AROUND_LINES: usize = 3;

/// Lines that go behind `-`, lines that come behind `+`, a few between them behind a space.
///
/// Settings change by a few blocks: between what both texts begin and end with, the lines that
/// stay are found one after the other.
pub(super) fn lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut marked: Vec<(char, &str)> = Vec::new();
    let common = longest_common(&old, &new);
    let (mut old, mut new) = (old.into_iter(), new.into_iter());
    for kept in common.into_iter().map(Some).chain([None]) {
        let stops = |line: &&str| Some(*line) != kept;
        marked.extend(old.by_ref().take_while(stops).map(|line| ('-', line)));
        marked.extend(new.by_ref().take_while(stops).map(|line| ('+', line)));
        marked.extend(kept.map(|line| (' ', line)));
    }
    let is_near = |at: usize| {
        let from = at.saturating_sub(AROUND_LINES);
        marked.iter().skip(from).take(at - from + AROUND_LINES + 1).any(|(mark, _)| *mark != ' ')
    };
    let mut text = String::new();
    let mut gap = false;
    for (at, (mark, line)) in marked.iter().enumerate() {
        if is_near(at) {
            text.extend([*mark, ' ']);
            text.push_str(line);
            text.push('\n');
        } else if !gap {
            text.push_str("  …\n");
        }
        gap = !is_near(at);
    }
    text
}

/// The longest sequence of lines that both have in this order.
fn longest_common<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<&'a str> {
    // lengths[i][j]: of the longest one behind line i of the old and line j of the new.
    let mut lengths = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    let at = |lengths: &Vec<Vec<usize>>, i: usize, j: usize| {
        lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0)
    };
    for (i, line) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let length = if line == other {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(place) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *place = length;
            }
        }
    }
    let (mut i, mut j, mut common) = (0, 0, Vec::new());
    while let (Some(line), Some(other)) = (old.get(i), new.get(j)) {
        if line == other {
            common.push(*line);
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i, j + 1) <= at(&lengths, i + 1, j) {
            i += 1;
        } else {
            j += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn changes_are_shown_with_their_surroundings() {
        for (before, after, expected) in [
            ("", "a\nb", "+ a\n+ b\n"),
            ("a\nb", "", "- a\n- b\n"),
            ("a\nb\nc", "a\nx\nc", "  a\n- b\n+ x\n  c\n"),
            ("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n7\n6", "  …\n  3\n  4\n  5\n+ 7\n  6\n"),
        ] {
            assert_eq!(lines(before, after), expected, "{before:?} {after:?}");
        }
    }
}
