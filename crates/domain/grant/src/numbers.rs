//! Numbers that people quote: receipts and letters.

use banso_kernel::{CaseId, Digest};

/// What a letter says, as its number shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterKind {
    Selection,
    Reserve,
    Rejection,
    NotAccepted,
    GrantDecision,
    GrantRefusal,
    PlanChange,
    AmountFixed,
    Revocation,
    Repayment,
    Demand,
    Performance,
    Suspension,
    Discontinuation,
    Correction,
    /// 財産処分の承認・不承認.
    Disposal,
    Succession,
    Closing,
}

impl LetterKind {
    pub const ALL: &'static [LetterKind] = &[
        LetterKind::Selection,
        LetterKind::Reserve,
        LetterKind::Rejection,
        LetterKind::NotAccepted,
        LetterKind::GrantDecision,
        LetterKind::GrantRefusal,
        LetterKind::PlanChange,
        LetterKind::AmountFixed,
        LetterKind::Revocation,
        LetterKind::Repayment,
        LetterKind::Demand,
        LetterKind::Performance,
        LetterKind::Suspension,
        LetterKind::Discontinuation,
        LetterKind::Correction,
        LetterKind::Disposal,
        LetterKind::Succession,
        LetterKind::Closing,
    ];

    /// The mark in the letter's number.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            LetterKind::Selection => "採",
            LetterKind::Reserve => "補欠",
            LetterKind::Rejection => "不採",
            LetterKind::NotAccepted => "不受",
            LetterKind::GrantDecision => "交決",
            LetterKind::GrantRefusal => "不交",
            LetterKind::PlanChange => "変更",
            LetterKind::AmountFixed => "確定",
            LetterKind::Revocation => "取消",
            LetterKind::Repayment => "返還",
            LetterKind::Demand => "督促",
            LetterKind::Performance => "遂行",
            LetterKind::Suspension => "停止",
            LetterKind::Discontinuation => "中廃",
            LetterKind::Correction => "是正",
            LetterKind::Disposal => "処分",
            LetterKind::Succession => "承継",
            LetterKind::Closing => "完結",
        }
    }

    /// Stable code for columns.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            LetterKind::Selection => "selection",
            LetterKind::Reserve => "reserve",
            LetterKind::Rejection => "rejection",
            LetterKind::NotAccepted => "not_accepted",
            LetterKind::GrantDecision => "grant_decision",
            LetterKind::GrantRefusal => "grant_refusal",
            LetterKind::PlanChange => "plan_change",
            LetterKind::AmountFixed => "amount_fixed",
            LetterKind::Revocation => "revocation",
            LetterKind::Repayment => "repayment",
            LetterKind::Demand => "demand",
            LetterKind::Performance => "performance",
            LetterKind::Suspension => "suspension",
            LetterKind::Discontinuation => "discontinuation",
            LetterKind::Correction => "correction",
            LetterKind::Disposal => "disposal",
            LetterKind::Succession => "succession",
            LetterKind::Closing => "closing",
        }
    }
}

/// A receipt number that needs no counter: the prefix of the call and forty bits of the case's id, in letters and digits that are not
/// mistaken for each other. The same application always has the same number.
#[must_use]
pub fn receipt_number(prefix: &str, case: CaseId) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let digest = Digest::of(case.to_string().as_bytes());
    let bits = digest.as_bytes().iter().take(5).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    let letter = |i: u32| LETTERS.get((bits >> (5 * i) & 31) as usize).map_or('0', |b| char::from(*b));
    let (left, right): (String, String) = ((4..8).rev().map(letter).collect(), (0..4).rev().map(letter).collect());
    format!("{prefix}-{left}-{right}")
}

/// `G8-1`, a grant decision and 12 make `G8-1交決第12号`.
#[must_use]
pub fn letter_number(prefix: &str, kind: LetterKind, serial: u32) -> String {
    format!("{prefix}{}第{serial}号", kind.mark())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_receipt_number_belongs_to_its_case() {
        let case = |n: u32| format!("00000000-0000-7000-8000-{n:012}").parse::<CaseId>().unwrap();
        let number = receipt_number("G7-1", case(1));
        assert_eq!(number, receipt_number("G7-1", case(1)));
        assert_eq!((number.len(), number.starts_with("G7-1-")), (14, true), "{number}");
        let all: BTreeSet<String> = (0..20_000).map(|n| receipt_number("G7-1", case(n))).collect();
        assert_eq!(all.len(), 20_000);
    }

    #[test]
    fn letters_of_different_kinds_never_share_a_number() {
        let numbers: BTreeSet<_> = LetterKind::ALL.iter().map(|k| letter_number("G8-1", *k, 12)).collect();
        assert_eq!(numbers.len(), LetterKind::ALL.len());
        assert!(numbers.contains("G8-1交決第12号"));
    }
}
