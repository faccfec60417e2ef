//! One case: as it was handed in, where it stands, what was done, what may be done now.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_grant::{Judgement, StateCode};
use banso_kernel::CaseId;
use banso_office::Office;
use banso_office::desk::{BonusJudgement, CasePage, MeetingBonus, ReviewerLine, Step};
use banso_office::dossier::{DossierContent, Reading};
use tower_sessions::Session;

use super::{case_path, review_tone, shown_again, state_tone};
use crate::context::PageContext;
use crate::desks::{id, invalid, see_other};
use crate::download::{self, FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "office/case.html")]
struct CaseView {
    page: PageContext,
    path: String,
    documents: String,
    view: CasePage,
    /// The bonus whose judgement was refused.
    judged: String,
    reason: String,
}

impl CaseView {
    fn new(page: PageContext, view: CasePage, judged: &str, reason: &str) -> Self {
        let path = case_path(view.case);
        CaseView { documents: format!("{path}/documents"), path, page, view, judged: judged.to_owned(), reason: reason.to_owned() }
    }

    fn call_path(&self) -> String {
        super::call_path(&self.view.call)
    }

    /// Whether there is something after the decision.
    fn executes(&self) -> bool {
        self.view.code() == StateCode::Granted && self.view.acts.iter().any(|a| a.kind == "budget_allocated")
    }

    fn tone(&self) -> &'static str {
        state_tone(self.view.code())
    }

    fn label(&self) -> String {
        self.page.local(&self.view.code().label()).to_owned()
    }

    fn review_tone(&self, line: &ReviewerLine) -> &'static str {
        review_tone(line.status)
    }

    fn review_label(&self, line: &ReviewerLine) -> String {
        self.page.local(&line.status.label()).to_owned()
    }

    fn can(&self, step: &str) -> bool {
        let step = match step {
            "check" => Step::CheckCompleteness,
            "return" => Step::Return,
            "not-accept" => Step::NotAccept,
            "bonus" => Step::JudgeBonus,
            "review" => Step::HandleReview,
            "promote" => Step::Promote,
            "request" => Step::ExamineRequest,
            _ => return false,
        };
        self.view.may(&step)
    }

    /// Whether there is, or was, a grant request to look at.
    fn has_request(&self) -> bool {
        self.view.state.request().is_some()
    }

    fn bonus_state(&self, bonus: &MeetingBonus) -> (&'static str, &'static str) {
        match bonus.judged.as_ref().map(|j| j.judgement) {
            Some(Judgement::Granted) => ("good", self.page.lang.pick("認める", "granted")),
            Some(Judgement::Denied) => ("wrong", self.page.lang.pick("認めない", "denied")),
            None if bonus.open() => ("care", self.page.lang.pick("判定待ち", "to be judged")),
            None => ("", self.page.lang.pick("証拠書類なし", "no evidence")),
        }
    }

    /// What was typed for a bonus whose judgement was refused.
    fn typed_reason(&self, bonus: &MeetingBonus) -> &str {
        if self.judged == bonus.bonus.id { &self.reason } else { "" }
    }

    fn reason_field(&self, bonus: &MeetingBonus) -> String {
        format!("reason-{}", bonus.bonus.id)
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.office_case(page.person()?, id(&case)?).await?;
    Ok(CaseView::new(page, view, "", "").into_response())
}

/// A file of the case: whatever it is, a file to keep.
pub(crate) async fn document(office: State<Office>, page: PageContext, Path((case, digest)): Path<(String, String)>) -> Answer {
    let document = office.case_document(page.person()?, id(&case)?, id(&digest)?).await?;
    Ok(download(&document.name, FileKind::Other, download::document(document.reader)))
}

/// A letter that was written about the case.
pub(crate) async fn letter(office: State<Office>, page: PageContext, Path((case, digest)): Path<(String, String)>) -> Answer {
    let letter = office.office_letter(page.person()?, id(&case)?, id(&digest)?).await?;
    Ok(download(&letter.name, FileKind::Pdf, download::document(letter.reader)))
}

/// Judges a bonus.
pub(crate) async fn judge(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let bonus = form.text("bonus").to_owned();
    let granted = if form.text("judgement") == "granted" { Judgement::Granted } else { Judgement::Denied };
    let reason = form.text(&format!("reason-{bonus}")).to_owned();
    let order = BonusJudgement { bonus: bonus.clone(), granted, reason: reason.clone(), request: form.request() };
    match office.judge_bonus(page.person()?, case, &order).await {
        Ok(()) => see_other(&session, &format!("{}#bonuses", case_path(case)), "加点を判定しました。", "The bonus was judged.").await,
        Err(error) => {
            let mut problems = shown_again(error)?;
            // The page has one form for each bonus.
            problems.iter_mut().filter(|p| p.field == "bonus-reason").for_each(|p| p.field = format!("reason-{bonus}"));
            let view = office.office_case(page.person()?, case).await?;
            invalid(CaseView::new(page.with_problems(problems), view, &bonus, &reason))
        }
    }
}
