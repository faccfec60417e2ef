//! Reminders before a call closes: seven, three and one day before, everybody who takes part in an application that is not handed in is
//! told, once each. A round of the worker queues one job for each such day; the job writes the mails. Both may happen twice: the same
//! call, closing, day and person is one mail.

use std::collections::BTreeMap;

use banso_guideline::Edition;
use banso_kernel::{CallId, Instant};
use banso_permits::Role;
use banso_store::{Account, ApplicationRow, Batch, NewMail};

use crate::letters::reachable;
use crate::work::Work;
use crate::{Office, OfficeError};

/// Days before the closing instant on which people are reminded.
const DAYS: [u32; 3] = [7, 3, 1];
const DAY_SECONDS: i64 = 86_400;
/// A reminder that could not be sent within so many seconds is not sent any more: the next one follows.
const FRESH: i64 = DAY_SECONDS;
/// Applications in one commit.
const BATCH: u32 = 100;

/// The moment from which on people are reminded that so many days are left.
fn due_at(closes: Instant, days: u32) -> Instant {
    closes.plus_seconds(-i64::from(days) * DAY_SECONDS)
}

/// How many days' reminder is due now, if one is.
fn due(closes: Instant, now: Instant) -> Option<u32> {
    let is_due = |days: &u32| {
        let at = due_at(closes, *days);
        at <= now && now < at.plus_seconds(FRESH) && now < closes
    };
    DAYS.into_iter().find(is_due)
}

impl Office {
    /// Queues the reminders that are due now. Queued before, it is the same job.
    pub(crate) async fn queue_reminders(&self) -> Result<(), OfficeError> {
        let now = self.now();
        for call in self.calls() {
            let Some(closes) = call.current().map(|e| e.meta().closes) else { continue };
            if let Some(days) = due(closes, now) {
                let job = self.job(&Work::Remind { call: call.call, closes, days })?;
                self.append(Batch::default().and_job(job)).await?;
            }
        }
        Ok(())
    }

    /// Reminds everybody whose application was started when the reminder became due and is not handed in.
    pub(crate) async fn remind(&self, call: &CallId, closes: Instant, days: u32) -> Result<(), OfficeError> {
        let edition = self.edition_in_force(call)?;
        // A call that was amended meanwhile closes later, and has reminders of its own; one that has closed needs none.
        if edition.meta().closes != closes || self.now() > closes {
            return Ok(());
        }
        let mut after = None;
        loop {
            let drafts = self.store().unsubmitted(call, due_at(closes, days), after, BATCH).await?;
            let Some(last) = drafts.last() else { return Ok(()) };
            after = Some(last.application.case);
            let mut batch = Batch::default();
            for draft in &drafts {
                batch = self.remind_of(batch, draft, &edition, days).await?;
            }
            self.append(batch).await?;
        }
    }

    async fn remind_of(&self, mut batch: Batch, draft: &ApplicationRow, edition: &Edition, days: u32) -> Result<Batch, OfficeError> {
        let (case, closes) = (draft.application.case, edition.meta().closes);
        let (subject, body) = (subject(days), body(edition, &draft.application.title, days));
        for account in self.takers_of(draft).await? {
            let effect = format!("reminder:{case}:{}:{days}:{}", closes.micros(), account.id);
            let mail = NewMail { effect, recipient: account.email, subject: subject.clone(), body: body.clone() };
            let (mail, job) = self.mail_until(closes, &mail)?;
            batch = batch.and_change(mail).and_job(job);
        }
        Ok(batch)
    }

    /// The applicants of all organisations that take part, each once.
    async fn takers_of(&self, draft: &ApplicationRow) -> Result<Vec<Account>, OfficeError> {
        let mut found = BTreeMap::new();
        for organisation in self.desks_of(draft.application.case).await? {
            let accounts = self.store().accounts_of(organisation).await?;
            let applicants = accounts.into_iter().filter(|a| a.roles.contains(&Role::Applicant) && reachable(a));
            found.extend(applicants.map(|a| (a.id, a)));
        }
        Ok(found.into_values().collect())
    }
}

fn subject(days: u32) -> String {
    let (ja, en) = left(days);
    format!("公募の締切が{ja}に迫っています（未提出の申請があります） / The call closes {en}")
}

/// How long there is, in Japanese and English.
fn left(days: u32) -> (String, String) {
    match days {
        1 => ("24時間以内".to_owned(), "within 24 hours".to_owned()),
        days => (format!("{days}日以内"), format!("within {days} days")),
    }
}

