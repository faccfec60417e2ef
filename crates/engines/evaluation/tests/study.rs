//! A study from its declaration to its words: on the Senate's published data and on synthetic panels.

#![cfg(test)]

mod common;

use banso_evaluation::random::Streams;
use banso_evaluation::study::{Declaration, Kept, Measure, ReachState, Standing, Verdict, files, markdown, number, run};
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
        (json!({"horizon": null, "design": {"method": "difference", "settings": {}}}), "settings"),
        (json!({"design": {"method": "discontinuity", "settings": {"outcome": "x"}}}), "outcome-in-design"),
        (json!({"horizon": 0}), "horizon"),
        (json!({"cost": declaration()["outcomes"][0]["column"]}), "cost-is-outcome"),
        (json!({"design": {"method": "discontinuity", "settings": {"score": "点数", "level": 0.9}}}), "level"),
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
fn a_study_of_made_up_firms_says_so_in_every_file() {
    let (real, panel) = (declared(declaration()), firms(600, 12.0));
    // A declaration that says nothing of it has the text, and so the digest, that it always had.
    let text = given(real.canonical());
    assert!(!text.contains("synthetic"), "{text}");
    let made_up = Declaration { synthetic: true, ..real.clone() };
    let named = |declaration: &Declaration| {
        let all = given(files(&given(run(declaration, &panel, Standing::Matching))));
        let label = |text: &str| ["合成データ（デモ）", "Synthetic data", "\"synthetic\""].iter().any(|word| text.contains(word));
        all.into_iter().map(|(name, text)| (name, label(&text))).collect::<Vec<_>>()
    };
    let (with, without) = (named(&made_up), named(&real));
    assert!(with.iter().any(|(name, _)| name.ends_with(".svg")) && with.iter().all(|(_, said)| *said), "{with:?}");
    assert!(without.iter().all(|(_, said)| !said), "{without:?}");
}

/// Those who passed the line without a grant: every tenth of them. Per worker nobody knows a figure of `gone` of these.
fn without_a_grant(gone: usize) -> (Declaration, Frame) {
    let panel = firms(600, 12.0);
    let (scores, workers) = (given(panel.numbers("点数")).to_vec(), given(panel.numbers("従業員数")).to_vec());
    let mut passed = 0;
    let refused: Vec<bool> = scores
        .iter()
        .map(|score| {
            passed += usize::from(*score >= 60.0);
            *score >= 60.0 && passed % 10 == 0
        })
        .collect();
    let granted = scores.iter().zip(&refused).map(|(score, refused)| f64::from(u8::from(*score >= 60.0 && !refused))).collect();
    let mut left = gone;
    let heads = workers.iter().zip(&refused).map(|(heads, refused)| {
        if *refused && left > 0 {
            left -= 1;
            return f64::NAN;
        }
        if heads.is_nan() { 9.0 } else { *heads }
    });
    let heads = Column::Number(heads.collect());
    let panel = given(given(panel.with("交付", Column::Number(granted))).with("人数", heads));
    let mut value = declaration();
    value["outcomes"][0]["workers"] = json!("人数");
    value["design"]["settings"]["treatment"] = json!("交付");
    (declared(value), panel)
}

