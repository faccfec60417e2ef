//! The table of targets (指標): what the programme wants reached, and the section of the form for the applicant's own figures.

use banso_kernel::{LocalText, fold_width};

use crate::answers::{kpi_field, read_value};
use crate::dictionary::Dictionary;
use crate::edition::Edition;
use crate::expr::{Cell, Names, Type, Unit};
use crate::form::{Marked, SECTION_OPTIONS, identifier, section, title_of, twice};
use crate::limits::Limits;
use crate::model::{ClauseId, Criterion, ItemKind, Kpi, Section, SectionContent, Truth, Value};
use crate::problem::{Code, Problem};
use crate::rules::{Rule, Test, misfit};
use crate::tables::{Need, grid};
use crate::words::{UNCONFIRMED, Words, local};

/// 【指標】: the programme's targets, and a section of the form for the applicant's own when it has an identifier.
pub(crate) fn kpis(marked: &Marked<'_>, dictionary: &Dictionary, problems: &mut Vec<Problem>) -> (Vec<Kpi>, Option<Section>) {
    marked.mark.only(&SECTION_OPTIONS, problems);
    let columns = [
        ("識別子", Need::Must),
        ("指標", Need::Must),
        ("時点", Need::Must),
        ("目標", Need::Must),
        ("単位", Need::Must),
        ("項目", Need::May),
    ];
    let Some(grid) = grid(marked.table, &columns, problems) else { return (Vec::new(), None) };
    let mut out: Vec<Kpi> = Vec::new();
    for row in grid.rows() {
        let (Some(id), Some(title)) = (row.must("識別子", problems), row.must("指標", problems)) else { continue };
        let (Some(when), Some(target), Some(unit)) = (row.must("時点", problems), row.must("目標", problems), row.must("単位", problems))
        else {
            continue;
        };
        if out.iter().any(|k| k.id == id.text) {
            problems.push(twice(&id));
        }
        check_target(&target, &unit, problems);
        let item = row.may("項目").and_then(|w| known_item(&w, &unit, dictionary, problems));
        let Some(id) = identifier(&id, problems) else { continue };
        let clause = marked.clause.clone();
        let limits = match item.as_deref().and_then(|id| dictionary.get(id)).map(|i| &i.kind) {
            Some(ItemKind::Number { limits, .. }) => *limits,
            Some(_) | None => Limits::default(),
        };
        out.push(Kpi {
            id,
            clause,
            title: local(&title.text),
            when: local(&when.text),
            target: target.text,
            unit: unit.text,
            item,
            limits,
        });
    }
    let asked = marked.mark.option("識別子").is_some();
    let title = title_of(marked.mark, "指標の目標", "Targets");
    let section = if asked { section(marked, title, SectionContent::Kpis, problems) } else { None };
    (out, section)
}

/// A target is a test of a number in its unit: `> 50%`, `>= 3年`.
fn check_target(target: &Words, unit: &Words, problems: &mut Vec<Problem>) {
    if target.text == UNCONFIRMED {
        return;
    }
    if let Err(errors) = Cell::compile(&target.text, &Type::Number(Unit::of(&unit.text)), &Names::default()) {
        problems.extend(errors.iter().map(|e| misfit(e, target.at.start)));
        return;
    }
    // A share is a number without a unit, so `>= 7.5` would pass as 750 %.
    let folded = fold_width(&target.text);
    if unit.text == "%" && folded.chars().any(|c| c.is_ascii_digit()) && !folded.contains(['%', '/']) {
        let problem = Problem::error(
            Code::Unit,
            target.at,
            format!("単位が%ですが、目標「{}」に%がありません。", target.text),
            format!("The unit is %, but the target `{}` has none.", target.text),
        );
        problems.push(problem.remedy(format!("「{}%」と書いてください。", target.text), format!("Write `{}%`.", target.text)));
    }
}

/// Where an applicant's own figure stands against the programme's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing was entered, or nothing that is a number.
    Open,
    Met,
    NotMet,
    /// The programme has not settled the target (要確認).
    Unsettled,
}

/// What the guideline does with an applicant's figure beside its target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KpiUse {
    /// Clauses whose rules ask about it: whoever misses it may be refused.
    pub rules: Vec<ClauseId>,
    /// Criteria of the score sheet that tell the reviewer to look at it.
    pub criteria: Vec<LocalText>,
    /// The clause of the score sheet.
    pub sheet: ClauseId,
}

