//! The marginal product of labour, firm by firm, told apart from the average product: an elasticity times output by head. A technology
//! under which output by head rises while the last worker adds less is extractive; one under which both rise is inclusive (Acemoglu and
//! Johnson 2023, Power and Progress). Uncertainty by the delta method and by resampling firms, the function estimated anew.

use serde::{Deserialize, Serialize};

use super::panel::Panel;
use super::spec::{Form, Spec};
use crate::dist::normal_quantile;
use crate::frame::Frame;
use crate::maths::{exp, ln};
use crate::notice::Refusal;
use crate::sums::{mean, sum};

/// What is asked about labour.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Product {
    /// Which free input is labour.
    pub labour: String,
    /// Output in levels; none: the exponential of the outcome.
    pub output_level: Option<String>,
    /// Labour in levels; none: the exponential of the input.
    pub labour_level: Option<String>,
    /// A column that is 1 where a firm uses the technology and 0 before.
    pub technology: Option<String>,
    /// Whether the function is estimated anew for rows with the technology; otherwise one function holds for both, and with constant
    /// elasticities marginal and average product move together by construction.
    pub separate: bool,
}

/// Means over rows with their errors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Level {
    /// Rows.
    pub rows: usize,
    /// Output by head.
    pub average: f64,
    /// What one more worker adds.
    pub marginal: f64,
    /// The mean elasticity of labour.
    pub elasticity: f64,
    /// Error of the average, clustered by firm.
    pub average_error: f64,
    /// Error of the marginal: elasticities (bootstrap covariance) and rows (clustered by firm), by the delta method.
    pub marginal_error_delta: Option<f64>,
    /// Error of the marginal by the bootstrap.
    pub marginal_error_bootstrap: Option<f64>,
}

/// The change within firms that are seen both before and after, in logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Change {
    /// Firms.
    pub firms: usize,
    /// Mean change of the log average product.
    pub average: f64,
    /// Mean change of the log marginal product.
    pub marginal: f64,
    /// Bootstrap errors of the two.
    pub errors: Option<[f64; 2]>,
    /// Intervals of the two.
    pub intervals: Option<[[f64; 2]; 2]>,
    /// `inclusive`, `extractive`, `falling` (both fall), `mixed`, or `undetermined` when an interval holds zero.
    pub reading: &'static str,
}

/// One firm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Firm {
    /// A row of the table that belongs to it, counted from one.
    pub row: usize,
    /// Average product before and after.
    pub average: [Option<f64>; 2],
    /// Marginal product before and after.
    pub marginal: [Option<f64>; 2],
}

/// Marginal and average product of labour.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MarginalProduct {
    /// Rows without the technology (all rows, when none is named).
    pub before: Option<Level>,
    /// Rows with it.
    pub after: Option<Level>,
    /// The change within firms.
    pub change: Option<Change>,
    /// Firm by firm.
    pub firms: Vec<Firm>,
}

/// Levels by row of the table.
pub(super) struct Levels {
    output: Vec<f64>,
    labour: Vec<f64>,
    technology: Vec<bool>,
    place: usize,
}

impl Levels {
    pub(super) fn read(frame: &Frame, spec: &Spec, ask: &Product) -> Result<Self, Refusal> {
        let Some(place) = spec.free.iter().position(|f| *f == ask.labour) else {
            let named = spec.free.join(", ");
            return Err(Refusal::new(
                "labour",
                format!("labour「{}」が free の列にありません。ある列: {named}", ask.labour),
                format!("labour \"{}\" is not among the free inputs: {named}", ask.labour),
            ));
        };
        let level = |named: &Option<String>, log: &str| -> Result<Vec<f64>, Refusal> {
            Ok(match named {
                Some(name) => frame.numbers(name)?.to_vec(),
                None => frame.numbers(log)?.iter().map(|v| exp(*v)).collect(),
            })
        };
        let technology = match &ask.technology {
            Some(name) => frame.numbers(name)?.iter().map(|v| *v != 0.0).collect(),
            None => vec![false; frame.rows()],
        };
        Ok(Self { output: level(&ask.output_level, &spec.outcome)?, labour: level(&ask.labour_level, &ask.labour)?, technology, place })
    }

