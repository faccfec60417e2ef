//! 実績報告: the lines with everything that is wrong or doubtful in them, and the report itself. What is wrong keeps it from being handed
//! in; what is doubtful needs a word of explanation.

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{ExecutionAct, Trigger};
use banso_execution::claim::{
    AllottedLine, ClaimFinding, ClaimLine, FindingCode, KnownInvoice, LineDay, OwnGroup, Period, Vendor, Weight, budget_findings,
    check_days, check_line, duplicate_findings, invoice_key, last_day, totals_by_line,
};
use banso_execution::decide::{CompletionOrder, report_completion};
use banso_grant::canonical_json;
use banso_grant::numbers::receipt_number;
use banso_kernel::{CaseId, Day, Digest, LocalText, RequestId, Rounding, Yen};
use banso_permits::{Action, Person};
use banso_store::{Change, Content};
use serde::{Deserialize, Serialize};

use super::evidence::{EvidenceFile, documents, with_papers};
use super::project::{Project, sum};
use crate::{FieldProblem, Office, OfficeError};

/// Most characters of the explanation.
const EXPLANATION_MAX: usize = 4_000;

/// The claim lines of a report as they are kept under their digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportContent {
    pub(crate) format: u32,
    pub(crate) lines: Vec<ClaimLine>,
    pub(crate) explanation: String,
    pub(crate) names: Vec<(Digest, String)>,
}

/// A line as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    pub line: ClaimLine,
    pub files: Vec<EvidenceFile>,
    pub findings: Vec<ClaimFinding>,
}

impl ReportLine {
    /// Whether it cannot be reported like this.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.findings.iter().any(|f| f.code.weight() == Weight::Wrong)
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct ReportPage {
    pub case: CaseId,
    pub title: String,
    pub receipt_number: String,
    pub phase: Phase,
    /// Whether a report may be prepared and handed in now, by this person.
    pub may: bool,
    pub lines: Vec<ReportLine>,
    /// Heading, allotted, the most that may be claimed, claimed.
    pub headings: Vec<(String, Yen, Yen, Yen)>,
    pub claimed: Yen,
    pub version: u64,
    /// What the office asked to have corrected, and by when.
    pub points: Vec<String>,
    pub due: Option<Day>,
    pub project_ends: Day,
    pub decided_on: Day,
    /// The last day that stands in the lines, and in which: the work was not completed before it.
    pub last_day: Option<(String, LineDay)>,
    /// The columns of the table that is imported.
    pub columns: Vec<&'static str>,
    pub wrong: usize,
    pub doubtful: usize,
}

/// A report that is to be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOrder {
    pub completed_on: Option<Day>,
    pub explanation: String,
    /// The version of the draft that was shown.
    pub version: u64,
    pub request: RequestId,
}

/// Whether claim lines may be changed now.
pub(super) fn writable(project: &Project) -> Result<(), OfficeError> {
    match project.execution.phase {
        Phase::Underway | Phase::Correcting => Ok(()),
        Phase::Decided | Phase::Suspended | Phase::Reported | Phase::Inspected | Phase::Fixed | Phase::Revoked | Phase::Closed => {
            let phase = project.execution.phase.label();
            Err(OfficeError::Stale(LocalText::new(
                format!("この案件は「{}」のため、実績報告を変更できません。", phase.ja),
                format!("The report cannot be changed: the project is “{}”.", phase.en.unwrap_or_default()),
            )))
        }
    }
}

/// What may be claimed under each heading: what was allotted and the minor shift.
pub(crate) fn allotted(project: &Project) -> Vec<AllottedLine> {
    let most = |amount: Yen| {
        let shift = project.rules.minor_shift.value.apply(amount, Rounding::Down, Yen::new(1)).unwrap_or(Yen::ZERO);
        sum([amount, shift])
    };
    project.execution.lines.iter().map(|(name, amount)| AllottedLine { name: name.clone(), most: most(*amount) }).collect()
}

