//! Changes of plain tables, each as the statements that make it. They run in the writer's transaction, beside the acts they belong to.
//! What changes there are stands beside the tables: `people`, `drafts`, `contents`, `notices`, `jobs`.

use banso_kernel::{CaseId, Instant};
use sqlx::error::ErrorKind;

use crate::batch::CommitError;
use crate::db::{Arg, Conn, args, row, run};
use crate::drafts::Section;
use crate::fault::{Fault, broken_constraint};

/// A change of plain tables, made by one of its constructors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    steps: Vec<Step>,
}

/// A statement of a change, and what it means when it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step {
    sql: &'static str,
    args: Vec<Arg>,
    none: IfNone,
}

/// What it means that a statement changed no row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IfNone {
    Fine,
    Missing(&'static str),
    DraftMoved,
    SectionSaved { case: CaseId, section: String, member: u32 },
}

impl Change {
    pub(crate) fn by(sql: &'static str, args: Vec<Arg>) -> Self {
        Change { steps: vec![Step { sql, args, none: IfNone::Fine }] }
    }

    /// What it means that the last statement changed no row.
    pub(crate) fn or(mut self, none: IfNone) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.none = none;
        }
        self
    }

    pub(crate) fn or_missing(self, what: &'static str) -> Self {
        self.or(IfNone::Missing(what))
    }

    pub(crate) fn then(mut self, next: Change) -> Self {
        self.steps.extend(next.steps);
        self
    }

    pub(crate) async fn apply(&self, conn: &mut Conn, now: Instant) -> Result<(), Halt> {
        for step in &self.steps {
            step.run(conn, now).await?;
        }
        Ok(())
    }
}

/// Why a request stops.
pub(crate) enum Halt {
    /// This request alone.
    Refused(CommitError),
    /// The database: everybody.
    Failed(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Impossible { .. } | Fault::Misfit { .. } | Fault::Database(_) | Fault::WrongPermit => {
                Halt::Refused(CommitError::Fault(fault))
            }
            Fault::Unreachable(_)
            | Fault::Full
            | Fault::InUse(_)
            | Fault::Busy
            | Fault::Newer { .. }
            | Fault::Older { .. }
            | Fault::LogUnread(_)
            | Fault::ReadOnly(_)
            | Fault::Files(_)
            | Fault::NotEmpty
            | Fault::BrokenBackup(_)
            | Fault::OtherFolder(_)
            | Fault::HalfRestored(_)
            | Fault::Denied(_)
            | Fault::Address(_)
            | Fault::NothingHere(_) => Halt::Failed(fault),
        }
    }
}

impl From<sqlx::Error> for Halt {
    fn from(error: sqlx::Error) -> Self {
        match broken_constraint(&error) {
            Some((ErrorKind::UniqueViolation, message)) => Halt::Refused(CommitError::Taken(unique_thing(&message))),
            Some((ErrorKind::ForeignKeyViolation, _)) => Halt::Refused(CommitError::Missing("thing that this belongs to")),
            Some(_) | None => Fault::from(error).into(),
        }
    }
}

/// SQLite names table and column, PostgreSQL the constraint: both hold the column's name.
fn unique_thing(message: &str) -> &'static str {
    const THINGS: [(&str, &str); 5] = [
        ("login", "sign-in name"),
        ("corporate_number", "corporate number"),
        ("invitation", "invitation"),
        ("number", "edition number"),
        ("applications", "application"),
    ];
    THINGS.iter().find(|(column, _)| message.contains(column)).map_or("id", |(_, thing)| thing)
}

impl Step {
    async fn run(&self, conn: &mut Conn, now: Instant) -> Result<(), Halt> {
        let stamped = |arg: &Arg| match arg {
            Arg::Now => Arg::from(now),
            Arg::Int(_) | Arg::Text(_) => arg.clone(),
        };
        if run(conn, self.sql, self.args.iter().map(stamped).collect()).await? > 0 {
            return Ok(());
        }
        Err(Halt::Refused(match &self.none {
            IfNone::Fine => return Ok(()),
            IfNone::Missing(what) => CommitError::Missing(what),
            IfNone::DraftMoved => CommitError::DraftMoved,
            IfNone::SectionSaved { case, section, member } => match saved_section(conn, *case, section, *member).await? {
                Some(theirs) => CommitError::SectionSaved(Box::new(theirs)),
                None => CommitError::Missing("section"),
            },
        }))
    }
}

async fn saved_section(conn: &mut Conn, case: CaseId, section: &str, member: u32) -> Result<Option<Section>, Fault> {
    let sql = "SELECT section, member, version, answers, saved_by, saved_at FROM draft_sections \
               WHERE case_id = $1 AND section = $2 AND member = $3";
    row(conn, sql, args![case, section, member]).await?.as_ref().map(Section::try_from).transpose()
}
