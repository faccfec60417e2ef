//! The analyst's desk, use case by use case, on a made-up round.

use banso_kernel::{Day, Digest, Lang};
use banso_permits::Role;

use super::*;
use crate::testing::cases::{programme, words};
use crate::testing::round::Round;

fn form(round_form: &StudyForm) -> StudyForm {
    StudyForm {
        outcomes: vec!["実績付加価値額".to_owned()],
        horizon: "1".to_owned(),
        groups: vec!["規模".to_owned()],
        ..round_form.clone()
    }
}

async fn declared(round: &Round) -> Digest {
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let form = form(&page.form);
    let shown = round.office.declare_page(&round.analyst, &round.call, Some(form.clone())).await.unwrap();
    let digest = shown.preview.as_ref().unwrap().1;
    assert_eq!(shown.detectable.len(), 2, "{:?}", shown.detectable);
    assert!(shown.detectable.iter().all(|d| d.effect.is_some_and(|e| e > 0.0)), "{:?}", shown.detectable);
    round.office.declare_study(&round.analyst, &round.call, &form, digest, round.press()).await.unwrap()
}

#[tokio::test]
async fn a_study_goes_from_its_declaration_to_its_package() {
    let round = Round::decided(240).await;
    let office = &round.office;
    let call = office.analysis_call(&round.analyst, &round.call).await.unwrap();
    let (counts, designs) = call.identified.unwrap();
    assert_eq!((counts.scored, designs.iter().filter(|d| d.possible).count()), (240, 2), "{counts:?} {designs:?}");
    assert_eq!(counts.above - counts.above_without - counts.above_undecided + counts.below_with, counts.granted, "{counts:?}");
    assert_eq!(counts.above + counts.below, counts.scored, "{counts:?}");
    assert!(counts.above_without + counts.below_with > 0 && counts.above >= 40 && counts.below >= 40, "{counts:?}");
    let study = declared(&round).await;
    let page = office.study_page(&round.analyst, &round.call, study).await.unwrap();
    assert!(page.beforehand && page.runs.is_empty() && page.progress.is_none());
    // Two years later the figures are known: 30 million more for whoever was granted.
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    let press = round.press();
    office.run_study(&round.analyst, &round.call, study, None, press).await.unwrap();
    assert_eq!(office.study_page(&round.analyst, &round.call, study).await.unwrap().progress, Some(Progress::Waiting));
    assert_eq!(office.run_jobs().await, 1);
    let page = office.study_page(&round.analyst, &round.call, study).await.unwrap();
    assert_eq!((page.runs.len(), page.progress.clone()), (1, None));
    let report = office.report_page(&round.officer, &round.call, study, page.runs[0].seq).await.unwrap();
    let first = &report.report.findings[0];
    let effect = first.effect.as_ref().unwrap_or_else(|| panic!("{first:?}"));
    assert!(effect.interval[0] < 30.0 && 30.0 < effect.interval[1] && effect.clear(), "{effect:?}");
    assert_eq!(report.report.standing, Standing::Declared);
    let file = office.study_package(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap();
    assert!(file.bytes.starts_with(b"PK") && file.name.ends_with(".zip"));
    // Everybody in a demonstration is made up: the study says so, and so does what goes around it.
    let readme = package::readme(&report, true);
    assert!(report.report.declaration.synthetic && file.name.starts_with("synthetic-study-"), "{}", file.name);
    assert!(readme.starts_with("合成データ（デモ）") && readme.contains("SYNTHETIC DATA"), "{readme}");
    assert!(package::readme(&report, false).starts_with("効果検証"));
    for lang in [Lang::Ja, Lang::En] {
        let paper = office.study_pdf(&round.officer, &round.call, study, page.runs[0].seq, lang).await.unwrap();
        assert!(paper.bytes.starts_with(b"%PDF-1.7"), "{}", paper.name);
    }
    assert!(office.store().verify(None).await.unwrap().is_sound());
}

/// The panel without pseudonyms, and the report, of the same round played anew.
async fn played() -> (Vec<String>, Digest) {
    let round = Round::decided(160).await;
    let study = declared(&round).await;
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    round.office.run_study(&round.analyst, &round.call, study, None, round.press()).await.unwrap();
    round.office.run_jobs().await;
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    let run = &page.runs[0];
    let Some(banso_store::Content::Kept(csv)) = round.office.store().content(run.panel).await.unwrap() else { panic!("a panel") };
    assert!(csv.starts_with("企業,"), "{csv}");
    (csv.lines().map(|line| line.split_once(',').unwrap().1.to_owned()).collect(), run.report)
}

#[tokio::test]
async fn a_round_played_twice_is_the_same_round() {
    let (first, again) = (played().await, played().await);
    assert_eq!(first.0, again.0);
    assert_eq!(first.1, again.1, "the same rows make the same report, whatever their pseudonyms");
}

#[tokio::test]
async fn what_was_known_beforehand_makes_a_study_exploratory() {
    let round = Round::decided(160).await;
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 0).await;
    let study = declared(&round).await;
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    assert!(!page.beforehand && page.outcomes_known == 160, "{}", page.outcomes_known);
    round.office.run_study(&round.analyst, &round.call, study, None, round.press()).await.unwrap();
    round.office.run_jobs().await;
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    let report = round.office.report_page(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap();
    assert_eq!(report.report.standing, Standing::Exploratory);
    // Under an edition that is not accepted any more nothing new is run; what was found is read on.
    let text = programme().replace("補助事業期間 in", "補助事業期冠 in");
    round.office.published_before(&round.call, 2, &text, None).await;
    round.office.restore_editions(&words()).await.unwrap();
    let again = round.office.run_study(&round.analyst, &round.call, study, None, round.press()).await;
    assert!(matches!(again, Err(OfficeError::Suspended(_))), "{again:?}");
    assert!(round.office.report_page(&round.analyst, &round.call, study, page.runs[0].seq).await.is_ok());
}

#[test]
fn distances_are_told_alike_on_either_side_of_the_cut_off() {
    for (distance, told) in [(0.0, 0.25), (0.49, 0.25), (-0.01, -0.25), (-0.5, -0.25), (-0.51, -0.75), (7.3, 7.25)] {
        assert_eq!(panel::half_points(distance), told, "{distance}");
    }
}

#[tokio::test]
async fn only_what_was_known_on_the_day_is_in_the_panel() {
    let round = Round::decided(160).await;
    let study = declared(&round).await;
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    let before = Day::new(2027, 5, 31).unwrap();
    round.office.run_study(&round.analyst, &round.call, study, Some(before), round.press()).await.unwrap();
    round.office.run_jobs().await;
    // Nothing was known then: the run is on record, and no number is.
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    let report = round.office.report_page(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap();
    assert!(report.report.findings.iter().all(|f| f.effect.is_none() && f.refused.is_some()), "{:?}", report.report.findings);
    let tomorrow = Day::new(2027, 6, 2).unwrap();
    let early = round.office.run_study(&round.analyst, &round.call, study, Some(tomorrow), round.press()).await;
    assert!(matches!(early, Err(OfficeError::Refused(r)) if r.code() == "R302"));
}

#[tokio::test]
async fn a_small_call_is_told_no_and_others_do_not_get_in() {
    let round = Round::decided(20).await;
    let call = round.office.analysis_call(&round.analyst, &round.call).await.unwrap();
    assert!(call.identified.unwrap().1.iter().all(|d| !d.possible));
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let asked = StudyForm { method: "discontinuity".to_owned(), ..form(&page.form) };
    let refused = round.office.declare_page(&round.analyst, &round.call, Some(asked)).await;
    assert!(matches!(refused, Err(OfficeError::Invalid(p)) if p[0].field == "method"));
    let wrong = StudyForm { title: String::new(), horizon: "99".into(), outcomes: Vec::new(), ..page.form };
    let Err(OfficeError::Invalid(problems)) = round.office.declare_page(&round.analyst, &round.call, Some(wrong)).await else {
        panic!("a wrong form is refused")
    };
    let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(&fields[..3], ["title", "horizon", "outcomes"]);
    let reviewer = round.office.somebody("other", &[Role::Reviewer], None).await;
    assert!(matches!(round.office.analysis_front(&reviewer).await, Err(OfficeError::Forbidden(_))));
    assert!(round.office.analysis_call(&round.officer, &round.call).await.unwrap().identified.is_none());
    assert!(matches!(round.office.declare_page(&round.officer, &round.call, None).await, Err(OfficeError::Forbidden(_))));
    let nothing = Digest::of(b"nothing");
    assert!(matches!(round.office.study_page(&round.analyst, &round.call, nothing).await, Err(OfficeError::NotFound)));
    let run = round.office.run_study(&round.analyst, &round.call, nothing, None, round.press()).await;
    assert!(matches!(run, Err(OfficeError::NotFound)));
}

#[tokio::test]
async fn rounds_of_a_programme_are_pooled_each_at_its_own_cut_off() {
    let round = Round::decided_twice(120).await;
    let (office, other) = (&round.office, round.other.clone().unwrap());
    let page = office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    assert!(page.others.iter().map(|(call, _)| call).eq([&other]), "{:?}", page.others);
    let pooled = StudyForm { method: "discontinuity".to_owned(), with: vec![other.to_string()], ..form(&page.form) };
    let elsewhere = StudyForm { with: vec!["go-tech/nowhere".to_owned()], ..pooled.clone() };
    let refused = office.declare_page(&round.analyst, &round.call, Some(elsewhere)).await;
    assert!(matches!(refused, Err(OfficeError::Invalid(p)) if p[0].field == "with"));
    let shown = office.declare_page(&round.analyst, &round.call, Some(pooled.clone())).await.unwrap();
    assert_eq!(shown.counts.scored, 240);
    let digest = shown.preview.as_ref().unwrap().1;
    let study = office.declare_study(&round.analyst, &round.call, &pooled, digest, round.press()).await.unwrap();
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    office.run_study(&round.analyst, &round.call, study, None, round.press()).await.unwrap();
    office.run_jobs().await;
    let page = office.study_page(&round.analyst, &round.call, study).await.unwrap();
    assert_eq!((page.runs[0].rows, page.runs[0].refused.clone()), (240, None));
    let report = office.report_page(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap();
    let pooled = &report.report.pooled;
    assert!(pooled.iter().all(|p| p.rounds.iter().map(|r| r.name.as_str()).eq(["r7-1", "r7-9"])), "{pooled:?}");
    assert!(office.study_package(&round.analyst, &round.call, study, page.runs[0].seq).await.is_ok());
}

#[tokio::test]
async fn a_call_that_has_not_opened_is_planned_by_a_decided_one() {
    let round = Round::decided(160).await;
    let page = round.office.plan_page(&round.analyst, None).await.unwrap();
    assert_eq!((page.calls.len(), page.form.outcome.as_str(), page.plan), (1, "実績付加価値額", None));
    let form = PlanForm { effect: "20".to_owned(), ..page.form };
    let plan = round.office.plan_page(&round.analyst, Some(form.clone())).await.unwrap().plan.unwrap();
    assert!(plan.detectable > 0.0 && plan.chance.is_some_and(|c| (0.0..=1.0).contains(&c)) && plan.needed.is_some(), "{plan:?}");
    assert!(plan.by_size.windows(2).all(|w| w[1].1 < w[0].1), "more applications find smaller effects: {plan:?}");
    let wrong = PlanForm { like: "go-tech/nowhere".into(), applications: "many".into(), share: "0".into(), effect: "-1".into(), ..form };
    let Err(OfficeError::Invalid(problems)) = round.office.plan_page(&round.analyst, Some(wrong)).await else { panic!("a wrong plan") };
    assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), ["like", "applications", "share", "effect"]);
    let reader = round.office.plan_page(&round.officer, None).await.unwrap();
    assert!(reader.calls.is_empty(), "whoever does not evaluate uses no firm's figures");
}

#[tokio::test]
async fn a_run_that_comes_to_nothing_is_on_record_with_its_reason() {
    use banso_grant::decide::{StudyOrder, declare_study};
    use banso_store::{Batch, Change, Plan, PlanKind};

    let round = Round::decided(160).await;
    let (office, call) = (&round.office, &round.call);
    let asked = form(&office.declare_page(&round.analyst, call, None).await.unwrap().form);
    let mut declaration = office.declare_page(&round.analyst, call, Some(asked)).await.unwrap().preview.unwrap().0;
    // As when an item is no longer in the dictionary.
    declaration.outcomes[0].column = "なくなった項目_増".to_owned();
    let body = declaration.canonical().unwrap();
    let study = Digest::of(body.as_bytes());
    let file = office.store().call(call).await.unwrap().unwrap();
    let by = office.by(&round.analyst, file.call.edition.digest, "");
    let act = declare_study(&file.call, &StudyOrder { study, title: "なくなった項目".into(), outcomes_known: 0 }, &by).unwrap();
    let plan = Plan { digest: study, call: call.clone(), kind: PlanKind::Study, body, made_by: round.analyst.id };
    office.append(Batch::call(call.clone(), file.seq(), vec![act]).and_change(Change::keep_plan(&plan))).await.unwrap();
    office.run_study(&round.analyst, call, study, None, round.press()).await.unwrap();
    office.run_jobs().await;
    let page = office.study_page(&round.analyst, call, study).await.unwrap();
    let why = page.runs[0].refused.clone().unwrap();
    assert!(page.progress.is_none() && why.ja.contains("なくなった項目_増") && why.ja.contains("outcomes 1"), "{why:?}");
    let report = office.report_page(&round.analyst, call, study, page.runs[0].seq).await;
    assert!(matches!(report, Err(OfficeError::NotFound)));
    assert!(office.store().verify(None).await.unwrap().is_sound());
}
