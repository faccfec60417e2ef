//! A study of the effect of a call, as its acts tell it: declared once, run as often as somebody likes, each run on record.

use banso_kernel::{Day, Instant};

use crate::act::{Actor, CallAct, Recorded, StudyDeclared, StudyRun};

/// A declared study and its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Study {
    pub declared: StudyDeclared,
    /// The number of the act in the call's stream.
    pub seq: u64,
    pub by: Actor,
    pub on: Day,
    pub declared_at: Instant,
    /// Oldest first.
    pub runs: Vec<RecordedRun>,
}

/// A run on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRun {
    pub run: StudyRun,
    pub seq: u64,
    pub by: Actor,
    pub recorded_at: Instant,
}

impl Study {
    /// Whether the declaration stood before any outcome was known: only then does a run test what was declared.
    #[must_use]
    pub const fn is_beforehand(&self) -> bool {
        self.declared.outcomes_known == 0
    }

    /// Takes the next act about studies; `None` if it does not fit.
    pub(crate) fn take(studies: &mut Vec<Study>, r: &Recorded<CallAct>) -> Option<()> {
        if let CallAct::StudyDeclared(declared) = &r.act {
            studies.iter().all(|s| s.declared.study != declared.study).then_some(())?;
            studies.push(Study {
                declared: declared.clone(),
                seq: r.seq,
                by: r.actor,
                on: r.effective_on,
                declared_at: r.recorded_at,
                runs: Vec::new(),
            });
            Some(())
        } else if let CallAct::StudyRun(run) = &r.act {
            let study = studies.iter_mut().find(|s| s.declared.study == run.study)?;
            study.runs.push(RecordedRun { run: run.clone(), seq: r.seq, by: r.actor, recorded_at: r.recorded_at });
            Some(())
        } else {
            None
        }
    }
}
