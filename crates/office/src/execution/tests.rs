//! The road after the decision on made-up cases: change, report, inspection, fixing, claim, run, bank.

use banso_exchange::{Cell, Column, Kind, Sheet, to_xlsx};
use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::LineAmount;
use banso_execution::run::Held;
use banso_grant::RunState;
use banso_kernel::{CaseId, Day, Digest, Point, Yen};

use super::*;
use crate::OfficeError;
use crate::apply::{Leaving, Phase as Stands};
use crate::testing::cases;
use crate::testing::road::{GOODS, Road, WAGES, account};
use banso_execution::figures::CountedBy;

pub(crate) fn fields(result: Result<(), OfficeError>) -> Vec<String> {
    let Err(OfficeError::Invalid(problems)) = result else { panic!("{result:?}") };
    problems.into_iter().map(|p| p.field).collect()
}

#[tokio::test]
async fn the_budget_is_recorded_with_the_decision() {
    let road = Road::decided().await;
    let page = road.page().await;
    assert_eq!(page.phase, Phase::Underway);
    let headings: Vec<(&str, i64)> = page.headings.iter().map(|h| (h.name.as_str(), h.allotted.get())).collect();
    assert_eq!(headings, [("その他経費（架空工業大学）", 6_000_000), (WAGES, 15_000_000), (GOODS, 30_000_000)]);
    assert_eq!((page.decided.get(), page.allotted.get()), (36_000_000, 51_000_000));
    assert!(page.due.iter().any(|d| d.what.ja == "実績報告"));
    let stranger = &road.stage.cases[1].1;
    assert!(matches!(road.office().project_page(stranger, road.case).await, Err(OfficeError::NotFound)));
    assert!(matches!(road.office().project_at_desk(road.holder(), road.case).await, Err(OfficeError::NotFound)));
}

#[tokio::test]
async fn a_minor_change_is_reported_another_is_asked_for() {
    let road = Road::decided().await;
    let form = |goods: i64, wages: i64, reason: &str| ChangeForm {
        lines: vec![
            LineAmount { line: "その他経費（架空工業大学）".into(), amount: Yen::new(6_000_000) },
            LineAmount { line: WAGES.into(), amount: Yen::new(wages) },
            LineAmount { line: GOODS.into(), amount: Yen::new(goods) },
        ],
        project_ends: None,
        what: String::new(),
        reason: reason.into(),
        request: road.press(),
    };
    let change = |form| road.office().change_plan(road.holder(), road.case, form);
    assert!(matches!(change(form(28_000_000, 17_000_000, "")).await, Err(OfficeError::Invalid(p)) if p[0].field == "reason"));
    assert!(matches!(change(form(40_000_000, 17_000_000, "増額")).await, Err(OfficeError::Invalid(p)) if p[0].field == "line-0"));
    let typed = form(31_000_000, 15_000_000, "").lines;
    let page = road.office().change_page(road.holder(), road.case, Some(&typed)).await.unwrap();
    assert_eq!((page.is_minor, page.sum_changes(), page.beyond(), page.too_much()), (Some(false), true, false, true));
    assert!(change(form(28_000_000, 17_000_000, "人員の増")).await.unwrap());
    assert_eq!(road.page().await.headings[1].allotted, Yen::new(17_000_000));
    assert!(!change(form(20_000_000, 25_000_000, "工程の変更")).await.unwrap());
    let asked = road.page().await.change.unwrap().request;
    let decide = |person, decision| road.office().decide_change(person, road.case, asked, decision, road.press());
    let approve = ChangeDecision::Approve { conditions: vec!["見積書を保存すること。".into()] };
    assert!(matches!(decide(&road.stage.officer, approve.clone()).await, Err(OfficeError::Forbidden(_))));
    decide(&road.stage.director, approve).await.unwrap();
    road.stage.settle().await;
    let page = road.office().project_at_desk(&road.stage.officer, road.case).await.unwrap();
    assert_eq!(page.headings[2].allotted, Yen::new(20_000_000));
    let project = road.office().project(road.holder(), banso_permits::Action::ReadCase, road.case).await.unwrap();
    let number = project.executed().find_map(|(act, _)| {
        if let banso_execution::act::ExecutionAct::PlanChangeApproved(a) = act { Some(a.number.clone()) } else { None }
    });
    assert_eq!(number, Some(format!("{}変更第1号", page.receipt_number)));
    let seq = page.acts.iter().find(|a| a.letter).unwrap().seq;
    let (_, pdf) = road.office().execution_letter_of(&road.stage.officer, road.case, seq).await.unwrap();
    assert_eq!(&pdf[..5], b"%PDF-");
}

