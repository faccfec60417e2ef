//! What a panel tells of single firms, and what a report says of targets: on a made-up round.

use std::collections::BTreeMap;

use banso_evaluation::study::Method;
use banso_guideline::Value;
use banso_kernel::Exact;
use banso_permits::Action;

use super::panel::Panel;
use super::shelter::ALIKE;
use super::*;
use crate::testing::round::Round;

/// A round of firms of many places, trades and sizes, most of them rare.
async fn varied() -> Round {
    let round = Round::decided(240).await;
    // Known before the selection: groups are made of nothing that is learned later.
    let now = round.office.now();
    round.at("2025-07-01T10:00:00+09:00");
    let places = ["東京都", "神奈川県", "大阪府", "北海道", "福井県", "高知県", "沖縄県"];
    let trades = ["製造業その他", "製造業その他", "製造業その他", "卸売業", "サービス業"];
    round.known_of_firms("都道府県", "", |n| format!("\"{}\"", places[(n * n + n / 3) % places.len()])).await;
    round.known_of_firms("業種", "", |n| format!("\"{}\"", trades[(n * 7 + n / 11) % trades.len()])).await;
    round.figures("2024", 0).await;
    round.office.clock.set(now);
    round.figures("2025", 0).await;
    round
}

async fn panel(round: &Round) -> Panel {
    let permit = round.office.may_call(&round.analyst, Action::Evaluate, &round.call).unwrap();
    let file = round.office.store().call(&round.call).await.unwrap().unwrap();
    let edition = round.office.edition_in_force(&round.call).unwrap();
    round.office.panel(&permit, &file, &edition, round.office.now().day()).await.unwrap().unwrap()
}

/// Of a table in CSV, each row's values of some columns.
fn values(csv: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let heads: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let at: Vec<usize> = columns.iter().map(|c| heads.iter().position(|h| h == c).unwrap_or_else(|| panic!("{c} in {heads:?}"))).collect();
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|row| at.iter().map(|at| row[*at].to_owned()).collect())
        .collect()
}

fn counts(rows: Vec<Vec<String>>) -> BTreeMap<Vec<String>, usize> {
    rows.into_iter().fold(BTreeMap::new(), |mut all, row| {
        *all.entry(row).or_default() += 1;
        all
    })
}

#[tokio::test]
async fn what_is_public_of_a_firm_is_that_of_enough_others() {
    let round = varied().await;
    let csv = panel(&round).await.wide(1).csv();
    let named = ["交付", "規模", "申請枠", "都道府県", "業種"];
    let few = counts(values(&csv, &named)).into_iter().find(|(_, n)| *n < ALIKE);
    assert_eq!(few, None, "named alike");
    // The side of the cut-off is public too: the selection is.
    let sides = counts(
        values(&csv, &["距離", "交付", "規模", "都道府県", "業種", "従業員数_前", "交付額"])
            .into_iter()
            .map(|mut row| {
                row[0] = row[0].starts_with('-').to_string();
                row
            })
            .collect(),
    );
    let few: Vec<_> = sides.iter().filter(|(row, n)| row[2..].iter().any(|c| !c.is_empty()) && **n < ALIKE).collect();
    assert!(few.is_empty(), "{few:?}");
    // With how many work there and what was granted, where these are told.
    let whole = counts(values(&csv, &["交付", "規模", "申請枠", "都道府県", "業種", "従業員数_前", "交付額"]));
    let told = |row: &[String]| row[5..].iter().any(|cell| !cell.is_empty());
    let few: Vec<_> = whole.iter().filter(|(row, n)| told(row) && **n < ALIKE).collect();
    assert!(few.is_empty(), "{few:?}");
    assert!(whole.keys().any(|row| told(row) && !row[3].is_empty()), "not everything is left empty: {whole:?}");
}

#[tokio::test]
async fn heads_are_missing_of_no_side_by_its_decision() {
    let round = varied().await;
    let csv = panel(&round).await.wide(1).csv();
    let mut cells: BTreeMap<[String; 2], [usize; 2]> = BTreeMap::new();
    for row in values(&csv, &["距離", "交付", "従業員数_前"]) {
        let [distance, granted, heads] = &row[..] else { panic!("{row:?}") };
        let cell = cells.entry([distance.starts_with('-').to_string(), granted.clone()]).or_default();
        cell[0] += 1;
        cell[1] += usize::from(!heads.is_empty());
    }
    let told = |[all, told]: &[usize; 2]| *all < ALIKE || 10 * told >= 9 * all;
    assert!(cells.len() >= 3 && cells.values().filter(|[all, _]| *all >= ALIKE).count() >= 3, "{cells:?}");
    assert!(cells.values().all(told), "{cells:?}");
}

