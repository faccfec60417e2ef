//! `banso classify`: counts records by sector as `facts/sectors.md` says. What somebody reviewed stands on top of what the words say, with
//! the reason and the name; every record can be written out with the words that were found in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use banso_guideline::{Belongs, Facts, Sector, Sectors, Value};
use banso_kernel::{Day, Lang};

use crate::cli::Classify;
use crate::diagnostics::{Ink, render};
use crate::reading;
use crate::texts;
use crate::trouble::Trouble;

/// The column that names a record.
const NUMBER: &str = "番号";
/// Most records of one file.
const RECORDS_MAX: usize = 2_000_000;

/// What somebody decided about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reviewed {
    counts: bool,
    why: String,
}

/// What was counted in a sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Count {
    found: usize,
    taken_out: usize,
    put_in: usize,
}

impl Count {
    const fn total(self) -> usize {
        self.found - self.taken_out + self.put_in
    }
}

/// Counts the records, and writes them out where that is asked for.
pub(crate) fn classify(order: &Classify, programmes: Option<&Path>, lang: Lang) -> Result<(), Trouble> {
    let sectors = sectors(programmes, lang)?;
    let day = match &order.on {
        Some(text) => Day::parse(text)
            .map_err(|_| wrong(&order.records, format!("「{text}」という日はありません。"), format!("`{text}` is not a day.")))?,
        None => Day::parse("9999-12-31").map_err(|e| wrong(&order.records, e.to_string(), String::new()))?,
    };
    let names: Vec<String> =
        sectors.names().iter().map(|n| n.ja.clone()).filter(|n| order.sector.as_ref().is_none_or(|s| s == n)).collect();
    let chosen: Vec<&Sector> = names.iter().filter_map(|n| sectors.on(n, day)).collect();
    if chosen.is_empty() {
        let known: Vec<&str> = sectors.names().iter().map(|n| n.ja.as_str()).collect();
        let (ja, en) = ("その日に、その分野の分類はありません。", "There is no such sector on that day.");
        return Err(wrong(&order.records, format!("{ja}あるもの: {}", known.join("、")), format!("{en} Known: {}", known.join(", "))));
    }
    let records = rows(&order.records, &[NUMBER])?;
    let reviewed = match &order.reviewed {
        Some(path) => reviewed(path)?,
        None => BTreeMap::new(),
    };
    let mut out = Vec::new();
    for sector in chosen {
        let (count, lines) = counted(sector, &records, &reviewed);
        say!("{}", told(sector, count, lang));
        out.extend(lines);
    }
    match &order.to {
        Some(path) => write(path, &out),
        None => Ok(()),
    }
}

fn sectors(programmes: Option<&Path>, lang: Lang) -> Result<Sectors, Trouble> {
    let facts = texts::facts_beside(&texts::programmes(programmes)?)?;
    let dictionary = texts::dictionary(&facts, lang, Ink::Plain)?;
    let path = facts.join("sectors.md");
    let source = texts::read(&path)?;
    Sectors::parse(&source, &dictionary).map_err(|p| Trouble::Facts(render(&path.display().to_string(), &source, &p, lang, Ink::Plain)))
}

type Row = BTreeMap<String, String>;

/// Most bytes of a CSV of records.
const RECORDS_BYTES_MAX: u64 = 256 << 20;

/// The rows of a CSV by the names of its columns.
fn rows(path: &Path, needed: &[&str]) -> Result<Vec<Row>, Trouble> {
    let text = reading::text_of(path, RECORDS_BYTES_MAX).map_err(|cause| Trouble::Unreadable { path: path.to_owned(), cause })?;
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let broken = |e: csv::Error| wrong(path, format!("CSV として読めません: {e}"), format!("This is not a sound CSV: {e}"));
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(|h| h.trim().to_owned()).collect();
    if let Some(lacking) = needed.iter().find(|n| !header.iter().any(|h| h == *n)) {
        return Err(wrong(path, format!("「{lacking}」の列がありません。"), format!("There is no column `{lacking}`.")));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        if rows.len() == RECORDS_MAX {
            return Err(wrong(path, format!("{RECORDS_MAX}件までです。"), format!("At most {RECORDS_MAX} records.")));
        }
        rows.push(header.iter().cloned().zip(record.iter().map(str::to_owned)).collect());
    }
    Ok(rows)
}

