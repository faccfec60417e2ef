//! Reading a transfer file back: one's own, or the bank's with a result in each record. Every trouble names its record and field.

use banso_kernel::Yen;

use super::kana::{is_allowed, to_char};
use super::layout::{FieldAt, data, header, trailer};
use super::{AccountKind, RECORD_BYTES, TRANSFERS_MAX, ZenginProblem};

/// Where a bank puts its result, and what its codes mean. The format leaves the place to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultCodes {
    /// The byte of the data record, from 0.
    pub at: usize,
    pub paid: Vec<u8>,
    /// Code and reason of what came back.
    pub returned: Vec<(u8, String)>,
}

/// A data record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTransfer {
    /// The record's number in the file.
    pub record: usize,
    pub reference: u64,
    pub bank: String,
    pub branch: String,
    pub kind: AccountKind,
    pub account: String,
    pub payee: String,
    pub amount: Yen,
    /// `None` where no result was asked for; the reason where the transfer came back.
    pub result: Option<Result<(), String>>,
}

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFile {
    pub requester: String,
    pub month: u8,
    pub day: u8,
    pub transfers: Vec<ReadTransfer>,
    pub total: Yen,
}

/// A record with its number.
struct Record<'a> {
    number: usize,
    bytes: &'a [u8],
}

impl Record<'_> {
    fn at(&self, field: FieldAt) -> &[u8] {
        self.bytes.get(field.at..field.at + field.len).unwrap_or(&[])
    }

    fn text(&self, field: FieldAt) -> String {
        self.at(field).iter().map(|b| to_char(*b)).collect::<String>().trim_end().to_owned()
    }

    fn digits(&self, field: FieldAt) -> Result<u64, ZenginProblem> {
        let text = self.text(field);
        let read = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        read.ok_or_else(|| {
            let ja = format!("「{text}」は数字ではありません。");
            ZenginProblem::new(self.number, field.name, ja, format!("`{text}` is not a number"))
        })
    }

    fn kana(&self, field: FieldAt) -> Result<String, ZenginProblem> {
        match self.at(field).iter().find(|b| !is_allowed(**b)) {
            None => Ok(self.text(field)),
            Some(byte) => {
                let (ja, en) = (format!("使えない文字（0x{byte:02X}）があります。"), format!("byte 0x{byte:02X} is not allowed"));
                Err(ZenginProblem::new(self.number, field.name, ja, en))
            }
        }
    }

    fn transfer(&self, codes: Option<&ResultCodes>) -> Result<ReadTransfer, ZenginProblem> {
        let kind = self.at(data::ACCOUNT_KIND).first().copied().and_then(AccountKind::of_digit);
        let unknown = || ZenginProblem::new(self.number, data::ACCOUNT_KIND.name, "預金種目が分かりません。", "unknown kind of account");
        let (bank, branch) = (self.digits(data::BANK)?, self.digits(data::BRANCH)?);
        Ok(ReadTransfer {
            record: self.number,
            bank: format!("{bank:04}"),
            branch: format!("{branch:03}"),
            kind: kind.ok_or_else(unknown)?,
            account: format!("{:07}", self.digits(data::ACCOUNT)?),
            payee: self.kana(data::PAYEE)?,
            amount: Yen::new(i64::try_from(self.digits(data::AMOUNT)?).unwrap_or(i64::MAX)),
            reference: self.digits(data::CUSTOMER)?,
            result: codes.map(|codes| self.result(codes)).transpose()?,
        })
    }

    fn result(&self, codes: &ResultCodes) -> Result<Result<(), String>, ZenginProblem> {
        let byte = self.bytes.get(codes.at).copied().unwrap_or(b' ');
        if codes.paid.contains(&byte) {
            return Ok(Ok(()));
        }
        let reason = codes.returned.iter().find(|(code, _)| *code == byte).map(|(_, reason)| reason.clone());
        reason.map(Err).ok_or_else(|| {
            let letter = to_char(byte);
            ZenginProblem::new(
                self.number,
                "結果コード",
                format!("結果コード「{letter}」の意味が登録されていません。"),
                format!("result code `{letter}` is not known"),
            )
        })
    }
}

