//! 確定検査: every line beside its papers and findings; accepted, cut with reason and clause, or the report is returned.

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{CompletionReturned, Inspected, LineAmount, LineCut};
use banso_execution::claim::{ClaimLine, totals_by_line};
use banso_execution::decide::step;
use banso_grant::canonical_json;
use banso_kernel::{CaseId, Day, Digest, LocalText, Point, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::Change;
use serde::Serialize;

use super::evidence::files;
use super::project::{Project, sum};
use super::reporting::{ReportContent, ReportLine, report_lines};
use crate::{FieldProblem, Office, OfficeError};

/// What an inspection looks at on site.
pub const CHECKS: [(&str, &str, &str); 5] = [
    ("things", "取得した物が現にあり、補助事業に使われている（銘板・製造番号を確認）", "What was bought is there and used for the project"),
    ("books", "帳簿と証拠書類の原本が明細と一致する", "Books and original papers agree with the lines"),
    ("bank", "支払が通帳又は振込明細で確認できる", "Payments are seen in the bank's records"),
    ("content", "補助事業の内容が交付決定（変更を含む）に適合する", "The work is what was decided"),
    ("kept", "帳簿と証拠書類の保存場所を確認した", "Where books and papers are kept"),
];

/// A line of the inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedLine {
    pub report: ReportLine,
    /// What was cut of it, once the inspection is done.
    pub cut: Option<LineCut>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct InspectionPage {
    pub case: CaseId,
    pub title: String,
    pub receipt_number: String,
    pub lead: String,
    pub phase: Phase,
    pub completed_on: Option<Day>,
    pub reported_on: Option<Day>,
    pub version: u32,
    pub lines: Vec<InspectedLine>,
    pub explanation: String,
    pub claimed: Yen,
    /// The report's text was erased.
    pub erased: bool,
    /// Clauses that a cut may rest on.
    pub clauses: Vec<(String, LocalText)>,
    pub may: bool,
    /// Digest of the lines that are looked at: the form says which.
    pub claims: Option<Digest>,
}

/// What was found of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedLine {
    pub line: String,
    /// What is taken off; zero where the line is accepted.
    pub cut: Yen,
    pub reason: String,
    pub clause: String,
}

/// An inspection as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionForm {
    pub claims: Digest,
    pub judged: Vec<JudgedLine>,
    /// Which of [`CHECKS`] were made.
    pub checks: Vec<String>,
    pub on_site: bool,
    pub note: String,
    pub request: RequestId,
}

/// The inspection's own record, kept under its digest.
#[derive(Serialize)]
struct Record<'a> {
    format: u32,
    claims: Digest,
    checks: &'a [String],
    on_site: bool,
    note: &'a str,
}

impl Office {
    /// The page of an inspection.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and before a report came.
    pub async fn inspection_page(&self, person: &Person, case: CaseId) -> Result<InspectionPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let completion = project.execution.completion.clone().ok_or(OfficeError::NotFound)?;
        let content = self.report_content(completion.claims).await?;
        let erased = content.is_none();
        let (lines, explanation) = match content {
            Some(content) => (self.inspected_lines(&project, &content).await?, content.explanation),
            None => (Vec::new(), String::new()),
        };
        let paper = &project.file.case.submission.paper;
        let may = project.execution.phase == Phase::Reported && self.may_case(person, Action::HandleCase, case).await.is_ok();
        Ok(InspectionPage {
            case,
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            lead: self.firm(project.execution.holder).await?.map_or_else(|| project.execution.holder.to_string(), |f| f.name),
            phase: project.execution.phase,
            completed_on: Some(completion.completed_on),
            reported_on: Some(completion.reported_on),
            version: completion.version,
            claimed: sum(completion.lines.values().copied()),
            lines,
            explanation,
            erased,
            clauses: clauses(&project),
            may,
            claims: Some(completion.claims),
        })
    }

    async fn inspected_lines(&self, project: &Project, content: &ReportContent) -> Result<Vec<InspectedLine>, OfficeError> {
        let elsewhere = self.invoices_elsewhere(project, true).await?;
        let days = match &project.execution.completion {
            Some(c) => (c.reported_on, Some(c.completed_on)),
            None => (self.now().day(), None),
        };
        let findings = self.found_in(project, &content.lines, &elsewhere, days).await?;
        let files = files(&self.store().attachments(project.case()).await?);
        // Only what the report named when it was handed in.
        let named: Vec<_> = files.into_iter().filter(|f| content.names.iter().any(|(d, _)| *d == f.digest)).collect();
        let cuts = last_cuts(project);
        let lines = report_lines(content.lines.clone(), &named, &findings);
        Ok(lines
            .into_iter()
            .map(|report| InspectedLine { cut: cuts.iter().find(|c| c.claim_line == report.line.id).cloned(), report })
            .collect())
    }

    /// Finishes the inspection: what was judged of each line becomes the accepted cost.
    ///
    /// # Errors
    /// A cut without reason or clause or above its line; something that was not checked, without a reason; another report than the one that was looked at; not the office's to do now.
    pub async fn inspect(&self, person: &Person, case: CaseId, form: InspectionForm) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::HandleCase, case).await?;
        if self.done_before(form.request).await? {
            return Ok(());
        }
        let completion = project.execution.completion.as_ref().ok_or(OfficeError::NotFound)?;
        if completion.claims != form.claims {
            return Err(another_report());
        }
        let content = self.report_content(completion.claims).await?.ok_or(OfficeError::NotFound)?;
        let cuts = cuts(&content.lines, &form)?;
        let mut accepted = totals_by_line(&content.lines).map_err(|e| super::refused(e.into()))?;
        for cut in &cuts {
            if let Some(left) = accepted.get_mut(&cut.line) {
                *left = left.checked_sub(cut.amount).map_err(|e| super::refused(e.into()))?;
            }
        }
        let record = Record { format: 1, claims: form.claims, checks: &form.checks, on_site: form.on_site, note: form.note.trim() };
        let text = canonical_json(&record).map_err(OfficeError::fault)?;
        let act = Inspected {
            content: Digest::of(text.as_bytes()),
            cuts,
            accepted: accepted.into_iter().map(|(line, amount)| LineAmount { line, amount }).collect(),
            documents: Vec::new(),
        };
        let keep = vec![Change::keep_content(&text)];
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), keep, form.request).await
    }

    /// Returns the report for correction.
    ///
    /// # Errors
    /// No point, no day ahead; not the office's to do now.
    pub async fn return_report(
        &self,
        person: &Person,
        case: CaseId,
        points: Vec<Point>,
        due: Option<Day>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::HandleCase, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let Some(due) = due else {
            return Err(OfficeError::field("due", "補正の期限を入力してください。", "Enter the day."));
        };
        if points.is_empty() {
            return Err(OfficeError::field("note-1", "補正の内容を入力してください。", "Say what to correct."));
        }
        let act = CompletionReturned { points, due };
        self.take_step(person, &project, |execution, today| step(execution, act, today, ""), Vec::new(), request).await
    }
}

