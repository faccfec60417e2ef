//! Each letter as the plain JSON that its template reads: words only, everything already formatted.

use banso_kernel::{Instant, Lang, LocalText, MoneyError, Yen};
use serde_json::{Value, json};

use crate::cover::{ClauseRef, Cover};
use crate::letter::{
    Act, CaseIndex, Correction, Difference, ExecutionLetter, ExecutionStep, File, GrantDecision, GrantRefusal, IndexedDocument, Letter,
    NotAccepted, Receipt, Received, RejectionNotice, ReserveEndNotice, ReserveNotice, SelectionNotice, WithdrawalAcknowledgement,
    Withdrawn, YearAmount,
};
use crate::order::order;
use crate::study::{StudyReport, StudyTable};
use crate::typeset::LettersError;
use crate::words::{bytes, grouped, kin, moment, moment_iso, paragraphs, yen};
use crate::years;

/// A template and what it reads.
pub(crate) struct View {
    pub(crate) template: &'static str,
    pub(crate) data: Value,
    /// The moment that the PDF bears as its date.
    pub(crate) dated: Instant,
}

pub(crate) fn view(letter: &Letter) -> Result<View, LettersError> {
    Ok(match letter {
        Letter::Receipt(l) => View { template: "receipt.typ", data: receipt(l), dated: l.recorded_at },
        Letter::SelectionNotice(l) => of_office("selection.typ", &l.cover, selected(l)),
        Letter::ReserveNotice(l) => of_office("selection.typ", &l.cover, reserved(l)),
        Letter::ReserveEndNotice(l) => of_office("selection.typ", &l.cover, reserve_ended(l)),
        Letter::RejectionNotice(l) => of_office("selection.typ", &l.cover, rejected(l)),
        Letter::ReturnForCorrection(l) => of_office("correction.typ", &l.cover, correction(l, false)),
        Letter::GrantRequestReturned(l) => of_office("correction.typ", &l.cover, correction(l, true)),
        Letter::NotAccepted(l) => of_office("not-accepted.typ", &l.cover, not_accepted(l)),
        Letter::GrantDecision(l) => of_office("grant-decision.typ", &l.cover, grant_decision(l)?),
        Letter::GrantRefusal(l) => of_office("grant-refusal.typ", &l.cover, grant_refusal(l)),
        Letter::Execution(l) => of_office("execution.typ", &l.cover, execution(l)),
        Letter::Order(l) => of_office("order.typ", &l.cover, order(l)),
        Letter::Years(l) => of_office("years.typ", &l.cover, years::letter(l)),
        Letter::AssetLabels(l) => View { template: "asset-labels.typ", data: years::labels(l), dated: l.printed_on.start() },
        Letter::WithdrawalAcknowledgement(l) => of_office("withdrawal.typ", &l.cover, withdrawal(l)),
        Letter::StudyReport(l) => View { template: "study.typ", data: study(l), dated: l.made_at },
        Letter::CaseIndex(l) => View { template: "case-index.typ", data: case_index(l), dated: l.exported_at },
    })
}

fn of_office(template: &'static str, cover: &Cover, body: Value) -> View {
    let mut data = json!({ "cover": cover_words(cover), "number": cover.number, "synthetic": cover.synthetic });
    if let (Value::Object(all), Value::Object(own)) = (&mut data, body) {
        all.extend(own);
    }
    View { template, data, dated: cover.issued_on.start() }
}

const ACT_TITLE: &str = "補助金等に係る予算の執行の適正化に関する法律";
const ACT_NUMBER: &str = "昭和30年法律第179号";

/// The Act's articles may be cited only where the Act itself is the basis; 交付規程 number theirs otherwise.
fn basis(citation: &str) -> Value {
    let act = citation.trim().starts_with(ACT_TITLE);
    let cited = if act { format!("{ACT_TITLE}（{ACT_NUMBER}。以下「法」という。）") } else { citation.trim().to_owned() };
    let short = if act { format!("{ACT_TITLE}（{ACT_NUMBER}）") } else { citation.trim().to_owned() };
    json!({ "act": act, "cited": cited, "short": short })
}

