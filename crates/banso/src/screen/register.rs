//! The register of the data folder or of PostgreSQL as firms to screen, read in blocks by number.

use std::sync::Arc;

use banso_kernel::{CorporateNumber, Day};
use banso_office::Office;
use banso_office::firms::RegisterBlocks;
use banso_screening::{Block, Schema};
use tokio::runtime::Runtime;

use super::ScreenTrouble;
use crate::cli;
use crate::trouble::Trouble;
use crate::wiring;

/// The register, as far as it was read.
pub(crate) struct Register {
    runtime: Runtime,
    office: Office,
    blocks: RegisterBlocks,
    /// Open firms; with a day it is not known before they are read.
    all: Option<u64>,
}

fn trouble(cause: impl Into<Trouble>) -> ScreenTrouble {
    ScreenTrouble::Register(Box::new(cause.into()))
}

impl Register {
    /// Opens the register beside a server that may be running.
    pub(super) fn open(place: &cli::Place, schema: &Arc<Schema>, on: Option<Day>) -> Result<Register, ScreenTrouble> {
        let runtime = crate::runtime().map_err(trouble)?;
        let (office, open) = runtime.block_on(async {
            let office = wiring::office_beside(place).await.map_err(trouble)?;
            let open = office.open_firms().await.map_err(trouble)?;
            Ok::<_, ScreenTrouble>((office, open))
        })?;
        let blocks = office.register_blocks(schema, on);
        if open == 0 && on.is_none() {
            return Err(ScreenTrouble::EmptyRegister);
        }
        Ok(Register { runtime, office, blocks, all: on.is_none().then_some(open) })
    }

    pub(super) fn block(&mut self) -> Result<Option<Block>, ScreenTrouble> {
        self.runtime.block_on(self.blocks.block()).map_err(trouble)
    }

    /// The firm of this number, alone.
    pub(super) fn firm(&self, number: &str) -> Result<Option<Block>, ScreenTrouble> {
        let Ok(number) = CorporateNumber::parse(number) else { return Ok(None) };
        self.runtime.block_on(self.blocks.firm(number)).map_err(trouble)
    }

    /// Another word as soon as a file or a table of facts is taken in.
    pub(super) fn state(&self) -> Result<String, ScreenTrouble> {
        let state = self.runtime.block_on(self.office.register_state()).map_err(trouble)?;
        Ok(state.to_string())
    }

    pub(super) const fn last(&self) -> Option<CorporateNumber> {
        self.blocks.last()
    }

    pub(super) const fn all(&self) -> Option<u64> {
        self.all
    }

    /// Goes on after this firm, the `read`th.
    pub(super) fn skip(&mut self, last: Option<CorporateNumber>, read: u64) {
        self.blocks.go_on(last, read);
    }

    /// Facts that did not fit, in words.
    pub(super) fn misfits(&self) -> Option<String> {
        let misfits = &self.blocks.misfits;
        if misfits.count == 0 {
            return None;
        }
        let count = misfits.count;
        let mut text = format!(
            "項目に合わない事実が{count}個あり、不明として扱いました。/ {count} facts do not fit their item and count as unknown.\n"
        );
        for (number, m) in &misfits.first {
            text.push_str(&format!("  {number}「{}」: {} / {number}, `{}`: {}\n", m.item, m.text, m.item, m.text));
        }
        Some(text)
    }
}
