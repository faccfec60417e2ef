//! Every guideline below `programmes/` goes through all desks, from the first page of the form to the grant decision, filled in with the
//! facts of its own worked example. Nothing here knows which programmes there are.

#![expect(clippy::unwrap_used, reason = "a step that is refused fails its test")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use banso_guideline::answers::{BUDGET_ITEM, CONSORTIUM_ITEM, LINE_PART, SectionAnswers, YEAR_PART};
use banso_guideline::{Edition, Facts, Field, FieldKind, Known, Section, SectionContent, Side, Truth, Value};
use banso_kernel::{CaseId, CorporateNumber, Exact, RequestId, Yen};
use banso_office::apply::{SaveOrder, StartOrder, SubmitOrder};
use banso_office::desk::ReviewPlanOrder;
use banso_office::desk::granting::DecisionOrder;
use banso_office::reviewing::{SubmitSheet, TypedSheet};
use banso_office::testing::TestOffice;
use banso_office::testing::cases::words;
use banso_office::{Declaration, Loaded, ProgrammeFile};
use banso_permits::{Person, Role};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

fn texts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
    let below = |folder: &Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut found: Vec<PathBuf> = below(&root).iter().filter(|p| p.is_dir()).flat_map(|folder| below(folder)).collect();
    found.sort();
    found
}

/// The worked example to be applied with: it lacks no fact, no clause says no, and its amount is known.
fn example(edition: &Edition) -> (Facts, Yen) {
    let whole = edition.examples().iter().find_map(|e| {
        let examination = edition.examine(&e.facts);
        match edition.amount(&e.facts).total {
            Known::Exactly(yen) if yen > Yen::ZERO && examination.verdict != Truth::No && examination.next_questions.is_empty() => {
                Some((e.facts.clone(), yen))
            }
            Known::Exactly(_) | Known::Between(..) | Known::Unknown(_) => None,
        }
    });
    whole.unwrap()
}

type Record = BTreeMap<String, Value>;

fn records(facts: &Facts, list: &str) -> Vec<Record> {
    let Some(Value::List(rows)) = facts.0.get(list) else { return Vec::new() };
    rows.iter().filter_map(|row| if let Value::Record(record) = row { Some(record.clone()) } else { None }).collect()
}

/// A value as somebody would type it.
fn typed(kind: &FieldKind, value: &Value) -> String {
    match value {
        Value::YesNo(yes) => if *yes { "はい" } else { "いいえ" }.to_owned(),
        Value::Number(n) if matches!(kind, FieldKind::Number { unit, .. } if unit == "%") => decimal(*n * Exact::from_integer(100)),
        Value::Number(n) => decimal(*n),
        Value::Text(text) => text.clone(),
        Value::Day(day) => day.date().to_string(),
        Value::List(_) | Value::Record(_) => String::new(),
    }
}

fn decimal(n: Exact) -> String {
    let hundredths = (n * Exact::from_integer(100)).to_integer();
    if hundredths % 100 == 0 { (hundredths / 100).to_string() } else { format!("{}.{:02}", hundredths / 100, hundredths % 100) }
}

/// The example's value, or something made up where the form insists on an answer.
fn answer(field: &Field, known: &Record) -> Option<String> {
    if let Some(value) = known.get(&field.id) {
        return Some(typed(&field.kind, value));
    }
    field.required.always().then(|| match &field.kind {
        FieldKind::Text { .. } | FieldKind::LongText { .. } => "架空の記述".to_owned(),
        FieldKind::Number { .. } => "1".to_owned(),
        FieldKind::Choice(options) => options.first().cloned().unwrap_or_default(),
        FieldKind::YesNo => "いいえ".to_owned(),
        FieldKind::Day => "2020-04-01".to_owned(),
        FieldKind::CorporateNumber => String::new(),
    })
}

