//! From records to what they amount to, and from that to the rows that lists read.

use std::collections::BTreeMap;

use banso_grant::{
    Act, ActRecord, Call, CallAct, CallPhase, Case, CaseAct, CaseRow, FoldError, LetterAct, Recorded, ReviewRow, ReviewStatus, StateCode,
};
use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, Instant, PersonId, StreamId, Yen};

use super::record::columns;
use crate::db::Row;
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
        self.with(record, &Decoded::of(record)?)
    }

    /// The same for a record that was decoded already.
    pub(crate) fn with(self, record: &ActRecord, act: &Decoded) -> Result<Head, Fault> {
        let folded = match act {
            Decoded::Case(act) => self.folded.with_case_act(act),
            Decoded::Call(act) => self.folded.with_call_act(act),
            Decoded::Letter(act) => self.folded.with_letter_act(act),
        };
        let folded = folded.map_err(|why| Fault::Misfit { place: record.stream.to_string(), why })?;
        Ok(Head { seq: record.seq, hash: record.hash, folded })
    }
}

/// An act as it is read from its record.
pub(crate) enum Decoded {
    Case(Recorded<CaseAct>),
    Call(Recorded<CallAct>),
    Letter(Recorded<LetterAct>),
}

impl Decoded {
    pub(crate) fn of(record: &ActRecord) -> Result<Self, Fault> {
        let act = match &record.stream {
            StreamId::Case(_) => record.decode().map(Decoded::Case),
            StreamId::Call(_) => record.decode().map(Decoded::Call),
            StreamId::Letters(_) => record.decode().map(Decoded::Letter),
        };
        act.map_err(|e| Fault::impossible(record.stream.to_string(), e))
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

    pub(crate) fn with_call_act(self, act: &Recorded<CallAct>) -> Result<Folded, FoldError> {
        match self {
            Folded::Nothing => Call::begin(act),
            Folded::Call(call) => call.apply(act),
            Folded::Case(_) => Err(FoldError::NotAFirstAct { seq: act.seq, kind: act.act.kind() }),
        }
        .map(|call| Folded::Call(Box::new(call)))
    }

    /// Letters amount to nothing that a list shows.
    pub(crate) fn with_letter_act(self, act: &Recorded<LetterAct>) -> Result<Folded, FoldError> {
        match self {
            Folded::Nothing => Ok(Folded::Nothing),
            Folded::Case(_) | Folded::Call(_) => Err(FoldError::NotAFirstAct { seq: act.seq, kind: act.act.kind() }),
        }
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
            (StreamId::Case(_), Folded::Nothing | Folded::Call(_))
            | (StreamId::Call(_), Folded::Nothing | Folded::Case(_))
            | (StreamId::Letters(_), _) => {}
        }
    }

    pub(crate) fn merge(&mut self, later: Rows) {
        self.cases.extend(later.cases);
        self.reviews.extend(later.reviews);
        self.calls.extend(later.calls);
    }
}

columns! {
    /// A case as the table `cases` keeps it.
    CaseColumns / CASE_COLUMNS {
        id: CaseId,
        call_id: &'a CallId,
        state: &'static str,
        receipt_number: &'a str,
        version: u32,
        title: &'a str,
        track: &'a str,
        lead: CorporateNumber,
        parties: String,
        received_at: i64,
        arrived_at: i64,
        requested: i64,
        granted: Option<i64>,
        decision_number: Option<&'a str>,
        rank: Option<u32>,
        score: Option<&'a str>,
        reserve_order: Option<u32>,
        reviewers: u32,
        reviewed: u32,
        due: Option<String>,
        last_seq: u64,
        last_kind: &'static str,
        last_at: i64,
    }
}

impl<'a> From<&'a CaseRow> for CaseColumns<'a> {
    fn from(r: &'a CaseRow) -> Self {
        CaseColumns {
            id: r.case,
            call_id: &r.call,
            state: r.state.code(),
            receipt_number: &r.receipt_number,
            version: r.version,
            title: &r.title,
            track: &r.track,
            lead: r.lead,
            parties: serde_json::to_string(&r.parties).unwrap_or_default(),
            received_at: r.received_at.micros(),
            arrived_at: r.arrived_at.micros(),
            requested: r.requested.get(),
            granted: r.granted.map(Yen::get),
            decision_number: r.decision_number.as_deref(),
            rank: r.rank,
            score: r.score.as_deref(),
            reserve_order: r.reserve_order,
            reviewers: r.reviewers,
            reviewed: r.reviewed,
            due: r.due.map(|day| day.to_string()),
            last_seq: r.last_seq,
            last_kind: r.last_kind,
            last_at: r.last_at.micros(),
        }
    }
}

columns! {
    /// A review as the table `reviews` keeps it.
    ReviewColumns / REVIEW_COLUMNS {
        case_id: CaseId,
        reviewer: PersonId,
        call_id: &'a CallId,
        status: &'static str,
        version: u32,
        total: Option<u32>,
        due: String,
    }
}

impl<'a> From<&'a (CallId, ReviewRow)> for ReviewColumns<'a> {
    fn from((call_id, r): &'a (CallId, ReviewRow)) -> Self {
        let (case_id, reviewer, status) = (r.case, r.reviewer, r.status.code());
        ReviewColumns { case_id, reviewer, call_id, status, version: r.version, total: r.total, due: r.due.to_string() }
    }
}

columns! {
    /// A call as the table `calls` keeps it.
    CallColumns / CALL_COLUMNS {
        id: &'a CallId,
        phase: &'a str,
        edition: Digest,
        selection: Option<Digest>,
        last_seq: u64,
        last_kind: &'a str,
        last_at: i64,
    }
}

impl<'a> From<&'a CallRow> for CallColumns<'a> {
    fn from(r: &'a CallRow) -> Self {
        let (id, phase, last_kind) = (&r.call, r.phase.as_str(), r.last_kind.as_str());
        CallColumns { id, phase, edition: r.edition, selection: r.selection, last_seq: r.last_seq, last_kind, last_at: r.last_at.micros() }
    }
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
            requested: Yen::new(row.int("requested")?),
            granted: row.opt_int("granted")?.map(Yen::new),
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
pub(crate) const REVIEW_SELECT: &str = "r.case_id AS r_case, r.reviewer AS r_reviewer, r.status AS r_status, r.version AS r_version, \
                                         r.total AS r_total, r.due AS r_due, r.call_id AS r_call";

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
