//! From records to what they amount to, and from that to the rows that lists read.

use std::collections::BTreeMap;

use banso_grant::{Act, Call, CallPhase, Case, CaseAct, CaseRow, FoldError, Recorded, ReviewRow, ReviewStatus, StateCode};
use banso_kernel::{CallId, CaseId, Digest, Instant, PersonId, StreamId};

use super::record::ActRecord;
use crate::db::{Arg, Row, args};
use crate::fault::Fault;

/// A call as a row of the list of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    pub call: CallId,
    pub phase: String,
    /// The edition in force.
    pub edition: Digest,
    /// The selection plan that is frozen or executed.
    pub selection: Option<Digest>,
    pub last_seq: u64,
    pub last_kind: String,
    pub last_at: Instant,
}

impl CallRow {
    fn of(id: &CallId, call: &Call) -> Self {
        let selection = match &call.phase {
            CallPhase::SelectionFrozen { selection, .. } | CallPhase::SelectionExecuted { selection, .. } => Some(selection.plan),
            CallPhase::Receiving | CallPhase::InReview { .. } | CallPhase::Reviewed { .. } => None,
        };
        CallRow {
            call: id.clone(),
            phase: call.phase.code().to_owned(),
            edition: call.edition.digest,
            selection,
            last_seq: call.last.seq,
            last_kind: call.last.kind.to_owned(),
            last_at: call.last.recorded_at,
        }
    }
}

/// What a stream amounts to.
#[derive(Debug, Clone)]
pub(crate) enum Folded {
    Nothing,
    Case(Box<Case>),
    Call(Box<Call>),
}

/// The end of a stream.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) seq: u64,
    pub(crate) hash: Digest,
    pub(crate) folded: Folded,
}

impl Head {
    pub(crate) const EMPTY: Head = Head { seq: 0, hash: Digest::ZERO, folded: Folded::Nothing };

    /// The head that some records make.
    pub(crate) fn read(records: &[ActRecord]) -> Result<Head, Fault> {
        records.iter().try_fold(Head::EMPTY, |head, record| head.after(record))
    }

    /// The head after one more record from the database.
    pub(crate) fn after(self, record: &ActRecord) -> Result<Head, Fault> {
        let place = || record.stream.to_string();
        let folded = match &record.stream {
            StreamId::Case(_) => {
                let act = record.decode().map_err(|e| Fault::impossible(place(), e))?;
                self.folded.with_case_act(&act)
            }
            StreamId::Call(_) => {
                let act = record.decode().map_err(|e| Fault::impossible(place(), e))?;
                self.folded.with_call_act(&act)
            }
        };
        Ok(Head { seq: record.seq, hash: record.hash, folded: folded.map_err(|e| Fault::impossible(place(), e))? })
    }
}

impl Folded {
    pub(crate) fn with_case_act(self, act: &Recorded<CaseAct>) -> Result<Folded, FoldError> {
        match self {
            Folded::Nothing => Case::begin(act),
            Folded::Case(case) => case.apply(act),
            Folded::Call(_) => Err(FoldError::NotAFirstAct { seq: act.seq, kind: act.act.kind() }),
        }
        .map(|case| Folded::Case(Box::new(case)))
    }

    pub(crate) fn with_call_act(self, act: &Recorded<banso_grant::CallAct>) -> Result<Folded, FoldError> {
        match self {
            Folded::Nothing => Call::begin(act),
            Folded::Call(call) => call.apply(act),
            Folded::Case(_) => Err(FoldError::NotAFirstAct { seq: act.seq, kind: act.act.kind() }),
        }
        .map(|call| Folded::Call(Box::new(call)))
    }
}

/// The list rows of some streams, each at most once.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) cases: BTreeMap<CaseId, CaseRow>,
    pub(crate) reviews: BTreeMap<(CaseId, PersonId), (CallId, ReviewRow)>,
    pub(crate) calls: BTreeMap<CallId, CallRow>,
}

