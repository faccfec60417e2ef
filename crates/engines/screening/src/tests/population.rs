//! Synthetic firms, their counts, and what an amendment changes for them, on a small programme.

use std::sync::Arc;

use banso_guideline::{Dictionary, Edition, Facts, Library, Truth};

use crate::block::Block;
use crate::compare::Comparison;
use crate::population::Marginals;
use crate::schema::Schema;
use crate::screen::Screen;
use crate::tally::{Counter, Division, Tally};
use crate::{Verdict, screen_blocks};

const MARGINALS: &str = "# made up\n項目,条件,値,下限,上限,重み,既知,出典\n\
                         法人番号,,S,,,1,1000,架空\n\
                         都道府県,,福井県,,,3,1000,架空\n都道府県,,石川県,,,1,1000,架空\n\
                         業種,,小売業,,,1,900,架空\n業種,,製造業その他,,,3,,架空\n\
                         従業員数,業種=小売業,,1人,30人,1,800,架空\n従業員数,業種=製造業その他,,1人,900人,1,,架空\n\
                         資本金,,,100万円,10億円,1,700,架空\n";

fn root(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn words() -> (Dictionary, Library) {
    let dictionary = Dictionary::parse(&root("facts/dictionary.md")).unwrap();
    let library = Library::parse(&root("facts/definitions.md"), &dictionary).unwrap();
    (dictionary, library)
}

/// A programme of the bench with these conditions.
fn edition(conditions: &[&str], cap: &str) -> Edition {
    let (dictionary, library) = words();
    let clause = |(i, c): (usize, &&str)| format!("### 1-{} 要件{}\n\n```要件\n{c}\n不適のとき: 直す。\n```\n\n", i + 1, i + 1);
    let clauses: String = conditions.iter().enumerate().map(clause).collect();
    let text = root("bench/screening/programme.md").replace("@NUMBER@", "1").replace("@CLAUSES@", &clauses);
    let text = text.replace("if 業種 = 小売業 then 100万円 else 200万円", cap);
    let reading = Edition::read(&text, &dictionary, &library);
    reading.edition.unwrap_or_else(|| panic!("{:?}", reading.problems))
}

fn population(firms: u64) -> (Arc<Schema>, Vec<Block>) {
    let (dictionary, _) = words();
    let wanted = ["法人番号", "都道府県", "業種", "従業員数", "資本金"];
    let schema = Arc::new(Schema::of(dictionary.items().iter().filter(|i| wanted.contains(&i.id.as_str()))));
    let marginals = Marginals::parse(MARGINALS, &schema).unwrap();
    let blocks = marginals.blocks(7, firms).collect();
    (schema, blocks)
}

#[test]
fn any_stretch_of_firms_can_be_made_on_its_own() {
    let (schema, blocks) = population(5000);
    let marginals = Marginals::parse(MARGINALS, &schema).unwrap();
    let again = marginals.block(7, 4100, 3);
    for row in 0..3 {
        assert_eq!(again.facts(row), blocks[2].facts(4 + row));
    }
    assert_ne!(marginals.block(8, 4100, 3).facts(0), again.facts(0), "another seed");
    assert_eq!(blocks.iter().map(Block::rows).collect::<Vec<_>>(), [2048, 2048, 904]);
    // Shares as the table says: three of four in Fukui, and one in ten without an industry.
    let count = |item: &str, value: &str| {
        let place = schema.place(item).unwrap();
        let is = |block: &Block, row: usize| crate::written(block.fact(place, row).as_ref()) == value;
        blocks.iter().map(|b| (0..b.rows()).filter(|r| is(b, *r)).count()).sum::<usize>()
    };
    let (fukui, unknown) = (count("都道府県", "福井県"), count("業種", ""));
    assert!((3600..3900).contains(&fukui) && (420..580).contains(&unknown), "{fukui} {unknown}");
}

#[test]
fn marginals_that_cannot_be_read_are_located() {
    let (schema, _) = population(1);
    let check = |line: &str, expect: &str| {
        let source = format!("項目,条件,値,下限,上限,重み,既知,出典\n{line}\n");
        let wrong = Marginals::parse(&source, &schema).unwrap_err();
        assert_eq!(wrong.line, 2);
        assert!(wrong.ja.contains(expect), "{wrong}");
    };
    check("業種,,漁業,,,1,900,x", "値か範囲");
    check("従業員数,,,30人,1人,1,900,x", "値か範囲");
    check("業種,,小売業,,,たくさん,900,x", "重み");
    check("業種,,小売業,,,1,だいたい,x", "既知");
    check("従業員数,業種=漁業,,1人,2人,1,900,x", "条件");
    check("業種,小売業", "列の数");
    assert!(Marginals::parse("項目,値\n", &schema).is_err());
}

#[test]
fn tallies_count_what_the_row_evaluator_says() {
    let (schema, blocks) = population(5000);
    let edition = edition(&["従業員数 <= 20人", "資本金 <= 3億円 または 業種 = 小売業"], "if 業種 = 小売業 then 100万円 else 200万円");
    let screen = Screen::new(&schema, std::slice::from_ref(&edition), Facts::default());
    let divisions: Vec<Division> =
        [("都道府県", &[][..]), ("従業員数", &[5, 20])].iter().filter_map(|(item, bounds)| Division::by(&schema, item, bounds)).collect();
    let tally_on = |threads| {
        let counters = screen_blocks(&screen, &blocks, threads, || Counter::new(&screen, &divisions), |c, b, i, _, a| c.add(b, i, a));
        counters.into_iter().map(|c| c.tally).fold(Tally::default(), Tally::plus)
    };
    let tally = tally_on(2);
    assert_eq!(tally, tally_on(1), "however many threads");
    let facts: Vec<Facts> = blocks.iter().flat_map(|b| (0..b.rows()).map(|r| b.facts(r))).collect();
    let truths: Vec<Truth> = facts.iter().map(|f| edition.examine(f).verdict).collect();
    let of = |t: Truth| truths.iter().filter(|v| **v == t).count() as u64;
    let programme = &tally.programmes[0];
    let [eligible, open, one, unknown, not] = programme.verdicts;
    assert_eq!((tally.firms, eligible, not), (5000, of(Truth::Yes), of(Truth::No)));
    assert_eq!(open, 0, "nothing here is for the application to say");
    assert_eq!(one + unknown, of(Truth::Unknown));
    assert!(one > 0 && unknown > 0);
    for groups in &programme.groups {
        let all: u64 = groups.iter().flatten().sum();
        assert_eq!(all, 5000, "every firm is in one group");
    }
    assert_eq!(tally.groups[0].iter().sum::<u64>(), 5000);
    assert_eq!(tally.open_to.values().sum::<u64>(), 5000);
    assert_eq!(programme.away.values().sum::<u64>(), one);
    let clauses: Vec<u64> = programme.clauses.values().map(|[yes, no, unknown, _]| yes + no + unknown).collect();
    assert_eq!(clauses, [5000, 5000]);
    // Retail firms are paid less; of firms without an industry the higher of both.
    assert!(programme.capped == eligible + one, "{programme:?}");
    assert!(programme.ceilings > 0 && programme.ceilings % 1_000_000 == 0);
}

#[test]
fn an_amendment_moves_the_firms_that_it_should() {
    let (schema, blocks) = population(5000);
    let before = edition(&["従業員数 <= 20人", "資本金 <= 3億円"], "100万円");
    let after = edition(&["従業員数 <= 50人", "資本金 <= 3億円", "業種 != 小売業"], "if 業種 = 小売業 then 50万円 else 150万円");
    let comparison = Comparison::new(&schema, &before, &after, Facts::default());
    let shift = comparison.over(&blocks, 2);
    let mut one = comparison.over(&blocks, 1);
    one.first.sort_unstable();
    assert_eq!(shift, one);
    let facts: Vec<Facts> = blocks.iter().flat_map(|b| (0..b.rows()).map(|r| b.facts(r))).collect();
    let verdict = |e: &Edition, f: &Facts| e.examine(f).verdict;
    let moved = |from: Truth, to: Truth| facts.iter().filter(|f| verdict(&before, f) == from && verdict(&after, f) == to).count() as u64;
    let (eligible, not) = (0, 4);
    assert_eq!(shift.verdicts[eligible][eligible], moved(Truth::Yes, Truth::Yes));
    assert_eq!(shift.verdicts[not][eligible], moved(Truth::No, Truth::Yes));
    assert_eq!(shift.verdicts[eligible][not], moved(Truth::Yes, Truth::No));
    assert!(shift.verdicts[not][eligible] > 0 && shift.verdicts[eligible][not] > 0);
    assert_eq!(shift.verdicts.iter().flatten().sum::<u64>(), 5000);
    let new: &[[u64; 3]; 3] = &shift.clauses["1-3"];
    assert_eq!(new[2].iter().sum::<u64>(), 5000, "the clause was not there before");
    assert_eq!(shift.clauses["1-2"].iter().enumerate().map(|(i, r)| r[i]).sum::<u64>(), 5000, "unchanged");
    assert_eq!(shift.first.len() as u64, shift.moved().min(1000));
    assert!(shift.first.iter().all(|m| m.from != m.to && m.firm < 5000));
    assert!(shift.higher > 0 && shift.lower > 0 && shift.capped >= shift.higher + shift.lower);
    let nothing = Comparison::new(&schema, &before, &before, Facts::default()).over(&blocks, 2);
    assert_eq!((nothing.moved(), nothing.difference, nothing.first.len()), (0, 0, 0));
    assert_eq!(Verdict::ALL[eligible], Verdict::Eligible);
}
