//! The programme's targets (指標) beside the applicant's own figures: where each stands, and what the guideline does with it.

use banso_guideline::{Edition, Kpi, KpiUse, SectionContent, Standing};
use banso_kernel::{Lang, LocalText};

use super::check::Link;
use super::draft::Draft;

/// One target and the figure beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub kpi: Kpi,
    /// As typed.
    pub typed: String,
    pub standing: Standing,
    /// What the guideline does with it, in words.
    pub used: LocalText,
    /// Where the figure is filled in.
    pub link: Link,
}

/// What is done with every one of them, where that is the same.
#[must_use]
pub fn used_alike(targets: &[Target]) -> Option<&LocalText> {
    let first = &targets.first()?.used;
    targets.iter().all(|t| t.used == *first).then_some(first)
}

/// A standing as a page says it.
#[must_use]
pub fn standing_words(standing: Standing) -> LocalText {
    match standing {
        Standing::Open => LocalText::new("未入力", "not entered"),
        Standing::Met => LocalText::new("目標を満たす", "meets the target"),
        Standing::NotMet => LocalText::new("目標に届かない", "below the target"),
        Standing::Unsettled => LocalText::new("要確認（目標が未確定）", "target not settled"),
    }
}

/// What the guideline does with a figure, in words.
#[must_use]
pub fn use_words(used: &KpiUse) -> LocalText {
    let clauses = used.rules.join("、");
    if !used.rules.is_empty() {
        return LocalText::new(
            format!("応募の要件です（公募要領 {clauses}）。目標に届かないと要件を満たさないことがあります。"),
            format!("A condition for applying (clause {}): falling short may fail it.", used.rules.join(", ")),
        );
    }
    if used.criteria.is_empty() {
        return LocalText::new(
            "応募の要件ではなく、採点の項目でもありません。計画の一部として記録されます。",
            "Neither a condition for applying nor a criterion: it is kept on record as part of the plan.",
        );
    }
    let ja = used.criteria.iter().map(|c| format!("「{}」", c.ja)).collect::<String>();
    let en = used.criteria.iter().map(|c| c.get(Lang::En)).collect::<Vec<_>>().join(", ");
    LocalText::new(
        format!("応募の要件ではありません。目標に届かなくても提出できます。審査項目{ja}で審査員が見ます（公募要領 {}）。", used.sheet),
        format!("Not a condition: it can be handed in all the same. Reviewers look at it under {en} (clause {}).", used.sheet),
    )
}

impl Draft {
    /// Every target that the form asks about.
    pub(crate) fn targets(&self) -> Vec<Target> {
        let form = self.form();
        let Some(section) = form.sections.iter().find(|s| matches!(s.content, SectionContent::Kpis)) else { return Vec::new() };
        let typed = |kpi: &Kpi| self.answers.text(&section.id, 0, &kpi.id).to_owned();
        self.edition.kpis().iter().map(|kpi| target(&self.edition, kpi, typed(kpi), &section.id)).collect()
    }
}

fn target(edition: &Edition, kpi: &Kpi, typed: String, section: &str) -> Target {
    Target {
        standing: kpi.standing(&typed),
        used: use_words(&edition.use_of(kpi)),
        link: Link { section: section.to_owned(), member: 0, key: kpi.id.clone(), label: kpi.title.clone() },
        kpi: kpi.clone(),
        typed,
    }
}
