//! The grant desk of one case: the request beside what the guideline computes, the prepared decision, what was decided.

use banso_grant::numbers::{LetterKind, letter_number};
use banso_grant::{CaseAct, CaseState, GrantDecided, GrantRequested, Point, Recorded};
use banso_guideline::{Condition, Edition, Facts, Missing};
use banso_kernel::{CallId, CaseId, Day, Digest, Instant, LocalText, Yen};
use banso_permits::{Action, Person};
use banso_store::CaseFile;

use super::costs::{Asked, CostCell, Reduction, Settled, SettledCell};
use super::prepare::{Prepared, not_waiting};
use crate::apply::{Known, Paper, missing_words};
use crate::letters::{serial_in, slot_title};
use crate::{FieldProblem, Office, OfficeError};

/// A case at the grant desk, loaded.
#[derive(Debug, Clone)]
pub struct GrantCase {
    pub(crate) file: CaseFile,
    /// The edition in force.
    pub(crate) edition: Edition,
    pub(crate) acts: Vec<Recorded<CaseAct>>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct GrantPage {
    pub case: CaseId,
    pub call: CallId,
    pub receipt_number: String,
    pub title: String,
    pub lead: String,
    pub track: LocalText,
    pub state: LocalText,
    /// The amount that was selected: the most that may be granted.
    pub selected: Yen,
    pub stage: GrantStage,
    pub request: Option<RequestView>,
    pub conditions: Vec<Condition>,
    /// The officer's draft, or a plain one.
    pub prepared: Prepared,
    /// 0 while nothing was saved.
    pub prepared_version: u64,
    pub prepared_by: Option<String>,
    pub cells: Vec<SettledCell>,
    /// What the draft comes to, where it can be computed.
    pub settled: Option<Settled>,
    /// What keeps it from being decided.
    pub open_points: Vec<FieldProblem>,
    /// The number that the letter will have.
    pub number: String,
    pub may_handle: bool,
    pub may_decide: bool,
    /// Where in the form something can be returned for: value and title.
    pub places: Vec<(String, LocalText)>,
}

/// Where the grant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantStage {
    /// Selected; the applicant has not asked yet.
    NotAsked,
    /// A request waits for the decision.
    Waiting,
    Returned {
        points: Vec<Point>,
        due: Day,
        overdue: bool,
    },
    Granted {
        decision: Box<GrantDecided>,
        on: Day,
    },
    Refused {
        number: String,
        reason: String,
    },
    Withdrawn {
        on: Day,
        reason: String,
    },
}

/// The grant request.
#[derive(Debug, Clone)]
pub struct RequestView {
    pub version: u32,
    pub recorded_at: Instant,
    pub requested: Yen,
    /// All costs in it.
    pub cost: Yen,
    /// All costs of the application that was selected; `None` where its text was erased.
    pub cost_selected: Option<Yen>,
    /// What the guideline computes for it; else what is missing.
    pub computed: Result<Yen, Vec<LocalText>>,
    pub content: Digest,
    pub quotes: Vec<QuoteFile>,
    /// When and why the text was erased by right.
    pub erased: Option<(String, Instant)>,
}

/// A document of the grant request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteFile {
    pub slot: LocalText,
    pub name: String,
    pub bytes: u64,
    pub digest: Digest,
}

impl GrantCase {
    /// The request that waits for a decision.
    pub(super) fn waiting(&self) -> Option<&GrantRequested> {
        let CaseState::GrantRequested { request, .. } = &self.file.case.state else { return None };
        Some(request)
    }

    /// The latest grant request, also of a decided or withdrawn case, with its moment and the edition of then.
    pub(super) fn request(&self) -> Option<(&GrantRequested, &Recorded<CaseAct>)> {
        self.acts.iter().rev().find_map(|r| {
            let CaseAct::GrantRequested(request) = &r.act else { return None };
            Some((request, r))
        })
    }

