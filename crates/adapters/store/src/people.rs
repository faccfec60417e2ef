//! Organisations and what is known of them, accounts, sessions, attempts to sign in. Plain tables: they can be corrected and erased.

use std::collections::BTreeSet;

use banso_kernel::{CorporateNumber, Day, Instant, OrganisationId, PersonId};
use banso_permits::{Person, Role};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::batch::CommitError;
use crate::change::Change;
use crate::db::{Now, Row, args};
use crate::fault::Fault;
use crate::lists::{Listed, Page};

/// A firm, university, support organisation or office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub id: OrganisationId,
    /// An office of the programme need not have one.
    pub corporate_number: Option<CorporateNumber>,
    pub name: String,
    pub kana: String,
    /// `sme`, `university`, `public_institute`, `managing`, `office` …: the words of the guideline's consortium.
    pub kind: String,
    pub prefecture: String,
    pub address: String,
    pub email: String,
    /// Made up for the demonstration, and labelled so wherever it is shown.
    pub synthetic: bool,
}

/// A dated, sourced value of an item of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub organisation: OrganisationId,
    pub item: String,
    /// The business year or day that the value is of; empty for what has no period.
    pub period: String,
    pub source: String,
    /// JSON.
    pub value: String,
    pub learned_on: Day,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: PersonId,
    pub login: String,
    pub name: String,
    pub email: String,
    /// The hash, as argon2 writes it.
    pub password: String,
    pub roles: BTreeSet<Role>,
    pub organisation: Option<OrganisationId>,
    pub disabled_at: Option<Instant>,
    pub synthetic: bool,
}

impl Account {
    /// The account as policies see it.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id, roles: self.roles.clone(), organisation: self.organisation }
    }
}

/// A signed-in browser, opaque to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: String,
    pub body: String,
    pub expires_at: Instant,
}

pub(crate) fn roles_text<'a>(roles: impl IntoIterator<Item = &'a Role>) -> String {
    let names: Vec<&Role> = roles.into_iter().collect();
    serde_json::to_string(&names).unwrap_or_else(|_| "[]".to_owned())
}

impl Change {
    /// Writes an organisation as given, whether or not it was there.
    #[must_use]
    pub fn put_organisation(organisation: &Organisation) -> Self {
        let Organisation { id, corporate_number, name, kana, kind, prefecture, address, email, synthetic } = organisation.clone();
        Change::by(
            "INSERT INTO organisations (id, corporate_number, name, kana, kind, prefecture, address, email, synthetic, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
             corporate_number = excluded.corporate_number, name = excluded.name, kana = excluded.kana, kind = excluded.kind, \
             prefecture = excluded.prefecture, address = excluded.address, email = excluded.email, synthetic = excluded.synthetic",
            args![id, corporate_number, name, kana, kind, prefecture, address, email, synthetic, Now],
        )
    }

    /// Writes a fact; of one item, period and source there is one that holds. What was known before another day is kept beside it.
    #[must_use]
    pub fn put_fact(fact: &Fact) -> Self {
        let Fact { organisation, item, period, source, value, learned_on } = fact.clone();
        let kept = Change::by(
            "INSERT INTO restated_facts (organisation, item, period, source, value, learned_on) \
             SELECT organisation, item, period, source, value, learned_on FROM facts \
             WHERE organisation = $1 AND item = $2 AND period = $3 AND source = $4 AND learned_on <> $5 \
             ON CONFLICT (organisation, item, period, source, learned_on) DO UPDATE SET value = excluded.value",
            args![organisation, &item, &period, &source, learned_on],
        );
        kept.then(Change::by(
            "INSERT INTO facts (organisation, item, period, source, value, learned_on) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (organisation, item, period, source) DO UPDATE SET value = excluded.value, learned_on = excluded.learned_on",
            args![organisation, item, period, source, value, learned_on],
        ))
    }

