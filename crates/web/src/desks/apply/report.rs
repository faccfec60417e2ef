//! 実績報告 at the holder's desk: lines imported from the form, papers behind each, the report handed in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::claim::Weight;
use banso_kernel::{CaseId, LocalText};
use banso_office::execution::{ImportOutcome, PaperKind, ReportOrder, ReportPage};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::case_path;
use super::project::project_path;
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other, stepped};
use crate::download::{FileKind, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;
use crate::upload::{Upload, UploadedFile};

/// A table of as many lines as are taken in is far smaller.
const TABLE_BYTES_MAX: usize = 5 << 20;

#[derive(Template, WebTemplate)]
#[template(path = "apply/report.html")]
struct Report {
    page: PageContext,
    view: ReportPage,
    case: String,
    path: String,
    form: Option<FormFields>,
    phase: LocalText,
}

impl Report {
    fn new(page: PageContext, view: ReportPage, form: Option<FormFields>) -> Self {
        let phase = view.phase.label();
        Report { case: case_path(view.case), path: project_path(view.case), page, view, form, phase }
    }

    fn phase(&self) -> &LocalText {
        &self.phase
    }

    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    /// Below the field of the day of completion: the last day of the lines.
    fn last_day(&self) -> String {
        let Some((line, last)) = &self.view.last_day else { return String::new() };
        let (what, day) = (&last.what, last.day);
        let told = LocalText::new(
            format!("例：令和7年4月1日。明細の最後の日付は、明細{line}の{} {}です。", what.ja, day.wareki()),
            format!("e.g. 2025-04-01. The last day of the lines is {day} (line {line}, {}).", what.get(banso_kernel::Lang::En)),
        );
        self.page.local(&told).to_owned()
    }

    /// What was pasted, otherwise the heading row to begin with.
    fn table(&self) -> String {
        match self.typed("table") {
            "" => self.view.columns.join("\t"),
            typed => typed.to_owned(),
        }
    }

    fn kind(&self, kind: &PaperKind) -> String {
        self.page.local(&kind.label()).to_owned()
    }

    fn kinds(&self) -> Vec<(&'static str, String)> {
        PaperKind::ALL.iter().map(|k| (k.code(), self.kind(k))).collect()
    }
}

/// The page once more with what is wrong and what was typed.
async fn again(office: &Office, page: PageContext, case: CaseId, form: Option<FormFields>, problems: Vec<FieldProblem>) -> Answer {
    // What was typed as the day of completion is looked at beside each line.
    let typed = form.as_ref().and_then(|form| form.day("completed-on").ok().flatten());
    let view = office.completion_page_for(page.person()?, case, typed).await?;
    invalid(Report::new(page.with_problems(problems), view, form))
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.completion_page(page.person()?, id(&case)?).await?;
    Ok(Report::new(page, view, None).into_response())
}

pub(crate) async fn template(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let sheet = office.claim_template(page.person()?, id(&case)?).await?;
    Ok(download("経費明細.xlsx", FileKind::Excel, sheet))
}

pub(crate) async fn import(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let version: u64 = id(form.text("version"))?;
    let table = ("table", form.text("table").as_bytes().to_vec());
    let done = office.import_claim_table(page.person()?, case, table, version).await.map(imported);
    let path = format!("{}/report#lines", project_path(case));
    stepped(&session, done, &path, |problems| again(&office, page, case, Some(form), problems)).await
}

/// The same out of a file.
pub(crate) async fn import_file(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    mut upload: Upload,
) -> Answer {
    let case: CaseId = id(&case)?;
    let Some(file) = upload.file().await? else {
        let none = FieldProblem::new("workbook", "ファイルを選んでから送信してください。", "Choose a file first.");
        return again(&office, page, case, None, vec![none]).await;
    };
    let version: u64 = id(file.fields.text("version"))?;
    let table = ("workbook", file.whole(TABLE_BYTES_MAX).await?);
    let done = office.import_claim_table(page.person()?, case, table, version).await.map(imported);
    let path = format!("{}/report#lines", project_path(case));
    stepped(&session, done, &path, |problems| again(&office, page, case, None, problems)).await
}

fn imported(outcome: ImportOutcome) -> (String, String) {
    let lines = outcome.lines;
    (format!("明細を{lines}件取り込みました。"), format!("{lines} lines were imported."))
}

pub(crate) async fn attach(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    mut upload: Upload,
) -> Answer {
    let case: CaseId = id(&case)?;
    let Some(file) = upload.file().await? else {
        let none = FieldProblem::new("file", "ファイルを選んでから送信してください。", "Choose a file first.");
        return again(&office, page, case, None, vec![none]).await;
    };
    let (line, kept) = received(&office, &page, case, file).await?;
    let done = kept.map(|()| ("書類を添付しました。", "The paper was attached."));
    let path = format!("{}/report#line-{line}", project_path(case));
    stepped(&session, done, &path, |problems| again(&office, page, case, None, problems)).await
}

/// Streams the file into the office; the line it belongs to, and whether it was kept.
async fn received(
    office: &Office,
    page: &PageContext,
    case: CaseId,
    file: UploadedFile,
) -> Result<(String, Result<(), OfficeError>), Failure> {
    let person = page.person()?;
    let line = file.fields.text("line").to_owned();
    let kinds: Vec<PaperKind> = file.fields.all("paper").filter_map(PaperKind::parse).collect();
    let begun = office.begin_paper(person, case, &line, &kinds, &file.name).await;
    let kept = match file.stream_into(begun).await.into_taken()? {
        Ok(incoming) => office.keep_paper(person, incoming).await,
        Err(error) => Err(error),
    };
    Ok((line, kept))
}

pub(crate) async fn detach(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    office.drop_paper(page.person()?, case, form.text("line"), id(form.text("digest"))?).await?;
    let path = format!("{}/report#lines", project_path(case));
    see_other(&session, &path, "書類を外しました。", "The paper was taken out.").await
}

pub(crate) async fn send(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>, form: FormFields) -> Answer {
    let case: CaseId = id(&case)?;
    let completed_on = match form.day("completed-on") {
        Ok(day) => day,
        Err(problem) => return again(&office, page, case, Some(form), vec![problem]).await,
    };
    let order = ReportOrder {
        completed_on,
        explanation: form.text("explanation").to_owned(),
        version: id(form.text("version"))?,
        request: form.request(),
    };
    let done = office.report_completion(page.person()?, case, order).await;
    let done = done.map(|()| ("実績報告を提出しました。", "The report was handed in."));
    stepped(&session, done, &project_path(case), |problems| again(&office, page, case, Some(form), problems)).await
}
