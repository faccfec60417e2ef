//! What a study could show, before it is declared and before a call even opens: the engine's power calculation with a decided call as its
//! pilot. Nothing here is recorded, and no firm is seen.

use banso_evaluation::power::{Design as PowerDesign, Estimate, Pilot, Spec, plan};
use banso_evaluation::study::{Declaration, Method, Outcome, unit_in};
use banso_evaluation::{Frame, Refusal};
use banso_guideline::Item;
use banso_kernel::{CallId, LocalText, fold_width};
use banso_permits::{Action, Person};

use super::declare::Detectable;
use super::known::year_of;
use super::panel::{DISTANCE, FIRM, GRANTED, Panel, YEAR, column, per_worker, unit_of};
use crate::{FieldProblem, Office, OfficeError};

/// How many applications a plan may have.
const APPLICATIONS_MAX: usize = 100_000;
/// For which numbers of applications the least effect is listed.
const SIZES: [usize; 5] = [50, 100, 200, 400, 800];

/// What a declaration could detect, outcome by outcome: judged by how the same figures moved before the decision.
pub(crate) fn detectable(panel: &Panel, declaration: &Declaration) -> Vec<Detectable> {
    let panel = panel.foreseen();
    let of = |o: &Outcome| {
        let found = declared(&panel, declaration, o).ok().flatten();
        Detectable {
            outcome: LocalText::new(o.ja.clone(), o.en.clone()),
            unit: LocalText::new(o.unit_in(false), o.unit_in(true)),
            effect: found.as_ref().map(|e| e.minimum_detectable_effect),
            firms: found.map_or(0, |e| e.analysed as usize),
        }
    };
    declaration.outcomes.iter().map(of).collect()
}

fn declared(panel: &Panel, declaration: &Declaration, outcome: &Outcome) -> Result<Option<Estimate>, Refusal> {
    let rows = panel.lines.len();
    let horizon = declaration.horizon.unwrap_or(1);
    if declaration.design.method == Method::Difference {
        let spec = changes(&outcome.column, (rows, panel.share_granted()));
        return plan(Some(&earlier_years(panel, &outcome.column)?), &spec).map(Some);
    }
    let per = outcome.column.starts_with("1人あたり");
    let named = |i: &Item, when: &str| if per { per_worker(&i.id, when) } else { column(&i.id, when) };
    let Some(item) = panel.items().iter().find(|i| named(i, "増") == outcome.column) else { return Ok(None) };
    let wide = panel.wide(horizon);
    let rise = named(item, "前増");
    let pilot = if wide.known(&rise) >= 4 * declaration.least_cell { rise } else { named(item, "前") };
    let covariates = declaration.design.settings.get("covariates").and_then(|v| v.as_array());
    let covariates: Vec<String> = covariates.into_iter().flatten().filter_map(|v| Some(v.as_str()?.to_owned())).collect();
    let covariates = covariates.into_iter().filter(|c| *c != pilot).collect();
    let frame = wide.frame()?;
    let spec = at_once(declaration.design.method, &pilot, covariates, (rows, panel.share_above()));
    plan(Some(&frame), &spec).map(Some)
}

/// A cut-off or a comparison of firms made alike, with as many rows and as large a share of them granted.
fn at_once(method: Method, outcome: &str, covariates: Vec<String>, (rows, treated): (usize, f64)) -> Spec {
    let design = if method == Method::Discontinuity { PowerDesign::Discontinuity } else { PowerDesign::Matching };
    let pilot = Pilot {
        outcome: outcome.to_owned(),
        score: Some(DISTANCE.to_owned()),
        treatment: Some(GRANTED.to_owned()),
        covariates,
        ..Pilot::default()
    };
    Spec { design, rows, treated, pilot: Some(pilot), ..Spec::default() }
}

/// Changes from the year before to the one year that is asked for, as far as the years before the decision tell how such changes vary.
fn changes(outcome: &str, (rows, treated): (usize, f64)) -> Spec {
    let pilot = Pilot { outcome: outcome.to_owned(), unit: Some(FIRM.to_owned()), time: Some(YEAR.to_owned()), ..Pilot::default() };
    Spec { design: PowerDesign::Panel, rows, treated, before: 1, after: 1, pilot: Some(pilot), ..Spec::default() }
}

