//! Applications before and beside their acts: sections with an optimistic version, consortium members, attached files.

use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, Instant, OrganisationId, PersonId};

use crate::Store;
use crate::batch::CommitError;
use crate::change::{Change, IfNone};
use crate::db::{Now, Row, args};
use crate::fault::Fault;

/// An application as it was started. It may have no act yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub case: CaseId,
    pub call: CallId,
    pub lead: OrganisationId,
    pub title: String,
    pub track: String,
    pub created_by: PersonId,
}

/// An application as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationRow {
    pub application: Application,
    pub created_at: Instant,
    /// Moves with every change of the draft: sections, members, attachments, title.
    pub revision: u64,
}

/// One side's answers in one section of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub section: String,
    /// Which member of the consortium fills it; 0 is the application as a whole.
    pub member: u32,
    /// 1 for the first save, then one more each.
    pub version: u64,
    /// JSON.
    pub answers: String,
    pub saved_by: PersonId,
    pub saved_at: Instant,
}

/// Answers about to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveSection {
    pub case: CaseId,
    pub section: String,
    pub member: u32,
    /// The version that was shown when editing began; 0 when there was none.
    pub based_on: u64,
    /// JSON.
    pub answers: String,
    pub by: PersonId,
}

/// A member of the consortium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// 1 for the lead, then one more each.
    pub member: u32,
    pub role: String,
    pub kind: String,
    pub name: String,
    pub corporate_number: Option<CorporateNumber>,
    /// Who accepted the invitation.
    pub organisation: Option<OrganisationId>,
    /// Digest of the token in the invitation. It is used up once somebody has accepted, who may open its link again.
    pub invitation: Option<Digest>,
    pub invited_email: Option<String>,
    pub accepted_at: Option<Instant>,
}

/// A document handed in for a place of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    pub slot: String,
    /// Whose it is; 0 is the application as a whole.
    pub member: u32,
    pub digest: Digest,
    pub file_name: String,
    pub media_type: String,
    pub bytes: u64,
    pub uploaded_by: PersonId,
    /// Stamped by the store when it is attached.
    pub uploaded_at: Instant,
}

fn touch(case: CaseId) -> Change {
    Change::by("UPDATE applications SET revision = revision + 1 WHERE case_id = $1", args![case]).or_missing("application")
}

impl Change {
    #[must_use]
    pub fn start_application(a: &Application) -> Self {
        Change::by(
            "INSERT INTO applications (case_id, call_id, lead, title, track, created_by, created_at, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
            args![a.case, &a.call, a.lead, &a.title, &a.track, a.created_by, Now],
        )
    }

    #[must_use]
    pub fn name_application(case: CaseId, title: &str, track: &str) -> Self {
        let sql = "UPDATE applications SET title = $2, track = $3, revision = revision + 1 WHERE case_id = $1";
        Change::by(sql, args![case, title, track]).or_missing("application")
    }

    /// Saves a section if nobody else did since; refused with the other's text otherwise.
    #[must_use]
    pub fn save_section(s: &SaveSection) -> Self {
        let save = if s.based_on == 0 {
            Change::by(
                "INSERT INTO draft_sections (case_id, section, member, version, answers, saved_by, saved_at) \
                 VALUES ($1, $2, $3, 1, $4, $5, $6) ON CONFLICT (case_id, section, member) DO NOTHING",
                args![s.case, &s.section, s.member, &s.answers, s.by, Now],
            )
        } else {
            Change::by(
                "UPDATE draft_sections SET version = version + 1, answers = $4, saved_by = $5, saved_at = $6 \
                 WHERE case_id = $1 AND section = $2 AND member = $3 AND version = $7",
                args![s.case, &s.section, s.member, &s.answers, s.by, Now, s.based_on],
            )
        };
        let saved = IfNone::SectionSaved { case: s.case, section: s.section.clone(), member: s.member };
        touch(s.case).then(save.or(saved))
    }

    /// Refuses the batch if the draft moved on since `revision` was read.
    #[must_use]
    pub fn draft_stands(case: CaseId, revision: u64) -> Self {
        // Writing what is there already takes the row's lock on PostgreSQL.
        let sql = "UPDATE applications SET revision = revision WHERE case_id = $1 AND revision = $2";
        Change::by(sql, args![case, revision]).or(IfNone::DraftMoved)
    }

    /// Writes a member as given, whether or not it was there.
    #[must_use]
    pub fn put_member(case: CaseId, member: &Member) -> Self {
        let Member { member, role, kind, name, corporate_number, organisation, invitation, invited_email, accepted_at } = member.clone();
        touch(case).then(Change::by(
            "INSERT INTO members (case_id, member, role, kind, name, corporate_number, organisation, invitation, invited_email, \
             accepted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (case_id, member) DO UPDATE SET \
             role = excluded.role, kind = excluded.kind, name = excluded.name, corporate_number = excluded.corporate_number, \
             organisation = excluded.organisation, invitation = excluded.invitation, invited_email = excluded.invited_email, \
             accepted_at = excluded.accepted_at",
            args![case, member, role, kind, name, corporate_number, organisation, invitation, invited_email, accepted_at],
        ))
    }

