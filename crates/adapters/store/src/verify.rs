//! Goes through everything: every chain, the hash that runs through all, every list row computed anew, every document by its hash.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use banso_grant::{CallAct, CaseAct, CaseRow};
use banso_kernel::{Digest, StreamId};

use crate::Store;
use crate::db::{Row, args, built};
use crate::documents::Soundness;
use crate::fault::Fault;
use crate::ledger::fold::{Head, REVIEW_SELECT, Rows, review_row};
use crate::ledger::record::{ActRecord, COLUMNS, check_link};
use crate::ledger::{Anchor, CallRow};

/// Acts read at once.
const AT_ONCE: i64 = 1000;

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub acts: u64,
    pub streams: u64,
    pub list_rows: u64,
    pub documents: u64,
    pub texts: u64,
    /// What acts name and what was erased by right; no problem.
    pub erased: u64,
    /// The end of the ledger. Compare it with one that was written down earlier.
    pub anchor: Anchor,
    pub problems: Vec<Problem>,
}

impl Report {
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `case:… act 3`, `cases row …`, `document …`.
    pub place: String,
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What the acts amount to, gathered while going through them.
#[derive(Default)]
struct Walk {
    last: BTreeMap<StreamId, ActRecord>,
    heads: BTreeMap<StreamId, Option<Head>>,
    position: u64,
    running: Option<Digest>,
    documents: BTreeMap<Digest, String>,
    texts: BTreeMap<Digest, String>,
    /// The running hash at the position of the anchor that was asked about.
    at_anchor: Option<Digest>,
    acts: u64,
    problems: Vec<Problem>,
}

impl Walk {
    fn problem(&mut self, place: impl Into<String>, what: impl ToString) {
        self.problems.push(Problem { place: place.into(), what: what.to_string() });
    }

    fn take(&mut self, record: ActRecord, anchor: Option<Anchor>) {
        let place = format!("{} act {}", record.stream, record.seq);
        self.acts = self.acts.saturating_add(1);
        if let Err(e) = check_link(self.last.get(&record.stream), &record) {
            self.problem(&place, e);
        }
        let expected = self.position.saturating_add(1);
        if record.position != expected {
            self.problem(
                &place,
                format!("stands at position {} of the ledger where {expected} belongs; acts are missing", record.position),
            );
        }
        if record.running != record.expected_running(&self.running.unwrap_or(Digest::ZERO)) {
            self.problem(&place, "the hash that runs through the ledger breaks here");
        }
        (self.position, self.running) = (record.position, Some(record.running));
        if anchor.is_some_and(|a| a.position == record.position) {
            self.at_anchor = Some(record.running);
        }
        self.name_papers(&record, &place);
        self.fold(&record, &place);
        self.last.insert(record.stream.clone(), record);
    }

    /// A stream that once did not fold is reported once.
    fn fold(&mut self, record: &ActRecord, place: &str) {
        let head = match self.heads.remove(&record.stream) {
            None => Head::EMPTY,
            Some(Some(head)) => head,
            Some(None) => {
                self.heads.insert(record.stream.clone(), None);
                return;
            }
        };
        let folded = head.after(record).map_err(|e| self.problem(place, e)).ok();
        self.heads.insert(record.stream.clone(), folded);
    }

    fn name_papers(&mut self, record: &ActRecord, place: &str) {
        let documents = match &record.stream {
            StreamId::Case(_) => match record.decode::<CaseAct>().map(|r| r.act) {
                Ok(CaseAct::Submitted(s)) => {
                    self.texts.insert(s.content, place.to_owned());
                    s.documents
                }
                Ok(CaseAct::GrantRequested(g)) => {
                    self.texts.insert(g.content, place.to_owned());
                    g.documents
                }
                Ok(CaseAct::Reviewed(r)) => {
                    self.texts.insert(r.comments, place.to_owned());
                    Vec::new()
                }
                // Other acts name no papers; one that cannot be read is reported by the fold.
                Ok(_) | Err(_) => Vec::new(),
            },
            StreamId::Call(_) => {
                if let Ok(
                    CallAct::EditionPublished { edition: text, .. }
                    | CallAct::ReviewOpened { plan: text, .. }
                    | CallAct::SelectionFrozen { plan: text, .. },
                ) = record.decode::<CallAct>().map(|r| r.act)
                {
                    self.texts.insert(text, place.to_owned());
                }
                Vec::new()
            }
        };
        self.documents.extend(documents.into_iter().map(|d| (d.digest, format!("{place}, {}", d.slot))));
    }
}

impl Store {
    /// Goes through everything. `anchor` is an end of the ledger that was written down earlier; it must still be on the way.
    ///
    /// # Errors
    /// [`Fault`]s that keep it from looking; what it finds is in the report.
    pub async fn verify(&self, anchor: Option<Anchor>) -> Result<Report, Fault> {
        let mut walk = self.walk(anchor).await?;
        let end = self.anchor().await?;
        if (end.position, end.running) != (walk.position, walk.running.unwrap_or(Digest::ZERO)) {
            let what = format!("the ledger says that it ends at position {}, and it ends at {}", end.position, walk.position);
            walk.problem("chain", what);
        }
        if let Some(a) = anchor.filter(|a| a.position > 0)
            && walk.at_anchor != Some(a.running)
        {
            walk.problem(format!("position {}", a.position), "the ledger is not the one that the anchor was taken from");
        }
        let list_rows = self.compare_lists(&mut walk).await?;
        let (documents, texts) = (std::mem::take(&mut walk.documents), std::mem::take(&mut walk.texts));
        let mut erased = 0;
        for (digest, place) in &documents {
            erased += u64::from(self.check_document(*digest, place, &mut walk).await?);
        }
        for (digest, place) in &texts {
            erased += u64::from(self.check_text(*digest, place, &mut walk).await?);
        }
        Ok(Report {
            acts: walk.acts,
            streams: walk.last.len() as u64,
            list_rows,
            documents: documents.len() as u64,
            texts: texts.len() as u64,
            erased,
            anchor: end,
            problems: walk.problems,
        })
    }

