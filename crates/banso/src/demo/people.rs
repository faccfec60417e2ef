//! Who is in the play: organisations with what is known of them, and accounts, all with one password.

use std::collections::BTreeSet;

use banso_guideline::Value;
use banso_kernel::{Day, OrganisationId};
use banso_office::{NewAccount, Office};
use banso_permits::{Person, Role};
use banso_store::{Account, Batch, Change, Fact, Organisation, Store};

use super::DemoTrouble;
use super::cast::{self, Cast, Kind, Size};
use super::dice;
use super::script::{OWNER, PARTNER, Proposal, REVIEWERS_BODY};

/// The password of every account of the demonstration. It opens made-up data only.
pub(crate) const PASSWORD: &str = "banso-demo";
/// The source of every fact.
const SOURCE: &str = "合成データ";
/// In the order of their sign-in names.
const REVIEWERS: [&str; 6] = ["模擬 いちこ", "例示 じろう", "架空 みつこ", "見本 しろう", "仮想 いつき", "試作 むつみ"];

/// Everybody.
#[derive(Debug)]
pub(crate) struct Troupe {
    pub(crate) firms: Vec<Cast>,
    pub(crate) research: Vec<Cast>,
    pub(crate) managers: Vec<Cast>,
}

/// An account of the play.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    login: String,
    name: String,
    role: Role,
    organisation: Option<OrganisationId>,
}

impl Troupe {
    pub(crate) fn new() -> Self {
        Troupe { firms: cast::firms(), research: cast::research_bodies(), managers: cast::managers() }
    }

    pub(crate) fn firm(&self, index: usize) -> Result<&Cast, DemoTrouble> {
        self.firms.get(index).ok_or(DemoTrouble::Script("firm"))
    }

    pub(crate) fn body(&self, index: usize) -> Result<&Cast, DemoTrouble> {
        self.research.get(index).ok_or(DemoTrouble::Script("research body"))
    }

    pub(crate) fn manager(&self, index: usize) -> Result<&Cast, DemoTrouble> {
        self.managers.get(index).ok_or(DemoTrouble::Script("managing organisation"))
    }

    fn all(&self) -> impl Iterator<Item = &Cast> {
        self.firms.iter().chain(&self.research).chain(&self.managers)
    }

    fn organisation_of(&self, list: &[Cast], index: usize) -> Option<OrganisationId> {
        list.get(index).map(|c| dice::organisation(c.number))
    }

    fn parts(&self, proposals: &[Proposal]) -> Vec<Part> {
        let part = |login: String, name: String, role: Role, organisation: Option<OrganisationId>| Part { login, name, role, organisation };
        let mut parts = vec![
            part("officer".into(), "見本 まどか".into(), Role::Officer, None),
            part("director".into(), "例示 のぞむ".into(), Role::Director, None),
            part("director2".into(), "模擬 かなえ".into(), Role::Director, None),
            part("analyst".into(), "試作 しらべ".into(), Role::Analyst, None),
            part("partner".into(), "架空 まなぶ".into(), Role::Applicant, self.organisation_of(&self.research, PARTNER)),
        ];
        for (name, n) in REVIEWERS.into_iter().zip(1..) {
            let organisation = if n == 1 { self.organisation_of(&self.research, REVIEWERS_BODY) } else { None };
            parts.push(part(format!("reviewer{n}"), name.to_owned(), Role::Reviewer, organisation));
        }
        let leads: BTreeSet<usize> = proposals.iter().map(|p| p.lead).collect();
        for lead in leads {
            let name = self.firms.get(lead).map(|f| f.name.trim_start_matches("株式会社").to_owned()).unwrap_or_default();
            parts.push(part(login_of(lead), format!("{name} 担当"), Role::Applicant, self.organisation_of(&self.firms, lead)));
        }
        parts
    }
}

/// The sign-in name of the account that speaks for a firm.
pub(crate) fn login_of(lead: usize) -> String {
    if lead == OWNER { "owner".to_owned() } else { format!("applicant{lead:02}") }
}

