//! Every open firm of an area against every call that takes applications now: counts for the office, and whom to tell.

use std::collections::BTreeSet;

use banso_kernel::{CallId, CorporateNumber, Day, LocalText, Yen};
use banso_permits::{Action, Person, Resource};
use banso_screening::{Answer, Block, CapKind, Counter, Counts, Division, ProgrammeTally, Screen, Tally, Verdict, screen_blocks};
use banso_store::{Area, KnownFirm};

use super::OpenCalls;
use crate::{Office, OfficeError};

/// Firms that are screened for one page; more is for the command line, which reads them piece by piece.
pub(super) const MOST_FIRMS: u32 = 50_000;
/// Firms on one page of a list.
const PAGE: usize = 50;
pub(super) const THREADS: usize = 2;
/// By what firms are grouped: an item, and the highest of each band of a number.
pub(super) const DIVISIONS: [(&str, &[i64]); 3] = [("都道府県", &[]), ("業種", &[]), ("従業員数", &[5, 20, 50, 100, 300])];

/// Which firms of a list are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Telling {
    /// Those that nobody has told yet.
    #[default]
    Untold,
    /// Those that were told as well.
    All,
}

/// What is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScreeningSearch {
    /// How the registered place begins: `福井県鯖江市`; empty for the whole register.
    pub area: String,
    /// The call whose firms are listed.
    pub call: Option<CallId>,
    pub telling: Telling,
    /// Counted from 0.
    pub page: u32,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreeningPage {
    pub day: Day,
    pub prefectures: Vec<String>,
    pub firms: u64,
    /// The area has more firms than fit on a page: nothing was screened.
    pub too_many: Option<u32>,
    pub calls: Vec<ScreenedCall>,
    pub chosen: Option<ChosenCall>,
    pub may_tell: bool,
}

/// One call over the area.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenedCall {
    pub call: CallId,
    pub name: LocalText,
    /// By [`Verdict::ALL`].
    pub verdicts: Counts,
    /// The mean of the ceilings that are known, and whether they are of a year.
    pub ceiling: Option<(Yen, CapKind)>,
}

/// The call whose firms are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct ChosenCall {
    pub call: CallId,
    pub name: LocalText,
    pub grouped: Vec<Grouped>,
    pub rows: Vec<OpenFirm>,
    /// Of the firms that the call may be open to, those that are listed.
    pub total: u64,
    pub pages: u64,
    pub told: u64,
}

/// Counts by the groups of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouped {
    pub item: String,
    pub groups: Vec<(String, Counts)>,
}

/// A firm to which a call may be open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenFirm {
    pub number: CorporateNumber,
    pub name: String,
    pub place: String,
    pub verdict: Verdict,
    /// The one fact that would settle it.
    pub lacks: Option<String>,
    pub ceiling: Option<Yen>,
    /// The guideline wants such firms told (案内対象).
    pub audience: bool,
    pub told: bool,
}

/// Counts, and the firms of the chosen call, of one thread.
struct Gathered<'a> {
    counter: Counter<'a>,
    rows: Vec<(usize, Found)>,
}

/// What a firm's row of the list is made of.
struct Found {
    verdict: Verdict,
    lacks: Option<String>,
    ceiling: Option<i64>,
    audience: bool,
}

impl Office {
    /// The firms of an area against the calls that are open now.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not read firms; [`OfficeError::NotFound`] for a call that is not open.
    pub async fn screening(&self, person: &Person, search: &ScreeningSearch) -> Result<ScreeningPage, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        let mut page = ScreeningPage {
            day: self.now().day(),
            prefectures: self.store().register_prefectures().await?,
            firms: 0,
            too_many: None,
            calls: Vec::new(),
            chosen: None,
            may_tell: self.may(person, Action::TellFirms, &Resource::Office).is_ok(),
        };
        let Some(open) = OpenCalls::of(self) else { return Ok(page) };
        let chosen = match &search.call {
            Some(call) => Some(open.editions.iter().position(|(c, _)| c == call).ok_or(OfficeError::NotFound)?),
            None => None,
        };
        let firms = self.store().firms_of(&Area(search.area.clone()), MOST_FIRMS + 1).await?;
        if firms.len() > MOST_FIRMS as usize {
            page.too_many = Some(MOST_FIRMS);
            return Ok(page);
        }
        page.firms = firms.len() as u64;
        let told = match &search.call {
            Some(call) => self.store().told_of(call).await?,
            None => BTreeSet::new(),
        };
        let search = search.clone();
        let (calls, chosen) =
            tokio::task::spawn_blocking(move || screened(&open, &firms, &search, chosen, &told)).await.map_err(OfficeError::fault)?;
        page.calls = calls;
        page.chosen = chosen;
        Ok(page)
    }

    /// Notes that these firms were told of a call. Those that were told before stay as they are.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not tell firms; [`OfficeError::NotFound`] for a call or a firm that is not there.
    pub async fn note_told(&self, person: &Person, call: &CallId, firms: &BTreeSet<CorporateNumber>) -> Result<(), OfficeError> {
        self.may(person, Action::TellFirms, &Resource::Office)?;
        self.published_call(call)?;
        if firms.is_empty() {
            return Err(OfficeError::field("firm", "知らせた企業を選んでください。", "Choose the firms that were told."));
        }
        for number in firms {
            self.store().registered_firm(*number).await?.ok_or(OfficeError::NotFound)?;
        }
        Ok(self.store().note_told(call, person.id, firms).await?)
    }

    /// Takes back the note that a firm was told.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`]; [`OfficeError::NotFound`] when there is no such note.
    pub async fn take_back_told(&self, person: &Person, call: &CallId, firm: CorporateNumber) -> Result<(), OfficeError> {
        self.may(person, Action::TellFirms, &Resource::Office)?;
        match self.store().take_back_told(call, firm).await {
            Err(banso_store::CommitError::Missing(_)) => Err(OfficeError::NotFound),
            other => Ok(other?),
        }
    }
}

