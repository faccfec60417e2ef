//! From a panel to coefficients, by each method. Olley and Pakes (1996), Econometrica 64; Levinsohn and Petrin (2003), Review of Economic
//! Studies 70; Ackerberg, Caves and Frazer (2015), Econometrica 83; Wooldridge (2009), Economics Letters 104.
//!
//! The second stage of the first two regresses φ − kβ, and not y − lβ − kβ, on its past, and sums the squares of what is left of the
//! latter: the criterion of `prodest`, whose numbers are the reference here.

use super::joint;
use super::panel::{Panel, monomials};
use super::roots::{Goal, Root, starts};
use super::spec::{Form, Method, Output, Restrictions, Spec};
use super::transition::Second;
use crate::balancing::{Link, chance};
use crate::linear::{Matrix, Orthogonal};
use crate::notice::Refusal;
use crate::sums::mean;

/// Coefficients and how they were reached.
#[derive(Debug, Clone)]
pub(super) struct Solved {
    pub theta: Vec<f64>,
    pub constant: Option<f64>,
    pub controls: Vec<Option<f64>>,
    pub roots: Vec<Root>,
    /// The first of the coefficients that the roots hold.
    pub sought_from: usize,
    pub lost: f64,
    pub rows_first: usize,
    pub rows_second: usize,
    pub restrictions: Option<Restrictions>,
}

/// A fit: coefficients, zero for columns that others explain.
pub(super) struct Fit {
    pub coefficients: Vec<f64>,
    pub fitted: Vec<f64>,
    pub collinear: Vec<usize>,
}

pub(super) fn least_squares(columns: &[Vec<f64>], y: &[f64]) -> Fit {
    let x = Matrix::from_columns(y.len(), columns);
    let fit = Orthogonal::of(&x, 1e-10);
    let solved = fit.fit(y);
    let mut coefficients = vec![0.0; columns.len()];
    fit.kept.iter().zip(&solved).for_each(|(j, b)| coefficients[*j] = *b);
    Fit { fitted: fit.q.apply(&fit.q.apply_transposed(y)), coefficients, collinear: fit.collinear }
}

pub(super) fn ones(n: usize) -> Vec<f64> {
    vec![1.0; n]
}

/// The inputs whose coefficients are the function, and their names.
pub(super) fn inputs(panel: &Panel, spec: &Spec) -> (Vec<Vec<f64>>, Vec<String>) {
    let mut columns: Vec<&Vec<f64>> = panel.free.iter().chain(&panel.state).collect();
    let mut names: Vec<&String> = spec.free.iter().chain(&spec.state).collect();
    if spec.output == Output::Gross {
        columns.extend(&panel.proxy);
        names.extend(&spec.proxy);
    }
    match spec.form {
        Form::CobbDouglas => (columns.into_iter().cloned().collect(), names.into_iter().cloned().collect()),
        Form::Translog => {
            let mut all: Vec<String> = names.iter().map(|n| (*n).clone()).collect();
            for (i, a) in names.iter().enumerate() {
                all.extend(names[i..].iter().map(|b| format!("{a}·{b}")));
            }
            (monomials(&columns, 2, true), all)
        }
    }
}

/// The coefficients by a method; `near` is where a repeated estimate starts from.
///
/// # Errors
/// Inputs that cannot be told apart, no rows with a period before, no root.
pub(super) fn solve(panel: &Panel, spec: &Spec, method: Method, near: Option<&[f64]>) -> Result<Solved, Refusal> {
    match method {
        Method::Ols => ols(panel, spec),
        Method::FixedEffects => within(panel, spec),
        Method::OlleyPakes | Method::LevinsohnPetrin => proxied(panel, spec, method, near),
        Method::AckerbergCavesFrazer => acf(panel, spec, near),
        Method::Wooldridge => wooldridge(panel, spec),
        Method::WooldridgeSystem => wooldridge_system(panel, spec),
        Method::WooldridgeGmm => joint::both(panel, spec),
        Method::WooldridgeLevinsohnPetrin => joint::alone(panel, spec),
    }
}

pub(super) fn plain(theta: Vec<f64>, constant: Option<f64>, rows: usize) -> Solved {
    Solved {
        theta,
        constant,
        controls: Vec::new(),
        roots: Vec::new(),
        sought_from: 0,
        lost: 0.0,
        rows_first: rows,
        rows_second: 0,
        restrictions: None,
    }
}

