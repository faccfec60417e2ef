//! What a study's choices come to in the panel: the columns of its outcomes, of what was fixed before, of groups and places, the method's
//! settings, the programme's targets, and what all of them are called.

use std::collections::BTreeMap;

use banso_evaluation::study::{Method, Outcome, Reported, Target, Word};
use banso_guideline::{Dictionary, Edition, Item, ItemKind};
use banso_kernel::{Lang, fold_width};
use serde_json::{Map, Value, json};

use super::panel::{
    DISTANCE, FIRM, GRANTED, SIZE, SIZES, START, TRACK, YEAR, column, due_column, each_worker, expected_column, kpi_column, per_worker,
    unit_of, workers, years_after,
};
use super::shelter::{is_prefecture, parts};

/// The columns of groups that a design can take: over time only what does not change.
pub(super) fn groups_of(method: Method, items: &[Item]) -> Vec<String> {
    if method == Method::Difference { vec![SIZE.to_owned()] } else { groups(items) }
}

/// The columns of places that a design can take.
pub(super) fn neighbourhoods(method: Method, items: &[Item]) -> Vec<String> {
    if method == Method::Difference { Vec::new() } else { places(items) }
}

/// The columns that tell where or in what trade a firm is.
pub(crate) fn places(items: &[Item]) -> Vec<String> {
    items.iter().filter(|i| unit_of(i).is_none()).map(|i| i.id.clone()).collect()
}

/// What these columns and their values are called in English, and what columns are called that are no item's own name.
pub(super) fn words<'a>(
    named: impl Iterator<Item = &'a String>,
    chosen: &[&Item],
    items: &[Item],
    dictionary: &Dictionary,
) -> BTreeMap<String, Word> {
    let english = |en: &str| Word { ja: None, en: Some(en.to_owned()) };
    let both = |ja: String, en: String| Word { ja: Some(ja), en: Some(en) };
    let mut words = BTreeMap::new();
    for name in named {
        for item in chosen.iter().copied().chain(items.iter().filter(|i| unit_of(i).is_some())) {
            let (ja, en) = (item.label.ja.clone(), item.label.get(Lang::En).to_lowercase());
            if *name == column(&item.id, "前") {
                words.insert(name.clone(), both(format!("決定前の{ja}"), format!("{en} before the decision")));
            } else if *name == column(&item.id, "前増") {
                words.insert(name.clone(), both(format!("決定前までの{ja}の増加"), format!("rise of {en} up to the decision")));
            }
        }
        if name == SIZE {
            words.insert(name.clone(), english("size"));
            words.extend(SIZES.map(|(ja, en)| (ja.to_owned(), english(en))));
        } else if name == TRACK {
            words.insert(name.clone(), english("track"));
        }
        let Some(Item { label, kind: ItemKind::Choice(options), .. }) = items.iter().find(|i| i.id == *name) else { continue };
        if items.iter().any(|i| i.id == *name && is_prefecture(i)) {
            words.insert(
                name.clone(),
                both("地方（都道府県を8つにまとめたもの）".to_owned(), "part of the country (prefectures in 8)".to_owned()),
            );
            words.extend(parts().map(|(ja, en)| (ja.to_owned(), english(en))));
            continue;
        }
        words.insert(name.clone(), both(label.ja.clone(), label.get(Lang::En).to_lowercase()));
        words.extend(options.iter().filter_map(|o| Some((o.clone(), english(dictionary.choice(o).en.as_deref()?)))));
    }
    words
}

/// The columns that groups can be made of.
pub(crate) fn groups(items: &[Item]) -> Vec<String> {
    let choices = items.iter().filter(|i| unit_of(i).is_none()).map(|i| i.id.clone());
    [SIZE.to_owned(), TRACK.to_owned()].into_iter().chain(choices).collect()
}

