//! 返還命令・納付命令: what is to come back for each cause, computed from the fold, with its charges to the day, before it is ordered.

use banso_execution::act::{Cause, ExecutionAct, RepaymentOrdered};
use banso_execution::decide::{Decided, RepaymentOrder, order_repayment};
use banso_execution::law::{Accrual, Flow};
use banso_execution::rules::ExecutionRules;
use banso_execution::state::Debt;
use banso_execution::{Execution, ExecutionRefusal};
use banso_grant::numbers::LetterKind;
use banso_kernel::{CallId, CaseId, Day, LocalText, RequestId, Yen};
use banso_permits::{Action, Person};

use super::project::Project;
use super::steps::{At, Fields, beside};
use crate::letters::{OrderContext, percent, repayment_letter};
use crate::{Office, OfficeError};

/// What is to be paid on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOn {
    pub on: Day,
    pub surcharge: Yen,
    pub late_charge: Yen,
    pub total: Yen,
}

/// What would be ordered for a cause today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepaymentPreview {
    /// The cause as addresses and forms have it.
    pub code: String,
    pub cause: LocalText,
    pub number: String,
    pub principal: Yen,
    /// When it is deemed to have been received; empty where no surcharge runs.
    pub receipts: Vec<Flow>,
    pub due: Day,
    /// Words for the two charges, with their clauses.
    pub surcharge: Option<String>,
    pub late_charge: Option<String>,
    /// The days that the surcharge counts, to today.
    pub accruals: Vec<Accrual>,
    pub today: PaidOn,
    pub at_due: PaidOn,
    /// The reason to begin with.
    pub reason: LocalText,
    pub clause: String,
}

/// The page.
#[derive(Debug, Clone)]
pub struct RepaymentPage {
    pub case: CaseId,
    pub call: CallId,
    pub title: String,
    pub receipt_number: String,
    pub holder: String,
    pub entitled: Yen,
    pub paid: Yen,
    pub previews: Vec<RepaymentPreview>,
    pub may: bool,
}

/// A cause in addresses and forms: `revocation`, `revenue-2`.
fn code(cause: Cause) -> String {
    match cause {
        Cause::Revocation => "revocation".to_owned(),
        Cause::ExcessAfterFixing => "excess".to_owned(),
        Cause::InputTax => "input-tax".to_owned(),
        Cause::Revenue { nth } => format!("revenue-{nth}"),
        Cause::Wage { nth } => format!("wage-{nth}"),
        Cause::Disposal { request } => format!("disposal-{request}"),
    }
}

/// Every cause that a case may have established.
fn causes(execution: &Execution) -> Vec<Cause> {
    let mut all = Vec::new();
    // Both take the same excess: what the last cancellation did not leave is of the fixing.
    all.push(execution.excess_cause());
    all.push(Cause::InputTax);
    all.extend(execution.revenue.keys().map(|nth| Cause::Revenue { nth: *nth }));
    all.extend(execution.wages.keys().map(|nth| Cause::Wage { nth: *nth }));
    all.extend(execution.disposals.keys().map(|request| Cause::Disposal { request: *request }));
    all
}

/// The clause that a cause rests on, and the reason to begin with.
fn rests_on(cause: Cause, rules: &ExecutionRules) -> (String, LocalText) {
    let clause = |found: Option<&String>| found.cloned().unwrap_or_else(|| rules.repayment_due.clause.clone());
    match cause {
        Cause::Revocation => ("適正化法第18条第1項".to_owned(), LocalText::new("交付決定の取消しのため。", "The decision was cancelled.")),
        Cause::ExcessAfterFixing => {
            ("適正化法第18条第2項".to_owned(), LocalText::new("確定した額を超えて交付されているため。", "More was paid than was fixed."))
        }
        Cause::InputTax => (
            clause(rules.input_tax.as_ref().map(|r| &r.clause)),
            LocalText::new("補助金に係る消費税仕入控除税額が確定したため。", "The input tax on the grant was established."),
        ),
        Cause::Revenue { .. } => (
            clause(rules.revenue.as_ref().map(|r| &r.clause)),
            LocalText::new("補助事業の成果により収益が生じたため。", "The project made a profit."),
        ),
        Cause::Wage { .. } => (
            clause(rules.wage.as_ref().map(|r| &r.clause)),
            LocalText::new("賃上げの要件を満たさなかったため。", "The wage covenant was not met."),
        ),
        Cause::Disposal { .. } => (
            rules.disposal.clause.clone(),
            LocalText::new("財産の処分を納付を条件に承認したため。", "The disposal was approved on repayment."),
        ),
    }
}

/// The order that would be given today.
fn order_of(
    execution: &Execution,
    cause: Cause,
    number: &str,
    reason: &str,
    today: Day,
    rules: &ExecutionRules,
) -> Result<(Decided, RepaymentOrdered), ExecutionRefusal> {
    let (clause, _) = rests_on(cause, rules);
    let order = RepaymentOrder { cause, number: number.to_owned(), reason: reason.to_owned(), clause };
    let decided = order_repayment(execution, &order, today, rules)?;
    let ExecutionAct::RepaymentOrdered(act) = decided.act.clone() else {
        return Err(ExecutionRefusal::NothingPending(banso_execution::Pending::Cause));
    };
    Ok((decided, act))
}

