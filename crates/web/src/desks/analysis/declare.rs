//! A declaration: chosen, shown with what it could detect, recorded.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::Digest;
use banso_office::analysis::{DeclarePage, DesignChoice, KnownWarning, StudyForm, WARNINGS, number};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, method_label, method_value, study_path};
use crate::context::PageContext;
use crate::desks::{call_of, id, invalid, see_other};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "analysis/declare.html")]
struct DeclareView {
    page: PageContext,
    path: String,
    view: DeclarePage,
}

impl DeclareView {
    fn new(page: PageContext, view: DeclarePage) -> Self {
        DeclareView { path: call_path(&view.call), page, view }
    }

    fn method(&self, choice: &DesignChoice) -> String {
        self.page.local(&method_label(choice.method)).to_owned()
    }

    fn value(&self, choice: &DesignChoice) -> &'static str {
        method_value(choice.method)
    }

    fn is_method(&self, choice: &DesignChoice) -> bool {
        self.view.form.method == method_value(choice.method)
    }

    fn chosen(&self, list: &[String], value: &str) -> bool {
        list.iter().any(|v| v == value)
    }

    fn warnings(&self) -> &'static [KnownWarning] {
        &WARNINGS
    }

    fn number(&self, value: &f64) -> String {
        number(*value)
    }

    /// The form once more, as hidden fields: what is recorded is what was shown.
    fn again(&self) -> Vec<(&'static str, String)> {
        let form = &self.view.form;
        let one = [
            ("title", form.title.clone()),
            ("question", form.question.clone()),
            ("method", form.method.clone()),
            ("horizon", form.horizon.clone()),
            ("least_cell", form.least_cell.clone()),
        ];
        let many = |name: &'static str, list: &[String]| list.iter().map(|v| (name, v.clone())).collect::<Vec<_>>();
        let lists = [many("outcomes", &form.outcomes), many("groups", &form.groups), many("acknowledged", &form.acknowledged)];
        one.into_iter().chain(lists.into_iter().flatten()).collect()
    }
}

fn form_of(fields: &FormFields) -> StudyForm {
    let text = |name: &str| fields.text(name).to_owned();
    let all = |name: &str| fields.all(name).map(str::to_owned).collect();
    StudyForm {
        title: text("title"),
        question: text("question"),
        method: text("method"),
        outcomes: all("outcomes"),
        horizon: text("horizon"),
        groups: all("groups"),
        least_cell: text("least_cell"),
        acknowledged: all("acknowledged"),
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let view = office.declare_page(page.person()?, &call_of(call)?, None).await?;
    Ok(DeclareView::new(page, view).into_response())
}

pub(crate) async fn preview(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>, fields: FormFields) -> Answer {
    let form = form_of(&fields);
    let call = call_of(call)?;
    match office.declare_page(page.person()?, &call, Some(form.clone())).await {
        Ok(view) => Ok(DeclareView::new(page, view).into_response()),
        Err(OfficeError::Invalid(problems)) => once_more(&office, page, &call, form, problems).await,
        Err(other) => Err(other.into()),
    }
}

/// The form with what is wrong.
async fn once_more(
    office: &Office,
    page: PageContext,
    call: &banso_kernel::CallId,
    form: StudyForm,
    problems: Vec<FieldProblem>,
) -> Answer {
    let mut view = office.declare_page(page.person()?, call, None).await?;
    view.form = form;
    invalid(DeclareView::new(page.with_problems(problems), view))
}

pub(crate) async fn declare(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    fields: FormFields,
) -> Answer {
    let (call, form) = (call_of(call)?, form_of(&fields));
    let shown: Digest = id(fields.text("shown"))?;
    match office.declare_study(page.person()?, &call, &form, shown, fields.request()).await {
        Ok(study) => {
            let to = study_path(&call, &study);
            see_other(&session, &to, "研究の宣言を台帳に記録しました。", "The declaration is on record in the ledger.").await
        }
        Err(OfficeError::Invalid(problems)) => once_more(&office, page, &call, form, problems).await,
        Err(other) => Err(Failure::from(other)),
    }
}
