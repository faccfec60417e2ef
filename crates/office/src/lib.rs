//! Use cases, one file each. A use case reads like minutes: **may → load → decide → append → queue**.
//!
//! ```text
//! pub async fn pass_completeness(&self, person: &Person, case: CaseId, checks: Vec<String>, request: RequestId) -> Result<(), OfficeError> {
//!     let permit = self.may_case(person, Action::HandleCase, case).await?;          // may: no permit, no data; 404 when it is not theirs to know
//!     let file = self.case(&permit).await?;                                         // load: by the permit, never by the bare id
//!     let by = self.by(person, edition, "5-1");                                     //   who, under which edition, on which clause, when
//!     let act = decide::pass_completeness(&file.case, &checks, &by)?;               // decide: pure; an act or a refusal (`?` makes it an answer)
//!     let (mail, job) = self.mail_to(…)?;                                           // queue: work that follows is written with the act
//!     let batch = Batch::case(case, file.seq(), vec![act]).and_change(mail).and_job(job).request(request);
//!     self.append(batch).await?;                                                    // append: all of it or nothing; then the worker is woken
//!     Ok(())
//! }
//! ```
//!
//! What is given back are plain values for pages; what goes wrong is an [`OfficeError`]. Nothing here writes HTML or SQL.

mod access;
mod account;
mod address;
pub mod analysis;
pub mod apply;
pub mod audit;
pub mod desk;
pub mod dossier;
mod duty_mails;
mod editions;
mod error;
pub mod execution;
mod letters;
pub mod limits;
mod mail;
mod notices;
mod organisation;
mod password;
mod precheck;
mod register;
mod rehearsal;
mod reminders;
pub mod reviewing;
mod session;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod timeline;
mod work;

// Apart from the desks: the firms of the register, and the calls that may be open to them.
pub mod firms;

use std::sync::Arc;

use banso_grant::{Actor, decide};
use banso_kernel::{CallId, CaseId, Digest, Instant};
use banso_letters::Letters;
use banso_permits::{Action, Permit, Person, Policies, Resource};
use banso_store::{Batch, CaseFile, Committed, Store};
use uuid::Uuid;

pub use account::{Account, NewAccount, SignIn};
/// What orders to the office are written with.
pub use banso_grant::{ConflictKind, Declaration, Judgement, Point, ReviewStatus};
pub use banso_store::{Clock, DocumentReader, HandClock, Listed, ListedCase, Notice, Page, Place, SystemClock};
pub use banso_store::{RegisterEvent, RegisterFile, RegisteredFirm};
pub use editions::{
    BrokenFile, CallTime, Loaded, ProgrammeFile, ProgrammeTexts, Programmes, PublishedCall, PublishedEdition, Standing, UnacceptedEdition,
    Words, call_time,
};
pub use error::{FieldProblem, OfficeError, Reference};
pub use mail::{MailCommand, MailError, Mailer, Outbox, Outgoing};
pub use organisation::{LearnedFact, NewOrganisation};
pub use precheck::{Ask, Precheck, Question};
pub use register::{FirmRecord, RegisterProgress, RegisterRemark, RegisterTaken};
pub use rehearsal::{Rehearsed, RehearsedCase};

/// What an office is made of.
pub struct Parts {
    pub store: Store,
    pub policies: Policies,
    pub letters: Letters,
    pub mailer: Arc<dyn Mailer>,
    pub programmes: Arc<dyn Programmes>,
    pub clock: Arc<dyn Clock>,
    pub people: People,
}

/// Whether the data are of real people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum People {
    #[default]
    Real,
    /// Every page, letter and mail says so.
    Synthetic,
}

/// The office. Cheap to clone; all clones are one office.
#[derive(Clone)]
pub struct Office {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    bell: work::Bell,
    registry: editions::Registry,
    verification: audit::Verification,
    running: analysis::Running,
    counted: execution::Counted,
    country: firms::Country,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("store", &self.inner.parts.store).finish_non_exhaustive()
    }
}

