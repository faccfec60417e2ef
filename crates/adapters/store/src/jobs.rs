//! Work that follows from an act: a row written with it, done at least once, with effects that may be done twice without harm.

use banso_kernel::{Instant, JobId};

use crate::Store;
use crate::batch::CommitError;
use crate::change::Change;
use crate::db::{Now, Row, args};
use crate::fault::Fault;
use crate::ledger::record::columns;
use crate::lists::{Listed, Page};

/// Work about to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub id: JobId,
    /// What the work brings about, e.g. `receipt-pdf:<case>:1`. The same effect is one job, however often it is asked for.
    pub effect: String,
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// Not before this instant; `None` is at once.
    pub due: Option<Instant>,
}

/// Work that somebody took on. If they vanish it is given to somebody else once the lease is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub effect: String,
    pub kind: String,
    pub payload: String,
    /// How often it has been taken on, this time included.
    pub attempts: u32,
    pub last_error: Option<String>,
}

/// How many jobs are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Waiting, or taken on and not finished.
    pub open: u64,
    pub done: u64,
    /// Given up after [`ATTEMPTS`], and tried once an hour from then on; somebody has to look.
    pub given_up: u64,
}

/// How long somebody may work on a job before it counts as dropped.
const LEASE_SECONDS: i64 = 120;
/// How often a job is tried: about 28 hours, so that a mail server may be away overnight.
pub const ATTEMPTS: u32 = 40;

/// Seconds until the next try: 2, 4, 8 … at most an hour.
fn backoff(attempts: u32) -> i64 {
    1_i64.checked_shl(attempts.min(12)).unwrap_or(3600).clamp(2, 3600)
}

columns! {
    /// A job as the table `jobs` keeps it from the beginning.
    JobColumns / JOB_COLUMNS {
        id: JobId,
        effect: &'a str,
        kind: &'a str,
        payload: &'a str,
        state: &'static str,
        due_at: i64,
        attempts: u32,
        created_at: i64,
    }
}

/// A job, and when it was written down.
impl<'a> From<&'a (NewJob, Instant)> for JobColumns<'a> {
    fn from((job, now): &'a (NewJob, Instant)) -> Self {
        let (due_at, created_at) = (job.due.unwrap_or(*now).micros(), now.micros());
        let (effect, kind, payload) = (job.effect.as_str(), job.kind.as_str(), job.payload.as_str());
        JobColumns { id: job.id, effect, kind, payload, state: "waiting", due_at, attempts: 0, created_at }
    }
}

impl Change {
    /// The job is done. In one batch with its effects, they happen exactly once.
    #[must_use]
    pub fn finish_job(job: &Job) -> Self {
        let sql = "UPDATE jobs SET state = 'done', last_error = NULL WHERE id = $1 AND attempts = $2 AND state = 'running'";
        Change::by(sql, args![job.id, job.attempts]).or_missing("job taken on by you")
    }
}

impl Change {
    /// The jobs that were given up are tried once more when their hour has come: what kept them may be over, and nobody has to remember.
    #[must_use]
    pub fn retry_given_up(now: Instant) -> Self {
        let sql = "UPDATE jobs SET state = 'waiting', attempts = $2 WHERE state = 'given_up' AND due_at <= $1";
        Change::by(sql, args![now, ATTEMPTS - 1])
    }
}

impl TryFrom<&Row> for Job {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Job {
            id: row.parse("id")?,
            effect: row.text("effect")?,
            kind: row.text("kind")?,
            payload: row.text("payload")?,
            attempts: row.count("attempts")?,
            last_error: row.opt_text("last_error")?,
        })
    }
}

impl Store {
    /// Takes on the next job that is due, if there is one. Nobody else gets it until the lease is over.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn claim_next(&self, now: Instant) -> Result<Option<Job>, Fault> {
        let due = "SELECT * FROM jobs WHERE state IN ('waiting', 'running') AND due_at <= $1 ORDER BY due_at, id LIMIT 8";
        for candidate in self.all::<Job>(due, args![now]).await? {
            let sql = "UPDATE jobs SET state = 'running', attempts = attempts + 1, due_at = $3 \
                       WHERE id = $1 AND attempts = $2 AND state IN ('waiting', 'running')";
            let until = now.plus_seconds(LEASE_SECONDS);
            let claim = Change::by(sql, args![candidate.id, candidate.attempts, until]).or_missing("job");
            match self.change(claim).await {
                Ok(()) => return Ok(Some(Job { attempts: candidate.attempts.saturating_add(1), ..candidate })),
                // Somebody else was faster.
                Err(CommitError::Missing(_)) => {}
                Err(CommitError::Fault(fault)) => return Err(fault),
                Err(other) => return Err(Fault::impossible("jobs", other)),
            }
        }
        Ok(None)
    }

    /// # Errors
    /// [`CommitError::Missing`] when the lease was over and somebody else took it on.
    pub async fn finish(&self, job: &Job) -> Result<(), CommitError> {
        self.change(Change::finish_job(job)).await
    }

    /// The job did not work out: again later, or given up after [`ATTEMPTS`].
    ///
    /// # Errors
    /// [`CommitError::Missing`] when the lease was over and somebody else took it on.
    pub async fn fail(&self, job: &Job, error: &str, now: Instant) -> Result<(), CommitError> {
        let state = if job.attempts >= ATTEMPTS { "given_up" } else { "waiting" };
        let sql = "UPDATE jobs SET state = $3, due_at = $4, last_error = $5 WHERE id = $1 AND attempts = $2 AND state = 'running'";
        let due = now.plus_seconds(backoff(job.attempts));
        self.change(Change::by(sql, args![job.id, job.attempts, state, due, error]).or_missing("job taken on by you")).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn job_counts(&self) -> Result<JobCounts, Fault> {
        let mut counts = JobCounts::default();
        for row in self.db().rows("SELECT state, COUNT(*) AS n FROM jobs GROUP BY state ORDER BY state", args![]).await? {
            let n: u64 = row.count("n")?;
            match row.text("state")?.as_str() {
                "waiting" | "running" => counts.open = counts.open.saturating_add(n),
                "done" => counts.done = n,
                "given_up" => counts.given_up = n,
                other => return Err(Fault::impossible("state of a job", other)),
            }
        }
        Ok(counts)
    }

    /// The effects of the jobs of a kind that wait or are being done, oldest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn open_effects(&self, kind: &str) -> Result<Vec<String>, Fault> {
        let sql = "SELECT effect FROM jobs WHERE kind = $1 AND state IN ('waiting', 'running') ORDER BY created_at, id LIMIT 1000";
        self.db().rows(sql, args![kind]).await?.iter().map(|row| row.text("effect")).collect()
    }

    /// The jobs that were given up, with their last error.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn given_up_jobs(&self, page: Page) -> Result<Listed<Job>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM jobs WHERE state = 'given_up' ORDER BY created_at, id LIMIT $1 OFFSET $2";
        self.listed(sql, args![], page).await
    }

    /// Tries a job again that was given up.
    ///
    /// # Errors
    /// [`CommitError::Missing`]
    pub async fn revive_job(&self, id: JobId) -> Result<(), CommitError> {
        let sql = "UPDATE jobs SET state = 'waiting', attempts = 0, due_at = $2 WHERE id = $1 AND state = 'given_up'";
        self.change(Change::by(sql, args![id, Now]).or_missing("job")).await
    }
}
