//! Handing in: the application, a corrected version of it, the grant request. What is handed in is exactly what was checked, and it
//! has arrived when the commit returns, not before and not by the click.

use std::collections::BTreeSet;

use banso_grant::decide::{self, GrantRequestOrder, SubmissionOrder};
use banso_grant::numbers::receipt_number;
use banso_grant::{CaseAct, CaseState, NewAct, Refusal};
use banso_guideline::{Section as FormSection, SectionContent, Truth};
use banso_kernel::{CaseId, CorporateNumber, Digest, Instant, LocalText, RequestId, StreamId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change, Committed};

use super::check::CheckPage;
use super::draft::{Draft, Phase, end_of};
use super::paper::{FORMAT, Paper, PaperAttachment, PaperMember, Stage};
use crate::work::Work;
use crate::{FieldProblem, Office, OfficeError};

/// What steps rest on that the Act leaves to the guideline.
pub(crate) const CLAUSE: &str = "公募要領";

/// What the applicant declares when handing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmitOrder {
    /// The draft as it stood on the page that was checked.
    pub revision: u64,
    /// That everything is true, and the duties are accepted.
    pub declared: bool,
    /// That it is handed in although a clause says no (行政手続法第7条: an application that arrives is examined).
    pub despite_no: bool,
    pub request: RequestId,
}

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// The act that records it.
    pub seq: u64,
    pub recorded_at: Instant,
}

impl Draft {
    fn paper(&self, stage: Stage) -> Paper {
        let form = self.form();
        let handed_in = |slot: &str| {
            form.sections.iter().any(|s| match &s.content {
                SectionContent::Documents(specs) => specs.iter().any(|d| d.id == slot),
                SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => {
                    false
                }
            })
        };
        let member = |m: &banso_store::Member| PaperMember {
            member: m.member,
            name: m.name.clone(),
            role: m.role.clone(),
            kind: m.kind.clone(),
            corporate_number: m.corporate_number,
        };
        let attachment = |a: &banso_store::Attachment| PaperAttachment {
            slot: a.slot.clone(),
            member: a.member,
            digest: a.digest,
            file_name: a.file_name.clone(),
            media_type: a.media_type.clone(),
            bytes: a.bytes,
        };
        // Who has left is no party: what they wrote stays with the draft.
        let numbers = self.member_numbers();
        let stands = |member: u32| member == 0 || numbers.contains(&member);
        let mut answers = self.answers.clone();
        answers.sections.values_mut().for_each(|sides| sides.retain(|member, _| stands(*member)));
        Paper {
            format: FORMAT,
            stage,
            call: self.row.application.call.clone(),
            edition: self.edition.digest(),
            title: self.row.application.title.clone(),
            track: self.row.application.track.clone(),
            members: self.members.iter().map(member).collect(),
            answers,
            attachments: self.attachments.iter().filter(|a| handed_in(&a.slot) && stands(a.member)).map(attachment).collect(),
        }
    }

    /// The numbers of all parties, the lead first, none twice.
    fn parties(&self, lead: CorporateNumber) -> Vec<CorporateNumber> {
        let mut seen = BTreeSet::from([lead]);
        let others = self.members.iter().filter_map(|m| m.corporate_number).filter(|n| seen.insert(*n)).collect::<Vec<_>>();
        std::iter::once(lead).chain(others).collect()
    }

    /// The slots of this stage that must not be empty.
    fn slots_required(&self) -> Vec<String> {
        let form = self.form();
        let wanted = |section: &FormSection| match &section.content {
            SectionContent::Documents(specs) => {
                let needs = self.needs(section, 0);
                let needed = |id: &str| needs.get(id).is_some_and(|n| n.truth == Truth::Yes);
                specs.iter().filter(|s| s.required.always() || needed(&s.id)).map(|s| s.id.clone()).collect::<Vec<_>>()
            }
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => {
                Vec::new()
            }
        };
        form.sections.iter().flat_map(wanted).collect()
    }
}

/// What keeps a checked page from being handed in.
fn obstacles(page: &CheckPage, order: &SubmitOrder) -> Vec<FieldProblem> {
    let mut found: Vec<FieldProblem> = page.problems.iter().map(|p| FieldProblem { field: String::new(), text: p.text.clone() }).collect();
    if page.breaks_a_clause() && !order.despite_no {
        found.push(FieldProblem::new(
            "despite",
            "要件を満たさない条項があります。それでも提出するときは、その旨にチェックを入れてください。",
            "A clause says no. To hand it in all the same, tick the box that says so.",
        ));
    }
    if !order.declared {
        found.push(FieldProblem::new(
            "declared",
            "内容に相違ないことの確認にチェックを入れてください。",
            "Tick the box that declares the content to be true.",
        ));
    }
    found
}

impl Office {
    /// Hands in the application: for the first time, once more after it was taken back, or corrected after it was returned.
    ///
    /// # Errors
    /// What is missing or wrong; [`OfficeError::Stale`] when the draft moved on since it was checked; [`OfficeError::TooLate`].
    pub async fn submit(&self, person: &Person, case: CaseId, order: SubmitOrder) -> Result<HandedIn, OfficeError> {
        let draft = self.draft(person, case, Action::SpeakForCase).await?;
        match draft.phase() {
            Phase::Filling { .. } | Phase::Correcting { .. } => self.hand_in_application(person, draft, order).await,
            Phase::Requesting { .. } | Phase::CorrectingRequest { .. } => self.hand_in_request(person, draft, order).await,
            // What was taken back is not handed in, whatever was answered before.
            Phase::Closed { at } => Err(OfficeError::TooLate { closed: at }),
            Phase::Submitted { .. } | Phase::Waiting | Phase::Granted { .. } | Phase::Ended => {
                let stale = LocalText::new("この申請は、すでに提出されています。", "This application was handed in already.");
                self.answered_before(case, &order, OfficeError::Stale(stale)).await
            }
        }
    }

