//! A study from its declaration to its words: on the Senate's published data and on synthetic panels.

#![cfg(test)]

mod common;

use banso_evaluation::random::Streams;
use banso_evaluation::study::{Declaration, Kept, Measure, Standing, Verdict, files, markdown, run};
use banso_evaluation::{Column, Frame};
use common::{frame, given, near, truth};
use serde_json::json;

fn declared(value: serde_json::Value) -> Declaration {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}"))
}

fn senate() -> (Declaration, Frame) {
    let declaration = declared(json!({
        "title": "現職の利", "question": "前回の勝利は次の得票を増やすか。",
        "outcomes": [{"column": "vote", "ja": "次の得票率", "en": "next vote share", "unit": "%"}],
        "design": {"method": "discontinuity", "settings": {"score": "margin"}}
    }));
    (declaration, frame("senate.csv", &["vote", "margin", "population", "class", "termshouse", "termssenate"]))
}

/// A made-up panel: those at or above 60 points were selected and grow by `effect`.
fn firms(count: u32, effect: f64) -> Frame {
    let mut draws = Streams::new(20_260_401).stream(1);
    let (mut score, mut sales, mut workers, mut paid, mut size) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..count {
        let points = 30.0 + 60.0 * draws.uniform();
        let selected = points >= 60.0;
        score.push(Some(points));
        sales.push(Some(100.0 + points + draws.normal() * 5.0 + if selected { effect } else { 0.0 }));
        workers.push(if i % 50 == 0 { None } else { Some(5.0 + (20.0 * draws.uniform()).floor()) });
        paid.push(Some(if selected { 20.0 + draws.normal() } else { 0.0 }));
        size.push(if i % 3 == 0 { "小規模" } else { "中小" });
    }
    let frame = given(Frame::new().number("点数", score));
    let frame = given(given(frame.number("付加価値額", sales)).number("従業員数", workers));
    given(given(frame.number("補助金", paid)).names("規模", size))
}

fn declaration() -> serde_json::Value {
    json!({
        "title": "試験研究の補助は付加価値を増やしたか（架空）", "question": "採択は3年後の付加価値額を増やしたか。", "horizon": 3,
        "outcomes": [{"column": "付加価値額", "ja": "付加価値額", "en": "value added", "unit": "百万円", "workers": "従業員数"}],
        "design": {"method": "discontinuity", "settings": {"score": "点数", "cutoff": 60}},
        "groups": ["規模"], "cost": "補助金",
        "targets": [{"column": "付加価値額", "ja": "付加価値額 180百万円", "en": "value added of 180 million", "least": 180, "share": 0.5}]
    })
}

#[test]
fn the_senate_is_told_with_its_published_number() {
    let (declaration, panel) = senate();
    let report = given(run(&declaration, &panel, Standing::Declared));
    let effect = report.findings[0].effect.as_ref().expect("a number");
    let peer = truth("discontinuity")["cases"][0]["estimate"][2].as_f64().expect("the robust estimate");
    near("effect", effect.estimate, peer, 2e-5);
    assert!(report.summary[0].ja.contains("増やした"), "{:?}", report.summary);
    let page = markdown(&report, false);
    assert!(page.contains("| 次の得票率（%） | 7.51") && !page.contains("探索的"), "{page}");
    let picture = given(report.figures[0].svg(false));
    assert!(picture.contains("<polyline") && picture.contains("点数の差"));
}

