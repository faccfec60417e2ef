//! 債権の管理 at the office: the register of a call as of any day, the debts of a case with their statements, and what is done to each.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use banso_execution::law::{ChargePart, Flow};
use banso_kernel::{CaseId, Day, RequestId, Yen};
use banso_office::execution::{
    CaseDebts, DebtStatementView, DebtSums, DischargeForm, InstalmentForm, OffsetChoice, OffsetForm, RegisterPage, WaiverForm,
};
use banso_office::{FieldProblem, Office, OfficeError};
use serde::Deserialize;
use tower_sessions::Session;

use super::{call_path, case_path, project_path};
use crate::context::PageContext;
use crate::desks::apply::project::grouped;
use crate::desks::{call_of, id, invalid, stepped};
use crate::download::{FileKind, download};
use crate::failure::{Answer, Failure};
use crate::form::FormFields;

/// A day in an address.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AsOf {
    #[serde(default, rename = "as-of")]
    as_of: String,
}

/// The day that was asked for, or what is wrong with it.
fn asked(query: &AsOf) -> (Option<Day>, Vec<FieldProblem>) {
    match query.as_of.trim() {
        "" => (None, Vec::new()),
        typed => match Day::parse(typed) {
            Ok(day) => (Some(day), Vec::new()),
            Err(_) => {
                let wrong = FieldProblem::new("as-of", "実在する日付を入力してください（例：令和8年4月1日）。", "Enter a day that exists.");
                (None, vec![wrong])
            }
        },
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "office/debts.html")]
struct Register {
    page: PageContext,
    view: RegisterPage,
    call: String,
    typed: String,
}

impl Register {
    fn let_go(&self, sums: &DebtSums) -> Yen {
        Yen::sum([sums.waived, sums.discharged]).unwrap_or(sums.waived)
    }

    fn as_of(&self) -> String {
        if self.typed.is_empty() { self.view.as_of.wareki() } else { self.typed.clone() }
    }
}

pub(crate) async fn register(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    Query(query): Query<AsOf>,
) -> Answer {
    let call = call_of((programme, round))?;
    let (as_of, problems) = asked(&query);
    let view = office.debt_register(page.person()?, &call, as_of).await?;
    Ok(Register { call: call_path(&call), page: page.with_problems(problems), view, typed: query.as_of.trim().to_owned() }.into_response())
}

pub(crate) async fn register_excel(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    Query(query): Query<AsOf>,
) -> Answer {
    let call = call_of((programme, round))?;
    let (as_of, file) = office.debt_register_file(page.person()?, &call, asked(&query).0).await?;
    Ok(download(&format!("債権台帳_{}_{as_of}.xlsx", call.to_string().replace('/', "-")), FileKind::Excel, file))
}

#[derive(Template, WebTemplate)]
#[template(path = "office/debts_of_case.html")]
struct OfCase {
    page: PageContext,
    view: CaseDebts,
    case: String,
    path: String,
    call: String,
}

pub(crate) async fn of_case(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let view = office.debts_at_desk(page.person()?, id(&case)?, None).await?;
    Ok(OfCase { case: case_path(view.case), path: project_path(view.case), call: call_path(&view.call), page, view }.into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "office/debt.html")]
struct Debt {
    page: PageContext,
    view: CaseDebts,
    debt: DebtStatementView,
    case: String,
    path: String,
    /// The address of the debts of the case.
    debts: String,
    /// The address of this debt.
    own: String,
    form: Option<FormFields>,
    /// The schedule that a form would make, to be looked at.
    plan: Vec<Flow>,
    as_of: String,
}

impl Debt {
    fn typed(&self, field: &str) -> &str {
        self.form.as_ref().map(|form| form.text(field)).unwrap_or_default()
    }

    /// What was typed, otherwise this.
    fn or(&self, field: &str, otherwise: String) -> String {
        match self.typed(field) {
            "" => otherwise,
            typed => typed.to_owned(),
        }
    }

    fn today(&self) -> String {
        self.page.now.day().wareki()
    }

    fn in_two_weeks(&self) -> String {
        self.page.now.day().plus_days(14).or_next_open(banso_kernel::ClosedDays::Office).wareki()
    }

    fn amount(&self, yen: &Yen) -> String {
        grouped(*yen)
    }

    fn parts(&self) -> Vec<(&'static str, &str)> {
        vec![("surcharge", self.page.t("加算金", "Surcharge")), ("late-charge", self.page.t("延滞金", "Late charge"))]
    }

    fn clauses(&self) -> Vec<(String, String)> {
        self.view.clauses.iter().map(|(code, title)| (code.clone(), format!("{code} {}", self.page.local(title)))).collect()
    }

    fn offsets(&self) -> Vec<(String, String)> {
        let words = |c: &OffsetChoice| format!("{}　{}　{}{}", c.number, c.title, c.most, self.page.t("まで", " at most"));
        self.view.offsets.iter().map(|c| (c.number.clone(), words(c))).collect()
    }

    /// Whether the steps may be taken: on the page of today, of a debt that is open.
    fn acts(&self) -> bool {
        !self.debt.settled && self.debt.as_of == self.page.now.day()
    }
}

/// Where a debt stands: its case and its number.
#[derive(Debug, Clone, Copy)]
struct Place {
    case: CaseId,
    debt: u32,
}

impl Place {
    fn of((case, debt): (&str, &str)) -> Result<Self, Failure> {
        Ok(Place { case: id(case)?, debt: id(debt)? })
    }

    fn path(self) -> String {
        format!("{}/debts/{}", project_path(self.case), self.debt)
    }

