//! Work that follows from acts: taken from the store one by one, done, and done again if the server died half-way. Every effect may
//! happen twice without harm: a mail is one file however often it is written, a letter is the same bytes under the same digest.
//!
//! To add a kind of work: a variant of [`Work`], and an arm in [`Office::carry_out`] that calls the function doing it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use banso_kernel::{CallId, CaseId, Day, Digest, Instant, JobId, LocalText, PersonId, RequestId};
use banso_store::{Change, Job, NewJob, NewMail};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::mail::Outgoing;
use crate::{Office, OfficeError};

/// How long the worker sleeps when there is nothing to do and nobody wakes it.
const IDLE: Duration = Duration::from_secs(5);
/// Seconds between two rounds: reminders that are due, and what has ended is swept out.
const ROUND: i64 = 1800;

/// A piece of work, as its job's payload holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Hand a mail over that stands in the store under this effect; after `until` it is of no use any more.
    Mail {
        effect: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Instant>,
    },
    /// Tell of an act: make its letter, lay it on the desks of whom it concerns, and mail them.
    Tell { case: CaseId, seq: u64 },
    /// Run a declared study on what was known on a day.
    Study { call: CallId, study: Digest, known_on: Day, person: PersonId, request: RequestId },
    /// Remind those who have not handed in that the call closes so many days from now.
    Remind { call: CallId, closes: Instant, days: u32 },
    /// Remind of what is due in the cases of a call, today's round.
    RemindDuties { call: CallId, day: Day },
}

impl Work {
    const fn kind(&self) -> &'static str {
        match self {
            Work::Mail { .. } => "mail",
            Work::Tell { .. } => "tell",
            Work::Remind { .. } => "remind",
            Work::RemindDuties { .. } => "remind-duties",
            Work::Study { .. } => "study",
        }
    }

    /// What it brings about: the same effect is one job.
    fn effect(&self) -> String {
        match self {
            Work::Mail { effect, .. } => format!("mail:{effect}"),
            Work::Tell { case, seq } => format!("tell:{case}:{seq}"),
            Work::Remind { call, closes, days } => format!("remind:{call}:{}:{days}", closes.micros()),
            Work::RemindDuties { call, day } => format!("remind-duties:{call}:{day}"),
            Work::Study { call, study, known_on, request, .. } => format!("study:{call}:{study}:{known_on}:{request}"),
        }
    }
}

/// Wakes the worker when something was queued, and tells it to stop.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rung: Notify,
}

impl Office {
    /// A job for a batch.
    ///
    /// # Errors
    /// Never for the work there is: the payload is plain data.
    pub(crate) fn job(&self, work: &Work) -> Result<NewJob, OfficeError> {
        let payload = serde_json::to_string(work).map_err(OfficeError::fault)?;
        Ok(NewJob { id: JobId::new(self.new_uuid()), effect: work.effect(), kind: work.kind().to_owned(), payload, due: None })
    }

    /// A mail for a batch: the row that holds it, and the job that sends it.
    ///
    /// # Errors
    /// As [`Office::job`].
    pub(crate) fn mail_to(&self, effect: &str, recipient: &str, subject: &str, body: &str) -> Result<(Change, NewJob), OfficeError> {
        let mail =
            NewMail { effect: effect.to_owned(), recipient: recipient.to_owned(), subject: subject.to_owned(), body: body.to_owned() };
        Ok((Change::queue_mail(&mail), self.job(&Work::Mail { effect: effect.to_owned(), until: None })?))
    }

    /// The same for a mail that nobody needs after an instant: what could not be handed over by then is withdrawn.
    ///
    /// # Errors
    /// As [`Office::job`].
    pub(crate) fn mail_until(&self, until: Instant, mail: &NewMail) -> Result<(Change, NewJob), OfficeError> {
        Ok((Change::queue_mail(mail), self.job(&Work::Mail { effect: mail.effect.clone(), until: Some(until) })?))
    }

    /// Wakes the worker: something was queued.
    pub(crate) fn ring(&self) {
        self.bell().rung.notify_one();
    }