impl Office {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Office {
            inner: Arc::new(Inner {
                parts,
                bell: work::Bell::default(),
                registry: editions::Registry::default(),
                verification: audit::Verification::default(),
                running: analysis::Running::default(),
                counted: execution::Counted::default(),
                country: firms::Country::default(),
            }),
        }
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.inner.parts.clock.now()
    }

    /// Whether all data are made up.
    #[must_use]
    pub fn synthetic(&self) -> bool {
        self.inner.parts.people == People::Synthetic
    }

    /// Whether the database answers within this time. For health checks, which are asked often and give up early.
    ///
    /// # Errors
    /// It does not.
    pub async fn alive(&self, within: std::time::Duration) -> Result<(), OfficeError> {
        let late = |_| banso_store::Fault::Unreachable("no answer to a health check".to_owned());
        tokio::time::timeout(within, self.store().anchor()).await.map_err(late)??;
        Ok(())
    }

    /// Closes the readers of the store. For the end of the program.
    pub async fn close(self) {
        self.store().clone().close().await;
    }

    /// A new id: unique, and sorted by the office's own time.
    pub(crate) fn new_uuid(&self) -> Uuid {
        let micros = u64::try_from(self.now().micros()).unwrap_or_default();
        let (seconds, nanos) = (micros / 1_000_000, u32::try_from(micros % 1_000_000).unwrap_or_default() * 1000);
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    pub(crate) fn letters(&self) -> &Letters {
        &self.inner.parts.letters
    }

    pub(crate) fn mailer(&self) -> Arc<dyn Mailer> {
        Arc::clone(&self.inner.parts.mailer)
    }

    pub(crate) fn programmes(&self) -> Arc<dyn Programmes> {
        Arc::clone(&self.inner.parts.programmes)
    }

    pub(crate) fn registry(&self) -> &editions::Registry {
        &self.inner.registry
    }

    pub(crate) fn verification(&self) -> &audit::Verification {
        &self.inner.verification
    }

    pub(crate) fn running(&self) -> &analysis::Running {
        &self.inner.running
    }

    pub(crate) fn counted(&self) -> &execution::Counted {
        &self.inner.counted
    }

    pub(crate) fn country(&self) -> &firms::Country {
        &self.inner.country
    }

    pub(crate) fn bell(&self) -> &work::Bell {
        &self.inner.bell
    }
}

/// What every use case is built of.
impl Office {
    /// May this person do this to the office, or to a call?
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] with the reasons.
    pub(crate) fn may(&self, person: &Person, action: Action, resource: &Resource) -> Result<Permit, OfficeError> {
        Ok(self.inner.parts.policies.may(person, action, resource)?)
    }

    /// May this person do this to a call? Calls are public: whoever may not gets the reasons.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`]
    pub(crate) fn may_call(&self, person: &Person, action: Action, call: &CallId) -> Result<Permit, OfficeError> {
        self.may(person, action, &Resource::Call(call.clone()))
    }

    /// May this person do this to a case?
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when there is no such case or the person may not know of it; [`OfficeError::Forbidden`] when they may
    /// see it but not do this.
    pub(crate) async fn may_case(&self, person: &Person, action: Action, case: CaseId) -> Result<Permit, OfficeError> {
        let resource = self.store().resource_of(case).await?.ok_or(OfficeError::NotFound)?;
        match self.inner.parts.policies.may(person, action, &resource) {
            Ok(permit) => Ok(permit),
            Err(denied) => {
                let sees = |a| self.inner.parts.policies.may(person, a, &resource).is_ok();
                let known = [Action::ReadCase, Action::ReviewCase].into_iter().any(sees);
                if known { Err(denied.into()) } else { Err(OfficeError::NotFound) }
            }
        }
    }

    /// The case of a permit, with all its acts.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] while nothing was submitted.
    pub(crate) async fn case(&self, permit: &Permit) -> Result<CaseFile, OfficeError> {
        self.store().case(permit).await?.ok_or(OfficeError::NotFound)
    }

    /// Who decides, under which edition, on which clause, when: what every step of `banso_grant::decide` asks for.
    pub(crate) fn by(&self, person: &Person, edition: Digest, clause: &str) -> decide::By {
        decide::By { actor: Actor::Person(person.id), edition, now: self.now(), clause: clause.to_owned() }
    }

    /// Writes a batch, all of it or nothing, and wakes the worker when it queued something.
    ///
    /// # Errors
    /// [`OfficeError::Stale`], [`OfficeError::TooLate`], [`OfficeError::Suspended`], or storage.
    pub(crate) async fn append(&self, batch: Batch) -> Result<Committed, OfficeError> {
        self.rests_on_accepted_editions(&batch)?;
        let queued = !batch.jobs.is_empty();
        let committed = self.store().commit(batch).await?;
        if queued {
            self.ring();
        }
        Ok(committed)
    }
}
