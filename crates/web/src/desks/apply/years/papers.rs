//! Papers of the years after: taken in as a stream, taken out again before their step.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use banso_kernel::CaseId;
use banso_office::execution::{YearsPaper, YearsPlace};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::page_of;
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other, stepped};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::upload::{Upload, UploadedFile};

/// What is wrong with a file, and the way back.
#[derive(Template, WebTemplate)]
#[template(path = "years/paper.html")]
struct Refused {
    page: PageContext,
    action: String,
    back: String,
}

/// The place of an address.
pub(crate) fn place_of(kind: &str, number: &str) -> Result<YearsPlace, Failure> {
    Ok(YearsPlace::new(YearsPaper::parse(kind).ok_or(Failure::NotFound)?, id(number)?))
}

pub(crate) type PaperAddress = Path<(String, String, String)>;

pub(crate) async fn take_in(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, kind, number)): PaperAddress,
    upload: Upload,
) -> Answer {
    let (case, place): (CaseId, YearsPlace) = (id(&case)?, place_of(&kind, &number)?);
    let back = page_of(case, place.kind);
    let action = format!("/apply/cases/{case}/project/papers/{kind}/{number}");
    taken_in(&office, page, &session, (case, place), (action, back), upload).await
}

/// Takes a file in at either desk: `action` is where it was sent, `back` the page of its step.
pub(crate) async fn taken_in(
    office: &Office,
    page: PageContext,
    session: &Session,
    (case, place): (CaseId, YearsPlace),
    (action, back): (String, String),
    mut upload: Upload,
) -> Answer {
    let done = match upload.file().await? {
        Some(file) => received(office, &page, case, place, file).await?,
        None => Err(OfficeError::field("file", "ファイルを選んでから送信してください。", "Choose a file first.")),
    };
    let done = done.map(|()| ("書類を添付しました。", "The paper was attached."));
    let to = format!("{back}#papers");
    stepped(session, done, &to, |problems: Vec<FieldProblem>| async {
        invalid(Refused { page: page.with_problems(problems), action, back })
    })
    .await
}

/// Streams the file into the office.
async fn received(
    office: &Office,
    page: &PageContext,
    case: CaseId,
    place: YearsPlace,
    file: UploadedFile,
) -> Result<Result<(), OfficeError>, Failure> {
    let person = page.person()?;
    let begun = office.begin_years_paper(person, case, place, &file.name).await;
    Ok(match file.stream_into(begun).await.into_taken()? {
        Ok(incoming) => office.keep_paper(person, incoming).await,
        Err(error) => Err(error),
    })
}

pub(crate) async fn take_out(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, kind, number)): PaperAddress,
    form: FormFields,
) -> Answer {
    let (case, place): (CaseId, YearsPlace) = (id(&case)?, place_of(&kind, &number)?);
    taken_out(&office, &page, &session, (case, place), &page_of(case, place.kind), &form).await
}

/// Takes a file out at either desk: `back` is the page of its step.
pub(crate) async fn taken_out(
    office: &Office,
    page: &PageContext,
    session: &Session,
    (case, place): (CaseId, YearsPlace),
    back: &str,
    form: &FormFields,
) -> Answer {
    office.drop_years_paper(page.person()?, case, place, id(form.text("digest"))?).await?;
    see_other(session, &format!("{back}#papers"), "書類を外しました。", "The paper was taken out.").await
}