    /// A button pressed twice is answered twice with the same: nothing is written by asking.
    async fn answered_before(&self, case: CaseId, order: &SubmitOrder, otherwise: OfficeError) -> Result<HandedIn, OfficeError> {
        match self.store().answered(order.request).await? {
            Some(committed) if committed.acts.first().is_some_and(|a| a.stream == StreamId::Case(case)) => handed_in(&committed),
            Some(_) | None => Err(otherwise),
        }
    }

    async fn hand_in_application(&self, person: &Person, draft: Draft, order: SubmitOrder) -> Result<HandedIn, OfficeError> {
        if draft.case().is_some_and(|c| matches!(c.state, CaseState::SubmissionWithdrawn { .. })) && self.done_before(order.request).await?
        {
            return Err(OfficeError::Stale(LocalText::new(
                "この提出は、そのあとに取り下げられました。もう一度提出するときは、入力内容の確認の画面から進んでください。",
                "What was submitted so was taken back since. To submit again, go on from the page of your answers.",
            )));
        }
        let page = draft.check();
        let flaws = obstacles(&page, &order);
        if !flaws.is_empty() {
            return Err(OfficeError::Invalid(flaws));
        }
        let (Some(requested), Some(lead)) = (page.requested, draft.lead.corporate_number) else { return Err(OfficeError::NotFound) };
        let paper = draft.paper(Stage::Application);
        let text = paper.canonical().map_err(OfficeError::fault)?;
        let submission = SubmissionOrder {
            call: paper.call.clone(),
            title: paper.title.clone(),
            track: paper.track.clone(),
            lead,
            parties: draft.parties(lead),
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested,
        };
        let by = self.by(person, draft.edition.digest(), CLAUSE);
        let act = match draft.case() {
            None => {
                let number = receipt_number(&draft.edition.meta().number_prefix, draft.case_id());
                decide::submit(&submission, &number, draft.window(), &by)
            }
            Some(case) => decide::resubmit(case, &submission, draft.window(), &by),
        };
        let until = decide::accepted_until(draft.case(), draft.window());
        self.hand_in(&draft, act, &text, until, order).await
    }

    async fn hand_in_request(&self, person: &Person, draft: Draft, order: SubmitOrder) -> Result<HandedIn, OfficeError> {
        let page = draft.check();
        let flaws = obstacles(&page, &order);
        if !flaws.is_empty() {
            return Err(OfficeError::Invalid(flaws));
        }
        let (Some(case), Some(requested)) = (draft.case(), page.requested) else { return Err(OfficeError::NotFound) };
        let paper = draft.paper(Stage::GrantRequest);
        let text = paper.canonical().map_err(OfficeError::fault)?;
        let request = GrantRequestOrder {
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested,
            computed: page.subsidy.exactly().unwrap_or(Yen::ZERO),
            slots_required: draft.slots_required(),
        };
        let act = decide::request_grant(case, &request, &self.by(person, draft.edition.digest(), CLAUSE));
        let until = match draft.phase() {
            Phase::CorrectingRequest { due, .. } => Some(end_of(due)),
            Phase::Filling { .. }
            | Phase::Closed { .. }
            | Phase::Submitted { .. }
            | Phase::Correcting { .. }
            | Phase::Waiting
            | Phase::Requesting { .. }
            | Phase::Granted { .. }
            | Phase::Ended => None,
        };
        match until {
            Some(until) => self.hand_in(&draft, act, &text, until, order).await,
            None => self.hand_in(&draft, act, &text, Instant::from_micros(i64::MAX / 2048).unwrap_or(draft.now), order).await,
        }
    }

    /// Appends the act with its text and its letter, if the draft is still the one that was checked and the time is not over when it
    /// is recorded.
    async fn hand_in(
        &self,
        draft: &Draft,
        act: Result<NewAct<CaseAct>, Refusal>,
        text: &str,
        until: Instant,
        order: SubmitOrder,
    ) -> Result<HandedIn, OfficeError> {
        let act = match act {
            Ok(act) => act,
            Err(refusal) => return self.answered_before(draft.case_id(), &order, refusal.into()).await,
        };
        let (case, after) = (draft.case_id(), draft.file.as_ref().map_or(0, banso_store::CaseFile::seq));
        let batch = Batch::case(case, after, vec![act])
            .and_change(Change::keep_content(text))
            .and_change(Change::draft_stands(case, order.revision))
            .and_job(self.job(&Work::Tell { case, seq: after + 1 })?)
            .not_after(until)
            .request(order.request);
        handed_in(&self.append(batch).await?)
    }
}

fn handed_in(committed: &Committed) -> Result<HandedIn, OfficeError> {
    let act = committed.acts.first().ok_or_else(|| OfficeError::fault("a submission was recorded without its act"))?;
    Ok(HandedIn { seq: act.seq, recorded_at: committed.recorded_at })
}
