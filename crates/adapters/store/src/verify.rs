//! Goes through everything: every chain, the hash that runs through all, every list row computed anew, every document by its hash.

mod beside;
mod database;
mod named;
mod report;
mod unnamed;

use std::collections::BTreeMap;
use std::fmt;

use banso_grant::{ActRecord, CaseRow, LetterAct, Link, ReviewRow, chain_flaws};
use banso_kernel::{CallId, CaseId, Digest, Instant, LocalText, StreamId};
use banso_permits::Permit;

use crate::Store;
use crate::db::{Arg, Row, args, built};
use crate::documents::Soundness;
use crate::fault::Fault;
use crate::ledger::fold::{Decoded, Folded, Head, REVIEW_SELECT, Rows, review_row};
use crate::ledger::insert::tuples;
use crate::ledger::record::COLUMNS;
use crate::ledger::{Anchor, CallRow, permitted_case};

use beside::{LEADS, compare_lead};
use named::Named;
pub use report::{Problem, Report};
use report::{
    act_place, broken_chain, changed, compare_few, compare_row, not_there, paper_place, position_place, row_missing, row_place, unreadable,
};

/// Acts read at once.
const AT_ONCE: i64 = 1000;
/// Texts read at once; they may be long.
const TEXTS_AT_ONCE: usize = 100;

/// What the acts amount to, gathered while going through them.
#[derive(Default)]
struct Walk {
    streams: BTreeMap<StreamId, Seen>,
    position: u64,
    running: Option<Digest>,
    recorded_at: Option<Instant>,
    documents: BTreeMap<Digest, LocalText>,
    texts: BTreeMap<Digest, LocalText>,
    /// What rows beside the ledger have to agree with.
    named: Named,
    /// The running hash at the position of the anchor that was asked about.
    at_anchor: Option<Digest>,
    acts: u64,
    problems: Vec<Problem>,
}

/// What is kept of a stream while going on.
#[derive(Default)]
struct Seen {
    last: Option<Link>,
    /// A stream that once did not fold is reported once.
    broken: bool,
    folded: Option<Folded>,
}

impl Walk {
    fn problem(&mut self, place: LocalText, what: LocalText) {
        self.problems.push(Problem { place, what });
    }

    /// The next act of the whole ledger.
    fn take(&mut self, record: &ActRecord, anchor: Option<Anchor>) {
        self.take_in_stream(record);
        let (expected, position) = (self.position.saturating_add(1), record.position);
        if position != expected {
            let what = LocalText::new(
                format!("台帳の位置{expected}にあるべきところ、位置{position}にあります。行為が抜けています。"),
                format!("stands at position {position} of the ledger where {expected} belongs; acts are missing"),
            );
            self.problem(act_place(&record.stream, record.seq), what);
        }
        self.runs_on(record, &self.running.unwrap_or(Digest::ZERO));
        (self.position, self.running, self.recorded_at) = (record.position, Some(record.running), Some(record.recorded_at));
        if anchor.is_some_and(|a| a.position == record.position) {
            self.at_anchor = Some(record.running);
        }
    }

    /// The hash that runs through the ledger, from `before` to this act.
    fn runs_on(&mut self, record: &ActRecord, before: &Digest) {
        if record.running != record.expected_running(before) {
            let what = LocalText::new("台帳を通すハッシュが、ここで途切れています。", "the hash that runs through the ledger breaks here");
            self.problem(act_place(&record.stream, record.seq), what);
        }
    }

    /// The next act of its stream, whatever stands between in the ledger.
    fn take_in_stream(&mut self, record: &ActRecord) {
        let place = || act_place(&record.stream, record.seq);
        self.acts = self.acts.saturating_add(1);
        let mut seen = self.streams.remove(&record.stream).unwrap_or_default();
        if let Some(gravest) = chain_flaws(seen.last, record).first() {
            self.problem(place(), broken_chain(*gravest));
        }
        seen.last = Some(record.into());
        match Decoded::of(record) {
            Ok(act) => {
                self.name_papers(&act, place);
                self.named.take(record, &act);
                self.fold(record, &act, &mut seen);
            }
            Err(e) => self.broken(record, e, &mut seen),
        }
        self.streams.insert(record.stream.clone(), seen);
    }

