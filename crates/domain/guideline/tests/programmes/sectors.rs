//! Sectors by words and by industry: what belongs, and which words say so.

use crate::house::{dictionary, file, shown};
use banso_guideline::{Facts, Sectors, Value};
use banso_kernel::Day;

#[cfg(test)]
fn sectors() -> Sectors {
    let source = file("facts/sectors.md");
    Sectors::parse(&source, &dictionary()).unwrap_or_else(|p| panic!("{}", shown(&p, &source)))
}

fn record(parts: &[(&str, &str)]) -> Facts {
    Facts(parts.iter().map(|(k, v)| ((*k).to_owned(), Value::Text((*v).to_owned()))).collect())
}

#[test]
fn words_are_found_where_they_stand() {
    let sectors = sectors();
    let day = Day::parse("2025-06-01").unwrap();
    let sector = sectors.on("半導体（ものづくり補助金）", day).unwrap();
    for (title, summary, expected) in [
        ("半導体の検査", "", &["半導体"][..]),
        ("ＣＶＤ用の部品", "", &["CVD"]),
        ("部品の加工", "パワー半導体向けの小型検査装置", &["半導体", "半導体向けの小型検査装置"]),
        ("半導体の話。別の装置", "", &["半導体"]),
        ("cmp研磨", "", &["CMP"]),
        ("旅館の改修", "露天風呂", &[]),
    ] {
        let found = sector.of(&record(&[("事業計画名", title), ("事業計画の概要", summary)]));
        let words: Vec<String> = found.map(|b| b.words.into_iter().map(|(_, w)| w).collect()).unwrap_or_default();
        assert_eq!(words, expected, "{title}");
    }
    assert!(sectors.on("半導体（ものづくり補助金）", Day::parse("2025-04-30").unwrap()).is_none());
    assert_eq!(sectors.names().len(), 4);
}

#[test]
fn slips_in_a_text_of_sectors() {
    let source = file("facts/sectors.md");
    for (from, to, code) in [
        ("### 2025-05-01 から", "### 昔から", "bad-day"),
        ("見る欄: 事業計画名・事業計画の概要", "見る欄: 事業計画命・事業計画の概要", "unknown-name"),
        ("】見る欄: 事業計画名・事業計画の概要", "】", "missing-key"),
        ("| 語 | 備考 |", "| 言葉 | 備考 |", "unknown-column"),
        ("含む(事業計画名, \"装置\")", "含む(事業計画名, 3円)", "expression"),
        ("| - | - | - | \"半導体部素材関連\" |\n", "", "gap"),
        ("# 分野の分類", "<<<<<<< HEAD\n# 分野の分類", "merge-conflict"),
    ] {
        assert!(source.contains(from), "{from}");
        let problems = Sectors::parse(&source.replacen(from, to, 1), &dictionary()).unwrap_err();
        assert!(problems.iter().any(|p| p.code.as_str() == code && p.message.en.is_some()), "{to}: {}", shown(&problems, &source));
    }
}