    /// Another organisation speaks for the case from now on, in every place of the one before: after a merger or another succession.
    #[must_use]
    pub fn succeed(case: CaseId, from: OrganisationId, to: OrganisationId) -> Self {
        let sql = "UPDATE applications SET lead = $3, revision = revision + 1 WHERE case_id = $1 AND lead = $2";
        let lead = Change::by(sql, args![case, from, to]).or_missing("application");
        let sql = "UPDATE members SET organisation = $3 WHERE case_id = $1 AND organisation = $2";
        lead.then(Change::by(sql, args![case, from, to]))
    }

    #[must_use]
    pub fn remove_member(case: CaseId, member: u32) -> Self {
        let sql = "DELETE FROM members WHERE case_id = $1 AND member = $2";
        touch(case).then(Change::by(sql, args![case, member]).or_missing("member"))
    }

    /// Empties the part of a member: what was saved for its number goes, its documents are taken out. For a number that somebody else had.
    #[must_use]
    pub fn empty_side(case: CaseId, member: u32) -> Self {
        let sections = Change::by("DELETE FROM draft_sections WHERE case_id = $1 AND member = $2", args![case, member]);
        let sql = "UPDATE attachments SET removed_at = $3 WHERE case_id = $1 AND member = $2 AND removed_at IS NULL";
        touch(case).then(sections).then(Change::by(sql, args![case, member, Now]))
    }

    /// Throws a draft away. One of which the ledger holds an act is refused as missing.
    #[must_use]
    pub fn discard_draft(case: CaseId) -> Self {
        let no_act =
            "UPDATE applications SET revision = revision + 1 WHERE case_id = $1 AND NOT EXISTS (SELECT 1 FROM cases WHERE id = $1)";
        Change::by(no_act, args![case])
            .or_missing("application")
            .then(Change::by("DELETE FROM attachments WHERE case_id = $1", args![case]))
            .then(Change::by("DELETE FROM members WHERE case_id = $1", args![case]))
            .then(Change::by("DELETE FROM draft_sections WHERE case_id = $1", args![case]))
            .then(Change::by("DELETE FROM applications WHERE case_id = $1", args![case]))
    }

    /// The invited side comes in. The token is used up, a second use is refused as missing; its digest stays with the member, who may
    /// open the link again.
    #[must_use]
    pub fn accept_invitation(token: Digest, organisation: OrganisationId) -> Self {
        let sql = "UPDATE applications SET revision = revision + 1 \
                   WHERE case_id IN (SELECT case_id FROM members WHERE invitation = $1 AND organisation IS NULL)";
        let moved = Change::by(sql, args![token]).or_missing("invitation");
        let sql = "UPDATE members SET organisation = $2, accepted_at = $3 WHERE invitation = $1 AND organisation IS NULL";
        moved.then(Change::by(sql, args![token, organisation, Now]).or_missing("invitation"))
    }

    /// The document is on the disk already; this says what it was handed in for.
    #[must_use]
    pub fn attach(case: CaseId, a: &Attachment) -> Self {
        touch(case).then(Change::by(
            "INSERT INTO attachments (case_id, slot, member, digest, file_name, media_type, bytes, uploaded_by, uploaded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (case_id, slot, member, digest) DO UPDATE SET \
             file_name = excluded.file_name, media_type = excluded.media_type, uploaded_by = excluded.uploaded_by, \
             uploaded_at = excluded.uploaded_at, removed_at = NULL",
            args![case, &a.slot, a.member, a.digest, &a.file_name, &a.media_type, a.bytes, a.uploaded_by, Now],
        ))
    }

    /// Takes a document out of the form. It stays on the disk: an act may name it.
    #[must_use]
    pub fn detach(case: CaseId, slot: &str, member: u32, digest: Digest) -> Self {
        let sql = "UPDATE attachments SET removed_at = $5 \
                   WHERE case_id = $1 AND slot = $2 AND member = $3 AND digest = $4 AND removed_at IS NULL";
        touch(case).then(Change::by(sql, args![case, slot, member, digest, Now]).or_missing("document"))
    }
}

impl TryFrom<&Row> for ApplicationRow {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        let application = Application {
            case: row.parse("case_id")?,
            call: row.parse("call_id")?,
            lead: row.parse("lead")?,
            title: row.text("title")?,
            track: row.text("track")?,
            created_by: row.parse("created_by")?,
        };
        Ok(ApplicationRow { application, created_at: row.instant("created_at")?, revision: row.count("revision")? })
    }
}

impl TryFrom<&Row> for Section {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Section {
            section: row.text("section")?,
            member: row.count("member")?,
            version: row.count("version")?,
            answers: row.text("answers")?,
            saved_by: row.parse("saved_by")?,
            saved_at: row.instant("saved_at")?,
        })
    }
}

