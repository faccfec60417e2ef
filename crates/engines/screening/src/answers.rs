//! What screening a block says: every clause's three answers, the verdict of each firm, the ceiling of its grant.

use std::collections::{BTreeMap, HashMap};

use banso_guideline::expr::Names;
use banso_guideline::{Facts, Known, Missing, Truth};

use crate::block::Block;
use crate::circuit::{Circuit, Id, Symbol};
use crate::machine::Machine;
use crate::plane::Plane;
use crate::screen::{Clause, ClauseTest, Lack, Part, Programme, Screen};

/// One clause over a block. Unknown is neither yes nor no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseAnswer {
    pub yes: Plane,
    pub no: Plane,
    /// Rows on which the rule could not be computed: unknown too.
    pub error: Plane,
    /// What the unknowns wait for.
    pub missing: Vec<(Symbol, Plane)>,
}

impl ClauseAnswer {
    #[must_use]
    pub fn unknown(&self) -> Plane {
        !(self.yes | self.no)
    }

    #[must_use]
    pub fn truth(&self, row: usize) -> Truth {
        match (self.yes.get(row), self.no.get(row)) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::No,
            (false, false) => Truth::Unknown,
        }
    }
}

/// What screening says of a firm and a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Every condition that a machine can check holds.
    Eligible,
    /// No condition fails, and every fact of the firm that matters is known: the rest is for the application to say.
    Open,
    /// No condition fails, and one fact of the firm is missing.
    OneFactAway,
    /// No condition fails; several facts, or a value of the programme, are missing.
    Unknown,
    /// A condition fails.
    Not,
}

impl Verdict {
    pub const ALL: [Verdict; 5] = [Verdict::Eligible, Verdict::Open, Verdict::OneFactAway, Verdict::Unknown, Verdict::Not];
}

/// One programme over a block.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Of the clauses that are computed, by their place in [`Programme::clauses`].
    pub clauses: Vec<(usize, ClauseAnswer)>,
    pub eligible: Plane,
    pub open: Plane,
    pub one_away: Plane,
    pub unknown: Plane,
    pub not: Plane,
    /// Which fact the firms that are one fact away lack.
    pub away: Vec<(Symbol, Plane)>,
    /// Whom the guideline wants told (案内対象); nobody where it does not say.
    pub audience: ClauseAnswer,
    /// Rows whose ceiling is known, and the ceilings in yen.
    pub capped: Plane,
    pub ceiling: Vec<i64>,
}

impl Answer {
    #[must_use]
    pub fn plane(&self, verdict: Verdict) -> Plane {
        match verdict {
            Verdict::Eligible => self.eligible,
            Verdict::Open => self.open,
            Verdict::OneFactAway => self.one_away,
            Verdict::Unknown => self.unknown,
            Verdict::Not => self.not,
        }
    }

    #[must_use]
    pub fn verdict(&self, row: usize) -> Verdict {
        Verdict::ALL.into_iter().find(|v| self.plane(*v).get(row)).unwrap_or(Verdict::Unknown)
    }

    /// The most that the programme may pay the firm, in yen, as far as that is known.
    #[must_use]
    pub fn ceiling(&self, row: usize) -> Option<i64> {
        if self.capped.get(row) { self.ceiling.get(row).copied() } else { None }
    }
}

/// A truth of the circuit with the rows that had to be asked one by one.
#[derive(Debug, Clone, Default)]
struct Told {
    yes: Plane,
    no: Plane,
    error: Plane,
    missing: Vec<(Symbol, Plane)>,
}

/// One thread's screening. Takes block after block.
pub struct Screener<'a> {
    screen: &'a Screen,
    machine: Machine<'a>,
    symbols: BTreeMap<&'a Missing, Symbol>,
    /// Rows that the row evaluator was asked about, over all blocks and conditions.
    pub asked: u64,
}

/// What one block needs beside the machine.
struct Rows<'b> {
    block: &'b Block,
    facts: HashMap<usize, Facts>,
    told: HashMap<Id, Told>,
}