impl Rows {
    pub(crate) fn put(&mut self, stream: &StreamId, folded: &Folded) {
        match (stream, folded) {
            (StreamId::Case(id), Folded::Case(case)) => {
                let row = case.row(*id);
                for review in case.review_rows(*id) {
                    self.reviews.insert((*id, review.reviewer), (row.call.clone(), review));
                }
                self.cases.insert(*id, row);
            }
            (StreamId::Call(id), Folded::Call(call)) => {
                self.calls.insert(id.clone(), CallRow::of(id, call));
            }
            (StreamId::Case(_), Folded::Nothing | Folded::Call(_)) | (StreamId::Call(_), Folded::Nothing | Folded::Case(_)) => {}
        }
    }

    pub(crate) fn merge(&mut self, later: Rows) {
        self.cases.extend(later.cases);
        self.reviews.extend(later.reviews);
        self.calls.extend(later.calls);
    }
}

pub(crate) fn case_args(r: &CaseRow) -> Vec<Arg> {
    let parties = serde_json::to_string(&r.parties).unwrap_or_default();
    args![
        r.case,
        &r.call,
        r.state.code(),
        &r.receipt_number,
        r.version,
        &r.title,
        &r.track,
        r.lead,
        parties,
        r.received_at,
        r.arrived_at,
        r.requested,
        r.granted,
        r.decision_number.clone(),
        r.rank,
        r.score.clone(),
        r.reserve_order,
        r.reviewers,
        r.reviewed,
        r.due,
        r.last_seq,
        r.last_kind,
        r.last_at,
    ]
}

pub(crate) fn review_args(call: &CallId, r: &ReviewRow) -> Vec<Arg> {
    args![r.case, r.reviewer, call, r.status.code(), r.version, r.total, r.due]
}

pub(crate) fn call_args(r: &CallRow) -> Vec<Arg> {
    args![&r.call, &r.phase, r.edition, r.selection, r.last_seq, &r.last_kind, r.last_at]
}

impl TryFrom<&Row> for CaseRow {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let (state, kind) = (row.text("state")?, row.text("last_kind")?);
        let last_kind = CaseAct::KINDS.iter().copied().find(|k| **k == *kind);
        Ok(CaseRow {
            case: row.parse("id")?,
            call: row.parse("call_id")?,
            state: StateCode::parse(&state).ok_or_else(|| Fault::impossible("state of a case", &state))?,
            receipt_number: row.text("receipt_number")?,
            version: row.count("version")?,
            title: row.text("title")?,
            track: row.text("track")?,
            lead: row.parse("lead")?,
            parties: row.json("parties")?,
            received_at: row.instant("received_at")?,
            arrived_at: row.instant("arrived_at")?,
            requested: banso_kernel::Yen::new(row.int("requested")?),
            granted: row.opt_int("granted")?.map(banso_kernel::Yen::new),
            decision_number: row.opt_text("decision_number")?,
            rank: row.opt_count("rank")?,
            score: row.opt_text("score")?,
            reserve_order: row.opt_count("reserve_order")?,
            reviewers: row.count("reviewers")?,
            reviewed: row.count("reviewed")?,
            due: row.opt_parse("due")?,
            last_seq: row.count("last_seq")?,
            last_kind: last_kind.ok_or_else(|| Fault::impossible("kind of act", &kind))?,
            last_at: row.instant("last_at")?,
        })
    }
}

/// Reads a review whose columns are named `r_…`, so that it can stand beside its case.
pub(crate) fn review_row(row: &Row) -> Result<ReviewRow, Fault> {
    let status = row.text("r_status")?;
    Ok(ReviewRow {
        case: row.parse("r_case")?,
        reviewer: row.parse("r_reviewer")?,
        status: ReviewStatus::parse(&status).ok_or_else(|| Fault::impossible("status of a review", &status))?,
        version: row.count("r_version")?,
        total: row.opt_count("r_total")?,
        due: row.parse("r_due")?,
    })
}

/// The columns that [`review_row`] reads.
pub(crate) const REVIEW_COLUMNS: &str = "r.case_id AS r_case, r.reviewer AS r_reviewer, r.status AS r_status, r.version AS r_version, \
                                         r.total AS r_total, r.due AS r_due";

impl TryFrom<&Row> for CallRow {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(CallRow {
            call: row.parse("id")?,
            phase: row.text("phase")?,
            edition: row.parse("edition")?,
            selection: row.opt_parse("selection")?,
            last_seq: row.count("last_seq")?,
            last_kind: row.text("last_kind")?,
            last_at: row.instant("last_at")?,
        })
    }
}
