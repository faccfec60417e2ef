//! The one writer. Requests that arrive while a commit is under way share the next one; each is answered after COMMIT returned.
//!
//! First a group is written together. If one of it is refused half-way, all is rolled back and done again, each request within its
//! own savepoint, so that the bad one falls out alone. The closing instant is compared last, before COMMIT; who is late falls out
//! and the rest is done again. On PostgreSQL other servers may write too: the row of `chain` is locked first. Where the writer has been
//! alone and a group is nothing but acts, `at_once` does with a single statement.

mod at_once;
mod setback;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use banso_kernel::{Instant, StreamId};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};

use crate::batch::{Append, Batch, CommitError, Committed};
use crate::change::Halt;
use crate::clock::Clock;
use crate::db::{Conn, Db, Row, args, run, script_row};
use crate::fault::Fault;
use crate::ledger::fold::Head;
use crate::ledger::insert::{Within, insert_all};
use crate::transaction::{Done, Order, Tail, append, earlier, read_head};
use setback::Setback;

/// The most requests that share a commit.
const GROUP: usize = 256;
/// How many requests may wait.
const QUEUE: usize = 4096;
/// How many ends of streams are remembered.
const REMEMBERED: usize = 4096;
/// How long a group may take before the database counts as gone.
const PATIENCE: Duration = Duration::from_secs(60);

type Answer = Result<Committed, CommitError>;

struct Request {
    order: Order,
    reply: oneshot::Sender<Answer>,
}

/// Hands batches to the writer.
#[derive(Debug, Clone)]
pub(crate) struct WriterHandle(mpsc::Sender<Request>);