impl Edition {
    /// What is done with the figure for a target: asked by rules, read by reviewers, or neither.
    #[must_use]
    pub fn use_of(&self, kpi: &Kpi) -> KpiUse {
        let named = |name: &str| name == kpi.id || kpi.item.as_deref() == Some(name);
        let asked = self.form().sections.iter().find(|s| matches!(s.content, SectionContent::Kpis));
        let looked = |c: &&Criterion| c.look_at.iter().any(|l| named(l) || asked.is_some_and(|s| s.id == *l));
        let asks = |r: &&Rule| match &r.test {
            Test::Computed(computed) => computed.whole.items().iter().any(|item| named(item)),
            Test::ByPerson(_) => false,
        };
        KpiUse {
            rules: self.rules().iter().filter(asks).map(|r| r.clause.clone()).collect(),
            criteria: self.score_sheet().criteria.iter().filter(looked).map(|c| c.title.clone()).collect(),
            sheet: self.score_sheet().clause.clone(),
        }
    }
}

impl Kpi {
    /// Whether the programme has not settled the target (要確認).
    #[must_use]
    pub fn is_unsettled(&self) -> bool {
        self.target == UNCONFIRMED
    }

    /// The target as people say it: `> 50%` is 50%を超える.
    #[must_use]
    pub fn target_words(&self) -> LocalText {
        let text = self.target.trim();
        let said = [(">=", "以上", "at least"), ("<=", "以下", "at most"), (">", "を超える", "more than"), ("<", "未満", "less than")];
        let found = said.iter().find_map(|(sign, ja, en)| Some((text.strip_prefix(sign)?.trim(), ja, en)));
        match found {
            Some((figure, ja, en)) => LocalText::new(format!("{figure}{ja}"), format!("{en} {figure}")),
            None if self.is_unsettled() => LocalText::new(UNCONFIRMED, "not settled"),
            None => LocalText::ja(text),
        }
    }

    /// Where a figure stands, as it was typed.
    #[must_use]
    pub fn standing(&self, typed: &str) -> Standing {
        match read_value(&kpi_field(self).kind, typed) {
            Ok(None) | Err(_) => Standing::Open,
            Ok(Some(value)) => match self.met_by(&value) {
                Truth::Yes => Standing::Met,
                Truth::No => Standing::NotMet,
                Truth::Unknown => Standing::Unsettled,
            },
        }
    }

    /// Whether a number (a percentage as a share) meets the target.
    #[must_use]
    pub fn met_by(&self, value: &Value) -> Truth {
        Cell::compile(&self.target, &Type::Number(Unit::of(&self.unit)), &Names::default())
            .map_or(Truth::Unknown, |cell| cell.matches(value))
    }
}

/// The item that a target is measured by: a number in the same unit.
fn known_item(words: &Words, unit: &Words, dictionary: &Dictionary, problems: &mut Vec<Problem>) -> Option<String> {
    if let Some(item) = dictionary.get(&words.text) {
        if !matches!(&item.kind, ItemKind::Number { unit: own, .. } if *own == unit.text) {
            problems.push(Problem::error(
                Code::Unit,
                words.at,
                format!("項目「{}」は単位「{}」の数値ではありません。", item.id, unit.text),
                format!("The item `{}` is not a number in `{}`.", item.id, unit.text),
            ));
        }
        return Some(words.text.clone());
    }
    problems.push(
        Problem::error(
            Code::UnknownName,
            words.at,
            format!("「{}」という項目はありません。", words.text),
            format!("There is no item `{}`.", words.text),
        )
        .suggest(&words.text, dictionary.items().iter().map(|i| i.id.as_str())),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kpi(target: &str, unit: &str) -> Kpi {
        let text = LocalText::ja("指標");
        let (title, when) = (text.clone(), text);
        Kpi {
            id: "k".into(),
            clause: "6-1".into(),
            title,
            when,
            target: target.into(),
            unit: unit.into(),
            item: None,
            limits: Limits::default(),
        }
    }

    #[test]
    fn a_target_is_said_in_words() {
        for (target, ja, en) in [
            ("> 50%", "50%を超える", "more than 50%"),
            (">= 7.5%", "7.5%以上", "at least 7.5%"),
            ("<3年", "3年未満", "less than 3年"),
            ("<= 3", "3以下", "at most 3"),
            ("要確認", "要確認", "not settled"),
            ("50%", "50%", "50%"),
        ] {
            let words = kpi(target, "%").target_words();
            assert_eq!((words.ja.as_str(), words.get(banso_kernel::Lang::En)), (ja, en));
        }
    }

    #[test]
    fn a_figure_stands_against_its_target() {
        let check = |target: &str, unit: &str, typed: &str, expect: Standing| {
            assert_eq!(kpi(target, unit).standing(typed), expect, "{target} {typed}");
        };
        check("> 50%", "%", "60", Standing::Met);
        check("> 50%", "%", "50", Standing::NotMet);
        check("> 50%", "%", "５０．１％", Standing::Met);
        check(">= 150%", "%", "149.9", Standing::NotMet);
        check(">= 3年", "年", "3", Standing::Met);
        check(">= 15%", "%", "", Standing::Open);
        check(">= 15%", "%", "多い", Standing::Open);
        check("要確認", "%", "60", Standing::Unsettled);
    }
}
