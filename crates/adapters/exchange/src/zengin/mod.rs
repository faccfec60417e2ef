//! Transfer files for banks (全銀協規定フォーマット 総合振込): records of 120 bytes in JIS X 0201, and what comes back of them.
//!
//! A file is written whole or not at all; every trouble names its record and field.

mod kana;
mod layout;
mod read;
mod reconcile;
mod write;

use banso_kernel::{Day, LocalText, Yen};

pub use kana::{ZenginKana, to_kana};
pub use read::{ReadTransfer, ResultCodes, TransferFile, read_transfers};
pub use reconcile::{Expected, Outcome, Reconciliation, reconcile};
pub use write::write_transfers;

/// Bytes of a record.
pub const RECORD_BYTES: usize = 120;
/// Most transfers of one file: the trailer counts in six digits.
pub const TRANSFERS_MAX: usize = 999_999;

/// 預金種目.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// 普通.
    Ordinary,
    /// 当座.
    Current,
    /// 貯蓄.
    Savings,
    /// その他.
    Other,
}

impl AccountKind {
    const fn digit(self) -> u8 {
        match self {
            AccountKind::Ordinary => b'1',
            AccountKind::Current => b'2',
            AccountKind::Savings => b'4',
            AccountKind::Other => b'9',
        }
    }

    const fn of_digit(digit: u8) -> Option<AccountKind> {
        match digit {
            b'1' => Some(AccountKind::Ordinary),
            b'2' => Some(AccountKind::Current),
            b'4' => Some(AccountKind::Savings),
            b'9' => Some(AccountKind::Other),
            _ => None,
        }
    }
}

/// An account at a bank, as the file writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// Four digits.
    pub bank: String,
    pub bank_name: String,
    /// Three digits.
    pub branch: String,
    pub branch_name: String,
    pub kind: AccountKind,
    /// Up to seven digits.
    pub number: String,
    /// In any kana; folded to the letters that the format allows.
    pub holder: String,
}

/// Who pays, as the header says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// Up to ten digits, given by the bank.
    pub code: String,
    pub account: BankAccount,
}

/// One transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What the office finds the payment again by; goes into the customer code.
    pub reference: u64,
    pub to: BankAccount,
    pub amount: Yen,
}

/// Whether records end with a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordEnd {
    None,
    CrLf,
}

/// A file to be: who pays, when, whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferOrder {
    pub requester: Requester,
    pub pay_on: Day,
    pub transfers: Vec<Transfer>,
    pub end: RecordEnd,
}

/// One trouble with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZenginProblem {
    /// 1 for the header.
    pub record: usize,
    /// The field as the format names it.
    pub field: &'static str,
    pub message: LocalText,
}

impl ZenginProblem {
    pub(crate) fn new(record: usize, field: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        ZenginProblem { record, field, message: LocalText::new(ja, en) }
    }
}

impl std::fmt::Display for ZenginProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}行目「{}」: {}", self.record, self.field, self.message.ja)
    }
}
