//! Last digits: figures that were counted end in every digit about equally often; figures that were guessed end in zeros and fives.

use serde::Serialize;

use crate::dist::{chi2_p, normal_p};
use crate::sums::sum;

/// How the last digits are spread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LastDigits {
    /// Whole numbers of at least four digits.
    pub values: usize,
    /// How many end in 0, 1, …, 9.
    pub counts: [usize; 10],
    /// χ² against equal shares.
    pub statistic: f64,
    /// Its p with nine degrees of freedom.
    pub p: f64,
}

/// How many figures are round.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heaping {
    /// What they are multiples of.
    pub of: u64,
    /// Figures at least ten times as great.
    pub values: usize,
    /// The share that are multiples.
    pub share: f64,
    /// The share if all endings were equally likely.
    pub expected: f64,
    /// Two-sided, by the normal.
    pub p: f64,
}

fn whole(values: &[f64], least: f64) -> Vec<u64> {
    values.iter().map(|v| v.abs()).filter(|v| *v >= least && *v < 9e15 && v.fract() == 0.0).map(|v| v as u64).collect()
}

pub(super) fn last_digits(values: &[f64]) -> Option<LastDigits> {
    let whole = whole(values, 1000.0);
    if whole.len() < 20 {
        return None;
    }
    let mut counts = [0; 10];
    whole.iter().for_each(|v| counts[(v % 10) as usize] += 1);
    let expected = whole.len() as f64 / 10.0;
    let statistic = sum(counts.iter().map(|c| (*c as f64 - expected) * (*c as f64 - expected) / expected));
    Some(LastDigits { values: whole.len(), counts, statistic, p: chi2_p(statistic, 9.0) })
}

pub(super) fn heaping(values: &[f64]) -> Vec<Heaping> {
    [5_u64, 10, 100, 1000, 10_000]
        .into_iter()
        .filter_map(|of| {
            let whole = whole(values, 10.0 * of as f64);
            if whole.len() < 20 {
                return None;
            }
            let n = whole.len() as f64;
            let share = whole.iter().filter(|v| *v % of == 0).count() as f64 / n;
            let expected = 1.0 / of as f64;
            let z = (share - expected) / (expected * (1.0 - expected) / n).sqrt();
            Some(Heaping { of, values: whole.len(), share, expected, p: normal_p(z) })
        })
        .collect()
}
