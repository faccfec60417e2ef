//! The de-identified panel of a call, as it was known on a day: scores and their distance to the cut-off, decisions, amounts, facts before
//! and after. Names, numbers and addresses stay behind; who a row is of is told by a pseudonym whose salt is thrown away.

use std::collections::BTreeSet;

use banso_evaluation::study::{Declaration, Method};
use banso_grant::SelectionPlan;
use banso_grant::selection::PlannedCase;
use banso_guideline::{Edition, Item, ItemKind};
use banso_kernel::{CallId, Day, Digest, FiscalYear, fold_width};
use banso_permits::{Action, Permit, Person};
use banso_store::CallFile;
use rand::Rng as _;

use super::known::Known;
pub(crate) use super::line::{Line, SIZES, unit_of, workers};
use super::line::{TEN_THOUSAND, is_money, tenth};
use super::shelter::Shelter;
use super::table::{Cells, Table};
use super::takers::Takers;
use crate::{Office, OfficeError};

/// Columns that every panel has.
pub(crate) const FIRM: &str = "企業";
pub(crate) const DISTANCE: &str = "距離";
pub(crate) const GRANTED: &str = "交付";
pub(crate) const PAID: &str = "交付額";
pub(crate) const TRACK: &str = "申請枠";
pub(crate) const SIZE: &str = "規模";
pub(crate) const ROUND: &str = "公募回";
pub(crate) const YEAR: &str = "年度";
pub(crate) const START: &str = "開始年度";
/// The fiscal year of the day up to which the panel knows: what is due later is not said to be missed.
pub(crate) const AS_OF: &str = "基準年度";
/// How many cases are in no row because their grant is not decided yet.
pub(crate) const OPEN: &str = "決定前の件数";

/// Everything that a study of a call can use.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) lines: Vec<Line>,
    pub(super) items: Vec<Item>,
    kpis: Vec<Goal>,
    known_in: i32,
}

/// A target of the programme as columns.
#[derive(Debug, Clone)]
struct Goal {
    id: String,
    item: String,
    /// Its figures are shares, stated in hundredths.
    share: bool,
    /// How many years after the decision it can be reached at the earliest.
    after: i32,
}

impl Office {
    /// The panel of a closed call, as it was known at the end of a day; nothing while its selection was not executed.
    pub(crate) async fn panel(
        &self,
        permit: &Permit,
        file: &CallFile,
        edition: &Edition,
        known_on: Day,
    ) -> Result<Option<Panel>, OfficeError> {
        let Some(frozen) = file.call.executed() else { return Ok(None) };
        let plan = self.store().plan(frozen.plan).await?.ok_or(OfficeError::NotFound)?;
        let plan = SelectionPlan::open(&plan.body).map_err(OfficeError::fault)?;
        let cases = self.store().cases_within(permit).await?;
        let banso_grant::CallPhase::SelectionExecuted { on: selected_on, .. } = &file.call.phase else { return Ok(None) };
        let mut facts = self.store().facts_within(permit, known_on).await?;
        // Groups are made of what was known before the day of the selection: nothing that is learned later can move that.
        let mut then = self.store().facts_within(permit, selected_on.plus_days(-1)).await?;
        let mut line = |planned: &PlannedCase| {
            let case = cases.get(&planned.case)?;
            let lead = case.submission.paper.lead;
            let known = Known::of(facts.entry(lead).or_default());
            let known_then = Known::of(then.entry(lead).or_default());
            Some(Line { known_then, ..Line::of(planned, case, known)? })
        };
        let mut lines: Vec<Line> = plan.cases().iter().filter_map(&mut line).collect();
        let above = lines.iter().filter(|l| l.above).map(|l| l.score);
        let cutoff = above.fold(None, |least: Option<f64>, s| Some(least.map_or(s, |l| l.min(s))));
        let decided = i32::from(FiscalYear::of(*selected_on).get());
        for line in &mut lines {
            line.round = file.id.round().to_owned();
            (line.cutoff, line.decided) = (cutoff, decided);
        }
        let known_in = i32::from(FiscalYear::of(known_on).get());
        Ok(Some(Panel { lines, items: items(edition), kpis: kpis(edition), known_in }))
    }

