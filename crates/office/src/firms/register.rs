//! The firms of the register as columns, block by block in the order of their numbers: never more than a block of them in memory.

use std::sync::Arc;

use banso_kernel::{CorporateNumber, Day, Digest};
use banso_screening::{BLOCK, Block, Cell, Layout, Misfit, Schema};
use banso_store::KnownFirm;

use super::{settle, with_register};
use crate::{Office, OfficeError};

/// Misfits that are kept by name; the rest are counted.
const NAMED: usize = 20;

/// How a firm becomes a row of columns: of each item what the strongest source says.
pub(super) struct Rows {
    layout: Layout,
    header: Vec<String>,
}

impl Rows {
    pub(super) fn of(schema: &Arc<Schema>) -> Rows {
        let header: Vec<String> = schema.fields().iter().map(|f| f.item.clone()).collect();
        Rows { layout: Layout::of(schema, &header), header }
    }

    /// Adds a firm. A fact that does not fit its item counts as unknown.
    pub(super) fn push(&self, block: &mut Block, firm: &KnownFirm, misfit: impl FnMut(Misfit)) {
        let facts = settle(with_register(firm));
        let cell = |place: usize| {
            let said = self.header.get(place).and_then(|item| facts.get(item));
            said.map_or(Cell::Missing, |fact| Cell::Text(&fact.holds.value))
        };
        self.layout.push(block, cell, misfit);
    }
}

/// Facts that do not fit their item, as far as the register was read: they were taken in by an older dictionary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactMisfits {
    pub first: Vec<(CorporateNumber, Misfit)>,
    pub count: u64,
}

/// The open firms of the register, a block at a time.
pub struct RegisterBlocks {
    office: Office,
    schema: Arc<Schema>,
    rows: Rows,
    on: Option<Day>,
    last: Option<CorporateNumber>,
    read: u64,
    pub misfits: FactMisfits,
}

impl RegisterBlocks {
    /// Goes on after this firm, the `read`th.
    pub const fn go_on(&mut self, last: Option<CorporateNumber>, read: u64) {
        self.last = last;
        self.read = read;
    }

    /// The last firm that was read.
    #[must_use]
    pub const fn last(&self) -> Option<CorporateNumber> {
        self.last
    }

    /// The next firms, at most a block of them; none at the end.
    ///
    /// # Errors
    /// Storage.
    pub async fn block(&mut self) -> Result<Option<Block>, OfficeError> {
        let limit = u32::try_from(BLOCK).map_err(OfficeError::fault)?;
        let firms = self.office.store().firms_by_number(self.last, self.on, limit).await?;
        let mut block = Block::new(&self.schema, self.read);
        let misfits = &mut self.misfits;
        for firm in &firms {
            self.rows.push(&mut block, firm, |misfit| {
                misfits.count += 1;
                if misfits.first.len() < NAMED {
                    misfits.first.push((firm.number, misfit));
                }
            });
        }
        self.last = firms.last().map(|firm| firm.number).or(self.last);
        self.read += firms.len() as u64;
        Ok((!firms.is_empty()).then_some(block))
    }

    /// One firm alone, if the register has it.
    ///
    /// # Errors
    /// Storage.
    pub async fn firm(&self, number: CorporateNumber) -> Result<Option<Block>, OfficeError> {
        let Some(firm) = self.office.store().registered_firm(number).await? else { return Ok(None) };
        let mut known = self.office.known(&firm).await?;
        known.facts.retain(|fact| self.on.is_none_or(|day| fact.as_of <= day));
        let mut block = Block::new(&self.schema, 0);
        self.rows.push(&mut block, &known, |_| {});
        Ok(Some(block))
    }
}

impl Office {
    /// The open firms of the register with what sources say of them, in these columns; with a day, as of it.
    #[must_use]
    pub fn register_blocks(&self, schema: &Arc<Schema>, on: Option<Day>) -> RegisterBlocks {
        let (rows, schema) = (Rows::of(schema), Arc::clone(schema));
        RegisterBlocks { office: self.clone(), schema, rows, on, last: None, read: 0, misfits: FactMisfits::default() }
    }

    /// What was taken into the register so far, as one word: another one as soon as a file or a table is taken in.
    ///
    /// # Errors
    /// Storage.
    pub async fn register_state(&self) -> Result<Digest, OfficeError> {
        let mut text = String::new();
        for file in self.store().register_files().await? {
            text.push_str(&format!("{} {} {}\n", file.digest, file.lines, file.finished_at.is_some()));
        }
        for file in self.store().fact_files().await? {
            text.push_str(&format!("{} {}\n", file.digest, file.source));
        }
        Ok(Digest::of(text.as_bytes()))
    }

    /// How many firms of the register are open.
    ///
    /// # Errors
    /// Storage.
    pub async fn open_firms(&self) -> Result<u64, OfficeError> {
        Ok(self.store().open_firms().await?)
    }
}
