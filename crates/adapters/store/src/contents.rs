//! Texts under their digest (answers as submitted, comments), plans, editions of guidelines, reviewers' drafts. Erasable, beside the acts.

use banso_grant::ReadWith;
use banso_kernel::{CallId, CaseId, Digest, Instant, PersonId};

use crate::Store;
use crate::change::{Change, IfNone};
use crate::db::{Now, Row, args};
use crate::fault::Fault;

/// A text that acts name by its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Kept(String),
    /// Erased by right; the acts that name it stay.
    Erased {
        reason: String,
        at: Instant,
    },
}

/// What a plan plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanKind {
    Review,
    Selection,
    /// The declaration of a study.
    Study,
    /// A run of payments.
    Payment,
}

impl PlanKind {
    const fn code(self) -> &'static str {
        match self {
            PlanKind::Review => "review",
            PlanKind::Selection => "selection",
            PlanKind::Study => "study",
            PlanKind::Payment => "payment",
        }
    }
}

/// A review plan, a selection plan or the declaration of a study, under the digest that acts name it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub digest: Digest,
    pub call: CallId,
    pub kind: PlanKind,
    /// JSON; `digest` is over this text.
    pub body: String,
    pub made_by: PersonId,
}

/// One edition of a guideline as it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionText {
    /// Over `source`.
    pub digest: Digest,
    pub call: CallId,
    /// 1 for the first edition of a call, then one more each.
    pub number: u32,
    pub name: String,
    pub source: String,
    /// What it was read with: texts in `contents`. Nothing where it was published before that was noted.
    pub read_with: Option<ReadWith>,
}

/// Why a guideline file is not in force: the call stays on its last good edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionProblems {
    pub path: String,
    pub call: Option<CallId>,
    /// As people read them.
    pub problems: String,
}

/// A reviewer's sheet before it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewDraft {
    pub case: CaseId,
    pub reviewer: PersonId,
    /// JSON.
    pub body: String,
}

/// A reviewer's sheet as it was saved last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedReviewDraft {
    /// 1 for the first save, then one more each.
    pub version: u64,
    pub body: String,
    pub saved_at: Instant,
}

impl Change {
    /// Keeps a text under its digest. Keeping it twice is keeping it once; an erased text does not come back.
    #[must_use]
    pub fn keep_content(body: &str) -> Self {
        Change::by(
            "INSERT INTO contents (digest, body, created_at) SELECT $1, $2, CAST($3 AS BIGINT) \
             WHERE NOT EXISTS (SELECT 1 FROM erasures WHERE digest = $1) ON CONFLICT (digest) DO NOTHING",
            args![Digest::of(body.as_bytes()), body, Now],
        )
    }

    /// Erases a text by right, and says so.
    #[must_use]
    pub fn erase_content(digest: Digest, reason: &str) -> Self {
        let gone = Change::by("DELETE FROM contents WHERE digest = $1", args![digest]).or_missing("text");
        gone.then(note_erasure(digest, reason))
    }

    #[must_use]
    pub fn keep_plan(p: &Plan) -> Self {
        Change::by(
            "INSERT INTO plans (digest, call_id, kind, body, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (digest) DO NOTHING",
            args![p.digest, &p.call, p.kind.code(), &p.body, p.made_by, Now],
        )
    }

    #[must_use]
    pub fn keep_edition(e: &EditionText) -> Self {
        let words = (e.read_with.map(|w| w.dictionary), e.read_with.map(|w| w.definitions));
        Change::by(
            "INSERT INTO editions (digest, call_id, number, name, source, published_at, dictionary, definitions) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (digest) DO NOTHING",
            args![e.digest, &e.call, e.number, &e.name, &e.source, Now, words.0, words.1],
        )
    }

    #[must_use]
    pub fn note_edition_problems(p: &EditionProblems) -> Self {
        Change::by(
            "INSERT INTO edition_problems (path, call_id, problems, noticed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (path) DO UPDATE SET call_id = excluded.call_id, problems = excluded.problems, noticed_at = excluded.noticed_at",
            args![&p.path, p.call.clone(), &p.problems, Now],
        )
    }

    #[must_use]
    pub fn clear_edition_problems(path: &str) -> Self {
        Change::by("DELETE FROM edition_problems WHERE path = $1", args![path])
    }

    /// Saves a sheet if it is still at the version that was shown when editing began; 0 when there was none.
    #[must_use]
    pub fn save_review_draft(d: &ReviewDraft, based_on: u64) -> Self {
        if based_on == 0 {
            Change::by(
                "INSERT INTO review_drafts (case_id, reviewer, version, body, saved_at) VALUES ($1, $2, 1, $3, $4) \
                 ON CONFLICT (case_id, reviewer) DO NOTHING",
                args![d.case, d.reviewer, &d.body, Now],
            )
        } else {
            Change::by(
                "UPDATE review_drafts SET version = version + 1, body = $3, saved_at = $4 \
                 WHERE case_id = $1 AND reviewer = $2 AND version = $5",
                args![d.case, d.reviewer, &d.body, Now, based_on],
            )
        }
        .or(IfNone::DraftMoved)
    }