    fn stage(&self, today: Day) -> Result<GrantStage, OfficeError> {
        Ok(match &self.file.case.state {
            CaseState::Selected { .. } => GrantStage::NotAsked,
            CaseState::GrantRequested { .. } => GrantStage::Waiting,
            CaseState::GrantRequestReturned { points, due, .. } => {
                GrantStage::Returned { points: points.clone(), due: *due, overdue: today > *due }
            }
            CaseState::Granted { decision, decided_on, .. } => GrantStage::Granted { decision: decision.clone(), on: *decided_on },
            CaseState::GrantRefused { number, reason, .. } => GrantStage::Refused { number: number.clone(), reason: reason.clone() },
            CaseState::Withdrawn { on, reason, before } if before.outcome().is_some() => {
                GrantStage::Withdrawn { on: *on, reason: reason.clone() }
            }
            CaseState::Submitted
            | CaseState::SubmissionWithdrawn { .. }
            | CaseState::Returned { .. }
            | CaseState::Complete { .. }
            | CaseState::NotAccepted { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Reserved { .. }
            | CaseState::Rejected { .. }
            | CaseState::Withdrawn { .. } => return Err(not_waiting(self)),
        })
    }
}

/// A grant request with its text, ready for computing.
pub(crate) struct Read {
    pub(super) edition: Edition,
    pub(super) paper: Paper,
    pub(super) known: Facts,
    pub(super) requested: Yen,
}

impl Read {
    pub(crate) fn asked(&self) -> Asked<'_> {
        Asked { edition: &self.edition, paper: &self.paper, known: self.known.clone(), requested: self.requested }
    }
}

impl Office {
    /// A case for the grant desk: whoever may read the office's cases.
    pub(crate) async fn grant_case(&self, person: &Person, case: CaseId) -> Result<GrantCase, OfficeError> {
        let permit = self.may_case(person, Action::ReadCase, case).await?;
        let file = self.case(&permit).await?;
        // An applicant reads the own case at another desk.
        self.may_call(person, Action::ReadCall, &file.case.submission.paper.call).map_err(|_| OfficeError::NotFound)?;
        let edition = self.edition_in_force(&file.case.submission.paper.call)?;
        let acts = file.recorded().map_err(OfficeError::fault)?;
        Ok(GrantCase { file, edition, acts })
    }

    /// The text of a request, with the edition whose form it was; `Err` when it was erased.
    pub(crate) async fn read_request(&self, grant: &GrantCase) -> Result<Option<Result<Read, (String, Instant)>>, OfficeError> {
        let Some((request, record)) = grant.request() else { return Ok(None) };
        let paper = match self.paper(request.content).await? {
            Ok(paper) => paper,
            Err(erased) => return Ok(Some(Err(erased))),
        };
        let lead = self.store().organisation_by_number(grant.file.case.submission.paper.lead).await?;
        let known = match lead {
            Some(firm) => Known::of(&self.store().facts(firm.id).await?).facts(),
            None => Facts::default(),
        };
        Ok(Some(Ok(Read { edition: self.edition(record.edition)?, paper, known, requested: request.requested })))
    }

    /// The number of the letter to come.
    pub(super) async fn grant_number(&self, grant: &GrantCase, kind: LetterKind) -> Result<String, OfficeError> {
        let outcome = grant.file.case.state.outcome().ok_or_else(|| not_waiting(grant))?;
        let plan = self.selection_plan(outcome.plan).await?;
        Ok(letter_number(&grant.edition.meta().number_prefix, kind, serial_in(&plan, grant.file.id, kind)))
    }

    /// The grant desk of a case.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger; [`OfficeError::Stale`] for a case that was not selected.
    pub async fn grant_page(&self, person: &Person, case: CaseId) -> Result<GrantPage, OfficeError> {
        let grant = self.grant_case(person, case).await?;
        let stage = grant.stage(self.now().day())?;
        let read = self.read_request(&grant).await?;
        let before = self.paper(grant.file.case.submission.paper.content).await?.ok();
        let before = before.and_then(|paper| paper.total_cost(&grant.edition));
        let view = self.request_view(&grant, read.as_ref()).map(|view| RequestView { cost_selected: before, ..view });
        let read = read.and_then(Result::ok);
        let cells: Vec<CostCell> = read.as_ref().map(|r| r.asked().cells()).unwrap_or_default();
        let version = grant.request().map_or(0, |(r, _)| r.version);
        let (prepared, prepared_version, prepared_by) = match GrantCase::saved(self, case, version).await? {
            Some((prepared, version, by)) => (prepared, version, Some(by)),
            None => (Prepared::plain(version, &cells, self.now().day()), 0, None),
        };
        let outlook = Outlook::of(&prepared, cells, self.now().day(), read.as_ref());
        let kind = if matches!(stage, GrantStage::Refused { .. }) { LetterKind::GrantRefusal } else { LetterKind::GrantDecision };
        let resource = self.store().resource_of(case).await?.ok_or(OfficeError::NotFound)?;
        let paper = &grant.file.case.submission.paper;
        Ok(GrantPage {
            case,
            call: paper.call.clone(),
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            lead: self.firm(paper.lead).await?.map_or_else(|| paper.lead.to_string(), |f| f.name),
            track: grant
                .edition
                .tracks()
                .iter()
                .find(|t| t.name == paper.track)
                .map_or_else(|| LocalText::ja(&paper.track), |t| t.title.clone()),
            state: grant.file.case.state.code().label(),
            selected: paper.requested,
            stage,
            request: view,
            conditions: grant.edition.conditions().to_vec(),
            prepared,
            prepared_version,
            prepared_by,
            cells: outlook.cells,
            settled: outlook.settled,
            open_points: outlook.open_points,
            number: self.grant_number(&grant, kind).await?,
            may_handle: self.may(person, Action::HandleCase, &resource).is_ok(),
            may_decide: self.may(person, Action::Decide, &resource).is_ok(),
            places: super::returning::places(&grant.edition),
        })
    }