impl WriterHandle {
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let gone = || CommitError::Fault(Fault::Unreachable("the store is closed".to_owned()));
        let order = Order::new(batch)?;
        let (reply, answer) = oneshot::channel();
        self.0.send(Request { order, reply }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

/// Starts the writer. It ends when the last handle is dropped, and with it its connection.
pub(crate) fn start(db: Arc<Db>, clock: Arc<dyn Clock>) -> (WriterHandle, tokio::task::JoinHandle<()>) {
    let (sender, requests) = mpsc::channel(QUEUE);
    let writer = Writer::new(db, clock);
    (WriterHandle(sender), tokio::spawn(writer.serve(requests)))
}

struct Writer {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    conn: Option<Conn>,
    /// Ends of streams as they were when the ledger ended at `end`.
    heads: HashMap<StreamId, Head>,
    /// The end of the ledger as it was last seen.
    end: Option<Tail>,
    /// Whether nobody else had written when it was last seen.
    alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// One statement that is its own transaction.
    AtOnce,
    Together,
    Apart,
}

/// What an attempt came to, and where the ledger ends after it.
struct Work {
    answers: Vec<Answer>,
    done: Done,
    end: Tail,
}

impl Writer {
    fn new(db: Arc<Db>, clock: Arc<dyn Clock>) -> Self {
        Writer { db, clock, conn: None, heads: HashMap::new(), end: None, alone: false }
    }

    async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.recv().await {
            let mut group = vec![first];
            while group.len() < GROUP {
                match requests.try_recv() {
                    Ok(request) => group.push(request),
                    Err(_) => break,
                }
            }
            let (orders, replies): (Vec<_>, Vec<_>) = group.into_iter().map(|r| (r.order, r.reply)).unzip();
            // What panics must not take the writer with it: nothing would ever be written again.
            let answers = AssertUnwindSafe(self.group(&orders)).catch_unwind().await.unwrap_or_else(|_| {
                self.forget();
                let fault = Fault::impossible("writer", "a panic while a group was written");
                tracing::error!(%fault, requests = orders.len(), "a group was not written");
                orders.iter().map(|_| Err(CommitError::Fault(fault.clone()))).collect()
            });
            for (reply, answer) in replies.into_iter().zip(answers) {
                // Who asked may have gone away; the commit stands all the same.
                let _ = reply.send(answer);
            }
        }
        if let Some(conn) = self.conn.take() {
            let _ = sqlx::Connection::close(conn).await;
        }
    }

    /// Commits what can be committed of a group; the answers in its order.
    async fn group(&mut self, orders: &[Order]) -> Vec<Answer> {
        let mut late: HashMap<usize, CommitError> = HashMap::new();
        let mut mode = if self.may_at_once(orders) { Mode::AtOnce } else { Mode::Together };
        let mut unclear = None;
        loop {
            let attempt = async {
                match mode {
                    Mode::AtOnce => self.at_once(orders).await,
                    Mode::Together | Mode::Apart => self.attempt(orders, &mut late, mode, unclear.take()).await,
                }
            };
            let fault = match tokio::time::timeout(PATIENCE, attempt).await {
                Ok(Ok(answers)) => return answers,
                Ok(Err(Setback::Late)) => continue,
                Ok(Err(Setback::Together)) if mode == Mode::AtOnce => {
                    mode = Mode::Together;
                    continue;
                }
                Ok(Err(Setback::Unclear(work))) => {
                    (mode, unclear) = (Mode::Together, Some(work));
                    continue;
                }
                Ok(Err(Setback::Apart)) if mode != Mode::Apart => {
                    mode = Mode::Apart;
                    continue;
                }
                Ok(Err(Setback::Apart | Setback::Together)) => Fault::impossible("writer", "a savepoint did not hold"),
                Ok(Err(Setback::Fault(fault))) => fault,
                Err(_) => Fault::Unreachable("no answer; what was asked may or may not have been recorded".to_owned()),
            };
            self.forget();
            tracing::error!(%fault, requests = orders.len(), "a group was not written");
            let answer = |i| late.remove(&i).unwrap_or_else(|| CommitError::Fault(fault.clone()));
            return (0..orders.len()).map(answer).map(Err).collect();
        }
    }

    fn forget(&mut self) {
        *self = Writer::new(Arc::clone(&self.db), Arc::clone(&self.clock));
    }

    async fn attempt(
        &mut self,
        orders: &[Order],
        late: &mut HashMap<usize, CommitError>,
        mode: Mode,
        unclear: Option<Box<Work>>,
    ) -> Result<Vec<Answer>, Setback> {
        let (mut conn, start) = self.begin().await?;
        let inside = match self.done_before(&mut conn, start, unclear).await {
            Ok(Some(work)) => Ok(work),
            Ok(None) => self.inside(&mut conn, start, orders, late, mode).await,
            Err(fault) => Err(fault.into()),
        };
        match inside {
            Ok(work) => {
                run(&mut conn, "COMMIT", args![]).await?;
                self.conn = Some(conn);
                Ok(self.remember(work))
            }
            Err(setback) => {
                // A connection that cannot roll back is dropped, and the transaction with it.
                if run(&mut conn, "ROLLBACK", args![]).await.is_ok() {
                    self.conn = Some(conn);
                }
                Err(setback)
            }
        }
    }

    /// Opens the transaction, on a new connection if the old one died in the meantime, and reads the end of the ledger.
    async fn begin(&mut self) -> Result<(Conn, Tail), Fault> {
        if let Some(mut conn) = self.conn.take()
            && let Ok(row) = script_row(&mut conn, self.db.kind.begin_acts()).await
        {
            let tail = self.tail(row)?;
            return Ok((conn, tail));
        }
        let mut conn = self.db.writer().await?;
        let row = script_row(&mut conn, self.db.kind.begin_acts()).await?;
        let tail = self.tail(row)?;
        Ok((conn, tail))
    }

    /// The end of the ledger, locked now. If somebody else wrote, what is remembered no longer holds.
    fn tail(&mut self, row: Option<Row>) -> Result<Tail, Fault> {
        let row = row.ok_or_else(|| Fault::impossible("chain", "the end of the ledger is missing"))?;
        let tail = Tail { position: row.count("position")?, running: row.parse("running")?, recorded_at: row.instant("recorded_at")? };
        self.alone = self.end == Some(tail);
        if !self.alone {
            self.heads.clear();
            self.end = Some(tail);
        }
        Ok(tail)
    }

    fn remember(&mut self, Work { answers, done, end }: Work) -> Vec<Answer> {
        self.end = Some(end);
        if self.heads.len().saturating_add(done.heads.len()) > REMEMBERED {
            self.heads.clear();
        }
        self.heads.extend(done.heads);
        answers
    }

    async fn inside(
        &mut self,
        conn: &mut Conn,
        start: Tail,
        orders: &[Order],
        late: &mut HashMap<usize, CommitError>,
        mode: Mode,
    ) -> Result<Work, Setback> {
        let mut work = Work { answers: Vec::with_capacity(orders.len()), done: Done::default(), end: start };
        for (i, order) in orders.iter().enumerate() {
            let answer = match late.get(&i) {
                Some(error) => Err(error.clone()),
                None => self.request(conn, order, &mut work.done, &mut work.end, mode).await?,
            };
            work.answers.push(answer);
        }
        if mode == Mode::Together {
            match insert_all(conn, (self.db.kind, Within::Transaction), &work.done, start, work.end).await.map_err(Halt::from) {
                Ok(true) => {}
                Ok(false) => return Err(moved().into()),
                Err(Halt::Refused(_)) => return Err(Setback::Apart),
                Err(Halt::Failed(fault)) => return Err(Setback::Fault(fault)),
            }
        }
        self.still_open(orders, &work.answers, late)?;
        Ok(work)
    }

    /// The last thing before COMMIT: is anybody of the group too late by now?
    fn still_open(&self, orders: &[Order], answers: &[Answer], late: &mut HashMap<usize, CommitError>) -> Result<(), Setback> {
        let at = self.clock.now();
        let before = late.len();
        for (i, (order, answer)) in orders.iter().zip(answers).enumerate() {
            let first_time = answer.as_ref().is_ok_and(|c| !c.repeated);
            if let Some(closed) = order.batch.not_after.filter(|closed| first_time && *closed < at) {
                late.insert(i, CommitError::TooLate { closed, at });
            }
        }
        if late.len() == before { Ok(()) } else { Err(Setback::Late) }
    }

    /// One request of the group.
    async fn request(&mut self, conn: &mut Conn, order: &Order, done: &mut Done, tail: &mut Tail, mode: Mode) -> Result<Answer, Setback> {
        if mode == Mode::Apart {
            run(conn, "SAVEPOINT request", args![]).await?;
        }
        let before = *tail;
        // Never earlier than what was recorded before, whatever the clock does.
        let now = self.clock.now().max(tail.recorded_at);
        let mut own = Done::default();
        let outcome = self.write(conn, order, done, &mut own, tail, now, mode).await;
        match outcome {
            Ok(committed) => {
                if mode == Mode::Apart {
                    run(conn, "RELEASE SAVEPOINT request", args![]).await?;
                }
                done.merge(own);
                Ok(Ok(committed))
            }
            Err(Halt::Failed(fault)) => Err(Setback::Fault(fault)),
            Err(Halt::Refused(error)) => {
                *tail = before;
                self.refused(conn, order, error, mode).await
            }
        }
    }

    /// What becomes of a request that was refused.
    async fn refused(&mut self, conn: &mut Conn, order: &Order, error: CommitError, mode: Mode) -> Result<Answer, Setback> {
        match mode {
            // What is remembered may be out of date.
            Mode::AtOnce => Err(Setback::Together),
            // Nothing was written for a request that is refused in thought alone. It may be refused because it was done before.
            Mode::Together if matches!(error, CommitError::Stale { .. } | CommitError::TooLate { .. } | CommitError::DoesNotFollow(_)) => {
                match order.batch.request {
                    Some(id) => Ok(earlier(conn, id).await?.ok_or(error)),
                    None => Ok(Err(error)),
                }
            }
            Mode::Together => Err(Setback::Apart),
            Mode::Apart => {
                run(conn, "ROLLBACK TO SAVEPOINT request", args![]).await?;
                run(conn, "RELEASE SAVEPOINT request", args![]).await?;
                Ok(Err(error))
            }
        }
    }

    /// A request whose id is new is taken at its word at first: if it is not, its answer is refused as a double, and the group is done
    /// again apart.
    #[expect(clippy::too_many_arguments, reason = "the state of the open transaction, by its parts")]
    async fn write(
        &mut self,
        conn: &mut Conn,
        order: &Order,
        done: &Done,
        own: &mut Done,
        tail: &mut Tail,
        now: Instant,
        mode: Mode,
    ) -> Result<Committed, Halt> {
        let (batch, start) = (&order.batch, *tail);
        if let Some(id) = batch.request {
            if let Some(first) = done.requests.get(&id) {
                return Ok(Committed { repeated: true, ..first.clone() });
            }
            if mode == Mode::Apart
                && let Some(first) = earlier(conn, id).await?
            {
                return Ok(first);
            }
        }
        if let Some(closed) = batch.not_after.filter(|closed| *closed < now) {
            return Err(Halt::Refused(CommitError::TooLate { closed, at: now }));
        }
        for (wanted, encoded) in batch.appends.iter().zip(&order.encoded) {
            let head = self.head(conn, wanted, done, own, mode).await?;
            append(wanted, encoded, head, own, tail, now)?;
        }
        for change in &batch.changes {
            change.apply(conn, now).await?;
        }
        own.jobs.extend(batch.jobs.iter().map(|job| (job.clone(), now)));
        let committed = Committed { recorded_at: now, acts: own.acts.iter().map(Into::into).collect(), repeated: false };
        own.requests.extend(batch.request.map(|id| (id, committed.clone())));
        if mode == Mode::Apart && !insert_all(conn, (self.db.kind, Within::Transaction), own, start, *tail).await? {
            return Err(Halt::Failed(moved()));
        }
        Ok(committed)
    }

    /// The end of a stream: as this transaction left it, as it is remembered, or as it is read. A new stream is taken at its word at
    /// first: if it is not new, its first act is refused as a double, and the group is done again apart.
    async fn head(&mut self, conn: &mut Conn, wanted: &Append, done: &Done, own: &Done, mode: Mode) -> Result<Head, Fault> {
        let stream = wanted.stream();
        if let Some(head) = own.heads.get(&stream).or_else(|| done.heads.get(&stream)).or_else(|| self.heads.get(&stream)) {
            return Ok(head.clone());
        }
        if wanted.after() == 0 && mode != Mode::Apart {
            return Ok(Head::EMPTY);
        }
        read_head(conn, &stream).await
    }
}

/// Who has locked the end of the ledger finds it where it was.
fn moved() -> Fault {
    Fault::impossible("chain", "the end of the ledger moved while it was locked")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::clock::HandClock;
    use crate::folder::sqlite_url;

    fn keep(size: usize) -> Order {
        Order::new(Batch::changes(vec![Change::keep_content(&"x".repeat(size))])).unwrap()
    }

    /// The writer's own connection may use no more pages than it has: what a full disk is to SQLite.
    #[tokio::test]
    async fn a_full_disk_is_said_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let db = Arc::new(Db::new(&sqlite_url(&folder.path().join("banso.db"))).unwrap());
        let mut conn = db.writer().await.unwrap();
        crate::migrate::migrate(&mut conn, db.kind, 0).await.unwrap();
        run(&mut conn, "PRAGMA max_page_count = 1", args![]).await.unwrap();
        let clock = Arc::new(HandClock::at(Instant::from_micros(0).unwrap()));
        let mut writer = Writer { conn: Some(conn), ..Writer::new(Arc::clone(&db), clock) };
        let answers = writer.group(&[keep(10), keep(500_000)]).await;
        assert!(answers.iter().all(|a| *a == Err(CommitError::Fault(Fault::Full))), "{answers:?}");
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM contents", args![]).await, Ok(0));
        // There is space again.
        let answers = writer.group(&[keep(10), keep(500_000)]).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM contents", args![]).await, Ok(2));
    }

