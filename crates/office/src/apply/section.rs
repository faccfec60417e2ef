//! One section of the form for one side: shown, and saved. Texts are kept as typed, right or wrong; numbers
//! that can be read in half-width digits; what two people changed in the same field is shown to the later one.

use std::collections::BTreeMap;

use banso_guideline::answers::{AnswerProblem, Clash, Merged, SectionAnswers, normalised};
use banso_guideline::{Edition, Field, FieldKind, Kpi, Needs, Section as FormSection, SectionContent};
use banso_kernel::{CaseId, Instant, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change, CommitError, SaveSection};

use super::budget::Budget;
use super::documents::Slot;
use super::draft::{CaseHead, Draft, Phase, Writable, section_answers};
use super::known::Known;
use super::removal::{LeavingMember, in_row};
use super::stamp::Stamp;
use super::targets::Target;
use super::tasks::ReturnedPoint;
use crate::{Office, OfficeError};

/// How often a save is tried again when others save at the same moment.
pub(crate) const TRIES: usize = 8;
/// Most characters of one answer, whatever the field's own limit: a text that is too long is kept, a flood is not.
const CHARACTERS_MAX: usize = 60_000;
/// The highest number that a member of a consortium may have.
const MEMBER_MAX: u32 = 200;

/// A section as it is filled in.
#[derive(Debug, Clone)]
pub struct SectionPage {
    pub head: CaseHead,
    pub section: FormSection,
    /// The edition that asks: its labels of what is chosen from.
    pub edition: Edition,
    pub member: u32,
    /// Who fills it in.
    pub side: String,
    pub writable: Writable,
    pub answers: SectionAnswers,
    /// What this page knows of the saved answers; it comes back with the form.
    pub stamp: String,
    pub saved: Option<SavedBy>,
    /// Everything missing or wrong, missing answers included.
    pub problems: Vec<AnswerProblem>,
    /// What is required on a condition, and whether that holds.
    pub needs: Needs,
    pub points: Vec<ReturnedPoint>,
    /// What is known of the firm already, by key.
    pub known: BTreeMap<String, KnownAnswer>,
    pub extra: Extra,
    /// The task before and the task after, for the same side.
    pub before: Option<Neighbour>,
    pub after: Option<Neighbour>,
}

/// What a section needs beside its answers.
#[derive(Debug, Clone)]
pub enum Extra {
    Nothing,
    /// The numbers of the rows, one of them new and empty while there is room.
    Consortium {
        rows: Vec<u32>,
        new: Option<u32>,
        members_max: u32,
    },
    Budget(Box<Budget>),
    Kpis(Vec<Target>),
    Documents(Vec<Slot>),
}

/// Who saved a section last, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedBy {
    pub name: String,
    pub at: Instant,
}

/// A known answer and where it is known from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswer {
    pub text: String,
    pub source: String,
    pub as_of: String,
}

/// The section beside this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    pub section: String,
    pub member: u32,
    pub title: LocalText,
}

/// What somebody typed into a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveOrder {
    pub section: String,
    pub member: u32,
    /// The stamp of the page.
    pub stamp: String,
    pub answers: SectionAnswers,
    /// The members of which it was confirmed that they leave the consortium with all that they filled in.
    pub leaving: Vec<u32>,
}

/// What saving came to.
#[derive(Debug, Clone)]
pub struct SaveOutcome {
    /// The section as it stands now.
    pub page: SectionPage,
    pub at: Instant,
    /// For a page that stays open with what it has sent.
    pub stamp: String,
    /// What both had changed: saved is the other's text.
    pub clashes: Vec<Clash>,
    /// Members that would leave with what they filled in: they stay until that is confirmed.
    pub leaving: Vec<LeavingMember>,
}

