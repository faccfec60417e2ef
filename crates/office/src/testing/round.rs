//! A round decided with many made-up firms whose figures are known, for tests of studies.

#![expect(clippy::unwrap_used, reason = "a round that cannot be played fails its test")]

use banso_kernel::{CallId, CorporateNumber, Day, Instant, PersonId, RequestId, Yen};
use banso_permits::{Person, Role};
use banso_store::{Batch, Change, Fact};

use super::TestOffice;
use super::cases::programme_with_budget;
use crate::Rehearsed;

/// An office with a decided round.
pub struct Round {
    pub office: TestOffice,
    pub call: CallId,
    pub analyst: Person,
    pub officer: Person,
    pub director: Person,
    firms: Vec<Rehearsed>,
}

/// Each step panics when it is refused.
impl Round {
    /// So many firms apply; about half of them are selected and granted, the better ones.
    pub async fn decided(count: u32) -> Self {
        let office = TestOffice::at("2025-06-02T10:00:00+09:00").await;
        let text = programme_with_budget(&format!("{}万円", 500 * count));
        let text = text.replace("| 採択件数の上限 / Most cases | 7件 |", "| 採択件数の上限 / Most cases | 999件 |");
        let call = office.publish(text).await;
        let officer = office.somebody("officer", &[Role::Officer], None).await;
        let director = office.somebody("director", &[Role::Director], None).await;
        let analyst = office.somebody("analyst", &[Role::Analyst], None).await;
        let reviewers: Vec<PersonId> = office.reviewers(&["rev-a", "rev-b", "rev-c"]).await.iter().map(|p| p.id).collect();
        let lead = office.applicant("lead", "株式会社架空代表").await;
        let mut round = Round { office, call, analyst, officer, director, firms: Vec::new() };
        let edition = round.office.edition_in_force(&round.call).unwrap();
        for n in 0..count {
            let number = CorporateNumber::from_body(1_000 + u64::from(n));
            let firm = round.office.numbered(number, &format!("株式会社架空{n}"), "sme").await;
            let hundredths = 62 + (n * 8) % 35;
            // Each criterion a little otherwise, so that few applications have the same score.
            let sheet = |more: u32| {
                let share = |k: u32| (hundredths + more + (n * 13 + k * 7) % 9).min(100);
                (0..).zip(&edition.score_sheet().criteria).map(|(k, c)| (c.id.clone(), c.points_max * share(k) / 100)).collect()
            };
            round.firms.push(Rehearsed {
                firm,
                number,
                name: format!("株式会社架空{n}"),
                title: format!("架空の研究 {n}"),
                requested: Yen::new(10_000_000),
                sheets: vec![sheet(0), sheet(n % 3), sheet(n % 2)],
            });
        }
        round.figures("2024", 0).await;
        let cases = round.office.rehearse_arrival(&lead, &round.call, &round.firms).await.unwrap();
        round.at("2025-07-10T10:00:00+09:00");
        let due = Day::new(2025, 7, 31).unwrap();
        let all = (cases.as_slice(), round.firms.as_slice());
        round.office.rehearse_review(&round.officer, &reviewers, &round.call, all, due).await.unwrap();
        let plan = round.office.meeting(&round.officer, &round.call).await.unwrap().plan.unwrap().digest();
        round.office.freeze_selection(&round.officer, &round.call, plan, round.press()).await.unwrap();
        round.at("2025-08-20T10:00:00+09:00");
        round.office.rehearse_selection(&round.director, &round.call).await.unwrap();
        round.at("2025-09-20T10:00:00+09:00");
        round.office.rehearse_grants(&round.director, &lead, &round.call, 20).await.unwrap();
        round
    }

    pub fn at(&self, instant: &str) {
        self.office.clock.set(Instant::parse(instant).unwrap());
    }

    /// A press of a button.
    #[must_use]
    pub fn press(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    /// Figures of a business year: value added grows with the firm's number, and by `more` for those that were granted.
    pub async fn figures(&self, year: &str, more: i64) {
        let granted = self.office.granted_in(&self.officer, &self.call).await.unwrap_or_default();
        let mut changes = Vec::new();
        let of_year: i64 = year.parse().unwrap();
        for (n, firm) in (0_i64..).zip(&self.firms) {
            let moved = ((n * 53 + of_year * 17) % 29) * 1_000_000;
            let value = 100_000_000 + (n * 37 % 101) * 900_000 + moved + if granted.contains(&firm.number) { more } else { 0 };
            for (item, value) in [("実績付加価値額", value), ("従業員数", 15 + (n * n * 7 + n * 3) % 41)] {
                changes.push(Change::put_fact(&Fact {
                    organisation: firm.firm,
                    item: item.to_owned(),
                    period: year.to_owned(),
                    source: "架空".to_owned(),
                    value: value.to_string(),
                    learned_on: self.office.now().day(),
                }));
            }
        }
        self.office.store().commit(Batch::changes(changes)).await.unwrap();
    }
}
