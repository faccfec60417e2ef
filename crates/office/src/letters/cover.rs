//! What stands at the head of every letter: to whom, from whom, about which application.

use banso_execution::Execution;
use banso_grant::{SelectionPlan, Submitted};
use banso_guideline::{DocumentSpec, Edition, SectionContent};
use banso_kernel::{CorporateNumber, Day, Digest, LocalText};
use banso_letters::{Addressee, ClauseRef, Cover, Sender};
use banso_store::Organisation;

use super::Told;
use crate::apply::{QUOTES, quotes_title};
use crate::execution::slot_words;
use crate::{Office, OfficeError};

/// Everything that letters about one application share.
pub(crate) struct Head {
    pub(crate) edition: Edition,
    pub(crate) paper: Submitted,
    to: CorporateNumber,
    firm: Option<Organisation>,
    pub(crate) issued_on: Day,
    synthetic: bool,
}

/// The documents that the form asks for.
pub(crate) fn document_specs(edition: &Edition) -> impl Iterator<Item = &DocumentSpec> {
    let specs = edition.form().sections.iter().filter_map(|s| match &s.content {
        SectionContent::Documents(specs) => Some(specs),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => None,
    });
    specs.flatten()
}

/// The title of a document's place in the form.
pub(crate) fn slot_title(edition: &Edition, slot: &str) -> LocalText {
    match document_specs(edition).find(|d| d.id == slot) {
        Some(spec) => spec.title.clone(),
        None if slot == QUOTES => quotes_title(),
        None => slot_words(slot).unwrap_or_else(|| LocalText::ja(slot)),
    }
}

impl Head {
    /// The cover of a letter; of `clauses`, those that the guideline has.
    pub(crate) fn cover(&self, number: String, clauses: &[&str]) -> Cover {
        let meta = self.edition.meta();
        let mut seen = std::collections::BTreeSet::new();
        let cited = |id: &&str| {
            let clause = self.edition.clause(id).filter(|c| seen.insert(c.id.clone()))?;
            Some(ClauseRef { id: clause.id.clone(), title: clause.title.ja.clone() })
        };
        Cover {
            number,
            issued_on: self.issued_on,
            to: self.addressee(),
            from: Sender { authority: meta.authority.clone(), holder: None, office: meta.office.clone(), contact: Vec::new() },
            programme: meta.programme.clone(),
            call: meta.call_name.clone(),
            legal_basis: meta.legal_basis.clone(),
            receipt_number: self.paper.receipt_number.clone(),
            title: self.paper.title.clone(),
            clauses: clauses.iter().filter_map(cited).collect(),
            objection: meta.objection.clone(),
            payment: meta.payment.clone(),
            synthetic: meta.synthetic || self.synthetic,
        }
    }

    fn addressee(&self) -> Addressee {
        let address = |firm: &Organisation| {
            let whole = if firm.address.starts_with(&firm.prefecture) {
                firm.address.clone()
            } else {
                format!("{}{}", firm.prefecture, firm.address)
            };
            Some(whole).filter(|a| !a.is_empty())
        };
        let organisation = self.firm.as_ref().map_or_else(|| format!("法人番号 {}", self.to), |f| f.name.clone());
        Addressee { organisation, representative: None, address: self.firm.as_ref().and_then(address) }
    }

    /// The track as its title.
    pub(crate) fn track(&self) -> LocalText {
        track_title(&self.edition, &self.paper.track)
    }
}

/// A track's title.
pub(crate) fn track_title(edition: &Edition, track: &str) -> LocalText {
    edition.tracks().iter().find(|t| t.name == track).map_or_else(|| LocalText::ja(track), |t| t.title.clone())
}

impl Office {
    pub(super) async fn head(&self, told: &Told<'_>) -> Result<Head, OfficeError> {
        // After a succession letters go to whoever holds the case.
        let to = told.case.state.execution().map_or(told.paper.lead, |e| e.holder);
        self.head_for(to, told.edition.clone(), told.paper.clone(), told.record.recorded_at.day()).await
    }

    /// The head of letters about an application, on a day.
    pub(crate) async fn head_of(&self, edition: Edition, paper: Submitted, issued_on: Day) -> Result<Head, OfficeError> {
        self.head_for(paper.lead, edition, paper, issued_on).await
    }

    /// The head of letters of today to whoever holds a granted case.
    pub(crate) async fn head_to(&self, execution: &Execution, edition: Edition, paper: Submitted) -> Result<Head, OfficeError> {
        self.head_for(execution.holder, edition, paper, self.now().day()).await
    }

    async fn head_for(&self, to: CorporateNumber, edition: Edition, paper: Submitted, issued_on: Day) -> Result<Head, OfficeError> {
        let firm = self.firm(to).await?;
        Ok(Head { edition, paper, to, firm, issued_on, synthetic: self.synthetic() })
    }

    pub(crate) async fn firm(&self, number: CorporateNumber) -> Result<Option<Organisation>, OfficeError> {
        Ok(self.store().organisation_by_number(number).await?)
    }

    /// A selection plan by its digest.
    pub(crate) async fn selection_plan(&self, digest: Digest) -> Result<SelectionPlan, OfficeError> {
        let missing = || OfficeError::fault(format!("the selection plan {digest} is missing"));
        let kept = self.store().plan(digest).await?.ok_or_else(missing)?;
        SelectionPlan::open(&kept.body).map_err(OfficeError::fault)
    }
}
