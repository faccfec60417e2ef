//! What an amendment changes for the firms of an area: two editions of a call over the same firms, and those that change answer.

use std::collections::BTreeMap;

use banso_guideline::{Edition, Item};
use banso_kernel::{CallId, CorporateNumber, Day, Digest, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_screening::{Block, Comparison, FIRM, Schema, Shift, Verdict};
use banso_store::{Area, KnownFirm};
use std::sync::Arc;

use super::register::Rows;
use super::screening::{MOST_FIRMS, THREADS, name_of};
use crate::{Office, OfficeError};

/// Firms that are shown by name.
const NAMED: usize = 50;

/// Which editions, over which firms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSearch {
    /// Without one the edition before the newest.
    pub before: Option<Digest>,
    /// Without one the newest.
    pub after: Option<Digest>,
    /// How the registered place begins; empty for the whole register.
    pub area: String,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangePage {
    pub call: CallId,
    pub name: LocalText,
    /// The editions of the call: what they are called, and when they were published.
    pub editions: Vec<(Digest, String, Day)>,
    /// The two that are compared; nothing while there is only one edition.
    pub sides: Option<(Digest, Digest)>,
    pub too_many: Option<u32>,
    pub shift: Option<Shift>,
    /// The clauses at which answers move, with their headings.
    pub clauses: Vec<(String, LocalText, [[u64; 3]; 3])>,
    pub moved: Vec<MovedFirm>,
}

/// A firm whose verdict moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedFirm {
    pub number: CorporateNumber,
    pub name: String,
    pub place: String,
    pub from: Verdict,
    pub to: Verdict,
}

impl Office {
    /// Two editions of a call over the firms of an area.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not read firms; [`OfficeError::NotFound`] for a call or an edition that is not there.
    pub async fn changed_firms(&self, person: &Person, call: &CallId, search: &ChangeSearch) -> Result<ChangePage, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        let editions: Vec<Edition> = self.published_call(call)?.editions.into_iter().map(|e| e.edition).collect();
        let newest = editions.last().ok_or(OfficeError::NotFound)?;
        let mut page = ChangePage {
            call: call.clone(),
            name: name_of(newest),
            editions: editions.iter().map(|e| (e.digest(), e.meta().edition.clone(), e.meta().published)).collect(),
            sides: None,
            too_many: None,
            shift: None,
            clauses: Vec::new(),
            moved: Vec::new(),
        };
        let find = |digest: Digest| editions.iter().find(|e| e.digest() == digest).ok_or(OfficeError::NotFound);
        let after = search.after.map_or(Ok(newest), find)?;
        let before = match search.before {
            Some(digest) => find(digest)?,
            None => match editions.iter().rev().nth(1) {
                Some(edition) => edition,
                None => return Ok(page),
            },
        };
        page.sides = Some((before.digest(), after.digest()));
        let firms = self.store().firms_of(&Area(search.area.clone()), MOST_FIRMS + 1).await?;
        if firms.len() > MOST_FIRMS as usize {
            page.too_many = Some(MOST_FIRMS);
            return Ok(page);
        }
        let (before, after) = (before.clone(), after.clone());
        let work = move || compared(&before, &after, &firms);
        let (shift, clauses, moved) = tokio::task::spawn_blocking(work).await.map_err(OfficeError::fault)?;
        (page.shift, page.clauses, page.moved) = (Some(shift), clauses, moved);
        Ok(page)
    }
}

type Compared = (Shift, Vec<(String, LocalText, [[u64; 3]; 3])>, Vec<MovedFirm>);

fn compared(before: &Edition, after: &Edition, firms: &[KnownFirm]) -> Compared {
    let about_firms = |item: &&Item| item.about == FIRM;
    let items = [before, after].into_iter().flat_map(|e| e.dictionary().items()).filter(about_firms);
    let schema = Arc::new(Schema::of(items));
    let rows = Rows::of(&schema);
    let mut blocks: Vec<Block> = Vec::new();
    for (at, firm) in firms.iter().enumerate() {
        if blocks.last().is_none_or(Block::is_full) {
            blocks.push(Block::new(&schema, at as u64));
        }
        if let Some(block) = blocks.last_mut() {
            rows.push(block, firm, |_| {});
        }
    }
    let shift = Comparison::new(&schema, before, after, banso_guideline::Facts::default()).over(&blocks, THREADS);
    let moved = shift.first.iter().take(NAMED).filter_map(|moved| {
        let firm = firms.get(usize::try_from(moved.firm).ok()?)?;
        Some(MovedFirm { number: firm.number, name: firm.name.clone(), place: firm.place.clone(), from: moved.from, to: moved.to })
    });
    let moved = moved.collect();
    let clauses = clauses(&shift, &[before, after]);
    (shift, clauses, moved)
}

/// The clauses at which an answer moves.
fn clauses(shift: &Shift, editions: &[&Edition]) -> Vec<(String, LocalText, [[u64; 3]; 3])> {
    let titles: BTreeMap<String, LocalText> = editions
        .iter()
        .flat_map(|e| e.examine(&banso_guideline::Facts::default()).findings)
        .map(|f| (f.clause.to_string(), f.title))
        .collect();
    let moves = |counts: &[[u64; 3]; 3]| counts.iter().enumerate().any(|(i, row)| row.iter().enumerate().any(|(j, n)| i != j && *n > 0));
    let named = shift.clauses.iter().filter(|(_, counts)| moves(counts));
    named
        .map(|(clause, counts)| {
            let clause = clause.to_string();
            let title = titles.get(&clause).cloned().unwrap_or_default();
            (clause, title, *counts)
        })
        .collect()
}
