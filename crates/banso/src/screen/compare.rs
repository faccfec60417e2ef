//! Two editions of a call over the same firms: how many change answer, at which clauses, and which are the first of them.

use std::path::Path;

use banso_guideline::Edition;
use banso_kernel::{Lang, group_thousands};
use banso_screening::{Block, Comparison, Shift, Verdict};

use super::input::{Firms, Prepared, put_together};
use super::{Asked, ScreenTrouble, list, report};
use crate::cli;
use crate::diagnostics::Ink;
use crate::texts;
use crate::trouble::Trouble;

/// Blocks that are in memory at a time.
const STRETCH: usize = 32;

/// Compares two editions over the firms that were asked for.
pub(super) fn compare(asked: &Asked, place: &cli::Place, (before, after): (&Path, &Path), lang: Lang) -> Result<bool, Trouble> {
    let folder = texts::programmes(place.programmes.as_deref())?;
    let facts_folder = texts::facts_beside(&folder)?;
    let words = texts::words(&facts_folder, lang, Ink::Plain)?;
    let read = |path: &Path| -> Result<Edition, Trouble> {
        let reading = Edition::read(&texts::read(path)?, &words.dictionary, &words.library);
        reading.edition.ok_or_else(|| Trouble::Screen(ScreenTrouble::BadGuideline { path: path.display().to_string() }))
    };
    let (before, after) = (read(before)?, read(after)?);
    let calls = (before.meta().call.to_string(), after.meta().call.to_string());
    if calls.0 != calls.1 {
        return Err(Trouble::Screen(ScreenTrouble::OtherCall { before: calls.0, after: calls.1 }));
    }
    let prepared = put_together(asked, &words.dictionary, &[before.clone(), after.clone()], facts_folder, place)?;
    let comparison = Comparison::new(prepared.screen.schema(), &before, &after, prepared.supposed.clone());
    let mut firms = Firms::open(asked, &prepared)?;
    let mut shift = Shift::default();
    loop {
        let blocks: Vec<Block> = stretch(&mut firms)?;
        let last = blocks.len() < STRETCH;
        shift = shift.plus(comparison.over(&blocks, asked.threads()));
        if last {
            break;
        }
    }
    shift.first.truncate(20);
    print!("{}", text(&prepared, &shift, (&before, &after), firms.unsettled(), lang));
    let misfits = firms.misfits();
    if let Some(misfits) = &misfits {
        complain!("{}", misfits.to_string().trim_end());
    }
    Ok(misfits.is_none())
}

fn stretch(firms: &mut Firms) -> Result<Vec<Block>, ScreenTrouble> {
    let mut blocks = Vec::with_capacity(STRETCH);
    while blocks.len() < STRETCH {
        match firms.block()? {
            Some(block) => blocks.push(block),
            None => break,
        }
    }
    Ok(blocks)
}

fn text(prepared: &Prepared, shift: &Shift, (before, after): (&Edition, &Edition), unsettled: Option<usize>, lang: Lang) -> String {
    let mut out = unsettled.map(|lines| report::synthetic_words(lines, lang)).unwrap_or_default();
    let grouped = |n: u64| group_thousands(i128::from(n));
    let mut line = |ja: String, en: String| {
        out.push_str(if lang == Lang::En { &en } else { &ja });
        out.push('\n');
    };
    let (old, new) = (&before.meta().edition, &after.meta().edition);
    line(format!("{}　{old} → {new}", after.meta().call), format!("{}: {old} to {new}", after.meta().call));
    let (firms, moved) = (grouped(shift.firms), grouped(shift.moved()));
    line(format!("企業 {firms} 件のうち、答えが変わる企業 {moved} 件"), format!("{firms} firms, of which {moved} change answer"));
    for (from, row) in Verdict::ALL.into_iter().zip(shift.verdicts) {
        for (to, count) in Verdict::ALL.into_iter().zip(row).filter(|(to, count)| *to != from && *count > 0) {
            let (a, b) = (list::word(from), list::word(to));
            line(format!("  {:>12}  {a} → {b}", grouped(count)), format!("  {:>12}  {from:?} to {to:?}", grouped(count)));
        }
    }
    for (clause, counts) in &shift.clauses {
        let words = [("適", "yes"), ("不適", "no"), ("不明", "unknown")];
        for (from, row) in words.iter().zip(counts) {
            for (to, count) in words.iter().zip(row).filter(|(to, count)| *to != from && **count > 0) {
                line(
                    format!("  {clause}　{:>12}  {} → {}", grouped(*count), from.0, to.0),
                    format!("  {clause}  {:>12}  {} to {}", grouped(*count), from.1, to.1),
                );
            }
        }
    }
    if shift.capped > 0 {
        let mean = group_thousands(shift.difference / i128::from(shift.capped));
        let (higher, lower) = (grouped(shift.higher), grouped(shift.lower));
        line(
            format!("補助上限額　上がる {higher} 件、下がる {lower} 件、平均の差 {mean}円"),
            format!("ceiling: higher for {higher}, lower for {lower}, mean difference {mean} yen"),
        );
    }
    for moved in &shift.first {
        let (a, b) = (list::word(moved.from), list::word(moved.to));
        line(format!("  {}件目　{a} → {b}", moved.firm + 1), format!("  firm {}: {:?} to {:?}", moved.firm + 1, moved.from, moved.to));
    }
    let rules = prepared.screen.rules();
    line(format!("（要件 {rules} を照合）"), format!("({rules} conditions)"));
    out
}
