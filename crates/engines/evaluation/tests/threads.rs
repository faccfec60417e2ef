//! The same bits for any number of threads: every estimator that divides its work among threads or draws random numbers.

#![cfg(test)]

#[expect(dead_code, reason = "bits are compared here, not how near numbers are")]
mod common;

use banso_evaluation::least_squares::{Errors, Multiplier, Wild};
use banso_evaluation::random::Streams;
use banso_evaluation::{Column, Frame, Refusal};
use banso_evaluation::{
    balancing, difference, discontinuity, event_study, headline, heterogeneity, honest, least_squares, power, production,
};
use banso_evaluation::{screening, study, synthetic};
use common::{frame, given, truth};
use serde::Serialize;
use serde_json::json;

/// What an estimator answers, as text that reads back to the same bits, is the same on 1, 2, 3 and 8 threads.
#[track_caller]
fn same<T: Serialize + Send>(what: &str, estimate: impl Fn() -> Result<T, Refusal> + Sync) {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        serde_json::to_string(&pool.install(|| given(estimate()))).expect("an answer")
    };
    let one = on(1);
    assert!(one.len() > 40, "{what}: {one}");
    for threads in [2, 3, 8] {
        assert!(on(threads) == one, "{what} differs on {threads} threads");
    }
}

/// Made-up rows: two crossed effects, three regressors, weights, and an instrument.
fn crossed(rows: usize) -> Frame {
    let mut stream = Streams::new(5).stream(0);
    let names = ["y", "x1", "x2", "d", "z", "w", "a", "b"];
    let mut columns = vec![Vec::with_capacity(rows); names.len()];
    for _ in 0..rows {
        let (a, b) = (stream.below(rows / 20), stream.below(300));
        let (x1, x2, z, e) = (stream.normal() + 0.1 * (b % 7) as f64, stream.uniform(), stream.normal(), stream.normal());
        let d = 0.5 * z + e + 0.3 * x1;
        let y = x1 - 2.0 * x2 + 0.5 * d + (a % 11) as f64 + (b % 13) as f64 + e + stream.normal();
        let row = [y, x1, x2, d, z, 1.0 + stream.below(3) as f64, a as f64, b as f64];
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    names.iter().zip(columns).fold(Frame::new(), |frame, (name, column)| given(frame.with(name, Column::Number(column))))
}

fn effects(regressors: &[&str], clusters: &[&str]) -> least_squares::Spec {
    let mut spec = least_squares::Spec::new("y", regressors);
    spec.fixed_effects = vec!["a".to_owned(), "b".to_owned()];
    spec.clusters = clusters.iter().map(|name| (*name).to_owned()).collect();
    spec
}

#[test]
fn least_squares_over_several_blocks() {
    let table = crossed(150_000);
    same("clustered", || least_squares::estimate(&table, &effects(&["x1", "x2", "d"], &["a"])));
    same("two ways, weighted", || {
        let spec = least_squares::Spec { weights: Some("w".to_owned()), ..effects(&["x1", "x2", "d"], &["a", "b"]) };
        least_squares::estimate(&table, &spec)
    });
    same("instruments, row by row", || {
        let (endogenous, instruments) = (vec!["d".to_owned()], vec!["z".to_owned()]);
        let spec = least_squares::Spec { endogenous, instruments, errors: Some(Errors::Hc1), ..effects(&["x1", "x2"], &[]) };
        least_squares::estimate(&table, &spec)
    });
}

#[test]
fn least_squares_by_jackknife_and_bootstrap() {
    let table = crossed(3_000);
    same("jackknife of clusters", || {
        let spec = least_squares::Spec { errors: Some(Errors::Crv3), ..effects(&["x1", "x2"], &["b"]) };
        least_squares::estimate(&table, &spec)
    });
    same("leverage", || least_squares::estimate(&table, &least_squares::Spec { errors: Some(Errors::Hc3), ..effects(&["x1"], &[]) }));
    same("wild bootstrap", || {
        let coefficients = vec!["x1".to_owned()];
        let wild = Wild { coefficients, null: 0.0, draws: 499, multiplier: Multiplier::Webb, seed: 1 };
        least_squares::estimate(&table, &least_squares::Spec { wild: Some(wild), ..effects(&["x1", "x2"], &["b"]) })
    });
}

#[test]
fn discontinuities() {
    let table = frame("senate.csv", &["margin", "vote", "class", "termshouse", "termssenate"]);
    let words = || ("vote".to_owned(), "margin".to_owned());
    let ((outcome, score), covariates) = (words(), vec!["class".to_owned(), "termshouse".to_owned()]);
    let spec = discontinuity::Spec { outcome, score, covariates, ..discontinuity::Spec::default() };
    same("local polynomials", || discontinuity::estimate(&table, &spec));
    same("bandwidths", || discontinuity::select(&table, &spec, &discontinuity::Selector::ALL));
    let density = discontinuity::DensitySpec { score: "margin".to_owned(), ..discontinuity::DensitySpec::default() };
    same("density", || discontinuity::density(&table, &density));
    let (outcome, score) = words();
    let honest = discontinuity::HonestSpec { outcome, score, ..discontinuity::HonestSpec::default() };
    same("bounded curvature", || discontinuity::honest(&table, &honest));
    let (outcome, score) = words();
    let lots = discontinuity::PermuteSpec { outcome, score, window: Some(2.0), ..discontinuity::PermuteSpec::default() };
    same("lots", || discontinuity::permute(&table, &lots));
    same("balance", || Ok(discontinuity::balance(&table, &spec, &["class".to_owned(), "termshouse".to_owned()])));
    same("placebo cut-offs", || discontinuity::placebos(&table, &spec, &[-10.0, 10.0]));
    let design = discontinuity::Spec { covariates: Vec::new(), ..spec.clone() };
    let rounds = discontinuity::RoundsSpec { design, round: "class".to_owned(), ..discontinuity::RoundsSpec::default() };
    same("rounds", || discontinuity::rounds(&table, &rounds));
    let (outcome, score) = words();
    let plot = discontinuity::PlotSpec { outcome, score, ..discontinuity::PlotSpec::default() };
    same("bins", || discontinuity::plot(&table, &plot));
}

#[test]
fn groups_with_draws() {
    let table = frame("senate.csv", &["margin", "vote", "class"]);
    let design = discontinuity::Spec { outcome: "vote".to_owned(), score: "margin".to_owned(), ..discontinuity::Spec::default() };
    let spec = heterogeneity::Spec { draws: 30, ..heterogeneity::Spec::new(headline::Method::Discontinuity(Box::new(design)), &["class"]) };
    same("groups", || heterogeneity::estimate(&table, &spec));
}

#[test]
fn event_studies() {
    use event_study::Estimator::{Imputation, InteractionWeighted, TwoWay};
    let table = frame("mpdta.csv", &["year", "countyreal", "lpop", "lemp", "first.treat", "treat"]);
    for estimator in [InteractionWeighted, Imputation, TwoWay] {
        let spec = event_study::Spec::new(estimator, "lemp", "countyreal", "year", "first.treat");
        same("event study", || event_study::estimate(&table, &spec));
    }
}

#[test]
fn plans_and_screens() {
    let table = frame("mpdta.csv", &["year", "countyreal", "lemp"]);
    same("plan", || power::plan(None, &power::Spec { rows: 900, effect: Some(0.3), ..power::Spec::default() }));
    let screen = screening::Spec {
        outcome: "lemp".to_owned(),
        firm: Some("countyreal".to_owned()),
        time: Some("year".to_owned()),
        ..screening::Spec::default()
    };
    same("screen", || screening::estimate(&table, &screen));
}

#[test]
fn differences_with_draws() {
    let table = frame("mpdta.csv", &["year", "countyreal", "lpop", "lemp", "first.treat", "treat"]);
    let spec = difference::Spec::new("lemp", "countyreal", "year", "first.treat");
    let bootstrap = Some(difference::Bootstrap { draws: 300, ..difference::Bootstrap::default() });
    for covariates in [Vec::new(), vec!["lpop".to_owned()]] {
        for multiplier in [difference::Multiplier::Rademacher, difference::Multiplier::Mammen] {
            let bootstrap = bootstrap.map(|b| difference::Bootstrap { multiplier, ..b });
            let spec = difference::Spec { covariates: covariates.clone(), bootstrap, ..spec.clone() };
            same("group-time effects", || difference::estimate(&table, &spec));
        }
    }
}

/// More units than one portion of the draws, so that portions are put together.
#[test]
fn differences_of_many_units() {
    let (mut stream, mut columns) = (Streams::new(9).stream(0), vec![Vec::new(); 4]);
    for unit in 0..12_000 {
        let start = [0.0, 3.0, 4.0][unit % 3];
        for time in 1..=4 {
            let time = f64::from(time);
            let row = [stream.normal() + f64::from(u8::from(start > 0.0 && time >= start)), unit as f64, time, start];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
    }
    let table = ["y", "unit", "time", "start"]
        .iter()
        .zip(columns)
        .fold(Frame::new(), |frame, (name, column)| given(frame.with(name, Column::Number(column))));
    let bootstrap = Some(difference::Bootstrap { draws: 100, ..difference::Bootstrap::default() });
    let spec = difference::Spec { bootstrap, ..difference::Spec::new("y", "unit", "time", "start") };
    same("group-time effects of many", || difference::estimate(&table, &spec));
}

#[test]
fn sensitivity_to_trends() {
    let medicaid: honest::Study = serde_json::from_value(truth("honest_ehec")["study"].clone()).expect("a study");
    for deviation in [honest::Deviation::Smoothness, honest::Deviation::RelativeMagnitudes, honest::Deviation::RelativeSmoothness] {
        let spec = honest::Spec { deviation, grid: 60, draws: 300, ..honest::Spec::default() };
        same("sensitivity", || honest::estimate(&medicaid, &spec));
    }
}

#[test]
fn balancing_by_every_way() {
    let numbers = ["treat", "age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re78"];
    let table = frame("nsw_dw.csv", &numbers);
    let spec: balancing::Spec = serde_json::from_value(json!({
        "outcome": "re78", "treatment": "treat", "covariates": &numbers[1..9], "keep-weights": true,
        "estimators": ["difference", "weighting", "regression", "augmented", "entropy", "matching"]
    }))
    .expect("a specification");
    same("balancing", || balancing::estimate(&table, &spec));
}

#[test]
fn synthetic_controls_with_placebos() {
    let table = frame("california_prop99.csv", &["Year", "PacksPerCapita", "treated"]);
    let spec = synthetic::Spec {
        outcome: "PacksPerCapita".to_owned(),
        unit: "State".to_owned(),
        time: "Year".to_owned(),
        treatment: Some("treated".to_owned()),
        methods: vec![synthetic::Method::SyntheticDid, synthetic::Method::Control, synthetic::Method::Did],
        replications: 8,
        ..synthetic::Spec::default()
    };
    same("synthetic control", || synthetic::estimate(&table, &spec));
}

#[test]
fn synthetic_controls_by_predictors() {
    let table = frame("california_prop99_cov.csv", &["year", "cigsale", "lnincome", "beer", "age15to24", "retprice"]);
    let over = |column: &str, from, to| synthetic::Predictor { column: column.to_owned(), from, to };
    let spec = synthetic::Spec {
        outcome: "cigsale".to_owned(),
        unit: "state".to_owned(),
        time: "year".to_owned(),
        treated_units: vec!["California".to_owned()],
        first_treated: Some(1989.0),
        methods: vec![synthetic::Method::Predictors],
        predictors: vec![over("retprice", 1980.0, 1988.0), over("cigsale", 1975.0, 1975.0), over("cigsale", 1988.0, 1988.0)],
        starts: 3,
        error: synthetic::ErrorRule::None,
        placebo_in_space: false,
        ..synthetic::Spec::default()
    };
    same("predictors", || synthetic::estimate(&table, &spec));
}

#[test]
fn production_functions_with_draws() {
    let table = frame("chilean.csv", &["Y", "sX", "fX1", "fX2", "pX", "inv", "idvar", "timevar"]);
    let words = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let spec = production::Spec {
        outcome: "Y".to_owned(),
        free: words(&["fX1", "fX2"]),
        state: words(&["sX"]),
        proxy: words(&["pX"]),
        firm: "idvar".to_owned(),
        time: "timevar".to_owned(),
        methods: vec![production::Method::LevinsohnPetrin, production::Method::AckerbergCavesFrazer, production::Method::WooldridgeGmm],
        starts: 6,
        replications: 4,
        ..production::Spec::default()
    };
    same("production", || production::estimate(&table, &spec));
}

#[test]
fn a_whole_study() {
    let declaration: study::Declaration = serde_json::from_value(json!({
        "title": "現職の利", "question": "前回の勝利は次の得票を増やすか。",
        "outcomes": [{"column": "vote", "ja": "次の得票率", "en": "next vote share", "unit": "%"}],
        "design": {"method": "discontinuity", "settings": {"score": "margin"}}
    }))
    .expect("a declaration");
    let panel = frame("senate.csv", &["vote", "margin", "population", "class", "termshouse", "termssenate"]);
    same("study", || study::run(&declaration, &panel, study::Standing::Declared));
}