    fn fold(&mut self, record: &ActRecord, act: &Decoded, seen: &mut Seen) {
        let head = Head { folded: seen.folded.take().unwrap_or(Folded::Nothing), ..Head::EMPTY };
        if !seen.broken {
            match head.with(record, act) {
                Ok(head) => seen.folded = Some(head.folded),
                Err(e) => self.broken(record, e, seen),
            }
        }
    }

    fn broken(&mut self, record: &ActRecord, why: Fault, seen: &mut Seen) {
        if !seen.broken {
            self.problem(act_place(&record.stream, record.seq), unreadable(&why));
        }
        (seen.broken, seen.folded) = (true, None);
    }

    fn name_papers(&mut self, act: &Decoded, place: impl Fn() -> LocalText) {
        let (texts, documents) = match act {
            Decoded::Case(recorded) => recorded.act.papers().map_or((Vec::new(), [].as_slice()), |p| (Vec::from_iter(p.text), p.documents)),
            Decoded::Call(recorded) => (recorded.act.texts(), [].as_slice()),
            Decoded::Letter(recorded) => {
                let LetterAct::LetterIssued(letter) = &recorded.act;
                self.documents.insert(letter.document, place());
                return;
            }
        };
        self.texts.extend(texts.into_iter().map(|t| (t, place())));
        self.documents.extend(documents.iter().map(|d| {
            let act = place();
            let named = LocalText::new(format!("{}、{}", act.ja, d.slot), format!("{}, {}", act.get(banso_kernel::Lang::En), d.slot));
            (d.digest, named)
        }));
    }
}

impl Store {
    /// Goes through everything. `anchor` is an end of the ledger that was written down earlier; it must still be on the way.
    ///
    /// # Errors
    /// [`Fault`]s that keep it from looking; what it finds is in the report.
    pub async fn verify(&self, anchor: Option<Anchor>) -> Result<Report, Fault> {
        self.verify_watched(anchor, &|_| {}).await
    }

    /// As [`Store::verify`]; tells the position in the ledger that it has come to.
    ///
    /// # Errors
    /// As [`Store::verify`].
    pub async fn verify_watched(&self, anchor: Option<Anchor>, watch: &(dyn Fn(u64) + Send + Sync)) -> Result<Report, Fault> {
        let mut walk = self.walk(anchor, watch).await?;
        self.look_at_the_database(&mut walk).await?;
        let end = self.end_of_the_chain(&mut walk).await?;
        if let Some(a) = anchor.filter(|a| a.position > 0)
            && walk.at_anchor != Some(a.running)
        {
            let what =
                LocalText::new("控えたハッシュを取った台帳ではありません。", "the ledger is not the one that the anchor was taken from");
            walk.problem(position_place(a.position), what);
        }
        let streams = std::mem::take(&mut walk.streams);
        let count = streams.len() as u64;
        let list_rows = self.compare_lists(streams, &mut walk).await?;
        self.compare_named(&mut walk).await?;
        self.compare_unnamed(&mut walk).await?;
        self.report(walk, count, list_rows, end).await
    }

    /// Goes through one case: its chain, the hash that runs through the ledger at each of its acts, its list rows, its documents and
    /// texts.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit whose resource is not a case; faults that keep it from looking.
    pub async fn verify_case(&self, permit: &Permit) -> Result<Report, Fault> {
        let case = permitted_case(permit)?;
        let mut walk = Walk::default();
        let sql = format!("SELECT {COLUMNS} FROM acts WHERE stream IN ($1, $2) ORDER BY stream, seq");
        let streams = args![StreamId::Case(case).to_string(), StreamId::Letters(case).to_string()];
        for row in self.db().rows(built(sql), streams).await? {
            match ActRecord::try_from(&row) {
                Ok(record) => {
                    walk.take_in_stream(&record);
                    walk.runs_on(&record, &self.running_before(&record).await?);
                }
                Err(e) => walk.problem(position_place(row.int("position")?), unreadable(&e)),
            }
        }
        let list_rows = self.compare_lists_of(case, &mut walk).await?;
        self.check_notices_of(case, &mut walk).await?;
        let (end, count) = (self.anchor().await?, walk.streams.len() as u64);
        self.report(walk, count, list_rows, end).await
    }