/// The years up to the decision, which no grant can have moved.
fn earlier_years(panel: &Panel, outcome: &str) -> Result<Frame, Refusal> {
    let wanted = [FIRM, YEAR, outcome].map(str::to_owned).into_iter().collect();
    panel.until_decided().long().only(&wanted).frame()
}

/// What is planned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanForm {
    /// The decided call that the planned one will resemble.
    pub like: String,
    /// The item that is to rise.
    pub outcome: String,
    /// Years from the decision to the outcome.
    pub horizon: String,
    /// Applications that are expected.
    pub applications: String,
    /// How many of a hundred will be selected.
    pub share: String,
    /// The effect that would matter, in the outcome's unit; may be empty.
    pub effect: String,
}

/// The page on which a call is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanPage {
    pub form: PlanForm,
    /// Decided calls whose figures somebody may use.
    pub calls: Vec<(CallId, LocalText)>,
    /// Items that can be outcomes.
    pub outcomes: Vec<(String, LocalText)>,
    pub plan: Option<CallPlan>,
}

/// What the planned call could show.
#[derive(Debug, Clone, PartialEq)]
pub struct CallPlan {
    pub unit: LocalText,
    /// The least effect found with 80 % chance.
    pub detectable: f64,
    /// The chance that the asked effect is found.
    pub chance: Option<f64>,
    /// Applications that the asked effect needs for a chance of 80 %; none where no number is enough.
    pub needed: Option<usize>,
    /// The asked effect.
    pub effect: Option<f64>,
    /// The least effect for some numbers of applications.
    pub by_size: Vec<(usize, f64)>,
    /// Firms of the decided call that it is judged by.
    pub firms: usize,
    pub notes: Vec<LocalText>,
}

impl Office {
    /// Power and least detectable effect of a call that has not opened, judged by a decided one.
    ///
    /// # Errors
    /// Forbidden; every field that is wrong; what the engine refuses.
    pub async fn plan_page(&self, person: &Person, form: Option<PlanForm>) -> Result<PlanPage, OfficeError> {
        self.reads_studies(person)?;
        let (mut calls, mut outcomes) = (Vec::new(), Vec::new());
        for line in self.analysis_front(person).await?.closed {
            let Ok(permit) = self.may_call(person, Action::Evaluate, &line.call) else { continue };
            // Without figures of a business year there is nothing to judge by.
            let periods = self.store().periods_within(&permit).await?;
            let known = |item: &Item| periods.iter().any(|(of, period)| *of == item.id && year_of(period).is_some());
            for item in super::panel::items(&self.edition_in_force(&line.call)?) {
                if unit_of(&item).is_some() && known(&item) && !outcomes.iter().any(|(id, _)| *id == item.id) {
                    outcomes.push((item.id.clone(), item.label.clone()));
                }
            }
            calls.push((line.call, line.name));
        }
        let Some(form) = form else {
            let form = PlanForm {
                like: calls.first().map(|(call, _)| call.to_string()).unwrap_or_default(),
                outcome: outcomes
                    .iter()
                    .find(|(id, _)| id.contains("付加価値"))
                    .or(outcomes.first())
                    .map(|o| o.0.clone())
                    .unwrap_or_default(),
                horizon: "3".to_owned(),
                applications: "200".to_owned(),
                share: "50".to_owned(),
                effect: String::new(),
            };
            return Ok(PlanPage { form, calls, outcomes, plan: None });
        };
        let asked = Asked::of(&form, &calls, &outcomes).map_err(OfficeError::Invalid)?;
        let edition = self.edition_in_force(&asked.like)?;
        let permit = self.may_call(person, Action::Evaluate, &asked.like)?;
        let file = self.store().call(&asked.like).await?.ok_or(OfficeError::NotFound)?;
        let panel = self.panel(&permit, &file, &edition, self.now().day()).await?.ok_or(OfficeError::NotFound)?;
        let made = tokio::task::spawn_blocking(move || asked.plan(&panel)).await.map_err(OfficeError::fault)?;
        let plan = made.map_err(|r| OfficeError::Invalid(vec![FieldProblem::new("like", r.ja, r.en)]))?;
        Ok(PlanPage { form, calls, outcomes, plan: Some(plan) })
    }
}

