//! One application as it stands, with everything that its pages need: the form, what was typed, who takes part, whose turn it is.

use banso_grant::decide::{Window, accepted_until};
use banso_grant::{Case, CaseState, Point};
use banso_guideline::answers::{Answers, FormFacts, SectionAnswers};
use banso_guideline::{Amount, Edition, Examination, Facts, Form, Section as FormSection, SectionContent, Side, Value};
use banso_kernel::{CaseId, Day, Digest, Instant, LocalText, OrganisationId, Yen};
use banso_permits::{Action, Person, Resource};
use banso_store::{ApplicationRow, Attachment, CaseFile, Member, Organisation, Section};

use super::known::Known;
use crate::{Office, OfficeError};

/// The item that the chosen track answers.
pub(crate) const TRACK_ITEM: &str = "申請枠";
/// Sections whose id starts so belong to the grant request (交付申請), not to the application.
const GRANT_PREFIX: &str = "grant-";

/// An application with everything about it.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) row: ApplicationRow,
    /// Once it was submitted.
    pub(crate) file: Option<CaseFile>,
    /// The edition in force.
    pub(crate) edition: Edition,
    pub(crate) lead: Organisation,
    pub(crate) known: Known,
    pub(crate) saved: Vec<Section>,
    pub(crate) answers: Answers,
    pub(crate) members: Vec<Member>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) seat: Seat,
    pub(crate) now: Instant,
}

/// For whom somebody fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// The organisation that speaks for all.
    Lead,
    /// Another member, by its number.
    Member(u32),
}

/// Whose turn it is, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not handed in, or taken back: it may be filled in and handed in until the call closes.
    Filling {
        until: Instant,
    },
    /// The call closed before it was handed in.
    Closed {
        at: Instant,
    },
    /// Handed in. Until the call closes it may be taken back.
    Submitted {
        until: Instant,
    },
    /// Returned for correction. What comes after the due day is still taken in `until` then.
    Correcting {
        points: Vec<Point>,
        due: Day,
        until: Instant,
    },
    /// With the office or the reviewers.
    Waiting,
    /// Selected: the grant is to be asked for.
    Requesting {
        selected: Yen,
    },
    CorrectingRequest {
        points: Vec<Point>,
        due: Day,
        selected: Yen,
    },
    /// The decision stands, and what follows it; it may be withdrawn from until that day, where that has not passed.
    Granted {
        until: Option<Day>,
    },
    /// Nothing more happens.
    Ended,
}

/// Whether somebody may fill in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writable {
    Yes,
    /// Another side fills it in.
    OtherSide {
        name: String,
    },
    /// Nobody does now.
    NotNow,
}

impl Phase {
    fn of(case: Option<&Case>, window: Window, now: Instant) -> Phase {
        let filling = || if now > window.closes { Phase::Closed { at: window.closes } } else { Phase::Filling { until: window.closes } };
        let Some(case) = case else { return filling() };
        let selected = case.submission.paper.requested;
        match &case.state {
            CaseState::SubmissionWithdrawn { .. } => filling(),
            CaseState::Submitted | CaseState::Complete { .. } if now <= window.closes => Phase::Submitted { until: window.closes },
            CaseState::Returned { points, due } => {
                Phase::Correcting { points: points.clone(), due: *due, until: accepted_until(Some(case), window) }
            }
            CaseState::Submitted
            | CaseState::Complete { .. }
            | CaseState::UnderReview { .. }
            | CaseState::Reserved { .. }
            | CaseState::GrantRequested { .. } => Phase::Waiting,
            CaseState::Selected { .. } => Phase::Requesting { selected },
            CaseState::GrantRequestReturned { points, due, .. } => Phase::CorrectingRequest { points: points.clone(), due: *due, selected },
            CaseState::Granted { decision, .. } => {
                let until = decision.withdrawable_until;
                Phase::Granted { until: (now.day() <= until).then_some(until) }
            }
            CaseState::NotAccepted { .. } | CaseState::Rejected { .. } | CaseState::GrantRefused { .. } | CaseState::Withdrawn { .. } => {
                Phase::Ended
            }
        }
    }

    /// Whether the pages are those of the grant request.
    #[must_use]
    pub const fn asks_for_grant(&self) -> bool {
        matches!(self, Phase::Requesting { .. } | Phase::CorrectingRequest { .. })
    }

    /// Whether something is to be filled in now.
    #[must_use]
    pub const fn fills_in(&self) -> bool {
        match self {
            Phase::Filling { .. } | Phase::Correcting { .. } | Phase::Requesting { .. } | Phase::CorrectingRequest { .. } => true,
            Phase::Closed { .. } | Phase::Submitted { .. } | Phase::Waiting | Phase::Granted { .. } | Phase::Ended => false,
        }
    }

