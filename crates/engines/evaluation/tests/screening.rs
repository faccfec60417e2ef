//! The screen of reported figures, bounds under attrition and the look for spill-over, on made-up tables.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

use banso_evaluation::headline::{LeastSquares, Method};
use banso_evaluation::random::Streams;
use banso_evaluation::screening::{Kind, Reread, ScreenedSpec, estimate, screened};
use banso_evaluation::{Frame, Refusal, attrition, least_squares, screening, spillover};
use cases::cases;
use proptest::prelude::*;

fn given<T>(result: Result<T, Refusal>) -> T {
    result.unwrap_or_else(|refusal| panic!("{refusal}"))
}

#[track_caller]
fn near(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs().max(1e-12), "{got} is not {want}");
}

fn columns(named: Vec<(&str, Vec<Option<f64>>)>) -> Frame {
    named.into_iter().fold(Frame::new(), |frame, (name, values)| given(frame.number(name, values)))
}

/// Treated firms report 500 more; one of them slips by a thousand. By least squares with period effects: the slip moves the estimate as
/// reported by far, rescaling brings back what the clean figures say, to the last digit but for rounding of the slip.
#[test]
fn estimates_before_and_after() {
    let mut stream = Streams::new(5).stream(0);
    let (mut y, mut firm, mut time, mut d, mut workers) = (vec![], vec![], vec![], vec![], vec![]);
    for i in 0..40 {
        for t in 0..4 {
            y.push((12_345.0 * (1.0 + 0.02 * stream.normal())).round() + if i < 20 { 500.0 } else { 0.0 });
            firm.push(Some(f64::from(i)));
            time.push(Some(f64::from(t)));
            d.push(Some(f64::from(u8::from(i < 20))));
            workers.push(Some(10.0));
        }
    }
    let build = |y: &[f64]| {
        let some = y.iter().copied().map(Some).collect();
        columns(vec![("y", some), ("firm", firm.clone()), ("time", time.clone()), ("d", d.clone()), ("workers", workers.clone())])
    };
    let mut ask = least_squares::Spec::new("y", &["d"]);
    ask.fixed_effects = vec!["time".into()];
    ask.clusters = vec!["firm".into()];
    let method = Method::LeastSquares(Box::new(LeastSquares { coefficient: "d".into(), spec: ask }));
    let screen = screening::Spec {
        outcome: "y".into(),
        firm: Some("firm".into()),
        time: Some("time".into()),
        workers: Some("workers".into()),
        ..screening::Spec::default()
    };
    let spec = ScreenedSpec { screen, method: method.clone() };
    let clean = given(method.headline(&build(&y)));
    let calm = given(screened(&build(&y), &spec));
    let calmly = |r: &Reread| match r.reading {
        "as-reported" => r.moved.is_none(),
        "flagged-left-out" => r.moved.is_some_and(|m| m.abs() < 1.0),
        _ => r.moved == Some(0.0),
    };
    assert!(calm.readings.iter().all(calmly) && calm.warnings.iter().all(|w| !w.blocks), "{calm:?}");
    y[6] *= 1000.0;
    let found = given(screened(&build(&y), &spec));
    let effect = |reading: &str, figure: &str| {
        let own = found.readings.iter().find(|r| r.reading == reading && r.figure == figure);
        own.and_then(|r| r.effect.as_ref()).map_or(f64::NAN, |e| e.estimate)
    };
    assert!(effect("as-reported", "outcome") > 10_000.0);
    near(effect("slips-rescaled", "outcome"), clean.estimate, 1e-9);
    near(effect("slips-rescaled", "per-worker"), clean.estimate / 10.0, 1e-9);
    assert!((effect("flagged-left-out", "outcome") - clean.estimate).abs() < 2.0 * clean.standard_error);
    assert!(found.warnings.iter().any(|w| w.code == "moved-by-screen" && w.blocks), "{:?}", found.warnings);
}

