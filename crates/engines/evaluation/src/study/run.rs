//! Runs a declared study: every outcome as it is and per worker, every declared group, targets, cost of effect, figures, words.

use serde::{Deserialize, Serialize};

use super::checks::{self, Check};
use super::declare::{Declaration, Design, Method, Outcome};
use super::figure::Figure;
use super::finding::{CostOfEffect, Finding, Found, Group, Measure, find};
use super::pooled::{self, PooledRounds};
use super::reached::{self, Reached};
use super::words::{Sentence, assumptions, readable, says};
use super::{firms, left, manner, pictures};
use crate::frame::Column;
use crate::multiple::holm;
use crate::{Frame, Refusal, Warning};

/// Whether the study was declared beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Declared and recorded before its outcomes existed: only whoever has the ledger can say so.
    Declared,
    /// The hash is that of a declaration; nothing in the file shows that it came before the outcomes.
    Matching,
    /// Tried out: not a basis for a claim.
    Exploratory,
}

/// What a study found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was declared, as it was.
    pub declaration: Declaration,
    /// Whether it was declared beforehand.
    pub standing: Standing,
    /// The version of this program.
    pub version: &'static str,
    /// Rows of the panel.
    pub rows: usize,
    /// For everybody: each outcome, as it is and per worker.
    pub findings: Vec<Finding>,
    /// For declared groups.
    pub groups: Vec<Finding>,
    /// Rounds of the programme at their own cut-offs, and together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pooled: Vec<PooledRounds>,
    /// The programme's own targets.
    pub targets: Vec<Reached>,
    /// What a unit of the first outcome cost.
    pub cost: Option<CostOfEffect>,
    /// That in words, or why there is no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_says: Option<Sentence>,
    /// How the numbers were made, and which outcome groups and checks are about.
    pub manner: Vec<Sentence>,
    /// The findings in words, in their order.
    pub summary: Vec<Sentence>,
    /// What has to hold, and what the numbers are not.
    pub assumptions: Vec<Sentence>,
    /// Which of it was looked at, and what came of that.
    pub checks: Vec<Check>,
    /// What to see.
    pub figures: Vec<Figure>,
}

/// The column that a measure per worker is put in.
pub(super) const PER_WORKER: &str = "\u{1}per-worker";

/// Runs a study.
///
/// # Errors
/// A declaration that is wrong in itself or does not fit the panel. A single number that cannot be had is said in its finding.
pub fn run(declaration: &Declaration, panel: &Frame, standing: Standing) -> Result<Report, Refusal> {
    run_watched(declaration, panel, standing, &mut |_, _| {})
}

