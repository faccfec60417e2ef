//! Lists: filtered, sorted, paged; every order is total.

use banso_grant::{CaseRow, ReviewRow, StateCode};
use banso_kernel::{CallId, OrganisationId, PersonId, fold_width};
use banso_permits::{Action, Permit, Resource};
use sqlx::SqlSafeStr;

use crate::Store;
use crate::db::{Arg, Row, args, built};
use crate::drafts::ApplicationRow;
use crate::fault::Fault;
use crate::ledger::CallRow;
use crate::ledger::fold::{REVIEW_SELECT, review_row};
use crate::ledger::insert::tuples;
use crate::ledger::permitted_call;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    number: u32,
    size: u32,
}

impl Page {
    /// The most rows that a page has.
    pub const LARGEST: u32 = 1000;

    /// The nth page, counted from 0, of so many rows (between 1 and [`Page::LARGEST`]).
    #[must_use]
    pub fn new(number: u32, size: u32) -> Self {
        Page { number, size: size.clamp(1, Page::LARGEST) }
    }

    #[must_use]
    pub fn first(size: u32) -> Self {
        Page::new(0, size)
    }

    pub(crate) const fn size(self) -> u32 {
        self.size
    }

    fn offset(self) -> i64 {
        i64::from(self.number) * i64::from(self.size)
    }
}

/// The rows of a page, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    /// 0 also on a page behind the last.
    pub total: u64,
}

/// Which cases of a call to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Part of the title, the firm's name, its number or the receipt number; empty for all.
    pub search: String,
    /// Any of these states; empty for all.
    pub states: Vec<StateCode>,
    pub track: Option<String>,
}

/// By what cases are sorted; ties go by arrival, then by id.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseSort {
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

impl CaseSort {
    /// Empty columns come last in both directions.
    fn order(self, direction: Direction) -> String {
        let column = match self {
            CaseSort::Arrived => "c.arrived_at",
            CaseSort::Number => "c.receipt_number",
            CaseSort::Title => "c.title",
            CaseSort::Lead => "COALESCE(o.kana, c.lead)",
            CaseSort::State => "c.state",
            CaseSort::Requested => "c.requested",
            CaseSort::Granted => "c.granted",
            CaseSort::Rank => "c.rank",
            CaseSort::Due => "c.due",
            CaseSort::Changed => "c.last_at",
        };
        let way = match direction {
            Direction::Ascending => "ASC",
            Direction::Descending => "DESC",
        };
        format!("ORDER BY ({column}) IS NULL, {column} {way}, c.arrived_at, c.id")
    }
}

/// A case in a list, with the name of its lead if that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCase {
    pub row: CaseRow,
    pub lead_name: Option<String>,
}

/// A case on a reviewer's desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewTask {
    pub review: ReviewRow,
    pub case: CaseRow,
    pub lead_name: Option<String>,
}

/// An application on an applicant's desk; `case` once it was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnApplication {
    pub application: ApplicationRow,
    pub case: Option<CaseRow>,
}

/// How far a reviewer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewLoad {
    pub reviewer: PersonId,
    pub assigned: u64,
    pub submitted: u64,
    pub conflicted: u64,
}

impl TryFrom<&Row> for ListedCase {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(ListedCase { row: CaseRow::try_from(row)?, lead_name: row.opt_text("lead_name")? })
    }
}

impl TryFrom<&Row> for ReviewTask {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(ReviewTask { review: review_row(row)?, case: CaseRow::try_from(row)?, lead_name: row.opt_text("lead_name")? })
    }
}

impl TryFrom<&Row> for ReviewLoad {
    type Error = Fault;
    fn try_from(row: &Row) -> Result<Self, Fault> {
        Ok(ReviewLoad {
            reviewer: row.parse("reviewer")?,
            assigned: row.count("assigned")?,
            submitted: row.count("submitted")?,
            conflicted: row.count("conflicted")?,
        })
    }
}

/// The LIKE pattern for texts that contain `search` as it stands. `!` escapes. No text holds control characters, and PostgreSQL takes no
/// NUL, not even to look for it.
pub(crate) fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.trim().chars().filter(|c| !c.is_control()) {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern + "%"
}

/// The same for what is written in half width: `Ｇ８Ｄ１` finds the number that begins with G8D1.
fn folded(search: &str) -> String {
    pattern(&fold_width(search))
}

/// The same for a number that is said or typed with blanks where hyphens stand: `g8d1 s9nc 0n7y`.
fn hyphened(search: &str) -> String {
    pattern(&fold_width(search).split_whitespace().collect::<Vec<_>>().join("-"))
}

const LISTED_CASE: &str = "SELECT c.*, o.name AS lead_name, COUNT(*) OVER () AS total FROM cases c \
                           LEFT JOIN organisations o ON o.corporate_number = c.lead";

