//! The budget line: how far down the ranked list money and numbers reach, and the words that say so.

use banso_guideline::ScoreSheet;
use banso_kernel::{Exact, Yen};

use crate::score::two_decimals;
use crate::selection::{Place, PlanError, Scored, SelectionTerms, Tie};

/// The budget line as it moves down the list.
pub(crate) struct Line<'a> {
    sheet: &'a ScoreSheet,
    budget: Option<Yen>,
    places_left: Option<u32>,
    pass_mark: Option<Exact>,
    reserves_max: u32,
    spent: Yen,
    reserved: u32,
    closed: Closed,
}

/// What closed the list of the selected.
#[derive(Clone, Copy)]
enum Closed {
    Open,
    /// By the first request that did not fit: what was left, and what it asked for.
    ByMoney {
        left: Yen,
        asked: Yen,
    },
    ByNumber,
}

impl<'a> Line<'a> {
    pub(crate) fn new(terms: &SelectionTerms<'a>) -> Self {
        let full: i128 = terms.sheet.criteria.iter().map(|c| i128::from(c.points_max)).sum();
        Line {
            sheet: terms.sheet,
            budget: terms.budget,
            places_left: terms.rules.selected_max,
            pass_mark: terms.rules.pass_mark.map(|share| share * Exact::from_integer(full)),
            reserves_max: terms.rules.reserves,
            spent: Yen::ZERO,
            reserved: 0,
            closed: Closed::Open,
        }
    }

    /// Requested by the cases above the line so far.
    pub(crate) const fn spent(&self) -> Yen {
        self.spent
    }

    /// The place of the next case in rank order.
    pub(crate) fn place(&mut self, scored: &Scored<'_>) -> Result<Place, PlanError> {
        // Bonus points do not lift a case over the pass mark: that is about the plan itself.
        if self.pass_mark.is_some_and(|mark| scored.aggregated < mark) {
            return Ok(Place::BelowPassMark);
        }
        let asked = scored.candidate.requested;
        let spent = self.spent.checked_add(asked).map_err(|_| PlanError::TooLarge)?;
        if let Closed::Open = self.closed {
            if self.places_left == Some(0) {
                self.closed = Closed::ByNumber;
            } else if let Some(budget) = self.budget.filter(|b| spent > *b) {
                let left = budget.checked_sub(self.spent).map_err(|_| PlanError::TooLarge)?;
                self.closed = Closed::ByMoney { left, asked };
            } else {
                self.places_left = self.places_left.map(|n| n.saturating_sub(1));
                self.spent = spent;
                return Ok(Place::Selected);
            }
        }
        if self.reserved < self.reserves_max {
            self.reserved = self.reserved.saturating_add(1);
            return Ok(Place::Reserve { order: self.reserved });
        }
        Ok(Place::BeyondTheLine)
    }

    /// A criterion as people read it.
    fn title<'c>(&'c self, id: &'c str) -> &'c str {
        self.sheet.criteria.iter().find(|c| c.id == id).map_or(id, |c| c.title.ja.as_str())
    }

    fn why_closed(&self) -> String {
        match self.closed {
            Closed::Open => String::new(),
            Closed::ByMoney { left, asked } => {
                format!(
                    "上位の採択により予算の残額が{left}となり、次の順位の申請額{asked}に満たないため、採択はその前の順位までとしました。"
                )
            }
            Closed::ByNumber => "採択予定件数に達したため、採択はその順位までとしました。".to_owned(),
        }
    }
}

/// The reason that the applicant reads.
pub(crate) fn reason(scored: &Scored<'_>, rank: u32, tie: &Tie, place: Place, line: &Line<'_>) -> String {
    let bonus = scored.score - scored.aggregated;
    let points = format!(
        "審査点{}点、加点{}点、合計{}点で第{rank}位です。",
        two_decimals(scored.aggregated),
        bonus.to_integer(),
        two_decimals(scored.score)
    );
    let tied = match tie {
        Tie::NotTied => String::new(),
        Tie::ByCriterion(id) => format!("上位と同点のため、審査項目「{}」の点により順位を定めました。", line.title(id)),
        Tie::ByArrival => "上位と同点のため、受付の先後により順位を定めました。".to_owned(),
        Tie::ByReceiptNumber => "上位と同点のため、受付番号の順により順位を定めました。".to_owned(),
    };
    let outcome = match place {
        Place::Selected if line.budget.is_none() => "採択とします。".to_owned(),
        Place::Selected => "予算の範囲内のため採択とします。".to_owned(),
        Place::Reserve { order } => format!("{}補欠第{order}位とします。", line.why_closed()),
        Place::BelowPassMark => {
            let mark = line.pass_mark.map(two_decimals).unwrap_or_default();
            format!("審査点が基準点{mark}点に達していないため不採択とします。")
        }
        Place::BeyondTheLine if line.reserves_max == 0 => format!("{}不採択とします。", line.why_closed()),
        Place::BeyondTheLine => format!("{}補欠の件数にも入らないため不採択とします。", line.why_closed()),
    };
    format!("{points}{tied}{outcome}")
}
