//! Accounts: signing in, who somebody is, adding one.

use std::collections::BTreeSet;

use banso_kernel::{OrganisationId, PersonId, fold_width};
use banso_permits::{Person, Role};
use banso_store::{Batch, Change, NewAccess};

use crate::address::{mail_address, one_line};
use crate::{FieldProblem, Office, OfficeError, password};

/// Failed attempts within [`WINDOW_SECONDS`] before one has to wait: for a login from one address; from one address; for a login
/// from anywhere, which is high enough that nobody is shut out on a closing day by a stranger who knows a login.
const ATTEMPTS: [u64; 3] = [5, 30, 100];
const WINDOW_SECONDS: u32 = 15 * 60;

/// Somebody who is signed in, as pages know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub person: Person,
    pub login: String,
    pub name: String,
    pub email: String,
    /// Empty for somebody without an organisation.
    pub organisation_name: String,
}

/// The answer to a login and a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    Welcome(Box<Account>),
    /// No such login, wrong password, or a closed account: which of them is not told.
    Wrong,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub email: String,
    pub password: String,
    pub roles: BTreeSet<Role>,
    pub organisation: Option<OrganisationId>,
    pub synthetic: bool,
}

impl Office {
    /// Compares a password, within limits by login and by network address. Takes as long for a login that does not exist.
    ///
    /// # Errors
    /// [`OfficeError::RateLimited`] after too many failures.
    pub async fn sign_in(&self, login: &str, password: &str, address: &str) -> Result<SignIn, OfficeError> {
        let login = login_folded(login);
        let subjects = [format!("login:{login} address:{address}"), format!("address:{address}"), format!("login:{login}")];
        self.within_limits(&subjects).await?;
        // Counted before the comparison, so that many attempts at once do not slip through; forgotten when it was right.
        let [here, address_alone, login_alone] = &subjects;
        self.store().commit(Batch::changes(vec![Change::count_sign_in(here), Change::count_sign_in(login_alone)])).await?;
        let account = self.store().account_by_login(&login).await?.filter(|a| a.disabled_at.is_none());
        let known = account.as_ref().map(|a| a.password.clone());
        let right = password::matches(password, known).await?;
        let person = account.as_ref().filter(|_| right).map(|a| a.id);
        let noted = NewAccess {
            person,
            action: if right { "sign-in" } else { "sign-in refused" }.to_owned(),
            resource: "office".to_owned(),
            detail: address.to_owned(),
        };
        let mut changes = vec![Change::log_access(&noted)];
        if right {
            changes.extend([Change::forget_sign_ins(here), Change::forget_sign_ins(login_alone)]);
        } else {
            // An address is not forgiven for one right password: it might be the guesser's own.
            changes.push(Change::count_sign_in(address_alone));
        }
        self.store().commit(Batch::changes(changes)).await?;
        match person {
            Some(id) => Ok(self.account(id).await?.map_or(SignIn::Wrong, |a| SignIn::Welcome(Box::new(a)))),
            None => Ok(SignIn::Wrong),
        }
    }

    async fn within_limits(&self, subjects: &[String; 3]) -> Result<(), OfficeError> {
        let since = self.now().plus_seconds(-i64::from(WINDOW_SECONDS));
        for (subject, most) in subjects.iter().zip(ATTEMPTS) {
            if self.store().failed_sign_ins(subject, since).await? >= most {
                return Err(OfficeError::RateLimited { retry_after_seconds: WINDOW_SECONDS });
            }
        }
        Ok(())
    }

    /// An open account; `None` when it does not exist or was closed.
    ///
    /// # Errors
    /// Storage.
    pub async fn account(&self, id: PersonId) -> Result<Option<Account>, OfficeError> {
        let Some(account) = self.store().account(id).await?.filter(|a| a.disabled_at.is_none()) else { return Ok(None) };
        let organisation = match account.organisation {
            Some(id) => self.store().organisation(id).await?,
            None => None,
        };
        let organisation_name = organisation.map(|o| o.name).unwrap_or_default();
        let person = account.person();
        Ok(Some(Account { person, login: account.login, name: account.name, email: account.email, organisation_name }))
    }

