//! What came out, in words and as tables.

use std::fmt::Write as _;
use std::path::Path;

use banso_guideline::Missing;
use banso_kernel::Lang;
use banso_screening::{CapKind, ProgrammeTally, Tally, Verdict};

use super::ScreenTrouble;
use super::input::Prepared;
use super::list::{file_name, word};

/// The verdicts by programme, for people.
pub(super) fn text(prepared: &Prepared, tally: &Tally, unsettled: Option<usize>, lang: Lang) -> String {
    let mut out = String::new();
    let say = |ja: &str, en: &str| if lang == Lang::En { en.to_owned() } else { ja.to_owned() };
    if let Some(lines) = unsettled {
        out.push_str(&synthetic_words(lines, lang));
    }
    let counts = say("企業 {n} 件 × 制度 {p} × 要件 {r}\n", "{n} firms × {p} programmes × {r} conditions\n");
    let counts = counts.replace("{n}", &grouped(tally.firms)).replace("{p}", &prepared.screen.programmes().len().to_string());
    out.push_str(&counts.replace("{r}", &prepared.screen.rules().to_string()));
    for (programme, tally) in prepared.screen.programmes().iter().zip(&tally.programmes) {
        let meta = programme.edition.meta();
        let _ = writeln!(out, "\n{} {} {}", meta.call, meta.programme.get(lang), meta.edition);
        for (verdict, count) in Verdict::ALL.into_iter().zip(tally.verdicts) {
            let _ = writeln!(out, "  {:>12}  {}", grouped(count), say(word_of(verdict).0, word_of(verdict).1));
        }
        for (item, count) in missing(prepared, tally).into_iter().take(3) {
            let _ = writeln!(out, "  {:>12}    {}", grouped(count), say(&format!("足りない事実: {item}"), &format!("lack: {item}")));
        }
        if tally.capped > 0 {
            let year = if programme.cap_kind() == Some(CapKind::Yearly) { say("（年）", " a year") } else { String::new() };
            let mean = tally.ceilings / i128::from(tally.capped);
            let _ = writeln!(
                out,
                "  {}",
                say(&format!("補助上限額の平均 {}円{year}", grouped_wide(mean)), &format!("mean ceiling {} yen{year}", grouped_wide(mean)))
            );
        }
    }
    out
}

/// That firms are made up, and how far their distributions can be relied on.
pub(super) fn synthetic_words(unsettled: usize, lang: Lang) -> String {
    let mut text =
        lang.pick("合成の企業です。実在の企業ではありません。\n", "These firms are synthetic; none of them exists.\n").to_owned();
    if unsettled > 0 {
        text.push_str(&match lang {
            Lang::Ja => {
                format!("分布のうち{unsettled}行は要確認の概数です（facts/population.csv の出典の列）。件数はその限りのものです。\n")
            }
            Lang::En => {
                format!("{unsettled} lines of their distributions are rough and still to be checked (facts/population.csv, last column).\n")
            }
        });
    }
    text
}

fn word_of(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Eligible => ("適", "eligible"),
        Verdict::Open => ("申請次第（企業の事実は満たす可能性。残りは申請で決まる）", "open: the rest is for the application to say"),
        Verdict::OneFactAway => ("あと一つの事実で分かる", "one fact away"),
        Verdict::Unknown => ("不明", "unknown"),
        Verdict::Not => ("不適", "not eligible"),
    }
}

/// Which facts those that are one fact away lack, the most frequent first.
fn missing(prepared: &Prepared, tally: &ProgrammeTally) -> Vec<(String, u64)> {
    let name = |symbol: u16| match prepared.screen.missing(symbol) {
        Some(Missing::Fact(item)) => item.clone(),
        Some(Missing::Unconfirmed { what, .. }) => what.clone(),
        None => String::new(),
    };
    let mut all: Vec<(String, u64)> = tally.away.iter().map(|(s, n)| (name(*s), *n)).collect();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    all
}

/// Tables of a folder: verdicts by group, and by clause.
pub(super) fn files(folder: &Path, prepared: &Prepared, tally: &Tally) -> Result<(), ScreenTrouble> {
    let words: Vec<&str> = Verdict::ALL.into_iter().map(word).collect();
    for (place, division) in prepared.divisions.iter().enumerate() {
        let mut text = format!("\u{feff}公募,{},企業数,{}\n", division.name, words.join(","));
        for (programme, counted) in prepared.screen.programmes().iter().zip(&tally.programmes) {
            let counts = counted.groups.get(place).map(Vec::as_slice).unwrap_or_default();
            for (group, counts) in division.groups.iter().zip(counts) {
                let cells: Vec<String> = counts.iter().map(ToString::to_string).collect();
                let firms: u64 = counts.iter().sum();
                let _ = writeln!(text, "{},{group},{firms},{}", programme.edition.meta().call, cells.join(","));
            }
        }
        save(&folder.join(file_name("集計", &division.name)), &text)?;
    }
    let mut text = "\u{feff}公募,条項,見出し,適,不適,不明,計算できない\n".to_owned();
    for (programme, counted) in prepared.screen.programmes().iter().zip(&tally.programmes) {
        for (place, [yes, no, unknown, error]) in &counted.clauses {
            let Some(clause) = programme.clauses.get(*place) else { continue };
            let title = clause.title.ja.replace(',', "、");
            let _ = writeln!(text, "{},{},{title},{yes},{no},{unknown},{error}", programme.edition.meta().call, clause.id);
        }
    }
    save(&folder.join("集計_条項.csv"), &text)
}

fn save(path: &Path, text: &str) -> Result<(), ScreenTrouble> {
    std::fs::write(path, text).map_err(|cause| ScreenTrouble::Unwritable { path: path.to_owned(), cause })
}

fn grouped(n: u64) -> String {
    banso_kernel::group_thousands(i128::from(n))
}

fn grouped_wide(n: i128) -> String {
    banso_kernel::group_thousands(n)
}
