//! Which project years a budget may have costs in, by the conditions of the guideline that look at nothing of a cost but its year.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{Exact, LocalText};

use crate::answers::{BUDGET_ITEM, YEAR_PART};
use crate::edition::Edition;
use crate::model::{ClauseId, Facts, Truth, Value};
use crate::rules::{Rule, Test};

/// A condition that refuses every cost of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearRefused {
    pub clause: ClauseId,
    /// What to do about it (不適のとき).
    pub remedy: Option<LocalText>,
}

impl Edition {
    /// The condition by which a project year may have no costs at all, as far as these facts say: a year behind the end of the project.
    #[must_use]
    pub fn refuses_year(&self, facts: &Facts, year: u32) -> Option<YearRefused> {
        let cost = BTreeMap::from([(YEAR_PART.to_owned(), Value::Number(Exact::from_integer(i128::from(year))))]);
        let mut asked = facts.clone();
        asked.0.insert(BUDGET_ITEM.to_owned(), Value::List(vec![Value::Record(cost)]));
        let rule = self.rules().iter().find(|r| self.is_about_years(r) && self.finding(r, &asked).truth == Truth::No)?;
        Some(YearRefused { clause: rule.clause.clone(), remedy: rule.remedy.clone() })
    }

    fn is_about_years(&self, rule: &Rule) -> bool {
        let Test::Computed(computed) = &rule.test else { return false };
        computed.whole.parts(self.names()) == BTreeSet::from([YEAR_PART.to_owned()])
    }
}
