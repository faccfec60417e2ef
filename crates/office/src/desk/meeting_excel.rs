//! The table of the selection meeting as an Excel file: one line a case, every number that the meeting saw.

use banso_exchange::{Cell, Column, Kind, Sheet, to_xlsx};
use banso_grant::Judgement;
use banso_grant::score::parse_fraction;
use banso_grant::selection::{Place, PlannedCase};
use banso_kernel::{CallId, Exact};
use banso_permits::Person;

use super::meeting::{Meeting, MeetingBonus, MeetingLine};
use crate::{Office, OfficeError};

impl Office {
    /// The table of the meeting as an Excel file.
    ///
    /// # Errors
    /// As [`Office::meeting`].
    pub async fn meeting_excel(&self, person: &Person, call: &CallId) -> Result<Vec<u8>, OfficeError> {
        let meeting = self.meeting(person, call).await?;
        let ranked = meeting.lines.iter().filter_map(|line| Some((line, line.planned.as_ref()?)));
        let sheet = Sheet {
            title: "採択会議 順位表".to_owned(),
            columns: columns(&meeting),
            rows: ranked.map(|(line, planned)| row(&meeting, line, planned)).collect(),
            made_at: self.now(),
            synthetic: meeting.edition.meta().synthetic || self.synthetic(),
        };
        let made = tokio::task::spawn_blocking(move || to_xlsx(&sheet)).await.map_err(OfficeError::fault)?;
        made.map_err(OfficeError::fault)
    }
}

fn columns(meeting: &Meeting) -> Vec<Column> {
    let column = |(header, kind): (&str, Kind)| Column::new(header, kind);
    let head = [("順位", Kind::Number), ("受付番号", Kind::Code), ("計画の名称", Kind::Text), ("代表者", Kind::Text)];
    let tail = [
        ("審査点（集計）", Kind::Score),
        ("補正後の平均点（参考）", Kind::Score),
        ("補正後の順位（参考）", Kind::Number),
        ("加点", Kind::Number),
        ("加点の判定", Kind::Text),
        ("合計点", Kind::Score),
        ("同点の扱い", Kind::Text),
        ("申請額", Kind::Yen),
        ("採択額の累計", Kind::Yen),
        ("結果", Kind::Text),
        ("補欠順位", Kind::Number),
        ("理由", Kind::Text),
    ];
    let marks = meeting.reviewers.iter().map(|r| Column::new(r.name.clone(), Kind::Number));
    head.into_iter().map(column).chain(marks).chain(tail.into_iter().map(column)).collect()
}

/// A statistic as it is shown: two decimals.
fn hundredths(value: f64) -> Cell {
    let digits: String = format!("{value:.2}").chars().filter(|c| *c != '.').collect();
    digits.parse::<i128>().map_or(Cell::Empty, |n| Cell::Score(Exact::new(n, 100)))
}

fn judged(bonus: &MeetingBonus) -> Option<String> {
    let said = match &bonus.judged {
        Some(j) if j.judgement == Judgement::Granted => format!("認める：{}", j.reason),
        Some(j) => format!("認めない：{}", j.reason),
        None if bonus.open() => "未判定".to_owned(),
        None => return None,
    };
    Some(format!("{}（{said}）", bonus.bonus.title.ja))
}

fn row(meeting: &Meeting, line: &MeetingLine, planned: &PlannedCase) -> Vec<Cell> {
    let text = |t: String| if t.is_empty() { Cell::Empty } else { Cell::Text(t) };
    let score = |fraction: &str| parse_fraction(fraction).map_or(Cell::Empty, Cell::Score);
    let (place, order) = match planned.place {
        Place::Selected => ("採択", Cell::Empty),
        Place::Reserve { order } => ("補欠", Cell::Number(i64::from(order))),
        Place::BelowPassMark => ("不採択（基準点未満）", Cell::Empty),
        Place::BeyondTheLine => ("不採択", Cell::Empty),
    };
    let mut cells = vec![
        Cell::Number(i64::from(planned.rank)),
        Cell::Text(line.receipt_number.clone()),
        text(line.title.clone()),
        text(line.lead.clone()),
    ];
    let mark = |person| line.marks.iter().find(|m| m.reviewer == person).and_then(|m| m.total);
    cells.extend(meeting.reviewers.iter().map(|r| mark(r.person).map_or(Cell::Empty, |t| Cell::Number(i64::from(t)))));
    cells.extend([
        score(&planned.aggregated),
        line.calibrated.map_or(Cell::Empty, |c| hundredths(c.calibrated_mean)),
        line.calibrated_rank.map_or(Cell::Empty, |r| Cell::Number(i64::from(r))),
        Cell::Number(planned.bonuses.iter().map(|b| i64::from(b.points)).sum()),
        text(line.bonuses.iter().filter_map(judged).collect::<Vec<_>>().join("、")),
        score(&planned.score),
        text(meeting.tie_words(&planned.tie).map(|t| t.ja).unwrap_or_default()),
        Cell::Yen(planned.requested),
        Cell::Yen(planned.cumulative),
        Cell::Text(place.to_owned()),
        order,
        text(planned.reason.clone()),
    ]);
    cells
}
