//! Files of an application: taken in as a stream, taken out again, handed back as attachments that no browser opens by itself.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use banso_kernel::{CaseId, Digest};
use banso_office::apply::Kept;
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::section::Section;
use super::section_path;
use crate::context::PageContext;
use crate::desks::id;
use crate::desks::{see_other, with_status};
use crate::download::{FileKind, document, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::upload::{Streamed, Upload, UploadedFile};

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
        return refused(&office, page, StatusCode::UNPROCESSABLE_ENTITY, (case, member, &slot), none).await;
    };
    match received(&office, &page, case, member, &slot, file).await? {
        Ok((section, kept)) => {
            let (ja, en) = kept_words(&kept);
            see_other(&session, &section_path(case, &section, member), &ja, &en).await
        }
        Err(NotKept { status, error }) => refused(&office, page, status, (case, member, &slot), error).await,
    }
}

/// What became of a file: that it stands there now, or that it stood there before.
fn kept_words(kept: &Kept) -> (String, String) {
    let (name, hash) = (&kept.file.file_name, kept.file.digest.short());
    if kept.was_there {
        return (
            format!("「{name}」と同じ内容のファイルが、すでにここに添付されています（SHA-256 {hash}…）。1点として数えます。"),
            format!("A file with the same content as `{name}` is attached here already (SHA-256 {hash}…). It counts once."),
        );
    }
    if let Some(other) = &kept.elsewhere {
        let en = other.get(banso_kernel::Lang::En);
        return (
            format!(
                "「{name}」を添付しました（SHA-256 {hash}…）。同じ内容のファイルが「{}」にも添付されています。書類を取り違えていないか確かめてください。",
                other.ja
            ),
            format!(
                "`{name}` was attached (SHA-256 {hash}…). The same content is attached under `{en}` too: make sure that it is the right file."
            ),
        );
    }
    (format!("「{name}」を添付しました（SHA-256 {hash}…）。"), format!("`{name}` was attached (SHA-256 {hash}…)."))
}

/// Why a file was not kept, and the status that says so.
struct NotKept {
    status: StatusCode,
    error: OfficeError,
}

/// Streams the file into the office. What is larger than anything that is taken in is answered with the limit of its slot.
async fn received(
    office: &Office,
    page: &PageContext,
    case: CaseId,
    member: u32,
    slot: &str,
    file: UploadedFile,
) -> Result<Result<(String, Kept), NotKept>, Failure> {
    let person = page.person()?;
    let replaces = file.fields.text("replaces").parse::<Digest>().ok();
    let begun = office.begin_attachment(person, case, member, slot, &file.name, replaces).await;
    let Streamed { taken, stopped } = file.stream_into(begun).await;
    match (stopped, taken) {
        (None, Ok(incoming)) => {
            let section = incoming.section().to_owned();
            Ok(office.attach(person, incoming).await.map(|kept| (section, kept)).map_err(unprocessable))
        }
        (None, Err(error)) => Ok(Err(unprocessable(error))),
        (Some(Failure::TooLarge), Err(error)) => Ok(Err(NotKept { status: StatusCode::PAYLOAD_TOO_LARGE, error })),
        (Some(failure), _) => Err(failure),
    }
}

/// The page of documents once more, with what is wrong.
async fn refused(
    office: &Office,
    page: PageContext,
    status: StatusCode,
    (case, member, slot): (CaseId, u32, &str),
    error: OfficeError,
) -> Answer {
    let OfficeError::Invalid(problems) = error else { return Err(error.into()) };
    let section = office.section_of_slot(page.person()?, case, slot).await?;
    let view = office.section_page(page.person()?, case, &section, member).await?;
    Ok(with_status(status, Section::new(page.with_problems(problems), view, &[], None)))
}

const fn unprocessable(error: OfficeError) -> NotKept {
    NotKept { status: StatusCode::UNPROCESSABLE_ENTITY, error }
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
