//! The receipt of an application or of a grant request that was handed in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_office::Office;
use banso_office::apply::{ReceiptPage, Stage};

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

impl Receipt {
    /// Whether it is of the grant request, and not of the application.
    fn for_grant(&self) -> bool {
        self.view.stage == Stage::GrantRequest
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, path: Path<(String, String)>) -> Answer {
    of_stage(office, page, path, Stage::Application).await
}

/// The receipt of a grant request (交付申請).
pub(crate) async fn of_request(office: State<Office>, page: PageContext, path: Path<(String, String)>) -> Answer {
    of_stage(office, page, path, Stage::GrantRequest).await
}

async fn of_stage(office: State<Office>, page: PageContext, Path((case, version)): Path<(String, String)>, stage: Stage) -> Answer {
    let view = office.receipt_page(page.person()?, id(&case)?, stage, id(&version)?).await?;
    let (strip, path) = (Strip::of(&view.head), case_path(view.head.case));
    Ok(Receipt { page, strip, view, path }.into_response())
}
