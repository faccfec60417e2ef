//! The report of a run: on a page, as pictures, as a paper, as data.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use banso_kernel::{CallId, Digest, Lang};
use banso_office::Office;
use banso_office::analysis::{KeptFinding, ReportPage, Sentence, Standing, Verdict};

use super::{call_path, study_path};
use crate::context::PageContext;
use crate::desks::{call_of, id};
use crate::download::{FileKind, download, picture};
use crate::failure::{Answer, Failure};

#[derive(Template, WebTemplate)]
#[template(path = "analysis/report.html")]
struct ReportView {
    page: PageContext,
    call: String,
    study: String,
    path: String,
    title: String,
    view: ReportPage,
}

impl ReportView {
    fn say<'a>(&self, sentence: &'a Sentence) -> &'a str {
        match self.page.lang {
            Lang::Ja => &sentence.ja,
            Lang::En => &sentence.en,
        }
    }

    fn heads(&self) -> Vec<String> {
        ReportPage::heads(self.view.study.declaration.design.method, self.page.lang)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        self.table(&self.view.report.findings)
    }

    fn group_rows(&self) -> Vec<Vec<String>> {
        self.table(&self.view.report.groups)
    }

    fn table(&self, findings: &[KeptFinding]) -> Vec<Vec<String>> {
        findings.iter().map(|f| ReportPage::row(f, self.page.lang)).collect()
    }

    /// What was found for everybody.
    fn summary(&self) -> &[Sentence] {
        self.view.headline()
    }

    fn exploratory(&self) -> bool {
        self.view.report.standing == Standing::Exploratory
    }

    fn verdict(&self, verdict: &Verdict) -> &'static str {
        let (ja, en) = verdict.words();
        self.page.t(ja, en)
    }

    fn tone(&self, verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Holds => "good",
            Verdict::Doubtful => "wrong",
            Verdict::Untested => "",
        }
    }

    fn targets(&self) -> (Vec<String>, Vec<Vec<String>>) {
        self.view.targets(self.page.lang)
    }

    /// A table and a sentence for each outcome that was pooled over rounds.
    fn rounds(&self) -> Vec<(Vec<String>, Vec<Vec<String>>, String)> {
        self.view.rounds(self.page.lang)
    }

    fn cost(&self) -> Option<String> {
        self.view.cost(self.page.lang)
    }
}

/// Programme, round, declaration and act of a path.
type Place = (String, String, String, String);

fn place((programme, round, study, act): Place) -> Result<(CallId, Digest, u64), Failure> {
    Ok((call_of((programme, round))?, id(&study)?, id(&act)?))
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(path): Path<Place>) -> Answer {
    let (call, study, act) = place(path)?;
    let view = office.report_page(page.person()?, &call, study, act).await?;
    let (study, titles) = (study_path(&call, &study), view.study.declaration.titles());
    let title = page.t(&titles.ja, &titles.en).to_owned();
    Ok(ReportView { page, call: call_path(&call), path: format!("{study}/runs/{act}"), title, study, view }.into_response())
}

pub(crate) async fn figure(
    office: State<Office>,
    page: PageContext,
    Path((programme, round, study, act, figure)): Path<(String, String, String, String, String)>,
) -> Answer {
    let (call, study, act) = place((programme, round, study, act))?;
    let view = office.report_page(page.person()?, &call, study, act).await?;
    let svg = view.drawn(&figure, page.lang)?;
    Ok(picture(svg))
}

async fn pdf(office: &Office, page: &PageContext, path: Place, lang: Lang) -> Result<Response, Failure> {
    let (call, study, act) = place(path)?;
    let file = office.study_pdf(page.person()?, &call, study, act, lang).await?;
    Ok(download(&file.name, FileKind::Pdf, file.bytes))
}

pub(crate) async fn japanese(office: State<Office>, page: PageContext, Path(path): Path<Place>) -> Answer {
    pdf(&office, &page, path, Lang::Ja).await
}

pub(crate) async fn english(office: State<Office>, page: PageContext, Path(path): Path<Place>) -> Answer {
    pdf(&office, &page, path, Lang::En).await
}

pub(crate) async fn package(office: State<Office>, page: PageContext, Path(path): Path<Place>) -> Answer {
    let (call, study, act) = place(path)?;
    let file = office.study_package(page.person()?, &call, study, act).await?;
    Ok(download(&file.name, FileKind::Zip, file.bytes))
}
