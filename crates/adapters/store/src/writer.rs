//! The one writer. Requests that arrive while a commit is under way share the next one; each is answered after COMMIT returned.
//!
//! First a group is written together. If one of it is refused half-way, all is rolled back and done again, each request within its
//! own savepoint, so that the bad one falls out alone. The closing instant is compared last, before COMMIT; who is late falls out
//! and the rest is done again. On PostgreSQL other servers may write too: the row of `chain` is locked first.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use banso_kernel::{Instant, StreamId};
use tokio::sync::{mpsc, oneshot};

use crate::batch::{Append, Batch, CommitError, Committed};
use crate::change::{Change, Halt};
use crate::clock::Clock;
use crate::db::{Conn, Db, Row, args, run, script_row};
use crate::fault::Fault;
use crate::ledger::fold::Head;
use crate::ledger::insert::insert_all;
use crate::transaction::{Done, Order, Tail, append, earlier, read_head};

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
    let writer = Writer { db, clock, conn: None, heads: HashMap::new(), seen: 0 };
    (WriterHandle(sender), tokio::spawn(writer.serve(requests)))
}

struct Writer {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    conn: Option<Conn>,
    /// Ends of streams as they were when the ledger ended at `seen`.
    heads: HashMap<StreamId, Head>,
    seen: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Together,
    Apart,
}

/// Why an attempt was rolled back.
enum Setback {
    /// Again, each request within its own savepoint.
    Apart,
    /// Again, without those who are late by now.
    Late,
    Fault(Fault),
}

impl From<Fault> for Setback {
    fn from(fault: Fault) -> Self {
        Setback::Fault(fault)
    }
}

impl From<sqlx::Error> for Setback {
    fn from(error: sqlx::Error) -> Self {
        Setback::Fault(error.into())
    }
}

impl Writer {
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
            for (reply, answer) in replies.into_iter().zip(self.group(&orders).await) {
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
        let mut mode = Mode::Together;
        loop {
            let attempt = tokio::time::timeout(PATIENCE, self.attempt(orders, &mut late, mode)).await;
            let fault = match attempt {
                Ok(Ok(answers)) => return answers,
                Ok(Err(Setback::Late)) => continue,
                Ok(Err(Setback::Apart)) if mode == Mode::Together => {
                    mode = Mode::Apart;
                    continue;
                }
                Ok(Err(Setback::Apart)) => Fault::impossible("writer", "a savepoint did not hold"),
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
        self.conn = None;
        self.heads.clear();
        self.seen = 0;
    }

    async fn attempt(&mut self, orders: &[Order], late: &mut HashMap<usize, CommitError>, mode: Mode) -> Result<Vec<Answer>, Setback> {
        let (mut conn, start) = self.begin().await?;
        match self.inside(&mut conn, start, orders, late, mode).await {
            Ok((answers, done)) => {
                run(&mut conn, "COMMIT", args![]).await?;
                self.remember(done);
                self.conn = Some(conn);
                Ok(answers)
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
        if tail.position != self.seen {
            self.heads.clear();
            self.seen = tail.position;
        }
        Ok(tail)
    }

    fn remember(&mut self, done: Done) {
        if let Some(last) = done.acts.last() {
            self.seen = last.position;
        }
        if self.heads.len().saturating_add(done.heads.len()) > REMEMBERED {
            self.heads.clear();
        }
        self.heads.extend(done.heads);
    }

    async fn inside(
        &mut self,
        conn: &mut Conn,
        start: Tail,
        orders: &[Order],
        late: &mut HashMap<usize, CommitError>,
        mode: Mode,
    ) -> Result<(Vec<Answer>, Done), Setback> {
        let mut tail = start;
        let mut done = Done::default();
        let mut answers = Vec::with_capacity(orders.len());
        for (i, order) in orders.iter().enumerate() {
            if let Some(error) = late.get(&i) {
                answers.push(Err(error.clone()));
                continue;
            }
            // Never earlier than what was recorded before, whatever the clock does.
            let now = self.clock.now().max(tail.recorded_at);
            let answer = self.request(conn, order, &mut done, &mut tail, now, mode).await?;
            answers.push(answer);
        }
        if mode == Mode::Together
            && let Err(error) = insert_all(conn, self.db.kind, &done.acts, &done.rows, tail).await
        {
            return Err(match Halt::from(error) {
                Halt::Refused(_) => Setback::Apart,
                Halt::Failed(fault) => Setback::Fault(fault),
            });
        }
        self.still_open(orders, &answers, late)?;
        Ok((answers, done))
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
    async fn request(
        &mut self,
        conn: &mut Conn,
        order: &Order,
        done: &mut Done,
        tail: &mut Tail,
        now: Instant,
        mode: Mode,
    ) -> Result<Answer, Setback> {
        if mode == Mode::Apart {
            run(conn, "SAVEPOINT request", args![]).await?;
        }
        let before = *tail;
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
                match mode {
                    // Nothing was written for a request that is refused in thought alone.
                    Mode::Together
                        if matches!(error, CommitError::Stale { .. } | CommitError::TooLate { .. } | CommitError::DoesNotFollow(_)) => {}
                    Mode::Together => return Err(Setback::Apart),
                    Mode::Apart => {
                        run(conn, "ROLLBACK TO SAVEPOINT request", args![]).await?;
                        run(conn, "RELEASE SAVEPOINT request", args![]).await?;
                    }
                }
                Ok(Err(error))
            }
        }
    }

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
        let batch = &order.batch;
        if let Some(first) = earlier(conn, batch.request, done).await? {
            return Ok(Committed { repeated: true, ..first });
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
        for job in &batch.jobs {
            Change::queue_job(job).apply(conn, now).await?;
        }
        let committed = Committed { recorded_at: now, acts: own.acts.iter().map(Into::into).collect(), repeated: false };
        if let Some(id) = batch.request {
            let result = serde_json::to_string(&committed).map_err(|e| Fault::impossible("requests", e))?;
            run(conn, "INSERT INTO requests (id, result, recorded_at) VALUES ($1, $2, $3)", args![id, result, now]).await?;
            own.requests.insert(id, committed.clone());
        }
        if mode == Mode::Apart {
            insert_all(conn, self.db.kind, &own.acts, &own.rows, *tail).await?;
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
        if wanted.after() == 0 && mode == Mode::Together {
            return Ok(Head::EMPTY);
        }
        read_head(conn, &stream).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::clock::HandClock;
    use crate::db::sqlite_url;

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
        let mut writer = Writer { db: Arc::clone(&db), clock, conn: Some(conn), heads: HashMap::new(), seen: 0 };
        let answers = writer.group(&[keep(10), keep(500_000)]).await;
        assert!(answers.iter().all(|a| *a == Err(CommitError::Fault(Fault::Full))), "{answers:?}");
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM contents", args![]).await, Ok(0));
        // There is space again.
        let answers = writer.group(&[keep(10), keep(500_000)]).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(db.number("SELECT COUNT(*) AS n FROM contents", args![]).await, Ok(2));
    }
}
