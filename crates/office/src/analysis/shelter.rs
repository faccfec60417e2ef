//! What keeps a firm of the panel from being told by what is public of it: where it is, its trade, its size, whether it was granted and how
//! much. These stand in the panel only so coarsely that at least [`ALIKE`] firms of a round have them all alike, and they follow from the round
//! alone and from what was known on the day of its selection: whatever studies are declared of it, and on whatever day they are run, a firm
//! is grouped alike in each of them, so that two panels together say no more than one.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use banso_guideline::{Item, ItemKind};

use super::line::{Line, MILLION, size_class, workers};
use super::panel::{SIZE, TRACK};
use super::takers::Takers;

/// So many firms of a round at least are alike in everything that is public of them.
pub(crate) const ALIKE: usize = 5;
/// So many firms are a group whose heads and grants are told as means: twice as many, as some of those selected are not granted in the end.
const GROUP: usize = 2 * ALIKE;
/// What a report tells is of so many firms at least; the same for every study, so that nobody finds a cell by asking twice.
pub(crate) const LEAST_CELL: usize = 10;

/// The parts of the country, in which prefectures are told.
const PARTS: [(&str, &str, &[&str]); 8] = [
    ("北海道地方", "Hokkaido", &["北海道"]),
    ("東北地方", "Tohoku", &["青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"]),
    ("関東地方", "Kanto", &["茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県"]),
    ("中部地方", "Chubu", &["新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県"]),
    ("近畿地方", "Kinki", &["三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"]),
    ("中国地方", "Chugoku", &["鳥取県", "島根県", "岡山県", "広島県", "山口県"]),
    ("四国地方", "Shikoku", &["徳島県", "香川県", "愛媛県", "高知県"]),
    ("九州・沖縄地方", "Kyushu and Okinawa", &["福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"]),
];

/// What the parts of the country are called in English.
pub(super) fn parts() -> impl Iterator<Item = (&'static str, &'static str)> {
    PARTS.iter().map(|(ja, en, _)| (*ja, *en))
}

/// Whether an item is of prefectures.
pub(super) fn is_prefecture(item: &Item) -> bool {
    let ItemKind::Choice(options) = &item.kind else { return false };
    PARTS.iter().flat_map(|(_, _, all)| all.iter()).all(|name| options.iter().any(|o| o == name))
}

fn part_of(prefecture: &str) -> String {
    PARTS.iter().find(|(_, _, all)| all.contains(&prefecture)).map_or_else(String::new, |(part, _, _)| (*part).to_owned())
}

/// Line by line, what may be shown of what is public.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelter {
    names: BTreeMap<String, Vec<String>>,
    /// What a firm's heads are multiplied with, so that before the decision they are the mean of its like.
    heads: Vec<Option<f64>>,
    /// The mean of what its like were granted, in millions.
    paid: Vec<Option<f64>>,
}

impl Shelter {
    pub(super) fn of(lines: &[Line], items: &[Item]) -> Self {
        // What nothing that comes after the selection can move: the side of the cut-off and what was known of the firms on that day.
        let mut fixed: Vec<String> = lines.iter().map(|l| format!("{}\u{1f}{}", l.round, l.is_above_cutoff())).collect();
        let mut names = Vec::new();
        // The size first: what is said of workers rests on it.
        for (column, values) in columns(lines, items) {
            let shown = alike(&fixed, &values);
            narrow(&mut fixed, &shown);
            names.push((column, shown));
        }
        let mut means = Means { level: vec![None; lines.len()], paid: vec![None; lines.len()] };
        for rows in by_value(&fixed).into_values() {
            means.of_cell(lines, items, &rows);
        }
        Self::hidden(lines, items, (names, means))
    }

    /// Of the fixed names and means those that enough firms have that took part alike (rounds, sides of the cut-off, decisions); the others are left empty.
    /// Nothing is formed anew here: a decision that comes later hides or shows, and moves no mean.
    fn hidden(lines: &[Line], items: &[Item], (names, means): (Vec<(String, Vec<String>)>, Means)) -> Self {
        // A firm that took part in several rounds is told by all of its rows together: they are shown only as far as enough firms have all alike.
        let takers = Takers::of(lines);
        let mut cells = takers.patterns(lines);
        let mut kept = |values: &[String]| {
            let mut all = vec![String::new(); lines.len()];
            for part in takers.parts() {
                let own: Vec<String> = part.iter().map(|row| row.and_then(|row| values.get(row).cloned()).unwrap_or_default()).collect();
                let shown = alike(&cells, &own);
                narrow(&mut cells, &shown);
                for (row, name) in part.iter().zip(shown) {
                    row.and_then(|row| all.get_mut(row)).into_iter().for_each(|place| place.clone_from(&name));
                }
            }
            all
        };
        let names = names.into_iter().map(|(column, values)| (column, kept(&values))).collect();
        let mut numbers = |values: &[Option<f64>]| -> Vec<Option<f64>> {
            let texts: Vec<String> = values.iter().map(|v| v.map(|v| v.to_string()).unwrap_or_default()).collect();
            values.iter().zip(kept(&texts)).map(|(v, shown)| v.filter(|_| !shown.is_empty())).collect()
        };
        let level = numbers(&means.level);
        // Where a decision is that of a few, so are their groups: they are told by the mean of all groups of their side, which stood on the day of
        // the selection. Left out, they would be missing by their grant, and whoever compares would compare those who kept to the line alone.
        let wide: Vec<Option<f64>> =
            means.of_sides(lines).into_iter().zip(&level).map(|(wide, own)| wide.filter(|_| own.is_none())).collect();
        let wide = numbers(&wide);
        let level: Vec<Option<f64>> = level.into_iter().zip(wide).map(|(own, wide)| own.or(wide)).collect();
        let paid = numbers(&means.paid);
        let factor = |(line, level): (&Line, Option<f64>)| Some(level? / heads(line, items)?);
        Shelter { names, heads: lines.iter().zip(level).map(factor).collect(), paid }
    }