#[tokio::test]
async fn two_studies_together_tell_no_more_than_one() {
    let round = varied().await;
    let own = ["距離", "交付額", "規模", "都道府県", "従業員数_前"];
    // The panels are made anew, with other pseudonyms, rows and horizons; what is public of a firm is the same in each.
    let (first, again) = (panel(&round).await, panel(&round).await);
    let (first, again) = (counts(values(&first.wide(1).csv(), &own)), counts(values(&again.wide(3).csv(), &own)));
    assert_eq!(first, again);
    let amounts = |csv: &str| counts(values(csv, &["企業", "交付額"])).into_keys().map(|row| row[1].clone()).collect::<Vec<_>>();
    let (mut long, mut wide) = (amounts(&panel(&round).await.long().csv()), amounts(&panel(&round).await.wide(1).csv()));
    long.sort();
    wide.sort();
    assert_eq!(long, wide, "over time the same amounts");
}

#[tokio::test]
async fn a_later_day_forms_no_other_groups() {
    let round = varied().await;
    let own = ["距離", "交付額", "規模", "都道府県", "業種", "従業員数_前"];
    let early = counts(values(&panel(&round).await.wide(1).csv(), &own));
    // Later other heads of the year before, other places and trades are learned: what is shown of groups does not move.
    round.at("2027-06-01T10:00:00+09:00");
    round.known_from("架空統計", ("従業員数", "2025"), |n| (200 - n % 190).to_string()).await;
    round.known_from("架空統計", ("都道府県", ""), |n| format!("\"{}\"", ["沖縄県", "東京都"][n % 2])).await;
    round.known_from("架空統計", ("業種", ""), |n| format!("\"{}\"", ["卸売業", "サービス業"][n / 3 % 2])).await;
    // The source itself says otherwise, twice, of the year before, of place and of trade.
    for day in ["2027-06-01T10:00:00+09:00", "2027-07-01T10:00:00+09:00"] {
        round.at(day);
        for year in ["2023", "2024", "2025"] {
            round.known_of_firms("従業員数", year, |n| (5 + n * 31 % 170).to_string()).await;
        }
        round.known_of_firms("都道府県", "", |n| format!("\"{}\"", ["高知県", "大阪府"][n / 5 % 2])).await;
        round.known_of_firms("業種", "", |n| format!("\"{}\"", ["サービス業", "卸売業"][n % 2])).await;
    }
    let panel = panel(&round).await;
    assert!(early == counts(values(&panel.wide(2).csv(), &own)), "the groups moved");
    assert!(early.keys().filter(|row| !row[1].is_empty()).count() > 1, "amounts are told: {early:?}");
}