/// The fields of a section by their keys.
pub(crate) fn keyed_fields(section: &FormSection, rows: &[u32], kpis: &[Kpi]) -> Vec<(String, Field)> {
    match &section.content {
        SectionContent::Fields(fields) => fields.iter().map(|f| (f.id.clone(), f.clone())).collect(),
        SectionContent::Consortium { parts, .. } => {
            rows.iter().flat_map(|n| parts.iter().map(move |p| (format!("{n}.{}", p.id), p.clone()))).collect()
        }
        SectionContent::Kpis => kpis.iter().map(|k| (k.id.clone(), banso_guideline::answers::kpi_field(k))).collect(),
        SectionContent::Budget { .. } | SectionContent::Documents(_) => Vec::new(),
    }
}

/// What the section asks for under this key, if anything. What it does not ask for is not saved.
fn kind_under(section: &FormSection, kpis: &[Kpi], key: &str) -> Option<FieldKind> {
    let of = |fields: &[Field], id: &str| fields.iter().find(|f| f.id == id).map(|f| f.kind.clone());
    match &section.content {
        SectionContent::Fields(fields) => of(fields, key),
        SectionContent::Kpis => kpis.iter().find(|k| k.id == key).map(|k| banso_guideline::answers::kpi_field(k).kind),
        SectionContent::Consortium { parts, .. } => {
            let (row, part) = key.split_once('.')?;
            plain(row).filter(|n| (1..=MEMBER_MAX).contains(n)).and_then(|_| of(parts, part))
        }
        SectionContent::Budget { lines, years_max } => {
            let (line, year) = key.rsplit_once('.')?;
            let asked = plain(year).is_some_and(|y| (1..=*years_max).contains(&y)) && lines.iter().any(|l| l.name == line);
            asked.then(|| FieldKind::number("円"))
        }
        SectionContent::Documents(_) => None,
    }
}

/// A number as pages write it: `2`, and neither `02` nor `+2`, which would be another key for the same place.
fn plain(text: &str) -> Option<u32> {
    text.parse::<u32>().ok().filter(|n| n.to_string() == text)
}

impl Draft {
    fn section_page(&self, section: FormSection, member: u32, known: &Known, saved: Option<SavedBy>) -> SectionPage {
        let stored = self.saved(&section.id, member);
        let answers = self.answers.section(&section.id, member).cloned().unwrap_or_default();
        let stamp = Stamp::of(stored.map_or(0, |s| s.version), &answers).to_string();
        let rows = self.member_numbers();
        let fields = keyed_fields(&section, &rows, self.edition.kpis());
        let known = fields.iter().filter_map(|(key, field)| self.known_answer(known, member, key, field)).collect();
        let points = self.returned_points().into_iter().filter(|p| p.place.as_ref().is_some_and(|(s, _)| *s == section.id)).collect();
        let (before, after) = self.neighbours(&section.id, member);
        SectionPage {
            head: self.head(),
            edition: self.edition.clone(),
            side: self.side_name(member),
            writable: self.writable(&section, member),
            stamp,
            saved,
            problems: self.section_problems(&section, member),
            needs: self.needs(&section, member),
            points,
            known,
            extra: self.extra(&section, member, &rows),
            before,
            after,
            answers,
            member,
            section,
        }
    }

    /// What is known of the organisation whose answer this is: the lead's in its own sections and in the first row of the consortium,
    /// a member's in that member's.
    fn known_answer(&self, known: &Known, member: u32, key: &str, field: &Field) -> Option<(String, KnownAnswer)> {
        let row = key.split_once('.').and_then(|(n, _)| n.parse().ok());
        let about = row.unwrap_or(member);
        let own = about == 0 || about == 1 || self.members.iter().any(|m| m.member == about && m.organisation.is_some());
        let found = known.get(&field.id).filter(|_| own && row.is_none_or(|n| n == 1))?;
        let text = known.text(&field.id, &field.kind)?;
        Some((key.to_owned(), KnownAnswer { text, source: found.source.clone(), as_of: found.as_of.clone() }))
    }