#[test]
fn nobody_is_left_out_by_the_grant_without_a_word() {
    // All of them known, some missing, all of them missing.
    let report = |gone: usize| {
        let (declaration, panel) = without_a_grant(gone);
        given(run(&declaration, &panel, Standing::Declared))
    };
    let all = report(0);
    assert!(all.findings.iter().all(|f| f.effect.is_some() && f.left_out.is_none()), "{:?}", all.findings);
    let some = report(12);
    let said = some.summary[1].en.as_str();
    assert!(
        some.findings[1].effect.is_some() && said.contains("Left out for want of a value: 0 of the granted, 12 of the others."),
        "{said}"
    );
    assert!(some.findings[0].left_out.is_none() && !some.summary[0].ja.contains("値がないため"), "{:?}", some.summary[0]);
    // The outcome as it is and per worker are known of other firms: each has its own line.
    let lines: Vec<&str> = some.checks.iter().filter(|c| c.code == "attrition").map(|c| c.seen.en.as_str()).collect();
    assert!(lines.len() == 2 && lines[0].starts_with("Value added: ") && lines[1].starts_with("Value added (per worker): "), "{lines:?}");
    let few = report(3);
    assert!(few.summary[1].ja.contains("10社未満"), "{:?}", few.summary[1]);
    let none = report(600);
    assert!(none.findings[0].effect.is_some(), "the outcome as it is stands");
    let held = &none.findings[1];
    assert!(held.effect.is_none() && held.details.is_null() && held.held.iter().any(|w| w.code == "arm-left-out"), "{held:?}");
    assert!(none.summary[1].ja.contains("カットオフの上で交付を受けなかった企業"), "{:?}", none.summary[1]);
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
        "design": {"method": "difference", "event-time": 0, "settings": {"unit": "countyreal", "time": "year", "start": "first.treat"}}
    }));
    let panel = frame("mpdta.csv", &["countyreal", "year", "first.treat", "lemp", "lpop"]);
    let report = given(run(&declaration, &panel, Standing::Exploratory));
    let check = report.checks.iter().find(|c| c.assumed.en.contains("Rambachan")).expect("the sensitivity is in the report");
    // Half the largest difference before is allowed for, then all of it: the interval grows, and holds nought both times.
    let (effect, intervals) = check.seen.en.split_once("the 95% interval").expect("the effect, then its intervals");
    let headline = report.findings[0].effect.as_ref().expect("a number").estimate;
    assert!(effect.contains(&number(headline)), "the sensitivity is of the headline: {effect}");
    let numbers: Vec<f64> = intervals
        .replace('−', "-")
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|text| text.trim_end_matches('.').parse().ok())
        .filter(|number: &f64| number.abs() < 0.4)
        .collect();
    let [low, high, lower, higher] = numbers[..] else { panic!("two intervals: {}", check.seen.en) };
    assert!(lower < low && low < 0.0 && 0.0 < high && high < higher, "{}", check.seen.en);
}

/// A made-up panel over time: 60 firms in six years, half of them granted from the fourth on, by `k` after so many years; some leave.
fn over_time(gone: usize) -> Frame {
    let mut draws = Streams::new(5).stream(9);
    let (mut firm, mut year, mut start, mut y, mut paid, mut share) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..60_usize {
        let (granted, level) = (i % 2 == 0, 100.0 + draws.normal());
        for t in 0..6_u32 {
            let noise = draws.normal();
            if granted && i < 2 * gone && t == 5 {
                continue;
            }
            let grown = if granted && t >= 3 { 10.0 * f64::from(t - 2) } else { 0.0 };
            firm.push(format!("F{i}"));
            year.push(Some(f64::from(2019 + t)));
            start.push(Some(if granted { 2022.0 } else { 0.0 }));
            y.push(Some(level + grown + noise));
            paid.push(granted.then_some(20.0 + (i % 7) as f64));
            share.push(granted.then_some(if i % 4 == 0 { 60.0 } else { 20.0 }));
        }
    }
    let frame = given(given(Frame::new().names("企業", firm)).number("年度", year));
    let frame = given(given(frame.number("開始", start)).number("付加価値額", y));
    let before = (0..frame.rows()).map(|row| Some((row % 13) as f64));
    let frame = given(frame.number("前の値", before));
    given(given(frame.number("交付額", paid)).number("目標", share))
}

fn difference(at: Option<u32>) -> Declaration {
    let mut value = json!({
        "title": "差の差（架空）", "question": "付加価値額を増やしたか。",
        "outcomes": [{"column": "付加価値額", "ja": "付加価値額", "en": "value added", "unit": "百万円"}],
        "design": {"method": "difference", "settings": {"unit": "企業", "time": "年度", "start": "開始", "comparison": "never-treated"}},
        "cost": "交付額",
        "targets": [{"column": "目標", "ja": "目標", "en": "target", "least": 50}]
    });
    if let Some(at) = at {
        (value["design"]["event-time"], value["horizon"]) = (json!(at), json!(at + 1));
    }
    declared(value)
}

