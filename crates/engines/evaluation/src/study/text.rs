//! A report as Markdown, in one language.

use std::fmt::Write as _;

use super::declare::Method;
use super::finding::{Effect, Finding};
use super::pooled::PooledRounds;
use super::run::{Report, Standing};
use super::words::{Sentence, capital, named, number, p_value, synthetic};

/// The report as a text that people read. `english` chooses the language; figures stand as links to `NAME.svg`.
#[must_use]
pub fn markdown(report: &Report, english: bool) -> String {
    let mut out = Text { english, text: String::new() };
    let d = &report.declaration;
    out.line(&format!("# {}", out.of(&d.titles())));
    out.line("");
    out.made_up(d.synthetic);
    match report.standing {
        Standing::Declared => {}
        Standing::Matching => out.say(
            "**宣言のハッシュは、記録された値と一致します。ただし、成果が分かる前に宣言されたことは、このファイルだけでは示されません（台帳の記録で確かめてください）。**",
            "**The hash is that of the declaration on record. This file does not show that it was declared before the outcomes were known; the ledger does.**",
        ),
        Standing::Exploratory => out.say(
            "**探索的な実行です。事前に宣言された研究ではないため、主張の根拠にはできません。**",
            "**An exploratory run: it was not declared beforehand and carries no claim.**",
        ),
    }
    out.line(&out.of(&d.questions()));
    out.line("");
    let design = d.design.name();
    let call = d.call.as_deref().unwrap_or("—");
    out.say(
        &format!("公募: {call}　方法: {}　データ: {}行", design.0, report.rows),
        &format!("Call: {call}. Design: {}. Panel: {} rows.", design.1, report.rows),
    );
    out.heading("分かったこと", "What was found");
    // For everybody; groups stand in the table, and in words below it.
    for sentence in report.summary.iter().take(report.findings.len()) {
        out.item(sentence);
    }
    out.heading("数値", "Numbers");
    out.table(report);
    out.groups(report);
    if !report.manner.is_empty() {
        out.heading("数値の求め方と読み方", "How the numbers were made, and how to read them");
        report.manner.iter().for_each(|said| out.item(said));
    }
    if !report.targets.is_empty() {
        out.heading("事業の目標（KPI）", "The programme's own targets");
        out.targets(report);
    }
    if !report.pooled.is_empty() {
        out.heading("公募回ごとの効果と、その統合", "Round by round, and together");
        report.pooled.iter().for_each(|pooled| out.rounds(pooled));
    }
    if let Some(says) = &report.cost_says {
        out.heading("費用と効果", "Cost and effect");
        out.say(&says.ja, &says.en);
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

/// Why numbers of groups are held back, and each other warning once.
fn notes(report: &Report) -> Vec<Sentence> {
    let held = |f: &Finding| {
        let name = named(f);
        f.held.iter().map(|w| Sentence::new(format!("{}: {}", name.ja, w.ja), format!("{}: {}", name.en, w.en))).collect::<Vec<_>>()
    };
    let mut all: Vec<Sentence> = report.groups.iter().flat_map(held).collect();
    let mut seen = Vec::new();
    for warning in report.findings.iter().flat_map(|f| &f.notes) {
        if !seen.contains(&warning.code) {
            seen.push(warning.code);
            all.push(borne(warning.blocks, &warning.ja, &warning.en));
        }
    }
    all
}

/// A note; one that is grave and was acknowledged says so.
pub(super) fn borne(grave: bool, ja: &str, en: &str) -> Sentence {
    let [before, before_en] =
        if grave { ["重大な疑い（宣言で承知）: ", "A grave doubt, acknowledged in the declaration: "] } else { ["", ""] };
    let en = if grave { en.to_owned() } else { capital(en) };
    Sentence::new(format!("{before}{ja}"), format!("{before_en}{en}"))
}

struct Text {
    english: bool,
    text: String,
}

impl Text {
    fn of(&self, sentence: &Sentence) -> String {
        if self.english { sentence.en.clone() } else { sentence.ja.clone() }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn say(&mut self, ja: &str, en: &str) {
        let words = if self.english { en } else { ja };
        self.line(&format!("{words}\n"));
    }

    /// Above everything else, where firms are made up.
    fn made_up(&mut self, synthetic_firms: bool) {
        if synthetic_firms {
            let label = synthetic();
            self.say(
                &format!("**{}。実在の企業についての結果ではありません。**", label.ja),
                &format!("**{}: no result about real firms.**", label.en),
            );
        }
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
        let (ja, en) = match report.declaration.design.method {
            Method::Discontinuity => ("上 | 下", "above | below"),
            Method::Difference | Method::Balancing => ("交付 | 比較", "granted | compared"),
        };
        let (ja, en) = (
            format!("| 成果 | 推定値 | 標準誤差 | 95%区間 | p値 | {ja} | 検出できる効果 |"),
            format!("| outcome | estimate | standard error | 95% interval | p | {en} | detectable effect |"),
        );
        self.line(if self.english { &en } else { &ja });
        self.line("|---|---:|---:|---:|---:|---:|---:|---:|");
        for finding in report.findings.iter().chain(&report.groups) {
            self.row(finding);
        }
    }

    /// Groups that are shown, in words; how many are not.
    fn groups(&mut self, report: &Report) {
        let said = report.summary.iter().skip(report.findings.len()).zip(&report.groups);
        let shown: Vec<&Sentence> = said.filter(|(_, group)| group.effect.is_some()).map(|(sentence, _)| sentence).collect();
        let hidden = report.groups.len() - shown.len();
        if report.groups.is_empty() {
            return;
        }
        self.line("");
        shown.into_iter().for_each(|sentence| self.item(sentence));
        if hidden > 0 {
            self.item(&Sentence::new(
                format!("ほかの{hidden}つの区分は、企業が少ないか、疑いがあるか、推定できないため、数値を示しません。"),
                format!("The numbers of {hidden} other groups are not shown: too few firms, a doubt, or no estimate."),
            ));
        }
    }

    fn row(&mut self, finding: &Finding) {
        let unit = finding.outcome.unit_in(self.english);
        let name = self.of(&named(finding));
        let name = if self.english { format!("{name} ({unit})") } else { format!("{name}（{unit}）") };
        let shown = finding.effect.as_ref().filter(|_| finding.held.is_empty() && finding.refused.is_none());
        let line = match shown {
            Some(e) => format!(
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                number(e.estimate),
                number(e.standard_error),
                self.interval(e),
                p_value(e.p_adjusted),
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

    fn interval(&self, effect: &Effect) -> String {
        let [low, high] = effect.interval.map(number);
        if self.english { format!("{low} to {high}") } else { format!("{low}〜{high}") }
    }

    fn rounds(&mut self, pooled: &PooledRounds) {
        self.line(if self.english {
            "| round | estimate | 95% interval | above | below |"
        } else {
            "| 公募回 | 推定値 | 95%区間 | 上 | 下 |"
        });
        self.line("|---|---:|---:|---:|---:|");
        for round in &pooled.rounds {
            let line = match &round.effect {
                Some(e) => {
                    let [above, below] = round.firms;
                    format!("| {} | {} | {} | {above} | {below} |", round.name, number(e.estimate), self.interval(e))
                }
                None => format!("| {} | {} | | | |", round.name, if self.english { "not shown" } else { "非表示" }),
            };
            self.line(&line);
        }
        let says = self.of(&pooled.says());
        self.line(&format!("\n{says}\n"));
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
        let (ja, en) = (
            "| 目標 | 実績の分かる企業数 | 達成した割合（実績） | 達成する見込みの割合（企業の申告） |",
            "| target | firms with a figure | reached by | expected to be reached (by the firms' own word) |",
        );
        self.line(if self.english { en } else { ja });
        self.line("|---|---:|---:|---:|");
        for target in &report.targets {
            let mut name = if self.english { target.en.clone() } else { target.ja.clone() };
            if let Some(wanted) = target.wanted.map(|w| w * 100.0) {
                name += &if self.english { format!(" (wanted: {wanted:.0}%)") } else { format!("（目標 {wanted:.0}%）") };
            }
            let [firms, share] = target.says(self.english);
            let expects = target.expects(self.english);
            self.line(&format!("| {name} | {firms} | {share} | {expects} |"));
        }
    }
}
