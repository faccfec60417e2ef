//! Production functions against prodest and exact minima on Chilean plants and a simulated panel whose elasticities are known.

#![cfg(test)]

#[path = "common/cases.rs"]
mod cases;

mod common;

use banso_evaluation::Frame;
use banso_evaluation::production::{Form, Function, Method, Output, Product, Spec, estimate};
use banso_evaluation::random::Streams;
use cases::cases;
use common::{frame, given, near, truth};
use proptest::prelude::*;

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|w| (*w).to_owned()).collect()
}

fn chile(method: Method, proxy: &str) -> (Frame, Spec) {
    let spec = Spec {
        outcome: "Y".into(),
        free: words(&["fX1", "fX2"]),
        state: words(&["sX"]),
        proxy: words(&[proxy]),
        firm: "idvar".into(),
        time: "timevar".into(),
        methods: vec![method],
        replications: 0,
        ..Spec::default()
    };
    (frame("chilean.csv", &["Y", "sX", "fX1", "fX2", "pX", "inv", "idvar", "timevar"]), spec)
}

fn simulated(method: Method) -> (Frame, Spec) {
    let (_, spec) = chile(method, "pX1");
    (frame("pf_panelsim.csv", &["idvar", "timevar", "Y", "sX", "fX", "pX1"]), Spec { free: words(&["fX"]), ..spec })
}

fn first(table: &Frame, spec: &Spec) -> Function {
    given(estimate(table, spec)).functions.swap_remove(0)
}

#[test]
fn plain_regressions_agree() {
    let want = truth("pf_chile_op_lp_wrdg");
    for (method, key) in [(Method::Ols, "OLS"), (Method::FixedEffects, "FE")] {
        let (table, spec) = chile(method, "pX");
        for e in first(&table, &spec).elasticities {
            near(&e.input, e.estimate, number(&want[key][&e.input]), 1e-11);
        }
    }
    for (method, key) in [(Method::Wooldridge, "beta"), (Method::WooldridgeSystem, "")] {
        let (table, spec) = chile(method, "pX");
        for (at, e) in first(&table, &spec).elasticities.iter().enumerate() {
            let peer = if key.is_empty() { &want["WRDG_GMM"][["fX1", "fX2", "sX1"][at]] } else { &want["WRDG"]["beta"][at] };
            near(&e.input, e.estimate, number(peer), 1e-8);
        }
    }
}

#[test]
fn olley_pakes_and_levinsohn_petrin_find_the_exact_minimum() {
    let want = truth("pf_chile_op_lp_wrdg");
    // The criteria's minima from their derivative in 80-bit arithmetic; minimising function values stops about 1e-6 from them.
    for (method, proxy, key, exact) in
        [(Method::OlleyPakes, "inv", "OP", 0.167_541_963_900_455), (Method::LevinsohnPetrin, "pX", "LP", 0.116_542_412_875_971)]
    {
        let (table, spec) = chile(method, proxy);
        let found = first(&table, &spec);
        for at in 0..2 {
            near(key, found.elasticities[at].estimate, number(&want[key]["beta_free"][at]), 1e-11);
        }
        near("capital", found.elasticities[2].estimate, exact, 1e-10);
        near("capital, by function values", found.elasticities[2].estimate, number(&want[key]["beta_k"]), 3e-6);
        near("criterion", found.roots[0].criterion, number(&want[key]["objective"]), 1e-12);
        assert_eq!((found.rows_first, found.rows_second, found.firms), (2544, 1944, 497));
        assert_eq!(found.roots.iter().filter(|r| r.solves).count(), 1, "{:?}", found.roots);
    }
    let (table, spec) = chile(Method::OlleyPakes, "inv");
    let exit = first(&table, &Spec { correct_exit: true, ..spec });
    near("with exit", exit.elasticities[2].estimate, number(&want["OP_exit"]["pars"]["sX1"]), 1e-4);
    near("with exit, criterion", exit.roots[0].criterion, number(&want["OP_exit"]["objective"]), 1e-8);
    assert!(exit.roots[0].criterion <= number(&want["OP_exit"]["objective"]), "the peer stops above the minimum");
}

