//! The task list: what is to be filled in, by whom, how far it is. Made from the edition's form; nothing about it is stored.

use banso_guideline::answers::AnswerProblem;
use banso_guideline::{Needs, Section as FormSection, SectionContent, Side, Truth};
use banso_kernel::{CaseId, Instant, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Desk, Notice};

use super::draft::{CaseHead, Draft, Seat, Writable};
use super::history::{Happened, history};
use super::members::Invitee;
use super::moved::{Moved, moved};
use crate::{Office, OfficeError};

/// How far a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskStatus {
    NotStarted,
    InProgress,
    Done,
    /// A member's budget in which nothing stands, while others have costs: that may well be all.
    NoCosts,
    /// Something in it cannot be read, breaks a limit, or was returned by the office.
    ToCorrect,
}

impl TaskStatus {
    /// Always a word.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            TaskStatus::NotStarted => LocalText::new("未着手", "not started"),
            TaskStatus::InProgress => LocalText::new("入力中", "in progress"),
            TaskStatus::Done => LocalText::new("完了", "complete"),
            TaskStatus::NoCosts => LocalText::new("経費の計上なし", "no costs entered"),
            TaskStatus::ToCorrect => LocalText::new("要修正", "to correct"),
        }
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn settled(self) -> bool {
        match self {
            TaskStatus::Done | TaskStatus::NoCosts => true,
            TaskStatus::NotStarted | TaskStatus::InProgress | TaskStatus::ToCorrect => false,
        }
    }

    /// The tone of its tag.
    #[must_use]
    pub const fn tone(self) -> &'static str {
        match self {
            TaskStatus::NotStarted | TaskStatus::NoCosts => "",
            TaskStatus::InProgress => "active",
            TaskStatus::Done => "good",
            TaskStatus::ToCorrect => "care",
        }
    }
}

/// One section for one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub section: String,
    pub member: u32,
    pub title: LocalText,
    pub clause: String,
    pub minutes: u32,
    pub status: TaskStatus,
    pub writable: Writable,
    pub saved_at: Option<Instant>,
    /// How many points the office returned it with.
    pub points: usize,
    /// Nothing in it has to be filled in, and nothing was.
    pub optional: bool,
}

/// The tasks of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskGroup {
    /// 0 for what the lead fills in for all.
    pub member: u32,
    pub name: String,
    pub mine: bool,
    pub tasks: Vec<Task>,
}

/// The page of one application.
#[derive(Debug, Clone)]
pub struct TaskList {
    pub head: CaseHead,
    pub groups: Vec<TaskGroup>,
    pub done: usize,
    pub total: usize,
    /// Minutes of what is not complete yet; none where nothing is to be filled in now.
    pub minutes_left: u32,
    pub invitees: Vec<Invitee>,
    /// Why it was sent back, where it was.
    pub returned: Vec<ReturnedPoint>,
    /// What changed in the form since this application was last worked on under another edition.
    pub moved: Option<Moved>,
    /// The versions of the application that were handed in.
    pub receipts: Vec<u32>,
    /// The versions of the grant request that were handed in.
    pub request_receipts: Vec<u32>,
    pub history: Vec<Happened>,
    /// The notices of this application on one's own desk, newest first.
    pub notices: Vec<Notice>,
}

/// A point of a return, with the place it is tied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnedPoint {
    /// `section/field` as the office wrote it.
    pub field: String,
    /// Section and member whose page holds it, where it is in the form.
    pub place: Option<(String, u32)>,
    pub label: LocalText,
    pub note: String,
}

impl Draft {
    /// What is missing or wrong in one section of one side.
    pub(crate) fn section_problems(&self, section: &FormSection, member: u32) -> Vec<AnswerProblem> {
        let members = self.member_numbers();
        let needs = self.needs(section, member);
        let mut found = self.answers.section_problems(section, member, self.edition.kpis(), &members, &needs);
        match &section.content {
            SectionContent::Documents(specs) => found = self.document_problems(section, specs, member, &needs),
            SectionContent::Consortium { parts, .. } => found.extend(self.members_twice(section, parts)),
            SectionContent::Budget { .. } => found.extend(self.beyond_the_period(section, member)),
            SectionContent::Fields(_) | SectionContent::Kpis => {}
        }
        found
    }