/// The same, telling how many steps are done of how many.
///
/// # Errors
/// As [`run`].
pub fn run_watched(
    declaration: &Declaration,
    panel: &Frame,
    standing: Standing,
    watch: &mut dyn FnMut(usize, usize),
) -> Result<Report, Refusal> {
    declaration.check(Some(panel))?;
    let measures = |o: &Outcome| [Measure::Total].into_iter().chain(o.workers.is_some().then_some(Measure::PerWorker));
    let asked: Vec<(&Outcome, Measure)> = declaration.outcomes.iter().flat_map(|o| measures(o).map(move |m| (o, m))).collect();
    let steps = asked.len() + 3;
    watch(0, steps);
    let mut looked = checks::beforehand(declaration, panel)?;
    let (mut findings, mut figures, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for (outcome, measure) in asked {
        let (finding, found) = one(declaration, panel, (outcome, measure), None, &looked.warnings)?;
        if let Some(found) = found {
            figures.extend(pictures::of(declaration, panel, &finding, &found, figures.len())?);
            if measure == Measure::Total {
                shown.push((outcome, found));
            }
        }
        findings.push(finding);
        watch(findings.len(), steps);
    }
    let groups = groups(declaration, panel, &looked.warnings)?;
    watch(findings.len() + 1, steps);
    let firms = firms::of(declaration, panel)?;
    let shown: Vec<(&Outcome, &Found)> = shown.iter().map(|(outcome, found)| (*outcome, found)).collect();
    checks::afterwards(&mut looked, declaration, panel, &firms, &shown)?;
    let pooled = pooled::of(declaration, panel, &shown.iter().map(|(outcome, _)| *outcome).collect::<Vec<_>>())?;
    figures.append(&mut looked.figures);
    let targets = reached::targets(declaration, panel, &firms)?;
    let first = shown.first().filter(|(outcome, _)| declaration.outcomes.first() == Some(*outcome)).map(|(_, found)| *found);
    let cost = reached::cost(declaration, panel, &firms, first)?;
    let cost_says = reached::cost_says(declaration, cost.as_ref(), first.and_then(|f| f.effect.as_ref()));
    figures.iter_mut().for_each(|figure| figure.synthetic = declaration.synthetic);
    watch(steps, steps);
    Ok(Report {
        cost_says,
        manner: manner::of(declaration, panel, &shown, (&findings, &groups)),
        summary: findings.iter().chain(&groups).map(|f| says(declaration, f)).collect(),
        assumptions: assumptions(declaration),
        checks: looked.checks,
        declaration: declaration.clone(),
        standing,
        version: env!("CARGO_PKG_VERSION"),
        rows: panel.rows(),
        findings,
        groups,
        pooled,
        targets,
        cost,
        figures,
    })
}

/// One finding, and the method's result behind it.
fn one(
    declaration: &Declaration,
    panel: &Frame,
    (outcome, measure): (&Outcome, Measure),
    group: Option<Group>,
    doubts: &[Warning],
) -> Result<(Finding, Option<Found>), Refusal> {
    let column = if measure == Measure::PerWorker { PER_WORKER } else { outcome.column.as_str() };
    let ready = declaration.design.ready(column)?;
    let divided = match (measure, &outcome.workers) {
        (Measure::PerWorker, Some(workers)) => Some(per_worker(panel, &outcome.column, workers)),
        (Measure::PerWorker | Measure::Total, _) => None,
    }
    .transpose();
    let found = divided.and_then(|divided| {
        let panel = divided.as_ref().unwrap_or(panel);
        Ok((find(panel, &ready)?, left::of(declaration, panel, &ready)?))
    });
    let mut finding = Finding {
        outcome: outcome.clone(),
        measure,
        group,
        effect: None,
        firms: [0, 0],
        left_out: None,
        held: Vec::new(),
        notes: Vec::new(),
        refused: None,
        details: serde_json::Value::Null,
    };
    let (found, left) = match found {
        Ok(found) => found,
        Err(refusal) => {
            finding.refused = Some(refusal);
            return Ok((finding, None));
        }
    };
    let few = found.firms.iter().any(|n| *n < declaration.least_cell);
    let held = |w: &&Warning| w.blocks && !declaration.acknowledged.iter().any(|code| code == w.code);
    let gone = left.warnings(declaration.least_cell);
    let warnings = || gone.iter().chain(&found.warnings).chain(doubts);
    finding.held = warnings().filter(held).map(readable).collect();
    finding.notes = warnings().filter(|w| !held(w)).map(readable).collect();
    // A warning counts rows too: of a cell that is not shown, it is not shown either.
    if few {
        (finding.held, finding.notes) = (Vec::new(), Vec::new());
        return Ok((finding, None));
    }
    finding.firms = found.firms;
    // What is held back is in no report: neither its number, nor a figure or a price that would show it.
    if !finding.held.is_empty() {
        return Ok((finding, None));
    }
    finding.left_out = left.said(declaration.least_cell);
    finding.effect.clone_from(&found.effect);
    finding.details = found.details.clone();
    let found = finding.effect.is_some().then_some(found);
    Ok((finding, found))
}

/// An outcome as it is and, where it is asked for, per worker: with the panel that has the column of that.
pub(super) fn measured(panel: &Frame, outcome: &Outcome) -> Result<Vec<(Measure, Option<Frame>)>, Refusal> {
    let mut all = vec![(Measure::Total, None)];
    if let Some(workers) = &outcome.workers {
        all.push((Measure::PerWorker, Some(per_worker(panel, &outcome.column, workers)?)));
    }
    Ok(all)
}

/// The panel with the outcome divided by workers; no value where there are no workers.
fn per_worker(panel: &Frame, outcome: &str, workers: &str) -> Result<Frame, Refusal> {
    let (y, n) = (panel.numbers(outcome)?, panel.numbers(workers)?);
    let values = y.iter().zip(n).map(|(y, n)| if *n > 0.0 { y / n } else { f64::NAN }).collect();
    panel.clone().with(PER_WORKER, Column::Number(values))
}

/// Every value of every declared group, the first outcome as it is, with Holm's control over all of them.
fn groups(declaration: &Declaration, panel: &Frame, doubts: &[Warning]) -> Result<Vec<Finding>, Refusal> {
    let Some(outcome) = declaration.outcomes.first() else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    for column in &declaration.groups {
        let (mut of_column, mut sizes) = (Vec::new(), Vec::new());
        for (value, rows) in values(panel.column(column)?) {
            let part = part(panel, &rows)?;
            let english = |name: &str| Some(declaration.word(name).en).filter(|word| word != name);
            let (column_en, value_en) = (english(column), english(&value));
            let group = if rows.len() < declaration.least_cell {
                // The name of a handful of firms can be the name of one.
                let (value, value_en) = (TOO_FEW.0.to_owned(), Some(TOO_FEW.1.to_owned()));
                Group { column: column.clone(), value, column_en, value_en }
            } else {
                Group { column: column.clone(), value, column_en, value_en }
            };
            let mut finding = one(declaration, &part, (outcome, Measure::Total), Some(group), doubts)?.0;
            // So does a refusal.
            finding.refused = finding.refused.filter(|_| rows.len() >= 4 * declaration.least_cell);
            of_column.push(finding);
            sizes.push(rows.len());
        }
        let nameless = panel.rows() - sizes.iter().sum::<usize>();
        protect(&mut of_column, &sizes, nameless, declaration.least_cell);
        findings.append(&mut of_column);
    }
    let p: Vec<Option<f64>> = findings.iter().map(|f| f.effect.as_ref().map(|e| e.p)).collect();
    for (finding, adjusted) in findings.iter_mut().zip(holm(&p)) {
        if let (Some(effect), Some(adjusted)) = (&mut finding.effect, adjusted) {
            effect.p_adjusted = adjusted;
        }
    }
    Ok(findings)
}

/// What a group is called that is too small to be named.
const TOO_FEW: (&str, &str) = ("企業の少ない区分", "too few firms");

/// The total next to the groups that are shown tells those that are not, and the firms that belong to none: where these are one group, or few
/// firms together, the smallest of the others is not shown either.
fn protect(findings: &mut [Finding], sizes: &[usize], nameless: usize, least: usize) {
    loop {
        let hidden = |f: &Finding| f.refused.is_none() && f.firms == [0, 0];
        let groups = findings.iter().filter(|f| hidden(f)).count() + usize::from(nameless > 0);
        let firms = nameless + findings.iter().zip(sizes).filter(|(f, _)| hidden(f)).map(|(_, n)| n).sum::<usize>();
        let safe = groups == 0 || firms >= least && (groups > 1 || groups == 1 && nameless == firms);
        let shown = findings.iter_mut().filter(|f| f.firms != [0, 0]);
        let Some(smallest) = shown.min_by_key(|f| f.firms[0] + f.firms[1]).filter(|_| !safe) else { return };
        (smallest.effect, smallest.firms, smallest.details) = (None, [0, 0], serde_json::Value::Null);
        (smallest.held, smallest.notes, smallest.left_out) = (Vec::new(), Vec::new(), None);
    }
}

/// The distinct values of a column in order, each with its rows; rows without a value are in no group.
fn values(column: &Column) -> Vec<(String, Vec<usize>)> {
    let mut found: Vec<(String, Vec<usize>)> = Vec::new();
    let mut push = |name: String, row: usize| match found.iter_mut().find(|(known, _)| *known == name) {
        Some((_, rows)) => rows.push(row),
        None => found.push((name, vec![row])),
    };
    for row in (0..column.len()).filter(|row| !column.missing(*row)) {
        match column {
            Column::Number(values) => push(super::words::number(values[row]), row),
            Column::Name { codes, levels } => push(levels[codes[row] as usize].clone(), row),
        }
    }
    found.sort();
    found
}

/// Some rows of a panel.
fn part(panel: &Frame, rows: &[usize]) -> Result<Frame, Refusal> {
    panel.columns().try_fold(Frame::new(), |frame, (name, column)| {
        let column = match column {
            Column::Number(values) => Column::Number(rows.iter().map(|row| values[*row]).collect()),
            Column::Name { codes, levels } => {
                Column::names(rows.iter().map(|row| levels.get(codes[*row] as usize).map_or("", String::as_str)))
            }
        };
        frame.with(name, column)
    })
}

impl Design {
    /// The method's name for people, Japanese and English.
    #[must_use]
    pub const fn name(&self) -> (&'static str, &'static str) {
        match self.method {
            Method::Discontinuity => ("回帰不連続（審査のカットオフの前後を比べる）", "Regression discontinuity at the review's cut-off"),
            Method::Difference => ("差の差（支援の前後の変化を比べる）", "Difference-in-differences over the start of support"),
            Method::Balancing => ("共変量の調整（似た企業どうしを比べる）", "Comparison of firms made alike in their covariates"),
        }
    }
}
