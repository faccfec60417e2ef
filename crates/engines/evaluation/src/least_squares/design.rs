//! Which rows take part, and what stands in the columns of the regression: read from the source block by block, never held as a whole.

use std::borrow::Cow;
use std::sync::Arc;

use super::sample::{compact, crossed, nobody};
use super::source::{Groups, Source};
use super::spec::{Spec, WeightKind};
use super::terms::{self, Factor, Term};
use crate::frame::Column;
use crate::maths;
use crate::notice::Refusal;

/// A column of the regression.
#[derive(Debug, Clone)]
enum Cell {
    One,
    Product(Vec<Placed>),
    /// Whether the row is of a level of a factor, times a product.
    Level {
        factor: usize,
        code: u32,
        by: Vec<Placed>,
    },
}

/// A factor of a product by the place of its column among those that are read.
#[derive(Debug, Clone, Copy)]
struct Placed {
    column: usize,
    log: bool,
    power: usize,
}

/// Rows left out, and why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Dropped {
    /// Something that is needed is missing.
    pub missing: usize,
    /// The weight is zero.
    pub zero_weight: usize,
    /// Alone in a level of a fixed effect.
    pub singletons: usize,
}

/// A dimension of groups: for each row of the source its group, [`Column::MISSING`] where the row takes no part.
#[derive(Debug, Clone)]
pub(super) struct Dimension {
    pub(super) name: String,
    /// Shared by an effect and the clusters of the same column.
    pub(super) codes: Arc<Vec<u32>>,
    pub(super) count: usize,
}

/// What is regressed on what, over which rows.
pub(super) struct Design<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) blocks: Vec<std::ops::Range<usize>>,
    pub(super) columns: Vec<String>,
    /// Columns whose logarithm is taken.
    pub(super) logs: Vec<usize>,
    pub(super) weight: Option<usize>,
    pub(super) weight_kind: WeightKind,
    pub(super) factors: Vec<Groups>,
    cells: Vec<Cell>,
    pub(super) names: Vec<String>,
    /// How many of the columns behind the outcome are regressors; the instruments follow.
    pub(super) regressors: usize,
    /// How many of the regressors, the last ones, are endogenous.
    pub(super) endogenous: usize,
    pub(super) keep: Vec<bool>,
    pub(super) rows: usize,
    pub(super) dropped: Dropped,
    pub(super) effects: Vec<Dimension>,
    pub(super) clusters: Vec<Dimension>,
    pub(super) shift: Vec<f64>,
}

/// The rows of a block that take part: their columns, their weights, and which rows they are.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<Vec<f64>>,
    /// Empty when every weight is one.
    pub(super) weights: Vec<f64>,
    pub(super) rows: Vec<u32>,
}

impl Rows {
    pub(super) fn weight(&self, i: usize) -> f64 {
        self.weights.get(i).copied().unwrap_or(1.0)
    }
}

impl<'a> Design<'a> {
    /// Reads what a specification asks for.
    pub(super) fn new(source: &'a dyn Source, spec: &Spec) -> Result<Self, Refusal> {
        if source.rows() >= Column::MISSING as usize {
            return Err(Refusal::new(
                "too-many-rows",
                "行が多すぎます（約42億行まで）。",
                "there are too many rows (at most about 4.2 billion)",
            ));
        }
        let mut design = Self {
            source,
            blocks: source.blocks(),
            columns: Vec::new(),
            logs: Vec::new(),
            weight: None,
            weight_kind: spec.weight_kind,
            factors: Vec::new(),
            cells: Vec::new(),
            names: Vec::new(),
            regressors: 0,
            endogenous: 0,
            keep: vec![true; source.rows()],
            rows: 0,
            dropped: Dropped::default(),
            effects: Vec::new(),
            clusters: Vec::new(),
            shift: Vec::new(),
        };
        let levels = design.lay_out(spec)?;
        let effects = spec.fixed_effects.iter().map(|name| crossed(source, name)).collect::<Result<Vec<_>, _>>()?;
        let apart: Vec<&String> = spec.clusters.iter().filter(|name| !spec.fixed_effects.contains(name)).collect();
        let clusters = apart.iter().map(|name| crossed(source, name)).collect::<Result<Vec<_>, _>>()?;
        design.choose_rows(&effects.iter().chain(&clusters).collect::<Vec<_>>())?;
        design.drop_singletons(&effects, spec.singletons);
        if design.rows == 0 {
            return Err(nobody(&design.dropped));
        }
        design.name_levels(levels)?;
        let dimension = |name: &String, groups: Groups| compact(name, groups, &design.keep);
        let effects: Vec<Dimension> = spec.fixed_effects.iter().zip(effects).map(|(name, groups)| dimension(name, groups)).collect();
        let apart: Vec<Dimension> = apart.into_iter().zip(clusters).map(|(name, groups)| dimension(name, groups)).collect();
        let known = |name: &String| effects.iter().chain(&apart).find(|d| d.name == *name).cloned();
        let clusters = spec.clusters.iter().filter_map(known).collect();
        (design.effects, design.clusters) = (effects, clusters);
        design.centre()?;
        Ok(design)
    }

