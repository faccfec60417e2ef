//! What can be identified from the way a call was decided: which comparison its scores, decisions and facts allow, and an honest no where
//! they allow none.

use banso_evaluation::study::Method;
use banso_kernel::LocalText;

use super::line::Line;
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
    /// At or above the score of the last case above the line, and below it: by the score alone, as studies compare. A case of that very score
    /// that the rule for ties put below the line counts as above.
    pub above: usize,
    pub below: usize,
    /// At that very score, and below the line by the rule for ties.
    pub tied_below_line: usize,
    pub granted: usize,
    /// Whose grant is neither decided nor refused yet.
    pub undecided: usize,
    /// Above by the score and not granted (withdrawn, refused, on the wrong side of a tie); below and granted (promoted). So those granted are
    /// [`Counts::above`] without the first and without who is undecided there, and the second.
    pub above_without: usize,
    pub below_with: usize,
    /// Of those undecided, above by the score.
    pub above_undecided: usize,
    pub distinct_scores: usize,
}

impl Counts {
    pub(crate) fn of(panel: &Panel) -> Self {
        let count = |of: &dyn Fn(&Line) -> bool| panel.lines.iter().filter(|l| of(l)).count();
        let above = count(&Line::is_above_cutoff);
        let mut scores: Vec<u64> = panel.lines.iter().map(|l| l.score.to_bits()).collect();
        scores.sort_unstable();
        scores.dedup();
        Counts {
            scored: panel.lines.len(),
            above,
            below: panel.lines.len() - above,
            tied_below_line: count(&|l| l.is_above_cutoff() && !l.above),
            granted: count(&|l| l.granted),
            undecided: count(&|l| l.undecided),
            above_without: count(&|l| l.is_above_cutoff() && l.arm() == Some(false)),
            below_with: count(&|l| !l.is_above_cutoff() && l.granted),
            above_undecided: count(&|l| l.is_above_cutoff() && l.undecided),
            distinct_scores: scores.len(),
        }
    }
}

/// The designs, the most credible first.
pub(crate) fn designs(panel: &Panel, counts: &Counts) -> Vec<DesignChoice> {
    let told = |choice: DesignChoice| DesignChoice { why: with_undecided(choice.why, counts.undecided), ..choice };
    vec![discontinuity(counts), told(difference(panel)), told(balancing(panel))]
}

fn discontinuity(c: &Counts) -> DesignChoice {
    let possible = c.above >= LEAST_SIDE && c.below >= LEAST_SIDE;
    let (above, below) = (c.above, c.below);
    let why = if possible {
        let (without, with) = (c.above_without, c.below_with);
        let (ties, ties_en) = tied(c.tied_below_line);
        let (open, open_en) = still_open(c);
        LocalText::new(
            format!(
                "点数がカットオフ以上の申請は{above}件（うち交付なし{without}件）、下は{below}件（うち交付あり{with}件）です。{open}{ties}繰上げ・取下げ等によるこれらの例外を考慮した推定（ファジー）を使います。"
            ),
            format!(
                "{above} cases score at or above the cut-off ({without} of them without a grant), {below} below ({with} of them with one).{open_en}{ties_en} These exceptions (promotions, withdrawals) make it a fuzzy design."
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

/// On which side those stand whose grant is open, and that a study leaves them out.
fn still_open(c: &Counts) -> (String, String) {
    if c.undecided == 0 {
        return (String::new(), String::new());
    }
    let (above, below) = (c.above_undecided, c.undecided - c.above_undecided);
    (
        format!("このうち上の{above}件・下の{below}件は交付の決定がまだで、研究には入りません。"),
        format!(" The grant of {above} above and {below} below is not decided yet: a study leaves them out."),
    )
}

/// Who has the score of the cut-off itself and was put below the line by the rule for ties stands above it in a study.
fn tied(count: usize) -> (String, String) {
    if count == 0 {
        return (String::new(), String::new());
    }
    (
        format!("カットオフと同点で、同点の順位付けにより採択されなかった{count}件は、上に数えています。"),
        format!(" {count} that have the very score of the cut-off and were put below the line by the rule for ties count as above."),
    )
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
