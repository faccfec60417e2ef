//! What a screening starts from: the editions, the columns that they ask about, the firms.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use banso_guideline::{Dictionary, Edition, Facts, Item, Value};
use banso_kernel::{CorporateNumber, Day, Lang};
use banso_screening::{BLOCK, Block, Division, Layout, Marginals, Schema, Screen};
use banso_tables::FactTable;

use super::register::Register;
use super::{Asked, ScreenTrouble};
use crate::cli;
use crate::diagnostics::Ink;
use crate::reading;
use crate::texts;
use crate::trouble::Trouble;

/// Everything but the firms.
pub(crate) struct Prepared {
    pub(crate) screen: Screen,
    pub(crate) divisions: Vec<Division>,
    pub(crate) only: Vec<(usize, Value)>,
    /// Place of the key in the schema.
    pub(crate) key: Option<usize>,
    pub(crate) facts_folder: PathBuf,
    /// What is taken for granted of the application.
    pub(crate) supposed: Facts,
    /// Where the register is.
    pub(crate) place: cli::Place,
}

/// Reads the editions and puts them together for the columns that they ask about.
pub(crate) fn prepare(asked: &Asked, place: &cli::Place, lang: Lang) -> Result<Prepared, Trouble> {
    let folder = texts::programmes(place.programmes.as_deref())?;
    let facts_folder = texts::facts_beside(&folder)?;
    let words = texts::words(&facts_folder, lang, Ink::Plain)?;
    let mut editions = Vec::new();
    for file in texts::programme_files(&folder)? {
        let reading = Edition::read(&file.text, &words.dictionary, &words.library);
        editions.push(reading.edition.ok_or(Trouble::Screen(ScreenTrouble::BadGuideline { path: file.path }))?);
    }
    let editions = in_force(editions, asked.on);
    if editions.is_empty() {
        return Err(Trouble::Screen(ScreenTrouble::NoCalls));
    }
    put_together(asked, &words.dictionary, &editions, facts_folder, place)
}

/// Puts editions together for the columns that they ask about.
pub(crate) fn put_together(
    asked: &Asked,
    dictionary: &Dictionary,
    editions: &[Edition],
    facts_folder: PathBuf,
    place: &cli::Place,
) -> Result<Prepared, Trouble> {
    let names = |list: &[String]| -> Vec<String> {
        list.iter().map(|t| t.split(['=', ':']).next().unwrap_or_default().trim().to_owned()).collect()
    };
    let questions: Vec<String> = editions.iter().flat_map(Edition::questions).collect();
    let audience: Vec<String> = editions.iter().filter_map(Edition::audience).flat_map(|e| e.items()).collect();
    let supposed_items = names(&asked.suppose);
    let beside: Vec<String> =
        names(&asked.by).into_iter().chain(names(&asked.only)).chain([asked.key.clone(), "名称".to_owned()]).collect();
    let wanted = |item: &&Item| {
        let asks = questions.contains(&item.id) || audience.contains(&item.id) || beside.contains(&item.id);
        asks && !supposed_items.contains(&item.id)
    };
    // Items as the editions know them: a choice may have values of a programme's own.
    let items: Vec<&Item> = dictionary.items().iter().filter(wanted).collect();
    let schema = Arc::new(Schema::of(items));
    let screen_error = Trouble::Screen;
    let supposed = pairs(&asked.suppose, &Arc::new(Schema::of(editions.iter().flat_map(|e| e.dictionary().items()))), editions);
    let supposed = Facts(supposed.map_err(screen_error)?.into_iter().collect());
    let only = pairs(&asked.only, &schema, editions).map_err(screen_error)?;
    let only = only.into_iter().filter_map(|(item, value)| Some((schema.place(&item)?, value))).collect();
    let divisions = asked.by.iter().map(|by| division(by, &schema)).collect::<Result<_, _>>().map_err(screen_error)?;
    let key = schema.place(&asked.key);
    Ok(Prepared {
        screen: Screen::new(&schema, editions, supposed.clone()),
        divisions,
        only,
        key,
        facts_folder,
        supposed,
        place: place.clone(),
    })
}