    /// The same with other decided rounds of the programme: everybody who asks must be allowed to evaluate each of them.
    pub(crate) async fn pooled(&self, person: &Person, mut panel: Panel, others: &[String], known_on: Day) -> Result<Panel, OfficeError> {
        for other in others {
            let call: CallId = other.parse().map_err(|_| OfficeError::NotFound)?;
            let permit = self.may_call(person, Action::Evaluate, &call)?;
            let file = self.store().call(&call).await?.ok_or(OfficeError::NotFound)?;
            let edition = self.edition_in_force(&call)?;
            panel.lines.extend(self.panel(&permit, &file, &edition, known_on).await?.ok_or(OfficeError::NotFound)?.lines);
        }
        Ok(panel)
    }
}

/// The facts of firms that have a number or a few choices: what studies can look at.
pub(crate) fn items(edition: &Edition) -> Vec<Item> {
    let of_firm = |i: &&Item| i.about == "事業者" && matches!(i.kind, ItemKind::Number { .. } | ItemKind::Choice(_));
    edition.dictionary().items().iter().filter(of_firm).cloned().collect()
}

/// The targets that are about an item.
fn kpis(edition: &Edition) -> Vec<Goal> {
    let goal = |k: &banso_guideline::Kpi| {
        Some(Goal { id: k.id.clone(), item: k.item.clone()?, share: k.unit == "%", after: years_after(&k.when.ja) })
    };
    edition.kpis().iter().filter_map(goal).collect()
}