#[test]
fn every_root_of_the_simulated_panel_is_reported() {
    let want = truth("pf_panelsim_known_truth");
    let (table, spec) = simulated(Method::AckerbergCavesFrazer);
    let found = given(estimate(&table, &spec));
    let function = &found.functions[0];
    for root in want["ACF"]["roots"].as_array().into_iter().flatten() {
        let theta = [number(&root["theta"][0]), number(&root["theta"][1])];
        let own = function.roots.iter().find(|r| r.solves && (r.theta[0] - theta[0]).abs() < 1e-3);
        let own = own.unwrap_or_else(|| panic!("no root at {theta:?}: {:?}", function.roots));
        near("labour", own.theta[0], theta[0], 1e-9);
        near("capital", own.theta[1], theta[1], 1e-9);
    }
    assert_eq!(function.roots.iter().filter(|r| r.solves).count(), 3, "{:?}", function.roots);
    assert_eq!(function.held, Some("several-roots"));
    assert!(found.warnings.iter().any(|w| w.blocks && w.code == "several-roots"));
    near("headline", function.elasticities[0].estimate, number(&want["ACF"]["best"][0]), 1e-9);
    let shares: f64 = function.roots.iter().map(|r| r.share_of_starts).sum::<f64>() + function.share_lost;
    near("shares", shares, 1.0, 1e-12);
}

#[test]
fn other_estimators_on_the_simulated_panel() {
    let want = truth("pf_panelsim_known_truth");
    for (method, key) in [(Method::Ols, "OLS"), (Method::FixedEffects, "FE")] {
        let (table, spec) = simulated(method);
        for e in first(&table, &spec).elasticities {
            near(&e.input, e.estimate, number(&want[key][&e.input]), 1e-11);
        }
    }
    let (table, spec) = simulated(Method::LevinsohnPetrin);
    let lp = first(&table, &spec);
    near("labour", lp.elasticities[0].estimate, number(&want["LP"]["beta_free"][0]), 1e-9);
    near("capital", lp.elasticities[1].estimate, number(&want["LP"]["beta_k"]), 1e-6);
    near("criterion", lp.roots[0].criterion, number(&want["LP"]["objective"]), 1e-12);
    let (table, spec) = simulated(Method::Wooldridge);
    for (at, e) in first(&table, &spec).elasticities.iter().enumerate() {
        near(&e.input, e.estimate, number(&want["WRDG"]["beta"][at]), 1e-8);
    }
}

#[test]
fn bootstrap_errors_are_near_the_peers() {
    let want = truth("pf_chile_op_lp_wrdg");
    let (table, spec) = chile(Method::LevinsohnPetrin, "pX");
    let spec = Spec { replications: 40, starts: 20, ..spec };
    let found = first(&table, &spec);
    for (e, key) in found.elasticities.iter().zip(["fX1", "fX2", "sX1"]) {
        let ratio = e.standard_error.unwrap_or(f64::NAN) / number(&want["bootstrap_se"]["LP"][key]);
        assert!((0.6..1.6).contains(&ratio), "{key}: {ratio}");
    }
    assert_eq!(found, first(&table, &spec));
}

/// A made-up panel (synthetic): labour 0.6, capital 0.4 and, from period 4 on, a technology under which labour counts for 0.4 only.
fn made(seed: u64) -> Frame {
    let mut stream = Streams::new(seed).stream(0);
    let (mut y, mut l, mut k, mut m, mut firm, mut time, mut tech) = (vec![], vec![], vec![], vec![], vec![], vec![], vec![]);
    for i in 0..150 {
        let (mut omega, mut capital) = (stream.normal() * 0.3, 2.0 + stream.normal());
        for t in 0..8 {
            omega = 0.7 * omega + 0.2 * stream.normal();
            capital += 0.2 * stream.normal() + 0.1 * omega;
            let labour = 1.0 + 0.3 * capital + 0.5 * omega + 0.6 * stream.normal();
            let with = i % 2 == 0 && t >= 4;
            let beta = if with { 0.4 } else { 0.6 };
            y.push(Some(beta * labour + 0.4 * capital + omega + if with { 0.9 } else { 0.0 } + 0.05 * stream.normal()));
            l.push(Some(labour));
            k.push(Some(capital));
            m.push(Some(0.4 * capital + omega));
            firm.push(format!("firm {i:03}"));
            time.push(Some(f64::from(t)));
            tech.push(Some(f64::from(u8::from(with))));
        }
    }
    let columns = [("y", y), ("l", l), ("k", k), ("m", m), ("t", time), ("tech", tech)];
    let frame = given(Frame::new().names("firm", firm));
    columns.into_iter().fold(frame, |f, (name, values)| given(f.number(name, values)))
}

