//! Who took part: the firms of a panel with their rows, of which one that applied in several pooled rounds has several. What is told of it is
//! told by all of them together.

use std::collections::BTreeMap;

use banso_kernel::CorporateNumber;

use super::line::Line;
use super::shelter::ALIKE;

/// The firms of a panel, in the order of their first rows.
pub(super) struct Takers {
    firms: Vec<(CorporateNumber, Vec<usize>)>,
    /// For each round (and each application in it, should a firm have several) the row of every firm, if it has one.
    parts: Vec<Vec<Option<usize>>>,
}

impl Takers {
    pub(super) fn of(lines: &[Line]) -> Self {
        let mut at: BTreeMap<CorporateNumber, usize> = BTreeMap::new();
        let mut firms: Vec<(CorporateNumber, Vec<usize>)> = Vec::new();
        for (row, line) in lines.iter().enumerate() {
            let next = firms.len();
            match firms.get_mut(*at.entry(line.firm).or_insert(next)) {
                Some((_, rows)) => rows.push(row),
                None => firms.push((line.firm, vec![row])),
            }
        }
        let mut parts: BTreeMap<(&str, usize), Vec<Option<usize>>> = BTreeMap::new();
        for (firm, (_, rows)) in firms.iter().enumerate() {
            let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
            for (row, line) in rows.iter().filter_map(|row| Some((*row, lines.get(*row)?))) {
                let nth = seen.entry(line.round.as_str()).or_default();
                let part = parts.entry((line.round.as_str(), *nth)).or_insert_with(|| vec![None; firms.len()]);
                part.get_mut(firm).into_iter().for_each(|place| *place = Some(row));
                *nth += 1;
            }
        }
        let parts = parts.into_values().collect();
        Self { firms, parts }
    }

    /// Round by round the row of every firm.
    pub(super) fn parts(&self) -> &[Vec<Option<usize>>] {
        &self.parts
    }

    /// For every firm in which rounds it took part, on which side of the cut-off, and how it was decided.
    pub(super) fn patterns(&self, lines: &[Line]) -> Vec<String> {
        self.firms.iter().map(|(_, rows)| pattern(lines, rows)).collect()
    }

    /// Line by line, within what errors are clustered. That is the firm; but where fewer than [`ALIKE`] firms took part in the same several
    /// rounds alike, they share one with others: a coarser cluster is as sound, and no row of theirs tells another one.
    pub(super) fn clusters(&self, lines: &[Line]) -> Vec<String> {
        let mut repeaters: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (firm, (_, rows)) in self.firms.iter().enumerate().filter(|(_, (_, rows))| rows.len() > 1) {
            repeaters.entry(pattern(lines, rows)).or_default().push(firm);
        }
        let mut patterns: Vec<Vec<usize>> = repeaters.into_values().collect();
        patterns.sort_by_key(Vec::len);
        let mut shared: Vec<usize> = Vec::new();
        for firms in patterns {
            if firms.len() < ALIKE || (1..ALIKE).contains(&shared.len()) {
                shared.extend(firms);
            }
        }
        if !shared.is_empty() {
            let once = self.firms.iter().enumerate().filter(|(_, (_, rows))| rows.len() == 1).map(|(firm, _)| firm);
            let missing = ALIKE.saturating_sub(shared.len());
            shared.extend(once.take(missing));
        }
        let mut clusters = vec![String::new(); lines.len()];
        for (firm, (number, rows)) in self.firms.iter().enumerate() {
            let name = if shared.contains(&firm) { "shared".to_owned() } else { number.to_string() };
            rows.iter().for_each(|row| clusters.get_mut(*row).into_iter().for_each(|place| place.clone_from(&name)));
        }
        clusters
    }
}

fn pattern(lines: &[Line], rows: &[usize]) -> String {
    let of = |line: &Line| format!("{}\u{1f}{}\u{1f}{:?}", line.round, line.is_above_cutoff(), line.arm());
    let mut all: Vec<String> = rows.iter().filter_map(|row| lines.get(*row)).map(of).collect();
    all.sort();
    all.join("\u{1e}")
}
