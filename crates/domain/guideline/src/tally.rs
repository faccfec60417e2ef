//! The amount while single costs change. What each cost counts for is kept: a change takes as long as its own year does, not as the whole
//! budget. For whoever accepts costs one by one; it says the same as [`Edition::amount`].

use std::collections::BTreeMap;

use banso_kernel::Yen;

use crate::amount::Reckoning;
use crate::answers::BUDGET_ITEM;
use crate::costs::{COST, CostRow, Lines, add};
use crate::edition::Edition;
use crate::known::combine;
use crate::members::Member;
use crate::model::{Amount, Facts, Known, Missing, Value};
use crate::plan::Plan;

/// The amount for costs that can be changed. Rows are those of 経費, counted from 0.
#[derive(Debug)]
pub struct Tally<'a> {
    edition: &'a Edition,
    plan: &'a Plan,
    facts: Facts,
    members: Vec<Member>,
    rows: Vec<CostRow>,
    /// Rows by member (index) and year.
    groups: BTreeMap<(usize, u32), Vec<usize>>,
    paid: BTreeMap<(usize, u32), Known<Yen>>,
    years: BTreeMap<u32, Known<Yen>>,
}

impl Edition {
    /// The amount for the costs in the facts, ready for changes.
    ///
    /// # Errors
    /// What is missing where the costs cannot be read, or 補助額 cannot.
    pub fn tally(&self, facts: Facts) -> Result<Tally<'_>, Vec<Missing>> {
        let plan = self.plan().ok_or_else(|| vec![Edition::no_plan()])?;
        let mut reckoning = Reckoning::new(self, plan, &facts);
        let members = reckoning.members();
        let rows = reckoning.rows(&members)?;
        let mut groups: BTreeMap<(usize, u32), Vec<usize>> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            groups.entry((row.member, row.year)).or_default().push(at);
        }
        let (paid, years) = (BTreeMap::new(), BTreeMap::new());
        let mut tally = Tally { edition: self, plan, facts, members, rows, groups, paid, years };
        for group in tally.groups.keys().copied().collect::<Vec<_>>() {
            tally.pay(group);
        }
        for year in tally.paid.keys().map(|(_, year)| *year).collect::<std::collections::BTreeSet<_>>() {
            tally.cap(year);
        }
        Ok(tally)
    }
}

impl Tally<'_> {
    /// All years and members, after the caps.
    #[must_use]
    pub fn total(&self) -> Known<Yen> {
        if self.plan.looks_at_all_costs() {
            return self.amount().total;
        }
        let years: Vec<(u32, Known<Yen>)> = self.years.iter().map(|(year, known)| (*year, known.clone())).collect();
        Reckoning::new(self.edition, self.plan, &self.facts).total(&years)
    }

    /// The same with every step, for the costs as they are now. Looks at all of them.
    #[must_use]
    pub fn amount(&self) -> Amount {
        let mut facts = self.facts.clone();
        if let Some(Value::List(records)) = facts.0.get_mut(BUDGET_ITEM) {
            let mut costs = self.rows.iter().map(|r| r.cost);
            records.retain(|_| costs.next().is_none_or(|cost| cost != Yen::ZERO));
        }
        self.edition.amount(&facts)
    }

    /// What one cost would bring if it were the only one: within the caps, whether or not it reaches the floor.
    #[must_use]
    pub fn alone(&self, row: usize) -> Known<Yen> {
        let Some((own, member)) = self.rows.get(row).and_then(|r| Some((r, self.members.iter().find(|m| m.index == r.member)?))) else {
            return Known::Exactly(Yen::ZERO);
        };
        let mut reckoning = Reckoning::new(self.edition, self.plan, &self.facts);
        let paid = reckoning.of_lines(member, own.year, &Lines::from([(own.line.clone(), own.counted.clone())]));
        let year = reckoning.of_year(own.year, &[(own.member, own.year, paid)]);
        reckoning.capped_total(&[(own.year, year)])
    }

    /// What the guideline pays for the costs that a row is reckoned with, before the caps of a year and of the whole, and those costs: of
    /// the same member and, where rate or cap hang on it, of the same budget line, in every year.
    #[must_use]
    pub fn reckoned_with(&self, row: usize) -> (Known<Yen>, Known<Yen>) {
        let nothing = || (Known::Exactly(Yen::ZERO), Known::Exactly(Yen::ZERO));
        let Some((own, member)) = self.rows.get(row).and_then(|r| Some((r, self.members.iter().find(|m| m.index == r.member)?))) else {
            return nothing();
        };
        let mut years: BTreeMap<u32, Lines> = BTreeMap::new();
        for other in self.rows.iter().filter(|r| r.member == own.member && r.line == own.line) {
            add(years.entry(other.year).or_default(), other);
        }
        let mut reckoning = Reckoning::new(self.edition, self.plan, &self.facts);
        let (mut paid, mut cost) = nothing();
        for (year, lines) in &years {
            let own = reckoning.of_lines(member, *year, lines);
            paid = combine(&paid, &own, |a, b| a.checked_add(*b).ok());
            for counted in lines.values() {
                cost = combine(&cost, counted, |a, b| a.checked_add(*b).ok());
            }
        }
        (paid, cost)
    }

    /// What the guideline pays for all costs together, before the caps of a year and of the whole.
    #[must_use]
    pub fn before_caps(&self) -> Known<Yen> {
        self.paid.values().fold(Known::Exactly(Yen::ZERO), |sum, own| combine(&sum, own, |a, b| a.checked_add(*b).ok()))
    }

    /// Another cost in this row; nothing takes it out.
    ///
    /// # Errors
    /// What is missing where it cannot be told whether the new cost counts.
    pub fn change(&mut self, row: usize, cost: Yen) -> Result<(), Vec<Missing>> {
        let Some(own) = self.rows.get_mut(row) else { return Ok(()) };
        own.set(cost);
        if let Some(Value::List(records)) = self.facts.0.get_mut(BUDGET_ITEM)
            && let Some(Value::Record(record)) = records.get_mut(row)
        {
            record.insert(COST.to_owned(), Value::Number(cost.exact()));
        }
        let group = (own.member, own.year);
        own.counted = Reckoning::new(self.edition, self.plan, &self.facts).counted(own)?;
        self.pay(group);
        self.cap(group.1);
        Ok(())
    }

    /// Pays for the rows of one member and year.
    fn pay(&mut self, group: (usize, u32)) {
        let Some(member) = self.members.iter().find(|m| m.index == group.0) else { return };
        let mut lines = Lines::new();
        self.groups.get(&group).into_iter().flatten().filter_map(|at| self.rows.get(*at)).for_each(|row| add(&mut lines, row));
        let paid = Reckoning::new(self.edition, self.plan, &self.facts).of_lines(member, group.1, &lines);
        self.paid.insert(group, paid);
    }

    /// Puts the cap on one year.
    fn cap(&mut self, year: u32) {
        let own = self.paid.iter().filter(|((_, y), _)| *y == year).map(|((member, y), paid)| (*member, *y, paid.clone()));
        let capped = Reckoning::new(self.edition, self.plan, &self.facts).of_year(year, &own.collect::<Vec<_>>());
        self.years.insert(year, capped);
    }
}