    /// What hangs on a condition in one section of one side.
    pub(crate) fn needs(&self, section: &FormSection, member: u32) -> Needs {
        if section.requires_by_condition() {
            self.edition.needs(section, member, &self.member_numbers(), &self.facts())
        } else {
            Needs::new()
        }
    }

    /// Whether something in the section has to be filled in by this side.
    fn has_required(&self, section: &FormSection, member: u32) -> bool {
        section_has_required(section) || self.needs(section, member).values().any(|n| n.truth == Truth::Yes)
    }

    fn begun(&self, section: &FormSection, member: u32) -> bool {
        match &section.content {
            SectionContent::Documents(specs) => self.attachments.iter().any(|a| a.member == member && specs.iter().any(|s| s.id == a.slot)),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => {
                self.answers.section(&section.id, member).is_some_and(|a| a.values().any(|t| !t.trim().is_empty()))
            }
        }
    }

    pub(crate) fn status(&self, section: &FormSection, member: u32) -> TaskStatus {
        let problems = self.section_problems(section, member);
        if problems.iter().any(|p| !p.is_blank()) || (self.points_of(section) > 0 && !self.saved_since_return(section, member)) {
            return TaskStatus::ToCorrect;
        }
        if !self.begun(section, member)
            && problems.is_empty()
            && matches!(section.content, SectionContent::Budget { .. })
            && self.has_costs()
        {
            return TaskStatus::NoCosts;
        }
        let required = !problems.is_empty() || self.has_required(section, member);
        match (self.begun(section, member), problems.is_empty()) {
            (false, _) if required || !matches!(section.content, SectionContent::Documents(_)) => TaskStatus::NotStarted,
            (_, true) => TaskStatus::Done,
            (_, false) => TaskStatus::InProgress,
        }
    }

    /// Whether any member has costs.
    fn has_costs(&self) -> bool {
        !self.form_facts(self.edition.form()).costs().is_empty()
    }

    fn points_of(&self, section: &FormSection) -> usize {
        self.phase().points().iter().filter(|p| point_section(&p.field) == section.id).count()
    }

    pub(crate) fn saved_since_return(&self, section: &FormSection, member: u32) -> bool {
        let returned = self.case().map(|c| c.last.recorded_at);
        let saved = self.saved(&section.id, member).map(|s| s.saved_at);
        let attached = match &section.content {
            SectionContent::Documents(specs) => {
                self.attachments.iter().filter(|a| specs.iter().any(|s| s.id == a.slot)).map(|a| a.uploaded_at).max()
            }
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
        };
        saved.max(attached) > returned
    }

    fn task(&self, section: &FormSection, member: u32) -> Task {
        let status = self.status(section, member);
        Task {
            optional: status == TaskStatus::NotStarted
                && !matches!(section.content, SectionContent::Budget { .. })
                && self.section_problems(section, member).is_empty(),
            section: section.id.clone(),
            member,
            title: section.title.clone(),
            clause: section.clause.clone(),
            minutes: section.minutes,
            status,
            writable: self.writable(section, member),
            saved_at: self.saved(&section.id, member).map(|s| s.saved_at),
            points: self.points_of(section),
        }
    }

    fn groups(&self) -> Vec<TaskGroup> {
        let form = self.form();
        let mut sides = vec![0];
        sides.extend(self.member_numbers());
        let group = |member: u32| {
            let sections = form.sections.iter().filter(|s| self.sides(s).contains(&member));
            let tasks: Vec<Task> = sections.map(|s| self.task(s, member)).collect();
            let mine = match self.seat {
                Seat::Lead => member == 1,
                Seat::Member(own) => own == member,
            };
            TaskGroup { member, name: self.side_name(member), mine, tasks }
        };
        sides.into_iter().map(group).filter(|g| !g.tasks.is_empty()).collect()
    }

