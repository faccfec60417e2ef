//! 入力内容の確認, and handing in.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use banso_guideline::{Known, Truth};
use banso_kernel::{CaseId, LocalText, Yen};
use banso_office::apply::{
    Budget, BudgetRow, CheckPage, CheckedFinding, CheckedRow, Link, SubmitOrder, Target, Writable, amount_words, used_alike,
};
use banso_office::{Office, OfficeError};
use tower_sessions::Session;

use super::control::{answer_text, name_of};
use super::strip::Strip;
use super::{case_path, section_path};
use crate::context::{PageContext, encoded};
use crate::desks::id;
use crate::desks::{invalid, see_other};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/check.html")]
struct Check {
    page: PageContext,
    strip: Strip,
    view: CheckPage,
    path: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/submission.html")]
struct Submission {
    page: PageContext,
    strip: Strip,
    view: CheckPage,
    path: String,
    declared: bool,
    despite: bool,
}

/// What a finding says, in a word and a tone.
fn truth_words(finding: &CheckedFinding) -> (&'static str, &'static str, &'static str) {
    match (finding.by_person, finding.truth) {
        (true, _) => ("", "事務局が確認", "checked by the office"),
        (false, Truth::Yes) => ("good", "満たす", "met"),
        (false, Truth::No) => ("wrong", "満たさない", "not met"),
        (false, Truth::Unknown) => ("care", "未確定", "not known yet"),
    }
}

/// Findings that say nothing yet because facts are left blank: nothing demands these, but a person will have to find them out.
fn undecided(view: &CheckPage) -> Vec<&CheckedFinding> {
    view.findings.iter().filter(|f| f.truth == Truth::Unknown && !f.by_person && !f.missing.is_empty()).collect()
}

impl Check {
    fn link(&self, link: &Link) -> String {
        link_path(self.view.head.case, link)
    }

    fn truth(&self, finding: &CheckedFinding) -> (&'static str, String) {
        let (tone, ja, en) = truth_words(finding);
        (tone, self.page.t(ja, en).to_owned())
    }

    fn answer(&self, row: &CheckedRow) -> String {
        answer_text(&self.page, row)
    }

    fn used_alike(&self) -> Option<&LocalText> {
        used_alike(&self.view.targets)
    }

    /// The lines of a budget in which something stands; all of them in an empty one.
    fn filled<'a>(&self, budget: &'a Budget) -> Vec<&'a BudgetRow> {
        let filled: Vec<&BudgetRow> = budget.rows.iter().filter(|r| r.cells.iter().any(|c| !c.text.trim().is_empty())).collect();
        if filled.is_empty() { budget.rows.iter().collect() } else { filled }
    }

    /// The own figure with its unit.
    fn figure(&self, target: &Target) -> String {
        let row = |text: &str| CheckedRow {
            key: String::new(),
            label: target.kpi.title.clone(),
            text: text.to_owned(),
            words: LocalText::ja(text),
            unit: target.kpi.unit.clone(),
            wrong: None,
        };
        answer_text(&self.page, &row(&target.typed))
    }

    fn amount(&self, amount: &Known<Yen>) -> String {
        self.page.local(&amount_words(amount)).to_owned()
    }

    /// A cost as it was understood; as typed, where it was not.
    fn cell(&self, text: &str) -> String {
        Yen::parse(text).map_or_else(|_| text.to_owned(), |yen| self.page.yen(&yen))
    }

    fn change_path(&self, section: &str, member: &u32, key: &str) -> String {
        format!("{}?check=1#{}", section_path(self.view.head.case, section, *member), encoded(&name_of(key)))
    }

    fn editable(&self, writable: &Writable) -> bool {
        *writable == Writable::Yes
    }

    /// Findings that say no or not yet; those that say yes are counted.
    fn open_findings(&self) -> Vec<&CheckedFinding> {
        self.view.findings.iter().filter(|f| f.truth != Truth::Yes || f.by_person).collect()
    }

    /// Findings that say no.
    fn broken(&self) -> Vec<&CheckedFinding> {
        self.view.findings.iter().filter(|f| f.truth == Truth::No && !f.by_person).collect()
    }

    fn undecided(&self) -> Vec<&CheckedFinding> {
        undecided(&self.view)
    }

    fn anchor(&self, finding: &CheckedFinding) -> String {
        format!("clause-{}", encoded(&finding.clause))
    }

    fn met(&self) -> usize {
        self.view.findings.iter().filter(|f| f.truth == Truth::Yes && !f.by_person).count()
    }

    fn for_grant(&self) -> bool {
        self.view.selected.is_some()
    }
}

impl Submission {
    fn undecided(&self) -> Vec<&CheckedFinding> {
        undecided(&self.view)
    }

    fn for_grant(&self) -> bool {
        self.view.selected.is_some()
    }
}

fn link_path(case: CaseId, link: &Link) -> String {
    if link.section.is_empty() {
        return format!("{}/basics", case_path(case));
    }
    let anchor = if link.key.is_empty() { String::new() } else { format!("#{}", encoded(&name_of(&link.key))) };
    format!("{}?check=1{anchor}", section_path(case, &link.section, link.member))
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.check_page(page.person()?, id(&case)?).await?;
    let (strip, path) = (Strip::of(&view.head), case_path(view.head.case));
    Ok(Check { page, strip, view, path }.into_response())
}

/// The declaration, and the button that hands it in.
pub(crate) async fn confirm(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.check_page(page.person()?, id(&case)?).await?;
    let path = case_path(view.head.case);
    if !view.problems.is_empty() || !view.may_submit {
        return Ok(Redirect::to(&format!("{path}/check")).into_response());
    }
    Ok(Submission { strip: Strip::of(&view.head), page, view, path, declared: false, despite: false }.into_response())
}

pub(crate) async fn submit(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let order = SubmitOrder {
        revision: id(form.text("revision"))?,
        declared: form.ticked("declared"),
        despite_no: form.ticked("despite"),
        request: form.request(),
    };
    match office.submit(page.person()?, case, order).await {
        Ok(_) => {
            let list = office.task_list(page.person()?, case).await?;
            let receipt = match (list.request_receipts.last(), list.receipts.last()) {
                (Some(version), _) => format!("/grant-receipts/{version}"),
                (None, Some(version)) => format!("/receipts/{version}"),
                (None, None) => String::new(),
            };
            let path = format!("{}{receipt}", case_path(case));
            see_other(&session, &path, "提出を受け付けました。", "What you handed in has arrived.").await
        }
        Err(OfficeError::Invalid(problems)) => {
            let view = office.check_page(page.person()?, case).await?;
            let (strip, path) = (Strip::of(&view.head), case_path(case));
            invalid(Submission {
                page: page.with_problems(problems),
                strip,
                view,
                path,
                declared: order.declared,
                despite: order.despite_no,
            })
        }
        Err(other) => Err(other.into()),
    }
}
