//! The columnar evaluator against the row evaluator: truths, numbers with their ends, what is missing, errors.

mod cells;
mod population;
mod properties;
mod sql;
mod tables;

use std::collections::BTreeSet;
use std::sync::Arc;

use banso_guideline::expr::{Body, Names, Outcome, Parameter, RowSource, Source, TableSource, Type, Unit, compile};
use banso_guideline::{Facts, Item, ItemKind, Known, Missing, Truth, Value};
use banso_kernel::{Day, Exact, LocalText};

use crate::block::Block;
use crate::circuit::{Circuit, Id, Shape};
use crate::lower::Lowering;
use crate::machine::{Layout, Machine};
use crate::plane::BLOCK;
use crate::schema::Schema;

pub(super) fn item(id: &str, kind: ItemKind) -> Item {
    let text = LocalText::new(id, id);
    Item { id: id.into(), kind, about: "事業者".into(), changeable: true, source: "申請者".into(), label: text.clone(), help: text }
}

fn number(unit: &str) -> ItemKind {
    ItemKind::Number { unit: unit.into(), limits: banso_guideline::Limits::default() }
}

fn choice(values: &[&str]) -> ItemKind {
    ItemKind::Choice(values.iter().map(|v| (*v).to_owned()).collect())
}

/// A table whose rows add up.
fn collected() -> Body {
    use banso_guideline::expr::{Collect, Hit};
    let row = |a: &str, b: &str, out: &str| RowSource { cells: vec![a.into(), b.into()], output: out.into() };
    let rows = vec![row("はい", "-", "50円"), row("-", "<= 20人", "経費"), row("-", "> 6人", "7円")];
    Body::Table(TableSource { inputs: vec!["連携する".into(), "従業員数".into()], rows, hit: Hit::Collect(Collect::Sum) })
}

/// A made-up dictionary with every kind of item.
pub(super) fn items() -> Vec<Item> {
    vec![
        item("業種", choice(&["製造業", "卸売業", "サービス業", "小売業"])),
        item("枠", choice(&["通常枠", "出資枠"])),
        item("資本金", number("円")),
        item("課税所得", number("円")),
        item("経費", number("円")),
        item("従業員数", number("人")),
        item("伸び率", number("%")),
        item("みなし大企業", ItemKind::YesNo),
        item("連携する", ItemKind::YesNo),
        item("設立日", ItemKind::Day),
        item("基準日", ItemKind::Day),
        item("会社名", ItemKind::Text),
        item("種別", choice(&["甲", "乙"])),
        item("構成員経費", number("円")),
        item("共同体", ItemKind::List(vec!["種別".into(), "構成員経費".into()])),
    ]
}

fn table(name: &str, inputs: &[&str], rows: &[(&[&str], &str)], first: bool) -> Source {
    use banso_guideline::expr::Hit;
    let rows =
        rows.iter().map(|(cells, output)| RowSource { cells: cells.iter().map(|c| (*c).to_owned()).collect(), output: (*output).into() });
    let body = TableSource {
        inputs: inputs.iter().map(|i| (*i).to_owned()).collect(),
        rows: rows.collect(),
        hit: if first { Hit::First } else { Hit::Unique },
    };
    Source { name: name.into(), label: LocalText::ja(name), clause: "2-1".into(), body: Body::Table(body) }
}

pub(super) fn names() -> Names {
    let mut names = Names::of_items(&items());
    for (name, value) in [("上限", Some(45_000_000)), ("二年の上限", None)] {
        let value = value.map(|n| Value::Number(Exact::from_integer(n)));
        let ty = Type::Number(Unit::of("円"));
        let parameter = Parameter { name: name.into(), label: LocalText::ja(name), clause: "3-1".into(), ty, value };
        names.add_parameter(parameter).unwrap();
    }
    let industry = &[(&["製造業"][..], "3億円"), (&["卸売業"], "1億円"), (&["サービス業"], "5000万円"), (&["小売業"], "50円 * 2")];
    let cap = &[(&["通常枠", "-"][..], "100円"), (&["-", "<= 3億円"], "資本金"), (&["出資枠", "-"], "要確認"), (&["-", "-"], "0円")];
    let tier = &[(&["<= 100円"][..], "1/2"), (&["(100円..1000円]"], "2/3"), (&["> 1000円"], "1")];
    let torn = &[(&["<= 100円"][..], "1円"), (&[">= 100円"], "2円")];
    let kind = &[(&["製造業, 卸売業"][..], "はい"), (&["not(製造業, 卸売業)"], "みなし大企業")];
    let sources = [
        table("基準", &["業種"], industry, false),
        table("枠の上限", &["枠", "資本金"], cap, true),
        table("率", &["経費"], tier, false),
        table("破れ", &["課税所得"], torn, false),
        table("区分", &["業種"], kind, false),
        Source { body: collected(), ..table("加算", &[], &[], false) },
    ];
    let misfits = names.define_all(&sources);
    assert!(misfits.is_empty(), "{misfits:?}");
    names
}

