//! Plain tables: organisations, accounts, sessions, drafts, texts, notices.

use banso_grant::{CaseAct, StateCode};
use banso_kernel::{Digest, NoticeId, PersonId};
use banso_permits::{Resource, Role};
use banso_store::{
    Account, Attachment, Batch, CaseFilter, CaseSort, Change, CommitError, Content, Desk, Direction, EditionProblems, EditionText, Fact,
    Member, NewAccess, NewMail, NewNotice, Page, Plan, PlanKind, ReviewDraft, SaveSection, Session,
};
use uuid::Uuid;

use crate::fixture::*;

on_both!(
    organisations_and_facts,
    accounts,
    sessions,
    attempts_to_sign_in,
    two_edit_one_section,
    a_draft_that_moved,
    drafts_that_are_not_handed_in,
    the_consortium,
    attachments,
    texts_are_kept_and_erased,
    editions_and_plans,
    notices_and_mails,
    who_looked,
    the_list_of_cases,
    desks,
    letters_that_trip,
);

async fn organisations_and_facts(f: Fixture) {
    for n in 1..=12 {
        f.store.put_organisation(organisation(n)).await.unwrap();
    }
    assert_eq!(f.store.organisation_by_number(number(3)).await.unwrap(), Some(organisation(3)));
    let found = f.store.organisations("製作所1", Page::new(1, 2)).await.unwrap();
    assert_eq!((found.total, found.rows), (4, vec![organisation(11), organisation(12)]));
    let twin = banso_store::Organisation { id: organisation(99).id, ..organisation(3) };
    assert_eq!(f.store.put_organisation(twin).await, Err(CommitError::Taken("corporate number")));
    let fact = |value: &str| Fact {
        organisation: organisation(1).id,
        item: "従業員数".into(),
        period: "2024".into(),
        source: "申請者".into(),
        value: value.into(),
        learned_on: day(),
    };
    f.store.commit(Batch::changes(vec![Change::put_fact(&fact("12")), Change::put_fact(&fact("13"))])).await.unwrap();
    assert_eq!(f.store.facts(organisation(1).id).await.unwrap(), [fact("13")]);
    let orphan = Fact { organisation: organisation(404).id, ..fact("1") };
    assert!(matches!(f.store.change(Change::put_fact(&orphan)).await, Err(CommitError::Missing(_))));
}

async fn accounts(f: Fixture) {
    f.store.put_account(account(1, Role::Officer)).await.unwrap();
    f.store.put_account(account(2, Role::Reviewer)).await.unwrap();
    assert_eq!(f.store.account_by_login("user1").await.unwrap(), Some(account(1, Role::Officer)));
    let twin = Account { id: person(3), ..account(1, Role::Officer) };
    assert_eq!(f.store.put_account(twin).await, Err(CommitError::Taken("sign-in name")));
    assert_eq!(f.store.accounts_with(Role::Reviewer).await.unwrap(), [account(2, Role::Reviewer)]);
    f.store.change(Change::set_password(person(2), "new")).await.unwrap();
    f.store.change(Change::disable_account(person(2))).await.unwrap();
    let disabled = Account { password: "new".into(), disabled_at: Some(start()), ..account(2, Role::Reviewer) };
    assert_eq!(f.store.account(person(2)).await.unwrap(), Some(disabled));
    assert!(f.store.accounts_with(Role::Reviewer).await.unwrap().is_empty());
    assert_eq!(f.store.accounts(Page::first(1)).await.unwrap().total, 2);
}

async fn sessions(mut f: Fixture) {
    let session = Session { id: "s1".into(), body: "{\"person\":1}".into(), expires_at: start().plus_seconds(60) };
    f.store.put_session(session.clone()).await.unwrap();
    let longer = Session { body: "{}".into(), expires_at: start().plus_seconds(90), ..session };
    f.store.put_session(longer.clone()).await.unwrap();
    f.reopen().await;
    assert_eq!(f.store.session("s1").await.unwrap(), Some(longer.clone()));
    f.clock.set(start().plus_seconds(90));
    assert_eq!(f.store.session("s1").await.unwrap(), None);
    f.clock.set(start());
    f.store.drop_session("s1").await.unwrap();
    assert_eq!(f.store.session("s1").await.unwrap(), None);
    f.store.put_session(longer).await.unwrap();
    f.store.change(Change::drop_sessions_before(start().plus_seconds(91))).await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM sessions").await, 0);
}

