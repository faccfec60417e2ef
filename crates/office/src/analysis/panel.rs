//! The de-identified panel of a call, as it was known on a day: scores and their distance to the cut-off, decisions, amounts, facts before
//! and after. Names, numbers and addresses stay behind; who a row is of is told by a pseudonym whose salt is thrown away.

use std::collections::BTreeSet;

use banso_evaluation::study::{Declaration, Method};
use banso_grant::SelectionPlan;
use banso_grant::selection::PlannedCase;
use banso_guideline::{Edition, Item, ItemKind};
use banso_kernel::{CallId, Day, Digest, FiscalYear};
use banso_permits::{Action, Permit, Person};
use banso_store::CallFile;
use rand::Rng as _;

use super::known::Known;
pub(crate) use super::line::{Line, SIZES, unit_of, workers};
use super::line::{MILLION, TEN_THOUSAND, is_money, millions, size_class, tenth};
use super::table::{Cells, Table, averaged, coarsened};
use crate::{Office, OfficeError};

/// Columns that every panel has.
pub(crate) const FIRM: &str = "企業";
pub(crate) const SCORE: &str = "評点";
pub(crate) const DISTANCE: &str = "距離";
pub(crate) const STANDARD_DISTANCE: &str = "標準化距離";
pub(crate) const BONUS: &str = "加点";
pub(crate) const SELECTED: &str = "採択";
pub(crate) const GRANTED: &str = "交付";
pub(crate) const EXCEPTION: &str = "例外";
pub(crate) const REQUESTED: &str = "申請額";
pub(crate) const PAID: &str = "交付額";
pub(crate) const TRACK: &str = "申請枠";
pub(crate) const SIZE: &str = "規模";
pub(crate) const ROUND: &str = "公募回";
pub(crate) const YEAR: &str = "年度";
pub(crate) const START: &str = "開始年度";

/// Everything that a study of a call can use.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) lines: Vec<Line>,
    items: Vec<Item>,
    kpis: Vec<(String, String, bool)>,
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
        let mut facts = self.store().facts_within(permit, known_on).await?;
        let line = |planned: &PlannedCase| {
            let case = cases.get(&planned.case)?;
            let known = Known::of(facts.entry(case.submission.paper.lead).or_default());
            Line::of(planned, case, known)
        };
        let mut lines: Vec<Line> = plan.cases().iter().filter_map(line).collect();
        let above = lines.iter().filter(|l| l.above).map(|l| l.score);
        let cutoff = above.fold(None, |least: Option<f64>, s| Some(least.map_or(s, |l| l.min(s))));
        let decided = match &file.call.phase {
            banso_grant::CallPhase::SelectionExecuted { on, .. } => i32::from(FiscalYear::of(*on).get()),
            banso_grant::CallPhase::Receiving
            | banso_grant::CallPhase::InReview { .. }
            | banso_grant::CallPhase::Reviewed { .. }
            | banso_grant::CallPhase::SelectionFrozen { .. } => return Ok(None),
        };
        for line in &mut lines {
            line.round = file.id.round().to_owned();
            (line.cutoff, line.decided) = (cutoff, decided);
        }
        Ok(Some(Panel { lines, items: items(edition), kpis: kpis(edition) }))
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

/// Column, item and whether it is a share, of each target that the programme has.
fn kpis(edition: &Edition) -> Vec<(String, String, bool)> {
    edition.kpis().iter().filter_map(|k| Some((kpi_column(&k.id), k.item.clone()?, k.unit == "%"))).collect()
}

pub(crate) fn kpi_column(id: &str) -> String {
    format!("目標:{id}")
}

/// The columns of an item at the horizon: before, after, and by how much it rose.
pub(crate) fn column(item: &str, when: &str) -> String {
    format!("{item}_{when}")
}

/// The same by worker.
pub(crate) fn per_worker(item: &str, when: &str) -> String {
    format!("1人あたり{item}_{when}")
}

impl Panel {
    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The share of cases above the line, and of cases that were granted in the end.
    pub(crate) fn share_above(&self) -> f64 {
        self.share(|l| l.above)
    }

    pub(crate) fn share_granted(&self) -> f64 {
        self.share(|l| l.granted)
    }

    fn share(&self, of: impl Fn(&Line) -> bool) -> f64 {
        let count = self.lines.iter().filter(|l| of(l)).count();
        // A plan in which everybody or nobody is granted has nothing to compare.
        (count as f64 / self.lines.len().max(1) as f64).clamp(0.01, 0.99)
    }

