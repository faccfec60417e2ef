//! Searching the register, and one firm: its entry and history, what sources say of it, which open calls it may have, and why.

use banso_guideline::{Examination, Facts};
use banso_kernel::{CallId, CorporateNumber, Instant, LocalText, Yen};
use banso_permits::{Action, Person, Resource};
use banso_register::name_key;
use banso_screening::{CapKind, Screener, Verdict};
use banso_store::{KnownFirm, RegisteredFirm};

use super::screening::name_of;
use super::{OpenCalls, SettledFact, settle, with_register};
use crate::{FirmRecord, Office, OfficeError, Page};

/// Firms on one page of a search.
const FOUND: u32 = 50;

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirmSearch {
    /// A name, however it is written, or a whole number; empty for nothing.
    pub text: String,
    /// Empty for all.
    pub prefecture: String,
}

/// Firms that were found, at most a page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmsFound {
    pub firms: Vec<RegisteredFirm>,
    pub prefectures: Vec<String>,
    /// There may be more than are shown.
    pub more: bool,
}

/// One firm.
#[derive(Debug, Clone)]
pub struct FirmPage {
    pub record: FirmRecord,
    pub facts: Vec<ShownFact>,
    pub calls: Vec<FirmCall>,
    /// The call that is explained.
    pub explained: Option<(CallId, LocalText, Examination)>,
    pub told: Vec<ToldCall>,
    pub may_tell: bool,
}

/// A fact of a firm with everything that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFact {
    pub label: LocalText,
    pub said: SettledFact,
}

/// What an open call is to a firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmCall {
    pub call: CallId,
    pub name: LocalText,
    pub verdict: Verdict,
    pub ceiling: Option<(Yen, CapKind)>,
}

/// That somebody told the firm of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldCall {
    pub call: CallId,
    pub name: LocalText,
    pub by: String,
    pub at: Instant,
}

impl Office {
    /// Firms of the register by name, number and prefecture.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not read firms.
    pub async fn search_firms(&self, person: &Person, search: &FirmSearch) -> Result<FirmsFound, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        let prefectures = self.store().register_prefectures().await?;
        let text = search.text.trim();
        let key = name_key(text);
        let firms = match (text.is_empty(), CorporateNumber::parse(text)) {
            (true, _) => Vec::new(),
            (false, Ok(number)) => self.store().registered_firm(number).await?.into_iter().collect(),
            (false, Err(_)) if search.prefecture.is_empty() => self.find_firms(text, Page::first(FOUND)).await?,
            (false, Err(_)) if key.is_empty() => Vec::new(),
            (false, Err(_)) => self.store().find_registered_in(&key, &search.prefecture, FOUND).await?,
        };
        Ok(FirmsFound { more: firms.len() == FOUND as usize, firms, prefectures })
    }

    /// One firm of the register; with a call, why it may or may not apply there.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`]; [`OfficeError::NotFound`] for a firm that is not in the register or a call that is not open.
    pub async fn firm_page(&self, person: &Person, number: CorporateNumber, call: Option<&CallId>) -> Result<FirmPage, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        let record = self.firm_record(number).await?;
        let known = self.known(&record.firm).await?;
        let told = self.told_calls(number).await?;
        let open = OpenCalls::of(self);
        let facts = shown(open.as_ref(), &known);
        let (calls, explained) = match &open {
            Some(open) if record.firm.closing.is_none() => judged(open, &known, call)?,
            Some(_) | None if call.is_some() => return Err(OfficeError::NotFound),
            Some(_) | None => (Vec::new(), None),
        };
        let may_tell = self.may(person, Action::TellFirms, &Resource::Office).is_ok();
        Ok(FirmPage { record, facts, calls, explained, told, may_tell })
    }

    pub(super) async fn known(&self, firm: &RegisteredFirm) -> Result<KnownFirm, OfficeError> {
        Ok(KnownFirm {
            number: firm.number,
            name: firm.name.clone(),
            form: firm.form,
            place: firm.place.clone(),
            prefecture: firm.prefecture.clone(),
            updated_on: firm.updated_on,
            facts: self.store().facts_of_firm(firm.number).await?,
        })
    }

    async fn told_calls(&self, number: CorporateNumber) -> Result<Vec<ToldCall>, OfficeError> {
        let mut told = Vec::new();
        for note in self.store().told_to(number).await? {
            let name = self.edition_in_force(&note.call).map_or_else(|_| LocalText::ja(note.call.to_string()), |e| name_of(&e));
            let by = self.store().account(note.by).await?.map(|a| a.name).unwrap_or_default();
            told.push(ToldCall { call: note.call, name, by, at: note.at });
        }
        Ok(told)
    }
}

fn shown(open: Option<&OpenCalls>, known: &KnownFirm) -> Vec<ShownFact> {
    let dictionary = open.and_then(|o| o.editions.first()).map(|(_, e)| e.dictionary());
    let label = |item: &str| dictionary.and_then(|d| d.get(item)).map_or_else(|| LocalText::ja(item), |i| i.label.clone());
    let own = ["名称", "法人番号", "都道府県"];
    let facts = settle(with_register(known)).into_iter();
    facts.filter(|(item, _)| !own.contains(&item.as_str())).map(|(item, said)| ShownFact { label: label(&item), said }).collect()
}

type Judged = (Vec<FirmCall>, Option<(CallId, LocalText, Examination)>);

fn judged(open: &OpenCalls, known: &KnownFirm, call: Option<&CallId>) -> Result<Judged, OfficeError> {
    let blocks = open.blocks(std::slice::from_ref(known));
    let mut calls = Vec::new();
    let mut facts = Facts::default();
    if let Some(block) = blocks.first() {
        facts = open.screen.with_supposed(block.facts(0));
        Screener::new(&open.screen).block(block, |index, programme, answer| {
            let Some((call, edition)) = open.editions.get(index) else { return };
            calls.push(FirmCall {
                call: call.clone(),
                name: name_of(edition),
                verdict: answer.verdict(0),
                ceiling: answer.ceiling(0).map(Yen::new).zip(programme.cap_kind()),
            });
        });
    }
    let explained = match call {
        None => None,
        Some(call) => {
            let (_, edition) = open.editions.iter().find(|(c, _)| c == call).ok_or(OfficeError::NotFound)?;
            Some((call.clone(), name_of(edition), edition.examine(&facts)))
        }
    };
    Ok((calls, explained))
}
