//! What can be identified from the way a call was decided: which comparison its scores, decisions and facts allow, and an honest no where
//! they allow none.

use banso_evaluation::study::Method;
use banso_kernel::LocalText;

use super::panel::Panel;

/// Fewer cases than this on a side of the cut-off, or in an arm, are no basis for a comparison.
pub(crate) const LEAST_SIDE: usize = 20;

/// One design and whether the call allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesignChoice {
    pub method: Method,
    pub possible: bool,
    /// Why, with the numbers that decide it.
    pub why: LocalText,
}

/// What a call has to be compared with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub scored: usize,
    /// At or above the score of the last case above the line, and below it.
    pub above: usize,
    pub below: usize,
    pub granted: usize,
    /// Whose grant is neither decided nor refused yet.
    pub undecided: usize,
    /// Decided otherwise than the line says: promoted, withdrawn, refused.
    pub exceptions: usize,
    pub distinct_scores: usize,
}

impl Counts {
    pub(crate) fn of(panel: &Panel) -> Self {
        let above = panel.lines.iter().filter(|l| l.cutoff.is_some_and(|c| l.score >= c)).count();
        let mut scores: Vec<u64> = panel.lines.iter().map(|l| l.score.to_bits()).collect();
        scores.sort_unstable();
        scores.dedup();
        Counts {
            scored: panel.lines.len(),
            above,
            below: panel.lines.len() - above,
            granted: panel.lines.iter().filter(|l| l.granted).count(),
            undecided: panel.lines.iter().filter(|l| l.undecided).count(),
            exceptions: panel.lines.iter().filter(|l| !l.undecided && l.above != l.granted).count(),
            distinct_scores: scores.len(),
        }
    }
}

/// The designs, the most credible first.
pub(crate) fn designs(panel: &Panel, counts: &Counts) -> Vec<DesignChoice> {
    let told = |choice: DesignChoice| DesignChoice { why: with_undecided(choice.why, counts.undecided), ..choice };
    vec![told(discontinuity(counts)), told(difference(panel)), told(balancing(panel))]
}

fn discontinuity(c: &Counts) -> DesignChoice {
    let possible = c.above >= LEAST_SIDE && c.below >= LEAST_SIDE;
    let (above, below) = (c.above, c.below);
    let why = if possible {
        LocalText::new(
            format!(
                "カットオフの上に{above}件、下に{below}件あります。採否の例外（繰上げ・取下げ等）は{}件で、これを考慮した推定（ファジー）を使います。",
                c.exceptions
            ),
            format!(
                "{above} cases above the cut-off, {below} below; {} exceptions (promotions, withdrawals) make it a fuzzy design.",
                c.exceptions
            ),
        )
    } else {
        LocalText::new(
            format!(
                "カットオフの上{above}件・下{below}件では足りません（それぞれ{LEAST_SIDE}件以上）。複数の公募回を合わせれば使える可能性があります。"
            ),
            format!(
                "{above} cases above the cut-off and {below} below are too few ({LEAST_SIDE} each are needed); several rounds together may do."
            ),
        )
    };
    DesignChoice { method: Method::Discontinuity, possible, why }
}

/// How many are in neither arm because their grant is not decided yet.
fn with_undecided(why: LocalText, undecided: usize) -> LocalText {
    if undecided == 0 {
        return why;
    }
    LocalText {
        ja: format!("{}交付の決定がまだの{undecided}社は、どちらにも数えていません。", why.ja),
        en: why.en.map(|en| format!("{en} {undecided} whose grant is not decided yet are counted on neither side.")),
    }
}

fn arms(panel: &Panel, of: impl Fn(bool) -> usize) -> (bool, usize, usize) {
    let (granted, others) = (of(true), of(false));
    (granted >= LEAST_SIDE && others >= LEAST_SIDE && panel.lines.iter().all(|l| l.cutoff.is_some()), granted, others)
}

fn difference(panel: &Panel) -> DesignChoice {
    let (possible, granted, others) = arms(panel, |arm| panel.with_history(arm));
    let why = if possible {
        LocalText::new(
            format!("決定までに2年度以上の値が分かる企業が、交付{granted}社・不交付{others}社あります。平行トレンドの前提が要ります。"),
            format!("{granted} granted and {others} other firms have two business years before the decision; trends must be parallel."),
        )
    } else {
        LocalText::new(
            format!("決定までに2年度以上の値が分かる企業が、交付{granted}社・不交付{others}社で足りません（それぞれ{LEAST_SIDE}社以上）。"),
            format!("{granted} granted and {others} other firms have two business years before the decision: too few ({LEAST_SIDE} each)."),
        )
    };
    DesignChoice { method: Method::Difference, possible, why }
}

fn balancing(panel: &Panel) -> DesignChoice {
    let (possible, granted, others) = arms(panel, |arm| panel.known_before(arm));
    let why = if possible {
        LocalText::new(
            format!("決定前の事実が分かる企業が、交付{granted}社・不交付{others}社あります。記録のない違いは除けません。"),
            format!("{granted} granted and {others} other firms have facts from before the decision; what nobody recorded stays in."),
        )
    } else {
        LocalText::new(
            format!("決定前の事実が分かる企業が、交付{granted}社・不交付{others}社で足りません（それぞれ{LEAST_SIDE}社以上）。"),
            format!("{granted} granted and {others} other firms have facts from before the decision: too few ({LEAST_SIDE} each)."),
        )
    };
    DesignChoice { method: Method::Balancing, possible, why }
}
