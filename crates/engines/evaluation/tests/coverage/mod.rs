//! Made-up worlds (synthetic) whose effect is known, and the interval that an estimator gives in one draw of each: shared by the tests and
//! by the larger run.

mod panels;
mod sections;
pub(crate) mod sizes;

use banso_evaluation::random::{Stream, Streams};
use banso_evaluation::sums::{quantile_linear, sorted};
use banso_evaluation::{Column, Frame, Refusal};

use panels::*;
use sections::*;

/// A world and an estimator.
pub(crate) struct World {
    /// What it is.
    pub name: &'static str,
    /// The effect.
    pub truth: f64,
    /// The interval in one draw of a size; none when it was refused.
    pub interval: fn(&mut Stream, usize) -> Option<[f64; 2]>,
    /// The sizes (rows, clusters, firms) of the larger run; the first is that of the test.
    pub sizes: &'static [usize],
    /// Draws of the larger run.
    pub draws: u64,
    /// The share covered that is allowed in a test of 200 draws (or of `few`).
    pub allowed: [f64; 2],
    /// Draws of the test.
    pub few: u64,
}

/// What many draws show.
pub(crate) struct Tally {
    /// Draws whose interval holds the effect.
    pub inside: usize,
    /// Draws with an interval.
    pub draws: usize,
    /// How far the median of the intervals' middles lies from the effect, in standard deviations of the middles: a bias.
    pub bias: f64,
    /// The median half of an interval by 1.96, in standard deviations of the middles: below one the errors are too small.
    pub error: f64,
}

/// Draws a world again and again.
pub(crate) fn tally(world: &World, size: usize, draws: u64, seed: u64) -> Tally {
    let streams = Streams::new(seed);
    let found: Vec<[f64; 2]> = (0..draws).filter_map(|d| (world.interval)(&mut streams.stream(d), size)).collect();
    let middles = sorted(&found.iter().map(|[low, high]| (low + high) / 2.0).collect::<Vec<_>>());
    let halves = sorted(&found.iter().map(|[low, high]| (high - low) / 2.0).collect::<Vec<_>>());
    // By quartiles: a draw that ends far out counts as one draw.
    let spread = (quantile_linear(&middles, 0.75) - quantile_linear(&middles, 0.25)) / 1.348_979_500_392_163;
    Tally {
        inside: found.iter().filter(|[low, high]| (*low..=*high).contains(&world.truth)).count(),
        draws: found.len(),
        bias: (quantile_linear(&middles, 0.5) - world.truth) / spread,
        error: quantile_linear(&halves, 0.5) / 1.959_963_984_540_054 / spread,
    }
}

fn table(columns: Vec<(&str, Vec<f64>)>) -> Result<Frame, Refusal> {
    columns.into_iter().try_fold(Frame::new(), |frame, (name, values)| frame.with(name, Column::Number(values)))
}

const fn world(
    name: &'static str,
    truth: f64,
    interval: fn(&mut Stream, usize) -> Option<[f64; 2]>,
    sizes: &'static [usize],
    draws: u64,
    few: u64,
    allowed: [f64; 2],
) -> World {
    World { name, truth, interval, sizes, draws, allowed, few }
}

/// In a test of 200 draws a true 95 % is found between 0.89 and 0.99 (three binomial errors), of 100 between 0.88 and 1.
const RIGHT: [f64; 2] = [0.89, 0.99];
const FEW: [f64; 2] = [0.88, 1.0];

/// All worlds.
pub(crate) const WORLDS: &[World] = &[
    world("least squares, HC3, unequal variances, rows", 1.0, hc3, &[80, 320], 2_000, 200, RIGHT),
    world("least squares, CR1, clusters", 1.0, cluster_many, &[60, 240], 2_000, 200, RIGHT),
    world("least squares, jackknife (CR3), clusters", 1.0, cluster_jackknife, &[15, 60], 2_000, 200, RIGHT),
    world("least squares, wild bootstrap, clusters", 1.0, cluster_wild, &[15], 1_000, 100, FEW),
    world("cut-off, review scores, `mserd`, rows", 5.0, review_mse, &[600, 2_400], 2_000, 200, RIGHT),
    world("cut-off, review scores, fuzzy, `mserd`, rows", 5.0, review_fuzzy, &[2_000], 1_000, 100, FEW),
    world("cut-off, model 1 of CCT (2014), `mserd`, rows", 0.04, model_one_mse, &[1_000, 4_000], 2_000, 200, [0.85, 0.97]),
    world("cut-off, model 1 of CCT (2014), `cerrd`, rows", 0.04, model_one_cer, &[1_000, 4_000], 2_000, 200, [0.86, 0.98]),
    world("cut-off, model 1 of CCT (2014), order 2, `mserd`, rows", 0.04, model_one_square, &[1_000, 4_000], 2_000, 200, RIGHT),
    world("cut-off, whole scores, honest under the true bound, rows", 5.0, honest, &[600], 2_000, 200, [0.92, 1.0]),
    world("group-time effects, event time 0, units", 0.5, group_time, &[160], 2_000, 200, RIGHT),
    world("group-time effects, mean over all, clusters of two cohorts", 0.7, simple_clusters, &[30, 40, 50, 60], 2_000, 200, [0.86, 0.99]),
    world("interaction-weighted, event time 0, units", 0.5, interaction_weighted, &[160], 1_000, 200, RIGHT),
    world("imputation, event time 0, units", 0.5, imputation, &[160], 1_000, 200, RIGHT),
    world("balancing, AIPW on the treated, rows", 1.0, augmented, &[500, 2_000], 2_000, 200, RIGHT),
    world("balancing, entropy on the treated, rows", 1.0, entropy, &[500, 2_000], 2_000, 200, RIGHT),
    world("matching on the estimated score, rows", 1.0, by_score, &[500, 2_000], 2_000, 200, RIGHT),
    world("matching on covariates, bias adjusted, rows", 1.0, by_covariates, &[500], 2_000, 200, RIGHT),
    world("synthetic difference-in-differences, placebo errors, units", 1.0, synthetic_did, &[30], 400, 40, [0.84, 1.0]),
    world("production, labour, Levinsohn–Petrin, firms", 0.6, labour_levinsohn_petrin, &[120, 480], 1_000, 60, FEW),
    world("production, capital, Levinsohn–Petrin, firms", 0.4, capital_levinsohn_petrin, &[120, 480], 1_000, 60, FEW),
    world("production, labour, Ackerberg–Caves–Frazer, firms", 0.6, labour_ackerberg, &[120, 480], 1_000, 60, FEW),
    world("production, capital, Ackerberg–Caves–Frazer, firms", 0.4, capital_ackerberg, &[120, 480], 1_000, 60, FEW),
    world("production, labour, Wooldridge (moments), firms", 0.6, labour_gmm, &[120, 480], 1_000, 60, FEW),
    world("production, capital, Wooldridge (moments), firms", 0.4, capital_gmm, &[120, 480], 1_000, 60, FEW),
    world("production, labour, Petrin–Levinsohn, labour chosen early, firms", 0.6, labour_alone, &[120, 480], 1_000, 60, FEW),
    world("production, capital, Petrin–Levinsohn, labour chosen early, firms", 0.4, capital_alone, &[120, 480], 1_000, 60, FEW),
];
