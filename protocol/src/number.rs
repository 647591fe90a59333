//! JSON numbers read exactly: by their digits, never through floating point.

/// The largest power of ten that a [`u128`] holds.
const POWER_MAX: u32 = 38;
/// Mantissas grow up to here, so that one more digit always fits. Later digits only count.
const MANTISSA_LIMIT: u128 = 10_u128.pow(POWER_MAX - 1);

/// A number times a power of ten, cut off towards zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scaled {
    /// Its whole part.
    pub value: i128,
    /// Whether nothing was cut off.
    pub exact: bool,
}

/// Reads `number` (JSON grammar: `12`, `0.10`, `-1e-3`) times 10^`scale`.
/// `None` for anything else, and for magnitudes that no [`i128`] holds.
pub(crate) fn scaled(number: &str, scale: i64) -> Option<Scaled> {
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() {
        return None;
    }
    let mut digits = Digits::default();
    digits.read(whole, 0)?;
    digits.read(fraction, -1)?;
    digits.scaled(scale.checked_add(exponent)?, negative)
}

/// Significant digits: `mantissa` × 10^`exponent`.
#[derive(Clone, Copy, Debug, Default)]
struct Digits {
    mantissa: u128,
    exponent: i64,
    cut: bool,
}

impl Digits {
    /// Takes in digits; each kept one moves the exponent by `step`, each dropped one by `step + 1`.
    fn read(&mut self, digits: &str, step: i64) -> Option<()> {
        for byte in digits.bytes() {
            let digit = byte.is_ascii_digit().then(|| u128::from(byte - b'0'))?;
            if self.mantissa < MANTISSA_LIMIT {
                self.mantissa = self.mantissa * 10 + digit;
                self.exponent += step;
            } else {
                self.cut |= digit != 0;
                self.exponent += step + 1;
            }
        }
        Some(())
    }

    fn scaled(self, exponent: i64, negative: bool) -> Option<Scaled> {
        if self.mantissa == 0 {
            return Some(Scaled { value: 0, exact: true });
        }
        let exponent = self.exponent.checked_add(exponent)?;
        let power = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
        let factor = (power <= POWER_MAX).then(|| 10_u128.pow(power));
        let (magnitude, rest) = match (factor, exponent < 0) {
            (Some(factor), false) => (self.mantissa.checked_mul(factor)?, 0),
            (Some(factor), true) => (self.mantissa / factor, self.mantissa % factor),
            (None, false) => return None,
            (None, true) => (0, self.mantissa),
        };
        let value = i128::try_from(magnitude).ok()?;
        let value = if negative { -value } else { value };
        Some(Scaled { value, exact: rest == 0 && !self.cut })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_digits() {
        let long_zero = format!("0.{}1", "0".repeat(400));
        let long_whole = format!("1{}e-400", "0".repeat(400));
        for (number, scale, expected) in [
            ("0", 0, Some((0, true))),
            ("-0", 6, Some((0, true))),
            ("12", 6, Some((12_000_000, true))),
            ("0.1", 6, Some((100_000, true))),
            ("0.10", 6, Some((100_000, true))),
            ("1e-3", 6, Some((1_000, true))),
            ("2.5E+1", 0, Some((25, true))),
            ("0.0000019", 6, Some((1, false))),
            ("-1.5", 0, Some((-1, false))),
            ("0e999", 0, Some((0, true))),
            ("1e999", 0, None),
            ("1e99999999999999999999", 0, None),
            ("340282366920938463463374607431768211456", 0, None),
            (long_zero.as_str(), 6, Some((0, false))),
            (long_whole.as_str(), 0, Some((1, true))),
            ("", 0, None),
            ("-", 0, None),
            (".5", 0, None),
            ("5.", 0, None),
            ("1x", 0, None),
            ("NaN", 0, None),
        ] {
            let read = scaled(number, scale).map(|read| (read.value, read.exact));
            assert_eq!(read, expected, "{number} at scale {scale}");
        }
    }
}
