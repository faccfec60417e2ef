//! Effects by groups: what is found where, how often chance is taken for an effect, and that draws see what groups share.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

use banso_evaluation::headline::{LeastSquares, Method};
use banso_evaluation::heterogeneity::{Group, Spec, estimate};
use banso_evaluation::random::{Stream, Streams};
use banso_evaluation::{Column, Frame, difference, discontinuity, least_squares};
use cases::cases;
use proptest::prelude::*;

mod common;
use common::{frame, given, near, truth};

fn numbers(columns: &[(&str, Vec<f64>)]) -> Frame {
    columns.iter().fold(Frame::new(), |frame, (name, values)| given(frame.with(name, Column::Number(values.clone()))))
}

fn regression(regressors: &[&str], clusters: &[&str]) -> Method {
    let mut spec = least_squares::Spec::new("y", regressors);
    spec.clusters = clusters.iter().map(|c| (*c).to_owned()).collect();
    Method::LeastSquares(Box::new(LeastSquares { coefficient: "d".into(), spec }))
}

/// `clusters` clusters of five; a group is a fifth of every cluster, so that groups share clusters; `effect` by group.
fn made(s: &mut Stream, clusters: usize, effect: [f64; 5]) -> Frame {
    let mut cells = vec![vec![]; 4];
    for c in 0..clusters {
        let (own, d) = (s.normal(), (c % 2) as f64);
        for (g, effect) in effect.iter().enumerate() {
            for (column, value) in cells.iter_mut().zip([effect * d + own + 0.5 * s.normal(), d, g as f64, c as f64]) {
                column.push(value);
            }
        }
    }
    let [y, d, g, c] = [0, 1, 2, 3].map(|k| cells[k].clone());
    numbers(&[("y", y), ("d", d), ("g", g), ("c", c)])
}

/// What a unit of effect cost: the mean paid by the effect, in every group; rows that were paid nothing do not count; in other units of money by
/// as much more.
#[test]
fn a_unit_of_effect_has_a_cost() {
    let mut s = Streams::new(3).stream(0);
    let table = made(&mut s, 200, [2.0; 5]);
    let d = given(table.numbers("d")).to_vec();
    let pay = |unit: f64| d.iter().enumerate().map(|(i, d)| Some(unit * d * (4.0 + (i % 3) as f64))).collect::<Vec<_>>();
    let table = given(given(table.number("paid", pay(1.0))).number("thousands", pay(0.001)));
    let ask = |cost: &str| Spec { draws: 0, cost: Some(cost.into()), ..Spec::new(regression(&["d"], &["c"]), &["g"]) };
    let (yen, thousands) = (given(estimate(&table, &ask("paid"))), given(estimate(&table, &ask("thousands"))));
    let Some(all) = &yen.cost else { panic!("a cost") };
    assert_eq!(all.firms, 500);
    near("ratio", all.ratio, all.cost / yen.everyone.estimate, 1e-12);
    assert!(all.interval.is_some_and(|[low, high]| low < 2.5 && 2.5 < high), "{all:?}");
    for (a, b) in yen.groups.iter().zip(&thousands.groups) {
        let (Some(a), Some(b)) = (&a.cost, &b.cost) else { panic!("a cost of each group") };
        assert_eq!(a.firms, 100);
        near("unit of money", b.ratio, a.ratio / 1_000.0, 1e-9);
    }
    assert_eq!(given(estimate(&table, &Spec { cost: None, ..ask("paid") })).cost, None);
    assert_eq!(estimate(&table, &ask("nowhere")).err().map(|r| r.code), Some("missing-column"));
}