#[tokio::test]
async fn what_is_wrong_in_a_table_is_named_by_its_cell_and_nothing_is_taken_in() {
    let road = Road::decided().await;
    road.wait_days(60).await;
    let mut table = road.table("28,000,000", "15,000,000");
    table[1][6] = "-5".into();
    table[2][1] = String::new();
    let result = road.office().import_claims(road.holder(), road.case, &table, 0).await;
    let Err(OfficeError::Invalid(problems)) = result else { panic!("{result:?}") };
    assert!(problems[0].text.ja.starts_with("セルG2"), "{problems:?}");
    assert!(problems[1].text.ja.starts_with("セルB3"), "{problems:?}");
    assert!(road.office().completion_page(road.holder(), road.case).await.unwrap().lines.is_empty());
    road.import("28,000,000", "15,000,000").await.unwrap();
    let page = road.office().completion_page(road.holder(), road.case).await.unwrap();
    let codes: Vec<&str> = page.lines.iter().flat_map(|l| &l.findings).map(|f| f.code.code()).collect();
    assert!(codes.iter().all(|c| *c == "C112" || *c == "C146" || *c == "C141"), "{codes:?}");
    assert_eq!(fields(road.report().await)[0], "line-1-001");
}

/// The same table as a workbook, with real days in its cells, comes to the same lines; a wrong cell has its own name, below a title too.
#[tokio::test]
async fn a_workbook_comes_to_the_same_lines() {
    let road = Road::decided().await;
    road.wait_days(60).await;
    let table = road.table("28,000,000", "15,000,000");
    let is_day = |heading: &str| heading.ends_with('日') && heading != "相見積日";
    let sheet = |rows: &[Vec<String>]| Sheet {
        title: "経費明細".into(),
        columns: rows[0].iter().map(|h| Column::new(h.clone(), if is_day(h) { Kind::Day } else { Kind::Text })).collect(),
        rows: rows[1..]
            .iter()
            .map(|row| {
                let cell = |(h, text): (&String, &String)| match Day::parse(text) {
                    Ok(day) if is_day(h) => Cell::Day(day),
                    Err(_) if is_day(h) => Cell::Empty,
                    _ => Cell::Text(text.clone()),
                };
                rows[0].iter().zip(row).map(cell).collect()
            })
            .collect(),
        made_at: road.office().now(),
        synthetic: true,
    };
    let import = async |rows: &[Vec<String>], version: u64| {
        let table = ("workbook", to_xlsx(&sheet(rows)).unwrap());
        road.office().import_claim_table(road.holder(), road.case, table, version).await
    };
    let mut wrong = table.clone();
    wrong[2][6] = "-5".into();
    let Err(OfficeError::Invalid(problems)) = import(&wrong, 0).await else { panic!("taken in") };
    assert!(problems.iter().all(|p| p.field == "workbook") && problems[0].text.ja.contains("G"), "{problems:?}");
    import(&table, 0).await.unwrap();
    let lines = async || road.office().completion_page(road.holder(), road.case).await.unwrap().lines;
    let from_workbook: Vec<_> = lines().await.into_iter().map(|l| l.line).collect();
    road.import("28,000,000", "15,000,000").await.unwrap();
    assert_eq!(from_workbook, lines().await.into_iter().map(|l| l.line).collect::<Vec<_>>());
}

