//! What happens while the work goes on, on made-up cases: incidents and instructions, progress, orders, stops, corrections.

use banso_execution::ExecutionPhase as Phase;
use banso_execution::act::{LineAmount, Manner};
use banso_kernel::{CaseId, Day, Point, Yen};
use banso_permits::Person;

use super::*;
use crate::testing::stage::Stage;
use crate::{Office, OfficeError};

struct Site {
    stage: Stage,
    case: CaseId,
}

impl Site {
    async fn begun() -> Site {
        let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
        let case = stage.decided(0).await;
        stage.wait_days(30);
        Site { stage, case }
    }

    fn office(&self) -> &Office {
        &self.stage.office
    }

    fn holder(&self) -> &Person {
        &self.stage.cases[0].1
    }

    fn day(&self, from_today: i32) -> Option<Day> {
        Some(self.stage.today().plus_days(from_today))
    }

    async fn page(&self) -> WorkPage {
        self.office().work_page(self.holder(), self.case).await.unwrap()
    }

    async fn stop(&self, manner: Option<Manner>, on: Option<Day>) -> Result<(), OfficeError> {
        let form =
            StopForm { manner, stops_on: on, reason: "受注先の倒産（架空）のため。".into(), request: self.stage.press() };
        self.office().ask_to_stop(self.holder(), self.case, form).await
    }

    async fn decide(&self, decision: ChangeDecision) -> Result<(), OfficeError> {
        let asked = self.page().await.stop.unwrap().request;
        self.office().decide_stop(&self.stage.director, self.case, asked, decision, self.stage.press()).await
    }

    async fn letters(&self) -> Vec<String> {
        self.stage.settle().await;
        let acts = self.office().project_at_desk(&self.stage.officer, self.case).await.unwrap().acts;
        let mut names = Vec::new();
        for act in acts.iter().filter(|a| a.letter) {
            let (name, pdf) = self.office().execution_letter_of(&self.stage.officer, self.case, act.seq).await.unwrap();
            assert_eq!(&pdf[..5], b"%PDF-", "{name}");
            names.push(name.trim_end_matches(".pdf").to_owned());
        }
        names
    }
}

fn fields(result: Result<(), OfficeError>) -> Vec<String> {
    let Err(OfficeError::Invalid(problems)) = result else { panic!("{result:?}") };
    problems.into_iter().map(|p| p.field).collect()
}

fn code(result: Result<(), OfficeError>) -> &'static str {
    let Err(OfficeError::Refused(refusal)) = result else { panic!("{result:?}") };
    refusal.told().code
}

#[tokio::test]
async fn an_incident_awaits_its_instruction_and_progress_answers_an_order() {
    let site = Site::begun().await;
    let (office, officer, director) = (site.office(), &site.stage.officer, &site.stage.director);
    let press = || site.stage.press();
    assert_eq!(fields(office.report_incident(site.holder(), site.case, " ", None, press()).await), ["incident-what"]);
    let stranger = &site.stage.cases[1].1;
    let foreign = office.report_incident(stranger, site.case, "x", None, press()).await;
    assert!(matches!(foreign, Err(OfficeError::NotFound)));
    office.report_incident(site.holder(), site.case, "部材の納期が遅れています。", site.day(200), press()).await.unwrap();
    let incident = site.page().await.waiting().next().unwrap().incident;
    let instruct = |person, incident, words, ends| office.instruct(person, site.case, (incident, words, ends), press());
    assert_eq!(fields(instruct(officer, None, "x", None).await), ["instruct-incident"]);
    assert_eq!(fields(instruct(officer, Some(incident), " ", None).await), ["instruct-what"]);
    assert_eq!(code(instruct(officer, Some(99), "x", None).await), "R403");
    assert!(matches!(instruct(site.holder(), Some(incident), "x", None).await, Err(OfficeError::NotFound | OfficeError::Forbidden(_))));
    let ends = site.page().await.project_ends.plus_days(30);
    instruct(officer, Some(incident), "期間の延長を認める。", Some(ends)).await.unwrap();
    let page = site.page().await;
    assert_eq!((page.waiting().count(), page.project_ends), (0, ends));
    let order = |person, words, due| office.order_performance(person, site.case, words, due, press());
    assert!(matches!(order(officer, "試作を始めること。", site.day(30)).await, Err(OfficeError::Forbidden(_))));
    assert_eq!(fields(order(director, "試作を始めること。", site.day(0)).await), ["perform-due"]);
    order(director, "試作を始めること。", site.day(30)).await.unwrap();
    assert!(site.page().await.performance.unwrap().waits);
    let progress = |as_of, spent: i64, text: &str| {
        let spent = vec![LineAmount { line: "物品費".into(), amount: Yen::new(spent) }];
        office.report_progress(site.holder(), site.case, ProgressForm { as_of, spent, text: text.into(), request: press() })
    };
    assert_eq!(fields(progress(None, -1, " ").await), ["progress-on", "spent-0", "progress-what"]);
    assert_eq!(fields(progress(site.day(1), 1, "順調").await), ["progress-on"]);
    progress(site.day(0), 1_000_000, "試作を始めました。").await.unwrap();
    let page = office.work_at_desk(officer, site.case).await.unwrap();
    assert!(!page.performance.unwrap().waits, "a report answers the order");
    assert_eq!((page.progress[0].text.as_deref(), page.progress[0].spent.get()), (Some("試作を始めました。"), 1_000_000));
    assert_eq!(site.letters().await, ["事故報告への指示", "遂行命令"]);
}