#[test]
fn a_firm_of_a_panel_over_time_is_counted_once() {
    let report = given(run(&difference(Some(2)), &over_time(0), Standing::Declared));
    assert_eq!(report.cost.as_ref().map(|c| c.firms), Some(30));
    assert_eq!((report.targets[0].firms, report.targets[0].share), (30, Some(0.5)));
    assert!(report.cost_says.as_ref().is_some_and(|s| s.ja.contains("（30社）")), "{:?}", report.cost_says);
    // What differs from row to row is no amount of a firm.
    let panel = over_time(0);
    let mut value: serde_json::Value = serde_json::from_str(&given(difference(Some(2)).canonical())).expect("JSON");
    value["cost"] = json!("年度");
    let refused = run(&declared(value), &panel, Standing::Declared);
    assert!(refused.as_ref().is_err_and(|r| r.code == "cost-varies"), "{refused:?}");
}

#[test]
fn a_difference_says_whom_it_compares_with_and_since_when() {
    let said = |settings: serde_json::Value| {
        let mut value: serde_json::Value = serde_json::from_str(&given(difference(Some(2)).canonical())).expect("JSON");
        for (key, setting) in settings.as_object().expect("settings") {
            value["design"]["settings"][key] = setting.clone();
        }
        let report = given(run(&declared(value), &over_time(0), Standing::Declared));
        report.manner.iter().map(|s| format!("{} {}", s.ja, s.en)).collect::<Vec<_>>().join("\n")
    };
    let check = |settings: serde_json::Value, words: &[&str]| {
        let text = said(settings);
        words.iter().for_each(|word| assert!(text.contains(word), "{word}: {text}"));
    };
    check(
        json!({}),
        &[
            "一度も支援を受けなかった企業",
            "共変量は使わず",
            "直前の期（2021。パネルは2019〜2024）",
            "never supported",
            "(2021; the panel knows 2019 to 2024)",
        ],
    );
    check(
        json!({"comparison": "not-yet-treated", "covariates": ["前の値"], "method": "regression"}),
        &["まだ支援を受けていない", "前の値", "方法は回帰"],
    );
    check(json!({"base": "universal"}), &["同じ基準からの変化"]);
}

#[test]
fn the_headline_of_a_difference_is_of_the_year_that_was_asked_for() {
    // 10 in the first year, 20 in the second, 30 in the third: 20 on average.
    for (at, effect, words) in [(Some(0), 10.0, "決定から1年後に"), (Some(2), 30.0, "決定から3年後に"), (None, 20.0, "全期間を通じて")]
    {
        let report = given(run(&difference(at), &over_time(0), Standing::Declared));
        let found = report.findings[0].effect.as_ref().unwrap_or_else(|| panic!("{:?}", report.findings[0]));
        assert!((found.estimate - effect).abs() < 1.5, "{at:?}: {found:?}");
        assert!(report.summary[0].ja.contains(words), "{}", report.summary[0].ja);
        let check = report.checks.iter().find(|c| c.code == "sensitivity").unwrap_or_else(|| panic!("{:?}", report.checks));
        assert!(check.seen.ja.contains(&format!("効果 {} 百万円", number(found.estimate))), "{}", check.seen.ja);
    }
    // A number of another time than the question's is not declared at all.
    for (at, horizon) in [(json!(0), json!(3)), (json!(3), json!(2)), (serde_json::Value::Null, json!(3))] {
        let mut value: serde_json::Value = serde_json::from_str(&given(difference(Some(2)).canonical())).expect("JSON");
        (value["design"]["event-time"], value["horizon"]) = (at.clone(), horizon.clone());
        let refused = declared(value).check(None);
        assert!(refused.as_ref().is_err_and(|r| r.code == "event-time"), "{at} {horizon}: {refused:?}");
    }
    let report = given(run(&difference(Some(7)), &over_time(0), Standing::Declared));
    assert!(report.findings[0].refused.as_ref().is_some_and(|r| r.code == "no-horizon"), "{:?}", report.findings[0]);
}

#[test]
fn firms_that_leave_a_panel_over_time_are_missed() {
    let check = |gone: usize, code: &str| {
        let report = given(run(&difference(Some(2)), &over_time(gone), Standing::Declared));
        let found = report.checks.iter().find(|c| c.code == code).unwrap_or_else(|| panic!("{code}: {:?}", report.checks));
        (found.verdict, found.seen.en.clone())
    };
    assert_eq!(check(0, "attrition").0, Verdict::Holds);
    // Six of thirty have no last year.
    let (verdict, seen) = check(6, "attrition");
    assert!(verdict == Verdict::Doubtful && seen.contains("80% of the granted and 100% of the others"), "{seen}");
    let (_, seen) = check(6, "attrition-bounds");
    assert!(seen.contains("80% of the granted") && seen.contains("plain difference of changes"), "{seen}");
}

