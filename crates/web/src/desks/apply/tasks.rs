//! The task list of an application, and what is settled there: title, track, a changed edition, invitations.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use banso_kernel::{CaseId, Lang};
use banso_office::apply::{BasicsPage, InviteeStatus, Phase, Renamed, Seat, Task, TaskGroup, TaskList, Writable};
use banso_office::{FieldProblem, Office, OfficeError};
use tower_sessions::Session;

use super::strip::Strip;
use super::{case_path, section_path};
use crate::Settings;
use crate::context::PageContext;
use crate::desks::id;
use crate::desks::{invalid, see_other, with_status};
use crate::failure::Answer;
use crate::form::FormFields;

#[derive(Template, WebTemplate)]
#[template(path = "apply/tasks.html")]
struct Tasks {
    page: PageContext,
    strip: Strip,
    view: TaskList,
    path: String,
    /// The member whose invitation was refused.
    invited: u32,
    email: String,
    /// Whether there is something after the decision.
    executes: bool,
}

impl Tasks {
    fn new(page: PageContext, view: TaskList) -> Self {
        Tasks {
            strip: Strip::of(&view.head),
            path: case_path(view.head.case),
            page,
            view,
            invited: 0,
            email: String::new(),
            executes: false,
        }
    }

    fn lead(&self) -> bool {
        self.view.head.seat == Seat::Lead
    }

    fn filling(&self) -> bool {
        matches!(self.view.head.phase, Phase::Filling { .. } | Phase::Correcting { .. })
    }

    fn may_hand_in(&self) -> bool {
        self.filling() || self.view.head.phase.asks_for_grant()
    }

    fn may_leave(&self) -> bool {
        match self.view.head.phase {
            Phase::Filling { .. } | Phase::Closed { .. } | Phase::Granted { until: None } | Phase::Ended => false,
            Phase::Submitted { .. }
            | Phase::Correcting { .. }
            | Phase::Waiting
            | Phase::Requesting { .. }
            | Phase::CorrectingRequest { .. }
            | Phase::Granted { until: Some(_) } => self.lead(),
        }
    }

    /// Whether it can be thrown away: it was never handed in.
    fn may_discard(&self) -> bool {
        self.lead() && self.view.head.receipt_number.is_none()
    }

    fn status(&self, task: &Task) -> String {
        self.page.local(&task.status.label()).to_owned()
    }

    fn group_title(&self, group: &TaskGroup) -> String {
        match group.member {
            0 => self.page.t("申請全体（代表者が入力）", "The whole application (filled in by the lead)").to_owned(),
            _ => group.name.clone(),
        }
    }

    fn section_path(&self, section: &str, member: &u32) -> String {
        section_path(self.view.head.case, section, *member)
    }

    fn other_side(&self, writable: &Writable) -> Option<String> {
        match writable {
            Writable::Yes | Writable::NotNow => None,
            Writable::OtherSide { name } => Some(name.clone()),
        }
    }

    /// What is said of an invitation, and whether it may be sent.
    fn invitation(&self, status: &InviteeStatus) -> (&'static str, String, bool) {
        match status {
            InviteeStatus::Lead => ("active", self.page.t("代表者", "Lead").to_owned(), false),
            InviteeStatus::CameIn { .. } => ("good", self.page.t("参加済", "Has come in").to_owned(), false),
            InviteeStatus::Invited { email } => ("care", format!("{}（{email}）", self.page.t("招待中", "Invited")), true),
            InviteeStatus::NotInvited => ("", self.page.t("未招待", "Not invited").to_owned(), true),
        }
    }
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    let view = office.task_list(page.person()?, case).await?;
    let executes = matches!(view.head.phase, Phase::Granted { .. }) && office.has_project(page.person()?, case).await;
    Ok(Tasks { executes, ..Tasks::new(page, view) }.into_response())
}

pub(crate) async fn accept_edition(office: State<Office>, page: PageContext, session: Session, Path(case): Path<String>) -> Answer {
    let case: CaseId = id(&case)?;
    office.accept_edition(page.person()?, case).await?;
    see_other(&session, &case_path(case), "新しい版の公募要領を確認しました。", "You have read what changed.").await
}