impl Store {
    /// The cases of the call that the permit is for.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn cases_of(
        &self,
        permit: &Permit,
        filter: &CaseFilter,
        sort: CaseSort,
        direction: Direction,
        page: Page,
    ) -> Result<Listed<ListedCase>, Fault> {
        let call = permitted_call(permit)?;
        let states: Vec<String> = filter.states.iter().map(|s| format!("'{}'", s.code())).collect();
        let states = if states.is_empty() { String::new() } else { format!(" AND c.state IN ({})", states.join(",")) };
        let sql = format!(
            "{LISTED_CASE} WHERE c.call_id = $1 AND (LOWER(c.title) LIKE $2 ESCAPE '!' OR LOWER(c.receipt_number) LIKE $5 ESCAPE '!' \
             OR c.lead LIKE $4 ESCAPE '!' OR LOWER(o.name) LIKE $2 ESCAPE '!' OR o.kana LIKE $2 ESCAPE '!' \
             OR LOWER(c.title) LIKE $4 ESCAPE '!' OR LOWER(o.name) LIKE $4 ESCAPE '!' OR o.kana LIKE $4 ESCAPE '!') \
             AND (CAST($3 AS TEXT) IS NULL OR c.track = $3){states} {} LIMIT $6 OFFSET $7",
            sort.order(direction)
        );
        self.listed(
            built(sql),
            args![call, pattern(&filter.search), filter.track.clone(), folded(&filter.search), hyphened(&filter.search)],
            page,
        )
        .await
    }

    /// The cases of all calls, or of one, for a permit to audit the office.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for any other permit.
    pub async fn cases_anywhere(
        &self,
        permit: &Permit,
        call: Option<&CallId>,
        filter: &CaseFilter,
        page: Page,
    ) -> Result<Listed<ListedCase>, Fault> {
        let (Action::Audit, Resource::Office) = (permit.action(), permit.resource()) else { return Err(Fault::WrongPermit) };
        let states: Vec<String> = filter.states.iter().map(|s| format!("'{}'", s.code())).collect();
        let states = if states.is_empty() { String::new() } else { format!(" AND c.state IN ({})", states.join(",")) };
        let sql = format!(
            "{LISTED_CASE} WHERE (CAST($1 AS TEXT) IS NULL OR c.call_id = $1) AND (LOWER(c.title) LIKE $2 ESCAPE '!' \
             OR LOWER(c.receipt_number) LIKE $4 ESCAPE '!' OR c.lead LIKE $3 ESCAPE '!' OR LOWER(o.name) LIKE $2 ESCAPE '!' \
             OR o.kana LIKE $2 ESCAPE '!' OR LOWER(c.decision_number) LIKE $3 ESCAPE '!' OR LOWER(c.decision_number) LIKE $2 ESCAPE '!' \
             OR LOWER(c.title) LIKE $3 ESCAPE '!' OR LOWER(o.name) LIKE $3 ESCAPE '!' OR o.kana LIKE $3 ESCAPE '!'){states} \
             ORDER BY c.last_at DESC, c.id LIMIT $5 OFFSET $6"
        );
        let search = &filter.search;
        self.listed(built(sql), args![call.cloned(), pattern(search), folded(search), hyphened(search)], page).await
    }

    /// How many cases of the call are in which state.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn case_counts(&self, permit: &Permit) -> Result<Vec<(StateCode, u64)>, Fault> {
        let sql = "SELECT state, COUNT(*) AS n FROM cases WHERE call_id = $1 GROUP BY state ORDER BY state";
        let mut counts = Vec::new();
        for row in self.db().rows(sql, args![permitted_call(permit)?]).await? {
            let state = row.text("state")?;
            let code = StateCode::parse(&state).ok_or_else(|| Fault::impossible("state of a case", &state))?;
            counts.push((code, row.count("n")?));
        }
        Ok(counts)
    }

    /// How many applications of the call were started and not submitted.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn draft_count(&self, permit: &Permit) -> Result<u64, Fault> {
        let sql = "SELECT COUNT(*) AS n FROM applications a WHERE a.call_id = $1 \
                   AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = a.case_id)";
        Ok(u64::try_from(self.db().number(sql, args![permitted_call(permit)?]).await?).unwrap_or(0))
    }

    /// How far each reviewer of the call is; replaced assignments are not counted.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn review_loads(&self, permit: &Permit) -> Result<Vec<ReviewLoad>, Fault> {
        let sql = "SELECT reviewer, COUNT(*) AS assigned, \
                   CAST(SUM(CASE WHEN status = 'submitted' THEN 1 ELSE 0 END) AS BIGINT) AS submitted, \
                   CAST(SUM(CASE WHEN status = 'conflicted' THEN 1 ELSE 0 END) AS BIGINT) AS conflicted \
                   FROM reviews WHERE call_id = $1 AND status <> 'replaced' GROUP BY reviewer ORDER BY reviewer";
        self.all(sql, args![permitted_call(permit)?]).await
    }

    /// Every reviewer's work on every case of the call.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn reviews_of(&self, permit: &Permit, page: Page) -> Result<Listed<ReviewTask>, Fault> {
        let sql = format!(
            "SELECT {REVIEW_SELECT}, c.*, o.name AS lead_name, COUNT(*) OVER () AS total FROM reviews r JOIN cases c ON c.id = r.case_id \
             LEFT JOIN organisations o ON o.corporate_number = c.lead WHERE r.call_id = $1 \
             ORDER BY c.arrived_at, c.id, r.reviewer LIMIT $2 OFFSET $3"
        );
        self.listed(built(sql), args![permitted_call(permit)?], page).await
    }

    /// What lies on a reviewer's desk, what is due first on top. It is the reviewer's own.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn inbox(&self, reviewer: PersonId, page: Page) -> Result<Listed<ReviewTask>, Fault> {
        let sql = format!(
            "SELECT {REVIEW_SELECT}, c.*, o.name AS lead_name, COUNT(*) OVER () AS total FROM reviews r JOIN cases c ON c.id = r.case_id \
             LEFT JOIN organisations o ON o.corporate_number = c.lead WHERE r.reviewer = $1 AND r.status <> 'replaced' \
             ORDER BY r.due, c.receipt_number, c.id LIMIT $2 OFFSET $3"
        );
        self.listed(built(sql), args![reviewer], page).await
    }

    /// The applications that an organisation leads or takes part in, newest first. They are the organisation's own.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn applications_of(&self, organisation: OrganisationId, page: Page) -> Result<Listed<OwnApplication>, Fault> {
        let sql = "SELECT *, COUNT(*) OVER () AS total FROM applications WHERE case_id IN \
                   (SELECT case_id FROM applications WHERE lead = $1 UNION SELECT case_id FROM members WHERE organisation = $1) \
                   ORDER BY created_at DESC, case_id LIMIT $2 OFFSET $3";
        let listed: Listed<ApplicationRow> = self.listed(sql, args![organisation], page).await?;
        let ids: Vec<Arg> = listed.rows.iter().map(|r| Arg::from(r.application.case)).collect();
        let mut cases: Vec<CaseRow> = Vec::new();
        if !ids.is_empty() {
            let sql = format!("SELECT * FROM cases WHERE id IN {} ORDER BY id", tuples(1, ids.len()));
            cases = self.all(built(sql), ids).await?;
        }
        let own = |application: ApplicationRow| {
            let case = cases.iter().find(|c| c.case == application.application.case).cloned();
            OwnApplication { application, case }
        };
        Ok(Listed { rows: listed.rows.into_iter().map(own).collect(), total: listed.total })
    }

    /// Every call that has an act. Anybody may know.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn calls(&self) -> Result<Vec<CallRow>, Fault> {
        self.all("SELECT * FROM calls ORDER BY id LIMIT 10000", args![]).await
    }

    /// Whether a call has an act.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn call_row(&self, call: &CallId) -> Result<Option<CallRow>, Fault> {
        self.one("SELECT * FROM calls WHERE id = $1", args![call]).await
    }

    pub(crate) async fn row(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<Row>, Fault> {
        self.db().row(sql, args).await
    }

    pub(crate) async fn one<T>(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Option<T>, Fault>
    where
        T: for<'r> TryFrom<&'r Row, Error = Fault>,
    {
        self.row(sql, args).await?.as_ref().map(T::try_from).transpose()
    }

    pub(crate) async fn all<T>(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<T>, Fault>
    where
        T: for<'r> TryFrom<&'r Row, Error = Fault>,
    {
        self.db().rows(sql, args).await?.iter().map(T::try_from).collect()
    }

    /// A page of a query that ends in `LIMIT $n OFFSET $n+1` and has a column `total`.
    pub(crate) async fn listed<T>(&self, sql: impl SqlSafeStr, mut args: Vec<Arg>, page: Page) -> Result<Listed<T>, Fault>
    where
        T: for<'r> TryFrom<&'r Row, Error = Fault>,
    {
        args.extend([Arg::from(page.size), Arg::from(page.offset())]);
        let rows = self.db().rows(sql, args).await?;
        let total = rows.first().map_or(Ok(0), |row| row.count("total"))?;
        Ok(Listed { rows: rows.iter().map(T::try_from).collect::<Result<_, _>>()?, total })
    }
}
