//! The table of acts as a state diagram and as a table for the documents: what is drawn is what is decided by.

use std::fmt::Write as _;

use crate::act::ExecutionAct;
use crate::phase::ExecutionPhase;

/// The phases and the acts that lead from one to another, as a Mermaid state diagram.
#[must_use]
pub fn state_diagram() -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for phase in ExecutionPhase::ALL {
        let label = phase.label();
        let _ = writeln!(out, "    {}: {} / {}", phase.code(), label.ja, phase.code());
    }
    let _ = writeln!(out, "    [*] --> {}", ExecutionPhase::Decided.code());
    for act in ExecutionAct::TABLE {
        for from in act.from {
            for to in act.to.iter().filter(|to| leads(act.kind, *from, **to)) {
                let _ = writeln!(out, "    {} --> {}: {}", from.code(), to.code(), act.ja);
            }
        }
    }
    let _ = writeln!(out, "    {} --> [*]", ExecutionPhase::Closed.code());
    out
}

/// A cancellation of a part leaves the phase as it is, or opens a closed case again; that of the whole ends in one.
fn leads(kind: &str, from: ExecutionPhase, to: ExecutionPhase) -> bool {
    match kind {
        "revoked" => to == ExecutionPhase::Revoked || (from == ExecutionPhase::Closed && to == ExecutionPhase::Fixed),
        "discontinuation_approved" | "completion_reported" => {
            from != to && !(from == ExecutionPhase::Correcting && to == ExecutionPhase::Underway)
        }
        _ => true,
    }
}

/// The table of acts in Markdown.
#[must_use]
pub fn acts_table() -> String {
    let mut out = String::from("| act (`kind`) | 行為 | rests on | taken by | in phases | leads to |\n|---|---|---|---|---|---|\n");
    for act in ExecutionAct::TABLE {
        let codes = |phases: &[ExecutionPhase]| phases.iter().map(|p| p.code()).collect::<Vec<_>>().join(", ");
        let to = if act.to.is_empty() { "—".to_owned() } else { codes(act.to) };
        let (article, who) = (act.article.unwrap_or("guideline"), act.authority.label());
        let _ = writeln!(out, "| `{}` | {} | {article} | {who} | {} | {to} |", act.kind, act.ja, codes(act.from));
    }
    out
}
