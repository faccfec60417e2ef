//! What is written together: acts, changes of plain tables, jobs. All of a batch is committed, or nothing of it.

use banso_grant::{CallAct, CaseAct, LetterAct, NewAct};
use banso_kernel::{CallId, CaseId, Digest, Instant, RequestId, StreamId};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::drafts::Section;
use crate::fault::Fault;
use crate::jobs::NewJob;

/// Acts for the end of one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Append {
    Case {
        case: CaseId,
        /// The number of acts that the decision was made on; if the stream is longer by now, the batch is [`CommitError::Stale`].
        after: u64,
        acts: Vec<NewAct<CaseAct>>,
    },
    Call {
        call: CallId,
        after: u64,
        acts: Vec<NewAct<CallAct>>,
    },
    /// The letters of a case.
    Letters {
        case: CaseId,
        after: u64,
        acts: Vec<NewAct<LetterAct>>,
    },
}

impl Append {
    #[must_use]
    pub fn stream(&self) -> StreamId {
        match self {
            Append::Case { case, .. } => StreamId::Case(*case),
            Append::Call { call, .. } => StreamId::Call(call.clone()),
            Append::Letters { case, .. } => StreamId::Letters(*case),
        }
    }

    /// The number of acts that the decision was made on.
    #[must_use]
    pub const fn after(&self) -> u64 {
        match self {
            Append::Case { after, .. } | Append::Call { after, .. } | Append::Letters { after, .. } => *after,
        }
    }
}

/// One transaction's worth of writing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub appends: Vec<Append>,
    pub changes: Vec<Change>,
    pub jobs: Vec<NewJob>,
    /// The last instant at which this may be committed. Compared with the clock inside the transaction, as the last thing before COMMIT.
    pub not_after: Option<Instant>,
    /// One press of a button. The same id twice is written once and answered twice.
    pub request: Option<RequestId>,
}

impl Batch {
    /// A batch of acts for one case.
    #[must_use]
    pub fn case(case: CaseId, after: u64, acts: Vec<NewAct<CaseAct>>) -> Self {
        Batch { appends: vec![Append::Case { case, after, acts }], ..Batch::default() }
    }

    /// A batch of acts for one call.
    #[must_use]
    pub fn call(call: CallId, after: u64, acts: Vec<NewAct<CallAct>>) -> Self {
        Batch { appends: vec![Append::Call { call, after, acts }], ..Batch::default() }
    }

    /// A batch of changes without an act.
    #[must_use]
    pub fn changes(changes: Vec<Change>) -> Self {
        Batch { changes, ..Batch::default() }
    }

    #[must_use]
    pub fn and_append(mut self, append: Append) -> Self {
        self.appends.push(append);
        self
    }

    #[must_use]
    pub fn and_change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    #[must_use]
    pub fn and_job(mut self, job: NewJob) -> Self {
        self.jobs.push(job);
        self
    }

    #[must_use]
    pub fn not_after(mut self, instant: Instant) -> Self {
        self.not_after = Some(instant);
        self
    }

    #[must_use]
    pub fn request(mut self, id: RequestId) -> Self {
        self.request = Some(id);
        self
    }
}

/// What a commit did. It is on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    pub recorded_at: Instant,
    /// In the order of the batch.
    pub acts: Vec<CommittedAct>,
    /// Whether this request had been committed before, and this is the answer of then.
    #[serde(skip)]
    pub repeated: bool,
}

/// Where an act of the batch came to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedAct {
    pub stream: StreamId,
    pub seq: u64,
    pub position: u64,
    pub hash: Digest,
}

/// Why nothing of a batch was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// Somebody acted first: load again and decide again.
    #[error("`{stream}` has {found} acts by now, not {expected}: somebody acted first")]
    Stale { stream: StreamId, expected: u64, found: u64 },
    /// The closing instant had passed when the transaction was about to commit.
    #[error("closed at {closed}; it was {at} when this would have been recorded")]
    TooLate { closed: Instant, at: Instant },
    /// Somebody saved the same section first. Their text is here, to be shown beside one's own.
    #[error("section `{}` was saved by somebody else in the meantime", .0.section)]
    SectionSaved(Box<Section>),
    /// The draft as a whole moved on since it was read.
    #[error("the application was changed in the meantime")]
    DraftMoved,
    /// Something that may exist once exists already.
    #[error("this {0} is taken already")]
    Taken(&'static str),
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The fold refuses the act: a bug in a decision, not a matter of data.
    #[error("the act does not follow: {0}")]
    DoesNotFollow(String),
    #[error(transparent)]
    Fault(#[from] Fault),
}