    /// Writes an account as given, whether or not it was there.
    #[must_use]
    pub fn put_account(account: &Account) -> Self {
        let Account { id, login, name, email, password, roles, organisation, disabled_at, synthetic } = account.clone();
        Change::by(
            "INSERT INTO people (id, login, name, email, password, roles, organisation, disabled_at, synthetic, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET login = excluded.login, \
             name = excluded.name, email = excluded.email, password = excluded.password, roles = excluded.roles, \
             organisation = excluded.organisation, disabled_at = excluded.disabled_at, synthetic = excluded.synthetic",
            args![id, login, name, email, password, roles_text(&roles), organisation, disabled_at, synthetic, Now],
        )
    }

    #[must_use]
    pub fn set_password(person: PersonId, hash: &str) -> Self {
        Change::by("UPDATE people SET password = $2 WHERE id = $1", args![person, hash]).or_missing("account")
    }

    /// The account can no longer sign in; its name stays beside what it did.
    #[must_use]
    pub fn disable_account(person: PersonId) -> Self {
        Change::by("UPDATE people SET disabled_at = $2 WHERE id = $1", args![person, Now]).or_missing("account")
    }

    #[must_use]
    pub fn put_session(session: &Session) -> Self {
        Change::by(
            "INSERT INTO sessions (id, body, expires_at) VALUES ($1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at",
            args![&session.id, &session.body, session.expires_at],
        )
    }

    /// Writes a session that is there; one that was dropped meanwhile does not come back.
    #[must_use]
    pub fn renew_session(session: &Session) -> Self {
        let sql = "UPDATE sessions SET body = $2, expires_at = $3 WHERE id = $1";
        Change::by(sql, args![&session.id, &session.body, session.expires_at])
    }

    #[must_use]
    pub fn drop_session(id: &str) -> Self {
        Change::by("DELETE FROM sessions WHERE id = $1", args![id])
    }

    #[must_use]
    pub fn drop_sessions_before(instant: Instant) -> Self {
        Change::by("DELETE FROM sessions WHERE expires_at < $1", args![instant])
    }

    /// One more failed attempt to sign in, counted by name or by address.
    #[must_use]
    pub fn count_sign_in(subject: &str) -> Self {
        Change::by(
            "INSERT INTO sign_in_attempts (subject, at, count) VALUES ($1, $2, 1) \
             ON CONFLICT (subject, at) DO UPDATE SET count = sign_in_attempts.count + 1",
            args![subject, Now],
        )
    }

    #[must_use]
    pub fn forget_sign_ins(subject: &str) -> Self {
        Change::by("DELETE FROM sign_in_attempts WHERE subject = $1", args![subject])
    }

    #[must_use]
    pub fn forget_sign_ins_before(instant: Instant) -> Self {
        Change::by("DELETE FROM sign_in_attempts WHERE at < $1", args![instant])
    }
}

impl TryFrom<&Row> for Organisation {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Organisation {
            id: row.parse("id")?,
            corporate_number: row.opt_parse("corporate_number")?,
            name: row.text("name")?,
            kana: row.text("kana")?,
            kind: row.text("kind")?,
            prefecture: row.text("prefecture")?,
            address: row.text("address")?,
            email: row.text("email")?,
            synthetic: row.flag("synthetic")?,
        })
    }
}

impl TryFrom<&Row> for Fact {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Fact {
            organisation: row.parse("organisation")?,
            item: row.text("item")?,
            period: row.text("period")?,
            source: row.text("source")?,
            value: row.text("value")?,
            learned_on: row.parse("learned_on")?,
        })
    }
}

impl TryFrom<&Row> for Account {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(Account {
            id: row.parse("id")?,
            login: row.text("login")?,
            name: row.text("name")?,
            email: row.text("email")?,
            password: row.text("password")?,
            roles: row.json("roles")?,
            organisation: row.opt_parse("organisation")?,
            disabled_at: row.opt_instant("disabled_at")?,
            synthetic: row.flag("synthetic")?,
        })
    }
}

