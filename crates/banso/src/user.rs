//! `banso user add`: an account with a first password that is shown once.

use banso_kernel::{CorporateNumber, OrganisationId};
use banso_office::{NewAccount, NewOrganisation, Office, OfficeError, RegisteredFirm};
use banso_permits::Role;
use rand::Rng as _;

use crate::cli::{self, NewUser, OrganisationKind, RoleName};
use crate::trouble::Trouble;
use crate::wiring;

/// Letters that are not mistaken for each other on paper.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const LENGTH: usize = 16;

/// Makes the account and prints its password.
pub(crate) async fn add(place: &cli::Place, new: &NewUser) -> Result<(), Trouble> {
    let office = wiring::office_beside_or_new(place).await?;
    let organisation = match new.organisation {
        Some(number) => Some(organisation(&office, number, new).await?),
        None if new.roles.contains(&RoleName::Applicant) => return Err(Trouble::NoOrganisation),
        None => None,
    };
    let password = first_password();
    let account = NewAccount {
        login: new.login.clone(),
        name: new.name.clone(),
        email: new.email.clone(),
        password: password.clone(),
        roles: new.roles.iter().map(|role| Role::from(*role)).collect(),
        organisation,
        synthetic: false,
    };
    office.add_account(account).await?;
    say!("利用者 / Login      {}", new.login);
    say!("パスワード / Password  {password}");
    say!("この画面にだけ表示されます。本人に確実に渡してください。/ Shown only here; hand it over safely.");
    office.close().await;
    Ok(())
}

/// The organisation of this number, registered now when it was not.
async fn organisation(office: &Office, number: CorporateNumber, new: &NewUser) -> Result<OrganisationId, Trouble> {
    if let Some(known) = office.organisation_of_number(number).await? {
        return Ok(known);
    }
    let kind = match new.organisation_kind {
        OrganisationKind::Sme => "sme",
        OrganisationKind::University => "university",
        OrganisationKind::PublicInstitute => "public_institute",
        OrganisationKind::Managing => "managing",
    };
    // What the register of corporate numbers knows need not be typed.
    let registered = match office.firm_record(number).await {
        Ok(record) => Some(record.firm),
        Err(OfficeError::NotFound) => None,
        Err(error) => return Err(error.into()),
    };
    let of_register = |field: fn(RegisteredFirm) -> String| registered.clone().map(field).unwrap_or_default();
    let organisation = NewOrganisation {
        number,
        name: new.organisation_name.clone().unwrap_or_else(|| of_register(|firm| firm.name)),
        kana: of_register(|firm| firm.kana),
        kind: kind.to_owned(),
        prefecture: of_register(|firm| firm.prefecture),
        address: of_register(|firm| firm.place),
        email: new.email.clone(),
        synthetic: false,
    };
    Ok(office.add_organisation(organisation).await?)
}

/// About 79 bits.
fn first_password() -> String {
    let mut dice = rand::rng();
    let letter = |_| LETTERS.get(dice.random_range(0..LETTERS.len())).map_or('x', |byte| char::from(*byte));
    (0..LENGTH).map(letter).collect()
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Applicant => Role::Applicant,
            RoleName::Officer => Role::Officer,
            RoleName::Director => Role::Director,
            RoleName::Reviewer => Role::Reviewer,
            RoleName::Auditor => Role::Auditor,
            RoleName::Analyst => Role::Analyst,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_passwords_are_long_and_differ() {
        assert_eq!(first_password().len(), LENGTH);
        assert_ne!(first_password(), first_password());
    }
}
