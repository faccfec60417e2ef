//! The programme's own targets beside the effects: what firms reached, what they expected, and what is not due yet. And what was paid for it.

use serde::{Deserialize, Serialize};

use super::declare::{Declaration, Ready, Target};
use super::finding::{CostOfEffect, Effect, Found, Full, fieller};
use super::firms::Firm;
use super::words::Sentence;
use crate::sums::{mean, variance};
use crate::{Frame, Refusal};

/// How many of the treated reach a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    /// What it is called in Japanese.
    pub ja: String,
    /// What it is called in English.
    pub en: String,
    /// From where on a firm reaches it.
    pub least: f64,
    /// The share the programme wants.
    pub wanted: Option<f64>,
    /// Treated firms with a value.
    pub firms: usize,
    /// The share of them that reach it; none when there are too few to be shown.
    pub share: Option<f64>,
    /// What the share is, or why there is none.
    #[serde(default)]
    pub state: ReachState,
    /// The first fiscal year in which it can be reached; of several rounds the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i32>,
    /// Treated firms of rounds whose year lies ahead while that of others has come: they are not counted yet.
    #[serde(default, skip_serializing_if = "is_nought")]
    pub later: usize,
    /// Treated firms that said what they expect, and the share of them that expect to reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<(usize, f64)>,
}

const fn is_nought(n: &usize) -> bool {
    *n == 0
}

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReachState {
    /// Figures are there; the share is shown unless firms are too few.
    #[default]
    Known,
    /// The year in which it can be reached lies ahead.
    Ahead,
    /// It is due, and nobody's figure is there.
    Nothing,
}

impl Reached {
    /// Firms with a figure and the share that reached the target, in a language; or why there is none.
    #[must_use]
    pub fn says(&self, english: bool) -> [String; 2] {
        let pick = |ja: String, en: String| if english { en } else { ja };
        let dash = "—".to_owned();
        match (self.state, self.share, self.due) {
            (ReachState::Known, Some(share), _) => {
                let more = match self.later {
                    0 => String::new(),
                    n => pick(format!("（ほか{n}社は期日前）"), format!(" ({n} more not yet due)")),
                };
                [format!("{}{more}", self.firms), format!("{:.0}%", share * 100.0)]
            }
            (ReachState::Known, None, _) => [dash, pick("非表示".to_owned(), "not shown".to_owned())],
            (ReachState::Ahead, _, Some(due)) => {
                [dash, pick(format!("まだ期日前（早くとも{due}年度）"), format!("not yet due (fiscal year {due} at the earliest)"))]
            }
            (ReachState::Ahead, _, None) => [dash, pick("まだ期日前".to_owned(), "not yet due".to_owned())],
            (ReachState::Nothing, _, _) => [dash, pick("実績の値なし".to_owned(), "no figure on record".to_owned())],
        }
    }

    /// The share that expects to reach it, which is no result; a dash where nobody said or too few did.
    #[must_use]
    pub fn expects(&self, english: bool) -> String {
        match self.expected {
            Some((firms, share)) if english => format!("{:.0}% of {firms} firms", share * 100.0),
            Some((firms, share)) => format!("{firms}社の{:.0}%", share * 100.0),
            None => "—".to_owned(),
        }
    }
}

/// Fewer firms than this that reach a target, or that miss it, are not told.
const LEAST_SIDE: usize = 3;

pub(super) fn targets(declaration: &Declaration, panel: &Frame, firms: &[Firm]) -> Result<Vec<Reached>, Refusal> {
    let treated: Vec<&Firm> = firms.iter().filter(|f| f.treated).collect();
    let newest = |column: &str, of: &[&Firm]| -> Result<Vec<f64>, Refusal> {
        let values = panel.numbers(column)?;
        Ok(of.iter().filter_map(|f| f.newest(values)).collect())
    };
    let year = match &declaration.as_of {
        Some(column) => panel.numbers(column)?.iter().copied().filter(|y| !y.is_nan()).reduce(f64::max),
        None => None,
    };
    let share = |target: &Target, of: &[f64]| {
        let met = of.iter().filter(|v| **v >= target.least).count();
        // All, none, or all but one or two would tell what single firms reached.
        let telling = met < LEAST_SIDE || of.len() - met < LEAST_SIDE;
        (of.len() >= declaration.least_cell && !telling).then(|| met as f64 / of.len() as f64)
    };
    let reached = |target: &Target| {
        // The year in which each treated firm is due.
        let dues: Vec<Option<f64>> = match &target.due_column {
            Some(column) => {
                let values = panel.numbers(column)?;
                treated.iter().map(|f| f.newest(values)).collect()
            }
            None => vec![target.due.map(f64::from); treated.len()],
        };
        let is_ahead = |due: &Option<f64>| due.zip(year).is_some_and(|(due, year)| year < due);
        let counted: Vec<&Firm> = treated.iter().zip(&dues).filter(|(_, due)| !is_ahead(due)).map(|(f, _)| *f).collect();
        let first = target.due.map(f64::from).into_iter().chain(dues.iter().copied().flatten()).reduce(f64::min);
        let ahead = counted.is_empty() && is_ahead(&first);
        let known = newest(&target.column, &counted)?;
        let state = match (ahead, known.is_empty()) {
            (true, _) => ReachState::Ahead,
            (false, true) => ReachState::Nothing,
            (false, false) => ReachState::Known,
        };
        let met = share(target, &known).filter(|_| state == ReachState::Known);
        let expected = match &target.expected {
            Some(column) => {
                let of = newest(column, &treated)?;
                share(target, &of).map(|share| (of.len(), share))
            }
            None => None,
        };
        Ok(Reached {
            ja: target.ja.clone(),
            en: target.en.clone(),
            least: target.least,
            wanted: target.share,
            firms: if met.is_some() { known.len() } else { 0 },
            share: met,
            state,
            due: first.map(|year| year as i32),
            later: if ahead { 0 } else { treated.len() - counted.len() },
            expected,
        })
    };
    declaration.targets.iter().map(reached).collect()
}

