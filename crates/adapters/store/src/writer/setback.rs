//! Why what was written is undone, and how it is tried again.

use super::Work;
use crate::fault::Fault;

/// Why an attempt was rolled back.
pub(super) enum Setback {
    /// Again, in a transaction.
    Together,
    /// The connection broke while the statement ran: look whether it was done, else again in a transaction.
    Unclear(Box<Work>),
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
