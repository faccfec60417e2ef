//! Made-up panels (synthetic) whose effect is known: staggered adoption, regions with factors, firms with productivity.

use banso_evaluation::production::{self, Method};
use banso_evaluation::random::Stream;
use banso_evaluation::{Frame, Refusal, difference, event_study, synthetic};

use super::table;

/// Three cohorts and the never treated, effects that differ by cohort and grow; own trend of the unit's level, serial correlation.
pub(crate) fn staggered(s: &mut Stream, units: usize) -> Result<Frame, Refusal> {
    let mut cells = vec![vec![]; 4];
    for unit in 0..units {
        let start = [0.0, 3.0, 4.0, 5.0][unit % 4];
        let (own, mut shock) = (s.normal(), s.normal());
        for t in 1..=6_u32 {
            let since = f64::from(t) - start;
            let effect = if start > 0.0 && since >= 0.0 { 0.5 + 0.2 * since + 0.1 * (start - 4.0) } else { 0.0 };
            for (column, value) in cells.iter_mut().zip([own + 0.3 * f64::from(t) + shock + effect, unit as f64, f64::from(t), start]) {
                column.push(value);
            }
            shock = 0.5 * shock + 0.75_f64.sqrt() * s.normal();
        }
    }
    let [y, u, t, g] = [0, 1, 2, 3].map(|k| cells[k].clone());
    table(vec![("y", y), ("u", u), ("t", t), ("g", g)])
}

/// The first effect of the three cohorts: 0.5 + 0.1 × (−1, 0, 1).
pub(crate) fn group_time(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let found = difference::estimate(&staggered(s, n).ok()?, &difference::Spec::new("y", "u", "t", "g")).ok()?;
    found.event.parts.iter().find(|p| p.at == 0.0).and_then(|p| Some([p.effect.lower?, p.effect.upper?]))
}

/// Staggered adoption of two units a cluster; the units of each have a shock in common in every period.
pub(crate) fn clustered(s: &mut Stream, clusters: usize, of: fn(usize, usize) -> usize) -> Option<difference::Estimate> {
    let units = 2 * clusters;
    let frame = staggered(s, units).ok()?;
    let shocks: Vec<f64> = (0..clusters * 6).map(|_| s.normal()).collect();
    let [y, u, t, g] = ["y", "u", "t", "g"].map(|name| frame.numbers(name).map(<[f64]>::to_vec));
    let (y, u, t, g) = (y.ok()?, u.ok()?, t.ok()?, g.ok()?);
    let cluster: Vec<f64> = u.iter().map(|u| of(*u as usize, units) as f64).collect();
    let y = (0..y.len()).map(|i| y[i] + shocks[cluster[i] as usize * 6 + t[i] as usize - 1]).collect();
    let columns = vec![("y", y), ("u", u), ("t", t), ("g", g), ("c", cluster)];
    let spec = difference::Spec { cluster: Some("c".into()), ..difference::Spec::new("y", "u", "t", "g") };
    difference::estimate(&table(columns).ok()?, &spec).ok()
}

/// The mean over all: of the nine treated cells of the three cohorts, four, three and two of them.
pub(crate) fn simple_clusters(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    let found = clustered(s, n, |unit, _| unit / 2)?.simple?;
    Some([found.lower?, found.upper?])
}

fn path(s: &mut Stream, n: usize, estimator: event_study::Estimator) -> Option<[f64; 2]> {
    let found = event_study::estimate(&staggered(s, n).ok()?, &event_study::Spec::new(estimator, "y", "u", "t", "g")).ok()?;
    found.event.iter().find(|p| p.at == 0.0).and_then(|p| Some([p.effect.lower?, p.effect.upper?]))
}

pub(crate) fn interaction_weighted(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    path(s, n, event_study::Estimator::InteractionWeighted)
}

pub(crate) fn imputation(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    path(s, n, event_study::Estimator::Imputation)
}

