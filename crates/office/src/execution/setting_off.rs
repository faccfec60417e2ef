//! 相殺 (法20条): a debt is set off against another grant of the same holder that awaits its payment. The debt falls and the claim is settled
//! by the same amount, by two acts in one transaction; against anything else nothing is set off.

use banso_execution::act::{ClaimSetOff, OffsetMade};
use banso_execution::decide::step;
use banso_grant::decide;
use banso_kernel::{CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};
use banso_store::{Append, CaseFilter, CaseSort, Direction, Page};

use super::project::{Project, payment_clause};
use super::steps::{Fields, beside, needed};
use crate::work::Work;
use crate::{FieldProblem, Office, OfficeError};

/// An offset, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetForm {
    pub on: Option<Day>,
    pub amount: Option<Yen>,
    /// The number of the claim that it is set off against, as [`OffsetChoice`] has it.
    pub against: String,
    pub request: RequestId,
}

/// A claim that a debt may be set off against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetChoice {
    /// The receipt number of its case and which of its claims: `GE-… 請求第1号`.
    pub number: String,
    pub title: String,
    /// The most of it.
    pub most: Yen,
    pub(crate) case: CaseId,
    pub(crate) claim: u32,
}

fn choices_of(project: &Project) -> Result<Vec<OffsetChoice>, OfficeError> {
    let paper = &project.file.case.submission.paper;
    let mut choices = Vec::new();
    for (nth, (number, claim)) in (1..).zip(&project.execution.claims) {
        let most = project.execution.may_set_off(claim).map_err(super::refused)?;
        if most > Yen::ZERO {
            choices.push(OffsetChoice {
                number: format!("{}請求第{nth}号", paper.receipt_number),
                title: paper.title.clone(),
                most,
                case: project.case(),
                claim: *number,
            });
        }
    }
    Ok(choices)
}

fn no_such_claim(choices: &[OffsetChoice]) -> OfficeError {
    let (ja, en) = if choices.is_empty() {
        (
            "この補助事業者には、相殺の相手となる、支払を待つ他の補助金の請求がありません。相殺はできません。（適正化法第20条）".to_owned(),
            "This holder has no other grant that awaits payment: nothing can be set off (Art. 20).".to_owned(),
        )
    } else {
        let known: Vec<String> = choices.iter().map(|c| format!("{}（{}まで）", c.number, c.most)).collect();
        (
            format!("相殺の相手は、同じ補助事業者の支払を待つ他の補助金の請求から選んでください：{}。（適正化法第20条）", known.join("、")),
            format!("Choose a claim of another grant of the same holder that awaits payment: {} (Art. 20).", known.join(", ")),
        )
    };
    OfficeError::field("offset-what", ja, en)
}

impl Office {
    /// The other cases of the holder of a case that this person may decide on.
    async fn other_grants(&self, person: &Person, project: &Project) -> Result<Vec<Project>, OfficeError> {
        let holder = project.execution.holder;
        let filter = CaseFilter { search: holder.to_string(), ..CaseFilter::default() };
        let mut found = Vec::new();
        for call in self.calls() {
            let Ok(permit) = self.may_call(person, Action::ReadCall, &call.call) else { continue };
            let page = Page::new(0, Page::LARGEST);
            let listed = self.store().cases_of(&permit, &filter, CaseSort::default(), Direction::default(), page).await?;
            for row in listed.rows.iter().map(|r| &r.row).filter(|row| row.lead == holder && row.case != project.case()) {
                if self.may_case(person, Action::Decide, row.case).await.is_err() {
                    continue;
                }
                let file = self.store().case_within(&permit, row.case).await?;
                let other = file.filter(|f| f.case.state.execution().is_some()).map(|f| Project::of(self, f)).transpose()?;
                found.extend(other.filter(|o| o.execution.holder == holder));
            }
        }
        Ok(found)
    }

    /// What the debts of a case may be set off against.
    pub(crate) async fn offset_choices(&self, person: &Person, project: &Project) -> Result<Vec<OffsetChoice>, OfficeError> {
        let mut choices = Vec::new();
        for other in self.other_grants(person, project).await? {
            choices.extend(choices_of(&other)?);
        }
        Ok(choices)
    }

    /// Sets a debt off against a claim of another grant of the same holder: the debt falls, and so much of the claim is settled.
    ///
    /// # Errors
    /// More than is owed or than the claim has left, a claim that is not there, another holder's or the case's own; not the director's to
    /// do.
    pub async fn offset(&self, person: &Person, case: CaseId, debt: u32, form: OffsetForm) -> Result<(), OfficeError> {
        let project = self.project_at_office(person, Action::Decide, case).await?;
        if self.done_before(form.request).await? {
            return Ok(());
        }
        let owed = project.execution.debts.get(&debt).ok_or(OfficeError::NotFound)?.number.clone();
        let on = needed(form.on, "offset-on", "日付を入力してください。", "Enter the day.")?;
        let amount = needed(form.amount, "offset-amount", "金額を入力してください。", "Enter the amount.")?;
        let grants = self.other_grants(person, &project).await?;
        let mut choices = Vec::new();
        for grant in &grants {
            choices.extend(choices_of(grant)?);
        }
        let against = form.against.trim();
        let Some(choice) = choices.iter().find(|c| c.number == against) else { return Err(no_such_claim(&choices)) };
        let Some(other) = grants.iter().find(|g| g.case() == choice.case) else { return Err(no_such_claim(&choices)) };
        if amount > choice.most {
            let text = LocalText::new(
                format!("{}から相殺できるのは{}までです。（適正化法第20条）", choice.number, choice.most),
                format!("At most {} of {} can be set off (Art. 20).", choice.most, choice.number),
            );
            return Err(OfficeError::Invalid(vec![FieldProblem { field: "offset-amount".to_owned(), text }]));
        }
        let (today, fields) = (self.now().day(), Fields("offset", &["on", "amount"]));
        let told = |error| beside(fields, super::refused(error));
        let fallen = OffsetMade { debt, on, amount, against: choice.number.clone() };
        let settled = ClaimSetOff { claim: choice.claim, on, amount, debt: owed };
        let fallen = step(&project.execution, fallen, today, payment_clause(&project.rules)).map_err(told)?;
        let settled = step(&other.execution, settled, today, payment_clause(&other.rules)).map_err(told)?;
        let by = |of: &Project| self.by(person, of.edition.digest(), payment_clause(&of.rules));
        let append = |of: &Project, decided| Append::Case {
            case: of.case(),
            after: of.file.seq(),
            acts: vec![decide::write_step(decided, &by(of))],
        };
        let mut batch = banso_store::Batch::default().request(form.request);
        for (of, decided) in [(&project, fallen), (other, settled)] {
            let next = of.file.seq().saturating_add(1);
            batch = batch.and_append(append(of, decided)).and_job(self.job(&Work::Tell { case: of.case(), seq: next })?);
        }
        self.append(batch).await?;
        Ok(())
    }
}