fn screened(
    open: &OpenCalls,
    firms: &[KnownFirm],
    search: &ScreeningSearch,
    chosen: Option<usize>,
    told: &BTreeSet<CorporateNumber>,
) -> (Vec<ScreenedCall>, Option<ChosenCall>) {
    let blocks = open.blocks(firms);
    let screen = &open.screen;
    let divisions: Vec<Division> = DIVISIONS.iter().filter_map(|(item, bounds)| Division::by(screen.schema(), item, bounds)).collect();
    let start = || Gathered { counter: Counter::new(screen, &divisions), rows: Vec::new() };
    let gathered = screen_blocks(screen, &blocks, THREADS, start, |held, block, index, _, answer| {
        held.counter.add(block, index, answer);
        if chosen == Some(index) {
            held.rows.extend(found(screen, block, answer));
        }
    });
    let mut tally = Tally::default();
    let mut rows: Vec<(usize, Found)> = Vec::new();
    for part in gathered {
        tally = tally.plus(part.counter.tally);
        rows.extend(part.rows);
    }
    rows.sort_by_key(|(at, _)| *at);
    let none = ProgrammeTally::default();
    let of = |index: usize| tally.programmes.get(index).unwrap_or(&none);
    let call = |(index, (call, edition)): (usize, &(CallId, banso_guideline::Edition))| ScreenedCall {
        call: call.clone(),
        name: name_of(edition),
        verdicts: of(index).verdicts,
        ceiling: mean(of(index)).zip(screen.programmes().get(index).and_then(banso_screening::Programme::cap_kind)),
    };
    let calls = open.editions.iter().enumerate().map(call).collect();
    let chosen = chosen.and_then(|index| {
        let (call, edition) = open.editions.get(index)?;
        Some(listed(call, edition, grouped(&divisions, of(index)), firms, rows, search, told))
    });
    (calls, chosen)
}

fn listed(
    call: &CallId,
    edition: &banso_guideline::Edition,
    grouped: Vec<Grouped>,
    firms: &[KnownFirm],
    rows: Vec<(usize, Found)>,
    search: &ScreeningSearch,
    told: &BTreeSet<CorporateNumber>,
) -> ChosenCall {
    let rows: Vec<OpenFirm> = rows
        .into_iter()
        .filter_map(|(at, found)| Some(open_firm(firms.get(at)?, found, told)))
        .filter(|row| search.telling == Telling::All || !row.told)
        .collect();
    let total = rows.len() as u64;
    let from = (search.page as usize).saturating_mul(PAGE);
    ChosenCall {
        call: call.clone(),
        name: name_of(edition),
        grouped,
        rows: rows.into_iter().skip(from).take(PAGE).collect(),
        total,
        pages: total.div_ceil(PAGE as u64).max(1),
        told: told.len() as u64,
    }
}

fn open_firm(firm: &KnownFirm, found: Found, told: &BTreeSet<CorporateNumber>) -> OpenFirm {
    OpenFirm {
        number: firm.number,
        name: firm.name.clone(),
        place: firm.place.clone(),
        verdict: found.verdict,
        lacks: found.lacks,
        ceiling: found.ceiling.map(Yen::new),
        audience: found.audience,
        told: told.contains(&firm.number),
    }
}

/// The firms of a block for which the call may be open, by their place among all.
fn found<'a>(screen: &'a Screen, block: &'a Block, answer: &'a Answer) -> Vec<(usize, Found)> {
    let perhaps = answer.eligible | answer.open | answer.one_away;
    let first = usize::try_from(block.first).unwrap_or(usize::MAX);
    let one = |row: usize| {
        let lacks = answer.away.iter().find(|(_, plane)| plane.get(row)).and_then(|(symbol, _)| screen.missing(*symbol));
        let lacks = lacks.and_then(|m| match m {
            banso_guideline::Missing::Fact(item) => Some(item.clone()),
            banso_guideline::Missing::Unconfirmed { .. } => None,
        });
        let found = Found { verdict: answer.verdict(row), lacks, ceiling: answer.ceiling(row), audience: answer.audience.yes.get(row) };
        (first.saturating_add(row), found)
    };
    perhaps.rows().map(one).collect()
}

fn grouped(divisions: &[Division], tally: &ProgrammeTally) -> Vec<Grouped> {
    let one = |(division, counts): (&Division, &Vec<Counts>)| Grouped {
        item: division.name.clone(),
        groups: division.groups.iter().cloned().zip(counts.iter().copied()).filter(|(_, counts)| counts.iter().any(|n| *n > 0)).collect(),
    };
    divisions.iter().zip(&tally.groups).map(one).collect()
}

fn mean(tally: &ProgrammeTally) -> Option<Yen> {
    let mean = tally.ceilings.checked_div(i128::from(tally.capped))?;
    i64::try_from(mean).ok().map(Yen::new)
}

pub(super) fn name_of(edition: &banso_guideline::Edition) -> LocalText {
    let (programme, call) = (&edition.meta().programme, &edition.meta().call_name);
    let en = banso_kernel::Lang::En;
    LocalText::new(format!("{} {}", programme.ja, call.ja), format!("{} {}", programme.get(en), call.get(en)))
}
