//! One firm, programme by programme: every clause with its reasons, and what to ask next.

use banso_guideline::{Finding, Missing, Truth};
use banso_kernel::Lang;

use super::input::{Firms, Prepared};
use super::{Asked, ScreenTrouble};

/// Finds the firm and explains it.
pub(super) fn explain(asked: &Asked, prepared: &Prepared, firm: &str, lang: Lang) -> Result<bool, ScreenTrouble> {
    let mut firms = Firms::open(asked, prepared)?;
    let Some((block, row)) = firms.find(prepared, firm)? else { return Err(ScreenTrouble::NoFirm(firm.to_owned())) };
    let facts = prepared.screen.with_supposed(block.facts(row));
    say!("{firm}");
    for programme in prepared.screen.programmes() {
        let examination = programme.edition.examine(&facts);
        let meta = programme.edition.meta();
        say!("\n{} {}: {}", meta.call, meta.programme.get(lang), word(examination.verdict, lang));
        for finding in examination.findings.iter().filter(|f| !f.by_person) {
            say!("{}", line(finding, lang));
        }
        if !examination.next_questions.is_empty() {
            let next = examination.next_questions.join("、");
            say!("{}", if lang == Lang::En { format!("  ask next: {next}") } else { format!("  次に尋ねること: {next}") });
        }
    }
    Ok(true)
}

fn word(truth: Truth, lang: Lang) -> &'static str {
    match (truth, lang) {
        (Truth::Yes, Lang::En) => "yes",
        (Truth::No, Lang::En) => "no",
        (Truth::Unknown, Lang::En) => "unknown",
        (Truth::Yes, Lang::Ja) => "適",
        (Truth::No, Lang::Ja) => "不適",
        (Truth::Unknown, Lang::Ja) => "不明",
    }
}

fn line(finding: &Finding, lang: Lang) -> String {
    let mut text = format!("  {} {} {}", word(finding.truth, lang), finding.clause, finding.title.get(lang));
    for shortfall in &finding.shortfalls {
        text.push_str(&format!("\n      {}", shortfall.text.get(lang)));
    }
    if let Some(error) = &finding.error {
        text.push_str(&format!("\n      {}", error.get(lang)));
    }
    let missing: Vec<&str> = finding
        .missing
        .iter()
        .map(|m| match m {
            Missing::Fact(item) => item.as_str(),
            Missing::Unconfirmed { what, .. } => what.as_str(),
        })
        .collect();
    if !missing.is_empty() {
        text.push_str(&format!("\n      ? {}", missing.join("、")));
    }
    text
}