    async fn running_before(&self, record: &ActRecord) -> Result<Digest, Fault> {
        let row = self.row("SELECT running FROM acts WHERE position = $1", args![record.position.saturating_sub(1)]).await?;
        row.map_or(Ok(Digest::ZERO), |row| row.parse("running"))
    }

    /// What was found, after a look at every document and text that the acts name.
    async fn report(&self, mut walk: Walk, streams: u64, list_rows: u64, anchor: Anchor) -> Result<Report, Fault> {
        let (documents, texts) = (std::mem::take(&mut walk.documents), std::mem::take(&mut walk.texts));
        let mut erased = 0;
        for (digest, place) in &documents {
            erased += u64::from(self.check_document(*digest, place, &mut walk).await?);
        }
        let all: Vec<(&Digest, &LocalText)> = texts.iter().collect();
        for some in all.chunks(TEXTS_AT_ONCE) {
            erased += self.check_texts(some, &mut walk).await?;
        }
        Ok(Report {
            acts: walk.acts,
            streams,
            list_rows,
            documents: documents.len() as u64,
            texts: texts.len() as u64,
            erased,
            anchor,
            problems: walk.problems,
        })
    }

    async fn walk(&self, anchor: Option<Anchor>, watch: &(dyn Fn(u64) + Send + Sync)) -> Result<Walk, Fault> {
        let mut walk = Walk::default();
        let mut rows = self.clone().acts_after(0).await?;
        while let Some(last) = rows.last() {
            // The next ones are read while these are gone through.
            let next = tokio::spawn(self.clone().acts_after(last.int("position")?));
            for row in &rows {
                match ActRecord::try_from(row) {
                    Ok(record) => walk.take(&record, anchor),
                    Err(e) => walk.problem(position_place(row.int("position")?), unreadable(&e)),
                }
            }
            watch(walk.position);
            rows = next.await.map_err(|e| Fault::Unreachable(e.to_string()))??;
        }
        Ok(walk)
    }

