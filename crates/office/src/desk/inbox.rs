//! What arrived: the cases of a call, filtered, searched, sorted, paged, and the same list as a file.

use banso_exchange::{Cell, Column, Kind, Sheet, to_csv, to_xlsx};
use banso_grant::StateCode;
use banso_grant::score::parse_fraction;
use banso_guideline::Edition;
use banso_kernel::{CallId, LocalText};
use banso_permits::{Action, Permit, Person};
use banso_store::{CaseFilter, CaseSort, Direction, Listed, ListedCase, Page};

use crate::letters::track_title;
use crate::{Office, OfficeError};

/// Rows of one page of the list.
pub const INBOX_PAGE: u32 = 50;

/// Which cases somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboxQuery {
    /// Part of the title, the firm's name, its number or the receipt number.
    pub search: String,
    pub states: Vec<StateCode>,
    pub track: Option<String>,
    pub sort: SortColumn,
    pub descending: bool,
    /// From 0.
    pub page: u32,
}

/// What kind of file the list becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFile {
    Excel,
    Csv,
}

impl ListFile {
    /// How the file's name ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            ListFile::Excel => "xlsx",
            ListFile::Csv => "csv",
        }
    }

    /// The kind that a name ends in.
    #[must_use]
    pub fn named(extension: &str) -> Option<Self> {
        [ListFile::Excel, ListFile::Csv].into_iter().find(|kind| kind.extension().eq_ignore_ascii_case(extension))
    }
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortColumn {
    #[default]
    Arrived,
    Number,
    Title,
    Lead,
    State,
    Requested,
    Granted,
    Rank,
    Due,
    Changed,
}

impl SortColumn {
    pub const ALL: [SortColumn; 10] = [
        SortColumn::Arrived,
        SortColumn::Number,
        SortColumn::Title,
        SortColumn::Lead,
        SortColumn::State,
        SortColumn::Requested,
        SortColumn::Granted,
        SortColumn::Rank,
        SortColumn::Due,
        SortColumn::Changed,
    ];