    /// How many business years up to the decision anything is known of.
    pub(crate) fn years_before(&self) -> usize {
        let years: BTreeSet<i32> = self.lines.iter().flat_map(|l| l.facts.years().into_iter().filter(|y| *y <= l.decided)).collect();
        years.len()
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

    /// Those granted, or those that were not and will not be: whose grant is not decided yet is in neither arm.
    fn arm(&self, granted: bool) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |l| l.granted == granted && !l.undecided)
    }

    /// Firms with a value of an item before the decision, among those granted (or not).
    pub(crate) fn known_before(&self, granted: bool) -> usize {
        let some = |l: &&Line| self.items.iter().any(|i| unit_of(i).is_some() && l.before(i).is_some());
        self.arm(granted).filter(some).count()
    }

    /// Firms with at least two business years up to the decision for an item, among those granted (or not).
    pub(crate) fn with_history(&self, granted: bool) -> usize {
        let some = |l: &&Line| self.items.iter().any(|i| l.facts.years_of(&i.id, l.decided) >= 2);
        self.arm(granted).filter(some).count()
    }

    /// How many business years of an item are known up to the decision, of all firms together.
    pub(crate) fn years_known(&self, item: &str) -> usize {
        self.lines.iter().map(|l| l.facts.years_of(item, l.decided)).sum()
    }

    /// The panel that a declaration is about: its own columns and the pseudonym, no other.
    pub(crate) fn table(&self, declaration: &Declaration) -> Table {
        let all = match declaration.design.method {
            Method::Difference => self.long(declaration.least_cell),
            Method::Discontinuity | Method::Balancing => self.wide(declaration.horizon.unwrap_or_default(), declaration.least_cell),
        };
        let mut wanted = named(declaration);
        wanted.insert(FIRM.to_owned());
        all.only(&wanted).ordered_without(FIRM)
    }

    /// One row a case.
    pub(crate) fn wide(&self, horizon: u32, least: usize) -> Table {
        let mut table = Table::default();
        let numbers = |of: &dyn Fn(&Line) -> Option<f64>| Cells::Numbers(self.lines.iter().map(of).collect());
        let flag = |of: &dyn Fn(&Line) -> bool| Cells::Numbers(self.lines.iter().map(|l| Some(f64::from(u8::from(of(l))))).collect());
        table.put(FIRM, Cells::Names(self.pseudonyms()));
        table.put(SCORE, numbers(&|l| Some(l.score)));
        table.put(DISTANCE, numbers(&Line::distance));
        let spread = deviation(self.lines.iter().map(|l| l.score));
        table.put(STANDARD_DISTANCE, numbers(&|l| l.distance().zip(spread).map(|(d, s)| d / s)));
        table.put(BONUS, numbers(&|l| Some(l.bonus)));
        table.put(SELECTED, flag(&|l| l.selected));
        table.put(GRANTED, flag(&|l| l.granted));
        table.put(EXCEPTION, flag(&|l| l.above != l.granted));
        table.put(REQUESTED, numbers(&|l| Some(millions(l.requested))));
        table.put(PAID, Cells::Numbers(self.paid(least)));
        self.put_names(&mut table, least);
        for item in self.items.iter().filter(|i| unit_of(i).is_some()) {
            self.put_item(&mut table, item, horizon);
        }
        for (column, item, share) in &self.kpis {
            let factor = if *share { 100.0 } else { 1.0 };
            table.put(column, numbers(&|l| l.facts.number(item).map(|v| tenth(v * factor))));
        }
        table
    }

    /// What each firm was granted, as the mean of the `least` firms with amounts like its own: amounts are published with the names of firms, and
    /// the exact one would tell who a row is of.
    fn paid(&self, least: usize) -> Vec<Option<f64>> {
        averaged(self.lines.iter().map(|l| l.amount.map(|yen| yen.get() as f64 / MILLION)).collect(), least)
    }

    fn put_names(&self, table: &mut Table, least: usize) {
        let names = |of: &dyn Fn(&Line) -> String| Cells::Names(coarsened(self.lines.iter().map(of).collect(), least));
        table.put(TRACK, names(&|l| l.track.clone()));
        table.put(ROUND, names(&|l| l.round.clone()));
        if let Some(workers) = workers(&self.items) {
            table.put(SIZE, names(&|l| size_class(l.before(workers))));
        }
        for item in self.items.iter().filter(|i| matches!(i.kind, ItemKind::Choice(_))) {
            table.put(&item.id, names(&|l| l.facts.text(&item.id)));
        }
    }

    fn put_item(&self, table: &mut Table, item: &Item, horizon: u32) {
        let before = |l: &Line| l.before(item);
        let after = |l: &Line| l.facts.at(&item.id, l.year(horizon));
        let stated =
            |of: &dyn Fn(&Line) -> Option<f64>| Cells::Numbers(self.lines.iter().map(|l| of(l).map(|v| Line::stated(item, v))).collect());
        table.put(&column(&item.id, "前"), stated(&before));
        table.put(&column(&item.id, "後"), stated(&after));
        table.put(&column(&item.id, "増"), stated(&|l| Some(after(l)? - before(l)?)));
        let earlier = |l: &Line| l.facts.earlier(&item.id, l.decided, horizon);
        table.put(&column(&item.id, "前増"), stated(&|l| earlier(l).map(|(from, to, _)| to - from)));
        let Some(workers) = workers(&self.items).filter(|_| is_money(item)) else { return };
        let each = |value: Option<f64>, heads: Option<f64>| value.zip(heads.filter(|n| *n > 0.0)).map(|(v, n)| v / n / TEN_THOUSAND);
        let before = |l: &Line| each(before(l), l.before(workers));
        let after = |l: &Line| each(after(l), l.facts.at(&workers.id, l.year(horizon)));
        let tenths = |of: &dyn Fn(&Line) -> Option<f64>| Cells::Numbers(self.lines.iter().map(|l| of(l).map(tenth)).collect());
        table.put(&per_worker(&item.id, "前"), tenths(&before));
        table.put(&per_worker(&item.id, "後"), tenths(&after));
        table.put(&per_worker(&item.id, "増"), tenths(&|l| Some(after(l)? - before(l)?)));
        let rise = |l: &Line| {
            let (from, to, [y0, y1]) = earlier(l)?;
            Some(each(Some(to), l.facts.at(&workers.id, y1))? - each(Some(from), l.facts.at(&workers.id, y0))?)
        };
        table.put(&per_worker(&item.id, "前増"), tenths(&rise));
    }

    /// One row a firm and business year, for changes over time.
    pub(crate) fn long(&self, least: usize) -> Table {
        let pseudonyms = self.pseudonyms();
        let rows: Vec<(usize, &Line, i32)> =
            self.lines.iter().enumerate().flat_map(|(at, l)| l.facts.years().into_iter().map(move |y| (at, l, y))).collect();
        let mut table = Table::default();
        table.put(FIRM, Cells::Names(rows.iter().map(|(at, _, _)| pseudonyms.get(*at).cloned().unwrap_or_default()).collect()));
        table.put(YEAR, Cells::Numbers(rows.iter().map(|(_, _, y)| Some(f64::from(*y))).collect()));
        // Money comes in the year after the selection at the earliest.
        table.put(
            START,
            Cells::Numbers(rows.iter().map(|(_, l, _)| Some(if l.granted { f64::from(l.decided + 1) } else { 0.0 })).collect()),
        );
        let paid = self.paid(least);
        table.put(PAID, Cells::Numbers(rows.iter().map(|(at, _, _)| paid.get(*at).copied().flatten()).collect()));
        for item in self.items.iter().filter(|i| unit_of(i).is_some()) {
            let value = |l: &Line, y: i32| l.facts.at(&item.id, y).map(|v| Line::stated(item, v));
            table.put(&item.id, Cells::Numbers(rows.iter().map(|(_, l, y)| value(l, *y)).collect()));
        }
        let sizes: Vec<String> = match workers(&self.items) {
            Some(workers) => self.lines.iter().map(|l| size_class(l.before(workers))).collect(),
            None => vec![String::new(); self.lines.len()],
        };
        let sizes = coarsened(sizes, least);
        table.put(SIZE, Cells::Names(rows.iter().map(|(at, _, _)| sizes.get(*at).cloned().unwrap_or_default()).collect()));
        for (column, item, share) in &self.kpis {
            let factor = if *share { 100.0 } else { 1.0 };
            table.put(column, Cells::Numbers(rows.iter().map(|(_, l, _)| l.facts.number(item).map(|v| tenth(v * factor))).collect()));
        }
        table
    }

    /// One for each line; the same firm twice has the same. The salt lives no longer than this call: nobody can go back.
    fn pseudonyms(&self) -> Vec<String> {
        let salt: [u8; 32] = rand::rng().random();
        let name = |l: &Line| {
            let mut text = salt.to_vec();
            text.extend_from_slice(l.firm.to_string().as_bytes());
            format!("F{}", Digest::of(&text).to_string().chars().take(12).collect::<String>())
        };
        self.lines.iter().map(name).collect()
    }
}

/// The standard deviation; none of fewer than two or of equal values.
fn deviation(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    Some(variance.sqrt()).filter(|s| s.is_finite() && *s > 0.0)
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
    out.extend(declaration.targets.iter().map(|t| t.column.clone()).chain(declaration.cost.clone()));
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
