use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn of(numbers: impl IntoIterator<Item = i64>) -> Ranges {
    let mut ranges = Ranges::default();
    for number in numbers {
        ranges.insert(number);
    }
    ranges
}

#[track_caller]
fn check(numbers: &[i64], gaps: &[(i64, i64)], missing: u64) {
    let ranges = of(numbers.iter().copied());
    assert_eq!(ranges.gaps().collect::<Vec<_>>(), gaps);
    assert_eq!(ranges.missing_count(), missing);
    assert!(ranges.is_exact());
}

#[test]
fn gaps_begin_at_one_or_at_a_received_zero() {
    check(&[], &[], 0);
    check(&[1], &[], 0);
    check(&[0], &[], 0);
    check(&[0, 1, 2], &[], 0);
    check(&[0, 2], &[(1, 1)], 1);
    check(&[3], &[(1, 2)], 2);
    check(&[1, 2, 5, 9], &[(3, 4), (6, 8)], 5);
    check(&[i64::MAX], &[(1, i64::MAX - 1)], 9_223_372_036_854_775_806);
    check(&[0, i64::MAX], &[(1, i64::MAX - 1)], 9_223_372_036_854_775_806);
    check(&[i64::MAX - 1, i64::MAX, i64::MAX], &[(1, i64::MAX - 2)], 9_223_372_036_854_775_805);
}

#[test]
fn a_late_number_heals_its_gap() {
    assert_eq!(of([1, 3, 4, 2]), of([1, 2, 3, 4]));
}

#[test]
fn state_is_a_list_of_pairs() {
    let text = serde_json::to_string(&of([1, 2, 3, 7])).unwrap();
    assert_eq!(text, r#"{"received":[[1,3],[7,7]]}"#);
    assert_eq!(serde_json::from_str::<Ranges>(&text).unwrap(), of([1, 2, 3, 7]));
}

#[test]
fn too_many_ranges_merge_the_closest_and_say_so() {
    let limit = i64::try_from(RANGES_MAX_COUNT).unwrap();
    let mut ranges = of((1..=limit).map(|index| index * 10));
    assert!(ranges.is_exact());
    ranges.insert(10 * limit + 5);
    assert!(!ranges.is_exact());
    assert!(ranges.received.len() <= RANGES_MAX_COUNT);
    assert!(ranges.contains(10 * limit + 3), "between the closest neighbours");
    assert!(!ranges.contains(15), "between neighbours farther apart");
    assert_eq!(ranges.missing_count(), u64::try_from(9 * limit).unwrap());
}

proptest! {
    /// GAP-1: the same answers as a set of numbers, and the same state in any order.
    #[test]
    fn ranges_equal_a_set(
        numbers in prop::collection::vec(prop_oneof![0i64..60, i64::MAX - 9..=i64::MAX], 0..80),
        asked in prop_oneof![0i64..60, i64::MAX - 9..=i64::MAX],
    ) {
        let ranges = of(numbers.iter().copied());
        let set: BTreeSet<i64> = numbers.iter().copied().collect();
        prop_assert_eq!(ranges.contains(asked), set.contains(&asked));
        prop_assert_eq!(ranges.largest(), set.last().copied());
        prop_assert_eq!(&ranges, &of(set.iter().copied()));
        prop_assert_eq!(&ranges, &of(set.iter().rev().copied()));

        let first = set.first().map_or(1, |&smallest| smallest.min(1));
        let missing = set.last().map_or(0, |&largest| largest.abs_diff(first) + 1);
        let expected = missing.saturating_sub(u64::try_from(set.len()).unwrap());
        prop_assert_eq!(ranges.missing_count(), expected);
        for (from, to) in ranges.gaps() {
            prop_assert!(!set.range(from..=to).any(|_| true), "a gap holds a received number");
            prop_assert!(from == 1 || set.contains(&(from - 1)), "a gap begins too late");
            prop_assert!(set.contains(&(to + 1)), "a gap ends too early");
        }
    }
}