    /// A clock that panics when it is asked for the first time.
    struct Stumbling(std::sync::atomic::AtomicBool);

    impl Clock for Stumbling {
        fn now(&self) -> Instant {
            assert!(self.0.swap(true, std::sync::atomic::Ordering::SeqCst), "the clock stumbles");
            Instant::from_micros(1).unwrap()
        }
    }

    #[tokio::test]
    async fn a_panic_is_the_fault_of_its_group_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let db = Arc::new(Db::new(&sqlite_url(&folder.path().join("banso.db"))).unwrap());
        let mut conn = db.writer().await.unwrap();
        crate::migrate::migrate(&mut conn, db.kind, 0).await.unwrap();
        let (writer, _) = start(Arc::clone(&db), Arc::new(Stumbling(false.into())));
        let keep = || writer.commit(Batch::changes(vec![Change::keep_content("x")]));
        assert!(matches!(keep().await, Err(CommitError::Fault(Fault::Impossible { .. }))));
        assert!(keep().await.is_ok());
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM contents", args![]).await, Ok(1));
    }

    fn submitted(case: u128) -> Order {
        use banso_grant::{Actor, CaseAct, NewAct, Submitted};
        use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Yen};
        let lead = CorporateNumber::from_body(100_000_000_001);
        let submission = Submitted {
            call: CallId::parse("go-tech/r7-1").unwrap(),
            receipt_number: "R7-1-0001".into(),
            version: 1,
            title: "試作の研究".into(),
            track: "通常枠".into(),
            lead,
            parties: vec![lead],
            content: Digest::of(b"content"),
            documents: Vec::new(),
            whole: Digest::of(b"whole"),
            requested: Yen::new(1),
        };
        let act = NewAct {
            act: CaseAct::Submitted(submission),
            actor: Actor::System,
            authority: "申請者".into(),
            clause: "4-1".into(),
            edition: Digest::of(b"edition"),
            effective_on: Day::new(2025, 4, 1).unwrap(),
        };
        Order::new(Batch::case(CaseId::new(uuid::Uuid::from_u128(case)), 0, vec![act])).unwrap()
    }

    /// Somebody else writes between two statements of a writer that thought itself alone: nothing is lost, nothing is doubled.
    #[tokio::test]
    async fn two_writers_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let db = Arc::new(Db::new(&sqlite_url(&folder.path().join("banso.db"))).unwrap());
        let mut conn = db.writer().await.unwrap();
        crate::migrate::migrate(&mut conn, db.kind, 0).await.unwrap();
        drop(conn);
        let clock = Arc::new(HandClock::at(Instant::from_micros(0).unwrap()));
        let new = || Writer::new(Arc::clone(&db), Arc::clone(&clock) as Arc<dyn Clock>);
        let (mut a, mut b) = (new(), new());
        for turn in 0..4 {
            for (which, writer) in [&mut a, &mut b].into_iter().enumerate() {
                for again in 0..2 {
                    let answers = writer.group(&[submitted(turn * 10 + (which as u128) * 2 + again + 1)]).await;
                    assert!(answers.iter().all(Result::is_ok), "turn {turn} of {which}: {answers:?}");
                    assert!(again == 0 || writer.alone, "a writer that is alone notices");
                }
            }
        }
        let repeated = a.group(&[submitted(1)]).await;
        assert!(matches!(repeated.as_slice(), [Err(CommitError::Stale { .. })]), "{repeated:?}");
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM acts", args![]).await, Ok(16));
        assert_eq!(db.number("SELECT position AS n FROM chain", args![]).await, Ok(16));
        assert_eq!(db.number("SELECT COUNT(DISTINCT running) AS n FROM acts", args![]).await, Ok(16));
    }

    /// The connection breaks before the database has answered: whether it had written or not, the act is there once.
    #[tokio::test]
    async fn what_became_of_a_broken_statement_is_looked_up() {
        for end in ["COMMIT", "ROLLBACK"] {
            let folder = tempfile::tempdir().unwrap();
            let db = Arc::new(Db::new(&sqlite_url(&folder.path().join("banso.db"))).unwrap());
            let mut conn = db.writer().await.unwrap();
            crate::migrate::migrate(&mut conn, db.kind, 0).await.unwrap();
            drop(conn);
            let clock = Arc::new(HandClock::at(Instant::from_micros(0).unwrap()));
            let mut writer = Writer::new(Arc::clone(&db), clock);
            let (orders, mut late) = ([submitted(1)], HashMap::new());
            let (mut conn, start) = writer.begin().await.unwrap();
            let work = writer.inside(&mut conn, start, &orders, &mut late, Mode::Together).await.ok().unwrap();
            run(&mut conn, end, args![]).await.unwrap();
            drop(conn);
            let answers = writer.attempt(&orders, &mut late, Mode::Together, Some(Box::new(work))).await.ok().unwrap();
            assert!(answers.iter().all(|a| a.as_ref().is_ok_and(|c| !c.repeated && c.acts.len() == 1)), "{end}: {answers:?}");
            assert_eq!(db.number("SELECT COUNT(*) AS n FROM acts", args![]).await, Ok(1), "{end}");
        }
    }
}