/// An item as outcomes: its rise until the horizon in total and, for money, per worker; over time, its level.
pub(super) fn outcomes_of(item: &Item, method: Method, horizon: u32, items: &[Item]) -> Vec<Outcome> {
    let (ja, en) = (item.label.ja.clone(), item.label.get(Lang::En).to_lowercase());
    let unit = unit_of(item).unwrap_or_default().to_owned();
    if method == Method::Difference {
        let level = |column: String, per: [&str; 2], unit: String| Outcome {
            column,
            ja: format!("{}{ja}", per[0]),
            en: format!("{en}{}", per[1]),
            unit,
            unit_en: None,
            workers: None,
            reported: None,
        };
        let mut all = vec![level(item.id.clone(), ["", ""], unit.clone())];
        if unit == "百万円" && workers(items).is_some() {
            all.push(level(each_worker(&item.id), ["従業員1人あたり", " per worker"], "万円".to_owned()));
        }
        return all;
    }
    let years = if horizon == 1 { "1 year".to_owned() } else { format!("{horizon} years") };
    let rise = |named: &dyn Fn(&str) -> String, per: [&str; 2], unit: String| Outcome {
        column: named("増"),
        ja: format!("{}{ja}の増加（{horizon}年後）", per[0]),
        en: format!("rise of {en}{} after {years}", per[1]),
        unit,
        unit_en: None,
        workers: None,
        reported: Some(Reported { after: named("後"), before: named("前") }),
    };
    let mut all = vec![rise(&|when| column(&item.id, when), ["", ""], unit.clone())];
    if unit == "百万円" && workers(items).is_some() {
        all.push(rise(&|when| per_worker(&item.id, when), ["従業員1人あたり", " per worker"], "万円".to_owned()));
    }
    all
}

/// What was fixed before the decision, as far as it is known: the chosen items themselves, and how many workers there were.
fn before(chosen: &[&Item], items: &[Item]) -> Vec<String> {
    let mut columns: Vec<String> = chosen.iter().filter(|i| items.contains(i)).map(|i| column(&i.id, "前")).collect();
    columns.extend(workers(items).map(|w| column(&w.id, "前")).filter(|c| !columns.contains(c)));
    columns
}

/// The same, and how the chosen items had risen by then: no grant can have moved that.
pub(super) fn settled(chosen: &[&Item], items: &[Item]) -> Vec<String> {
    before(chosen, items).into_iter().chain(chosen.iter().filter(|i| items.contains(i)).map(|i| column(&i.id, "前増"))).collect()
}

/// Most facts of before the decision, beside the chosen outcomes and the workers, in which firms are made alike.
const MORE_COVARIATES: usize = 6;

/// In what firms are made alike: the chosen outcomes and the workers as they were before the decision, and what else is known of nearly all.
fn covariates(chosen: &[&Item], items: &[Item], common: &[Item]) -> Vec<String> {
    let mut columns = before(chosen, items);
    let numbers = common.iter().filter(|i| unit_of(i).is_some()).map(|i| column(&i.id, "前"));
    let more: Vec<String> = numbers.filter(|c| !columns.contains(c)).take(MORE_COVARIATES).collect();
    columns.extend(more);
    columns
}

/// The settings of a method: `items` are those of which something is known before the decision, `common` those known of nearly all firms.
pub(super) fn settings(method: Method, pooled: bool, chosen: &[&Item], (items, common): (&[Item], &[Item])) -> Map<String, Value> {
    let value = match method {
        // A firm that applies in several rounds is one firm.
        Method::Discontinuity if pooled => json!({ "score": DISTANCE, "cutoff": 0.0, "treatment": GRANTED, "cluster": FIRM }),
        Method::Discontinuity => json!({ "score": DISTANCE, "cutoff": 0.0, "treatment": GRANTED }),
        Method::Difference => json!({ "unit": FIRM, "time": YEAR, "start": START, "comparison": "never-treated" }),
        Method::Balancing => json!({ "treatment": GRANTED, "covariates": covariates(chosen, items, common) }),
    };
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// The programme's own targets, due so long after the year of the selection or, with several rounds, each firm by the column of its own round's
/// year; of those that say a number: `>= 15%` stands for 15 in a panel that states shares in hundredths.
pub(super) fn targets(edition: &Edition, decided: Option<i32>) -> Vec<Target> {
    let target = |k: &banso_guideline::Kpi| {
        k.item.as_ref()?;
        let text = fold_width(&k.target);
        let (strict, bare) = match text.strip_prefix(">=") {
            Some(rest) => (false, rest),
            None => (true, text.strip_prefix('>')?),
        };
        let value: f64 = bare.trim().trim_end_matches('%').trim().parse().ok()?;
        // A figure above the target and not equal to it: panels state figures to a tenth.
        let least = if strict { value + 0.1 } else { value };
        let more = if strict { ("超", "more than ") } else { ("以上", "at least ") };
        let unit = &k.unit;
        let ja = format!("{}（{}、{value}{unit}{}）", k.title.ja, k.when.ja, more.0);
        let en = format!("{} ({}, {}{value}{unit})", k.title.get(Lang::En), k.when.get(Lang::En).to_lowercase(), more.1);
        let due = decided.map(|year| year + years_after(&k.when.ja));
        let due_column = due.is_none().then(|| due_column(&k.id));
        Some(Target { column: kpi_column(&k.id), ja, en, least, share: None, expected: Some(expected_column(&k.id)), due, due_column })
    };
    edition.kpis().iter().filter_map(target).collect()
}
