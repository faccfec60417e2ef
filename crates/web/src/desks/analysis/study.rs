//! A declared study: what was declared, its runs, and a run under way.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::Digest;
use banso_office::analysis::{Progress, RunLine, StudyPage};
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, study_path};
use crate::context::PageContext;
use crate::desks::audit::in_groups;
use crate::desks::{call_of, id, invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "analysis/study.html")]
struct StudyView {
    page: PageContext,
    call: String,
    path: String,
    view: StudyPage,
    known_on: String,
}

impl StudyView {
    fn new(page: PageContext, view: StudyPage) -> Self {
        let known_on = page.now.day().to_string();
        StudyView { call: call_path(&view.call), path: study_path(&view.call, &view.study), page, view, known_on }
    }

    fn under_way(&self) -> bool {
        matches!(self.view.progress, Some(Progress::Waiting | Progress::Running { .. }))
    }

    fn design(&self) -> &'static str {
        let (ja, en) = self.view.declaration.design.name();
        self.page.t(ja, en)
    }

    /// What columns are called, in a row.
    fn called(&self, columns: &[String]) -> String {
        let of = |column: &String| {
            let word = self.view.declaration.word(column);
            self.page.t(&word.ja, &word.en).to_owned()
        };
        columns.iter().map(of).collect::<Vec<_>>().join(self.page.t("、", ", "))
    }

    fn grouped_hash(&self, digest: &Digest) -> String {
        in_groups(digest)
    }

    fn run_path(&self, run: &RunLine) -> String {
        format!("{}/runs/{}", self.path, run.seq)
    }

    /// The declaration as it was hashed.
    fn text(&self) -> String {
        self.view.declaration.canonical().unwrap_or_default()
    }
}

/// Programme, round and declaration of a path.
pub(super) type Place = (String, String, String);

pub(crate) async fn show(office: State<Office>, page: PageContext, Path((programme, round, study)): Path<Place>) -> Answer {
    let view = office.study_page(page.person()?, &call_of((programme, round))?, id(&study)?).await?;
    Ok(StudyView::new(page, view).into_response())
}

pub(crate) async fn run(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round, study)): Path<Place>,
    form: FormFields,
) -> Answer {
    let (call, study) = (call_of((programme, round))?, id(&study)?);
    let ran = match form.day("known_on") {
        Ok(day) => office.run_study(page.person()?, &call, study, day, form.request()).await,
        Err(problem) => Err(OfficeError::Invalid(vec![problem])),
    };
    match ran {
        Ok(()) => {
            let to = study_path(&call, &study);
            see_other(&session, &to, "研究の実行を始めました。", "The run has begun.").await
        }
        Err(OfficeError::Invalid(problems)) => {
            let view = office.study_page(page.person()?, &call, study).await?;
            let mut view = StudyView::new(page.with_problems(problems), view);
            view.known_on = form.text("known_on").to_owned();
            invalid(view)
        }
        Err(other) => Err(other.into()),
    }
}
