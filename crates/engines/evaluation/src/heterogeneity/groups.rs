//! Which rows are in which group.

use serde::{Deserialize, Serialize};

use crate::frame::{Column, Frame};
use crate::notice::Refusal;

/// More groups than this were not thought of beforehand.
const MOST: usize = 50;

/// A grouping.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Group {
    /// The column.
    pub column: String,
    /// For numbers: where groups begin (`[20, 100]` makes below 20, 20 to below 100, and 100 and more). Without cuts every value is one.
    pub cuts: Vec<f64>,
    /// The values declared, in their order; all that occur when none is named.
    pub levels: Vec<String>,
}

/// One group.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub column: String,
    pub name: String,
    pub rows: Vec<usize>,
}

pub(super) fn members(frame: &Frame, group: &Group) -> Result<Vec<Member>, Refusal> {
    let names = named(frame, group)?;
    let levels: Vec<String> = if group.levels.is_empty() { names.0 } else { group.levels.clone() };
    if levels.len() > MOST {
        let (column, count) = (&group.column, levels.len());
        return Err(Refusal::new(
            "too-many-groups",
            format!("列「{column}」には{count}個の区分があります（{MOST}個まで）。数値なら cuts で区切ってください。"),
            format!("\"{column}\" makes {count} groups, at most {MOST} are looked at; give cuts for a column of numbers"),
        ));
    }
    if let Some(unknown) = levels.iter().find(|l| !names.1.iter().any(|n| n.as_ref() == Some(*l))) {
        let column = &group.column;
        return Err(Refusal::new(
            "no-such-group",
            format!("列「{column}」に区分「{unknown}」がありません。"),
            format!("\"{column}\" has no group \"{unknown}\""),
        ));
    }
    let rows = |level: &String| names.1.iter().enumerate().filter(|(_, n)| n.as_ref() == Some(level)).map(|(row, _)| row).collect();
    Ok(levels.iter().map(|l| Member { column: group.column.clone(), name: l.clone(), rows: rows(l) }).collect())
}

type Named = (Vec<String>, Vec<Option<String>>);

/// The levels in their order, and each row's.
fn named(frame: &Frame, group: &Group) -> Result<Named, Refusal> {
    match frame.column(&group.column)? {
        Column::Name { codes, levels } => {
            let mut order = levels.clone();
            order.retain(|l| !l.is_empty());
            order.sort_unstable();
            Ok((order, codes.iter().map(|c| levels.get(*c as usize).cloned()).collect()))
        }
        Column::Number(values) if group.cuts.is_empty() => {
            let mut known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).map(|v| v + 0.0).collect();
            known.sort_unstable_by(f64::total_cmp);
            known.dedup();
            known.truncate(MOST + 1);
            Ok((known.iter().map(f64::to_string).collect(), values.iter().map(|v| (!v.is_nan()).then(|| (v + 0.0).to_string())).collect()))
        }
        Column::Number(values) => {
            if group.cuts.iter().any(|c| !c.is_finite()) || group.cuts.windows(2).any(|w| w[0] >= w[1]) {
                return Err(Refusal::new("cuts", "cuts は小さい順に並べてください。", "cuts rise from one to the next"));
            }
            let cuts = &group.cuts;
            let label = |at: usize| match (at.checked_sub(1).and_then(|i| cuts.get(i)), cuts.get(at)) {
                (None, Some(to)) => format!("<{to}"),
                (Some(from), Some(to)) => format!("{from}–<{to}"),
                (Some(from), None) => format!("≥{from}"),
                (None, None) => String::new(),
            };
            let at = |v: f64| cuts.partition_point(|c| *c <= v);
            Ok(((0..=cuts.len()).map(label).collect(), values.iter().map(|v| (!v.is_nan()).then(|| label(at(*v)))).collect()))
        }
    }
}