fn answers(edition: &Edition, section: &Section, member: u32, facts: &Facts, own: CorporateNumber) -> SectionAnswers {
    let members = records(facts, CONSORTIUM_ITEM);
    match &section.content {
        SectionContent::Fields(fields) => {
            let known = match section.side {
                Side::Lead => facts.0.clone(),
                Side::EachMember => members.get(member as usize - 1).cloned().unwrap_or_default(),
            };
            fields.iter().filter_map(|f| Some((f.id.clone(), answer(f, &known)?))).collect()
        }
        SectionContent::Consortium { parts, .. } => {
            let number = |n: usize| if n == 0 { own } else { CorporateNumber::from_body(900 + n as u64) };
            let cell = |n: usize, part: &Field, record: &Record| {
                if part.kind == FieldKind::CorporateNumber { Some(number(n).to_string()) } else { answer(part, record) }
            };
            let rows = members.iter().enumerate();
            rows.flat_map(|(n, record)| parts.iter().filter_map(move |p| Some((format!("{}.{}", n + 1, p.id), cell(n, p, record)?))))
                .collect()
        }
        SectionContent::Budget { .. } => {
            let mut cells: BTreeMap<String, i128> = BTreeMap::new();
            let whole = |record: &Record, part: &str, otherwise: i128| match record.get(part) {
                Some(Value::Number(n)) => n.to_integer(),
                Some(_) | None => otherwise,
            };
            for cost in records(facts, BUDGET_ITEM).iter().filter(|c| whole(c, "構成員", 1) == i128::from(member)) {
                let Some(Value::Text(line)) = cost.get(LINE_PART) else { continue };
                *cells.entry(format!("{line}.{}", whole(cost, YEAR_PART, 1))).or_default() += whole(cost, "金額", 0);
            }
            cells.into_iter().map(|(key, yen)| (key, yen.to_string())).collect()
        }
        SectionContent::Kpis => edition.kpis().iter().map(|k| (k.id.clone(), k.limits.most.unwrap_or(160).to_string())).collect(),
        SectionContent::Documents(_) => SectionAnswers::new(),
    }
}

struct Desk {
    office: TestOffice,
    edition: Edition,
    applicant: Person,
    own: CorporateNumber,
}

impl Desk {
    /// The call is published and open, and somebody has an account.
    async fn new(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let words = words();
        let opens = Edition::read(&text, &words.dictionary, &words.library).edition.unwrap().meta().opens;
        let office = TestOffice::new().await;
        office.clock.set(opens.plus_seconds(86_400));
        let file = ProgrammeFile { path: path.display().to_string(), text };
        let loaded = office.load_programmes(&[file], &words).await.unwrap();
        let [Loaded::Published { call, .. }] = &loaded[..] else { unreachable!("{loaded:?}") };
        let edition = office.edition_in_force(call).unwrap();
        let firm = office.organisation("株式会社架空精密", "sme").await;
        let applicant = office.somebody("applicant", &[Role::Applicant], Some(firm)).await;
        let own = office.start_page(&applicant, call, None).await.unwrap().own_number.unwrap();
        Desk { office, edition, applicant, own }
    }

    fn press(&self) -> RequestId {
        RequestId::new(uuid::Uuid::now_v7())
    }

    async fn start(&self, facts: &Facts) -> CaseId {
        let track = match facts.0.get("申請枠") {
            Some(Value::Text(track)) => track.clone(),
            Some(_) | None => String::new(),
        };
        let call = self.edition.meta().call.clone();
        let order = StartOrder { call, number: self.own.to_string(), title: "架空の計画".into(), track, request: self.press() };
        self.office.start_application(&self.applicant, &order).await.unwrap()
    }

    async fn fill_in(&self, case: CaseId, facts: &Facts) {
        let mut sections: Vec<&Section> = self.edition.form().sections.iter().filter(|s| !s.id.starts_with("grant")).collect();
        // The members first: the other sections are theirs.
        sections.sort_by_key(|s| !matches!(s.content, SectionContent::Consortium { .. }));
        let members = records(facts, CONSORTIUM_ITEM).len().max(1) as u32;
        for section in sections {
            let each = section.side == Side::EachMember || matches!(section.content, SectionContent::Budget { .. });
            let sides = if each { (1..=members).collect() } else { vec![0] };
            for member in sides {
                self.save(case, section, member, answers(&self.edition, section, member, facts, self.own)).await;
            }
            self.attach_all(case, section).await;
        }
    }

    async fn save(&self, case: CaseId, section: &Section, member: u32, answers: SectionAnswers) {
        if answers.is_empty() {
            return;
        }
        let stamp = self.office.section_page(&self.applicant, case, &section.id, member).await.unwrap().stamp;
        let order = SaveOrder { section: section.id.clone(), member, stamp, answers, leaving: Vec::new() };
        self.office.save_section(&self.applicant, case, &order).await.unwrap();
    }

    async fn attach_all(&self, case: CaseId, section: &Section) {
        let SectionContent::Documents(specs) = &section.content else { return };
        for spec in specs.iter().filter(|s| s.required.always()) {
            let mut incoming = self.office.begin_attachment(&self.applicant, case, 0, &spec.id, "書類.pdf", None).await.unwrap();
            incoming.write(PDF).await.unwrap();
            self.office.attach(&self.applicant, incoming).await.unwrap();
        }
    }

