//! A programme over simulated years: firms, officers, directors and a bank do on the real office what such people do, late papers, frauds,
//! mergers and bankruptcies included, while the clock jumps and the house dies between any two writes.
//!
//! After every simulated day on which something happened the invariants are asked of every case that moved, and the whole ledger is
//! verified. Everything follows from the seed: the same seed is the same ledger, to the last hash, on either database, with deaths or
//! without.

mod accounts;
mod answers;
mod carry;
mod cast;
mod claims;
mod clock;
mod crowd;
mod deeds;
mod dice;
mod errands;
mod failure;
mod fate;
mod house;
mod invariants;
mod plan;
mod queue;
mod ready;
mod round;
mod runs;
mod summary;
mod world;

pub use cast::{Firm, Staff};
pub use clock::WorldClock;
pub use crowd::{Crowded, crowded};
pub use deeds::{Attempt, Deed, Parties, Stop};
pub use dice::Dice;
pub use failure::{Failure, Why};
pub use fate::Fate;
pub use house::{Blueprint, Post};
pub use ready::is_ready;
pub use runs::{Cashiers, Planned};
pub use summary::Summary;
pub use world::{Deaths, Settings, simulate};

/// The seeds that once found something: `seed years cases`, one a line, with what it was behind a `#`. A test plays them again.
pub const KEPT_SEEDS: &str = include_str!("../seeds.txt");