pub(crate) async fn invite(
    office: State<Office>,
    settings: State<Settings>,
    page: PageContext,
    session: Session,
    Path((case, member)): Path<(String, String)>,
    form: FormFields,
) -> Answer {
    let (case, member): (CaseId, u32) = (id(&case)?, id(&member)?);
    match office.invite(page.person()?, case, member, form.text("email"), &settings.address.to_string()).await {
        Ok(()) => see_other(&session, &case_path(case), "招待のメールを送ります。", "The invitation is on its way.").await,
        Err(OfficeError::Invalid(problems)) => {
            let view = office.task_list(page.person()?, case).await?;
            let problems = problems.into_iter().map(|p| FieldProblem { field: format!("email-{member}"), ..p }).collect();
            let mut tasks = Tasks::new(page.with_problems(problems), view);
            (tasks.invited, tasks.email) = (member, form.text("email").to_owned());
            invalid(tasks)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "apply/basics.html")]
struct Basics {
    page: PageContext,
    strip: Strip,
    path: String,
    title: String,
    track: String,
    tracks: Vec<(String, String)>,
    version: String,
}

async fn basics_page(
    office: &Office,
    page: PageContext,
    case: CaseId,
    title: Option<&str>,
    track: Option<&str>,
) -> Result<Basics, crate::failure::Failure> {
    let view = office.basics(page.person()?, case).await?;
    let tracks = view.tracks.iter().map(|t| (t.name.clone(), page.local(&t.title).to_owned())).collect();
    Ok(Basics {
        strip: Strip::of(&view.head),
        path: case_path(case),
        title: title.map_or(view.title, str::to_owned),
        track: track.map_or(view.track, str::to_owned),
        tracks,
        version: view.version,
        page,
    })
}

pub(crate) async fn basics(office: State<Office>, page: PageContext, Path(case): Path<String>) -> Answer {
    Ok(basics_page(&office, page, id(&case)?, None, None).await?.into_response())
}

pub(crate) async fn rename(
    office: State<Office>,
    page: PageContext,
    session: Session,
    Path(case): Path<String>,
    form: FormFields,
) -> Answer {
    let case: CaseId = id(&case)?;
    let (title, track) = (form.text("title"), form.text("track"));
    match office.rename(page.person()?, case, form.text("version"), title, track).await {
        Ok(Renamed::Saved) => {
            see_other(&session, &case_path(case), "計画の名称と申請枠を保存しました。", "Title and track were saved.").await
        }
        Ok(Renamed::Clash) => {
            let problems = overtaken(&office.basics(page.person()?, case).await?);
            let again = basics_page(&office, page.with_problems(problems), case, Some(title), Some(track)).await?;
            Ok(with_status(StatusCode::CONFLICT, again))
        }
        Err(OfficeError::Invalid(problems)) => {
            invalid(basics_page(&office, page.with_problems(problems), case, Some(title), Some(track)).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// What stands now, for whoever typed on a page that had been opened before it was saved.
fn overtaken(now: &BasicsPage) -> Vec<FieldProblem> {
    let track = now.tracks.iter().find(|t| t.name == now.track).map(|t| t.title.clone()).unwrap_or_default();
    let (ja, en) = (track.ja.as_str(), track.get(Lang::En));
    let (ja, en) =
        if ja.is_empty() { (String::new(), String::new()) } else { (format!("、申請枠は「{ja}」"), format!(", track `{en}`")) };
    vec![FieldProblem::new(
        "title",
        format!(
            "この画面を開いたあとに、別の画面で変更されました。いま保存されている名称は「{}」{ja}です。下には入力した内容を残しています。これで良ければ、もう一度保存してください。",
            now.title
        ),
        format!(
            "This was changed elsewhere after you opened the page: the title is now `{}`{en}. What you typed is below; save once more to keep it.",
            now.title
        ),
    )]
}
