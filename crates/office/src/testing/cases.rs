//! Cases made in a few lines by the decisions themselves, for tests of the desks behind the applicant's: a call of this repository's
//! programmes, applications handed in by made-up firms, a review opened over them.

#![expect(clippy::unwrap_used, reason = "a case that cannot be made fails its test")]

use std::path::Path;

use banso_grant::decide::{self, By, GrantRequestOrder, SheetOrder, SubmissionOrder, Window};
use banso_grant::numbers::receipt_number;
use banso_grant::{Actor, CallAct, CaseAct, Declaration, NewAct, ReadWith, StateCode};
use banso_guideline::{Dictionary, Edition, Library};
use banso_kernel::{CallId, CaseId, Day, Digest, PersonId};
use banso_permits::{Action, Person, Resource, Role};
use banso_store::{Application, Attachment, Batch, CallFile, CaseFile, Change, EditionText, Plan, PlanKind, SaveSection};

use super::TestOffice;
use super::papers::{DOCUMENT, REQUESTED, paper};
use crate::apply::{Paper, PaperAttachment, QUOTES, SEEN_EDITION, Stage, lead_row};
use crate::letters::document_specs;
use crate::timeline::FRONT_MATTER;
use crate::{Loaded, ProgrammeFile, Words};

/// The programme file that cases are made under: its call is open on the day on which a test office stands.
pub const PROGRAMME: &str = "programmes/go-tech/r7-1.md";
const BUDGET: &str = "予算: 123億円";