fn cover_words(c: &Cover) -> Value {
    json!({
        "number": c.number,
        "issued": c.issued_on.wareki(),
        "to": { "organisation": c.to.organisation, "representative": c.to.representative, "address": c.to.address },
        "from": { "authority": c.from.authority, "holder": c.from.holder, "office": c.from.office, "contact": c.from.contact },
        "programme": c.programme.ja,
        "call": c.call.ja,
        "basis": basis(&c.legal_basis),
        "receipt": c.receipt_number,
        "title": c.title,
        "clauses": clauses(&c.clauses),
        "objection": c.objection,
        "payment": c.payment,
    })
}

fn clauses(list: &[ClauseRef]) -> Value {
    list.iter().map(|c| json!({ "id": c.id, "title": c.title })).collect()
}

/// Japanese and, where it differs, English.
fn both(text: &LocalText) -> Value {
    json!({ "ja": text.ja, "en": text.en.as_ref().filter(|en| **en != text.ja) })
}

fn receipt(r: &Receipt) -> Value {
    let files: Value = r.files.iter().enumerate().map(|(i, f)| file(i + 1, f)).collect();
    json!({
        "number": r.receipt_number,
        "synthetic": r.synthetic,
        "recorded": moment(r.recorded_at),
        "recorded_iso": moment_iso(r.recorded_at),
        "version": r.version,
        "case": r.case.to_string(),
        "programme": both(&r.programme),
        "call": both(&r.call),
        "grant": r.of == Received::GrantRequest,
        "closes": moment(r.closes),
        "track": both(&r.track),
        "title": r.title,
        "applicant": r.applicant,
        "corporate_number": r.corporate_number.to_string(),
        "submitted_by": r.submitted_by,
        "requested": kin(r.requested),
        "content": grouped(r.content),
        "files": files,
        "total_bytes": bytes(r.files.iter().fold(0, |sum, f| f.bytes.saturating_add(sum))),
        "whole": grouped(r.whole),
        "basis": basis(&r.legal_basis),
        "office": r.office,
        "contact": r.contact,
    })
}

fn file(number: usize, f: &File) -> Value {
    json!({ "n": number.to_string(), "name": f.name, "slot": f.slot.ja, "slot_id": f.slot_id, "bytes": bytes(f.bytes), "sha256": grouped(f.sha256) })
}

fn remarks(list: &[String]) -> Vec<Vec<String>> {
    list.iter().map(|r| paragraphs(r)).filter(|r| !r.is_empty()).collect()
}

fn selected(l: &SelectionNotice) -> Value {
    json!({
        "outcome": "selected",
        "track": l.track.ja,
        "requested": kin(l.requested),
        "reason": paragraphs(&l.reason),
        "due": l.grant_request_due.map(banso_kernel::Day::wareki),
        "remarks": remarks(&l.remarks),
    })
}

fn reserved(l: &ReserveNotice) -> Value {
    json!({
        "outcome": "reserved",
        "track": l.track.ja,
        "order": l.order.to_string(),
        "reason": paragraphs(&l.reason),
        "until": l.valid_until.map(banso_kernel::Day::wareki),
        "remarks": [],
    })
}

fn reserve_ended(l: &ReserveEndNotice) -> Value {
    json!({
        "outcome": "ended",
        "track": l.track.ja,
        "order": l.order.to_string(),
        "reason": paragraphs(&l.reason),
        "until": l.valid_until.map(banso_kernel::Day::wareki),
        "remarks": [],
    })
}

fn rejected(l: &RejectionNotice) -> Value {
    json!({ "outcome": "rejected", "track": l.track.ja, "reason": paragraphs(&l.reason), "remarks": remarks(&l.remarks) })
}

