//! Every open firm of the register against every call that is open, by prefecture, industry and size at once. At the size of the country it
//! takes minutes, so it runs beside the pages, block by block, and says how far it is; one at a time. Lost with the server: it is counted
//! again from the register whenever somebody asks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use banso_kernel::{CallId, Instant, LocalText};
use banso_permits::{Action, Person, Resource};
use banso_screening::{Answer, Block, Counts, Division, Verdict, screen_blocks};

use super::OpenCalls;
use super::screening::{DIVISIONS, name_of};
use crate::{Office, OfficeError};

/// Blocks that are in memory at a time.
const STRETCH: usize = 16;
/// One core: whoever uses the pages meanwhile has the others.
const THREADS: usize = 1;

/// The last count, or the one under way.
#[derive(Debug, Default)]
pub(crate) struct Country(Mutex<CountryCount>, AtomicU64);

/// How far the count is.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum CountryCount {
    #[default]
    Never,
    Running {
        since: Instant,
        /// Firms that were screened, of so many.
        firms: u64,
        of: u64,
    },
    Done(Arc<Counted>),
    /// It could not read on; what was wrong is in the log.
    Failed {
        at: Instant,
    },
}

/// What a count found.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub began: Instant,
    pub ended: Instant,
    pub by: String,
    pub firms: u64,
    pub calls: Vec<CountedCall>,
    /// By what firms are divided, and into which groups: prefecture, industry, size.
    pub divisions: Vec<(String, Vec<String>)>,
}

/// One call over all firms.
#[derive(Debug, Clone, PartialEq)]
pub struct CountedCall {
    pub call: CallId,
    pub name: LocalText,
    /// Groups in the order of the divisions, and their firms by [`Verdict::ALL`]; groups without a firm are left out.
    pub cells: Vec<(Vec<usize>, Counts)>,
}

/// Which firms of a count are wanted: of each division one group, or all.
pub type Wanted = Vec<Option<usize>>;

impl CountedCall {
    /// The firms of the wanted groups.
    #[must_use]
    pub fn within(&self, wanted: &[Option<usize>]) -> Counts {
        let mut sum = Counts::default();
        for (_, counts) in self.cells.iter().filter(|(groups, _)| is_wanted(groups, wanted)) {
            sum.iter_mut().zip(counts).for_each(|(a, b)| *a += b);
        }
        sum
    }

    /// The firms of the wanted groups, by the groups of one division.
    #[must_use]
    pub fn by(&self, division: usize, wanted: &[Option<usize>]) -> Vec<(usize, Counts)> {
        let mut rows: Vec<(usize, Counts)> = Vec::new();
        for (groups, counts) in self.cells.iter().filter(|(groups, _)| is_wanted(groups, wanted)) {
            let Some(group) = groups.get(division) else { continue };
            match rows.iter_mut().find(|(held, _)| held == group) {
                Some((_, sum)) => sum.iter_mut().zip(counts).for_each(|(a, b)| *a += b),
                None => rows.push((*group, *counts)),
            }
        }
        rows.sort_by_key(|(group, _)| *group);
        rows
    }
}

fn is_wanted(groups: &[usize], wanted: &[Option<usize>]) -> bool {
    groups.iter().zip(wanted).all(|(group, wanted)| wanted.is_none_or(|w| w == *group))
}

impl Country {
    fn state(&self) -> CountryCount {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match state {
            CountryCount::Running { since, of, .. } => CountryCount::Running { since, of, firms: self.1.load(Ordering::Relaxed) },
            other @ (CountryCount::Never | CountryCount::Done(_) | CountryCount::Failed { .. }) => other,
        }
    }

    /// Whether this one may begin: not while another runs.
    fn begin(&self, since: Instant, of: u64) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, CountryCount::Running { .. }) {
            return false;
        }
        self.1.store(0, Ordering::Relaxed);
        *state = CountryCount::Running { since, firms: 0, of };
        true
    }

    fn end(&self, result: CountryCount) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = result;
    }
}

/// A count that may begin, ready to be carried out.
pub struct CountryRun {
    open: OpenCalls,
    began: Instant,
    by: String,
}

