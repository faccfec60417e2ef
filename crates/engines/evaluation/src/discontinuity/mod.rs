//! Regression discontinuity at a review's cut-off: the effect of what those just above receive and those just below do not.
//!
//! Where the paper leaves a choice the result says which was made. Distances between scores are compared as decimals, so that ties do not
//! hang on the last bit of a binary fraction.

mod bandwidth;
mod checks;
mod density;
mod density_fit;
mod estimate;
mod honest;
mod local;
mod one_step;
mod partial;
mod permute;
mod plot;
mod population;
mod repeat;
mod result;
mod rounds;
mod score;
mod select;
mod side;
mod spec;
mod variance;
mod warn;

pub use bandwidth::{Bandwidths, Selector, Widths};
pub use checks::{Checks, Outcome, Tried, balance, donuts, placebo_cutoffs, placebos};
pub use density::{
    Binomial, DensityEstimate, DensityFit, DensitySelector, DensitySpec, DensityVariance, DensityWidth, DensityWidths, density,
};
pub use estimate::estimate;
pub use honest::{HonestEstimate, HonestSpec, folded_quantile, honest};
pub use local::Kernel;
pub use one_step::{OneStepEstimate, OneStepSpec, StepEffect, one_step};
pub use permute::{PermuteEstimate, PermuteSpec, WindowTried, permute};
pub use plot::{Bin, Bins, Plot, PlotSide, PlotSpec, plot};
pub use repeat::{RepeatEstimate, RepeatSpec, Since, repeat};
pub use result::{Estimate, Inference, Pair, SideFit, Three};
pub use rounds::{Pooled, Round, RoundsEstimate, RoundsSpec, pool, rounds};
pub use select::{Selected, select};
pub use spec::{Given, MassPoints, Spec};
pub use variance::Variance;
