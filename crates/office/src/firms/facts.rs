//! Taking in tables of facts: gBizINFO's and the office's own. A table is taken whole or not at all; every problem is told with its line.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_exchange::{Cell, Column, Kind, Sheet, TableRow, open_regular, read_table, to_xlsx};
use banso_guideline::{Dictionary, Item};
use banso_kernel::{CorporateNumber, Day, Digest, LocalText, fold_width};
use banso_register::{FactSource, FirmFact, industry};
use banso_screening::{Block, FIRM, Layout, Schema, written};
use banso_store::{FactFile, FirmsFact};

use crate::{Office, OfficeError};

/// Problems that are told; the rest are counted.
const TOLD: usize = 200;
/// The item whose text is a code of the industrial classification, and the item that follows from it.
const CLASS: &str = "産業分類";
const GROUP: &str = "業種";
const NUMBER: [&str; 4] = ["法人番号", "corporateid", "corporate_number", "corporatenumber"];
const AS_OF: [&str; 4] = ["基準日", "as_of", "moddate", "update_date"];
/// Columns of gBizINFO and the items that they are.
const GBIZINFO: [(&str, &str); 5] = [
    ("capital_stock", "資本金"),
    ("employee_number", "従業員数"),
    ("date_of_establishment", "設立日"),
    ("business_items", CLASS),
    ("business_codes", CLASS),
];

/// A table to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct FactTable<'a> {
    pub path: &'a Path,
    pub source: FactSource,
    /// The day that its facts are of, for rows without a day of their own.
    pub as_of: Option<Day>,
}

/// What a table did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsTaken {
    pub rows: u64,
    pub facts: u64,
    /// Columns that are no items: left out.
    pub left_out: Vec<String>,
    /// The table had been taken in before.
    pub before: bool,
}

/// What is wrong with a table; `line` is 0 for the table as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableProblem {
    pub line: u64,
    pub text: LocalText,
}

/// What a table says, or what is wrong with it.
type Read = Result<(Vec<FirmsFact>, Vec<String>), Vec<TableProblem>>;

/// Most bytes of a table of facts; a row of the whole country has some hundred.
const TABLE_MAX: u64 = 1 << 30;

/// A table whole: a regular file, and no more of it than is taken.
async fn whole_file(path: PathBuf) -> Result<std::io::Result<Vec<u8>>, OfficeError> {
    let read = move || {
        let mut bytes = Vec::new();
        open_regular(&path)?.take(TABLE_MAX + 1).read_to_end(&mut bytes)?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|held| held <= TABLE_MAX);
        if whole { Ok(bytes) } else { Err(std::io::Error::other("1 GiBを超えています / more than 1 GiB")) }
    };
    tokio::task::spawn_blocking(read).await.map_err(OfficeError::fault)
}

impl Office {
    /// Takes in a table of facts, whole or not at all.
    ///
    /// # Errors
    /// Storage. What is wrong with the table is the inner answer: nothing of it was taken then.
    pub async fn take_fact_table(
        &self,
        dictionary: &Dictionary,
        table: &FactTable<'_>,
    ) -> Result<Result<FactsTaken, Vec<TableProblem>>, OfficeError> {
        let whole = |ja: String, en: String| vec![TableProblem { line: 0, text: LocalText::new(ja, en) }];
        let bytes = match whole_file(table.path.to_owned()).await? {
            Ok(bytes) => bytes,
            Err(e) => return Ok(Err(whole(format!("ファイルを読めません：{e}"), format!("The file cannot be read: {e}.")))),
        };
        let rows = match read_table(&bytes) {
            Ok(rows) => rows,
            Err(e) => return Ok(Err(vec![TableProblem { line: 0, text: e.text() }])),
        };
        let (facts, left_out) = match read(dictionary, &rows, table.source, table.as_of) {
            Ok(found) => found,
            Err(problems) => return Ok(Err(problems)),
        };
        let name = table.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // The same bytes said of another day, or by another source, are another table.
        let day = table.as_of.map(|d| d.to_string()).unwrap_or_default();
        let digest = Digest::of(&[bytes.as_slice(), table.source.code().as_bytes(), day.as_bytes()].concat());
        let (rows, count) = ((rows.len() - 1) as u64, facts.len() as u64);
        let file = FactFile { digest, name, source: table.source.code().to_owned(), rows, facts: count, taken_at: self.now() };
        let before = !self.store().take_facts(&file, &facts).await?;
        Ok(Ok(FactsTaken { rows, facts: count, left_out, before }))
    }