    async fn page(self, office: &Office, page: PageContext, as_of: Option<Day>, form: Option<FormFields>) -> Result<Debt, Failure> {
        let view = office.debts_at_desk(page.person()?, self.case, as_of).await?;
        let debt = view.debt(self.debt).cloned().ok_or(OfficeError::NotFound)?;
        let (case, path) = (case_path(self.case), project_path(self.case));
        Ok(Debt {
            as_of: debt.as_of.wareki(),
            own: self.path(),
            plan: Vec::new(),
            debts: format!("{path}/debts"),
            case,
            path,
            page,
            view,
            debt,
            form,
        })
    }

    async fn again(self, office: &Office, page: PageContext, form: FormFields, problems: Vec<FieldProblem>) -> Answer {
        invalid(self.page(office, page.with_problems(problems), None, Some(form)).await?)
    }

    async fn answered(
        self,
        (office, page, session): (&Office, PageContext, &Session),
        form: FormFields,
        done: Result<(), OfficeError>,
        words: (&str, &str),
    ) -> Answer {
        stepped(session, done.map(|()| words), &self.path(), |problems| self.again(office, page, form, problems)).await
    }
}

pub(crate) async fn show(
    office: State<Office>,
    page: PageContext,
    Path((case, debt)): Path<(String, String)>,
    Query(query): Query<AsOf>,
) -> Answer {
    let (as_of, problems) = asked(&query);
    let shown = Place::of((&case, &debt))?.page(&office, page.with_problems(problems), as_of, None).await?;
    Ok(shown.into_response())
}

/// A day and an amount under these names, or everything that is wrong with them.
fn day_and_yen(form: &FormFields, day: &str, yen: &str) -> Result<(Option<Day>, Option<Yen>), Vec<FieldProblem>> {
    match (form.day(day), form.yen(yen)) {
        (Ok(day), Ok(yen)) => Ok((day, yen)),
        (day, yen) => Err([day.err(), yen.err()].into_iter().flatten().collect()),
    }
}

pub(crate) async fn receive(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let came = match day_and_yen(&form, "receipt-on", "receipt-amount") {
        Ok(came) => came,
        Err(problems) => return place.again(&office, page, form, problems).await,
    };
    let done = office.receive_repayment(page.person()?, place.case, place.debt, came, form.request()).await;
    place.answered((&office, page, &session), form, done, ("収納を記録しました。", "The receipt was recorded.")).await
}

pub(crate) async fn demand(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let due = match form.day("demand-due") {
        Ok(due) => due,
        Err(problem) => return place.again(&office, page, form, vec![problem]).await,
    };
    let done = office.demand(page.person()?, place.case, place.debt, due, form.request()).await;
    let words = ("督促しました。督促状を補助事業者に送ります。", "The payment was demanded. The holder is being told.");
    place.answered((&office, page, &session), form, done, words).await
}

fn instalments_of(form: &FormFields, request: RequestId) -> Result<InstalmentForm, Vec<FieldProblem>> {
    match (form.day("plan-due"), form.number("plan-count")) {
        (Ok(first), Ok(count)) => Ok(InstalmentForm { first, count, reason: form.text("plan-reason").to_owned(), request }),
        (first, count) => Err([first.err(), count.err()].into_iter().flatten().collect()),
    }
}

pub(crate) async fn instalments(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let order = match instalments_of(&form, form.request()) {
        Ok(order) => order,
        Err(problems) => return place.again(&office, page, form, problems).await,
    };
    if form.ticked("look") {
        return match office.plan_instalments(page.person()?, place.case, place.debt, &order).await {
            Ok(plan) => {
                let shown: Response = Debt { plan, ..place.page(&office, page, None, Some(form)).await? }.into_response();
                Ok(shown)
            }
            Err(error) => place.again(&office, page, form, super::shown_again(error)?).await,
        };
    }
    let done = office.agree_instalments(page.person()?, place.case, place.debt, order).await;
    let words = ("納付の期限を変更しました。通知書を補助事業者に送ります。", "The due days were changed. The holder is being told.");
    place.answered((&office, page, &session), form, done, words).await
}

pub(crate) async fn waive(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let amount = match form.yen("waive-amount") {
        Ok(amount) => amount,
        Err(problem) => return place.again(&office, page, form, vec![problem]).await,
    };
    let of = match form.text("waive-of") {
        "surcharge" => Some(ChargePart::Surcharge),
        "late-charge" => Some(ChargePart::LateCharge),
        _ => None,
    };
    let order = WaiverForm { of, amount, reason: form.text("waive-reason").to_owned(), request: form.request() };
    let done = office.waive_charge(page.person()?, place.case, place.debt, order).await;
    let words = ("免除しました。通知書を補助事業者に送ります。", "The charge was waived. The holder is being told.");
    place.answered((&office, page, &session), form, done, words).await
}

pub(crate) async fn offset(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let (on, amount) = match day_and_yen(&form, "offset-on", "offset-amount") {
        Ok(came) => came,
        Err(problems) => return place.again(&office, page, form, problems).await,
    };
    let order = OffsetForm { on, amount, against: form.text("offset-what").to_owned(), request: form.request() };
    let done = office.offset(page.person()?, place.case, place.debt, order).await;
    let words = ("相殺しました。通知書を補助事業者に送ります。", "The debt was set off. The holder is being told.");
    place.answered((&office, page, &session), form, done, words).await
}

pub(crate) async fn discharge(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((case, debt)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let place = Place::of((&case, &debt))?;
    let order = DischargeForm {
        shown: form.yen("shown").ok().flatten(),
        reason: form.text("discharge-reason").to_owned(),
        clause: form.text("discharge-clause").to_owned(),
        request: form.request(),
    };
    let done = office.discharge_debt(page.person()?, place.case, place.debt, order).await;
    place.answered((&office, page, &session), form, done, ("未収の残額を整理しました。", "What was left was given up.")).await
}
