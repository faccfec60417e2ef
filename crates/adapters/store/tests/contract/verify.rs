//! Whatever is changed behind the store's back is found, and named.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use banso_grant::{CallAct, CaseAct, LetterAct, LetterIssued, NewAct, ReadWith};
use banso_kernel::{Digest, Lang, NoticeId, RequestId};
use banso_store::{
    Anchor, Append, Attachment, Batch, Change, CommitError, Desk, EditionText, Fault, NewNotice, Place, Plan, PlanKind, Problem, Report,
    Store,
};
use uuid::Uuid;

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
    forged_editions_and_plans_are_found,
    forged_erasures_are_found,
    forged_answers_and_files_are_found,
    another_letter_than_the_one_sent_is_found,
    a_guard_taken_away_is_found_and_put_back,
    a_damaged_file_is_found,
    an_edition_of_an_older_program_is_sound,
    a_folder_of_an_older_program_is_brought_up,
    looking_writes_nothing,
);

const GUARD: &str = "guard of the database";

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

/// The only problems are these: where they are, and a word of what they are. Who tampers took the guards away: that has its own test.
fn check(report: &Report, expected: &[(String, &str)]) {
    let found: Vec<&Problem> = report.problems.iter().filter(|p| p.place.get(Lang::En) != GUARD).collect();
    let fits = found.len() == expected.len()
        && found.iter().zip(expected).all(|(p, (place, what))| {
            p.place.get(Lang::En).starts_with(place.as_str()) && p.what.get(Lang::En).contains(what) && p.what.ja != p.what.get(Lang::En)
        });
    assert!(fits, "expected {expected:?}, found {found:#?}");
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
    let report = look(&f).await;
    check(&report, &[("chain".into(), "ends at position 4"), (format!("cases row {}", case(2)), "the acts say")]);
    let row = report.problems.last().unwrap();
    assert!(row.what.ja.starts_with("行為からは「") && !row.what.ja.contains('{'), "what differs, not all that a row is: {:?}", row.what);
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

const FACTS: &str = "# 事実辞書";
const DEFINITIONS: &str = "# 共通の定義";

fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// Publishes an edition of the made-up call, with what it was read with, as one commit.
async fn publish(f: &Fixture, number: u32, read_with: Option<ReadWith>) -> Digest {
    let (source, name) = (format!("# 要領{number}"), format!("第{number}版"));
    let text = EditionText { digest: digest(&source), call: call(), number, name: name.clone(), source, read_with };
    let after = f.store.call(&call()).await.unwrap().map_or(0, |file| file.seq());
    let act = act(CallAct::EditionPublished { edition: text.digest, name, read_with });
    let batch = Batch::call(call(), after, vec![act]).and_change(Change::keep_edition(&text));
    let kept = [FACTS, DEFINITIONS].into_iter().fold(batch, |batch, words| batch.and_change(Change::keep_content(words)));
    f.store.commit(kept).await.unwrap();
    text.digest
}

fn read_with() -> ReadWith {
    ReadWith { dictionary: digest(FACTS), definitions: digest(DEFINITIONS) }
}

async fn forged_editions_and_plans_are_found(f: Fixture) {
    let (first, second) = (publish(&f, 1, Some(read_with())).await, publish(&f, 2, Some(read_with())).await);
    let body = "{\"plan\":1}";
    let plan = Plan { digest: digest(body), call: call(), kind: PlanKind::Review, body: body.into(), made_by: person(1) };
    let opened = act(CallAct::ReviewOpened { plan: plan.digest, due: day() });
    f.store.commit(Batch::call(call(), 2, vec![opened]).and_change(Change::keep_plan(&plan))).await.unwrap();
    check(&look(&f).await, &[]);
    let row = |digest: Digest| format!("editions row {digest}");
    let set = async |change: &str, of: Digest| f.sql(&format!("UPDATE editions SET {change} WHERE digest = '{of}'")).await.unwrap();
    set("name = '別の版'", first).await;
    check(&look(&f).await, &[(row(first), "name")]);
    set("name = '第1版', number = 3", first).await;
    check(&look(&f).await, &[(row(first), "order of publication")]);
    set("number = 1, definitions = dictionary", first).await;
    check(&look(&f).await, &[(row(first), "dictionary and definitions")]);
    set("definitions = NULL", first).await;
    check(&look(&f).await, &[(row(first), "one of dictionary and definitions")]);
    set(&format!("definitions = '{}'", digest(DEFINITIONS)), first).await;
    f.sql(&format!(
        "INSERT INTO editions (digest, call_id, number, name, source, published_at) SELECT '{}', call_id, 9, 'forged', 'x', 0 FROM editions \
         WHERE digest = '{second}'",
        digest("x")
    ))
    .await
    .unwrap();
    check(&look(&f).await, &[(row(digest("x")), "no acts")]);
    f.sql(&format!("DELETE FROM editions WHERE digest = '{}'", digest("x"))).await.unwrap();
    f.sql("UPDATE plans SET kind = 'selection'").await.unwrap();
    check(&look(&f).await, &[(format!("plans row {}", plan.digest), "kind")]);
    f.sql(&format!("UPDATE plans SET kind = 'review', made_by = '{}'", person(2))).await.unwrap();
    check(&look(&f).await, &[(format!("plans row {}", plan.digest), "maker")]);
    f.sql(&format!("UPDATE plans SET made_by = '{}', digest = '{}', body = 'y'", person(1), digest("y"))).await.unwrap();
    let gone = format!("text {} of", plan.digest);
    check(&look(&f).await, &[(format!("plans row {}", digest("y")), "no acts"), (gone, "is not there")]);
    f.sql("DELETE FROM plans").await.unwrap();
    f.sql(&format!("UPDATE contents SET body = 'other' WHERE digest = '{}'", digest(DEFINITIONS))).await.unwrap();
    let report = look(&f).await;
    let named = format!("text {}", digest(DEFINITIONS));
    assert!(report.problems.iter().any(|p| p.place.get(Lang::En).starts_with(&named)), "{:?}", report.problems);
}

async fn an_edition_of_an_older_program_is_sound(f: Fixture) {
    let edition = publish(&f, 1, None).await;
    check(&look(&f).await, &[]);
    assert_eq!(f.store.edition(edition).await.unwrap().unwrap().read_with, None);
    // Nobody writes afterwards what it was read with.
    let set = format!("UPDATE editions SET dictionary = '{}', definitions = '{}'", digest(FACTS), digest(DEFINITIONS));
    f.sql(&set).await.unwrap();
    check(&look(&f).await, &[(format!("editions row {edition}"), "dictionary and definitions")]);
}

/// The folder as it was before editions named what they were read with.
async fn a_folder_of_an_older_program_is_brought_up(mut f: Fixture) {
    let edition = publish(&f, 1, None).await;
    f.submit(1).await;
    for sql in [
        "ALTER TABLE editions DROP COLUMN dictionary",
        "ALTER TABLE editions DROP COLUMN definitions",
        "DROP TABLE firm_facts",
        "DROP TABLE fact_files",
        "DROP TABLE told_firms",
        "DROP INDEX register_by_place",
        "DROP TABLE installation",
        "DROP TABLE restated_facts",
        "DELETE FROM migrations WHERE number >= 4",
    ] {
        f.sql(sql).await.unwrap();
    }
    std::fs::remove_file(f.place.folder.join("installation")).unwrap();
    f.reopen().await;
    assert_eq!(f.store.edition(edition).await.unwrap().unwrap().read_with, None, "nothing is invented");
    let second = publish(&f, 2, Some(read_with())).await;
    let read = |editions: Vec<EditionText>| editions.into_iter().map(|e| (e.digest, e.read_with)).collect::<Vec<_>>();
    assert_eq!(read(f.store.editions().await.unwrap()), [(edition, None), (second, Some(read_with()))]);
    let texts = look(&f).await;
    assert!(texts.problems.iter().all(|p| p.place.get(Lang::En).starts_with("text")), "{:?}", texts.problems);
}

async fn forged_erasures_are_found(f: Fixture) {
    let document = filled(&f).await;
    f.clock.set(start().plus_seconds(3600));
    let text = digest(&content(1));
    f.store.change(Change::erase_content(text, "本人の請求")).await.unwrap();
    f.store.erase_document(document, "保存期間満了").await.unwrap();
    check(&look(&f).await, &[]);
    let row = |digest: Digest| format!("erasures row {digest}");
    let set = async |change: &str| f.sql(&format!("UPDATE erasures SET {change} WHERE digest = '{text}'")).await.unwrap();
    set("reason = ' '").await;
    check(&look(&f).await, &[(row(text), "no reason")]);
    set("reason = '本人の請求', erased_at = 1").await;
    check(&look(&f).await, &[(row(text), "before the act")]);
    set("erased_at = 9000000000000000").await;
    check(&look(&f).await, &[(row(text), "later than now")]);
    set(&format!("erased_at = {}", f.number("SELECT MAX(recorded_at) FROM acts").await)).await;
    check(&look(&f).await, &[]);
    // Something was deleted in secret, and an erasure is put in its place before: what nobody handed in cannot have been erased.
    let forge = async |of: Digest| {
        let sql = format!("INSERT INTO erasures (digest, reason, erased_at) VALUES ('{of}', '整理', {})", 1_743_470_000_000_000_i64);
        f.sql(&sql).await.unwrap();
    };
    forge(digest("nothing")).await;
    check(&look(&f).await, &[(row(digest("nothing")), "no act and no row")]);
    f.sql(&format!("DELETE FROM erasures WHERE digest = '{}'", digest("nothing"))).await.unwrap();
    let second = digest(&content(2));
    f.sql(&format!(
        "INSERT INTO erasures (digest, reason, erased_at) SELECT '{second}', '整理', erased_at FROM erasures WHERE digest = '{text}'"
    ))
    .await
    .unwrap();
    check(&look(&f).await, &[(row(second), "still there")]);
}

async fn forged_answers_and_files_are_found(f: Fixture) {
    let document = filled(&f).await;
    f.draft(3).await;
    let attachment = Attachment {
        slot: "plan-pdf".into(),
        member: 0,
        digest: document,
        file_name: "計画.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 4,
        uploaded_by: person(3),
        uploaded_at: start(),
    };
    f.store.change(Change::attach(case(3), &attachment)).await.unwrap();
    let request = RequestId::new(Uuid::from_u128(8));
    f.store.commit(Batch::case(case(1), 1, vec![taken_back()]).request(request)).await.unwrap();
    check(&look(&f).await, &[]);
    f.sql("UPDATE attachments SET bytes = 5").await.unwrap();
    check(&look(&f).await, &[(format!("attachments row {} {document}", case(3)), "bytes")]);
    f.sql("UPDATE attachments SET bytes = 4").await.unwrap();
    let position = f.number("SELECT MAX(position) FROM acts").await;
    let answer = |to: i64| format!("UPDATE requests SET result = REPLACE(result, '\"position\":{position}', '\"position\":{to}')");
    f.sql(&answer(1)).await.unwrap();
    check(&look(&f).await, &[(format!("requests row {request}"), "not in the ledger")]);
    f.sql("UPDATE requests SET result = '{}'").await.unwrap();
    check(&look(&f).await, &[(format!("requests row {request}"), "result")]);
    f.sql("DELETE FROM requests").await.unwrap();
}

async fn another_letter_than_the_one_sent_is_found(f: Fixture) {
    filled(&f).await;
    f.draft(3).await;
    let letter = f.store.documents().store(b"letter").await.unwrap().digest;
    let other = f.store.documents().store(b"another letter").await.unwrap().digest;
    let notice = NewNotice {
        id: NoticeId::new(Uuid::from_u128(7)),
        case: case(3),
        desk: Desk::Person(person(3)),
        subject: "お知らせ".into(),
        body: "本文".into(),
        document: Some(letter),
    };
    let issued = act(LetterAct::LetterIssued(LetterIssued { about: 1, document: letter, notices: vec![notice.id] }));
    let sent = Append::Letters { case: case(3), after: 0, acts: vec![issued] };
    f.store.commit(Batch::changes(vec![Change::notify(&notice)]).and_append(sent)).await.unwrap();
    check(&look(&f).await, &[]);
    let row = format!("notices row {}", notice.id);
    for (change, what) in [
        (format!("document = '{other}'"), "not the one that was sent"),
        ("document = NULL".to_owned(), "not the one that was sent"),
        (format!("document = '{letter}', case_id = '{}'", case(404)), "no case"),
    ] {
        f.sql(&format!("UPDATE notices SET {change}")).await.unwrap();
        check(&look(&f).await, &[(row.clone(), what)]);
    }
    f.sql(&format!("UPDATE notices SET case_id = '{}'", case(3))).await.unwrap();
    let forged = NewNotice { id: NoticeId::new(Uuid::from_u128(8)), document: Some(other), ..notice.clone() };
    f.store.change(Change::notify(&forged)).await.unwrap();
    check(&look(&f).await, &[(format!("notices row {}", forged.id), "no act says that its letter was sent")]);
    check(&f.store.verify_case(&for_case(case(3))).await.unwrap(), &[(format!("notices row {}", forged.id), "no act says")]);
    f.sql("DELETE FROM notices").await.unwrap();
    check(&look(&f).await, &[(row, "is missing")]);
}

async fn a_guard_taken_away_is_found_and_put_back(mut f: Fixture) {
    filled(&f).await;
    f.disarm().await;
    let report = look(&f).await;
    assert!(!report.is_sound() && report.problems.iter().all(|p| p.place.get(Lang::En) == GUARD), "{report:?}");
    f.reopen().await;
    assert!(look(&f).await.is_sound());
    assert!(f.sql("UPDATE acts SET authority = '事務局'").await.is_err());
}

async fn a_damaged_file_is_found(mut f: Fixture) {
    if !f.is_sqlite() {
        return;
    }
    filled(&f).await;
    f.reopen().await;
    f.sql("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let path = f.place.folder.join("banso.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // Every page but the first, which says how large the pages are and where the tables begin.
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    for at in (page..bytes.len()).step_by(page).skip(2).step_by(3) {
        bytes[at] = 0xee;
    }
    std::fs::write(&path, bytes).unwrap();
    let seen = match f.store.verify(None).await {
        Ok(report) => !report.is_sound(),
        Err(_) => true,
    };
    assert!(seen);
}

/// Beside the server that runs.
async fn looking_writes_nothing(f: Fixture) {
    filled(&f).await;
    let looking = Store::open_to_read(&f.place, f.clock.clone()).await.unwrap();
    assert_eq!(looking.verify(None).await.unwrap().problems, vec![]);
    if f.place.database.is_none() {
        let written = looking.change(Change::keep_content("x")).await;
        assert!(matches!(written, Err(CommitError::Fault(Fault::ReadOnly(_)))), "{written:?}");
    }
    f.sql("DELETE FROM migrations WHERE number >= 4").await.unwrap();
    let older = Store::open_to_read(&f.place, f.clock.clone()).await;
    assert!(matches!(older, Err(Fault::Older { found: 3, .. })), "nothing is brought up to date by looking: {older:?}");
}

/// A copy of the folder on a medium that cannot be written.
#[tokio::test]
async fn a_folder_at_rest_is_looked_at_without_writing() {
    let f = Fixture::sqlite().await;
    filled(&f).await;
    f.sql("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let copy = f.dir.path().join("copy");
    copied(&f.place.folder, &copy);
    let looking = Store::open_to_read(&Place::folder(&copy), f.clock.clone()).await;
    let looked = match &looking {
        Ok(store) => store.verify(None).await,
        Err(fault) => Err(fault.clone()),
    };
    for folder in [copy.clone(), copy.join("documents")] {
        std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!(looked.unwrap().problems, vec![]);
    assert_eq!(std::fs::read(copy.join("banso.db")).unwrap(), std::fs::read(f.place.folder.join("banso.db")).unwrap());
}

/// Copies what is kept, without the log and its index, so that nothing of it may be written.
fn copied(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copied(&path, &to.join(name));
        } else if !["-wal", "-shm", "lock"].iter().any(|end| name.to_string_lossy().ends_with(end)) {
            std::fs::copy(&path, to.join(&name)).unwrap();
            std::fs::set_permissions(to.join(&name), Permissions::from_mode(0o444)).unwrap();
        }
    }
    std::fs::set_permissions(to, Permissions::from_mode(0o555)).unwrap();
}