pub(super) fn apart(fit: &Fit, names: &[String], offset: usize) -> Result<(), Refusal> {
    let same: Vec<&str> = fit.collinear.iter().filter_map(|j| names.get(j.checked_sub(offset)?)).map(String::as_str).collect();
    if same.is_empty() {
        return Ok(());
    }
    let named = same.join(", ");
    Err(Refusal::new(
        "collinear-input",
        format!(
            "投入「{named}」は他の列で完全に説明されるため、係数を分けられません。その列を外すか、別の方法（AckerbergCavesFrazer など）を使ってください。"
        ),
        format!(
            "the coefficient of {named} cannot be told from those of other columns; leave it out or use another method (Ackerberg–Caves–Frazer)"
        ),
    ))
}

fn ols(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let (x, names) = inputs(panel, spec);
    let mut columns = vec![ones(panel.y.len())];
    columns.extend(x);
    columns.extend(panel.controls.iter().cloned());
    let fit = least_squares(&columns, &panel.y);
    apart(&fit, &names, 1)?;
    let end = 1 + names.len();
    let solved = plain(fit.coefficients[1..end].to_vec(), Some(fit.coefficients[0]), panel.y.len());
    Ok(Solved { controls: controls(&fit, end), ..solved })
}

/// The coefficients from a place on; none for those that others explain.
pub(super) fn controls(fit: &Fit, from: usize) -> Vec<Option<f64>> {
    (from..fit.coefficients.len()).map(|j| (!fit.collinear.contains(&j)).then_some(fit.coefficients[j])).collect()
}

fn within(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let (x, names) = inputs(panel, spec);
    let demeaned = |values: &Vec<f64>| -> Vec<f64> {
        panel
            .firms
            .iter()
            .flat_map(|(from, to)| {
                let centre = mean(&values[*from..*to]);
                values[*from..*to].iter().map(move |v| v - centre)
            })
            .collect()
    };
    let columns: Vec<Vec<f64>> = x
        .iter()
        .chain(&panel.controls)
        .map(|c| {
            let left = demeaned(c);
            // What differs from its firm's mean by rounding only does not vary within firms.
            let (long, rest) = (crate::linear::norm(c), crate::linear::norm(&left));
            if rest <= 1e-12 * long { vec![0.0; left.len()] } else { left }
        })
        .collect();
    let fit = least_squares(&columns, &demeaned(&panel.y));
    apart(&fit, &names, 0)?;
    let solved = plain(fit.coefficients[..names.len()].to_vec(), None, panel.y.len());
    Ok(Solved { controls: controls(&fit, names.len()), ..solved })
}

pub(super) fn linked(panel: &Panel, least: usize) -> Result<Vec<(usize, usize)>, Refusal> {
    let pairs = panel.linked();
    if pairs.len() < least {
        let count = pairs.len();
        return Err(Refusal::new(
            "few-lags",
            format!("前の期のある行が{count}行しかありません（{least}行以上必要です）。期の列と period-step を確認してください。"),
            format!("{count} rows have the period before them ({least} are needed); look at the period column and period-step"),
        ));
    }
    Ok(pairs)
}

pub(super) fn now(pairs: &[(usize, usize)], values: &[f64]) -> Vec<f64> {
    pairs.iter().map(|(i, _)| values[*i]).collect()
}

pub(super) fn past(pairs: &[(usize, usize)], values: &[f64]) -> Vec<f64> {
    pairs.iter().map(|(_, l)| values[*l]).collect()
}

pub(super) fn each(list: &[Vec<f64>], take: impl Fn(&[f64]) -> Vec<f64>) -> Vec<Vec<f64>> {
    list.iter().map(|v| take(v)).collect()
}