    async fn acts_after(self, position: i64) -> Result<Vec<Row>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM acts WHERE position > $1 ORDER BY position LIMIT $2");
        self.db().rows(built(sql), args![position, AT_ONCE]).await
    }

    /// Compares every list row with the one that the acts make; how many these are.
    async fn compare_lists(&self, streams: BTreeMap<StreamId, Seen>, walk: &mut Walk) -> Result<u64, Fault> {
        let mut rows = Rows::default();
        for (stream, seen) in streams {
            if let Some(folded) = seen.folded {
                rows.put(&stream, &folded);
            }
        }
        self.compare_applications(&rows, walk).await?;
        let cases = Compared { table: "cases", keys: ["id", "id"], columns: "*", read: |row| CaseRow::try_from(row) };
        let expected = rows.cases.into_iter().map(|(id, row)| (id.to_string(), row)).collect();
        let mut n = self.compare(cases, expected, walk).await?;
        let calls = Compared { table: "calls", keys: ["id", "id"], columns: "*", read: |row| CallRow::try_from(row) };
        let expected = rows.calls.into_iter().map(|(id, row)| (id.to_string(), row)).collect();
        n = n.saturating_add(self.compare(calls, expected, walk).await?);
        let reviews = Compared { table: "reviews", keys: ["case_id", "reviewer"], columns: REVIEW_SELECT, read: review_with_call };
        let expected = rows.reviews.into_iter().map(|((case, by), row)| (format!("{case} by {by}"), row)).collect();
        Ok(n.saturating_add(self.compare(reviews, expected, walk).await?))
    }

    /// Compares the list rows of one case with the ones that its acts make.
    async fn compare_lists_of(&self, case: CaseId, walk: &mut Walk) -> Result<u64, Fault> {
        let folded = walk.streams.get_mut(&StreamId::Case(case)).and_then(|seen| seen.folded.take());
        let mut rows = Rows::default();
        if let Some(folded) = folded {
            rows.put(&StreamId::Case(case), &folded);
        }
        for row in self.db().rows(built(format!("{LEADS} WHERE a.case_id = $1")), args![case]).await? {
            compare_lead(&row, &rows, walk)?;
        }
        let mut found = BTreeMap::new();
        for row in self.db().rows("SELECT * FROM cases WHERE id = $1", args![case]).await? {
            found.insert(row.text("id")?, CaseRow::try_from(&row));
        }
        let mut total = compare_few("cases", rows.cases.into_iter().map(|(id, row)| (id.to_string(), row)).collect(), found, walk);
        let sql = format!("SELECT r.reviewer AS key, {REVIEW_SELECT} FROM reviews r WHERE r.case_id = $1");
        let mut found = BTreeMap::new();
        for row in self.db().rows(built(sql), args![case]).await? {
            found.insert(format!("{case} by {}", row.text("key")?), review_with_call(&row));
        }
        let expected = rows.reviews.into_iter().map(|((case, by), row)| (format!("{case} by {by}"), row)).collect();
        total = total.saturating_add(compare_few("reviews", expected, found, walk));
        Ok(total)
    }

    /// Compares rows that ought to be with rows that are, some at a time; how many ought to be.
    async fn compare<T>(&self, table: Compared<T>, mut expected: BTreeMap<String, T>, walk: &mut Walk) -> Result<u64, Fault>
    where
        T: PartialEq + fmt::Debug,
    {
        let total = expected.len() as u64;
        let Compared { table, keys: [a, b], columns, read } = table;
        let sql = format!(
            "SELECT r.{a} AS key_a, r.{b} AS key_b, {columns} FROM {table} r WHERE (r.{a}, r.{b}) > ($1, $2) ORDER BY r.{a}, r.{b} LIMIT $3"
        );
        let mut after = (String::new(), String::new());
        loop {
            let rows = self.db().rows(built(sql.clone()), args![&after.0, &after.1, AT_ONCE]).await?;
            for row in &rows {
                after = (row.text("key_a")?, row.text("key_b")?);
                let key = if a == b { after.0.clone() } else { format!("{} by {}", after.0, after.1) };
                let right = expected.remove(&key);
                compare_row(row_place(table, &key), right, read(row), walk);
            }
            if rows.is_empty() {
                break;
            }
        }
        for key in expected.keys() {
            walk.problem(row_place(table, key), row_missing());
        }
        Ok(total)
    }

    /// Whether it was erased by right.
    async fn check_document(&self, digest: Digest, place: &LocalText, walk: &mut Walk) -> Result<bool, Fault> {
        let what = match self.documents().verify(digest).await? {
            Soundness::Sound { .. } => return Ok(false),
            Soundness::Missing if self.was_erased(digest).await? => return Ok(true),
            Soundness::Missing => not_there(),
            Soundness::Changed => changed(),
        };
        walk.problem(paper_place(("書類", "document"), digest, place), what);
        Ok(false)
    }

    /// How many of them were erased by right.
    async fn check_texts(&self, texts: &[(&Digest, &LocalText)], walk: &mut Walk) -> Result<u64, Fault> {
        let some = tuples(1, texts.len());
        let sql = format!(
            "SELECT digest, body FROM contents WHERE digest IN {some} UNION ALL SELECT digest, source FROM editions WHERE digest IN {some} \
             UNION ALL SELECT digest, body FROM plans WHERE digest IN {some}"
        );
        let mut found: BTreeMap<Digest, bool> = BTreeMap::new();
        for row in self.db().rows(built(sql), texts.iter().map(|(digest, _)| Arg::from(**digest)).collect()).await? {
            let digest = row.parse("digest")?;
            found.insert(digest, Digest::of(row.text("body")?.as_bytes()) == digest);
        }
        let mut erased = 0_u64;
        for (digest, place) in texts {
            let what = match found.get(digest) {
                Some(true) => continue,
                Some(false) => changed(),
                None if self.was_erased(**digest).await? => {
                    erased = erased.saturating_add(1);
                    continue;
                }
                None => not_there(),
            };
            walk.problem(paper_place(("文章", "text"), **digest, place), what);
        }
        Ok(erased)
    }

    async fn was_erased(&self, digest: Digest) -> Result<bool, Fault> {
        Ok(self.row("SELECT digest FROM erasures WHERE digest = $1", args![digest]).await?.is_some())
    }
}

/// A review with the call that the list keeps it under.
fn review_with_call(row: &Row) -> Result<(CallId, ReviewRow), Fault> {
    Ok((row.parse("r_call")?, review_row(row)?))
}

/// A table whose rows are compared.
struct Compared<T> {
    table: &'static str,
    /// By what its rows are known; twice the same if by one column.
    keys: [&'static str; 2],
    columns: &'static str,
    read: fn(&Row) -> Result<T, Fault>,
}
