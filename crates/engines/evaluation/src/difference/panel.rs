//! The table as an estimator of differences needs it: rows by unit and time, units by cohort, and what was left out and why.

use std::ops::Range;

use serde::Serialize;

use super::{Sampling, Spec};
use crate::frame::{Column, Frame};
use crate::notice::Refusal;

/// Units that start together.
pub(super) struct Cohort {
    /// When they start; infinite for the never treated.
    pub start: f64,
    /// Which units they are.
    pub units: Range<usize>,
}

/// Rows in order of unit and time.
pub(super) struct Panel {
    pub times: Vec<f64>,
    /// Ascending by start, the never treated last.
    pub cohorts: Vec<Cohort>,
    pub y: Vec<f64>,
    pub time: Vec<u32>,
    pub weights: Vec<f64>,
    pub covariates: Vec<Vec<f64>>,
    /// Unit `u` has the rows `first[u]..first[u + 1]`.
    pub first: Vec<usize>,
    /// The cluster of each unit and how many there are.
    pub clusters: Option<(Vec<u32>, usize)>,
    /// Whether every unit has one row for every time.
    pub balanced: bool,
    pub left_out: LeftOut,
}

/// What was left out before estimating.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Rows with something missing.
    pub incomplete_rows: usize,
    /// Units without a row in every period, left out to balance the panel.
    pub unbalanced_units: usize,
    /// Units treated before there is a clean period to compare with.
    pub always_treated_units: usize,
    /// Periods left out because nobody is untreated in them any more.
    pub fully_treated_periods: usize,
}

impl Panel {
    /// Rows of a unit.
    pub(super) fn rows(&self, unit: usize) -> Range<usize> {
        self.first[unit]..self.first[unit + 1]
    }

    /// A unit's weight when cohorts are averaged: that of its first period in a balanced panel, else the mean over its rows.
    pub(super) fn unit_weight(&self, unit: usize) -> f64 {
        let rows = self.rows(unit);
        if self.balanced { self.weights[rows.start] } else { crate::sums::mean(&self.weights[rows]) }
    }

    /// Whether no unit's weight changes over time.
    pub(super) fn weights_constant(&self) -> bool {
        (0..self.units()).all(|unit| self.weights[self.rows(unit)].windows(2).all(|w| w[0].to_bits() == w[1].to_bits()))
    }

    /// How many units.
    pub(super) const fn units(&self) -> usize {
        self.first.len() - 1
    }
}

/// What is read of a row before rows are put in order.
struct Raw {
    row: usize,
    unit: u32,
    time: f64,
    start: f64,
}

/// Reads and checks the table.
pub(super) fn read(frame: &Frame, spec: &Spec) -> Result<Panel, Refusal> {
    let mut left_out = LeftOut::default();
    let mut raw = raw_rows(frame, spec, &mut left_out)?;
    start_is_constant(&raw, spec)?;
    let last = raw.iter().map(|r| r.time).fold(f64::NEG_INFINITY, f64::max);
    // Who starts so late that not even anticipation falls into the periods is as good as never treated.
    raw.iter_mut().filter(|r| r.start > last + spec.anticipation).for_each(|r| r.start = f64::INFINITY);
    drop_fully_treated(&mut raw, spec, &mut left_out);
    drop_always_treated(&mut raw, spec, &mut left_out);
    if spec.sampling == Sampling::Balanced {
        // Balancing may take the last of the never treated.
        balance(&mut raw, &mut left_out);
        drop_fully_treated(&mut raw, spec, &mut left_out);
        drop_always_treated(&mut raw, spec, &mut left_out);
    }
    if raw.is_empty() {
        return Err(Refusal::new(
            "no-units",
            "使える個体が残りません。開始時点と対象期間を確認し、全時点がそろわない個体が多いときは `sampling` を `unbalanced` にしてください。",
            "no unit is left; look at the starts and the periods, and set `sampling` to `unbalanced` if few units are observed in every one",
        ));
    }
    let times = periods(&raw);
    if times.len() < 2 {
        return Err(Refusal::new(
            "one-period",
            "比較できる時点が2つ以上ありません。処置前と処置後の両方の時点を含めてください。",
            "fewer than two periods are left; the table needs periods before and after the treatment",
        ));
    }
    let units = order(frame, spec, raw, &times)?;
    assemble(frame, spec, units, times, left_out)
}

fn periods(raw: &[Raw]) -> Vec<f64> {
    let mut times: Vec<f64> = raw.iter().map(|r| r.time).collect();
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    times
}

/// Leaves out units that have not one row for every period. Rows of one unit and time are counted as they come: the order finds them.
fn balance(raw: &mut Vec<Raw>, left_out: &mut LeftOut) {
    let periods = periods(raw).len();
    let mut rows = vec![0_usize; raw.iter().map(|r| r.unit as usize + 1).max().unwrap_or(0)];
    raw.iter().for_each(|r| rows[r.unit as usize] += 1);
    left_out.unbalanced_units += rows.iter().filter(|rows| (1..periods).contains(*rows)).count();
    raw.retain(|r| rows[r.unit as usize] >= periods);
}

