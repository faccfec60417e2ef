//! Public pages: the list of calls, and whether the server is alive.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;
use banso_office::Office;

use crate::context::PageContext;
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "front.html")]
struct FrontPage {
    page: PageContext,
}

pub(crate) async fn front(page: PageContext) -> Answer {
    Ok(FrontPage { page }.into_response())
}

/// For whatever watches the server: 200 when the database answers, 503 when it does not.
pub(crate) async fn health(office: State<Office>) -> Answer {
    office.alive().await?;
    Ok("ok\n".into_response())
}
