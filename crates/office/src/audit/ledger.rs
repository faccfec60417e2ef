//! The whole ledger gone through: every chain, every list row, every document. It may take minutes, so it runs beside the pages and
//! says how far it is; one at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use banso_kernel::Instant;
use banso_permits::Person;
use banso_store::{Anchor, Report};

use crate::{Office, OfficeError};

/// The last verification of the whole, or the one under way. Lost with the server: the ledger itself is what proves.
#[derive(Debug, Default)]
pub(crate) struct Verification(Mutex<LedgerCheck>, Arc<AtomicU64>);

/// How far the verification of the whole is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LedgerCheck {
    #[default]
    Never,
    Running {
        since: Instant,
        /// The place in the ledger that it has come to, and the last.
        position: u64,
        last: u64,
    },
    Done {
        began: Instant,
        ended: Instant,
        by: String,
        /// The end that it was compared with.
        anchor: Option<Anchor>,
        report: Report,
    },
    /// It could not look; what was wrong is in the log.
    Failed { at: Instant },
}

/// The page of the whole ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPage {
    /// The end of the ledger as it is now.
    pub anchor: Anchor,
    pub check: LedgerCheck,
}

impl Verification {
    fn state(&self) -> LedgerCheck {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match state {
            LedgerCheck::Running { since, last, .. } => LedgerCheck::Running { since, last, position: self.1.load(Ordering::Relaxed) },
            other @ (LedgerCheck::Never | LedgerCheck::Done { .. } | LedgerCheck::Failed { .. }) => other,
        }
    }

    /// Whether this one may begin: not while another runs.
    fn begin(&self, since: Instant, last: u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, LedgerCheck::Running { .. }) {
            return false;
        }
        self.1.store(0, Ordering::Relaxed);
        *state = LedgerCheck::Running { since, position: 0, last };
        true
    }

    fn end(&self, result: LedgerCheck) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = result;
    }
}

impl Office {
    /// How the last verification of the whole ledger went.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not audit.
    pub async fn ledger_page(&self, person: &Person) -> Result<LedgerPage, OfficeError> {
        self.auditor(person)?;
        Ok(LedgerPage { anchor: self.store().anchor().await?, check: self.verification().state() })
    }

    /// Begins to go through the whole ledger, unless it is under way. `anchor` is an end that was written down earlier.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not audit.
    pub async fn check_ledger(&self, person: &Person, anchor: Option<Anchor>) -> Result<(), OfficeError> {
        self.auditor(person)?;
        let (began, last) = (self.now(), self.store().anchor().await?.position);
        if !self.verification().begin(began, last) {
            return Ok(());
        }
        let by = self.names([person.id]).await?.of(person.id);
        let office = self.clone();
        tokio::spawn(async move {
            let counter = Arc::clone(&office.verification().1);
            let looked = office.store().verify_watched(anchor, &move |position| counter.store(position, Ordering::Relaxed)).await;
            let ended = office.now();
            office.verification().end(match looked {
                Ok(report) => LedgerCheck::Done { began, ended, by, anchor, report },
                Err(fault) => {
                    tracing::error!(%fault, "the ledger could not be gone through");
                    LedgerCheck::Failed { at: ended }
                }
            });
        });
        Ok(())
    }
}