    /// The columns in their order: outcome, intercept, regressors, endogenous regressors, instruments. Indicators of levels are laid out
    /// when it is known which rows take part; they are given back with the place where they belong.
    fn lay_out(&mut self, spec: &Spec) -> Result<Vec<(Term, Part)>, Refusal> {
        let outcome = terms::parse(&spec.outcome, self.source)?;
        let [Term::Product(factors)] = outcome.as_slice() else {
            return Err(Refusal::new("outcome", "結果の列は1つだけ指定してください。", "name one column as the outcome"));
        };
        let cell = Cell::Product(self.place(factors));
        (self.cells, self.names) = (vec![cell], vec![terms::name(factors)]);
        if spec.fixed_effects.is_empty() && spec.intercept {
            self.cells.push(Cell::One);
            self.names.push("Intercept".to_owned());
            self.regressors = 1;
        }
        let mut list = Vec::new();
        let parts = [(&spec.regressors, Part::Exogenous), (&spec.endogenous, Part::Endogenous), (&spec.instruments, Part::Instrument)];
        for (texts, part) in parts {
            for text in texts {
                let terms = terms::parse(text, self.source)?;
                for term in &terms {
                    self.read_term(term)?;
                }
                list.extend(terms.into_iter().map(|term| (term, part)));
            }
        }
        if let Some(name) = &spec.weights {
            if !self.source.is_number(name)? {
                return Err(Refusal::new(
                    "not-numbers",
                    format!("重みの列「{name}」が数値ではありません。"),
                    format!("the weights \"{name}\" are not numbers"),
                ));
            }
            self.weight = Some(self.column(name));
        }
        Ok(list)
    }

    /// Makes sure that the columns of a term are read.
    fn read_term(&mut self, term: &Term) -> Result<(), Refusal> {
        match term {
            Term::Product(factors) => drop(self.place(factors)),
            Term::Levels { column, by, .. } => {
                self.place(by);
                let groups = self.source.groups(column)?;
                self.factors.push(groups);
            }
        }
        Ok(())
    }

    fn column(&mut self, name: &str) -> usize {
        if let Some(at) = self.columns.iter().position(|known| known == name) {
            return at;
        }
        self.columns.push(name.to_owned());
        self.columns.len() - 1
    }

    fn place(&mut self, factors: &[Factor]) -> Vec<Placed> {
        let mut placed = Vec::with_capacity(factors.len());
        for f in factors {
            let column = self.column(&f.column);
            if f.log && !self.logs.contains(&column) {
                self.logs.push(column);
            }
            placed.push(Placed { column, log: f.log, power: f.power });
        }
        placed
    }

    /// Adds the columns of the terms, now that it is known which levels there are.
    fn name_levels(&mut self, list: Vec<(Term, Part)>) -> Result<(), Refusal> {
        let mut factor = 0;
        for (term, part) in list {
            let before = self.cells.len();
            match term {
                Term::Product(factors) => {
                    let cell = Cell::Product(self.place(&factors));
                    self.add(cell, terms::name(&factors));
                }
                Term::Levels { column, by, reference } => {
                    self.add_levels(factor, &column, &by, reference.as_deref())?;
                    factor += 1;
                }
            }
            let added = self.cells.len() - before;
            match part {
                Part::Exogenous => self.regressors += added,
                Part::Endogenous => (self.regressors, self.endogenous) = (self.regressors + added, self.endogenous + added),
                Part::Instrument => {}
            }
        }
        Ok(())
    }

    /// A column said twice counts once.
    fn add(&mut self, cell: Cell, name: String) {
        self.cells.push(cell);
        self.names.push(name);
    }

    fn add_levels(&mut self, factor: usize, column: &str, by: &[Factor], reference: Option<&str>) -> Result<(), Refusal> {
        let groups = &self.factors[factor];
        let mut there = vec![false; groups.count()];
        self.keep.iter().zip(&groups.codes).filter(|(keep, _)| **keep).for_each(|(_, code)| there[*code as usize] = true);
        let order: Vec<usize> = groups.ordered().into_iter().filter(|level| there[*level]).collect();
        let labels: Vec<String> = order.iter().map(|level| groups.label(*level)).collect();
        let left_out = match reference {
            None => labels.first().cloned(),
            Some(wanted) if labels.iter().any(|l| l == wanted) => Some(wanted.to_owned()),
            Some(wanted) => {
                let known = labels.iter().take(20).cloned().collect::<Vec<_>>().join(", ");
                return Err(Refusal::new(
                    "no-level",
                    format!("列「{column}」に、基準とする水準「{wanted}」がありません。ある水準: {known}"),
                    format!("column \"{column}\" has no level \"{wanted}\" to refer to; its levels are: {known}"),
                ));
            }
        };
        if labels.len() > 2_000 {
            let n = labels.len();
            return Err(Refusal::new(
                "too-many-levels",
                format!("列「{column}」の水準が{n}個あります。指標にせず、固定効果として吸収してください。"),
                format!("column \"{column}\" has {n} levels; absorb it as a fixed effect instead"),
            ));
        }
        let by_name = if by.is_empty() { String::new() } else { format!(":{}", terms::name(by)) };
        let by = self.place(by);
        for (level, label) in order.into_iter().zip(labels) {
            if left_out.as_deref() != Some(label.as_str()) {
                let code = u32::try_from(level).unwrap_or(Column::MISSING);
                self.add(Cell::Level { factor, code, by: by.clone() }, format!("{column}::{label}{by_name}"));
            }
        }
        Ok(())
    }

