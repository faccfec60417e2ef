//! Where rows come from: a frame in memory, or a file read block by block and several times over.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use crate::frame::{Column, Frame};
use crate::notice::Refusal;

/// Rows of a block. Fixed, so that sums are taken in the same order whatever the number of threads and wherever the rows come from.
const BLOCK: usize = 1 << 16;

/// The blocks of so many rows: sources that divide their rows so give the same bits.
pub fn blocks(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows.div_ceil(BLOCK)).map(move |i| i * BLOCK..((i + 1) * BLOCK).min(rows))
}

/// Rows that can be read block by block, in any order and as often as needed.
pub trait Source: Sync {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// Whether there is a column of numbers of that name.
    ///
    /// # Errors
    /// No such column at all.
    fn is_number(&self, name: &str) -> Result<bool, Refusal>;

    /// The rows of each block, in order and without gaps. They depend on the data only.
    fn blocks(&self) -> Vec<Range<usize>>;

    /// Columns of numbers in one block, `NaN` for missing.
    ///
    /// # Errors
    /// No such column, a column of names, or rows that cannot be read.
    fn numbers(&self, block: usize, names: &[&str]) -> Result<Vec<Cow<'_, [f64]>>, Refusal>;

    /// The groups that a column divides all rows into.
    ///
    /// # Errors
    /// No such column, or rows that cannot be read.
    fn groups(&self, name: &str) -> Result<Groups, Refusal>;
}

/// What the groups of a column are called.
#[derive(Debug, Clone, PartialEq)]
pub enum Keys {
    /// By numbers.
    Numbers(Vec<f64>),
    /// By names.
    Names(Vec<String>),
}

/// For each row the number of its group, [`Column::MISSING`] for none, counted from 0 in order of first appearance.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// The group of each row.
    pub codes: Vec<u32>,
    /// What the groups are called.
    pub keys: Keys,
}

impl Groups {
    /// How many groups there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.keys {
            Keys::Numbers(keys) => keys.len(),
            Keys::Names(keys) => keys.len(),
        }
    }

    /// What group `code` is called.
    #[must_use]
    pub fn label(&self, code: usize) -> String {
        match &self.keys {
            Keys::Numbers(keys) => keys[code].to_string(),
            Keys::Names(keys) => keys[code].clone(),
        }
    }

    /// The groups in the order of their keys.
    #[must_use]
    pub fn ordered(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.count()).collect();
        match &self.keys {
            Keys::Numbers(keys) => order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b])),
            Keys::Names(keys) => order.sort_by(|a, b| keys[*a].cmp(&keys[*b])),
        }
        order
    }

    /// The groups by this column and another one together.
    #[must_use]
    pub fn crossed(&self, other: &Self) -> Self {
        let mut grouper = Grouper::default();
        let mut firsts = Vec::new();
        for (a, b) in self.codes.iter().zip(&other.codes) {
            if *a == Column::MISSING || *b == Column::MISSING {
                grouper.codes.push(Column::MISSING);
            } else if grouper.put((u64::from(*a) << 32) | u64::from(*b)) {
                firsts.push((*a as usize, *b as usize));
            }
        }
        let keys = firsts.into_iter().map(|(a, b)| format!("{}^{}", self.label(a), other.label(b))).collect();
        Self { codes: grouper.codes, keys: Keys::Names(keys) }
    }
}

/// Multiplies by an odd constant; the keys are numbers of rows or bits of floats, not chosen by anybody.
#[derive(Debug, Default, Clone, Copy)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn write_u64(&mut self, key: u64) {
        let mixed = (self.0 ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// Numbers groups as their keys come by.
#[derive(Debug, Default)]
pub struct Grouper {
    small: Vec<u32>,
    large: HashMap<u64, u32, BuildHasherDefault<Mixer>>,
    next: u32,
    codes: Vec<u32>,
    keys: Vec<f64>,
}

impl Grouper {
    /// Whole numbers below this are looked up in a table.
    const SMALL: usize = 1 << 22;

    /// With room for so many rows.
    #[must_use]
    pub fn for_rows(rows: usize) -> Self {
        Self { codes: Vec::with_capacity(rows), ..Self::default() }
    }

    /// The next value, `NaN` for missing. Zero and minus zero are one group.
    pub fn push(&mut self, value: f64) {
        if value.is_nan() {
            self.codes.push(Column::MISSING);
            return;
        }
        let value = value + 0.0;
        let whole = value as u32;
        let new = if f64::from(whole) == value && (whole as usize) < Self::SMALL {
            self.put_small(whole as usize)
        } else {
            self.put(value.to_bits())
        };
        if new {
            self.keys.push(value);
        }
    }

    /// The groups.
    #[must_use]
    pub fn finish(self) -> Groups {
        Groups { codes: self.codes, keys: Keys::Numbers(self.keys) }
    }

    fn put_small(&mut self, key: usize) -> bool {
        if self.small.len() <= key {
            self.small.resize((key + 1).next_power_of_two(), Column::MISSING);
        }
        let new = self.small[key] == Column::MISSING;
        if new {
            self.small[key] = self.next;
            self.next += 1;
        }
        self.codes.push(self.small[key]);
        new
    }

    fn put(&mut self, key: u64) -> bool {
        let next = self.next;
        let code = *self.large.entry(key).or_insert(next);
        self.codes.push(code);
        self.next += u32::from(code == next);
        code == next
    }
}

impl Source for Frame {
    fn rows(&self) -> usize {
        Frame::rows(self)
    }

    fn is_number(&self, name: &str) -> Result<bool, Refusal> {
        Ok(matches!(self.column(name)?, Column::Number(_)))
    }

    fn blocks(&self) -> Vec<Range<usize>> {
        blocks(Frame::rows(self)).collect()
    }

    fn numbers(&self, block: usize, names: &[&str]) -> Result<Vec<Cow<'_, [f64]>>, Refusal> {
        let rows = block * BLOCK..((block + 1) * BLOCK).min(Frame::rows(self));
        names.iter().map(|name| Ok(Cow::Borrowed(&Frame::numbers(self, name)?[rows.clone()]))).collect()
    }

    fn groups(&self, name: &str) -> Result<Groups, Refusal> {
        Ok(match self.column(name)? {
            Column::Name { codes, levels } => Groups { codes: codes.clone(), keys: Keys::Names(levels.clone()) },
            Column::Number(values) => {
                let mut grouper = Grouper::for_rows(values.len());
                values.iter().for_each(|v| grouper.push(*v));
                grouper.finish()
            }
        })
    }
}
