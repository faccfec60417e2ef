//! 支払: the claims of a call that wait, runs of payments, their approval, the transfer file and the bank's answer.

use std::collections::BTreeSet;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use banso_execution::run::Held;
use banso_grant::RunState;
use banso_kernel::{CallId, Digest, LocalText};
use banso_office::execution::{AccountForm, RequesterForm, RunLine, RunOrder, RunPage, RunsPage, SettleLine, SettleOrder};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::{call_path, shown_again};
use crate::context::PageContext;
use crate::desks::apply::project::{account_field, account_of};
use crate::desks::{call_of, id, invalid, see_other};
use crate::download::{FileKind, download};
use crate::failure::Answer;
use crate::form::FormFields;
use crate::upload::Upload;

/// Most bytes of a bank's result file: as many records as a run may have.
const RESULT_BYTES_MAX: usize = 16 << 20;

const fn run_tone(state: RunState) -> &'static str {
    match state {
        RunState::Frozen => "care",
        RunState::Discarded => "",
        RunState::Approved => "active",
        RunState::Settled => "good",
    }
}

fn payments_path(call: &CallId) -> String {
    format!("{}/payments", call_path(call))
}

fn run_path(call: &CallId, run: Digest) -> String {
    format!("{}/{run}", payments_path(call))
}

#[derive(Template, WebTemplate)]
#[template(path = "office/payments.html")]
struct Payments {
    page: PageContext,
    view: RunsPage,
    call: String,
    form: Option<FormFields>,
}

impl Payments {
    fn new(page: PageContext, view: RunsPage, form: Option<FormFields>) -> Self {
        Payments { call: call_path(&view.call), page, view, form }
    }

    fn pay_on(&self) -> String {
        self.form.as_ref().map_or_else(|| self.view.next_day.wareki(), |form| form.text("pay-on").to_owned())
    }

    /// A field of the account that is paid from: what was typed, otherwise as in the last run.
    fn from(&self, field: &str) -> String {
        match (&self.form, field) {
            (Some(form), _) => form.text(&format!("from-{field}")).to_owned(),
            (None, "code") => self.view.requester.code.clone(),
            (None, _) => account_field(&self.view.requester.account, field),
        }
    }

    fn kinds(&self) -> Vec<(&'static str, String)> {
        AccountForm::kinds().into_iter().map(|(code, label)| (code, self.page.local(&label).to_owned())).collect()
    }

    fn fresh(&self, held: &Held) -> bool {
        *held == Held::FreshAccount
    }

    fn tone(&self, run: &RunLine) -> &'static str {
        run_tone(run.state)
    }

    fn state(&self, run: &RunLine) -> String {
        self.page.local(&run.state.label()).to_owned()
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path((programme, round)): Path<(String, String)>) -> Answer {
    let view = office.runs_page(page.person()?, &call_of((programme, round))?).await?;
    Ok(Payments::new(page, view, None).into_response())
}

pub(crate) async fn freeze(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let call = call_of((programme, round))?;
    let again = async |page: PageContext, form: FormFields, problems: Vec<FieldProblem>| {
        let view = office.runs_page(page.person()?, &call).await?;
        invalid(Payments::new(page.with_problems(problems), view, Some(form)))
    };
    let pay_on = match form.day("pay-on") {
        Ok(day) => day,
        Err(problem) => return again(page, form, vec![problem]).await,
    };
    let requester = RequesterForm { code: form.text("from-code").to_owned(), account: account_of(&form, "from-") };
    let confirmed: BTreeSet<Digest> = form.all("confirmed").filter_map(|d| d.parse().ok()).collect();
    let order = RunOrder { pay_on, requester, confirmed, request: form.request() };
    match office.freeze_run(page.person()?, &call, order).await {
        Ok(run) => {
            let path = run.map_or_else(|| payments_path(&call), |run| run_path(&call, run));
            see_other(&session, &path, "支払計画を確定しました。承認を待っています。", "The run is frozen and waits for approval.").await
        }
        Err(error) => again(page, form, shown_again(error)?).await,
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "office/run.html")]
struct Run {
    page: PageContext,
    view: RunPage,
    call: String,
    payments: String,
    path: String,
    form: Option<FormFields>,
    /// What the bank's file says, to be looked at before it is recorded.
    read: Vec<SettleLine>,
}

impl Run {
    fn new(page: PageContext, view: RunPage, form: Option<FormFields>, read: Vec<SettleLine>) -> Self {
        let (call, payments, path) = (call_path(&view.call), payments_path(&view.call), run_path(&view.call, view.line.run));
        Run { page, view, call, payments, path, form, read }
    }

