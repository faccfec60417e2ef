//! 案件の完結: everything that is open, each where it is settled; closed with a letter only when nothing is.

use banso_execution::act::Cause;
use banso_execution::decide::close;
use banso_execution::duties::{DutyKind, deadlines};
use banso_execution::state::OpenKind;
use banso_grant::numbers::LetterKind;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::super::project::Project;
use super::{AssessedKind, ProjectHead};
use crate::letters::closing_letter;
use crate::{Office, OfficeError};

/// What somebody confirms who closes a case: code, words.
pub const CLOSING_CHECKS: [(&str, &str, &str); 4] = [
    ("debts", "未収の債権及び未払の補助金がない", "No debt and no payment is open"),
    ("reports", "要領が求める報告が全て提出され、認定が終わっている", "Every report is in and assessed"),
    ("assets", "処分制限財産の管理と、期間満了までの承認の要否を補助事業者が了知している", "The holder knows which assets stay restricted"),
    ("papers", "帳簿・証拠書類の保存期限を補助事業者に通知する", "The holder is told until when papers are kept"),
];

/// Where something that is open is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    Open(OpenKind),
    Duty(DutyKind),
    Assessment(AssessedKind, u32),
    /// To be ordered back.
    Payback(Cause),
    Disposal(u32),
}

/// Something that keeps the case open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingItem {
    pub what: LocalText,
    pub detail: LocalText,
    pub due: Option<Day>,
    pub amount: Option<Yen>,
    pub settled: Settled,
}

/// The page.
#[derive(Debug, Clone)]
pub struct ClosingPage {
    pub head: ProjectHead,
    /// What is open; closed only when empty.
    pub open: Vec<ClosingItem>,
    /// Things that stay restricted after the closing: number and last day.
    pub restricted: Vec<(String, Day)>,
    pub keep_until: Day,
    pub keep_clause: String,
    pub number: String,
    /// When it was closed, until when papers are kept.
    pub closed: Option<Day>,
    pub may: bool,
}

fn item(what: LocalText, detail: LocalText, due: Option<Day>, amount: Option<Yen>, settled: Settled) -> ClosingItem {
    ClosingItem { what, detail, due, amount, settled }
}

/// Everything that keeps a case open.
fn open(project: &Project, today: Day) -> Result<Vec<ClosingItem>, OfficeError> {
    let execution = &project.execution;
    let mut items = Vec::new();
    for o in execution.open_items(today).map_err(super::super::refused)? {
        match o.kind {
            // Told below with what they are of, or no reason to keep a case open.
            OpenKind::Assessment | OpenKind::RestrictedAsset => {}
            OpenKind::Disposal => {
                let request = o.what.parse().unwrap_or_default();
                let words = LocalText::new(format!("申請{request}"), format!("request {request}"));
                items.push(item(o.kind.label(), words, o.due, o.amount, Settled::Disposal(request)));
            }
            OpenKind::UnorderedPayback => {
                let cause = causes(project).into_iter().find(|c| c.label().ja == o.what).unwrap_or(Cause::ExcessAfterFixing);
                items.push(item(o.kind.label(), cause.label(), o.due, o.amount, Settled::Payback(cause)));
            }
            OpenKind::PlanChange
            | OpenKind::Discontinuation
            | OpenKind::Incident
            | OpenKind::Performance
            | OpenKind::Correction
            | OpenKind::Hearing
            | OpenKind::Claim
            | OpenKind::Unpaid
            | OpenKind::Excess
            | OpenKind::Debt
            | OpenKind::Report => items.push(item(o.kind.label(), LocalText::ja(o.what), o.due, o.amount, Settled::Open(o.kind))),
        }
    }
    for (kind, reports) in [(AssessedKind::Revenue, &execution.revenue), (AssessedKind::Wage, &execution.wages)] {
        for (nth, _) in reports.iter().filter(|(_, r)| r.assessed.is_none()) {
            let nth_words = LocalText::new(format!("第{nth}回"), format!("report {nth}"));
            items.push(item(kind.label(), nth_words, None, None, Settled::Assessment(kind, *nth)));
        }
    }
    for missing in deadlines(execution, &project.rules).into_iter().filter(banso_execution::duties::Deadline::blocks_closing) {
        items.push(item(OpenKind::Report.label(), missing.label(), Some(missing.due), None, Settled::Duty(missing.kind)));
    }
    Ok(items)
}