/// Each group's own regression; equality by hand from independent groups.
#[test]
fn groups_are_the_method_on_their_rows() {
    let mut s = Streams::new(1).stream(0);
    let table = made(&mut s, 200, [0.0, 0.0, 0.0, 0.0, 3.0]);
    let got = given(estimate(&table, &Spec { draws: 0, ..Spec::new(regression(&["d"], &[]), &["g"]) }));
    let rows: Vec<usize> = (0..1_000).filter(|i| i % 5 == 2).collect();
    let part = |name: &str| rows.iter().map(|i| given(table.numbers(name))[*i]).collect::<Vec<_>>();
    let own = given(least_squares::estimate(&numbers(&[("y", part("y")), ("d", part("d"))]), &least_squares::Spec::new("y", &["d"])));
    let Some(found) = &got.groups[2].effect else { panic!("an effect") };
    assert_eq!((found.estimate, found.standard_error), (own.coefficients[1].estimate, own.coefficients[1].standard_error));
    let all: Vec<(f64, f64)> = got.groups.iter().filter_map(|g| g.effect.as_ref().map(|e| (e.estimate, e.standard_error))).collect();
    let weight: f64 = all.iter().map(|(_, e)| 1.0 / (e * e)).sum();
    let centre = all.iter().map(|(b, e)| b / (e * e)).sum::<f64>() / weight;
    let q: f64 = all.iter().map(|(b, e)| ((b - centre) / e).powi(2)).sum();
    near("Cochran's Q is Wald's test of independent groups", got.equality[0].statistic, q, 1e-9);
    assert_eq!((got.equality[0].degrees_of_freedom, got.equality[0].covariance), (4, "independent"));
    assert!(got.equality[0].p < 1e-6 && got.groups[4].holm.is_some_and(|p| p < 1e-6) && got.groups[4].romano_wolf.is_none());
}

/// Groups that share clusters: correlations of the draws enter the test of equality, which without them would be far too shy; and the
/// step-down p-values are below Holm's.
#[test]
fn draws_see_what_groups_share() {
    let mut s = Streams::new(2).stream(0);
    let table = made(&mut s, 120, [0.0, 0.0, 0.0, 0.0, 0.6]);
    let spec = Spec { draws: 299, ..Spec::new(regression(&["d"], &["c"]), &["g"]) };
    let got = given(estimate(&table, &spec));
    let plain = given(estimate(&table, &Spec { draws: 0, ..spec.clone() }));
    assert_eq!((got.drawn, got.draws, got.equality[0].covariance), ("clusters", [299, 299], "draws"));
    assert!(got.equality[0].p < 1e-4 && plain.equality[0].p > 1e-3, "{:?} {:?}", got.equality[0], plain.equality[0]);
    assert!(got.groups.iter().filter(|g| g.holm < Some(0.9)).all(|g| g.romano_wolf <= g.holm.map(|p| p + 0.02)), "{got:?}");
    assert_eq!(given(estimate(&table, &spec)), got, "the same seed, the same bits");
}

/// No effect anywhere: how often any group is called different, at 5 %, over 200 tables. Binomial error 0.015: three are allowed.
#[test]
fn chance_is_held_to_its_size() {
    let streams = Streams::new(3);
    let (mut plain, mut holm, mut stepped, mut unequal) = (0, 0, 0, 0);
    for table in 0..200 {
        let table = made(&mut streams.stream(table), 40, [0.0; 5]);
        let got = given(estimate(&table, &Spec { draws: 99, ..Spec::new(regression(&["d"], &["c"]), &["g"]) }));
        let any = |p: &dyn Fn(usize) -> Option<f64>| i32::from((0..5).any(|g| p(g).is_some_and(|p| p <= 0.05)));
        plain += any(&|g| got.groups[g].effect.as_ref().map(|e| e.p));
        holm += any(&|g| got.groups[g].holm);
        stepped += any(&|g| got.groups[g].romano_wolf);
        unequal += i32::from(got.equality[0].p < 0.05);
    }
    assert!(plain > 12 && holm <= 19 && stepped <= 19 && unequal <= 24, "{plain} {holm} {stepped} {unequal}");
}