fn made_spec(method: Method) -> Spec {
    Spec {
        outcome: "y".into(),
        free: words(&["l"]),
        state: words(&["k"]),
        proxy: words(&["m"]),
        firm: "firm".into(),
        time: "t".into(),
        methods: vec![method],
        starts: 20,
        replications: 12,
        product: Some(Product { labour: "l".into(), technology: Some("tech".into()), separate: true, ..Product::default() }),
        ..Spec::default()
    }
}

#[test]
fn the_marginal_product_is_told_apart_from_the_average() {
    let found = first(&made(3), &made_spec(Method::LevinsohnPetrin));
    let product = found.product.unwrap_or_else(|| panic!("no product"));
    let (before, after) = (product.before.unwrap_or_else(|| panic!("no before")), product.after.unwrap_or_else(|| panic!("no after")));
    assert!((before.elasticity - 0.6).abs() < 0.06 && (after.elasticity - 0.4).abs() < 0.06, "{} {}", before.elasticity, after.elasticity);
    let change = product.change.unwrap_or_else(|| panic!("no change"));
    assert_eq!(change.firms, 75);
    // What separates the two is the elasticity's change alone.
    near("difference", change.marginal - change.average, (after.elasticity / before.elasticity).ln(), 1e-9);
    assert!(change.errors.is_some_and(|e| e.iter().all(|v| *v > 0.0)));
    near("delta and bootstrap", before.marginal_error_delta.unwrap_or(f64::NAN), before.marginal_error_bootstrap.unwrap_or(f64::NAN), 0.6);
    assert_eq!(product.firms.len(), 150);
    // One function for both, constant elasticities: no difference by construction.
    let spec = made_spec(Method::Ols);
    let joint = Spec { product: spec.product.clone().map(|p| Product { separate: false, ..p }), ..spec };
    let change = first(&made(3), &joint).product.and_then(|p| p.change).unwrap_or_else(|| panic!("no change"));
    near("same", change.marginal, change.average, 1e-12);
}

#[test]
fn order_and_units_do_not_matter() {
    let (table, spec) = chile(Method::OlleyPakes, "inv");
    let found = first(&table, &spec);
    let backwards = |shift: f64| {
        given(table.columns().try_fold(Frame::new(), |frame, (name, _)| {
            let mut values: Vec<f64> = table.numbers(name)?.to_vec();
            values.reverse();
            let moved = if name == "idvar" || name == "timevar" { 0.0 } else { shift };
            frame.number(name, values.into_iter().map(|v| Some(v + moved)))
        }))
    };
    assert_eq!(first(&backwards(0.0), &spec).elasticities, found.elasticities);
    // A change of unit is a shift of logarithms.
    for (a, b) in first(&backwards(3.5), &spec).elasticities.iter().zip(&found.elasticities) {
        near(&a.input, a.estimate, b.estimate, 1e-8);
    }
}

#[test]
fn translog_and_gross_output() {
    let base = Spec { product: None, replications: 0, ..made_spec(Method::Ols) };
    let translog = first(&made(5), &Spec { form: Form::Translog, ..base.clone() });
    assert_eq!(translog.elasticities.iter().map(|e| e.input.as_str()).collect::<Vec<_>>(), ["l", "k", "l·l", "l·k", "k·k"]);
    let gross = Spec { output: Output::Gross, ..base.clone() };
    assert_eq!(first(&made(5), &gross).elasticities.len(), 3);
    let code = |spec: &Spec| estimate(&made(5), spec).err().map(|r| r.code);
    assert_eq!(code(&Spec { methods: vec![Method::AckerbergCavesFrazer], ..gross }), Some("gross-output"));
    assert_eq!(code(&Spec { form: Form::Translog, methods: vec![Method::Wooldridge], ..base.clone() }), Some("translog"));
    assert_eq!(code(&Spec { proxy: Vec::new(), methods: vec![Method::OlleyPakes], ..base.clone() }), Some("no-proxy"));
    assert_eq!(code(&Spec { correct_exit: true, methods: vec![Method::OlleyPakes], ..base.clone() }), Some("no-exit"));
    assert_eq!(code(&Spec { free: words(&["k"]), ..base.clone() }), Some("collinear-input"));
    assert_eq!(code(&Spec { period_step: 0.5, methods: vec![Method::OlleyPakes], ..base }), Some("few-lags"));
}

