//! A declaration: chosen, shown with what it could detect, recorded.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_kernel::Digest;
use banso_office::analysis::{Declaration, DeclarePage, DesignChoice, KnownWarning, Method, StudyForm, WARNINGS, number};
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

    /// Whether a design can be chosen: rounds together may allow what one does not.
    fn open(&self, choice: &DesignChoice) -> bool {
        choice.possible || (choice.method == Method::Discontinuity && !self.view.others.is_empty())
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

    /// What the declaration's columns are called, in a row.
    fn called(&self, columns: &[String]) -> String {
        let of = |column: &String| {
            let known = self.view.groups.iter().chain(&self.view.places).find(|(name, _)| name == column);
            known.map_or(column.as_str(), |(_, label)| self.page.local(label)).to_owned()
        };
        columns.iter().map(of).collect::<Vec<_>>().join(self.page.t("、", ", "))
    }

    /// Places with what they are called, for the list to choose from.
    fn places(&self) -> Vec<(String, String)> {
        self.view.places.iter().map(|(column, label)| (column.clone(), self.page.local(label).to_owned())).collect()
    }

    /// The outcomes with what they are called: one of them is the main one.
    fn outcomes(&self) -> Vec<(String, String)> {
        self.view.outcomes.iter().map(|(id, label, _)| (id.clone(), self.page.local(label).to_owned())).collect()
    }

    /// What was acknowledged, in words.
    fn acknowledged(&self, codes: &[String]) -> String {
        let of = |code: &String| {
            let known = WARNINGS.iter().find(|w| w.code == code);
            known.map_or(code.as_str(), |w| self.page.t(w.ja, w.en)).to_owned()
        };
        codes.iter().map(of).collect::<Vec<_>>().join(self.page.t("、", "; "))
    }

    /// The designs that can give a warning.
    fn designs(&self, warning: &KnownWarning) -> String {
        let of = |method| match method {
            Method::Discontinuity => self.page.t("回帰不連続", "discontinuity"),
            Method::Difference => self.page.t("差の差", "difference"),
            Method::Balancing => self.page.t("共変量の調整", "balancing"),
        };
        warning.methods().map(of).collect::<Vec<_>>().join(self.page.t("・", ", "))
    }

    /// The outcome that groups, checks and cost are about; said where there are several.
    fn main(&self, declaration: &Declaration) -> Option<String> {
        let first = declaration.outcomes.first().filter(|_| declaration.outcomes.len() > 1)?;
        Some(self.page.t(&first.ja, &first.en).to_owned())
    }

    fn number(&self, value: &f64) -> String {
        number(*value)
    }

    /// The form once more, as hidden fields: what is recorded is what was shown.
    fn again(&self) -> Vec<(&'static str, String)> {
        let form = &self.view.form;
        let one = [
            ("title", form.title.clone()),
            ("title_en", form.title_en.clone()),
            ("question", form.question.clone()),
            ("question_en", form.question_en.clone()),
            ("method", form.method.clone()),
            ("horizon", form.horizon.clone()),
            ("neighbourhood", form.neighbourhood.clone()),
            ("main_outcome", form.main.clone()),
        ];
        let many = |name: &'static str, list: &[String]| list.iter().map(|v| (name, v.clone())).collect::<Vec<_>>();
        let lists = [
            many("with", &form.with),
            many("outcomes", &form.outcomes),
            many("groups", &form.groups),
            many("acknowledged", &form.acknowledged),
        ];
        one.into_iter().chain(lists.into_iter().flatten()).collect()
    }
}

fn form_of(fields: &FormFields) -> StudyForm {
    let text = |name: &str| fields.text(name).to_owned();
    let all = |name: &str| fields.all(name).map(str::to_owned).collect();
    StudyForm {
        title: text("title"),
        title_en: text("title_en"),
        question: text("question"),
        question_en: text("question_en"),
        method: text("method"),
        outcomes: all("outcomes"),
        main: text("main_outcome"),
        with: all("with"),
        horizon: text("horizon"),
        groups: all("groups"),
        neighbourhood: text("neighbourhood"),
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