    fn tone(&self) -> &'static str {
        run_tone(self.view.line.state)
    }

    fn state(&self) -> String {
        self.page.local(&self.view.line.state.label()).to_owned()
    }

    fn waits(&self) -> bool {
        self.view.line.state == RunState::Frozen
    }

    /// Whether this person records the bank's answer now.
    fn answers(&self) -> bool {
        self.view.line.state == RunState::Approved && self.view.may_handle
    }

    /// What was read out of the bank's file, in a sentence.
    fn was_read(&self) -> Option<LocalText> {
        let returned = self.read.iter().filter(|l| l.returned.is_some()).count();
        let paid = self.read.len().saturating_sub(returned);
        (!self.read.is_empty()).then(|| {
            LocalText::new(
                format!("銀行の結果ファイルを読み込みました。支払済{paid}件、振込不能{returned}件です。まだ記録していません。表を確かめて、「結果を記録する」を押してください。"),
                format!("The bank's file was read: {paid} paid, {returned} came back. Nothing is recorded yet: check the table, then record the outcome."),
            )
        })
    }

    fn field(&self, reference: &u64) -> String {
        format!("returned-{reference}")
    }

    fn returned(&self, reference: &u64) -> String {
        match &self.form {
            Some(form) => form.text(&self.field(reference)).to_owned(),
            None => self.read.iter().find(|l| l.reference == *reference).and_then(|l| l.returned.clone()).unwrap_or_default(),
        }
    }

    fn on(&self) -> String {
        self.form.as_ref().map_or_else(|| self.view.line.pay_on.wareki(), |form| form.text("on").to_owned())
    }
}

type RunAddress = Path<(String, String, String)>;

pub(crate) async fn run(office: State<Office>, page: PageContext, Path((programme, round, run)): RunAddress) -> Answer {
    let view = office.run_page(page.person()?, &call_of((programme, round))?, id(&run)?).await?;
    Ok(Run::new(page, view, None, Vec::new()).into_response())
}

async fn again(
    office: &Office,
    page: PageContext,
    (call, run): (&CallId, Digest),
    form: Option<FormFields>,
    problems: Vec<FieldProblem>,
) -> Answer {
    let view = office.run_page(page.person()?, call, run).await?;
    invalid(Run::new(page.with_problems(problems), view, form, Vec::new()))
}

pub(crate) async fn approve(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round, run)): RunAddress,
    form: FormFields,
) -> Answer {
    let (call, run): (CallId, Digest) = (call_of((programme, round))?, id(&run)?);
    match office.approve_run(page.person()?, &call, run, form.request()).await {
        Ok(()) => see_other(&session, &run_path(&call, run), "支払計画を承認しました。", "The run was approved.").await,
        // The page says what became stale and who can discard the run.
        Err(OfficeError::Stale(text)) => again(&office, page, (&call, run), None, vec![FieldProblem { field: String::new(), text }]).await,
        Err(error) => again(&office, page, (&call, run), None, shown_again(error)?).await,
    }
}

pub(crate) async fn discard(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round, run)): RunAddress,
    form: FormFields,
) -> Answer {
    let (call, run): (CallId, Digest) = (call_of((programme, round))?, id(&run)?);
    match office.discard_run(page.person()?, &call, run, form.text("discard-reason"), form.request()).await {
        Ok(()) => see_other(&session, &payments_path(&call), "支払計画を取り消しました。", "The run was discarded.").await,
        Err(error) => again(&office, page, (&call, run), None, shown_again(error)?).await,
    }
}

pub(crate) async fn file(office: State<Office>, page: PageContext, Path((programme, round, run)): RunAddress) -> Answer {
    let (name, bytes) = office.run_file(page.person()?, &call_of((programme, round))?, id(&run)?).await?;
    Ok(download(&name, FileKind::Other, bytes))
}

/// The bank's file is read and shown beside the run; nothing is recorded yet.
pub(crate) async fn read_answer(
    office: State<Office>,
    page: PageContext,
    Path((programme, round, run)): RunAddress,
    mut upload: Upload,
) -> Answer {
    let (call, run): (CallId, Digest) = (call_of((programme, round))?, id(&run)?);
    let Some(file) = upload.file().await? else {
        let none = FieldProblem::new("result", "ファイルを選んでから送信してください。", "Choose a file first.");
        return again(&office, page, (&call, run), None, vec![none]).await;
    };
    let bytes = file.whole(RESULT_BYTES_MAX).await?;
    match office.read_result(page.person()?, &call, run, &bytes).await {
        Ok(lines) => {
            let view = office.run_page(page.person()?, &call, run).await?;
            Ok(Run::new(page, view, None, lines).into_response())
        }
        Err(error) => again(&office, page, (&call, run), None, shown_again(error)?).await,
    }
}

pub(crate) async fn settle(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path((programme, round, run)): RunAddress,
    form: FormFields,
) -> Answer {
    let (call, run): (CallId, Digest) = (call_of((programme, round))?, id(&run)?);
    let on = match form.day("on") {
        Ok(day) => day,
        Err(problem) => return again(&office, page, (&call, run), Some(form), vec![problem]).await,
    };
    let lines = form.iter().filter_map(|(name, text)| {
        let reference = name.strip_prefix("returned-")?.parse().ok()?;
        Some(SettleLine { reference, returned: (!text.is_empty()).then(|| text.to_owned()) })
    });
    let order = SettleOrder { on, lines: lines.collect(), request: form.request() };
    match office.settle_run(page.person()?, &call, run, order).await {
        Ok(()) => see_other(&session, &run_path(&call, run), "銀行の結果を記録しました。", "The bank's answer was recorded.").await,
        Err(error) => again(&office, page, (&call, run), Some(form), shown_again(error)?).await,
    }
}