    pub(super) fn with(&self, panel: &Panel) -> Vec<bool> {
        panel.rows.iter().map(|r| self.technology[*r]).collect()
    }

    /// The derivative of the log function by log labour in row `i`, as weights of the coefficients.
    fn slope(&self, panel: &Panel, spec: &Spec, size: usize, i: usize) -> Vec<f64> {
        let mut weights = vec![0.0; size];
        weights[self.place] = 1.0;
        if spec.form == Form::Translog {
            let inputs: Vec<f64> = panel.free.iter().chain(&panel.state).chain(&panel.proxy).map(|c| c[i]).collect();
            // With k inputs, k first powers and then the products a·b, a ≤ b, in order.
            let k = (0..size).find(|k| k + k * (k + 1) / 2 == size).unwrap_or(0);
            let mut at = k;
            for a in 0..k {
                for b in a..k {
                    if a == self.place {
                        weights[at] += inputs[b];
                    }
                    if b == self.place {
                        weights[at] += inputs[a];
                    }
                    at += 1;
                }
            }
        }
        weights
    }
}

/// Coefficients without and with the technology.
pub(super) type Pair = [Vec<f64>; 2];

/// One row: average product, elasticity, and the elasticity's weights.
struct Row {
    average: f64,
    elasticity: f64,
    weights: Vec<f64>,
    with: bool,
}

fn rows(panel: &Panel, spec: &Spec, levels: &Levels, theta: &Pair) -> Vec<Option<Row>> {
    (0..panel.y.len())
        .map(|i| {
            let r = panel.rows[i];
            let average = levels.output[r] / levels.labour[r];
            let with = levels.technology[r];
            let own = &theta[usize::from(with)];
            let weights = levels.slope(panel, spec, own.len(), i);
            let elasticity = sum(weights.iter().zip(own).map(|(w, t)| w * t));
            (average.is_finite() && average > 0.0).then_some(Row { average, elasticity, weights, with })
        })
        .collect()
}

/// What is recomputed in every draw: marginal before, after, changes of log average and log marginal.
pub(super) fn figures(panel: &Panel, spec: &Spec, levels: &Levels, theta: &Pair) -> [f64; 4] {
    let all = rows(panel, spec, levels, theta);
    let marginal =
        |with: bool| mean(&all.iter().flatten().filter(|r| r.with == with).map(|r| r.elasticity * r.average).collect::<Vec<_>>());
    let (average_change, marginal_change, _) = changes(panel, &all);
    [marginal(false), marginal(true), average_change, marginal_change]
}

/// Mean log changes within firms, and how many firms.
fn changes(panel: &Panel, all: &[Option<Row>]) -> (f64, f64, usize) {
    let (mut averages, mut marginals) = (Vec::new(), Vec::new());
    for (from, to) in &panel.firms {
        let logs = |with: bool, value: &dyn Fn(&Row) -> f64| {
            let values: Vec<f64> = all[*from..*to].iter().flatten().filter(|r| r.with == with).map(|r| ln(value(r))).collect();
            mean(&values)
        };
        let average = logs(true, &|r| r.average) - logs(false, &|r| r.average);
        let marginal = logs(true, &|r| r.average * r.elasticity) - logs(false, &|r| r.average * r.elasticity);
        if average.is_finite() {
            averages.push(average);
            marginals.push(marginal);
        }
    }
    (mean(&averages), mean(&marginals), averages.len())
}