/// By record and sector: what somebody decided, with the reason, the name and the day, all of which must be there.
fn reviewed(path: &Path) -> Result<BTreeMap<(String, String), Reviewed>, Trouble> {
    let needed = [NUMBER, "分野", "判断", "理由", "確認者", "確認日"];
    let mut out = BTreeMap::new();
    for (row, line) in rows(path, &needed)?.into_iter().zip(2_usize..) {
        let cell = |name: &str| row.get(name).map(|t| t.trim().to_owned()).unwrap_or_default();
        if let Some(empty) = needed.iter().find(|n| cell(n).is_empty()) {
            return Err(wrong(path, format!("{line}行目: 「{empty}」が空です。"), format!("Line {line}: `{empty}` is empty.")));
        }
        let counts = match cell("判断").as_str() {
            "含める" => true,
            "除く" => false,
            other => {
                return Err(wrong(
                    path,
                    format!("{line}行目: 「{other}」ではなく、「含める」か「除く」を書いてください。"),
                    format!("Line {line}: write 含める or 除く."),
                ));
            }
        };
        let why = format!("{}（{}、{}）", cell("理由"), cell("確認者"), cell("確認日"));
        out.insert((cell(NUMBER), cell("分野")), Reviewed { counts, why });
    }
    Ok(out)
}

/// The count of a sector, and a line for each record that was found or reviewed.
fn counted(sector: &Sector, records: &[Row], reviewed: &BTreeMap<(String, String), Reviewed>) -> (Count, Vec<[String; 6]>) {
    let (mut count, mut lines) = (Count::default(), Vec::new());
    for record in records {
        let number = record.get(NUMBER).cloned().unwrap_or_default();
        let facts = Facts(record.iter().map(|(k, v)| (k.clone(), Value::Text(v.clone()))).collect());
        let belongs = sector.of(&facts);
        let review = reviewed.get(&(number.clone(), sector.name.ja.clone()));
        let counts = review.map_or(belongs.is_some(), |r| r.counts);
        count.found += usize::from(belongs.is_some());
        count.taken_out += usize::from(belongs.is_some() && !counts);
        count.put_in += usize::from(belongs.is_none() && counts);
        if belongs.is_none() && review.is_none() {
            continue;
        }
        let said = if counts { "含める" } else { "除く" }.to_owned();
        let (class, words) = belongs.map(shown).unwrap_or_default();
        lines.push([number, sector.name.ja.clone(), said, class, words, review.map(|r| r.why.clone()).unwrap_or_default()]);
    }
    (count, lines)
}

/// The class, and the words with their items.
fn shown(belongs: Belongs) -> (String, String) {
    let words: Vec<String> = belongs.words.into_iter().map(|(item, word)| format!("{item}: {word}")).collect();
    (belongs.class, words.join(" ／ "))
}

fn told(sector: &Sector, count: Count, lang: Lang) -> String {
    let Count { found, taken_out, put_in } = count;
    let name = sector.name.get(lang);
    match lang {
        Lang::Ja => format!(
            "{name}（{} から）: {} 件（語・産業で {found} 件、見直しで除く {taken_out} 件、含める {put_in} 件）",
            sector.since,
            count.total()
        ),
        Lang::En => format!(
            "{name} (since {}): {} ({found} found, {taken_out} taken out and {put_in} put in by review)",
            sector.since,
            count.total()
        ),
    }
}