#[test]
fn an_effect_is_found_in_total_and_per_worker_and_priced() {
    let report = given(run(&declared(declaration()), &firms(1_500, 12.0), Standing::Declared));
    let total = report.findings[0].effect.as_ref().expect("a number");
    assert!(total.interval[0] < 12.0 && 12.0 < total.interval[1] && total.clear(), "{total:?}");
    assert_eq!(report.findings.iter().map(|f| f.measure).collect::<Vec<_>>(), [Measure::Total, Measure::PerWorker]);
    let per_worker = report.findings[1].firms.iter().sum::<usize>();
    assert!(per_worker > 0, "{:?}", report.findings[1]);
    let cost = report.cost.as_ref().expect("a price");
    let [low, high] = cost.interval.expect("the effect is clear");
    assert!(low < 20.0 / 12.0 && 20.0 / 12.0 < high, "{cost:?}");
    assert_eq!(report.groups.len(), 2);
    assert!(report.groups.iter().flat_map(|g| &g.effect).all(|e| e.p_adjusted >= e.p), "{:?}", report.groups);
    let share = report.targets[0].share.expect("many firms");
    assert!((0.0..=1.0).contains(&share) && report.targets[0].firms > 300);
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let report = given(run(&declared(declaration()), &firms(1_500, 0.0), Standing::Exploratory));
    assert!(report.summary[0].ja.contains("増えたとも減ったとも言えません"), "{:?}", report.summary[0]);
    assert!(report.cost.as_ref().is_some_and(|c| c.interval.is_none()));
    assert!(markdown(&report, false).contains("探索的") && markdown(&report, true).contains("exploratory"));
}

#[test]
fn few_firms_are_not_shown_anywhere() {
    let report = given(run(&declared(declaration()), &firms(40, 12.0), Standing::Declared));
    let text = serde_json::to_string(&report).unwrap_or_default();
    for finding in report.findings.iter().chain(&report.groups) {
        let few = finding.refused.is_some() || finding.effect.is_none();
        assert!(few == (finding.firms == [0, 0] || !finding.held.is_empty()), "{finding:?}");
        assert!(!few || finding.details.is_null(), "the details of a hidden number are hidden too");
    }
    assert!(report.groups.iter().any(|g| g.effect.is_none()), "{text}");
    let page = markdown(&report, false);
    assert!(page.contains("非表示") || page.contains("保留"), "{page}");
}

#[test]
fn a_doubtful_number_is_held_back_until_it_is_acknowledged() {
    let mut tied = Vec::new();
    let mut draws = Streams::new(3).stream(0);
    // A lumpy score: eight values on all.
    let scores: Vec<f64> = (0..400).map(|i| f64::from(i % 8) - 4.0).collect();
    for score in &scores {
        tied.push(Some(score * 2.0 + draws.normal()));
    }
    let panel = given(given(Frame::new().number("y", tied)).with("s", Column::Number(scores)));
    let mut value = json!({
        "title": "t", "question": "q", "outcomes": [{"column": "y", "ja": "成果", "en": "outcome", "unit": "円"}],
        "design": {"method": "discontinuity", "settings": {"score": "s", "bandwidth": 3.5}}
    });
    let report = given(run(&declared(value.clone()), &panel, Standing::Declared));
    let codes: Vec<&str> = report.findings[0].held.iter().map(|w| w.code).collect();
    assert!(!codes.is_empty(), "{:?}", report.findings[0]);
    assert!(report.summary[0].ja.contains("次の疑いがあるため") && markdown(&report, false).contains("保留"));
    // What is held back is nowhere: no number, no details, no figure, no line of any file.
    assert!(report.findings[0].effect.is_none() && report.findings[0].details.is_null());
    assert!(report.figures.iter().all(|f| f.name == "density") && report.cost.is_none());
    assert!(given(Kept::read(&given(report.json()))).is_held());
    value["acknowledged"] = json!(codes);
    let report = given(run(&declared(value), &panel, Standing::Declared));
    assert!(report.findings[0].held.is_empty() && !report.findings[0].notes.is_empty());
    assert!(!report.summary[0].ja.contains("次の疑いがあるため"));
}

#[test]
fn the_order_of_rows_changes_nothing_that_is_printed() {
    let (panel, reversed) = (firms(300, 5.0), {
        let panel = firms(300, 5.0);
        let columns: Vec<(String, Column)> = panel.columns().map(|(n, c)| (n.to_owned(), c.clone())).collect();
        columns.into_iter().fold(Frame::new(), |frame, (name, column)| {
            let column = match column {
                Column::Number(mut values) => {
                    values.reverse();
                    Column::Number(values)
                }
                Column::Name { mut codes, levels } => {
                    codes.reverse();
                    Column::Name { codes, levels }
                }
            };
            given(frame.with(&name, column))
        })
    });
    let declaration = declared(declaration());
    let (a, b) = (given(run(&declaration, &panel, Standing::Declared)), given(run(&declaration, &reversed, Standing::Declared)));
    assert_eq!(markdown(&a, false), markdown(&b, false));
    assert_eq!(markdown(&a, true), markdown(&given(run(&declaration, &panel, Standing::Declared)), true));
}