    async fn walk(&self, anchor: Option<Anchor>) -> Result<Walk, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM acts WHERE position > $1 ORDER BY position LIMIT $2");
        let mut walk = Walk::default();
        let mut after = 0_i64;
        loop {
            let rows = self.db().rows(built(sql.clone()), args![after, AT_ONCE]).await?;
            let Some(last) = rows.last() else { return Ok(walk) };
            after = last.int("position")?;
            for row in &rows {
                match ActRecord::try_from(row) {
                    Ok(record) => walk.take(record, anchor),
                    Err(e) => walk.problem(format!("position {}", row.int("position")?), e),
                }
            }
        }
    }

    /// Compares every list row with the one that the acts make.
    async fn compare_lists(&self, walk: &mut Walk) -> Result<u64, Fault> {
        let mut rows = Rows::default();
        for (stream, head) in &walk.heads {
            if let Some(head) = head {
                rows.put(stream, &head.folded);
            }
        }
        let cases = keyed(self.db().rows("SELECT * FROM cases ORDER BY id", args![]).await?, "id", |row| CaseRow::try_from(row));
        let expected = rows.cases.iter().map(|(id, row)| (id.to_string(), row.clone())).collect();
        let mut n = compare(walk, "cases", expected, cases);
        let calls = keyed(self.db().rows("SELECT * FROM calls ORDER BY id", args![]).await?, "id", |row| CallRow::try_from(row));
        let expected = rows.calls.iter().map(|(id, row)| (id.to_string(), row.clone())).collect();
        n = n.saturating_add(compare(walk, "calls", expected, calls));
        let sql = format!("SELECT r.case_id || ' by ' || r.reviewer AS id, {REVIEW_SELECT} FROM reviews r ORDER BY case_id, reviewer");
        let reviews = keyed(self.db().rows(built(sql), args![]).await?, "id", review_row);
        let expected = rows.reviews.iter().map(|((case, by), (_, row))| (format!("{case} by {by}"), row.clone())).collect();
        Ok(n.saturating_add(compare(walk, "reviews", expected, reviews)))
    }

    /// Whether it was erased by right.
    async fn check_document(&self, digest: Digest, place: &str, walk: &mut Walk) -> Result<bool, Fault> {
        let what = match self.documents().verify(digest).await? {
            Soundness::Sound { .. } => return Ok(false),
            Soundness::Missing if self.was_erased(digest).await? => return Ok(true),
            Soundness::Missing => "is not there",
            Soundness::Changed => "does not have its hash; it was changed",
        };
        walk.problem(format!("document {digest} of {place}"), what);
        Ok(false)
    }

    /// Whether it was erased by right.
    async fn check_text(&self, digest: Digest, place: &str, walk: &mut Walk) -> Result<bool, Fault> {
        let sql = "SELECT body FROM contents WHERE digest = $1 UNION ALL SELECT source FROM editions WHERE digest = $1 \
                   UNION ALL SELECT body FROM plans WHERE digest = $1";
        let what = match self.row(sql, args![digest]).await? {
            Some(row) if Digest::of(row.text("body")?.as_bytes()) == digest => return Ok(false),
            Some(_) => "does not have its hash; it was changed",
            None if self.was_erased(digest).await? => return Ok(true),
            None => "is not there",
        };
        walk.problem(format!("text {digest} of {place}"), what);
        Ok(false)
    }

    async fn was_erased(&self, digest: Digest) -> Result<bool, Fault> {
        Ok(self.row("SELECT digest FROM erasures WHERE digest = $1", args![digest]).await?.is_some())
    }
}

type Keyed<T> = Vec<(String, Result<T, Fault>)>;

fn keyed<T>(rows: Vec<Row>, key: &str, read: impl Fn(&Row) -> Result<T, Fault>) -> Keyed<T> {
    rows.iter().map(|row| (row.text(key).unwrap_or_default(), read(row))).collect()
}

/// Compares rows that ought to be with rows that are; how many ought to be.
fn compare<T: PartialEq + fmt::Debug>(walk: &mut Walk, table: &str, mut expected: BTreeMap<String, T>, found: Keyed<T>) -> u64 {
    let total = expected.len() as u64;
    let mut seen = BTreeSet::new();
    for (key, row) in found {
        let place = format!("{table} row {key}");
        match (expected.remove(&key), row) {
            (Some(right), Ok(row)) if right == row => {}
            (Some(right), Ok(row)) => walk.problem(place, format!("the acts say {right:?}, the list says {row:?}")),
            (_, Err(e)) => walk.problem(place, e),
            (None, Ok(_)) => walk.problem(place, "no acts make this row"),
        }
        seen.insert(key);
    }
    for key in expected.keys().filter(|k| !seen.contains(*k)) {
        walk.problem(format!("{table} row {key}"), "is missing; the acts make it");
    }
    total
}
