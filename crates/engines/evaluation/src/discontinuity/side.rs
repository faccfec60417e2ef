//! One side of the cut-off: rows sorted by distance from it, so that every window is a prefix, with ties known as groups.

use std::cmp::Ordering;

use super::score;

/// The rows of one side in ascending distance from the cut-off.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    /// −1 below the cut-off, 1 at and above it.
    pub sign: f64,
    /// |score − cut-off|, ascending.
    pub distance: Vec<f64>,
    /// The score as given.
    pub score: Vec<f64>,
    /// The score in exact decimal ticks, when all scores are so.
    pub ticks: Option<Vec<i64>>,
    /// Outcome, then treatment (fuzzy), then covariates.
    pub columns: Vec<Vec<f64>>,
    /// Weights given with the data.
    pub weights: Option<Vec<f64>>,
    /// Cluster of each row and how many there are in all.
    pub clusters: Option<(Vec<u32>, usize)>,
    /// Where each group of equal scores begins, and the end.
    pub starts: Vec<usize>,
}

impl Side {
    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.distance.len()
    }

    /// How many distinct scores.
    pub(super) fn distinct(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Whether a score is there twice.
    pub(super) fn tied(&self) -> bool {
        self.distinct() < self.len()
    }

    /// Finds the groups of equal scores; call once the scores are in place.
    pub(super) fn group(&mut self) {
        let score = &self.score;
        self.starts = (0..score.len()).filter(|i| *i == 0 || score[*i] != score[*i - 1]).collect();
        self.starts.push(score.len());
    }

    /// The distance of the k-th distinct score from the cut-off (counted from 1), or of the last.
    pub(super) fn kth_distinct(&self, k: usize) -> f64 {
        let group = k.min(self.distinct()).max(1) - 1;
        self.starts.get(group).and_then(|start| self.distance.get(*start)).copied().unwrap_or(0.0)
    }

    /// The distance of the farthest row.
    pub(super) fn range(&self) -> f64 {
        self.distance.last().copied().unwrap_or(0.0)
    }

    /// How many distinct scores are among the first `n` rows, which end with a group.
    pub(super) fn groups_in(&self, n: usize) -> usize {
        self.starts.partition_point(|start| *start < n)
    }

    /// Compares the distances of groups `below` and `above` from `group`, by exact decimals.
    fn compare(&self, below: usize, group: usize, above: usize) -> Ordering {
        let [low, middle, high] = [below, group, above].map(|g| self.starts[g]);
        match &self.ticks {
            Some(ticks) => (ticks[middle] - ticks[low]).abs().cmp(&(ticks[high] - ticks[middle]).abs()),
            None => score::compare(self.score[low], self.score[middle], self.score[high]),
        }
    }

    /// The neighbours of a group within the first `groups` groups: whole groups are added, nearest first and both when equally near, until
    /// each row has `need` others (Abadie and Imbens 2006, with all ties).
    fn neighbours(&self, group: usize, groups: usize, need: usize) -> (usize, usize) {
        let (mut low, mut high) = (group, group);
        while self.starts[high + 1] - self.starts[low] - 1 < need {
            match (low > 0, high + 1 < groups) {
                (false, false) => break,
                (false, true) => high += 1,
                (true, false) => low -= 1,
                (true, true) => match self.compare(low - 1, group, high + 1) {
                    Ordering::Greater => high += 1,
                    Ordering::Less => low -= 1,
                    Ordering::Equal => {
                        high += 1;
                        low -= 1;
                    }
                },
            }
        }
        (low, high)
    }
}

/// Nearest-neighbour residuals: what a row differs from the mean of itself and its neighbours, scaled to the variance of one row.
#[derive(Debug, Clone)]
pub(super) struct Nearest {
    reach: Vec<(u32, u32)>,
    matches: usize,
}

impl Nearest {
    /// Finds the neighbours of every group on the whole side, once for all windows.
    pub(super) fn new(side: &Side, matches: usize) -> Self {
        let groups = side.distinct();
        let need = matches.min(side.len().saturating_sub(1));
        let reach = (0..groups)
            .map(|group| {
                let (low, high) = side.neighbours(group, groups, need);
                (low as u32, high as u32)
            })
            .collect();
        Self { reach, matches }
    }

    /// The residuals of the first `n` rows with neighbours among them only: only groups whose neighbours lie beyond are searched again.
    pub(super) fn residuals(&self, side: &Side, n: usize, values: &[f64]) -> Vec<f64> {
        let groups = side.groups_in(n);
        let need = self.matches.min(n.saturating_sub(1));
        let sums: Vec<f64> = if side.tied() {
            (0..groups).map(|g| crate::sums::sum(values[side.starts[g]..side.starts[g + 1]].iter().copied())).collect()
        } else {
            Vec::new()
        };
        let mut out = Vec::with_capacity(n);
        for group in 0..groups {
            let (mut low, mut high) = (self.reach[group].0 as usize, self.reach[group].1 as usize);
            if high >= groups || need < self.matches {
                (low, high) = side.neighbours(group, groups, need);
            }
            let count = (side.starts[high + 1] - side.starts[low]) as f64;
            let total: f64 = if side.tied() { sums[low..=high].iter().sum() } else { values[low..=high].iter().sum() };
            let scale = if count > 1.0 { (count / (count - 1.0)).sqrt() } else { 0.0 };
            let mean = total / count;
            out.extend(values[side.starts[group]..side.starts[group + 1]].iter().map(|v| scale * (v - mean)));
        }
        out
    }
}