    fn extra(&self, section: &FormSection, member: u32, rows: &[u32]) -> Extra {
        match &section.content {
            SectionContent::Fields(_) => Extra::Nothing,
            SectionContent::Consortium { members_max, .. } => {
                let room = rows.len() < *members_max as usize;
                let next = rows.iter().copied().chain(self.numbers_given()).max().unwrap_or(0).saturating_add(1);
                Extra::Consortium { rows: rows.to_vec(), new: (room && next <= MEMBER_MAX).then_some(next), members_max: *members_max }
            }
            SectionContent::Budget { lines, years_max } => Extra::Budget(Box::new(self.budget(&section.id, lines, *years_max, member))),
            SectionContent::Kpis => Extra::Kpis(self.targets()),
            SectionContent::Documents(specs) => Extra::Documents(self.slots(specs, member)),
        }
    }

    fn neighbours(&self, id: &str, member: u32) -> (Option<Neighbour>, Option<Neighbour>) {
        let form = self.form();
        let own: Vec<&FormSection> = form.sections.iter().filter(|s| self.sides(s).contains(&member)).collect();
        let at = own.iter().position(|s| s.id == id);
        let neighbour =
            |i: Option<usize>| i.and_then(|i| own.get(i)).map(|s| Neighbour { section: s.id.clone(), member, title: s.title.clone() });
        (neighbour(at.and_then(|i| i.checked_sub(1))), neighbour(at.map(|i| i + 1)))
    }

    /// A section that exists for this side.
    pub(crate) fn section_of(&self, id: &str, member: u32) -> Result<FormSection, OfficeError> {
        let section = self.section(id)?;
        if self.sides(&section).contains(&member) { Ok(section) } else { Err(OfficeError::NotFound) }
    }

    /// The section, if this person may fill it in now.
    pub(crate) fn open_section(&self, id: &str, member: u32) -> Result<FormSection, OfficeError> {
        if let Phase::Closed { at } = self.phase() {
            return Err(OfficeError::TooLate { closed: at });
        }
        let section = self.section_of(id, member)?;
        match self.writable(&section, member) {
            Writable::Yes => Ok(section),
            Writable::OtherSide { name } => Err(OfficeError::Forbidden(vec![LocalText::new(
                format!("この項目は「{name}」が入力します。"),
                format!("This section is filled in by {name}."),
            )])),
            Writable::NotNow => Err(OfficeError::Stale(LocalText::new(
                "この申請は、いまは変更できません。提出済みのときは、締切りまでに提出を取り消すと変更できます。",
                "This application cannot be changed now. If it was submitted, take it back before the call closes to change it.",
            ))),
        }
    }
}

impl Office {
    /// One section of one side.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and for a section or side that is not in the form.
    pub async fn section_page(&self, person: &Person, case: CaseId, section: &str, member: u32) -> Result<SectionPage, OfficeError> {
        let draft = self.draft(person, case, Action::ReadCase).await?;
        let form_section = draft.section_of(section, member)?;
        self.page_of(&draft, form_section, member).await
    }

    async fn page_of(&self, draft: &Draft, section: FormSection, member: u32) -> Result<SectionPage, OfficeError> {
        let saved = match draft.saved(&section.id, member) {
            Some(s) => Some(SavedBy { name: self.name_of(s.saved_by).await?, at: s.saved_at }),
            None => None,
        };
        let known = self.known_of_side(draft, member).await?;
        Ok(draft.section_page(section, member, &known, saved))
    }

    /// What is known of the organisation of a side.
    pub(crate) async fn known_of_side(&self, draft: &Draft, member: u32) -> Result<Known, OfficeError> {
        let organisation = draft.members.iter().find(|m| m.member == member && member > 1).and_then(|m| m.organisation);
        match organisation {
            Some(id) => Ok(Known::of(&self.store().facts(id).await?)),
            None => Ok(draft.known.clone()),
        }
    }