fn raw_rows(frame: &Frame, spec: &Spec, left_out: &mut LeftOut) -> Result<Vec<Raw>, Refusal> {
    let columns =
        [&spec.outcome, &spec.time].into_iter().chain(&spec.unit).chain(&spec.covariates).chain(&spec.weights).chain(&spec.cluster);
    let used = frame.complete(columns.map(String::as_str))?;
    left_out.incomplete_rows = used.dropped;
    let (times, starts) = (frame.numbers(&spec.time)?, frame.numbers(&spec.start)?);
    let units = match (&spec.unit, spec.sampling) {
        (_, Sampling::CrossSections) => None,
        (Some(unit), _) => Some(frame.groups(unit, &used.rows)?.0),
        (None, Sampling::Balanced | Sampling::Unbalanced) => {
            return Err(Refusal::new(
                "no-unit",
                "パネルには個体（企業など）の列が要ります。`unit` を指定するか、`sampling` を `cross-sections` にしてください。",
                "a panel needs the column that names its units; give `unit`, or set `sampling` to `cross-sections`",
            ));
        }
    };
    if let Some(name) = &spec.weights {
        let weights = frame.numbers(name)?;
        if let Some(row) = used.rows.iter().find(|row| weights[**row] < 0.0) {
            let row = row + 1;
            return Err(Refusal::new(
                "negative-weight",
                format!("重み「{name}」の{row}行目が負です。0以上にしてください。"),
                format!("weight \"{name}\", row {row} is negative; weights must not be"),
            ));
        }
    }
    // Empty or 0 in the column of starts is the peers' sign of the never treated.
    let start = |row: usize| Some(starts[row]).filter(|s| *s != 0.0 && !s.is_nan()).unwrap_or(f64::INFINITY);
    let unit = |at: usize| units.as_ref().map_or(at as u32, |units| units[at]);
    Ok(used.rows.iter().enumerate().map(|(at, row)| Raw { row: *row, unit: unit(at), time: times[*row], start: start(*row) }).collect())
}

fn start_is_constant(raw: &[Raw], spec: &Spec) -> Result<(), Refusal> {
    let units = raw.iter().map(|r| r.unit as usize + 1).max().unwrap_or(0);
    let mut known = vec![f64::NAN; units];
    for r in raw {
        let start = &mut known[r.unit as usize];
        if start.is_nan() {
            *start = r.start;
        } else if start.to_bits() != r.start.to_bits() {
            let (column, row) = (&spec.start, r.row + 1);
            return Err(Refusal::new(
                "start-changes",
                format!("「{column}」（処置の開始時点）が同じ個体の中で変わっています（{row}行目）。個体ごとに1つの値にしてください。"),
                format!("\"{column}\", the start of treatment, changes within a unit (row {row}); give each unit one start"),
            ));
        }
    }
    Ok(())
}

/// Without a never treated cohort, the last one is the comparison until it starts, and what comes after has none.
fn drop_fully_treated(raw: &mut Vec<Raw>, spec: &Spec, left_out: &mut LeftOut) {
    if raw.iter().any(|r| r.start.is_infinite()) {
        return;
    }
    let last = raw.iter().map(|r| r.start).fold(f64::NEG_INFINITY, f64::max);
    let mut gone: Vec<f64> = raw.iter().map(|r| r.time).filter(|t| *t >= last - spec.anticipation).collect();
    gone.sort_unstable_by(f64::total_cmp);
    gone.dedup();
    left_out.fully_treated_periods += gone.len();
    raw.retain(|r| r.time < last - spec.anticipation);
    raw.iter_mut().filter(|r| r.start >= last).for_each(|r| r.start = f64::INFINITY);
}

fn drop_always_treated(raw: &mut Vec<Raw>, spec: &Spec, left_out: &mut LeftOut) {
    let first = raw.iter().map(|r| r.time).fold(f64::INFINITY, f64::min);
    let mut gone: Vec<u32> = raw.iter().filter(|r| r.start <= first + spec.anticipation).map(|r| r.unit).collect();
    gone.sort_unstable();
    gone.dedup();
    left_out.always_treated_units += gone.len();
    raw.retain(|r| r.start > first + spec.anticipation);
}

/// A unit with its rows of the frame in order of time.
struct Unit {
    start: f64,
    rows: Vec<(u32, usize)>,
}

