//! How many firms a programme is open to: by verdict, by clause, by prefecture, industry and size. Tallies of parts add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::answers::{Answer, Verdict};
use crate::block::Block;
use crate::circuit::Symbol;
use crate::plane::{BLOCK, Plane};
use crate::schema::{Kind, Schema};
use crate::screen::Screen;

/// What firms are divided by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    pub name: String,
    place: usize,
    /// The names of the groups; the last one is of firms of which it is not known.
    pub groups: Vec<String>,
    /// Of numbers: the highest of each group but the last.
    bounds: Vec<i64>,
}

impl Division {
    /// By the values of a choice, or by bands of a number (`highest` of each band, in the item's unit; the last is open).
    #[must_use]
    pub fn by(schema: &Schema, item: &str, highest: &[i64]) -> Option<Division> {
        let place = schema.place(item)?;
        let field = schema.fields().get(place)?;
        let unknown = "不明".to_owned();
        let (groups, bounds) = match &field.kind {
            Kind::Choice(values) => (values.iter().cloned().chain([unknown]).collect(), Vec::new()),
            Kind::Number { scale } => {
                let mut groups = Vec::new();
                let mut low = None;
                for high in highest {
                    groups
                        .push(low.map_or_else(|| format!("{high}{}以下", field.unit), |l: i64| format!("{}〜{high}{}", l + 1, field.unit)));
                    low = Some(*high);
                }
                groups.push(low.map_or_else(String::new, |l| format!("{}{}以上", l + 1, field.unit)));
                groups.push(unknown);
                (groups, highest.iter().map(|h| h.saturating_mul(*scale)).collect())
            }
            Kind::Day | Kind::YesNo | Kind::Text => return None,
        };
        Some(Division { name: item.to_owned(), place, groups, bounds })
    }

    /// The group of a firm.
    #[must_use]
    pub fn group(&self, block: &Block, row: usize) -> usize {
        let unknown = self.groups.len().saturating_sub(1);
        match block.whole(self.place, row) {
            None => unknown,
            Some(code) if self.bounds.is_empty() => usize::try_from(code).unwrap_or(unknown).min(unknown),
            Some(n) => self.bounds.partition_point(|b| *b < n),
        }
    }

    /// The rows of each group.
    #[must_use]
    pub fn planes(&self, block: &Block) -> Vec<Plane> {
        let mut planes = vec![Plane::NONE; self.groups.len()];
        for row in 0..block.rows().min(BLOCK) {
            if let Some(plane) = planes.get_mut(self.group(block, row)) {
                plane.put(row, true);
            }
        }
        planes
    }
}

/// Counts of firms by verdict, in the order of [`Verdict::ALL`].
pub type Counts = [u64; 5];

/// What is counted of one programme.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammeTally {
    pub verdicts: Counts,
    /// By division and group.
    pub groups: Vec<Vec<Counts>>,
    /// By clause: yes, no, unknown, and of the unknown those that could not be computed.
    pub clauses: BTreeMap<usize, [u64; 4]>,
    /// Which fact those that are one fact away lack.
    pub away: BTreeMap<Symbol, u64>,
    /// Firms that the guideline wants told.
    pub audience: u64,
    /// Firms for which it may be open and whose ceiling is known, and the sum of those ceilings in yen.
    pub capped: u64,
    pub ceilings: i128,
}

/// What is counted of all programmes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub firms: u64,
    pub programmes: Vec<ProgrammeTally>,
    /// Firms by division and group.
    pub groups: Vec<Vec<u64>>,
    /// Firms by the number of programmes that are open to them (eligible, open or one fact away).
    pub open_to: BTreeMap<u32, u64>,
}

/// Counts block by block; one for each thread.
pub struct Counter<'a> {
    screen: &'a Screen,
    divisions: &'a [Division],
    pub tally: Tally,
    planes: Vec<Vec<Plane>>,
    open: Vec<u32>,
}

impl<'a> Counter<'a> {
    #[must_use]
    pub fn new(screen: &'a Screen, divisions: &'a [Division]) -> Self {
        Counter { screen, divisions, tally: Tally::default(), planes: Vec::new(), open: Vec::new() }
    }