impl<'a> Screener<'a> {
    #[must_use]
    pub fn new(screen: &'a Screen) -> Self {
        let symbols = screen.circuit.symbols().iter().enumerate();
        let symbols = symbols.filter_map(|(i, m)| Symbol::try_from(i).ok().map(|i| (m, i))).collect();
        Screener { screen, machine: Machine::new(&screen.circuit, &screen.layout), symbols, asked: 0 }
    }

    /// Screens a block, and tells the answer of every programme in turn.
    pub fn block(&mut self, block: &Block, mut tell: impl FnMut(usize, &Programme, &Answer)) {
        self.machine.run(block);
        let mut rows = Rows { block, facts: HashMap::new(), told: HashMap::new() };
        let mut answer = Answer::default();
        for (index, programme) in self.screen.programmes().iter().enumerate() {
            self.programme(programme, &mut rows, &mut answer);
            tell(index, programme, &answer);
        }
    }

    fn programme(&mut self, programme: &Programme, rows: &mut Rows<'_>, answer: &mut Answer) {
        let names = programme.edition.names();
        answer.clauses.clear();
        for (place, clause) in programme.clauses.iter().enumerate() {
            if let Clause { test: Some(test), .. } = clause {
                let found = self.clause(test, names, rows);
                answer.clauses.push((place, found));
            }
        }
        self.verdicts(rows.block.there(), answer);
        answer.audience = match &programme.audience {
            Some(part) => {
                let Told { yes, no, error, missing } = self.told(part, names, rows);
                ClauseAnswer { yes, no, error, missing }
            }
            None => ClauseAnswer::default(),
        };
        answer.capped = Plane::NONE;
        if let Some((_, part)) = &programme.cap {
            self.ceilings(part, names, rows, answer);
        }
    }

    fn clause(&mut self, test: &ClauseTest, names: &Names, rows: &mut Rows<'_>) -> ClauseAnswer {
        let there = rows.block.there();
        let condition = self.told(&test.condition, names, rows);
        let Some(when) = &test.when else {
            let Told { yes, no, error, missing } = condition;
            return ClauseAnswer { yes: yes & there, no: no & there, error: error & there, missing };
        };
        let guard = self.told(when, names, rows);
        let open = !(guard.yes | guard.no | guard.error);
        let yes = (guard.no | (guard.yes & condition.yes) | (open & condition.yes)) & there;
        let no = guard.yes & condition.no & there;
        let error = (guard.error | (condition.error & !guard.no)) & there;
        let waiting = there.without(yes | no).without(guard.error);
        let mut missing: Vec<(Symbol, Plane)> = condition.missing.iter().map(|(s, p)| (*s, *p & waiting)).collect();
        for (symbol, plane) in guard.missing {
            let plane = plane & waiting & open;
            match missing.iter_mut().find(|(s, _)| *s == symbol) {
                Some((_, held)) => *held |= plane,
                None => missing.push((symbol, plane)),
            }
        }
        ClauseAnswer { yes, no, error, missing }
    }

    /// A truth, the rows that columns could not compute asked one by one.
    fn told(&mut self, part: &Part, names: &Names, rows: &mut Rows<'_>) -> Told {
        if let Some(told) = rows.told.get(&part.root) {
            return told.clone();
        }
        let slot = self.machine.slot(part.root);
        let symbols = self.screen.circuit.node(part.root).map(|n| n.symbols.as_slice()).unwrap_or_default();
        let missing = symbols.iter().copied().zip(slot.missing.iter().copied()).filter(|(_, p)| !p.is_none()).collect();
        let mut told = Told { yes: slot.one, no: slot.two, error: Plane::NONE, missing };
        let ask = slot.ask & rows.block.there();
        if ask.is_none() {
            return told;
        }
        self.asked += ask.count();
        for row in ask.rows() {
            self.asked_row(part, names, rows, row, &mut told);
        }
        rows.told.insert(part.root, told.clone());
        told
    }

