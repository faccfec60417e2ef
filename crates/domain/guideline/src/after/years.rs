//! What is asked of the years after the project: reports, payback of revenue, wage covenants.

use banso_execution::law::{Cut, Exemption, RevenueTerms, WageTerms};
use banso_execution::rules::YearlyReports;
use banso_kernel::{Exact, Rate};

use super::{Reader, hundredths, people, plain};
use crate::form::number_within;
use crate::words::list;

impl Reader<'_> {
    pub(super) fn reports(&mut self) -> Option<YearlyReports> {
        let due = self.due("事業化状況報告")?;
        let (words, clause) = self.row("事業化状況報告の回数")?;
        let times = people(words).and_then(|w| number_within(&w, 1, 20, self.problems))?;
        Some(YearlyReports { times, due: due.value, year_ends_month: 3, clause })
    }

    pub(super) fn revenue(&mut self) -> Option<RevenueTerms> {
        let (words, clause) = self.row("収益納付")?;
        let text = plain(&words.text);
        let waived_in_deficit = text.ends_with("赤字のときは免除");
        if !text.starts_with("交付額を限度") || (text != "交付額を限度" && !waived_in_deficit) {
            self.wrong(
                words,
                "なし、交付額を限度、又は 交付額を限度、赤字のときは免除 と書いてください。",
                "Write なし or 交付額を限度 (、赤字のときは免除).",
            );
            return None;
        }
        Some(RevenueTerms { cap: Rate::new(Exact::from_integer(1)), waived_in_deficit, cut: Cut::YEN_DOWN, clause })
    }

    /// `年平均2.5%以上、5年`: what was promised of the total wages, and over how many years.
    pub(super) fn wage(&mut self) -> Option<WageTerms> {
        let (words, clause) = self.row("賃上げ要件")?;
        let parts: Vec<String> = list(words).iter().map(|w| plain(&w.text)).collect();
        let read = || {
            let [growth, years] = parts.as_slice() else { return None };
            let rate = growth.strip_prefix("年平均")?.strip_suffix("%以上")?;
            let promised = hundredths(rate).filter(|r| *r > 0)?;
            let years: u32 = years.strip_suffix('年')?.parse().ok().filter(|y| (1..=10).contains(y))?;
            Some((Rate::new(Exact::new(promised, 10_000)), years))
        };
        let Some((promised, years)) = read() else {
            self.wrong(words, "年平均2.5%以上、5年 のように書いてください。", "Write e.g. 年平均2.5%以上、5年.");
            return None;
        };
        let exemptions = match self.row("賃上げ要件の免除") {
            Some((words, _)) => self.chosen(words, Exemption::ALL, |e| e.label().ja),
            None => Vec::new(),
        };
        // Growth is kept to 0.01 %, as the promise is written.
        Some(WageTerms { promised, years, decimals: 4, cut: Cut::YEN_DOWN, exemptions, clause })
    }
}
