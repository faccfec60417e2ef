//! Numbers that look random and are the same for the same seed (SplitMix64).

/// A source of choices.
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of one case: cases do not depend on how many came before.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut dice = Dice(seed ^ case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to one less than `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    /// One of these.
    pub(crate) fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let at = usize::try_from(self.roll(of.len() as u64)).unwrap_or(0);
        of.get(at).copied().unwrap_or_default()
    }
}
