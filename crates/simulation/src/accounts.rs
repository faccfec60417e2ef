//! Bank accounts of made-up firms, and the office's own.

use banso_office::execution::{AccountForm, RequesterForm};

/// The account of a firm; `nth` tells its several accounts apart.
pub(crate) fn account(firm: u32, nth: u32) -> AccountForm {
    AccountForm {
        bank: "0001".to_owned(),
        bank_name: "カクウ".to_owned(),
        branch: "001".to_owned(),
        branch_name: "ホンテン".to_owned(),
        kind: "ordinary".to_owned(),
        number: format!("{:07}", u64::from(firm) * 100 + u64::from(nth % 100)),
        holder: format!("カ）カクウ{firm}"),
    }
}

/// An account whose holder no transfer file can name.
pub(crate) fn unspeakable(firm: u32) -> AccountForm {
    AccountForm { holder: "株式会社架空".to_owned(), ..account(firm, 0) }
}

/// Who pays.
pub(crate) fn office() -> RequesterForm {
    RequesterForm { code: "0012345678".to_owned(), account: AccountForm { holder: "ミホンケン".to_owned(), ..account(99_999, 0) } }
}
