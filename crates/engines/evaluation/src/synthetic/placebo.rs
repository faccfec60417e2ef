//! Units treated in pretence: how unusual the treated unit is among them (Abadie, Diamond and Hainmueller 2010, section 3.4), and draws for
//! a standard error when treatment starts at several times.

use rayon::prelude::*;

use super::control::{Nested, Optimum};
use super::panel::Panel;
use super::rms;
use super::sdid::{Block, Fit, Settings};
use super::spec::{PlaceboInSpace, PlaceboUnit};
use super::weights::Problem;
use crate::random::Streams;
use crate::sums::{mean, sum};

fn problem(block: &Block) -> Problem {
    let treated = &block.y[block.controls..];
    let b = (0..block.before).map(|t| mean(&treated.iter().map(|row| row[t]).collect::<Vec<_>>())).collect();
    Problem { a: block.y[..block.controls].iter().map(|row| row[..block.before].to_vec()).collect(), b, zeta: 0.0 }
}

/// Whether the outcomes before treatment determine the weights.
pub(super) fn unique(block: &Block) -> bool {
    problem(block).exact().1
}

/// The untreated without one, and that one as if treated.
fn pretend(block: &Block, unit: usize) -> Block {
    let mut y: Vec<Vec<f64>> = (0..block.controls).filter(|i| *i != unit).map(|i| block.y[i].clone()).collect();
    y.push(block.y[unit].clone());
    Block { y, controls: block.controls - 1, before: block.before }
}

fn unit(name: &str, gaps: &[f64], before: usize) -> PlaceboUnit {
    let (early, late) = (rms(&gaps[..before]), rms(&gaps[before..]));
    PlaceboUnit { unit: name.to_owned(), effect: mean(&gaps[before..]), rmspe_before: early, ratio: late / early }
}

fn ranked(own: &PlaceboUnit, units: Vec<PlaceboUnit>) -> PlaceboInSpace {
    let p = |limit: f64| {
        let among = units.iter().filter(|u| u.rmspe_before <= limit * own.rmspe_before);
        let (count, above) = among.fold((1, 1), |(c, a), u| (c + 1, a + usize::from(u.ratio >= own.ratio)));
        above as f64 / f64::from(count)
    };
    let rank = 1 + units.iter().filter(|u| u.ratio >= own.ratio).count();
    PlaceboInSpace { ratio: own.ratio, rank, p: p(f64::INFINITY), p_within: [p(20.0), p(5.0), p(2.0)], units }
}

/// Outcome-only synthetic control for every untreated unit.
pub(super) fn by_outcomes(panel: &Panel, block: &Block, fit: &Fit) -> PlaceboInSpace {
    let controls = panel.controls();
    let units = (0..block.controls)
        .into_par_iter()
        .map(|i| {
            let pretended = pretend(block, i);
            let (weights, _) = problem(&pretended).exact();
            unit(&panel.units[controls[i]], &pretended.gaps(&weights), block.before)
        })
        .collect();
    ranked(&unit("", &block.gaps(&fit.omega), block.before), units)
}

/// The same with predictors, under the importance V found for the treated unit.
pub(super) fn by_predictors(panel: &Panel, start: usize, nested: &Nested, best: &Optimum, fit: &Fit, block: &Block) -> PlaceboInSpace {
    let controls = panel.controls();
    let units = (0..block.controls)
        .map(|i| {
            let without =
                |list: &[Vec<f64>]| -> Vec<Vec<f64>> { list.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, v)| v.clone()).collect() };
            let own = Nested {
                donors: without(&nested.donors),
                treated: nested.donors[i].clone(),
                paths: without(&nested.paths),
                path: nested.paths[i].clone(),
            };
            let (weights, _) = own.weights(&best.v);
            unit(&panel.units[controls[i]], &pretend(block, i).gaps(&weights), start)
        })
        .collect();
    ranked(&unit("", &block.gaps(&fit.omega), start), units)
}

/// Placebo draws with several starts of treatment: untreated units stand in for every cohort at once. None without enough of them.
pub(super) fn staggered_draws(parts: &[(&Block, &Settings)], replications: usize, streams: Streams) -> Option<Vec<f64>> {
    let controls = parts.first().map_or(0, |(b, _)| b.controls);
    let treated: usize = parts.iter().map(|(b, _)| b.y.len() - b.controls).sum();
    if controls <= treated + 1 {
        return None;
    }
    let draw = |r: usize| {
        let mut order: Vec<usize> = (0..controls).collect();
        streams.stream(r as u64).shuffle(&mut order);
        let (donors, mut rest) = order.split_at(controls - treated);
        let (mut total, mut cells) = (Vec::new(), 0.0);
        for (block, settings) in parts {
            let (mine, others) = rest.split_at(block.y.len() - block.controls);
            rest = others;
            let y: Vec<Vec<f64>> = donors.iter().chain(mine).map(|i| block.y[*i].clone()).collect();
            let periods = y.first().map_or(0, Vec::len) - block.before;
            let weight = (mine.len() * periods) as f64;
            let pretended = Block { y, controls: donors.len(), before: block.before };
            total.push(weight * pretended.fit(settings, None).effect);
            cells += weight;
        }
        sum(total) / cells
    };
    Some((0..replications).into_par_iter().map(draw).collect())
}