/// How many years after the decision a target can be reached at the earliest: the project takes a year at least, and 「終了後5年」 comes five
/// years after its end.
pub(crate) fn years_after(when: &str) -> i32 {
    let folded = fold_width(when);
    let digits = folded.split("後").nth(1).map(|rest| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    1 + digits.and_then(|n| n.parse::<i32>().ok()).unwrap_or(0).min(100)
}

/// The column of what firms expect of a target.
pub(crate) fn expected_column(id: &str) -> String {
    format!("見込み:{id}")
}

/// The column of the first fiscal year in which a target can be reached.
pub(crate) fn due_column(id: &str) -> String {
    format!("期日:{id}")
}

pub(crate) fn kpi_column(id: &str) -> String {
    format!("目標:{id}")
}

/// The middle of the half point that a distance lies in: as many steps on either side of the cut-off, which stays between two of them.
pub(super) fn half_points(distance: f64) -> f64 {
    ((distance * 2.0).floor() + 0.5) / 2.0
}

/// The columns of an item at the horizon: before, after, and by how much it rose.
pub(crate) fn column(item: &str, when: &str) -> String {
    format!("{item}_{when}")
}

/// An item by worker, year by year.
pub(crate) fn each_worker(item: &str) -> String {
    format!("1人あたり{item}")
}

/// The columns of an item by worker at the horizon.
pub(crate) fn per_worker(item: &str, when: &str) -> String {
    format!("1人あたり{item}_{when}")
}

impl Panel {
    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The same panel as if nothing were known of the years after the decision.
    pub(crate) fn until_decided(&self) -> Panel {
        let mut earlier = self.clone();
        earlier.lines.iter_mut().for_each(|l| l.facts.forget_after(l.decided));
        earlier
    }

    /// How many firms have a value of one of these items for the horizon: whether the outcome is known already.
    pub(crate) fn outcomes_known(&self, items: &[&str], horizon: u32) -> usize {
        self.lines.iter().filter(|l| items.iter().any(|i| l.facts.at(i, l.year(horizon)).is_some())).count()
    }

    /// Whether any firm has a figure of a business year for an item: without one it is no outcome.
    pub(crate) fn has_years(&self, item: &str) -> bool {
        self.lines.iter().any(|l| l.facts.years_of(item, i32::MAX) > 0)
    }

    /// How many firms have a figure of before the decision for an item.
    pub(crate) fn firms_before(&self, item: &Item) -> usize {
        self.lines.iter().filter(|l| l.before(item).is_some()).count()
    }

    /// How many business years of an item are known up to the decision, of all firms together.
    pub(crate) fn years_known(&self, item: &str) -> usize {
        self.lines.iter().map(|l| l.facts.years_of(item, l.decided)).sum()
    }

    /// The panel that a declaration is about: its own columns and the pseudonym, no other.
    pub(crate) fn table(&self, declaration: &Declaration) -> Table {
        // Whose grant is still open is in neither arm, and in no row.
        let all = match declaration.design.method {
            Method::Difference => self.long().with_number(START),
            Method::Discontinuity | Method::Balancing => self.wide(declaration.horizon.unwrap_or_default()).with_number(GRANTED),
        };
        let mut wanted = named(declaration);
        // How many grants were open is told whether or not it was declared: whether the panel may go out hangs on it.
        wanted.extend([FIRM, OPEN].map(str::to_owned));
        all.only(&wanted).ordered_without(FIRM)
    }

    /// One row a case.
    pub(crate) fn wide(&self, horizon: u32) -> Table {
        let mut table = Table::default();
        let shelter = Shelter::of(&self.lines, &self.items);
        let numbers = |of: &dyn Fn(&Line) -> Option<f64>| Cells::Numbers(self.lines.iter().map(of).collect());
        table.put(FIRM, Cells::Names(self.pseudonyms()));
        table.put(DISTANCE, numbers(&|l| l.distance().map(half_points)));
        table.put(GRANTED, numbers(&|l| Some(f64::from(u8::from(l.arm()?)))));
        table.put(PAID, Cells::Numbers(shelter.paid().to_vec()));
        table.put(ROUND, Cells::Names(self.lines.iter().map(|l| l.round.clone()).collect()));
        for name in self.named_columns() {
            table.put(&name, Cells::Names(shelter.names(&name)));
        }
        for item in self.items.iter().filter(|i| unit_of(i).is_some()) {
            self.put_item(&mut table, item, horizon, &shelter);
        }
        self.put_goals(&mut table, &self.lines.iter().collect::<Vec<_>>());
        table
    }

    /// The columns that hold names but the pseudonym and the round.
    fn named_columns(&self) -> Vec<String> {
        let size = workers(&self.items).map(|_| SIZE.to_owned());
        let choices = self.items.iter().filter(|i| matches!(i.kind, ItemKind::Choice(_))).map(|i| i.id.clone());
        size.into_iter().chain([TRACK.to_owned()]).chain(choices).collect()
    }

    /// For each target what was measured in a year in which it was due, and what was expected: a figure of no year is no result.
    fn put_goals(&self, table: &mut Table, rows: &[&Line]) {
        for goal in &self.kpis {
            let stated = |value: Option<f64>| value.map(|v| tenth(if goal.share { v * 100.0 } else { v }));
            let measured = rows.iter().map(|l| stated(l.facts.measured(&goal.item, l.decided + goal.after))).collect();
            table.put(&kpi_column(&goal.id), Cells::Numbers(measured));
            let expected = rows.iter().map(|l| stated(l.facts.undated(&goal.item))).collect();
            table.put(&expected_column(&goal.id), Cells::Numbers(expected));
            let due = rows.iter().map(|l| Some(f64::from(l.decided + goal.after))).collect();
            table.put(&due_column(&goal.id), Cells::Numbers(due));
        }
        table.put(OPEN, Cells::Numbers(vec![Some(self.lines.iter().filter(|l| l.undecided).count() as f64); rows.len()]));
        table.put(AS_OF, Cells::Numbers(vec![Some(f64::from(self.known_in)); rows.len()]));
    }

    /// A figure of a line as it is shown: heads as those of firms alike, money rounded.
    fn shown(&self, shelter: &Shelter, item: &Item, (at, value): (usize, Option<f64>)) -> Option<f64> {
        let heads = workers(&self.items).is_some_and(|w| w.id == item.id);
        if heads { shelter.heads(at, value?) } else { Some(Line::stated(item, value?)) }
    }

    /// Money by shown heads, so that the two together do not tell how many there are.
    fn each(&self, shelter: &Shelter, at: usize, value: Option<f64>, heads: Option<f64>) -> Option<f64> {
        Some(tenth(value? / shelter.heads(at, heads?)? / TEN_THOUSAND))
    }

    fn put_item(&self, table: &mut Table, item: &Item, horizon: u32, shelter: &Shelter) {
        let before = |_: usize, l: &Line| l.before(item);
        let after = |_: usize, l: &Line| l.facts.at(&item.id, l.year(horizon));
        let of = |at: usize, value: Option<f64>| self.shown(shelter, item, (at, value));
        let column_of = |value: &dyn Fn(usize, &Line) -> Option<f64>| {
            Cells::Numbers(self.lines.iter().enumerate().map(|(at, l)| value(at, l)).collect())
        };
        let rise = |to: Option<f64>, from: Option<f64>| Some(tenth(to? - from?));
        table.put(&column(&item.id, "前"), column_of(&|at, l| of(at, before(at, l))));
        table.put(&column(&item.id, "後"), column_of(&|at, l| of(at, after(at, l))));
        table.put(&column(&item.id, "増"), column_of(&|at, l| rise(of(at, after(at, l)), of(at, before(at, l)))));
        let earlier = |l: &Line| l.facts.earlier(&item.id, l.decided, horizon);
        table.put(
            &column(&item.id, "前増"),
            column_of(&|at, l| earlier(l).and_then(|(from, to, _)| rise(of(at, Some(to)), of(at, Some(from))))),
        );
        let Some(workers) = workers(&self.items).filter(|_| is_money(item)) else { return };
        let each = |at: usize, value: Option<f64>, heads: Option<f64>| self.each(shelter, at, value, heads);
        let first = |at: usize, l: &Line| each(at, l.before(item), l.before(workers));
        let last = |at: usize, l: &Line| each(at, after(at, l), l.facts.at(&workers.id, l.year(horizon)));
        table.put(&per_worker(&item.id, "前"), column_of(&first));
        table.put(&per_worker(&item.id, "後"), column_of(&last));
        table.put(&per_worker(&item.id, "増"), column_of(&|at, l| rise(last(at, l), first(at, l))));
        let risen = |at: usize, l: &Line| {
            let (from, to, [y0, y1]) = earlier(l)?;
            let heads = |year: i32| l.facts.at(&workers.id, year);
            rise(each(at, Some(to), heads(y1)), each(at, Some(from), heads(y0)))
        };
        table.put(&per_worker(&item.id, "前増"), column_of(&risen));
    }

    /// One row a firm and business year, for changes over time.
    pub(crate) fn long(&self) -> Table {
        let (pseudonyms, shelter) = (self.pseudonyms(), Shelter::of(&self.lines, &self.items));
        let stated = |item: &str| self.items.iter().any(|i| i.id == item && unit_of(i).is_some());
        let years: BTreeSet<i32> = self.lines.iter().flat_map(|l| l.facts.years(&stated)).collect();
        // A firm without figures of a year is in the panel all the same: that nobody knows them is part of what is known.
        let rows: Vec<(usize, &Line, i32)> =
            self.lines.iter().enumerate().flat_map(|(at, l)| years.iter().map(move |y| (at, l, *y))).collect();
        let mut table = Table::default();
        let of_line =
            |values: Vec<String>| Cells::Names(rows.iter().map(|(at, _, _)| values.get(*at).cloned().unwrap_or_default()).collect());
        table.put(FIRM, of_line(pseudonyms));
        table.put(YEAR, Cells::Numbers(rows.iter().map(|(_, _, y)| Some(f64::from(*y))).collect()));
        // Money comes in the year after the selection at the earliest.
        table
            .put(START, Cells::Numbers(rows.iter().map(|(_, l, _)| Some(if l.arm()? { f64::from(l.decided + 1) } else { 0.0 })).collect()));
        table.put(PAID, Cells::Numbers(rows.iter().map(|(at, _, _)| shelter.paid().get(*at).copied().flatten()).collect()));
        for item in self.items.iter().filter(|i| unit_of(i).is_some()) {
            let value = |(at, l, y): &(usize, &Line, i32)| self.shown(&shelter, item, (*at, l.facts.at(&item.id, *y)));
            table.put(&item.id, Cells::Numbers(rows.iter().map(value).collect()));
            if let Some(workers) = workers(&self.items).filter(|_| is_money(item)) {
                let each =
                    |(at, l, y): &(usize, &Line, i32)| self.each(&shelter, *at, l.facts.at(&item.id, *y), l.facts.at(&workers.id, *y));
                table.put(&each_worker(&item.id), Cells::Numbers(rows.iter().map(each).collect()));
            }
        }
        table.put(SIZE, of_line(shelter.names(SIZE)));
        self.put_goals(&mut table, &rows.iter().map(|(_, l, _)| *l).collect::<Vec<_>>());
        table
    }

    /// One for each firm, so that errors are clustered by it; see [`Takers`]. The salt lives no longer than this call: nobody can go back, and
    /// no firm has the same in another panel.
    fn pseudonyms(&self) -> Vec<String> {
        let salt: [u8; 32] = rand::rng().random();
        let name = |cluster: String| {
            let mut text = salt.to_vec();
            text.extend_from_slice(cluster.as_bytes());
            format!("F{}", Digest::of(&text).to_string().chars().take(12).collect::<String>())
        };
        Takers::of(&self.lines).clusters(&self.lines).into_iter().map(name).collect()
    }
}

/// Every text that a declaration names a column by.
pub(crate) fn named(declaration: &Declaration) -> BTreeSet<String> {
    fn texts(value: &serde_json::Value, out: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::String(text) => {
                out.insert(text.clone());
            }
            serde_json::Value::Array(items) => items.iter().for_each(|i| texts(i, out)),
            serde_json::Value::Object(fields) => fields.values().for_each(|f| texts(f, out)),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
        }
    }
    let mut out = BTreeSet::new();
    declaration.design.settings.values().for_each(|v| texts(v, &mut out));
    out.extend(declaration.outcomes.iter().flat_map(|o| [Some(o.column.clone()), o.workers.clone()]).flatten());
    let reported = declaration.outcomes.iter().filter_map(|o| o.reported.as_ref());
    out.extend(reported.flat_map(|r| [r.after.clone(), r.before.clone()]));
    out.extend(declaration.before.iter().chain(&declaration.groups).cloned());
    out.extend(declaration.rounds.iter().chain(&declaration.neighbourhood).cloned());
    out.extend(declaration.targets.iter().flat_map(|t| [Some(t.column.clone()), t.expected.clone(), t.due_column.clone()]).flatten());
    out.extend(declaration.cost.iter().chain(&declaration.as_of).chain(&declaration.open).cloned());
    out
}

/// The columns that hold names, of those that a panel can have.
pub(crate) fn name_columns(csv: &str, items: &[Item]) -> Vec<String> {
    let heads = csv.lines().next().unwrap_or_default().split(',');
    let choice = |head: &str| items.iter().any(|i| i.id == head && matches!(i.kind, ItemKind::Choice(_)));
    heads.filter(|h| [FIRM, TRACK, SIZE, ROUND].contains(h) || choice(h)).map(str::to_owned).collect()
}

/// The call that a permit is for, for the log of who read what.
pub(crate) fn resource(call: &CallId) -> String {
    format!("call:{call}")
}