fn level(panel: &Panel, all: &[Option<Row>], with: bool, covariance: Option<&[Vec<f64>]>, bootstrap: Option<f64>) -> Option<Level> {
    let own = |i: usize| all[i].as_ref().filter(|r| r.with == with);
    let chosen: Vec<&Row> = (0..all.len()).filter_map(own).collect();
    let count = chosen.len() as f64;
    let first = chosen.first()?;
    let average = mean(&chosen.iter().map(|r| r.average).collect::<Vec<_>>());
    let marginal = mean(&chosen.iter().map(|r| r.average * r.elasticity).collect::<Vec<_>>());
    let clustered = |value: &dyn Fn(&Row) -> f64, centre: f64| {
        sum(panel.firms.iter().map(|(from, to)| {
            let total = sum((*from..*to).filter_map(own).map(|r| value(r) - centre));
            total * total
        })) / (count * count)
    };
    let gradient: Vec<f64> =
        (0..first.weights.len()).map(|j| mean(&chosen.iter().map(|r| r.average * r.weights[j]).collect::<Vec<_>>())).collect();
    let delta = covariance.map(|v| {
        let own = sum(gradient.iter().zip(v).map(|(g, row)| g * sum(gradient.iter().zip(row).map(|(h, c)| h * c))));
        (own + clustered(&|r| r.average * r.elasticity, marginal)).max(0.0).sqrt()
    });
    Some(Level {
        rows: chosen.len(),
        average,
        marginal,
        elasticity: mean(&chosen.iter().map(|r| r.elasticity).collect::<Vec<_>>()),
        average_error: clustered(&|r| r.average, average).sqrt(),
        marginal_error_delta: delta,
        marginal_error_bootstrap: bootstrap.filter(|b| b.is_finite()),
    })
}

/// What uncertainty there is: covariances of the two sets of coefficients and the spread of the figures over draws.
pub(super) struct Spread {
    pub covariances: [Vec<Vec<f64>>; 2],
    pub figures: [f64; 4],
}

pub(super) fn product(panel: &Panel, spec: &Spec, levels: &Levels, theta: &Pair, spread: Option<&Spread>) -> MarginalProduct {
    let all = rows(panel, spec, levels, theta);
    let of = |with: bool| {
        let place = usize::from(with);
        level(panel, &all, with, spread.map(|s| s.covariances[place].as_slice()), spread.map(|s| s.figures[place]))
    };
    let (average, marginal, firms) = changes(panel, &all);
    let errors = spread.map(|s| [s.figures[2], s.figures[3]]).filter(|e| e.iter().all(|v| v.is_finite()));
    let reach = normal_quantile(0.5 + spec.confidence / 2.0);
    let around = |value: f64, error: f64| [value - reach * error, value + reach * error];
    let intervals = errors.map(|e| [around(average, e[0]), around(marginal, e[1])]);
    let clear = intervals.is_some_and(|i| i.iter().all(|[low, high]| *low > 0.0 || *high < 0.0));
    let reading = match (clear, average > 0.0, marginal > 0.0) {
        (false, _, _) => "undetermined",
        (true, true, true) => "inclusive",
        (true, true, false) => "extractive",
        (true, false, false) => "falling",
        (true, false, true) => "mixed",
    };
    let change = (firms > 0).then_some(Change { firms, average, marginal, errors, intervals, reading });
    MarginalProduct { before: of(false), after: of(true), change, firms: by_firm(panel, &all) }
}

fn by_firm(panel: &Panel, all: &[Option<Row>]) -> Vec<Firm> {
    (panel.firms.iter())
        .map(|(from, to)| {
            let of = |value: &dyn Fn(&Row) -> f64| {
                [false, true].map(|with| {
                    let values: Vec<f64> = all[*from..*to].iter().flatten().filter(|r| r.with == with).map(value).collect();
                    (!values.is_empty()).then(|| mean(&values))
                })
            };
            Firm { row: panel.rows[*from] + 1, average: of(&|r| r.average), marginal: of(&|r| r.average * r.elasticity) }
        })
        .collect()
}