    /// Counts one programme's answer for a block. The programmes of a block come in their order.
    pub fn add(&mut self, block: &Block, index: usize, answer: &Answer) {
        if index == 0 {
            self.begin(block);
        }
        if self.tally.programmes.len() <= index {
            self.tally.programmes.resize_with(index + 1, ProgrammeTally::default);
        }
        let Some(tally) = self.tally.programmes.get_mut(index) else { return };
        let there = block.there();
        for (count, verdict) in tally.verdicts.iter_mut().zip(Verdict::ALL) {
            *count += answer.plane(verdict).count_with(&there);
        }
        tally.groups.resize_with(self.planes.len(), Vec::new);
        for (counts, planes) in tally.groups.iter_mut().zip(&self.planes) {
            counts.resize(planes.len(), Counts::default());
            for (place, verdict) in Verdict::ALL.into_iter().enumerate() {
                let found = answer.plane(verdict);
                // Most verdicts of most programmes are empty in a block.
                if found.is_none() {
                    continue;
                }
                for (counts, plane) in counts.iter_mut().zip(planes) {
                    if let Some(count) = counts.get_mut(place) {
                        *count += found.count_with(plane);
                    }
                }
            }
        }
        for (place, clause) in &answer.clauses {
            let counts = tally.clauses.entry(*place).or_default();
            let found = [clause.yes, clause.no, clause.unknown() & there, clause.error];
            counts.iter_mut().zip(found).for_each(|(count, plane)| *count += plane.count());
        }
        for (symbol, plane) in &answer.away {
            *tally.away.entry(*symbol).or_default() += plane.count();
        }
        tally.audience += answer.audience.yes.count_with(&there);
        let perhaps = answer.eligible | answer.open | answer.one_away;
        for row in (perhaps & answer.capped).rows() {
            tally.capped += 1;
            tally.ceilings += i128::from(answer.ceiling.get(row).copied().unwrap_or(0));
        }
        for row in perhaps.rows() {
            if let Some(count) = self.open.get_mut(row) {
                *count += 1;
            }
        }
        if index + 1 == self.screen.programmes().len() {
            for count in self.open.drain(..) {
                *self.tally.open_to.entry(count).or_default() += 1;
            }
        }
    }

    fn begin(&mut self, block: &Block) {
        self.tally.firms += block.rows() as u64;
        self.planes = self.divisions.iter().map(|d| d.planes(block)).collect();
        self.tally.groups.resize_with(self.planes.len(), Vec::new);
        for (counts, planes) in self.tally.groups.iter_mut().zip(&self.planes) {
            counts.resize(planes.len(), 0);
            counts.iter_mut().zip(planes).for_each(|(count, plane)| *count += plane.count());
        }
        self.open = vec![0; block.rows()];
    }
}

impl Tally {
    /// Both together. They are of the same programmes and divisions.
    #[must_use]
    pub fn plus(mut self, other: Tally) -> Tally {
        self.firms += other.firms;
        let programmes = self.programmes.len().max(other.programmes.len());
        self.programmes.resize_with(programmes, ProgrammeTally::default);
        for (own, more) in self.programmes.iter_mut().zip(other.programmes) {
            own.add(more);
        }
        self.groups.resize_with(self.groups.len().max(other.groups.len()), Vec::new);
        for (own, more) in self.groups.iter_mut().zip(other.groups) {
            own.resize(own.len().max(more.len()), 0);
            own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        for (count, firms) in other.open_to {
            *self.open_to.entry(count).or_default() += firms;
        }
        self
    }
}

impl ProgrammeTally {
    fn add(&mut self, other: ProgrammeTally) {
        let counts = |own: &mut Counts, more: Counts| own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        counts(&mut self.verdicts, other.verdicts);
        self.groups.resize_with(self.groups.len().max(other.groups.len()), Vec::new);
        for (own, more) in self.groups.iter_mut().zip(other.groups) {
            own.resize(own.len().max(more.len()), Counts::default());
            own.iter_mut().zip(more).for_each(|(a, b)| counts(a, b));
        }
        for (place, more) in other.clauses {
            let own = self.clauses.entry(place).or_default();
            own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
        for (symbol, more) in other.away {
            *self.away.entry(symbol).or_default() += more;
        }
        self.audience += other.audience;
        self.capped += other.capped;
        self.ceilings += other.ceilings;
    }
}
