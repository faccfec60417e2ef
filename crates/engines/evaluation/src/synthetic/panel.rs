//! A balanced panel, units in rows and periods in columns: untreated units in the order of their names, then the treated; periods
//! ascending. The order of the table does not matter.

use crate::frame::{Column, Frame};
use crate::notice::Refusal;

/// Outcomes of units by period.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    pub units: Vec<String>,
    pub times: Vec<f64>,
    /// One row a unit.
    pub y: Vec<Vec<f64>>,
    /// The first treated period of each unit, as a place in `times`; none for the untreated.
    pub adopted: Vec<Option<usize>>,
    /// For each unit and period the row of the table.
    pub cell: Vec<Vec<usize>>,
}

/// Who was treated from when.
pub(super) enum Treatment<'a> {
    /// A column of zeros and ones by unit and period.
    Column(&'a str),
    /// These units, from this period on.
    Named(&'a [String], f64),
}

fn unit_names(frame: &Frame, name: &str, rows: &[usize]) -> Result<(Vec<u32>, Vec<String>), Refusal> {
    let (codes, count) = frame.groups(name, rows)?;
    let mut names = vec![String::new(); count];
    let column = frame.column(name)?;
    for (code, row) in codes.iter().zip(rows) {
        let text = &mut names[*code as usize];
        if text.is_empty() {
            *text = match column {
                Column::Number(values) => values[*row].to_string(),
                Column::Name { codes, levels } => levels[codes[*row] as usize].clone(),
            };
        }
    }
    Ok((codes, names))
}

/// The order of units: by number where all names are numbers, by text otherwise.
fn order_of(names: &[String]) -> Vec<usize> {
    let numbers: Option<Vec<f64>> = names.iter().map(|n| n.parse().ok()).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    match numbers {
        Some(values) => order.sort_by(|a, b| values[*a].total_cmp(&values[*b])),
        None => order.sort_by(|a, b| names[*a].cmp(&names[*b])),
    }
    order
}

impl Panel {
    pub(super) fn read(frame: &Frame, outcome: &str, unit: &str, time: &str, treatment: &Treatment<'_>) -> Result<Self, Refusal> {
        let column = match treatment {
            Treatment::Column(name) => Some(*name),
            Treatment::Named(..) => None,
        };
        let used = frame.complete([unit, time].into_iter().chain(column))?;
        let (codes, names) = unit_names(frame, unit, &used.rows)?;
        let clock = used.of(frame.numbers(time)?);
        let mut times = crate::sums::sorted(&clock);
        times.dedup();
        let mut cell = vec![vec![usize::MAX; times.len()]; names.len()];
        for ((code, t), row) in codes.iter().zip(&clock).zip(&used.rows) {
            let at = times.partition_point(|x| x < t);
            let slot = &mut cell[*code as usize][at];
            if *slot != usize::MAX {
                return Err(twice(&names[*code as usize], *t));
            }
            *slot = *row;
        }
        let values = frame.numbers(outcome)?;
        let order = order_of(&names);
        let mut panel = Self { units: Vec::new(), times, y: Vec::new(), adopted: Vec::new(), cell: Vec::new() };
        for code in order {
            let row: Vec<f64> = cell[code].iter().map(|r| values.get(*r).copied().unwrap_or(f64::NAN)).collect();
            if let Some(at) = row.iter().position(|v| v.is_nan()) {
                return Err(hole(&names[code], outcome, panel.times[at]));
            }
            panel.adopted.push(adoption(frame, treatment, &names[code], &cell[code], &panel.times)?);
            panel.units.push(names[code].clone());
            panel.y.push(row);
            panel.cell.push(cell[code].clone());
        }
        panel.checked(treatment)
    }

    fn checked(self, treatment: &Treatment<'_>) -> Result<Self, Refusal> {
        if let Treatment::Named(named, _) = treatment
            && let Some(unknown) = named.iter().find(|n| !self.units.contains(n))
        {
            return Err(Refusal::new(
                "unknown-unit",
                format!("処置された単位「{unknown}」が資料にありません。名前を確認してください。"),
                format!("the treated unit \"{unknown}\" is not in the table; check its name"),
            ));
        }
        let treated: Vec<usize> = (0..self.units.len()).filter(|i| self.adopted[*i].is_some()).collect();
        let controls = self.units.len() - treated.len();
        if treated.is_empty() || controls < 2 {
            let count = treated.len();
            return Err(Refusal::new(
                "few-units",
                format!("処置された単位が{count}、処置されない単位が{controls}です。前者は1以上、後者は2以上が必要です。"),
                format!("{count} treated and {controls} untreated units; at least one and two are needed"),
            ));
        }
        let earliest = treated.iter().filter_map(|i| self.adopted[*i]).min().unwrap_or(0);
        if earliest < 2 {
            return Err(Refusal::new(
                "few-periods",
                format!("処置前の期間が{earliest}期しかありません。2期以上が必要です。"),
                format!("there are {earliest} periods before treatment; at least two are needed"),
            ));
        }
        Ok(self)
    }

    /// Places of the untreated.
    pub(super) fn controls(&self) -> Vec<usize> {
        (0..self.units.len()).filter(|i| self.adopted[*i].is_none()).collect()
    }

    /// First treated periods that occur, each with the units that start then.
    pub(super) fn cohorts(&self) -> Vec<(usize, Vec<usize>)> {
        let mut starts: Vec<usize> = self.adopted.iter().flatten().copied().collect();
        starts.sort_unstable();
        starts.dedup();
        starts.into_iter().map(|s| (s, (0..self.units.len()).filter(|i| self.adopted[*i] == Some(s)).collect())).collect()
    }
}

fn adoption(frame: &Frame, treatment: &Treatment<'_>, unit: &str, cells: &[usize], times: &[f64]) -> Result<Option<usize>, Refusal> {
    let (name, values) = match treatment {
        Treatment::Named(named, first) => {
            let start = times.partition_point(|t| t < first);
            return Ok((named.iter().any(|n| n == unit) && start < times.len()).then_some(start));
        }
        Treatment::Column(name) => (name, frame.numbers(name)?),
    };
    let mut start = None;
    for (at, row) in cells.iter().enumerate() {
        match (values.get(*row).copied().unwrap_or(f64::NAN), start) {
            (1.0, None) => start = Some(at),
            (1.0, Some(_)) | (0.0, None) => {}
            (other, _) => {
                let time = times[at];
                return Err(Refusal::new(
                    "treatment-column",
                    format!("列「{name}」の「{unit}」{time}の値{other}は使えません。0か1とし、一度1になったら最後まで1にしてください。"),
                    format!(
                        "column \"{name}\" is {other} for \"{unit}\" in {time}; it has to be 0 or 1, and 1 from the start of treatment to the end"
                    ),
                ));
            }
        }
    }
    Ok(start)
}

fn twice(unit: &str, time: f64) -> Refusal {
    Refusal::new(
        "unit-time-twice",
        format!("「{unit}」の{time}の行が2つあります。1単位1期1行にしてください。"),
        format!("\"{unit}\" has two rows for {time}; there has to be one row a unit and period"),
    )
}

fn hole(unit: &str, outcome: &str, time: f64) -> Refusal {
    Refusal::new(
        "not-balanced",
        format!("「{unit}」の{time}に「{outcome}」がありません。全期間がそろった単位だけにするか、欠けた期間を外してください。"),
        format!("\"{unit}\" has no \"{outcome}\" in {time}; keep units that are there in all periods, or leave that period out"),
    )
}
