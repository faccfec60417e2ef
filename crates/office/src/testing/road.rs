//! The road after the decision on a made-up case, for tests of what follows it: report, inspection, fixing, claim, run, bank.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a road that cannot be walked fails its test")]

use banso_kernel::{CaseId, Day, Digest, RequestId, Yen};
use banso_permits::{Person, Role};

use super::stage::Stage;
use crate::desk::granting::DecisionOrder;
use crate::execution::{
    AccountForm, CHECKS, InspectionForm, JudgedLine, PaperKind, ProjectPage, ReportOrder, RequesterForm, RunOrder, RunPage, SettleLine,
    SettleOrder,
};
use crate::{Office, OfficeError};

pub const GOODS: &str = "物品費（株式会社架空1）";
pub const WAGES: &str = "人件費（株式会社架空1）";

/// A decided case; the second director approves payments too.
pub struct Road {
    pub stage: Stage,
    pub case: CaseId,
    pub second: Person,
}

impl Road {
    /// On a stage of its own.
    pub async fn decided() -> Road {
        Road::decided_on(Stage::reviewed(2, "8,000万円").await).await
    }

    /// The first case of this stage, granted.
    pub async fn decided_on(stage: Stage) -> Road {
        let stage = stage.executed().await;
        let case = stage.request_grant(0).await;
        let order = DecisionOrder { prepared_version: 0, request: stage.press() };
        stage.office.decide_grant(&stage.director, case, order).await.unwrap();
        stage.settle().await;
        let second = stage.office.somebody("director-2", &[Role::Director], None).await;
        Road { stage, case, second }
    }

    #[must_use]
    pub fn office(&self) -> &Office {
        &self.stage.office
    }

    /// Somebody of the lead.
    #[must_use]
    pub fn holder(&self) -> &Person {
        &self.stage.cases[0].1
    }

    /// A press of a button.
    #[must_use]
    pub fn press(&self) -> RequestId {
        self.stage.press()
    }

    #[must_use]
    pub fn today(&self) -> Day {
        self.stage.office.now().day()
    }

    pub async fn page(&self) -> ProjectPage {
        self.office().project_page(self.holder(), self.case).await.unwrap()
    }

    pub async fn wait_days(&self, days: i64) {
        self.stage.office.wait_seconds(days * 86_400);
    }

    /// A table of two lines: a machine with competing quotes, and wages.
    pub fn table(&self, machine: &str, wages: &str) -> Vec<Vec<String>> {
        let heading: Vec<String> = banso_execution::claim::headings().iter().map(|h| (*h).to_owned()).collect();
        let ordered = self.page_decided().plus_days(5).to_string();
        let paid = self.page_decided().plus_days(20).to_string();
        let row = |cells: &[(&str, &str)]| -> Vec<String> {
            heading.iter().map(|h| cells.iter().find(|(name, _)| name == h).map(|(_, v)| (*v).to_owned()).unwrap_or_default()).collect()
        };
        let tax = Yen::parse(machine).unwrap().get() / 10;
        let gross = (Yen::parse(machine).unwrap().get() + tax).to_string();
        let tax = tax.to_string();
        vec![
            heading.clone(),
            row(&[
                ("明細番号", "1-001"),
                ("経費区分", GOODS),
                ("内容", "架空の加工機"),
                ("種別", "新品"),
                ("単価（税抜）", machine),
                ("製造番号", "X-1"),
                ("計上額", machine),
                ("発注先", "架空商事株式会社"),
                ("見積日", &ordered),
                ("見積額（税抜）", machine),
                ("相見積先", "別の架空商会"),
                ("相見積日", &ordered),
                ("相見積額（税抜）", "999,000,000"),
                ("随意契約の理由", "独占販売権が客観的に示されている"),
                ("発注日", &ordered),
                ("納品日", &ordered),
                ("検収日", &ordered),
                ("請求書番号", "K-１"),
                ("請求日", &ordered),
                ("税率", "10%"),
                ("請求額（税抜）", machine),
                ("消費税額", &tax),
                ("支払日", &paid),
                ("支払額", &gross),
                ("支払方法", "銀行振込"),
            ]),
            row(&[
                ("明細番号", "2-001"),
                ("経費区分", WAGES),
                ("内容", "研究員の人件費（架空）"),
                ("種別", "人件費等"),
                ("計上額", wages),
                ("支払日", &paid),
                ("支払額", wages),
                ("支払方法", "銀行振込"),
            ]),
        ]
    }

    pub fn page_decided(&self) -> Day {
        self.today().plus_days(-60)
    }