    /// The names of a column, line by line.
    pub(super) fn names(&self, column: &str) -> Vec<String> {
        self.names.get(column).cloned().unwrap_or_default()
    }

    pub(super) fn paid(&self) -> &[Option<f64>] {
        &self.paid
    }

    /// A count of heads of the firm of a line as it is shown: whole, and of its like before the decision.
    pub(super) fn heads(&self, line: usize, own: f64) -> Option<f64> {
        let factor = self.heads.get(line).copied().flatten()?;
        Some((own * factor).round().max(1.0))
    }
}

/// Line by line, the means of its group: heads before the decision, and what was granted in millions.
struct Means {
    level: Vec<Option<f64>>,
    paid: Vec<Option<f64>>,
}

impl Means {
    /// Firms of a cell in groups of neighbours in size; a group of too few has neither heads nor amount.
    fn of_cell(&mut self, lines: &[Line], items: &[Item], rows: &[usize]) {
        let rows = ordered(lines, items, rows);
        let own = |row: &usize| lines.get(*row).and_then(|l| heads(l, items));
        let (known, unknown): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| own(row).is_some());
        for group in chunks(&known).into_iter().chain(chunks(&unknown)) {
            let level = mean(&group.iter().filter_map(own).collect::<Vec<_>>()).map(f64::round);
            let paid = granted(lines, group);
            for row in group {
                if let Some(place) = self.level.get_mut(*row) {
                    *place = level;
                }
                if let Some(place) = self.paid.get_mut(*row) {
                    *place = paid.filter(|_| lines.get(*row).is_some_and(|l| l.granted));
                }
            }
        }
    }
}

