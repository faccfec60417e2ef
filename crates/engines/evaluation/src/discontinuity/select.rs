//! The bandwidths alone, of one selector or of all ten.

use serde::Serialize;

use super::bandwidth::{Bandwidths, Half, Selector};
use super::estimate::{chosen_bandwidths, nearest};
use super::spec::Spec;
use crate::{Frame, Refusal};

/// A selector and what it chose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Selected {
    /// The selector.
    pub selector: Selector,
    /// Its bandwidths.
    pub bandwidths: Bandwidths,
}

/// The bandwidths of the selectors asked for.
///
/// # Errors
/// As [`super::estimate`].
pub fn select(frame: &Frame, spec: &Spec, selectors: &[Selector]) -> Result<Vec<Selected>, Refusal> {
    spec.check()?;
    let sample = spec.sample(frame)?;
    super::estimate::sides_filled(&sample)?;
    let nearest = nearest(&sample, spec.variance.resolved(spec.cluster.is_some()), spec.neighbours);
    let halves = [Half { side: &sample.left, nearest: nearest[0].as_ref() }, Half { side: &sample.right, nearest: nearest[1].as_ref() }];
    selectors
        .iter()
        .map(|selector| Ok(Selected { selector: *selector, bandwidths: chosen_bandwidths(&sample, &halves, spec, *selector)? }))
        .collect()
}
