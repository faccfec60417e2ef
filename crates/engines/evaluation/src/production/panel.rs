//! Firms by period in an order that does not depend on the table's: by firm, then by time, each row with the place of the row one
//! period before it, if that row is there. Gaps make no lags.

use crate::frame::{Column, Frame};
use crate::notice::Refusal;

/// The rows of a panel.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub y: Vec<f64>,
    pub free: Vec<Vec<f64>>,
    pub state: Vec<Vec<f64>>,
    pub proxy: Vec<Vec<f64>>,
    pub controls: Vec<Vec<f64>>,
    pub time: Vec<f64>,
    /// The row one period before.
    pub lag: Vec<Option<usize>>,
    /// For each firm its first row and the row after its last.
    pub firms: Vec<(usize, usize)>,
    /// The row of the table for each row here.
    pub rows: Vec<usize>,
    pub dropped: usize,
}

/// The columns that make a panel.
pub(super) struct Columns<'a> {
    pub outcome: &'a str,
    pub free: &'a [String],
    pub state: &'a [String],
    pub proxy: &'a [String],
    pub controls: &'a [String],
    pub firm: &'a str,
    pub time: &'a str,
    pub also: &'a [String],
    pub step: f64,
}

/// Orders the rows by firm and time.
fn ordered(frame: &Frame, rows: &[usize], firm: &str, time: &[f64]) -> Result<Vec<usize>, Refusal> {
    let mut order = rows.to_vec();
    match frame.column(firm)? {
        Column::Number(values) => {
            order.sort_by(|a, b| values[*a].total_cmp(&values[*b]).then(time[*a].total_cmp(&time[*b])));
        }
        Column::Name { codes, levels } => {
            let text = |row: usize| levels[codes[row] as usize].as_str();
            order.sort_by(|a, b| text(*a).cmp(text(*b)).then(time[*a].total_cmp(&time[*b])));
        }
    }
    Ok(order)
}

impl Panel {
    pub(super) fn read(frame: &Frame, columns: &Columns<'_>) -> Result<Self, Refusal> {
        let lists = [columns.free, columns.state, columns.proxy, columns.controls, columns.also];
        let names =
            [columns.outcome, columns.firm, columns.time].into_iter().chain(lists.iter().flat_map(|l| l.iter().map(String::as_str)));
        let used = frame.complete(names)?;
        let time = frame.numbers(columns.time)?;
        let rows = ordered(frame, &used.rows, columns.firm, time)?;
        let (codes, _) = frame.groups(columns.firm, &rows)?;
        let of = |name: &str| -> Result<Vec<f64>, Refusal> {
            let values = frame.numbers(name)?;
            Ok(rows.iter().map(|r| values[*r]).collect())
        };
        let all = |list: &[String]| list.iter().map(|name| of(name)).collect::<Result<Vec<_>, _>>();
        let time: Vec<f64> = rows.iter().map(|r| time[*r]).collect();
        let mut lag = vec![None; rows.len()];
        let mut firms = Vec::new();
        let mut first = 0;
        for i in 0..rows.len() {
            if i > first && codes[i] != codes[i - 1] {
                firms.push((first, i));
                first = i;
            }
            if i > first && time[i] == time[i - 1] {
                let (row, firm, time) = (rows[i] + 1, columns.firm, columns.time);
                return Err(Refusal::new(
                    "firm-time-twice",
                    format!("{row}行目: 同じ「{firm}」と「{time}」の組が2行あります。1社1期1行にしてください。"),
                    format!("row {row}: the same \"{firm}\" and \"{time}\" occur twice; there has to be one row a firm and period"),
                ));
            }
            lag[i] = (first..i).rev().find(|j| (time[i] - time[*j] - columns.step).abs() <= 1e-9 * columns.step);
        }
        if !rows.is_empty() {
            firms.push((first, rows.len()));
        }
        Ok(Self {
            y: of(columns.outcome)?,
            free: all(columns.free)?,
            state: all(columns.state)?,
            proxy: all(columns.proxy)?,
            controls: all(columns.controls)?,
            time,
            lag,
            firms,
            dropped: used.dropped,
            rows,
        })
    }

    /// Rows with the row before them.
    pub(super) fn linked(&self) -> Vec<(usize, usize)> {
        self.lag.iter().enumerate().filter_map(|(i, l)| l.map(|l| (i, l))).collect()
    }