/// The form, read.
struct Asked {
    like: CallId,
    outcome: String,
    horizon: u32,
    rows: usize,
    treated: f64,
    effect: Option<f64>,
}

impl Asked {
    fn of(form: &PlanForm, calls: &[(CallId, LocalText)], outcomes: &[(String, LocalText)]) -> Result<Self, Vec<FieldProblem>> {
        let mut wrong = Vec::new();
        let like = calls.iter().find(|(call, _)| call.to_string() == form.like).map(|(call, _)| call.clone());
        let mut miss = |field: &str, ja: &str, en: &str| wrong.push(FieldProblem::new(field, ja, en));
        let read = |text: &str| fold_width(text.trim()).replace(',', "");
        let rows = read(&form.applications).parse().ok().filter(|n| (20..=APPLICATIONS_MAX).contains(n));
        let treated = read(&form.share).parse().ok().filter(|s: &f64| (1.0..=99.0).contains(s));
        let horizon = read(&form.horizon).parse().ok().filter(|h| (1..=super::HORIZON_MAX).contains(h));
        let effect = read(&form.effect);
        let effect = if effect.is_empty() { Some(None) } else { effect.parse().ok().filter(|e: &f64| e.is_finite() && *e > 0.0).map(Some) };
        if like.is_none() {
            miss("like", "手本にする公募を選んでください。", "Choose a decided call to go by.");
        }
        if !outcomes.iter().any(|(id, _)| *id == form.outcome) {
            miss("outcome", "成果を選んでください。", "Choose an outcome.");
        }
        if horizon.is_none() {
            miss("horizon", "1から10までの整数を入力してください。", "A whole number from 1 to 10.");
        }
        if rows.is_none() {
            miss("applications", "20から100,000までの整数を入力してください。", "A whole number from 20 to 100,000.");
        }
        if treated.is_none() {
            miss("share", "1から99までの数を入力してください。", "A number from 1 to 99.");
        }
        if effect.is_none() {
            miss("effect", "0より大きい数を入力するか、空欄にしてください。", "A number above 0, or nothing.");
        }
        match (like, horizon, rows, treated, effect) {
            (Some(like), Some(horizon), Some(rows), Some(treated), Some(effect)) if wrong.is_empty() => {
                Ok(Asked { like, outcome: form.outcome.clone(), horizon, rows, treated: treated / 100.0, effect })
            }
            _ => Err(wrong),
        }
    }

    fn plan(&self, panel: &Panel) -> Result<CallPlan, Refusal> {
        let nothing =
            || Refusal::new("pilot", "手本の公募に、この成果の値がありません。", "the call to go by has no figures of this outcome");
        let item = panel.items().iter().find(|i| i.id == self.outcome).ok_or_else(nothing)?;
        let wide = panel.foreseen().wide(self.horizon);
        let enough = |when: &str| wide.known(&column(&item.id, when)) >= 2 * super::design::LEAST_SIDE;
        // What has moved since the decision tells most; else what had moved by then, or the level.
        let when = ["増", "前増", "前"].into_iter().find(|when| enough(when)).ok_or_else(nothing)?;
        let frame = wide.frame()?;
        let of = |rows: usize| {
            let spec = at_once(Method::Discontinuity, &column(&item.id, when), Vec::new(), (rows, self.treated));
            plan(Some(&frame), &Spec { effect: self.effect, ..spec })
        };
        let found = of(self.rows)?;
        let by_size = SIZES.iter().map(|n| Ok((*n, of(*n)?.minimum_detectable_effect))).collect::<Result<_, Refusal>>()?;
        let unit = unit_of(item).unwrap_or_default();
        Ok(CallPlan {
            unit: LocalText::new(unit, unit_in(unit, true)),
            detectable: found.minimum_detectable_effect,
            chance: found.power_at_effect,
            needed: found.rows_needed,
            effect: self.effect,
            by_size,
            firms: wide.known(&column(&item.id, when)),
            notes: found.warnings.into_iter().map(|w| LocalText::new(w.ja, w.en)).collect(),
        })
    }
}
