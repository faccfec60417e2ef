//! A case of a stage taken on from its grant decision: reported, inspected, fixed, claimed and paid. Everything in it is made up.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a case that cannot be taken on fails its test")]

use banso_kernel::{CaseId, ClosedDays, Day, Yen};

use super::stage::Stage;
use crate::desk::granting::DecisionOrder;
use crate::execution::{
    AccountForm, CHECKS, InspectionForm, JudgedLine, PaperKind, ReportOrder, RequesterForm, RunOrder, SettleLine, SettleOrder,
};

const DAY_SECONDS: i64 = 86_400;

/// Each step panics when it is refused.
impl Stage {
    /// The grant of a selected case is asked for and decided.
    pub async fn decided(&self, index: usize) -> CaseId {
        let case = self.request_grant(index).await;
        let order = DecisionOrder { prepared_version: 0, request: self.press() };
        self.office.decide_grant(&self.director, case, order).await.unwrap();
        self.settle().await;
        case
    }

    /// Lets days pass.
    pub fn wait_days(&self, days: i64) {
        self.office.wait_seconds(days * DAY_SECONDS);
    }

    #[must_use]
    pub fn today(&self) -> Day {
        self.office.now().day()
    }

    /// Sixty days after the decision 15,000,000 yen of wages are reported.
    pub async fn reported(&self, index: usize) -> CaseId {
        let case = self.decided(index).await;
        let (office, holder) = (&self.office, &self.cases[index].1);
        self.wait_days(60);
        let page = office.project_page(holder, case).await.unwrap();
        let wages = page.headings.iter().find(|h| h.name.starts_with("人件費")).unwrap().name.clone();
        let paid = self.today().plus_days(-30).to_string();
        let columns = office.completion_page(holder, case).await.unwrap().columns;
        let cell = |column: &&'static str| match *column {
            "明細番号" => "1-001".to_owned(),
            "経費区分" => wages.clone(),
            "内容" => "研究員の人件費（架空）".to_owned(),
            "種別" => "人件費等".to_owned(),
            "計上額" | "支払額" => "15,000,000".to_owned(),
            "支払日" => paid.clone(),
            "支払方法" => "銀行振込".to_owned(),
            _ => String::new(),
        };
        let table = vec![columns.iter().map(|c| (*c).to_owned()).collect(), columns.iter().map(cell).collect()];
        office.import_claims(holder, case, &table, 0).await.unwrap();
        let mut incoming = office.begin_paper(holder, case, "1-001", PaperKind::ALL, "証拠.pdf").await.unwrap();
        incoming.write(b"%PDF-1.7\n% made up for a test\n%%EOF\n").await.unwrap();
        office.keep_paper(holder, incoming).await.unwrap();
        let version = office.completion_page(holder, case).await.unwrap().version;
        let order = ReportOrder { completed_on: Some(self.today()), explanation: "架空の説明".into(), version, request: self.press() };
        office.report_completion(holder, case, order).await.unwrap();
        self.settle().await;
        case
    }

    /// The report is inspected, its amount fixed.
    pub async fn fixed(&self, index: usize) -> CaseId {
        let case = self.reported(index).await;
        let page = self.office.inspection_page(&self.officer, case).await.unwrap();
        let judge = |line: &str| JudgedLine { line: line.to_owned(), cut: Yen::ZERO, reason: String::new(), clause: String::new() };
        let form = InspectionForm {
            claims: page.claims.unwrap(),
            judged: page.lines.iter().map(|l| judge(&l.report.line.id)).collect(),
            checks: CHECKS.iter().map(|(code, ..)| (*code).to_owned()).collect(),
            on_site: true,
            note: String::new(),
            request: self.press(),
        };
        self.office.inspect(&self.officer, case, form).await.unwrap();
        let amount = self.office.fixing_page(&self.director, case).await.unwrap().amount;
        self.office.fix_amount(&self.director, case, amount, self.press()).await.unwrap();
        self.settle().await;
        case
    }

    /// The fixed amount is claimed, goes into a run and arrives a week later: today, for the case.
    pub async fn paid(&self, index: usize) -> CaseId {
        let case = self.fixed(index).await;
        let (office, holder) = (&self.office, &self.cases[index].1);
        let amount = office.project_page(holder, case).await.unwrap().fixed;
        office.claim_payment(holder, case, amount, &account("1234567"), self.press()).await.unwrap();
        let pay_on = self.today().plus_days(1).or_next_open(ClosedDays::Bank);
        let requester = RequesterForm { code: "0012345678".into(), account: account("7654321") };
        let order = RunOrder { pay_on: Some(pay_on), requester, confirmed: [].into(), request: self.press() };
        let run = office.freeze_run(&self.officer, &self.call, order).await.unwrap().unwrap();
        office.approve_run(&self.director, &self.call, run, self.press()).await.unwrap();
        self.wait_days(7);
        let lines = vec![SettleLine { reference: 1, returned: None }];
        let order = SettleOrder { on: Some(self.today()), lines, request: self.press() };
        office.settle_run(&self.officer, &self.call, run, order).await.unwrap();
        self.settle().await;
        case
    }
}

/// A made-up account.
pub(crate) fn account(number: &str) -> AccountForm {
    AccountForm {
        bank: "0001".into(),
        bank_name: "カクウ".into(),
        branch: "001".into(),
        branch_name: "ホンテン".into(),
        kind: "ordinary".into(),
        number: number.into(),
        holder: "カ）カクウ".into(),
    }
}
