//! The selection meeting on one page: the ranking, the reviewers' severities, bonus points, the plan frozen, discarded, executed, and
//! reserves promoted or ended.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_grant::Judgement;
use banso_grant::score::two_decimals;
use banso_grant::selection::Place;
use banso_grant::severity::Severity;
use banso_guideline::{Aggregation, ReserveTerm};
use banso_kernel::{CallId, CaseId, Day, LocalText, RequestId, Yen};
use banso_office::desk::{BonusJudgement, Meeting, MeetingLine, MeetingReviewer, MeetingState};
use banso_office::{FieldProblem, Office};
use tower_sessions::Session;

use super::call_path;
use super::selection_rows::{Claim, Row, claims, letter, row};
use crate::context::PageContext;
use crate::desks::{call_of, id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "office/selection.html")]
struct Selection {
    page: PageContext,
    view: Meeting,
    path: String,
    call: String,
    rows: Vec<Row>,
    claims: Vec<Claim>,
    /// What was typed, when a form comes back: the id of its field and its text.
    typed: (String, String),
    lines: Lines,
    /// Requested by the selected ones together.
    amount: Yen,
}

/// What ended the list of the selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The budget, or the number of cases.
    Means,
    PassMark,
    /// Nobody is left below.
    Nothing,
}

/// The lines through the ranking, each by the number of rows above it.
#[derive(Debug, PartialEq, Eq)]
struct Lines {
    /// Under the last of the selected.
    selected: usize,
    stop: Stop,
    /// Above those of the end that missed the pass mark, where that is another place.
    mark: Option<usize>,
}

impl Lines {
    fn of(places: &[Place]) -> Self {
        let below = |p: &Place| matches!(p, Place::BelowPassMark);
        let selected = places.iter().rposition(|p| matches!(p, Place::Selected)).map_or(0, |i| i + 1);
        let rest = places.get(selected..).unwrap_or_default();
        let stop = match rest {
            [] => Stop::Nothing,
            rest if rest.iter().all(below) => Stop::PassMark,
            _ => Stop::Means,
        };
        let mark = places.iter().rposition(|p| !below(p)).map_or(0, |i| i + 1);
        Lines { selected, stop, mark: (mark < places.len() && mark != selected).then_some(mark) }
    }
}

impl Selection {
    fn new(page: PageContext, view: Meeting) -> Self {
        let rows: Vec<Row> = view.lines.iter().filter_map(|l| row(&page, &view, l)).collect();
        let lines = Lines::of(&view.lines.iter().filter_map(|l| l.planned.as_ref()).map(|p| p.place).collect::<Vec<_>>());
        let path = format!("{}/selection", call_path(&view.call));
        let claims = claims(&view, &path);
        let amount = view.plan.as_ref().map_or(Yen::ZERO, banso_grant::SelectionPlan::amount);
        Selection { amount, call: call_path(&view.call), path, rows, claims, typed: (String::new(), String::new()), lines, page, view }
    }

    fn typed(mut self, field: &str, text: &str) -> Self {
        self.typed = (field.to_owned(), text.to_owned());
        self
    }

    /// What the line under the last of the selected is.
    fn line_name(&self) -> &str {
        match self.lines.stop {
            Stop::Means if self.stopped_by_number(&self.counts().0).is_some() => {
                self.page.t("採択予定件数の線", "Line of the number to be selected")
            }
            Stop::Means => self.page.t("予算線", "Budget line"),
            Stop::PassMark => self.page.t("基準点の線", "Pass mark line"),
            Stop::Nothing => self.page.t("全件採択", "All are selected"),
        }
    }

    /// Whether the line of the pass mark stands under this row, apart from that of the selected.
    fn marked_after(&self, row: &usize) -> bool {
        self.lines.mark == Some(*row)
    }

    /// Whether the pass mark ended the list of the selected, and not the means.
    fn stopped_by_mark(&self) -> bool {
        self.lines.stop == Stop::PassMark
    }

    /// The most cases that the guideline selects, where that and not the budget drew the line.
    fn stopped_by_number(&self, selected: &u32) -> Option<u32> {
        let most = self.view.edition.selection().selected_max?;
        (most <= *selected).then_some(most)
    }

    fn text_of(&self, field: &str) -> &str {
        if self.typed.0 == field { &self.typed.1 } else { "" }
    }

    fn is_open(&self) -> bool {
        self.view.state == MeetingState::Open
    }

    fn is_frozen(&self) -> bool {
        matches!(self.view.state, MeetingState::Frozen(_))
    }

    fn executed_on(&self) -> Option<Day> {
        match self.view.state {
            MeetingState::Executed(_, on) => Some(on),
            MeetingState::NotYet | MeetingState::Open | MeetingState::Frozen(_) => None,
        }
    }

