//! The budget of one member by line and year, with its sums, and beside it what the guideline pays for the whole.

use banso_guideline::answers::{AnswerProblem, LineCost, Place};
use banso_guideline::{Amount, BudgetLine, ClauseId, Known, Missing, Section as FormSection, SectionContent, Step, YearRefused};
use banso_kernel::{Lang, LocalText, Yen};

use super::draft::Draft;

/// The budget table of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    pub years: Vec<u32>,
    pub rows: Vec<BudgetRow>,
    /// Sum of each year, in the order of `years`.
    pub year_sums: Vec<Yen>,
    pub sum: Yen,
    /// The same of all members, one row a member.
    pub overview: Vec<MemberSum>,
    pub overview_years: Vec<Yen>,
    pub overview_sum: Yen,
    pub subsidy: Subsidy,
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    pub line: BudgetLine,
    pub cells: Vec<BudgetCell>,
    pub sum: Yen,
}

/// One cell, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetCell {
    pub year: u32,
    pub key: String,
    pub text: String,
}

/// The costs of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSum {
    pub member: u32,
    pub name: String,
    pub years: Vec<Yen>,
    pub sum: Yen,
}

/// The subsidy that the guideline computes, in words and numbers for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subsidy {
    pub total: Known<Yen>,
    /// By project year, after every cap: adds up to `total`.
    pub by_year: Vec<(u32, Known<Yen>)>,
    /// Where a cap cut something.
    pub cuts: Vec<(ClauseId, Yen)>,
    pub steps: Vec<Step>,
    /// What the amount still waits for.
    pub missing: Vec<LocalText>,
}

impl Subsidy {
    #[must_use]
    pub fn of(amount: Amount, label: impl Fn(&str) -> LocalText) -> Self {
        let missing = match &amount.total {
            Known::Unknown(missing) => to_be_told(missing).map(|m| missing_words(m, &label)).collect(),
            Known::Exactly(_) | Known::Between(..) => Vec::new(),
        };
        Subsidy { total: amount.total, by_year: amount.by_year_after_caps, cuts: amount.cuts, steps: amount.steps, missing }
    }

    /// The amount, where it is settled.
    #[must_use]
    pub const fn exactly(&self) -> Option<Yen> {
        match self.total {
            Known::Exactly(yen) => Some(yen),
            Known::Between(..) | Known::Unknown(_) => None,
        }
    }

    /// The total in words.
    #[must_use]
    pub fn words(&self) -> LocalText {
        amount_words(&self.total)
    }
}

/// An amount in words: exact, between two, or not known yet.
#[must_use]
pub fn amount_words(amount: &Known<Yen>) -> LocalText {
    match amount {
        Known::Exactly(yen) => LocalText::new(yen.to_string(), format!("¥{}", yen.to_string().trim_end_matches('円'))),
        Known::Between(low, high) => LocalText::new(format!("{low}〜{high}（未確定）"), format!("between {low} and {high}, not settled")),
        Known::Unknown(_) => LocalText::new("まだ計算できません", "not known yet"),
    }
}

/// What is to be told of what an amount waits for: that no row of a table fits says nothing while an answer that it asks for is not there.
pub(crate) fn to_be_told(missing: &[Missing]) -> impl Iterator<Item = &Missing> {
    let blank = |column: &str| missing.iter().any(|m| matches!(m, Missing::Fact(item) if item.as_str() == column));
    missing.iter().filter(move |m| match m {
        Missing::Fact(_) => true,
        Missing::Unconfirmed { what, .. } => Missing::fits_no_row(what).is_none_or(|(_, columns)| !columns.split('・').any(blank)),
    })
}

/// What an unknown waits for, in words.
pub(crate) fn missing_words(missing: &Missing, label: impl Fn(&str) -> LocalText) -> LocalText {
    match missing {
        Missing::Fact(item) => {
            let label = label(item);
            LocalText::new(
                format!("「{}」が未入力です。", label.ja),
                format!("`{}` is not known yet.", label.en.as_deref().unwrap_or(&label.ja)),
            )
        }
        Missing::Unconfirmed { clause, what } => match Missing::fits_no_row(what) {
            Some((table, columns)) => LocalText::new(
                format!(
                    "公募要領の{clause}「{table}」の表に、入力した値に当てはまる行がありません。「{columns}」の入力を確かめてください。"
                ),
                format!("No row of the table `{table}` in clause {clause} fits what was entered: check `{columns}`."),
            ),
            None => LocalText::new(
                format!("公募要領の{clause}「{what}」が確定していません（要確認）。"),
                format!("Clause {clause} of the guideline, `{what}`, is not settled."),
            ),
        },
    }
}

/// The code of an amount in a year that the guideline refuses: it is read, and counts in the sums.
pub(crate) const BEYOND_PERIOD: &str = "beyond-period";

fn beyond_words(year: u32, refused: &YearRefused) -> LocalText {
    let (clause, remedy) = (&refused.clause, refused.remedy.clone().unwrap_or_default());
    LocalText::new(
        format!("{year}年目は、経費を計上できる期間ではありません（公募要領 {clause}）。{}", remedy.ja),
        format!("Year {year} is not one that may have costs (clause {clause}). {}", remedy.get(Lang::En)),
    )
}