/// Regions, six of them treated in the last five of twenty periods, two factors; effect 1.
pub(crate) fn synthetic_did(s: &mut Stream, units: usize) -> Option<[f64; 2]> {
    let mut factor = vec![[0.0; 2]];
    for t in 1..20 {
        let last: [f64; 2] = factor[t - 1];
        factor.push([0.8 * last[0] + 0.4 * s.normal(), 0.8 * last[1] + 0.4 * s.normal()]);
    }
    let mut cells = vec![vec![]; 4];
    for unit in 0..units {
        let (own, load) = (s.normal(), [s.normal(), s.normal()]);
        for (t, f) in factor.iter().enumerate() {
            let treated = f64::from(u8::from(unit < 6 && t >= 15));
            let y = own + load[0] * f[0] + load[1] * f[1] + 0.05 * t as f64 + treated + 0.5 * s.normal();
            for (column, value) in cells.iter_mut().zip([y, unit as f64, t as f64, treated]) {
                column.push(value);
            }
        }
    }
    let [y, u, t, d] = [0, 1, 2, 3].map(|k| cells[k].clone());
    let frame = table(vec![("y", y), ("u", u), ("t", t), ("d", d)]).ok()?;
    let spec = synthetic::Spec {
        outcome: "y".into(),
        unit: "u".into(),
        time: "t".into(),
        treatment: Some("d".into()),
        methods: vec![synthetic::Method::SyntheticDid],
        replications: 100,
        placebo_in_space: false,
        seed: s.bits(),
        ..Default::default()
    };
    synthetic::estimate(&frame, &spec).ok()?.effects.first().and_then(|e| e.interval)
}

/// When labour is chosen.
#[derive(Clone, Copy, PartialEq)]
enum Labour {
    /// When productivity is known.
    Late,
    /// When half of its change is known.
    Early,
    /// The same, and the proxy depends on labour (the world of Ackerberg, Caves and Frazer).
    EarlyAndInTheProxy,
}

/// Labour 0.6 and capital 0.4. Capital is decided a period before; labour has a lasting shock of its own (wages), so that it is told from
/// productivity.
fn firms(s: &mut Stream, count: usize, chosen: Labour) -> Result<Frame, Refusal> {
    let mut cells = vec![vec![]; 6];
    for firm in 0..count {
        let (mut omega, mut capital, mut wage) = (0.28 * s.normal(), 2.0 + s.normal(), 0.6 * s.normal());
        for t in 0..6 {
            capital = 0.3 + 0.85 * capital + 0.3 * omega + 0.4 * s.normal();
            wage = 0.7 * wage + 0.43 * s.normal();
            let half = 0.7_f64.sqrt() * omega + 0.14 * s.normal();
            omega = 0.7_f64.sqrt() * half + 0.14 * s.normal();
            let known = if chosen == Labour::Late { omega } else { half };
            let work = 1.0 + 0.3 * capital + 0.5 * known - wage;
            let proxy = 0.4 * capital + omega + if chosen == Labour::EarlyAndInTheProxy { 0.3 * work } else { 0.0 };
            let y = 0.6 * work + 0.4 * capital + omega + 0.1 * s.normal();
            for (column, value) in cells.iter_mut().zip([y, work, capital, proxy, firm as f64, f64::from(t)]) {
                column.push(value);
            }
        }
    }
    let [y, l, k, m, firm, t] = [0, 1, 2, 3, 4, 5].map(|c| cells[c].clone());
    table(vec![("y", y), ("l", l), ("k", k), ("m", m), ("firm", firm), ("t", t)])
}

/// The interval of one input's elasticity.
fn elasticity(s: &mut Stream, count: usize, method: Method, input: usize) -> Option<[f64; 2]> {
    let chosen = if method == Method::AckerbergCavesFrazer {
        Labour::EarlyAndInTheProxy
    } else if method == Method::WooldridgeLevinsohnPetrin {
        Labour::Early
    } else {
        Labour::Late
    };
    let frame = firms(s, count, chosen).ok()?;
    let spec = production::Spec {
        outcome: "y".into(),
        free: vec!["l".into()],
        state: vec!["k".into()],
        proxy: vec!["m".into()],
        firm: "firm".into(),
        time: "t".into(),
        methods: vec![method],
        starts: 6,
        replications: 60,
        seed: s.bits(),
        ..Default::default()
    };
    production::estimate(&frame, &spec).ok()?.functions.first()?.elasticities.get(input)?.interval
}

pub(crate) fn labour_levinsohn_petrin(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::LevinsohnPetrin, 0)
}

pub(crate) fn capital_levinsohn_petrin(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::LevinsohnPetrin, 1)
}

pub(crate) fn labour_ackerberg(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::AckerbergCavesFrazer, 0)
}

pub(crate) fn capital_ackerberg(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::AckerbergCavesFrazer, 1)
}

pub(crate) fn labour_gmm(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::WooldridgeGmm, 0)
}

pub(crate) fn capital_gmm(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::WooldridgeGmm, 1)
}

pub(crate) fn labour_alone(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::WooldridgeLevinsohnPetrin, 0)
}

pub(crate) fn capital_alone(s: &mut Stream, n: usize) -> Option<[f64; 2]> {
    elasticity(s, n, Method::WooldridgeLevinsohnPetrin, 1)
}