    fn asked_row(&self, part: &Part, names: &Names, rows: &mut Rows<'_>, row: usize, told: &mut Told) {
        let found = part.expr.truth(names, rows.facts(self.screen, row));
        told.error.put(row, found.is_err());
        let truth = found.as_ref().map_or(Truth::Unknown, |j| j.truth);
        told.yes.put(row, truth == Truth::Yes);
        told.no.put(row, truth == Truth::No);
        told.missing.iter_mut().for_each(|(_, plane)| plane.put(row, false));
        for missing in found.iter().flat_map(|j| &j.missing) {
            let Some(symbol) = self.symbols.get(missing) else { continue };
            match told.missing.iter_mut().find(|(s, _)| s == symbol) {
                Some((_, plane)) => plane.put(row, true),
                None => {
                    let mut plane = Plane::NONE;
                    plane.put(row, true);
                    told.missing.push((*symbol, plane));
                }
            }
        }
    }

    fn ceilings(&mut self, part: &Part, names: &Names, rows: &mut Rows<'_>, answer: &mut Answer) {
        let there = rows.block.there();
        let slot = self.machine.slot(part.root);
        let scale = self.screen.circuit.scale(part.root);
        answer.capped = slot.two & there;
        answer.ceiling.clear();
        answer.ceiling.extend(slot.highs().iter().map(|h| h.div_euclid(scale)));
        let ask = slot.ask & there;
        self.asked += ask.count();
        for row in ask.rows() {
            let high = match part.expr.bounds(names, rows.facts(self.screen, row)) {
                Ok(Known::Exactly(n) | Known::Between(_, n)) => i64::try_from(n.floor().to_integer()).ok(),
                Ok(Known::Unknown(_)) | Err(_) => None,
            };
            answer.capped.put(row, high.is_some());
            if let (Some(high), Some(held)) = (high, answer.ceiling.get_mut(row)) {
                *held = high;
            }
        }
    }

    fn verdicts(&self, there: Plane, answer: &mut Answer) {
        let (mut all, mut not, mut error) = (there, Plane::NONE, Plane::NONE);
        for (_, clause) in &answer.clauses {
            all &= clause.yes;
            not |= clause.no;
            error |= clause.error;
        }
        // What is missing of the firm: nothing, one thing, or more; by symbol, for one thing asked twice is one.
        let mut lacking: Vec<(Symbol, Plane)> = Vec::new();
        let mut unsettled = error;
        for (symbol, plane) in answer.clauses.iter().flat_map(|(_, c)| &c.missing) {
            match self.screen.lack(*symbol) {
                Lack::Application => {}
                Lack::Programme => unsettled |= *plane,
                Lack::Firm => match lacking.iter_mut().find(|(s, _)| s == symbol) {
                    Some((_, held)) => *held |= *plane,
                    None => lacking.push((*symbol, *plane)),
                },
            }
        }
        let (mut one, mut more) = (Plane::NONE, Plane::NONE);
        for (_, plane) in &lacking {
            more |= one & *plane;
            one |= *plane;
        }
        let candidates = there.without(not | all);
        answer.eligible = all;
        answer.not = not;
        answer.open = candidates.without(one | unsettled);
        answer.one_away = (candidates & one).without(more | unsettled);
        answer.unknown = candidates & (more | unsettled);
        answer.away = lacking.into_iter().map(|(s, p)| (s, p & answer.one_away)).filter(|(_, p)| !p.is_none()).collect();
    }
}

impl Rows<'_> {
    fn facts(&mut self, screen: &Screen, row: usize) -> &Facts {
        let block = self.block;
        self.facts.entry(row).or_insert_with(|| screen.with_supposed(block.facts(row)))
    }
}

/// The symbol table of a circuit, for tests and tools.
#[must_use]
pub fn symbol_of(circuit: &Circuit, missing: &Missing) -> Option<Symbol> {
    circuit.symbols().iter().position(|m| m == missing).and_then(|p| Symbol::try_from(p).ok())
}