async fn attempts_to_sign_in(f: Fixture) {
    for _ in 0..3 {
        f.store.change(Change::count_sign_in("user1")).await.unwrap();
    }
    f.clock.set(start().plus_seconds(60));
    f.store.change(Change::count_sign_in("user1")).await.unwrap();
    assert_eq!(f.store.failed_sign_ins("user1", start()).await.unwrap(), 4);
    assert_eq!(f.store.failed_sign_ins("user1", start().plus_seconds(1)).await.unwrap(), 1);
    assert_eq!(f.store.failed_sign_ins("user2", start()).await.unwrap(), 0);
    f.store.change(Change::forget_sign_ins("user1")).await.unwrap();
    assert_eq!(f.store.failed_sign_ins("user1", start()).await.unwrap(), 0);
}

fn save(based_on: u64, answers: &str, by: PersonId) -> SaveSection {
    SaveSection { case: case(1), section: "plan".into(), member: 0, based_on, answers: answers.into(), by }
}

async fn two_edit_one_section(f: Fixture) {
    f.draft(1).await;
    assert_eq!(f.store.save_section(save(0, "一", person(1))).await, Ok(1));
    assert_eq!(f.store.save_section(save(1, "二", person(1))).await, Ok(2));
    let Err(CommitError::SectionSaved(theirs)) = f.store.save_section(save(1, "三", person(2))).await else { panic!("no conflict") };
    assert_eq!((theirs.version, theirs.answers.as_str(), theirs.saved_by), (2, "二", person(1)));
    let Err(CommitError::SectionSaved(_)) = f.store.save_section(save(0, "三", person(2))).await else { panic!("no conflict") };
    // The answer was lost on the way and the same text comes again.
    assert_eq!(f.store.save_section(save(1, "二", person(1))).await, Ok(2));
    assert_eq!(f.store.save_section(save(2, "三", person(2))).await, Ok(3));
    assert_eq!(f.store.sections(case(1)).await.unwrap().len(), 1);
    let elsewhere = SaveSection { case: case(404), ..save(0, "一", person(1)) };
    assert_eq!(f.store.save_section(elsewhere).await, Err(CommitError::Missing("application")));
}

async fn a_draft_that_moved(f: Fixture) {
    f.draft(1).await;
    f.store.save_section(save(0, "一", person(1))).await.unwrap();
    let seen = f.store.application(case(1)).await.unwrap().unwrap().revision;
    f.store.save_section(save(1, "二", person(2))).await.unwrap();
    let submit = |revision| Batch::case(case(1), 0, vec![submitted(1)]).and_change(Change::draft_stands(case(1), revision));
    assert_eq!(f.store.commit(submit(seen)).await, Err(CommitError::DraftMoved));
    f.store.commit(submit(seen + 1)).await.unwrap();
    f.store.change(Change::name_application(case(1), "改題", "枠")).await.unwrap();
    assert_eq!(f.store.application(case(1)).await.unwrap().unwrap().application.title, "改題");
}

async fn drafts_that_are_not_handed_in(f: Fixture) {
    for n in 1..=5 {
        f.draft(n).await;
    }
    f.clock.set(start().plus_seconds(60));
    f.draft(6).await;
    // The first is handed in, the second was and is taken back.
    f.submit(1).await;
    f.store.commit(Batch::case(case(2), 0, vec![submitted(2)])).await.unwrap();
    f.store.commit(Batch::case(case(2), 1, vec![taken_back()])).await.unwrap();
    let check = async |by, after, most, expected: &[u64]| {
        let found = f.store.unsubmitted(&call(), by, after, most).await.unwrap();
        let cases: Vec<_> = found.iter().map(|row| row.application.case).collect();
        assert_eq!(cases, expected.iter().map(|n| case(*n)).collect::<Vec<_>>(), "{by} {after:?} {most}");
    };
    check(start(), None, 10, &[2, 3, 4, 5]).await;
    check(start(), None, 2, &[2, 3]).await;
    check(start(), Some(case(3)), 2, &[4, 5]).await;
    check(start(), Some(case(5)), 2, &[]).await;
    check(start().plus_seconds(60), Some(case(4)), 10, &[5, 6]).await;
    check(start().plus_seconds(-1), None, 10, &[]).await;
    let elsewhere = banso_kernel::CallId::parse("elsewhere/r1").unwrap();
    assert!(f.store.unsubmitted(&elsewhere, start(), None, 10).await.unwrap().is_empty());
}