/// Olley–Pakes and Levinsohn–Petrin.
fn proxied(panel: &Panel, spec: &Spec, method: Method, near: Option<&[f64]>) -> Result<Solved, Refusal> {
    let n = panel.y.len();
    let control: Vec<&Vec<f64>> = panel.state.iter().chain(&panel.proxy).collect();
    let mut columns = vec![ones(n)];
    let terms = monomials(&control, spec.degree, false);
    columns.extend(terms.iter().cloned());
    columns.extend(panel.free.iter().cloned());
    columns.extend(panel.controls.iter().cloned());
    let fit = least_squares(&columns, &panel.y);
    let from = 1 + terms.len();
    let end = from + panel.free.len();
    apart(&fit, &spec.free, from)?;
    let free = fit.coefficients[from..end].to_vec();
    let gross = spec.output == Output::Gross && method == Method::LevinsohnPetrin;
    let mut x = panel.state.clone();
    if gross {
        x.extend(panel.proxy.iter().cloned());
    }
    let pairs = linked(panel, 3 * (x.len() + spec.markov + 2))?;
    let mut phi = fit.fitted.clone();
    // Inputs found by now and controls are no part of what productivity is told from.
    for (b, column) in fit.coefficients[from..].iter().zip(panel.free.iter().chain(&panel.controls)) {
        phi.iter_mut().zip(column).for_each(|(p, v)| *p -= b * v);
    }
    let noise: Vec<f64> = panel.y.iter().zip(&fit.fitted).map(|(y, f)| y - f).collect();
    let exit = if spec.correct_exit {
        let happened = panel.exits();
        let happened: Vec<bool> = pairs.iter().map(|(i, _)| happened[*i]).collect();
        Some(chance(&happened, each(&terms, |v| past(&pairs, v)), Link::Probit)?)
    } else {
        None
    };
    let second = Second {
        phi: now(&pairs, &phi),
        phi_lag: past(&pairs, &phi),
        x: each(&x, |v| now(&pairs, v)),
        x_lag: each(&x, |v| past(&pairs, v)),
        noise: now(&pairs, &noise),
        exit,
        markov: spec.markov,
    };
    let mut instruments = each(&panel.state, |v| now(&pairs, v));
    instruments.extend(each(&panel.proxy, |v| past(&pairs, v)));
    let instruments = orthonormal(&instruments);
    let goal = if gross { Goal::Moments(&second, &instruments) } else { Goal::Squares(&second) };
    let guess = ols(panel, spec)?.theta[panel.free.len()..].to_vec();
    let (roots, lost) = found(&goal, spec, near.map(|t| &t[panel.free.len()..]), &guess[..x.len()])?;
    let theta = free.iter().chain(&roots[0].theta).copied().collect();
    let controls = controls(&fit, end);
    Ok(Solved {
        theta,
        constant: None,
        controls,
        roots,
        sought_from: panel.free.len(),
        lost,
        rows_first: n,
        rows_second: pairs.len(),
        restrictions: None,
    })
}

pub(super) fn orthonormal(columns: &[Vec<f64>]) -> Matrix {
    let rows = columns.first().map_or(0, Vec::len);
    Orthogonal::of(&Matrix::from_columns(rows, columns), 1e-10).q
}

/// All roots from many starts, or the one that a repeated estimate leads to.
fn found(goal: &Goal<'_>, spec: &Spec, near: Option<&[f64]>, guess: &[f64]) -> Result<(Vec<Root>, f64), Refusal> {
    let (roots, lost) = match near {
        Some(theta) => (goal.descend(theta).into_iter().filter(|r| r.solves).collect::<Vec<_>>(), 0.0),
        None => goal.search(&starts(guess, spec.starts, spec.seed)),
    };
    if roots.is_empty() {
        return Err(Refusal::new(
            "no-root",
            "第2段階の解が見つかりません。代理変数（proxy）と期の列を確認し、次数（degree, markov）を下げてください。",
            "the second stage has no solution from any start; look at the proxy and the periods, or lower degree and markov",
        ));
    }
    Ok((roots, lost))
}

fn acf(panel: &Panel, spec: &Spec, near: Option<&[f64]>) -> Result<Solved, Refusal> {
    let n = panel.y.len();
    let all: Vec<&Vec<f64>> = panel.free.iter().chain(&panel.state).chain(&panel.proxy).collect();
    let mut columns = vec![ones(n)];
    columns.extend(monomials(&all, spec.degree, false));
    let from = columns.len();
    columns.extend(panel.controls.iter().cloned());
    let fit = least_squares(&columns, &panel.y);
    let mut phi = fit.fitted.clone();
    for (b, column) in fit.coefficients[from..].iter().zip(&panel.controls) {
        phi.iter_mut().zip(column).for_each(|(p, v)| *p -= b * v);
    }
    let (x, _) = inputs(panel, spec);
    let pairs = linked(panel, 3 * (x.len() + spec.markov + 2))?;
    let second = Second {
        phi: now(&pairs, &phi),
        phi_lag: past(&pairs, &phi),
        x: each(&x, |v| now(&pairs, v)),
        x_lag: each(&x, |v| past(&pairs, v)),
        noise: vec![0.0; pairs.len()],
        exit: None,
        markov: spec.markov,
    };
    let mut z = each(&panel.free, |v| past(&pairs, v));
    z.extend(each(&panel.state, |v| now(&pairs, v)));
    if spec.form == Form::Translog {
        z = monomials(&z.iter().collect::<Vec<_>>(), 2, true);
    }
    let instruments = orthonormal(&z);
    if instruments.cols() < x.len() {
        return Err(Refusal::new(
            "few-instruments",
            "操作変数が足りません（ラグ付きの投入が他の列と重なっています）。投入の列を減らしてください。",
            "there are fewer instruments than coefficients: lagged inputs coincide with other columns; name fewer inputs",
        ));
    }
    let goal = Goal::Moments(&second, &instruments);
    let guess = ols(panel, spec)?.theta;
    let (roots, lost) = found(&goal, spec, near, &guess)?;
    let controls = controls(&fit, from);
    Ok(Solved {
        theta: roots[0].theta.clone(),
        constant: None,
        controls,
        roots,
        sought_from: 0,
        lost,
        rows_first: n,
        rows_second: pairs.len(),
        restrictions: None,
    })
}

