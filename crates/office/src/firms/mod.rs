//! The firms of the register for the office: searching them, what sources say of each, which open calls each may have, and who was told.

mod change;
mod country;
mod facts;
mod page;
mod register;
mod screening;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use banso_guideline::{Edition, Item};
use banso_kernel::CallId;
use banso_register::{FirmFact, LegalForm};
use banso_screening::{Block, FIRM, Schema, Screen};
use banso_store::KnownFirm;

use crate::{CallTime, Office, call_time};

pub use banso_register::{FactSource, SettledFact, settle};
pub use banso_screening::{Answer, CapKind, Counts, Verdict};
pub use change::{ChangePage, ChangeSearch, MovedFirm};
pub(crate) use country::Country;
pub use country::{Counted, CountedCall, CountryCount, CountryRun, Wanted};
pub use facts::{FactTable, FactsTaken, TableProblem};
pub use page::{FirmCall, FirmPage, FirmSearch, FirmsFound, ShownFact, ToldCall};
pub use register::{FactMisfits, RegisterBlocks};
pub use screening::{ChosenCall, Grouped, OpenFirm, ScreenedCall, ScreeningPage, ScreeningSearch, Telling};

/// Calls that take applications now, ready for firms.
struct OpenCalls {
    editions: Vec<(CallId, Edition)>,
    screen: Screen,
    rows: register::Rows,
}

impl OpenCalls {
    /// Compiles the editions that govern now.
    fn of(office: &Office) -> Option<OpenCalls> {
        let open = |e: &Edition| call_time(e, office.now()) == CallTime::Open;
        let editions: Vec<(CallId, Edition)> =
            office.calls().into_iter().filter_map(|c| Some((c.call.clone(), c.current().filter(|e| open(e))?.clone()))).collect();
        if editions.is_empty() {
            return None;
        }
        let about_firms = |item: &&Item| item.about == FIRM;
        let schema = Arc::new(Schema::of(editions.iter().flat_map(|(_, e)| e.dictionary().items()).filter(about_firms)));
        let texts: Vec<Edition> = editions.iter().map(|(_, e)| e.clone()).collect();
        let screen = Screen::new(&schema, &texts, banso_guideline::Facts::default());
        Some(OpenCalls { editions, screen, rows: register::Rows::of(&schema) })
    }

    /// Firms as blocks of columns. A fact that does not fit its item counts as unknown.
    fn blocks(&self, firms: &[KnownFirm]) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for (at, firm) in firms.iter().enumerate() {
            if blocks.last().is_none_or(Block::is_full) {
                blocks.push(Block::new(self.screen.schema(), at as u64));
            }
            if let Some(block) = blocks.last_mut() {
                self.rows.push(block, firm, |_| {});
            }
        }
        blocks
    }
}

/// What sources say of a firm, and what its entry in the register says by itself.
fn with_register(firm: &KnownFirm) -> Vec<FirmFact> {
    let entry = |item: &str, value: &str| FirmFact {
        item: item.to_owned(),
        value: value.to_owned(),
        source: FactSource::Register,
        as_of: firm.updated_on,
    };
    let mut facts = firm.facts.clone();
    facts.push(entry("名称", &firm.name));
    facts.push(entry("法人番号", &firm.number.to_string()));
    if !firm.prefecture.is_empty() {
        facts.push(entry("都道府県", &firm.prefecture));
    }
    match firm.form {
        LegalForm::StockCompany
        | LegalForm::LimitedCompany
        | LegalForm::GeneralPartnership
        | LegalForm::LimitedPartnership
        | LegalForm::LimitedLiabilityCompany => facts.push(entry("事業形態", "会社")),
        // What else is registered may be one of several kinds: its own papers say which.
        LegalForm::State | LegalForm::LocalGovernment | LegalForm::OtherRegistered | LegalForm::Foreign | LegalForm::Other => {}
    }
    facts
}