    /// The panel of the firms named by their places, each time as a firm of its own.
    pub(super) fn resampled(&self, firms: &[usize]) -> Self {
        let mut rows = Vec::new();
        let (mut lag, mut ranges) = (Vec::new(), Vec::new());
        for firm in firms {
            let (from, to) = self.firms[*firm];
            let start = rows.len();
            for i in from..to {
                lag.push(self.lag[i].map(|l| l - from + start));
                rows.push(i);
            }
            ranges.push((start, rows.len()));
        }
        let of = |values: &[f64]| -> Vec<f64> { rows.iter().map(|i| values[*i]).collect() };
        let all = |list: &[Vec<f64>]| list.iter().map(|v| of(v)).collect();
        Self {
            y: of(&self.y),
            free: all(&self.free),
            state: all(&self.state),
            proxy: all(&self.proxy),
            controls: all(&self.controls),
            time: of(&self.time),
            lag,
            firms: ranges,
            rows: rows.iter().map(|i| self.rows[*i]).collect(),
            dropped: self.dropped,
        }
    }

    /// The panel of some rows only; lags to rows that are not among them are gone.
    pub(super) fn only(&self, keep: &[bool]) -> Self {
        let mut place = vec![None; keep.len()];
        let (mut rows, mut ranges) = (Vec::new(), Vec::new());
        for (from, to) in &self.firms {
            let start = rows.len();
            for i in (*from..*to).filter(|i| keep[*i]) {
                place[i] = Some(rows.len());
                rows.push(i);
            }
            if rows.len() > start {
                ranges.push((start, rows.len()));
            }
        }
        let of = |values: &[f64]| -> Vec<f64> { rows.iter().map(|i| values[*i]).collect() };
        let all = |list: &[Vec<f64>]| list.iter().map(|v| of(v)).collect();
        Self {
            y: of(&self.y),
            free: all(&self.free),
            state: all(&self.state),
            proxy: all(&self.proxy),
            controls: all(&self.controls),
            time: of(&self.time),
            lag: rows.iter().map(|i| self.lag[*i].and_then(|l| place[l])).collect(),
            firms: ranges,
            rows: rows.iter().map(|i| self.rows[*i]).collect(),
            dropped: self.dropped,
        }
    }

    /// Whether a row is a firm's last, with periods of the panel still to come.
    pub(super) fn exits(&self) -> Vec<bool> {
        let last = self.time.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut out = vec![false; self.y.len()];
        for (_, to) in &self.firms {
            out[to - 1] = self.time[to - 1] < last;
        }
        out
    }
}

/// Every product of powers of the columns with a total degree from one to `degree`, first powers first. Columns are standardised before,
/// which changes no fit that has a constant; `raw` leaves them as they are.
pub(super) fn monomials(columns: &[&Vec<f64>], degree: usize, raw: bool) -> Vec<Vec<f64>> {
    let n = columns.first().map_or(0, |c| c.len());
    let ready: Vec<Vec<f64>> = columns.iter().map(|c| if raw { (*c).clone() } else { standardised(c) }).collect();
    let mut powers: Vec<Vec<usize>> = vec![vec![0; columns.len()]];
    let mut out = Vec::new();
    let mut from = 0;
    for _ in 0..degree {
        let to = powers.len();
        let mut next: Vec<Vec<usize>> = Vec::new();
        for power in &powers[from..to] {
            let lead = power.iter().rposition(|p| *p > 0).unwrap_or(0);
            for j in lead..columns.len() {
                let mut more = power.clone();
                more[j] += 1;
                next.push(more);
            }
        }
        from = to;
        for power in next {
            let mut column = vec![1.0; n];
            for (values, p) in ready.iter().zip(&power) {
                for _ in 0..*p {
                    column.iter_mut().zip(values).for_each(|(c, v)| *c *= v);
                }
            }
            out.push(column);
            powers.push(power);
        }
    }
    out
}

/// Less its mean, by its standard deviation; a constant column becomes zeros.
pub(super) fn standardised(values: &[f64]) -> Vec<f64> {
    let centre = crate::sums::mean(values);
    let spread = crate::sums::deviation(values);
    let spread = if spread > 1e-12 * centre.abs() && spread.is_finite() { spread } else { f64::INFINITY };
    values.iter().map(|v| (v - centre) / spread).collect()
}
