//! What an amendment changes for the firms of a population: whose verdict moves, at which clauses, and by how much their ceiling does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use banso_guideline::{ClauseId, Edition, Facts};

use crate::answers::{Answer, Verdict};
use crate::block::Block;
use crate::gang::screen_blocks;
use crate::plane::Plane;
use crate::schema::Schema;
use crate::screen::Screen;

/// Firms that change answer; shifts of parts add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    pub firms: u64,
    /// From a verdict to a verdict, both in the order of [`Verdict::ALL`].
    pub verdicts: [[u64; 5]; 5],
    /// By clause: from an answer to an answer, as yes, no, unknown. A clause that one of the editions lacks is unknown there.
    pub clauses: BTreeMap<ClauseId, [[u64; 3]; 3]>,
    /// Firms whose ceiling is known on both sides, and those of them for which it is higher or lower; the sum of the differences in yen.
    pub capped: u64,
    pub higher: u64,
    pub lower: u64,
    pub difference: i128,
    /// The first firms whose verdict moves, by their place in the population.
    pub first: Vec<Moved>,
}

/// A firm whose verdict moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    pub firm: u64,
    pub from: Verdict,
    pub to: Verdict,
}

/// How many moved firms are kept by name.
const NAMED: usize = 1000;

/// Two editions over the same columns, put together once.
#[derive(Debug)]
pub struct Comparison {
    screen: Screen,
    clauses: Vec<ClauseId>,
}

impl Comparison {
    /// What both editions ask the firms is computed once.
    #[must_use]
    pub fn new(schema: &Arc<Schema>, before: &Edition, after: &Edition, supposed: Facts) -> Comparison {
        let screen = Screen::new(schema, &[before.clone(), after.clone()], supposed);
        let computed = screen.programmes().iter().flat_map(|p| p.clauses.iter().filter(|c| !c.by_person()).map(|c| c.id.clone()));
        let clauses: BTreeSet<ClauseId> = computed.collect();
        Comparison { clauses: clauses.into_iter().collect(), screen }
    }

    #[must_use]
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Compares the editions over some blocks.
    #[must_use]
    pub fn over(&self, blocks: &[Block], threads: usize) -> Shift {
        let start = || (Shift::default(), Answer::default());
        let parts = screen_blocks(&self.screen, blocks, threads, start, |(shift, before), block, index, _, answer| {
            if index == 0 {
                before.clone_from(answer);
            } else {
                self.add(shift, block, before, answer);
            }
        });
        let mut all = parts.into_iter().map(|(shift, _)| shift).fold(Shift::default(), Shift::plus);
        all.first.sort_unstable();
        all.first.truncate(NAMED);
        all
    }

    fn add(&self, shift: &mut Shift, block: &Block, before: &Answer, after: &Answer) {
        let there = block.there();
        shift.firms += block.rows() as u64;
        for (row, from) in shift.verdicts.iter_mut().zip(Verdict::ALL) {
            let held = before.plane(from) & there;
            if held.is_none() {
                continue;
            }
            for (count, to) in row.iter_mut().zip(Verdict::ALL) {
                let moved = held & after.plane(to);
                *count += moved.count();
                if from != to && shift.first.len() < NAMED {
                    let room = NAMED - shift.first.len();
                    shift.first.extend(moved.rows().take(room).map(|r| Moved { firm: block.first + r as u64, from, to }));
                }
            }
        }
        for clause in &self.clauses {
            let (from, to) = (self.answers(0, clause, before, there), self.answers(1, clause, after, there));
            let counts = shift.clauses.entry(clause.clone()).or_default();
            for (row, held) in counts.iter_mut().zip(from) {
                row.iter_mut().zip(to).for_each(|(count, plane)| *count += held.count_with(&plane));
            }
        }
        for row in (before.capped & after.capped & there).rows() {
            let at = |answer: &Answer| answer.ceiling.get(row).copied().unwrap_or(0);
            let (old, new) = (at(before), at(after));
            shift.capped += 1;
            shift.higher += u64::from(new > old);
            shift.lower += u64::from(new < old);
            shift.difference += i128::from(new) - i128::from(old);
        }
    }

    /// Yes, no and unknown of a clause.
    fn answers(&self, index: usize, clause: &ClauseId, answer: &Answer, there: Plane) -> [Plane; 3] {
        let programme = self.screen.programmes().get(index);
        let is_it = |place: usize| programme.and_then(|p| p.clauses.get(place)).is_some_and(|c| c.id == *clause);
        match answer.clauses.iter().find(|(place, _)| is_it(*place)) {
            Some((_, found)) => [found.yes & there, found.no & there, found.unknown() & there],
            None => [Plane::NONE, Plane::NONE, there],
        }
    }
}

impl Shift {
    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: Shift) -> Shift {
        self.firms += other.firms;
        for (own, more) in self.verdicts.iter_mut().flatten().zip(other.verdicts.iter().flatten()) {
            *own += more;
        }
        for (clause, more) in other.clauses {
            let own = self.clauses.entry(clause).or_default();
            own.iter_mut().flatten().zip(more.iter().flatten()).for_each(|(a, b)| *a += b);
        }
        self.capped += other.capped;
        self.higher += other.higher;
        self.lower += other.lower;
        self.difference += other.difference;
        self.first.extend(other.first);
        self
    }

    /// Firms whose verdict is another one.
    #[must_use]
    pub fn moved(&self) -> u64 {
        let stays: u64 = self.verdicts.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
        self.firms - stays
    }
}