async fn the_consortium(f: Fixture) {
    f.draft(1).await;
    f.store.put_organisation(organisation(2)).await.unwrap();
    let token = Digest::of(b"token");
    let invited = Member {
        member: 2,
        role: "research".into(),
        kind: "university".into(),
        name: "架空大学".into(),
        corporate_number: Some(number(2)),
        organisation: None,
        invitation: Some(token),
        invited_email: Some("nobody@example.jp".into()),
        accepted_at: None,
    };
    f.store.change(Change::put_member(case(1), &invited)).await.unwrap();
    assert_eq!(f.store.invitation(token).await.unwrap(), Some((case(1), invited.clone())));
    f.store.change(Change::accept_invitation(token, organisation(2).id)).await.unwrap();
    assert_eq!(f.store.change(Change::accept_invitation(token, organisation(1).id)).await, Err(CommitError::Missing("invitation")));
    let accepted = Member { organisation: Some(organisation(2).id), accepted_at: Some(start()), ..invited };
    assert_eq!(f.store.members(case(1)).await.unwrap(), [accepted]);
    let Some(Resource::Case { lead, parties, .. }) = f.store.resource_of(case(1)).await.unwrap() else { panic!("no case") };
    assert_eq!((lead, parties), (Some(organisation(1).id), [organisation(1).id, organisation(2).id].into()));
    assert_eq!(f.store.resource_of(case(2)).await.unwrap(), None);
    f.store.change(Change::remove_member(case(1), 2)).await.unwrap();
    assert!(f.store.members(case(1)).await.unwrap().is_empty());
}

async fn attachments(f: Fixture) {
    f.draft(1).await;
    let stored = f.store.documents().store(b"%PDF").await.unwrap();
    let attachment = Attachment {
        slot: "plan-pdf".into(),
        member: 0,
        digest: stored.digest,
        file_name: "計画書.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: stored.bytes,
        uploaded_by: person(1),
        uploaded_at: start(),
    };
    f.store.change(Change::attach(case(1), &attachment)).await.unwrap();
    assert_eq!(f.store.attachments(case(1)).await.unwrap(), std::slice::from_ref(&attachment));
    let detach = || Change::detach(case(1), "plan-pdf", 0, stored.digest);
    f.store.change(detach()).await.unwrap();
    assert_eq!(f.store.change(detach()).await, Err(CommitError::Missing("document")));
    assert!(f.store.attachments(case(1)).await.unwrap().is_empty());
    assert_eq!(f.store.attachment(case(1), stored.digest).await.unwrap(), Some(attachment.clone()));
    f.store.change(Change::attach(case(1), &attachment)).await.unwrap();
    assert_eq!(f.store.attachments(case(1)).await.unwrap().len(), 1);
    assert_eq!(f.store.attachment(case(2), stored.digest).await.unwrap(), None);
}

async fn texts_are_kept_and_erased(f: Fixture) {
    let digest = Digest::of(content(1).as_bytes());
    for _ in 0..2 {
        f.store.change(Change::keep_content(&content(1))).await.unwrap();
    }
    assert_eq!(f.store.content(digest).await.unwrap(), Some(Content::Kept(content(1))));
    f.store.change(Change::erase_content(digest, "本人の請求")).await.unwrap();
    f.store.change(Change::keep_content(&content(1))).await.unwrap();
    assert_eq!(f.store.content(digest).await.unwrap(), Some(Content::Erased { reason: "本人の請求".into(), at: start() }));
    assert_eq!(f.store.content(Digest::ZERO).await.unwrap(), None);
    let draft = ReviewDraft { case: case(1), reviewer: person(1), body: "{}".into() };
    f.store.change(Change::save_review_draft(&draft, 0)).await.unwrap();
    let later = ReviewDraft { body: "{\"a\":1}".into(), ..draft.clone() };
    for stale in [0, 2] {
        assert_eq!(f.store.change(Change::save_review_draft(&later, stale)).await, Err(CommitError::DraftMoved), "based on {stale}");
    }
    f.store.change(Change::save_review_draft(&later, 1)).await.unwrap();
    let saved = f.store.review_draft(case(1), person(1)).await.unwrap().unwrap();
    assert_eq!((saved.version, saved.body.as_str()), (2, "{\"a\":1}"));
    f.store.change(Change::drop_review_draft(case(1), person(1))).await.unwrap();
    assert_eq!(f.store.review_draft(case(1), person(1)).await.unwrap(), None);
}

