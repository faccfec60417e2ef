//! Screening of a synthetic country: conditions of firms per CPU-second and peak memory.
//!
//! `screening ten` runs ten conditions that other engines run too (`--dump DIR` writes the firms for them);
//! `screening country` runs many programmes with thresholds of their own; `screening amendment` counts the firms that change answer
//! between two editions; `screening single` explains one firm for the programmes of this repository, and checks a guideline of a
//! hundred clauses.

mod one;
mod programmes;
mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use banso_guideline::{Dictionary, Edition, Facts, Library};
use banso_screening::{Block, Counter, Division, Marginals, Schema, Screen, Screener, Tally, screen_blocks};

use report::{Figures, cpu_seconds, peak_mebibytes};

pub(crate) type Failure = Box<dyn std::error::Error>;

struct Options {
    what: String,
    firms: u64,
    programmes: usize,
    threads: usize,
    dump: Option<PathBuf>,
}

fn main() -> Result<(), Failure> {
    let options = options()?;
    let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../facts");
    let read = |name: &str| std::fs::read_to_string(facts.join(name));
    let dictionary = Dictionary::parse(&read("dictionary.md")?).map_err(|p| format!("{p:?}"))?;
    let library = Library::parse(&read("definitions.md")?, &dictionary).map_err(|p| format!("{p:?}"))?;
    if options.what == "single" {
        return one::single(&dictionary, &library);
    }
    let texts = match options.what.as_str() {
        "ten" => vec![programmes::ten()],
        "amendment" => vec![programmes::programme(3), programmes::programme(3).replace("従業員数 >= 34人", "従業員数 >= 20人")],
        _ => (0..options.programmes).map(programmes::programme).collect(),
    };
    let editions = texts.iter().map(|t| edition(t, &dictionary, &library)).collect::<Result<Vec<_>, _>>()?;
    let wanted = programmes::ITEMS;
    let schema = Arc::new(Schema::of(dictionary.items().iter().filter(|i| wanted.contains(&i.id.as_str()))));
    let marginals = Marginals::parse(&read("population.csv")?, &schema)?;
    let blocks: Vec<Block> = marginals.blocks(1, options.firms).collect();
    let bytes: usize = blocks.iter().map(Block::bytes).sum();
    println!("{} synthetic firms, {} columns, {} MiB", options.firms, schema.fields().len(), bytes >> 20);
    if let Some(folder) = &options.dump {
        report::dump(folder, &schema, &blocks)?;
    }
    if let ("amendment", [before, after]) = (options.what.as_str(), editions.as_slice()) {
        one::amendment(&schema, &blocks, (before, after), options.threads);
        return Ok(());
    }
    let began = Instant::now();
    let screen = Screen::new(&schema, &editions, Facts::default());
    println!(
        "compiled {} conditions of {} programmes into {} nodes in {:?}",
        screen.rules(),
        editions.len(),
        screen.circuit().nodes().len(),
        began.elapsed()
    );
    let tally = run(&screen, &blocks, options.threads, options.firms);
    for (clause, [yes, no, unknown, error]) in tally.programmes.first().iter().flat_map(|p| &p.clauses).take(10) {
        println!("  clause {clause}: yes {yes}, no {no}, unknown {unknown}, of these errors {error}");
    }
    one_firm(&screen, &blocks);
    println!("peak memory {} MiB", peak_mebibytes());
    Ok(())
}

/// Twice: every clause's answer alone, then with verdicts counted by prefecture, industry and size.
fn run(screen: &Screen, blocks: &[Block], threads: usize, firms: u64) -> Tally {
    let rules = screen.rules() as u64;
    let mut asked = 0;
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    for gathered in screen_blocks(
        screen,
        blocks,
        threads,
        || 0_u64,
        |count, _, _, _, answer| *count += answer.clauses.iter().map(|(_, c)| c.yes.count()).sum::<u64>(),
    ) {
        asked += gathered;
    }
    Figures { what: "every clause's three answers", firm_rules: firms * rules, wall: wall.elapsed(), cpu: cpu_seconds() - cpu }.print();
    let divisions: Vec<Division> = [("都道府県", &[][..]), ("業種", &[]), ("従業員数", &[5, 20, 50, 100, 300])]
        .into_iter()
        .filter_map(|(item, bounds)| Division::by(screen.schema(), item, bounds))
        .collect();
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let counters = screen_blocks(screen, blocks, threads, || Counter::new(screen, &divisions), |c, b, i, _, a| c.add(b, i, a));
    let tally = counters.into_iter().map(|c| c.tally).fold(Tally::default(), Tally::plus);
    Figures {
        what: "with verdicts by prefecture, industry and size",
        firm_rules: firms * rules,
        wall: wall.elapsed(),
        cpu: cpu_seconds() - cpu,
    }
    .print();
    let mut screener = Screener::new(screen);
    blocks.iter().take(8).for_each(|b| screener.block(b, |_, _, _| {}));
    println!("  {} answers were yes; of the first blocks {} rows were asked by row", asked, screener.asked);
    tally
}

/// One firm, all programmes, with reasons.
fn one_firm(screen: &Screen, blocks: &[Block]) {
    let Some(block) = blocks.first() else { return };
    let began = Instant::now();
    let mut findings = 0;
    for row in 0..20.min(block.rows()) {
        let facts = screen.with_supposed(block.facts(row));
        findings += screen.programmes().iter().map(|p| p.edition.examine(&facts).findings.len()).sum::<usize>();
    }
    println!(
        "one firm explained for {} programmes: {:?} ({findings} findings of 20 firms)",
        screen.programmes().len(),
        began.elapsed() / 20
    );
}

pub(crate) fn edition(text: &str, dictionary: &Dictionary, library: &Library) -> Result<Edition, Failure> {
    let reading = Edition::read(text, dictionary, library);
    reading.edition.ok_or_else(|| format!("{:?}", reading.problems).into())
}

fn options() -> Result<Options, Failure> {
    let mut words = std::env::args().skip(1);
    let mut options = Options { what: "country".into(), firms: 3_365_000, programmes: 300, threads: 1, dump: None };
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or_else(|| format!("{word} lacks its value"));
        match word.as_str() {
            "ten" | "country" | "amendment" | "single" => options.what = word,
            "--firms" => options.firms = next()?.parse()?,
            "--programmes" => options.programmes = next()?.parse()?,
            "--threads" => options.threads = next()?.parse()?,
            "--dump" => options.dump = Some(next()?.into()),
            other => return Err(format!("unknown: {other}").into()),
        }
    }
    Ok(options)
}
