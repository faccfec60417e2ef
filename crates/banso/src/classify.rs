//! `banso classify`: counts records by sector as `facts/sectors.md` says. What somebody reviewed stands on top of what the words say, with
//! the reason and the name; every record can be written out with the words that were found in it.

use std::collections::{BTreeMap, BTreeSet};
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
/// Most words that are told beside a count; all of them stand in the file of results.
const TOLD: usize = 20;

/// What somebody decided about a record.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reviewed {
    counts: bool,
    why: String,
}

/// What was counted in a sector.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Count {
    found: usize,
    taken_out: usize,
    put_in: usize,
    /// Of the total, by class; what a review put in without a class is apart.
    classes: BTreeMap<String, usize>,
    /// Of the total, in how many records each word was found, or which cell a table went by; a record may have several.
    words: BTreeMap<String, usize>,
}

impl Count {
    const fn total(&self) -> usize {
        self.found - self.taken_out + self.put_in
    }

    /// A record that counts.
    fn add(&mut self, belongs: Option<&Belongs>) {
        let class = belongs.map_or("見直しで含めたもの", |b| b.class.as_str());
        *self.classes.entry(class.to_owned()).or_default() += 1;
        // A word in the title and in the plan is one record all the same.
        let words: BTreeSet<&str> = belongs.iter().flat_map(|b| &b.words).map(|(_, word)| word.as_str()).collect();
        for word in words {
            *self.words.entry(word.to_owned()).or_default() += 1;
        }
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
        say!("{}", told(sector, &count, lang));
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
        if counts {
            count.add(belongs.as_ref());
        }
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

fn told(sector: &Sector, count: &Count, lang: Lang) -> String {
    let Count { found, taken_out, put_in, classes, words } = count;
    let name = sector.name.get(lang);
    let mut text = match lang {
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
    };
    let most = |counts: &BTreeMap<String, usize>| {
        let mut all: Vec<(&String, &usize)> = counts.iter().collect();
        all.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), name.as_str()));
        all.iter().take(TOLD).map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join("、")
    };
    for (ja, en, counts) in [("区分", "Classes", classes), ("当たった語・欄（件数）", "Words and cells, in records", words)] {
        if !counts.is_empty() {
            text.push_str(&format!("\n  {}: {}", lang.pick(ja, en), most(counts)));
        }
    }
    text
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
        assert_eq!((count.found, count.taken_out, count.put_in, count.total()), (3, 1, 1, 3));
        assert_eq!(count.classes, BTreeMap::from([("半導体関連産業".to_owned(), 2), ("見直しで含めたもの".to_owned(), 1)]));
        // A record that was taken out counts for no word.
        assert_eq!(count.words, BTreeMap::from([("半導体".to_owned(), 2), ("半導体製造装置".to_owned(), 1)]));
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

    /// A thousand made-up records counted twice over: by the words of one programme and by the industries of the other, as the report does.
    /// The counts are worked out here from how the records were made.
    #[test]
    fn counts_follow_from_the_records() {
        let mut text = "番号,事業計画名,事業計画の概要,産業大分類,産業小分類\n".to_owned();
        for n in 1..=1000 {
            let title = match n % 10 {
                0 => "半導体製造装置の部品",
                1 => "半導体の検査",
                2 => "搬送装置の導入",
                3 => "航空機の部品",
                4 => "人工衛星の部品",
                _ => "菓子の開発",
            };
            let (group, class) = if n % 100 == 0 {
                ("卸売業", "機械卸")
            } else {
                ("製造業", if n % 20 == 0 { "半導体製造装置製造業" } else { "金属加工" })
            };
            text.push_str(&format!("{n},架空{n} {title},架空の概要,{group},{class}\n"));
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        std::fs::write(&path, text).unwrap();
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
        let sectors = sectors(Some(&root), Lang::Ja).unwrap();
        let day = Day::parse("2025-06-01").unwrap();
        let all = rows(&path, &[NUMBER]).unwrap();
        let check = |sector: &str, records: &[Row], total: usize, classes: &[(&str, usize)], words: &[(&str, usize)]| {
            let (count, lines) = counted(sectors.on(sector, day).unwrap(), records, &BTreeMap::new());
            let map = |pairs: &[(&str, usize)]| pairs.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect::<BTreeMap<_, _>>();
            assert_eq!((count.total(), lines.len()), (total, total), "{sector}");
            assert_eq!(count.classes, map(classes), "{sector}");
            for (word, records) in words {
                assert_eq!(count.words.get(*word), Some(records), "{sector} {word}");
            }
        };
        let words = [("半導体", 200), ("半導体製造装置", 100), ("搬送装置", 100)];
        check("半導体（ものづくり補助金）", &all, 300, &[("半導体関連産業", 300)], &words);
        let words = [("人工衛星", 100), ("航空機", 100)];
        check("航空宇宙・防衛（ものづくり補助金）", &all, 200, &[("航空宇宙・防衛", 200)], &words);
        let classes = [("宇宙関連", 100), ("航空関連", 100)];
        check("航空宇宙・防衛（事業再構築補助金）", &all, 200, &classes, &words);
        // By industry, over the records that were called semiconductors to begin with: not of the makers, of makers of the machines or with
        // 装置 in the title, and the others.
        let called: Vec<Row> = all.iter().filter(|r| r.get("事業計画名").is_some_and(|t| t.contains("半導体"))).cloned().collect();
        let classes = [("その他半導体関連", 10), ("半導体製造装置関連", 90), ("半導体部素材関連", 100)];
        check("半導体（事業再構築補助金）", &called, 200, &classes, &[("卸売業", 10)]);
    }

    #[test]
    fn what_is_told_has_classes_and_words() {
        let (count, _) = lines("半導体（ものづくり補助金）", REVIEWED);
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../programmes");
        let sectors = sectors(Some(&root), Lang::Ja).unwrap();
        let sector = sectors.on("半導体（ものづくり補助金）", Day::parse("2025-06-01").unwrap()).unwrap();
        let text = told(sector, &count, Lang::Ja);
        assert!(
            text.contains("3 件")
                && text.contains("区分: 半導体関連産業 2、見直しで含めたもの 1")
                && text.contains("半導体 2、半導体製造装置 1"),
            "{text}"
        );
        assert!(told(sector, &count, Lang::En).contains("Words and cells, in records: 半導体 2"));
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
