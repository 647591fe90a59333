//! Chance that always falls the same way: the `SplitMix64` generator from a seed.

/// A row of numbers that looks random and depends on nothing but its seed.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Starts the row.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub(super) const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// A number from `low` up to, but not including, `high`; `low` when there is none.
    pub(super) const fn between(&mut self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low);
        let roll = self.roll();
        if width == 0 { low } else { low + roll % width }
    }

    /// A number near `mean`: from half of it to one and a half of it.
    pub(super) const fn around(&mut self, mean: u64) -> u64 {
        self.between(mean / 2, mean + mean / 2)
    }

    /// True in `percent` of a hundred cases.
    pub(super) const fn chance(&mut self, percent: u64) -> bool {
        self.between(0, 100) < percent
    }

    /// One of `items`.
    #[expect(clippy::indexing_slicing, reason = "the index is a remainder of the length")]
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, items: &[T; N]) -> T {
        const { assert!(0 < N, "nothing to pick from") };
        items[usize::try_from(self.roll() >> 33).unwrap_or_default() % N]
    }

    /// `digits` hexadecimal digits, at most 16.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        format!("{:016x}", self.roll()).chars().take(digits).collect()
    }

    /// In the form of a version 4 UUID.
    pub(super) fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(
            (u128::from(self.roll()) << 64 | u128::from(self.roll())).to_be_bytes(),
        )
        .into_uuid()
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same_numbers() {
        let rolls = |seed| {
            let mut dice = Dice::new(seed);
            (dice.roll(), dice.uuid(), dice.hex(8), dice.pick(&["a", "b", "c"]))
        };
        assert_eq!(rolls(1), rolls(1));
        assert_ne!(rolls(1), rolls(2));
    }

    #[test]
    fn rolls_stay_in_their_bounds() {
        let mut dice = Dice::new(7);
        for _ in 0..1_000 {
            assert!((5..9).contains(&dice.between(5, 9)));
            assert!((50..150).contains(&dice.around(100)));
        }
        assert_eq!(dice.between(5, 5), 5);
        assert!(!dice.chance(0) && dice.chance(100));
    }
}
