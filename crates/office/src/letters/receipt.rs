//! 受付票: what arrived, when it was durably recorded, the digest of every part.

use banso_letters::{File, Letter, Receipt, Received};

use super::Told;
use super::cover::track_title;
use crate::apply::{HandedPaper, Stage};
use crate::{Office, OfficeError};

impl Office {
    pub(super) async fn receipt_letter(&self, told: &Told<'_>, s: &HandedPaper) -> Result<Letter, OfficeError> {
        let meta = told.edition.meta();
        let file = |f: crate::apply::ReceiptFile| File { name: f.name, slot_id: f.slot_id, slot: f.slot, bytes: f.bytes, sha256: f.digest };
        Ok(Letter::Receipt(Receipt {
            of: match s.stage {
                Stage::Application => Received::Application,
                Stage::GrantRequest => Received::GrantRequest,
            },
            receipt_number: s.receipt_number.clone(),
            recorded_at: told.record.recorded_at,
            version: s.version,
            case: told.case_id,
            programme: meta.programme.clone(),
            call: meta.call_name.clone(),
            closes: meta.closes,
            track: track_title(told.edition, &s.track),
            title: s.title.clone(),
            applicant: self.firm(s.lead).await?.map(|o| o.name).unwrap_or_default(),
            corporate_number: s.lead,
            submitted_by: self.actor_name(told.record.actor).await?,
            requested: s.requested,
            content: s.content,
            files: self.receipt_files(told.edition, s).await?.into_iter().map(file).collect(),
            whole: s.whole,
            legal_basis: meta.legal_basis.clone(),
            office: meta.office.clone(),
            contact: Vec::new(),
            synthetic: meta.synthetic || self.synthetic(),
        }))
    }
}