/// The holder and, so far as they are known, the members: buying from them is buying from oneself.
fn own_group(project: &Project, holder: Option<&banso_store::Organisation>) -> OwnGroup {
    let firm = Vendor {
        name: holder.map(|f| f.name.clone()).unwrap_or_default(),
        corporate_number: Some(project.execution.holder),
        address: holder.map(|f| format!("{}{}", f.prefecture, f.address)).unwrap_or_default(),
        ..Vendor::default()
    };
    OwnGroup(vec![firm])
}

impl Office {
    /// Everything that is found in some lines, line by line: as they were reported on a day, with the day of completion where it is known.
    pub(crate) async fn found_in(
        &self,
        project: &Project,
        lines: &[ClaimLine],
        elsewhere: &[KnownInvoice],
        (reported_on, completed_on): (Day, Option<Day>),
    ) -> Result<Vec<ClaimFinding>, OfficeError> {
        let holder = self.firm(project.execution.holder).await?;
        let own = own_group(project, holder.as_ref());
        let (begins, ends) = project.period();
        let claims = &project.rules.claims;
        let mut found: Vec<ClaimFinding> = lines.iter().flat_map(|line| check_line(line, Period { begins, ends }, claims, &own)).collect();
        for line in lines {
            let known: Vec<String> = found.iter().filter(|f| f.line == line.id).map(|f| f.field.clone()).collect();
            // A day after the end of the project is told once.
            let days = check_days(line, reported_on, completed_on, &claims.evidence_clause);
            found.extend(days.into_iter().filter(|f| f.code != FindingCode::DayToCome || !known.contains(&f.field)));
        }
        found.extend(budget_findings(lines, &allotted(project), &project.rules.minor_shift.clause));
        found.extend(duplicate_findings(lines, elsewhere, claims.basis, &claims.evidence_clause));
        Ok(found)
    }

    /// Invoices that other reports claimed, as far as their texts are kept. Only the office is told where.
    pub(crate) async fn invoices_elsewhere(&self, project: &Project, named: bool) -> Result<Vec<KnownInvoice>, OfficeError> {
        let mut known = Vec::new();
        for (case, claims) in self.store().reported_claims(project.case()).await? {
            let Some(content) = self.report_content(claims).await? else { continue };
            let place = match self.store().application(case).await?.filter(|_| named) {
                Some(row) => receipt_number(&self.edition_in_force(&row.application.call)?.meta().number_prefix, case),
                None => "別の補助事業".to_owned(),
            };
            known.extend(content.lines.iter().filter_map(invoice_key).map(|key| KnownInvoice { key, place: place.clone() }));
        }
        Ok(known)
    }

    /// The claim lines under a digest; `None` where they were erased.
    pub(crate) async fn report_content(&self, digest: Digest) -> Result<Option<ReportContent>, OfficeError> {
        match self.store().content(digest).await? {
            Some(Content::Kept(body)) => serde_json::from_str(&body).map(Some).map_err(OfficeError::fault),
            Some(Content::Erased { .. }) | None => Ok(None),
        }
    }

    /// The lines of the draft with their papers and what is found in them.
    async fn checked_draft(&self, project: &Project, completed_on: Option<Day>) -> Result<(Vec<ReportLine>, u64), OfficeError> {
        let (draft, version) = self.report_draft(project.case()).await?;
        let files = self.evidence_files(project.case()).await?;
        let lines = with_papers(&draft.lines, &files);
        let elsewhere = self.invoices_elsewhere(project, false).await?;
        let findings = self.found_in(project, &lines, &elsewhere, (self.now().day(), completed_on)).await?;
        Ok((report_lines(lines, &files, &findings), version))
    }

    /// The page of the report.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; [`OfficeError::Stale`] for a case that was not granted.
    pub async fn completion_page(&self, person: &Person, case: CaseId) -> Result<ReportPage, OfficeError> {
        self.completion_page_for(person, case, None).await
    }