/// The latest edition of each call; with a day, of the calls that are open on it.
fn in_force(editions: Vec<Edition>, on: Option<Day>) -> Vec<Edition> {
    let mut latest: BTreeMap<String, Edition> = BTreeMap::new();
    for edition in editions {
        let meta = edition.meta();
        let open = |day: Day| meta.published <= day && meta.opens < day.plus_days(1).start() && meta.closes > day.start();
        if on.is_some_and(|day| !open(day)) {
            continue;
        }
        let call = meta.call.to_string();
        if latest.get(&call).is_none_or(|held| held.meta().published <= meta.published) {
            latest.insert(call, edition);
        }
    }
    latest.into_values().collect()
}

/// `項目=値` as facts, the value read as the item's kind.
fn pairs(texts: &[String], schema: &Arc<Schema>, editions: &[Edition]) -> Result<Vec<(String, Value)>, ScreenTrouble> {
    texts
        .iter()
        .map(|text| {
            let bad = || ScreenTrouble::BadPair(text.clone());
            let (item, value) = text.split_once('=').ok_or_else(bad)?;
            let item = item.trim().to_owned();
            // The first dictionary in which the value fits.
            let schemas = editions.iter().map(|e| Arc::new(Schema::of(e.dictionary().items()))).chain([Arc::clone(schema)]);
            let found = schemas.into_iter().find_map(|schema| {
                let place = schema.place(&item)?;
                let header: Vec<String> = vec![item.clone()];
                let layout = Layout::of(&schema, &header);
                let mut block = Block::new(&schema, 0);
                layout.push(&mut block, |_| banso_screening::Cell::Text(value.trim()), |_| {});
                block.fact(place, 0)
            });
            found.map(|value| (item, value)).ok_or_else(bad)
        })
        .collect()
}

fn division(text: &str, schema: &Schema) -> Result<Division, ScreenTrouble> {
    let bad = || ScreenTrouble::BadDivision(text.to_owned());
    let (item, bounds) = text.split_once(':').unwrap_or((text, ""));
    let bounds: Result<Vec<i64>, _> = bounds.split(',').map(str::trim).filter(|b| !b.is_empty()).map(str::parse).collect();
    Division::by(schema, item.trim(), &bounds.map_err(|_| bad())?).ok_or_else(bad)
}

/// The firms, a block at a time.
pub(crate) enum Firms {
    Table(Box<FactTable>),
    Register(Box<Register>),
    /// `unsettled` of the lines of the distributions are rough figures whose source is still to be checked.
    Synthetic {
        marginals: Marginals,
        seed: u64,
        next: u64,
        all: u64,
        unsettled: usize,
    },
}

impl Firms {
    pub(crate) fn open(asked: &Asked, prepared: &Prepared) -> Result<Firms, ScreenTrouble> {
        let schema = prepared.screen.schema();
        if asked.register {
            return Ok(Firms::Register(Box::new(Register::open(&prepared.place, schema, asked.on)?)));
        }
        match (&asked.firms, asked.synthetic) {
            (Some(path), _) => {
                let table = FactTable::open(path, schema)?;
                let known: Vec<_> = table.layout().found().collect();
                if known.is_empty() {
                    return Err(ScreenTrouble::NoItems);
                }
                Ok(Firms::Table(Box::new(table)))
            }
            (None, Some(all)) => {
                let path = prepared.facts_folder.join("population.csv");
                let text = reading::text(&path).map_err(|cause| ScreenTrouble::Unreadable { path: path.clone(), cause })?;
                let marginals = Marginals::parse(&text, schema).map_err(|cause| ScreenTrouble::Marginals { path, cause })?;
                let unsettled = text.lines().filter(|line| !line.starts_with('#') && line.contains("要確認")).count();
                Ok(Firms::Synthetic { marginals, seed: asked.seed, next: 0, all, unsettled })
            }
            (None, None) => Err(ScreenTrouble::NoFirms),
        }
    }

