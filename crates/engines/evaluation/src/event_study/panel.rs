//! A panel with everybody's start, checked where it is read.

use std::collections::BTreeSet;

use super::{Estimator, LeftOut, Spec};
use crate::frame::Frame;
use crate::notice::Refusal;

/// Rows in use, by unit and period.
pub(super) struct Panel {
    pub y: Vec<f64>,
    pub unit: Vec<u32>,
    pub units: usize,
    /// The place of the row's period among `times`.
    pub period: Vec<usize>,
    pub times: Vec<f64>,
    /// The start; infinite for never.
    pub start: Vec<f64>,
    pub cluster: Vec<u32>,
    pub clusters: usize,
    pub covariates: Vec<Vec<f64>>,
    pub left_out: LeftOut,
    /// Whether the last cohort stands for the never treated.
    pub last_as_never: Option<f64>,
}

impl Panel {
    pub(super) fn read(frame: &Frame, spec: &Spec) -> Result<Self, Refusal> {
        let columns = [&spec.outcome, &spec.unit, &spec.time].into_iter().chain(&spec.covariates).chain(&spec.cluster);
        let used = frame.complete(columns.map(String::as_str))?;
        let (time, start, outcome) = (frame.numbers(&spec.time)?, frame.numbers(&spec.start)?, frame.numbers(&spec.outcome)?);
        let never = |s: f64| if s.is_nan() || s == 0.0 { f64::INFINITY } else { s };
        let mut left_out = LeftOut { missing: used.dropped, ..LeftOut::default() };
        let first = used.rows.iter().map(|r| time[*r]).fold(f64::INFINITY, f64::min);
        let (mut rows, mut always) = (Vec::new(), 0);
        for row in used.rows {
            if never(start[row]) - spec.anticipation <= first { always += 1 } else { rows.push(row) }
        }
        left_out.always_treated = always;
        let mut last_as_never = None;
        let latest = rows.iter().map(|r| never(start[*r])).fold(f64::NEG_INFINITY, f64::max);
        if latest.is_finite() && spec.estimator == Estimator::InteractionWeighted {
            let before = rows.len();
            rows.retain(|r| time[*r] < latest - spec.anticipation);
            left_out.no_comparison = before - rows.len();
            last_as_never = Some(latest);
        }
        if rows.is_empty() {
            return Err(Refusal::new(
                "no-untreated",
                "処置前の期間のある個体がありません（すべて最初から処置されています）。開始時点の列を確認してください。",
                "no unit has a period before its start; look at the column of starts",
            ));
        }
        let (unit, units) = frame.groups(&spec.unit, &rows)?;
        let (cluster, clusters) = match &spec.cluster {
            Some(name) => frame.groups(name, &rows)?,
            None => (unit.clone(), units),
        };
        let mut times: Vec<f64> = rows.iter().map(|r| time[*r]).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup();
        let panel = Self {
            y: rows.iter().map(|r| outcome[*r]).collect(),
            period: rows.iter().map(|r| times.partition_point(|t| *t < time[*r])).collect(),
            start: rows.iter().map(|r| never(start[*r])).map(|s| if Some(s) == last_as_never { f64::INFINITY } else { s }).collect(),
            covariates: spec
                .covariates
                .iter()
                .map(|c| frame.numbers(c).map(|values| rows.iter().map(|r| values[*r]).collect()))
                .collect::<Result<_, _>>()?,
            unit,
            units,
            times,
            cluster,
            clusters,
            left_out,
            last_as_never,
        };
        panel.check(spec)?;
        Ok(panel)
    }

    fn check(&self, spec: &Spec) -> Result<(), Refusal> {
        let mut seen = BTreeSet::new();
        let mut starts: Vec<Option<f64>> = vec![None; self.units];
        let mut owners: Vec<Option<u32>> = vec![None; self.units];
        for i in 0..self.y.len() {
            let unit = self.unit[i] as usize;
            if !seen.insert((unit, self.period[i])) {
                let at = self.times[self.period[i]];
                return Err(Refusal::new(
                    "unit-twice",
                    format!("同じ個体（列「{}」）の行が、時点 {at} に2つ以上あります。", spec.unit),
                    format!("a unit (\"{}\") has several rows in period {at}", spec.unit),
                ));
            }
            if starts[unit].replace(self.start[i]).is_some_and(|s| s != self.start[i]) {
                return Err(Refusal::new(
                    "start-changes",
                    format!("1つの個体に異なる開始時点があります（列「{}」）。", spec.start),
                    format!("a unit has several starts (\"{}\")", spec.start),
                ));
            }
            if owners[unit].replace(self.cluster[i]).is_some_and(|c| c != self.cluster[i]) {
                return Err(Refusal::new(
                    "cluster-splits-unit",
                    "1つの個体が複数のクラスターに分かれています。個体を含むクラスターを指定してください。",
                    "a unit lies in several clusters; name clusters that contain whole units",
                ));
            }
        }
        let treated = (0..self.y.len()).any(|i| self.event(i) >= 0.0);
        let untreated = (0..self.y.len()).any(|i| self.event(i) < -spec.anticipation);
        if !treated || !untreated || self.times.len() < 2 {
            return Err(Refusal::new(
                "nobody",
                "処置された行と、処置されていない行の両方が必要です（2時点以上）。開始時点の列を確認してください。",
                "there must be treated and untreated rows and two periods; look at the column of starts",
            ));
        }
        Ok(())
    }

    /// Time since the start; −∞ for never.
    pub(super) fn event(&self, i: usize) -> f64 {
        self.times[self.period[i]] - self.start[i]
    }

    pub(super) fn treated_units(&self) -> usize {
        let mut seen = vec![false; self.units];
        (0..self.y.len()).filter(|i| self.start[*i].is_finite()).for_each(|i| seen[self.unit[i] as usize] = true);
        seen.iter().filter(|s| **s).count()
    }
}
