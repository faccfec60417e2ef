//! Letters that announce, order, stop or let go after the decision: the notice of a cancellation and what follows, money that comes back,
//! stops and corrections.

use banso_execution::ExecutionAct;
use banso_execution::act::{ChargeWaived, Demanded, Extent, InstalmentsAgreed, RepaymentOrdered, Revoked};
use banso_execution::law::{ChargePart, ChargeTerms, Flow};
use banso_execution::state::{Debt, Execution};
use banso_grant::{CaseState, GrantDecided, Recorded};
use banso_kernel::{Day, Rate, Yen};
use banso_letters::{Letter, OrderKind, OrderLetter, OrderTable, Point};

use super::Told;
use super::cover::Head;

/// What every such letter needs of its case.
pub(crate) struct OrderContext<'a> {
    pub(crate) head: &'a Head,
    pub(crate) decision: &'a GrantDecided,
    pub(crate) decided_on: Day,
}

impl OrderContext<'_> {
    /// A letter with nothing in it but its head. `basis` is an article of the Act or a clause of the guideline.
    fn plain(&self, kind: OrderKind, number: &str, basis: &str, clause: &str) -> OrderLetter {
        OrderLetter {
            cover: self.head.cover(number.to_owned(), &[clause]),
            kind,
            decision: self.decision.number.clone(),
            decided_on: self.decided_on,
            about_on: None,
            article: basis.strip_prefix("適正化法").unwrap_or_default().to_owned(),
            facts: Vec::new(),
            figures: Vec::new(),
            tables: Vec::new(),
            points: Vec::new(),
            text: String::new(),
            reason: String::new(),
            conditions: Vec::new(),
            due: None,
        }
    }
}