    /// Tables of facts that were taken in, the newest first.
    ///
    /// # Errors
    /// Storage.
    pub async fn fact_files(&self) -> Result<Vec<FactFile>, OfficeError> {
        Ok(self.store().fact_files().await?)
    }

    /// An empty table for an office's own facts, as Excel: a column for each fact of a firm.
    ///
    /// # Errors
    /// A dictionary that does not fit into a sheet.
    pub fn fact_template(&self, dictionary: &Dictionary) -> Result<Vec<u8>, OfficeError> {
        let code = ["法人番号", "基準日"].into_iter().map(|h| Column::new(h, Kind::Code));
        let items = items(dictionary).filter(|i| !NUMBER.contains(&i.id.as_str()) && i.id != "名称");
        let columns: Vec<Column> = code.chain(items.map(|i| Column::new(i.id.clone(), Kind::Text))).collect();
        let mut row = vec![Cell::Empty; columns.len()];
        if let [number, day, ..] = row.as_mut_slice() {
            *number = Cell::Text("（例の行は消してください）".to_owned());
            *day = Cell::Text(self.now().day().to_string());
        }
        let sheet = Sheet { title: "企業の事実".to_owned(), columns, rows: vec![row], made_at: self.now(), synthetic: false };
        to_xlsx(&sheet).map_err(OfficeError::fault)
    }
}

/// The items that are facts of a firm.
fn items(dictionary: &Dictionary) -> impl Iterator<Item = &Item> {
    dictionary.items().iter().filter(|i| i.about == FIRM)
}

/// What the columns of a table are.
struct Columns {
    number: usize,
    as_of: Option<usize>,
    /// Column and the item's place in the schema.
    items: Vec<(usize, usize)>,
    left_out: Vec<String>,
}

struct Reading<'a> {
    schema: Arc<Schema>,
    layout: Layout,
    columns: Columns,
    source: FactSource,
    as_of: Option<Day>,
    seen: BTreeMap<(CorporateNumber, Day), u64>,
    facts: Vec<FirmsFact>,
    problems: &'a mut Problems,
}

#[derive(Default)]
struct Problems {
    told: Vec<TableProblem>,
    more: u64,
}

impl Problems {
    fn note(&mut self, line: u64, ja: impl Into<String>, en: impl Into<String>) {
        if self.told.len() >= TOLD {
            self.more += 1;
            return;
        }
        let (ja, en) = (ja.into(), en.into());
        let text = LocalText::new(format!("{line}行目：{ja}"), format!("Line {line}: {en}"));
        self.told.push(TableProblem { line, text });
    }

    fn all(mut self) -> Vec<TableProblem> {
        if self.more > 0 {
            let (ja, en) = (format!("ほかに{}件の誤りがあります。", self.more), format!("There are {} more.", self.more));
            self.told.push(TableProblem { line: 0, text: LocalText::new(ja, en) });
        }
        self.told
    }
}