    pub(crate) fn returned_points(&self) -> Vec<ReturnedPoint> {
        let form = self.form();
        let point = |p: &banso_grant::Point| {
            let id = point_section(&p.field);
            let section = form.sections.iter().find(|s| s.id == id);
            let member = section.and_then(|s| point_member(&p.field).or_else(|| self.sides(s).first().copied()));
            let label = section.map_or_else(|| LocalText::ja(&p.field), |s| point_label(s, &p.field));
            ReturnedPoint {
                field: p.field.clone(),
                place: section.zip(member).map(|(s, m)| (s.id.clone(), m)),
                label,
                note: p.note.clone(),
            }
        };
        self.phase().points().iter().map(point).collect()
    }
}

fn section_has_required(section: &FormSection) -> bool {
    match &section.content {
        SectionContent::Fields(fields) => fields.iter().any(|f| f.required.always()),
        SectionContent::Documents(specs) => specs.iter().any(|s| s.required.always()),
        SectionContent::Consortium { .. } | SectionContent::Kpis => true,
        SectionContent::Budget { .. } => section.side == Side::Lead,
    }
}

/// The section of `section/field` or of `section/member/field`.
fn point_section(field: &str) -> &str {
    field.split('/').next().unwrap_or_default()
}

fn point_member(field: &str) -> Option<u32> {
    let mut parts = field.split('/').skip(1);
    let member = parts.next()?;
    parts.next().and_then(|_| member.parse().ok())
}

/// The key inside the section.
pub(crate) fn point_key(field: &str) -> &str {
    field.rsplit_once('/').map_or("", |(_, key)| key)
}

fn point_label(section: &FormSection, field: &str) -> LocalText {
    let key = point_key(field);
    let found = match &section.content {
        SectionContent::Fields(fields) => fields.iter().find(|f| f.id == key).map(|f| f.label.clone()),
        SectionContent::Documents(specs) => specs.iter().find(|s| s.id == key).map(|s| s.title.clone()),
        SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
    };
    let inner = found.unwrap_or_else(|| LocalText::ja(key));
    let both = |outer: &str, inner: &str| if inner.is_empty() { outer.to_owned() } else { format!("{outer} ／ {inner}") };
    LocalText {
        ja: both(&section.title.ja, &inner.ja),
        en: section.title.en.as_ref().map(|en| both(en, inner.en.as_deref().unwrap_or(&inner.ja))),
    }
}

impl Office {
    async fn own_notices(&self, person: &Person, case: CaseId) -> Result<Vec<Notice>, OfficeError> {
        let own = |n: &Notice| match n.notice.desk {
            Desk::Organisation(organisation) => person.organisation == Some(organisation),
            Desk::Person(owner) => person.id == owner,
        };
        let mut notices: Vec<Notice> = self.store().notices_of_case(case).await?.into_iter().filter(own).collect();
        notices.reverse();
        Ok(notices)
    }

    /// The task list of an application.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for anybody who does not take part in it.
    pub async fn task_list(&self, person: &Person, case: CaseId) -> Result<TaskList, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let groups = draft.groups();
        let tasks = || groups.iter().flat_map(|g| &g.tasks).filter(|t| !t.optional);
        // Title and track, which whoever began it has settled, stand in the list of the whole application.
        let settled = groups.iter().filter(|g| g.member == 0).count();
        let (total, done) = (settled + tasks().count(), settled + tasks().filter(|t| t.status.settled()).count());
        let left = tasks().filter(|t| !t.status.settled()).map(|t| t.minutes).sum();
        let minutes_left = if draft.phase().fills_in() { left } else { 0 };
        let moved = match super::draft::seen_edition(&draft.saved).filter(|seen| *seen != draft.edition.digest()) {
            Some(seen) => Some(moved(self.edition(seen).ok().as_ref(), &draft.edition)),
            None => None,
        };
        Ok(TaskList {
            head: draft.head(),
            done,
            total,
            minutes_left,
            invitees: draft.invitees(),
            returned: draft.returned_points(),
            moved,
            receipts: draft.receipt_versions(),
            history: draft.file.as_ref().map_or_else(|| Ok(Vec::new()), history)?,
            notices: self.own_notices(person, case).await?,
            request_receipts: draft.request_versions(),
            groups,
        })
    }
}