fn body(edition: &Edition, title: &str, days: u32) -> String {
    let meta = edition.meta();
    let (ja, en) = left(days);
    let english = |text: &banso_kernel::LocalText| text.en.clone().unwrap_or_else(|| text.ja.clone());
    format!(
        "{} {}\n「{title}」\n\nこの申請は、まだ提出されていません。受付の締切（{}）まで{ja}となりました。\n\
         締切までに記録されなかった提出は、受け付けられません。早めに「入力内容の確認」で不足を確かめ、提出してください。\n\
         提出しないときは、このメールへの対応は不要です。\n\n\
         {}, {}\n\"{title}\"\n\n\
         This application is not handed in yet. The call closes {en}: at {} (Japan time).\n\
         What is not recorded by then is not accepted. Check your answers and hand it in in good time.\n\
         If you do not mean to hand it in, nothing needs to be done.\n\n{}\n",
        meta.programme.ja,
        meta.call_name.ja,
        meta.closes.wareki(),
        english(&meta.programme),
        english(&meta.call_name),
        meta.closes,
        meta.office
    )
}

#[cfg(test)]
mod tests {
    use banso_kernel::{CaseId, OrganisationId};
    use banso_permits::Person;
    use banso_store::{Application, Change, Member};

    use super::*;
    use crate::ProgrammeFile;
    use crate::testing::TestOffice;
    use crate::testing::cases::{self, PROGRAMME};

    const CLOSES: &str = "2025-06-20T17:00:00+09:00";

    #[test]
    fn a_reminder_is_due_for_a_day_and_before_the_closing() {
        let closes = Instant::parse(CLOSES).unwrap();
        for (now, expect) in [
            ("2025-06-01T12:00:00+09:00", None),
            ("2025-06-13T16:59:59+09:00", None),
            ("2025-06-13T17:00:00+09:00", Some(7)),
            ("2025-06-14T16:59:59+09:00", Some(7)),
            ("2025-06-14T17:00:00+09:00", None),
            ("2025-06-17T17:00:00+09:00", Some(3)),
            ("2025-06-18T17:00:00+09:00", None),
            ("2025-06-19T17:00:00+09:00", Some(1)),
            ("2025-06-20T16:59:59+09:00", Some(1)),
            ("2025-06-20T17:00:00+09:00", None),
            ("2025-06-21T00:00:00+09:00", None),
        ] {
            assert_eq!(due(closes, Instant::parse(now).unwrap()), expect, "{now}");
        }
    }

    struct Scene {
        office: TestOffice,
        call: CallId,
        lead: Person,
        partner: OrganisationId,
    }

    /// A call with two firms: one leads, one is a partner; each has an applicant, one also somebody who does not apply.
    async fn scene() -> Scene {
        let office = TestOffice::new().await;
        let call = office.published().await;
        let firm = office.organisation("架空精機株式会社", "sme").await;
        let partner = office.organisation("架空工業大学", "university").await;
        let lead = office.somebody("lead", &[Role::Applicant], Some(firm)).await;
        office.somebody("partner", &[Role::Applicant], Some(partner)).await;
        office.somebody("professor", &[Role::Reviewer], Some(partner)).await;
        office.run_jobs().await;
        Scene { office, call, lead, partner }
    }

    impl Scene {
        /// An application of both that is not handed in.
        async fn draft(&self, title: &str) -> CaseId {
            let case = CaseId::new(self.office.new_uuid());
            let lead = self.lead.organisation.unwrap();
            let application = Application {
                case,
                call: self.call.clone(),
                lead,
                title: title.to_owned(),
                track: "通常枠".to_owned(),
                created_by: self.lead.id,
            };
            let member = |member, organisation, email: Option<&str>| Member {
                member,
                role: String::new(),
                kind: String::new(),
                name: String::new(),
                corporate_number: None,
                organisation,
                invitation: None,
                invited_email: email.map(str::to_owned),
                accepted_at: None,
            };
            let members =
                [member(1, Some(lead), None), member(2, Some(self.partner), None), member(3, None, Some("invited@banso.invalid"))];
            let changes = members.iter().map(|m| Change::put_member(case, m));
            self.office
                .append(Batch::changes([Change::start_application(&application)].into_iter().chain(changes).collect()))
                .await
                .unwrap();
            case
        }

        /// A round of the worker at this moment; how many mails there are then.
        async fn at(&self, now: &str) -> usize {
            self.office.clock.set(Instant::parse(now).unwrap());
            self.office.queue_reminders().await.unwrap();
            self.office.run_jobs().await;
            self.office.mails().len()
        }
    }

