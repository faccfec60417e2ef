//! Who is in a simulation. Everybody is made up, and their names say so.

use std::collections::BTreeSet;

use banso_kernel::{CorporateNumber, Yen};
use banso_permits::{Person, Role};
use banso_store::{Account, Batch, Change, Organisation};

use crate::dice::Dice;

/// The office's people, and those who watch it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub officer: Person,
    pub director: Person,
    /// Approves payments too, and large ones together with the others.
    pub second: Person,
    pub auditor: Person,
    pub reviewers: Vec<Person>,
}

/// A firm that applies, with who speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firm {
    pub nth: u32,
    pub name: String,
    pub number: CorporateNumber,
    pub speaks: Person,
    /// Costs by heading and year of the project.
    pub costs: Vec<(&'static str, u32, Yen)>,
    /// Whether its marks are above the pass mark.
    pub passes: bool,
}

/// Accounts of a simulation cannot be signed in to: no password has this hash.
const NO_PASSWORD: &str = "!";

fn somebody(dice: &Dice, login: &str, role: Role) -> Person {
    Person { id: dice.person(login), roles: [role].into(), organisation: None }
}

impl Staff {
    pub(crate) fn new(dice: &Dice) -> Self {
        Staff {
            officer: somebody(dice, "officer", Role::Officer),
            director: somebody(dice, "director", Role::Director),
            second: somebody(dice, "director-2", Role::Director),
            auditor: somebody(dice, "auditor", Role::Auditor),
            reviewers: ["reviewer-1", "reviewer-2"].iter().map(|login| somebody(dice, login, Role::Reviewer)).collect(),
        }
    }

    fn accounts(&self) -> Vec<(String, &Person)> {
        let named = [("officer", &self.officer), ("director", &self.director), ("director-2", &self.second), ("auditor", &self.auditor)];
        let mut all: Vec<(String, &Person)> = named.into_iter().map(|(login, person)| (login.to_owned(), person)).collect();
        all.extend((1..).zip(&self.reviewers).map(|(n, person)| (format!("reviewer-{n}"), person)));
        all
    }
}

impl Firm {
    pub(crate) fn new(dice: &Dice, nth: u32, two_years: bool, passes: bool) -> Self {
        let number = CorporateNumber::from_body(1_000 + u64::from(nth));
        let speaks = Person {
            id: dice.person(&format!("firm-{nth}")),
            roles: [Role::Applicant].into(),
            organisation: Some(dice.organisation(number)),
        };
        // Whole multiples of three, so that two thirds are whole yen.
        let amount = |of: &str, low: i64, high: i64| Yen::new(dice.between(&format!("{of} {nth}"), low, high).saturating_mul(30_000));
        let last = if two_years { 2 } else { 1 };
        let costs = vec![
            ("物品費", 1, amount("goods", 60, 310)),
            ("人件費", last, amount("wages", 40, 300)),
            ("外注費", 1, amount("outside", 20, 120)),
        ];
        Firm { nth, name: format!("株式会社架空{nth:04}"), number, speaks, costs, passes }
    }

    /// All its costs.
    pub(crate) fn cost(&self) -> Yen {
        Yen::sum(self.costs.iter().map(|(_, _, yen)| *yen)).unwrap_or(Yen::ZERO)
    }
}

fn account(login: String, person: &Person) -> Account {
    let synthetic = format!("{login}（架空）");
    // Firms read their notices at the desk; only the office gets mail.
    let email = if person.roles.contains(&Role::Officer) { format!("{login}@simulation.invalid") } else { String::new() };
    Account {
        id: person.id,
        name: synthetic,
        email,
        login,
        password: NO_PASSWORD.to_owned(),
        roles: BTreeSet::clone(&person.roles),
        organisation: person.organisation,
        disabled_at: None,
        synthetic: true,
    }
}

/// Everybody, as one batch.
pub(crate) fn entering(staff: &Staff, firms: &[Firm]) -> Batch {
    let mut changes = Vec::new();
    for firm in firms {
        let Some(id) = firm.speaks.organisation else { continue };
        changes.push(Change::put_organisation(&Organisation {
            id,
            corporate_number: Some(firm.number),
            name: firm.name.clone(),
            kana: "カブシキガイシャカクウ".to_owned(),
            kind: "sme".to_owned(),
            prefecture: "福井県".to_owned(),
            address: format!("架空市見本町{}番地", firm.nth),
            email: format!("firm-{}@simulation.invalid", firm.nth),
            synthetic: true,
        }));
        changes.push(Change::put_account(&account(format!("firm-{}", firm.nth), &firm.speaks)));
    }
    changes.extend(staff.accounts().into_iter().map(|(login, person)| Change::put_account(&account(login, person))));
    Batch::changes(changes)
}
