//! A report as Markdown, in one language.

use std::fmt::Write as _;

use super::finding::Finding;
use super::run::{Report, Standing};
use super::words::{Sentence, named, number};

/// The report as a text that people read. `english` chooses the language; figures stand as links to `NAME.svg`.
#[must_use]
pub fn markdown(report: &Report, english: bool) -> String {
    let mut out = Text { english, text: String::new() };
    let d = &report.declaration;
    out.line(&format!("# {}", d.title));
    out.line("");
    if report.standing == Standing::Exploratory {
        out.say(
            "**探索的な実行です。事前に宣言された研究ではないため、主張の根拠にはできません。**",
            "**An exploratory run: it was not declared beforehand and carries no claim.**",
        );
    }
    out.line(&d.question);
    out.line("");
    let design = d.design.name();
    let call = d.call.as_deref().unwrap_or("—");
    out.say(
        &format!("公募: {call}　方法: {}　データ: {}行", design.0, report.rows),
        &format!("Call: {call}. Design: {}. Panel: {} rows.", design.1, report.rows),
    );
    out.heading("分かったこと", "What was found");
    for sentence in &report.summary {
        out.item(sentence);
    }
    out.heading("数値", "Numbers");
    out.table(report);
    if !report.targets.is_empty() {
        out.heading("事業の目標（KPI）", "The programme's own targets");
        out.targets(report);
    }
    if let Some(cost) = &report.cost {
        out.heading("費用と効果", "Cost and effect");
        let interval =
            cost.interval.map(|[a, b]| (format!("区間 {}〜{}", number(a), number(b)), format!("interval {} to {}", number(a), number(b))));
        let (ja, en) = interval.unwrap_or_else(|| {
            ("効果が0と区別できないため、上限はありません".to_owned(), "without bound, as the effect cannot be told from nought".to_owned())
        });
        out.say(
            &format!("対象1社あたり平均 {} を支出し、効果1単位あたりの費用は {}（{ja}）です。", number(cost.cost), number(cost.ratio)),
            &format!("On average {} was paid to a firm; a unit of effect cost {} ({en}).", number(cost.cost), number(cost.ratio)),
        );
    }
    out.heading("前提と、この数値が示さないこと", "Assumptions, and what the numbers are not");
    for sentence in &report.assumptions {
        out.item(sentence);
    }
    if !report.checks.is_empty() {
        out.heading("前提の点検", "Which assumptions were looked at");
        out.checks(report);
    }
    let notes: Vec<Sentence> = notes(report);
    if !notes.is_empty() {
        out.heading("気をつけること", "To bear in mind");
        notes.iter().for_each(|note| out.item(note));
    }
    if !report.figures.is_empty() {
        out.heading("図", "Figures");
        for figure in &report.figures {
            let title = if english { &figure.en } else { &figure.ja };
            out.line(&format!("![{title}]({}.svg)\n", figure.name));
        }
    }
    out.text
}

/// Every warning once, in order.
fn notes(report: &Report) -> Vec<Sentence> {
    let mut seen = Vec::new();
    for warning in report.findings.iter().chain(&report.groups).flat_map(|f| f.held.iter().chain(&f.notes)) {
        let sentence = Sentence::new(warning.ja.clone(), warning.en.clone());
        if !seen.contains(&sentence) {
            seen.push(sentence);
        }
    }
    seen
}

struct Text {
    english: bool,
    text: String,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn say(&mut self, ja: &str, en: &str) {
        let words = if self.english { en } else { ja };
        self.line(&format!("{words}\n"));
    }

    fn heading(&mut self, ja: &str, en: &str) {
        let words = if self.english { en } else { ja };
        self.line(&format!("\n## {words}\n"));
    }

    fn item(&mut self, sentence: &Sentence) {
        let words = if self.english { &sentence.en } else { &sentence.ja };
        let _ = writeln!(self.text, "- {words}");
    }

    fn table(&mut self, report: &Report) {
        let (ja, en) = (
            "| 成果 | 推定値 | 標準誤差 | 区間 | p値 | 対象 | 比較 | 検出できる効果 |",
            "| outcome | estimate | standard error | interval | p | treated | compared | detectable effect |",
        );
        self.line(if self.english { en } else { ja });
        self.line("|---|---:|---:|---:|---:|---:|---:|---:|");
        for finding in report.findings.iter().chain(&report.groups) {
            self.row(finding);
        }
    }

    fn row(&mut self, finding: &Finding) {
        let name = named(finding);
        let name = if self.english { name.en } else { name.ja };
        let shown = finding.effect.as_ref().filter(|_| finding.held.is_empty() && finding.refused.is_none());
        let line = match shown {
            Some(e) => format!(
                "| {name}（{}） | {} | {} | {}〜{} | {:.3} | {} | {} | {} |",
                finding.outcome.unit,
                number(e.estimate),
                number(e.standard_error),
                number(e.interval[0]),
                number(e.interval[1]),
                e.p_adjusted,
                finding.firms[0],
                finding.firms[1],
                number(e.detectable)
            ),
            None => {
                let held = if finding.held.is_empty() { ("非表示", "not shown") } else { ("保留", "held back") };
                format!("| {name} | {} | | | | | | |", if self.english { held.1 } else { held.0 })
            }
        };
        self.line(&line);
    }

    fn checks(&mut self, report: &Report) {
        self.line(if self.english { "| assumption | judgement | what was seen |" } else { "| 前提 | 判断 | 見た結果 |" });
        self.line("|---|---|---|");
        for check in &report.checks {
            let pick = |s: &Sentence| if self.english { s.en.clone() } else { s.ja.clone() };
            let (ja, en) = check.verdict.words();
            let line = format!("| {} | {} | {} |", pick(&check.assumed), if self.english { en } else { ja }, pick(&check.seen));
            self.line(&line);
        }
    }

    fn targets(&mut self, report: &Report) {
        self.line(if self.english {
            "| target | reached from | firms | share | wanted |"
        } else {
            "| 目標 | 達成の基準 | 企業数 | 達成した割合 | 目標の割合 |"
        });
        self.line("|---|---:|---:|---:|---:|");
        for target in &report.targets {
            let percent = |share: f64| format!("{:.1}%", share * 100.0);
            let hidden = if self.english { "not shown" } else { "非表示" };
            let name = if self.english { &target.en } else { &target.ja };
            let share = target.share.map_or_else(|| hidden.to_owned(), percent);
            let wanted = target.wanted.map_or_else(|| "—".to_owned(), percent);
            let firms = if target.share.is_some() { target.firms.to_string() } else { String::new() };
            self.line(&format!("| {name} | {} | {firms} | {share} | {wanted} |", number(target.least)));
        }
    }
}