fn stack(above: Vec<Vec<f64>>, below: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    above
        .into_iter()
        .zip(below)
        .map(|(mut a, b)| {
            a.extend(b);
            a
        })
        .collect()
}

/// Two-stage least squares of `y` on `x` by `z`, a constant in the second stage only when asked.
fn two_stage(x: &[Vec<f64>], z: &[Vec<f64>], y: &[f64], constant: bool) -> Fit {
    let q = orthonormal(z);
    let mut fitted: Vec<Vec<f64>> = if constant { vec![ones(y.len())] } else { Vec::new() };
    fitted.extend(x.iter().map(|c| q.apply(&q.apply_transposed(c))));
    least_squares(&fitted, y)
}

fn wooldridge(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let pairs = linked(panel, 10)?;
    let control: Vec<&Vec<f64>> = panel.state.iter().chain(&panel.proxy).collect();
    let terms = monomials(&control, spec.degree, true);
    let join = |lists: [Vec<Vec<f64>>; 3]| lists.concat();
    let (free, free_lag, state) =
        (each(&panel.free, |v| now(&pairs, v)), each(&panel.free, |v| past(&pairs, v)), each(&panel.state, |v| now(&pairs, v)));
    let (terms_now, terms_past) = (each(&terms, |v| now(&pairs, v)), each(&terms, |v| past(&pairs, v)));
    let x = stack(join([free.clone(), state.clone(), terms_now.clone()]), join([free, state.clone(), terms_past.clone()]));
    let z = stack(join([free_lag.clone(), state.clone(), terms_now]), join([free_lag, state, terms_past]));
    let y = [now(&pairs, &panel.y), now(&pairs, &panel.y)].concat();
    let fit = two_stage(&x, &z, &y, true);
    let names: Vec<String> = spec.free.iter().chain(&spec.state).cloned().collect();
    apart(&fit, &names, 1)?;
    let solved = plain(fit.coefficients[1..=names.len()].to_vec(), Some(fit.coefficients[0]), panel.y.len());
    Ok(Solved { rows_second: pairs.len(), ..solved })
}

fn wooldridge_system(panel: &Panel, spec: &Spec) -> Result<Solved, Refusal> {
    let pairs = linked(panel, 10)?;
    let control: Vec<&Vec<f64>> = panel.state.iter().chain(&panel.proxy).collect();
    let all = monomials(&control, spec.degree, true);
    let terms_now = each(&all, |v| now(&pairs, v));
    let terms_past = each(&all, |v| past(&pairs, v));
    let n = pairs.len();
    let (zero, one) = (vec![0.0; n], ones(n));
    let above = |c: &Vec<f64>| [c.clone(), zero.clone()].concat();
    let below = |c: &Vec<f64>| [zero.clone(), c.clone()].concat();
    let both = |c: &Vec<f64>| [c.clone(), c.clone()].concat();
    let (free, free_lag, state) =
        (each(&panel.free, |v| now(&pairs, v)), each(&panel.free, |v| past(&pairs, v)), each(&panel.state, |v| now(&pairs, v)));
    let mut x = vec![both(&one)];
    x.extend(free.iter().chain(&state).map(both));
    x.push(below(&one));
    // The first equation's own terms: all but the first powers of the state, which the common coefficients stand for.
    x.extend(terms_now[panel.state.len()..].iter().map(above));
    x.extend(terms_past.iter().map(below));
    let mut z = vec![above(&one), below(&one)];
    z.extend(free.iter().chain(&terms_now).map(above));
    z.extend(free_lag.iter().chain(&state).chain(&terms_past).map(below));
    let y = both(&now(&pairs, &panel.y));
    let fit = two_stage(&x, &z, &y, false);
    let names: Vec<String> = spec.free.iter().chain(&spec.state).cloned().collect();
    apart(&fit, &names, 1)?;
    let solved = plain(fit.coefficients[1..=names.len()].to_vec(), Some(fit.coefficients[0]), panel.y.len());
    Ok(Solved { rows_second: n, ..solved })
}
