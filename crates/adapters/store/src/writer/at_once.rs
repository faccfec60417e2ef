//! The short way: a group that is nothing but acts, jobs and answers goes in with one statement that is a transaction of its own (on
//! SQLite a script that begins and commits it). It writes only if the ledger still ends where this writer left it; then all it remembers
//! still holds too. Else, and whenever anything is refused, the group is done again in a transaction.

use sqlx::error::ErrorKind;

use crate::batch::Batch;
use crate::change::Halt;
use crate::db::{Conn, Kind, args, row, run};
use crate::fault::{Fault, broken_constraint};
use crate::ledger::insert::{Within, insert_all};
use crate::transaction::{Done, Order, Tail};

use super::{Answer, Mode, Setback, Work, Writer};

/// The closing instant is compared after the rows are written, so it needs a transaction; changes are statements of their own.
fn is_plain(batch: &Batch) -> bool {
    !batch.appends.is_empty() && batch.changes.is_empty() && batch.not_after.is_none()
}

impl Writer {
    pub(super) fn may_at_once(&self, orders: &[Order]) -> bool {
        let ready = self.alone && self.conn.is_some();
        ready && orders.iter().all(|order| is_plain(&order.batch))
    }

    pub(super) async fn at_once(&mut self, orders: &[Order]) -> Result<Vec<Answer>, Setback> {
        let (Some(mut conn), Some(start)) = (self.conn.take(), self.end) else { return Err(Setback::Together) };
        let Some(work) = self.in_thought(&mut conn, start, orders).await else {
            self.conn = Some(conn);
            return Err(Setback::Together);
        };
        match insert_all(&mut conn, (self.db.kind, Within::Nothing), &work.done, start, work.end).await {
            Ok(written) => {
                self.conn = Some(conn);
                self.alone = written;
                if written { Ok(self.remember(work)) } else { Err(Setback::Together) }
            }
            Err(error) => {
                // A connection that cannot leave the transaction of its script is dropped, and the transaction with it.
                let sound = self.db.kind == Kind::Postgres || run(&mut conn, "ROLLBACK", args![]).await.is_ok();
                match broken_constraint(&error) {
                    Some((kind, _)) if sound => {
                        self.conn = Some(conn);
                        // No position: the ledger ends elsewhere.
                        Err(if kind == ErrorKind::NotNullViolation { Setback::Together } else { Setback::Apart })
                    }
                    Some(_) => Err(Setback::Together),
                    None => match Halt::from(error) {
                        Halt::Failed(fault @ (Fault::Full | Fault::Busy | Fault::ReadOnly(_))) => Err(Setback::Fault(fault)),
                        Halt::Failed(_) | Halt::Refused(_) => Err(Setback::Unclear(Box::new(work))),
                    },
                }
            }
        }
    }

    /// What the group comes to if the ledger ends at `start`; `None` if anything of it is refused.
    async fn in_thought(&mut self, conn: &mut Conn, start: Tail, orders: &[Order]) -> Option<Work> {
        let mut work = Work { answers: Vec::with_capacity(orders.len()), done: Done::default(), end: start };
        for order in orders {
            let answer = self.request(conn, order, &mut work.done, &mut work.end, Mode::AtOnce).await.ok()?;
            work.answers.push(answer);
        }
        Some(work)
    }

    /// Whether the statement whose connection broke was done after all: then the ledger has its last act, and no other has the same hash.
    pub(super) async fn done_before(&mut self, conn: &mut Conn, now: Tail, unclear: Option<Box<Work>>) -> Result<Option<Work>, Fault> {
        let Some(mut work) = unclear else { return Ok(None) };
        let found = row(conn, "SELECT running FROM acts WHERE position = $1", args![work.end.position]).await?;
        let written = found.map(|row| row.text("running")).transpose()?.is_some_and(|running| running == work.end.running.to_string());
        if now != work.end {
            (work.end, work.done) = (now, Done::default());
        }
        Ok(written.then_some(*work))
    }
}