    pub async fn attach_everything(&self) {
        let page = self.office().completion_page(self.holder(), self.case).await.unwrap();
        for line in page.lines {
            let mut incoming =
                self.office().begin_paper(self.holder(), self.case, &line.line.id, PaperKind::ALL, "証拠.pdf").await.unwrap();
            incoming.write(b"%PDF-1.7\n% made up for a test\n%%EOF\n").await.unwrap();
            self.office().keep_paper(self.holder(), incoming).await.unwrap();
        }
    }

    pub async fn import(&self, machine: &str, wages: &str) -> Result<(), OfficeError> {
        let version = self.office().completion_page(self.holder(), self.case).await.unwrap().version;
        self.office().import_claims(self.holder(), self.case, &self.table(machine, wages), version).await.map(|_| ())
    }

    pub async fn report(&self) -> Result<(), OfficeError> {
        let version = self.office().completion_page(self.holder(), self.case).await.unwrap().version;
        let order = ReportOrder { completed_on: Some(self.today()), explanation: "架空の説明".into(), version, request: self.press() };
        self.office().report_completion(self.holder(), self.case, order).await
    }

    pub async fn reported() -> Road {
        Road::decided().await.report_all().await
    }

    pub async fn report_all(self) -> Road {
        let road = self;
        road.wait_days(60).await;
        road.import("28,000,000", "15,000,000").await.unwrap();
        road.attach_everything().await;
        road.report().await.unwrap();
        road.stage.settle().await;
        road
    }

    pub async fn inspect(&self, cut: i64) -> Result<(), OfficeError> {
        let page = self.office().inspection_page(&self.stage.officer, self.case).await.unwrap();
        let judged = page
            .lines
            .iter()
            .map(|l| JudgedLine {
                line: l.report.line.id.clone(),
                cut: if l.report.line.id == "1-001" { Yen::new(cut) } else { Yen::ZERO },
                reason: if cut == 0 { String::new() } else { "汎用品のため".into() },
                clause: "3-7".into(),
            })
            .collect();
        let form = InspectionForm {
            claims: page.claims.unwrap(),
            judged,
            checks: CHECKS.iter().map(|(code, ..)| (*code).to_owned()).collect(),
            on_site: true,
            note: String::new(),
            request: self.press(),
        };
        self.office().inspect(&self.stage.officer, self.case, form).await
    }

    pub async fn fixed() -> Road {
        Road::reported().await.fix().await
    }

    pub async fn fix(self) -> Road {
        let road = self;
        road.inspect(1_000_000).await.unwrap();
        let page = road.office().fixing_page(&road.stage.director, road.case).await.unwrap();
        road.office().fix_amount(&road.stage.director, road.case, page.amount, road.press()).await.unwrap();
        road.stage.settle().await;
        road
    }

    pub async fn claimed() -> Road {
        Road::fixed().await.claim().await
    }

    pub async fn claim(self) -> Road {
        let road = self;
        let amount = road.page().await.fixed;
        road.office().claim_payment(road.holder(), road.case, amount, &account("1234567"), road.press()).await.unwrap();
        road.stage.settle().await;
        road
    }

    /// Fixed and paid, under this text of a guideline.
    pub async fn paid_under(guideline: String) -> Road {
        Road::paid_on(Stage::reviewed_under(2, guideline).await).await
    }

    /// Fixed and paid on this stage.
    pub async fn paid_on(stage: Stage) -> Road {
        let road = Road::decided_on(stage).await.report_all().await.fix().await.claim().await;
        let run = road.frozen().await;
        road.office().approve_run(&road.stage.director, &road.stage.call, run, road.press()).await.unwrap();
        road.wait_days(7).await;
        road.settle(run, None).await.unwrap();
        road.stage.settle().await;
        road
    }

    pub fn run_order(&self) -> RunOrder {
        let pay_on = self.today().plus_days(1).or_next_open(banso_kernel::ClosedDays::Bank);
        let requester = RequesterForm { code: "0012345678".into(), account: account("7654321") };
        RunOrder { pay_on: Some(pay_on), requester, confirmed: [].into(), request: self.press() }
    }

    pub async fn frozen(&self) -> Digest {
        self.office().freeze_run(&self.stage.officer, &self.stage.call, self.run_order()).await.unwrap().unwrap()
    }

    pub async fn run(&self, run: Digest) -> RunPage {
        self.office().run_page(&self.stage.officer, &self.stage.call, run).await.unwrap()
    }

    pub async fn settle(&self, run: Digest, returned: Option<&str>) -> Result<(), OfficeError> {
        let lines = vec![SettleLine { reference: 1, returned: returned.map(str::to_owned) }];
        let order = SettleOrder { on: Some(self.today()), lines, request: self.press() };
        self.office().settle_run(&self.stage.officer, &self.stage.call, run, order).await
    }
}

/// A made-up account.
#[must_use]
pub fn account(number: &str) -> AccountForm {
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