async fn editions_and_plans(f: Fixture) {
    let edition = |n: u32| {
        let source = format!("# 公募要領 第{n}版");
        EditionText { digest: Digest::of(source.as_bytes()), call: call(), number: n, name: format!("第{n}版"), source, read_with: None }
    };
    f.store.commit(Batch::changes(vec![Change::keep_edition(&edition(1)), Change::keep_edition(&edition(1))])).await.unwrap();
    let clash = EditionText { number: 1, ..edition(2) };
    assert_eq!(f.store.change(Change::keep_edition(&clash)).await, Err(CommitError::Taken("edition number")));
    f.store.change(Change::keep_edition(&edition(2))).await.unwrap();
    assert_eq!(f.store.editions().await.unwrap(), [edition(1), edition(2)]);
    assert_eq!(f.store.edition(edition(2).digest).await.unwrap(), Some(edition(2)));
    let problems = EditionProblems { path: "go-tech/r7-2.md".into(), call: None, problems: "12行目: 単位が合いません".into() };
    f.store.change(Change::note_edition_problems(&problems)).await.unwrap();
    assert_eq!(f.store.edition_problems().await.unwrap(), [problems]);
    f.store.change(Change::clear_edition_problems("go-tech/r7-2.md")).await.unwrap();
    assert!(f.store.edition_problems().await.unwrap().is_empty());
    let plan = Plan { digest: Digest::of(b"{}"), call: call(), kind: PlanKind::Selection, body: "{}".into(), made_by: person(1) };
    f.store.change(Change::keep_plan(&plan)).await.unwrap();
    assert_eq!(f.store.plans(&call(), PlanKind::Selection).await.unwrap(), std::slice::from_ref(&plan));
    assert!(f.store.plans(&call(), PlanKind::Review).await.unwrap().is_empty());
    assert_eq!(f.store.plan(plan.digest).await.unwrap(), Some(plan));
}

async fn notices_and_mails(f: Fixture) {
    let notice = |n: u64, desk| NewNotice {
        id: NoticeId::new(Uuid::from_u64_pair(8, n)),
        case: case(1),
        desk,
        subject: "採択の通知".into(),
        body: "本文".into(),
        document: Some(Digest::of(b"letter")),
    };
    let (own, office) = (notice(1, Desk::Person(person(1))), notice(2, Desk::Organisation(organisation(1).id)));
    let batch = Batch::changes(vec![Change::notify(&own), Change::notify(&office), Change::notify(&own)]);
    f.store.commit(batch).await.unwrap();
    assert_eq!(f.store.notices(person(1), Some(organisation(1).id), Page::first(10)).await.unwrap().total, 2);
    assert_eq!(f.store.notices(person(1), None, Page::first(10)).await.unwrap().total, 1);
    f.store.change(Change::mark_read(own.id)).await.unwrap();
    let read = f.store.notice(own.id).await.unwrap().unwrap();
    assert_eq!((read.notice, read.read_at), (own, Some(start())));
    assert_eq!(f.store.notices_of_case(case(1)).await.unwrap().len(), 2);
    let mail = NewMail { effect: "m1".into(), recipient: "nobody@example.jp".into(), subject: "件名".into(), body: "本文".into() };
    f.store.commit(Batch::changes(vec![Change::queue_mail(&mail), Change::queue_mail(&mail)])).await.unwrap();
    f.store.change(Change::mail_failed("m1", "no answer")).await.unwrap();
    assert_eq!(f.store.mail("m1").await.unwrap().unwrap().error.as_deref(), Some("no answer"));
    f.store.change(Change::mail_sent("m1")).await.unwrap();
    let mails = f.store.mails(Page::first(10)).await.unwrap();
    assert_eq!((mails.total, mails.rows[0].sent_at, &mails.rows[0].error), (1, Some(start()), &None));
    let late = NewMail { effect: "m2".into(), ..mail };
    let changes = vec![Change::queue_mail(&late), Change::withdraw_mail("m2"), Change::withdraw_mail("m1")];
    f.store.commit(Batch::changes(changes)).await.unwrap();
    assert_eq!((f.store.mail("m2").await.unwrap(), f.store.mail("m1").await.unwrap().is_some()), (None, true), "what was sent stays");
}

async fn who_looked(f: Fixture) {
    for n in 0..3 {
        let access =
            NewAccess { person: Some(person(n)), action: "ReadCase".into(), resource: format!("case:{}", n / 2), detail: String::new() };
        f.store.change(Change::log_access(&access)).await.unwrap();
    }
    let seen = f.store.accesses("case:0", Page::first(1)).await.unwrap();
    assert_eq!((seen.total, seen.rows[0].access.person), (2, Some(person(1))));
}