fn another_report() -> OfficeError {
    OfficeError::Stale(LocalText::new(
        "表示の後に実績報告が変わりました。確認し直してください。",
        "The report is another one than was shown. Look again.",
    ))
}

/// The clauses of the guideline, for choosing.
fn clauses(project: &Project) -> Vec<(String, LocalText)> {
    project.edition.clauses().iter().filter(|c| c.level >= 3).map(|c| (c.id.clone(), c.title.clone())).collect()
}

pub(super) fn last_cuts(project: &Project) -> Vec<LineCut> {
    let inspected = project
        .executed()
        .filter_map(|(act, _)| if let banso_execution::ExecutionAct::Inspected(a) = act { Some(a.cuts.clone()) } else { None });
    if project.execution.accepted.is_empty() { Vec::new() } else { inspected.last().unwrap_or_default() }
}

/// What was not looked at needs its reason in the note; an inspection that looked at nothing is none.
fn unchecked(form: &InspectionForm) -> Option<FieldProblem> {
    let left: Vec<_> = CHECKS.iter().filter(|(code, ..)| !form.checks.iter().any(|c| c == code)).collect();
    if left.len() == CHECKS.len() {
        return Some(FieldProblem::new("checks", "確認した事項を選んでください。", "Tick what was checked."));
    }
    if left.is_empty() || !form.note.trim().is_empty() {
        return None;
    }
    let (ja, en): (Vec<&str>, Vec<&str>) = left.iter().map(|(_, ja, en)| (*ja, *en)).unzip();
    Some(FieldProblem::new(
        "note",
        format!("確認していない事項（{}）があります。確認するか、確認しない理由を所見に書いてください。", ja.join("、")),
        format!("Not checked: {}. Check it, or say in the note why not.", en.join("; ")),
    ))
}

fn cuts(lines: &[ClaimLine], form: &InspectionForm) -> Result<Vec<LineCut>, OfficeError> {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for (n, judged) in (1..).zip(&form.judged) {
        let Some(line) = lines.iter().find(|l| l.id == judged.line) else { continue };
        if judged.cut == Yen::ZERO {
            continue;
        }
        let mut wrong = |field: &str, ja: String, en: String| problems.push(FieldProblem::new(format!("{field}-{n}"), ja, en));
        if judged.cut < Yen::ZERO || judged.cut > line.claimed {
            let (id, most) = (&line.id, line.claimed);
            wrong("cut", format!("明細{id}：減額は0円から{most}までにしてください。"), format!("line {id}: cut between 0 and {most}."));
        }
        if judged.reason.trim().is_empty() {
            wrong("reason", format!("明細{}：減額の理由を入力してください。", line.id), format!("line {}: enter the reason.", line.id));
        }
        if judged.clause.trim().is_empty() {
            wrong("clause", format!("明細{}：根拠の条項を選んでください。", line.id), format!("line {}: choose the clause.", line.id));
        }
        found.push(LineCut {
            claim_line: line.id.clone(),
            line: line.budget_line.clone(),
            amount: judged.cut,
            reason: judged.reason.trim().to_owned(),
            clause: judged.clause.trim().to_owned(),
        });
    }
    problems.extend(unchecked(form));
    if problems.is_empty() { Ok(found) } else { Err(OfficeError::Invalid(problems)) }
}
