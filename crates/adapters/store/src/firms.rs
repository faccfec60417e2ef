//! What sources say of the firms of the register, the firms of an area, and which of them were told of a call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use banso_kernel::{CallId, CorporateNumber, Day, Digest, Instant, PersonId};
use banso_register::{FirmFact, LegalForm};

use crate::Store;
use crate::batch::CommitError;
use crate::change::Change;
use crate::db::{Arg, Now, Row, args, built};
use crate::fault::Fault;
use crate::register::RegisteredFirm;

/// Rows of one INSERT.
const ROWS: usize = 50;

/// A table of facts that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactFile {
    pub digest: Digest,
    pub name: String,
    pub source: String,
    pub rows: u64,
    pub facts: u64,
    pub taken_at: Instant,
}

/// A fact of a firm, and the line of the table that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmsFact {
    pub number: CorporateNumber,
    pub fact: FirmFact,
    pub line: u64,
}

/// An open firm of an area, with what sources say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFirm {
    pub number: CorporateNumber,
    pub name: String,
    pub form: LegalForm,
    pub place: String,
    pub prefecture: String,
    /// As of which day the register says so.
    pub updated_on: Day,
    pub facts: Vec<FirmFact>,
}

/// Firms whose registered place begins with this; empty for the whole country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Area(pub String);

/// That a firm was told of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub call: CallId,
    pub by: PersonId,
    pub at: Instant,
}

const FACT_COLUMNS: &str = "number, item, source, as_of, value, file, line";

fn insert_facts(rows: usize) -> &'static str {
    static MANY: OnceLock<String> = OnceLock::new();
    static ONE: OnceLock<String> = OnceLock::new();
    let text = |rows: usize| {
        let row = |n: usize| {
            let places: Vec<String> = (1..=7).map(|i| format!("${}", n * 7 + i)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!(
            "INSERT INTO firm_facts ({FACT_COLUMNS}) VALUES {} ON CONFLICT (number, item, source, as_of) \
             DO UPDATE SET value = excluded.value, file = excluded.file, line = excluded.line",
            rows.join(", ")
        )
    };
    if rows == ROWS { MANY.get_or_init(|| text(ROWS)) } else { ONE.get_or_init(|| text(1)) }
}

fn fact_args(file: Digest, FirmsFact { number, fact, line }: &FirmsFact) -> Vec<Arg> {
    args![*number, &fact.item, fact.source.code(), fact.as_of, &fact.value, file, *line]
}

impl TryFrom<&Row> for FactFile {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(FactFile {
            digest: row.parse("digest")?,
            name: row.text("name")?,
            source: row.text("source")?,
            rows: row.count("rows")?,
            facts: row.count("facts")?,
            taken_at: row.instant("taken_at")?,
        })
    }
}

fn fact(row: &Row) -> Result<FirmFact, Fault> {
    Ok(FirmFact { item: row.text("item")?, value: row.text("value")?, source: row.parse("source")?, as_of: row.parse("as_of")? })
}

fn known(firms: &[Row], mut said: BTreeMap<CorporateNumber, Vec<FirmFact>>) -> Result<Vec<KnownFirm>, Fault> {
    let one = |row: &Row| {
        let number = row.parse("number")?;
        let code = row.text("form")?;
        Ok(KnownFirm {
            number,
            name: row.text("name")?,
            form: LegalForm::of_code(&code).ok_or_else(|| Fault::impossible("register", format!("form `{code}`")))?,
            place: row.text("place")?,
            prefecture: row.text("prefecture")?,
            updated_on: row.parse("updated_on")?,
            facts: said.remove(&number).unwrap_or_default(),
        })
    };
    firms.iter().map(one).collect()
}

impl Store {
    /// Takes in a table of facts, all of it or nothing. No two of its facts are of the same firm, item, source and day. The same table
    /// twice changes nothing; false then.
    ///
    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn take_facts(&self, file: &FactFile, facts: &[FirmsFact]) -> Result<bool, CommitError> {
        let held: Option<FactFile> = self.one("SELECT * FROM fact_files WHERE digest = $1", args![file.digest]).await?;
        if held.is_some() {
            return Ok(false);
        }
        let noted = Change::by(
            "INSERT INTO fact_files (digest, name, source, rows, facts, taken_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (digest) DO NOTHING",
            args![file.digest, &file.name, &file.source, file.rows, file.facts, Now],
        );
        let change = facts.chunks(ROWS).fold(noted, |change, part| {
            if part.len() == ROWS {
                change.then(Change::by(insert_facts(ROWS), part.iter().flat_map(|f| fact_args(file.digest, f)).collect()))
            } else {
                part.iter().fold(change, |change, f| change.then(Change::by(insert_facts(1), fact_args(file.digest, f))))
            }
        });
        self.change(change).await?;
        Ok(true)
    }