/// A control moves output by 0.5: left out it is noise, named it is found, and the inputs are as before; a control that another column explains
/// has no coefficient. Without controls nothing changes.
#[test]
fn controls_have_coefficients_of_their_own() {
    let table = made(7);
    let mut stream = Streams::new(70).stream(0);
    let control: Vec<f64> = (0..table.rows()).map(|_| stream.normal()).collect();
    let moved: Vec<Option<f64>> = given(table.numbers("y")).iter().zip(&control).map(|(y, c)| Some(y + 0.5 * c)).collect();
    let some = |v: &[f64]| v.iter().copied().map(Some).collect::<Vec<_>>();
    let twice: Vec<f64> = control.iter().map(|c| 2.0 * c).collect();
    let table = given(given(given(table.number("moved", moved)).number("control", some(&control))).number("twice", some(&twice)));
    for method in [
        Method::Ols,
        Method::FixedEffects,
        Method::OlleyPakes,
        Method::LevinsohnPetrin,
        Method::AckerbergCavesFrazer,
        Method::WooldridgeGmm,
    ] {
        let plain = Spec { replications: 0, product: None, ..made_spec(method) };
        let before = first(&table, &plain);
        let named = first(&table, &Spec { outcome: "moved".into(), controls: words(&["control", "twice"]), ..plain.clone() });
        let same = first(&table, &Spec { controls: words(&["control"]), ..plain.clone() });
        assert!(
            named.controls[0].estimate.is_some_and(|c| (c - 0.5).abs() < 0.03) && named.controls[1].estimate.is_none(),
            "{method:?}: {:?}",
            named.controls
        );
        for (own, other) in named.elasticities.iter().zip(&same.elasticities) {
            near("moved by the control only", own.estimate, other.estimate, 1e-6);
        }
        assert!((named.elasticities[0].estimate - before.elasticities[0].estimate).abs() < 0.03, "{method:?}");
    }
    let refused = estimate(&table, &Spec { controls: words(&["control"]), ..made_spec(Method::Wooldridge) });
    assert_eq!(refused.err().map(|r| r.code), Some("controls"));
}

/// A made-up panel (synthetic) in which wages last, so that labour's lag tells labour; labour 0.6, capital 0.4.
fn lasting(firms: usize) -> Frame {
    let mut stream = Streams::new(9).stream(0);
    let mut cells = vec![vec![]; 6];
    for firm in 0..firms {
        let (mut omega, mut capital, mut wage) = (0.28 * stream.normal(), 2.0 + stream.normal(), 0.6 * stream.normal());
        for t in 0..6 {
            capital = 0.3 + 0.85 * capital + 0.3 * omega + 0.4 * stream.normal();
            wage = 0.7 * wage + 0.43 * stream.normal();
            omega = 0.7 * omega + 0.2 * stream.normal();
            let labour = 1.0 + 0.3 * capital + 0.5 * omega - wage;
            let y = 0.6 * labour + 0.4 * capital + omega + 0.1 * stream.normal();
            for (column, value) in cells.iter_mut().zip([y, labour, capital, 0.4 * capital + omega, firm as f64, f64::from(t)]) {
                column.push(Some(value));
            }
        }
    }
    ["y", "l", "k", "m", "firm", "t"].iter().zip(cells).fold(Frame::new(), |f, (name, values)| given(f.number(name, values)))
}

/// Wooldridge's moments as in the paper find what the panel was made with, and agree with each other; the system of the peer does not and is
/// held back; too few firms to weigh the moments are refused.
#[test]
fn wooldridge_as_in_the_paper() {
    let spec = |method| Spec { replications: 0, product: None, ..made_spec(method) };
    let table = lasting(800);
    for method in [Method::WooldridgeGmm, Method::WooldridgeLevinsohnPetrin] {
        let found = first(&table, &spec(method));
        let [labour, capital] = [0, 1].map(|at: usize| found.elasticities[at].estimate);
        assert!((labour - 0.6).abs() < 0.02 && (capital - 0.4).abs() < 0.03, "{method:?}: {labour} {capital}");
        assert_eq!((found.held, found.rows_second), (None, 4_000));
        assert_eq!(found.restrictions.map(|r| (r.degrees, r.p > 0.01)), (method == Method::WooldridgeGmm).then_some((1, true)));
    }
    let peer = first(&table, &spec(Method::WooldridgeSystem));
    assert!(peer.elasticities[1].estimate < 0.35 && peer.held == Some("peers-variant"), "{:?}", peer.elasticities);
    let few = estimate(&lasting(20), &spec(Method::WooldridgeGmm));
    assert_eq!(few.err().map(|r| r.code), Some("few-firms"));
    let beside = Spec { methods: vec![Method::WooldridgeGmm, Method::Ols], ..spec(Method::Ols) };
    let found = given(estimate(&lasting(20), &beside));
    assert_eq!((found.functions.len(), found.warnings[0].code), (1, "few-firms"), "another method's answer stands");
}

