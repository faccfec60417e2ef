//! What each letter says, as checked values. How it is worded stands in the templates.

use banso_kernel::{CaseId, CorporateNumber, Day, Digest, Instant, LocalText, Yen};
use serde::{Deserialize, Serialize};

use crate::cover::Cover;
use crate::study::StudyReport;

/// Every letter that Banso writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "letter", rename_all = "kebab-case")]
pub enum Letter {
    /// 受付票: the application has arrived.
    Receipt(Receipt),
    /// 採択通知書.
    SelectionNotice(SelectionNotice),
    /// 補欠: on the reserve list.
    ReserveNotice(ReserveNotice),
    /// 補欠の終了: the reserve list ended before its turn came.
    ReserveEndNotice(ReserveEndNotice),
    /// 不採択通知書.
    RejectionNotice(RejectionNotice),
    /// 補正依頼: the application is sent back for correction.
    ReturnForCorrection(Correction),
    /// 不受理通知書.
    NotAccepted(NotAccepted),
    /// 交付決定通知書 (Art. 6, 7 and 8 of the Act).
    GrantDecision(GrantDecision),
    /// 不交付決定通知書.
    GrantRefusal(GrantRefusal),
    /// 交付申請の補正依頼.
    GrantRequestReturned(Correction),
    /// 計画変更の承認・不承認, 実績報告の補正, 額の確定.
    Execution(Box<ExecutionLetter>),
    /// Letters after the decision that announce, order, stop or let go.
    Order(Box<crate::OrderLetter>),
    /// Letters of the years after: 収益納付, 賃上げ, 財産処分, 承継, 完結.
    Years(Box<crate::years::YearsLetter>),
    /// 取得財産の管理ラベル.
    AssetLabels(Box<crate::years::AssetLabels>),
    /// 取下げ受理通知書.
    WithdrawalAcknowledgement(WithdrawalAcknowledgement),
    /// The table of contents of a case file, for the auditor.
    CaseIndex(CaseIndex),
    /// 効果検証報告: what a study of a call found.
    StudyReport(Box<StudyReport>),
}

/// One file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub name: String,
    /// What the form asked for here: `研究開発計画書`.
    pub slot: LocalText,
    /// The form's own id of that place, e.g. `plan-pdf`: the digest of the whole is taken over it.
    pub slot_id: String,
    pub bytes: u64,
    pub sha256: Digest,
}

/// What a receipt is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Received {
    /// 応募申請.
    #[default]
    Application,
    /// 交付申請, after selection. It has no closing day of the call.
    GrantRequest,
}