    /// The page with its lines looked at beside a day of completion that was typed, otherwise the one that was reported before.
    ///
    /// # Errors
    /// As [`Office::completion_page`].
    pub async fn completion_page_for(&self, person: &Person, case: CaseId, typed: Option<Day>) -> Result<ReportPage, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let completed_on = typed.or(project.execution.completion.as_ref().map(|c| c.completed_on));
        let (lines, version) = self.checked_draft(&project, completed_on).await?;
        let speaks = self.may_case(person, Action::SpeakForCase, case).await.is_ok();
        let plain: Vec<ClaimLine> = lines.iter().map(|l| l.line.clone()).collect();
        let totals = totals_by_line(&plain).unwrap_or_default();
        let claimed_under = |name: &str| totals.get(name).copied().unwrap_or(Yen::ZERO);
        let headings = allotted(&project)
            .into_iter()
            .map(|a| {
                let stands = project.execution.lines.get(&a.name).copied().unwrap_or(Yen::ZERO);
                let claimed = claimed_under(&a.name);
                (a.name, stands, a.most, claimed)
            })
            .collect();
        let count = |weight: Weight| lines.iter().flat_map(|l| &l.findings).filter(|f| f.code.weight() == weight).count();
        let (points, due) = asked_back(&project);
        Ok(ReportPage {
            case,
            title: project.file.case.submission.paper.title.clone(),
            receipt_number: project.file.case.submission.paper.receipt_number.clone(),
            phase: project.execution.phase,
            may: speaks && writable(&project).is_ok(),
            headings,
            claimed: sum(totals.values().copied()),
            wrong: count(Weight::Wrong),
            doubtful: count(Weight::Doubtful),
            lines,
            version,
            points,
            due,
            project_ends: project.execution.project_ends,
            decided_on: project.execution.terms.decided_on,
            last_day: last_day(&plain),
            columns: banso_execution::claim::headings(),
        })
    }

    /// Hands in the report.
    ///
    /// # Errors
    /// Lines that are wrong, an explanation that is missing, a day that does not fit; [`OfficeError::Stale`] when the draft was changed.
    pub async fn report_completion(&self, person: &Person, case: CaseId, order: ReportOrder) -> Result<(), OfficeError> {
        let project = self.project(person, Action::SpeakForCase, case).await?;
        if self.done_before(order.request).await? {
            return Ok(());
        }
        let (lines, version) = self.checked_draft(&project, order.completed_on).await?;
        if version != order.version {
            return Err(OfficeError::Stale(LocalText::new(
                "表示の後に明細が変更されました。確認し直してください。",
                "The lines were changed after they were shown. Look again.",
            )));
        }
        let (completed_on, problems) = problems(&order, &lines);
        let (Some(completed_on), true) = (completed_on, problems.is_empty()) else { return Err(OfficeError::Invalid(problems)) };
        let files: Vec<EvidenceFile> = lines.iter().flat_map(|l| l.files.clone()).collect();
        let plain: Vec<ClaimLine> = lines.into_iter().map(|l| l.line).collect();
        let names = files.iter().map(|f| (f.digest, f.name.clone())).collect();
        let content = ReportContent { format: 1, lines: plain, explanation: order.explanation.trim().to_owned(), names };
        let text = canonical_json(&content).map_err(OfficeError::fault)?;
        let trigger = if project.execution.abandoned_on.is_some() { Trigger::Abandoned } else { Trigger::Completed };
        let step = CompletionOrder {
            trigger,
            completed_on,
            totals: totals_by_line(&content.lines).map_err(|e| super::refused(e.into()))?,
            claims: Digest::of(text.as_bytes()),
            documents: documents(&content.lines, &files),
        };
        let keep = vec![Change::keep_content(&text)];
        self.take_step(person, &project, |execution, today| report_completion(execution, &step, today), keep, order.request).await
    }
}