/// Writes organisations, facts and accounts.
pub(crate) async fn enter(office: &Office, store: &Store, troupe: &Troupe, proposals: &[Proposal], today: Day) -> Result<(), DemoTrouble> {
    let mut changes = Vec::new();
    for organisation in troupe.all() {
        changes.push(Change::put_organisation(&entry(organisation)));
        changes.extend(facts(organisation, today).iter().map(Change::put_fact));
    }
    store.commit(Batch::changes(changes)).await?;
    let hash = first_account(office, store).await?;
    let account = |part: Part| Account {
        id: dice::person(&part.login),
        email: format!("{}@demo.invalid", part.login),
        login: part.login,
        name: part.name,
        // One password, hashed once: the same hash for all of these accounts, which real accounts never share.
        password: hash.clone(),
        roles: BTreeSet::from([part.role]),
        organisation: part.organisation,
        disabled_at: None,
        synthetic: true,
    };
    let accounts: Vec<Change> = troupe.parts(proposals).into_iter().map(|part| Change::put_account(&account(part))).collect();
    store.commit(Batch::changes(accounts)).await?;
    Ok(())
}

/// The auditor, by the office's own way of making accounts; back comes the hash of the common password.
async fn first_account(office: &Office, store: &Store) -> Result<String, DemoTrouble> {
    let login = "auditor".to_owned();
    let auditor = NewAccount {
        login: login.clone(),
        name: "仮想 ただし".to_owned(),
        email: "auditor@demo.invalid".to_owned(),
        password: PASSWORD.to_owned(),
        roles: BTreeSet::from([Role::Auditor]),
        organisation: None,
        synthetic: true,
    };
    office.add_account(auditor).await?;
    Ok(store.account_by_login(&login).await?.ok_or(DemoTrouble::Script("auditor"))?.password)
}

/// Somebody of the play by sign-in name.
pub(crate) async fn person(store: &Store, login: &str) -> Result<Person, DemoTrouble> {
    Ok(store.account_by_login(login).await?.ok_or(DemoTrouble::Script("account"))?.person())
}

fn entry(cast: &Cast) -> Organisation {
    let kind = match cast.kind {
        Kind::Firm(_) => "sme",
        Kind::Research if cast.name.contains("大学") => "university",
        Kind::Research => "public_institute",
        Kind::Manager => "managing",
    };
    Organisation {
        id: dice::organisation(cast.number),
        corporate_number: Some(cast.number),
        name: cast.name.clone(),
        kana: cast.kana.clone(),
        kind: kind.to_owned(),
        prefecture: cast.prefecture.to_owned(),
        address: cast.address.clone(),
        email: format!("info@{}.demo.invalid", cast.number),
        synthetic: true,
    }
}

/// What a form would ask a small firm, as texts: item and what is typed.
pub(crate) fn known_of(size: &Size) -> [(&'static str, String); 9] {
    let yen = |yen: banso_kernel::Yen| yen.to_string().replace('円', "");
    [
        ("業種", size.industry.to_owned()),
        ("資本金", yen(size.capital)),
        ("従業員数", size.employees.to_string()),
        ("課税所得平均", yen(size.income)),
        ("大企業単独持分", "0".to_owned()),
        ("大企業合計持分", "0".to_owned()),
        ("大企業兼務役員割合", "0".to_owned()),
        ("みなし大企業の全株保有", "いいえ".to_owned()),
        ("みなし大企業の全役員兼務", "いいえ".to_owned()),
    ]
}

fn facts(cast: &Cast, today: Day) -> Vec<Fact> {
    let Kind::Firm(size) = &cast.kind else { return Vec::new() };
    let number = |n: i64| Value::Number(banso_kernel::Exact::from_integer(i128::from(n)));
    let values = [
        ("業種", Value::Text(size.industry.to_owned())),
        ("資本金", number(size.capital.get())),
        ("従業員数", number(i64::from(size.employees))),
        ("課税所得平均", number(size.income.get())),
        ("大企業単独持分", number(0)),
        ("大企業合計持分", number(0)),
        ("大企業兼務役員割合", number(0)),
        ("みなし大企業の全株保有", Value::YesNo(false)),
        ("みなし大企業の全役員兼務", Value::YesNo(false)),
    ];
    let fact = |(item, value): (&str, Value)| Fact {
        organisation: dice::organisation(cast.number),
        item: item.to_owned(),
        period: String::new(),
        source: SOURCE.to_owned(),
        // A value always writes itself.
        value: serde_json::to_string(&value).unwrap_or_default(),
        learned_on: today,
    };
    values.into_iter().map(fact).collect()
}