    /// The points that the office asked to be corrected.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        match self {
            Phase::Correcting { points, .. } | Phase::CorrectingRequest { points, .. } => points,
            Phase::Filling { .. }
            | Phase::Closed { .. }
            | Phase::Submitted { .. }
            | Phase::Waiting
            | Phase::Requesting { .. }
            | Phase::Granted { .. }
            | Phase::Ended => &[],
        }
    }

    /// By when what is filled in is to be handed in, where there is such a moment: for a correction, the due day that the office set.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        match self {
            Phase::Filling { until } | Phase::Submitted { until } => Some(*until),
            Phase::Correcting { due, .. } | Phase::CorrectingRequest { due, .. } => Some(end_of(*due)),
            Phase::Closed { .. } | Phase::Waiting | Phase::Requesting { .. } | Phase::Granted { .. } | Phase::Ended => None,
        }
    }
}

/// The last microsecond of a day in Japan.
pub(crate) fn end_of(day: Day) -> Instant {
    let next = day.plus_days(1).start();
    Instant::from_micros(next.micros().saturating_sub(1)).unwrap_or(next)
}

/// Whether a section belongs to the grant request.
pub(crate) fn of_grant_request(section: &FormSection) -> bool {
    section.id.starts_with(GRANT_PREFIX) || section.id == GRANT_PREFIX.trim_end_matches('-')
}

impl Draft {
    pub(crate) const fn case_id(&self) -> CaseId {
        self.row.application.case
    }

    pub(crate) fn case(&self) -> Option<&Case> {
        self.file.as_ref().map(|f| &f.case)
    }

    pub(crate) fn window(&self) -> Window {
        let meta = self.edition.meta();
        Window { opens: meta.opens, closes: meta.closes }
    }

    pub(crate) fn phase(&self) -> Phase {
        Phase::of(self.case(), self.window(), self.now)
    }

    /// The sections to fill in at this stage: the application's, or the budget and the papers of the grant request.
    pub(crate) fn form(&self) -> Form {
        let grant = self.phase().asks_for_grant();
        let wanted = |s: &&FormSection| match s.content {
            SectionContent::Budget { .. } => true,
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => {
                of_grant_request(s) == grant
            }
        };
        let mut sections: Vec<FormSection> = self.edition.form().sections.iter().filter(wanted).cloned().collect();
        if grant && !sections.iter().any(|s| matches!(s.content, SectionContent::Documents(_))) {
            sections.push(super::grant_request::quotes(&self.edition));
        }
        Form { sections }
    }

    /// A section that is to be filled in at this stage.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub(crate) fn section(&self, id: &str) -> Result<FormSection, OfficeError> {
        self.form().sections.into_iter().find(|s| s.id == id).ok_or(OfficeError::NotFound)
    }

    /// The members that stand in the consortium.
    pub(crate) fn member_numbers(&self) -> Vec<u32> {
        self.answers.members(self.edition.form())
    }

    /// The numbers under which a section is filled in. A budget is always one table for each member.
    pub(crate) fn sides(&self, section: &FormSection) -> Vec<u32> {
        match (&section.content, section.side) {
            (SectionContent::Budget { .. }, _) | (_, Side::EachMember) => self.member_numbers(),
            (_, Side::Lead) => vec![0],
        }
    }

    /// The name of a side, as pages show it.
    pub(crate) fn side_name(&self, member: u32) -> String {
        match self.members.iter().find(|m| m.member == member) {
            _ if member == 0 => self.lead.name.clone(),
            Some(m) if !m.name.trim().is_empty() => m.name.clone(),
            Some(_) | None => format!("構成員{member}"),
        }
    }

    /// Whether this person may fill in a section for a side. Each member that has come in fills in its own; the lead the rest.
    pub(crate) fn writable(&self, section: &FormSection, member: u32) -> Writable {
        if !self.phase().fills_in() {
            return Writable::NotNow;
        }
        let own_side = section.side == Side::EachMember && member > 1;
        let came_in = own_side && self.members.iter().any(|m| m.member == member && m.organisation.is_some());
        match self.seat {
            Seat::Lead if came_in => Writable::OtherSide { name: self.side_name(member) },
            Seat::Lead => Writable::Yes,
            Seat::Member(own) if came_in && own == member => Writable::Yes,
            Seat::Member(_) => Writable::OtherSide { name: self.side_name(if own_side { member } else { 0 }) },
        }
    }

    /// A saved section, as it came from the store.
    pub(crate) fn saved(&self, section: &str, member: u32) -> Option<&Section> {
        self.saved.iter().find(|s| s.section == section && s.member == member)
    }

    /// Everything that is known and said: the firm's facts, overlaid by the form, and the track.
    pub(crate) fn facts(&self) -> Facts {
        facts_of(&self.edition, &self.answers, self.known.facts(), &self.row.application.track)
    }

    pub(crate) fn examination(&self) -> Examination {
        self.edition.examine(&self.facts())
    }

    pub(crate) fn amount(&self) -> Amount {
        self.edition.amount(&self.facts())
    }

    pub(crate) fn form_facts<'a>(&'a self, form: &'a Form) -> FormFacts<'a> {
        FormFacts { form, kpis: self.edition.kpis(), answers: &self.answers }
    }

    /// The head that every page of an application has.
    pub(crate) fn head(&self) -> CaseHead {
        let meta = self.edition.meta();
        CaseHead {
            case: self.case_id(),
            title: self.row.application.title.clone(),
            track: self.track_title(),
            lead: self.lead.name.clone(),
            call: meta.call.to_string(),
            programme: meta.programme.clone(),
            call_name: meta.call_name.clone(),
            state: self.state_label(),
            receipt_number: self.case().map(|c| c.submission.paper.receipt_number.clone()),
            phase: self.phase(),
            seat: self.seat,
            closes: meta.closes,
            now: self.now,
        }
    }

    pub(crate) fn track_title(&self) -> LocalText {
        let track = &self.row.application.track;
        self.edition.tracks().iter().find(|t| t.name == *track).map_or_else(|| LocalText::ja(track), |t| t.title.clone())
    }

    fn state_label(&self) -> LocalText {
        match (self.case(), self.phase()) {
            (None, Phase::Closed { .. }) => LocalText::new("未提出（締切り済）", "not submitted; the call has closed"),
            (None, _) => LocalText::new("作成中", "draft"),
            (Some(case), _) => case.state.code().label(),
        }
    }
}