    /// Hands in what stands on the check page, which must have no flaw and say this amount.
    async fn hand_in(&self, case: CaseId, amount: Yen) {
        let page = self.office.check_page(&self.applicant, case).await.unwrap();
        assert!(page.problems.is_empty() && !page.breaks_a_clause(), "{:?} {:?}", page.problems, page.findings);
        assert_eq!(page.requested, Some(amount), "{:?}", page.subsidy);
        let order = SubmitOrder { revision: page.revision, declared: true, despite_no: false, request: self.press() };
        self.office.submit(&self.applicant, case, order).await.unwrap();
        self.office.run_jobs().await;
        self.office.wait_seconds(60);
    }

    /// Completeness, review and selection.
    async fn select(&self, case: CaseId) {
        let officer = self.office.somebody("officer", &[Role::Officer], None).await;
        let director = self.office.somebody("director", &[Role::Director], None).await;
        let reviewers = self.office.reviewers(&["rev-a", "rev-b", "rev-c", "rev-d"]).await;
        self.office.clock.set(self.edition.meta().closes.plus_seconds(86_400));
        let page = self.office.office_case(&officer, case).await.unwrap();
        let ticked: Vec<String> = page.checklist.items.iter().map(|i| i.id.clone()).collect();
        self.office.pass_completeness(&officer, case, &ticked, self.press()).await.unwrap();
        let call = self.edition.meta().call.clone();
        let order = ReviewPlanOrder { due: Some(self.office.now().day().plus_days(20)), ..ReviewPlanOrder::default() };
        let shown = self.office.review_plan(&officer, &call, &order).await.unwrap();
        self.office.open_review(&officer, &call, &order, shown.plan.unwrap(), self.press()).await.unwrap();
        for sheet in self.office.case_reviews(&officer, case).await.unwrap().sheets {
            let reviewer = reviewers.iter().find(|r| r.id == sheet.person).unwrap();
            self.office.declare_conflict(reviewer, case, Declaration::NoConflict, self.press()).await.unwrap();
            let order = SubmitSheet { typed: self.full_marks(), request: self.press() };
            self.office.submit_sheet(reviewer, case, &order).await.unwrap();
        }
        self.office.run_jobs().await;
        self.office.close_review(&officer, &call, "全ての審査結果がそろったため", self.press()).await.unwrap();
        let meeting = self.office.meeting(&officer, &call).await.unwrap();
        let plan = meeting.plan.unwrap_or_else(|| unreachable!("{:?}", meeting.problem)).digest();
        self.office.freeze_selection(&officer, &call, plan, self.press()).await.unwrap();
        let withdrawn = self.office.execute_selection(&director, &call, plan, self.press()).await.unwrap();
        assert_eq!(withdrawn, 0);
        self.office.run_jobs().await;
        self.office.wait_seconds(60);
    }

    fn full_marks(&self) -> TypedSheet {
        let criteria = &self.edition.score_sheet().criteria;
        TypedSheet {
            points: criteria.iter().map(|c| (c.id.clone(), c.points_max.to_string())).collect(),
            comments: criteria.iter().filter(|c| c.comment_required).map(|c| (c.id.clone(), "架空の講評".to_owned())).collect(),
            overall: String::new(),
        }
    }

    /// The grant request and the decision.
    async fn grant(&self, case: CaseId, amount: Yen) {
        for section in self.office.check_page(&self.applicant, case).await.unwrap().sections {
            self.attach_all(case, &section.section).await;
        }
        self.hand_in(case, amount).await;
        let director = self.office.somebody("director-2", &[Role::Director], None).await;
        let shown = self.office.grant_page(&director, case).await.unwrap();
        let order = DecisionOrder { prepared_version: shown.prepared_version, request: self.press() };
        self.office.decide_grant(&director, case, order).await.unwrap();
        self.office.run_jobs().await;
    }
}

#[tokio::test]
async fn every_programme_runs_from_the_form_to_the_decision() {
    for path in texts() {
        let desk = Desk::new(&path).await;
        let (facts, amount) = example(&desk.edition);
        let case = desk.start(&facts).await;
        desk.fill_in(case, &facts).await;
        desk.hand_in(case, amount).await;
        desk.select(case).await;
        desk.grant(case, amount).await;
        let state = desk.office.case_file(case).await.case.state.code();
        assert_eq!(state.code(), "granted", "{}", path.display());
    }
}

#[tokio::test]
async fn the_public_check_of_every_programme_answers_what_is_asked() {
    for path in texts() {
        let desk = Desk::new(&path).await;
        let call = desk.edition.meta().call.clone();
        let nothing = desk.office.precheck(&call, &BTreeMap::new()).unwrap();
        assert!(!nothing.asked && !nothing.fewest.is_empty() && nothing.ways_out.is_empty(), "{call}");
        assert!(nothing.fewest.len() <= desk.edition.questions().len(), "{call}");
    }
}