fn order(frame: &Frame, spec: &Spec, raw: Vec<Raw>, times: &[f64]) -> Result<Vec<Unit>, Refusal> {
    let count = raw.iter().map(|r| r.unit as usize + 1).max().unwrap_or(0);
    let mut units: Vec<Unit> = (0..count).map(|_| Unit { start: f64::NAN, rows: Vec::new() }).collect();
    for r in raw {
        let time = times.partition_point(|t| *t < r.time) as u32;
        let unit = &mut units[r.unit as usize];
        unit.start = r.start;
        unit.rows.push((time, r.row));
    }
    units.retain(|unit| !unit.rows.is_empty());
    for unit in &mut units {
        unit.rows.sort_unstable();
        if let Some(twice) = unit.rows.windows(2).find(|w| w[0].0 == w[1].0) {
            let (a, b) = (twice[0].1 + 1, twice[1].1 + 1);
            return Err(Refusal::new(
                "row-twice",
                format!(
                    "同じ個体・同じ時点の行が2つあります（{a}行目と{b}行目）。1つにするか、`sampling` を `cross-sections` にしてください。"
                ),
                format!("rows {a} and {b} are of one unit at one time; keep one, or set `sampling` to `cross-sections`"),
            ));
        }
    }
    sort_units(frame, spec, &mut units)?;
    Ok(units)
}

/// By start and then by the unit's own name or number, so that random draws do not depend on the order of the rows.
fn sort_units(frame: &Frame, spec: &Spec, units: &mut [Unit]) -> Result<(), Refusal> {
    let first = |unit: &Unit| unit.rows[0].1;
    let column = match &spec.unit {
        Some(name) if spec.sampling != Sampling::CrossSections => frame.column(name)?,
        _ => {
            let outcome = frame.numbers(&spec.outcome)?;
            units.sort_by(|a, b| {
                let key = |u: &Unit| outcome[first(u)];
                a.start.total_cmp(&b.start).then(a.rows[0].0.cmp(&b.rows[0].0)).then(key(a).total_cmp(&key(b)))
            });
            return Ok(());
        }
    };
    units.sort_by(|a, b| {
        let by_name = match column {
            Column::Number(values) => values[first(a)].total_cmp(&values[first(b)]),
            Column::Name { codes, levels } => levels[codes[first(a)] as usize].cmp(&levels[codes[first(b)] as usize]),
        };
        a.start.total_cmp(&b.start).then(by_name)
    });
    Ok(())
}

fn assemble(frame: &Frame, spec: &Spec, units: Vec<Unit>, times: Vec<f64>, left_out: LeftOut) -> Result<Panel, Refusal> {
    let rows: Vec<usize> = units.iter().flat_map(|unit| unit.rows.iter().map(|(_, row)| *row)).collect();
    let take = |name: &String| frame.numbers(name).map(|values| rows.iter().map(|row| values[*row]).collect::<Vec<f64>>());
    let mut first = vec![0];
    let mut cohorts: Vec<Cohort> = Vec::new();
    for (u, unit) in units.iter().enumerate() {
        first.push(first[u] + unit.rows.len());
        match cohorts.last_mut() {
            Some(cohort) if cohort.start.to_bits() == unit.start.to_bits() => cohort.units.end = u + 1,
            _ => cohorts.push(Cohort { start: unit.start, units: u..u + 1 }),
        }
    }
    if cohorts.iter().all(|cohort| cohort.start.is_infinite()) {
        let column = &spec.start;
        return Err(Refusal::new(
            "no-treated",
            format!("処置を受けた個体が残りません。「{column}」（開始時点）と対象期間を確認してください。"),
            format!("no treated unit is left; look at \"{column}\" (start of treatment) and at the periods"),
        ));
    }
    Ok(Panel {
        y: take(&spec.outcome)?,
        time: units.iter().flat_map(|unit| unit.rows.iter().map(|(time, _)| *time)).collect(),
        weights: spec.weights.as_ref().map_or_else(|| Ok(vec![1.0; rows.len()]), take)?,
        covariates: spec.covariates.iter().map(take).collect::<Result<_, _>>()?,
        clusters: clusters(frame, spec, &rows, &first)?,
        balanced: units.iter().all(|unit| unit.rows.len() == times.len()) && spec.sampling != Sampling::CrossSections,
        times,
        cohorts,
        first,
        left_out,
    })
}

fn clusters(frame: &Frame, spec: &Spec, rows: &[usize], first: &[usize]) -> Result<Option<(Vec<u32>, usize)>, Refusal> {
    let Some(name) = spec.cluster.as_ref().filter(|name| Some(*name) != spec.unit.as_ref()) else { return Ok(None) };
    let (codes, count) = frame.groups(name, rows)?;
    let of_unit = |w: &[usize]| {
        let codes = &codes[w[0]..w[1]];
        if codes.iter().any(|code| *code != codes[0]) {
            let row = rows[w[0]] + 1;
            return Err(Refusal::new(
                "cluster-changes",
                format!("クラスター「{name}」が同じ個体の中で変わっています（{row}行目の個体）。個体を含む単位にしてください。"),
                format!("cluster \"{name}\" changes within a unit (the unit of row {row}); clusters must contain whole units"),
            ));
        }
        Ok(codes[0])
    };
    Ok(Some((first.windows(2).map(of_unit).collect::<Result<_, _>>()?, count)))
}
