//! Whatever is changed behind the store's back is found, and named.

use banso_grant::{CaseAct, NewAct};
use banso_kernel::{Digest, Lang};
use banso_store::{Anchor, Batch, Change, Report};

use crate::fixture::*;

on_both!(
    a_sound_store_is_sound,
    an_edited_act_is_found,
    a_removed_stream_is_found,
    a_removed_end_is_found,
    an_edited_list_is_found,
    another_lead_and_another_end_are_found,
    missing_and_changed_papers_are_found,
    what_was_erased_by_right_is_no_problem,
    another_ledger_is_found_by_its_anchor,
);

/// Three cases with their texts, one of them with a second act and a document.
async fn filled(f: &Fixture) -> Digest {
    let document = f.store.documents().store(b"plan").await.unwrap();
    for n in 1..=3 {
        let mut act = submitted(n);
        if let (3, NewAct { act: CaseAct::Submitted(s), .. }) = (n, &mut act) {
            s.documents.push(banso_grant::DocumentRef { digest: document.digest, bytes: 4, slot: "plan-pdf".into() });
        }
        let batch = Batch::case(case(n), 0, vec![act]).and_change(Change::keep_content(&content(n)));
        f.store.commit(batch).await.unwrap();
    }
    f.store.commit(Batch::case(case(2), 1, vec![taken_back()])).await.unwrap();
    document.digest
}

async fn look(f: &Fixture) -> Report {
    f.store.verify(None).await.unwrap()
}

/// The only problems are these: where they are, and a word of what they are.
fn check(report: &Report, expected: &[(String, &str)]) {
    let fits = report.problems.len() == expected.len()
        && report.problems.iter().zip(expected).all(|(p, (place, what))| {
            p.place.get(Lang::En).starts_with(place.as_str()) && p.what.get(Lang::En).contains(what) && p.what.ja != p.what.get(Lang::En)
        });
    assert!(fits, "expected {expected:?}, found {:#?}", report.problems);
}

async fn a_sound_store_is_sound(f: Fixture) {
    filled(&f).await;
    let report = look(&f).await;
    check(&report, &[]);
    assert_eq!((report.acts, report.streams, report.list_rows, report.documents, report.texts, report.erased), (4, 3, 3, 1, 3, 0));
    assert_eq!(report.anchor, f.store.anchor().await.unwrap());
}

async fn an_edited_act_is_found(f: Fixture) {
    filled(&f).await;
    f.disarm().await;
    f.sql("UPDATE acts SET authority = '事務局' WHERE position = 2").await.unwrap();
    check(&look(&f).await, &[(format!("{} act 1", stream(2)), "changed")]);
    // Somebody who also puts the hash right is found at what follows.
    let forged = "ab".repeat(32);
    f.sql(&format!("UPDATE acts SET hash = '{forged}' WHERE position = 2")).await.unwrap();
    let place = stream(2);
    let expected =
        [(format!("{place} act 1"), "changed"), (format!("{place} act 1"), "runs through"), (format!("{place} act 2"), "follow")];
    check(&look(&f).await, &expected);
}

async fn a_removed_stream_is_found(f: Fixture) {
    filled(&f).await;
    f.disarm().await;
    f.sql(&format!("DELETE FROM acts WHERE stream = '{}'", stream(1))).await.unwrap();
    f.sql(&format!("DELETE FROM cases WHERE id = '{}'", case(1))).await.unwrap();
    let place = format!("{} act 1", stream(2));
    check(&look(&f).await, &[(place.clone(), "acts are missing"), (place, "runs through")]);
}

async fn a_removed_end_is_found(f: Fixture) {
    filled(&f).await;
    f.disarm().await;
    f.sql("DELETE FROM acts WHERE position = 4").await.unwrap();
    check(&look(&f).await, &[("chain".into(), "ends at position 4"), (format!("cases row {}", case(2)), "the acts say")]);
}

async fn an_edited_list_is_found(f: Fixture) {
    filled(&f).await;
    f.sql(&format!("UPDATE cases SET requested = 1 WHERE id = '{}'", case(1))).await.unwrap();
    f.sql(&format!("UPDATE cases SET state = 'invented' WHERE id = '{}'", case(2))).await.unwrap();
    f.sql(&format!("DELETE FROM cases WHERE id = '{}'", case(3))).await.unwrap();
    f.sql("INSERT INTO calls (id, phase, edition, last_seq, last_kind, last_at) SELECT 'a/b', '', hash, 1, '', 0 FROM acts WHERE position = 1")
        .await
        .unwrap();
    let row = |n| format!("cases row {}", case(n));
    let expected = [(row(1), "the acts say"), (row(2), "state of a case"), (row(3), "is missing"), ("calls row a/b".into(), "no acts")];
    check(&look(&f).await, &expected);
}

async fn another_lead_and_another_end_are_found(f: Fixture) {
    filled(&f).await;
    f.draft(1).await;
    check(&look(&f).await, &[]);
    f.sql("UPDATE organisations SET corporate_number = '8700110005901'").await.unwrap();
    f.sql("UPDATE applications SET call_id = 'a/b'").await.unwrap();
    let row = format!("applications row {}", case(1));
    check(&look(&f).await, &[(row.clone(), "the call"), (row, "led by the firm")]);
    f.sql("DELETE FROM applications").await.unwrap();
    f.sql("UPDATE chain SET recorded_at = 0").await.unwrap();
    check(&look(&f).await, &[("chain".into(), "another moment")]);
    f.sql("UPDATE chain SET running = 'x'").await.unwrap();
    check(&look(&f).await, &[("chain".into(), "running")]);
    f.sql("DELETE FROM chain").await.unwrap();
    check(&look(&f).await, &[("chain".into(), "is missing")]);
}

async fn missing_and_changed_papers_are_found(f: Fixture) {
    let document = filled(&f).await.to_string();
    std::fs::remove_file(f.place.folder.join("documents").join(&document[..2]).join(&document)).unwrap();
    f.sql(&format!("UPDATE contents SET body = 'x' WHERE digest = '{}'", Digest::of(content(1).as_bytes()))).await.unwrap();
    let mut found = look(&f).await;
    found.problems.sort_by(|a, b| a.place.get(Lang::En).cmp(b.place.get(Lang::En)));
    check(&found, &[(format!("document {document} of {} act 1, plan-pdf", stream(3)), "is not there"), ("text".into(), "changed")]);
}

async fn what_was_erased_by_right_is_no_problem(f: Fixture) {
    let document = filled(&f).await;
    f.store.erase_document(document, "保存期間満了").await.unwrap();
    f.store.change(Change::erase_content(Digest::of(content(1).as_bytes()), "本人の請求")).await.unwrap();
    let report = look(&f).await;
    check(&report, &[]);
    assert_eq!(report.erased, 2);
}

async fn another_ledger_is_found_by_its_anchor(f: Fixture) {
    filled(&f).await;
    let anchor = f.store.anchor().await.unwrap();
    f.submit(9).await;
    let of_another = Anchor { running: Digest::of(b"another"), ..anchor };
    let beyond = Anchor { position: 77, ..anchor };
    let problems = |r: Report| r.problems.iter().filter(|p| p.what.get(Lang::En).contains("anchor")).count();
    assert_eq!(problems(f.store.verify(Some(anchor)).await.unwrap()), 0);
    assert_eq!(problems(f.store.verify(Some(of_another)).await.unwrap()), 1);
    assert_eq!(problems(f.store.verify(Some(beyond)).await.unwrap()), 1);
}
