//! Codes of the Japan Standard Industrial Classification, rev. 14 (日本標準産業分類). The table is `facts/industries.csv`, with its source.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("../../../../facts/industries.csv");

/// A class of any of the four levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Industry {
    /// A letter (大分類), or two to four digits (中分類, 小分類, 細分類).
    pub code: &'static str,
    pub name: &'static str,
    /// The group that decides who is an SME, where this code settles it.
    pub group: Option<&'static str>,
}

/// The class of a code; of a path such as `E,24` or `E-24-2452` that of its last part.
#[must_use]
pub fn industry(text: &str) -> Option<Industry> {
    static ALL: OnceLock<BTreeMap<&'static str, Industry>> = OnceLock::new();
    let all = ALL.get_or_init(|| TABLE.lines().filter(|l| !l.starts_with('#')).skip(1).filter_map(line).map(|i| (i.code, i)).collect());
    let folded = banso_kernel::fold_width(text.trim()).to_ascii_uppercase();
    let mut parts = folded.split([',', '-', '、']).map(str::trim).filter(|part| !part.is_empty());
    let last = parts.next_back()?;
    // Every part of a path is a class; a path of which one is none is none.
    if parts.any(|part| !all.contains_key(part)) {
        return None;
    }
    all.get(last).copied()
}

fn line(text: &'static str) -> Option<Industry> {
    let mut cells = text.split(',');
    let (code, name, group) = (cells.next()?, cells.next()?, cells.next()?);
    Some(Industry { code, name, group: (!group.is_empty()).then_some(group) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_every_level_are_known() {
        let check = |text: &str, expect: Option<(&str, Option<&str>)>| {
            assert_eq!(industry(text).map(|i| (i.name, i.group)), expect, "{text}");
        };
        check("E", Some(("製造業", None)));
        check("２４", Some(("金属製品製造業", Some("製造業その他"))));
        check("E,24", Some(("金属製品製造業", Some("製造業その他"))));
        check(" r ", Some(("サービス業（他に分類されないもの）", None)));
        check("19", Some(("ゴム製品製造業", None)));
        check("55", Some(("その他の卸売業", Some("卸売業"))));
        check("E,99x", None);
        check("X,24", None);
        check("", None);
        check("U", None);
    }

    #[test]
    fn the_table_has_all_four_levels_and_only_known_groups() {
        let rows: Vec<Industry> = TABLE.lines().filter(|l| !l.starts_with('#')).skip(1).map(|l| line(l).unwrap()).collect();
        let of = |length: usize| rows.iter().filter(|i| i.code.len() == length).count();
        // The counts that the Ministry publishes for rev. 14.
        assert_eq!([of(1), of(2), of(3), of(4)], [20, 99, 536, 1473]);
        let groups = ["製造業その他", "卸売業", "サービス業", "小売業", "ソフトウェア業・情報処理サービス業"];
        assert!(rows.iter().all(|i| i.group.is_none_or(|g| groups.contains(&g))));
    }
}