/// Facts of an application: what was known, overlaid by the form, and the track.
pub(crate) fn facts_of(edition: &Edition, answers: &Answers, known: Facts, track: &str) -> Facts {
    let mut facts = FormFacts { form: edition.form(), kpis: edition.kpis(), answers }.facts(known);
    if !track.is_empty() {
        facts.0.insert(TRACK_ITEM.to_owned(), Value::Text(track.to_owned()));
    }
    facts
}

/// What stands at the top of every page of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseHead {
    pub case: CaseId,
    pub title: String,
    pub track: LocalText,
    pub lead: String,
    pub call: String,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub state: LocalText,
    pub receipt_number: Option<String>,
    pub phase: Phase,
    pub seat: Seat,
    pub closes: Instant,
    /// The server's clock.
    pub now: Instant,
}

/// Section answers as the store keeps them.
pub(crate) fn section_answers(json: &str) -> Result<SectionAnswers, OfficeError> {
    serde_json::from_str(json).map_err(|e| OfficeError::fault(format!("draft_sections: {e}")))
}

/// Sections of our own, beside the form's: their names start with `_`, which no identifier of a guideline does.
pub(crate) const SEEN_EDITION: &str = "_edition";

/// What the office prepared of the grant decision.
pub(crate) const SEEN_DECISION: &str = "_decision";

/// The edition that the applicant last worked under.
pub(crate) fn seen_edition(saved: &[Section]) -> Option<Digest> {
    saved.iter().find(|s| s.section == SEEN_EDITION).and_then(|s| s.answers.trim_matches('"').parse().ok())
}

impl Office {
    /// Loads an application for somebody who takes part in it. A stranger learns nothing, not even that it exists.
    pub(crate) async fn draft(&self, person: &Person, case: CaseId, action: Action) -> Result<Draft, OfficeError> {
        let resource = self.store().resource_of(case).await?.ok_or(OfficeError::NotFound)?;
        let own = person.organisation.ok_or(OfficeError::NotFound)?;
        if !takes_part(&resource, own) || self.may(person, Action::ReadCase, &resource).is_err() {
            return Err(OfficeError::NotFound);
        }
        let permit = self.may(person, action, &resource)?;
        let row = self.store().application(case).await?.ok_or(OfficeError::NotFound)?;
        let file = self.store().case(&permit).await?;
        let edition = self.edition_in_force(&row.application.call)?;
        let lead = self.store().organisation(row.application.lead).await?.ok_or(OfficeError::NotFound)?;
        let known = Known::of(&self.store().facts(lead.id).await?);
        let saved = self.store().sections(case).await?;
        let mut answers = Answers::default();
        for section in saved.iter().filter(|s| !s.section.starts_with('_')) {
            answers.sections.entry(section.section.clone()).or_default().insert(section.member, section_answers(&section.answers)?);
        }
        let members = self.store().members(case).await?;
        let attachments = self.store().attachments(case).await?;
        let seat = if own == lead.id { Seat::Lead } else { seat_of(&members, own).ok_or(OfficeError::NotFound)? };
        Ok(Draft { row, file, edition, lead, known, saved, answers, members, attachments, seat, now: self.now() })
    }
}

fn takes_part(resource: &Resource, own: OrganisationId) -> bool {
    match resource {
        Resource::Case { lead, parties, .. } => *lead == Some(own) || parties.contains(&own),
        Resource::Office | Resource::Call(_) => false,
    }
}

fn seat_of(members: &[Member], own: OrganisationId) -> Option<Seat> {
    members.iter().find(|m| m.organisation == Some(own)).map(|m| Seat::Member(m.member))
}
