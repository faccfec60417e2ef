//! One bit for each row of a block: the planes that truths, unknowns and errors are kept in.

use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

use fearless_simd::{Level, dispatch};

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

/// Runs a kernel compiled for the widest vectors of this machine. What it calls must be inlined into it to gain by that.
#[inline]
pub(crate) fn wide<R>(kernel: impl FnOnce() -> R) -> R {
    dispatch!(Level::new(), _ => kernel())
}

/// The rows of a lane that pass a test.
#[inline]
pub(crate) fn passing(lane: &[i64], test: impl Fn(i64) -> bool) -> Plane {
    let mut out = Plane::NONE;
    let (chunks, _) = lane.as_chunks::<64>();
    wide(
        #[inline(always)]
        || {
            for (word, chunk) in out.0.iter_mut().zip(chunks) {
                let (fours, _) = chunk.as_chunks::<4>();
                *word = packed(fours.iter().map(|four| four.map(|x| ones(test(x)))));
            }
        },
    );
    out
}

/// The rows of two lanes that pass a test.
#[inline]
pub(crate) fn passing_both(a: &[i64], b: &[i64], test: impl Fn(i64, i64) -> bool) -> Plane {
    let mut out = Plane::NONE;
    let ((a, _), (b, _)) = (a.as_chunks::<64>(), b.as_chunks::<64>());
    wide(
        #[inline(always)]
        || {
            for (word, (a, b)) in out.0.iter_mut().zip(a.iter().zip(b)) {
                let ((a, _), (b, _)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
                let both = |(a, b): (&[i64; 4], &[i64; 4])| {
                    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (*a, *b);
                    [test(a0, b0), test(a1, b1), test(a2, b2), test(a3, b3)].map(ones)
                };
                *word = packed(a.iter().zip(b).map(both));
            }
        },
    );
    out
}

/// Every bit, or none.
#[inline(always)]
fn ones(yes: bool) -> u64 {
    u64::from(yes).wrapping_neg()
}

/// The answers of 64 rows as a word. Four rows are one comparison of vectors, whose result is kept as it is, one bit of each, until the end.
#[inline(always)]
fn packed(fours: impl Iterator<Item = [u64; 4]>) -> u64 {
    let mut held = [0_u64; 4];
    for (step, four) in fours.enumerate() {
        for (word, answer) in held.iter_mut().zip(four) {
            *word |= answer & (1 << (4 * step));
        }
    }
    let [a, b, c, d] = held;
    a | b << 1 | c << 2 | d << 3
}

/// Copies some rows of a lane.
#[inline]
pub(crate) fn copied(out: &mut [i64], rows: &Plane, from: &[i64]) {
    joined(out, rows, from, |_, x| x);
}

/// Joins some rows of a lane with another.
#[inline]
pub(crate) fn joined(out: &mut [i64], rows: &Plane, from: &[i64], join: impl Fn(i64, i64) -> i64) {
    let ((out, _), (from, _)) = (out.as_chunks_mut::<64>(), from.as_chunks::<64>());
    wide(
        #[inline(always)]
        || {
            for (word, (out, from)) in rows.0.iter().zip(out.iter_mut().zip(from)) {
                match *word {
                    0 => {}
                    u64::MAX => out.iter_mut().zip(from).for_each(|(o, x)| *o = join(*o, *x)),
                    word => {
                        for (bit, (o, x)) in out.iter_mut().zip(*from).enumerate() {
                            // All ones where the row is one of them: no branch, and no choice between two addresses.
                            let taken = ones(word >> bit & 1 == 1).cast_signed();
                            *o ^= (*o ^ join(*o, x)) & taken;
                        }
                    }
                }
            }
        },
    );
}

/// One lane out of two, every row, whatever stands there.
#[inline]
pub(crate) fn combined(out: &mut [i64], a: &[i64], b: &[i64], f: impl Fn(i64, i64) -> i64) {
    let ((out, _), (a, _), (b, _)) = (out.as_chunks_mut::<64>(), a.as_chunks::<64>(), b.as_chunks::<64>());
    wide(
        #[inline(always)]
        || {
            for (out, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                out.iter_mut().zip(a.iter().zip(b)).for_each(|(o, (x, y))| *o = f(*x, *y));
            }
        },
    );
}

/// One lane out of another, row by row; of the rows asked about, those that have no result. What stands elsewhere means nothing.
#[inline]
pub(crate) fn mapped(out: &mut [i64], rows: Plane, from: &[i64], f: impl Fn(i64) -> Option<i64>) -> Plane {
    zipped(out, rows, from, from, |x, _| f(x))
}

/// One lane out of two, likewise.
#[inline]
pub(crate) fn zipped(out: &mut [i64], rows: Plane, a: &[i64], b: &[i64], f: impl Fn(i64, i64) -> Option<i64>) -> Plane {
    let mut lost = Plane::NONE;
    let ((out, _), (a, _), (b, _)) = (out.as_chunks_mut::<64>(), a.as_chunks::<64>(), b.as_chunks::<64>());
    wide(
        #[inline(always)]
        || {
            for (word, (out, (a, b))) in lost.0.iter_mut().zip(out.iter_mut().zip(a.iter().zip(b))) {
                for (bit, (o, (x, y))) in out.iter_mut().zip(a.iter().zip(b)).enumerate() {
                    let found = f(*x, *y);
                    *word |= u64::from(found.is_none()) << bit;
                    *o = found.unwrap_or(0);
                }
            }
        },
    );
    lost & rows
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