/// A study of the round, declared as the page begins, run today; its package as the two columns of who each row is, and of its group.
async fn packaged(round: &Round, horizon: &str) -> BTreeMap<Vec<String>, Vec<String>> {
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let form = StudyForm {
        outcomes: vec!["実績付加価値額".to_owned()],
        horizon: horizon.to_owned(),
        groups: ["規模", "都道府県", "業種"].map(str::to_owned).to_vec(),
        ..page.form
    };
    let shown = round.office.declare_page(&round.analyst, &round.call, Some(form.clone())).await.unwrap().preview.unwrap().1;
    let study = round.office.declare_study(&round.analyst, &round.call, &form, shown, round.press()).await.unwrap();
    round.office.run_study(&round.analyst, &round.call, study, None, round.press()).await.unwrap();
    round.office.run_jobs().await;
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    round.office.study_package(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap();
    let Some(banso_store::Content::Kept(csv)) = round.office.store().content(page.runs[0].panel).await.unwrap() else { panic!("a panel") };
    let keys = values(&csv, &["距離", "実績付加価値額_前", "実績付加価値額_前増"]);
    let groups = values(&csv, &["交付", "規模", "都道府県", "業種", "従業員数_前", "交付額"]);
    keys.into_iter().zip(groups).collect()
}

#[tokio::test]
async fn two_packages_joined_by_the_firms_own_figures_move_nobody_between_groups() {
    let round = varied().await;
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    let first = packaged(&round, "1").await;
    round.at("2027-08-01T10:00:00+09:00");
    for year in ["2024", "2025"] {
        round.known_of_firms("従業員数", year, |n| (5 + n * 31 % 170).to_string()).await;
    }
    round.known_of_firms("都道府県", "", |n| format!("\"{}\"", ["高知県", "大阪府"][n / 5 % 2])).await;
    round.known_of_firms("業種", "", |n| format!("\"{}\"", ["サービス業", "卸売業"][n % 2])).await;
    let second = packaged(&round, "2").await;
    let joined = first.iter().filter(|(key, _)| second.contains_key(*key)).count();
    assert!(
        joined > 150 && joined == first.len() && first.len() == second.len(),
        "joined {joined} of {} and {}",
        first.len(),
        second.len()
    );
    let moved: Vec<_> = first.iter().filter(|(key, group)| second.get(*key) != Some(group)).collect();
    assert!(moved.is_empty(), "{moved:?}");
}

#[tokio::test]
async fn an_open_grant_is_in_neither_arm_and_moves_no_mean_when_it_is_decided() {
    let round = varied().await;
    let whole = panel(&round).await;
    let mut open = whole.clone();
    let at = open.lines.iter().position(|l| l.granted).unwrap();
    open.lines[at].undecided = true;
    open.lines[at].granted = false;
    let paid = |panel: &Panel| values(&panel.wide(1).csv(), &["交付", "交付額"]);
    let (before, after) = (paid(&open), paid(&whole));
    assert_eq!(before[at][0], "", "in neither arm");
    let moved = before.iter().zip(&after).filter(|(b, a)| b[1] != a[1]);
    assert!(moved.clone().all(|(b, _)| b[1].is_empty()) && moved.count() > 0, "its group is told no mean before, the others the same");
    assert_eq!(open.wide(1).with_number("交付").rows() + 1, whole.wide(1).rows());
    assert!(open.foreseen().lines[at].granted && open.small_rounds().is_empty());
}

#[tokio::test]
async fn a_round_of_a_few_is_refused_by_name() {
    let round = varied().await;
    let mut two = panel(&round).await;
    let mut again = two.lines.clone();
    let mut kept = 0;
    again.retain(|l| {
        kept += usize::from(l.granted);
        !l.granted || kept <= 2
    });
    again.iter_mut().for_each(|l| l.round = "小さな回".to_owned());
    two.lines.extend(again);
    let [small] = &two.small_rounds()[..] else { panic!("one small round") };
    let why = small.why();
    assert!(why.ja.contains("「小さな回」は、交付2社"), "{why:?}");
}

#[tokio::test]
async fn a_firm_of_two_rounds_is_one_cluster_and_is_told_by_no_pair_of_rows() {
    let round = varied().await;
    let mut two = panel(&round).await;
    // A hundred of them again in another round; of the granted ones among them three are not granted there.
    let mut again: Vec<_> = two.lines.iter().filter(|l| !l.undecided).take(100).cloned().collect();
    again.iter_mut().filter(|l| l.granted).take(3).for_each(|l| (l.granted, l.amount) = (false, None));
    again.iter_mut().for_each(|l| l.round = "別の回".to_owned());
    two.lines.extend(again);
    let csv = two.wide(1).with_number("交付").csv();
    let names = values(&csv, &["企業"]);
    let sizes = counts(names.clone());
    let shared: Vec<_> = sizes.iter().filter(|(_, n)| **n > 2).collect();
    let [(few, rows)] = &shared[..] else { panic!("one cluster of several firms: {shared:?}") };
    assert!(**rows >= 2 * ALIKE && sizes.values().filter(|n| **n == 2).count() > 50, "{sizes:?}");
    // What is told of a firm in both of its rows together is that of enough firms.
    let told = values(&csv, &["公募回", "交付", "規模", "申請枠", "都道府県", "業種", "従業員数_前", "交付額"]);
    let mut firms: BTreeMap<&Vec<String>, Vec<Vec<String>>> = BTreeMap::new();
    names.iter().zip(told).filter(|(name, _)| name != few).for_each(|(name, row)| firms.entry(name).or_default().push(row));
    let alike = counts(
        firms
            .into_values()
            .map(|mut rows| {
                rows.sort();
                rows.concat()
            })
            .collect(),
    );
    let rare: Vec<_> = alike.iter().filter(|(row, n)| **n < ALIKE && row.chunks(8).any(|r| r[2..].iter().any(|c| !c.is_empty()))).collect();
    assert!(rare.is_empty(), "{rare:?}");
}

#[tokio::test]
async fn data_with_open_grants_do_not_go_out_and_the_report_says_so() {
    let round = varied().await;
    let mut open = panel(&round).await;
    let at = open.lines.iter().position(|l| l.granted).unwrap();
    (open.lines[at].undecided, open.lines[at].granted) = (true, false);
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let form = StudyForm { outcomes: vec!["実績付加価値額".to_owned()], horizon: "1".to_owned(), ..page.form };
    let declaration = round.office.declare_page(&round.analyst, &round.call, Some(form)).await.unwrap().preview.unwrap().0;
    let table = open.table(&declaration);
    assert!(package::withheld(&table.csv()).is_some_and(|why| why.ja.contains("1件")));
    assert_eq!(package::withheld(&panel(&round).await.table(&declaration).csv()), None);
    assert!(package::withheld("企業,距離\r\nF1,0.25\r\n").is_some());
    let report = banso_evaluation::study::run(&declaration, &table.frame().unwrap(), Standing::Exploratory).unwrap();
    let check = report.checks.iter().find(|c| c.code == "open-grants").unwrap();
    assert!(check.seen.ja.contains("1件を除きました") && check.seen.ja.contains("密度の検定"), "{check:?}");
}

#[tokio::test]
async fn a_figure_of_no_year_is_an_expectation_and_what_is_due_later_is_not_missed() {
    let round = varied().await;
    let chance = |n: usize| Value::Number(Exact::new(if n.is_multiple_of(3) { 4 } else { 1 }, 5));
    round.known_of_firms("事業化確率", "", |n| serde_json::to_string(&chance(n)).unwrap()).await;
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let form = StudyForm { outcomes: vec!["実績付加価値額".to_owned()], horizon: "1".to_owned(), ..page.form };
    let shown = round.office.declare_page(&round.analyst, &round.call, Some(form.clone())).await.unwrap();
    let digest = shown.preview.unwrap().1;
    let study = round.office.declare_study(&round.analyst, &round.call, &form, digest, round.press()).await.unwrap();
    round.at("2027-06-01T10:00:00+09:00");
    round.figures("2026", 30_000_000).await;
    round.office.run_study(&round.analyst, &round.call, study, None, round.press()).await.unwrap();
    round.office.run_jobs().await;
    let page = round.office.study_page(&round.analyst, &round.call, study).await.unwrap();
    let report = round.office.report_page(&round.analyst, &round.call, study, page.runs[0].seq).await.unwrap().report;
    let market = report.targets.iter().find(|t| t.ja.contains("事業化")).unwrap_or_else(|| panic!("{:?}", report.targets));
    assert_eq!((market.state, market.share), (ReachState::Ahead, None), "{market:?}");
    assert!(market.expected.is_some_and(|(firms, share)| firms > 100 && (0.2..0.5).contains(&share)), "{market:?}");
    assert!(market.says(false)[1].starts_with("まだ期日前"), "{market:?}");
}

#[tokio::test]
async fn what_a_design_cannot_take_is_refused_by_name() {
    let round = varied().await;
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let asked = StudyForm { outcomes: vec!["実績付加価値額".to_owned()], horizon: "1".to_owned(), ..page.form };
    let over_time = StudyForm { method: "difference".to_owned(), ..asked.clone() };
    for (form, field, word) in [
        (StudyForm { groups: vec!["規模".to_owned(), "都道府県".to_owned()], ..over_time.clone() }, "groups", "「都道府県」"),
        (StudyForm { groups: vec!["企業".to_owned()], ..asked.clone() }, "groups", "「企業」"),
        (StudyForm { neighbourhood: "法人".to_owned(), ..asked.clone() }, "neighbourhood", "「法人」"),
        (StudyForm { acknowledged: vec!["everything".to_owned()], ..asked.clone() }, "acknowledged", "everything"),
        (StudyForm { acknowledged: vec!["unbalanced".to_owned()], ..over_time }, "acknowledged", "決定前の特徴"),
        (StudyForm { main: "従業員数".to_owned(), ..asked.clone() }, "main_outcome", "選んだ成果"),
        (StudyForm { outcomes: vec!["資本金".to_owned()], ..asked.clone() }, "outcomes", "資本金"),
    ] {
        let refused = round.office.declare_page(&round.analyst, &round.call, Some(form)).await;
        let Err(OfficeError::Invalid(problems)) = refused else { panic!("{field} {word}") };
        assert!(problems.iter().any(|p| p.field == field && p.text.ja.contains(word)), "{field} {word}: {problems:?}");
    }
}

#[tokio::test]
async fn a_declaration_follows_the_form() {
    let round = varied().await;
    let page = round.office.declare_page(&round.analyst, &round.call, None).await.unwrap();
    let asked = StudyForm {
        outcomes: vec!["従業員数".to_owned(), "実績付加価値額".to_owned()],
        main: "実績付加価値額".to_owned(),
        horizon: "2".to_owned(),
        ..page.form
    };
    for method in ["discontinuity", "difference"] {
        let form = StudyForm { method: method.to_owned(), ..asked.clone() };
        let shown = round.office.declare_page(&round.analyst, &round.call, Some(form)).await.unwrap();
        let (declaration, _) = shown.preview.unwrap();
        // The main outcome first; title and question of what was chosen; the number of the year that is asked for.
        assert!(declaration.outcomes[0].column.starts_with("実績付加価値額"), "{:?}", declaration.outcomes);
        assert!(declaration.question.contains("2年後") && declaration.question.contains("従業員数"), "{}", declaration.question);
        assert!(declaration.title.contains("従業員数"), "{}", declaration.title);
        let time = (declaration.design.method == Method::Difference).then_some(1);
        assert_eq!((declaration.design.event_time, declaration.least_cell), (time, 10));
    }
}
