//! Facts of firms from several sources, the firms of an area, who was told of a call.

use std::collections::BTreeSet;

use banso_kernel::{CallId, CorporateNumber, Day, Digest, Instant, PersonId};
use banso_register::{FactSource, FirmFact};
use banso_store::{Area, CommitError, FactFile, FirmsFact};
use uuid::Uuid;

use crate::fixture::*;
use crate::register::{entry, firm};

on_both!(a_table_of_facts_is_taken_in_whole, firms_of_an_area, the_register_is_read_by_number, a_firm_is_told_once, names_in_a_prefecture);

fn said(number: CorporateNumber, item: &str, value: &str, source: FactSource, as_of: &str, line: u64) -> FirmsFact {
    let fact = FirmFact { item: item.into(), value: value.into(), source, as_of: Day::parse(as_of).unwrap() };
    FirmsFact { number, fact, line }
}

fn file(name: &str, source: FactSource, rows: u64) -> FactFile {
    let taken_at = Instant::from_micros(0).unwrap();
    FactFile { digest: Digest::of(name.as_bytes()), name: name.into(), source: source.code().into(), rows, facts: rows, taken_at }
}

async fn a_table_of_facts_is_taken_in_whole(f: Fixture) {
    let facts: Vec<FirmsFact> = (1..=120).map(|n| said(firm(n), "従業員数", "12人", FactSource::Office, "2026-04-01", n)).collect();
    let table = file("表.xlsx", FactSource::Office, 120);
    assert!(f.store.take_facts(&table, &facts).await.unwrap());
    assert!(!f.store.take_facts(&table, &facts).await.unwrap(), "the same table again");
    assert_eq!(f.store.facts_of_firm(firm(120)).await.unwrap(), [facts[119].fact.clone()]);
    // A source's later word of the same day holds; another source stands beside it.
    let later = [
        said(firm(1), "従業員数", "13人", FactSource::Office, "2026-04-01", 2),
        said(firm(1), "従業員数", "9人", FactSource::Gbizinfo, "2026-05-01", 3),
    ];
    assert!(f.store.take_facts(&file("表2.xlsx", FactSource::Office, 2), &later).await.unwrap());
    let values: Vec<String> = f.store.facts_of_firm(firm(1)).await.unwrap().into_iter().map(|f| f.value).collect();
    assert_eq!(values, ["9人", "13人"]);
    assert_eq!(f.store.fact_files().await.unwrap().len(), 2);
}

async fn firms_of_an_area(f: Fixture) {
    use banso_register::Column;
    let closed = [(Column::ClosedOn, "2026-08-03"), (Column::ClosingCause, "01")];
    let rows = [
        entry(1, "株式会社架空一", "01", "2026-08-10", &[]),
        entry(2, "株式会社架空二", "21", "2026-08-10", &closed),
        entry(3, "架空市", "01", "2026-08-10", &[(Column::Form, "201")]),
        entry(4, "株式会社架空四", "01", "2026-08-10", &[(Column::City, "越前市")]),
        entry(5, "株式会社架空五", "01", "2026-08-10", &[(Column::Prefecture, "石川県"), (Column::PrefectureCode, "17")]),
    ];
    f.take(Digest::of(b"1"), &rows).await;
    f.store
        .take_facts(&file("a", FactSource::Office, 1), &[said(firm(1), "資本金", "1000万円", FactSource::Office, "2026-04-01", 2)])
        .await
        .unwrap();
    for (area, expect) in [("福井県鯖江市", vec![1]), ("福井県", vec![4, 1]), ("", vec![5, 4, 1]), ("沖縄県", vec![])] {
        let mut found: Vec<_> = f.store.firms_of(&Area(area.into()), 10).await.unwrap().iter().map(|f| f.number).collect();
        let mut expect: Vec<_> = expect.into_iter().map(firm).collect();
        found.sort();
        expect.sort();
        assert_eq!(found, expect, "{area}");
    }
    let found = f.store.firms_of(&Area("福井県鯖江市".into()), 10).await.unwrap();
    assert_eq!((found[0].facts.len(), found[0].name.as_str()), (1, "株式会社架空一"));
    assert_eq!(f.store.firms_of(&Area(String::new()), 2).await.unwrap().len(), 2);
    assert_eq!(f.store.register_prefectures().await.unwrap(), ["石川県", "福井県"]);
}

