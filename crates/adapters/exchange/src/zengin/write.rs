//! Writing a transfer file: header, a record a transfer, trailer with totals, end.

use banso_kernel::{ClosedDays, Yen};

use super::kana::to_kana;
use super::layout::{FieldAt, RECORD_KIND, data, header, trailer};
use super::{BankAccount, RECORD_BYTES, RecordEnd, TRANSFERS_MAX, Transfer, TransferOrder, ZenginProblem};

/// A record being filled, and what is wrong with it.
struct Record<'a> {
    number: usize,
    bytes: Vec<u8>,
    problems: &'a mut Vec<ZenginProblem>,
}

impl Record<'_> {
    fn put(&mut self, field: FieldAt, text: &[u8]) {
        let end = field.at + field.len;
        if let Some(place) = self.bytes.get_mut(field.at..end) {
            for (byte, new) in place.iter_mut().zip(text) {
                *byte = *new;
            }
        }
    }

    fn problem(&mut self, field: FieldAt, ja: String, en: String) {
        self.problems.push(ZenginProblem::new(self.number, field.name, ja, en));
    }

    /// Digits, filled up with zeros on the left.
    fn digits(&mut self, field: FieldAt, text: &str, exactly: bool) {
        let text = text.trim();
        let wrong_length = if exactly { text.len() != field.len } else { text.len() > field.len };
        if text.is_empty() || wrong_length || !text.bytes().all(|b| b.is_ascii_digit()) {
            let size = if exactly { "桁" } else { "桁以内" };
            return self.problem(
                field,
                format!("「{text}」は{}{size}の数字ではありません。半角の数字で記入してください。", field.len),
                format!("`{text}` is not {} digits", field.len),
            );
        }
        let padded = format!("{text:0>width$}", width = field.len);
        self.put(field, padded.as_bytes());
    }

    /// Kana, filled up with spaces on the right.
    fn kana(&mut self, field: FieldAt, text: &str, required: bool) {
        match to_kana(text) {
            Err(letter) => self.problem(
                field,
                format!("「{text}」の「{letter}」は振込データに使えません。カナ・英大文字・数字で記入してください。"),
                format!("`{letter}` in `{text}` is not allowed: use kana, capitals, digits"),
            ),
            Ok(kana) if required && kana.bytes().is_empty() => {
                self.problem(field, "記入されていません。".to_owned(), "is blank".to_owned());
            }
            // A name longer than its field is cut, as banks print it.
            Ok(kana) => self.put(field, kana.bytes()),
        }
    }
}

fn record<'a>(kind: u8, number: usize, problems: &'a mut Vec<ZenginProblem>) -> Record<'a> {
    let mut record = Record { number, bytes: vec![b' '; RECORD_BYTES], problems };
    record.put(RECORD_KIND, &[kind]);
    record
}

/// The whole file.
///
/// # Errors
/// Everything that is wrong, by record and field; nothing is written then.
pub fn write_transfers(order: &TransferOrder) -> Result<Vec<u8>, Vec<ZenginProblem>> {
    let mut problems = Vec::new();
    let mut records = vec![write_header(order, &mut problems)];
    let (count, last) = (order.transfers.len(), order.transfers.len() + 2);
    if count == 0 || count > TRANSFERS_MAX {
        let (ja, en) =
            (format!("振込は1件から{TRANSFERS_MAX}件までです（{count}件）。"), format!("1 to {TRANSFERS_MAX} transfers, not {count}"));
        problems.push(ZenginProblem::new(last, trailer::COUNT.name, ja, en));
    }
    for (number, transfer) in (2..).zip(&order.transfers) {
        records.push(write_data(transfer, number, &mut problems));
    }
    let total = Yen::sum(order.transfers.iter().map(|t| t.amount)).map(Yen::get).unwrap_or(i64::MAX);
    let mut end = record(b'8', last, &mut problems);
    end.digits(trailer::COUNT, &count.to_string(), false);
    end.digits(trailer::TOTAL, &total.max(0).to_string(), false);
    records.push(end.bytes);
    records.push(record(b'9', last + 1, &mut problems).bytes);
    if !problems.is_empty() {
        return Err(problems);
    }
    let separator: &[u8] = match order.end {
        RecordEnd::None => b"",
        RecordEnd::CrLf => b"\r\n",
    };
    Ok(records.into_iter().flat_map(|r| [r, separator.to_vec()].concat()).collect())
}

fn write_header(order: &TransferOrder, problems: &mut Vec<ZenginProblem>) -> Vec<u8> {
    let (requester, account) = (&order.requester, &order.requester.account);
    let mut r = record(b'1', 1, problems);
    // 21: 総合振込. 0: JIS.
    r.digits(header::TYPE, "21", true);
    r.digits(header::CODE_SET, "0", true);
    r.digits(header::REQUESTER, &requester.code, false);
    r.kana(header::NAME, &account.holder, true);
    let date = order.pay_on.date();
    r.digits(header::DAY, &format!("{:02}{:02}", date.month(), date.day()), true);
    if !order.pay_on.is_open(ClosedDays::Bank) {
        let day = order.pay_on;
        r.problem(header::DAY, format!("{}は銀行の休業日です。営業日を選んでください。", day.wareki()), format!("banks rest on `{day}`"));
    }
    r.digits(header::BANK, &account.bank, true);
    r.kana(header::BANK_NAME, &account.bank_name, false);
    r.digits(header::BRANCH, &account.branch, true);
    r.kana(header::BRANCH_NAME, &account.branch_name, false);
    r.put(header::ACCOUNT_KIND, &[account.kind.digit()]);
    r.digits(header::ACCOUNT, &account.number, false);
    r.bytes
}

fn write_data(transfer: &Transfer, number: usize, problems: &mut Vec<ZenginProblem>) -> Vec<u8> {
    let BankAccount { bank, bank_name, branch, branch_name, kind, number: account, holder } = &transfer.to;
    let mut r = record(b'2', number, problems);
    r.digits(data::BANK, bank, true);
    r.kana(data::BANK_NAME, bank_name, false);
    r.digits(data::BRANCH, branch, true);
    r.kana(data::BRANCH_NAME, branch_name, false);
    r.put(data::CLEARING_HOUSE, b"0000");
    r.put(data::ACCOUNT_KIND, &[kind.digit()]);
    r.digits(data::ACCOUNT, account, false);
    r.kana(data::PAYEE, holder, true);
    if transfer.amount <= Yen::ZERO {
        let amount = transfer.amount;
        r.problem(data::AMOUNT, format!("金額（{amount}）が0円以下です。"), format!("`{amount}` is not an amount to pay"));
    } else {
        r.digits(data::AMOUNT, &transfer.amount.get().to_string(), false);
    }
    r.put(data::NEW_CODE, b"0");
    r.digits(data::CUSTOMER, &transfer.reference.to_string(), false);
    r.digits(data::WAY, "7", true);
    r.bytes
}