/// A day of completion before the papers of the lines is told beside its field and at the lines; a payment to come is refused.
#[tokio::test]
async fn the_day_of_completion_is_looked_at_beside_the_lines() {
    let road = Road::decided().await;
    road.wait_days(60).await;
    road.import("28,000,000", "15,000,000").await.unwrap();
    road.attach_everything().await;
    let decided = road.page_decided();
    let report = async |completed_on: Day, explanation: &str| {
        let version = road.office().completion_page(road.holder(), road.case).await.unwrap().version;
        let order = ReportOrder { completed_on: Some(completed_on), explanation: explanation.into(), version, request: road.press() };
        road.office().report_completion(road.holder(), road.case, order).await
    };
    let page = road.office().completion_page(road.holder(), road.case).await.unwrap();
    assert_eq!(page.wrong, 0);
    assert_eq!(page.last_day.map(|(_, last)| last.day), Some(decided.plus_days(20)));
    assert_eq!(fields(report(decided.plus_days(2), "架空の説明").await), ["line-1-001", "completed-on"], "ordered after it");
    assert_eq!(fields(report(decided.plus_days(10), " ").await), ["explanation", "completed-on"], "paid after it, and not a word");
    let page = road.office().completion_page_for(road.holder(), road.case, Some(decided.plus_days(2))).await.unwrap();
    let codes = |nth: usize| page.lines[nth].findings.iter().map(|f| f.code.code()).collect::<Vec<_>>();
    assert_eq!((codes(0), codes(1)), (vec!["C113", "C113", "C113", "C113", "C113", "C114", "C114"], vec!["C114"]));
    let mut table = road.table("28,000,000", "15,000,000");
    let paid = table[0].iter().position(|h| h == "支払日").unwrap();
    table[1][paid] = road.today().plus_days(2).to_string();
    road.office().import_claims(road.holder(), road.case, &table, page.version).await.unwrap();
    let page = road.office().completion_page(road.holder(), road.case).await.unwrap();
    assert_eq!(page.lines[0].findings.iter().map(|f| f.code.code()).collect::<Vec<_>>(), ["C110"]);
    assert_eq!(fields(report(road.today(), "架空の説明").await), ["line-1-001", "completed-on"]);
}

#[tokio::test]
async fn a_report_comes_back_corrected_and_is_inspected_and_fixed() {
    let road = Road::reported().await;
    assert_eq!(road.page().await.phase, Phase::Reported);
    let stale = road.import("28,000,000", "15,000,000").await;
    assert!(matches!(stale, Err(OfficeError::Stale(_))), "{stale:?}");
    let points = vec![Point { field: "1-001".into(), note: "検収の写真".into() }];
    let due = Some(road.today().plus_days(14));
    road.office().return_report(&road.stage.officer, road.case, points, due, road.press()).await.unwrap();
    let page = road.office().completion_page(road.holder(), road.case).await.unwrap();
    assert_eq!((page.points.as_slice(), page.may), (&["1-001：検収の写真".to_owned()][..], true));
    road.report().await.unwrap();
    assert_eq!(fields(road.inspect(29_000_000).await), ["cut-1"]);
    let page = road.office().inspection_page(&road.stage.officer, road.case).await.unwrap();
    let ticked = |checks: &[&str], note: &str| {
        let judge =
            |l: &InspectedLine| JudgedLine { line: l.report.line.id.clone(), cut: Yen::ZERO, reason: String::new(), clause: String::new() };
        let form = InspectionForm {
            claims: page.claims.unwrap(),
            judged: page.lines.iter().map(judge).collect(),
            checks: checks.iter().map(|c| (*c).to_owned()).collect(),
            on_site: false,
            note: note.into(),
            request: road.press(),
        };
        road.office().inspect(&road.stage.officer, road.case, form)
    };
    assert_eq!(fields(ticked(&[], "書面で確認した").await), ["checks"]);
    assert_eq!(fields(ticked(&["books", "bank", "content", "kept"], " ").await), ["note"], "why the things were not looked at");
    road.inspect(1_000_000).await.unwrap();
    let page = road.office().fixing_page(&road.stage.director, road.case).await.unwrap();
    // Two thirds of 27,000,000 and of 15,000,000; the university reported nothing.
    assert_eq!((page.eligible.get(), page.computed.get(), page.amount.get()), (42_000_000, 28_000_000, 28_000_000));
    assert_eq!(&road.office().preview_fixing(&road.stage.officer, road.case).await.unwrap()[..5], b"%PDF-");
    let fix = |person, amount| road.office().fix_amount(person, road.case, amount, road.press());
    assert!(matches!(fix(&road.stage.officer, page.amount).await, Err(OfficeError::Forbidden(_))));
    assert!(matches!(fix(&road.stage.director, Yen::new(1)).await, Err(OfficeError::Stale(_))));
    fix(&road.stage.director, page.amount).await.unwrap();
    road.stage.settle().await;
    assert_eq!(road.page().await.fixed, Some(Yen::new(28_000_000)));
    let acts = road.office().project_at_desk(&road.stage.officer, road.case).await.unwrap().acts;
    for act in acts.iter().filter(|a| a.letter) {
        let letter = road.office().execution_letter_of(&road.stage.officer, road.case, act.seq).await.unwrap();
        assert_eq!(&letter.1[..5], b"%PDF-", "{}", letter.0);
    }
    assert_eq!(acts.iter().filter(|a| a.letter).count(), 2, "returned once, fixed once");
}

