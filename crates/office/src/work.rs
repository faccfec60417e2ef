//! Work that follows from acts: taken from the store one by one, done, and done again if the server died half-way. Every effect may
//! happen twice without harm: a mail is one file however often it is written, a letter is the same bytes under the same digest.
//!
//! To add a kind of work: a variant of [`Work`], and an arm in [`Office::carry_out`] that calls the function doing it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use banso_kernel::JobId;
use banso_store::{Change, Job, NewJob, NewMail};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::mail::Outgoing;
use crate::{Office, OfficeError};

/// How long the worker sleeps when there is nothing to do and nobody wakes it.
const IDLE: Duration = Duration::from_secs(5);
/// How often ended sessions are swept out.
const SWEEP_EVERY: u32 = 360;

/// A piece of work, as its job's payload holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "kebab-case")]
pub(crate) enum Work {
    /// Hand a mail over that stands in the store under this effect.
    Mail { effect: String },
}

impl Work {
    const fn kind(&self) -> &'static str {
        match self {
            Work::Mail { .. } => "mail",
        }
    }

    /// What it brings about: the same effect is one job.
    fn effect(&self) -> String {
        match self {
            Work::Mail { effect } => format!("mail:{effect}"),
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
        Ok((Change::queue_mail(&mail), self.job(&Work::Mail { effect: effect.to_owned() })?))
    }

    /// Wakes the worker: something was queued.
    pub(crate) fn ring(&self) {
        self.bell().rung.notify_one();
    }

    /// Works until `stop` comes true; a piece of work that was begun is finished first.
    pub async fn work(&self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut idle = 0_u32;
        loop {
            if stop.as_mut().now_or_never().is_some() {
                return;
            }
            let worked = match self.work_once().await {
                Ok(worked) => worked,
                // Logged where it became an error; the database may come back.
                Err(_) => false,
            };
            if worked {
                continue;
            }
            if idle % SWEEP_EVERY == 0 {
                let _logged = self.sweep().await;
            }
            idle = idle.wrapping_add(1);
            tokio::select! {
                () = stop.as_mut() => return,
                () = self.bell().rung.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }

    /// Does the next piece of work that is due. False when there is none.
    ///
    /// # Errors
    /// Storage; a piece of work that fails is put off, not an error.
    pub async fn work_once(&self) -> Result<bool, OfficeError> {
        let Some(job) = self.store().claim_next(self.now()).await? else { return Ok(false) };
        match self.carry_out(&job).await {
            Ok(()) => self.store().finish(&job).await?,
            Err(error) => {
                tracing::warn!(effect = %job.effect, attempt = job.attempts, %error, "work was put off");
                self.store().fail(&job, &error.to_string(), self.now()).await?;
            }
        }
        Ok(true)
    }

    async fn carry_out(&self, job: &Job) -> Result<(), OfficeError> {
        let work: Work = serde_json::from_str(&job.payload).map_err(|e| OfficeError::fault(format!("job `{}`: {e}", job.effect)))?;
        match work {
            Work::Mail { effect } => self.send_mail(&effect).await,
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
                Err(OfficeError::Busy(banso_kernel::LocalText::new("メールを送信できませんでした。", error.to_string())))
            }
        }
    }
}
