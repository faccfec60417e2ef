//! The years after at a glance: what there is to assess, to decide, to look at.

use banso_execution::state::Disposal;
use banso_kernel::{Day, LocalText, Yen};

use super::super::project::Project;
use super::AssessedKind;

/// Where a disposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisposalState {
    Waiting,
    Approved,
    Refused,
    Done,
}

impl DisposalState {
    pub(crate) fn of(disposal: &Disposal) -> Self {
        match (disposal.done_on, disposal.refused, disposal.approved) {
            (Some(_), ..) => DisposalState::Done,
            (None, true, _) => DisposalState::Refused,
            (None, false, Some(_)) => DisposalState::Approved,
            (None, false, None) => DisposalState::Waiting,
        }
    }

    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            DisposalState::Waiting => LocalText::new("承認待ち", "waiting"),
            DisposalState::Approved => LocalText::new("承認済（未完了）", "approved"),
            DisposalState::Refused => LocalText::new("不承認", "refused"),
            DisposalState::Done => LocalText::new("完了", "done"),
        }
    }

    #[must_use]
    pub const fn tone(self) -> &'static str {
        match self {
            DisposalState::Waiting => "active",
            DisposalState::Approved => "care",
            DisposalState::Refused => "wrong",
            DisposalState::Done => "good",
        }
    }
}

/// A yearly report to be assessed, or assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLink {
    pub kind: AssessedKind,
    pub nth: u32,
    pub reported_on: Day,
    pub assessed: Option<Yen>,
}

/// The part of a project's page that is about the years after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearsView {
    /// Whether the amount is fixed: before that there is nothing here.
    pub begun: bool,
    /// Which the guideline asks for.
    pub asks_reports: bool,
    pub asks_wage: bool,
    pub asks_input_tax: bool,
    pub reports: Vec<ReportLink>,
    pub input_tax: Option<(Day, Yen)>,
    pub assets: usize,
    /// Number, label of asset and kind, state.
    pub disposals: Vec<(u32, LocalText, DisposalState)>,
    pub closed: bool,
}

/// What a project's page says of the years after.
pub(crate) fn overview(project: &Project) -> YearsView {
    let (execution, rules) = (&project.execution, &project.rules);
    let links = |kind: AssessedKind, reports: &std::collections::BTreeMap<u32, banso_execution::state::YearReport>| -> Vec<ReportLink> {
        reports.iter().map(|(nth, r)| ReportLink { kind, nth: *nth, reported_on: r.reported_on, assessed: r.assessed }).collect()
    };
    let disposal = |(request, d): (&u32, &Disposal)| {
        let kind = d.disposition.kind.label();
        let label = LocalText::new(format!("{} {}", d.asset, kind.ja), format!("{} {}", d.asset, kind.en.unwrap_or_default()));
        (*request, label, DisposalState::of(d))
    };
    YearsView {
        begun: execution.fixed.is_some(),
        asks_reports: rules.reports.is_some(),
        asks_wage: rules.wage.is_some() && rules.reports.is_some(),
        asks_input_tax: rules.input_tax.is_some(),
        reports: [links(AssessedKind::Revenue, &execution.revenue), links(AssessedKind::Wage, &execution.wages)].concat(),
        input_tax: execution.input_tax.map(|f| (f.on, f.amount)),
        assets: execution.assets.values().filter(|a| a.gone_on.is_none()).count(),
        disposals: execution.disposals.iter().map(disposal).collect(),
        closed: execution.phase == banso_execution::ExecutionPhase::Closed,
    }
}