fn read(dictionary: &Dictionary, rows: &[TableRow], source: FactSource, as_of: Option<Day>) -> Read {
    let schema = Arc::new(Schema::of(items(dictionary)));
    let mut problems = Problems::default();
    let Some(((line, header), rows)) = rows.split_first() else { return Ok((Vec::new(), Vec::new())) };
    let Some(columns) = columns(dictionary, &schema, (*line, header), source, as_of, &mut problems) else { return Err(problems.all()) };
    let names: Vec<String> = schema.fields().iter().map(|f| f.item.clone()).collect();
    let layout = Layout::of(&schema, &names);
    let mut reading = Reading { schema, layout, columns, source, as_of, seen: BTreeMap::new(), facts: Vec::new(), problems: &mut problems };
    for (line, cells) in rows {
        if cells.len() > header.len() {
            let (got, want) = (cells.len(), header.len());
            reading.problems.note(*line, format!("列が{got}個あります（見出しは{want}個）。"), format!("{got} cells, but {want} columns."));
            continue;
        }
        reading.row(*line, cells);
    }
    let (facts, left_out) = (reading.facts, reading.columns.left_out);
    if problems.told.is_empty() { Ok((facts, left_out)) } else { Err(problems.all()) }
}

fn columns(
    dictionary: &Dictionary,
    schema: &Schema,
    (line, header): (u64, &[String]),
    source: FactSource,
    as_of: Option<Day>,
    problems: &mut Problems,
) -> Option<Columns> {
    let names: Vec<String> = header.iter().map(|h| fold_width(h.trim_start_matches('\u{feff}').trim()).to_lowercase()).collect();
    let place = |wanted: &[&str]| names.iter().position(|n| wanted.contains(&n.as_str()));
    let Some(number) = place(&NUMBER) else {
        problems.note(line, "「法人番号」の列がありません。", "There is no column `法人番号` (corporate number).");
        return None;
    };
    let day = place(&AS_OF);
    if day.is_none() && as_of.is_none() {
        problems.note(
            line,
            "「基準日」の列がありません。列を加えるか、--as-of で日付を指定してください。",
            "There is no column `基準日` (as of). Add it, or give the day with --as-of.",
        );
    }
    let mut columns = Columns { number, as_of: day, items: Vec::new(), left_out: Vec::new() };
    for (at, name) in names.iter().enumerate().filter(|(at, name)| *at != number && Some(*at) != day && !name.is_empty()) {
        let known = GBIZINFO.iter().find(|(theirs, _)| *theirs == name).map_or(name.as_str(), |(_, item)| item);
        let written = header.get(at).cloned().unwrap_or_default();
        match (schema.place(known), source) {
            (Some(place), _) if columns.items.iter().any(|(_, held)| *held == place) => {
                problems.note(line, format!("「{known}」の列が二つあります。"), format!("`{known}` stands there twice."));
            }
            (Some(place), _) => columns.items.push((at, place)),
            // A public list has columns of its own; in an office's table a name that is no item is a slip.
            (None, FactSource::Gbizinfo | FactSource::Register) => columns.left_out.push(written),
            (None, FactSource::Office) => {
                let hint = dictionary.suggest(&written).map(|s| format!("「{s}」ではありませんか。")).unwrap_or_default();
                let hint_en = dictionary.suggest(&written).map(|s| format!(" Did you mean `{s}`?")).unwrap_or_default();
                problems.note(
                    line,
                    format!("「{written}」は事実辞書の企業の項目ではありません。{hint}"),
                    format!("`{written}` is no fact of a firm in the dictionary.{hint_en}"),
                );
            }
        }
    }
    (problems.told.is_empty()).then_some(columns)
}