/// Lines with their files and findings.
pub(crate) fn report_lines(lines: Vec<ClaimLine>, files: &[EvidenceFile], findings: &[ClaimFinding]) -> Vec<ReportLine> {
    let of = |line: ClaimLine| ReportLine {
        files: files.iter().filter(|f| f.line == line.id).cloned().collect(),
        findings: findings.iter().filter(|f| f.line == line.id).cloned().collect(),
        line,
    };
    lines.into_iter().map(of).collect()
}

/// What the last return asked for.
fn asked_back(project: &Project) -> (Vec<String>, Option<Day>) {
    let due = project.execution.completion.as_ref().and_then(|c| c.due);
    if due.is_none() {
        return (Vec::new(), None);
    }
    let points = project.executed().filter_map(|(act, _)| {
        if let ExecutionAct::CompletionReturned(a) = act {
            Some(&a.points)
        } else if let ExecutionAct::CorrectionOrdered(a) = act {
            Some(&a.points)
        } else {
            None
        }
    });
    let said = |p: &banso_kernel::Point| if p.field.is_empty() { p.note.clone() } else { format!("{}：{}", p.field, p.note) };
    (points.last().map(|p| p.iter().map(said).collect()).unwrap_or_default(), due)
}

fn problems(order: &ReportOrder, lines: &[ReportLine]) -> (Option<Day>, Vec<FieldProblem>) {
    let mut found = Vec::new();
    if lines.is_empty() {
        found.push(FieldProblem::new("table", "明細がありません。様式の表を取り込んでください。", "There are no lines: import the table."));
    }
    for line in lines.iter().filter(|l| l.is_wrong()) {
        let first = line.findings.iter().find(|f| f.code.weight() == Weight::Wrong);
        let Some(finding) = first else { continue };
        let (message, remedy) = (finding.message(), finding.remedy());
        found.push(FieldProblem {
            field: format!("line-{}", line.line.id),
            text: LocalText::new(
                format!("明細{}：{}。{}。", line.line.id, message.ja, remedy.ja),
                format!("line {}: {}. {}.", line.line.id, message.en.unwrap_or_default(), remedy.en.unwrap_or_default()),
            ),
        });
    }
    let doubtful = lines.iter().flat_map(|l| &l.findings).any(|f| f.code.weight() == Weight::Doubtful);
    if doubtful && order.explanation.trim().is_empty() {
        found.push(FieldProblem::new(
            "explanation",
            "確認を要する点があります。事情を説明してください。",
            "Something is doubtful: explain it.",
        ));
    }
    if order.explanation.chars().count() > EXPLANATION_MAX {
        found.push(FieldProblem::new(
            "explanation",
            format!("{EXPLANATION_MAX}字以内にしてください。"),
            format!("At most {EXPLANATION_MAX} characters."),
        ));
    }
    found.extend(completion_problem(order, lines));
    (order.completed_on, found)
}

/// What is wrong with the day of completion: none, or one before the last day of the lines that nobody has explained.
fn completion_problem(order: &ReportOrder, lines: &[ReportLine]) -> Option<FieldProblem> {
    let Some(completed_on) = order.completed_on else {
        return Some(FieldProblem::new("completed-on", "補助事業が完了した日を入力してください。", "Enter the day of completion."));
    };
    let plain: Vec<ClaimLine> = lines.iter().map(|l| l.line.clone()).collect();
    let (line, last) = last_day(&plain).filter(|(_, last)| last.day > completed_on)?;
    let explained = !order.explanation.trim().is_empty() && !lines.iter().any(ReportLine::is_wrong);
    (!explained).then(|| {
        FieldProblem::new(
            "completed-on",
            format!(
                "明細の最後の日付（明細{line}の{} {}）より前です。補助事業が完了した日を確かめてください。",
                last.what.ja,
                last.day.wareki()
            ),
            format!("Before the last day of the lines (line {line}, {} {}): check it.", last.what.en.unwrap_or_default(), last.day),
        )
    })
}