impl Means {
    /// For each row whose group has heads the mean over all groups of its round and side: of nothing but their heads, so that it tells no firm
    /// that they do not tell.
    fn of_sides(&self, lines: &[Line]) -> Vec<Option<f64>> {
        let sides: Vec<String> = lines.iter().map(|l| format!("{}\u{1f}{}", l.round, l.is_above_cutoff())).collect();
        let mut wide = vec![None; lines.len()];
        for rows in by_value(&sides).into_values() {
            let rows: Vec<usize> = rows.into_iter().filter(|row| self.level.get(*row).copied().flatten().is_some()).collect();
            let levels: Vec<f64> = rows.iter().filter_map(|row| self.level.get(*row).copied().flatten()).collect();
            let of_all = mean(&levels).map(f64::round);
            rows.into_iter().for_each(|row| wide.get_mut(row).into_iter().for_each(|place| *place = of_all));
        }
        wide
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (values.len() >= ALIKE).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The mean of what a group was granted, once everybody in it is decided: told earlier, the next decision would be the difference of two means.
fn granted(lines: &[Line], group: &[usize]) -> Option<f64> {
    let of = || group.iter().filter_map(|row| lines.get(*row));
    if of().any(|l| l.undecided) {
        return None;
    }
    let amounts: Vec<f64> = of().filter_map(|l| l.amount).map(|yen| yen.get() as f64 / MILLION).collect();
    mean(&amounts).map(|m| (m * 100.0).round() / 100.0)
}

/// How many worked at the firm of a line, as it was known on the day of the selection.
fn heads(line: &Line, items: &[Item]) -> Option<f64> {
    line.at_selection(workers(items)?).filter(|n| *n > 0.0)
}

/// Each cell by what is shown of it.
fn narrow(cells: &mut [String], shown: &[String]) {
    cells.iter_mut().zip(shown).for_each(|(cell, name)| *cell = format!("{cell}\u{1f}{name}"));
}

/// Rows in the order of heads and, where these are alike, of what else was known of the firms on the day of the selection: not of their ids,
/// of how they arrived, or of anything that came later.
fn ordered(lines: &[Line], items: &[Item], rows: &[usize]) -> Vec<usize> {
    let key = |line: &Line| -> Vec<f64> {
        let first = [heads(line, items), Some(line.score)];
        first.into_iter().chain(items.iter().map(|i| line.at_selection(i))).map(|v| v.unwrap_or(f64::NAN)).collect()
    };
    let mut keyed: Vec<(Vec<f64>, usize)> = rows.iter().filter_map(|row| Some((key(lines.get(*row)?), *row))).collect();
    let compare = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal);
    keyed.sort_by(|a, b| compare(&a.0, &b.0).then(a.1.cmp(&b.1)));
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// What is public and named, in the order in which it is kept.
fn columns(lines: &[Line], items: &[Item]) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    if workers(items).is_some() {
        all.push((SIZE.to_owned(), lines.iter().map(|l| size_class(heads(l, items))).collect()));
    }
    all.push((TRACK.to_owned(), lines.iter().map(|l| l.track.clone()).collect()));
    for item in items.iter().filter(|i| matches!(i.kind, ItemKind::Choice(_))) {
        let name = |l: &Line| {
            let own = l.known_then.text(&item.id);
            if is_prefecture(item) { part_of(&own) } else { own }
        };
        all.push((item.id.clone(), lines.iter().map(name).collect()));
    }
    all
}

/// Rows by value, in the order of values.
fn by_value(values: &[String]) -> BTreeMap<&str, Vec<usize>> {
    let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    values.iter().enumerate().for_each(|(row, value)| rows.entry(value.as_str()).or_default().push(row));
    rows
}

/// The names that may be shown: within each cell those that enough firms have, the others nothing; and nothing is what none or enough have.
fn alike(cells: &[String], values: &[String]) -> Vec<String> {
    let mut shown = vec![String::new(); values.len()];
    for rows in by_value(cells).into_values() {
        let own: Vec<String> = rows.iter().filter_map(|row| values.get(*row).cloned()).collect();
        let mut named: Vec<(String, Vec<usize>)> = by_value(&own)
            .into_iter()
            .map(|(name, at)| (name.to_owned(), at.iter().filter_map(|i| rows.get(*i).copied()).collect()))
            .collect();
        named.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
        let (mut kept, rest): (Vec<_>, Vec<_>) = named.into_iter().partition(|(name, at)| at.len() >= ALIKE && !name.is_empty());
        let mut nameless: usize = rest.iter().map(|(_, at)| at.len()).sum();
        while nameless > 0 && nameless < ALIKE {
            let Some((_, at)) = kept.pop() else { break };
            nameless += at.len();
        }
        for (name, at) in kept {
            at.into_iter().for_each(|row| shown.get_mut(row).into_iter().for_each(|place| place.clone_from(&name)));
        }
    }
    shown
}

/// Rows in their order in groups of [`GROUP`], the rest with the last.
fn chunks(rows: &[usize]) -> Vec<&[usize]> {
    let groups = (rows.len() / GROUP).max(1);
    let bounds = |at: usize| if at == groups { rows.len() } else { at * GROUP };
    (0..groups).filter_map(|at| rows.get(bounds(at)..bounds(at + 1))).filter(|group| !group.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_where_enough_have_it_and_so_is_none() {
        let rows = |text: &str| text.chars().map(|c| if c == '-' { String::new() } else { c.to_string() }).collect::<Vec<_>>();
        let check = |cells: &str, values: &str, want: &str| assert_eq!(alike(&rows(cells), &rows(values)), rows(want), "{values}");
        check("xxxxxxxxxx", "aaaaabbbbb", "aaaaabbbbb");
        // Two of b would be told by having no name: of a, too, none is shown.
        check("xxxxxxxx", "aaaaaabb", "--------");
        check("xxxxxxxxxxxxx", "aaaaaabbbbbcc", "aaaaaa-------");
        // Within a cell, not over all of them.
        check("xxxxxyyyyy", "aaaabaaaaa", "-----aaaaa");
    }

    #[test]
    fn groups_have_enough_members() {
        let sizes = |n: usize| chunks(&(0..n).collect::<Vec<_>>()).iter().map(|g| g.len()).collect::<Vec<_>>();
        assert_eq!([sizes(4), sizes(19), sizes(20), sizes(34), sizes(0)], [vec![4], vec![19], vec![10, 10], vec![10, 10, 14], vec![]]);
    }

    #[test]
    fn every_prefecture_is_in_one_part() {
        let mut all: Vec<&str> = PARTS.iter().flat_map(|(_, _, names)| names.iter().copied()).collect();
        assert_eq!(all.len(), 47);
        all.sort_unstable();
        all.dedup();
        assert_eq!((all.len(), part_of("福井県").as_str(), part_of("nowhere").as_str()), (47, "中部地方", ""));
    }
}
