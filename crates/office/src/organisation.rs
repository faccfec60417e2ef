//! Organisations and what is known of them: firms, universities, support organisations. From the command line and the demonstration;
//! an applicant's own account never chooses which firm it speaks for.

use banso_guideline::Value;
use banso_kernel::{CorporateNumber, Day, OrganisationId};
use banso_store::{Batch, Change, Fact, Organisation};

use crate::address::one_line;
use crate::{FieldProblem, Office, OfficeError};

/// An organisation to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrganisation {
    pub number: CorporateNumber,
    pub name: String,
    pub kana: String,
    /// `sme`, `university`, `public_institute`, `managing`.
    pub kind: String,
    pub prefecture: String,
    pub address: String,
    pub email: String,
    pub synthetic: bool,
}

/// A fact learned of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LearnedFact {
    /// Name of the dictionary's item.
    pub item: String,
    pub value: Value,
    /// The business year or day that the value is of; empty for what has no period.
    pub period: String,
    pub source: String,
    pub learned_on: Day,
}

impl Office {
    /// The organisation of a corporate number, if it is registered.
    ///
    /// # Errors
    /// Storage.
    pub async fn organisation_of_number(&self, number: CorporateNumber) -> Result<Option<OrganisationId>, OfficeError> {
        Ok(self.store().organisation_by_number(number).await?.map(|o| o.id))
    }

    /// Registers an organisation.
    ///
    /// # Errors
    /// [`OfficeError::Invalid`] for a blank name or a number that is registered already.
    pub async fn add_organisation(&self, new: NewOrganisation) -> Result<OrganisationId, OfficeError> {
        if new.name.trim().is_empty() {
            return Err(OfficeError::field("organisation-name", "機関の名称を入力してください。", "Give the organisation's name."));
        }
        if self.organisation_of_number(new.number).await?.is_some() {
            let ja = format!("法人番号 {} はすでに登録されています。", new.number);
            let en = format!("The corporate number {} is registered already.", new.number);
            return Err(OfficeError::Invalid(vec![FieldProblem::new("organisation", ja, en)]));
        }
        let id = OrganisationId::new(self.new_uuid());
        let organisation = Organisation {
            id,
            corporate_number: Some(new.number),
            name: one_line("organisation-name", &new.name)?,
            kana: new.kana,
            kind: new.kind,
            prefecture: new.prefecture,
            address: new.address,
            email: new.email,
            synthetic: new.synthetic,
        };
        self.store().put_organisation(organisation).await?;
        Ok(id)
    }

    /// Keeps facts of an organisation, each with its source and the day it was learned.
    ///
    /// # Errors
    /// Storage.
    pub async fn learn(&self, organisation: OrganisationId, facts: Vec<LearnedFact>) -> Result<(), OfficeError> {
        let mut changes = Vec::with_capacity(facts.len());
        for learned in facts {
            let value = serde_json::to_string(&learned.value).map_err(OfficeError::fault)?;
            let LearnedFact { item, period, source, learned_on, .. } = learned;
            changes.push(Change::put_fact(&Fact { organisation, item, period, source, value, learned_on }));
        }
        self.append(Batch::changes(changes)).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestOffice;

    #[tokio::test]
    async fn a_number_is_registered_once() {
        let office = TestOffice::new().await;
        let new = NewOrganisation {
            number: CorporateNumber::from_body(123),
            name: "株式会社見本".into(),
            kana: String::new(),
            kind: "sme".into(),
            prefecture: String::new(),
            address: String::new(),
            email: String::new(),
            synthetic: true,
        };
        let id = office.add_organisation(new.clone()).await.unwrap();
        assert_eq!(office.organisation_of_number(new.number).await.unwrap(), Some(id));
        assert!(matches!(office.add_organisation(new.clone()).await, Err(OfficeError::Invalid(_))));
        let blank = NewOrganisation { name: " ".into(), number: CorporateNumber::from_body(124), ..new };
        assert!(matches!(office.add_organisation(blank).await, Err(OfficeError::Invalid(_))));
    }
}
