//! The guidelines: editions in force, files that are not and why, and the button that has them read again.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::State;
use axum::response::IntoResponse as _;
use banso_office::desk::{GuidelinePage, ReadAgain};
use banso_office::{BrokenFile, Office, OfficeError};
use tower_sessions::Session;

use crate::context::PageContext;
use crate::desks::{invalid, see_other};
use crate::failure::Answer;

const PATH: &str = "/office/guidelines";

#[derive(Template, WebTemplate)]
#[template(path = "office/guidelines.html")]
struct Guidelines {
    page: PageContext,
    view: GuidelinePage,
}

impl Guidelines {
    /// What a broken file means for its call.
    fn stays(&self, broken: &BrokenFile) -> &'static str {
        let published = broken.call.as_ref().is_some_and(|call| self.view.calls.iter().any(|c| c.call == *call));
        match published {
            true => {
                self.page.lang.pick("公募は、最後に公表した正しい版のまま運用されています。", "The call stays on its last good edition.")
            }
            false => self.page.lang.pick("この公募は、まだ公表されていません。", "This call is not published yet."),
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext) -> Answer {
    let view = office.guideline_page(page.person()?).await?;
    Ok(Guidelines { page, view }.into_response())
}

pub(crate) async fn read_again(office: State<Office>, page: PageContext, session: Session) -> Answer {
    match office.read_guidelines_again(page.person()?).await {
        Ok(done) => {
            let (ja, en) = told(done);
            see_other(&session, PATH, &ja, &en).await
        }
        Err(OfficeError::Invalid(problems)) => {
            let view = office.guideline_page(page.person()?).await?;
            invalid(Guidelines { page: page.with_problems(problems), view })
        }
        Err(other) => Err(other.into()),
    }
}

fn told(done: ReadAgain) -> (String, String) {
    let ReadAgain { published, unchanged, broken } = done;
    (
        format!("公募要領を読み直しました。公表 {published}件、変更なし {unchanged}件、反映できないもの {broken}件。"),
        format!("The guidelines were read again: {published} published, {unchanged} unchanged, {broken} not in force."),
    )
}
