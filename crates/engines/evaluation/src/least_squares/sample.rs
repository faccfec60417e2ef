//! Which rows take part: those where nothing is missing, with a weight, and not alone in a level of a fixed effect.

use std::sync::Arc;

use super::design::{Design, Dimension, Dropped};
use super::moments::each_window;
use super::source::{Groups, Source};
use super::spec::{Singletons, WeightKind};
use crate::frame::Column;
use crate::notice::Refusal;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Used,
    Missing,
    NoWeight,
}

impl Design<'_> {
    /// Leaves out rows in which something is missing, or whose weight is zero.
    pub(super) fn choose_rows(&mut self, groups: &[&Groups]) -> Result<(), Refusal> {
        let (mut keep, mut dropped, mut row) = (std::mem::take(&mut self.keep), self.dropped, 0);
        each_window(
            self,
            |block| self.fates(block),
            |fates| {
                for fate in fates.into_iter().flatten() {
                    match fate {
                        Fate::Used => {}
                        Fate::Missing => (keep[row], dropped.missing) = (false, dropped.missing + 1),
                        Fate::NoWeight => (keep[row], dropped.zero_weight) = (false, dropped.zero_weight + 1),
                    }
                    row += 1;
                }
                Ok(())
            },
        )?;
        (self.keep, self.dropped) = (keep, dropped);
        let Self { factors, keep, dropped, .. } = self;
        for groups in groups.iter().copied().chain(factors.iter()) {
            for (keep, _) in keep.iter_mut().zip(&groups.codes).filter(|(keep, code)| **keep && **code == Column::MISSING) {
                *keep = false;
                dropped.missing += 1;
            }
        }
        self.rows = self.keep.iter().filter(|keep| **keep).count();
        Ok(())
    }

    fn fates(&self, block: usize) -> Result<Vec<Fate>, Refusal> {
        let columns = self.read(block)?;
        let first = self.blocks[block].start;
        let mut fates = vec![Fate::Used; self.blocks[block].len()];
        for (at, column) in columns.iter().enumerate() {
            for (fate, value) in fates.iter_mut().zip(column.iter()) {
                if value.is_nan() {
                    *fate = Fate::Missing;
                }
            }
            if self.logs.contains(&at)
                && let Some(row) = column.iter().position(|v| *v <= 0.0)
            {
                return Err(refused_cell(
                    "not-positive",
                    &self.columns[at],
                    first + row,
                    "正の数でないため対数をとれません",
                    "is not positive and has no logarithm",
                ));
            }
        }
        if let Some(weight) = self.weight {
            for (row, value) in columns[weight].iter().enumerate() {
                if *value < 0.0 {
                    return Err(refused_cell(
                        "negative-weight",
                        &self.columns[weight],
                        first + row,
                        "負の重みです",
                        "is a negative weight",
                    ));
                }
                if self.weight_kind == WeightKind::Frequency && value.fract() != 0.0 {
                    return Err(refused_cell(
                        "weight-not-whole",
                        &self.columns[weight],
                        first + row,
                        "度数の重みが整数ではありません",
                        "is no whole number, as frequency weights must be",
                    ));
                }
                if *value == 0.0 && fates[row] == Fate::Used {
                    fates[row] = Fate::NoWeight;
                }
            }
        }
        Ok(fates)
    }

    /// Leaves out rows that are alone in a level, and those that become so by it. Linear in the rows: each level remembers the exclusive or
    /// of its rows, which is the last one left when there is one left.
    pub(super) fn drop_singletons(&mut self, effects: &[Groups], how: Singletons) {
        if how == Singletons::Keep || self.weight_kind == WeightKind::Frequency {
            return;
        }
        let mut left: Vec<Vec<(u32, u32)>> = effects.iter().map(|groups| vec![(0, 0); groups.count()]).collect();
        for (row, _) in self.keep.iter().enumerate().filter(|(_, keep)| **keep) {
            for (groups, left) in effects.iter().zip(&mut left) {
                let (count, rows) = &mut left[groups.codes[row] as usize];
                (*count, *rows) = (*count + 1, *rows ^ row as u32);
            }
        }
        let mut alone: Vec<u32> = left.iter().flatten().filter(|(count, _)| *count == 1).map(|(_, row)| *row).collect();
        while let Some(row) = alone.pop() {
            if !std::mem::replace(&mut self.keep[row as usize], false) {
                continue;
            }
            (self.rows, self.dropped.singletons) = (self.rows - 1, self.dropped.singletons + 1);
            for (groups, left) in effects.iter().zip(&mut left) {
                let (count, rows) = &mut left[groups.codes[row as usize] as usize];
                (*count, *rows) = (*count - 1, *rows ^ row);
                if *count == 1 {
                    alone.push(*rows);
                }
            }
        }
    }
}

pub(super) fn crossed(source: &dyn Source, name: &str) -> Result<Groups, Refusal> {
    if let Ok(groups) = source.groups(name) {
        return Ok(groups);
    }
    let mut parts = name.split('^').map(|part| source.groups(part.trim()));
    let first = parts.next().unwrap_or_else(|| source.groups(name))?;
    parts.try_fold(first, |all, next| Ok(all.crossed(&next?)))
}

/// The groups that rows taking part are in, counted from 0 in the order in which they appear.
pub(super) fn compact(name: &str, groups: Groups, keep: &[bool]) -> Dimension {
    let mut known = vec![Column::MISSING; groups.count()];
    let mut count = 0;
    let mut codes = groups.codes;
    for (code, keep) in codes.iter_mut().zip(keep) {
        if *keep {
            let new = &mut known[*code as usize];
            if *new == Column::MISSING {
                *new = count;
                count += 1;
            }
            *code = *new;
        } else {
            *code = Column::MISSING;
        }
    }
    Dimension { name: name.to_owned(), codes: Arc::new(codes), count: count as usize }
}

fn refused_cell(code: &'static str, column: &str, row: usize, ja: &str, en: &str) -> Refusal {
    let row = row + 1;
    Refusal::new(
        code,
        format!("列「{column}」の{row}行目: {ja}。値を直すか、空欄にしてください。"),
        format!("column \"{column}\", row {row} {en}; correct it or leave it empty"),
    )
}

pub(super) fn nobody(dropped: &Dropped) -> Refusal {
    let Dropped { missing, zero_weight, singletons } = dropped;
    Refusal::new(
        if *singletons > 0 { "all-singletons" } else { "no-rows" },
        format!(
            "使える行が1つもありません（欠測{missing}行、重みゼロ{zero_weight}行、固定効果の水準に1行だけ{singletons}行）。固定効果を減らすか、欠測を確認してください。"
        ),
        format!(
            "no row can be used ({missing} with something missing, {zero_weight} with weight zero, {singletons} alone in a level of a fixed effect); absorb less, or look at what is missing"
        ),
    )
}
