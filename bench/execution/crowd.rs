//! Many granted cases, made by the rules and all at once.

use std::collections::BTreeMap;

use banso_execution::ExecutionAct;
use banso_execution::act::{CompletionReported, Inspected, Trigger};
use banso_execution::decide::{fix_amount, step};
use banso_execution::figures::CountedBy;
use banso_execution::state::to_lines;
use banso_kernel::{CaseId, Day, Digest, Yen};
use banso_office::Office;
use banso_permits::Person;
use banso_simulation::{Blueprint, Crowded, crowded};
use banso_store::Store;

use crate::Outcome;

/// The text that reports and inspections of the crowd name.
const TEXT: &str = r#"{"explanation":"架空","format":1,"lines":[],"names":[]}"#;

/// A call with many granted cases.
pub(crate) struct Crowd(pub(crate) Crowded);

impl Crowd {
    pub(crate) async fn granted(blueprint: Blueprint, cases: u32) -> Outcome<Crowd> {
        Ok(Crowd(crowded(blueprint, cases).await?))
    }

    pub(crate) fn office(&self) -> Outcome<&Office> {
        Ok(self.0.office()?)
    }

    pub(crate) fn store(&self) -> Outcome<&Store> {
        Ok(self.0.store()?)
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.cases.len() as u64
    }

    pub(crate) fn today(&self) -> Outcome<Day> {
        Ok(self.office()?.now().day())
    }

    /// The nth case, and who speaks for it.
    pub(crate) fn case(&self, nth: usize) -> Outcome<(CaseId, &Person)> {
        self.0.cases.get(nth).zip(self.0.firms.get(nth)).map(|(case, firm)| (*case, &firm.speaks)).ok_or_else(|| "no such case".into())
    }

    /// How many cases the totals are of, some days from now.
    pub(crate) async fn totals(&self, days: i32) -> Outcome<u64> {
        let as_of = self.today()?.plus_days(days);
        Ok(self
            .office()?
            .money_page(&self.0.staff.auditor, &self.0.call, Some(as_of), CountedBy::Moved)
            .await
            .map_err(|e| format!("{e:?}"))?
            .total
            .cases)
    }

    /// Reported, inspected and fixed: some of the cases, at once.
    pub(crate) async fn fixed(&self, count: usize) -> Outcome<()> {
        let chosen: Vec<CaseId> = self.0.cases.iter().take(count).copied().collect();
        let text = Digest::of(TEXT.as_bytes());
        let staff = &self.0.staff;
        self.office()?
            .rehearse_all(&staff.director, &self.0.call, &[TEXT.to_owned()], |case, execution, today| {
                if !chosen.contains(&case) {
                    return Ok(Vec::new());
                }
                let lines: BTreeMap<String, Yen> = execution.lines.clone();
                let reported = CompletionReported {
                    version: 1,
                    trigger: Trigger::Completed,
                    completed_on: today,
                    lines: to_lines(&lines),
                    claims: text,
                    documents: Vec::new(),
                };
                let inspected = Inspected { content: text, cuts: Vec::new(), accepted: to_lines(&lines), documents: Vec::new() };
                let mut at = execution.clone();
                let mut acts = Vec::new();
                for act in [ExecutionAct::from(reported), ExecutionAct::from(inspected)] {
                    let decided = step(&at, act, today, "")?;
                    at = at.apply(&decided.act, today)?;
                    acts.push(decided);
                }
                acts.push(fix_amount(&at, "架確第1号", at.decided, today)?);
                Ok(acts)
            })
            .await
            .map_err(|e| format!("{e:?}"))?;
        Ok(())
    }
}