    fn phase(&self) -> (&'static str, &str) {
        match self.view.state {
            MeetingState::NotYet => ("", self.page.t("審査開始前", "before the review")),
            MeetingState::Open if self.view.review_closed => {
                ("active", self.page.t("審査終了・採択案は未確定", "the review is closed, no plan is frozen"))
            }
            MeetingState::Open if self.view.outstanding == 0 => {
                ("active", self.page.t("採点済・採択案は未確定", "all sheets are in, no plan is frozen"))
            }
            MeetingState::Open => ("active", self.page.t("審査中・順位は仮", "open: the order may change")),
            MeetingState::Frozen(_) => ("care", self.page.t("採択案 確定済・未執行", "plan frozen, not executed")),
            MeetingState::Executed(..) => ("good", self.page.t("執行済", "executed")),
        }
    }

    fn plan_digest(&self) -> String {
        self.view.plan.as_ref().map(|p| p.digest().to_string()).unwrap_or_default()
    }

    fn counts(&self) -> (u32, u32, u32) {
        let counts = self.view.plan.as_ref().map(banso_grant::SelectionPlan::counts).unwrap_or_default();
        (counts.selected, counts.reserve, counts.rejected)
    }

    /// What the selected ones leave of the budget.
    fn left(&self) -> Option<Yen> {
        self.view.budget?.checked_sub(self.amount).ok()
    }

    fn aggregation(&self) -> &str {
        match self.view.edition.selection().aggregation {
            Aggregation::Mean => self.page.t("審査員の平均", "mean of the reviewers"),
            Aggregation::Median => self.page.t("審査員の中央値", "median of the reviewers"),
            Aggregation::TrimmedMean => self.page.t("最高と最低を除いた平均", "mean without the highest and the lowest"),
        }
    }

    fn pass_mark(&self) -> Option<String> {
        self.view.pass_mark.map(two_decimals)
    }

    fn open_claims(&self) -> usize {
        self.claims.iter().filter(|c| c.judged.is_none()).count()
    }

    fn letter(&self, index: &usize) -> String {
        letter(*index)
    }

    /// What the marks say of a reviewer, in words.
    fn severity(&self, reviewer: &MeetingReviewer) -> String {
        let page = &self.page;
        match reviewer.severity {
            Severity::Estimated { points, .. } if points.abs() < 0.5 => page.t("ほぼ平均的", "about average").to_owned(),
            Severity::Estimated { points, standard_error: Some(error), .. } if points.abs() <= 2.0 * error => page
                .t("誤差（標準誤差の2倍）の範囲で、差があるとはいえません", "within two standard errors: no difference can be told")
                .to_owned(),
            Severity::Estimated { points, .. } if points > 0.0 => page.t("甘め", "lenient").to_owned(),
            Severity::Estimated { .. } => page.t("厳しめ", "severe").to_owned(),
            Severity::TooFewCases => page.t("採点が2件未満のため推定できません", "fewer than two cases: no estimate").to_owned(),
            Severity::NobodyToCompareWith => {
                page.t("ほかの審査員と共通の案件が無く、比べられません", "shares no case with others: no estimate").to_owned()
            }
        }
    }

    /// The points of the severity with their standard error.
    fn severity_points(&self, reviewer: &MeetingReviewer) -> Option<String> {
        let points = reviewer.points()?;
        Some(match reviewer.error() {
            Some(error) => format!("{points} ± {error}"),
            None => points,
        })
    }

    /// How many sheets of a case are in.
    fn sheets_in(&self, line: &MeetingLine) -> usize {
        line.marks.iter().filter(|m| m.total.is_some()).count()
    }

    /// Whether the first of the reserve list can be promoted with what is free.
    fn promotable(&self, requested: &Yen) -> bool {
        !self.view.reserves_over && self.view.free.is_none_or(|free| free >= *requested)
    }

    /// The field of the reason for ending one place.
    fn end_field(&self, case: &CaseId) -> String {
        format!("end-reason-{case}")
    }

    /// Until when the reserve list stands, in words.
    fn term(&self) -> String {
        let page = &self.page;
        match self.view.reserve_term {
            ReserveTerm::Open => {
                page.t("公募要領に補欠の期限はありません。", "The guideline names no last day of the reserve list.").to_owned()
            }
            ReserveTerm::Until(last) if self.view.reserves_over => {
                format!("{}{}{}", page.t("補欠の期限（", "The reserve list ended on "), page.day(&last), page.t("）を過ぎました。", "."))
            }
            ReserveTerm::Until(last) => {
                format!("{}{}{}", page.t("補欠の期限：", "The reserve list stands until "), page.day(&last), page.t("", "."))
            }
            ReserveTerm::Unconfirmed => page
                .t(
                    "補欠の期限は要確認のままです。定まるまで補欠を終了できません。",
                    "The last day of the reserve list is not settled; until it is, nobody's place ends.",
                )
                .to_owned(),
        }
    }

