//! What was once written in the ledger is readable for ever: one golden file for each kind and version.
#![cfg(test)]

#[path = "../../execution/tests/common/mod.rs"]
mod after;
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use banso_grant::*;
use banso_kernel::Yen;
use common::*;
use proptest::prelude::*;

fn outcome() -> Outcome {
    Outcome { plan: digest("plan"), rank: 3, score: "253/3".into(), reason: "予算の範囲内のため採択とします。".into() }
}

fn case_acts() -> Vec<CaseAct> {
    let mut acts: Vec<CaseAct> = Story::granted().acts.into_iter().map(|r| r.act).collect();
    acts.extend([
        CaseAct::SubmissionWithdrawn { reason: "差替えのため".into() },
        CaseAct::Returned(Returned { points: correction(), due: day("2026-06-10") }),
        CaseAct::NotAccepted { reason: "対象外の業種".into() },
        CaseAct::ConflictDeclared { reviewer: person(11), declaration: Declaration::Conflict(ConflictKind::SameOrganisation) },
        CaseAct::ReviewerReplaced { from: person(11), to: person(13), reason: "利益相反のため".into() },
        CaseAct::ReconsiderationAsked { reviewer: person(11), reason: "配点の誤解".into() },
        CaseAct::BonusJudged {
            bonus: "wage".into(),
            judgement: Judgement::Granted,
            evidence: vec![digest("wage-proof")],
            reason: "表明書を確認".into(),
        },
        CaseAct::Reserved { order: 1, outcome: outcome() },
        CaseAct::Rejected(outcome()),
        CaseAct::Promoted { reason: "辞退により予算が空いたため".into() },
        CaseAct::ReserveEnded { reason: "補欠の期限を過ぎたため".into() },
        CaseAct::GrantRequestReturned { points: correction(), due: day("2026-09-20") },
        CaseAct::GrantRefused { number: "G8-1不交第1号".into(), reason: "予算を超えるため".into() },
        CaseAct::Withdrawn { reason: "事業の中止".into() },
        CaseAct::Rectified { seq: 1, reason: "「架空」は「仮」の誤り".into() },
    ]);
    acts.extend(after::samples().into_iter().map(|act| CaseAct::Execution(Box::new(act))));
    // The plan's digest depends on the wording of reasons; the file shall not.
    acts.iter_mut().for_each(|a| {
        if let CaseAct::Selected(o) = a {
            *o = outcome();
        }
    });
    acts
}

fn call_acts() -> Vec<CallAct> {
    vec![
        CallAct::EditionPublished { edition: edition(), name: "第1版".into(), read_with: None },
        CallAct::EditionPublished { edition: edition(), name: "第1版".into(), read_with: Some(read_with()) },
        CallAct::ReviewOpened { plan: digest("review plan"), due: day("2026-07-20") },
        CallAct::ReviewClosed { reason: "全件提出済み".into() },
        CallAct::SelectionFrozen { plan: digest("plan"), selected: 12, reserve: 3, rejected: 20, amount: Yen::new(540_000_000) },
        CallAct::SelectionDiscarded { plan: digest("plan"), reason: "加点の見直し".into() },
        CallAct::SelectionExecuted { plan: digest("plan") },
        CallAct::StudyDeclared(StudyDeclared {
            study: digest("study"), title: "採択は付加価値額を増やしたか".into(), outcomes_known: 0
        }),
        CallAct::StudyRun(StudyRun {
            study: digest("study"),
            known_on: day("2030-03-31"),
            rows: 212,
            panel: digest("panel"),
            report: digest("report"),
            engine: "0.1.0".into(),
        }),
        CallAct::PaymentRunFrozen(PaymentRunFrozen {
            run: digest("run"),
            pay_on: day("2027-05-20"),
            transfers: 12,
            total: Yen::new(345_000_000),
            approvals: 3,
        }),
        CallAct::PaymentRunApproved { run: digest("run") },
        CallAct::PaymentRunDiscarded { run: digest("run"), reason: "振込先の確認のため".into() },
        CallAct::PaymentRunSettled(PaymentRunSettled {
            run: digest("run"),
            on: day("2027-05-20"),
            paid: Yen::new(340_000_000),
            returned: Yen::new(5_000_000),
        }),
    ]
}

/// Each sample against its file (`kind.v1.json`, `kind-2.v1.json` …); every kind must have a sample.
fn check<A: Act + PartialEq + std::fmt::Debug>(family: &str, samples: &[A]) {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for act in samples {
        let row = encode(act).unwrap();
        assert_eq!(&decode::<A>(row.kind, row.version, &row.payload).unwrap(), act);
        let n = seen.entry(row.kind).and_modify(|n| *n += 1).or_insert(1);
        let suffix = if *n == 1 { String::new() } else { format!("-{n}") };
        golden(&format!("acts/{family}.{}{suffix}.v{}.json", row.kind, row.version), &row.payload, MayChange::Never);
    }
    let kinds: BTreeSet<&str> = A::KINDS.iter().copied().collect();
    assert_eq!(seen.into_keys().collect::<BTreeSet<_>>(), kinds, "a kind of {family} act has no sample");
}

