//! Numbers that people quote: receipts and letters. Which serial is next is the store's to say.

/// What a letter says, as its number shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LetterKind {
    Selection,
    Reserve,
    Rejection,
    NotAccepted,
    GrantDecision,
    GrantRefusal,
}

impl LetterKind {
    pub const ALL: &'static [LetterKind] = &[
        LetterKind::Selection,
        LetterKind::Reserve,
        LetterKind::Rejection,
        LetterKind::NotAccepted,
        LetterKind::GrantDecision,
        LetterKind::GrantRefusal,
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
        }
    }
}

/// `G8-1` and 1 make `G8-1-0001`. Beyond 9999 the number simply grows.
#[must_use]
pub fn receipt_number(prefix: &str, serial: u32) -> String {
    format!("{prefix}-{serial:04}")
}

/// The prefix and serial of a receipt number.
#[must_use]
pub fn parse_receipt_number(number: &str) -> Option<(&str, u32)> {
    let (prefix, digits) = number.rsplit_once('-')?;
    let serial: u32 = digits.parse().ok()?;
    (!prefix.is_empty() && receipt_number(prefix, serial) == number).then_some((prefix, serial))
}

/// `G8-1`, a grant decision and 12 make `G8-1交決第12号`.
#[must_use]
pub fn letter_number(prefix: &str, kind: LetterKind, serial: u32) -> String {
    format!("{prefix}{}第{serial}号", kind.mark())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for (prefix, serial, number) in [("G8-1", 1, "G8-1-0001"), ("G8-1", 12_345, "G8-1-12345"), ("X", 9_999, "X-9999")] {
            assert_eq!(receipt_number(prefix, serial), number);
            assert_eq!(parse_receipt_number(number), Some((prefix, serial)));
        }
        for wrong in ["", "-0001", "G8-1-1", "G8-1-00001", "G8-1-", "G8"] {
            assert_eq!(parse_receipt_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn letters_of_different_kinds_never_share_a_number() {
        let numbers: std::collections::BTreeSet<_> = LetterKind::ALL.iter().map(|k| letter_number("G8-1", *k, 12)).collect();
        assert_eq!(numbers.len(), LetterKind::ALL.len());
        assert!(numbers.contains("G8-1交決第12号"));
    }
}