/// What a unit of the first outcome cost: what was paid to the firms that the effect is about, each once.
pub(super) fn cost(
    declaration: &Declaration,
    panel: &Frame,
    firms: &[Firm],
    first: Option<&Found>,
) -> Result<Option<CostOfEffect>, Refusal> {
    let (Some(column), Some((found, effect))) = (&declaration.cost, first.and_then(|f| Some((f, f.effect.as_ref()?)))) else {
        return Ok(None);
    };
    let values = panel.numbers(column)?;
    if let Some(firm) = firms.iter().find(|f| varies(f, values)) {
        let row = firm.rows.first().map_or(0, |row| row + 1);
        return Err(Refusal::new(
            "cost-varies",
            format!(
                "列「{column}」の値が、1社の行のあいだで違います（{row}行目の企業）。1社に支払った総額を、その企業の全ての行に書いてください。"
            ),
            format!(
                "column \"{column}\" differs between the rows of one firm (that of row {row}); give what the firm was paid in all, in each of its rows"
            ),
        ));
    }
    let near = compared(declaration, panel, found)?;
    let of_effect = |f: &&Firm| f.treated && f.rows.iter().any(|row| near[*row]);
    let paid: Vec<f64> = firms.iter().filter(of_effect).filter_map(|f| f.newest(values)).collect();
    if paid.len() < declaration.least_cell.max(2) {
        return Ok(None);
    }
    let error = (variance(&paid) / paid.len() as f64).sqrt();
    Ok(Some(fieller((mean(&paid), error), (effect.estimate, effect.standard_error), paid.len())))
}

fn varies(firm: &Firm, values: &[f64]) -> bool {
    let mut known = firm.rows.iter().map(|row| values[*row]).filter(|v| !v.is_nan());
    known.next().is_some_and(|first| known.any(|v| v != first))
}

/// The rows that the number is about: at a cut-off those within the bandwidth.
fn compared(declaration: &Declaration, panel: &Frame, found: &Found) -> Result<Vec<bool>, Refusal> {
    let column = declaration.outcomes.first().map_or("", |o| o.column.as_str());
    match (&found.full, declaration.design.ready(column)?) {
        (Full::Discontinuity(result), Ready::Discontinuity(spec)) => {
            let (low, high) = (spec.cutoff - result.bandwidths.h.left, spec.cutoff + result.bandwidths.h.right);
            Ok(panel.numbers(&spec.score)?.iter().map(|s| *s >= low && *s <= high).collect())
        }
        (Full::Discontinuity(_) | Full::Difference(_) | Full::Balancing(_), _) => Ok(vec![true; panel.rows()]),
    }
}

/// What is said of cost: the price, or why there is none.
pub(super) fn cost_says(declaration: &Declaration, cost: Option<&CostOfEffect>, effect: Option<&Effect>) -> Option<Sentence> {
    declaration.cost.as_ref()?;
    let first = declaration.outcomes.first()?;
    Some(match cost {
        Some(cost) => cost.says(declaration),
        None if effect.is_none() => Sentence::new(
            format!("最初に宣言した成果「{}」の数値を示せないため、効果あたりの費用も示しません。", first.ja),
            format!("There is no number for \"{}\", the first outcome that was declared, and so no price of it.", first.en),
        ),
        None => Sentence::new(
            "交付額の分かる企業が少ないため、効果あたりの費用は示しません。",
            "Too few firms have an amount on record; the price of the effect is not shown.",
        ),
    })
}
