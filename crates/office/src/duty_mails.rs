//! Reminders of what is due after the decision, which escalate: thirty and seven days before and on the day to the holder; when it has
//! passed to the office too, and a month later to the directors. A day on which offices rest passes its reminder on to the next open one.
//!
//! One job a day and call; done twice, the same case, duty, day and person are one mail.

use std::collections::BTreeMap;

use banso_execution::duties::Deadline;
use banso_kernel::{CallId, ClosedDays, Day, LocalText, PersonId};
use banso_permits::{Action, Role};
use banso_store::{Account, Batch, NewMail};

use crate::execution::Granted;
use crate::letters::{reachable, reader};
use crate::work::Work;
use crate::{Office, OfficeError};

/// Who hears of it, besides the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Holder,
    Office,
    Directors,
}

/// Days from the due day, and who hears of it.
const STAGES: [(i32, Reach); 5] =
    [(-30, Reach::Holder), (-7, Reach::Holder), (0, Reach::Holder), (1, Reach::Office), (30, Reach::Directors)];
/// A reminder that could not be made within so many days is not made any more.
const FRESH_DAYS: i64 = 6;
/// Cases in one commit.
const BATCH: usize = 50;

/// The stage that a duty is at today, if one was reached lately.
fn stage(due: Day, today: Day) -> Option<(i32, Reach)> {
    let reached = |(days, _): &&(i32, Reach)| {
        let on = due.plus_days(*days).or_next_open(ClosedDays::Office);
        on <= today && on.days_until(today) < FRESH_DAYS
    };
    STAGES.iter().rev().find(reached).copied()
}

impl Office {
    /// Queues today's round of every call that says something of the time after the decision. Queued before, it is the same job.
    ///
    /// # Errors
    /// Storage.
    pub async fn queue_duty_reminders(&self) -> Result<(), OfficeError> {
        let day = self.now().day();
        let after = |c: &crate::PublishedCall| c.current().is_some_and(|e| e.execution().is_some());
        for call in self.calls().into_iter().filter(after) {
            let job = self.job(&Work::RemindDuties { call: call.call.clone(), day })?;
            self.append(Batch::default().and_job(job)).await?;
        }
        Ok(())
    }

    /// Makes the reminders of a call that are due on a day.
    pub(crate) async fn remind_duties(&self, call: &CallId, day: Day) -> Result<(), OfficeError> {
        let permit = self.may_call(&reader(), Action::Audit, call)?;
        let granted = self.granted_within(&permit).await?;
        for some in granted.chunks(BATCH) {
            let mut batch = Batch::default();
            for case in some {
                for deadline in case.unmet() {
                    if let Some((stage, reach)) = stage(deadline.due, day) {
                        batch = self.remind_of_duty(batch, case, &deadline, (stage, reach)).await?;
                    }
                }
            }
            if !batch.jobs.is_empty() {
                self.append(batch).await?;
            }
        }
        Ok(())
    }

    async fn remind_of_duty(
        &self,
        mut batch: Batch,
        case: &Granted,
        duty: &Deadline,
        (stage, reach): (i32, Reach),
    ) -> Result<Batch, OfficeError> {
        let (subject, body) = (subject(case, duty, stage), body(case, duty, stage));
        for account in self.hearers(case, reach).await? {
            let effect = format!("duty:{}:{}:{}:{}:{stage}:{}", case.id, duty.kind.code(), duty.nth, duty.due, account.id);
            // What stands in the store under this effect was made already.
            if self.store().mail(&effect).await?.is_some() {
                continue;
            }
            let mail = NewMail { effect, recipient: account.email, subject: subject.clone(), body: body.clone() };
            let (mail, job) = self.mail_to(&mail.effect, &mail.recipient, &mail.subject, &mail.body)?;
            batch = batch.and_change(mail).and_job(job);
        }
        Ok(batch)
    }

    async fn hearers(&self, case: &Granted, reach: Reach) -> Result<Vec<Account>, OfficeError> {
        let mut found: BTreeMap<PersonId, Account> = BTreeMap::new();
        for desk in self.desks_of(case.id).await? {
            let accounts = self.store().accounts_of(desk).await?;
            found.extend(accounts.into_iter().filter(|a| a.roles.contains(&Role::Applicant)).map(|a| (a.id, a)));
        }
        let roles: &[Role] = match reach {
            Reach::Holder => &[],
            Reach::Office => &[Role::Officer],
            Reach::Directors => &[Role::Officer, Role::Director],
        };
        for role in roles {
            found.extend(self.store().accounts_with(*role).await?.into_iter().map(|a| (a.id, a)));
        }
        Ok(found.into_values().filter(reachable).collect())
    }
}

/// How it stands, in words.
fn when(stage: i32) -> LocalText {
    match stage {
        i32::MIN..=-1 => LocalText::new(format!("期限まで{}日", -stage), format!("due within {} days", -stage)),
        0 => LocalText::new("本日が期限", "due today"),
        1..=i32::MAX => LocalText::new("期限切れ", "overdue"),
    }
}

fn subject(case: &Granted, duty: &Deadline, stage: i32) -> String {
    let (what, when) = (duty.label(), when(stage));
    let en = |t: LocalText| t.en.unwrap_or(t.ja);
    format!("【{}】{}（{}） / {}: {}", when.ja.clone(), what.ja.clone(), case.case.submission.paper.receipt_number, en(what), en(when))
}

fn body(case: &Granted, duty: &Deadline, stage: i32) -> String {
    let (paper, what, when) = (&case.case.submission.paper, duty.label(), when(stage));
    let en = |t: &LocalText| t.en.clone().unwrap_or_else(|| t.ja.clone());
    let urge = if stage > 0 {
        "期限を過ぎています。速やかに手続をしてください。事務局にも同じお知らせを送っています。"
    } else {
        "期限までに手続をしてください。既に手続を終えているときは、このお知らせへの対応は不要です。"
    };
    let urge_en = if stage > 0 { "It is overdue; the office was told too." } else { "Nothing needs to be done if it is done already." };
    format!(
        "「{}」（受付番号 {}）\n\n{}\n期限：{}（{}）\n根拠：{}\n\n{urge}\n手続は、Bansoの「補助事業」のページから行えます。\n\n{}\nDue: {} ({}). {urge_en}\n",
        paper.title,
        paper.receipt_number,
        what.ja,
        duty.due.wareki(),
        when.ja,
        duty.clause,
        en(&what),
        duty.due,
        en(&when),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reminders_grow_louder_and_wait_for_open_days() {
        let day = |t: &str| Day::parse(t).unwrap();
        // Tuesday 30 June 2026; thirty days before is a Sunday, seven a Tuesday.
        for (today, expect) in [
            ("2026-05-29", None),
            ("2026-05-31", None),
            ("2026-06-01", Some((-30, Reach::Holder))),
            ("2026-06-06", Some((-30, Reach::Holder))),
            ("2026-06-07", None),
            ("2026-06-23", Some((-7, Reach::Holder))),
            ("2026-06-30", Some((0, Reach::Holder))),
            ("2026-07-01", Some((1, Reach::Office))),
            ("2026-07-06", Some((1, Reach::Office))),
            ("2026-07-07", None),
            ("2026-07-30", Some((30, Reach::Directors))),
            ("2026-09-01", None),
        ] {
            assert_eq!(stage(day("2026-06-30"), day(today)), expect, "{today}");
        }
    }
}
