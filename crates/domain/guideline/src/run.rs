//! Running the worked examples of an edition.

use banso_kernel::LocalText;

use crate::amount::yen;
use crate::edition::Edition;
use crate::examples::{Example, Expected, Money};
use crate::model::{Amount, ClauseId, Examination, Finding, Known, Missing, Section, SectionContent, Truth};
use crate::problem::{Code, Problem, Span};

/// What came out of one worked example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleResult {
    pub title: String,
    pub clause: ClauseId,
    pub at: Span,
    /// Every expectation that was not met; none when the example comes out as written.
    pub mismatches: Vec<Mismatch>,
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub at: Span,
    /// 判定, 補助額 …
    pub what: LocalText,
    pub expected: String,
    pub got: String,
    /// How it came to that: steps of the amount, reasons of the verdict.
    pub because: Vec<LocalText>,
}

impl ExampleResult {
    #[must_use]
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty()
    }

    pub(crate) fn problem(&self) -> Option<Problem> {
        let first = self.mismatches.first()?;
        let because: Vec<&str> = first.because.iter().map(|t| t.ja.as_str()).collect();
        let because_en: Vec<&str> = first.because.iter().map(|t| t.get(banso_kernel::Lang::En)).collect();
        let mut problem = Problem::error(
            Code::Example,
            first.at,
            format!("検証例「{}」の{}が「{}」ではなく「{}」になります。", self.title, first.what.ja, first.expected, first.got),
            format!(
                "Example `{}`: {} comes out as `{}`, not `{}`.",
                self.title,
                first.what.get(banso_kernel::Lang::En),
                first.got,
                first.expected
            ),
        );
        if !because.is_empty() {
            problem = problem.remedy(because.join(" / "), because_en.join(" / "));
        }
        for other in self.mismatches.iter().skip(1) {
            let (ja, en) =
                (format!("{}: 「{}」", other.what.ja, other.got), format!("{}: `{}`", other.what.get(banso_kernel::Lang::En), other.got));
            problem = problem.related(other.at, ja, en);
        }
        Some(problem)
    }
}

impl Edition {
    /// Runs every worked example of the text.
    #[must_use]
    pub fn run_examples(&self) -> Vec<ExampleResult> {
        self.whole().examples.iter().map(|e| self.run(e)).collect()
    }

    /// The worked examples of the text.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.whole().examples
    }

    /// Costs of years that the form has no columns for, in examples that may apply: such a firm could not fill in its costs.
    pub(crate) fn examples_beyond_the_form(&self) -> Vec<Problem> {
        let years = |s: &Section| match s.content {
            SectionContent::Budget { years_max, .. } => Some(years_max),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
        };
        let Some(years) = self.form().sections.iter().filter_map(years).max() else { return Vec::new() };
        let beyond = |e: &&Example| {
            e.expected.iter().any(|(_, expected)| *expected == Expected::Verdict(Truth::Yes))
                && e.last_year().is_some_and(|last| last > years)
        };
        let problem = |e: &Example| {
            Problem::error(
                Code::Example,
                e.at,
                format!("検証例「{}」には、経費明細の年数（{years}年）より後の年度の経費があります。", e.title),
                format!("Example `{}` has costs of a year that the budget ({years} years) has no column for.", e.title),
            )
            .remedy(
                "【経費】の年数を増やすか、検証例の経費を直してください。",
                "Raise 年数 of 【経費】, or correct the costs of the example.",
            )
        };
        self.examples().iter().filter(beyond).map(problem).collect()
    }

    fn run(&self, example: &Example) -> ExampleResult {
        let examination = self.examine(&example.facts);
        let amount = self.amount(&example.facts);
        let mismatches = example
            .expected
            .iter()
            .filter_map(|(words, expected)| {
                let found = judge(expected, &examination, &amount)?;
                Some(Mismatch { at: words.at, expected: words.text.clone(), ..found })
            })
            .collect();
        ExampleResult { title: example.title.clone(), clause: example.clause.clone(), at: example.at, mismatches }
    }
}