    /// Tables that facts were taken from, the newest first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn fact_files(&self) -> Result<Vec<FactFile>, Fault> {
        self.all("SELECT * FROM fact_files ORDER BY taken_at DESC, digest LIMIT 1000", args![]).await
    }

    /// What sources say of a firm.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn facts_of_firm(&self, number: CorporateNumber) -> Result<Vec<FirmFact>, Fault> {
        let rows = self.db().rows("SELECT * FROM firm_facts WHERE number = $1 ORDER BY item, source, as_of", args![number]).await?;
        rows.iter().map(fact).collect()
    }

    /// The open firms of an area, private companies and other corporations alike, with their facts; at most `limit`, by place.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn firms_of(&self, area: &Area, limit: u32) -> Result<Vec<KnownFirm>, Fault> {
        // Bodies of the state are no firms (法人種別 101, 201).
        const OPEN: &str = "closed_on IS NULL AND process <> '99' AND form NOT IN ('101', '201')";
        let (within, bounds) = if area.0.is_empty() {
            (String::new(), Vec::new())
        } else {
            (" AND place >= $2 AND place < $3".to_owned(), args![&area.0, format!("{}{}", area.0, char::MAX)])
        };
        let chosen = format!("FROM register_firms WHERE {OPEN}{within} ORDER BY place, number LIMIT $1");
        let arguments = || [args![i64::from(limit)], bounds.clone()].concat();
        let firms =
            self.db().rows(built(format!("SELECT number, name, form, place, prefecture, updated_on {chosen}")), arguments()).await?;
        let facts = format!("SELECT f.* FROM firm_facts f WHERE f.number IN (SELECT number {chosen})");
        let mut said: BTreeMap<CorporateNumber, Vec<FirmFact>> = BTreeMap::new();
        for row in self.db().rows(built(facts), arguments()).await? {
            said.entry(row.parse("number")?).or_default().push(fact(&row)?);
        }
        known(&firms, said)
    }

    /// Open firms of the whole register in the order of their numbers, from the one after `after` on; at most `limit`. With a day, those
    /// that were there on it, and what sources said as of it or before. The entry itself is as the newest file tells it.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn firms_by_number(&self, after: Option<CorporateNumber>, on: Option<Day>, limit: u32) -> Result<Vec<KnownFirm>, Fault> {
        const AT_LAST: &str = "9999-12-31";
        let day = on.map_or_else(|| AT_LAST.to_owned(), |day| day.to_string());
        let after = after.map(|number| number.to_string()).unwrap_or_default();
        let sql = "SELECT number, name, form, place, prefecture, updated_on FROM register_firms \
                   WHERE number > $1 AND assigned_on <= $2 AND (closed_on IS NULL OR closed_on > $3) AND process <> '99' \
                   AND form NOT IN ('101', '201') ORDER BY number LIMIT $4";
        let firms = self.db().rows(sql, args![&after, &day, &day, i64::from(limit)]).await?;
        let Some(last) = firms.last() else { return Ok(Vec::new()) };
        let facts = "SELECT * FROM firm_facts WHERE number > $1 AND number <= $2 AND as_of <= $3";
        let mut said: BTreeMap<CorporateNumber, Vec<FirmFact>> = BTreeMap::new();
        for row in self.db().rows(facts, args![&after, last.text("number")?, &day]).await? {
            said.entry(row.parse("number")?).or_default().push(fact(&row)?);
        }
        known(&firms, said)
    }

    /// How many firms of the register are open.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn open_firms(&self) -> Result<u64, Fault> {
        let sql = "SELECT COUNT(*) AS firms FROM register_firms WHERE closed_on IS NULL AND process <> '99' AND form NOT IN ('101', '201')";
        self.db().rows(sql, args![]).await?.first().map_or(Ok(0), |row| row.count("firms"))
    }

    /// Prefectures that the register has firms of, by their code.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn register_prefectures(&self) -> Result<Vec<String>, Fault> {
        let sql = "SELECT prefecture, MIN(prefecture_code) AS code FROM register_firms WHERE prefecture <> '' \
                   GROUP BY prefecture ORDER BY code, prefecture LIMIT 100";
        self.db().rows(sql, args![]).await?.iter().map(|row| row.text("prefecture")).collect()
    }

    /// Firms by name in a prefecture; see [`Store::find_registered`].
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn find_registered_in(&self, key: &str, prefecture: &str, limit: u32) -> Result<Vec<RegisteredFirm>, Fault> {
        let sql = "SELECT * FROM register_firms WHERE prefecture = $1 AND name_key LIKE $2 ESCAPE '!' \
                   ORDER BY (closed_on IS NULL) DESC, name_key, number LIMIT $3";
        self.all(sql, args![prefecture, crate::lists::pattern(key), i64::from(limit)]).await
    }

    /// Notes that firms were told of a call; those that were told before stay as they are.
    ///
    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn note_told(&self, call: &CallId, by: PersonId, firms: &BTreeSet<CorporateNumber>) -> Result<(), CommitError> {
        let sql =
            "INSERT INTO told_firms (call_id, number, told_by, told_at) VALUES ($1, $2, $3, $4) ON CONFLICT (call_id, number) DO NOTHING";
        let each = firms.iter().map(|number| Change::by(sql, args![call, *number, by, Now]));
        match each.reduce(Change::then) {
            Some(change) => self.change(change).await,
            None => Ok(()),
        }
    }

    /// Takes such a note back.
    ///
    /// # Errors
    /// [`CommitError::Missing`] when there is none.
    pub async fn take_back_told(&self, call: &CallId, firm: CorporateNumber) -> Result<(), CommitError> {
        let sql = "DELETE FROM told_firms WHERE call_id = $1 AND number = $2";
        self.change(Change::by(sql, args![call, firm]).or_missing("note")).await
    }

    /// Firms that were told of a call.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn told_of(&self, call: &CallId) -> Result<BTreeSet<CorporateNumber>, Fault> {
        let rows = self.db().rows("SELECT number FROM told_firms WHERE call_id = $1", args![call]).await?;
        rows.iter().map(|row| row.parse("number")).collect()
    }

    /// Calls that a firm was told of.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn told_to(&self, firm: CorporateNumber) -> Result<Vec<Told>, Fault> {
        let rows =
            self.db().rows("SELECT * FROM told_firms WHERE number = $1 ORDER BY told_at DESC, call_id LIMIT 1000", args![firm]).await?;
        rows.iter().map(|row| Ok(Told { call: row.parse("call_id")?, by: row.parse("told_by")?, at: row.instant("told_at")? })).collect()
    }
}