#[test]
fn a_wrong_declaration_is_refused_by_name() {
    let panel = firms(100, 0.0);
    let cases = [
        (json!({"title": " "}), "untitled"),
        (json!({"outcomes": []}), "no-outcomes"),
        (json!({"least-cell": 1}), "least-cell"),
        (json!({"cost": "支払額"}), "missing-column"),
        (json!({"groups": ["地域"]}), "missing-column"),
        (json!({"design": {"method": "discontinuity", "settings": {"score": "点数", "bandwith": 5}}}), "settings"),
        (json!({"design": {"method": "difference", "settings": {}}}), "settings"),
        (json!({"design": {"method": "discontinuity", "settings": {"outcome": "x"}}}), "outcome-in-design"),
    ];
    for (change, code) in cases {
        let mut value = declaration();
        for (key, new) in change.as_object().into_iter().flatten() {
            value[key] = new.clone();
        }
        let refused = run(&declared(value), &panel, Standing::Declared);
        assert!(refused.as_ref().is_err_and(|r| r.code == code), "{code}: {refused:?}");
    }
    let mistakes = [
        (json!({"qestion": "q"}), "`qestion`: "),
        (json!({"horizon": "three"}), "`horizon`: "),
        (json!({"outcomes": [{"column": "付加価値額", "ja": "a", "en": "b", "unit": 3}]}), "`outcomes[1].unit`: "),
        (json!({"design": {"method": "discontinuty"}}), "`design.method`: "),
        (json!({"groups": "規模"}), "`groups`: "),
    ];
    for (change, place) in mistakes {
        let mut value = declaration();
        for (key, new) in change.as_object().into_iter().flatten() {
            value[key] = new.clone();
        }
        let refused = Declaration::of(&value);
        assert!(refused.as_ref().is_err_and(|r| r.en.contains(place)), "{place}: {refused:?}");
    }
    let mut value = declaration();
    value["design"]["settings"]["cutoff"] = json!("sixty");
    let refused = declared(value).check(None);
    assert!(refused.as_ref().is_err_and(|r| r.en.contains("design.settings.cutoff")), "{refused:?}");
    let mut value = declaration();
    value["outcomes"][0]["workers"] = json!("人数");
    let refused = declared(value).check(Some(&panel));
    assert!(refused.as_ref().is_err_and(|r| r.en.contains("outcomes 1: workers")), "{refused:?}");
}

#[test]
fn a_declaration_has_one_text() {
    let one = declared(declaration());
    let text = given(one.canonical());
    let again: Declaration = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(given(again.canonical()), text);
}

#[test]
fn assumptions_are_looked_at_and_a_moved_score_holds_everything_back() {
    let mut value = declaration();
    value["before"] = json!(["前年の売上高"]);
    let mut draws = Streams::new(11).stream(2);
    let panel = firms(1_500, 12.0);
    let scores = given(panel.numbers("点数")).to_vec();
    let before = Column::Number(scores.iter().map(|s| s * 0.5 + draws.normal()).collect());
    let panel = given(panel.with("前年の売上高", before));
    let report = given(run(&declared(value.clone()), &panel, Standing::Declared));
    let verdict = |code: &str| report.checks.iter().find(|c| c.code == code).map(|c| c.verdict);
    for code in ["density", "balance", "placebo", "attrition"] {
        assert_eq!(verdict(code), Some(Verdict::Holds), "{code}: {:?}", report.checks);
    }
    assert!(report.figures.iter().any(|f| f.name == "density"));
    // Whoever was just below the cut-off is lifted over it.
    let moved = scores.iter().map(|s| if (52.0..60.0).contains(s) { s + 8.0 } else { *s }).collect();
    let columns: Vec<(String, Column)> = panel.columns().map(|(n, c)| (n.to_owned(), c.clone())).collect();
    let panel = columns.into_iter().fold(Frame::new(), |frame, (name, column)| {
        let column = if name == "点数" { Column::Number(Vec::clone(&moved)) } else { column };
        given(frame.with(&name, column))
    });
    let report = given(run(&declared(value), &panel, Standing::Declared));
    for finding in &report.findings {
        let codes: Vec<&str> = finding.held.iter().map(|w| w.code).collect();
        assert!(finding.effect.is_none() && codes.contains(&"manipulated-score"), "{codes:?} {:?} {:?}", finding.refused, report.checks);
    }
}

