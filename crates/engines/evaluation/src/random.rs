//! Random numbers by counter: draw `i` of stream `s` under a seed is the same whoever asks for it and in whatever order, so that a
//! result does not depend on the number of threads.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A seeded family of streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

/// One stream of a family: as many numbers as are asked for, always the same.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Streams {
    /// The family of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Stream number `index`, from its beginning.
    #[must_use]
    pub fn stream(self, index: u64) -> Stream {
        let mut source = ChaCha8Rng::seed_from_u64(self.seed);
        source.set_stream(index);
        Stream(source)
    }
}

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on [0, 1) with 53 bits.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `n` without bias (Lemire's method); 0 for no choice.
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        if n == 0 {
            return 0;
        }
        loop {
            let wide = u128::from(self.bits()) * u128::from(n);
            if (wide as u64) >= n.wrapping_neg() % n {
                return (wide >> 64) as usize;
            }
        }
    }

    /// Standard normal, by the inverse of the distribution function.
    pub fn normal(&mut self) -> f64 {
        crate::dist::normal_quantile((self.uniform() * (1_u64 << 53) as f64 + 0.5) / (1_u64 << 53) as f64)
    }

    /// −1 or 1 with equal chance (Rademacher).
    pub fn sign(&mut self) -> f64 {
        if self.bits() >> 63 == 0 { -1.0 } else { 1.0 }
    }

    /// Mammen's two points: mean 0, variance 1, third moment 1.
    pub fn mammen(&mut self) -> f64 {
        let root = 5.0_f64.sqrt();
        if self.uniform() < (root + 1.0) / (2.0 * root) { (1.0 - root) / 2.0 } else { (1.0 + root) / 2.0 }
    }

    /// Puts a slice into random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_whoever_asks() {
        let family = Streams::new(7);
        let (mut a, mut b, mut other) = (family.stream(3), family.stream(3), family.stream(4));
        let first: Vec<u64> = (0..8).map(|_| a.bits()).collect();
        assert_eq!(first, (0..8).map(|_| b.bits()).collect::<Vec<_>>());
        assert_ne!(first, (0..8).map(|_| other.bits()).collect::<Vec<_>>());
    }

    #[test]
    fn moments_are_right() {
        let mut stream = Streams::new(1).stream(0);
        let n = 100_000_i32;
        let normal: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let mammen: Vec<f64> = (0..n).map(|_| stream.mammen()).collect();
        for values in [normal, mammen] {
            assert!(crate::sums::mean(&values).abs() < 0.02);
            assert!((crate::sums::variance(&values) - 1.0).abs() < 0.03);
        }
        let counts = (0..n).fold([0_i32; 3], |mut counts, _| {
            counts[stream.below(3)] += 1;
            counts
        });
        assert!(counts.iter().all(|count| (count - n / 3).abs() < 1_000), "{counts:?}");
    }
}