#[test]
fn a_target_is_reached_only_by_what_was_measured_when_it_was_due() {
    let panel = over_time(0);
    let rows = panel.rows();
    let nothing = Column::Number(vec![f64::NAN; rows]);
    let panel = given(given(panel.with("実績", nothing)).with("基準年度", Column::Number(vec![2026.0; rows])));
    let of = |due: Option<i32>, column: &str| {
        let mut value: serde_json::Value = serde_json::from_str(&given(difference(Some(2)).canonical())).expect("JSON");
        value["as-of"] = json!("基準年度");
        value["targets"] = json!([{"column": column, "ja": "目標", "en": "target", "least": 50, "expected": "目標", "due": due}]);
        given(run(&declared(value), &panel, Standing::Declared)).targets.remove(0)
    };
    let ahead = of(Some(2028), "目標");
    assert_eq!((ahead.state, ahead.share, ahead.expected), (ReachState::Ahead, None, Some((30, 0.5))));
    assert!(ahead.says(false)[1].contains("まだ期日前（早くとも2028年度）"), "{:?}", ahead.says(false));
    assert_eq!((of(Some(2026), "実績").state, of(None, "目標").share), (ReachState::Nothing, Some(0.5)));
}

#[test]
fn of_several_rounds_each_firm_counts_from_its_own_rounds_year_on() {
    let panel = over_time(0);
    let count = panel.rows();
    let Column::Name { codes, .. } = given(panel.column("企業")) else { panic!("names") };
    let year = |of: &dyn Fn(u32) -> f64| Column::Number(codes.iter().map(|firm| of(*firm)).collect());
    let check = |due: &dyn Fn(u32) -> f64, want: (ReachState, usize, usize, Option<i32>)| {
        let panel = given(panel.clone().with("期日", year(due)));
        let panel = given(panel.with("基準年度", Column::Number(vec![2026.0; count])));
        let mut value: serde_json::Value = serde_json::from_str(&given(difference(Some(2)).canonical())).expect("JSON");
        value["as-of"] = json!("基準年度");
        value["targets"] = json!([{"column": "目標", "ja": "目標", "en": "target", "least": 50, "due-column": "期日"}]);
        let found = given(run(&declared(value), &panel, Standing::Declared)).targets.remove(0);
        assert_eq!((found.state, found.firms, found.later, found.due), want, "{found:?}");
        found.says(false)[0].clone()
    };
    check(&|_| 2026.0, (ReachState::Known, 30, 0, Some(2026)));
    let said = check(&|firm| if firm % 3 == 0 { 2029.0 } else { 2025.0 }, (ReachState::Known, 20, 10, Some(2025)));
    assert_eq!(said, "20（ほか10社は期日前）");
    check(&|firm| if firm % 3 == 0 { 2029.0 } else { 2027.0 }, (ReachState::Ahead, 0, 0, Some(2027)));
}

#[test]
fn an_outcome_has_no_place_in_its_own_design() {
    let changes = [
        (json!({"design": {"method": "discontinuity", "settings": {"score": "付加価値額", "cutoff": 60}}}), "outcome-in-design"),
        (json!({"design": {"method": "discontinuity", "settings": {"score": "点数", "treatment": "付加価値額"}}}), "outcome-in-design"),
        (json!({"design": {"method": "discontinuity", "settings": {"score": "点数", "covariates": ["付加価値額"]}}}), "outcome-in-design"),
        (json!({"before": ["付加価値額"]}), "outcome-in-design"),
        (json!({"acknowledged": ["pre-trend"]}), "acknowledged"),
        (json!({"acknowledged": ["anything"]}), "acknowledged"),
        (json!({"least-cell": 1_000_000_000_000_u64}), "least-cell"),
        (json!({"design": {"method": "discontinuity", "settings": {"score": "点数", "bandwidth": -3}}}), "settings"),
        (json!({"design": {"method": "discontinuity", "event-time": 1, "settings": {"score": "点数"}}}), "event-time"),
    ];
    for (change, code) in changes {
        let mut value = declaration();
        for (key, new) in change.as_object().into_iter().flatten() {
            value[key] = new.clone();
        }
        let refused = declared(value).check(None);
        assert!(refused.as_ref().is_err_and(|r| r.code == code), "{code}: {refused:?}");
    }
    let mut value = declaration();
    value["outcomes"] = json!([value["outcomes"][0], value["outcomes"][0]]);
    assert!(declared(value).check(None).is_err_and(|r| r.code == "outcome-twice"));
}

