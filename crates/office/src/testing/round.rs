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
    /// Another decided round of the programme, where there is one.
    pub other: Option<CallId>,
    pub analyst: Person,
    pub officer: Person,
    pub director: Person,
    firms: Vec<Rehearsed>,
}

/// Each step panics when it is refused.
impl Round {
    /// So many firms apply; about half of them are selected and granted, the better ones.
    pub async fn decided(count: u32) -> Self {
        Self::played(count, false).await
    }

    /// The same firms apply in two rounds of the programme, with other scores in the second.
    pub async fn decided_twice(count: u32) -> Self {
        Self::played(count, true).await
    }

    async fn played(count: u32, twice: bool) -> Self {
        let office = TestOffice::at("2025-06-02T10:00:00+09:00").await;
        let text = programme_with_budget(&format!("{}万円", 500 * count));
        let text = text.replace("| 採択件数の上限 / Most cases | 7件 |", "| 採択件数の上限 / Most cases | 999件 |");
        let call = office.publish(text.clone()).await;
        let other = if twice {
            let second = text.replace("回: r7-1", "回: r7-9");
            Some(office.publish_beside(text, "programmes/go-tech/r7-9.md", second).await)
        } else {
            None
        };
        let officer = office.somebody("officer", &[Role::Officer], None).await;
        let director = office.somebody("director", &[Role::Director], None).await;
        let analyst = office.somebody("analyst", &[Role::Analyst], None).await;
        let reviewers: Vec<PersonId> = office.reviewers(&["rev-a", "rev-b", "rev-c"]).await.iter().map(|p| p.id).collect();
        let lead = office.applicant("lead", "株式会社架空代表").await;
        let mut round = Round { office, call: call.clone(), other: other.clone(), analyst, officer, director, firms: Vec::new() };
        for n in 0..count {
            let (number, name) = (CorporateNumber::from_body(1_000 + u64::from(n)), format!("株式会社架空{n}"));
            let firm = round.office.numbered(number, &name, "sme").await;
            let title = format!("架空の研究 {n}");
            round.firms.push(Rehearsed {
                firm,
                number,
                name,
                title,
                requested: Yen::new(10_000_000),
                answers: Default::default(),
                sheets: Vec::new(),
            });
        }
        round.figures("2024", 0).await;
        let calls: Vec<(CallId, Vec<Rehearsed>)> =
            [call].into_iter().chain(other).zip([0, 11]).map(|(call, shift)| (call, round.scored(shift))).collect();
        let mut arrived = Vec::new();
        for (call, firms) in &calls {
            arrived.push(round.office.rehearse_arrival(&lead, call, firms).await.unwrap());
        }
        round.at("2025-07-10T10:00:00+09:00");
        let due = Day::new(2025, 7, 31).unwrap();
        for ((call, firms), cases) in calls.iter().zip(&arrived) {
            let all = (cases.as_slice(), firms.as_slice());
            round.office.rehearse_review(&round.officer, &reviewers, call, all, due).await.unwrap();
            let plan = round.office.meeting(&round.officer, call).await.unwrap().plan.unwrap().digest();
            round.office.freeze_selection(&round.officer, call, plan, round.press()).await.unwrap();
        }
        round.at("2025-08-20T10:00:00+09:00");
        for (call, _) in &calls {
            round.office.rehearse_selection(&round.director, call).await.unwrap();
        }
        round.at("2025-09-20T10:00:00+09:00");
        for (call, _) in &calls {
            round.office.rehearse_grants(&round.director, &lead, call, 20).await.unwrap();
        }
        round
    }

    /// The firms with their sheets; each criterion a little otherwise, so that few applications have the same score.
    fn scored(&self, shift: u32) -> Vec<Rehearsed> {
        let edition = self.office.edition_in_force(&self.call).unwrap();
        let of = |(n, firm): (u32, &Rehearsed)| {
            let n = n + shift;
            let hundredths = 62 + (n * 8) % 35;
            let sheet = |more: u32| {
                let share = |k: u32| (hundredths + more + (n * 13 + k * 7) % 9).min(100);
                (0..).zip(&edition.score_sheet().criteria).map(|(k, c)| (c.id.clone(), c.points_max * share(k) / 100)).collect()
            };
            Rehearsed { sheets: vec![sheet(0), sheet(n % 3), sheet(n % 2)], ..firm.clone() }
        };
        (0..).zip(&self.firms).map(of).collect()
    }

    pub fn at(&self, instant: &str) {
        self.office.clock.set(Instant::parse(instant).unwrap());
    }

    /// A press of a button.
    #[must_use]
    pub fn press(&self) -> RequestId {
        RequestId::new(self.office.new_uuid())
    }

    /// Something that is known of the firm with each number, from now on.
    pub async fn known_of_firms(&self, item: &str, period: &str, value: impl Fn(usize) -> String) {
        self.known_from("架空", (item, period), value).await;
    }

    /// The same from a source: each keeps what it says beside the others.
    pub async fn known_from(&self, source: &str, (item, period): (&str, &str), value: impl Fn(usize) -> String) {
        let fact = |(n, firm): (usize, &Rehearsed)| {
            Change::put_fact(&Fact {
                organisation: firm.firm,
                item: item.to_owned(),
                period: period.to_owned(),
                source: source.to_owned(),
                value: value(n),
                learned_on: self.office.now().day(),
            })
        };
        self.office.store().commit(Batch::changes(self.firms.iter().enumerate().map(fact).collect())).await.unwrap();
    }

    /// Figures of a business year: value added grows with the firm's number, and by `more` for those that were granted.
    pub async fn figures(&self, year: &str, more: i64) {
        let mut granted = self.office.granted_in(&self.officer, &self.call).await.unwrap_or_default();
        if let Some(other) = &self.other {
            granted.extend(self.office.granted_in(&self.officer, other).await.unwrap_or_default());
        }
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