    pub(super) fn read(&self, block: usize) -> Result<Vec<Cow<'_, [f64]>>, Refusal> {
        let names: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        self.source.numbers(block, &names)
    }

    /// Takes the mean of the first block that has rows from every column, so that large levels do not eat digits. What is absorbed, or an
    /// intercept, takes the rest; without either nothing is taken.
    fn centre(&mut self) -> Result<(), Refusal> {
        self.shift = vec![0.0; self.cells.len()];
        if self.effects.is_empty() && !self.has_intercept() {
            return Ok(());
        }
        for block in 0..self.blocks.len() {
            let rows = self.rows(block)?;
            if !rows.rows.is_empty() {
                let mean = |(cell, column): (&Cell, &Vec<f64>)| if matches!(cell, Cell::One) { 0.0 } else { crate::sums::mean(column) };
                self.shift = self.cells.iter().zip(&rows.columns).map(mean).collect();
                break;
            }
        }
        Ok(())
    }

    pub(super) fn has_intercept(&self) -> bool {
        matches!(self.cells.get(1), Some(Cell::One))
    }

    /// How far each column was shifted.
    pub(super) fn shift(&self) -> &[f64] {
        &self.shift
    }

    /// How many columns there are: outcome, regressors, instruments.
    pub(super) fn width(&self) -> usize {
        self.cells.len()
    }

    /// The rows of a block that take part, shifted.
    pub(super) fn rows(&self, block: usize) -> Result<Rows, Refusal> {
        let range = self.blocks[block].clone();
        let source = self.read(block)?;
        let rows: Vec<u32> = range.clone().filter(|row| self.keep[*row]).map(|row| row as u32).collect();
        let whole = rows.len() == range.len();
        let taken: Vec<Cow<'_, [f64]>> = if whole {
            source
        } else {
            let pick = |column: &Cow<'_, [f64]>| Cow::Owned(rows.iter().map(|row| column[*row as usize - range.start]).collect());
            source.iter().map(pick).collect()
        };
        let columns =
            self.cells.iter().enumerate().map(|(at, cell)| self.fill(cell, &taken, &rows, self.shift.get(at).copied().unwrap_or(0.0)));
        let columns = columns.collect();
        let weights = self.weight.map(|at| taken[at].to_vec()).unwrap_or_default();
        Ok(Rows { columns, weights, rows })
    }

    /// The same design without one cluster.
    pub(super) fn without(&self, dimension: &Dimension, cluster: u32) -> Self {
        let keep: Vec<bool> = self.keep.iter().zip(dimension.codes.iter()).map(|(keep, code)| *keep && *code != cluster).collect();
        let again = |d: &Dimension| {
            let keys = Groups { codes: d.codes.to_vec(), keys: super::source::Keys::Numbers(vec![0.0; d.count]) };
            compact(&d.name, keys, &keep)
        };
        Self {
            source: self.source,
            blocks: self.blocks.clone(),
            columns: self.columns.clone(),
            logs: self.logs.clone(),
            weight: self.weight,
            weight_kind: self.weight_kind,
            factors: self.factors.clone(),
            cells: self.cells.clone(),
            names: self.names.clone(),
            regressors: self.regressors,
            endogenous: self.endogenous,
            rows: keep.iter().filter(|keep| **keep).count(),
            dropped: self.dropped,
            effects: self.effects.iter().map(again).collect(),
            clusters: Vec::new(),
            shift: self.shift.clone(),
            keep,
        }
    }

    fn fill(&self, cell: &Cell, taken: &[Cow<'_, [f64]>], rows: &[u32], shift: f64) -> Vec<f64> {
        match cell {
            Cell::One => vec![1.0; rows.len()],
            Cell::Product(factors) => match factors.as_slice() {
                [Placed { column, log: false, power: 1 }] => taken[*column].iter().map(|v| v - shift).collect(),
                factors => (0..rows.len()).map(|i| product(factors, taken, i) - shift).collect(),
            },
            Cell::Level { factor, code, by } => {
                let codes = &self.factors[*factor].codes;
                let value = |(i, row): (usize, &u32)| if codes[*row as usize] == *code { product(by, taken, i) } else { 0.0 };
                rows.iter().enumerate().map(|each| value(each) - shift).collect()
            }
        }
    }
}

/// What part a term plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Exogenous,
    Endogenous,
    Instrument,
}

fn product(factors: &[Placed], columns: &[Cow<'_, [f64]>], row: usize) -> f64 {
    factors.iter().fold(1.0, |product, factor| {
        let value = columns[factor.column][row];
        product * maths::powi(if factor.log { maths::ln(value) } else { value }, factor.power)
    })
}
