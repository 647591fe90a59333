//! Money as integer micro-dollars, so that sums are exact and do not depend on their order.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
    ser::Error as _,
};

use crate::{limits::COST_MAX_MICRO_DOLLARS, number::scaled};

/// Millionths of a US dollar. On the wire a JSON number of dollars, in both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MicroDollars(pub i64);

impl MicroDollars {
    /// Reads a JSON number (`0.10`, `1e-3`, `12`) without going through floating point; digits
    /// below a micro-dollar are cut off. `None` for negative, absurd (above
    /// [`COST_MAX_MICRO_DOLLARS`]) or unreadable amounts.
    pub fn parse(number: &str) -> Option<Self> {
        let micros = i64::try_from(scaled(number, 6)?.value).ok()?;
        let negative = micros < 0 || number.starts_with('-') && micros != 0;
        (!negative && micros <= COST_MAX_MICRO_DOLLARS).then_some(Self(micros))
    }

    /// Dollars as a decimal string without needless zeros: `3.1`, `0.000021`, `12`.
    pub fn to_decimal(self) -> String {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let (dollars, micros) = (magnitude / 1_000_000, magnitude % 1_000_000);
        if micros == 0 {
            return format!("{sign}{dollars}");
        }
        let decimal = format!("{sign}{dollars}.{micros:06}");
        decimal.trim_end_matches('0').to_owned()
    }
}

impl Serialize for MicroDollars {
    /// Whole dollars as an integer, others as the floating-point number whose shortest form is
    /// the exact decimal (true up to 15 digits, nine billion dollars).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1_000_000 == 0 {
            return serializer.serialize_i64(self.0 / 1_000_000);
        }
        let dollars = self.to_decimal().parse::<f64>().map_err(S::Error::custom)?;
        serializer.serialize_f64(dollars)
    }
}

impl<'de> Deserialize<'de> for MicroDollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_f64(DollarsVisitor)
    }
}

struct DollarsVisitor;

impl DollarsVisitor {
    fn read<E: Error>(number: &str) -> Result<MicroDollars, E> {
        // Not `parse`: sums may be larger than what one event may say, and negative.
        let micros = scaled(number, 6).and_then(|read| i64::try_from(read.value).ok());
        micros.map(MicroDollars).ok_or_else(|| E::custom("not an amount of dollars"))
    }
}

impl Visitor<'_> for DollarsVisitor {
    type Value = MicroDollars;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an amount of dollars")
    }

    fn visit_i64<E: Error>(self, dollars: i64) -> Result<MicroDollars, E> {
        Self::read(&dollars.to_string())
    }

    fn visit_u64<E: Error>(self, dollars: u64) -> Result<MicroDollars, E> {
        Self::read(&dollars.to_string())
    }

    fn visit_f64<E: Error>(self, dollars: f64) -> Result<MicroDollars, E> {
        // The shortest decimal that means this number: what was written.
        Self::read(&dollars.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (number, expected) in [
            ("0.10", Some(100_000)),
            ("1e-3", Some(1_000)),
            ("12", Some(12_000_000)),
            ("0", Some(0)),
            ("-0", Some(0)),
            ("-0.0", Some(0)),
            ("0.0000019", Some(1)),
            ("1000000000", Some(COST_MAX_MICRO_DOLLARS)),
            ("1000000000.000001", None),
            ("-0.01", None),
            ("1e400", None),
            ("", None),
            ("NaN", None),
            ("\"1\"", None),
        ] {
            assert_eq!(MicroDollars::parse(number), expected.map(MicroDollars), "{number}");
        }
    }

    #[test]
    fn a_tenth_and_two_tenths_are_three_tenths() {
        let sum = ["0.1", "0.2"].map(|text| MicroDollars::parse(text).unwrap().0).iter().sum();
        assert_eq!(serde_json::to_string(&MicroDollars(sum)).unwrap(), "0.3");
        assert_eq!(MicroDollars(sum).to_decimal(), "0.3");
    }

    #[test]
    fn decimals_have_no_needless_zeros() {
        for (micros, decimal) in [
            (0, "0"),
            (12_000_000, "12"),
            (3_100_000, "3.1"),
            (21, "0.000021"),
            (-1_500_000, "-1.5"),
            (999_999_999_999_999, "999999999.999999"),
        ] {
            assert_eq!(MicroDollars(micros).to_decimal(), decimal);
        }
    }

    proptest! {
        #[test]
        fn amounts_survive_the_wire(micros in 0..=COST_MAX_MICRO_DOLLARS) {
            let amount = MicroDollars(micros);
            let json = serde_json::to_string(&amount).unwrap();
            prop_assert_eq!(MicroDollars::parse(&json), Some(amount));
            prop_assert_eq!(serde_json::from_str::<MicroDollars>(&json).unwrap(), amount);
            prop_assert_eq!(MicroDollars::parse(&amount.to_decimal()), Some(amount));
        }
    }
}
