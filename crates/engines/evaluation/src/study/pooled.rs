//! Several rounds of a programme: each at its own cut-off, then pooled by fixed and by random effects (DerSimonian and Laird 1986).

use serde::{Deserialize, Serialize};

use super::declare::{Declaration, Outcome, Ready};
use super::finding::Effect;
use super::words::{Sentence, number, p_value};
use crate::discontinuity::{self, Inference};
use crate::{Frame, Refusal};

/// The rounds of one outcome, and what they say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PooledRounds {
    /// Which outcome.
    pub outcome: Outcome,
    /// Round by round.
    pub rounds: Vec<RoundEffect>,
    /// As if all rounds had the same effect; none when fewer than two could be estimated.
    pub fixed: Option<Effect>,
    /// Allowing that rounds differ.
    pub random: Option<Effect>,
    /// The share of the spread between rounds that is more than chance, from 0 to 1.
    pub i_squared: Option<f64>,
    /// Of the test that all rounds have the same effect.
    pub same_p: Option<f64>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundEffect {
    /// Its name.
    pub name: String,
    /// Its effect; none when it could not be had, is held back or is of too few firms.
    pub effect: Option<Effect>,
    /// Firms above and below within the bandwidth; nought when they are too few to be shown.
    pub firms: [usize; 2],
}

impl PooledRounds {
    /// What the rounds say together, in words.
    #[must_use]
    pub fn says(&self) -> Sentence {
        let (unit, unit_en) = (self.outcome.unit_in(false), self.outcome.unit_in(true));
        let (Some(fixed), Some(random)) = (&self.fixed, &self.random) else {
            return Sentence::new(
                format!("{}: 推定できた公募回が2回に満たないため、統合できません。", self.outcome.ja),
                format!("{}: fewer than two rounds could be estimated, so there is nothing to pool.", self.outcome.en),
            );
        };
        let ends = |e: &Effect| (number(e.estimate), number(e.interval[0]), number(e.interval[1]));
        let ((f, f0, f1), (r, r0, r1)) = (ends(fixed), ends(random));
        let share = self.i_squared.unwrap_or_default() * 100.0;
        let p = p_value(self.same_p.unwrap_or(1.0));
        Sentence::new(
            format!(
                "{}: 統合した効果は、公募回で同じと仮定すると {f} {unit}（95%区間 {f0}〜{f1}）、公募回で違いうるとすると {r} {unit}（95%区間 {r0}〜{r1}）です。公募回の違いが偶然を超える割合（I²）は {share:.0}%、違いがないことの検定 p = {p}。",
                self.outcome.ja
            ),
            format!(
                "{}: pooled, the effect is {f} {unit_en} (95% interval {f0} to {f1}) if it is the same in all rounds, and {r} {unit_en} (95% interval {r0} to {r1}) if rounds may differ. I² is {share:.0}%; test that all are the same: p = {p}.",
                self.outcome.en
            ),
        )
    }
}

/// The rounds of every outcome of a declaration that names their column; a number that is held back for all rounds together is in none of
/// them.
pub(super) fn of(declaration: &Declaration, panel: &Frame, shown: &[&Outcome]) -> Result<Vec<PooledRounds>, Refusal> {
    let Some(round) = &declaration.rounds else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for outcome in shown {
        let Ready::Discontinuity(design) = declaration.design.ready(&outcome.column)? else { continue };
        let asked = discontinuity::RoundsSpec { design: *design, round: round.clone(), cutoff_column: None, standardise: false };
        let found = discontinuity::rounds(panel, &asked)?;
        let rounds: Vec<RoundEffect> = found.rounds.iter().map(|r| one(r, declaration)).collect();
        // The rounds together next to all of them but one would tell that one.
        let hidden = rounds.iter().any(|r| r.firms == [0, 0]);
        let pooled = found.pooled.filter(|p| p.count > 1 && !hidden);
        all.push(PooledRounds {
            outcome: (*outcome).clone(),
            fixed: pooled.as_ref().map(|p| effect(&p.fixed)),
            random: pooled.as_ref().map(|p| effect(&p.random)),
            i_squared: pooled.as_ref().map(|p| p.i_squared),
            same_p: pooled.as_ref().map(|p| p.q_p),
            rounds,
        });
    }
    Ok(all)
}

fn one(round: &discontinuity::Round, declaration: &Declaration) -> RoundEffect {
    let nothing = RoundEffect { name: round.name.clone(), effect: None, firms: [0, 0] };
    let discontinuity::Outcome::Estimate(found) = &round.result else { return nothing };
    let firms = [found.sides.right.rows_h, found.sides.left.rows_h];
    if firms.iter().any(|n| *n < declaration.least_cell) {
        return nothing;
    }
    let held = found.warnings.iter().any(|w| w.blocks && !declaration.acknowledged.iter().any(|code| code == w.code));
    RoundEffect { effect: (!held).then(|| effect(&found.effect.robust)), firms, ..nothing }
}

fn effect(of: &Inference) -> Effect {
    Effect::new(of.estimate, of.standard_error, of.interval, of.p)
}
