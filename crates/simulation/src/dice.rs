//! Numbers that look thrown and are not: the same seed and the same question give the same answer, in whatever order they are asked. So
//! a death in the middle, or a step that somebody adds, changes no other throw.

use banso_kernel::{CorporateNumber, Digest, OrganisationId, PersonId, RequestId};
use uuid::Uuid;

/// Dice of one seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dice {
    seed: String,
}

impl Dice {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Dice { seed: format!("banso simulation {seed}") }
    }

    fn digest(&self, of: &str) -> Digest {
        Digest::of(format!("{}/{of}", self.seed).as_bytes())
    }

    /// A number from 0 to one less than `sides`.
    #[must_use]
    pub fn roll(&self, of: &str, sides: u64) -> u64 {
        let bits = self.digest(of).as_bytes().iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        bits.checked_rem(sides).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    #[must_use]
    pub fn between(&self, of: &str, low: i64, high: i64) -> i64 {
        let sides = u64::try_from(high.saturating_sub(low)).unwrap_or_default().saturating_add(1);
        low.saturating_add(i64::try_from(self.roll(of, sides)).unwrap_or_default())
    }

    /// So many days, `low` to `high`.
    #[must_use]
    pub fn days(&self, of: &str, low: i32, high: i32) -> i32 {
        i32::try_from(self.between(of, i64::from(low), i64::from(high))).unwrap_or(low)
    }

    /// True once in `n` times.
    #[must_use]
    pub fn one_in(&self, of: &str, n: u64) -> bool {
        self.roll(of, n) == 0
    }

    fn uuid(&self, of: &str) -> Uuid {
        let mut bytes = [0_u8; 16];
        bytes.iter_mut().zip(self.digest(of).as_bytes()).for_each(|(to, from)| *to = *from);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    #[must_use]
    pub fn person(&self, login: &str) -> PersonId {
        PersonId::new(self.uuid(&format!("person {login}")))
    }

    #[must_use]
    pub fn organisation(&self, number: CorporateNumber) -> OrganisationId {
        OrganisationId::new(self.uuid(&format!("organisation {number}")))
    }

    /// One press of a button.
    #[must_use]
    pub fn press(&self, of: &str) -> RequestId {
        RequestId::new(self.uuid(&format!("press {of}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_has_the_same_answer() {
        let (a, b) = (Dice::new(1), Dice::new(2));
        assert_eq!(a.roll("x", 1_000_000), Dice::new(1).roll("x", 1_000_000));
        assert_ne!(a.press("x"), b.press("x"));
        assert_ne!(a.person("x"), a.person("y"));
        assert!((0..200).all(|i| (3..=7).contains(&a.between(&i.to_string(), 3, 7))));
        assert!((3..=7).all(|n| (0..200).any(|i| a.between(&i.to_string(), 3, 7) == n)));
    }
}