    fn request_view(&self, grant: &GrantCase, read: Option<&Result<Read, (String, Instant)>>) -> Option<RequestView> {
        let (request, record) = grant.request()?;
        let kept = read.and_then(|r| r.as_ref().ok());
        let erased = read.and_then(|r| r.as_ref().err()).cloned();
        let edition = kept.map_or(&grant.edition, |r| &r.edition);
        let computed = match kept {
            Some(read) => read.asked().computed().map_err(|missing| words(edition, &missing)),
            None => Err(Vec::new()),
        };
        let name = |digest: Digest| {
            let found = kept.into_iter().flat_map(|r| &r.paper.attachments).find(|a| a.digest == digest);
            found.map_or_else(|| digest.short(), |a| a.file_name.clone())
        };
        let quote = |d: &banso_grant::DocumentRef| QuoteFile {
            slot: slot_title(edition, &d.slot),
            name: name(d.digest),
            bytes: d.bytes,
            digest: d.digest,
        };
        Some(RequestView {
            version: request.version,
            recorded_at: record.recorded_at,
            requested: request.requested,
            cost: kept.map_or(Yen::ZERO, |r| Yen::sum(r.asked().cells().iter().map(|c| c.asked)).unwrap_or(Yen::new(i64::MAX))),
            cost_selected: None,
            computed,
            content: request.content,
            quotes: request.documents.iter().map(quote).collect(),
            erased,
        })
    }
}

/// What a prepared decision comes to.
pub(super) struct Outlook {
    pub(super) cells: Vec<SettledCell>,
    pub(super) settled: Option<Settled>,
    pub(super) open_points: Vec<FieldProblem>,
}

impl Outlook {
    pub(super) fn of(prepared: &Prepared, cells: Vec<CostCell>, today: Day, read: Option<&Read>) -> Self {
        let mut open_points = prepared.problems(&cells, today);
        let cells = prepared.settled_cells(cells);
        let sound = !open_points.iter().any(|p| p.field.starts_with("cost-") || p.field == "reduction");
        let Some(read) = read.filter(|_| sound) else { return Outlook { cells, settled: None, open_points } };
        let reduction = prepared.reduction.map(|amount| Reduction { amount, reason: &prepared.reduction_reason });
        let settled = match read.asked().settle(&cells, reduction) {
            Ok(settled) => {
                if settled.amount <= Yen::ZERO && prepared.reduction.is_some_and(|r| r > Yen::ZERO) {
                    open_points.push(FieldProblem::new(
                        "reduction",
                        "減額すると交付する額が残りません。減額を小さくするか、不交付の決定をしてください。",
                        "Nothing is left after this reduction. Reduce by less, or refuse the grant.",
                    ));
                }
                Some(settled)
            }
            Err(missing) => {
                let reasons = words(&read.edition, &missing);
                let ja = reasons.iter().map(|r| r.ja.clone()).collect::<String>();
                let en = reasons.iter().map(|r| r.en.clone().unwrap_or_default()).collect::<Vec<_>>().join(" ");
                open_points.push(FieldProblem::new(
                    "",
                    format!("補助金の額を計算できません。{ja}"),
                    format!("The amount cannot be computed. {en}"),
                ));
                None
            }
        };
        Outlook { cells, settled, open_points }
    }
}

fn words(edition: &Edition, missing: &[Missing]) -> Vec<LocalText> {
    let label = |item: &str| edition.dictionary().get(item).map_or_else(|| LocalText::ja(item), |i| i.label.clone());
    missing.iter().map(|m| missing_words(m, label)).collect()
}
