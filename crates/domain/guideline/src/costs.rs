//! The costs that an amount is computed from: the rows of 経費, each with what counts of it, and their sums by member, year and line.

use std::collections::BTreeMap;

use banso_kernel::{Rounding, Yen};
use num_traits::ToPrimitive;

use crate::amount::Reckoning;
use crate::answers::BUDGET_ITEM;
use crate::expr::Expr;
use crate::known::{combine, ends};
use crate::members::{MEMBER, Member};
use crate::model::{Facts, Known, Missing, Section, SectionContent, Truth, Value};
use crate::plan::LINE;

const YEAR: &str = "年度";
pub(crate) const COST: &str = "金額";
/// Most project years.
const YEARS_MAX: u32 = 10;

/// A row of 経費 as far as the amount needs it.
#[derive(Debug, Clone)]
pub(crate) struct CostRow {
    /// Index into 共同体.
    pub member: usize,
    pub year: u32,
    /// The line of the budget where rate or cap hang on it; otherwise no name.
    pub line: String,
    pub cost: Yen,
    /// The part of the cost that counts.
    pub counted: Known<Yen>,
    /// What the rule for costs that count looks at, of the member and of the row.
    facts: Facts,
}

impl CostRow {
    /// Another cost; what counts of it is not asked yet.
    pub(crate) fn set(&mut self, cost: Yen) {
        self.cost = cost;
        if let Some(held) = self.facts.0.get_mut(COST) {
            *held = Value::Number(cost.exact());
        }
    }
}

/// Eligible cost by member (index) and year, and by budget line where rate or cap hang on it (otherwise under no name).
pub(crate) type Costs = BTreeMap<(usize, u32), Lines>;
/// Eligible cost of a member's year, by budget line.
pub(crate) type Lines = BTreeMap<String, Known<Yen>>;

impl Reckoning<'_> {
    /// The rows of 経費, each with what counts of it.
    pub(crate) fn rows(&mut self, members: &[Member]) -> Result<Vec<CostRow>, Vec<Missing>> {
        let unknown = || vec![Missing::Fact(BUDGET_ITEM.to_owned())];
        let Some(Value::List(rows)) = self.facts.0.get(BUDGET_ITEM) else { return Err(unknown()) };
        let seen: Vec<Facts> = members.iter().map(|m| self.seen_of(&m.facts)).collect();
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let Value::Record(record) = row else { return Err(unknown()) };
            let number = match record.get(MEMBER) {
                Some(Value::Number(n)) => Some(*n),
                Some(_) | None => members.first().map(|m| m.number),
            };
            let Some((member, seen)) = members.iter().zip(&seen).find(|(m, _)| Some(m.number) == number) else { return Err(unknown()) };
            let year = match record.get(YEAR) {
                Some(Value::Number(n)) => n.to_integer().to_u32().filter(|y| (1..=YEARS_MAX).contains(y)).ok_or_else(unknown)?,
                None if self.single_year() => 1,
                Some(_) | None => return Err(vec![Missing::Fact(YEAR.to_owned())]),
            };
            let cost = match record.get(COST) {
                Some(Value::Number(n)) => Yen::from_exact(*n, Rounding::Down, Yen::new(1)).map_err(|_| Vec::new())?,
                Some(_) | None => return Err(vec![Missing::Fact(COST.to_owned())]),
            };
            let mut facts = seen.clone();
            if self.plan.eligible.is_some() {
                facts.0.extend(record.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            let line = match record.get(LINE) {
                _ if !self.plan.by_line() => String::new(),
                Some(Value::Text(line)) => line.clone(),
                Some(_) | None => return Err(vec![Missing::Fact(LINE.to_owned())]),
            };
            let mut row = CostRow { member: member.index, year, line, cost, counted: Known::Exactly(cost), facts };
            row.counted = self.counted(&row)?;
            found.push(row);
        }
        Ok(found)
    }

    /// Those of a member's facts that the rule for costs that count looks at.
    fn seen_of(&self, facts: &Facts) -> Facts {
        let items = self.plan.eligible.as_ref().map(Expr::items).unwrap_or_default();
        Facts(facts.0.iter().filter(|(item, _)| items.contains(*item)).map(|(item, value)| (item.clone(), value.clone())).collect())
    }

    /// The part of a cost that counts: all, nothing, or, while that is open, between the two.
    pub(crate) fn counted(&mut self, row: &CostRow) -> Result<Known<Yen>, Vec<Missing>> {
        let Some(eligible) = &self.plan.eligible else { return Ok(Known::Exactly(row.cost)) };
        match eligible.truth(self.edition.names(), &row.facts) {
            Ok(judgement) => Ok(match judgement.truth {
                Truth::Yes => Known::Exactly(row.cost),
                Truth::No => Known::Exactly(Yen::ZERO),
                Truth::Unknown => ends(Some((Yen::ZERO, row.cost))),
            }),
            Err(error) => {
                self.step(error.message.clone());
                Err(Vec::new())
            }
        }
    }

    /// Whether the form asks for the costs of one year only: then nobody has to say which.
    fn single_year(&self) -> bool {
        let years = |s: &Section| match s.content {
            SectionContent::Budget { years_max, .. } => Some(years_max),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
        };
        self.edition.form().sections.iter().filter_map(years).max() == Some(1)
    }
}

/// What counts, by member, year and line.
pub(crate) fn summed(rows: &[CostRow]) -> Costs {
    let mut costs = Costs::new();
    for row in rows {
        add(costs.entry((row.member, row.year)).or_default(), row);
    }
    costs
}

/// Adds a row to its line.
pub(crate) fn add(lines: &mut Lines, row: &CostRow) {
    let held = lines.entry(row.line.clone()).or_insert(Known::Exactly(Yen::ZERO));
    *held = combine(held, &row.counted, |a, b| a.checked_add(*b).ok());
}