/// What a debt comes to on a day.
pub(crate) fn paid_on(debt: &Debt, on: Day) -> Result<PaidOn, ExecutionRefusal> {
    let s = debt.statement(on)?;
    Ok(PaidOn { on, surcharge: s.surcharge.amount, late_charge: s.late_charge.amount, total: s.open()? })
}

/// What would be ordered for a cause; `None` where nothing is.
pub(crate) fn preview(
    execution: &Execution,
    cause: Cause,
    number: &str,
    today: Day,
    rules: &ExecutionRules,
) -> Result<Option<RepaymentPreview>, ExecutionRefusal> {
    if execution.orderable(cause).unwrap_or(Yen::ZERO) <= Yen::ZERO {
        return Ok(None);
    }
    let (clause, reason) = rests_on(cause, rules);
    let (_, act) = order_of(execution, cause, number, &reason.ja, today, rules)?;
    let debt = Debt::ordered(&act, today);
    let words = |terms: &banso_execution::law::ChargeTerms| format!("{}（{}）", percent(terms.rate_per_year), terms.clause);
    Ok(Some(RepaymentPreview {
        code: code(cause),
        cause: cause.label(),
        number: number.to_owned(),
        principal: act.principal,
        due: act.due,
        surcharge: act.rule.surcharge.as_ref().map(words),
        late_charge: act.rule.late_charge.as_ref().map(words),
        accruals: debt.statement(today)?.surcharge.accruals,
        today: paid_on(&debt, today)?,
        at_due: paid_on(&debt, act.due)?,
        receipts: act.receipts,
        reason,
        clause,
    }))
}

impl Project {
    /// The number of the next order to pay back.
    pub(crate) fn next_repayment(&self) -> String {
        let sent = self.executed().filter(|(act, _)| matches!(act, ExecutionAct::RepaymentOrdered(_))).count();
        self.next_letter(LetterKind::Repayment, sent)
    }

    fn cause(&self, code_of: &str) -> Result<Cause, OfficeError> {
        causes(&self.execution).into_iter().find(|c| code(*c) == code_of).ok_or(OfficeError::NotFound)
    }
}

impl Office {
    /// What is to come back and was not ordered yet.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a stranger.
    pub async fn repayment_page(&self, person: &Person, case: CaseId) -> Result<RepaymentPage, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (number, today) = (project.next_repayment(), self.now().day());
        let mut previews = Vec::new();
        for cause in causes(&project.execution) {
            previews.extend(preview(&project.execution, cause, &number, today, &project.rules).map_err(super::refused)?);
        }
        let paper = &project.file.case.submission.paper;
        Ok(RepaymentPage {
            case,
            call: paper.call.clone(),
            title: paper.title.clone(),
            receipt_number: paper.receipt_number.clone(),
            holder: self.holder_of(&project).await?,
            entitled: project.execution.entitlement(),
            paid: project.execution.paid().map_err(super::refused)?,
            previews,
            may: self.may_case(person, Action::Decide, case).await.is_ok(),
        })
    }

    /// The name of the holder.
    pub(crate) async fn holder_of(&self, project: &Project) -> Result<String, OfficeError> {
        let holder = project.execution.holder;
        Ok(self.firm(holder).await?.map_or_else(|| holder.to_string(), |f| f.name))
    }

    /// The order as it would go out today, with 「案」 in its number. It is kept nowhere.
    ///
    /// # Errors
    /// As [`Office::repayment_page`]; a cause that is not established.
    pub async fn preview_repayment(&self, person: &Person, case: CaseId, cause: &str) -> Result<Vec<u8>, OfficeError> {
        let project = self.project_at_office(person, Action::ReadCase, case).await?;
        let (cause, today) = (project.cause(cause)?, self.now().day());
        let number = format!("（案）{}", project.next_repayment());
        let (_, reason) = rests_on(cause, &project.rules);
        let (decided, act) = order_of(&project.execution, cause, &number, &reason.ja, today, &project.rules).map_err(super::refused)?;
        let head = self.head_of(project.edition.clone(), project.file.case.submission.paper.clone(), today).await?;
        let context = OrderContext { head: &head, decision: &project.decision, decided_on: project.execution.terms.decided_on };
        self.typeset_bytes(repayment_letter(&context, &act, &decided.clause, today)).await
    }

    /// Orders to pay back what was shown.
    ///
    /// # Errors
    /// No reason; not the director's to do; [`OfficeError::Stale`] when it would be another amount by now.
    pub async fn order_repayment(
        &self,
        person: &Person,
        case: CaseId,
        cause: &str,
        shown: Yen,
        reason: &str,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        let project = self.project_at(At::Director, person, case).await?;
        if self.done_before(request).await? {
            return Ok(());
        }
        let (cause, today) = (project.cause(cause)?, self.now().day());
        let fields = Fields("order", &["reason"]);
        let decided = order_of(&project.execution, cause, &project.next_repayment(), reason, today, &project.rules);
        let (decided, act) = decided.map_err(|refusal| beside(fields, super::refused(refusal)))?;
        // What is left of what was paid may be less than the cause gives.
        if act.principal != shown {
            return Err(OfficeError::Stale(LocalText::new(
                "表示の後に返還額が変わりました。確認し直してください。",
                "The amount is another one than was shown. Look again.",
            )));
        }
        self.take_step(person, &project, |_, _| Ok(decided), Vec::new(), request).await
    }
}
