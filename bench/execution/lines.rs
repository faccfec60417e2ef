//! A report of many claim lines: read out of an Excel workbook, checked cell by cell, saved, and every line checked against its evidence.

use banso_exchange::{Cell, Column, Kind, Sheet, read_table, to_xlsx};
use banso_execution::claim::headings;

use crate::Outcome;
use crate::crowd::Crowd;
use crate::stopwatch::{Laps, rate};

/// So many lines of wages and purchases, a thousand yen each and without a flaw.
fn table(count: usize, day: &str) -> Vec<Vec<String>> {
    let columns = headings();
    let line = |n: usize| {
        let cells = [
            ("明細番号", format!("1-{n:05}")),
            ("経費区分", "外注費".to_owned()),
            ("内容", "架空の加工".to_owned()),
            ("種別", "役務".to_owned()),
            ("計上額", "100".to_owned()),
            ("発注先", "架空商事株式会社".to_owned()),
            ("見積日", day.to_owned()),
            ("見積額（税抜）", "100".to_owned()),
            ("発注日", day.to_owned()),
            ("納品日", day.to_owned()),
            ("検収日", day.to_owned()),
            ("請求書番号", format!("K-{n}")),
            ("請求日", day.to_owned()),
            ("税率", "10%".to_owned()),
            ("請求額（税抜）", "100".to_owned()),
            ("消費税額", "10".to_owned()),
            ("支払日", day.to_owned()),
            ("支払額", "110".to_owned()),
            ("支払方法", "銀行振込".to_owned()),
        ];
        columns.iter().map(|c| cells.iter().find(|(name, _)| name == c).map(|(_, v)| v.clone()).unwrap_or_default()).collect()
    };
    let heading = columns.iter().map(|c| (*c).to_owned()).collect();
    std::iter::once(heading).chain((1..=count).map(line)).collect()
}

/// The same as a workbook.
fn workbook(rows: &[Vec<String>], crowd: &Crowd) -> Outcome<Vec<u8>> {
    let Some((heading, body)) = rows.split_first() else { return Ok(Vec::new()) };
    let sheet = Sheet {
        title: "経費明細".to_owned(),
        rows: body.iter().map(|row| row.iter().map(|cell| Cell::Text(cell.clone())).collect()).collect(),
        columns: heading.iter().map(|c| Column::new(c.clone(), Kind::Text)).collect(),
        made_at: crowd.office()?.now(),
        synthetic: true,
    };
    Ok(to_xlsx(&sheet)?)
}

pub(crate) async fn imported(crowd: &Crowd, count: usize, rounds: usize) -> Outcome<()> {
    let (case, speaks) = crowd.case(usize::try_from(crowd.count()).unwrap_or(1) - 1)?;
    let said = |e: banso_office::OfficeError| format!("{e:?}");
    let rows = table(count, &crowd.today()?.to_string());
    let file = workbook(&rows, crowd)?;
    let (mut reading, mut importing, mut checking) = (Laps::begin(), Laps::begin(), Laps::begin());
    for _ in 0..rounds.max(1) {
        reading.restart();
        let read = read_table(&file).map_err(|e| format!("{e:?}"))?;
        reading.lap();
        if read.len() < count {
            return Err(format!("{} rows were read of {count}", read.len()).into());
        }
        let version = crowd.office()?.completion_page(speaks, case).await.map_err(said)?.version;
        importing.restart();
        crowd.office()?.import_claims(speaks, case, &rows, version).await.map_err(said)?;
        importing.lap();
        checking.restart();
        let page = crowd.office()?.completion_page(speaks, case).await.map_err(said)?;
        checking.lap();
        if page.lines.len() != count {
            return Err(format!("{} lines are there of {count}", page.lines.len()).into());
        }
    }
    let kibibytes = file.len() >> 10;
    for (what, laps) in [("workbook read", &mut reading), ("checked by cell and saved", &mut importing), ("checked by line", &mut checking)]
    {
        let median = laps.median();
        println!(
            "import of {count} lines ({kibibytes} KiB): {what} in {:.2} s, {:.0} lines a second",
            median.as_secs_f64(),
            rate(count as u64, median)
        );
    }
    Ok(())
}
