//! The desk itself, and the notices on it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::{CallId, NoticeId};
use banso_office::apply::DeskHome;
use banso_office::{Notice, Office};

use crate::context::PageContext;
use crate::desks::id;
use crate::download::{FileKind, document, download};
use crate::failure::Answer;

#[derive(Template, WebTemplate)]
#[template(path = "apply/home.html")]
struct HomePage {
    page: PageContext,
    desk: DeskHome,
}

impl HomePage {
    fn start_path(&self, call: &CallId) -> String {
        format!("/apply/start/{}/{}", call.programme(), call.round())
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let desk = office.desk_home(page.person()?).await?;
    Ok(HomePage { page, desk }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/notice.html")]
struct NoticePage {
    page: PageContext,
    notice: Notice,
    /// Whether its application can be opened.
    stands: bool,
}

pub(crate) async fn notice(office: State<Office>, page: PageContext, Path(notice): Path<String>) -> Answer {
    let notice = office.desk_notice(page.person()?, id::<NoticeId>(&notice)?).await?;
    let stands = office.opens(page.person()?, notice.notice.case).await;
    Ok(NoticePage { page, notice, stands }.into_response())
}

/// The letter of a notice, as a file to keep.
pub(crate) async fn letter(office: State<Office>, page: PageContext, Path(notice): Path<String>) -> Answer {
    let letter = office.notice_letter(page.person()?, id::<NoticeId>(&notice)?).await?;
    Ok(download(&letter.name, FileKind::Pdf, document(letter.reader)))
}