/// 受付票: what arrived, when it was durably recorded, and the digest of every part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What arrived.
    #[serde(default)]
    pub of: Received,
    pub receipt_number: String,
    /// When the record was durably committed, by the server's clock.
    pub recorded_at: Instant,
    /// 1 for the first submission, one more for each later one.
    pub version: u32,
    pub case: CaseId,
    pub programme: LocalText,
    pub call: LocalText,
    pub closes: Instant,
    pub track: LocalText,
    pub title: String,
    pub applicant: String,
    pub corporate_number: CorporateNumber,
    /// Who pressed the button, by name.
    pub submitted_by: String,
    pub requested: Yen,
    /// Digest of all answers.
    pub content: Digest,
    pub files: Vec<File>,
    /// Digest of the whole.
    pub whole: Digest,
    pub legal_basis: String,
    pub office: String,
    pub contact: Vec<String>,
    pub synthetic: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelectionNotice {
    pub cover: Cover,
    pub track: LocalText,
    /// What was asked for. A selection is not yet a right to money.
    pub requested: Yen,
    pub reason: String,
    /// Until when the grant is to be requested (交付申請).
    pub grant_request_due: Option<Day>,
    /// What the reviewers asked to be passed on.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveNotice {
    pub cover: Cover,
    pub track: LocalText,
    /// Place on the reserve list, from 1.
    pub order: u32,
    pub reason: String,
    /// Until when the place counts.
    pub valid_until: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReserveEndNotice {
    pub cover: Cover,
    pub track: LocalText,
    /// Place on the reserve list that it had.
    pub order: u32,
    pub reason: String,
    /// Until when the place counted, where the guideline named a day.
    pub valid_until: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectionNotice {
    pub cover: Cover,
    pub track: LocalText,
    pub reason: String,
    pub remarks: Vec<String>,
}

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The place in the form, as its reader sees it: `3. 経費明細 ／ 設備備品費`.
    pub place: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub cover: Cover,
    pub points: Vec<Point>,
    pub due: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotAccepted {
    pub cover: Cover,
    pub reason: String,
}

/// The amount for one year of the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearAmount {
    /// 1 for the first year.
    pub year: u32,
    pub amount: Yen,
}

/// A change that the office made to what was asked (Art. 6(3)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub place: String,
    pub asked: Yen,
    pub granted: Yen,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantDecision {
    pub cover: Cover,
    pub track: LocalText,
    pub requested_on: Day,
    pub requested: Yen,
    pub eligible_cost: Yen,
    pub amount: Yen,
    /// Empty, or adding up to `amount`.
    pub by_year: Vec<YearAmount>,
    pub conditions: Vec<String>,
    pub modifications: Vec<Difference>,
    /// Why the modifications do not make the project unduly hard (Art. 6(3)); empty without any.
    #[serde(default)]
    pub feasibility: String,
    pub project_starts: Option<Day>,
    pub project_ends: Day,
    /// The last day on which the applicant may withdraw (Art. 9(1)).
    pub withdrawal_due: Option<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantRefusal {
    pub cover: Cover,
    pub requested_on: Day,
    pub requested: Yen,
    pub reason: String,
}

/// Which letter after the grant decision it is. The statutory part of each stands in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutionStep {
    /// 計画変更承認通知書 (Art. 7(1)).
    PlanChangeApproved,
    /// 計画変更不承認通知書 (Art. 21-2).
    PlanChangeRefused,
    /// 実績報告の補正 (Art. 15).
    CompletionReturned,
    /// 額の確定通知書 (Art. 15).
    AmountFixed,
}

/// A letter after the grant decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionLetter {
    pub cover: Cover,
    pub step: ExecutionStep,
    /// The day of the request or report that it answers.
    pub about_on: Day,
    /// The number and the day of the grant decision.
    pub decision: String,
    pub decided_on: Day,
    /// Label and amount.
    pub figures: Vec<(String, Yen)>,
    /// Headings of the budget: one or two amounts each, with what stands above them.
    pub columns: Vec<String>,
    pub lines: Vec<(String, Vec<Yen>)>,
    /// What is to be corrected, or what was cut: place and note.
    pub points: Vec<Point>,
    pub reason: String,
    pub conditions: Vec<String>,
    pub project_ends: Option<Day>,
    pub due: Option<Day>,
}

/// What the applicant took back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withdrawn {
    /// Before the closing instant: it may be submitted again.
    Submission,
    Application,
    GrantRequest,
    /// After the grant decision (Art. 9): the decision counts as never made.
    AfterDecision,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalAcknowledgement {
    pub cover: Cover,
    pub withdrawn: Withdrawn,
    /// When the withdrawal was durably recorded.
    pub recorded_at: Instant,
    pub reason: String,
    /// With [`Withdrawn::Submission`]: until when it may be submitted again.
    pub closes: Option<Instant>,
}

/// One act of a case, as the auditor reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub seq: u64,
    pub recorded_at: Instant,
    pub effective_on: Day,
    pub name: LocalText,
    pub actor: String,
    pub authority: String,
    pub clause: String,
    pub hash: Digest,
}

/// One document of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedDocument {
    pub name: String,
    pub slot: LocalText,
    pub bytes: u64,
    pub sha256: Digest,
    /// The act that it came with.
    pub seq: u64,
    /// Its bytes were erased by order; the digest stays.
    pub erased: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseIndex {
    pub case: CaseId,
    pub receipt_number: String,
    pub programme: LocalText,
    pub call: LocalText,
    pub title: String,
    pub applicant: String,
    pub corporate_number: CorporateNumber,
    pub state: LocalText,
    /// When the file was taken out, and by whom.
    pub exported_at: Instant,
    pub exported_by: String,
    pub office: String,
    pub acts: Vec<Act>,
    pub documents: Vec<IndexedDocument>,
    /// The hash of the last act: the chain ends here.
    pub chain_head: Digest,
    pub synthetic: bool,
}
