//! The calendar of all that is due, of the whole programme: every unmet duty of every case, the earliest first. Computed from the acts;
//! nothing of it is stored.

use banso_execution::Execution;
use banso_execution::duties::{Deadline, DutyKind, deadlines};
use banso_execution::rules::ExecutionRules;
use banso_grant::{Case, CaseAct, CaseState};
use banso_kernel::{CallId, CaseId, Day, LocalText};
use banso_permits::{Action, Permit, Person, Resource};

use crate::{Office, OfficeError};

/// Lines of one page.
const LINES: usize = 50;
/// How far 「近い期限」 reaches.
const NEAR_DAYS: i32 = 30;
/// What has been overdue for longer is only counted there.
const LATELY_DAYS: i32 = 90;

/// How far the calendar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Horizon {
    /// Overdue for ninety days at most, and due within thirty days.
    #[default]
    Near,
    Overdue,
    All,
}

impl Horizon {
    pub const ALL: [Horizon; 3] = [Horizon::Near, Horizon::Overdue, Horizon::All];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Horizon::Near => "near",
            Horizon::Overdue => "overdue",
            Horizon::All => "all",
        }
    }

    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            Horizon::Near => LocalText::new("最近の期限切れ（90日以内）と30日以内", "lately overdue (90 days) and within 30 days"),
            Horizon::Overdue => LocalText::new("期限切れだけ", "overdue only"),
            Horizon::All => LocalText::new("全て", "all"),
        }
    }

    /// The horizon of a code; the nearest where there is none of that name.
    #[must_use]
    pub fn named(code: &str) -> Self {
        Horizon::ALL.into_iter().find(|h| h.code() == code).unwrap_or_default()
    }

    fn holds(self, due: Day, today: Day) -> bool {
        match self {
            Horizon::Near => due >= today.plus_days(-LATELY_DAYS) && due <= today.plus_days(NEAR_DAYS),
            Horizon::Overdue => due < today,
            Horizon::All => true,
        }
    }
}

/// What somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarQuery {
    pub horizon: Horizon,
    pub kind: Option<DutyKind>,
    pub call: Option<CallId>,
    /// From 0.
    pub page: usize,
}

/// An unmet duty of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarLine {
    pub case: CaseId,
    pub call: CallId,
    pub receipt_number: String,
    pub title: String,
    pub holder: String,
    pub kind: DutyKind,
    pub nth: u32,
    pub what: LocalText,
    pub due: Day,
    /// Days left; below zero when it has passed.
    pub days: i64,
    pub clause: String,
}

/// How much is due in a call, of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTally {
    pub call: CallId,
    pub name: LocalText,
    pub overdue: usize,
    /// Of these, overdue for longer than what the nearest view shows.
    pub long_overdue: usize,
    /// Due from today on, within thirty days.
    pub soon: usize,
    pub all: usize,
}

impl CallTally {
    fn of(call: &CallId, name: &LocalText, due: &[Day], today: Day) -> Self {
        let count = |within: &dyn Fn(Day) -> bool| due.iter().filter(|d| within(**d)).count();
        CallTally {
            call: call.clone(),
            name: name.clone(),
            overdue: count(&|d| d < today),
            long_overdue: count(&|d| d < today.plus_days(-LATELY_DAYS)),
            soon: count(&|d| d >= today && d <= today.plus_days(NEAR_DAYS)),
            all: due.len(),
        }
    }
}

/// The page.
#[derive(Debug, Clone)]
pub struct CalendarPage {
    pub query: CalendarQuery,
    pub today: Day,
    pub lines: Vec<CalendarLine>,
    pub total: usize,
    pub overdue: usize,
    pub pages: usize,
    /// Every call in which something of this kind is due.
    pub tallies: Vec<CallTally>,
    /// Calls with their names.
    pub calls: Vec<(CallId, LocalText)>,
}

/// A granted case with the rules that governed its decision.
pub(crate) struct Granted {
    pub(crate) id: CaseId,
    pub(crate) case: Case,
    pub(crate) execution: Execution,
    pub(crate) rules: ExecutionRules,
}

impl Granted {
    /// Its unmet duties.
    pub(crate) fn unmet(&self) -> Vec<Deadline> {
        if self.execution.phase == banso_execution::ExecutionPhase::Closed {
            return Vec::new();
        }
        deadlines(&self.execution, &self.rules).into_iter().filter(|d| d.met_on.is_none()).collect()
    }
}

impl Office {
    /// Every granted case of the calls that a query asks for.
    async fn granted_for(&self, person: &Person, query: &CalendarQuery) -> Result<Vec<(CallId, Vec<Granted>)>, OfficeError> {
        let mut found = Vec::new();
        for call in self.calls().into_iter().map(|c| c.call.clone()).filter(|c| query.call.as_ref().is_none_or(|q| q == c)) {
            let permit = self.may_call(person, Action::ReadCall, &call)?;
            let granted = self.granted_within(&permit).await?;
            found.push((call, granted));
        }
        Ok(found)
    }

    /// Every unmet duty that a query asks for, the earliest first.
    pub(super) async fn calendar_lines(&self, person: &Person, query: &CalendarQuery) -> Result<Vec<CalendarLine>, OfficeError> {
        self.lines_for(&self.granted_for(person, query).await?, query).await
    }

    async fn lines_for(&self, all: &[(CallId, Vec<Granted>)], query: &CalendarQuery) -> Result<Vec<CalendarLine>, OfficeError> {
        let mut lines = Vec::new();
        for (call, cases) in all {
            for granted in cases {
                lines.extend(self.lines_of(call, granted, query).await?);
            }
        }
        lines.sort_by(|a, b| (a.due, &a.receipt_number, a.kind, a.nth).cmp(&(b.due, &b.receipt_number, b.kind, b.nth)));
        Ok(lines)
    }

