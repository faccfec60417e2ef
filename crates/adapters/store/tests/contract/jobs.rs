//! Jobs: written with the act, done at least once, lost never.

use banso_kernel::JobId;
use banso_store::{ATTEMPTS, Batch, Change, CommitError, JobCounts, NewJob, NewMail, Page};
use uuid::Uuid;

use crate::fixture::*;

on_both!(
    a_job_outlives_a_crash,
    the_same_effect_is_one_job,
    a_job_that_fails_is_tried_again_and_given_up,
    a_job_and_its_effect_end_together,
    a_job_waits_until_it_is_due,
);

fn job(n: u64) -> NewJob {
    NewJob {
        id: JobId::new(Uuid::from_u64_pair(9, n)),
        effect: format!("receipt:{n}"),
        kind: "receipt".into(),
        payload: format!("{{\"case\":{n}}}"),
        due: None,
    }
}

async fn a_job_outlives_a_crash(mut f: Fixture) {
    f.store.commit(Batch::case(case(1), 0, vec![submitted(1)]).and_job(job(1))).await.unwrap();
    f.reopen().await;
    let taken = f.store.claim_next(start()).await.unwrap().unwrap();
    assert_eq!((taken.id, taken.attempts, taken.payload.as_str()), (job(1).id, 1, "{\"case\":1}"));
    // Whoever took it on dies. Until the lease is over nobody gets it; then somebody does.
    f.reopen().await;
    assert_eq!(f.store.claim_next(start().plus_seconds(119)).await.unwrap(), None);
    let again = f.store.claim_next(start().plus_seconds(120)).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
    // The first one wakes up: it is no longer theirs.
    assert_eq!(f.store.finish(&taken).await, Err(CommitError::Missing("job taken on by you")));
    f.store.finish(&again).await.unwrap();
    assert_eq!(f.store.claim_next(start().plus_seconds(9999)).await.unwrap(), None);
    assert_eq!(f.store.job_counts().await.unwrap(), JobCounts { open: 0, done: 1, given_up: 0 });
}

async fn the_same_effect_is_one_job(f: Fixture) {
    let twin = NewJob { id: JobId::new(Uuid::from_u128(5)), ..job(1) };
    f.store.commit(Batch::default().and_job(job(1)).and_job(twin.clone())).await.unwrap();
    f.store.commit(Batch::default().and_job(twin)).await.unwrap();
    assert_eq!(f.store.job_counts().await.unwrap().open, 1);
}

async fn a_job_that_fails_is_tried_again_and_given_up(f: Fixture) {
    f.store.commit(Batch::default().and_job(job(1))).await.unwrap();
    let mut now = start();
    for attempt in 1..=ATTEMPTS {
        let taken = f.store.claim_next(now).await.unwrap().unwrap();
        assert_eq!(taken.attempts, attempt);
        f.store.fail(&taken, "no answer", now).await.unwrap();
        assert_eq!(f.store.claim_next(now).await.unwrap(), None);
        now = now.plus_seconds(3600);
    }
    assert_eq!(f.store.claim_next(now).await.unwrap(), None);
    let given_up = f.store.given_up_jobs(Page::first(10)).await.unwrap();
    assert_eq!((given_up.total, given_up.rows[0].last_error.as_deref()), (1, Some("no answer")));
    f.store.revive_job(job(1).id).await.unwrap();
    assert!(f.store.claim_next(now).await.unwrap().is_some());
}

async fn a_job_and_its_effect_end_together(f: Fixture) {
    f.store.commit(Batch::default().and_job(job(1))).await.unwrap();
    let taken = f.store.claim_next(start()).await.unwrap().unwrap();
    let mail = NewMail { effect: "mail:1".into(), recipient: "nobody@example.jp".into(), subject: "受付".into(), body: "本文".into() };
    let both = Batch::changes(vec![Change::queue_mail(&mail), Change::finish_job(&taken)]);
    f.store.commit(both.clone()).await.unwrap();
    assert_eq!(f.store.commit(both).await, Err(CommitError::Missing("job taken on by you")));
    assert_eq!(f.store.mails(Page::first(10)).await.unwrap().total, 1);
}

async fn a_job_waits_until_it_is_due(f: Fixture) {
    let later = NewJob { due: Some(start().plus_seconds(60)), ..job(1) };
    f.store.commit(Batch::default().and_job(later).and_job(job(2))).await.unwrap();
    assert_eq!(f.store.claim_next(start()).await.unwrap().unwrap().id, job(2).id);
    assert_eq!(f.store.claim_next(start()).await.unwrap(), None);
    assert_eq!(f.store.claim_next(start().plus_seconds(60)).await.unwrap().unwrap().id, job(1).id);
}