#[test]
fn slips_are_found_and_put_right() {
    // Twenty firms, four years, sales about 12,345 thousand; three slips, one zero, one carried over.
    let mut stream = Streams::new(1).stream(0);
    let (mut y, mut firm, mut time, mut d) = (vec![], vec![], vec![], vec![]);
    for i in 0..20 {
        for t in 0..4 {
            y.push((12_345.0 * (1.0 + 0.1 * stream.normal())).round() + if i < 10 { 500.0 } else { 0.0 });
            firm.push(Some(f64::from(i)));
            time.push(Some(f64::from(t)));
            d.push(Some(f64::from(u8::from(i < 10))));
        }
    }
    let clean = y.clone();
    y[5] *= 1000.0;
    y[9] = (y[9] / 10.0).round();
    y[50] *= 100.0;
    y[61] = 0.0;
    y[70] = y[69];
    let some = |v: &[f64]| v.iter().map(|v| Some(*v)).collect::<Vec<_>>();
    let table = columns(vec![("sales", some(&y)), ("firm", firm), ("year", time), ("treat", d)]);
    let spec = screening::Spec {
        outcome: "sales".into(),
        firm: Some("firm".into()),
        time: Some("year".into()),
        treatment: Some("treat".into()),
        ..screening::Spec::default()
    };
    let found = given(estimate(&table, &spec));
    let flagged: Vec<(usize, Kind, i32)> = found.findings.iter().map(|f| (f.row, f.kind, f.power)).collect();
    assert_eq!(
        flagged,
        vec![
            (6, Kind::ThousandYen, -3),
            (10, Kind::DigitSlip, 1),
            (51, Kind::DigitSlip, -2),
            (62, Kind::Zero, 0),
            (71, Kind::CarriedOver, 0)
        ]
    );
    let difference = |name: &str| found.readings.iter().find(|r| r.reading == name).map_or(f64::NAN, |r| r.difference);
    let plain = clean[..40].iter().sum::<f64>() / 40.0 - clean[40..].iter().sum::<f64>() / 40.0;
    assert!((difference("slips-rescaled") - plain).abs() < 700.0 && difference("as-reported").abs() > 100_000.0);
    assert!(found.warnings.iter().any(|w| w.code == "moved-by-slips" && w.blocks));
}

#[test]
fn round_figures_show() {
    let mut stream = Streams::new(2).stream(0);
    let counted: Vec<Option<f64>> = (0..400).map(|_| Some((1000.0 + 90_000.0 * stream.uniform()).round())).collect();
    let guessed: Vec<Option<f64>> = counted.iter().map(|v| v.map(|v| (v / 500.0).round() * 500.0)).collect();
    let look =
        |values| given(estimate(&columns(vec![("y", values)]), &screening::Spec { outcome: "y".into(), ..screening::Spec::default() }));
    let (fair, round) = (look(counted), look(guessed));
    assert!(fair.last_digits.is_some_and(|d| d.p > 0.001) && round.last_digits.is_some_and(|d| d.p < 1e-10));
    assert!(fair.heaping.iter().all(|h| h.p > 1e-4) && round.heaping.iter().any(|h| h.of == 100 && h.p < 1e-10));
}

#[test]
fn bounds_by_hand() {
    // Ten treated, all stay, outcomes 1…10; ten others, eight stay with outcomes 1…8. A fifth of the treated is trimmed.
    let y: Vec<Option<f64>> = (1..=10).map(|v| Some(f64::from(v))).chain((1..=8).map(|v| Some(f64::from(v)))).chain([None, None]).collect();
    let d: Vec<Option<f64>> = (0..20).map(|i| Some(f64::from(u8::from(i < 10)))).collect();
    let table = columns(vec![("y", y.clone()), ("d", d.clone())]);
    let spec = attrition::Spec { outcome: "y".into(), treatment: "d".into(), ..attrition::Spec::default() };
    let found = given(attrition::estimate(&table, &spec));
    near(found.trimmed_share, 0.2, 1e-12);
    near(found.bounds[0] + 1.0, 1.0, 1e-12); // mean of 1…8 less mean of 1…8
    near(found.bounds[1], 2.0, 1e-12); // mean of 3…10 less 4.5
    near(found.naive, 1.0, 1e-12);
    assert!(found.interval[0] < found.bounds[0] && found.interval[1] > found.bounds[1]);
    // Nobody leaves: the bounds meet at the difference, whose error is the usual one.
    let whole = columns(vec![("y", (0..20).map(|i| Some(f64::from(i * i % 7))).collect()), ("d", d)]);
    let found = given(attrition::estimate(&whole, &spec));
    near(found.bounds[0], found.bounds[1], 1e-12);
    near(found.bounds[0], found.naive, 1e-12);
}