/// Cuts a file into records: 120 bytes each, with line breaks between them or without.
fn records(bytes: &[u8]) -> Result<Vec<Record<'_>>, ZenginProblem> {
    // Some banks end the file with the end-of-file byte of old systems.
    let bytes = bytes.strip_suffix(b"\x1a").unwrap_or(bytes);
    let mut rest = bytes;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let number = found.len() + 1;
        let Some((record, after)) = rest.split_at_checked(RECORD_BYTES) else {
            let (ja, en) = (
                format!("{RECORD_BYTES}バイトに足りません（{}バイト）。", rest.len()),
                format!("{} bytes instead of {RECORD_BYTES}", rest.len()),
            );
            return Err(ZenginProblem::new(number, "レコード", ja, en));
        };
        if record.contains(&b'\n') || record.contains(&b'\r') {
            return Err(ZenginProblem::new(number, "レコード", "レコードの途中に改行があります。", "a line break inside the record"));
        }
        if number > TRANSFERS_MAX + 3 {
            return Err(ZenginProblem::new(number, "レコード", "レコードが多すぎます。", "too many records"));
        }
        found.push(Record { number, bytes: record });
        rest = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")).unwrap_or(after);
    }
    Ok(found)
}

/// Reads a file: header, data, trailer, end, in this order and with right totals. With `codes`, each data record must have a result.
///
/// # Errors
/// Everything that is wrong, by record and field; then nothing of it is taken.
pub fn read_transfers(bytes: &[u8], codes: Option<&ResultCodes>) -> Result<TransferFile, Vec<ZenginProblem>> {
    let records = records(bytes).map_err(|p| vec![p])?;
    let kinds: Vec<u8> = records.iter().map(|r| r.bytes.first().copied().unwrap_or(b' ')).collect();
    let expected = |n: usize| match (n, kinds.len()) {
        (0, _) => b'1',
        (n, count) if n + 1 == count => b'9',
        (n, count) if n + 2 == count => b'8',
        _ => b'2',
    };
    let mut problems: Vec<ZenginProblem> = kinds
        .iter()
        .enumerate()
        .filter(|(n, kind)| **kind != expected(*n))
        .map(|(n, kind)| {
            let (found, wanted) = (to_char(*kind), char::from(expected(n)));
            let ja = format!("データ区分が「{found}」です（この位置では「{wanted}」）。");
            ZenginProblem::new(n + 1, "データ区分", ja, format!("record kind `{found}` where `{wanted}` belongs"))
        })
        .collect();
    let [head, middle @ .., tail, _] = records.as_slice() else {
        problems.push(ZenginProblem::new(
            1,
            "レコード",
            "ヘッダ・データ・トレーラ・エンドがそろっていません。",
            "header, data, trailer and end are not all there",
        ));
        return Err(problems);
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut transfers = Vec::new();
    for record in middle {
        match record.transfer(codes) {
            Ok(transfer) => transfers.push(transfer),
            Err(problem) => problems.push(problem),
        }
    }
    let total = Yen::sum(transfers.iter().map(|t| t.amount)).unwrap_or(Yen::new(i64::MAX));
    let sums = [(trailer::COUNT, transfers.len() as u64), (trailer::TOTAL, u64::try_from(total.get()).unwrap_or(u64::MAX))];
    // What could not be read has no sum to compare.
    let whole = problems.is_empty();
    for (field, found) in sums.into_iter().filter(|_| whole) {
        match tail.digits(field) {
            Ok(said) if said == found => {}
            Ok(said) => {
                let (ja, en) =
                    (format!("{said}とありますが、明細の合計は{found}です。"), format!("says {said}; the records come to {found}"));
                problems.push(ZenginProblem::new(tail.number, field.name, ja, en));
            }
            Err(problem) => problems.push(problem),
        }
    }
    let mut two = |at: usize| {
        let part = FieldAt { name: header::DAY.name, at: header::DAY.at + at, len: 2 };
        head.digits(part).map_err(|p| problems.push(p)).ok().and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
    };
    let (month, day) = (two(0), two(2));
    if problems.is_empty() {
        Ok(TransferFile { requester: head.text(header::REQUESTER), month, day, transfers, total })
    } else {
        Err(problems)
    }
}
