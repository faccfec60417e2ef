//! A call with cases in it, made by the decisions themselves, for tests of what comes after the review. Everybody and every amount in it
//! is made up.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a stage that cannot be set fails its test")]

use std::collections::BTreeSet;
use std::path::Path;

use banso_grant::decide::{self, By, SheetOrder, SubmissionOrder, Window};
use banso_grant::{CaseAct, Declaration, DocumentRef, NewAct, decide::GrantRequestOrder};
use banso_guideline::answers::{Answers, Place};
use banso_guideline::{Dictionary, Edition, Library};
use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, Instant, OrganisationId, RequestId, Yen};
use banso_permits::{Action, Person, Role};
use banso_store::{Application, Batch, CaseFile, Change, Plan, PlanKind};
use uuid::Uuid;

use crate::apply::{FORMAT, Paper, PaperAttachment, PaperMember, Stage as PaperStage};
use crate::testing::TestOffice;
use crate::{Office, ProgrammeFile, Words};

const CALL: &str = "go-tech/r7-1";
const BUDGET: &str = "予算: 123億円";
/// The subsidy of every case on the stage: two thirds of 3,000万円 and of 1,500万円, and 600万円 at the fixed rate.
pub const REQUESTED: Yen = Yen::new(36_000_000);

/// An office whose Go-Tech call has cases that were reviewed.
pub struct Stage {
    pub office: TestOffice,
    pub call: CallId,
    pub officer: Person,
    pub director: Person,
    pub auditor: Person,
    pub reviewers: Vec<Person>,
    /// Cases with somebody of their lead, in the order of arrival.
    pub cases: Vec<(CaseId, Person)>,
}