#[test]
fn a_number_shown_in_spite_of_a_doubt_says_so_in_its_sentence() {
    let panel = firms(1_500, 12.0);
    let moved = given(panel.numbers("点数")).iter().map(|s| if (52.0..60.0).contains(s) { s + 8.0 } else { *s }).collect::<Vec<_>>();
    let columns: Vec<(String, Column)> = panel.columns().map(|(n, c)| (n.to_owned(), c.clone())).collect();
    let panel = columns.into_iter().fold(Frame::new(), |frame, (name, column)| {
        let column = if name == "点数" { Column::Number(moved.clone()) } else { column };
        given(frame.with(&name, column))
    });
    let mut value = declaration();
    value["acknowledged"] = json!(["manipulated-score", "few-rows", "few-points", "unbalanced"]);
    value["design"]["settings"]["bandwidth"] = json!(25);
    let report = given(run(&declared(value), &panel, Standing::Declared));
    assert!(report.findings[0].effect.is_some(), "{:?}", report.findings[0]);
    for text in [&report.summary[0].ja, &markdown(&report, false)] {
        assert!(text.contains("承知") && text.contains("点数が操作された疑い") && !text.contains("0.0000"), "{text}");
    }
    assert!(report.summary[0].en.starts_with("[Shown in spite of a grave doubt"), "{}", report.summary[0].en);
    let kept = given(Kept::read(&given(report.json())));
    assert!(kept.is_doubtful());
    // So does that of a group, of which a page has only a row.
    let shown: Vec<_> = kept.groups.iter().filter(|g| g.effect.is_some()).map(|g| g.name().en).collect();
    let doubt = |name: &String| kept.notices().iter().any(|n| n.en.starts_with(name) && n.en.contains("A grave doubt, acknowledged"));
    assert!(!shown.is_empty() && shown.iter().all(doubt), "{:?}: {:?}", kept.groups, kept.notices());
}

#[test]
fn a_report_says_how_its_numbers_were_made_and_what_they_are_about() {
    let mut value = declaration();
    value["groups"] = json!(["規模", "地域"]);
    let panel = given(firms(1_500, 12.0).names("地域", (0..1_500).map(|_| "")));
    let report = given(run(&declared(value.clone()), &panel, Standing::Declared));
    let manner = report.manner.iter().map(|s| s.ja.as_str()).collect::<Vec<_>>().join("\n");
    for words in ["三角カーネル", "頑健なバイアス補正", "帯域幅は下", "区間は調整していません", "宣言した群「地域」"]
    {
        assert!(manner.contains(words), "{words}: {manner}");
    }
    let paid = report.cost.as_ref().expect("a price");
    let [above, _] = report.findings[0].firms;
    assert!(paid.firms <= above && report.cost_says.as_ref().is_some_and(|s| s.en.contains("near the cut-off")), "{paid:?} {above}");
    // Groups stand below the numbers, not at the head.
    let page = markdown(&report, false);
    let (head, _) = page.split_once("## 数値").expect("a heading");
    assert!(!head.contains("［規模"), "{head}");
    // A column without a value is named.
    value["groups"] = json!([]);
    value["design"]["settings"]["covariates"] = json!(["空"]);
    let panel = given(panel.with("空", Column::Number(vec![f64::NAN; 1_500])));
    let report = given(run(&declared(value), &panel, Standing::Declared));
    assert!(report.findings[0].refused.as_ref().is_some_and(|r| r.ja.contains("「空」")), "{:?}", report.findings[0].refused);
    assert!(report.cost_says.is_some(), "no price is said to be none");
}