    /// The next block, if there is one.
    pub(crate) fn block(&mut self) -> Result<Option<Block>, ScreenTrouble> {
        match self {
            Firms::Table(table) => Ok(table.block()?),
            Firms::Register(register) => register.block(),
            Firms::Synthetic { marginals, seed, next, all, .. } => {
                let firms = (*all - *next).min(BLOCK as u64);
                let block = (firms > 0).then(|| marginals.block(*seed, *next, firms));
                *next += firms;
                Ok(block)
            }
        }
    }

    /// What tells these firms from others that were given the same way: another word as soon as the register changes.
    pub(crate) fn state(&self) -> Result<String, ScreenTrouble> {
        match self {
            Firms::Register(register) => register.state(),
            Firms::Table(_) | Firms::Synthetic { .. } => Ok(String::new()),
        }
    }

    /// The number of the firm that was read last, where firms are read by number.
    pub(crate) fn last(&self) -> Option<CorporateNumber> {
        match self {
            Firms::Register(register) => register.last(),
            Firms::Table(_) | Firms::Synthetic { .. } => None,
        }
    }

    /// The firm of this key: in the register looked up by its number, elsewhere looked for from here on.
    pub(crate) fn find(&mut self, prepared: &Prepared, key: &str) -> Result<Option<(Block, usize)>, ScreenTrouble> {
        if let Firms::Register(register) = self {
            return Ok(register.firm(key)?.map(|block| (block, 0)));
        }
        while let Some(block) = self.block()? {
            if let Some(row) = (0..block.rows()).find(|row| key_of(prepared, &block, *row) == key) {
                return Ok(Some((block, row)));
            }
        }
        Ok(None)
    }

    /// Passes over firms that were screened before.
    pub(crate) fn skip(&mut self, firms: u64, last: Option<CorporateNumber>) -> Result<(), ScreenTrouble> {
        match self {
            Firms::Register(register) => register.skip(last, firms),
            Firms::Synthetic { next, .. } => *next = firms,
            Firms::Table(_) => {
                let mut passed = 0;
                while passed < firms {
                    let Some(block) = self.block()? else { break };
                    passed += block.rows() as u64;
                }
            }
        }
        Ok(())
    }

    /// Of made-up firms: how many lines of their distributions are still to be checked.
    pub(crate) const fn unsettled(&self) -> Option<usize> {
        match self {
            Firms::Synthetic { unsettled, .. } => Some(*unsettled),
            Firms::Table(_) | Firms::Register(_) => None,
        }
    }

    /// How many there are, if that is known before they are read.
    pub(crate) fn all(&self) -> Option<u64> {
        match self {
            Firms::Synthetic { all, .. } => Some(*all),
            Firms::Register(register) => register.all(),
            Firms::Table(_) => None,
        }
    }

    /// Cells that did not fit, in words.
    pub(crate) fn misfits(&self) -> Option<String> {
        let misfits = match self {
            Firms::Table(table) => &table.misfits,
            Firms::Register(register) => return register.misfits(),
            Firms::Synthetic { .. } => return None,
        };
        if misfits.count == 0 {
            return None;
        }
        let mut text = format!(
            "項目に合わないセルが{count}個あり、不明として扱いました。/ {count} cells do not fit their item and count as unknown.\n",
            count = misfits.count
        );
        for m in &misfits.first {
            text.push_str(&format!("  {}件目「{}」: {} / firm {}, `{}`: {}\n", m.row + 1, m.item, m.text, m.row + 1, m.item, m.text));
        }
        Some(text)
    }
}

/// The firm's own key, or its number in the table.
pub(crate) fn key_of(prepared: &Prepared, block: &Block, row: usize) -> String {
    let named = prepared.key.and_then(|place| block.fact(place, row));
    match named {
        Some(Value::Text(text)) => text,
        Some(_) | None => format!("#{}", block.first + row as u64 + 1),
    }
}