#[test]
fn spill_over_is_seen_when_it_is_there() {
    let mut stream = Streams::new(3).stream(0);
    let (mut y, mut d, mut town) = (vec![], vec![], vec![]);
    for t in 0..40 {
        let share = f64::from(t % 5) / 5.0;
        let own: Vec<f64> = (0..12).map(|_| f64::from(u8::from(stream.uniform() < share))).collect();
        for v in &own {
            let exposure = (own.iter().sum::<f64>() - v) / 11.0;
            y.push(Some(2.0 * v + 3.0 * exposure + 0.5 * stream.normal()));
            d.push(Some(*v));
            town.push(Some(f64::from(t)));
        }
    }
    let spec = spillover::Spec { outcome: "y".into(), treatment: "d".into(), neighbourhood: "town".into(), ..spillover::Spec::default() };
    let found = given(spillover::estimate(&columns(vec![("y", y), ("d", d.clone()), ("town", town.clone())]), &spec));
    assert!((found.exposure.estimate - 3.0).abs() < 0.4 && (found.own.estimate - 2.0).abs() < 0.2, "{found:?}");
    assert!(found.own_alone.estimate > 2.3 && found.warnings.iter().any(|w| w.blocks && w.code == "spill-over"));
    let none: Vec<Option<f64>> = d.iter().map(|v| v.map(|v| 2.0 * v + stream.normal())).collect();
    let quiet = given(spillover::estimate(&columns(vec![("y", none), ("d", d), ("town", town)]), &spec));
    assert!(quiet.exposure.interval[0] < 0.0 && quiet.exposure.interval[1] > 0.0);
}

/// A figure, who was treated, the group, whether there is a figure.
type Row = (f64, u8, u8, bool);

proptest! {
    #![proptest_config(cases(96))]
    #[test]
    fn nothing_makes_them_panic(rows in prop::collection::vec((prop::sample::select(vec![0.0, 1.0, 1e12, -1234.0, 12_345.0, 1e-9]), 0..2_u8, 0..4_u8, any::<bool>()), 0..40)) {
        let column = |f: fn(&Row) -> Option<f64>| rows.iter().map(f).collect::<Vec<_>>();
        let table = columns(vec![("y", column(|r| r.3.then_some(r.0))), ("d", column(|r| Some(f64::from(r.1)))), ("g", column(|r| Some(f64::from(r.2))))]);
        let _ = estimate(&table, &screening::Spec { outcome: "y".into(), firm: Some("g".into()), time: Some("g".into()), workers: Some("d".into()), treatment: Some("d".into()), ..screening::Spec::default() });
        let screen = screening::Spec { outcome: "y".into(), firm: Some("g".into()), workers: Some("d".into()), ..screening::Spec::default() };
        let method = Method::LeastSquares(Box::new(LeastSquares { coefficient: "d".into(), spec: least_squares::Spec::new("y", &["d"]) }));
        let _ = screened(&table, &ScreenedSpec { screen, method });
        let _ = attrition::estimate(&table, &attrition::Spec { outcome: "y".into(), treatment: "d".into(), cells: vec!["g".into()], ..attrition::Spec::default() });
        let _ = spillover::estimate(&table, &spillover::Spec { outcome: "y".into(), treatment: "d".into(), neighbourhood: "g".into(), ..spillover::Spec::default() });
    }
}