#[tokio::test]
async fn money_goes_out_by_four_eyes_and_comes_back_reconciled() {
    let road = Road::claimed().await;
    let (call, officer, director) = (&road.stage.call, &road.stage.officer, &road.stage.director);
    assert_eq!(road.page().await.claimable, None, "everything is claimed");
    let page = road.office().runs_page(officer, call).await.unwrap();
    assert_eq!((page.waiting.len(), page.waiting_total.get(), page.open), (1, 28_000_000, None));
    let sunday = RunOrder { pay_on: Some(Day::parse("2030-01-06").unwrap()), ..road.run_order() };
    let refused = road.office().freeze_run(officer, call, sunday).await;
    assert!(matches!(refused, Err(OfficeError::Invalid(p)) if p[0].field == "pay-on"));
    assert!(matches!(road.office().freeze_run(director, call, road.run_order()).await, Err(OfficeError::Forbidden(_))));
    let run = road.frozen().await;
    assert!(matches!(road.office().run_file(officer, call, run).await, Err(OfficeError::Stale(_))));
    let early = road.settle(run, None).await;
    assert!(matches!(early, Err(OfficeError::Stale(_))), "{early:?}");
    let approve = |person| road.office().approve_run(person, call, run, road.press());
    assert!(matches!(approve(officer).await, Err(OfficeError::Forbidden(_))));
    approve(director).await.unwrap();
    road.stage.settle().await;
    let again = approve(&road.second).await;
    assert!(matches!(again, Err(OfficeError::Refused(_))), "two pairs of eyes are enough below the threshold: {again:?}");
    assert_eq!(road.run(run).await.line.state, RunState::Approved);
    let (_, file) = road.office().run_file(officer, call, run).await.unwrap();
    assert_eq!(file.len() % 122, 0, "120 bytes and a line break each");
    assert_eq!(file.len() / 122, 4, "header, data, trailer, end");
    road.wait_days(7).await;
    let read = async |bytes: &[u8]| road.office().read_result(officer, call, run, bytes).await;
    assert_eq!(fields(read(&file).await.map(drop)), ["result"], "the request is not the answer");
    let unix: Vec<u8> = file.iter().copied().filter(|b| *b != b'\r').collect();
    assert_eq!(fields(read(&unix).await.map(drop)), ["result"], "whatever ends its lines");
    let mut answer = file.clone();
    answer[122 + 119] = b'0';
    assert_eq!(read(&answer).await.unwrap(), [SettleLine { reference: 1, returned: None }]);
    answer[122 + 119] = b'3';
    assert_eq!(read(&answer).await.unwrap()[0].returned.as_deref(), Some("名義相違"));
    assert_eq!(fields(road.settle(run, Some(" ")).await), ["returned-1"]);
    road.settle(run, Some("口座名義相違")).await.unwrap();
    road.stage.settle().await;
    let claims = road.page().await.claims;
    assert_eq!((claims[0].state.ja.as_str(), claims[0].open), ("振込不能", true));
    assert_eq!(road.page().await.paid, Yen::ZERO);

    // Put right, it goes into the next run, once somebody has asked the holder.
    let other = account("2223334");
    road.office().change_account(road.holder(), road.case, claims[0].number, &other, "名義の訂正", road.press()).await.unwrap();
    let held = road.office().freeze_run(officer, call, road.run_order()).await;
    assert!(matches!(held, Err(OfficeError::Invalid(_))), "a fresh account is held: {held:?}");
    let confirmed = road.page_account().await;
    let order = RunOrder { confirmed: [confirmed].into(), ..road.run_order() };
    let run = road.office().freeze_run(officer, call, order).await.unwrap().unwrap();
    road.office().approve_run(director, call, run, road.press()).await.unwrap();
    road.wait_days(7).await;
    road.settle(run, None).await.unwrap();
    road.stage.settle().await;
    assert_eq!(road.page().await.paid, Yen::new(28_000_000));

    let money = road.office().money_page(&road.stage.auditor, call, None, CountedBy::Moved).await.unwrap();
    assert_eq!((money.total.decided.get(), money.total.fixed.get(), money.total.paid.get()), (36_000_000, 28_000_000, 28_000_000));
    let before = road.office().money_page(&road.stage.auditor, call, Some(road.today().plus_days(-30)), CountedBy::Moved).await.unwrap();
    assert_eq!((before.total.decided.get(), before.total.paid.get()), (36_000_000, 0));
    let path = road.office().yen_path(&road.stage.auditor, road.case).await.unwrap();
    let goods = &path.headings.iter().find(|(name, _)| name == GOODS).unwrap().1;
    let paper = goods.iter().flat_map(|s| &s.papers).next().expect("the line's papers");
    let found = road.office().audit_document(&road.stage.auditor, road.case, paper.1).await.unwrap();
    assert!(!found.name.starts_with('_') && !paper.0.ja.is_empty(), "{}", found.name);
    let view = road.office().audit_case(&road.stage.auditor, road.case).await.unwrap();
    let documents: Vec<_> = view.acts.iter().flat_map(|a| &a.documents).collect();
    assert!(documents.iter().any(|d| d.slot.ja.contains("（明細1-001）")), "{documents:?}");
    assert!(documents.iter().all(|d| !d.slot.ja.contains("_claim") && !d.name.contains("_claim")), "{documents:?}");
    let amounts: Vec<i64> = goods.iter().filter_map(|s| s.amount).map(Yen::get).collect();
    assert_eq!(amounts, [30_000_000, 28_000_000, -1_000_000, 27_000_000]);
    assert!(matches!(road.office().money_page(officer, call, None, CountedBy::Moved).await, Err(OfficeError::Forbidden(_))));
}