impl Store {
    /// # Errors
    /// [`Fault`]s of the database, as every reading method here.
    pub async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, Fault> {
        self.one("SELECT * FROM organisations WHERE id = $1", args![id]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn organisation_by_number(&self, number: CorporateNumber) -> Result<Option<Organisation>, Fault> {
        self.one("SELECT * FROM organisations WHERE corporate_number = $1", args![number]).await
    }

    /// By name, kana or number; all of them for an empty text.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn organisations(&self, search: &str, page: Page) -> Result<Listed<Organisation>, Fault> {
        let like = crate::lists::pattern(search);
        self.listed(
            "SELECT *, COUNT(*) OVER () AS total FROM organisations WHERE LOWER(name) LIKE $1 ESCAPE '!' OR kana LIKE $1 ESCAPE '!' \
             OR corporate_number LIKE $1 ESCAPE '!' ORDER BY kana, id LIMIT $2 OFFSET $3",
            args![like],
            page,
        )
        .await
    }

    /// Everything known of an organisation, the newest knowledge of an item first.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn facts(&self, organisation: OrganisationId) -> Result<Vec<Fact>, Fault> {
        let sql = "SELECT * FROM facts WHERE organisation = $1 ORDER BY item, period DESC, learned_on DESC, source";
        self.all(sql, args![organisation]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn account(&self, id: PersonId) -> Result<Option<Account>, Fault> {
        self.one("SELECT * FROM people WHERE id = $1", args![id]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, Fault> {
        self.one("SELECT * FROM people WHERE login = $1", args![login]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn accounts(&self, page: Page) -> Result<Listed<Account>, Fault> {
        self.listed("SELECT *, COUNT(*) OVER () AS total FROM people ORDER BY login LIMIT $1 OFFSET $2", args![], page).await
    }

    /// Everybody who can sign in with a role, by sign-in name.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn accounts_with(&self, role: Role) -> Result<Vec<Account>, Fault> {
        let role = serde_json::to_string(&role).map_err(|e| Fault::impossible("role", e))?;
        let sql = "SELECT * FROM people WHERE roles LIKE $1 AND disabled_at IS NULL ORDER BY login LIMIT 5000";
        self.all(sql, args![format!("%{role}%")]).await
    }

    /// # Errors
    /// [`Fault`]
    pub async fn accounts_of(&self, organisation: OrganisationId) -> Result<Vec<Account>, Fault> {
        self.all("SELECT * FROM people WHERE organisation = $1 ORDER BY login LIMIT 500", args![organisation]).await
    }

    /// # Errors
    /// [`CommitError::Taken`] when somebody else has the name.
    pub async fn put_account(&self, account: Account) -> Result<(), CommitError> {
        self.change(Change::put_account(&account)).await
    }

    /// # Errors
    /// [`CommitError::Taken`] when another organisation has the number.
    pub async fn put_organisation(&self, organisation: Organisation) -> Result<(), CommitError> {
        self.change(Change::put_organisation(&organisation)).await
    }

    /// The session, unless it has expired.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn session(&self, id: &str) -> Result<Option<Session>, Fault> {
        let sql = "SELECT id, body, expires_at FROM sessions WHERE id = $1 AND expires_at > $2";
        let Some(row) = self.row(sql, args![id, self.now()]).await? else { return Ok(None) };
        Ok(Some(Session { id: row.text("id")?, body: row.text("body")?, expires_at: row.instant("expires_at")? }))
    }

    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn put_session(&self, session: Session) -> Result<(), CommitError> {
        self.change(Change::put_session(&session)).await
    }

    /// # Errors
    /// [`CommitError::Fault`]
    pub async fn drop_session(&self, id: &str) -> Result<(), CommitError> {
        self.change(Change::drop_session(id)).await
    }

    /// How many attempts to sign in failed since an instant.
    ///
    /// # Errors
    /// [`Fault`]
    pub async fn failed_sign_ins(&self, subject: &str, since: Instant) -> Result<u64, Fault> {
        let sql = "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS n FROM sign_in_attempts WHERE subject = $1 AND at >= $2";
        Ok(u64::try_from(self.db().number(sql, args![subject, since]).await?).unwrap_or(0))
    }
}