    /// Saves what somebody typed. Saved at the same moment by others, it is merged answer by answer.
    ///
    /// # Errors
    /// The section is another side's, not to be filled in now, or the call has closed.
    pub async fn save_section(&self, person: &Person, case: CaseId, order: &SaveOrder) -> Result<SaveOutcome, OfficeError> {
        for _ in 0..TRIES {
            let draft = self.draft(person, case, Action::EditDraft).await?;
            let section = draft.open_section(&order.section, order.member)?;
            let (version, now) = match draft.saved(&order.section, order.member) {
                Some(s) => (s.version, section_answers(&s.answers)?),
                None => (0, SectionAnswers::new()),
            };
            let mut mine = cleaned(&draft, &section, order);
            let mut merged = Stamp::read(&order.stamp).merge(&mine, version, &now);
            let leaving = draft.hold_back(&section, &now, &mut merged.answers, &order.leaving);
            // What is held back was not saved: the page has yet to say it.
            mine.retain(|key, _| !leaving.iter().any(|m| in_row(key, m.member)));
            let committed = if merged.answers == now {
                Ok(draft.saved(&order.section, order.member).map_or(draft.now, |s| s.saved_at))
            } else {
                let mut batch = draft.save_batch(person, &section, order, version, &merged)?;
                for desk in draft.taken_out(&section, &merged.answers) {
                    let occasion = format!("taken-out-{}", draft.row.revision);
                    batch = self.tell_organisation(batch, (case, desk), &occasion, &draft.taken_out_words()).await?;
                }
                self.store().commit(batch).await.map(|c| c.recorded_at)
            };
            match committed {
                Ok(at) => {
                    let draft = self.draft(person, case, Action::EditDraft).await?;
                    let version = draft.saved(&order.section, order.member).map_or(0, |s| s.version);
                    let page = self.page_of(&draft, section, order.member).await?;
                    let stamp = Stamp::held(version, &mine, &page.answers).to_string();
                    return Ok(SaveOutcome { page, at, stamp, clashes: merged.clashes, leaving });
                }
                Err(CommitError::SectionSaved(_) | CommitError::DraftMoved) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(OfficeError::Busy(LocalText::new("同じ項目への保存が重なっています。", "Many people are saving this section at once.")))
    }

    /// The name of somebody, for showing who saved.
    pub(crate) async fn name_of(&self, person: banso_kernel::PersonId) -> Result<String, OfficeError> {
        Ok(self.store().account(person).await?.map(|a| a.name).unwrap_or_default())
    }
}

/// The answers that the section has fields for. Numbers, amounts and days are kept in half-width digits, texts as typed; the page
/// that sent them keeps what was typed until it is opened again.
fn cleaned(draft: &Draft, section: &FormSection, order: &SaveOrder) -> SectionAnswers {
    let kept = |(key, text): (&String, &String)| {
        let kind = kind_under(section, draft.edition.kpis(), key)?;
        let cut: String = text.chars().take(CHARACTERS_MAX).collect();
        Some((key.clone(), normalised(&kind, &cut)))
    };
    order.answers.iter().filter_map(kept).collect()
}

impl Draft {
    /// Saves the section; a consortium is written to the list of members with it.
    fn save_batch(
        &self,
        person: &Person,
        section: &FormSection,
        order: &SaveOrder,
        based_on: u64,
        merged: &Merged,
    ) -> Result<Batch, OfficeError> {
        let answers = serde_json::to_string(&merged.answers).map_err(OfficeError::fault)?;
        let save =
            SaveSection { case: self.case_id(), section: order.section.clone(), member: order.member, based_on, answers, by: person.id };
        let mut changes = Vec::new();
        if let SectionContent::Consortium { parts, .. } = &section.content {
            changes.push(Change::draft_stands(self.case_id(), self.row.revision));
            changes.extend(self.member_changes(parts, &merged.answers));
        }
        changes.push(Change::save_section(&save));
        Ok(Batch::changes(changes))
    }
}