#[test]
fn a_report_is_read_back_as_it_was_written_and_its_files_are_the_same_each_time() {
    let report = given(run(&declared(declaration()), &firms(600, 12.0), Standing::Declared));
    let kept = given(Kept::read(&given(report.json())));
    assert_eq!((kept.summary, kept.figures, kept.targets), (report.summary.clone(), report.figures.clone(), report.targets.clone()));
    let effects = |e: Option<&banso_evaluation::study::Effect>| e.map(|e| e.estimate.to_bits());
    assert_eq!(effects(kept.findings[0].effect.as_ref()), effects(report.findings[0].effect.as_ref()));
    let all = given(files(&report));
    assert_eq!(all, given(files(&report)));
    assert!(all.iter().any(|(name, _)| name == "en/report.md") && all.iter().any(|(name, _)| name == "declaration.json"));
}

#[test]
fn a_small_group_cannot_be_told_from_the_total() {
    // Of three kinds one is small: the next smallest is not shown either.
    let panel = firms(1_200, 12.0);
    let kinds = (0..1_200).map(|i| {
        if i % 150 == 0 {
            "個人"
        } else if i % 3 == 0 {
            "小規模"
        } else {
            "中小"
        }
    });
    let panel = given(panel.names("種類", kinds));
    let mut value = declaration();
    value["groups"] = json!(["種類"]);
    let report = given(run(&declared(value), &panel, Standing::Declared));
    let shown: Vec<&str> =
        report.groups.iter().filter(|g| g.effect.is_some()).filter_map(|g| g.group.as_ref()).map(|g| g.value.as_str()).collect();
    let names = serde_json::to_string(&report).unwrap_or_default();
    assert!(!names.contains("個人") && names.contains("企業の少ない区分"), "a handful of firms is not named");
    assert_eq!(shown, ["中小"], "{:?}", report.groups.iter().map(|g| (&g.group, g.firms, &g.refused)).collect::<Vec<_>>());
}

/// Three rounds with cut-offs of their own, at nought of the distance; each grows by `effect`.
fn rounds(effect: f64) -> Frame {
    let mut draws = Streams::new(7).stream(3);
    let (mut distance, mut before, mut after, mut round, mut place) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..600 {
        let d = 60.0 * draws.uniform() - 30.0;
        let old = 200.0 + 40.0 * draws.normal();
        distance.push(Some(d));
        before.push(Some(old));
        after.push(Some(old + 10.0 + draws.normal() * 8.0 + if d >= 0.0 { effect } else { 0.0 }));
        round.push(["第1回", "第2回", "第3回"][i % 3]);
        place.push(["北", "東", "南", "西", "中"][(draws.uniform() * 5.0) as usize]);
    }
    let rise =
        after.iter().zip(&before).map(|(a, b): (&Option<f64>, &Option<f64>)| Some(a.unwrap_or(0.0) - b.unwrap_or(0.0))).collect::<Vec<_>>();
    let frame = given(given(Frame::new().number("距離", distance)).number("前", before));
    let frame = given(given(frame.number("後", after)).number("増", rise));
    given(given(frame.names("回", round)).names("地域", place))
}

fn pooled() -> serde_json::Value {
    json!({
        "title": "3回を合わせて（架空）", "title-en": "Three rounds together (made up)", "question": "採択は増やしたか。",
        "outcomes": [{"column": "増", "ja": "付加価値額の増加", "en": "rise of value added", "unit": "百万円",
            "reported": {"after": "後", "before": "前"}}],
        "design": {"method": "discontinuity", "settings": {"score": "距離"}},
        "rounds": "回", "neighbourhood": "地域", "words": {"地域": {"en": "region"}}
    })
}

