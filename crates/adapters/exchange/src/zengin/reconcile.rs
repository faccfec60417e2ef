//! A bank's result beside the run that was sent: each transfer paid, returned or without an answer, and what nobody sent.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::Yen;

use super::read::ReadTransfer;

/// A transfer of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    pub reference: u64,
    pub amount: Yen,
}

/// What became of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Paid,
    Returned {
        reason: String,
    },
    /// The file says nothing of it.
    Unanswered,
    /// Another amount than was sent, or answered twice: a person has to look.
    Contradicted {
        record: usize,
        amount: Yen,
    },
}

/// The run with its results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// In the order of the run.
    pub outcomes: Vec<(u64, Outcome)>,
    /// Records of the file that nobody sent.
    pub unknown: Vec<usize>,
}

/// Puts results beside the run.
#[must_use]
pub fn reconcile(run: &[Expected], results: &[ReadTransfer]) -> Reconciliation {
    let mut answers: BTreeMap<u64, Vec<&ReadTransfer>> = BTreeMap::new();
    for result in results {
        answers.entry(result.reference).or_default().push(result);
    }
    let outcome = |sent: &Expected| match answers.get(&sent.reference).map(Vec::as_slice) {
        None | Some([]) => Outcome::Unanswered,
        Some([one]) if one.amount == sent.amount => match &one.result {
            Some(Ok(())) => Outcome::Paid,
            Some(Err(reason)) => Outcome::Returned { reason: reason.clone() },
            None => Outcome::Unanswered,
        },
        Some([.., last]) => Outcome::Contradicted { record: last.record, amount: last.amount },
    };
    let outcomes = run.iter().map(|sent| (sent.reference, outcome(sent))).collect();
    let sent: BTreeSet<u64> = run.iter().map(|sent| sent.reference).collect();
    let unknown = results.iter().filter(|r| !sent.contains(&r.reference)).map(|r| r.record).collect();
    Reconciliation { outcomes, unknown }
}
