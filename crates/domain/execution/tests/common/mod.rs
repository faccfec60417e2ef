//! Made-up rules, cases and acts that the tests share. All names and numbers are synthetic.
#![expect(dead_code, unreachable_pub, reason = "shared by several test files, each of which uses its own part")]

use std::path::Path;

use banso_execution::act::*;
use banso_execution::claim::*;
use banso_execution::decide::Decided;
use banso_execution::law::*;
use banso_execution::rules::*;
use banso_execution::tax::*;
use banso_execution::*;
use banso_kernel::{CorporateNumber, Day, Digest, DocumentRef, Exact, Point, Rate, Yen};

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub fn yen(amount: i64) -> Yen {
    Yen::new(amount)
}

pub fn digest(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub fn rate(n: i128, d: i128) -> Rate {
    Rate::new(Exact::new(n, d))
}

pub fn document(slot: &str) -> DocumentRef {
    DocumentRef { digest: digest(slot), bytes: 1_000, slot: slot.into() }
}

pub fn set<T>(value: T) -> Set<T> {
    Set { value, clause: "7-2".into() }
}

pub fn lines(amounts: &[(&str, i64)]) -> Vec<LineAmount> {
    amounts.iter().map(|(line, amount)| LineAmount { line: (*line).into(), amount: yen(*amount) }).collect()
}

pub fn points() -> Vec<Point> {
    vec![Point { field: "claims/1-001".into(), note: "検収書を添付してください。".into() }]
}

fn charges(surcharge: bool) -> DebtRule {
    let (on_top, late) = charges_of_the_act();
    DebtRule { surcharge: surcharge.then_some(on_top), late_charge: Some(late), order: ChargeOrder::SurchargeFirst }
}

pub fn rules() -> ExecutionRules {
    ExecutionRules {
        minor_shift: set(rate(1, 5)),
        completion_due: set(DueRule::Earlier { of: vec![DueRule::Days { days: 30 }, DueRule::NextFiscalYearOn { month: 4, day: 10 }] }),
        progress_due: Some(set(DueRule::YearlyOn { month: 12, day: 31 })),
        claims: claim_rules(),
        advance: Some(set(rate(4, 5))),
        repayment_due: set(DueRule::Days { days: 20 }),
        after_revocation: charges(true),
        after_fixing: charges(false),
        by_condition: charges(false),
        input_tax: Some(set(DueRule::Months { months: 15 })),
        input_tax_cut: Cut::YEN_DOWN,
        reports: Some(YearlyReports { times: 2, due: DueRule::Days { days: 91 }, year_ends_month: 3, clause: "7-2".into() }),
        revenue: Some(RevenueTerms { cap: rate(1, 1), waived_in_deficit: true, cut: Cut::YEN_DOWN, clause: "7-1(6)".into() }),
        wage: None,
        census: Some(set(DueRule::YearlyOn { month: 6, day: 30 })),
        disposal: DisposalTerms {
            restricted_from: yen(500_000),
            depreciation: Depreciation::StraightLineTable,
            months: MonthCount::Both,
            memo: yen(1),
            cut: Cut::YEN_DOWN,
            clause: "7-1(5)".into(),
        },
        keep_years: set(5),
        approvals: vec![set((yen(50_000_000), 3))],
    }
}

pub fn claim_rules() -> ClaimRules {
    let tier =
        |amount, quotes| QuoteTier { threshold: Threshold { amount: yen(amount), basis: TaxBasis::TaxOut, reach: Reach::From }, quotes };
    ClaimRules {
        basis: TaxBasis::TaxOut,
        basis_clause: "3-7".into(),
        quotes: QuoteRule {
            tiers: vec![tier(500_000, 2), tier(5_000_000, 3)],
            used_goods: 2,
            accepted: vec![Excuse::IntellectualProperty, Excuse::ExclusiveSale],
            clause: "3-7(2)".into(),
        },
        methods: vec![PaymentMethod::BankTransfer],
        methods_clause: "3-7(3)".into(),
        evidence_clause: "3-7(4)".into(),
        own_group_clause: "3-7(5)".into(),
    }
}

pub fn terms() -> DecisionTerms {
    DecisionTerms {
        decided_on: day("2025-06-02"),
        eligible_cost: yen(60_000_000),
        amount: yen(40_000_000),
        project_ends: day("2026-02-27"),
        holder: CorporateNumber::from_body(1),
    }
}

pub fn asset(id: &str) -> Asset {
    Asset {
        id: id.into(),
        name: "架空の試験機".into(),
        serial: format!("SN-{id}"),
        cost: TaxOut(yen(6_000_000)),
        subsidy: yen(4_000_000),
        acquired: day("2025-09-01"),
        life_years: 10,
        life_clause: "別表第二（架空）".into(),
        place: "架空市架空町1-1".into(),
    }
}

pub fn sale(proceeds: i64) -> Disposition {
    Disposition { kind: DisposalKind::Sale, proceeds: yen(proceeds), through_no_fault: false, temporary: false }
}

pub fn revenue(profit: i64) -> RevenueYear {
    RevenueYear { profit: yen(profit), deduction: yen(0), deficit: false }
}

pub fn revoked(extent: Extent) -> Revoked {
    Revoked {
        number: "取第1号".into(),
        ground: Ground::OtherUse,
        extent,
        reason: "他の用途に使用したため".into(),
        clause: "適正化法第17条第1項".into(),
    }
}

pub fn noticed(until: &str) -> RevocationNoticed {
    RevocationNoticed { ground: Ground::OtherUse, facts: "試験機を他の用途に使用".into(), reply_due: day(until) }
}

pub fn received(debt: u32, on: &str, amount: i64) -> RepaymentReceived {
    RepaymentReceived { debt, on: day(on), amount: yen(amount) }
}

/// One act of each kind, as it could be in a ledger.
#[expect(clippy::too_many_lines, reason = "a list")]
pub fn samples() -> Vec<ExecutionAct> {
    let reason = || "架空の理由".to_owned();
    let number = || "架第1号".to_owned();
    let budget = || lines(&[("人件費", 30_000_000), ("物品費", 30_000_000)]);
    let documents = || vec![document("paper")];
    vec![
        BudgetAllocated { lines: budget() }.into(),
        PlanChangeRequested {
            request: 1,
            lines: budget(),
            project_ends: day("2026-02-27"),
            what: "試験機の変更".into(),
            reason: reason(),
            documents: documents(),
        }
        .into(),
        PlanChangeApproved {
            request: 1,
            number: number(),
            lines: budget(),
            amount: yen(38_000_000),
            project_ends: day("2026-02-27"),
            conditions: vec!["変更後も目的を達すること。".into()],
        }
        .into(),
        PlanChangeRefused { request: 1, number: number(), reason: reason() }.into(),
        MinorChangeReported { lines: budget(), reason: reason(), clause: "7-1(1)".into() }.into(),
        DiscontinuationRequested {
            request: 1,
            manner: Manner::Abandon,
            stops_on: day("2025-12-01"),
            reason: reason(),
            documents: documents(),
        }
        .into(),
        DiscontinuationApproved { request: 1, number: number(), conditions: vec![] }.into(),
        DiscontinuationRefused { request: 1, number: number(), reason: reason() }.into(),
        WorkResumed { reason: reason() }.into(),
        IncidentReported { incident: 1, what: "納期の遅れ".into(), expected_end: Some(day("2026-02-27")), documents: documents() }.into(),
        IncidentInstructed {
            incident: 1, instruction: "代わりの方法を検討すること。".into(), project_ends: day("2026-02-27")
        }
        .into(),
        ProgressReported { as_of: day("2025-09-30"), spent: budget(), content: digest("progress"), documents: documents() }.into(),
        PerformanceOrdered { number: number(), content: "計画に従うこと。".into(), due: day("2027-01-29") }.into(),
        SuspensionOrdered { number: number(), reason: reason() }.into(),
        SuspensionLifted { reason: reason() }.into(),
        InterimInspected { content: digest("inspection"), points: points(), documents: documents() }.into(),
        CompletionReported {
            version: 1,
            trigger: Trigger::Completed,
            completed_on: day("2026-01-30"),
            lines: budget(),
            claims: digest("claims"),
            documents: documents(),
        }
        .into(),
        CompletionReturned { points: points(), due: day("2027-02-28") }.into(),
        Inspected {
            content: digest("inspection"),
            cuts: vec![LineCut {
                claim_line: "1-001".into(),
                line: "物品費".into(),
                amount: yen(3_000_000),
                reason: "発注が交付決定の前".into(),
                clause: "3-7".into(),
            }],
            accepted: lines(&[("人件費", 30_000_000), ("物品費", 27_000_000)]),
            documents: documents(),
        }
        .into(),
        CorrectionOrdered { number: number(), points: points(), due: day("2027-02-28") }.into(),
        AmountFixed {
            number: number(),
            lines: lines(&[("人件費", 30_000_000), ("物品費", 27_000_000)]),
            eligible: yen(57_000_000),
            computed: yen(38_000_000),
            amount: yen(38_000_000),
        }
        .into(),
        PaymentClaimed { claim: 1, kind: PaymentKind::Settlement, amount: yen(38_000_000), account: digest("account") }.into(),
        PaymentRefused { claim: 1, reason: reason() }.into(),
        AccountChanged { claim: 1, account: digest("other account"), reason: reason() }.into(),
        PaymentOrdered { claim: 1, run: digest("run"), pay_on: day("2027-03-31") }.into(),
        PaymentMade { claim: 1, on: day("2026-03-31") }.into(),
        TransferReturned { claim: 1, on: day("2026-03-31"), reason: "口座なし".into() }.into(),
        noticed("2027-03-31").into(),
        RevocationAnswered { statement: digest("statement"), documents: documents() }.into(),
        RevocationDropped { reason: reason() }.into(),
        revoked(Extent::Part { amount: yen(5_000_000) }).into(),
        RepaymentOrdered {
            debt: 1,
            number: number(),
            cause: Cause::Revocation,
            principal: yen(5_000_000),
            due: day("2027-04-20"),
            receipts: vec![Flow::new(day("2026-03-31"), yen(5_000_000))],
            rule: charges(true),
            reason: reason(),
            clause: "適正化法第18条第1項".into(),
        }
        .into(),
        RepaymentReceived { debt: 1, on: day("2026-04-20"), amount: yen(1_000_000) }.into(),
        InstalmentsAgreed { debt: 1, due: vec![Flow::new(day("2027-05-20"), yen(5_000_000))], reason: reason() }.into(),
        ChargeWaived { debt: 1, of: ChargePart::Surcharge, amount: yen(1_000), reason: reason() }.into(),
        OffsetMade { debt: 1, on: day("2026-04-20"), amount: yen(1_000_000), against: "架空の別の交付決定".into() }.into(),
        ClaimSetOff { claim: 1, on: day("2026-04-20"), amount: yen(1_000_000), debt: "架空の返還第1号".into() }.into(),
        Demanded { debt: 1, number: number(), due: day("2027-05-20") }.into(),
        DebtDischarged {
            debt: 1, amount: yen(5_000_000), reason: reason(), clause: "国の債権の管理等に関する法律（架空の号）".into()
        }
        .into(),
        InputTaxReported {
            tax_year_ends: day("2026-03-31"),
            deduction: Deduction::ByRatio { taxable_ratio: rate(4, 5) },
            costs: vec![TaxedCost { rate: rate(1, 10), for_taxable: yen(11_000_000), common: yen(0), for_exempt: yen(0) }],
            amount: yen(500_000),
            documents: documents(),
        }
        .into(),
        CommercialisationReported {
            nth: 1,
            year_ends: day("2026-03-31"),
            revenue: revenue(3_000_000),
            content: digest("year 1"),
            documents: documents(),
        }
        .into(),
        RevenueAssessed { nth: 1, amount: yen(2_000_000), reason: reason(), clause: "7-1(6)".into() }.into(),
        WageReported {
            nth: 1,
            year_ends: day("2026-03-31"),
            goal: WageGoal { base: yen(90_000_000), reached: yen(91_000_000), circumstances: vec![Exemption::Disaster] },
            content: digest("wages"),
            documents: documents(),
        }
        .into(),
        WageAssessed { nth: 1, amount: yen(0), reason: reason(), clause: "7-3".into() }.into(),
        AssetsRegistered { assets: vec![asset("A-1")] }.into(),
        AssetsCounted {
            as_of: day("2026-06-30"),
            seen: vec![Counted { id: "A-1".into(), condition: AssetCondition::InUse }],
            documents: documents(),
        }
        .into(),
        DisposalRequested {
            request: 1,
            asset: "A-1".into(),
            disposition: sale(3_000_000),
            planned_on: day("2027-03-31"),
            reason: reason(),
            documents: documents(),
        }
        .into(),
        DisposalApproved {
            request: 1,
            number: number(),
            outcome: DisposalOutcome::Repay(yen(3_000_000)),
            conditions: vec![],
            clause: "7-1(5)".into(),
        }
        .into(),
        DisposalRefused { request: 1, number: number(), reason: reason() }.into(),
        Disposed { request: 1, on: day("2026-06-30"), documents: documents(), real: None }.into(),
        Succeeded {
            from: CorporateNumber::from_body(1),
            to: CorporateNumber::from_body(2),
            cause: SuccessionCause::Merger,
            on: day("2026-05-01"),
            number: number(),
            documents: documents(),
        }
        .into(),
        CaseClosed { number: number(), checked: vec!["未収の債権がないこと".into()], keep_until: day("2031-03-31") }.into(),
    ]
}

/// A case as it grows, with the acts that made it.
#[derive(Clone)]
pub struct Story {
    pub case: Execution,
    pub acts: Vec<(ExecutionAct, Day)>,
}

impl Story {
    pub fn begin() -> Story {
        Story { case: Execution::begin(terms()), acts: vec![] }
    }

    /// One more act, which must fit.
    pub fn then(mut self, on: &str, act: impl Into<ExecutionAct>) -> Story {
        let act = act.into();
        self.case = self.case.apply(&act, day(on)).unwrap_or_else(|e| panic!("{} on {on}: {e}", act.kind()));
        self.acts.push((act, day(on)));
        self
    }

    /// One more decision, which must be possible.
    pub fn decide(self, on: &str, step: impl FnOnce(&Execution) -> Result<Decided, ExecutionRefusal>) -> Story {
        let decided = step(&self.case).unwrap_or_else(|e| panic!("{on}: {e}"));
        self.then(on, decided.act)
    }

    pub fn underway() -> Story {
        Story::begin().then("2025-06-02", BudgetAllocated { lines: lines(&[("人件費", 30_000_000), ("物品費", 30_000_000)]) })
    }

    pub fn reported() -> Story {
        let totals = [("人件費".to_owned(), yen(30_000_000)), ("物品費".to_owned(), yen(30_000_000))].into();
        let order = decide::CompletionOrder {
            trigger: Trigger::Completed,
            completed_on: day("2026-01-30"),
            totals,
            claims: digest("claims"),
            documents: vec![],
        };
        Story::underway().decide("2026-02-10", |c| decide::report_completion(c, &order, day("2026-02-10")))
    }

    pub fn inspected() -> Story {
        let cut = LineCut {
            claim_line: "1-001".into(),
            line: "物品費".into(),
            amount: yen(3_000_000),
            reason: "発注が交付決定の前".into(),
            clause: "3-7".into(),
        };
        let accepted = lines(&[("人件費", 30_000_000), ("物品費", 27_000_000)]);
        Story::reported().then("2026-03-02", Inspected { content: digest("inspection"), cuts: vec![cut], accepted, documents: vec![] })
    }

    pub fn fixed() -> Story {
        Story::inspected().decide("2026-03-10", |c| decide::fix_amount(c, "確第1号", yen(38_000_000), day("2026-03-10")))
    }

    /// Fixed and paid on 2026-03-31.
    pub fn paid() -> Story {
        Story::fixed()
            .decide("2026-03-12", |c| {
                decide::claim_payment(c, PaymentKind::Settlement, yen(38_000_000), digest("account"), day("2026-03-12"), &rules())
            })
            .then("2026-03-25", PaymentOrdered { claim: 1, run: digest("run"), pay_on: day("2026-03-31") })
            .then("2026-03-31", PaymentMade { claim: 1, on: day("2026-03-31") })
    }

    /// Revoked as a whole after payment, and ordered back.
    pub fn ordered_back() -> Story {
        let order = decide::RepaymentOrder {
            cause: Cause::Revocation,
            number: "返第1号".into(),
            reason: "取消しのため".into(),
            clause: "適正化法第18条第1項".into(),
        };
        Story::paid()
            .then("2026-06-01", noticed("2026-06-15"))
            .then("2026-06-10", RevocationAnswered { statement: digest("statement"), documents: vec![] })
            .then("2026-06-20", revoked(Extent::Whole))
            .decide("2026-06-22", |c| decide::order_repayment(c, &order, day("2026-06-22"), &rules()))
    }

    pub fn in_phase(phase: ExecutionPhase) -> Story {
        match phase {
            ExecutionPhase::Decided => Story::begin(),
            ExecutionPhase::Underway => Story::underway(),
            ExecutionPhase::Suspended => {
                Story::underway().then("2025-10-01", SuspensionOrdered { number: "停第1号".into(), reason: "条件違反の疑い".into() })
            }
            ExecutionPhase::Reported => Story::reported(),
            ExecutionPhase::Correcting => {
                Story::reported().then("2026-02-20", CompletionReturned { points: points(), due: day("2026-03-20") })
            }
            ExecutionPhase::Inspected => Story::inspected(),
            ExecutionPhase::Fixed => Story::paid(),
            ExecutionPhase::Revoked => Story::ordered_back(),
            ExecutionPhase::Closed => Story::paid().then(
                "2031-04-01",
                CaseClosed { number: "結第1号".into(), checked: vec!["未収なし".into()], keep_until: day("2032-03-31") },
            ),
        }
    }
}

/// Compares a text with a file. With `BLESS` set, a missing file is written, and a changed one too where it may change.
pub fn golden(path: &str, actual: &str, may_change: bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let kept = std::fs::read_to_string(&path).ok();
    if kept.as_deref() == Some(actual) {
        return;
    }
    if std::env::var_os("BLESS").is_some() && (kept.is_none() || may_change) {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let kept = kept.unwrap_or_default();
    let first = kept.lines().zip(actual.lines()).position(|(a, b)| a != b).unwrap_or(kept.lines().count().min(actual.lines().count()));
    panic!(
        "{} differs from line {}:\n  kept: {:?}\n   now: {:?}\nIf the change is meant, run the test with BLESS=1 and read the diff.",
        path.display(),
        first + 1,
        kept.lines().nth(first),
        actual.lines().nth(first)
    );
}