fn repository(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// What the repository's guidelines are read with.
///
/// # Panics
/// When they cannot be read.
#[must_use]
pub fn words() -> Words {
    let dictionary = Dictionary::parse(&repository("facts/dictionary.md")).unwrap();
    let library = Library::parse(&repository("facts/definitions.md"), &dictionary).unwrap();
    Words { dictionary, library }
}

/// The text of [`PROGRAMME`].
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn programme() -> String {
    repository(PROGRAMME)
}

/// The text of [`PROGRAMME`] with this budget, as a guideline writes it.
///
/// # Panics
/// When it cannot be read.
#[must_use]
pub fn programme_with_budget(budget: &str) -> String {
    programme().replace(BUDGET, &format!("予算: {budget}"))
}

/// Calls and people. Each panics when a step is refused.
impl TestOffice {
    /// Publishes [`PROGRAMME`].
    pub async fn published(&self) -> CallId {
        self.publish(programme()).await
    }

    /// Publishes [`PROGRAMME`] with this budget, as a guideline writes it.
    pub async fn published_with_budget(&self, budget: &str) -> CallId {
        self.publish(programme_with_budget(budget)).await
    }

    /// Publishes this text in the place of [`PROGRAMME`].
    pub async fn publish(&self, text: String) -> CallId {
        let file = ProgrammeFile { path: PROGRAMME.to_owned(), text };
        match &self.load_programmes(&[file], &words()).await.unwrap()[..] {
            [Loaded::Published { call, .. } | Loaded::Unchanged { call }] => call.clone(),
            other => unreachable!("{other:?}"),
        }
    }

    /// Publishes another round beside `first`, which stands in the place of [`PROGRAMME`] already.
    pub async fn publish_beside(&self, first: String, path: &str, text: String) -> CallId {
        let files = [(PROGRAMME, first), (path, text)].map(|(path, text)| ProgrammeFile { path: path.to_owned(), text });
        match &self.load_programmes(&files, &words()).await.unwrap()[..] {
            [_, Loaded::Published { call, .. }] => call.clone(),
            other => unreachable!("{other:?}"),
        }
    }

    /// Puts an edition on record as an earlier program could have: whatever its text is, it was accepted then.
    pub async fn published_before(&self, call: &CallId, number: u32, text: &str, read_with: Option<ReadWith>) -> Digest {
        let (digest, name) = (Digest::of(text.as_bytes()), format!("第{number}版"));
        let after = self.store().call(call).await.unwrap().map_or(0, |file| file.seq());
        let act = NewAct {
            act: CallAct::EditionPublished { edition: digest, name: name.clone(), read_with },
            actor: Actor::System,
            authority: "事務局".to_owned(),
            clause: FRONT_MATTER.to_owned(),
            edition: digest,
            effective_on: self.now().day(),
        };
        let kept = EditionText { digest, call: call.clone(), number, name, source: text.to_owned(), read_with };
        let batch = Batch::call(call.clone(), after, vec![act]).and_change(Change::keep_edition(&kept));
        self.store().commit(batch).await.unwrap();
        digest
    }

    /// Somebody who applies for a made-up firm of this name.
    pub async fn applicant(&self, login: &str, firm: &str) -> Person {
        let firm = self.organisation(firm, "sme").await;
        self.somebody(login, &[Role::Applicant], Some(firm)).await
    }

    /// Reviewers with these logins.
    pub async fn reviewers(&self, logins: &[&str]) -> Vec<Person> {
        let mut people = Vec::new();
        for login in logins {
            people.push(self.somebody(login, &[Role::Reviewer], None).await);
        }
        people
    }
}

/// Steps of a case. Each panics when it is refused.
impl TestOffice {
    /// An application handed in by the organisation of `lead`: everything answered, one document in each place.
    pub async fn handed_in(&self, call: &CallId, lead: &Person, title: &str) -> CaseId {
        let edition = self.edition_in_force(call).unwrap();
        let slots: Vec<&str> = document_specs(&edition).map(|d| d.id.as_str()).collect();
        self.handed_in_with(call, lead, title, &slots).await
    }

    /// The same with documents in these places only.
    pub async fn handed_in_with(&self, call: &CallId, lead: &Person, title: &str, slots: &[&str]) -> CaseId {
        let edition = self.edition_in_force(call).unwrap();
        let case = CaseId::new(self.new_uuid());
        let (paper, text) = self.paper_of(&edition, Stage::Application, lead, title, slots).await;
        let numbers: Vec<_> = paper.members.iter().filter_map(|m| m.corporate_number).collect();
        let order = SubmissionOrder {
            call: call.clone(),
            title: title.to_owned(),
            track: paper.track.clone(),
            lead: *numbers.first().unwrap(),
            parties: numbers,
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested: REQUESTED,
        };
        let (by, meta) = (self.acting(lead, &edition), edition.meta());
        let window = Window { opens: meta.opens, closes: meta.closes };
        let act = decide::submit(&order, &receipt_number(&meta.number_prefix, case), window, &by).unwrap();
        let application = Application {
            case,
            call: call.clone(),
            lead: lead.organisation.unwrap(),
            title: title.to_owned(),
            track: paper.track.clone(),
            created_by: lead.id,
        };
        let own = self.store().organisation(application.lead).await.unwrap().unwrap();
        let mut batch = Batch::case(case, 0, vec![act])
            .and_change(Change::start_application(&application))
            .and_change(Change::put_member(case, &lead_row(&own, &edition)))
            .and_change(Change::keep_content(&text));
        for save in saved(case, &paper, lead.id) {
            batch = batch.and_change(Change::save_section(&save));
        }
        for a in &paper.attachments {
            batch = batch.and_change(Change::attach(case, &attachment(a, lead, by.now)));
        }
        self.store().commit(batch).await.unwrap();
        case
    }

    async fn paper_of(&self, edition: &Edition, stage: Stage, lead: &Person, title: &str, slots: &[&str]) -> (Paper, String) {
        let firm = self.store().organisation(lead.organisation.unwrap()).await.unwrap().unwrap();
        self.store().documents().store(DOCUMENT).await.unwrap();
        let paper = paper(edition, stage, title, (&firm.name, firm.corporate_number.unwrap()), slots);
        let text = paper.canonical().unwrap();
        (paper, text)
    }

    /// Finds these cases complete, opens the review of their call and assigns all of these reviewers to each.
    pub async fn under_review(&self, cases: &[CaseId], officer: &Person, reviewers: &[Person], due: Day) {
        self.review_opened(cases, officer, due).await;
        for case in cases {
            self.assigned(*case, officer, reviewers).await;
        }
    }

    /// Finds these cases complete and opens the review of their call.
    pub async fn review_opened(&self, cases: &[CaseId], officer: &Person, due: Day) {
        let id = self.case_file(*cases.first().unwrap()).await.case.submission.paper.call.clone();
        let by = self.acting(officer, &self.edition_in_force(&id).unwrap());
        for case in cases {
            let file = self.case_file(*case).await;
            if file.case.state.code() == StateCode::Submitted {
                let act = decide::pass_completeness(&file.case, &["様式の記入".to_owned(), "必要書類".to_owned()], &by).unwrap();
                self.record(&file, act).await;
            }
        }
        let planned = banso_grant::canonical_json(&serde_json::json!({ "each": 3, "cases": [], "loads": [] })).unwrap();
        let plan =
            Plan { digest: Digest::of(planned.as_bytes()), call: id.clone(), kind: PlanKind::Review, body: planned, made_by: officer.id };
        let call = self.call_file(&id).await;
        // Whatever the day of the test is, the review begins after the call has closed.
        let closes = self.edition_in_force(&id).unwrap().meta().closes;
        let by = By { now: by.now.max(closes.plus_seconds(1)), ..by };
        let act = decide::open_review(&call.call, plan.digest, due, closes, &by).unwrap();
        self.record_call(&call, act, vec![Change::keep_plan(&plan)]).await;
    }

    /// Assigns these reviewers to a case.
    pub async fn assigned(&self, case: CaseId, officer: &Person, reviewers: &[Person]) {
        let (file, call, edition) = self.whole(case).await;
        let people: Vec<_> = reviewers.iter().map(|r| r.id).collect();
        let by = self.acting(officer, &edition);
        let act = decide::assign_reviewers(&file.case, &call.call, edition.selection(), &people, &by).unwrap();
        self.record(&file, act).await;
    }

    /// A reviewer declares no conflict and hands in a sheet with about this share of the points of each criterion.
    pub async fn reviewed(&self, case: CaseId, reviewer: &Person, hundredths: u32) {
        let (file, call, edition) = self.whole(case).await;
        let (by, sheet) = (self.acting(reviewer, &edition), edition.score_sheet());
        let act = decide::declare_conflict(&file.case, &call.call, reviewer.id, Declaration::NoConflict, &by).unwrap();
        self.record(&file, act).await;
        let order = SheetOrder {
            reviewer: reviewer.id,
            points: sheet.criteria.iter().map(|c| (c.id.clone(), c.points_max * hundredths.min(100) / 100)).collect(),
            commented: sheet.criteria.iter().map(|c| c.id.clone()).collect(),
            comments: Digest::of(b"{}"),
        };
        let file = self.case_file(case).await;
        let act = decide::submit_review(&file.case, &call.call, sheet, &order, &by).unwrap();
        let batch = Batch::case(case, file.seq(), vec![act]).and_change(Change::keep_content("{}"));
        self.store().commit(batch).await.unwrap();
    }

    /// The grant request of a selected case, quotes attached.
    pub async fn grant_requested(&self, case: CaseId, lead: &Person) {
        let (file, _, edition) = self.whole(case).await;
        let (paper, text) = self.paper_of(&edition, Stage::GrantRequest, lead, &file.case.submission.paper.title, &[QUOTES]).await;
        let order = GrantRequestOrder {
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested: REQUESTED,
            computed: REQUESTED,
            slots_required: vec![QUOTES.to_owned()],
        };
        let act = decide::request_grant(&file.case, &order, &self.acting(lead, &edition)).unwrap();
        let job = self.tells_next(&file).unwrap();
        let batch = Batch::case(case, file.seq(), vec![act]).and_change(Change::keep_content(&text)).and_job(job);
        self.append(batch).await.unwrap();
    }

    /// A case, its call, and the edition in force.
    async fn whole(&self, case: CaseId) -> (CaseFile, CallFile, Edition) {
        let file = self.case_file(case).await;
        let call = self.call_file(&file.case.submission.paper.call).await;
        let edition = self.edition_in_force(&call.id).unwrap();
        (file, call, edition)
    }

    /// A case with its acts, past every permit.
    pub async fn case_file(&self, case: CaseId) -> CaseFile {
        let id = PersonId::new(self.new_uuid());
        let somebody = Person { id, roles: [Role::Auditor].into(), organisation: None };
        let mut resource = self.store().resource_of(case).await.unwrap().unwrap();
        if let Resource::Case { lead, parties, reviewers, .. } = &mut resource {
            *lead = None;
            parties.clear();
            reviewers.clear();
        }
        let permit = self.may(&somebody, Action::Audit, &resource).unwrap();
        self.store().case(&permit).await.unwrap().unwrap()
    }

    /// A call with its acts.
    pub async fn call_file(&self, call: &CallId) -> CallFile {
        self.store().call(call).await.unwrap().unwrap()
    }

    /// Who acts, under which edition, now.
    #[must_use]
    pub fn acting(&self, person: &Person, edition: &Edition) -> By {
        By { actor: Actor::Person(person.id), edition: edition.digest(), now: self.now(), clause: edition.selection().clause.clone() }
    }

    /// Records an act of a case.
    pub async fn record(&self, file: &CaseFile, act: NewAct<CaseAct>) {
        self.store().commit(Batch::case(file.id, file.seq(), vec![act])).await.unwrap();
    }

    /// Records an act of a call.
    async fn record_call(&self, file: &CallFile, act: NewAct<CallAct>, changes: Vec<Change>) {
        let mut batch = Batch::call(file.id.clone(), file.seq(), vec![act]);
        batch.changes = changes;
        self.store().commit(batch).await.unwrap();
    }
}

/// The draft that the paper was handed in from.
fn saved(case: CaseId, paper: &Paper, by: PersonId) -> Vec<SaveSection> {
    let save =
        |section: &str, member: u32, answers: String| SaveSection { case, section: section.to_owned(), member, based_on: 0, answers, by };
    let mut all = vec![save(SEEN_EDITION, 0, format!("\"{}\"", paper.edition))];
    for (section, sides) in &paper.answers.sections {
        all.extend(sides.iter().map(|(member, answers)| save(section, *member, serde_json::to_string(answers).unwrap())));
    }
    all
}

fn attachment(a: &PaperAttachment, by: &Person, at: banso_kernel::Instant) -> Attachment {
    Attachment {
        slot: a.slot.clone(),
        member: a.member,
        digest: a.digest,
        file_name: a.file_name.clone(),
        media_type: a.media_type.clone(),
        bytes: a.bytes,
        uploaded_by: by.id,
        uploaded_at: at,
    }
}