#[test]
fn rounds_are_told_one_by_one_and_together() {
    let report = given(run(&declared(pooled()), &rounds(20.0), Standing::Declared));
    let together = &report.pooled[0];
    let fixed = together.fixed.as_ref().expect("three rounds");
    assert!(fixed.interval[0] < 20.0 && 20.0 < fixed.interval[1] && fixed.clear(), "{fixed:?}");
    assert!(together.rounds.len() == 3 && together.rounds.iter().all(|r| r.effect.is_some()), "{together:?}");
    assert!(together.random.is_some() && together.says().en.contains("million yen"), "{:?}", together.says());
    for (code, words) in
        [("screen", "none of the 600 or more figures is doubtful"), ("attrition-bounds", "100% of the granted"), ("spill-over", "5 places")]
    {
        let check = report.checks.iter().find(|c| c.code == code).unwrap_or_else(|| panic!("{code}"));
        assert!(check.seen.en.contains(words), "{code}: {}", check.seen.en);
    }
    let text = markdown(&report, true);
    assert!(text.starts_with("# Three rounds together") && text.contains("| round |") && text.contains("same region"), "{text}");
    let read = given(Kept::read(&given(report.json())));
    assert_eq!(read.pooled, report.pooled);
    // A round of few firms is in no number that would tell it.
    let few = Declaration { least_cell: 60, ..declared(pooled()) };
    let report = given(run(&few, &rounds(20.0), Standing::Declared));
    assert!(report.pooled.iter().all(|p| p.fixed.is_none() || p.rounds.iter().all(|r| r.firms != [0, 0])), "{:?}", report.pooled);
}

#[test]
fn slips_in_reported_figures_are_seen_and_their_weight_told() {
    let frame = rounds(20.0);
    let slipped = |count: usize| {
        let after: Vec<f64> = given(frame.numbers("後")).iter().enumerate().map(|(i, v)| if i < count { v / 1000.0 } else { *v }).collect();
        let rise: Vec<f64> = after.iter().zip(given(frame.numbers("前"))).map(|(a, b)| a - b).collect();
        let columns = frame.columns().filter(|(name, _)| !["後", "増"].contains(name)).map(|(n, c)| (n.to_owned(), c.clone()));
        let rest = columns.collect::<Vec<_>>().into_iter().fold(Frame::new(), |f, (n, c)| given(f.with(&n, c)));
        given(given(rest.with("後", Column::Number(after))).with("増", Column::Number(rise)))
    };
    for (count, words) in [(3, "fewer than 10 of 600 figures are doubtful"), (40, "40 of 600 figures are doubtful; with slips put right")] {
        let report = given(run(&declared(pooled()), &slipped(count), Standing::Declared));
        let check = report.checks.iter().find(|c| c.code == "screen").unwrap_or_else(|| panic!("{:?}", report.findings[0]));
        assert!(check.seen.en.contains(words), "{}", check.seen.en);
        assert!(
            count >= 10 || !check.seen.en.contains("the estimate is"),
            "a few figures are not told by two estimates: {}",
            check.seen.en
        );
    }
}

#[test]
fn a_difference_tells_how_far_trends_may_part() {
    let declaration = declared(json!({
        "title": "最低賃金と若年雇用", "question": "最低賃金の引上げは若年雇用を減らしたか。",
        "outcomes": [{"column": "lemp", "ja": "若年雇用（対数）", "en": "log of teen employment", "unit": "対数"}],
        "design": {"method": "difference", "settings": {"unit": "countyreal", "time": "year", "start": "first.treat"}}
    }));
    let panel = frame("mpdta.csv", &["countyreal", "year", "first.treat", "lemp", "lpop"]);
    let report = given(run(&declaration, &panel, Standing::Exploratory));
    let check = report.checks.iter().find(|c| c.assumed.en.contains("Rambachan")).expect("the sensitivity is in the report");
    // Half the largest difference before is allowed for, then all of it: the interval grows, and holds nought both times.
    let numbers: Vec<f64> = check
        .seen
        .en
        .replace('−', "-")
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|text| text.trim_end_matches('.').parse().ok())
        .filter(|number: &f64| number.abs() < 0.4)
        .collect();
    let [low, high, lower, higher] = numbers[..] else { panic!("two intervals: {}", check.seen.en) };
    assert!(lower < low && low < 0.0 && 0.0 < high && high < higher, "{}", check.seen.en);
}
