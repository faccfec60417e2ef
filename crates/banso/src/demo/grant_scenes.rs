//! The grant request is examined, returned, decided or refused in the play.

use banso_kernel::Yen;
use banso_office::Point;
use banso_office::desk::granting::{DecisionOrder, Prepared, PreparedCell, RefusalOrder, ReturnOrder, SettledCell};

use super::DemoTrouble;
use super::play::Play;
use super::script::Cut;

impl Play<'_> {
    pub(crate) async fn return_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let (officer, case) = (self.officer().await?, self.case(index)?);
        let page = self.office.grant_page(&officer, case).await?;
        // The papers stand last among the places of a grant request.
        let (field, _) = page.places.last().cloned().ok_or(DemoTrouble::Script("place"))?;
        let note = "単価50万円以上の物品に相見積がありません。2者以上の見積書を添付してください（合成）。".to_owned();
        let order = ReturnOrder {
            points: vec![Point { field, note }],
            due: Some(self.office.now().day().plus_days(14)),
            request: self.press(&format!("return grant {index}")),
        };
        Ok(self.office.return_grant_request(&officer, case, order).await?)
    }

    /// Prepared by the office where something changes, decided by the director.
    pub(crate) async fn grant(&self, index: usize, cut: Cut) -> Result<(), DemoTrouble> {
        let (officer, case) = (self.officer().await?, self.case(index)?);
        let page = self.office.grant_page(&officer, case).await?;
        if cut == Cut::Modified {
            let prepared = modified(page.prepared, &page.cells)?;
            self.office.prepare_decision(&officer, case, &prepared, page.prepared_version).await?;
        }
        let director = self.director().await?;
        let shown = self.office.grant_page(&director, case).await?;
        let order = DecisionOrder { prepared_version: shown.prepared_version, request: self.press(&format!("grant {index}")) };
        Ok(self.office.decide_grant(&director, case, order).await?)
    }

    pub(crate) async fn refuse_grant(&self, index: usize) -> Result<(), DemoTrouble> {
        let reason = "同じ内容について国の他の補助金の交付決定を受けており、重複受給に当たるため（合成）".to_owned();
        let order = RefusalOrder { reason, request: self.press(&format!("refuse {index}")) };
        Ok(self.office.refuse_grant(&self.director().await?, self.case(index)?, order).await?)
    }
}

/// Art. 6(3): a part of the largest cost is not accepted, with the reason, and why the work can be done all the same.
fn modified(prepared: Prepared, cells: &[SettledCell]) -> Result<Prepared, DemoTrouble> {
    let (place, largest) = cells.iter().enumerate().max_by_key(|(_, c)| c.cell.asked).ok_or(DemoTrouble::Script("costs"))?;
    let accepted = largest.cell.asked.checked_sub(Yen::new(1_800_000)).map_err(|_| DemoTrouble::Script("cost"))?;
    let reason = "既存の測定装置を使うことができ、新たに購入する必要が認められないため（合成）".to_owned();
    let mut prepared = Prepared {
        feasibility: "測定は既存の装置で行えるため、研究開発の遂行に支障はありません（合成）。".to_owned(),
        ..prepared
    };
    prepared.cells.insert(place, PreparedCell { accepted, reason });
    Ok(prepared)
}