impl Office {
    /// How the last count went.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not read firms.
    pub fn country_count(&self, person: &Person) -> Result<CountryCount, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        Ok(self.country().state())
    }

    /// Begins to count, unless it is under way.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not read firms; [`OfficeError::Invalid`] when no call is open.
    pub async fn count_country(&self, person: &Person) -> Result<(), OfficeError> {
        if let Some(run) = self.begin_country(person).await? {
            let office = self.clone();
            tokio::spawn(async move { office.carry_out_country(run).await });
        }
        Ok(())
    }

    /// The same without carrying it out; nothing while another is under way.
    ///
    /// # Errors
    /// As [`Office::count_country`].
    pub async fn begin_country(&self, person: &Person) -> Result<Option<CountryRun>, OfficeError> {
        self.may(person, Action::ReadFirms, &Resource::Office)?;
        let Some(open) = OpenCalls::of(self) else {
            return Err(OfficeError::field("", "受付中の公募がありません。", "No call is open."));
        };
        let (began, of) = (self.now(), self.open_firms().await?);
        let by = self.names([person.id]).await?.of(person.id);
        Ok(self.country().begin(began, of).then_some(CountryRun { open, began, by }))
    }

    /// Goes through the register.
    pub async fn carry_out_country(&self, run: CountryRun) {
        let counted = self.counted_country(run).await;
        self.country().end(match counted {
            Ok(counted) => CountryCount::Done(Arc::new(counted)),
            Err(error) => {
                tracing::error!(%error, "the firms of the register could not be counted");
                CountryCount::Failed { at: self.now() }
            }
        });
    }

    async fn counted_country(&self, CountryRun { open, began, by }: CountryRun) -> Result<Counted, OfficeError> {
        let schema = open.screen.schema();
        let divisions: Vec<Division> = DIVISIONS.iter().filter_map(|(item, bounds)| Division::by(schema, item, bounds)).collect();
        let mut blocks = self.register_blocks(schema, None);
        let (open, divisions) = (Arc::new(open), Arc::new(divisions));
        let (mut firms, mut sums) = (0, vec![empty(&divisions); open.editions.len()]);
        loop {
            let mut stretch = Vec::with_capacity(STRETCH);
            while stretch.len() < STRETCH {
                match blocks.block().await? {
                    Some(block) => stretch.push(block),
                    None => break,
                }
            }
            firms += stretch.iter().map(|b| b.rows() as u64).sum::<u64>();
            let last = stretch.len() < STRETCH;
            let (open, divisions) = (Arc::clone(&open), Arc::clone(&divisions));
            let work = move || counted(&open, &divisions, &stretch, sums);
            sums = tokio::task::spawn_blocking(work).await.map_err(OfficeError::fault)?;
            self.country().1.store(firms, Ordering::Relaxed);
            if last {
                break;
            }
        }
        let call = |((call, edition), sums): (&(CallId, banso_guideline::Edition), Vec<Counts>)| CountedCall {
            call: call.clone(),
            name: name_of(edition),
            cells: cells(&divisions, sums),
        };
        let calls = open.editions.iter().zip(sums).map(call).collect();
        let divisions = divisions.iter().map(|d| (d.name.clone(), d.groups.clone())).collect();
        Ok(Counted { began, ended: self.now(), by, firms, calls, divisions })
    }
}

/// A sum for each combination of groups.
fn empty(divisions: &[Division]) -> Vec<Counts> {
    vec![Counts::default(); divisions.iter().map(|d| d.groups.len()).product()]
}

/// Adds the firms of some blocks.
fn counted(open: &OpenCalls, divisions: &[Division], blocks: &[Block], sums: Vec<Vec<Counts>>) -> Vec<Vec<Counts>> {
    let start = || (vec![empty(divisions); open.editions.len()], Vec::new());
    let parts = screen_blocks(&open.screen, blocks, THREADS, start, |(sums, places), block, index, _, answer| {
        if index == 0 {
            *places = (0..block.rows()).map(|row| place(divisions, block, row)).collect();
        }
        if let Some(sums) = sums.get_mut(index) {
            add(sums, places, block, answer);
        }
    });
    let mut all = sums;
    for (part, _) in parts {
        for (own, more) in all.iter_mut().flatten().zip(part.iter().flatten()) {
            own.iter_mut().zip(more).for_each(|(a, b)| *a += b);
        }
    }
    all
}

/// The place of a firm's combination of groups.
fn place(divisions: &[Division], block: &Block, row: usize) -> usize {
    divisions.iter().fold(0, |place, division| place * division.groups.len() + division.group(block, row))
}

fn add(sums: &mut [Counts], places: &[usize], block: &Block, answer: &Answer) {
    let there = block.there();
    for (at, verdict) in Verdict::ALL.into_iter().enumerate() {
        for row in (answer.plane(verdict) & there).rows() {
            let count = places.get(row).and_then(|place| sums.get_mut(*place)).and_then(|counts| counts.get_mut(at));
            if let Some(count) = count {
                *count += 1;
            }
        }
    }
}

/// The combinations that have firms, with their groups.
fn cells(divisions: &[Division], sums: Vec<Counts>) -> Vec<(Vec<usize>, Counts)> {
    let groups = |place: usize| {
        let mut rest = place;
        let mut groups: Vec<usize> = Vec::with_capacity(divisions.len());
        for division in divisions.iter().rev() {
            let size = division.groups.len().max(1);
            groups.push(rest % size);
            rest /= size;
        }
        groups.reverse();
        groups
    };
    let some = sums.into_iter().enumerate().filter(|(_, counts)| counts.iter().any(|n| *n > 0));
    some.map(|(place, counts)| (groups(place), counts)).collect()
}
