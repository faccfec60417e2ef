//! How a paper of a project comes in, whatever it is for: bounded while it streams, looked at whole, kept under its SHA-256.

use banso_exchange::{Expected, inspect};
use banso_kernel::CaseId;
use banso_permits::Person;
use banso_store::{Attachment, Batch, Change, Upload, UploadError};

use crate::limits::CASE_BYTES_MAX;
use crate::{FieldProblem, Office, OfficeError};

/// Most bytes of one paper.
const PAPER_BYTES_MAX: u64 = 20 << 20;
const MEDIA_TYPES: [&str; 3] = ["application/pdf", "image/jpeg", "image/png"];

/// A file on its way in. It is attached once for each place: one file may show several papers.
#[derive(Debug)]
pub struct IncomingPaper {
    case: CaseId,
    slots: Vec<String>,
    name: String,
    upload: Upload,
}

impl Office {
    /// Begins to take in a paper that its sender was allowed to send to these places.
    ///
    /// # Errors
    /// The case has no room for another file.
    pub(super) async fn begin_in(&self, case: CaseId, slots: Vec<String>, name: &str) -> Result<IncomingPaper, OfficeError> {
        if self.store().attached_bytes(case).await? >= CASE_BYTES_MAX {
            let most = CASE_BYTES_MAX >> 20;
            return Err(OfficeError::field(
                "file",
                format!("添付できるファイルは全体で{most} MBまでです。"),
                format!("At most {most} MB in all."),
            ));
        }
        let upload = self.store().documents().begin(PAPER_BYTES_MAX).await.map_err(upload_failed)?;
        Ok(IncomingPaper { case, slots, name: name.to_owned(), upload })
    }

    /// Looks at the whole file and keeps it.
    ///
    /// # Errors
    /// An empty or damaged file, or one that is neither a PDF nor a photo.
    pub async fn keep_paper(&self, person: &Person, incoming: IncomingPaper) -> Result<(), OfficeError> {
        let IncomingPaper { case, slots, name, mut upload } = incoming;
        let types: Vec<String> = MEDIA_TYPES.iter().map(|t| (*t).to_owned()).collect();
        let looked = upload
            .look(move |file| inspect(file, &name, Expected { media_types: &types, bytes_max: PAPER_BYTES_MAX }))
            .await
            .map_err(upload_failed)?;
        let found =
            looked.map_err(|refusal| OfficeError::Invalid(vec![FieldProblem { field: "file".to_owned(), text: refusal.told() }]))?;
        let stored = upload.finish().await.map_err(upload_failed)?;
        let mut batch = Batch::default();
        for slot in slots {
            let attachment = Attachment {
                slot,
                member: 0,
                digest: stored.digest,
                file_name: found.name.clone(),
                media_type: found.media_type.to_owned(),
                bytes: stored.bytes,
                uploaded_by: person.id,
                uploaded_at: self.now(),
            };
            batch = batch.and_change(Change::attach(case, &attachment));
        }
        self.append(batch).await?;
        Ok(())
    }
}

impl IncomingPaper {
    /// Takes in the next bytes.
    ///
    /// # Errors
    /// As soon as the file is too large.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), OfficeError> {
        self.upload.write(chunk).await.map_err(upload_failed)
    }
}

fn upload_failed(error: UploadError) -> OfficeError {
    match error {
        UploadError::TooLarge { limit } => {
            let most = limit >> 20;
            OfficeError::field(
                "file",
                format!("ファイルが大きすぎます（{most} MBまで）。"),
                format!("The file is too large ({most} MB at most)."),
            )
        }
        UploadError::Fault(fault) => fault.into(),
    }
}
