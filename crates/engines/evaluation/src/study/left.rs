//! Who is left out of a number because a value is missing. Where that is decided by the grant itself, as when those above the line without a
//! grant have no value, the comparison is another one than was declared: it is held back, or at least said beside the number.

use super::declare::{Declaration, Ready};
use super::firms::{self, Firm};
use super::words::Sentence;
use crate::{Frame, Refusal, Warning};

/// From so many firms on, an arm of which nearly nobody is left on a side holds the number back; of fewer it is said.
const ARM: usize = 5;

/// The firms of a panel, and which of them carry a number.
pub(super) struct Left {
    /// Whether treated, firm by firm.
    treated: Vec<bool>,
    /// Whether above the cut-off; all alike where there is none.
    above: Vec<bool>,
    at_cutoff: bool,
    /// Whether the outcome is known as the design needs it.
    known: Vec<bool>,
    /// The same, and everything else that the method needs.
    used: Vec<bool>,
}

/// Of the treated (or the others): how many there are, and of how many the outcome is known.
pub(super) type Share = (usize, usize);

pub(super) fn of(declaration: &Declaration, panel: &Frame, ready: &Ready) -> Result<Left, Refusal> {
    let firms = firms::of(declaration, panel)?;
    let known = firms::known(panel, ready, &firms)?;
    let needed: Vec<&String> = match ready {
        Ready::Discontinuity(spec) => spec.covariates.iter().chain(&spec.treatment).chain([&spec.score]).collect(),
        Ready::Balancing(spec) => spec.covariates.iter().chain([&spec.treatment]).collect(),
        Ready::Difference(spec, _) => spec.covariates.iter().collect(),
    };
    let needed = needed.into_iter().map(|name| panel.column(name)).collect::<Result<Vec<_>, _>>()?;
    let complete = |firm: &Firm| needed.iter().all(|column| firm.rows.iter().any(|row| !column.missing(*row)));
    let used = firms.iter().zip(&known).map(|(firm, known)| *known && complete(firm)).collect();
    let (above, at_cutoff) = match ready {
        Ready::Discontinuity(spec) => {
            let score = panel.numbers(&spec.score)?;
            (firms.iter().map(|f| f.rows.iter().any(|row| score[*row] >= spec.cutoff)).collect(), true)
        }
        Ready::Difference(..) | Ready::Balancing(_) => (vec![false; firms.len()], false),
    };
    Ok(Left { treated: firms.iter().map(|f| f.treated).collect(), above, at_cutoff, known, used })
}

impl Left {
    pub(super) fn share(&self, arm: bool) -> Share {
        let of: Vec<bool> = self.treated.iter().zip(&self.known).filter(|(t, _)| **t == arm).map(|(_, known)| *known).collect();
        (of.len(), of.iter().filter(|known| **known).count())
    }

    /// Firms of a cell, and how many of them carry the number.
    fn cell(&self, inside: &dyn Fn(bool, bool) -> bool) -> Share {
        let rows = self.treated.iter().zip(&self.above).zip(&self.used).filter(|((t, a), _)| inside(**t, **a));
        rows.fold((0, 0), |(all, used), (_, carries)| (all + 1, used + usize::from(*carries)))
    }

    /// The cells of which nearly nobody carries the number while of the other firms at least half do: their size and their name.
    fn gone(&self) -> Vec<(usize, Sentence)> {
        let sides: &[bool] = if self.at_cutoff { &[true, false] } else { &[false] };
        let mut gone = Vec::new();
        for (side, arm) in sides.iter().flat_map(|side| [true, false].map(|arm| (*side, arm))) {
            let (all, used) = self.cell(&|t, a| t == arm && a == side);
            let (others, carrying) = self.cell(&|t, a| t != arm || a != side);
            if all > 0 && 10 * used <= all && 2 * carrying >= others && carrying > 0 {
                gone.push((all, self.name(side, arm)));
            }
        }
        gone
    }

    fn name(&self, side: bool, arm: bool) -> Sentence {
        let (arm, arm_en) = if arm { ("交付を受けた", "with a grant") } else { ("交付を受けなかった", "without a grant") };
        let (side, side_en) = match (self.at_cutoff, side) {
            (false, _) => ("", ""),
            (true, true) => ("カットオフの上で", " above the cut-off"),
            (true, false) => ("カットオフの下で", " below the cut-off"),
        };
        Sentence::new(format!("{side}{arm}企業"), format!("firms{side_en} {arm_en}"))
    }

    /// Why the number is no comparison of those who were granted with those who were not.
    pub(super) fn warnings(&self, least: usize) -> Vec<Warning> {
        let grave = self.gone().into_iter().filter(|(all, _)| *all >= ARM);
        grave
            .map(|(all, name)| {
                let (count, count_en) = told(all, least);
                Warning::blocking(
                    "arm-left-out",
                    format!("{}（{count}）のほとんどに値がありません。交付の有無で企業を除いた比較になるため、数値を出しません。", name.ja),
                    format!(
                        "nearly all {} ({count_en}) have no value: the comparison would leave firms out by whether they were granted",
                        name.en
                    ),
                )
            })
            .collect()
    }

    /// How many carry no number for want of a value; nothing where all do.
    pub(super) fn said(&self, least: usize) -> Option<Sentence> {
        let out = |arm: bool| {
            let (all, used) = self.cell(&|t, _| t == arm);
            all - used
        };
        let (granted, others) = (out(true), out(false));
        if granted + others == 0 {
            return None;
        }
        let ((a, a_en), (b, b_en)) = (told(granted, least), told(others, least));
        let few: Vec<Sentence> = self.gone().into_iter().filter(|(all, _)| *all < ARM).map(|(_, name)| name).collect();
        let (more, more_en) = if few.is_empty() {
            (String::new(), String::new())
        } else {
            let (ja, en): (Vec<String>, Vec<String>) = few.into_iter().map(|s| (s.ja, s.en)).unzip();
            (format!("{}は、全て除かれています。", ja.join("と")), format!(" All {} are among them.", en.join(" and all ")))
        };
        Some(Sentence::new(
            format!("値がないため、交付を受けた企業のうち{a}、受けなかった企業のうち{b}を除いています。{more}"),
            format!("Left out for want of a value: {a_en} of the granted, {b_en} of the others.{more_en}"),
        ))
    }
}

/// A number of firms; of a few only that they are few.
fn told(count: usize, least: usize) -> (String, String) {
    if (1..least).contains(&count) {
        (format!("{least}社未満"), format!("fewer than {least}"))
    } else {
        (format!("{count}社"), count.to_string())
    }
}
