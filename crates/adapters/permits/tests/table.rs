//! Role × action × relation: the whole table of who may do what, compared with `golden/permits.txt`.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use banso_kernel::{CallId, CaseId, OrganisationId, PersonId};
use banso_permits::{Action, Person, Policies, Resource, Role};
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn someone(roles: &[Role], organisation: Option<u128>) -> Person {
    Person {
        id: PersonId::new(id(1)),
        roles: roles.iter().copied().collect(),
        organisation: organisation.map(|o| OrganisationId::new(id(o))),
    }
}

/// A case led by organisation 10, with 11 as a party, reviewed by the given people.
fn case(reviewers: &[u128]) -> Resource {
    Resource::Case {
        id: CaseId::new(id(100)),
        call: call_id(),
        lead: Some(OrganisationId::new(id(10))),
        parties: BTreeSet::from([OrganisationId::new(id(10)), OrganisationId::new(id(11))]),
        reviewers: reviewers.iter().map(|r| PersonId::new(id(*r))).collect(),
    }
}

fn call_id() -> CallId {
    CallId::parse("example/r1-1").unwrap()
}

const NOBODY: u128 = 9;
const SELF: u128 = 1;

/// Relation in words, the person's organisation, the resource.
fn relations() -> Vec<(&'static str, Option<u128>, Resource)> {
    vec![
        ("office", None, Resource::Office),
        ("call", None, Resource::Call(call_id())),
        ("case: none", None, case(&[NOBODY])),
        ("case: other organisation", Some(12), case(&[NOBODY])),
        ("case: party", Some(11), case(&[NOBODY])),
        ("case: lead", Some(10), case(&[NOBODY])),
        ("case: assigned", None, case(&[SELF, NOBODY])),
        ("case: assigned, of a party", Some(11), case(&[SELF])),
        ("case: assigned, of another", Some(12), case(&[SELF])),
    ]
}

fn who() -> Vec<(String, BTreeSet<Role>)> {
    let mut rows: Vec<(String, BTreeSet<Role>)> = vec![("no role".into(), BTreeSet::new())];
    rows.extend(Role::ALL.map(|r| (r.name().to_owned(), BTreeSet::from([r]))));
    rows.push(("officer+director".into(), BTreeSet::from([Role::Officer, Role::Director])));
    rows.push(("every role".into(), BTreeSet::from(Role::ALL)));
    rows.push(("every role but auditor".into(), Role::ALL.into_iter().filter(|r| *r != Role::Auditor).collect()));
    rows
}

fn table(policies: &Policies) -> String {
    let mut out = String::from("# who | relation | permitted actions\n");
    for (name, roles) in who() {
        for (relation, organisation, resource) in relations() {
            let roles: Vec<Role> = roles.iter().copied().collect();
            let person = someone(&roles, organisation);
            let may: Vec<&str> =
                Action::ALL.into_iter().filter(|a| policies.may(&person, *a, &resource).is_ok()).map(Action::name).collect();
            let may = if may.is_empty() { "-".to_owned() } else { may.join(" ") };
            writeln!(out, "{name} | {relation} | {may}").unwrap();
        }
    }
    out
}

#[test]
fn the_table_is_the_golden_one() {
    let actual = table(&Policies::built_in().unwrap());
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/permits.txt");
    if fs::read_to_string(&golden).is_ok_and(|expected| expected == actual) {
        return;
    }
    let written = Path::new(env!("CARGO_TARGET_TMPDIR")).join("permits.txt");
    fs::write(&written, actual).unwrap();
    panic!(
        "who may do what has changed. Look at `diff {} {}`; if it is meant, copy the first over the second",
        written.display(),
        golden.display()
    );
}

#[test]
fn a_refusal_names_its_policy() {
    let policies = Policies::built_in().unwrap();
    let check = |roles: &[Role], organisation, action, resource: &Resource, expect: &[&str]| {
        let denied = policies.may(&someone(roles, organisation), action, resource).unwrap_err();
        let named: Vec<&str> = denied.reasons.iter().map(|r| r.policy.as_str()).collect();
        assert_eq!(named, expect, "{denied}");
        assert!(denied.reasons.iter().all(|r| !r.text.ja.is_empty() && r.text.en.is_some()));
    };
    check(&[], None, Action::ReadCase, &case(&[]), &["default"]);
    check(&[Role::Officer], None, Action::Decide, &case(&[]), &["default"]);
    check(&[Role::Officer], Some(11), Action::HandleCase, &case(&[]), &["not-in-own-cause"]);
    check(&Role::ALL, Some(10), Action::Decide, &case(&[]), &["auditor-changes-nothing", "not-in-own-cause"]);
    check(&[Role::Officer], None, Action::RunCall, &case(&[]), &["not-evaluated"]);
    check(&[Role::Director], Some(10), Action::ReadCase, &case(&[]), &["own-cause-read-as-applicant"]);
    check(&[Role::Officer, Role::Reviewer], None, Action::HandleCase, &case(&[SELF]), &["reviewer-only-reviews"]);
    check(&[Role::Officer, Role::Reviewer], None, Action::ReadCase, &case(&[SELF]), &["reviewer-reads-own-sheet-only"]);
}

#[test]
fn a_permit_carries_what_was_asked() {
    let policies = Policies::built_in().unwrap();
    let person = someone(&[Role::Reviewer], None);
    let permit = policies.may(&person, Action::ReviewCase, &case(&[SELF])).unwrap();
    assert_eq!((permit.person(), permit.action(), permit.resource()), (&person, Action::ReviewCase, &case(&[SELF])));
}