    #[must_use]
    pub fn drop_review_draft(case: CaseId, reviewer: PersonId) -> Self {
        Change::by("DELETE FROM review_drafts WHERE case_id = $1 AND reviewer = $2", args![case, reviewer])
    }
}

/// Says that something under a digest was erased by right.
pub(crate) fn note_erasure(digest: Digest, reason: &str) -> Change {
    Change::by(
        "INSERT INTO erasures (digest, reason, erased_at) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
        args![digest, reason, Now],
    )
}

fn plan(row: &Row) -> Result<Plan, Fault> {
    let kind = match row.text("kind")?.as_str() {
        "review" => PlanKind::Review,
        "selection" => PlanKind::Selection,
        "study" => PlanKind::Study,
        "payment" => PlanKind::Payment,
        other => return Err(Fault::impossible("kind of plan", other)),
    };
    let (digest, call) = (row.parse("digest")?, row.parse("call_id")?);
    Ok(Plan { digest, call, kind, body: row.text("body")?, made_by: row.parse("made_by")? })
}

impl TryFrom<&Row> for EditionText {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(EditionText {
            digest: row.parse("digest")?,
            call: row.parse("call_id")?,
            number: row.count("number")?,
            name: row.text("name")?,
            source: row.text("source")?,
            read_with: read_with(row)?,
        })
    }
}

/// Both digests or neither.
fn read_with(row: &Row) -> Result<Option<ReadWith>, Fault> {
    match (row.opt_parse("dictionary")?, row.opt_parse("definitions")?) {
        (Some(dictionary), Some(definitions)) => Ok(Some(ReadWith { dictionary, definitions })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(Fault::impossible("editions", "one of dictionary and definitions")),
    }
}

impl TryFrom<&Row> for EditionProblems {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(EditionProblems { path: row.text("path")?, call: row.opt_parse("call_id")?, problems: row.text("problems")? })
    }
}

impl Store {
    /// The text under a digest; `None` if nobody ever kept it.
    ///
    /// # Errors
    /// [`Fault`]s of the database, as every reading method here; a text that no longer has its digest.
    pub async fn content(&self, digest: Digest) -> Result<Option<Content>, Fault> {
        if let Some(row) = self.row("SELECT body FROM contents WHERE digest = $1", args![digest]).await? {
            let body = row.text("body")?;
            let sound = Digest::of(body.as_bytes()) == digest;
            return if sound { Ok(Some(Content::Kept(body))) } else { Err(Fault::impossible("contents", digest)) };
        }
        let Some(row) = self.row("SELECT reason, erased_at FROM erasures WHERE digest = $1", args![digest]).await? else {
            return Ok(None);
        };
        Ok(Some(Content::Erased { reason: row.text("reason")?, at: row.instant("erased_at")? }))
    }

    /// # Errors
    /// [`Fault`]
    pub async fn plan(&self, digest: Digest) -> Result<Option<Plan>, Fault> {
        self.row("SELECT * FROM plans WHERE digest = $1", args![digest]).await?.as_ref().map(plan).transpose()
    }

    /// The plans of a call, newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn plans(&self, call: &CallId, kind: PlanKind) -> Result<Vec<Plan>, Fault> {
        let sql = "SELECT * FROM plans WHERE call_id = $1 AND kind = $2 ORDER BY made_at DESC, digest LIMIT 100";
        self.db().rows(sql, args![call, kind.code()]).await?.iter().map(plan).collect()
    }

    /// # Errors
    /// [`Fault`]
    pub async fn edition(&self, digest: Digest) -> Result<Option<EditionText>, Fault> {
        self.one("SELECT * FROM editions WHERE digest = $1", args![digest]).await
    }

    /// Every edition of every call, oldest first within a call.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn editions(&self) -> Result<Vec<EditionText>, Fault> {
        self.all("SELECT * FROM editions ORDER BY call_id, number LIMIT 10000", args![]).await
    }

    /// The guideline files that could not be taken into force.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn edition_problems(&self) -> Result<Vec<EditionProblems>, Fault> {
        self.all("SELECT * FROM edition_problems ORDER BY path LIMIT 1000", args![]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn review_draft(&self, case: CaseId, reviewer: PersonId) -> Result<Option<SavedReviewDraft>, Fault> {
        let sql = "SELECT version, body, saved_at FROM review_drafts WHERE case_id = $1 AND reviewer = $2";
        let Some(row) = self.row(sql, args![case, reviewer]).await? else { return Ok(None) };
        Ok(Some(SavedReviewDraft { version: row.count("version")?, body: row.text("body")?, saved_at: row.instant("saved_at")? }))
    }
}