fn sum(costs: &[LineCost], wanted: impl Fn(&LineCost) -> bool) -> Yen {
    // A sum too large to be money is refused when the amount is computed; a table that shows it stays at the largest.
    Yen::sum(costs.iter().filter(|c| wanted(c)).map(|c| c.cost)).unwrap_or(Yen::new(i64::MAX))
}

impl Draft {
    pub(crate) fn item_label(&self, item: &str) -> LocalText {
        self.edition.dictionary().get(item).map_or_else(|| LocalText::ja(item), |i| i.label.clone())
    }

    pub(crate) fn subsidy(&self) -> Subsidy {
        let amount = self.amount();
        let missing = match &amount.total {
            Known::Unknown(missing) => to_be_told(missing).map(|m| self.missing_words(m)).collect(),
            Known::Exactly(_) | Known::Between(..) => Vec::new(),
        };
        Subsidy { missing, ..Subsidy::of(amount, |item| self.item_label(item)) }
    }

    /// What an unknown waits for: an answer that is there and cannot be read is not one that is missing.
    pub(crate) fn missing_words(&self, missing: &Missing) -> LocalText {
        if let Missing::Fact(item) = missing
            && self.is_typed(item)
        {
            let label = self.item_label(item);
            return LocalText::new(
                format!("「{}」の入力を読み取れません。入力の形を確かめてください。", label.ja),
                format!("What was entered for `{}` cannot be read: check its form.", label.en.as_deref().unwrap_or(&label.ja)),
            );
        }
        missing_words(missing, |item| self.item_label(item))
    }

    /// Whether something stands in a field of the item.
    fn is_typed(&self, item: &str) -> bool {
        let typed = |place: banso_guideline::FieldPlace| {
            let Some(key) = place.key else { return false };
            let sides = self.form().sections.into_iter().find(|s| s.id == place.section).map(|s| self.sides(&s)).unwrap_or_default();
            sides.into_iter().any(|member| !self.answers.text(&place.section, member, &key).trim().is_empty())
        };
        self.edition.fields_of(item).into_iter().any(typed)
    }

    pub(crate) fn budget(&self, section: &str, lines: &[BudgetLine], years_max: u32, member: u32) -> Budget {
        let form = self.edition.form();
        let costs = self.form_facts(form).costs();
        let years: Vec<u32> = (1..=self.last_year(section, lines, years_max)).collect();
        let row = |line: &BudgetLine| BudgetRow {
            line: line.clone(),
            cells: years.iter().map(|year| self.cell(section, member, line, *year)).collect(),
            sum: sum(&costs, |c| c.member == member && c.line == line.name),
        };
        let overview = |m: u32| MemberSum {
            member: m,
            name: self.side_name(m),
            years: years.iter().map(|y| sum(&costs, |c| c.member == m && c.year == *y)).collect(),
            sum: sum(&costs, |c| c.member == m),
        };
        Budget {
            rows: lines.iter().map(row).collect(),
            year_sums: years.iter().map(|y| sum(&costs, |c| c.member == member && c.year == *y)).collect(),
            sum: sum(&costs, |c| c.member == member),
            overview: self.member_numbers().into_iter().map(overview).collect(),
            overview_years: years.iter().map(|y| sum(&costs, |c| c.year == *y)).collect(),
            overview_sum: sum(&costs, |_| true),
            subsidy: self.subsidy(),
            years,
        }
    }

    /// The last year that the table offers: those that the guideline refuses are left out, unless something stands in them.
    fn last_year(&self, section: &str, lines: &[BudgetLine], years_max: u32) -> u32 {
        let facts = self.facts();
        let typed = |year: u32| {
            let filled =
                |member: &u32, line: &BudgetLine| !self.answers.text(section, *member, &format!("{}.{year}", line.name)).trim().is_empty();
            self.member_numbers().iter().any(|m| lines.iter().any(|l| filled(m, l)))
        };
        (1..=years_max).rev().find(|year| typed(*year) || self.edition.refuses_year(&facts, *year).is_none()).unwrap_or(years_max)
    }

    /// Amounts in years that the guideline refuses, each at its cell.
    pub(crate) fn beyond_the_period(&self, section: &FormSection, member: u32) -> Vec<AnswerProblem> {
        let (SectionContent::Budget { lines, years_max }, Some(answers)) = (&section.content, self.answers.section(&section.id, member))
        else {
            return Vec::new();
        };
        let filled = |key: &String| answers.get(key).is_some_and(|t| Yen::parse(t).is_ok_and(|y| y > Yen::ZERO));
        let facts = self.facts();
        let mut found = Vec::new();
        for year in 1..=*years_max {
            let keys: Vec<String> = lines.iter().map(|l| format!("{}.{year}", l.name)).filter(filled).collect();
            let Some(refused) = (!keys.is_empty()).then(|| self.edition.refuses_year(&facts, year)).flatten() else { continue };
            found.extend(keys.into_iter().map(|key| AnswerProblem {
                place: Place { section: section.id.clone(), member, key: key.clone() },
                code: BEYOND_PERIOD,
                label: LocalText::new(format!("{}年目", key.replace('.', " ")), key.replace('.', ", year ")),
                message: beyond_words(year, &refused),
                clause: refused.clause.clone(),
            }));
        }
        found
    }

    fn cell(&self, section: &str, member: u32, line: &BudgetLine, year: u32) -> BudgetCell {
        let key = format!("{}.{year}", line.name);
        BudgetCell { year, text: self.answers.text(section, member, &key).to_owned(), key }
    }
}