    /// Somebody by id, as policies see them. For the command line and for jobs.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn person(&self, id: PersonId) -> Result<Person, OfficeError> {
        self.account(id).await?.map(|a| a.person).ok_or(OfficeError::NotFound)
    }

    /// Somebody by login, as whom the command line acts: whoever can open the data folder may act as anybody, and may do no more than they.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when there is no such account or it was closed.
    pub async fn person_by_login(&self, login: &str) -> Result<Person, OfficeError> {
        let account = self.store().account_by_login(&login_folded(login)).await?.filter(|a| a.disabled_at.is_none());
        account.map(|a| a.person()).ok_or(OfficeError::NotFound)
    }

    /// Makes an account. From the command line: whoever can open the data folder may.
    ///
    /// # Errors
    /// A login that is taken or has other characters than `a-z 0-9 . _ - @`, a password that is too short, a name of several
    /// lines, an address that no mail reaches.
    pub async fn add_account(&self, new: NewAccount) -> Result<PersonId, OfficeError> {
        let login = login_folded(&new.login);
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_@".contains(c);
        if login.is_empty() || login.len() > 100 || !login.chars().all(allowed) {
            let ja = "ログインIDは、半角の英小文字・数字・「. - _ @」で100文字以内にしてください。";
            return Err(OfficeError::Invalid(vec![FieldProblem::new("login", ja, "A login has up to 100 of a-z, 0-9 and . - _ @.")]));
        }
        if new.name.trim().is_empty() {
            return Err(OfficeError::field("name", "氏名を入力してください。", "Enter a name."));
        }
        // Without an address nothing is mailed: notices lie on the desk.
        let email = if new.email.trim().is_empty() { String::new() } else { mail_address(&new.email)? };
        let name = one_line("name", &new.name)?;
        let hash = password::hash(&new.password).await?;
        self.put_account(NewAccount { login, name, email, ..new }, hash).await
    }

    /// Closes an account: it cannot sign in, and its sessions are nobody's. Its name stays beside what it did. From the command line.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`]
    pub async fn close_account(&self, login: &str) -> Result<(), OfficeError> {
        let account = self.store().account_by_login(&login_folded(login)).await?.ok_or(OfficeError::NotFound)?;
        Ok(self.store().change(Change::disable_account(account.id)).await?)
    }

    /// Writes an account whose login was checked and whose password was hashed.
    pub(crate) async fn put_account(&self, new: NewAccount, hash: String) -> Result<PersonId, OfficeError> {
        let id = PersonId::new(self.new_uuid());
        let account = banso_store::Account {
            id,
            login: new.login,
            name: new.name.trim().to_owned(),
            email: new.email,
            password: hash,
            roles: new.roles,
            organisation: new.organisation,
            disabled_at: None,
            synthetic: new.synthetic,
        };
        self.store().put_account(account).await?;
        Ok(id)
    }
}

/// Half-width, lower-case, without blanks around it: people type their login on a Japanese keyboard.
fn login_folded(login: &str) -> String {
    fold_width(login.trim()).to_lowercase().chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, TestOffice};

    fn new_account(login: &str, name: &str, password: &str) -> NewAccount {
        NewAccount {
            login: login.to_owned(),
            name: name.to_owned(),
            email: String::new(),
            password: password.to_owned(),
            roles: BTreeSet::from([Role::Officer]),
            organisation: None,
            synthetic: true,
        }
    }

    #[tokio::test]
    async fn no_account_has_an_address_or_a_name_that_mail_would_read_otherwise() {
        let office = TestOffice::new().await;
        let tanaka = || new_account("tanaka", "田中 例", PASSWORD);
        for new in [
            NewAccount { email: "-oQ/tmp@x.jp".to_owned(), ..tanaka() },
            NewAccount { email: "a@b.example\r\nBcc: c@d.example".to_owned(), ..tanaka() },
            NewAccount { name: "田中\r\nBcc: c@d.example".to_owned(), ..tanaka() },
        ] {
            let refused = office.add_account(new).await;
            assert!(matches!(refused, Err(OfficeError::Invalid(_))), "{refused:?}");
        }
        let id = office.add_account(NewAccount { email: "ａ@ｂ.jp".to_owned(), ..tanaka() }).await.unwrap();
        assert_eq!(office.account(id).await.unwrap().unwrap().email, "a@b.jp");
    }

    #[tokio::test]
    async fn an_account_is_made_once_and_with_a_real_password() {
        let office = TestOffice::new().await;
        let id = office.add_account(new_account(" Ｔａｎａｋａ ", "田中 例", PASSWORD)).await.unwrap();
        let account = office.account(id).await.unwrap().unwrap();
        assert_eq!((account.login.as_str(), account.name.as_str()), ("tanaka", "田中 例"));
        assert_eq!(office.person_by_login(" ＴＡＮＡＫＡ").await.unwrap().id, id);
        assert!(matches!(office.person_by_login("sato").await, Err(OfficeError::NotFound)));
        for (login, name, password) in [
            ("tanaka", "別人", PASSWORD),
            ("田中", "田中 例", PASSWORD),
            ("", "x", PASSWORD),
            ("sato", " ", PASSWORD),
            ("sato", "佐藤", "short"),
        ] {
            let refused = office.add_account(new_account(login, name, password)).await;
            assert!(matches!(refused, Err(OfficeError::Invalid(_))), "{login} {name}: {refused:?}");
        }
    }

    #[tokio::test]
    async fn a_right_password_forgets_the_wrong_ones() {
        let office = TestOffice::new().await;
        office.add_account(new_account("tanaka", "田中 例", PASSWORD)).await.unwrap();
        for _ in 0..3 {
            for _ in 0..4 {
                assert_eq!(office.sign_in("tanaka", "wrong", "127.0.0.1").await.unwrap(), SignIn::Wrong);
            }
            assert!(matches!(office.sign_in("tanaka", PASSWORD, "127.0.0.1").await.unwrap(), SignIn::Welcome(_)));
        }
    }
}
