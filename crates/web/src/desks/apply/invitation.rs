//! An invitation to a consortium, opened from its mail.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_office::apply::Invitation;
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::case_path;
use crate::context::PageContext;
use crate::desks::{invalid, see_other};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "apply/invitation.html")]
struct InvitationPage {
    page: PageContext,
    view: Invitation,
    path: String,
}

pub(crate) async fn show(office: State<Office>, page: PageContext, session: Session, Path(token): Path<String>) -> Answer {
    match office.invitation(page.person()?, &token).await {
        Ok(view) => Ok(InvitationPage { page, view, path: format!("/apply/invitations/{token}") }.into_response()),
        Err(OfficeError::NotFound) => joined(&office, &page, &session, &token).await,
        Err(other) => Err(other.into()),
    }
}

/// The link was opened, or the button pressed, by whoever came in by it before.
async fn joined(office: &Office, page: &PageContext, session: &Session, token: &str) -> Answer {
    let case = office.joined_by(page.person()?, token).await?;
    see_other(session, &case_path(case), "この申請に、すでに参加しています。", "You take part in this application already.").await
}

pub(crate) async fn accept(office: State<Office>, page: PageContext, session: Session, Path(token): Path<String>) -> Answer {
    match office.accept_invitation(page.person()?, &token).await {
        Ok(case) => {
            see_other(
                &session,
                &case_path(case),
                "この申請に参加しました。貴機関の欄を入力してください。",
                "You have come in. Please fill in your part.",
            )
            .await
        }
        Err(OfficeError::Invalid(problems)) => {
            let view = office.invitation(page.person()?, &token).await?;
            invalid(InvitationPage { page: page.with_problems(problems), view, path: format!("/apply/invitations/{token}") })
        }
        Err(OfficeError::NotFound) => joined(&office, &page, &session, &token).await,
        Err(other) => Err(other.into()),
    }
}
