//! A call with cases in it that were reviewed, for tests of what comes after the review. Everybody and every amount in it is made up.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a stage that cannot be set fails its test")]

use banso_kernel::{CallId, CaseId, Instant, RequestId};
use banso_permits::{Person, Role};

use super::{TestOffice, cases};
use crate::Office;

/// An office whose Go-Tech call has cases that were reviewed.
pub struct Stage {
    pub office: TestOffice,
    pub call: CallId,
    pub officer: Person,
    pub director: Person,
    pub auditor: Person,
    /// Cases with somebody of their lead, in the order of arrival.
    pub cases: Vec<(CaseId, Person)>,
}

/// Titles of the made-up projects.
const TITLES: [&str; 6] = [
    "耐熱合金の微細切削の高速化",
    "樹脂成形の不良予測",
    "接合部の非破壊検査",
    "表面処理の低温化",
    "小型測定器の高精度化",
    "難削材の工具摩耗予測",
];

/// The reviewers, and how many hundredths of the points they give out of kindness: the second is lenient.
const REVIEWERS: [(&str, u32); 4] = [("rev-a", 0), ("rev-b", 6), ("rev-c", 2), ("rev-d", 0)];

/// When a stage begins.
const BEGIN: &str = "2025-06-02T10:00:00+09:00";

/// Each step panics when it is refused.
impl Stage {
    /// A call with this budget (as a guideline writes it) and so many cases, each marked by three of four reviewers; the first cases
    /// are the better ones, and every third claims a bonus.
    pub async fn reviewed(cases: usize, budget: &str) -> Self {
        Self::reviewed_under(cases, cases::programme_with_budget(budget)).await
    }

    /// The same on a database elsewhere.
    pub async fn reviewed_on(database: Option<&str>, cases: usize, budget: &str) -> Self {
        let office = TestOffice::on(BEGIN, database).await;
        Self::reviewed_in(office, cases, cases::programme_with_budget(budget)).await
    }

    /// The same under this text of a guideline.
    pub async fn reviewed_under(cases: usize, guideline: String) -> Self {
        Self::reviewed_in(TestOffice::at(BEGIN).await, cases, guideline).await
    }

    /// The same in this office.
    pub async fn reviewed_in(office: TestOffice, cases: usize, guideline: String) -> Self {
        let call = office.publish(guideline).await;
        let officer = office.somebody("officer", &[Role::Officer], None).await;
        let director = office.somebody("director", &[Role::Director], None).await;
        let auditor = office.somebody("auditor", &[Role::Auditor], None).await;
        let reviewers = office.reviewers(&REVIEWERS.map(|(login, _)| login)).await;
        let mut stage = Stage { office, call, officer, director, auditor, cases: Vec::new() };
        for n in 0..cases {
            stage.submit(n).await;
        }
        stage.review(&reviewers).await;
        stage
    }

    async fn submit(&mut self, n: usize) {
        let person = self.office.applicant(&format!("firm-{n}"), &format!("株式会社架空{}", n + 1)).await;
        let mut slots = vec!["plan-pdf", "accounts", "pledge"];
        if n.is_multiple_of(3) {
            slots.push("wage-plan");
        }
        let title = format!("{}（架空{}）", TITLES[n % TITLES.len()], n + 1);
        let case = self.office.handed_in_with(&self.call, &person, &title, &slots).await;
        self.office.wait_seconds(60);
        self.cases.push((case, person));
    }

    /// Opens the review and hands in every sheet.
    async fn review(&self, reviewers: &[Person]) {
        self.office.clock.set(Instant::parse("2025-07-01T10:00:00+09:00").unwrap());
        let cases: Vec<CaseId> = self.cases.iter().map(|(case, _)| *case).collect();
        self.office.review_opened(&cases, &self.officer, self.office.now().day().plus_days(20)).await;
        for (n, case) in cases.into_iter().enumerate() {
            let panel = [0, 1, 2].map(|i| (n + i) % reviewers.len());
            self.office.assigned(case, &self.officer, &panel.map(|i| reviewers[i].clone())).await;
            for i in panel {
                let hundredths = 92_u32.saturating_sub(3 * u32::try_from(n).unwrap()) + REVIEWERS[i].1;
                self.office.reviewed(case, &reviewers[i], hundredths).await;
            }
        }
        self.office.wait_seconds(60);
    }

    /// A press of a button.
    #[must_use]
    pub fn press(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    /// Does what was queued, and lets a minute pass.
    pub async fn settle(&self) {
        self.office.run_jobs().await;
        self.office.wait_seconds(60);
    }

    /// Freezes and executes the plan, and tells everybody.
    pub async fn executed(self) -> Self {
        let plan = self.office.meeting(&self.officer, &self.call).await.unwrap().plan.unwrap().digest();
        self.office.freeze_selection(&self.officer, &self.call, plan, self.press()).await.unwrap();
        self.office.execute_selection(&self.director, &self.call, plan, self.press()).await.unwrap();
        self.settle().await;
        self
    }

    /// The grant request of a selected case, quotes attached.
    pub async fn request_grant(&self, index: usize) -> CaseId {
        let (case, person) = &self.cases[index];
        self.office.grant_requested(*case, person).await;
        self.settle().await;
        *case
    }

    /// The applicant withdraws.
    pub async fn withdraw(&self, index: usize) {
        let (case, person) = &self.cases[index];
        Office::withdraw(&self.office, person, *case, "架空の事情によります。", self.press()).await.unwrap();
        self.settle().await;
    }
}