/// Causes that a case may have established.
fn causes(project: &Project) -> Vec<Cause> {
    let execution = &project.execution;
    let mut causes = vec![Cause::InputTax];
    causes.extend(execution.revenue.keys().map(|nth| Cause::Revenue { nth: *nth }));
    causes.extend(execution.wages.keys().map(|nth| Cause::Wage { nth: *nth }));
    causes.extend(execution.disposals.keys().map(|request| Cause::Disposal { request: *request }));
    causes
}

fn number(project: &Project) -> String {
    let sent = project.executed().filter(|(act, _)| act.kind() == "case_closed").count();
    project.next_letter(LetterKind::Closing, sent)
}

impl Office {
    /// The page of the closing.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn closing_page(&self, person: &Person, case: CaseId) -> Result<ClosingPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (execution, today) = (&project.execution, self.now().day());
        let restricted = execution.open_items(today).map_err(super::super::refused)?.into_iter();
        let completed = execution.completion.as_ref().map_or(today, |c| c.completed_on);
        let closed = execution.phase == banso_execution::ExecutionPhase::Closed;
        Ok(ClosingPage {
            head: ProjectHead::of(&project),
            open: if closed { Vec::new() } else { open(&project, today)? },
            restricted: restricted.filter(|o| o.kind == OpenKind::RestrictedAsset).filter_map(|o| Some((o.what, o.due?))).collect(),
            keep_until: execution.keep_until.unwrap_or_else(|| project.rules.keep_until(completed).max(today.plus_days(1))),
            keep_clause: project.rules.keep_years.clause.clone(),
            number: number(&project),
            closed: project
                .executed()
                .filter(|(act, _)| act.kind() == "case_closed")
                .last()
                .map(|(_, r)| r.effective_on)
                .filter(|_| closed),
            may: !closed && self.may_case(person, Action::HandleCase, case).await.is_ok(),
        })
    }

    /// The letter as it would go out today, with 「案」 in its number. It is kept nowhere.
    ///
    /// # Errors
    /// As [`Office::closing_page`]; something is open.
    pub async fn preview_closing(&self, person: &Person, case: CaseId) -> Result<Vec<u8>, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let checks: Vec<String> = CLOSING_CHECKS.iter().map(|(_, ja, _)| (*ja).to_owned()).collect();
        let today = self.now().day();
        let decided = close(&project.execution, &format!("（案）{}", number(&project)), &checks, today, &project.rules)
            .map_err(super::super::refused)?;
        let after = project.execution.clone().apply(&decided.act, today).map_err(super::super::refused)?;
        let head = self.head_to(&after, project.edition.clone(), project.file.case.submission.paper.clone()).await?;
        let letter = closing_letter(head, &decided.act, today, &project.decision, &after).ok_or(OfficeError::NotFound)?;
        self.typeset_bytes(letter).await
    }

    /// Closes the case.
    ///
    /// # Errors
    /// The first thing that is open; something that was not confirmed; not the office's to do.
    pub async fn close_case(&self, person: &Person, case: CaseId, checked: &[String], request: RequestId) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let checks: Vec<String> = CLOSING_CHECKS.iter().map(|(_, ja, _)| (*ja).to_owned()).collect();
        let decided =
            close(&project.execution, &number(&project), &checks, self.now().day(), &project.rules).map_err(super::super::refused)?;
        if CLOSING_CHECKS.iter().any(|(code, ..)| !checked.iter().any(|c| c == code)) {
            return Err(OfficeError::field("check", "確認事項を全て確かめてください。", "Confirm every point."));
        }
        self.take_step(person, &project, |_, _| Ok(decided), Vec::new(), request).await
    }
}
