//! The people and organisations of the demonstration. All of them are made up, and their names say so (見本, 架空, 例示, 模擬, 仮想).

use banso_kernel::{CorporateNumber, Yen};

/// A made-up organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cast {
    pub(crate) name: String,
    pub(crate) kana: String,
    pub(crate) number: CorporateNumber,
    pub(crate) kind: Kind,
    pub(crate) prefecture: &'static str,
    pub(crate) address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Firm(Size),
    /// University or public institute (大学・公設試等).
    Research,
    /// Regional support organisation that manages consortia (事業管理機関).
    Manager,
}

/// The facts of a made-up firm that rules ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) industry: &'static str,
    pub(crate) capital: Yen,
    pub(crate) employees: u32,
    pub(crate) income: Yen,
}

const PREFIXES: [(&str, &str); 6] =
    [("見本", "ミホン"), ("架空", "カクウ"), ("例示", "レイジ"), ("模擬", "モギ"), ("仮想", "カソウ"), ("試作", "シサク")];
const TRADES: [(&str, &str, &str); 7] = [
    ("精工", "セイコウ", "製造業その他"),
    ("電子", "デンシ", "製造業その他"),
    ("化学工業", "カガクコウギョウ", "製造業その他"),
    ("繊維", "センイ", "製造業その他"),
    ("情報システム", "ジョウホウシステム", "ソフトウェア業・情報処理サービス業"),
    ("機械", "キカイ", "製造業その他"),
    ("食品", "ショクヒン", "製造業その他"),
];
const PLACES: [(&str, &str); 8] = [
    ("大阪府", "大阪市架空区見本町"),
    ("岐阜県", "架空市例示町"),
    ("滋賀県", "例示市模擬町"),
    ("宮城県", "仮想市見本町"),
    ("福井県", "模擬市架空町"),
    ("茨城県", "見本市例示町"),
    ("徳島県", "架空市仮想町"),
    ("北海道", "例示市見本町"),
];

/// A number that no register has given out: its body starts with nine zeros.
fn number(kind: u64, index: usize) -> CorporateNumber {
    CorporateNumber::from_body(kind * 100 + index as u64)
}

fn place(index: usize) -> (&'static str, String) {
    let (prefecture, town) = PLACES.iter().cycle().nth(index).copied().unwrap_or(("東京都", "架空区見本町"));
    (prefecture, format!("{town}{}番地", index % 30 + 1))
}

/// The nth value, from the start again when they are used up.
fn around<T: Copy + Default>(values: &[T], nth: usize) -> T {
    values.iter().cycle().nth(nth).copied().unwrap_or_default()
}

/// Forty-two firms: six prefixes by seven trades. The last one is too large for a small firm; some have a high income.
pub(crate) fn firms() -> Vec<Cast> {
    let names = PREFIXES.iter().flat_map(|p| TRADES.iter().map(move |t| (p, t)));
    names
        .enumerate()
        .map(|(i, ((prefix, prefix_kana), (trade, trade_kana, industry)))| {
            let (prefecture, address) = place(i);
            let employees = around(&[12, 45, 80, 130, 24, 260, 60], i) + (i as u32) * 2;
            let capital = Yen::new(around(&[1_000, 3_000, 5_000, 9_800, 2_000, 30_000], i) * 10_000);
            let (employees, capital) = if i == 41 { (480, Yen::new(500_000_000)) } else { (employees, capital) };
            let income = Yen::new(around(&[20, 80, 150, 300, 1_600], i) * 1_000_000);
            Cast {
                name: format!("株式会社{prefix}{trade}"),
                kana: format!("カブシキガイシャ{prefix_kana}{trade_kana}"),
                number: number(1, i),
                kind: Kind::Firm(Size { industry, capital, employees, income }),
                prefecture,
                address,
            }
        })
        .collect()
}

/// Eight universities and public institutes.
pub(crate) fn research_bodies() -> Vec<Cast> {
    PLACES
        .iter()
        .enumerate()
        .map(|(i, _)| {
            let (prefecture, address) = place(i);
            let name = if i % 2 == 0 {
                format!("国立大学法人架空{}大学", short(prefecture))
            } else {
                format!("{prefecture}見本工業技術センター")
            };
            Cast { kana: String::new(), name, number: number(2, i), kind: Kind::Research, prefecture, address }
        })
        .collect()
}

/// Six support organisations.
pub(crate) fn managers() -> Vec<Cast> {
    PLACES
        .iter()
        .take(6)
        .enumerate()
        .map(|(i, _)| {
            let (prefecture, address) = place(i);
            let name = format!("公益財団法人架空{}産業振興財団", short(prefecture));
            Cast { kana: String::new(), name, number: number(3, i), kind: Kind::Manager, prefecture, address }
        })
        .collect()
}

fn short(prefecture: &str) -> &str {
    prefecture.strip_suffix(['府', '県', '都']).unwrap_or(prefecture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_and_names_are_distinct() {
        let all: Vec<Cast> = [firms(), research_bodies(), managers()].concat();
        assert_eq!(all.iter().map(|c| c.number).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|c| c.name.clone()).collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|c| ["見本", "架空", "例示", "模擬", "仮想", "試作"].iter().any(|p| c.name.contains(p))));
    }
}
