//! The outbox: what was mailed to whom, what waits, what could not be handed over.

use banso_kernel::Instant;
use banso_permits::{Action, Person, Resource};
use banso_store::Page;

use crate::{Office, OfficeError};

/// Rows of one page of the outbox.
const MAILS_PAGE: u32 = 50;

banso_kernel::coded! {
    /// What a mail is about, by what its effect begins with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum MailKind {
        /// A letter to the parties.
        Letter = "letter", "申請者への通知", "letter to the parties";
        /// A notice for the office or a reviewer.
        Notice = "notice", "事務局・審査員への通知", "notice to the office or a reviewer";
        /// That a call closes soon.
        ClosingReminder = "reminder", "締切のお知らせ", "reminder that a call closes";
        /// That something after the decision is due, or overdue.
        DutyReminder = "duty", "手続の期限のお知らせ・催促", "reminder of what is due";
        Invitation = "invitation", "招待", "invitation";
    }
}

impl MailKind {
    /// The kind of an effect, which begins with its code.
    fn of(effect: &str) -> Option<MailKind> {
        MailKind::parse(effect.split(':').next().unwrap_or_default())
    }
}

/// A page of the outbox, newest first.
#[derive(Debug, Clone)]
pub struct MailPage {
    /// The kind that was asked for; all without one.
    pub kind: Option<MailKind>,
    pub mails: Vec<SentMail>,
    pub total: u64,
    /// From 0.
    pub page: u32,
    pub pages: u32,
}

/// A mail and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMail {
    /// `None` for what no desk sends any more.
    pub kind: Option<MailKind>,
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

impl Office {
    /// A page of the outbox, of one kind or of all.
    ///
    /// # Errors
    /// Forbidden to whoever has no desk in the office.
    pub async fn outbox(&self, person: &Person, kind: Option<MailKind>, page: u32) -> Result<MailPage, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let asked = Page::new(page, MAILS_PAGE);
        let listed = match kind {
            Some(kind) => self.store().mails_of(kind.code(), asked).await?,
            None => self.store().mails(asked).await?,
        };
        let mail = |m: banso_store::Mail| SentMail {
            kind: MailKind::of(&m.mail.effect),
            recipient: m.mail.recipient,
            subject: m.mail.subject,
            body: m.mail.body,
            created_at: m.created_at,
            sent_at: m.sent_at,
            error: m.error,
        };
        let pages = u32::try_from(listed.total.div_ceil(u64::from(MAILS_PAGE))).unwrap_or(u32::MAX).max(1);
        Ok(MailPage { kind, mails: listed.rows.into_iter().map(mail).collect(), total: listed.total, page, pages })
    }
}