impl Reading<'_> {
    fn row(&mut self, line: u64, cells: &[String]) {
        let cell = |at: usize| cells.get(at).map_or("", |c| c.trim());
        let text = cell(self.columns.number);
        let number = match CorporateNumber::parse(text) {
            Ok(number) => number,
            Err(e) => return self.problems.note(line, format!("法人番号「{text}」が正しくありません。"), format!("{e}.")),
        };
        let day = self.columns.as_of.map_or("", cell);
        let Some(as_of) = day_of(day).or(if day.is_empty() { self.as_of } else { None }) else {
            let (ja, en) = (format!("基準日「{day}」が日付ではありません。"), format!("`{day}` is no day (as of)."));
            return self.problems.note(line, ja, en);
        };
        if let Some(before) = self.seen.insert((number, as_of), line) {
            let ja = format!("法人番号{number}・基準日{as_of}の行が{before}行目にもあります。");
            return self.problems.note(line, ja, format!("{number} of {as_of} stands on line {before} too."));
        }
        self.facts_of(line, number, as_of, &|at| cell(at).to_owned());
    }

    fn facts_of(&mut self, line: u64, number: CorporateNumber, as_of: Day, cell: &dyn Fn(usize) -> String) {
        let places: BTreeMap<usize, String> =
            self.columns.items.iter().map(|(at, place)| (*place, self.prepared(*place, cell(*at)))).collect();
        let mut block = Block::new(&self.schema, 0);
        let mut misfits = Vec::new();
        let none = String::new();
        self.layout.push(
            &mut block,
            |place| banso_screening::Cell::Text(places.get(&place).unwrap_or(&none)),
            |misfit| misfits.push((misfit.item, misfit.text)),
        );
        for (item, text) in misfits {
            self.problems.note(line, format!("「{item}」の「{text}」が項目に合いません。"), format!("`{text}` does not fit `{item}`."));
        }
        let mut class = None;
        for (place, _) in places.iter().filter(|(_, text)| !text.is_empty()) {
            let Some(item) = self.schema.fields().get(*place).map(|f| f.item.clone()) else { continue };
            let value = block.fact(*place, 0);
            let Some(value) = value.as_ref().map(|v| written(Some(v)).trim_matches('"').to_owned()) else { continue };
            if item == CLASS {
                match industry(&value) {
                    Some(found) => class = Some(found),
                    None => {
                        let ja = format!("「{value}」は日本標準産業分類（第14回改定）の符号ではありません。");
                        self.problems.note(line, ja, format!("`{value}` is no code of the JSIC, rev. 14."));
                    }
                }
            }
            self.facts.push(FirmsFact { number, fact: FirmFact { item, value, source: self.source, as_of }, line });
        }
        // The group that a class settles, unless the row says the group itself.
        let says_group = self.schema.place(GROUP).is_some_and(|place| places.get(&place).is_some_and(|text| !text.is_empty()));
        if let Some(group) = class.and_then(|c| c.group).filter(|_| !says_group) {
            let fact = FirmFact { item: GROUP.to_owned(), value: group.to_owned(), source: self.source, as_of };
            self.facts.push(FirmsFact { number, fact, line });
        }
    }

    /// Excel keeps a day as a count of days: 45748 is 1 April 2025.
    fn prepared(&self, place: usize, text: String) -> String {
        let is_day = self.schema.fields().get(place).is_some_and(|f| f.kind == banso_screening::Kind::Day);
        match excel_day(&text).filter(|_| is_day) {
            Some(day) => day.to_string(),
            None => text,
        }
    }
}

/// A day as people, Excel and gBizINFO write it (`2018-04-02T15:00:00.000Z` is the third of April in Japan).
fn day_of(text: &str) -> Option<Day> {
    if let Some((day, time)) = text.split_once('T') {
        let day = Day::parse(day).ok()?;
        let utc_evening = time.ends_with('Z') && time.get(..2).and_then(|h| h.parse::<u8>().ok())? >= 15;
        return Some(day.plus_days(i32::from(utc_evening)));
    }
    Day::parse(text).ok().or_else(|| excel_day(text))
}

fn excel_day(text: &str) -> Option<Day> {
    let count: i32 = text.parse().ok()?;
    // Between 1950 and 2100: anything else is no day that an office writes.
    (18_264..73_051).contains(&count).then(|| Day::new(1899, 12, 30).ok().map(|d| d.plus_days(count))).flatten()
}