impl TryFrom<&Row> for Member {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Member {
            member: row.count("member")?,
            role: row.text("role")?,
            kind: row.text("kind")?,
            name: row.text("name")?,
            corporate_number: row.opt_parse("corporate_number")?,
            organisation: row.opt_parse("organisation")?,
            invitation: row.opt_parse("invitation")?,
            invited_email: row.opt_text("invited_email")?,
            accepted_at: row.opt_instant("accepted_at")?,
        })
    }
}

impl TryFrom<&Row> for Attachment {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Attachment {
            slot: row.text("slot")?,
            member: row.count("member")?,
            digest: row.parse("digest")?,
            file_name: row.text("file_name")?,
            media_type: row.text("media_type")?,
            bytes: row.count("bytes")?,
            uploaded_by: row.parse("uploaded_by")?,
            uploaded_at: row.instant("uploaded_at")?,
        })
    }
}

const SECTION: &str = "SELECT section, member, version, answers, saved_by, saved_at FROM draft_sections \
                       WHERE case_id = $1 AND section = $2 AND member = $3";

impl Store {
    /// # Errors
    /// [`Fault`]s of the database, as every reading method here.
    pub async fn application(&self, case: CaseId) -> Result<Option<ApplicationRow>, Fault> {
        self.one("SELECT * FROM applications WHERE case_id = $1", args![case]).await
    }

    /// Applications of a call that were started by an instant and are not handed in now, in the order of their ids, after the one given;
    /// what was taken back is not handed in. For the worker, which tells only their own people.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn unsubmitted(
        &self,
        call: &CallId,
        started_by: Instant,
        after: Option<CaseId>,
        most: u32,
    ) -> Result<Vec<ApplicationRow>, Fault> {
        let sql = "SELECT a.* FROM applications a LEFT JOIN cases c ON c.id = a.case_id WHERE a.call_id = $1 AND a.created_at <= $2 \
                   AND a.case_id > $3 AND (c.id IS NULL OR c.state = 'submission_withdrawn') ORDER BY a.case_id LIMIT $4";
        let after = after.map_or_else(String::new, |case| case.to_string());
        self.all(sql, args![call, started_by, after, most]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn section(&self, case: CaseId, section: &str, member: u32) -> Result<Option<Section>, Fault> {
        self.one(SECTION, args![case, section, member]).await
    }

    /// Every saved section of an application.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn sections(&self, case: CaseId) -> Result<Vec<Section>, Fault> {
        self.all("SELECT * FROM draft_sections WHERE case_id = $1 ORDER BY section, member", args![case]).await
    }

    /// Saves a section; its new version. Saving the very same text again, as after a lost answer, is no conflict.
    ///
    /// # Errors
    /// [`CommitError::SectionSaved`] with the other's text.
    pub async fn save_section(&self, save: SaveSection) -> Result<u64, CommitError> {
        match self.change(Change::save_section(&save)).await {
            Ok(()) => Ok(save.based_on.saturating_add(1)),
            Err(CommitError::SectionSaved(theirs)) if theirs.answers == save.answers => Ok(theirs.version),
            Err(other) => Err(other),
        }
    }

    /// The consortium, the lead first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn members(&self, case: CaseId) -> Result<Vec<Member>, Fault> {
        self.all("SELECT * FROM members WHERE case_id = $1 ORDER BY member", args![case]).await
    }

    /// The application and the member that an invitation is for, or was for: a member with an organisation has come in by it.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn invitation(&self, token: Digest) -> Result<Option<(CaseId, Member)>, Fault> {
        let Some(row) = self.row("SELECT * FROM members WHERE invitation = $1", args![token]).await? else { return Ok(None) };
        Ok(Some((row.parse("case_id")?, Member::try_from(&row)?)))
    }

    /// The documents that are in the form now.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn attachments(&self, case: CaseId) -> Result<Vec<Attachment>, Fault> {
        let sql = "SELECT * FROM attachments WHERE case_id = $1 AND removed_at IS NULL ORDER BY slot, member, uploaded_at, digest";
        self.all(sql, args![case]).await
    }

    /// The bytes of all documents that were ever in the form; one that is there twice counts once.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn attached_bytes(&self, case: CaseId) -> Result<u64, Fault> {
        let sql = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS n \
                   FROM (SELECT digest, MAX(bytes) AS bytes FROM attachments WHERE case_id = $1 GROUP BY digest) AS files";
        match self.row(sql, args![case]).await? {
            Some(row) => row.count("n"),
            None => Ok(0),
        }
    }

    /// A document of a case by its digest, in the form or taken out of it.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn attachment(&self, case: CaseId, digest: Digest) -> Result<Option<Attachment>, Fault> {
        let sql = "SELECT * FROM attachments WHERE case_id = $1 AND digest = $2 ORDER BY slot, member LIMIT 1";
        self.one(sql, args![case, digest]).await
    }
}