/// The mismatch of one expectation, if it is not met.
fn judge(expected: &Expected, examination: &Examination, amount: &Amount) -> Option<Mismatch> {
    let miss = |what: LocalText, got: String, because: Vec<LocalText>| {
        Some(Mismatch { at: Span::default(), what, expected: String::new(), got, because })
    };
    let clauses = |truth: Truth| -> Vec<ClauseId> {
        let mut ids: Vec<ClauseId> =
            examination.findings.iter().filter(|f| !f.by_person && f.truth == truth).map(|f| f.clause.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let listed = |ids: Vec<String>| if ids.is_empty() { "なし".to_owned() } else { ids.join("、") };
    match expected {
        Expected::Verdict(truth) if *truth == examination.verdict => None,
        Expected::Verdict(_) => miss(LocalText::new("判定", "the verdict"), word(examination.verdict).to_owned(), reasons(examination)),
        Expected::Failing(ids) if *ids == clauses(Truth::No) => None,
        Expected::Failing(_) => miss(LocalText::new("不適の条項", "the failing clauses"), listed(clauses(Truth::No)), reasons(examination)),
        Expected::Unknown(ids) if *ids == clauses(Truth::Unknown) => None,
        Expected::Unknown(_) => {
            miss(LocalText::new("不明の条項", "the unknown clauses"), listed(clauses(Truth::Unknown)), reasons(examination))
        }
        Expected::Missing(items) if *items == missing_items(examination) => None,
        Expected::Missing(_) => miss(LocalText::new("足りない項目", "the missing items"), listed(missing_items(examination)), Vec::new()),
        Expected::Total(money) => not_money(*money, &amount.total)
            .and_then(|got| miss(LocalText::new("補助額", "the amount"), got, amount.steps.iter().map(|s| s.text.clone()).collect())),
        Expected::Year(year, money) => {
            let known = amount.by_year.iter().find(|(y, _)| y == year).map_or(Known::Exactly(banso_kernel::Yen::ZERO), |(_, k)| k.clone());
            not_money(*money, &known).and_then(|got| {
                let what = LocalText::new(format!("{year}年目の額"), format!("the amount of year {year}"));
                miss(what, got, amount.steps.iter().map(|s| s.text.clone()).collect())
            })
        }
    }
}

fn not_money(expected: Money, known: &Known<banso_kernel::Yen>) -> Option<String> {
    if expected.is(known) { None } else { Some(yen(known)) }
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::Yes => "適",
        Truth::No => "不適",
        Truth::Unknown => "不明",
    }
}

fn missing_items(examination: &Examination) -> Vec<String> {
    let facts = examination.findings.iter().filter(|f| !f.by_person && f.truth == Truth::Unknown).flat_map(|f| &f.missing);
    let mut items: Vec<String> = facts
        .filter_map(|m| match m {
            Missing::Fact(item) => Some(item.clone()),
            Missing::Unconfirmed { .. } => None,
        })
        .collect();
    items.sort();
    items.dedup();
    items
}

/// Each clause that is not a yes, with its first reason.
fn reasons(examination: &Examination) -> Vec<LocalText> {
    let open = examination.findings.iter().filter(|f| !f.by_person && f.truth != Truth::Yes);
    open.map(reason).collect()
}

fn reason(finding: &Finding) -> LocalText {
    let detail = finding.shortfalls.first().map(|s| &s.text).or(finding.error.as_ref());
    let missing = || {
        let names: Vec<String> = finding
            .missing
            .iter()
            .map(|m| match m {
                Missing::Fact(item) => item.clone(),
                Missing::Unconfirmed { clause, what } => format!("{what}（{clause} 要確認）"),
            })
            .collect();
        names.join("、")
    };
    let (ja, en) = match detail {
        Some(text) => (text.ja.clone(), text.get(banso_kernel::Lang::En).to_owned()),
        None => (missing(), missing()),
    };
    LocalText::new(format!("{} {}: {ja}", finding.clause, word(finding.truth)), format!("{} {}: {en}", finding.clause, word(finding.truth)))
}
