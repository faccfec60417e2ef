//! Random well-typed conditions over the fact dictionary, each as we write it and as FEEL, with firms of which much is unknown.
//!
//! `feel-cases SEED COUNT` prints one case a line as JSON: the rule, FEEL's text three ways (plain; with `if` guarded against null; with
//! every comparison guarded too), the firm, our answer, and the same firm with its unknowns filled in at random. `oracle.mjs` reads them.

mod dice;
mod firm;
mod write;

use std::io::Write as _;
use std::path::Path;

use banso_guideline::expr::{Names, compile};
use banso_guideline::{Dictionary, Facts, Truth};
use serde_json::json;

use dice::Dice;

type Failure = Box<dyn std::error::Error>;

/// Firms with nothing unknown, for each firm with unknowns.
const COMPLETIONS: usize = 3;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let seed: u64 = words.next().ok_or("a seed")?.parse()?;
    let count: u64 = words.next().ok_or("a number of cases")?.parse()?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../facts/dictionary.md");
    let dictionary = Dictionary::parse(&std::fs::read_to_string(path)?).map_err(|p| format!("{p:?}"))?;
    let names = Names::of_items(dictionary.items());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in 0..count {
        let mut dice = Dice::new(seed, number);
        let rule = write::condition(&mut dice, 3);
        let firm = firm::Firm::random(&mut dice);
        let whole: Vec<_> = (0..COMPLETIONS).map(|_| firm.completed(&mut dice).json()).collect();
        let answer = answer(&names, &rule.ours, &firm.facts())?;
        let feel = [&rule.plain, &rule.ifs, &rule.guarded];
        writeln!(out, "{}", json!({"rule": rule.ours, "feel": feel, "firm": firm.json(), "answer": answer, "whole": whole}))?;
    }
    Ok(out.flush()?)
}

/// `yes`, `no`, `unknown`, or the code of the error.
fn answer(names: &Names, rule: &str, facts: &Facts) -> Result<&'static str, Failure> {
    let rule = compile(rule, names).map_err(|e| format!("{rule}: {e:?}"))?;
    Ok(match rule.truth(names, facts) {
        Ok(judgement) => match judgement.truth {
            Truth::Yes => "yes",
            Truth::No => "no",
            Truth::Unknown => "unknown",
        },
        Err(e) => e.code,
    })
}
