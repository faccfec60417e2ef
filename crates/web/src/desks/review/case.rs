//! One case of a reviewer: the declaration first, then the application beside its score sheet, then the own sheet as it was handed in.

use askama::Template;
use askama_web::WebTemplate;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use banso_grant::{ConflictKind, Declaration};
use banso_kernel::CaseId;
use banso_office::dossier::{DossierContent, Reading};
use banso_office::reviewing::{ConflictChoice, ReviewPage, SavedSheet, SheetLine, Stage, SubmitSheet, TypedSheet, conflict_choices};
use banso_office::{FieldProblem, Office, OfficeError};
use serde_json::json;
use tower_sessions::Session;

use super::case_path;
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other};
use crate::download::{FileKind, document, download};
use crate::failure::{Answer, wants_json};
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "review/case.html")]
struct CasePage {
    page: PageContext,
    view: ReviewPage,
    path: String,
    documents: String,
    /// Value and label of each answer.
    answers: Vec<(String, String)>,
    choices: Vec<(String, String)>,
    /// What was chosen on a form that was refused.
    chosen: String,
    chosen_kind: String,
}

impl CasePage {
    fn new(page: PageContext, view: ReviewPage) -> Self {
        let path = case_path(&view.head.case);
        let choice = |c: ConflictChoice| (c.code.to_owned(), page.local(&c.text).to_owned());
        let choices = conflict_choices().into_iter().map(choice).collect();
        let answer = |code: &str, ja, en| (code.to_owned(), page.t(ja, en).to_owned());
        let answers = vec![
            answer("none", "ない（審査を引き受けます）", "No, I take on the review"),
            answer("conflict", "ある（審査を辞退します）", "Yes, I step back"),
        ];
        let (chosen, chosen_kind) = (String::new(), String::new());
        CasePage { documents: format!("{path}/documents"), path, answers, choices, chosen, chosen_kind, page, view }
    }

    /// Whether what was declared can still be corrected by a late conflict.
    const fn in_hand(&self) -> bool {
        match self.view.stage {
            Stage::Score(_) | Stage::Done { .. } => true,
            Stage::Declare | Stage::Closed { .. } => false,
        }
    }

    fn pointed(&self, line: &SheetLine) -> String {
        format!("p-{}", line.criterion.id)
    }

    fn commented(&self, line: &SheetLine) -> String {
        format!("c-{}", line.criterion.id)
    }

    /// Where the clauses of the score sheet are read.
    fn guideline(&self) -> String {
        format!("/calls/{}", self.view.head.call)
    }

    fn next_path(&self) -> Option<String> {
        self.view.next.as_ref().map(case_path)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.review_page(page.person()?, id(&case)?).await?;
    let mut page = page;
    if let Stage::Score(scoring) = &view.stage {
        page.saved_at = scoring.saved_at;
        page = page.with_problems(scoring.problems.clone());
    }
    Ok(CasePage::new(page, view).into_response())
}

pub(crate) async fn declare(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let declaration = match declared(&form) {
        Ok(declaration) => declaration,
        Err(problem) => {
            let view = office.review_page(page.person()?, case).await?;
            let mut refused = CasePage::new(page.with_problems(vec![problem]), view);
            form.text("declaration").clone_into(&mut refused.chosen);
            return invalid(refused);
        }
    };
    office.declare_conflict(page.person()?, case, declaration, form.request()).await?;
    match declaration {
        Declaration::NoConflict => {
            let (ja, en) =
                ("利益相反なしと申告しました。申請書を読み、採点してください。", "Declared free of conflicts. You can read and score now.");
            see_other(&session, &case_path(&case), ja, en).await
        }
        Declaration::Conflict(_) => {
            let (ja, en) = (
                "利益相反ありと申告しました。この申請の審査の担当から外れます。",
                "The conflict was declared. You no longer review this case.",
            );
            see_other(&session, "/review", ja, en).await
        }
    }
}

fn declared(form: &FormFields) -> Result<Declaration, FieldProblem> {
    let missing = |field, ja, en| FieldProblem::new(field, ja, en);
    match form.text("declaration") {
        "none" if kind(form.text("kind")).is_some() => Err(missing(
            "kind",
            "「ない」と利益相反の種類の両方が選ばれています。利益相反があるときは「ある」を、ないときは種類を「選んでください」に戻してください。",
            "Both `no` and a kind of conflict are chosen. Choose `yes` if there is a conflict, or take the kind back.",
        )),
        "none" => Ok(Declaration::NoConflict),
        "conflict" => kind(form.text("kind"))
            .map(Declaration::Conflict)
            .ok_or_else(|| missing("kind", "利益相反の種類を選んでください。", "Choose the kind of conflict.")),
        _ => Err(missing("declaration", "利益相反の有無を選んでください。", "Choose whether there is a conflict.")),
    }
}

fn kind(code: &str) -> Option<ConflictKind> {
    conflict_choices().into_iter().find(|c| c.code == code).map(|c| c.kind)
}

/// The sheet as it was sent: `p-` points, `c-` comments.
fn typed(form: &FormFields) -> TypedSheet {
    let fields = |prefix: &'static str| {
        form.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?.to_owned(), value.to_owned()))).collect()
    };
    TypedSheet { points: fields("p-"), comments: fields("c-"), overall: form.text("overall").to_owned() }
}