fn correction(l: &Correction, grant_request: bool) -> Value {
    let points: Value = l.points.iter().map(|p| json!({ "place": p.place, "note": paragraphs(&p.note) })).collect();
    json!({ "grant_request": grant_request, "points": points, "due": l.due.wareki() })
}

fn not_accepted(l: &NotAccepted) -> Value {
    json!({ "reason": paragraphs(&l.reason) })
}

fn grant_decision(l: &GrantDecision) -> Result<Value, LettersError> {
    let by_year: Value = l.by_year.iter().map(year).collect();
    let sum = Yen::sum(l.by_year.iter().map(|y| y.amount))?;
    if !l.by_year.is_empty() && sum != l.amount {
        return Err(LettersError::YearsDiffer { sum, amount: l.amount });
    }
    let modifications = l.modifications.iter().map(difference).collect::<Result<Vec<_>, _>>()?;
    let conditions: Vec<Vec<String>> = l.conditions.iter().map(|c| paragraphs(c)).collect();
    Ok(json!({
        "track": l.track.ja,
        "requested_on": l.requested_on.wareki(),
        "requested": kin(l.requested),
        "eligible": kin(l.eligible_cost),
        "amount": kin(l.amount),
        "total": yen(l.amount),
        "by_year": by_year,
        "conditions": conditions,
        "modifications": modifications,
        "feasibility": paragraphs(&l.feasibility),
        "starts": l.project_starts.map(banso_kernel::Day::wareki),
        "ends": l.project_ends.wareki(),
        "withdrawal_due": l.withdrawal_due.map(banso_kernel::Day::wareki),
    }))
}

fn year(y: &YearAmount) -> Value {
    json!({ "year": format!("{}年目", y.year), "amount": yen(y.amount) })
}

fn difference(d: &Difference) -> Result<Value, MoneyError> {
    let change = d.granted.checked_sub(d.asked)?;
    let change = if change > Yen::ZERO { format!("+{}", yen(change)) } else { yen(change) };
    Ok(json!({ "place": d.place, "asked": yen(d.asked), "granted": yen(d.granted), "change": change, "reason": paragraphs(&d.reason) }))
}

fn grant_refusal(l: &GrantRefusal) -> Value {
    json!({ "requested_on": l.requested_on.wareki(), "requested": kin(l.requested), "reason": paragraphs(&l.reason) })
}

fn execution(l: &ExecutionLetter) -> Value {
    let step = match l.step {
        ExecutionStep::PlanChangeApproved => "approved",
        ExecutionStep::PlanChangeRefused => "refused",
        ExecutionStep::CompletionReturned => "returned",
        ExecutionStep::AmountFixed => "fixed",
    };
    let line =
        |(name, amounts): &(String, Vec<Yen>)| json!({ "name": name, "amounts": amounts.iter().map(|a| yen(*a)).collect::<Vec<_>>() });
    json!({
        "step": step,
        "about_on": l.about_on.wareki(),
        "decision": l.decision,
        "decided_on": l.decided_on.wareki(),
        "figures": l.figures.iter().map(|(label, amount)| json!({ "label": label, "amount": yen(*amount) })).collect::<Vec<_>>(),
        "columns": l.columns,
        "lines": l.lines.iter().map(line).collect::<Vec<_>>(),
        "points": l.points.iter().map(|p| json!({ "place": p.place, "note": paragraphs(&p.note) })).collect::<Vec<_>>(),
        "reason": paragraphs(&l.reason),
        "conditions": l.conditions.iter().map(|c| paragraphs(c)).collect::<Vec<_>>(),
        "ends": l.project_ends.map(banso_kernel::Day::wareki),
        "due": l.due.map(banso_kernel::Day::wareki),
    })
}

fn withdrawal(l: &WithdrawalAcknowledgement) -> Value {
    let what = match l.withdrawn {
        Withdrawn::Submission => "submission",
        Withdrawn::Application => "application",
        Withdrawn::GrantRequest => "grant-request",
        Withdrawn::AfterDecision => "after-decision",
    };
    json!({ "withdrawn": what, "recorded": moment(l.recorded_at), "reason": paragraphs(&l.reason), "closes": l.closes.map(moment) })
}