    /// Works until `stop` comes true; a piece of work that was begun is finished first.
    pub async fn work(&self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut last_round: Option<Instant> = None;
        loop {
            if stop.as_mut().now_or_never().is_some() {
                return;
            }
            // By the office's own clock, and however much there is to do. A clock that was put back does not stop it.
            let now = self.now();
            if last_round.is_none_or(|last| !(0..ROUND).contains(&last.seconds_until(now))) {
                last_round = Some(now);
                self.go_round().await;
            }
            // An error was logged where it arose; the database may come back.
            if self.work_once().await.unwrap_or_default() {
                continue;
            }
            tokio::select! {
                () = stop.as_mut() => return,
                () = self.bell().rung.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }

    /// What has to be looked after now and then. What fails was logged where it arose, and comes round again.
    async fn go_round(&self) {
        let _logged = self.queue_reminders().await;
        let _logged = self.queue_duty_reminders().await;
        let _logged = self.sweep().await;
    }

    /// Does the next piece of work that is due. False when there is none.
    ///
    /// # Errors
    /// Storage; a piece of work that fails is put off, not an error.
    pub async fn work_once(&self) -> Result<bool, OfficeError> {
        let Some(job) = self.store().claim_next(self.now()).await? else { return Ok(false) };
        // A piece of work that panics must not take the worker with it: everything queued after it would wait for ever.
        let done = AssertUnwindSafe(self.carry_out(&job)).catch_unwind().await;
        match done.unwrap_or_else(|why| Err(OfficeError::panicked(&job.effect, why.as_ref()))) {
            Ok(()) => self.store().finish(&job).await?,
            Err(error) => {
                tracing::warn!(effect = %job.effect, attempt = job.attempts, %error, "work was put off");
                self.store().fail(&job, &error.to_string(), self.now()).await?;
            }
        }
        Ok(true)
    }

    pub(crate) async fn carry_out(&self, job: &Job) -> Result<(), OfficeError> {
        let work: Work = serde_json::from_str(&job.payload).map_err(|e| OfficeError::fault(format!("job `{}`: {e}", job.effect)))?;
        match work {
            Work::Mail { effect, until: Some(until) } if until < self.now() => {
                tracing::warn!(effect, "a mail could not be handed over in time and was withdrawn");
                Ok(self.store().change(Change::withdraw_mail(&effect)).await?)
            }
            Work::Mail { effect, .. } => self.send_mail(&effect).await,
            Work::Tell { case, seq } => self.tell(case, seq).await,
            Work::Remind { call, closes, days } => self.remind(&call, closes, days).await,
            Work::RemindDuties { call, day } => self.remind_duties(&call, day).await,
            Work::Study { call, study, known_on, person, request } => {
                self.carry_out_study(&crate::analysis::Asked { call, study, known_on, person, request }).await
            }
        }
    }

    async fn send_mail(&self, effect: &str) -> Result<(), OfficeError> {
        let Some(mail) = self.store().mail(effect).await? else { return Err(OfficeError::fault(format!("there is no mail `{effect}`"))) };
        if mail.sent_at.is_some() {
            return Ok(());
        }
        let outgoing = Outgoing {
            effect: mail.mail.effect,
            to: mail.mail.recipient,
            subject: mail.mail.subject,
            body: mail.mail.body,
            at: mail.created_at,
        };
        let mailer = self.mailer();
        let sent = tokio::task::spawn_blocking(move || mailer.send(&outgoing)).await.map_err(OfficeError::fault)?;
        match sent {
            Ok(()) => Ok(self.store().change(Change::mail_sent(effect)).await?),
            Err(error) => {
                self.store().change(Change::mail_failed(effect, &error.to_string())).await?;
                Err(OfficeError::Busy(LocalText::new(
                    format!("メールを送信できませんでした（{error}）。"),
                    format!("The mail was not sent: {error}"),
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use banso_store::Batch;

    use crate::testing::TestOffice;

    async fn queue(office: &TestOffice, effect: &str, recipient: &str) {
        let (mail, job) = office.mail_to(effect, recipient, "受付のお知らせ", "受け付けました。").unwrap();
        office.append(Batch::changes(vec![mail]).and_job(job)).await.unwrap();
    }

    #[tokio::test]
    async fn a_mail_is_written_once_however_often_it_is_asked_for() {
        let office = TestOffice::new().await;
        queue(&office, "receipt:1", "a@banso.invalid").await;
        queue(&office, "receipt:1", "a@banso.invalid").await;
        queue(&office, "receipt:2", "b@banso.invalid").await;
        assert_eq!(office.run_jobs().await, 2);
        let mails = office.mails();
        assert_eq!(mails.len(), 2);
        assert!(mails.iter().all(|m| m.contains("Content-Type: text/plain") && m.contains("2025")));
    }

    #[tokio::test]
    async fn work_that_was_dropped_is_done_again_to_the_same_effect() {
        let office = TestOffice::new().await;
        queue(&office, "receipt:1", "a@banso.invalid").await;
        // Somebody takes the job on, does its effect, and dies before saying so.
        let job = office.store().claim_next(office.now()).await.unwrap().unwrap();
        office.carry_out(&job).await.unwrap();
        assert_eq!(office.run_jobs().await, 0);
        office.wait_seconds(3600);
        assert_eq!((office.run_jobs().await, office.mails().len()), (1, 1));
    }

    #[tokio::test]
    async fn work_that_fails_is_put_off() {
        let office = TestOffice::new().await;
        queue(&office, "receipt:1", "no address").await;
        assert!(office.work_once().await.unwrap());
        assert!(!office.work_once().await.unwrap(), "not again at once");
        assert_eq!(office.store().job_counts().await.unwrap().open, 1);
        let mail = office.store().mail("receipt:1").await.unwrap().unwrap();
        assert!(mail.error.is_some_and(|e| e.contains("no address")));
        for _ in 0..banso_store::ATTEMPTS {
            office.wait_seconds(7200);
            office.work_once().await.unwrap();
        }
        let counts = office.store().job_counts().await.unwrap();
        assert_eq!((counts.open, counts.given_up), (0, 1));
        // Once an hour it is tried again: the mail server may be back.
        for (seconds, tried) in [(0, true), (60, false), (3600, true)] {
            office.wait_seconds(seconds);
            office.sweep().await.unwrap();
            assert_eq!(office.work_once().await.unwrap(), tried, "{seconds}");
            assert_eq!(office.store().job_counts().await.unwrap().given_up, 1);
        }
        office.leave_given_up();
    }

    #[tokio::test]
    async fn the_worker_stops_when_told() {
        let office = TestOffice::new().await;
        queue(&office, "receipt:1", "a@banso.invalid").await;
        let worker = (*office).clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let working = tokio::spawn(async move {
            worker.work(async move { stopped.await.unwrap_or_default() }).await;
        });
        while office.store().job_counts().await.unwrap().open > 0 {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
        working.await.unwrap();
        assert_eq!(office.mails().len(), 1);
    }
}
