//! A study is declared: chosen on a form, shown as the declaration that it amounts to with what it could detect, then recorded as an act
//! under its digest. Whether any outcome was known at that moment is written with it.

use banso_evaluation::study::{Declaration, unit_in};
use banso_grant::decide::{StudyOrder, declare_study};
use banso_guideline::Item;
use banso_kernel::{CallId, Digest, Lang, LocalText, RequestId};
use banso_permits::{Action, Permit, Person};
use banso_store::{Batch, CallFile, Change, Plan, PlanKind};

use super::columns::{groups, places};
use super::design::{Counts, DesignChoice, designs};
use super::order::{StudyForm, method_of};
use super::panel::{Panel, SIZE, TRACK, items, unit_of};
use super::power::detectable;
use super::refused;
use crate::{FieldProblem, Office, OfficeError};

/// The page of a declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclarePage {
    pub call: CallId,
    pub programme: LocalText,
    pub name: LocalText,
    pub form: StudyForm,
    pub counts: Counts,
    pub designs: Vec<DesignChoice>,
    /// Other decided calls of the programme, to be pooled with this one.
    pub others: Vec<(CallId, LocalText)>,
    /// Items that can be outcomes: id, label, unit.
    pub outcomes: Vec<(String, LocalText, LocalText)>,
    /// Columns that groups can be made of, with what they are called.
    pub groups: Vec<(String, LocalText)>,
    /// Columns that tell where or in what trade a firm is.
    pub places: Vec<(String, LocalText)>,
    /// What was asked to be looked at before it is recorded: the declaration and its digest.
    pub preview: Option<(Declaration, Digest)>,
    /// What the declaration could detect, outcome by outcome.
    pub detectable: Vec<Detectable>,
    /// Firms whose outcome is known already: with any, the study explores.
    pub outcomes_known: usize,
}

/// What a study of this size finds with 80 % chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Detectable {
    pub outcome: LocalText,
    pub unit: LocalText,
    /// None where it cannot be foreseen.
    pub effect: Option<f64>,
    /// Applications that it is judged for.
    pub firms: usize,
}

/// What a declaration is about.
struct Ground {
    permit: Permit,
    file: CallFile,
    edition: banso_guideline::Edition,
    panel: Panel,
    /// Whether its firms are made up: the declaration says so, and with it every text and figure of the report.
    synthetic: bool,
}