#[test]
fn every_kind_has_its_file() {
    check("case", &case_acts());
    check("call", &call_acts());
    let letter =
        LetterIssued { about: 1, document: digest("letter"), notices: vec!["00000000-0000-0000-0001-000000000007".parse().unwrap()] };
    check("letter", &[LetterAct::LetterIssued(letter)]);
}

/// Every file that is there decodes, those of older versions included.
#[test]
fn every_file_decodes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/acts");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let [family, kind, version, "json"] = name.split('.').collect::<Vec<_>>()[..] else { panic!("{name} is no golden file") };
        let kind = kind.split('-').next().unwrap();
        let version: u32 = version.strip_prefix('v').unwrap().parse().unwrap();
        let payload = std::fs::read_to_string(&path).unwrap();
        let again = match family {
            "case" => encode(&decode::<CaseAct>(kind, version, &payload).unwrap()),
            "letter" => encode(&decode::<LetterAct>(kind, version, &payload).unwrap()),
            "call" => encode(&decode::<CallAct>(kind, version, &payload).unwrap()),
            _ => panic!("{name} is of no family"),
        };
        assert_eq!(again.unwrap().payload, payload, "{name}");
        count += 1;
    }
    assert!(count >= CaseAct::KINDS.len() + CallAct::KINDS.len());
}

#[test]
fn what_cannot_be_read_is_named() {
    for (kind, version, payload, expected) in [
        ("born", 1, "{}", "`born` is not a kind of act"),
        ("promoted", 9, r#"{"reason":"x"}"#, "act `promoted` has no version 9"),
        ("promoted", 1, "{", "the payload of act `promoted` version 1 cannot be read"),
        ("promoted", 1, "{}", "missing field `reason`"),
        ("promoted", 1, r#"{"reason":"x","extra":1}"#, "unknown field `extra`"),
        ("promoted", 1, r#"{"reason":7}"#, "invalid type"),
        ("returned", 1, r#"{"due":"2026-02-30","points":[]}"#, "version 1 cannot be read"),
        ("edition_published", 1, "{}", "`edition_published` is not a kind of act"),
        ("promoted", 0, r#"{"reason":"x"}"#, "act `promoted` has no version 0"),
    ] {
        let error = decode::<CaseAct>(kind, version, payload).unwrap_err().to_string();
        assert!(error.contains(expected), "{kind} {version} {payload}: {error}");
    }
}

/// A payload says what its version says, no more and no less.
#[test]
fn an_edition_names_its_words_from_version_2_on() {
    let publish = |read_with| CallAct::EditionPublished { edition: edition(), name: "第1版".into(), read_with };
    let (old, new) = (encode(&publish(None)).unwrap(), encode(&publish(Some(read_with()))).unwrap());
    assert_eq!((old.version, new.version), (1, 2));
    for (row, version) in [(&old, 2), (&new, 1), (&new, 3)] {
        assert!(decode::<CallAct>(row.kind, version, &row.payload).is_err(), "{version} {}", row.payload);
    }
    assert_eq!(publish(None).texts(), [edition()]);
    assert_eq!(publish(Some(read_with())).texts(), [edition(), read_with().dictionary, read_with().definitions]);
}

#[test]
fn sealed_texts_open_only_as_they_were_sealed() {
    let plan = plan_for(&Story::reviewed().case, &rules());
    assert_eq!(SelectionPlan::open(plan.json()).unwrap(), plan);
    assert_eq!(plan.digest(), banso_kernel::Digest::of(plan.json().as_bytes()));
    let spaced = plan.json().replacen(':', ": ", 1);
    assert!(matches!(SelectionPlan::open(&spaced), Err(OpenError::NotCanonical)));
    assert!(matches!(SelectionPlan::open("{}"), Err(OpenError::Unreadable(_))));
}

proptest! {
    /// Whatever people write, it comes back as written, and the text is canonical.
    #[test]
    fn texts_survive(reason in any::<String>(), seq in any::<u64>()) {
        let act = CaseAct::Rectified { seq, reason };
        let row = encode(&act).unwrap();
        prop_assert_eq!(decode::<CaseAct>(row.kind, row.version, &row.payload).unwrap(), act);
        let value: serde_json::Value = serde_json::from_str(&row.payload).unwrap();
        prop_assert_eq!(canonical_json(&value).unwrap(), row.payload);
    }
}

#[test]
fn an_actor_is_written_in_one_way_only() {
    let id = "0197897a-57e3-7d00-8000-000000000001";
    for (text, good) in [
        ("system", true),
        (&format!("person:{id}"), true),
        (id, false),
        (&format!("person:{}", id.to_uppercase()), false),
        (&format!("person:{}", id.replace('-', "")), false),
        ("person:甲", false),
        ("System", false),
        ("", false),
    ] {
        assert_eq!(text.parse::<Actor>().ok().map(|a| a.to_string()), good.then(|| text.to_owned()), "{text}");
    }
}