async fn the_register_is_read_by_number(f: Fixture) {
    use banso_register::Column;
    let closed = [(Column::ClosedOn, "2026-08-03"), (Column::ClosingCause, "01")];
    let rows = [
        entry(1, "株式会社架空一", "01", "2026-08-10", &[]),
        entry(2, "株式会社架空二", "21", "2026-08-10", &closed),
        entry(3, "架空市", "01", "2026-08-10", &[(Column::Form, "201")]),
        entry(4, "株式会社架空四", "01", "2026-08-10", &[]),
        entry(5, "株式会社架空五", "01", "2026-08-10", &[(Column::AssignedOn, "2026-08-05")]),
        entry(6, "株式会社架空六", "99", "2026-08-10", &[]),
    ];
    f.take(Digest::of(b"1"), &rows).await;
    let facts = [
        said(firm(1), "従業員数", "12人", FactSource::Office, "2026-04-01", 2),
        said(firm(1), "従業員数", "15人", FactSource::Office, "2026-08-04", 3),
        said(firm(5), "従業員数", "3人", FactSource::Gbizinfo, "2026-08-06", 4),
    ];
    f.store.take_facts(&file("a", FactSource::Office, 3), &facts).await.unwrap();
    let mut order: Vec<_> = (1..=6).map(firm).collect();
    order.sort();
    let expected = |among: &[u64]| -> Vec<CorporateNumber> {
        let among: Vec<_> = among.iter().map(|n| firm(*n)).collect();
        order.iter().copied().filter(|number| among.contains(number)).collect()
    };
    for (on, expect, facts) in [
        (None, &[1, 4, 5][..], 3),
        // The second was not closed yet, the fifth not there yet; what was said later was not known.
        (Some("2026-08-02"), &[1, 2, 4], 1),
        (Some("2026-08-03"), &[1, 4], 1),
        (Some("2026-08-05"), &[1, 4, 5], 2),
        (Some("2000-01-01"), &[], 0),
    ] {
        let on = on.map(|day| Day::parse(day).unwrap());
        let whole = f.store.firms_by_number(None, on, 100).await.unwrap();
        assert_eq!(whole.iter().map(|f| f.number).collect::<Vec<_>>(), expected(expect), "{on:?}");
        assert_eq!(whole.iter().map(|f| f.facts.len()).sum::<usize>(), facts, "{on:?}");
        // Two at a time it is the same.
        let (mut parts, mut after) = (Vec::new(), None);
        loop {
            let part = f.store.firms_by_number(after, on, 2).await.unwrap();
            let Some(last) = part.last() else { break };
            after = Some(last.number);
            parts.extend(part);
        }
        assert_eq!(parts, whole, "{on:?}");
    }
    assert_eq!(f.store.open_firms().await.unwrap(), 3);
}

async fn a_firm_is_told_once(f: Fixture) {
    let call = CallId::parse("go-tech/r7-1").unwrap();
    let (first, second) = (PersonId::new(Uuid::from_u128(1)), PersonId::new(Uuid::from_u128(2)));
    f.store.note_told(&call, first, &BTreeSet::from([firm(1), firm(2)])).await.unwrap();
    f.store.note_told(&call, second, &BTreeSet::from([firm(2), firm(3)])).await.unwrap();
    f.store.note_told(&call, second, &BTreeSet::new()).await.unwrap();
    assert_eq!(f.store.told_of(&call).await.unwrap(), BTreeSet::from([firm(1), firm(2), firm(3)]));
    let told = f.store.told_to(firm(2)).await.unwrap();
    assert_eq!((told.len(), told[0].by, &told[0].call), (1, first, &call));
    f.store.take_back_told(&call, firm(2)).await.unwrap();
    assert_eq!(f.store.take_back_told(&call, firm(2)).await, Err(CommitError::Missing("note")));
    assert_eq!(f.store.told_to(firm(2)).await.unwrap(), []);
}

async fn names_in_a_prefecture(f: Fixture) {
    use banso_register::Column;
    let other = [(Column::Prefecture, "石川県"), (Column::PrefectureCode, "17")];
    f.take(Digest::of(b"1"), &[entry(1, "株式会社架空", "01", "2026-08-10", &[]), entry(2, "株式会社架空", "01", "2026-08-10", &other)])
        .await;
    let found = f.store.find_registered_in(&banso_register::name_key("(株)架空"), "石川県", 10).await.unwrap();
    assert_eq!(found.iter().map(|f| f.number).collect::<Vec<_>>(), [firm(2)]);
}