fn case_index(l: &CaseIndex) -> Value {
    let acts: Value = l.acts.iter().map(act).collect();
    let documents: Value = l.documents.iter().map(document).collect();
    json!({
        "number": l.receipt_number,
        "synthetic": l.synthetic,
        "case": l.case.to_string(),
        "programme": both(&l.programme),
        "call": both(&l.call),
        "title": l.title,
        "applicant": l.applicant,
        "corporate_number": l.corporate_number.to_string(),
        "state": both(&l.state),
        "exported": moment(l.exported_at),
        "exported_by": l.exported_by,
        "office": l.office,
        "acts": acts,
        "documents": documents,
        "head": grouped(l.chain_head),
    })
}

/// Everything but the pictures, which are files of their own.
fn study(l: &StudyReport) -> Value {
    let table = |t: &StudyTable| json!({ "heads": t.heads, "rows": t.rows });
    let pairs = |list: &[(String, String)]| list.iter().map(|(label, value)| json!({ "label": label, "value": value })).collect::<Value>();
    let figures: Value = l.figures.iter().map(|f| json!({ "name": f.name, "caption": f.caption })).collect();
    json!({
        "number": l.number,
        "synthetic": l.synthetic,
        "english": l.lang == Lang::En,
        "title": l.title,
        "question": l.question,
        "exploratory": l.exploratory,
        "held": l.held,
        "made": match l.lang {
            Lang::Ja => moment(l.made_at),
            Lang::En => moment_iso(l.made_at),
        },
        "facts": pairs(&l.facts),
        "summary": l.summary,
        "numbers": table(&l.numbers),
        "manner": l.manner,
        "groups": l.groups.as_ref().map(table),
        "rounds": l.rounds.iter().map(|(rows, says)| json!({ "table": table(rows), "says": says })).collect::<Value>(),
        "targets": l.targets.as_ref().map(table),
        "cost": l.cost,
        "checks": table(&l.checks),
        "assumptions": l.assumptions,
        "notes": l.notes,
        "figures": figures,
        "proof": pairs(&l.proof),
    })
}

fn act(a: &Act) -> Value {
    json!({
        "seq": a.seq.to_string(),
        "recorded": a.recorded_at.to_string(),
        "effective": a.effective_on.wareki(),
        "name": both(&a.name),
        "actor": a.actor,
        "authority": a.authority,
        "clause": a.clause,
        "hash": grouped(a.hash),
    })
}

fn document(d: &IndexedDocument) -> Value {
    json!({
        "name": d.name,
        "slot": d.slot.ja,
        "bytes": bytes(d.bytes),
        "sha256": grouped(d.sha256),
        "seq": d.seq.to_string(),
        "erased": d.erased,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_articles_of_the_act_are_cited_only_for_the_act() {
        for (citation, act, cited) in [
            (
                "補助金等に係る予算の執行の適正化に関する法律（昭和30年法律第179号）",
                true,
                "補助金等に係る予算の執行の適正化に関する法律（昭和30年法律第179号。以下「法」という。）",
            ),
            (" 架空事業交付規程 ", false, "架空事業交付規程"),
            (
                "架空財団交付規程（補助金等に係る予算の執行の適正化に関する法律を準用）",
                false,
                "架空財団交付規程（補助金等に係る予算の執行の適正化に関する法律を準用）",
            ),
        ] {
            let words = basis(citation);
            assert_eq!((&words["act"], &words["cited"]), (&json!(act), &json!(cited)), "{citation}");
        }
    }

    #[test]
    fn a_difference_says_its_direction() {
        for (asked, granted, change) in [(100, 80, "△20円"), (80, 100, "+20円"), (100, 100, "0円")] {
            let d = Difference { place: "設備".into(), asked: Yen::new(asked), granted: Yen::new(granted), reason: "査定".into() };
            assert_eq!(difference(&d).unwrap()["change"], change);
        }
    }
}
