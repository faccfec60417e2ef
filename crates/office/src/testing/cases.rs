//! Cases made in a few lines, for tests of the desks behind the applicant's: a call of this repository's programmes, applications
//! handed in by made-up firms, a review opened over them.

#![expect(clippy::unwrap_used, reason = "a case that cannot be made fails its test")]

use std::path::Path;

use banso_grant::decide::{self, By, SubmissionOrder, Window};
use banso_grant::{Actor, CallAct, CaseAct, NewAct, StateCode};
use banso_guideline::answers::{Answers, Place};
use banso_guideline::{Dictionary, Edition, Field, FieldKind, Library, Section, SectionContent, Side};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, LocalText, Yen};
use banso_permits::{Action, Person, Resource};
use banso_store::{Application, Attachment, Batch, CallFile, CaseFile, Change, Plan, PlanKind};

use super::TestOffice;
use crate::apply::{FORMAT, Paper, PaperAttachment, PaperMember, Stage};
use crate::{Loaded, ProgrammeFile, Words};

/// The programme file that cases are made under: its call is open on the day on which a test office stands.
pub const PROGRAMME: &str = "programmes/go-tech/r7-1.md";

/// The bytes of every document of a made-up case.
pub const DOCUMENT: &[u8] = b"%PDF-1.7\n% made up for a test\n%%EOF\n";

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

impl TestOffice {
    /// Publishes [`PROGRAMME`].
    ///
    /// # Panics
    /// When it cannot be published.
    pub async fn published(&self) -> CallId {
        let file = ProgrammeFile { path: PROGRAMME.to_owned(), text: programme() };
        match &self.load_programmes(&[file], &words()).await.unwrap()[..] {
            [Loaded::Published { call, .. } | Loaded::Unchanged { call }] => call.clone(),
            other => unreachable!("{other:?}"),
        }
    }

