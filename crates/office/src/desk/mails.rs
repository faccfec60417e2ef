//! The outbox: what was mailed to whom, what waits, what could not be handed over.

use banso_kernel::Instant;
use banso_permits::{Action, Person, Resource};
use banso_store::Page;

use crate::{Office, OfficeError};

/// Rows of one page of the outbox.
const MAILS_PAGE: u32 = 50;

/// A page of the outbox, newest first.
#[derive(Debug, Clone)]
pub struct MailPage {
    pub mails: Vec<SentMail>,
    pub total: u64,
    /// From 0.
    pub page: u32,
    pub pages: u32,
}

/// A mail and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMail {
    pub recipient: String,
    pub subject: String,
    pub body: String,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
    /// Why the last attempt failed.
    pub error: Option<String>,
}

impl Office {
    /// A page of the outbox.
    ///
    /// # Errors
    /// Forbidden to whoever has no desk in the office.
    pub async fn outbox(&self, person: &Person, page: u32) -> Result<MailPage, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let listed = self.store().mails(Page::new(page, MAILS_PAGE)).await?;
        let mail = |m: banso_store::Mail| SentMail {
            recipient: m.mail.recipient,
            subject: m.mail.subject,
            body: m.mail.body,
            created_at: m.created_at,
            sent_at: m.sent_at,
            error: m.error,
        };
        let pages = u32::try_from(listed.total.div_ceil(u64::from(MAILS_PAGE))).unwrap_or(u32::MAX).max(1);
        Ok(MailPage { mails: listed.rows.into_iter().map(mail).collect(), total: listed.total, page, pages })
    }
}
