//! Notices on desks, mails in the outbox, and who looked at what.

use banso_kernel::{CaseId, Digest, Instant, NoticeId, OrganisationId, PersonId};

use crate::Store;
use crate::change::Change;
use crate::db::{Now, Row, args};
use crate::fault::Fault;
use crate::lists::{Listed, Page};

/// Whose desk a notice lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    Organisation(OrganisationId),
    Person(PersonId),
}

/// A notice about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewNotice {
    pub id: NoticeId,
    pub case: CaseId,
    pub desk: Desk,
    pub subject: String,
    pub body: String,
    /// A letter in the documents.
    pub document: Option<Digest>,
}

/// A notice as it lies on a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub notice: NewNotice,
    pub created_at: Instant,
    pub read_at: Option<Instant>,
}

/// A mail for the outbox. The same effect is one mail, however often it is queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMail {
    /// What the mail does, e.g. `receipt:<case>:1:<person>`.
    pub effect: String,
    pub recipient: String,
    pub subject: String,
    pub body: String,
}

/// A mail and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub mail: NewMail,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
    pub error: Option<String>,
}

/// Somebody looked at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccess {
    pub person: Option<PersonId>,
    pub action: String,
    pub resource: String,
    pub detail: String,
}

/// An entry of the access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub at: Instant,
    pub access: NewAccess,
}

impl Change {
    /// Lays a notice on a desk. The same id twice is one notice.
    #[must_use]
    pub fn notify(n: &NewNotice) -> Self {
        let (organisation, person) = match n.desk {
            Desk::Organisation(id) => (Some(id), None),
            Desk::Person(id) => (None, Some(id)),
        };
        Change::by(
            "INSERT INTO notices (id, case_id, organisation, person, subject, body, document, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
            args![n.id, n.case, organisation, person, &n.subject, &n.body, n.document, Now],
        )
    }

    #[must_use]
    pub fn mark_read(id: NoticeId) -> Self {
        Change::by("UPDATE notices SET read_at = $2 WHERE id = $1 AND read_at IS NULL", args![id, Now])
    }

    #[must_use]
    pub fn queue_mail(m: &NewMail) -> Self {
        Change::by(
            "INSERT INTO mails (effect, recipient, subject, body, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (effect) DO NOTHING",
            args![&m.effect, &m.recipient, &m.subject, &m.body, Now],
        )
    }

    #[must_use]
    pub fn mail_sent(effect: &str) -> Self {
        Change::by("UPDATE mails SET sent_at = $2, error = NULL WHERE effect = $1", args![effect, Now]).or_missing("mail")
    }

    #[must_use]
    pub fn mail_failed(effect: &str, error: &str) -> Self {
        Change::by("UPDATE mails SET error = $2 WHERE effect = $1", args![effect, error]).or_missing("mail")
    }

    /// Takes a mail back that was never sent.
    #[must_use]
    pub fn withdraw_mail(effect: &str) -> Self {
        Change::by("DELETE FROM mails WHERE effect = $1 AND sent_at IS NULL", args![effect])
    }

    #[must_use]
    pub fn log_access(a: &NewAccess) -> Self {
        // One writer at a time holds the ledger's lock, so the next number is free.
        Change::by(
            "INSERT INTO access_log (id, at, person, action, resource, detail) \
             SELECT COALESCE(MAX(id), 0) + 1, CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT) \
             FROM access_log",
            args![Now, a.person, &a.action, &a.resource, &a.detail],
        )
    }
}

impl TryFrom<&Row> for Notice {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let desk = match (row.opt_parse("organisation")?, row.opt_parse("person")?) {
            (Some(id), None) => Desk::Organisation(id),
            (None, Some(id)) => Desk::Person(id),
            (Some(_), Some(_)) | (None, None) => return Err(Fault::impossible("desk of a notice", row.text("id")?)),
        };
        let notice = NewNotice {
            id: row.parse("id")?,
            case: row.parse("case_id")?,
            desk,
            subject: row.text("subject")?,
            body: row.text("body")?,
            document: row.opt_parse("document")?,
        };
        Ok(Notice { notice, created_at: row.instant("created_at")?, read_at: row.opt_instant("read_at")? })
    }
}

impl TryFrom<&Row> for Mail {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let mail = NewMail {
            effect: row.text("effect")?,
            recipient: row.text("recipient")?,
            subject: row.text("subject")?,
            body: row.text("body")?,
        };
        let (created_at, sent_at) = (row.instant("created_at")?, row.opt_instant("sent_at")?);
        Ok(Mail { mail, created_at, sent_at, error: row.opt_text("error")? })
    }
}

impl TryFrom<&Row> for Access {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let access = NewAccess {
            person: row.opt_parse("person")?,
            action: row.text("action")?,
            resource: row.text("resource")?,
            detail: row.text("detail")?,
        };
        Ok(Access { at: row.instant("at")?, access })
    }
}

impl Store {
    /// What lies on somebody's own desk and on their organisation's, newest first.
    ///
    /// # Errors
    /// [`Fault`]s of the database, as every reading method here.
    pub async fn notices(&self, person: PersonId, organisation: Option<OrganisationId>, page: Page) -> Result<Listed<Notice>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM notices WHERE person = $1 OR organisation = $2 \
                   ORDER BY created_at DESC, id LIMIT $3 OFFSET $4";
        self.listed(sql, args![person, organisation], page).await
    }

    /// The notices of one case, oldest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn notices_of_case(&self, case: CaseId) -> Result<Vec<Notice>, Fault> {
        self.all("SELECT * FROM notices WHERE case_id = $1 ORDER BY created_at, id LIMIT 1000", args![case]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn notice(&self, id: NoticeId) -> Result<Option<Notice>, Fault> {
        self.one("SELECT * FROM notices WHERE id = $1", args![id]).await
    }

    /// The outbox, newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn mails(&self, page: Page) -> Result<Listed<Mail>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM mails ORDER BY created_at DESC, effect LIMIT $1 OFFSET $2";
        self.listed(sql, args![], page).await
    }

    /// The mails of a kind, newest first. The kind is what effects begin with, up to a colon.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn mails_of(&self, kind: &str, page: Page) -> Result<Listed<Mail>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM mails WHERE effect LIKE $1 ORDER BY created_at DESC, effect LIMIT $2 OFFSET $3";
        self.listed(sql, args![format!("{kind}:%")], page).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn mail(&self, effect: &str) -> Result<Option<Mail>, Fault> {
        self.one("SELECT * FROM mails WHERE effect = $1", args![effect]).await
    }

    /// How many mails of a kind were queued since an instant. The kind is what their effect begins with, up to a colon.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn mails_since(&self, kind: &str, since: Instant) -> Result<u64, Fault> {
        let sql = "SELECT COUNT(*) AS n FROM mails WHERE created_at >= $1 AND effect LIKE $2";
        match self.row(sql, args![since, format!("{kind}:%")]).await? {
            Some(row) => row.count("n"),
            None => Ok(0),
        }
    }

    /// Who looked at something, newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn accesses(&self, resource: &str, page: Page) -> Result<Listed<Access>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM access_log WHERE resource = $1 ORDER BY at DESC, id DESC LIMIT $2 OFFSET $3";
        self.listed(sql, args![resource], page).await
    }
}
