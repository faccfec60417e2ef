//! What the open transaction of the writer has done, and how an append becomes acts at the end of its stream and of the ledger.

use std::collections::{BTreeMap, HashMap};

use banso_grant::{Act, ActRecord, Encoded, NewAct, Recorded, encode};
use banso_kernel::{Digest, Instant, RequestId, StreamId};

use crate::batch::{Append, Batch, CommitError, Committed, CommittedAct};
use crate::change::Halt;
use crate::db::{Conn, args, built, row, rows};
use crate::fault::Fault;
use crate::jobs::NewJob;
use crate::ledger::fold::{Folded, Head, Rows};
use crate::ledger::record::COLUMNS;

/// What has been done in the open transaction.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) heads: HashMap<StreamId, Head>,
    pub(crate) rows: Rows,
    pub(crate) acts: Vec<ActRecord>,
    pub(crate) requests: BTreeMap<RequestId, Committed>,
    pub(crate) jobs: Vec<(NewJob, Instant)>,
}

impl Done {
    pub(crate) fn merge(&mut self, later: Done) {
        self.heads.extend(later.heads);
        self.rows.merge(later.rows);
        self.acts.extend(later.acts);
        self.requests.extend(later.requests);
        self.jobs.extend(later.jobs);
    }
}

/// The end of the ledger while a transaction goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) position: u64,
    pub(crate) running: Digest,
    pub(crate) recorded_at: Instant,
}

impl From<&ActRecord> for CommittedAct {
    fn from(a: &ActRecord) -> Self {
        CommittedAct { stream: a.stream.clone(), seq: a.seq, position: a.position, hash: a.hash }
    }
}

/// A batch with its acts already written out: done by who asks, so that the writer need not.
pub(crate) struct Order {
    pub(crate) batch: Batch,
    /// One list for each append.
    pub(crate) encoded: Vec<Vec<Encoded>>,
}

impl Order {
    pub(crate) fn new(batch: Batch) -> Result<Self, CommitError> {
        let all = |append: &Append| match append {
            Append::Case { acts, .. } => acts.iter().map(|a| encode(&a.act)).collect::<Result<Vec<_>, _>>(),
            Append::Call { acts, .. } => acts.iter().map(|a| encode(&a.act)).collect(),
            Append::Letters { acts, .. } => acts.iter().map(|a| encode(&a.act)).collect(),
        };
        let encoded = batch.appends.iter().map(all).collect::<Result<_, _>>();
        Ok(Order { encoded: encoded.map_err(|e| CommitError::DoesNotFollow(e.to_string()))?, batch })
    }
}

/// Puts acts at the end of a stream, in memory; the rows are written later, many at once.
pub(crate) fn append(append: &Append, encoded: &[Encoded], head: Head, own: &mut Done, tail: &mut Tail, now: Instant) -> Result<(), Halt> {
    let stream = append.stream();
    in_time(&stream, append.after(), head.seq)?;
    let end = match append {
        Append::Case { acts, .. } => {
            let fold = Folded::with_case_act;
            acts.iter().zip(encoded).try_fold(head, |head, act| one(&stream, head, act, fold, own, tail, now))?
        }
        Append::Call { acts, .. } => {
            let fold = Folded::with_call_act;
            acts.iter().zip(encoded).try_fold(head, |head, act| one(&stream, head, act, fold, own, tail, now))?
        }
        Append::Letters { acts, .. } => {
            let fold = Folded::with_letter_act;
            acts.iter().zip(encoded).try_fold(head, |head, act| one(&stream, head, act, fold, own, tail, now))?
        }
    };
    own.rows.put(&stream, &end.folded);
    own.heads.insert(stream, end);
    Ok(())
}

fn in_time(stream: &StreamId, expected: u64, found: u64) -> Result<(), Halt> {
    if expected == found { Ok(()) } else { Err(Halt::Refused(CommitError::Stale { stream: stream.clone(), expected, found })) }
}

fn one<A: Act + Clone>(
    stream: &StreamId,
    head: Head,
    (act, encoded): (&NewAct<A>, &Encoded),
    fold: fn(Folded, &Recorded<A>) -> Result<Folded, banso_grant::FoldError>,
    own: &mut Done,
    tail: &mut Tail,
    now: Instant,
) -> Result<Head, Halt> {
    let recorded = act.clone().recorded(head.seq.saturating_add(1), now);
    let folded = fold(head.folded, &recorded).map_err(|e| Halt::Refused(CommitError::DoesNotFollow(e.to_string())))?;
    let mut record = ActRecord {
        stream: stream.clone(),
        seq: recorded.seq,
        position: tail.position.saturating_add(1),
        kind: encoded.kind.to_owned(),
        version: encoded.version,
        actor: act.actor.to_string(),
        authority: act.authority.clone(),
        clause: act.clause.clone(),
        edition: act.edition,
        effective_on: act.effective_on,
        recorded_at: now,
        payload: encoded.payload.clone(),
        prev_hash: head.hash,
        hash: Digest::ZERO,
        running: Digest::ZERO,
    };
    record.hash = record.expected_hash();
    record.running = record.expected_running(&tail.running);
    *tail = Tail { position: record.position, running: record.running, recorded_at: now };
    let head = Head { seq: record.seq, hash: record.hash, folded };
    own.acts.push(record);
    Ok(head)
}

/// Reads the end of a stream, on the writer's own connection.
pub(crate) async fn read_head(conn: &mut Conn, stream: &StreamId) -> Result<Head, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM acts WHERE stream = $1 ORDER BY seq");
    let found = rows(conn, built(sql), args![stream.to_string()]).await?;
    let records = found.iter().map(ActRecord::try_from).collect::<Result<Vec<_>, _>>()?;
    Head::read(&records)
}

/// What this request was answered when it was first made, in an earlier transaction.
pub(crate) async fn earlier(conn: &mut Conn, id: RequestId) -> Result<Option<Committed>, Fault> {
    match row(conn, "SELECT result FROM requests WHERE id = $1", args![id]).await? {
        Some(row) => Ok(Some(Committed { repeated: true, ..row.json("result")? })),
        None => Ok(None),
    }
}