    #[tokio::test]
    async fn everybody_of_a_draft_is_reminded_three_times_and_once_each() {
        let s = scene().await;
        s.draft("切削工程の短縮").await;
        for (now, mails) in [
            ("2025-06-12T17:00:00+09:00", 0),
            ("2025-06-13T17:05:00+09:00", 2),
            ("2025-06-13T17:35:00+09:00", 2),
            ("2025-06-16T12:00:00+09:00", 2),
            ("2025-06-17T23:00:00+09:00", 4),
            ("2025-06-18T01:00:00+09:00", 4),
            ("2025-06-20T16:00:00+09:00", 6),
            ("2025-06-20T17:00:01+09:00", 6),
            ("2025-06-25T17:00:00+09:00", 6),
        ] {
            assert_eq!(s.at(now).await, mails, "{now}");
        }
        let sent = s.office.store().mails(banso_store::Page::first(10)).await.unwrap().rows;
        let mut to: Vec<&str> = sent.iter().map(|m| m.mail.recipient.as_str()).collect();
        to.sort_unstable();
        to.dedup();
        assert_eq!(to, ["lead@banso.invalid", "partner@banso.invalid"]);
        let mail = &sent[0].mail;
        for piece in
            ["「切削工程の短縮」", "まだ提出されていません", "令和7年6月20日", "24時間以内", "2025-06-20 17:00:00", "is not handed in yet"]
        {
            assert!(mail.body.contains(piece), "{piece}: {}", mail.body);
        }
        assert!(mail.subject.contains("締切") && mail.subject.contains("The call closes within 24 hours"), "{}", mail.subject);
    }

    #[tokio::test]
    async fn who_has_handed_in_or_begins_after_the_day_is_left_alone() {
        let s = scene().await;
        let handed_in = s.office.handed_in(&s.call, &s.lead, "提出済み").await;
        assert_eq!(s.at("2025-06-13T18:00:00+09:00").await, 0);
        s.draft("あとから").await;
        assert_eq!(s.at("2025-06-13T19:00:00+09:00").await, 0, "begun after the reminder was due");
        // What was taken back is not handed in.
        let press = banso_kernel::RequestId::new(s.office.new_uuid());
        s.office.take_back(&s.lead, handed_in, "直して出し直します。", press).await.unwrap();
        s.office.run_jobs().await;
        let told = s.office.mails().len();
        assert_eq!(s.at("2025-06-17T18:00:00+09:00").await - told, 3, "two of the draft, one of what was taken back");
    }

    #[tokio::test]
    async fn a_crash_loses_no_reminder_and_sends_none_twice() {
        let s = scene().await;
        for n in 0..3 {
            s.draft(&format!("架空{n}")).await;
        }
        s.office.clock.set(Instant::parse("2025-06-13T18:00:00+09:00").unwrap());
        s.office.queue_reminders().await.unwrap();
        // The server dies after the mails were written, before the job was ended: first with all of them unsent, then with some sent.
        let job = s.office.store().claim_next(s.office.now()).await.unwrap().unwrap();
        s.office.carry_out(&job).await.unwrap();
        assert_eq!(s.office.mails().len(), 0);
        assert!(s.office.work_once().await.unwrap());
        assert_eq!(s.office.mails().len(), 1);
        s.office.wait_seconds(3600);
        s.office.queue_reminders().await.unwrap();
        s.office.run_jobs().await;
        assert_eq!(s.office.mails().len(), 6);
        let jobs = s.office.store().job_counts().await.unwrap();
        assert_eq!((jobs.open, jobs.done), (0, 7), "one that reminds, six that mail");
    }

    #[tokio::test]
    async fn what_could_not_be_sent_before_the_closing_is_withdrawn() {
        let s = scene().await;
        s.draft("切削工程の短縮").await;
        s.office.clock.set(Instant::parse("2025-06-19T18:00:00+09:00").unwrap());
        s.office.queue_reminders().await.unwrap();
        assert!(s.office.work_once().await.unwrap());
        assert_eq!(s.office.store().mails(banso_store::Page::first(10)).await.unwrap().total, 2);
        assert_eq!(s.at("2025-06-20T17:00:01+09:00").await, 0);
        assert_eq!(s.office.store().mails(banso_store::Page::first(10)).await.unwrap().total, 0);
    }

    #[tokio::test]
    async fn a_closing_that_was_moved_has_reminders_of_its_own() {
        let s = scene().await;
        s.draft("切削工程の短縮").await;
        assert_eq!(s.at("2025-06-13T18:00:00+09:00").await, 2);
        s.office.clock.set(Instant::parse("2025-06-17T18:00:00+09:00").unwrap());
        s.office.queue_reminders().await.unwrap();
        let text = cases::programme().replace("第1回・第1版", "第1回・第2版").replace("2025-06-20T17:00+09:00", "2025-06-30T17:00+09:00");
        let file = ProgrammeFile { path: PROGRAMME.replace(".md", ".2.md"), text };
        s.office.load_programmes(&[file], &cases::words()).await.unwrap();
        s.office.run_jobs().await;
        assert_eq!(s.office.mails().len(), 2, "what was queued for the earlier closing is not sent");
        for (now, mails) in [("2025-06-20T16:00:00+09:00", 2), ("2025-06-23T17:00:00+09:00", 4), ("2025-06-27T17:00:00+09:00", 6)] {
            assert_eq!(s.at(now).await, mails, "{now}");
        }
    }
}
