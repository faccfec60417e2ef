//! Rows of the ledger and its projections into the tables, many in one statement.

use super::fold::{Rows, call_args, case_args, review_args};
use super::record::{ActRecord, COLUMNS};
use crate::db::{Arg, Conn, args, built, run};

const CASES: &str = "cases (id, call_id, state, receipt_number, version, title, track, lead, parties, received_at, arrived_at, requested, \
                     granted, decision_number, rank, score, reserve_order, reviewers, reviewed, due, last_seq, last_kind, last_at)";
const CASES_AGAIN: &str = " ON CONFLICT (id) DO UPDATE SET call_id = excluded.call_id, state = excluded.state, \
    receipt_number = excluded.receipt_number, version = excluded.version, title = excluded.title, track = excluded.track, \
    lead = excluded.lead, parties = excluded.parties, received_at = excluded.received_at, arrived_at = excluded.arrived_at, \
    requested = excluded.requested, granted = excluded.granted, decision_number = excluded.decision_number, rank = excluded.rank, \
    score = excluded.score, reserve_order = excluded.reserve_order, reviewers = excluded.reviewers, reviewed = excluded.reviewed, \
    due = excluded.due, last_seq = excluded.last_seq, last_kind = excluded.last_kind, last_at = excluded.last_at";
const REVIEWS: &str = "reviews (case_id, reviewer, call_id, status, version, total, due)";
const REVIEWS_AGAIN: &str = " ON CONFLICT (case_id, reviewer) DO UPDATE SET call_id = excluded.call_id, status = excluded.status, \
    version = excluded.version, total = excluded.total, due = excluded.due";
const CALLS: &str = "calls (id, phase, edition, selection, last_seq, last_kind, last_at)";
const CALLS_AGAIN: &str = " ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, edition = excluded.edition, \
    selection = excluded.selection, last_seq = excluded.last_seq, last_kind = excluded.last_kind, last_at = excluded.last_at";

/// Rows go in by these numbers at once, so that few statements have to be prepared.
const AT_ONCE: [usize; 4] = [32, 8, 2, 1];

/// Writes rows of one shape in as few statements as can be.
async fn insert(conn: &mut Conn, into: &str, again: &str, rows: Vec<Vec<Arg>>) -> Result<(), sqlx::Error> {
    let width = rows.first().map_or(0, Vec::len);
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let n = AT_ONCE.into_iter().find(|n| *n <= rows.len()).unwrap_or(1);
        let values: Vec<Arg> = rows.by_ref().take(n).flatten().collect();
        run(conn, built(format!("INSERT INTO {into} VALUES {}{again}", tuples(n, width))), values).await?;
    }
    Ok(())
}

/// `($1,$2),($3,$4)`
pub(crate) fn tuples(rows: usize, width: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=width).map(|i| format!("${}", row * width + i)).collect();
        format!("({})", places.join(","))
    };
    (0..rows).map(tuple).collect::<Vec<_>>().join(",")
}

fn act_args(a: &ActRecord) -> Vec<Arg> {
    args![
        a.stream.to_string(),
        a.seq,
        a.position,
        &a.kind,
        a.version,
        a.actor.to_string(),
        &a.authority,
        &a.clause,
        a.edition,
        a.effective_on,
        a.recorded_at,
        &a.payload,
        a.prev_hash,
        a.hash,
        a.running,
    ]
}

/// Writes acts and the list rows that follow from them.
pub(crate) async fn insert_all(conn: &mut Conn, acts: &[ActRecord], rows: &Rows) -> Result<(), sqlx::Error> {
    insert(conn, &format!("acts ({COLUMNS})"), "", acts.iter().map(act_args).collect()).await?;
    insert(conn, CASES, CASES_AGAIN, rows.cases.values().map(case_args).collect()).await?;
    let reviews = rows.reviews.values().map(|(call, row)| review_args(call, row)).collect();
    insert(conn, REVIEWS, REVIEWS_AGAIN, reviews).await?;
    insert(conn, CALLS, CALLS_AGAIN, rows.calls.values().map(call_args).collect()).await
}