#[tokio::test]
async fn the_work_stops_by_approval_or_by_order_and_begins_again_as_it_stopped() {
    let site = Site::begun().await;
    let (office, director) = (site.office(), &site.stage.director);
    let press = || site.stage.press();
    assert_eq!(fields(site.stop(None, site.day(1)).await), ["stop-manner"]);
    assert_eq!(fields(site.stop(Some(Manner::Suspend), site.day(-400)).await), ["stop-on"]);
    site.stop(Some(Manner::Suspend), site.day(1)).await.unwrap();
    assert_eq!(code(site.stop(Some(Manner::Suspend), site.day(1)).await), "R402");
    assert_eq!(fields(site.decide(ChangeDecision::Refuse { reason: " ".into() }).await), ["refuse-stop-reason"]);
    site.decide(ChangeDecision::Refuse { reason: "継続が可能と認められるため。".into() }).await.unwrap();
    site.stop(Some(Manner::Suspend), site.day(1)).await.unwrap();
    site.decide(ChangeDecision::Approve { conditions: vec!["再開を届け出ること。".into()] }).await.unwrap();
    assert_eq!((site.page().await.phase, site.page().await.by_order), (Phase::Suspended, false));
    let lift = |reason: &'static str| office.lift_suspension(director, site.case, reason, press());
    assert!(matches!(lift("x").await, Err(OfficeError::Stale(_))), "approved, not ordered");
    let resume = |reason: &'static str| office.resume_work(site.holder(), site.case, reason, press());
    assert_eq!(fields(resume(" ").await), ["resume-reason"]);
    resume("受注先が決まったため。").await.unwrap();
    assert_eq!(fields(office.order_suspension(director, site.case, " ", press()).await), ["suspend-reason"]);
    office.order_suspension(director, site.case, "条件に違反したため。", press()).await.unwrap();
    assert_eq!((site.page().await.phase, site.page().await.by_order), (Phase::Suspended, true));
    assert!(matches!(resume("再開したいため。").await, Err(OfficeError::Stale(_))), "an order is lifted by who gave it");
    lift("措置が確認できたため。").await.unwrap();
    site.stop(Some(Manner::Abandon), site.day(1)).await.unwrap();
    site.decide(ChangeDecision::Approve { conditions: vec![] }).await.unwrap();
    assert_eq!(site.page().await.phase, Phase::Underway, "a report is due after an end too");
    let letters = site.letters().await;
    assert_eq!(
        letters,
        ["中止・廃止の不承認", "中止・廃止の承認", "一時停止の命令", "一時停止の解除", "中止・廃止の承認"],
        "each of them goes out as a letter"
    );
}

#[tokio::test]
async fn a_correction_is_ordered_of_what_was_reported() {
    let stage = Stage::reviewed(2, "8,000万円").await.executed().await;
    let case = stage.reported(0).await;
    let site = Site { stage, case };
    let points = || vec![Point { field: "1-001".into(), note: "従事した日誌を補うこと。".into() }];
    let order = |person, points, due| site.office().order_correction(person, site.case, points, due, site.stage.press());
    assert!(matches!(order(&site.stage.officer, points(), site.day(14)).await, Err(OfficeError::Forbidden(_))));
    assert_eq!(fields(order(&site.stage.director, vec![], site.day(14)).await), ["correct-note-1"]);
    assert_eq!(fields(order(&site.stage.director, points(), site.day(0)).await), ["correct-due"]);
    order(&site.stage.director, points(), site.day(14)).await.unwrap();
    assert_eq!(site.page().await.phase, Phase::Correcting);
    assert_eq!(site.letters().await, ["是正命令"]);
}
