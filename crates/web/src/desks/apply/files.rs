//! Files of an application: taken in as a stream, taken out again, handed back as attachments that no browser opens by itself.

use axum::extract::{Path, State};
use banso_kernel::{CaseId, Digest};
use banso_office::apply::AttachedFile;
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::section::Section;
use super::section_path;
use crate::context::PageContext;
use crate::desks::id;
use crate::desks::{invalid, see_other};
use crate::download::{FileKind, document, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::upload::{Upload, UploadedFile, chunk_failed};

pub(crate) async fn take_in(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, member, slot)): Path<(String, String, String)>,
    mut upload: Upload,
) -> Answer {
    let (case, member): (CaseId, u32) = (id(&case)?, id(&member)?);
    let Some(file) = upload.file().await? else {
        let none = OfficeError::field(&slot, "ファイルを選んでから送信してください。", "Choose a file first.");
        return refused(&office, page, case, member, &slot, none).await;
    };
    match received(&office, &page, case, member, &slot, file).await? {
        Ok((section, file)) => {
            let (name, hash) = (&file.file_name, file.digest.short());
            let ja = format!("「{name}」を添付しました（SHA-256 {hash}…）。");
            see_other(&session, &section_path(case, &section, member), &ja, &format!("`{name}` was attached (SHA-256 {hash}…).")).await
        }
        Err(error) => refused(&office, page, case, member, &slot, error).await,
    }
}

/// Streams the file into the office. What is refused half-way is read to its end, so that the browser hears the answer.
async fn received(
    office: &Office,
    page: &PageContext,
    case: CaseId,
    member: u32,
    slot: &str,
    mut file: UploadedFile,
) -> Result<Result<(String, AttachedFile), OfficeError>, Failure> {
    let person = page.person()?;
    let replaces = file.fields.text("replaces").parse::<Digest>().ok();
    let mut state = office.begin_attachment(person, case, member, slot, &file.name, replaces).await;
    while let Some(chunk) = file.content.chunk().await.map_err(|e| chunk_failed(&e))? {
        let failed = match &mut state {
            Ok(incoming) => incoming.write(&chunk).await.err(),
            Err(_) => None,
        };
        if let Some(error) = failed {
            state = Err(error);
        }
    }
    Ok(match state {
        Ok(incoming) => {
            let section = incoming.section().to_owned();
            office.attach(person, incoming).await.map(|file| (section, file))
        }
        Err(error) => Err(error),
    })
}

/// The page of documents once more, with what is wrong.
async fn refused(office: &Office, page: PageContext, case: CaseId, member: u32, slot: &str, error: OfficeError) -> Answer {
    let OfficeError::Invalid(problems) = error else { return Err(error.into()) };
    let section = office.section_of_slot(page.person()?, case, slot).await?;
    let view = office.section_page(page.person()?, case, &section, member).await?;
    invalid(Section::new(page.with_problems(problems), view, &[], None))
}

pub(crate) async fn take_out(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, member, slot)): Path<(String, String, String)>,
    form: FormFields,
) -> Answer {
    let (case, member): (CaseId, u32) = (id(&case)?, id(&member)?);
    let section = office.section_of_slot(page.person()?, case, &slot).await?;
    office.detach(page.person()?, case, member, &slot, id(form.text("digest"))?).await?;
    see_other(&session, &section_path(case, &section, member), "ファイルを外しました。", "The file was taken out.").await
}

pub(crate) async fn hand_back(office: State<Office>, page: PageContext, Path((case, digest)): Path<(String, String)>) -> Answer {
    let outgoing = office.attachment(page.person()?, id(&case)?, id(&digest)?).await?;
    // Whatever it is: a file to keep, never something to show inside our own address.
    Ok(download(&outgoing.file.file_name, FileKind::Other, document(outgoing.reader)))
}
