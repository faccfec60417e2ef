//! Transfer files byte by byte: written, read back, refused with the record and field.
#![cfg(test)]

use std::path::Path;

use banso_exchange::zengin::*;
use banso_kernel::{Day, Yen};
use proptest::prelude::*;

fn account(number: &str, holder: &str) -> BankAccount {
    BankAccount {
        bank: "9999".into(),
        bank_name: "カクウギンコウ".into(),
        branch: "001".into(),
        branch_name: "ホンテン".into(),
        kind: AccountKind::Ordinary,
        number: number.into(),
        holder: holder.into(),
    }
}

fn order() -> TransferOrder {
    TransferOrder {
        requester: Requester { code: "1234567890".into(), account: account("7654321", "カクウジギヨウカンリキコウ") },
        pay_on: Day::parse("2026-03-31").unwrap(),
        transfers: vec![
            Transfer {
                reference: 1,
                to: account("12345", "カ）架空".replace("架空", "かくうせいき").as_str()),
                amount: Yen::new(40_000_000),
            },
            Transfer {
                reference: 18_446_744_073_709_551_615, to: account("0000001", "ﾄﾞ)ﾊﾞﾝｿｳ ﾃﾞﾝｼ"), amount: Yen::new(1)
            },
        ],
        end: RecordEnd::CrLf,
    }
}

fn with(change: impl FnOnce(&mut TransferOrder)) -> TransferOrder {
    let mut order = order();
    change(&mut order);
    order
}

#[test]
fn the_golden_file() {
    let bytes = write_transfers(&order()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/transfers.dat");
    if std::env::var_os("BLESS").is_some() && !path.exists() {
        std::fs::write(&path, &bytes).unwrap();
    }
    assert!(
        std::fs::read(&path).unwrap() == bytes,
        "{}",
        bytes.iter().map(|b| if *b < 0x80 { char::from(*b) } else { '*' }).collect::<String>()
    );
    let records: Vec<&[u8]> = bytes.chunks(RECORD_BYTES + 2).collect();
    assert_eq!(records.len(), 5);
    assert!(records.iter().all(|r| r.len() == 122 && r.ends_with(b"\r\n")));
    // The columns of the format, counted from 1.
    for (record, from, to, text) in [
        (0, 1, 4, &b"1210"[..]),
        (0, 5, 14, b"1234567890"),
        (0, 55, 58, b"0331"),
        (0, 59, 62, b"9999"),
        (0, 78, 80, b"001"),
        (0, 96, 103, b"17654321"),
        (1, 1, 5, b"29999"),
        (1, 21, 23, b"001"),
        (1, 43, 50, b"10012345"),
        // ｶ)ｶｸｳｾｲｷ in JIS X 0201.
        (1, 51, 58, b"\xb6)\xb6\xb8\xb3\xbe\xb2\xb7"),
        (1, 81, 90, b"0040000000"),
        (1, 92, 111, b"00000000000000000001"),
        (1, 112, 112, b"7"),
        (2, 51, 53, b"\xc4\xde)"),
        (2, 81, 90, b"0000000001"),
        (3, 1, 19, b"8000002000040000001"),
        (4, 1, 3, b"9  "),
    ] {
        assert_eq!(&records[record][from - 1..to], text, "record {} columns {from} to {to}", record + 1);
    }
}

#[test]
fn what_is_wrong_is_named_by_record_and_field() {
    let digits = |n: usize| "1".repeat(n);
    for (order, expected) in [
        (with(|o| o.transfers[1].to.holder = "架空電子".into()), "3行目「受取人名」: 「架空電子」の「架」は振込データに使えません"),
        (with(|o| o.transfers[0].to.holder = " ".into()), "2行目「受取人名」: 記入されていません"),
        (with(|o| o.transfers[0].to.bank = "999".into()), "2行目「被仕向銀行番号」: 「999」は4桁の数字ではありません"),
        (with(|o| o.transfers[0].to.branch = "１２３".into()), "2行目「被仕向支店番号」"),
        (with(|o| o.transfers[0].to.number = digits(8)), "2行目「口座番号」: 「11111111」は7桁以内の数字ではありません"),
        (with(|o| o.transfers[0].to.number = "-1".into()), "2行目「口座番号」"),
        (with(|o| o.transfers[0].amount = Yen::ZERO), "2行目「振込金額」: 金額（0円）が0円以下です"),
        (with(|o| o.transfers[0].amount = Yen::new(-1)), "2行目「振込金額」"),
        (with(|o| o.transfers[0].amount = Yen::new(10_000_000_000)), "2行目「振込金額」: 「10000000000」は10桁以内の数字ではありません"),
        (with(|o| o.transfers.clear()), "2行目「合計件数」: 振込は1件から"),
        (with(|o| o.requester.code = "12345678901".into()), "1行目「振込依頼人コード」"),
        (with(|o| o.pay_on = Day::parse("2026-05-04").unwrap()), "1行目「取扱日」: 令和8年5月4日は銀行の休業日です"),
    ] {
        let problems = write_transfers(&order).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].to_string().starts_with(expected), "{}", problems[0]);
        assert!(problems[0].message.en.is_some());
    }
    // Everything at once, not the first only.
    let two = write_transfers(&with(|o| (o.transfers[0].to.bank, o.transfers[1].to.branch) = ("x".into(), "x".into()))).unwrap_err();
    assert_eq!(two.iter().map(|p| p.record).collect::<Vec<_>>(), [2, 3]);
}

