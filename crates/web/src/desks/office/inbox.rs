//! What arrived in a call: the list, filtered, sorted, paged; and the same as an Excel file.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::response::IntoResponse as _;
use banso_grant::StateCode;
use banso_office::desk::{CallOverview, Inbox, InboxQuery, ListFile, SortColumn};
use banso_office::{ListedCase, Office};
use serde::Deserialize;

use super::{call_path, phase_label, state_tone};
use crate::context::{PageContext, encoded};
use crate::desks::call_of;
use crate::download::{FileKind, download};
use crate::failure::{Answer, Failure};

/// The query of the list, as addresses carry it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    track: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    down: String,
    #[serde(default)]
    page: Option<u32>,
}

impl Asked {
    fn query(&self) -> Result<InboxQuery, Failure> {
        if self.q.len() > 500 || self.track.len() > 200 {
            return Err(Failure::TooLarge);
        }
        Ok(InboxQuery {
            search: self.q.trim().to_owned(),
            states: StateCode::parse(&self.state).into_iter().collect(),
            track: Some(self.track.chars().filter(|c| !c.is_control()).collect()).filter(|t: &String| !t.is_empty()),
            sort: SortColumn::named(&self.sort),
            descending: !self.down.is_empty(),
            page: self.page.unwrap_or(1).saturating_sub(1),
        })
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "office/inbox.html")]
struct InboxPage {
    page: PageContext,
    path: String,
    overview: CallOverview,
    inbox: Inbox,
}

impl InboxPage {
    /// The query of this list with one thing changed.
    fn address(&self, sort: SortColumn, descending: bool, number: u32) -> String {
        let q = &self.inbox.query;
        let state = q.states.first().map_or("", |s| s.code());
        let track = q.track.as_deref().unwrap_or_default();
        let down = if descending { "1" } else { "" };
        format!(
            "q={}&state={state}&track={}&sort={}&down={down}&page={}",
            encoded(&q.search),
            encoded(track),
            sort.code(),
            number.saturating_add(1)
        )
    }

    fn page_link(&self, number: u32) -> String {
        format!("{}?{}", self.path, self.address(self.inbox.query.sort, self.inbox.query.descending, number))
    }

    fn excel_link(&self) -> String {
        format!("{}/list.xlsx?{}", self.path, self.address(self.inbox.query.sort, self.inbox.query.descending, 0))
    }

    /// The columns: what they sort by, their label, whether numbers stand in them.
    fn columns(&self) -> Vec<HeadCell> {
        let column = |sort: SortColumn, ja, en, right| {
            let sorted = self.inbox.query.sort == sort;
            let descending = self.inbox.query.descending;
            HeadCell {
                link: format!("{}?{}", self.path, self.address(sort, sorted && !descending, 0)),
                label: self.page.lang.pick(ja, en),
                right,
                aria: if !sorted {
                    "none"
                } else if descending {
                    "descending"
                } else {
                    "ascending"
                },
                mark: if !sorted {
                    ""
                } else if descending {
                    " ▼"
                } else {
                    " ▲"
                },
            }
        };
        vec![
            column(SortColumn::Number, "受付番号", "Number", false),
            column(SortColumn::Title, "計画の名称", "Title", false),
            column(SortColumn::Lead, "代表者", "Lead", false),
            column(SortColumn::State, "状態", "State", false),
            column(SortColumn::Arrived, "受付日時", "Received", false),
            column(SortColumn::Requested, "申請額", "Requested", true),
            column(SortColumn::Rank, "順位", "Rank", true),
            column(SortColumn::Due, "期限", "Due", false),
        ]
    }

    fn states(&self) -> Vec<(String, String)> {
        let count = |s: StateCode| self.inbox.counts.iter().find(|(c, _)| *c == s).map_or(0, |(_, n)| *n);
        let used = StateCode::ALL.iter().filter(|s| count(**s) > 0);
        used.map(|s| (s.code().to_owned(), format!("{}（{}）", self.page.local(&s.label()), count(*s)))).collect()
    }

    fn state(&self) -> &'static str {
        self.inbox.query.states.first().map_or("", |s| s.code())
    }

    fn chosen_track(&self) -> &str {
        self.inbox.query.track.as_deref().unwrap_or_default()
    }

    fn tracks(&self) -> Vec<(String, String)> {
        self.inbox.edition.tracks().iter().map(|t| (t.name.clone(), self.page.local(&t.title).to_owned())).collect()
    }

    fn tone(&self, case: &ListedCase) -> &'static str {
        state_tone(case.row.state)
    }

    fn label(&self, case: &ListedCase) -> String {
        self.page.local(&case.row.state.label()).to_owned()
    }

    fn lead(&self, case: &ListedCase) -> String {
        case.lead_name.clone().unwrap_or_else(|| case.row.lead.to_string())
    }

    /// Whether somebody is late. The day until which a decision may be withdrawn from passes without anybody being late.
    fn overdue(&self, case: &ListedCase) -> bool {
        let awaited = matches!(case.row.state, StateCode::Returned | StateCode::GrantRequestReturned | StateCode::UnderReview);
        awaited && case.row.due.is_some_and(|due| due < self.page.now.day())
    }

    fn phase(&self) -> String {
        self.page.local(&phase_label(self.overview.phase)).to_owned()
    }
}

/// The head of a column.
struct HeadCell {
    link: String,
    label: &'static str,
    right: bool,
    aria: &'static str,
    mark: &'static str,
}

pub(crate) async fn show(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>, asked: Query<Asked>) -> Answer {
    let call = call_of(call)?;
    let overview = office.overview(page.person()?, &call).await?;
    let inbox = office.office_inbox(page.person()?, &call, asked.query()?).await?;
    Ok(InboxPage { page, path: call_path(&call), overview, inbox }.into_response())
}

pub(crate) async fn excel(office: State<Office>, page: PageContext, Path(call): Path<(String, String)>, asked: Query<Asked>) -> Answer {
    let call = call_of(call)?;
    let file = office.office_inbox_file(page.person()?, &call, asked.query()?, ListFile::Excel).await?;
    let name = format!("申請一覧_{}_{}.xlsx", call.to_string().replace('/', "-"), page.now.day());
    Ok(download(&name, FileKind::Excel, file))
}