    /// An application handed in by the organisation of `lead`: every text answered, one document in each place.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn handed_in(&self, call: &CallId, lead: &Person, title: &str) -> CaseId {
        let edition = self.edition_in_force(call).unwrap();
        let organisation = self.store().organisation(lead.organisation.unwrap()).await.unwrap().unwrap();
        let number = organisation.corporate_number.unwrap();
        let case = CaseId::new(self.new_uuid());
        let stored = self.store().documents().store(DOCUMENT).await.unwrap();
        let paper = paper(&edition, title, (&organisation.name, number), stored.digest);
        let text = paper.canonical().unwrap();
        let order = SubmissionOrder {
            call: call.clone(),
            title: title.to_owned(),
            track: paper.track.clone(),
            lead: number,
            parties: vec![number],
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested: Yen::new(42_000_000),
        };
        let by = self.acting(lead, &edition);
        let window = Window { opens: edition.meta().opens, closes: edition.meta().closes };
        let receipt = format!("{}-{}", edition.meta().number_prefix, &case.to_string()[28..]);
        let act = decide::submit(&order, &receipt, window, &by).unwrap();
        let application = Application {
            case,
            call: call.clone(),
            lead: organisation.id,
            title: title.to_owned(),
            track: paper.track.clone(),
            created_by: lead.id,
        };
        let mut batch =
            Batch::case(case, 0, vec![act]).and_change(Change::start_application(&application)).and_change(Change::keep_content(&text));
        for a in &paper.attachments {
            batch = batch.and_change(Change::attach(case, &attachment(a, lead, by.now)));
        }
        self.store().commit(batch).await.unwrap();
        case
    }

    /// Finds these cases complete, opens the review of their call and assigns all of these reviewers to each.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn under_review(&self, cases: &[CaseId], officer: &Person, reviewers: &[&Person], due: Day) {
        let first = self.case_file(*cases.first().unwrap()).await;
        let id = first.case.submission.paper.call.clone();
        let edition = self.edition_in_force(&id).unwrap();
        let by = self.acting(officer, &edition);
        for case in cases {
            let file = self.case_file(*case).await;
            if file.case.state.code() == StateCode::Submitted {
                let act = decide::pass_completeness(&file.case, &["様式の記入".to_owned(), "必要書類".to_owned()], &by).unwrap();
                self.record(&file, act).await;
            }
        }
        let planned = banso_grant::canonical_json(&serde_json::json!({ "each": reviewers.len(), "cases": [], "loads": [] })).unwrap();
        let plan =
            Plan { digest: Digest::of(planned.as_bytes()), call: id.clone(), kind: PlanKind::Review, body: planned, made_by: officer.id };
        let call = self.call_file(&id).await;
        let act = decide::open_review(&call.call, plan.digest, due, &by).unwrap();
        self.record_call(&call, act, vec![Change::keep_plan(&plan)]).await;
        let call = self.call_file(&id).await;
        let people: Vec<_> = reviewers.iter().map(|r| r.id).collect();
        for case in cases {
            let file = self.case_file(*case).await;
            let act = decide::assign_reviewers(&file.case, &call.call, edition.selection(), &people, &by).unwrap();
            self.record(&file, act).await;
        }
    }

    /// A case with its acts, past every permit.
    ///
    /// # Panics
    /// When there is none.
    pub async fn case_file(&self, case: CaseId) -> CaseFile {
        let somebody = self.everyone();
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
    ///
    /// # Panics
    /// When there is none.
    pub async fn call_file(&self, call: &CallId) -> CallFile {
        self.store().call(call).await.unwrap().unwrap()
    }

    fn everyone(&self) -> Person {
        let id = banso_kernel::PersonId::new(self.new_uuid());
        Person { id, roles: [banso_permits::Role::Auditor].into(), organisation: None }
    }

    /// Who acts, under which edition, now.
    #[must_use]
    pub fn acting(&self, person: &Person, edition: &Edition) -> By {
        By { actor: Actor::Person(person.id), edition: edition.digest(), now: self.now(), clause: edition.selection().clause.clone() }
    }

    /// Records an act of a case.
    ///
    /// # Panics
    /// When it is stale.
    pub async fn record(&self, file: &CaseFile, act: NewAct<CaseAct>) {
        self.store().commit(Batch::case(file.id, file.seq(), vec![act])).await.unwrap();
    }

    /// Records an act of a call.
    ///
    /// # Panics
    /// When it is stale.
    pub async fn record_call(&self, file: &CallFile, act: NewAct<CallAct>, changes: Vec<Change>) {
        let mut batch = Batch::call(file.id.clone(), file.seq(), vec![act]);
        batch.changes = changes;
        self.store().commit(batch).await.unwrap();
    }
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

/// A paper with something in every place.
fn paper(edition: &Edition, title: &str, lead: (&str, CorporateNumber), document: Digest) -> Paper {
    let mut answers = Answers::default();
    for section in &edition.form().sections {
        fill(&mut answers, edition, section, title);
    }
    let slots = edition.form().sections.iter().filter_map(|s| match &s.content {
        SectionContent::Documents(specs) => Some(specs),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
    });
    let file = |spec: &banso_guideline::DocumentSpec| PaperAttachment {
        slot: spec.id.clone(),
        member: 0,
        digest: document,
        file_name: format!("{}.pdf", spec.title.ja),
        media_type: "application/pdf".to_owned(),
        bytes: DOCUMENT.len() as u64,
    };
    let member = PaperMember {
        member: 1,
        name: lead.0.to_owned(),
        role: "主たる研究等実施機関".to_owned(),
        kind: "中小企業者等".to_owned(),
        corporate_number: Some(lead.1),
    };
    Paper {
        format: FORMAT,
        stage: Stage::Application,
        call: edition.meta().call.clone(),
        edition: edition.digest(),
        title: title.to_owned(),
        track: edition.tracks().first().map(|t| t.name.clone()).unwrap_or_default(),
        members: vec![member],
        attachments: slots.flatten().map(file).collect(),
        answers,
    }
}

fn fill(answers: &mut Answers, edition: &Edition, section: &Section, title: &str) {
    let mut set = |member: u32, key: String, text: String| answers.set(Place { section: section.id.clone(), member, key }, text);
    match &section.content {
        SectionContent::Fields(fields) => {
            let member = if section.side == Side::Lead { 0 } else { 1 };
            fields.iter().for_each(|f| set(member, f.id.clone(), example(f, title)));
        }
        SectionContent::Consortium { parts, .. } => parts.iter().for_each(|p| set(0, format!("1.{}", p.id), example(p, title))),
        SectionContent::Budget { lines, .. } => {
            for (n, line) in lines.iter().enumerate().take(4) {
                set(1, format!("{}.1", line.name), format!("{}", 4_000_000 + 1_000_000 * n));
                set(1, format!("{}.2", line.name), format!("{}", 3_000_000 + 500_000 * n));
            }
        }
        SectionContent::Kpis => edition.kpis().iter().for_each(|k| set(0, k.id.clone(), "60".to_owned())),
        SectionContent::Documents(_) => {}
    }
}

fn example(field: &Field, title: &str) -> String {
    let label = |l: &LocalText| l.ja.clone();
    match &field.kind {
        FieldKind::Text { .. } => format!("{title}（{}）", label(&field.label)),
        FieldKind::LongText { .. } => format!(
            "【{}】架空の記述です。{title}に向けて、従来は熟練者に頼っていた工程を計測と解析で置き換えます。\n1年目に試作機を作り、2年目に量産条件で確かめます。",
            label(&field.label)
        ),
        FieldKind::Number { unit } if unit == "円" => "30000000".to_owned(),
        FieldKind::Number { .. } => "2".to_owned(),
        FieldKind::Choice(options) => options.first().cloned().unwrap_or_default(),
        FieldKind::YesNo => "いいえ".to_owned(),
        FieldKind::Day => "2010-04-01".to_owned(),
        FieldKind::CorporateNumber => CorporateNumber::from_body(123_456_789_012).to_string(),
    }
}
