//! The years after the amount is fixed, at the holder's desk: yearly reports, wages, input tax, assets, disposals, and the papers of each.

pub(crate) mod assets;
pub(crate) mod disposal;
pub(crate) mod input_tax;
pub(crate) mod papers;
pub(crate) mod report;
pub(crate) mod wage;

use banso_kernel::{CaseId, Day, Yen};
use banso_office::FieldProblem;
use banso_office::execution::{DueLine, YearsPaper};

use super::project::project_path;
use crate::form::FormFields;

/// Reads fields and gathers what cannot be read.
pub(crate) struct Reading<'a> {
    form: &'a FormFields,
    pub(crate) problems: Vec<FieldProblem>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(form: &'a FormFields) -> Self {
        Reading { form, problems: Vec::new() }
    }

    fn keep<T>(&mut self, read: Result<Option<T>, FieldProblem>) -> Option<T> {
        read.map_err(|problem| self.problems.push(problem)).ok().flatten()
    }

    pub(crate) fn yen(&mut self, name: &str) -> Option<Yen> {
        let read = self.form.yen(name);
        self.keep(read)
    }

    pub(crate) fn day(&mut self, name: &str) -> Option<Day> {
        let read = self.form.day(name);
        self.keep(read)
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<i64> {
        let read = self.form.number(name);
        self.keep(read)
    }
}

/// What is wrong: the unreadable first, then what the office found; a field that cannot be read is told once.
pub(crate) fn together(unread: Vec<FieldProblem>, found: Vec<FieldProblem>) -> Vec<FieldProblem> {
    let mut all = unread;
    for problem in found {
        if problem.field.is_empty() || !all.iter().any(|p| p.field == problem.field) {
            all.push(problem);
        }
    }
    all
}

/// The page on which the step of some papers is taken.
pub(crate) fn page_of(case: CaseId, kind: YearsPaper) -> String {
    let project = project_path(case);
    match kind {
        YearsPaper::Report => format!("{project}/commercialisation"),
        YearsPaper::Wage => format!("{project}/wages"),
        YearsPaper::InputTax => format!("{project}/input-tax"),
        YearsPaper::Census => format!("{project}/assets"),
        YearsPaper::Disposal | YearsPaper::Disposed => format!("{project}/disposals"),
        YearsPaper::Succession => project,
    }
}

/// Where the holder settles what is due; empty where it is settled by answering in another way.
pub(crate) fn settles(path: &str, due: &DueLine) -> String {
    use banso_execution::duties::DutyKind as Kind;
    match due.kind {
        Kind::Completion | Kind::Correction => format!("{path}/report"),
        Kind::InputTax => format!("{path}/input-tax"),
        Kind::Commercialisation => format!("{path}/commercialisation"),
        Kind::Wage => format!("{path}/wages"),
        Kind::Census => format!("{path}/assets"),
        Kind::Answer => format!("{path}/hearing"),
        Kind::Repayment => format!("{path}/repayment"),
        Kind::Progress | Kind::Performance => String::new(),
    }
}