    async fn lines_of(&self, call: &CallId, granted: &Granted, query: &CalendarQuery) -> Result<Vec<CalendarLine>, OfficeError> {
        let today = self.now().day();
        let asked = |d: &Deadline| query.kind.is_none_or(|k| k == d.kind) && query.horizon.holds(d.due, today);
        let due: Vec<Deadline> = granted.unmet().into_iter().filter(asked).collect();
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let number = granted.execution.holder;
        let holder = self.firm(number).await?.map_or_else(|| number.to_string(), |f| f.name);
        let paper = &granted.case.submission.paper;
        let line = |d: Deadline| CalendarLine {
            case: granted.id,
            call: call.clone(),
            receipt_number: paper.receipt_number.clone(),
            title: paper.title.clone(),
            holder: holder.clone(),
            kind: d.kind,
            nth: d.nth,
            what: d.label(),
            due: d.due,
            days: today.days_until(d.due),
            clause: d.clause,
        };
        Ok(due.into_iter().map(line).collect())
    }

    /// Every granted case of a call with the rules that governed its decision.
    pub(crate) async fn granted_within(&self, permit: &Permit) -> Result<Vec<Granted>, OfficeError> {
        let mut found = Vec::new();
        for (id, acts) in self.store().acts_within(permit).await? {
            let case = Case::fold(&acts).map_err(OfficeError::fault)?;
            let CaseState::Granted { execution, .. } = &case.state else { continue };
            let decided = acts.iter().find(|r| matches!(r.act, CaseAct::GrantDecided(_))).map(|r| r.edition);
            let rules = match decided {
                Some(edition) => self.edition(edition)?.execution().cloned(),
                None => None,
            };
            let Some(rules) = rules else { continue };
            found.push(Granted { id, execution: (**execution).clone(), rules, case });
        }
        Ok(found)
    }

    /// The calendar.
    ///
    /// # Errors
    /// Forbidden.
    pub async fn calendar(&self, person: &Person, query: CalendarQuery) -> Result<CalendarPage, OfficeError> {
        self.may(person, Action::ReadCall, &Resource::Office)?;
        let today = self.now().day();
        let (all, calls) = (self.granted_for(person, &query).await?, self.named_calls());
        let asked = |d: &Deadline| query.kind.is_none_or(|k| k == d.kind);
        let tally = |(call, cases): &(CallId, Vec<Granted>)| {
            let due: Vec<Day> = cases.iter().flat_map(Granted::unmet).filter(asked).map(|d| d.due).collect();
            let name = calls.iter().find(|(c, _)| c == call).map(|(_, name)| name.clone()).unwrap_or_default();
            CallTally::of(call, &name, &due, today)
        };
        let tallies = all.iter().map(tally).filter(|t| t.all > 0).collect();
        let lines = self.lines_for(&all, &query).await?;
        let total = lines.len();
        let overdue = lines.iter().filter(|l| l.days < 0).count();
        let pages = total.div_ceil(LINES).max(1);
        let first = query.page.min(pages - 1) * LINES;
        let lines = lines.into_iter().skip(first).take(LINES).collect();
        Ok(CalendarPage { query, today, lines, total, overdue, pages, tallies, calls })
    }

    /// Every call with its name; those of one name with what tells them apart.
    pub(crate) fn named_calls(&self) -> Vec<(CallId, LocalText)> {
        let named = |c: &crate::PublishedCall| {
            let name = c.current().map_or_else(|| LocalText::ja(c.call.to_string()), |e| e.meta().call_name.clone());
            (c.call.clone(), name)
        };
        told_apart(self.calls().iter().map(named).collect())
    }
}

/// Names that stand more than once are followed by the id of their call.
fn told_apart(named: Vec<(CallId, LocalText)>) -> Vec<(CallId, LocalText)> {
    let often = |name: &str| named.iter().filter(|(_, other)| other.ja == name).count() > 1;
    let apart = |(call, name): &(CallId, LocalText)| {
        let said = |text: &str| if often(&name.ja) { format!("{text}（{call}）") } else { text.to_owned() };
        (call.clone(), LocalText::new(said(&name.ja), said(name.get(banso_kernel::Lang::En))))
    };
    named.iter().map(apart).collect()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn calls_of_one_name_are_told_apart() {
        let named =
            [("a/r1", "第1回"), ("b/r1", "第1回"), ("a/r2", "第2回")].map(|(id, name)| (CallId::parse(id).unwrap(), LocalText::ja(name)));
        let names: Vec<String> = told_apart(named.to_vec()).into_iter().map(|(_, name)| name.ja).collect();
        assert_eq!(names, ["第1回（a/r1）", "第1回（b/r1）", "第2回"]);
    }

    #[test]
    fn what_is_due_is_counted_by_how_late_it_is() {
        let day = |text: &str| Day::parse(text).unwrap();
        let due = ["2025-01-01", "2026-03-01", "2026-03-02", "2026-05-31", "2026-06-01", "2026-07-01", "2026-07-02"].map(day);
        let t = CallTally::of(&CallId::parse("a/r1").unwrap(), &LocalText::ja("第1回"), &due, day("2026-05-31"));
        assert_eq!((t.overdue, t.long_overdue, t.soon, t.all), (3, 2, 2, 7));
        for (on, near) in [("2026-03-01", false), ("2026-03-02", true), ("2026-06-30", true), ("2026-07-01", false)] {
            assert_eq!(Horizon::Near.holds(day(on), day("2026-05-31")), near, "{on}");
        }
    }
}
