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

use crate::batch::{Batch, CommitError, Committed};
use crate::change::{Change, Halt};
use crate::clock::Clock;
use crate::db::{Conn, Db, args, row, run};
use crate::fault::{Fault, broken_constraint};
use crate::ledger::fold::Head;
use crate::ledger::insert::insert_all;
use crate::transaction::{Done, Tail, append, earlier, read_head};

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
    batch: Batch,
    reply: oneshot::Sender<Answer>,
}

/// Hands batches to the writer.
#[derive(Debug, Clone)]
pub(crate) struct WriterHandle(mpsc::Sender<Request>);

impl WriterHandle {
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let gone = || CommitError::Fault(Fault::Unreachable("the store is closed".to_owned()));
        let (reply, answer) = oneshot::channel();
        self.0.send(Request { batch, reply }).await.map_err(|_| gone())?;
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
            let (batches, replies): (Vec<_>, Vec<_>) = group.into_iter().map(|r| (r.batch, r.reply)).unzip();
            for (reply, answer) in replies.into_iter().zip(self.group(&batches).await) {
                // Who asked may have gone away; the commit stands all the same.
                let _ = reply.send(answer);
            }
        }
        if let Some(conn) = self.conn.take() {
            let _ = sqlx::Connection::close(conn).await;
        }
    }

    /// Commits what can be committed of a group; the answers in its order.
    async fn group(&mut self, batches: &[Batch]) -> Vec<Answer> {
        let mut late: HashMap<usize, CommitError> = HashMap::new();
        let mut mode = Mode::Together;
        loop {
            let attempt = tokio::time::timeout(PATIENCE, self.attempt(batches, &mut late, mode)).await;
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
            tracing::error!(%fault, requests = batches.len(), "a group was not written");
            let answer = |i| late.remove(&i).unwrap_or_else(|| CommitError::Fault(fault.clone()));
            return (0..batches.len()).map(answer).map(Err).collect();
        }
    }

    fn forget(&mut self) {
        self.conn = None;
        self.heads.clear();
        self.seen = 0;
    }

    async fn attempt(&mut self, batches: &[Batch], late: &mut HashMap<usize, CommitError>, mode: Mode) -> Result<Vec<Answer>, Setback> {
        let mut conn = self.begin().await?;
        match self.inside(&mut conn, batches, late, mode).await {
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

    /// Opens the transaction, on a new connection if the old one died in the meantime.
    async fn begin(&mut self) -> Result<Conn, Fault> {
        if let Some(mut conn) = self.conn.take()
            && run(&mut conn, self.db.kind.begin_write(), args![]).await.is_ok()
        {
            return Ok(conn);
        }
        let mut conn = self.db.writer().await?;
        run(&mut conn, self.db.kind.begin_write(), args![]).await?;
        Ok(conn)
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
        batches: &[Batch],
        late: &mut HashMap<usize, CommitError>,
        mode: Mode,
    ) -> Result<(Vec<Answer>, Done), Setback> {
        let start = self.tail(conn).await?;
        let mut tail = start;
        let mut done = Done::default();
        let mut answers = Vec::with_capacity(batches.len());
        for (i, batch) in batches.iter().enumerate() {
            if let Some(error) = late.get(&i) {
                answers.push(Err(error.clone()));
                continue;
            }
            // Never earlier than what was recorded before, whatever the clock does.
            let now = self.clock.now().max(tail.recorded_at);
            let answer = self.request(conn, batch, &mut done, &mut tail, now, mode).await?;
            answers.push(answer);
        }
        if mode == Mode::Together
            && let Err(error) = insert_all(conn, &done.acts, &done.rows).await
        {
            return Err(if broken_constraint(&error).is_some() { Setback::Apart } else { error.into() });
        }
        if tail.position != start.position {
            let sql = "UPDATE chain SET position = $1, running = $2, recorded_at = $3 WHERE id = 1";
            run(conn, sql, args![tail.position, tail.running, tail.recorded_at]).await?;
        }
        self.still_open(batches, &answers, late)?;
        Ok((answers, done))
    }

    /// The last thing before COMMIT: is anybody of the group too late by now?
    fn still_open(&self, batches: &[Batch], answers: &[Answer], late: &mut HashMap<usize, CommitError>) -> Result<(), Setback> {
        let at = self.clock.now();
        let before = late.len();
        for (i, (batch, answer)) in batches.iter().zip(answers).enumerate() {
            let first_time = answer.as_ref().is_ok_and(|c| !c.repeated);
            if let Some(closed) = batch.not_after.filter(|closed| first_time && *closed < at) {
                late.insert(i, CommitError::TooLate { closed, at });
            }
        }
        if late.len() == before { Ok(()) } else { Err(Setback::Late) }
    }

    /// Locks and reads the end of the ledger. If somebody else wrote, what is remembered no longer holds.
    async fn tail(&mut self, conn: &mut Conn) -> Result<Tail, Fault> {
        let Some(row) = row(conn, self.db.kind.lock_chain(), args![]).await? else {
            return Err(Fault::impossible("chain", "the end of the ledger is missing"));
        };
        let tail = Tail { position: row.count("position")?, running: row.parse("running")?, recorded_at: row.instant("recorded_at")? };
        if tail.position != self.seen {
            self.heads.clear();
            self.seen = tail.position;
        }
        Ok(tail)
    }

    /// One request of the group.
    async fn request(
        &mut self,
        conn: &mut Conn,
        batch: &Batch,
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
        let outcome = self.write(conn, batch, done, &mut own, tail, now, mode).await;
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
        batch: &Batch,
        done: &Done,
        own: &mut Done,
        tail: &mut Tail,
        now: Instant,
        mode: Mode,
    ) -> Result<Committed, Halt> {
        if let Some(first) = earlier(conn, batch.request, done).await? {
            return Ok(Committed { repeated: true, ..first });
        }
        if let Some(closed) = batch.not_after.filter(|closed| *closed < now) {
            return Err(Halt::Refused(CommitError::TooLate { closed, at: now }));
        }
        for wanted in &batch.appends {
            let head = self.head(conn, &wanted.stream(), done, own).await?;
            append(wanted, head, own, tail, now)?;
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
            insert_all(conn, &own.acts, &own.rows).await?;
        }
        Ok(committed)
    }

    /// The end of a stream: as this transaction left it, as it is remembered, or as it is read.
    async fn head(&mut self, conn: &mut Conn, stream: &StreamId, done: &Done, own: &Done) -> Result<Head, Fault> {
        if let Some(head) = own.heads.get(stream).or_else(|| done.heads.get(stream)).or_else(|| self.heads.get(stream)) {
            return Ok(head.clone());
        }
        read_head(conn, stream).await
    }
}
