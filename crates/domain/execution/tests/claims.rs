//! Claim lines against their evidence: a good line, and each way in which it can be bad.
#![cfg(test)]

mod common;

use std::collections::BTreeSet;

use banso_execution::claim::*;
use banso_execution::tax::*;
use banso_kernel::{CorporateNumber, Yen};
use common::*;

fn vendor(n: u64) -> Vendor {
    Vendor {
        name: format!("架空機械{n}株式会社"),
        corporate_number: Some(CorporateNumber::from_body(n)),
        address: format!("架空市架空町{n}-1"),
        phone: format!("000-0000-000{n}"),
        account: format!("9999-001-000000{n}"),
    }
}

fn price(net: i64) -> Price {
    Price::of(TaxOut(yen(net)), rate(1, 10)).unwrap()
}

fn quote(n: u64, net: i64) -> Quote {
    Quote {
        vendor: vendor(n),
        issued: day("2025-05-20"),
        valid_until: Some(day("2025-06-30")),
        price: price(net),
        items: vec!["試験機 1台".into(), "据付 一式".into()],
        document: Some(document("quote")),
    }
}

fn receipt(on: &str) -> Option<Receipt> {
    Some(Receipt { on: day(on), document: Some(document("receipt")) })
}

/// 1,000,000 without tax, two quotes, everything in order between 2025-06-02 and 2026-02-27.
fn good() -> ClaimLine {
    ClaimLine {
        id: "1-001".into(),
        budget_line: "物品費".into(),
        what: "架空の試験機".into(),
        goods: Goods::New { unit_price: TaxOut(yen(1_000_000)), serials: vec!["SN-1".into()] },
        claimed: yen(1_000_000),
        evidence: Evidence {
            quotes: vec![quote(1, 1_000_000), quote(2, 1_200_000)],
            sole_source: None,
            order: Some(Dealing { vendor: vendor(1), on: day("2025-06-10"), price: price(1_000_000), document: Some(document("order")) }),
            delivery: receipt("2025-08-01"),
            acceptance: receipt("2025-08-05"),
            invoice: Some(Invoice {
                vendor: vendor(1),
                number: "INV-001".into(),
                issued: day("2025-08-10"),
                price: price(1_000_000),
                document: Some(document("invoice")),
            }),
            payments: vec![Payment {
                payee: vendor(1),
                on: day("2025-09-30"),
                amount: yen(1_100_000),
                method: PaymentMethod::BankTransfer,
                document: Some(document("payment")),
            }],
        },
    }
}

fn period() -> Period {
    Period { begins: day("2025-06-02"), ends: day("2026-02-27") }
}

fn codes(findings: &[ClaimFinding]) -> Vec<&'static str> {
    findings.iter().map(|f| f.code.code()).collect()
}