pub(super) fn n(value: i128) -> Value {
    Value::Number(Exact::from_integer(value))
}

pub(super) fn t(text: &str) -> Value {
    Value::Text(text.into())
}

pub(super) fn day(text: &str) -> Value {
    Value::Day(Day::parse(text).unwrap())
}

pub(super) fn facts(pairs: &[(&str, Value)]) -> Facts {
    Facts(pairs.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
}

fn block_of(rows: &[Facts]) -> Block {
    let schema = Arc::new(Schema::of(&items()));
    let mut block = Block::new(&schema, 0);
    for row in rows.iter().take(BLOCK) {
        block.push(row).unwrap();
    }
    block
}

/// Runs expressions over columns and by row, and expects the same. How many rows were left to the row evaluator.
pub(super) fn agree(texts: &[&str], rows: &[Facts]) -> u64 {
    let names = names();
    let block = block_of(rows);
    let mut circuit = Circuit::default();
    let exprs: Vec<_> = texts.iter().map(|t| compile(t, &names).unwrap_or_else(|e| panic!("{t}: {e:?}"))).collect();
    let mut lowering = Lowering::new(&mut circuit, block.schema(), &names);
    let roots: Vec<Id> = exprs.iter().map(|e| if *e.ty() == Type::YesNo { lowering.condition(e) } else { lowering.amount(e) }).collect();
    let layout = Layout::new(&circuit, &roots);
    let mut machine = Machine::new(&circuit, &layout);
    // Twice: what the first run leaves behind must not show.
    machine.run(&block);
    machine.run(&block);
    let mut asked = 0;
    for (expr, root) in exprs.iter().zip(&roots) {
        let slot = machine.slot(*root);
        let node = circuit.node(*root).unwrap();
        for (row, facts) in rows.iter().enumerate() {
            if slot.ask.get(row) {
                asked += 1;
                continue;
            }
            let missing: BTreeSet<&Missing> = node
                .symbols
                .iter()
                .zip(&slot.missing)
                .filter(|(_, plane)| plane.get(row))
                .map(|(s, _)| &circuit.symbols()[usize::from(*s)])
                .collect();
            let found = if node.shape == Shape::Truth {
                (slot.one.get(row), slot.two.get(row), None)
            } else {
                let scale = i128::from(node.shape.scale());
                let low = slot.one.get(row).then(|| Exact::new(slot.low[row].into(), scale));
                let high = slot.two.get(row).then(|| Exact::new(slot.highs()[row].into(), scale));
                (low.is_some(), high.is_some(), low.zip(high))
            };
            let (wanted, waits) = by_row(expr, &names, facts);
            let found = match (node.shape, found) {
                (Shape::Truth, (yes, no, _)) => format!("{:?}", (yes, no)),
                (_, (_, _, Some((low, high)))) if low == high => format!("= {low}"),
                (_, (_, _, Some((low, high)))) => format!("{low}..{high}"),
                (_, (..)) => "?".to_owned(),
            };
            assert_eq!(found, wanted, "{} on {facts:?}", expr.text());
            let missing: Vec<Missing> = missing.into_iter().cloned().collect();
            assert_eq!(missing, waits, "{} on {facts:?} waits for", expr.text());
        }
    }
    asked
}

/// The row evaluator's answer in words, and what it waits for.
fn by_row(expr: &banso_guideline::expr::Expr, names: &Names, facts: &Facts) -> (String, Vec<Missing>) {
    if *expr.ty() == Type::YesNo {
        return match expr.truth(names, facts) {
            Ok(j) => (format!("{:?}", (j.truth == Truth::Yes, j.truth == Truth::No)), j.missing),
            Err(e) => (format!("! {e}"), Vec::new()),
        };
    }
    let waits = match expr.value(names, facts) {
        Ok(Outcome::Unknown(missing)) => missing,
        Ok(Outcome::Value(_)) => Vec::new(),
        Err(e) => return (format!("! {e}"), Vec::new()),
    };
    let words = match expr.bounds(names, facts).unwrap() {
        Known::Exactly(n) => format!("= {n}"),
        Known::Between(low, high) => format!("{low}..{high}"),
        Known::Unknown(_) => "?".to_owned(),
    };
    (words, waits)
}
