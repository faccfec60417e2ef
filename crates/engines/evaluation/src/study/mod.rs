//! A study: declared before the outcomes exist, run later on the de-identified panel, told in plain words.
//!
//! The panel is a [`Frame`] with one row a firm (discontinuity, balancing) or a firm and year (difference). Nothing here knows who a firm
//! is. Cells of fewer firms than the declaration's `least-cell` are not shown.

mod checks;
mod declare;
mod figure;
mod finding;
mod firms;
mod kept;
mod key;
mod left;
mod manner;
mod package;
mod pictures;
mod pooled;
mod reached;
mod robust;
mod run;
mod sound;
mod text;
mod words;

pub use checks::{Check, Verdict};
pub use declare::{Declaration, Design, Method, Outcome, Reported, Target, Word};
pub use figure::{Figure, Layer};
pub(crate) use finding::fieller;
pub use finding::{CostOfEffect, Effect, Finding, Group, Measure};
pub use kept::{Kept, KeptCheck, KeptFinding, KeptNotice, NoRun};
pub use package::{Package, files};
pub use pooled::{PooledRounds, RoundEffect};
pub use reached::{ReachState, Reached};
pub use run::{Report, Standing, run, run_watched};
pub use text::markdown;
pub use words::{Sentence, number, p_value, unit_in};
