//! A case through the years after its amount was fixed: reports, wages, input tax, assets and their disposal, succession, closing, calendar.

use banso_execution::act::{AssetCondition, Cause, CommercialisationReported, RepaymentReceived, SuccessionCause};
use banso_execution::decide::{RepaymentOrder, order_repayment, step};
use banso_execution::duties::DutyKind;
use banso_execution::law::{DisposalKind, DisposalOutcome, RevenueYear};
use banso_kernel::{CorporateNumber, Day, Digest, Instant, Yen};
use banso_permits::{Action, Person, Role};
use banso_store::{Change, Content};

use super::*;
use crate::execution::steps::Document;
use crate::execution::tests::fields;
use crate::testing::cases;
use crate::testing::road::Road;
use crate::{Office, OfficeError};

const CENSUS_ROW: &str = "| 財産の現況報告 | 毎年6月30日 |";

fn guideline() -> String {
    let wage = "| 賃上げ要件 | 年平均2.5%以上、4年 |\n| 賃上げ要件の免除 | 天災など責めに帰さない事由 |";
    cases::programme_with_budget("8,000万円").replacen(CENSUS_ROW, &format!("{wage}\n{CENSUS_ROW}"), 1)
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn year(nth: u32, profit: i64) -> YearForm {
    YearForm {
        nth,
        stage: "earning".into(),
        sales: Some(Yen::new(profit + 1_000_000)),
        cost: Some(Yen::new(1_000_000)),
        deduction: Some(Yen::ZERO),
        deficit: false,
        firm_sales: Some(Yen::new(300_000_000)),
        value_added: Some(Yen::new(120_000_000)),
        wages: Some(Yen::new(100_000_000)),
        employees: Some(25),
        note: "架空の状況です。".into(),
    }
}

impl Road {
    fn at(&self, day: &str) {
        self.stage.office.clock.set(Instant::parse(&format!("{day}T10:00:00+09:00")).unwrap());
    }

    async fn report_year(&self, form: YearForm) -> Result<(), OfficeError> {
        self.office().report_year(self.holder(), self.case, form, self.press()).await
    }

    async fn assess(&self, kind: AssessedKind, nth: u32) -> Yen {
        let officer = &self.stage.officer;
        let page = self.office().assessment_page(officer, self.case, kind, nth).await.unwrap();
        let said = (page.amount, page.usual_reason.ja.as_str());
        self.office().assess(officer, self.case, (kind, nth), said, self.press()).await.unwrap();
        self.stage.settle().await;
        // What was established of the years before is computed as it was then.
        for nth in 1..=nth {
            let past = self.office().assessment_page(officer, self.case, kind, nth).await.unwrap();
            assert_eq!(past.assessed, Some(past.amount), "{kind:?} {nth}");
        }
        page.amount
    }

    /// Orders back what a cause gives, and takes it in at once.
    async fn repaid(&self, cause: Cause) -> Yen {
        let project = self.office().project_at_office(&self.stage.director, Action::Decide, self.case).await.unwrap();
        let order = RepaymentOrder { cause, number: "架返第1号".into(), reason: "架空の理由".into(), clause: "7-6".into() };
        let rules = project.rules.clone();
        let done = self.office().take_step(
            &self.stage.director,
            &project,
            |execution, today| order_repayment(execution, &order, today, &rules),
            Vec::new(),
            self.press(),
        );
        done.await.unwrap();
        let project = self.office().project_at_office(&self.stage.officer, Action::HandleCase, self.case).await.unwrap();
        let (debt, owed) = project.execution.debts.iter().next_back().map(|(n, d)| (*n, d.principal)).unwrap();
        let act = RepaymentReceived { debt, on: self.today(), amount: owed };
        let received = |execution: &banso_execution::Execution, today| step(execution, act, today, "");
        self.office().take_step(&self.stage.officer, &project, received, Vec::new(), self.press()).await.unwrap();
        self.stage.settle().await;
        owed
    }

    async fn register(&self) {
        let page = self.office().assets_page(self.holder(), self.case).await.unwrap();
        let [machine] = page.proposals.as_slice() else { panic!("{:?}", page.proposals) };
        assert_eq!((machine.id.as_str(), machine.serial.as_str()), ("1-001-1", "X-1"));
        assert_eq!((machine.cost.get(), machine.subsidy.get()), (28_000_000, 18_000_000));
        let entry = |life: Option<i64>| RegisteredAsset {
            id: machine.id.clone(),
            serial: String::new(),
            life_years: life,
            life_clause: "別表第二（架空の細目）".into(),
            place: "福井県例示市1-1".into(),
        };
        let register = |entries: Vec<RegisteredAsset>| async move {
            self.office().register_assets(self.holder(), self.case, &entries, self.press()).await
        };
        assert_eq!(fields(register(vec![entry(Some(0))]).await.map(|_| ())), ["life-1"]);
        assert_eq!(fields(register(Vec::new()).await.map(|_| ())), ["take"]);
        assert_eq!(register(vec![entry(Some(10))]).await.unwrap(), 1);
        assert!(matches!(register(vec![entry(Some(10))]).await, Err(OfficeError::Stale(_))), "registered already");
        self.stage.settle().await;
    }

    fn sale(&self, price: i64) -> DisposalForm {
        DisposalForm {
            asset: "1-001-1".into(),
            kind: Some(DisposalKind::Sale),
            proceeds: Some(Yen::new(price)),
            planned_on: Some(self.today().plus_days(30)),
            reason: "架空の工程の変更のため".into(),
            ..DisposalForm::default()
        }
    }
}

#[tokio::test]
async fn a_case_is_reported_disposed_of_repaid_and_closed() {
    let road = &Road::paid_under(guideline()).await;
    road.register().await;
    reported(road).await;
    wages_judged(road).await;
    sold(road).await;
    shut(road).await;
}

/// The input tax, and five years with what is established on each.
async fn reported(road: &Road) {
    let (office, holder) = (road.office(), road.holder());
    // Input tax: counted without tax, nothing comes back.
    let typed = CostRow { rate: "10".into(), for_taxable: Some(Yen::new(28_000_000)), ..CostRow::default() };
    let tax = InputTaxForm { tax_year_ends: Some(road.today()), method: "full".into(), rows: vec![typed], ..InputTaxForm::default() };
    let page = office.input_tax_page(holder, road.case, Some(&tax)).await.unwrap();
    assert_eq!((page.with_tax, page.look.map(|(_, amount)| amount)), (false, Some(Yen::ZERO)));
    assert_eq!(fields(office.report_input_tax(holder, road.case, &tax, road.press()).await), ["look"]);
    let shown = InputTaxForm { shown: Some(Yen::ZERO), ..tax };
    office.report_input_tax(holder, road.case, &shown, road.press()).await.unwrap();
    road.stage.settle().await;
    let page = office.input_tax_page(holder, road.case, None).await.unwrap();
    let last = page.last.unwrap();
    assert_eq!((last.method.as_str(), last.tax_year_ends, last.shown), ("full", shown.tax_year_ends, None), "filled in when reported anew");

    let early = road.report_year(year(1, 0)).await;
    assert!(matches!(early, Err(OfficeError::Refused(ref r)) if r.told().code == "R415"), "{early:?}");
    for (nth, on, profit, due) in [
        (1, "2026-04-10", -500_000, 0),
        (2, "2027-04-12", 0, 0),
        (3, "2028-04-10", 6_000_000, 4_000_000),
        (4, "2029-04-10", 0, 0),
        (5, "2030-04-10", 0, 0),
    ] {
        road.at(on);
        let page = office.year_page(holder, road.case).await.unwrap();
        assert_eq!((page.next.map(|n| n.0), page.may, page.prefilled("stage")), (Some(nth), true, if nth == 1 { "" } else { "earning" }));
        assert_eq!(page.own_share_left, Yen::new(14_000_000));
        road.report_year(year(nth, profit)).await.unwrap();
        assert_eq!(road.assess(AssessedKind::Revenue, nth).await, Yen::new(due), "{nth}");
        if due > 0 {
            assert_eq!(road.repaid(Cause::Revenue { nth }).await, Yen::new(due));
        }
    }
}

async fn wages_judged(road: &Road) {
    let (office, holder) = (road.office(), road.holder());
    // Both figures are known from the yearly reports themselves.
    let wages = office.wage_page(holder, road.case).await.unwrap();
    assert_eq!((wages.base, wages.reached), (Some(Yen::new(100_000_000)), Some(Yen::new(100_000_000))));
    let form =
        WageForm { base: wages.base, reached: Some(Yen::new(112_000_000)), circumstances: vec!["disaster".into()], note: String::new() };
    assert_eq!(fields(office.report_wages(holder, road.case, form.clone(), road.press()).await), ["circumstances"]);
    let form = WageForm { circumstances: vec![], ..form };
    office.report_wages(holder, road.case, form, road.press()).await.unwrap();
    assert_eq!(road.assess(AssessedKind::Wage, 1).await, Yen::ZERO, "2.87 % a year is more than was promised");
}

fn done(on: Option<Day>, proceeds: Option<i64>, shown: Option<Yen>) -> DisposedForm {
    DisposedForm { on, proceeds: proceeds.map(Yen::new), shown }
}

/// A sale: shown, asked for, approved with its letter, done, paid back.
async fn sold(road: &Road) {
    let (office, officer, director, holder) = (road.office(), &road.stage.officer, &road.stage.director, road.holder());
    let look = office.disposals_page(holder, road.case, Some(&road.sale(9_000_000))).await.unwrap().look.unwrap();
    let DisposalOutcome::Repay(owed) = look.outcome else { panic!("{look:?}") };
    assert_eq!(look.steps.last().unwrap().value, StepValue::Yen(owed));
    assert_eq!(fields(office.ask_disposal(holder, road.case, &road.sale(9_000_000), road.press()).await), ["look"]);
    let other = DisposalForm { shown: look.code(), ..road.sale(27_000_000) };
    assert!(matches!(office.ask_disposal(holder, road.case, &other, road.press()).await, Err(OfficeError::Stale(_))));
    let asked = DisposalForm { shown: look.code(), ..road.sale(9_000_000) };
    office.ask_disposal(holder, road.case, &asked, road.press()).await.unwrap();
    road.stage.settle().await;
    let request = road.page().await.years.disposals[0].0;
    let open = office.closing_page(officer, road.case).await.unwrap();
    assert!(open.open.iter().any(|o| o.settled == Settled::Disposal(request)), "{:?}", open.open);
    assert_eq!(&office.preview_disposal(director, road.case, request).await.unwrap()[..5], b"%PDF-");
    let approve = DisposalDecision::Approve { conditions: vec!["買主に伝えること。".into()] };
    let by_officer = office.decide_disposal(officer, road.case, request, approve.clone(), road.press()).await;
    assert!(matches!(by_officer, Err(OfficeError::Forbidden(_))));
    let refuse = DisposalDecision::Refuse { reason: " ".into() };
    assert_eq!(fields(office.decide_disposal(director, road.case, request, refuse, road.press()).await), ["refusal-reason"]);
    office.decide_disposal(director, road.case, request, approve, road.press()).await.unwrap();
    road.stage.settle().await;
    let early = office.report_disposed(holder, road.case, request, &done(Some(road.today().plus_days(1)), None, None), road.press()).await;
    assert_eq!(fields(early), [format!("done-{request}")]);
    let unordered = office.report_disposed(holder, road.case, request, &done(Some(road.today()), None, None), road.press()).await;
    assert_eq!(fields(unordered), [format!("done-{request}")], "the order to pay comes first");
    assert_eq!(road.repaid(Cause::Disposal { request }).await, owed);
    // A price above the one that was planned costs more: told first, then taken, and ordered back.
    let report = |proceeds: i64, shown: Option<Yen>| {
        let form = done(Some(road.today()), Some(proceeds), shown);
        async move { office.report_disposed(holder, road.case, request, &form, road.press()).await }
    };
    let price = format!("done-price-{request}");
    assert_eq!(fields(report(-1, None).await), [price.as_str()]);
    assert_eq!(fields(report(27_000_000, None).await), [price.as_str()]);
    let form = done(Some(road.today()), Some(27_000_000), None);
    let shown = office.price_shown(holder, road.case, request, &form).await.unwrap();
    // 27,000,000 × 18,000,000 / 28,000,000, cut below one yen.
    assert_eq!(shown, Some(Yen::new(17_357_142)));
    assert_eq!(fields(report(27_000_000, Some(owed)).await), [price]);
    report(27_000_000, shown).await.unwrap();
    road.stage.settle().await;
    assert_eq!(road.repaid(Cause::Disposal { request }).await.get(), 17_357_142 - owed.get());
    road.stage.settle().await;
}

async fn shut(road: &Road) {
    let (office, officer) = (road.office(), &road.stage.officer);
    let page = office.closing_page(officer, road.case).await.unwrap();
    assert_eq!((page.open.as_slice(), page.restricted.as_slice()), (&[][..], &[][..]));
    assert_eq!(&office.preview_closing(officer, road.case).await.unwrap()[..5], b"%PDF-");
    let checks: Vec<String> = CLOSING_CHECKS.iter().map(|(code, ..)| (*code).to_owned()).collect();
    assert_eq!(fields(office.close_case(officer, road.case, &checks[1..], road.press()).await), ["check"]);
    office.close_case(officer, road.case, &checks, road.press()).await.unwrap();
    road.stage.settle().await;
    let page = office.project_at_desk(officer, road.case).await.unwrap();
    assert!(page.years.closed);
    let letters = ["revenue_assessed", "wage_assessed", "disposal_approved", "case_closed"];
    for act in page.acts.iter().filter(|a| a.letter) {
        let (_, pdf) = office.execution_letter_of(officer, road.case, act.seq).await.unwrap();
        assert_eq!(&pdf[..5], b"%PDF-", "{}", act.what.ja);
    }
    assert!(page.acts.iter().filter(|a| a.letter).count() > letters.len());
    let report = office.store().verify(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn what_is_wrong_in_a_yearly_report_is_told_by_field() {
    let road = &Road::paid_under(guideline()).await;
    road.at("2026-04-10");
    let office = road.office();
    let wrong = |form| async { fields(road.report_year(form).await) };
    assert_eq!(wrong(YearForm { nth: 1, ..YearForm::default() }).await.len(), 8);
    assert_eq!(wrong(YearForm { deduction: Some(Yen::new(14_000_001)), ..year(1, 0) }).await, ["deduction"]);
    assert_eq!(wrong(YearForm { stage: "x".into(), employees: Some(-1), ..year(1, 0) }).await, ["stage", "employees"]);
    assert!(matches!(road.report_year(year(2, 0)).await, Err(OfficeError::Stale(_))));
    let stranger = &road.stage.cases[1].1;
    assert!(matches!(office.year_page(stranger, road.case).await, Err(OfficeError::NotFound)));
    assert!(matches!(office.closing_page(road.holder(), road.case).await, Err(OfficeError::NotFound)));
    assert!(matches!(office.assessment_page(&road.stage.officer, road.case, AssessedKind::Revenue, 1).await, Err(OfficeError::NotFound)));
    // A paper before the report; taken out again; then the report carries what is there.
    let place = YearsPlace::new(YearsPaper::Report, 1);
    for name in ["決算書.pdf", "売上.pdf"] {
        let mut incoming = office.begin_years_paper(road.holder(), road.case, place, name).await.unwrap();
        incoming.write(format!("%PDF-1.7\n% {name}\n%%EOF\n").as_bytes()).await.unwrap();
        office.keep_paper(road.holder(), incoming).await.unwrap();
    }
    let files = office.year_page(road.holder(), road.case).await.unwrap().files;
    assert_eq!(files.len(), 2);
    office.drop_years_paper(road.holder(), road.case, place, files[0].digest).await.unwrap();
    let closed = YearsPlace::new(YearsPaper::Report, 2);
    assert!(matches!(office.begin_years_paper(road.holder(), road.case, closed, "x.pdf").await, Err(OfficeError::NotFound)));
    road.report_year(year(1, 0)).await.unwrap();
    road.stage.settle().await;
    let page = office.assessment_page(&road.stage.officer, road.case, AssessedKind::Revenue, 1).await.unwrap();
    assert_eq!((page.files.len(), page.note.as_str(), page.may), (1, "架空の状況です。", true));
    let by_director = office.assess(&road.stage.director, road.case, (AssessedKind::Revenue, 1), (Yen::ZERO, "理由"), road.press()).await;
    assert!(matches!(by_director, Err(OfficeError::Forbidden(_))));
    let assess = |amount: i64, reason: &'static str| {
        office.assess(&road.stage.officer, road.case, (AssessedKind::Revenue, 1), (Yen::new(amount), reason), road.press())
    };
    assert!(matches!(assess(1, "理由").await, Err(OfficeError::Stale(_))));
    assert_eq!(fields(assess(0, " ").await), ["reason"]);
    assess(0, "理由").await.unwrap();
    let twice = assess(0, "理由").await;
    assert!(matches!(twice, Err(OfficeError::Refused(_))), "{twice:?}");
    road.stage.settle().await;
}

#[tokio::test]
async fn things_are_counted_every_year_and_labelled() {
    let road = &Road::paid_under(guideline()).await;
    let office = road.office();
    assert!(matches!(office.asset_labels(road.holder(), road.case).await, Err(OfficeError::NotFound)));
    road.register().await;
    assert_eq!(&office.asset_labels(road.holder(), road.case).await.unwrap()[..5], b"%PDF-");
    let count = |condition, as_of: Day| {
        let form = CensusForm { as_of: Some(as_of), seen: vec![("1-001-1".into(), condition)] };
        async move { office.count_assets(road.holder(), road.case, &form, road.press()).await }
    };
    assert_eq!(fields(count(None, road.today().plus_days(1)).await), ["as-of", "condition-1"]);
    let (due, _) = office.assets_page(road.holder(), road.case).await.unwrap().census.unwrap();
    assert_eq!(due, day("2026-06-30"));
    count(Some(AssetCondition::InUse), road.today()).await.unwrap();
    road.stage.settle().await;
    let page = office.assets_at_desk(&road.stage.officer, road.case).await.unwrap();
    assert_eq!((page.assets[0].condition, page.counted_on), (Some(AssetCondition::InUse), Some(road.today())));
    assert!(page.assets[0].book.is_some_and(|b| b < Yen::new(28_000_000)));
    assert_eq!(page.census.map(|(due, _)| due), Some(day("2027-06-30")), "the census of this year is in");
    let missed = CensusForm { as_of: Some(road.today()), seen: Vec::new() };
    let missed = office.count_assets(road.holder(), road.case, &missed, road.press()).await;
    assert!(matches!(missed, Err(OfficeError::Refused(_))), "{missed:?}");
}

/// A file of the register by which the holder of the road merged into another firm.
async fn merged(road: &Road, heir: CorporateNumber) {
    let office: &Office = road.office();
    let from = office.project(road.holder(), Action::ReadCase, road.case).await.unwrap().execution.holder;
    let row = |n: u32, number: CorporateNumber, name: &str, process: &str, closing: &str| {
        format!(
            "{n},{number},{process},0,2026-08-10,2026-08-03,{name},,301,福井県,鯖江市,架空町１番地,,18,207,9160000,,,{closing},,2015-10-05,1,,,,,カクウ,0\n"
        )
    };
    let text =
        [row(1, heir, "架空合同工業株式会社", "01", ",,"), row(2, from, "株式会社架空1", "71", &format!("2026-08-03,11,{heir}"))].concat();
    let path = road.stage.office.folder().join("diff_20260810.csv");
    std::fs::write(&path, text).unwrap();
    let mut remarks = Vec::new();
    office.take_register_file(&path, |_, told| remarks.extend(told.to_vec())).await.unwrap();
    assert!(remarks.iter().all(|r| !r.refused), "{remarks:?}");
}

#[tokio::test]
async fn a_merged_firm_is_succeeded_by_the_one_that_the_register_names() {
    let road = &Road::paid_under(guideline()).await;
    road.at("2026-08-20");
    let office = road.office();
    let heir = CorporateNumber::from_body(700_000_000_001);
    merged(road, heir).await;
    let page = office.succession_page(&road.stage.director, road.case).await.unwrap();
    assert_eq!((page.to, page.cause, page.on), (Some(heir), Some(SuccessionCause::Merger), Some(day("2026-08-03"))));
    let form = SuccessionForm { to: heir.to_string(), cause: page.cause, on: page.on };
    let succeed = |person: Person, form: SuccessionForm| async move { office.succeed(&person, road.case, &form, road.press()).await };
    let (officer, director) = (road.stage.officer.clone(), road.stage.director.clone());
    assert!(matches!(succeed(officer, form.clone()).await, Err(OfficeError::Forbidden(_))));
    let itself = SuccessionForm { to: page.holder.to_string(), cause: None, on: Some(road.today().plus_days(1)) };
    assert_eq!(fields(succeed(director.clone(), itself).await), ["to", "cause", "on"]);
    let unknown = SuccessionForm { to: CorporateNumber::from_body(5).to_string(), ..form.clone() };
    assert_eq!(fields(succeed(director.clone(), unknown).await), ["to"]);
    succeed(director, form).await.unwrap();
    road.stage.settle().await;
    // The old firm's people are out, the successor's speak for the case.
    assert!(matches!(office.year_page(road.holder(), road.case).await, Err(OfficeError::NotFound)));
    let organisation = office.organisation_of_number(heir).await.unwrap();
    let new = road.stage.office.somebody("heir", &[Role::Applicant], organisation).await;
    assert!(office.year_page(&new, road.case).await.unwrap().may);
    assert_eq!(office.project_page(&new, road.case).await.unwrap().holder, "架空合同工業株式会社");
    // Letters from before and after are found by the office.
    let page = office.project_at_desk(&road.stage.officer, road.case).await.unwrap();
    for act in page.acts.iter().filter(|a| a.letter) {
        assert!(office.execution_letter_of(&road.stage.officer, road.case, act.seq).await.is_ok(), "{}", act.what.ja);
    }
    let report = office.store().verify(None).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn the_calendar_shows_what_is_due_and_reminders_grow_louder() {
    let road = &Road::paid_under(guideline()).await;
    let (office, officer) = (road.office(), &road.stage.officer);
    road.register().await;
    let query = |horizon, kind| CalendarQuery { horizon, kind, call: None, page: 0 };
    let shown = |horizon, kind| async move {
        let page = office.calendar(officer, query(horizon, kind)).await.unwrap();
        page.lines.iter().map(|l| (l.kind, l.nth, l.days)).collect::<Vec<_>>()
    };
    let all = shown(Horizon::All, None).await;
    assert_eq!(all.iter().filter(|(k, ..)| *k == DutyKind::Commercialisation).count(), 5);
    assert!(all.iter().any(|(k, ..)| *k == DutyKind::InputTax) && all.iter().any(|(k, ..)| *k == DutyKind::Census));
    assert!(shown(Horizon::Near, None).await.is_empty());
    assert!(matches!(office.calendar(road.holder(), query(Horizon::All, None)).await, Err(OfficeError::Forbidden(_))));
    let mails = |on: &'static str| async {
        road.at(on);
        office.queue_duty_reminders().await.unwrap();
        let before = road.stage.office.mails().len();
        road.stage.office.run_jobs().await;
        road.stage.office.mails().len() - before
    };
    // The first report and the census are due on Tuesday 30 June 2026. One person of the lead has an account.
    for (on, expect) in [
        ("2026-05-29", 0),
        ("2026-06-01", 2),
        ("2026-06-02", 0),
        ("2026-06-23", 2),
        ("2026-06-30", 2),
        ("2026-07-01", 4),
        ("2026-07-30", 8),
    ] {
        assert_eq!(mails(on).await, expect, "{on}");
    }
    assert_eq!(shown(Horizon::Overdue, Some(DutyKind::Commercialisation)).await, [(DutyKind::Commercialisation, 1, -30)]);
    assert!(office.calendar_file(officer, &query(Horizon::Near, None)).await.unwrap().starts_with(b"PK"));
    assert_eq!(mails("2026-07-30").await, 0, "the same round on the same day is one job");
}

/// A document that another writer left is shown as it is, with a remark: no desk fails over it.
#[tokio::test]
async fn a_document_in_another_form_is_shown_with_a_remark() {
    let road = &Road::paid_under(guideline()).await;
    road.at("2026-04-10");
    let (office, holder, officer) = (road.office(), road.holder(), &road.stage.officer);
    let project = office.project(holder, Action::SpeakForCase, road.case).await.unwrap();
    let text = "事業化状況報告（架空の自由記述）";
    let act = CommercialisationReported {
        nth: 1,
        year_ends: day("2026-03-31"),
        revenue: RevenueYear { profit: Yen::new(1), deduction: Yen::ZERO, deficit: false },
        content: Digest::of(text.as_bytes()),
        documents: Vec::new(),
    };
    let keep = vec![Change::keep_content(text)];
    let taken = |execution: &banso_execution::Execution, today| step(execution, act, today, "");
    office.take_step(holder, &project, taken, keep, road.press()).await.unwrap();
    let page = office.year_page(holder, road.case).await.unwrap();
    assert!(page.source.is_some_and(|s| s.ja.contains("別の形式")));
    assert_eq!((page.past.len(), page.next.map(|(nth, ..)| nth)), (1, Some(2)));
    let page = office.assessment_page(officer, road.case, AssessedKind::Revenue, 1).await.unwrap();
    assert!(page.note.contains("別の形式") && page.note.contains(text) && !page.erased, "{}", page.note);
    // What a desk writes, and others through it, reads as it was written.
    let (own, revenue) = year_document(&year(1, 6_000_000)).unwrap();
    assert!(matches!(Document::<report::YearContent>::of(Some(Content::Kept(own))), Document::Read(_)));
    assert_eq!(revenue.profit, Yen::new(6_000_000));
    let note = wage_document(" 架空 ").unwrap();
    let Document::Read(note) = Document::<wage::WageContent>::of(Some(Content::Kept(note))) else { panic!("not read") };
    assert_eq!(note.note, "架空");
    road.stage.settle().await;
}
