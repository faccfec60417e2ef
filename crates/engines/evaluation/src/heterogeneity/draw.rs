//! Drawing clusters, units or rows anew, and the tables that come of it.

use std::cmp::Ordering;

use crate::discontinuity::{Bandwidths, Given, Widths};
use crate::frame::{Column, Frame};
use crate::headline::{Headline, Method};
use crate::notice::Refusal;
use crate::random::Stream;

/// The column of what was drawn, each draw another; and that of units within it.
const DRAWN: &str = "\u{1}drawn";
const UNIT: &str = "\u{1}unit";

/// What is drawn, and which rows each holds.
pub(super) struct Sampler {
    pub what: &'static str,
    pub count: usize,
    pub members: Vec<Vec<usize>>,
    /// Each row's unit, where units have to stay apart within clusters.
    units: Option<(Vec<u32>, usize)>,
}

/// The rows of a frame in another order, some of them several times.
pub(super) fn gather(frame: &Frame, rows: &[usize]) -> Result<Frame, Refusal> {
    frame.columns().try_fold(Frame::new(), |built, (name, column)| {
        let taken = match column {
            Column::Number(values) => Column::Number(rows.iter().map(|r| values[*r]).collect()),
            Column::Name { codes, levels } => Column::Name { codes: rows.iter().map(|r| codes[*r]).collect(), levels: levels.clone() },
        };
        built.with(name, taken)
    })
}

/// The rows in the order of what they hold, the named column first: what a draw picks does not depend on the order of the table.
fn canonical(frame: &Frame, first: Option<&String>) -> Result<Vec<usize>, Refusal> {
    let mut columns: Vec<&Column> = first.map(|name| frame.column(name)).transpose()?.into_iter().collect();
    let mut others: Vec<(&str, &Column)> = frame.columns().collect();
    others.sort_unstable_by_key(|(name, _)| *name);
    columns.extend(others.into_iter().map(|(_, column)| column));
    let mut rows: Vec<usize> = (0..frame.rows()).collect();
    rows.sort_by(|a, b| columns.iter().map(|column| compared(column, *a, *b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal));
    Ok(rows)
}

fn compared(column: &Column, a: usize, b: usize) -> Ordering {
    match column {
        Column::Number(values) => values[a].total_cmp(&values[b]),
        Column::Name { codes, levels } => levels.get(codes[a] as usize).cmp(&levels.get(codes[b] as usize)),
    }
}

impl Sampler {
    /// By the clusters of the method, the units of its panel, or rows.
    pub(super) fn new(frame: &Frame, method: &Method) -> Result<Self, Refusal> {
        let (cluster, unit) = match method {
            Method::LeastSquares(ask) => (ask.spec.clusters.first().cloned(), None),
            Method::Discontinuity(spec) => (spec.cluster.clone(), None),
            Method::Difference(spec) => (spec.cluster.clone(), spec.unit.clone()),
            Method::Balancing(_) => (None, None),
        };
        let by = cluster.as_ref().or(unit.as_ref());
        let what = match (&cluster, &unit) {
            (Some(_), _) => "clusters",
            (None, Some(_)) => "units",
            (None, None) => "rows",
        };
        let order = canonical(frame, by)?;
        let members = match by {
            None => order.into_iter().map(|row| vec![row]).collect(),
            Some(column) => {
                let whole = frame.column(column)?;
                let rows: Vec<usize> = order.into_iter().filter(|row| !whole.missing(*row)).collect();
                let (codes, count) = frame.groups(column, &rows)?;
                let mut members = vec![Vec::new(); count];
                rows.iter().zip(codes).for_each(|(row, code)| members[code as usize].push(*row));
                members
            }
        };
        let units = match unit {
            None => None,
            Some(column) => {
                let rows: Vec<usize> = (0..frame.rows()).collect();
                Some(frame.groups(&column, &rows)?)
            }
        };
        Ok(Self { what, count: members.len(), members, units })
    }

    /// As many as there are, with replacement.
    pub(super) fn pick(&self, stream: &mut Stream) -> Vec<usize> {
        (0..self.count).map(|_| stream.below(self.count)).collect()
    }

    /// The rows of a group among what was picked, with columns that tell the picks apart.
    pub(super) fn table(&self, frame: &Frame, picked: &[usize], inside: &[bool]) -> Result<Frame, Refusal> {
        let (mut rows, mut drawn, mut unit) = (Vec::new(), Vec::new(), Vec::new());
        for (at, member) in picked.iter().enumerate() {
            for row in self.members[*member].iter().filter(|row| inside[**row]) {
                rows.push(*row);
                drawn.push(at as f64);
                if let Some((codes, count)) = &self.units {
                    unit.push((at * count) as f64 + f64::from(codes[*row]));
                }
            }
        }
        let table = gather(frame, &rows)?.with(DRAWN, Column::Number(drawn))?;
        if self.units.is_some() { table.with(UNIT, Column::Number(unit)) } else { Ok(table) }
    }

    /// The method for a drawn table: its clusters and units are those drawn, bandwidths stay as they were found, nothing is drawn within.
    pub(super) fn method(&self, method: &Method, found: &Headline) -> Method {
        match method {
            Method::LeastSquares(ask) => {
                let mut ask = ask.clone();
                ask.spec.wild = None;
                if let Some(first) = ask.spec.clusters.first_mut() {
                    DRAWN.clone_into(first);
                }
                Method::LeastSquares(ask)
            }
            Method::Discontinuity(spec) => {
                let mut spec = spec.clone();
                if let Some(Bandwidths { h, b }) = found.bandwidths {
                    let two = |w: Widths| Some(Given::Two([w.left, w.right]));
                    (spec.bandwidth, spec.bias_bandwidth, spec.ratio) = (two(h), two(b), None);
                }
                spec.cluster = spec.cluster.as_ref().map(|_| DRAWN.to_owned());
                Method::Discontinuity(spec)
            }
            Method::Difference(spec) => {
                let mut spec = spec.clone();
                spec.bootstrap = None;
                spec.unit = spec.unit.as_ref().map(|_| UNIT.to_owned());
                spec.cluster = spec.cluster.as_ref().map(|_| DRAWN.to_owned());
                Method::Difference(spec)
            }
            Method::Balancing(spec) => Method::Balancing(spec.clone()),
        }
    }

    /// Whether two groups of rows hold rows of one and the same cluster (unit).
    pub(super) fn shared(&self, a: &[usize], b: &[usize], rows: usize) -> bool {
        let mark = |list: &[usize]| {
            let mut inside = vec![false; rows];
            list.iter().for_each(|row| inside[*row] = true);
            inside
        };
        let (a, b) = (mark(a), mark(b));
        self.members.iter().any(|m| m.iter().any(|row| a[*row]) && m.iter().any(|row| b[*row]))
    }
}