async fn the_list_of_cases(f: Fixture) {
    for n in 1..=25 {
        f.store.put_organisation(organisation(n)).await.unwrap();
        f.clock.set(start().plus_seconds(i64::try_from(n).unwrap()));
        f.submit(n).await;
    }
    f.store.commit(Batch::case(case(7), 1, vec![act(CaseAct::CompletenessPassed { checks: vec![] })])).await.unwrap();
    let list = async |search: &str, states: &[StateCode], sort, direction, page| {
        let filter = CaseFilter { search: search.into(), states: states.to_vec(), track: None };
        let listed = f.store.cases_of(&for_call(), &filter, sort, direction, page).await.unwrap();
        (listed.total, listed.rows.iter().map(|r| r.row.receipt_number.clone()).collect::<Vec<_>>())
    };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    let number = |n: u32| format!("R7-1-{n:04}");
    assert_eq!(list("", &[], CaseSort::Arrived, down, Page::new(1, 10)).await, (25, (6..=15).rev().map(number).collect()));
    assert_eq!(list("製作所24", &[], CaseSort::Lead, up, Page::first(10)).await, (1, vec![number(24)]));
    assert_eq!(list("研究2", &[], CaseSort::Title, up, Page::first(2)).await, (7, vec![number(2), number(20)]));
    assert_eq!(list("r7-1-0003", &[], CaseSort::Number, up, Page::first(2)).await, (1, vec![number(3)]));
    assert_eq!(list("Ｒ７－１－０００３", &[], CaseSort::Number, up, Page::first(2)).await, (1, vec![number(3)]), "full width");
    assert_eq!(list(" r7 1　0003 ", &[], CaseSort::Number, up, Page::first(2)).await, (1, vec![number(3)]), "blanks for hyphens");
    assert_eq!(list("", &[StateCode::Complete], CaseSort::Rank, up, Page::first(2)).await, (1, vec![number(7)]));
    assert_eq!(list("%", &[], CaseSort::Due, up, Page::first(2)).await, (0, vec![]));
    let counts = f.store.case_counts(&for_call()).await.unwrap();
    assert_eq!(counts, [(StateCode::Complete, 1), (StateCode::Submitted, 24)]);
}

async fn desks(f: Fixture) {
    f.draft(1).await;
    f.draft(2).await;
    f.submit(1).await;
    let own = f.store.applications_of(organisation(1).id, Page::first(10)).await.unwrap();
    assert_eq!((own.total, own.rows[0].case.as_ref().map(|c| c.state)), (1, Some(StateCode::Submitted)));
    assert!(f.store.applications_of(organisation(2).id, Page::first(10)).await.unwrap().rows[0].case.is_none());
    assert_eq!(f.store.draft_count(&for_call()).await.unwrap(), 1);
    let plan = Digest::of(b"plan");
    let acts = vec![
        act(CaseAct::CompletenessPassed { checks: vec![] }),
        act(CaseAct::ReviewersAssigned { plan, due: day(), reviewers: vec![person(1), person(2)] }),
    ];
    f.store.commit(Batch::case(case(1), 1, acts)).await.unwrap();
    let desk = f.store.inbox(person(2), Page::first(10)).await.unwrap();
    assert_eq!((desk.total, desk.rows[0].case.case, desk.rows[0].lead_name.as_deref()), (1, case(1), Some("架空製作所1")));
    assert_eq!(f.store.inbox(person(3), Page::first(10)).await.unwrap().total, 0);
    assert_eq!(f.store.reviews_of(&for_call(), Page::first(10)).await.unwrap().total, 2);
    let loads = f.store.review_loads(&for_call()).await.unwrap();
    assert_eq!(loads.iter().map(|l| (l.reviewer, l.assigned, l.submitted)).collect::<Vec<_>>(), [(person(1), 1, 0), (person(2), 1, 0)]);
    let Some(Resource::Case { reviewers, .. }) = f.store.resource_of(case(1)).await.unwrap() else { panic!("no case") };
    assert_eq!(reviewers, [person(1), person(2)].into());
}

/// PostgreSQL cannot keep a zero byte in a text. That request fails, and nothing else does.
async fn letters_that_trip(f: Fixture) {
    f.draft(1).await;
    let (store, other) = (f.store.clone(), f.store.clone());
    let (tripped, fine) = tokio::join!(async { store.save_section(save(0, "a\0b", person(1))).await }, async {
        other.put_organisation(organisation(5)).await
    });
    assert_eq!(fine, Ok(()));
    assert_eq!(tripped.is_ok(), f.is_sqlite(), "{tripped:?}");
    let hostile = "'); DROP TABLE acts; --";
    f.store.put_organisation(banso_store::Organisation { name: hostile.into(), ..organisation(6) }).await.unwrap();
    assert_eq!(f.store.organisations(hostile, Page::first(5)).await.unwrap().total, 1);
}
