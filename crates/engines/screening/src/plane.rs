//! One bit for each row of a block: the planes that truths, unknowns and errors are kept in.

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

/// Words of a plane.
pub(crate) const WORDS: usize = 32;
/// Rows of a block.
pub const BLOCK: usize = WORDS * 64;

/// One bit for each row of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plane([u64; WORDS]);

impl Default for Plane {
    fn default() -> Self {
        Plane::NONE
    }
}

impl Plane {
    pub const NONE: Plane = Plane([0; WORDS]);
    pub const ALL: Plane = Plane([u64::MAX; WORDS]);

    /// The first `rows` rows.
    #[must_use]
    pub fn first(rows: usize) -> Plane {
        let mut plane = Plane::NONE;
        let mut left = rows;
        for word in &mut plane.0 {
            *word = match left {
                0 => 0,
                1..64 => (1 << left) - 1,
                _ => u64::MAX,
            };
            left = left.saturating_sub(64);
        }
        plane
    }

    /// The rows of 64 at a time.
    pub(crate) fn words(&self) -> &[u64; WORDS] {
        &self.0
    }

    #[must_use]
    pub fn get(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|w| w >> (row % 64) & 1 == 1)
    }

    /// Says a row's bit.
    pub fn put(&mut self, row: usize, yes: bool) {
        if let Some(word) = self.0.get_mut(row / 64) {
            let bit = 1 << (row % 64);
            *word = if yes { *word | bit } else { *word & !bit };
        }
    }

    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|w| *w == 0)
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|w| u64::from(w.count_ones())).sum()
    }

    /// How many rows are in both.
    #[must_use]
    pub fn count_with(&self, other: &Plane) -> u64 {
        self.0.iter().zip(&other.0).map(|(a, b)| u64::from((a & b).count_ones())).sum()
    }

    /// The rows of it that are not in the other.
    #[must_use]
    pub fn without(self, other: Plane) -> Plane {
        self & !other
    }

    /// The rows whose bit is set, in order.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(i, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.wrapping_sub(1);
                (bit < 64).then_some(i * 64 + bit as usize)
            })
        })
    }

    fn with(self, other: &Plane, join: impl Fn(u64, u64) -> u64) -> Plane {
        let mut out = self;
        for (a, b) in out.0.iter_mut().zip(&other.0) {
            *a = join(*a, *b);
        }
        out
    }
}

impl BitAnd for Plane {
    type Output = Plane;
    fn bitand(self, other: Plane) -> Plane {
        self.with(&other, |a, b| a & b)
    }
}

impl BitOr for Plane {
    type Output = Plane;
    fn bitor(self, other: Plane) -> Plane {
        self.with(&other, |a, b| a | b)
    }
}

impl BitAndAssign for Plane {
    fn bitand_assign(&mut self, other: Plane) {
        *self = *self & other;
    }
}

impl BitOrAssign for Plane {
    fn bitor_assign(&mut self, other: Plane) {
        *self = *self | other;
    }
}

impl Not for Plane {
    type Output = Plane;
    fn not(self) -> Plane {
        let mut out = self;
        for word in &mut out.0 {
            *word = !*word;
        }
        out
    }
}

/// The rows of a lane that pass a test.
#[inline]
pub(crate) fn passing(lane: &[i64], test: impl Fn(i64) -> bool) -> Plane {
    let mut out = Plane::NONE;
    let (chunks, _) = lane.as_chunks::<64>();
    for (word, chunk) in out.0.iter_mut().zip(chunks) {
        *word = pack(chunk, &test);
    }
    out
}

/// The rows of two lanes that pass a test.
#[inline]
pub(crate) fn passing_both(a: &[i64], b: &[i64], test: impl Fn(i64, i64) -> bool) -> Plane {
    let mut out = Plane::NONE;
    let ((a, _), (b, _)) = (a.as_chunks::<64>(), b.as_chunks::<64>());
    for (word, (a, b)) in out.0.iter_mut().zip(a.iter().zip(b)) {
        for (bit, (x, y)) in a.iter().zip(b).enumerate() {
            *word |= u64::from(test(*x, *y)) << bit;
        }
    }
    out
}

#[inline]
fn pack(chunk: &[i64; 64], test: impl Fn(i64) -> bool) -> u64 {
    let mut word = 0;
    let (eights, _) = chunk.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        let mut byte = 0;
        for (bit, value) in eight.iter().enumerate() {
            byte |= u64::from(test(*value)) << bit;
        }
        word |= byte << (i * 8);
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_and_come_out() {
        for rows in [0, 1, 63, 64, 65, 2047, 2048] {
            let plane = Plane::first(rows);
            assert_eq!(plane.count(), rows as u64);
            assert_eq!(plane.rows().collect::<Vec<_>>(), (0..rows).collect::<Vec<_>>());
        }
        let mut plane = Plane::NONE;
        plane.put(70, true);
        assert!(plane.get(70) && !plane.get(71) && !plane.get(9999));
        assert_eq!((!plane).count(), 2047);
        assert_eq!(plane.without(plane), Plane::NONE);
    }

    #[test]
    fn lanes_are_packed_in_order() {
        let lane: Vec<i64> = (0..2048).collect();
        assert_eq!(passing(&lane, |x| x < 70), Plane::first(70));
        assert_eq!(passing_both(&lane, &lane, |x, y| x + y < 140), Plane::first(70));
    }
}
