//! The receipt of a submission.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_office::Office;
use banso_office::apply::ReceiptPage;

use super::case_path;
use super::strip::Strip;
use crate::context::PageContext;
use crate::desks::id;
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "apply/receipt.html")]
struct Receipt {
    page: PageContext,
    strip: Strip,
    view: ReceiptPage,
    path: String,
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path((case, version)): Path<(String, String)>) -> Answer {
    let view = office.receipt_page(page.person()?, id(&case)?, id(&version)?).await?;
    let (strip, path) = (Strip::of(&view.head), case_path(view.head.case));
    Ok(Receipt { page, strip, view, path }.into_response())
}
