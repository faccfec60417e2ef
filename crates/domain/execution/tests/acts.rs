//! The table of acts, as documents show it and as the fold obeys it.
#![cfg(test)]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use banso_execution::diagram::{acts_table, state_diagram};
use banso_execution::*;
use common::*;

#[test]
fn every_kind_has_one_sample_and_its_own_name() {
    let kinds: Vec<&str> = samples().iter().map(ExecutionAct::kind).collect();
    assert_eq!(kinds, ExecutionAct::KINDS, "one sample of each kind, in the order of the table");
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>().len(), kinds.len());
    for act in ExecutionAct::TABLE {
        assert!(!act.from.is_empty() && !act.ja.is_empty() && act.article.is_none_or(|a| a.starts_with("適正化法")), "{}", act.kind);
    }
}

/// Each act tried in each phase: what it leads to, or the code of the refusal. What the table allows is never refused for the phase, and
/// where it leads stands in the table.
#[test]
fn every_phase_with_every_act() {
    let mut table = String::from("# phase × act → phase, or the code of the refusal\n");
    for phase in ExecutionPhase::ALL {
        writeln!(table, "\n{}", phase.code()).unwrap();
        let story = Story::in_phase(*phase);
        assert_eq!(story.case.phase, *phase);
        for act in samples() {
            let (meta, result) = (act.meta(), story.case.clone().apply(&act, day("2027-01-15")));
            let said = match &result {
                Err(refusal) => refusal.code().to_owned(),
                Ok(after) => {
                    let stays = meta.to.is_empty() && after.phase == *phase;
                    assert!(stays || meta.to.contains(&after.phase), "{} leads to {}", act.kind(), after.phase.code());
                    after.phase.code().to_owned()
                }
            };
            assert_eq!(said == "R401", !meta.from.contains(phase), "{} in {}", act.kind(), phase.code());
            writeln!(table, "  {:<26} {said}", act.kind()).unwrap();
        }
    }
    golden("tests/golden/phases.txt", &table, true);
}

#[test]
fn the_documents_show_the_table() {
    let text = format!(
        "# Acts after the grant decision\n\nGenerated from the table that the fold obeys (`crates/domain/execution/src/act/meta.rs`); a test compares. \
         適正化法 is\n補助金等に係る予算の執行の適正化に関する法律 (昭和30年法律第179号). Where an act rests on no article, it rests on the clause of the guideline \
         that the\nact names. A cancellation of a part leaves the phase as it is.\n\n## States\n\n```mermaid\n{}```\n\n## Acts\n\n{}",
        state_diagram(),
        acts_table()
    );
    golden("../../../docs/execution-acts.md", &text, true);
}

#[test]
fn codes_of_phases_read_back() {
    for phase in ExecutionPhase::ALL {
        assert_eq!(ExecutionPhase::parse(phase.code()), Some(*phase));
    }
    assert_eq!(ExecutionPhase::parse("draft"), None);
}

/// What each act tells people, in both languages: a look at the whole.
#[test]
fn what_acts_say() {
    let mut text = String::new();
    for act in samples() {
        let facts = act.facts();
        assert!(!facts.is_empty(), "{} says nothing", act.kind());
        let said: Vec<String> = facts.iter().map(|f| format!("{}={}", f.label.ja, f.value.ja)).collect();
        assert!(facts.iter().all(|f| f.label.en.is_some() && f.value.en.is_some()));
        writeln!(text, "{}: {}", act.meta().ja, said.join(" ")).unwrap();
        assert_eq!(act.reason().is_empty(), !facts.iter().any(|f| f.label.ja == "理由"), "{}", act.kind());
    }
    golden("tests/golden/facts.txt", &text, true);
}
