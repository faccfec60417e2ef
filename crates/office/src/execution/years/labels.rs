//! Labels for the things in the register, as one PDF. Kept nowhere: made anew whenever they are asked for.

use banso_kernel::CaseId;
use banso_letters::{AssetLabel, AssetLabels, Letter};
use banso_permits::{Action, Person};

use super::assets::{AssetLine, asset_lines};
use crate::{Office, OfficeError};

impl Office {
    /// The labels of everything that is still there.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger, and for an empty register.
    pub async fn asset_labels(&self, person: &Person, case: CaseId) -> Result<Vec<u8>, OfficeError> {
        let project = self.project(person, Action::ReadCase, case).await?;
        let today = self.now().day();
        let label = |line: AssetLine| AssetLabel {
            id: line.asset.id,
            name: line.asset.name,
            serial: line.asset.serial,
            acquired: line.asset.acquired,
            restricted_until: line.restricted_until,
            place: line.asset.place,
        };
        let labels: Vec<AssetLabel> = asset_lines(&project, today).into_iter().filter(AssetLine::stands).map(label).collect();
        if labels.is_empty() {
            return Err(OfficeError::NotFound);
        }
        let meta = project.edition.meta();
        let holder = project.execution.holder;
        self.typeset_bytes(Letter::AssetLabels(Box::new(AssetLabels {
            receipt_number: project.file.case.submission.paper.receipt_number.clone(),
            programme: meta.programme.ja.clone(),
            holder: self.firm(holder).await?.map_or_else(|| holder.to_string(), |f| f.name),
            decision: project.decision.number.clone(),
            printed_on: today,
            labels,
            synthetic: meta.synthetic || self.synthetic(),
        })))
        .await
    }
}