fn codes() -> ResultCodes {
    ResultCodes { at: 113, paid: vec![b'0'], returned: vec![(b'2', "口座なし".into())] }
}

/// The file as a made-up bank gives it back.
fn answered(results: &[u8]) -> Vec<u8> {
    let mut bytes = write_transfers(&with(|o| o.end = RecordEnd::None)).unwrap();
    for (n, result) in results.iter().enumerate() {
        bytes[(n + 1) * RECORD_BYTES + 113] = *result;
    }
    bytes
}

#[test]
fn a_result_is_read_and_put_beside_the_run() {
    let file = read_transfers(&answered(b"02"), Some(&codes())).unwrap();
    assert_eq!((file.month, file.day, file.total, file.requester.as_str()), (3, 31, Yen::new(40_000_001), "1234567890"));
    assert_eq!(file.transfers[0].payee, "ｶ)ｶｸｳｾｲｷ");
    let expected = |reference, amount| Expected { reference, amount: Yen::new(amount) };
    let run = [expected(1, 40_000_000), expected(u64::MAX, 1), expected(7, 5)];
    let got = reconcile(&run, &file.transfers);
    let outcomes: Vec<_> = got.outcomes.into_iter().map(|(_, o)| o).collect();
    assert_eq!(outcomes, [Outcome::Paid, Outcome::Returned { reason: "口座なし".into() }, Outcome::Unanswered]);
    assert!(got.unknown.is_empty());
    let other = reconcile(&[expected(1, 39_999_999)], &file.transfers);
    assert_eq!(other.outcomes, [(1, Outcome::Contradicted { record: 2, amount: Yen::new(40_000_000) })]);
    assert_eq!(other.unknown, [3]);
    let twice = [file.transfers[0].clone(), file.transfers[0].clone()];
    assert!(matches!(reconcile(&run[..1], &twice).outcomes[0].1, Outcome::Contradicted { .. }));
}

#[test]
fn a_damaged_file_is_refused_whole() {
    let good = answered(b"00");
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    for (name, bytes, expected) in [
        ("empty", vec![], "1行目「レコード」: ヘッダ"),
        ("cut short", good[..good.len() - 1].to_vec(), "5行目「レコード」: 120バイトに足りません（119バイト）"),
        ("no end", good[..480].to_vec(), "3行目「データ区分」"),
        ("line break inside", changed(130, b'\n'), "2行目「レコード」: レコードの途中に改行があります"),
        ("record kind", changed(120, b'3'), "2行目「データ区分」: データ区分が「3」です（この位置では「2」）"),
        ("letter in an amount", changed(120 + 85, b'x'), "2行目「振込金額」"),
        ("count", changed(360 + 6, b'3'), "4行目「合計件数」: 3とありますが、明細の合計は2です"),
        ("total", changed(360 + 18, b'2'), "4行目「合計金額」"),
        ("unknown result", changed(120 + 113, b'9'), "2行目「結果コード」: 結果コード「9」の意味が登録されていません"),
        ("byte in a name", changed(120 + 55, 0x80), "2行目「受取人名」: 使えない文字（0x80）"),
    ] {
        let problems = read_transfers(&bytes, Some(&codes())).unwrap_err();
        assert!(problems[0].to_string().starts_with(expected), "{name}: {}", problems[0]);
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(amounts in prop::collection::vec(1..=9_999_999_999_i64, 1..20), broken in any::<bool>()) {
        let transfers: Vec<Transfer> = (1..).zip(&amounts).map(|(n, a)| Transfer { reference: n, to: account("12345", "ｶ)ﾊﾞﾝｿｳ"), amount: Yen::new(*a) }).collect();
        let order = with(|o| (o.transfers, o.end) = (transfers, if broken { RecordEnd::CrLf } else { RecordEnd::None }));
        let file = read_transfers(&write_transfers(&order).unwrap(), None).unwrap();
        prop_assert_eq!(file.transfers.iter().map(|t| t.amount.get()).collect::<Vec<_>>(), amounts.clone());
        prop_assert_eq!(file.total.get(), amounts.iter().sum::<i64>());
        prop_assert!(file.transfers.iter().all(|t| t.result.is_none() && t.account == "0012345"));
    }

    #[test]
    fn any_bytes_are_a_file_or_none(bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let _ = read_transfers(&bytes, Some(&codes()));
    }
}