#[test]
fn cutoffs_and_panels_by_group() {
    let senate = frame("senate.csv", &["margin", "vote", "termshouse"]);
    let method =
        Method::Discontinuity(Box::new(discontinuity::Spec { outcome: "vote".into(), score: "margin".into(), ..Default::default() }));
    let group = Group { column: "termshouse".into(), cuts: vec![1.0], levels: vec![] };
    let got = given(estimate(&senate, &Spec { method, groups: vec![group], draws: 49, seed: 1, least_rows: 10, cost: None }));
    assert_eq!(got.groups.iter().map(|g| g.group.as_str()).collect::<Vec<_>>(), ["<1", "≥1"]);
    assert!(got.groups.iter().all(|g| g.effect.is_some() && g.romano_wolf.is_some()), "{got:?}");
    // The authors' software on everybody.
    near("everyone", got.everyone.standard_error, truth("power")["senate"]["standard_error"].as_f64().unwrap_or(f64::NAN), 1e-6);
    let counties = frame("mpdta.csv", &["year", "countyreal", "lemp", "first.treat", "lpop"]);
    let method = Method::Difference(Box::new(difference::Spec::new("lemp", "countyreal", "year", "first.treat")));
    let group = Group { column: "lpop".into(), cuts: vec![3.0], levels: vec![] };
    let got = given(estimate(&counties, &Spec { method, groups: vec![group], draws: 29, seed: 1, least_rows: 10, cost: None }));
    assert_eq!((got.drawn, got.equality.len()), ("units", 1));
    near("everyone", got.everyone.estimate, -0.031_018_3, 1e-5);
}

#[test]
fn what_was_not_declared_is_refused() {
    let table = made(&mut Streams::new(4).stream(0), 20, [0.0; 5]);
    let spec = |groups: Vec<Group>| Spec { groups, draws: 0, ..Spec::new(regression(&["d"], &[]), &[]) };
    let group = |column: &str, cuts: Vec<f64>, levels: Vec<String>| vec![Group { column: column.into(), cuts, levels }];
    for (groups, code) in [
        (vec![], "option"),
        (group("z", vec![], vec![]), "missing-column"),
        (group("y", vec![], vec![]), "too-many-groups"),
        (group("g", vec![2.0, 1.0], vec![]), "cuts"),
        (group("g", vec![], vec!["9".into()]), "no-such-group"),
    ] {
        assert_eq!(estimate(&table, &spec(groups)).err().map(|r| r.code), Some(code));
    }
    let small = given(estimate(&table, &Spec { least_rows: 21, ..spec(group("g", vec![], vec![])) }));
    assert!(small.groups.iter().all(|g| g.refused.as_ref().is_some_and(|r| r.code == "small-group")));
    assert!(small.equality.is_empty());
}

proptest! {
    #![proptest_config(cases(60))]
    #[test]
    fn any_table(seed in any::<u64>(), n in 1_usize..80, levels in 1_usize..6, draws in 0_usize..6, scale in prop::sample::select(vec![0.0, 1e-200, 1.0, 1e150]), clustered in any::<bool>()) {
        let mut s = Streams::new(seed).stream(0);
        let column = |s: &mut Stream, of: &dyn Fn(&mut Stream) -> f64| (0..n).map(|_| of(s)).collect::<Vec<_>>();
        let table = numbers(&[("y", column(&mut s, &|s| scale * s.normal())), ("d", column(&mut s, &|s| s.below(2) as f64)), ("g", column(&mut s, &|s| s.below(levels) as f64)), ("c", column(&mut s, &|s| s.below(7) as f64))]);
        let method = regression(&["d"], if clustered { &["c"] } else { &[] });
        let _answered = estimate(&table, &Spec { draws, least_rows: 0, ..Spec::new(method, &["g"]) });
        let rd = Method::Discontinuity(Box::new(discontinuity::Spec { outcome: "y".into(), score: "c".into(), cutoff: 3.0, ..Default::default() }));
        let _answered = estimate(&table, &Spec { draws, least_rows: 0, ..Spec::new(rd, &["g"]) });
    }
}