pub(crate) async fn save(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    headers: HeaderMap,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let based_on = form.text("version").parse().unwrap_or(0);
    let typed = typed(&form);
    match office.save_sheet(page.person()?, case, typed.clone(), based_on).await {
        Ok(saved) if wants_json(&headers) => Ok(saved_by_itself(&page, &saved)),
        Ok(saved) => {
            let wrong = saved.problems.len();
            let (more_ja, more_en) = match wrong {
                0 => (String::new(), String::new()),
                _ => (format!("数えられない採点が{wrong}件あります。"), format!(" {wrong} cannot be counted.")),
            };
            let ja = format!("採点表を保存しました（{}項目を採点、合計{}点）。{more_ja}", saved.scored, saved.total);
            let en = format!("Saved: {} criteria scored, {} points.{more_en}", saved.scored, saved.total);
            see_other(&session, &case_path(&case), &ja, &en).await
        }
        Err(OfficeError::Invalid(problems)) if !wants_json(&headers) => refused(&office, page, case, &typed, problems).await,
        Err(other) => Err(other.into()),
    }
}

/// The answer to a sheet that saved itself.
fn saved_by_itself(page: &PageContext, saved: &SavedSheet) -> Response {
    let problems: Vec<_> = saved.problems.iter().map(|p| json!({ "field": p.field, "text": page.local(&p.text) })).collect();
    let message = page.saved_text(&saved.saved_at);
    let show = json!({ "scored": saved.scored.to_string() });
    Json(json!({ "version": saved.version, "message": message, "problems": problems, "show": show })).into_response()
}

async fn refused(office: &Office, page: PageContext, case: CaseId, typed: &TypedSheet, problems: Vec<FieldProblem>) -> Answer {
    let view = office.review_page_typed(page.person()?, case, typed).await?;
    invalid(CasePage::new(page.with_problems(problems), view))
}

pub(crate) async fn submit(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let order = SubmitSheet { typed: typed(&form), request: form.request() };
    if !form.ticked("confirmed") {
        let (ja, en) = (
            "提出すると変更できないことを確認し、チェックを入れてください。",
            "Tick the box: a sheet that is handed in cannot be changed.",
        );
        return refused(&office, page, case, &order.typed, vec![FieldProblem::new("confirmed", ja, en)]).await;
    }
    match office.submit_sheet(page.person()?, case, &order).await {
        Ok(()) => see_other(&session, &case_path(&case), "採点表を提出しました。", "The score sheet was handed in.").await,
        Err(OfficeError::Invalid(problems)) => refused(&office, page, case, &order.typed, problems).await,
        Err(other) => Err(other.into()),
    }
}

pub(crate) async fn file(office: State<Office>, page: PageContext, Path((case, digest)): Path<(String, String)>) -> Answer {
    let found = office.review_document(page.person()?, id(&case)?, id(&digest)?).await?;
    Ok(download(&found.name, FileKind::Other, document(found.reader)))
}