/// Petrin's and Levinsohn's equation is instrumental variables on columns made by hand.
#[test]
fn the_second_equation_by_hand() {
    let table = lasting(60);
    let column = |name: &str| given(table.numbers(name)).to_vec();
    let [y, l, k, m, t] = ["y", "l", "k", "m", "t"].map(column);
    let rows: Vec<usize> = (0..y.len()).filter(|i| t[*i] > 0.0).collect();
    let at = |v: &[f64], back: usize| rows.iter().map(|i| Some(v[i - back])).collect::<Vec<_>>();
    let mut hand = Frame::new();
    for (name, values) in [("y", at(&y, 0)), ("l", at(&l, 0)), ("k", at(&k, 0)), ("l1", at(&l, 1))] {
        hand = given(hand.number(name, values));
    }
    let mut regressors = vec!["k".to_owned()];
    for (a, b) in [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3)] {
        let name = format!("k{a}m{b}");
        let term = |i: &usize| Some((k[i - 1] - 2.0).powi(a) * (m[i - 1] - 0.8).powi(b));
        hand = given(hand.number(&name, rows.iter().map(term)));
        regressors.push(name);
    }
    let mut ask = banso_evaluation::least_squares::Spec::new("y", &regressors.iter().map(String::as_str).collect::<Vec<_>>());
    (ask.endogenous, ask.instruments) = (words(&["l"]), words(&["l1"]));
    let want = given(banso_evaluation::least_squares::estimate(&hand, &ask));
    let found = first(&table, &Spec { replications: 0, product: None, ..made_spec(Method::WooldridgeLevinsohnPetrin) });
    for (input, e) in ["l", "k"].iter().zip(&found.elasticities) {
        let want = want.coefficients.iter().find(|c| c.name == *input).unwrap_or_else(|| panic!("no {input}"));
        near(input, e.estimate, want.estimate, 1e-8);
    }
}

proptest! {
    #![proptest_config(cases(24))]
    #[test]
    fn nothing_makes_it_panic(
        rows in prop::collection::vec((prop::sample::select(vec![0.0, 1.0, 1e9, -3.0, 1e-9]), -2.0..2.0_f64, -2.0..2.0_f64, prop::sample::select(vec![0.0, 5.0])), 0..60),
        method in prop::sample::select(vec![Method::Ols, Method::FixedEffects, Method::OlleyPakes, Method::LevinsohnPetrin, Method::AckerbergCavesFrazer, Method::Wooldridge, Method::WooldridgeSystem, Method::WooldridgeGmm, Method::WooldridgeLevinsohnPetrin]),
        translog: bool,
        controls: bool,
        gross in any::<bool>(),
        exit in any::<bool>(),
        degree in 0..4_usize,
    ) {
        let column = |k: usize| rows.iter().map(|r| Some([r.0, r.1, r.2, r.3][k])).collect::<Vec<_>>();
        let place = |d: usize| (0..rows.len()).map(move |i| Some((if d == 0 { i / 6 } else { i % 6 }) as f64)).collect::<Vec<_>>();
        let frame = [("y", column(0)), ("l", column(1)), ("k", column(2)), ("m", column(3)), ("firm", place(0)), ("t", place(1)), ("tech", place(1))]
            .into_iter().fold(Frame::new(), |f, (n, v)| given(f.number(n, v)));
        let spec = Spec { output: if gross { Output::Gross } else { Output::ValueAdded }, correct_exit: exit, degree, form: if translog { Form::Translog } else { Form::CobbDouglas }, controls: if controls { words(&["tech"]) } else { Vec::new() }, starts: 4, replications: 2, ..made_spec(method) };
        let _ = estimate(&frame, &spec);
    }
}
