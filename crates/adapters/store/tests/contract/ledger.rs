//! Acts: appended once, in order, whole, on time; never edited.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use banso_grant::{CallAct, CaseAct, StateCode, StudyDeclared, StudyRun, chain_flaws};
use banso_kernel::{Day, Digest, Instant, RequestId, Yen};
use banso_permits::Role;
use banso_store::{
    Append, Batch, CaseFilter, CaseSort, Change, Clock, CommitError, Committed, Direction, Fact, Fault, NewJob, Page, Place, Plan,
    PlanKind, Store,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::*;

on_both!(
    what_is_appended_comes_back,
    of_two_who_race_one_wins,
    a_request_made_twice_is_written_once,
    the_closing_instant_is_the_last_that_counts,
    late_at_the_commit_is_late,
    acts_are_not_edited_not_even_by_sql,
    a_bad_request_falls_out_alone,
    many_writers_share_and_none_is_lost,
    time_does_not_run_backwards,
    an_act_that_does_not_follow_is_refused,
    all_of_a_batch_or_nothing,
    yen_beyond_floats,
    a_permit_opens_what_it_is_for,
    a_fact_that_is_restated_stays_known_for_its_day,
    calls_have_acts_too,
    a_study_is_kept_with_its_texts,
    two_servers,
    what_another_server_wrote_is_not_missed,
    a_request_repeated_later_is_answered_as_before,
    old_requests_are_forgotten,
    a_database_that_went_away,
    opening_again_changes_nothing,
    a_newer_database_is_refused,
);

async fn what_is_appended_comes_back(f: Fixture) {
    let committed = f.store.commit(Batch::case(case(1), 0, vec![submitted(1), taken_back()])).await.unwrap();
    assert_eq!(committed.acts.iter().map(|a| (a.seq, a.position)).collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    let file = f.store.case(&for_case(case(1))).await.unwrap().unwrap();
    assert_eq!((file.seq(), file.case.state.code()), (2, StateCode::SubmissionWithdrawn));
    let [first, second] = &file.acts[..] else { panic!("{:?}", file.acts) };
    assert_eq!((chain_flaws(None, first), chain_flaws(Some(first.into()), second)), (vec![], vec![]));
    assert_eq!(second.hash, committed.acts[1].hash);
    assert_eq!(file.recorded::<CaseAct>().unwrap()[0], submitted(1).recorded(1, start()));
    let listed = f.store.cases_of(&for_call(), &CaseFilter::default(), CaseSort::Arrived, Direction::Ascending, Page::first(10)).await;
    assert_eq!(listed.unwrap().rows[0].row, file.case.row(case(1)));
}

async fn of_two_who_race_one_wins(f: Fixture) {
    f.submit(1).await;
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = f.store.clone();
        tasks.spawn(async move { store.commit(Batch::case(case(1), 1, vec![taken_back()])).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    let stale = CommitError::Stale { stream: stream(1), expected: 1, found: 2 };
    assert_eq!(answers.iter().filter(|a| a.as_ref() == Err(&stale)).count(), 15);
}

async fn a_request_made_twice_is_written_once(mut f: Fixture) {
    let batch = Batch::case(case(1), 0, vec![submitted(1)]).request(RequestId::new(Uuid::from_u128(7)));
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (store, batch) = (f.store.clone(), batch.clone());
        tasks.spawn(async move { store.commit(batch).await.unwrap() });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|a| !a.repeated).count(), 1);
    f.reopen().await;
    let again = f.store.commit(batch).await.unwrap();
    assert!(again.repeated);
    let same = |c: &Committed| (c.recorded_at, c.acts.clone());
    assert!(answers.iter().all(|a| same(a) == same(&again)));
    assert_eq!(f.store.anchor().await.unwrap().position, 1);
}

async fn the_closing_instant_is_the_last_that_counts(f: Fixture) {
    let closing = start().plus_seconds(60);
    f.clock.set(closing);
    f.store.commit(Batch::case(case(1), 0, vec![submitted(1)]).not_after(closing)).await.unwrap();
    let at = Instant::from_micros(closing.micros() + 1).unwrap();
    f.clock.set(at);
    let late = f.store.commit(Batch::case(case(2), 0, vec![submitted(2)]).not_after(closing)).await;
    assert_eq!(late, Err(CommitError::TooLate { closed: closing, at }));
    assert!(f.store.case(&for_case(case(2))).await.unwrap().is_none());
}

/// Each look at it takes a second.
struct SlowClock(AtomicI64);

impl Clock for SlowClock {
    fn now(&self) -> Instant {
        start().plus_seconds(self.0.fetch_add(1, Ordering::SeqCst))
    }
}

async fn late_at_the_commit_is_late(f: Fixture) {
    let place = Place::folder(f.folder_of(&f.place.folder, "slow")).with_database(f.url_for_place());
    let store = Store::open(&place, Arc::new(SlowClock(AtomicI64::new(0)))).await.unwrap();
    // Looked at once when opening, once when the acts are stamped, once before COMMIT: in time at the stamp, late at the commit.
    let closed = start().plus_seconds(1);
    let late = store.commit(Batch::case(case(1), 0, vec![submitted(1)]).not_after(closed)).await;
    assert_eq!(late, Err(CommitError::TooLate { closed, at: start().plus_seconds(2) }));
    let mut tasks = JoinSet::new();
    for n in 2..10 {
        let store = store.clone();
        let batch = Batch::case(case(n), 0, vec![submitted(n)]);
        let batch = if n == 5 { batch.not_after(start().plus_seconds(4)) } else { batch };
        tasks.spawn(async move { store.commit(batch).await.is_ok() });
    }
    assert_eq!(tasks.join_all().await.iter().filter(|ok| **ok).count(), 7);
    assert_eq!(store.anchor().await.unwrap().position, 7);
}

async fn acts_are_not_edited_not_even_by_sql(f: Fixture) {
    f.submit(1).await;
    let replace = "INSERT OR REPLACE INTO acts SELECT * FROM acts";
    let truncate = "TRUNCATE acts";
    for sql in ["UPDATE acts SET payload = '{}'", "DELETE FROM acts", if f.is_sqlite() { replace } else { truncate }] {
        let error = f.sql(sql).await.unwrap_err().to_string();
        assert!(error.contains("acts are never"), "{sql}: {error}");
    }
    assert!(f.store.verify(None).await.unwrap().problems.iter().all(|p| p.place.ja.starts_with("文章")));
}

async fn a_bad_request_falls_out_alone(f: Fixture) {
    f.store.put_account(account(1, Role::Officer)).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..40 {
        let store = f.store.clone();
        let mut batch = Batch::case(case(n), 0, vec![submitted(n)]);
        if n == 17 {
            let twin = banso_store::Account { id: person(99), ..account(1, Role::Officer) };
            batch = batch.and_change(Change::put_account(&twin));
        }
        tasks.spawn(async move { (n, store.commit(batch).await) });
    }
    for (n, answer) in tasks.join_all().await {
        match n {
            17 => assert_eq!(answer, Err(CommitError::Taken("sign-in name"))),
            _ => assert!(answer.is_ok(), "{n}: {answer:?}"),
        }
    }
    assert_eq!(f.store.anchor().await.unwrap().position, 39);
    assert!(f.store.case(&for_case(case(17))).await.unwrap().is_none());
}

async fn many_writers_share_and_none_is_lost(f: Fixture) {
    let mut tasks = JoinSet::new();
    for n in 0..64 {
        let store = f.store.clone();
        tasks.spawn(async move {
            store.commit(Batch::case(case(n), 0, vec![submitted(n)]).and_change(Change::keep_content(&content(n)))).await.unwrap();
            store.commit(Batch::case(case(n), 1, vec![taken_back()])).await.unwrap().acts[0].position
        });
    }
    let positions: BTreeSet<u64> = tasks.join_all().await.into_iter().collect();
    assert_eq!(positions.len(), 64);
    let report = f.store.verify(None).await.unwrap();
    assert_eq!((report.acts, report.streams, report.list_rows, &report.problems[..]), (128, 64, 64, &[][..]));
}

async fn time_does_not_run_backwards(f: Fixture) {
    f.submit(1).await;
    f.clock.set(start().plus_seconds(-3600));
    f.submit(2).await;
    let file = f.store.case(&for_case(case(2))).await.unwrap().unwrap();
    assert_eq!(file.acts[0].recorded_at, start());
}

async fn an_act_that_does_not_follow_is_refused(f: Fixture) {
    let answer = f.store.commit(Batch::case(case(1), 0, vec![taken_back()])).await;
    assert!(matches!(answer, Err(CommitError::DoesNotFollow(_))), "{answer:?}");
    f.submit(1).await;
    let answer = f.store.commit(Batch::case(case(1), 1, vec![taken_back(), taken_back()])).await;
    assert!(matches!(answer, Err(CommitError::DoesNotFollow(_))), "{answer:?}");
    assert_eq!(f.store.anchor().await.unwrap().position, 1);
}

async fn all_of_a_batch_or_nothing(f: Fixture) {
    let id = banso_kernel::JobId::new(Uuid::from_u128(1));
    let job = NewJob { id, effect: "receipt:1".into(), kind: "receipt".into(), payload: "{}".into(), due: None };
    let batch = Batch::case(case(1), 0, vec![submitted(1)]).and_job(job);
    let broken = batch.clone().and_change(Change::set_password(person(404), "x"));
    assert_eq!(f.store.commit(broken).await, Err(CommitError::Missing("account")));
    assert_eq!((f.store.job_counts().await.unwrap().open, f.store.anchor().await.unwrap().position), (0, 0));
    let two = batch.and_append(Append::Case { case: case(2), after: 0, acts: vec![submitted(2)] });
    f.store.commit(two).await.unwrap();
    assert_eq!((f.store.job_counts().await.unwrap().open, f.store.anchor().await.unwrap().position), (1, 2));
}

async fn yen_beyond_floats(f: Fixture) {
    let yen = Yen::new((1 << 53) + 1);
    f.store.commit(Batch::case(case(1), 0, vec![submitted_for(1, yen)])).await.unwrap();
    let rows = f.store.cases_of(&for_call(), &CaseFilter::default(), CaseSort::Requested, Direction::Descending, Page::first(1)).await;
    assert_eq!(rows.unwrap().rows[0].row.requested, yen);
    assert_eq!(f.store.case(&for_case(case(1))).await.unwrap().unwrap().case.submission.paper.requested, yen);
}

async fn a_permit_opens_what_it_is_for(f: Fixture) {
    f.submit(1).await;
    assert!(f.store.case(&for_case(case(2))).await.unwrap().is_none());
    assert!(f.store.case_within(&for_call(), case(1)).await.unwrap().is_some());
    assert_eq!(f.store.cases_within(&for_call()).await.unwrap().len(), 1);
    assert_eq!(f.store.case(&for_call()).await.unwrap_err(), Fault::WrongPermit);
    assert_eq!(f.store.case(&for_office()).await.unwrap_err(), Fault::WrongPermit);
    assert_eq!(f.store.case_within(&for_case(case(1)), case(1)).await.unwrap_err(), Fault::WrongPermit);
}

/// What was known on a day stays what was known then, whatever its source says later.
async fn a_fact_that_is_restated_stays_known_for_its_day(f: Fixture) {
    f.store.put_organisation(organisation(1)).await.unwrap();
    f.submit(1).await;
    let fact = |value: &str, learned_on: Day| Fact {
        organisation: organisation(1).id,
        item: "従業員数".into(),
        period: "2024".into(),
        source: "申請者".into(),
        value: value.into(),
        learned_on,
    };
    let on = |month: i8| Day::new(2025, month, 1).unwrap();
    for (value, month) in [("12", 4), ("13", 4), ("13", 6), ("20", 8)] {
        f.store.change(Change::put_fact(&fact(value, on(month)))).await.unwrap();
    }
    assert_eq!(f.store.facts(organisation(1).id).await.unwrap(), [fact("20", on(8))]);
    for (month, known) in [(3, ""), (4, "13"), (5, "13"), (7, "13"), (9, "20")] {
        let facts = f.store.facts_within(&for_call(), on(month)).await.unwrap();
        let newest = facts.get(&number(1)).and_then(|all| all.last()).map_or("", |fact| fact.value.as_str());
        assert_eq!(newest, known, "month {month}");
    }
}

async fn calls_have_acts_too(f: Fixture) {
    let edition = Digest::of(b"edition");
    let published = act(CallAct::EditionPublished { edition, name: "令和7年度".into(), read_with: None });
    f.store.commit(Batch::call(call(), 0, vec![published])).await.unwrap();
    let opened = act(CallAct::ReviewOpened { plan: Digest::of(b"plan"), due: day() });
    f.store.commit(Batch::call(call(), 1, vec![opened])).await.unwrap();
    let file = f.store.call(&call()).await.unwrap().unwrap();
    assert_eq!((file.seq(), file.call.edition.digest), (2, edition));
    let row = f.store.call_row(&call()).await.unwrap().unwrap();
    assert_eq!((row.phase.as_str(), row.edition, f.store.calls().await.unwrap().len()), ("in_review", edition, 1));
}

/// A study of a call: its acts fold, and verify reads what they name.
async fn a_study_is_kept_with_its_texts(f: Fixture) {
    let plan = Digest::of(b"plan");
    let until_executed = [
        CallAct::EditionPublished { edition: Digest::of(b"edition"), name: "令和7年度".into(), read_with: None },
        CallAct::ReviewOpened { plan: Digest::of(b"review"), due: day() },
        CallAct::SelectionFrozen { plan, selected: 1, reserve: 0, rejected: 1, amount: Yen::new(1) },
        CallAct::SelectionExecuted { plan },
    ];
    f.store.commit(Batch::call(call(), 0, until_executed.map(act).to_vec())).await.unwrap();
    let (text, panel, report) = (r#"{"title":"架空"}"#, "score\r\n1\r\n", "{}");
    let study = Digest::of(text.as_bytes());
    let declared = act(CallAct::StudyDeclared(StudyDeclared { study, title: "架空の研究".into(), outcomes_known: 0 }));
    let kept = Plan { digest: study, call: call(), kind: PlanKind::Study, body: text.to_owned(), made_by: person(1) };
    f.store.commit(Batch::call(call(), 4, vec![declared]).and_change(Change::keep_plan(&kept))).await.unwrap();
    assert_eq!(f.store.plans(&call(), PlanKind::Study).await.unwrap(), [kept]);
    let run = StudyRun {
        study,
        known_on: day(),
        rows: 1,
        panel: Digest::of(panel.as_bytes()),
        report: Digest::of(report.as_bytes()),
        engine: "0".into(),
    };
    let batch = Batch::call(call(), 5, vec![act(CallAct::StudyRun(run.clone()))]);
    f.store.commit(batch.and_change(Change::keep_content(panel))).await.unwrap();
    let file = f.store.call(&call()).await.unwrap().unwrap();
    assert_eq!(file.call.study(study).unwrap().runs.iter().map(|r| r.run.clone()).collect::<Vec<_>>(), [run]);
    assert_eq!(f.store.call_row(&call()).await.unwrap().unwrap().last_kind, "study_run");
    // The report was not kept: verify misses it, and nothing else of the study.
    let missing = |report: banso_store::Report| {
        report.problems.iter().filter(|p| p.place.ja.contains("行為6") || p.place.ja.contains("行為5")).count()
    };
    assert_eq!(missing(f.store.verify(None).await.unwrap()), 1);
    f.store.change(Change::keep_content(report)).await.unwrap();
    assert_eq!(missing(f.store.verify(None).await.unwrap()), 0);
}

async fn two_servers(f: Fixture) {
    let clock = || Arc::clone(&f.clock) as Arc<dyn Clock>;
    let in_use = Store::open(&f.place, clock()).await.unwrap_err();
    assert!(matches!(in_use, Fault::InUse(_)), "{in_use}");
    if f.is_sqlite() {
        return;
    }
    let place = f.place_of_second(&f.place);
    let second = Store::open(&place, clock()).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let store = if n % 2 == 0 { f.store.clone() } else { second.clone() };
        tasks.spawn(async move {
            store.commit(Batch::case(case(n), 0, vec![submitted(n)])).await.unwrap();
            n
        });
    }
    for n in tasks.join_all().await {
        // Each goes on with the other's case, whose end it does not remember.
        let store = if n % 2 == 0 { &second } else { &f.store };
        store.commit(Batch::case(case(n), 1, vec![taken_back()])).await.unwrap();
    }
    let report = f.store.verify(None).await.unwrap();
    assert!(report.acts == 40 && report.problems.iter().all(|p| p.place.ja.starts_with("文章")), "{report:?}");
}

async fn what_another_server_wrote_is_not_missed(f: Fixture) {
    let place = f.place_of_second(&f.place);
    let second = match f.is_sqlite() {
        true => Store::open_beside(&place, Arc::clone(&f.clock) as Arc<dyn Clock>).await.unwrap(),
        false => Store::open(&place, Arc::clone(&f.clock) as Arc<dyn Clock>).await.unwrap(),
    };
    // The first one remembers these cases, and that it was alone.
    for n in 1..=4 {
        f.submit(n).await;
    }
    let take_back = |n, after| Batch::case(case(n), after, vec![taken_back()]);
    second.commit(take_back(1, 1)).await.unwrap();
    let stale = CommitError::Stale { stream: stream(1), expected: 1, found: 2 };
    assert_eq!(f.store.commit(take_back(1, 1)).await, Err(stale));
    f.submit(5).await;
    second.commit(take_back(2, 1)).await.unwrap();
    let again = f.store.commit(take_back(2, 2)).await;
    assert!(matches!(again, Err(CommitError::DoesNotFollow(_))), "{again:?}");
    f.submit(6).await;
    second.commit(take_back(3, 1)).await.unwrap();
    assert_eq!(f.store.commit(take_back(4, 1)).await.unwrap().acts[0].position, 10);
    f.submit(7).await;
    second.commit(Batch::case(case(8), 0, vec![submitted(8)])).await.unwrap();
    let stale = CommitError::Stale { stream: stream(8), expected: 0, found: 1 };
    let answer = f.store.commit(Batch::case(case(8), 0, vec![submitted(8)])).await;
    assert!(answer == Err(stale), "{answer:?}");
    let report = f.store.verify(None).await.unwrap();
    assert!(report.acts == 12 && report.problems.iter().all(|p| p.place.ja.starts_with("文章")), "{report:?}");
}

async fn a_request_repeated_later_is_answered_as_before(f: Fixture) {
    let request = |n| RequestId::new(Uuid::from_u128(n));
    let closing = start().plus_seconds(60);
    let job = NewJob {
        id: banso_kernel::JobId::new(Uuid::from_u128(1)),
        effect: "receipt:1".into(),
        kind: "receipt".into(),
        payload: "{}".into(),
        due: None,
    };
    let batches = [
        Batch::case(case(1), 0, vec![submitted(1)]).request(request(1)),
        Batch::case(case(2), 0, vec![submitted(2)]).request(request(2)),
        Batch::case(case(3), 0, vec![submitted(3)]).request(request(3)).and_job(job),
        Batch::case(case(4), 0, vec![submitted(4)]).request(request(4)).not_after(closing),
        Batch::changes(vec![Change::keep_content("本文")]).request(request(5)),
    ];
    let mut first = Vec::new();
    for batch in &batches {
        first.push(f.store.commit(batch.clone()).await.unwrap());
    }
    f.clock.set(closing.plus_seconds(60));
    for (batch, first) in batches.iter().zip(&first) {
        let again = f.store.commit(batch.clone()).await;
        assert_eq!(again, Ok(Committed { repeated: true, ..first.clone() }));
    }
    assert_eq!((f.store.anchor().await.unwrap().position, f.store.job_counts().await.unwrap().open), (4, 1));
}

async fn old_requests_are_forgotten(f: Fixture) {
    let request = |n| Batch::changes(vec![]).request(RequestId::new(Uuid::from_u128(n)));
    f.store.commit(request(1)).await.unwrap();
    f.clock.set(start().plus_seconds(10));
    f.store.commit(request(2)).await.unwrap();
    f.store.change(Change::forget_requests_before(start().plus_seconds(10))).await.unwrap();
    assert!(f.store.commit(request(2)).await.unwrap().repeated);
    assert!(!f.store.commit(request(1)).await.unwrap().repeated);
}

async fn a_database_that_went_away(f: Fixture) {
    f.submit(1).await;
    if !f.is_sqlite() {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        f.sql(kill).await.unwrap();
    }
    f.submit(2).await;
    assert!(f.store.case(&for_case(case(2))).await.unwrap().is_some());
}

async fn opening_again_changes_nothing(mut f: Fixture) {
    f.submit(1).await;
    let anchor = f.store.anchor().await.unwrap();
    f.reopen().await;
    assert_eq!(f.store.anchor().await.unwrap(), anchor);
    assert_eq!(f.number("SELECT COUNT(*) FROM migrations").await, 7);
}

async fn a_newer_database_is_refused(f: Fixture) {
    f.sql("INSERT INTO migrations (number, applied_at) VALUES (999, 0)").await.unwrap();
    let place = Place::folder(f.folder_of(&f.place.folder, "other")).with_database(f.url_for_place());
    let refused = Store::open(&place, Arc::clone(&f.clock) as Arc<dyn Clock>).await.unwrap_err();
    assert_eq!(refused, Fault::Newer { found: 999, known: 7 });
}
