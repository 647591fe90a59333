//! What the values of a key mean.

use banyan_protocol::{
    MicroDollars, Timestamp,
    view::{AlertRule, Status},
};

use super::{Key, Moment, Part, Pattern, Problem, Trait, Value, key::nearest_of, kind};

const SECOND: i64 = 1_000_000;
const DURATION_UNITS: [(&str, i64); 5] = [
    ("ms", 1_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];
const COUNT_UNITS: [(&str, i64); 5] =
    [("k", 1_000), ("m", 1_000_000), ("M", 1_000_000), ("g", 1_000_000_000), ("G", 1_000_000_000)];

const OUTCOMES: [(&str, bool); 2] = [("true", true), ("false", false)];
const TRAITS: [(&str, Trait); 9] = [
    ("root", Trait::Root),
    ("orphan", Trait::Orphan),
    ("leaf", Trait::Leaf),
    ("live", Trait::Live),
    ("ended", Trait::Ended),
    ("placeholder", Trait::Placeholder),
    ("complete", Trait::Complete),
    ("stalled", Trait::Stalled),
    ("attention", Trait::Attention),
];
const RULES: [(&str, AlertRule); 5] = [
    ("loop", AlertRule::Loop),
    ("low_confidence", AlertRule::LowConfidence),
    ("error_cascade", AlertRule::ErrorCascade),
    ("stall", AlertRule::Stall),
    ("cost_spike", AlertRule::CostSpike),
];
const PARTS: [(&str, Part); 5] = [
    ("failed", Part::Failed),
    ("alert", Part::Alert),
    ("error", Part::Error),
    ("children", Part::Children),
    ("missing", Part::Missing),
];

/// Reads a value of `key`.
pub(super) fn read(key: Key, pattern: Pattern) -> Result<Value, Problem> {
    let text = pattern.text.as_str();
    match key {
        Key::Id | Key::Agent | Key::Goal | Key::Tool | Key::Model | Key::Err => {
            Ok(Value::Text(pattern))
        }
        Key::Kind => Ok(Value::Text(kind::full(pattern))),
        Key::Ok => one_of(text, OUTCOMES).map(Value::Outcome),
        Key::Parent | Key::Root | Key::Under if pattern.prefix => {
            Err(Problem::BadValue("a whole session id"))
        }
        Key::Parent | Key::Root | Key::Under => Ok(Value::Text(pattern)),
        Key::Status => {
            one_of(text, Status::ALL.map(|status| (status.word(), status))).map(Value::Status)
        }
        Key::Alert => one_of(text, RULES).map(Value::Rule),
        Key::Is => one_of(text, TRAITS).map(Value::Trait),
        Key::Has => one_of(text, PARTS).map(Value::Part),
        Key::Depth | Key::Group | Key::Steps | Key::Events | Key::Pos | Key::Tok => {
            let number = scaled(text, &COUNT_UNITS, 1);
            number.map(Value::Number).ok_or(Problem::BadValue("a number such as 12 or 10k"))
        }
        Key::Cost => {
            let dollars = MicroDollars::parse(text.strip_prefix('$').unwrap_or(text));
            let number = dollars.map(|MicroDollars(micros)| Value::Number(micros));
            number.ok_or(Problem::BadValue("dollars such as 0.25"))
        }
        Key::Dur => {
            let micros = scaled(text, &DURATION_UNITS, SECOND);
            micros.map(Value::Number).ok_or(Problem::BadValue("a duration such as 90s, 5m or 2h"))
        }
        Key::Started | Key::Ended | Key::After | Key::Before => moment(text)
            .map(Value::Moment)
            .ok_or(Problem::BadValue("a time such as 2026-11-20, 2026-11-20T10:00:00Z or -24h")),
    }
}

/// The meaning of one of a few words.
fn one_of<T, const N: usize>(text: &str, words: [(&'static str, T); N]) -> Result<T, Problem> {
    let nearest = nearest_of(text, words.iter().map(|(word, _)| *word));
    let found = words.into_iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning).ok_or(Problem::UnknownValue(nearest))
}

/// A decimal number with a unit, or in `plain` units without one; cut to whole numbers.
fn scaled(text: &str, units: &[(&str, i64)], plain: i64) -> Option<i64> {
    let digits = text.find(|char: char| !char.is_ascii_digit() && char != '.');
    let (number, unit) = text.split_at_checked(digits.unwrap_or(text.len()))?;
    let factor = match unit {
        "" => plain,
        unit => units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor)?,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || number.ends_with('.') || 9 < fraction.len() {
        return None;
    }
    let whole = whole.parse::<i64>().ok()?.checked_mul(factor)?;
    let mut part = if fraction.is_empty() { 0 } else { fraction.parse::<i128>().ok()? };
    part *= i128::from(factor);
    for _ in 0..fraction.len() {
        part /= 10;
    }
    whole.checked_add(i64::try_from(part).ok()?)
}

fn moment(text: &str) -> Option<Moment> {
    if let Some(ago) = text.strip_prefix('-') {
        return scaled(ago, &DURATION_UNITS, SECOND).map(Moment::Ago);
    }
    if text.len() == "2026-11-20".len() {
        return Timestamp::parse(&format!("{text}T00:00:00Z")).map(Moment::Day);
    }
    Timestamp::parse(text).map(Moment::At)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_scaled_exactly() {
        for (text, expected) in [
            ("0", Some(0)),
            ("12", Some(12)),
            ("10k", Some(10_000)),
            ("1.5M", Some(1_500_000)),
            ("0.0001k", Some(0)),
            ("1.", None),
            (".5", None),
            ("", None),
            ("k", None),
            ("1x", None),
            ("-1", None),
            ("1.2.3", None),
            ("1.0000000001", None),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("9223372036854775807k", None),
            ("９", None),
        ] {
            assert_eq!(scaled(text, &COUNT_UNITS, 1), expected, "{text}");
        }
        assert_eq!(scaled("1.5h", &DURATION_UNITS, SECOND), Some(5_400 * SECOND));
        assert_eq!(scaled("90", &DURATION_UNITS, SECOND), Some(90 * SECOND));
        assert_eq!(scaled("250ms", &DURATION_UNITS, SECOND), Some(250_000));
    }
}