fn repository(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// Points of a sheet that add up to about this share of the whole.
fn points(edition: &Edition, hundredths: u32) -> Vec<(String, u32)> {
    edition.score_sheet().criteria.iter().map(|c| (c.id.clone(), c.points_max * hundredths.min(100) / 100)).collect()
}

fn documents(slots: &[&str], case: usize) -> Vec<(DocumentRef, Vec<u8>)> {
    let made = |slot: &&str| {
        let bytes = format!("%PDF-1.4 synthetic {slot} {case}\n%%EOF\n").into_bytes();
        (DocumentRef { digest: Digest::of(&bytes), bytes: bytes.len() as u64, slot: (*slot).to_owned() }, bytes)
    };
    slots.iter().map(made).collect()
}

/// Titles of the made-up projects.
const TITLES: [&str; 6] = [
    "耐熱合金の微細切削の高速化",
    "樹脂成形の不良予測",
    "接合部の非破壊検査",
    "表面処理の低温化",
    "小型測定器の高精度化",
    "難削材の工具摩耗予測",
];

impl Stage {
    /// A call with this budget (as a guideline writes it) and so many cases, each marked by three of four reviewers; the first cases
    /// are the better ones, and every third claims a bonus.
    ///
    /// # Panics
    /// When the stage cannot be set, as every method here.
    pub async fn reviewed(cases: usize, budget: &str) -> Self {
        let office = TestOffice::at("2025-06-02T10:00:00+09:00").await;
        let dictionary = Dictionary::parse(&repository("facts/dictionary.md")).unwrap();
        let library = Library::parse(&repository("facts/definitions.md"), &dictionary).unwrap();
        let path = format!("programmes/{CALL}.md");
        let text = repository(&path).replace(BUDGET, &format!("予算: {budget}"));
        office.load_programmes(&[ProgrammeFile { path, text }], &Words { dictionary, library }).await.unwrap();
        let mut reviewers = Vec::new();
        for name in ["rev-a", "rev-b", "rev-c", "rev-d"] {
            reviewers.push(office.somebody(name, &[Role::Reviewer], None).await);
        }
        let officer = office.somebody("officer", &[Role::Officer], None).await;
        let director = office.somebody("director", &[Role::Director], None).await;
        let auditor = office.somebody("auditor", &[Role::Auditor], None).await;
        let call = CallId::parse(CALL).unwrap();
        let mut stage = Stage { office, call, officer, director, auditor, reviewers, cases: Vec::new() };
        for n in 0..cases {
            stage.submit(n).await;
        }
        stage.review().await;
        stage
    }

    fn edition(&self) -> Edition {
        self.office.edition_in_force(&self.call).unwrap()
    }

    fn by(&self, person: &Person) -> By {
        self.office.by(person, self.edition().digest(), "5-2")
    }

    /// A press of a button.
    #[must_use]
    pub fn press(&self) -> RequestId {
        RequestId::new(Uuid::now_v7())
    }

    /// A case as the ledger has it.
    pub async fn file(&self, case: CaseId) -> CaseFile {
        let permit = self.office.may_case(&self.auditor, Action::ReadCase, case).await.unwrap();
        self.office.case(&permit).await.unwrap()
    }

    async fn append(&self, case: CaseId, act: NewAct<CaseAct>) {
        let after = self.file(case).await.seq();
        self.office.append(Batch::case(case, after, vec![act])).await.unwrap();
        self.office.wait_seconds(60);
    }

    async fn submit(&mut self, n: usize) {
        let firm = self.office.organisation(&format!("株式会社架空{}", n + 1), "sme").await;
        let person = self.office.somebody(&format!("firm-{n}"), &[Role::Applicant], Some(firm)).await;
        let case = CaseId::new(Uuid::now_v7());
        let title = format!("{}（架空{}）", TITLES[n % TITLES.len()], n + 1);
        let slots: &[&str] =
            if n.is_multiple_of(3) { &["plan-pdf", "accounts", "pledge", "wage-plan"] } else { &["plan-pdf", "accounts", "pledge"] };
        let (paper, text) = self.paper(PaperStage::Application, &title, firm, slots, n).await;
        let lead = paper.members[0].corporate_number.unwrap();
        let order = SubmissionOrder {
            call: self.call.clone(),
            title: title.clone(),
            track: paper.track.clone(),
            lead,
            parties: paper.members.iter().filter_map(|m| m.corporate_number).collect(),
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested: REQUESTED,
        };
        let meta = self.edition().meta().clone();
        let by = self.by(&person);
        let number = banso_grant::numbers::receipt_number(&meta.number_prefix, u32::try_from(n + 1).unwrap());
        let act = decide::submit(&order, &number, Window { opens: meta.opens, closes: meta.closes }, &by).unwrap();
        let application =
            Application { case, call: self.call.clone(), lead: firm, title, track: paper.track.clone(), created_by: person.id };
        let batch =
            Batch::case(case, 0, vec![act]).and_change(Change::start_application(&application)).and_change(Change::keep_content(&text));
        self.office.append(batch).await.unwrap();
        self.office.wait_seconds(60);
        self.cases.push((case, person));
    }

    async fn paper(&self, stage: PaperStage, title: &str, firm: OrganisationId, slots: &[&str], n: usize) -> (Paper, String) {
        let number = self.office.store().organisation(firm).await.unwrap().unwrap().corporate_number.unwrap();
        let serial = u64::try_from(n).unwrap();
        let member = |member: u32, name: &str, kind: &str, role: &str, corporate_number: CorporateNumber| PaperMember {
            member,
            name: name.to_owned(),
            role: role.to_owned(),
            kind: kind.to_owned(),
            corporate_number: Some(corporate_number),
        };
        let members = vec![
            member(1, &format!("株式会社架空{}", n + 1), "中小企業者等", "主たる研究等実施機関", number),
            member(2, "架空工業大学", "大学・公設試等", "研究等実施機関", CorporateNumber::from_body(111)),
            member(3, "架空支援機構", "事業管理機関", "事業管理機関", CorporateNumber::from_body(2_000 + serial)),
        ];
        let mut answers = Answers::default();
        let mut set = |section: &str, member: u32, key: &str, text: &str| {
            answers.set(Place { section: section.to_owned(), member, key: key.to_owned() }, text.to_owned());
        };
        set("overview", 0, "補助事業期間", "3");
        set("overview", 0, "重複受給", "いいえ");
        set("overview", 0, "summary", "架空の要約です。");
        for m in &members {
            set("consortium", 0, &format!("{}.名称", m.member), &m.name);
            set("consortium", 0, &format!("{}.区分", m.member), &m.kind);
            set("consortium", 0, &format!("{}.役割", m.member), &m.role);
            for (key, text) in [("業種", "製造業その他"), ("資本金", "30,000,000"), ("従業員数", "25"), ("課税所得平均", "200,000,000")]
            {
                set("member", m.member, key, text);
            }
        }
        for (member, key, yen) in [
            (1, "物品費.1", "30,000,000"),
            (1, "人件費.2", "15,000,000"),
            (2, "その他経費.1", "4,000,000"),
            (2, "その他経費.3", "2,000,000"),
        ] {
            set("budget", member, key, yen);
        }
        let mut attachments = Vec::new();
        for (document, bytes) in documents(slots, n) {
            self.office.store().documents().store(&bytes).await.unwrap();
            attachments.push(PaperAttachment {
                slot: document.slot.clone(),
                member: 0,
                digest: document.digest,
                file_name: format!("{}（架空）.pdf", document.slot),
                media_type: "application/pdf".to_owned(),
                bytes: document.bytes,
            });
        }
        let paper = Paper {
            format: FORMAT,
            stage,
            call: self.call.clone(),
            edition: self.edition().digest(),
            title: title.to_owned(),
            track: "通常枠".to_owned(),
            members,
            answers,
            attachments,
        };
        let text = paper.canonical().unwrap();
        (paper, text)
    }

    /// Opens the review and hands in every sheet.
    async fn review(&mut self) {
        self.office.clock.set(Instant::parse("2025-07-01T10:00:00+09:00").unwrap());
        let edition = self.edition();
        for (case, _) in self.cases.clone() {
            let act = decide::pass_completeness(&self.file(case).await.case, &["様式".to_owned()], &self.by(&self.officer)).unwrap();
            self.append(case, act).await;
        }
        let body = "{}";
        let plan = Plan {
            digest: Digest::of(body.as_bytes()),
            call: self.call.clone(),
            kind: PlanKind::Review,
            body: body.to_owned(),
            made_by: self.officer.id,
        };
        let call = self.office.store().call(&self.call).await.unwrap().unwrap();
        let due = self.office.now().day().plus_days(20);
        let open = decide::open_review(&call.call, plan.digest, due, &self.by(&self.officer)).unwrap();
        self.office.append(Batch::call(self.call.clone(), call.seq(), vec![open]).and_change(Change::keep_plan(&plan))).await.unwrap();
        let call = self.office.store().call(&self.call).await.unwrap().unwrap().call;
        for (n, (case, _)) in self.cases.clone().into_iter().enumerate() {
            let panel: Vec<Person> = (0..3).map(|i| self.reviewers[(n + i) % self.reviewers.len()].clone()).collect();
            let people: Vec<_> = panel.iter().map(|p| p.id).collect();
            let act = decide::assign_reviewers(&self.file(case).await.case, &call, edition.selection(), &people, &self.by(&self.officer))
                .unwrap();
            self.append(case, act).await;
            for reviewer in &panel {
                let file = self.file(case).await;
                let act = decide::declare_conflict(&file.case, &call, reviewer.id, Declaration::NoConflict, &self.by(reviewer)).unwrap();
                self.append(case, act).await;
                self.mark(case, &call, reviewer, n, &edition).await;
            }
        }
    }

    async fn mark(&self, case: CaseId, call: &banso_grant::Call, reviewer: &Person, n: usize, edition: &Edition) {
        let own = self.reviewers.iter().position(|r| r.id == reviewer.id).unwrap();
        // The better cases come first; the second reviewer is lenient, the fourth severe.
        let lean = [0_u32, 6, 2, 0][own];
        let hundredths = 92_u32.saturating_sub(3 * u32::try_from(n).unwrap()) + lean;
        let order = SheetOrder {
            reviewer: reviewer.id,
            points: points(edition, hundredths),
            commented: edition.score_sheet().criteria.iter().map(|c| c.id.clone()).collect::<BTreeSet<_>>(),
            comments: Digest::of(b"{}"),
        };
        let act = decide::submit_review(&self.file(case).await.case, call, edition.score_sheet(), &order, &self.by(reviewer)).unwrap();
        self.append(case, act).await;
        self.office.store().change(Change::keep_content("{}")).await.unwrap();
    }

    /// Does what was queued, and lets a minute pass.
    pub async fn settle(&self) {
        self.office.run_jobs().await;
        self.office.wait_seconds(60);
    }

    /// Freezes and executes the plan, and tells everybody.
    pub async fn executed(self) -> Self {
        let plan = self.office.meeting(&self.officer, &self.call).await.unwrap().plan.unwrap().digest();
        self.office.freeze_selection(&self.officer, &self.call, plan, self.press()).await.unwrap();
        self.office.execute_selection(&self.director, &self.call, plan, self.press()).await.unwrap();
        self.settle().await;
        self
    }

    /// The grant request of a selected case, quotes attached.
    pub async fn request_grant(&self, index: usize) -> CaseId {
        let (case, person) = self.cases[index].clone();
        let file = self.file(case).await;
        let title = file.case.submission.paper.title.clone();
        let (paper, text) = self.paper(PaperStage::GrantRequest, &title, person.organisation.unwrap(), &["grant-quotes"], index).await;
        let order = GrantRequestOrder {
            content: Digest::of(text.as_bytes()),
            documents: paper.documents(),
            requested: REQUESTED,
            computed: REQUESTED,
            slots_required: vec!["grant-quotes".to_owned()],
        };
        let act = decide::request_grant(&file.case, &order, &self.by(&person)).unwrap();
        let job = self.office.tells_next(&file).unwrap();
        let batch = Batch::case(case, file.seq(), vec![act]).and_change(Change::keep_content(&text)).and_job(job);
        self.office.append(batch).await.unwrap();
        self.settle().await;
        case
    }

    /// The applicant withdraws.
    pub async fn withdraw(&self, index: usize) {
        let (case, person) = self.cases[index].clone();
        Office::withdraw(&self.office, &person, case, "架空の事情によります。", self.press()).await.unwrap();
        self.settle().await;
    }
}