fn fact(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

fn figure(label: &str, amount: Yen) -> (String, Yen) {
    (label.to_owned(), amount)
}

/// `受領の日から納付の日まで、年10.95%（適正化法第19条第1項）`
fn terms_words(span: &str, terms: &ChargeTerms) -> String {
    format!("{span}、年{}の割合（{}）", percent(terms.rate_per_year), terms.clause)
}

/// `10.95%`; a share that has no short decimal is a fraction.
pub(crate) fn percent(rate: Rate) -> String {
    let (over, under) = (rate.exact().numer().saturating_mul(1_000_000), *rate.exact().denom());
    if under == 0 || over % under != 0 {
        return rate.to_string();
    }
    let digits = over / under;
    let decimals = format!("{:04}", (digits % 10_000).abs());
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { format!("{}%", digits / 10_000) } else { format!("{}.{decimals}%", digits / 10_000) }
}

fn days_table(title: &str, head: &str, flows: &[Flow], note: &str) -> OrderTable {
    OrderTable {
        title: title.to_owned(),
        heads: vec![head.to_owned(), "金額".to_owned()],
        rows: flows.iter().map(|f| vec![f.on.wareki(), f.amount.to_string()]).collect(),
        note: note.to_owned(),
    }
}

/// 返還命令書・納付命令書, with what the charges come to if it is paid on the last day in time. `basis` is the article, or the clause of the
/// condition.
pub(crate) fn repayment_letter(context: &OrderContext<'_>, act: &RepaymentOrdered, basis: &str, ordered_on: Day) -> Letter {
    let mut letter = context.plain(OrderKind::RepaymentOrdered, &act.number, basis, &act.clause);
    let rule = &act.rule;
    let span = "受領の日から納付の日までの日数に応じ、返還額につき";
    letter.facts.extend(rule.surcharge.as_ref().map(|t| fact("加算金", terms_words(span, t))));
    let span = "納付の期限の翌日から納付の日までの日数に応じ、未納額につき";
    letter.facts.extend(rule.late_charge.as_ref().map(|t| fact("延滞金", terms_words(span, t))));
    letter.figures = vec![figure("返還額（元本）", act.principal)];
    if !act.receipts.is_empty() {
        let note = "返還額は、最後の受領の日から順にさかのぼって受領したものとみなします（施行令第10条第1項）。";
        letter.tables.push(days_table("受領の日", "受領の日", &act.receipts, note));
        letter.tables.extend(in_time(act, ordered_on));
    }
    letter.reason.clone_from(&act.reason);
    letter.due = Some(act.due);
    Letter::Order(Box::new(letter))
}

/// What is to be paid in all, if it is paid on the day of the order or on the last day in time.
fn in_time(act: &RepaymentOrdered, ordered_on: Day) -> Option<OrderTable> {
    let mut rows = Vec::new();
    for day in [ordered_on, act.due] {
        let s = Debt::ordered(act, ordered_on).statement(day).ok()?;
        rows.push(vec![day.wareki(), act.principal.to_string(), s.surcharge.amount.to_string(), s.open().ok()?.to_string()]);
    }
    let heads = ["納付の日", "返還額", "加算金", "合計"].map(str::to_owned).to_vec();
    let note = "上の日に全額を納付する場合の額です。そのほかの日の額は、電子申請の画面に表示します。".to_owned();
    Some(OrderTable { title: "納付する額".to_owned(), heads, rows, note })
}

fn revoked(context: &OrderContext<'_>, told: &Told<'_>, act: &Revoked, before: Option<&Execution>) -> OrderLetter {
    let was = before.map_or(Yen::ZERO, Execution::entitlement);
    let (extent, cancelled) = match act.extent {
        Extent::Whole => ("全部", was),
        Extent::Part { amount } => ("一部", amount),
    };
    OrderLetter {
        facts: vec![fact("取消しの事由", act.ground.label().ja), fact("取消しの範囲", extent)],
        figures: vec![
            figure("取消し前の補助金の額", was),
            figure("取消し後の補助金の額", Yen::new(was.get().saturating_sub(cancelled.get()))),
            figure("取り消す額", cancelled),
        ],
        reason: act.reason.clone(),
        ..context.plain(OrderKind::Revoked, &act.number, &told.record.clause, &act.clause)
    }
}

fn demanded(context: &OrderContext<'_>, told: &Told<'_>, act: &Demanded, debt: Option<&Debt>) -> Option<OrderLetter> {
    let debt = debt?;
    let s = debt.statement(told.record.effective_on).ok()?;
    Some(OrderLetter {
        facts: vec![
            fact("返還・納付の命令", format!("{}（{}）", debt.number, debt.ordered_on.wareki())),
            fact("納付の期限", debt.schedule().last().map(|f| f.on.wareki()).unwrap_or_default()),
        ],
        figures: vec![
            figure("未納の元本", s.principal_open().ok()?),
            figure("加算金", s.surcharge_open().ok()?),
            figure("延滞金（督促の日まで）", s.late_charge_open().ok()?),
            figure("合計", s.open().ok()?),
        ],
        due: Some(act.due),
        ..context.plain(OrderKind::Demanded, &act.number, &told.record.clause, "")
    })
}

fn instalments(context: &OrderContext<'_>, told: &Told<'_>, act: &InstalmentsAgreed, debt: Option<&Debt>) -> OrderLetter {
    let late = debt.is_some_and(|d| !d.plan.is_empty());
    let note = if late {
        "命令の期限を過ぎた後の変更であるため、延滞金は命令の期限の翌日から加わります。"
    } else {
        "期限までに納付された部分には、延滞金は加わりません。"
    };
    OrderLetter {
        facts: debt.map(|d| fact("返還・納付の命令", d.number.clone())).into_iter().collect(),
        tables: vec![days_table("納付の期限と額（元本）", "期限", &act.due, note)],
        reason: act.reason.clone(),
        ..context.plain(OrderKind::InstalmentsAgreed, &own_number(told, "期限"), &told.record.clause, "")
    }
}

/// The number of a letter whose act has none.
fn own_number(told: &Told<'_>, mark: &str) -> String {
    format!("{}-{mark}{}", told.paper.receipt_number, told.record.seq)
}

fn points(list: &[banso_grant::Point]) -> Vec<Point> {
    list.iter().map(|p| Point { place: p.field.clone(), note: p.note.clone() }).collect()
}

/// The letter of such a step; `None` for steps without one.
pub(super) fn letter(told: &Told<'_>, head: &Head, act: &ExecutionAct) -> Option<Letter> {
    let decision = told.case.state.decision()?;
    let execution = told.case.state.execution()?;
    let context = OrderContext { head, decision, decided_on: execution.terms.decided_on };
    if let ExecutionAct::RepaymentOrdered(a) = act {
        return Some(repayment_letter(&context, a, &told.record.clause, told.record.effective_on));
    }
    of_cancelling(told, &context, act)
        .or_else(|| of_money(told, &context, execution, act))
        .or_else(|| of_work(told, &context, act))
        .map(|letter| Letter::Order(Box::new(letter)))
}

fn of_cancelling(told: &Told<'_>, context: &OrderContext<'_>, act: &ExecutionAct) -> Option<OrderLetter> {
    let basis = told.record.clause.as_str();
    if let ExecutionAct::RevocationNoticed(a) = act {
        return Some(OrderLetter {
            facts: vec![fact("取消しの事由", a.ground.label().ja)],
            text: a.facts.clone(),
            due: Some(a.reply_due),
            ..context.plain(OrderKind::RevocationNoticed, &own_number(told, "取予"), basis, "")
        });
    }
    if let ExecutionAct::RevocationDropped(a) = act {
        return Some(OrderLetter {
            about_on: told.earlier_on(|act| matches!(act, ExecutionAct::RevocationNoticed(_))),
            reason: a.reason.clone(),
            ..context.plain(OrderKind::RevocationDropped, &own_number(told, "取止"), basis, "")
        });
    }
    if let ExecutionAct::Revoked(a) = act {
        return Some(revoked(context, told, a, told.execution_before().as_ref()));
    }
    None
}

/// What was open of a charge, what is waived of it, what is left.
fn waived(context: &OrderContext<'_>, told: &Told<'_>, act: &ChargeWaived, debt: &Debt) -> Option<OrderLetter> {
    let s = debt.statement(told.record.effective_on).ok()?;
    let (name, left) = match act.of {
        ChargePart::Surcharge => ("加算金", s.surcharge_open().ok()?),
        ChargePart::LateCharge => ("延滞金", s.late_charge_open().ok()?),
    };
    Some(OrderLetter {
        facts: vec![fact("返還・納付の命令", format!("{}（{}）", debt.number, debt.ordered_on.wareki()))],
        figures: vec![
            figure(&format!("免除の前の{name}（未納の額）"), left.checked_add(act.amount).ok()?),
            figure(&format!("免除の後に納付する{name}"), left),
            figure(&format!("免除する{name}"), act.amount),
        ],
        reason: act.reason.clone(),
        ..context.plain(OrderKind::ChargeWaived, &own_number(told, "免除"), &told.record.clause, "")
    })
}

fn of_money(told: &Told<'_>, context: &OrderContext<'_>, execution: &Execution, act: &ExecutionAct) -> Option<OrderLetter> {
    let basis = told.record.clause.as_str();
    if let ExecutionAct::Demanded(a) = act {
        return demanded(context, told, a, execution.debts.get(&a.debt));
    }
    if let ExecutionAct::InstalmentsAgreed(a) = act {
        return Some(instalments(context, told, a, execution.debts.get(&a.debt)));
    }
    if let ExecutionAct::ChargeWaived(a) = act {
        return waived(context, told, a, execution.debts.get(&a.debt)?);
    }
    if let ExecutionAct::DebtDischarged(a) = act {
        let debt = execution.debts.get(&a.debt)?;
        let s = debt.statement(told.record.effective_on).ok()?;
        return Some(OrderLetter {
            facts: vec![
                fact("返還・納付の命令", format!("{}（{}）", debt.number, debt.ordered_on.wareki())),
                fact("根拠", format!("公募要領 {}", a.clause)),
            ],
            figures: vec![
                figure("残っていた元本", s.principal_open().ok()?),
                figure("残っていた加算金", s.surcharge_open().ok()?),
                figure("残っていた延滞金", s.late_charge_open().ok()?),
                figure("徴収しないこととした額", a.amount),
            ],
            reason: a.reason.clone(),
            ..context.plain(OrderKind::DebtDischarged, &own_number(told, "整理"), basis, &a.clause)
        });
    }
    if let ExecutionAct::OffsetMade(a) = act {
        let number = execution.debts.get(&a.debt).map(|d| fact("返還・納付の命令", d.number.clone()));
        return Some(OrderLetter {
            facts: number.into_iter().chain([fact("相殺の相手", a.against.clone()), fact("相殺の日", a.on.wareki())]).collect(),
            figures: vec![figure("相殺した額", a.amount)],
            ..context.plain(OrderKind::OffsetMade, &own_number(told, "相殺"), basis, "")
        });
    }
    None
}

fn of_work(told: &Told<'_>, context: &OrderContext<'_>, act: &ExecutionAct) -> Option<OrderLetter> {
    let basis = told.record.clause.as_str();
    if let ExecutionAct::IncidentInstructed(a) = act {
        let reported = |act: &ExecutionAct| matches!(act, ExecutionAct::IncidentReported(r) if r.incident == a.incident);
        return Some(OrderLetter {
            about_on: told.earlier_on(reported),
            facts: vec![fact("補助事業の完了期限", a.project_ends.wareki())],
            text: a.instruction.clone(),
            ..context.plain(OrderKind::IncidentInstructed, &own_number(told, "指示"), basis, "")
        });
    }
    if let ExecutionAct::PerformanceOrdered(a) = act {
        return Some(OrderLetter {
            text: a.content.clone(),
            due: Some(a.due),
            ..context.plain(OrderKind::PerformanceOrdered, &a.number, basis, "")
        });
    }
    if let ExecutionAct::SuspensionOrdered(a) = act {
        return Some(OrderLetter { reason: a.reason.clone(), ..context.plain(OrderKind::SuspensionOrdered, &a.number, basis, "") });
    }
    if let ExecutionAct::SuspensionLifted(a) = act {
        return Some(OrderLetter {
            about_on: told.earlier_on(|act| matches!(act, ExecutionAct::SuspensionOrdered(_))),
            reason: a.reason.clone(),
            ..context.plain(OrderKind::SuspensionLifted, &own_number(told, "解除"), basis, "")
        });
    }
    if let ExecutionAct::CorrectionOrdered(a) = act {
        return Some(OrderLetter {
            about_on: told.earlier_on(|act| matches!(act, ExecutionAct::CompletionReported(_))),
            points: points(&a.points),
            due: Some(a.due),
            ..context.plain(OrderKind::CorrectionOrdered, &a.number, basis, "")
        });
    }
    of_discontinuation(told, context, act)
}

fn of_discontinuation(told: &Told<'_>, context: &OrderContext<'_>, act: &ExecutionAct) -> Option<OrderLetter> {
    let basis = told.record.clause.as_str();
    let asked = |request: u32| {
        told.earlier().find_map(|(act, on)| {
            let ExecutionAct::DiscontinuationRequested(r) = act else { return None };
            (r.request == request).then_some((r, on))
        })
    };
    let facts = |request: u32| {
        let words = asked(request).map(|(r, _)| vec![fact("区分", r.manner.label().ja), fact("中止・廃止の日", r.stops_on.wareki())]);
        words.unwrap_or_default()
    };
    if let ExecutionAct::DiscontinuationApproved(a) = act {
        return Some(OrderLetter {
            about_on: asked(a.request).map(|(_, on)| on),
            facts: facts(a.request),
            conditions: a.conditions.clone(),
            ..context.plain(OrderKind::DiscontinuationApproved, &a.number, basis, "")
        });
    }
    if let ExecutionAct::DiscontinuationRefused(a) = act {
        return Some(OrderLetter {
            about_on: asked(a.request).map(|(_, on)| on),
            facts: facts(a.request),
            reason: a.reason.clone(),
            ..context.plain(OrderKind::DiscontinuationRefused, &a.number, basis, "")
        });
    }
    None
}

impl Told<'_> {
    /// The day of the last earlier step of this kind.
    fn earlier_on(&self, is: impl Fn(&ExecutionAct) -> bool) -> Option<Day> {
        self.earlier().find(|(act, _)| is(act)).map(|(_, on)| on)
    }

    /// The execution as it stood before this act.
    fn execution_before(&self) -> Option<Execution> {
        let until: Vec<Recorded<banso_grant::CaseAct>> = self.acts.iter().take_while(|r| r.seq < self.record.seq).cloned().collect();
        let CaseState::Granted { execution, .. } = banso_grant::Case::fold(&until).ok()?.state else { return None };
        Some(*execution)
    }
}

#[cfg(test)]
mod unit {
    use banso_kernel::Exact;

    use super::*;

    #[test]
    fn a_rate_as_people_write_it() {
        for (over, under, expect) in [(1_095, 10_000, "10.95%"), (3, 100, "3%"), (1, 4, "25%"), (1, 3, "1/3"), (5, 1_000, "0.5%")] {
            assert_eq!(percent(Rate::new(Exact::new(over, under))), expect);
        }
    }
}