    /// As addresses name it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            SortColumn::Arrived => "arrived",
            SortColumn::Number => "number",
            SortColumn::Title => "title",
            SortColumn::Lead => "lead",
            SortColumn::State => "state",
            SortColumn::Requested => "requested",
            SortColumn::Granted => "granted",
            SortColumn::Rank => "rank",
            SortColumn::Due => "due",
            SortColumn::Changed => "changed",
        }
    }

    /// The column of a code; by arrival where there is none of that name.
    #[must_use]
    pub fn named(code: &str) -> Self {
        SortColumn::ALL.into_iter().find(|c| c.code() == code).unwrap_or_default()
    }

    const fn sort(self) -> CaseSort {
        match self {
            SortColumn::Arrived => CaseSort::Arrived,
            SortColumn::Number => CaseSort::Number,
            SortColumn::Title => CaseSort::Title,
            SortColumn::Lead => CaseSort::Lead,
            SortColumn::State => CaseSort::State,
            SortColumn::Requested => CaseSort::Requested,
            SortColumn::Granted => CaseSort::Granted,
            SortColumn::Rank => CaseSort::Rank,
            SortColumn::Due => CaseSort::Due,
            SortColumn::Changed => CaseSort::Changed,
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Inbox {
    pub call: CallId,
    pub edition: Edition,
    pub query: InboxQuery,
    pub listed: Listed<ListedCase>,
    pub counts: Vec<(StateCode, u64)>,
    pub pages: u32,
}

impl Inbox {
    /// The title of a track.
    #[must_use]
    pub fn track(&self, name: &str) -> LocalText {
        track_title(&self.edition, name)
    }
}

impl InboxQuery {
    fn filter(&self) -> CaseFilter {
        CaseFilter { search: self.search.clone(), states: self.states.clone(), track: self.track.clone() }
    }

    const fn direction(&self) -> Direction {
        if self.descending { Direction::Descending } else { Direction::Ascending }
    }
}

impl Office {
    /// The cases of a call.
    ///
    /// # Errors
    /// Forbidden, or no such call.
    pub async fn office_inbox(&self, person: &Person, call: &CallId, query: InboxQuery) -> Result<Inbox, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let page = Page::new(query.page, INBOX_PAGE);
        let listed = self.store().cases_of(&called.permit, &query.filter(), query.sort.sort(), query.direction(), page).await?;
        let counts = self.store().case_counts(&called.permit).await?;
        let pages = u32::try_from(listed.total.div_ceil(u64::from(INBOX_PAGE))).unwrap_or(u32::MAX).max(1);
        Ok(Inbox { call: call.clone(), edition: called.edition, query, listed, counts, pages })
    }

    /// The same list, all pages, as a file.
    ///
    /// # Errors
    /// As [`Office::office_inbox`]; more rows than a sheet holds.
    pub async fn office_inbox_file(
        &self,
        person: &Person,
        call: &CallId,
        query: InboxQuery,
        file: ListFile,
    ) -> Result<Vec<u8>, OfficeError> {
        let called = self.called(person, Action::ReadCall, call).await?;
        let cases = self.all_listed(&called.permit, &query).await?;
        let meta = called.edition.meta();
        let sheet = Sheet {
            title: "申請一覧".to_owned(),
            columns: columns(),
            rows: cases.iter().map(|c| row(&called.edition, c)).collect(),
            made_at: self.now(),
            synthetic: meta.synthetic || self.synthetic(),
        };
        let write = match file {
            ListFile::Excel => to_xlsx,
            ListFile::Csv => to_csv,
        };
        let made = tokio::task::spawn_blocking(move || write(&sheet)).await.map_err(OfficeError::fault)?;
        made.map_err(OfficeError::fault)
    }

    async fn all_listed(&self, permit: &Permit, query: &InboxQuery) -> Result<Vec<ListedCase>, OfficeError> {
        let mut cases = Vec::new();
        for number in 0.. {
            let page = Page::new(number, Page::LARGEST);
            let listed = self.store().cases_of(permit, &query.filter(), query.sort.sort(), query.direction(), page).await?;
            let last = listed.rows.len() < Page::LARGEST as usize;
            cases.extend(listed.rows);
            if last {
                break;
            }
        }
        Ok(cases)
    }
}

fn columns() -> Vec<Column> {
    [
        ("受付番号", Kind::Code),
        ("計画の名称", Kind::Text),
        ("申請枠", Kind::Text),
        ("代表者", Kind::Text),
        ("法人番号", Kind::Code),
        ("構成員数", Kind::Number),
        ("状態", Kind::Text),
        ("版", Kind::Number),
        ("受付日時", Kind::Instant),
        ("申請額", Kind::Yen),
        ("審査（提出）", Kind::Number),
        ("審査（割当）", Kind::Number),
        ("順位", Kind::Number),
        ("得点", Kind::Score),
        ("補欠順位", Kind::Number),
        ("交付決定額", Kind::Yen),
        ("交付決定番号", Kind::Code),
        ("期限", Kind::Day),
        ("最終更新", Kind::Instant),
    ]
    .into_iter()
    .map(|(header, kind)| Column::new(header, kind))
    .collect()
}

fn row(edition: &Edition, case: &ListedCase) -> Vec<Cell> {
    let r = &case.row;
    let number = |n: Option<u32>| n.map_or(Cell::Empty, |n| Cell::Number(i64::from(n)));
    let text = |t: &str| if t.is_empty() { Cell::Empty } else { Cell::Text(t.to_owned()) };
    vec![
        text(&r.receipt_number),
        text(&r.title),
        text(&track_title(edition, &r.track).ja),
        text(case.lead_name.as_deref().unwrap_or_default()),
        text(&r.lead.to_string()),
        Cell::Number(i64::try_from(r.parties.len()).unwrap_or(i64::MAX)),
        text(&r.state.label().ja),
        Cell::Number(i64::from(r.version)),
        Cell::Instant(r.received_at),
        Cell::Yen(r.requested),
        Cell::Number(i64::from(r.reviewed)),
        Cell::Number(i64::from(r.reviewers)),
        number(r.rank),
        r.score.as_deref().and_then(parse_fraction).map_or(Cell::Empty, Cell::Score),
        number(r.reserve_order),
        r.granted.map_or(Cell::Empty, Cell::Yen),
        text(r.decision_number.as_deref().unwrap_or_default()),
        r.due.map_or(Cell::Empty, Cell::Day),
        Cell::Instant(r.last_at),
    ]
}