/// A way to spoil the good line, and what is found then.
type Case = (&'static str, fn(&mut ClaimLine), &'static [&'static str]);

fn order(line: &mut ClaimLine) -> &mut Dealing {
    line.evidence.order.as_mut().unwrap()
}

fn invoice(line: &mut ClaimLine) -> &mut Invoice {
    line.evidence.invoice.as_mut().unwrap()
}

fn excuse(line: &mut ClaimLine, excuse: Excuse, proved: bool) {
    line.evidence.quotes.truncate(1);
    line.evidence.sole_source =
        Some(SoleSource { excuse, reason: "特許権による".into(), document: proved.then(|| document("reason")) });
}

fn used(line: &mut ClaimLine) {
    line.goods = Goods::Used { unit_price: TaxOut(yen(1_000_000)), serials: vec![] };
}

/// Everything in the chain for another price without tax.
fn worth(line: &mut ClaimLine, net: i64) {
    line.claimed = yen(net);
    line.evidence.quotes[0].price = price(net);
    order(line).price = price(net);
    invoice(line).price = price(net);
    line.evidence.payments[0].amount = price(net).tax_in().unwrap().0;
}

const CASES: &[Case] = &[
    ("good", |_| {}, &[]),
    // Order of papers.
    ("ordered before the decision", |l| order(l).on = day("2025-06-01"), &["C101"]),
    ("quoted after the order", |l| l.evidence.quotes[1].issued = day("2025-06-11"), &["C102"]),
    ("quote out of date", |l| l.evidence.quotes[0].valid_until = Some(day("2025-06-09")), &["C103"]),
    ("delivered before the order", |l| l.evidence.delivery = receipt("2025-06-09"), &["C104"]),
    ("accepted before delivery", |l| l.evidence.acceptance = receipt("2025-07-31"), &["C105"]),
    ("invoiced before acceptance", |l| invoice(l).issued = day("2025-08-04"), &["C106"]),
    ("paid before the invoice", |l| l.evidence.payments[0].on = day("2025-08-09"), &["C107"]),
    (
        "accepted after the end",
        |l| {
            (l.evidence.acceptance, invoice(l).issued, l.evidence.payments[0].on) =
                (receipt("2026-02-28"), day("2026-02-28"), day("2026-02-28"))
        },
        &["C108", "C109"],
    ),
    ("paid after the end", |l| l.evidence.payments[0].on = day("2026-02-28"), &["C109"]),
    // Papers.
    ("no papers", |l| l.evidence = Evidence::default(), &["C111", "C111", "C111", "C111", "C111"]),
    ("no acceptance", |l| l.evidence.acceptance = None, &["C111"]),
    ("document not attached", |l| invoice(l).document = None, &["C112"]),
    // Arithmetic and tax.
    ("nothing claimed", |l| l.claimed = yen(0), &["C121"]),
    ("negative", |l| l.claimed = yen(-1), &["C121"]),
    ("more than invoiced", |l| l.claimed = yen(1_000_001), &["C122"]),
    ("claimed with tax", |l| l.claimed = yen(1_100_000), &["C123"]),
    ("ordered for less", |l| order(l).price = price(999_999), &["C124", "C125"]),
    ("paid less", |l| l.evidence.payments[0].amount = yen(1_099_120), &["C126"]),
    (
        "tax of eight per cent written as ten",
        |l| (invoice(l).price.0[0].tax, l.evidence.payments[0].amount) = (yen(80_000), yen(1_080_000)),
        &["C127", "C125"],
    ),
    ("a rate that is not in the law", |l| invoice(l).price.0[0].rate = rate(1, 20), &["C128"]),
    ("too large", |l| invoice(l).price.0[0].net = TaxOut(yen(i64::MAX)), &["C127", "C174"]),
    // Who.
    ("invoice of another", |l| (invoice(l).vendor, l.evidence.payments[0].payee) = (vendor(2), vendor(2)), &["C131"]),
    ("paid to another", |l| l.evidence.payments[0].payee = vendor(3), &["C132"]),
    ("chosen quote of another", |l| l.evidence.quotes.swap(0, 1), &["C133", "C142", "C124"]),
    ("cash", |l| l.evidence.payments[0].method = PaymentMethod::Cash, &["C134"]),
    // Quotes.
    ("one quote", |l| l.evidence.quotes.truncate(1), &["C141"]),
    (
        "one quote below the threshold",
        |l| {
            worth(l, 499_999);
            l.evidence.quotes.truncate(1)
        },
        &[],
    ),
    (
        "one quote at the threshold",
        |l| {
            worth(l, 500_000);
            l.evidence.quotes.truncate(1)
        },
        &["C141"],
    ),
    (
        "two quotes where three are needed",
        |l| {
            worth(l, 5_000_000);
            l.evidence.quotes[1].price = price(5_000_001)
        },
        &["C141"],
    ),
    ("not the cheapest", |l| l.evidence.quotes[1].price = price(999_999), &["C142"]),
    ("the same firm twice", |l| l.evidence.quotes[1].vendor = vendor(1), &["C143"]),
    ("the same telephone", |l| l.evidence.quotes[1].vendor.phone = "０００－００００－０００１".into(), &["C143"]),
    ("other things quoted", |l| l.evidence.quotes[1].items = vec!["試験機 2台".into()], &["C144"]),
    ("accepted reason, proved", |l| excuse(l, Excuse::IntellectualProperty, true), &[]),
    ("accepted reason, not proved", |l| excuse(l, Excuse::ExclusiveSale, false), &["C146"]),
    ("refused reason", |l| excuse(l, Excuse::LongRelationship, true), &["C145"]),
    ("used, two quotes", used, &[]),
    (
        "used without competition",
        |l| {
            used(l);
            excuse(l, Excuse::IntellectualProperty, true)
        },
        &["C147"],
    ),
    (
        "used and cheap",
        |l| {
            used(l);
            worth(l, 10_000);
            l.evidence.quotes.truncate(1)
        },
        &["C147"],
    ),
];

#[test]
fn a_line_spoilt_in_each_way() {
    for (name, spoil, expected) in CASES {
        let mut line = good();
        spoil(&mut line);
        let findings = check_line(&line, period(), &claim_rules(), &OwnGroup::default());
        assert_eq!(codes(&findings), *expected, "{name}: {findings:#?}");
        for finding in findings {
            let (message, remedy) = (finding.message(), finding.remedy());
            assert!(finding.line == "1-001" && !finding.field.is_empty() && finding.clause.starts_with("3-7"));
            assert!(message.ja.contains('（') && message.en.is_some() && !remedy.ja.is_empty() && remedy.en.is_some());
        }
    }
}

#[test]
fn days_beside_the_report_and_the_completion() {
    let found = |reported: &str, completed: Option<&str>| -> Vec<(&str, String)> {
        let findings = check_days(&good(), day(reported), completed.map(day), "3-7");
        findings.into_iter().map(|f| (f.code.code(), f.field)).collect()
    };
    let named = |codes: &[(&'static str, &str)]| codes.iter().map(|(c, f)| (*c, (*f).to_owned())).collect::<Vec<_>>();
    for (reported, completed, expected) in [
        ("2026-02-01", None, vec![]),
        ("2026-02-01", Some("2025-09-30"), vec![]),
        ("2025-09-30", Some("2025-09-30"), vec![]),
        ("2025-09-29", None, vec![("C110", "payments[0].on")]),
        ("2026-02-01", Some("2025-09-29"), vec![("C114", "payments[0].on")]),
        ("2026-02-01", Some("2025-08-09"), vec![("C114", "invoice.issued"), ("C114", "payments[0].on")]),
        ("2025-09-29", Some("2025-08-04"), vec![("C113", "acceptance.on"), ("C114", "invoice.issued"), ("C110", "payments[0].on")]),
    ] {
        assert_eq!(found(reported, completed), named(&expected), "{reported} {completed:?}");
    }
    let early = ClaimLine { id: "1-002".into(), evidence: Evidence::default(), ..good() };
    let (line, last) = last_day(&[early.clone(), good()]).unwrap();
    assert_eq!((line.as_str(), last.what.ja.as_str(), last.day), ("1-001", "支払日", day("2025-09-30")));
    assert_eq!(last_day(&[early]), None);
}

#[test]
fn every_reason_that_is_not_accepted_is_refused() {
    let accepted = claim_rules().quotes.accepted;
    for given in Excuse::ALL {
        let mut line = good();
        excuse(&mut line, *given, true);
        let refused = codes(&check_line(&line, period(), &claim_rules(), &OwnGroup::default())) == ["C145"];
        assert_eq!(refused, !accepted.contains(given), "{}", given.label().ja);
    }
}

#[test]
fn the_own_group_is_known_by_more_than_its_name() {
    let named = |change: fn(&mut Vendor)| {
        let mut own = Vendor { name: "架空親会社".into(), ..Vendor::default() };
        change(&mut own);
        OwnGroup(vec![own])
    };
    for (own, found) in [
        (named(|_| {}), false),
        (named(|v| v.corporate_number = vendor(1).corporate_number), true),
        (named(|v| v.address = vendor(1).address), true),
        (named(|v| v.account = vendor(1).account), true),
        (named(|v| v.name = "架空機械1㈱".into()), true),
    ] {
        assert_eq!(codes(&check_line(&good(), period(), &claim_rules(), &own)) == ["C151"], found, "{own:?}");
    }
}

#[test]
fn the_same_invoice_twice_in_one_case_and_in_two() {
    let line = |id: &str, claimed: i64, number: &str| {
        let mut line = ClaimLine { id: id.into(), claimed: yen(claimed), ..good() };
        invoice(&mut line).number = number.into();
        line.goods = Goods::Service;
        line
    };
    let elsewhere = [KnownInvoice { key: invoice_key(&line("x", 1, "INV-777")).unwrap(), place: "G9-1-0001".into() }];
    for (lines, expected) in [
        (vec![line("1", 600_000, "INV-001"), line("2", 500_000, "INV-001")], vec![("2", "C161")]),
        (vec![line("1", 600_000, "INV-001"), line("2", 500_000, "inv－００１")], vec![("2", "C161")]),
        // One with tax in it, in two parts: nothing is claimed twice.
        (vec![line("1", 600_000, "INV-001"), line("2", 400_000, "INV-001")], vec![]),
        (vec![line("1", 600_000, "INV-001"), line("2", 1_000_000, "INV-002")], vec![]),
        (vec![line("1", 600_000, "INV-777")], vec![("1", "C162")]),
    ] {
        let basis = TaxBasis::TaxOut;
        let found = duplicate_findings(&lines, &elsewhere, basis, "3-7");
        assert_eq!(found.iter().map(|f| (f.line.as_str(), f.code.code())).collect::<Vec<_>>(), expected);
    }
    let twice = [good(), ClaimLine { id: "1-002".into(), ..good() }];
    let found = codes(&duplicate_findings(&twice, &[], TaxBasis::TaxOut, "3-7"));
    assert_eq!(found, ["C161", "C163"]);
}

#[test]
fn against_the_budget() {
    let line =
        |id: &str, heading: &str, claimed: i64| ClaimLine { id: id.into(), budget_line: heading.into(), claimed: yen(claimed), ..good() };
    let allotted = [AllottedLine { name: "物品費".into(), most: yen(1_000_000) }];
    for (lines, expected) in [
        (vec![line("1", "物品費", 600_000), line("2", "物品費", 400_000)], vec![]),
        (vec![line("1", "物品費", 600_000), line("2", "物品費", 400_001), line("3", "物品費", 1)], vec![("2", "C172")]),
        (vec![line("1", "旅費", 1)], vec![("1", "C171")]),
        (vec![line("1", "物品費", 1), line("1", "物品費", 1)], vec![("1", "C173")]),
        (vec![line("1", "物品費", i64::MAX), line("2", "物品費", i64::MAX)], vec![("1", "C172"), ("2", "C174")]),
    ] {
        let found = budget_findings(&lines, &allotted, "3-7");
        assert_eq!(found.iter().map(|f| (f.line.as_str(), f.code.code())).collect::<Vec<_>>(), expected);
    }
    let totals = totals_by_line(&[line("1", "物品費", 2), line("2", "旅費", 3), line("3", "物品費", 4)]).unwrap();
    assert_eq!(totals.into_iter().collect::<Vec<_>>(), [("旅費".to_owned(), yen(3)), ("物品費".to_owned(), Yen::new(6))]);
}

#[test]
fn every_code_is_its_own_and_speaks_both_languages() {
    let codes: BTreeSet<&str> = FindingCode::ALL.iter().map(|c| c.code()).collect();
    assert_eq!(codes.len(), FindingCode::ALL.len());
    for code in FindingCode::ALL {
        assert!(code.sentence().en.is_some_and(|t| !t.is_empty()) && code.remedy().en.is_some_and(|t| !t.is_empty()), "{}", code.code());
    }
}