    fn columns(&self) -> usize {
        10
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let view = office.meeting(page.person()?, &call_of(call)?).await?;
    Ok(Selection::new(page, view).into_response())
}

pub(crate) async fn excel(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>) -> Answer {
    let call = call_of(call)?;
    let file = office.meeting_excel(page.person()?, &call).await?;
    Ok(download(&format!("順位表_{}.xlsx", call.to_string().replace('/', "_")), FileKind::Excel, file))
}

fn selection_path(call: &CallId) -> String {
    format!("{}/selection", call_path(call))
}

/// The page once more with what is wrong, and what was typed.
async fn again(office: &Office, page: PageContext, call: &CallId, field: &str, text: &str, problems: Vec<FieldProblem>) -> Answer {
    let view = office.meeting(page.person()?, call).await?;
    invalid(Selection::new(page.with_problems(problems), view).typed(field, text))
}

fn named(problems: Vec<FieldProblem>, field: &str) -> Vec<FieldProblem> {
    problems.into_iter().map(|p| FieldProblem { field: field.to_owned(), ..p }).collect()
}

pub(crate) async fn judge(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round, case, bonus)): Path<(String, String, String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of((programme, round))?;
    let case: CaseId = id(&case)?;
    let key = format!("{case}-{bonus}");
    let granted = match form.text("judgement") {
        "granted" => Judgement::Granted,
        "denied" => Judgement::Denied,
        _ => {
            let text = LocalText::new("認めるか認めないかを選んでください。", "Choose to grant or to deny.");
            let problem = FieldProblem { field: format!("granted-{key}"), text };
            return again(&office, page, &call, &format!("why-{key}"), form.text("reason"), vec![problem]).await;
        }
    };
    let order = BonusJudgement { bonus, granted, reason: form.text("reason").to_owned(), request: form.request() };
    let done = office.judge_bonus(page.person()?, case, &order).await.map(|()| ("加点を判定しました。", "The bonus was judged."));
    let (path, why) = (format!("{}#bonuses", selection_path(&call)), format!("why-{key}"));
    stepped(&session, done, &path, async |problems| again(&office, page, &call, &why, &order.reason, named(problems, &why)).await).await
}

pub(crate) async fn freeze(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let done = office.freeze_selection(page.person()?, &call, id(form.text("plan"))?, form.request()).await;
    let done = done.map(|()| ("採択案を確定しました。", "The selection plan is frozen."));
    stepped(&session, done, &selection_path(&call), |problems| again(&office, page, &call, "", "", problems)).await
}

pub(crate) async fn discard(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let reason = form.text("discard-reason");
    let done = office.discard_selection(page.person()?, &call, reason, form.request()).await;
    let done = done.map(|()| ("採択案の確定を取り消しました。", "The frozen plan was discarded."));
    stepped(&session, done, &selection_path(&call), |problems| again(&office, page, &call, "discard-reason", reason, problems)).await
}

pub(crate) async fn execute(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let done = office.execute_selection(page.person()?, &call, id(form.text("plan"))?, form.request()).await;
    let done =
        done.map(|_| ("採択案を執行しました。各申請者に通知書を送ります。", "The plan was executed. Every applicant is being told."));
    stepped(&session, done, &selection_path(&call), |problems| again(&office, page, &call, "", "", problems)).await
}

pub(crate) async fn promote(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let case: CaseId = id(form.text("case"))?;
    let (reason, request): (&str, RequestId) = (form.text("promotion-reason"), form.request());
    let done = office.promote(page.person()?, case, reason, request).await;
    let done = done
        .map(|()| ("補欠から繰り上げました。申請者に通知書を送ります。", "Moved up from the reserve list. The applicant is being told."));
    stepped(&session, done, &selection_path(&call), |problems| again(&office, page, &call, "promotion-reason", reason, problems)).await
}

/// Ends one place on the reserve list, or all that are left.
pub(crate) async fn end_reserves(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(call): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of(call)?;
    let which = form.text("case");
    let field = format!("end-reason-{which}");
    let (reason, request) = (form.text(&field), form.request());
    let done = match which {
        "all" => office.end_reserves(page.person()?, &call, reason, request).await.map(|_| ()),
        one => office.end_reserve(page.person()?, id(one)?, reason, request).await,
    };
    let done =
        done.map(|()| ("補欠を終了しました。申請者に通知書を送ります。", "The reserve list was ended. The applicants are being told."));
    stepped(&session, done, &selection_path(&call), |problems| again(&office, page, &call, &field, reason, problems)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_called_what_it_is() {
        use Place::{BelowPassMark as Below, BeyondTheLine as Beyond, Selected};
        let reserve = Place::Reserve { order: 1 };
        let check = |places: &[Place], selected, stop, mark| assert_eq!(Lines::of(places), Lines { selected, stop, mark }, "{places:?}");
        check(&[Selected, Selected, Below], 2, Stop::PassMark, None);
        check(&[Selected, reserve, Below, Below], 1, Stop::Means, Some(2));
        check(&[Selected, Beyond], 1, Stop::Means, None);
        check(&[Selected, Below, reserve], 1, Stop::Means, None);
        check(&[Selected], 1, Stop::Nothing, None);
        check(&[Below], 0, Stop::PassMark, None);
        check(&[], 0, Stop::Nothing, None);
    }
}
