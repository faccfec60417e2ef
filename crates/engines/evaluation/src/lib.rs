//! Did it work? Estimators of effect, pure over columns of numbers: no files, no clock, no threads whose number changes a result.
//!
//! Every estimator takes a [`Frame`] and its own specification and gives its own result, or a [`Refusal`] that says what is wrong, where
//! and what to do. What makes a number doubtful is a [`Warning`] beside it; some block the headline until they are acknowledged.
//!
//! Lengths are of rows of the frame unless said. Standard errors are in the units of the outcome.

#![expect(clippy::indexing_slicing, reason = "numbers are walked by index within lengths that were checked where the data came in")]

pub mod attrition;
pub mod balancing;
pub mod difference;
pub mod discontinuity;
pub mod dist;
pub mod event_study;
pub mod frame;
pub mod headline;
pub mod heterogeneity;
pub mod honest;
pub mod least_squares;
pub mod linear;
pub mod maths;
pub mod multiple;
pub mod notice;
pub mod power;
pub mod production;
pub mod random;
pub mod screening;
pub mod simplex;
pub mod spillover;
pub mod study;
pub mod sums;
pub mod synthetic;

pub use frame::{Column, Frame, Used};
pub use linear::Matrix;
pub use notice::{Refusal, Warning};