fn write(path: &Path, lines: &[[String; 6]]) -> Result<(), Trouble> {
    let unwritable = |cause| Trouble::Unwritable { path: path.to_owned(), cause };
    // Excel takes a text for UTF-8 when it begins with this mark.
    let mut writer = csv::Writer::from_writer(b"\xef\xbb\xbf".to_vec());
    let header = [NUMBER, "分野", "判断", "区分", "当たった語", "見直しの理由"];
    let failed = |e: csv::Error| unwritable(std::io::Error::other(e));
    writer.write_record(header).map_err(failed)?;
    lines.iter().try_for_each(|line| writer.write_record(line)).map_err(failed)?;
    let bytes = writer.into_inner().map_err(|e| unwritable(std::io::Error::other(e.to_string())))?;
    std::fs::write(path, bytes).map_err(unwritable)
}

fn wrong(path: &Path, ja: String, en: String) -> Trouble {
    Trouble::Records { path: PathBuf::from(path), ja, en }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: &str = "番号,事業計画名,事業計画の概要,産業大分類,産業小分類\n\
        1,半導体製造装置部品の加工,切削,製造業,金属加工\n2,航空機部品,宇宙にも使える,製造業,輸送用機械\n\
        3,搬送装置の導入,弁当の箱詰め,製造業,食料品\n4,半導体の商社,卸し,卸売業,機械卸\n5,旅館の改修,露天風呂,宿泊業,旅館\n";
    const REVIEWED: &str = "番号,分野,判断,理由,確認者,確認日\n\
        3,半導体（ものづくり補助金）,除く,食品の搬送装置であるため,架空 花子,2025-06-01\n\
        5,半導体（ものづくり補助金）,含める,別紙で半導体と分かるため,架空 花子,2025-06-01\n";

    fn lines(sector: &str, review: &str) -> (Count, Vec<[String; 6]>) {
        let folder = tempfile::tempdir().unwrap();
        let (records, reviews) = (folder.path().join("r.csv"), folder.path().join("v.csv"));
        std::fs::write(&records, format!("\u{feff}{RECORDS}")).unwrap();
        std::fs::write(&reviews, review).unwrap();
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
        let sectors = sectors(Some(&root), Lang::Ja).unwrap();
        let sector = sectors.on(sector, Day::parse("2025-06-01").unwrap()).unwrap();
        counted(sector, &rows(&records, &[NUMBER]).unwrap(), &reviewed(&reviews).unwrap())
    }

    #[test]
    fn words_count_and_a_review_stands_on_top() {
        let (count, out) = lines("半導体（ものづくり補助金）", REVIEWED);
        assert_eq!((count, count.total()), (Count { found: 3, taken_out: 1, put_in: 1 }, 3));
        assert_eq!(out[0][4], "事業計画名: 半導体 ／ 事業計画名: 半導体製造装置");
        assert_eq!((out[1][0].as_str(), out[1][2].as_str(), out[1][4].as_str()), ("3", "除く", "事業計画名: 搬送装置"));
        assert!(out[1][5].contains("食品") && out[1][5].contains("架空 花子"));
        assert_eq!((out[3][0].as_str(), out[3][2].as_str(), out[3][4].as_str()), ("5", "含める", ""));
    }

    #[test]
    fn the_same_records_count_otherwise_by_industry() {
        let (_, out) = lines("半導体（事業再構築補助金）", "番号,分野,判断,理由,確認者,確認日\n");
        let classes: Vec<&str> = out.iter().map(|l| l[3].as_str()).collect();
        assert_eq!(classes, ["半導体製造装置関連", "半導体部素材関連", "半導体製造装置関連", "その他半導体関連", "その他半導体関連"]);
        let (count, out) = lines("航空宇宙・防衛（事業再構築補助金）", "番号,分野,判断,理由,確認者,確認日\n");
        assert_eq!((count.total(), out[0][3].as_str()), (1, "宇宙関連"));
    }

    #[test]
    fn a_review_without_reason_or_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (from, to) in [("食品の搬送装置であるため", ""), ("架空 花子", " "), ("除く", "たぶん除く"), ("確認者", "確認")]
        {
            let path = folder.path().join("v.csv");
            std::fs::write(&path, REVIEWED.replacen(from, to, 1)).unwrap();
            assert!(matches!(reviewed(&path), Err(Trouble::Records { .. })), "{to}");
        }
    }
}
