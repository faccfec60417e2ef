//! Too early, too late.

use banso_kernel::{Day, Instant};

use super::{Told, text};
use crate::law;

/// A step at the wrong time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    NotOpenYet {
        opens: Instant,
    },
    Closed {
        closes: Instant,
    },
    /// The day until which a correction was awaited has passed.
    CorrectionOverdue {
        due: Day,
    },
    /// The applicant still has time to correct.
    CorrectionStillOpen {
        due: Day,
    },
    /// A due day that is not after today.
    DueNotAhead {
        due: Day,
        today: Day,
    },
    /// The set day for withdrawing from a decision has passed.
    WithdrawalOver {
        until: Day,
    },
    /// Applications may still come in.
    StillReceiving {
        closes: Instant,
    },
    /// A place on the reserve list still counts.
    ReserveStillValid {
        until: Day,
    },
    /// The reserve list has ended: nobody moves up from it any more.
    ReserveOver {
        until: Day,
    },
}

impl Timing {
    pub(super) fn told(&self) -> Told {
        match self {
            Timing::NotOpenYet { opens } => Told::new(
                "R110",
                law::GUIDELINE,
                text(format!("公募は{}に始まります。", opens.wareki()), format!("the call opens at `{opens}` (Japan time)")),
                text("開始後にもう一度提出してください。", "submit again once the call is open"),
            ),
            Timing::Closed { closes } => Told::new(
                "R111",
                law::ARRIVAL,
                text(
                    format!("公募は{}に締め切られました。締切りまでに記録されなかった提出は受け付けられません。", closes.wareki()),
                    format!("the call closed at `{closes}` (Japan time); what was not recorded by then is not accepted"),
                ),
                text("次回の公募をご確認ください。入力した内容は残っています。", "look for the next call; what you wrote is kept"),
            ),
            Timing::CorrectionOverdue { due } => Told::new(
                "R112",
                law::GUIDELINE,
                text(format!("補正の期限（{}）を過ぎています。", due.wareki()), format!("the correction was due by `{due}`")),
                text("事務局へご連絡ください。", "contact the office"),
            ),
            Timing::CorrectionStillOpen { due } => Told::new(
                "R113",
                law::GUIDELINE,
                text(
                    format!("補正の期限（{}）がまだ過ぎていません。", due.wareki()),
                    format!("the applicant may still correct until `{due}`"),
                ),
                text("期限の翌日以降に行ってください。", "wait until the day after"),
            ),
            Timing::DueNotAhead { due, today } => Told::new(
                "R114",
                law::GUIDELINE,
                text(
                    format!("期限（{}）は本日（{}）より後の日にしてください。", due.wareki(), today.wareki()),
                    format!("due day `{due}` is not after today, `{today}`"),
                ),
                text("期限を選び直してください。", "choose a later day"),
            ),
            Timing::WithdrawalOver { until } => Told::new(
                "R115",
                law::WITHDRAWAL,
                text(
                    format!("交付決定の内容に不服があるときの取下げは{}までです。", until.wareki()),
                    format!("the decision could be withdrawn from until `{until}`"),
                ),
                text(
                    "事業をやめる場合は、中止・廃止の承認について事務局へご相談ください。",
                    "to give the project up, ask the office about approval of discontinuation",
                ),
            ),
            Timing::StillReceiving { closes } => still_receiving(*closes),
            Timing::ReserveStillValid { until } => still_valid(*until),
            Timing::ReserveOver { until } => over(*until),
        }
    }
}

/// Applications may still come in.
fn still_receiving(closes: Instant) -> Told {
    Told::new(
        "R118",
        law::GUIDELINE,
        text(
            format!("公募は{}まで受け付けています。", closes.wareki()),
            format!("the call takes applications until `{closes}` (Japan time)"),
        ),
        text("締切りの後に審査を始めてください。", "open the review after it has closed"),
    )
}

/// A place on the reserve list still counts.
fn still_valid(until: Day) -> Told {
    Told::new(
        "R116",
        law::GUIDELINE,
        text(
            format!("補欠の期限（{}）がまだ過ぎていません。", until.wareki()),
            format!("a place on the reserve list counts until `{until}`"),
        ),
        text(
            "期限の翌日以降に行ってください。それまでは、予算が空けば繰り上げます。",
            "wait until the day after; until then it moves up when money becomes free",
        ),
    )
}

/// The reserve list has ended.
fn over(until: Day) -> Told {
    Told::new(
        "R117",
        law::GUIDELINE,
        text(
            format!("補欠の期限（{}）を過ぎているため、繰り上げられません。", until.wareki()),
            format!("the reserve list ended on `{until}`"),
        ),
        text(
            "残る補欠を終了してください。期限を延ばすには、公募要領を改正してください。",
            "end the places that are left, or move the day back by an amendment of the guideline",
        ),
    )
}
