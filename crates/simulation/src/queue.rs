//! One queue of errands by day; those of one day in the order in which they were put in.

use std::collections::{BTreeMap, VecDeque};

use banso_kernel::{Day, Digest};

use crate::deeds::{Attempt, Deed};

/// Something that somebody has to do on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Of the nth granted case.
    Deed(u32, Deed),
    Attempt(u32, Attempt),
    /// The office plans a run of payments.
    PlanRun,
    ApproveRun(Digest),
    DiscardRun(Digest),
    /// The bank has answered.
    SettleRun(Digest),
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Queue(BTreeMap<Day, VecDeque<Errand>>);

impl Queue {
    pub(crate) fn put(&mut self, on: Day, errand: Errand) {
        self.0.entry(on).or_default().push_back(errand);
    }

    /// The next day on which somebody has something to do, with all of it.
    pub(crate) fn next_day(&mut self) -> Option<(Day, VecDeque<Errand>)> {
        self.0.pop_first()
    }
}
