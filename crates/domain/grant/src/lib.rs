//! The life of one grant, decided purely: a case is the fold of its acts, and each step is an act or a refusal.
//!
//! No I/O, no clock: actor, edition and day are arguments.

mod act;

pub use act::*;