impl Road {
    /// The account that the newest claim goes to now.
    async fn page_account(&self) -> Digest {
        let page = self.office().project(self.holder(), banso_permits::Action::ReadCase, self.case).await.unwrap();
        page.execution.claims.values().next_back().unwrap().account
    }
}

#[tokio::test]
async fn a_run_is_discarded_and_a_claim_given_back() {
    let road = Road::claimed().await;
    let (call, officer) = (&road.stage.call, &road.stage.officer);
    let run = road.frozen().await;
    let second = road.office().freeze_run(officer, call, road.run_order()).await;
    assert!(matches!(second, Err(OfficeError::Refused(_))), "{second:?}");
    let discard = |reason: &'static str| road.office().discard_run(officer, call, run, reason, road.press());
    assert_eq!(fields(discard(" ").await), ["discard-reason"]);
    discard("振込先の確認のため").await.unwrap();
    assert_eq!(road.run(run).await.line.state, RunState::Discarded);
    let claim = road.page().await.claims[0].number;
    road.office().refuse_payment(officer, road.case, claim, "書類の不足", road.press()).await.unwrap();
    let none = road.office().freeze_run(officer, call, road.run_order()).await;
    assert!(matches!(none, Err(OfficeError::Invalid(_))), "{none:?}");
    let claims = road.page().await.claims;
    assert_eq!(claims[0].state.ja, "差戻し");
    road.stage.settle().await;
    assert_ne!(Held::FreshAccount.label().ja, "");
}

#[tokio::test]
async fn the_same_invoice_in_another_project_is_found() {
    let road = Road::reported().await;
    let page = road.office().inspection_page(&road.stage.officer, road.case).await.unwrap();
    assert!(page.lines.iter().all(|l| l.report.findings.iter().all(|f| f.code.code() != "C162")));
    let known = road.stage.office.store().reported_claims(CaseId::new(road.stage.office.new_uuid())).await.unwrap();
    assert_eq!(known.keys().copied().collect::<Vec<_>>(), [road.case]);
    assert!(road.stage.office.store().reported_claims(road.case).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_follows_the_decision_is_found_from_the_desk_for_years() {
    let road = &Road::paid_under(cases::programme_with_budget("8,000万円")).await;
    let (office, holder) = (road.office(), road.holder());
    let list = office.task_list(holder, road.case).await.unwrap();
    assert_eq!(list.head.phase, Stands::Granted { until: None }, "the days to withdraw are over, the case is not");
    assert!(office.has_project(holder, road.case).await);
    assert_eq!(office.leave_page(holder, road.case).await.unwrap().leaving, Leaving::Nothing);
    let line = || async move { office.desk_home(holder).await.unwrap().applications.into_iter().find(|a| a.case == road.case).unwrap() };
    let shown = line().await;
    assert_eq!((shown.state.ja.as_str(), shown.after_decision), ("額の確定済", true));
    let due = road.page().await.due.into_iter().find(|d| d.met_on.is_none()).unwrap();
    assert_eq!((shown.next.unwrap().ja, shown.due), (due.what.ja, Some(due.due)));
}
