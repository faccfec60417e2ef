//! Where each field stands in a record: name, first byte, length. From the format's own tables; each record is 120 bytes.

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FieldAt {
    pub(super) name: &'static str,
    pub(super) at: usize,
    pub(super) len: usize,
}

const fn field(name: &'static str, at: usize, len: usize) -> FieldAt {
    FieldAt { name, at, len }
}

pub(super) const RECORD_KIND: FieldAt = field("データ区分", 0, 1);

/// ヘッダー・レコード.
pub(super) mod header {
    use super::{FieldAt, field};

    pub(in super::super) const TYPE: FieldAt = field("種別コード", 1, 2);
    pub(in super::super) const CODE_SET: FieldAt = field("コード区分", 3, 1);
    pub(in super::super) const REQUESTER: FieldAt = field("振込依頼人コード", 4, 10);
    pub(in super::super) const NAME: FieldAt = field("振込依頼人名", 14, 40);
    pub(in super::super) const DAY: FieldAt = field("取扱日", 54, 4);
    pub(in super::super) const BANK: FieldAt = field("仕向銀行番号", 58, 4);
    pub(in super::super) const BANK_NAME: FieldAt = field("仕向銀行名", 62, 15);
    pub(in super::super) const BRANCH: FieldAt = field("仕向支店番号", 77, 3);
    pub(in super::super) const BRANCH_NAME: FieldAt = field("仕向支店名", 80, 15);
    pub(in super::super) const ACCOUNT_KIND: FieldAt = field("預金種目（依頼人）", 95, 1);
    pub(in super::super) const ACCOUNT: FieldAt = field("口座番号（依頼人）", 96, 7);
}

/// データ・レコード.
pub(super) mod data {
    use super::{FieldAt, field};

    pub(in super::super) const BANK: FieldAt = field("被仕向銀行番号", 1, 4);
    pub(in super::super) const BANK_NAME: FieldAt = field("被仕向銀行名", 5, 15);
    pub(in super::super) const BRANCH: FieldAt = field("被仕向支店番号", 20, 3);
    pub(in super::super) const BRANCH_NAME: FieldAt = field("被仕向支店名", 23, 15);
    pub(in super::super) const CLEARING_HOUSE: FieldAt = field("手形交換所番号", 38, 4);
    pub(in super::super) const ACCOUNT_KIND: FieldAt = field("預金種目", 42, 1);
    pub(in super::super) const ACCOUNT: FieldAt = field("口座番号", 43, 7);
    pub(in super::super) const PAYEE: FieldAt = field("受取人名", 50, 30);
    pub(in super::super) const AMOUNT: FieldAt = field("振込金額", 80, 10);
    pub(in super::super) const NEW_CODE: FieldAt = field("新規コード", 90, 1);
    /// 顧客コード1 and 2 together.
    pub(in super::super) const CUSTOMER: FieldAt = field("顧客コード", 91, 20);
    /// 7: by wire.
    pub(in super::super) const WAY: FieldAt = field("振込指定区分", 111, 1);
}

/// トレーラ・レコード.
pub(super) mod trailer {
    use super::{FieldAt, field};

    pub(in super::super) const COUNT: FieldAt = field("合計件数", 1, 6);
    pub(in super::super) const TOTAL: FieldAt = field("合計金額", 7, 12);
}
