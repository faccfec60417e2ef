//! The grant request is examined and decided in the play.

use banso_grant::decide::{self, GrantLimits, GrantOrder};
use banso_grant::{CaseState, Modification, Point};
use banso_kernel::Yen;
use banso_permits::Action;

use super::DemoTrouble;
use super::play::Play;
use super::script::Cut;

impl Play<'_> {
    pub(crate) async fn return_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let points = [Point { field: "grant-documents/grant-quotes".to_owned(), note: "相見積が足りません（合成）。".to_owned() }];
        let due = self.office.now().day().plus_days(14);
        self.step("officer", Action::HandleCase, index, |file, by| decide::return_grant_request(&file.case, &points, due, by)).await
    }

    pub(crate) async fn grant(&self, index: usize, cut: Cut) -> Result<(), DemoTrouble> {
        let round = self.proposal(index)?.round;
        let edition = self.edition(round)?;
        let today = self.office.now().day();
        let conditions: Vec<String> = edition.conditions().iter().map(|c| c.text.ja.clone()).collect();
        self.step("director", Action::Decide, index, |file, by| {
            let asked = match &file.case.state {
                CaseState::GrantRequested { request, .. } => request.requested,
                _ => Yen::ZERO,
            };
            let less = match cut {
                Cut::AsAsked => 0,
                Cut::Modified => 1_200_000,
            };
            let amount = Yen::new(asked.get() - less);
            let modification = Modification {
                place: "3年目 物品費".to_owned(),
                asked: Yen::new(5_000_000),
                granted: Yen::new(5_000_000 - less),
                reason: "既存の設備で足りるため（合成）".to_owned(),
            };
            let order = GrantOrder {
                number: format!("{index:03}"),
                eligible_cost: Yen::new(asked.get() * 3 / 2),
                amount,
                by_year: vec![(1, amount)],
                conditions,
                modifications: if less == 0 { vec![] } else { vec![modification] },
                feasibility: if less == 0 { String::new() } else { "研究開発の目的の達成に支障はない（合成）".to_owned() },
                project_ends: today.plus_days(900),
                withdrawable_until: today.plus_days(20),
            };
            let limits = GrantLimits { ceiling: asked, budget: asked };
            decide::decide_grant(&file.case, &order, limits, by)
        })
        .await
    }

    pub(crate) async fn refuse_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let why = "同じ内容について国の他の補助金の交付決定を受けたことが確認されたため（合成）";
        self.step("director", Action::Decide, index, |file, by| decide::refuse_grant(&file.case, "R-003", why, by)).await
    }
}