impl Office {
    async fn ground(&self, person: &Person, call: &CallId) -> Result<Ground, OfficeError> {
        let permit = self.may_call(person, Action::Evaluate, call)?;
        let edition = self.edition_in_force(call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        let panel = self.panel(&permit, &file, &edition, self.now().day()).await?.ok_or(OfficeError::NotFound)?;
        let synthetic = self.synthetic() || edition.meta().synthetic;
        Ok(Ground { permit, file, edition, panel, synthetic })
    }

    /// Other decided calls of the programme that somebody may evaluate.
    async fn others(&self, person: &Person, call: &CallId) -> Result<Vec<(CallId, LocalText)>, OfficeError> {
        let closed = self.analysis_front(person).await?.closed.into_iter();
        let same = closed.filter(|line| line.call != *call && line.call.programme() == call.programme());
        Ok(same.filter(|line| self.may_call(person, Action::Evaluate, &line.call).is_ok()).map(|line| (line.call, line.name)).collect())
    }

    /// The ground of a form: with the rounds that it pools, each of which must be there to choose.
    async fn pooled_ground(&self, person: &Person, call: &CallId, form: &StudyForm) -> Result<Ground, OfficeError> {
        let mut ground = self.ground(person, call).await?;
        if form.with.is_empty() {
            return Ok(ground);
        }
        let others = self.others(person, call).await?;
        if form.with.iter().any(|wanted| !others.iter().any(|(other, _)| other.to_string() == *wanted)) {
            return Err(OfficeError::Invalid(vec![FieldProblem::new(
                "with",
                "合わせられるのは、同じ事業の、採択が決定した公募だけです。",
                "Only decided calls of the same programme can be pooled.",
            )]));
        }
        ground.panel = self.pooled(person, ground.panel, &form.with, self.now().day()).await?;
        Ok(ground)
    }

    /// The form of a declaration; with a form already filled in, what it amounts to and could detect.
    ///
    /// # Errors
    /// Forbidden; not found while the call is not decided; every field that is wrong.
    pub async fn declare_page(&self, person: &Person, call: &CallId, form: Option<StudyForm>) -> Result<DeclarePage, OfficeError> {
        let ground = match &form {
            Some(form) => self.pooled_ground(person, call, form).await?,
            None => self.ground(person, call).await?,
        };
        let others = self.others(person, call).await?;
        let counts = Counts::of(&ground.panel);
        let designs = designs(&ground.panel, &counts);
        let all = items(&ground.edition);
        let first = designs.iter().find(|d| d.possible).map(|d| d.method);
        let mut page = DeclarePage {
            call: call.clone(),
            programme: ground.edition.meta().programme.clone(),
            name: ground.edition.meta().call_name.clone(),
            form: StudyForm::suggested(&ground.edition, &all, first, |item| ground.panel.years_known(item)),
            counts,
            designs,
            others,
            outcomes: outcomes(&all, &ground.panel),
            groups: groups(&all).into_iter().map(|g| called(g, &all)).collect(),
            places: places(&all).into_iter().map(|p| called(p, &all)).collect(),
            preview: None,
            detectable: Vec::new(),
            outcomes_known: 0,
        };
        let Some(form) = form.map(|f| f.asking(&ground.edition, &all)) else { return Ok(page) };
        let declaration = declared(&ground, &page.designs, &form, &all)?;
        page.outcomes_known = known(&ground.panel, &declaration, &form);
        let digest = Digest::of(declaration.canonical().map_err(|r| refused(&r))?.as_bytes());
        let (panel, asked) = (ground.panel, declaration.clone());
        let found = tokio::task::spawn_blocking(move || detectable(&panel, &asked)).await;
        page.detectable = found.map_err(OfficeError::fault)?;
        page.preview = Some((declaration, digest));
        page.form = form;
        Ok(page)
    }

    /// Records the declaration that the form amounts to. `shown` is the digest that the person saw.
    ///
    /// # Errors
    /// Forbidden; a form that is wrong; one that has changed since it was shown; refused when it stands already;
    /// [`OfficeError::Suspended`].
    pub async fn declare_study(
        &self,
        person: &Person,
        call: &CallId,
        form: &StudyForm,
        shown: Digest,
        request: RequestId,
    ) -> Result<Digest, OfficeError> {
        let ground = self.pooled_ground(person, call, form).await?;
        if self.done_before(request).await? {
            return Ok(shown);
        }
        self.takes_acts(call)?;
        let designs = designs(&ground.panel, &Counts::of(&ground.panel));
        let all = items(&ground.edition);
        let form = &form.clone().asking(&ground.edition, &all);
        let declaration = declared(&ground, &designs, form, &all)?;
        let body = declaration.canonical().map_err(|r| refused(&r))?;
        let study = Digest::of(body.as_bytes());
        if study != shown {
            return Err(OfficeError::Stale(LocalText::new(
                "確認した宣言と内容が違います。もう一度確認してください。",
                "This is not the declaration that was shown. Look at it again.",
            )));
        }
        let outcomes_known = u32::try_from(known(&ground.panel, &declaration, form)).unwrap_or(u32::MAX);
        let by = self.by(person, ground.edition.digest(), "");
        let order = StudyOrder { study, title: declaration.title.clone(), outcomes_known };
        let act = declare_study(&ground.file.call, &order, &by)?;
        let plan = Plan { digest: study, call: call.clone(), kind: PlanKind::Study, body, made_by: person.id };
        let batch = Batch::call(call.clone(), ground.file.seq(), vec![act]).and_change(Change::keep_plan(&plan)).request(request);
        debug_assert_eq!(ground.permit.action(), Action::Evaluate);
        self.append(batch).await?;
        Ok(study)
    }
}

fn declared(ground: &Ground, designs: &[DesignChoice], form: &StudyForm, items: &[Item]) -> Result<Declaration, OfficeError> {
    let call = &ground.file.id;
    let declaration = form.declaration(call, &ground.edition, items, &ground.panel).map_err(OfficeError::Invalid)?;
    let declaration = Declaration { synthetic: ground.synthetic, ..declaration };
    // Before the grants are decided the line tells how many there will be.
    if let Some(small) = ground.panel.foreseen().small_rounds().first() {
        let why = small.why();
        let field = if form.with.is_empty() { "method" } else { "with" };
        return Err(OfficeError::Invalid(vec![FieldProblem::new(field, why.ja.clone(), why.get(Lang::En).to_owned())]));
    }
    // What the call's design does not allow is not declared: the page says why.
    let allowed = method_of(&form.method).is_some_and(|m| designs.iter().any(|d| d.method == m && d.possible));
    if !allowed {
        return Err(OfficeError::Invalid(vec![FieldProblem::new(
            "method",
            "この公募では、この比べ方は使えません。",
            "This call does not allow this design.",
        )]));
    }
    declaration.check(None).map_err(|r| refused(&r))?;
    Ok(declaration)
}

/// Firms whose outcome of the year that is asked for is known already.
fn known(panel: &Panel, declaration: &Declaration, form: &StudyForm) -> usize {
    let items: Vec<&str> = form.outcomes.iter().map(String::as_str).collect();
    panel.outcomes_known(&items, declaration.horizon.unwrap_or(1))
}

/// What can be an outcome: items of which some firm has figures of a business year.
fn outcomes(items: &[Item], panel: &Panel) -> Vec<(String, LocalText, LocalText)> {
    items.iter().filter(|i| panel.has_years(&i.id)).filter_map(|i| Some((i.id.clone(), i.label.clone(), unit(unit_of(i)?)))).collect()
}

fn unit(name: &str) -> LocalText {
    LocalText::new(name, unit_in(name, true))
}

/// A column with what it is called.
fn called(column: String, items: &[Item]) -> (String, LocalText) {
    let known = [(SIZE, "Size by workers"), (TRACK, "Track")].into_iter().find(|(name, _)| *name == column);
    let label = match known {
        Some((ja, en)) => LocalText::new(ja, en),
        None => items.iter().find(|i| i.id == column).map_or_else(|| LocalText::ja(&column), |i| i.label.clone()),
    };
    (column, label)
}
