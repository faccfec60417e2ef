//! From accepted costs to the grant: the subsidy by the guideline, by year, and each modification with what it takes off. Pure.
//!
//! Caps make the subsidy more than the sum of its parts, so the modifications are taken one after another, in the order of the form: what
//! each takes off is the difference of the whole before and after it, told at the place as that cost's own subsidy (rounded as the guideline
//! says) with the yen of rounding in a line of its own. Together they are exactly what was asked for less what is granted.

use std::collections::{BTreeMap, BTreeSet};

use banso_execution::act::LineAmount;
use banso_grant::Modification;
use banso_guideline::answers::LineCost;
use banso_guideline::{Edition, Facts, Known, Missing, SectionContent, Tally};
use banso_kernel::{Lang, LocalText, Yen};

use crate::apply::{Paper, facts_of};

/// One cost of a grant request: member, line, year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostCell {
    pub member: u32,
    pub member_name: String,
    pub line: String,
    pub line_title: LocalText,
    pub year: u32,
    pub asked: Yen,
}

impl CostCell {
    /// `2年目 物品費（株式会社甲）`, as modifications name a place.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}年目 {}（{}）", self.year, self.line_title.ja, self.member_name)
    }

    /// The same on a page.
    #[must_use]
    pub fn place_words(&self) -> LocalText {
        LocalText::new(self.place(), format!("Year {}, {} ({})", self.year, self.line_title.get(Lang::En), self.member_name))
    }
}

/// The place of a modification as a page says it: the letter of the decision is Japanese, and so is what is recorded.
#[must_use]
pub fn modified_place(place: &str) -> LocalText {
    let parts = || {
        let (year, rest) = place.split_once("年目 ")?;
        let (line, member) = rest.strip_suffix('）')?.split_once('（')?;
        Some(format!("Year {}, {line} ({member})", year.parse::<u32>().ok()?))
    };
    match place {
        ROUNDING => LocalText::new(place, "rounding"),
        _ => parts().map_or_else(|| LocalText::ja(place), |en| LocalText::new(place, en)),
    }
}

/// The reason of a modification as a page says it: what the officer wrote stays as written.
#[must_use]
pub fn modified_reason(reason: &str) -> LocalText {
    let changed = || {
        let (asked, rest) = reason.strip_prefix(ELIGIBLE)?.split_once('を')?;
        let (accepted, own) = rest.split_once("に修正。")?;
        let yen = |text: &str| text.strip_suffix('円').map(|n| format!("¥{n}"));
        Some(format!("Eligible cost changed from {} to {}. {own}", yen(asked)?, yen(accepted)?))
    };
    let rounded = || {
        let clause = reason.strip_prefix("公募要領")?.strip_suffix(ROUNDED)?;
        Some(format!("The rounding of clause {clause} is done on the sum of each member and year."))
    };
    changed().or_else(rounded).map_or_else(|| LocalText::ja(reason), |en| LocalText::new(reason, en))
}

/// The beginning of the reason of a changed cost.
const ELIGIBLE: &str = "補助対象経費";
/// The place of what lies between rounding each place and rounding the whole, and the end of its reason.
const ROUNDING: &str = "端数の処理";
const ROUNDED: &str = "の端数の処理は、構成員・年度ごとの合計に対して行うため。";

/// A cost with what is accepted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledCell {
    pub cell: CostCell,
    pub accepted: Yen,
    pub reason: String,
}

impl SettledCell {
    #[must_use]
    pub fn changed(&self) -> bool {
        self.accepted != self.cell.asked
    }
}

/// What the accepted costs come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// What the guideline pays for the accepted costs.
    pub computed: Yen,
    pub amount: Yen,
    pub by_year: Vec<(u32, Yen)>,
    /// Accepted costs that the guideline pays for.
    pub eligible_cost: Yen,
    pub modifications: Vec<Modification>,
    /// The eligible cost by heading of the budget.
    pub headings: Vec<LineAmount>,
}

/// The heading of the budget that a cost stands under: its line, with the member where there are several.
pub(crate) fn heading(cell: &CostCell, many: bool) -> String {
    if many { format!("{}（{}）", cell.line_title.ja, cell.member_name) } else { cell.line_title.ja.clone() }
}

/// A grant request as it was handed in, under its edition.
pub(crate) struct Asked<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) paper: &'a Paper,
    /// What is known of the firm beside the form.
    pub(crate) known: Facts,
    pub(crate) requested: Yen,
}

/// The amount that the office takes off beside the costs, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reduction<'a> {
    pub(crate) amount: Yen,
    pub(crate) reason: &'a str,
}

/// What keeps the amount from being known.
pub(crate) type Unsettled = Vec<Missing>;

impl Asked<'_> {
    /// Every cost, by member, line and year.
    pub(crate) fn cells(&self) -> Vec<CostCell> {
        let form = self.edition.form();
        let lines = form.sections.iter().filter_map(|s| match &s.content {
            SectionContent::Budget { lines, .. } => Some(lines),
            SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
        });
        let lines: Vec<_> = lines.flatten().collect();
        let named = |m: u32| self.paper.members.iter().find(|p| p.member == m && !p.name.trim().is_empty()).map(|p| p.name.clone());
        let cell = |c: LineCost| CostCell {
            member: c.member,
            member_name: named(c.member).unwrap_or_else(|| format!("構成員{}", c.member)),
            line_title: lines.iter().find(|l| l.name == c.line).map_or_else(|| LocalText::ja(&c.line), |l| l.title.clone()),
            line: c.line,
            year: c.year,
            asked: c.cost,
        };
        let facts = banso_guideline::answers::FormFacts { form, kpis: self.edition.kpis(), answers: &self.paper.answers };
        facts.costs().into_iter().map(cell).collect()
    }

    fn facts(&self) -> Facts {
        facts_of(self.edition, &self.paper.answers, self.known.clone(), &self.paper.track)
    }

    /// What the guideline pays for the request as it stands.
    pub(crate) fn computed(&self) -> Result<Yen, Unsettled> {
        exactly(&self.edition.amount(&self.facts()).total)
    }

    /// The grant that follows from accepted costs and a reduction. `cells` are those of [`Asked::cells`], in their order.
    pub(crate) fn settle(&self, cells: &[SettledCell], reduction: Option<Reduction<'_>>) -> Result<Settled, Unsettled> {
        let mut tally = self.edition.tally(self.facts())?;
        // A request below what the guideline computes was not modified by the office.
        let mut before = exactly(&tally.total())?.min(self.requested);
        let mut modifications = Vec::new();
        let mut rounding = 0_i64;
        for (index, cell) in cells.iter().enumerate().filter(|(_, c)| c.changed()) {
            let asked = exactly(&tally.alone(index))?;
            tally.change(index, cell.accepted)?;
            let after = exactly(&tally.total())?.min(self.requested);
            let off = taken_off(before, after);
            let own = exactly(&tally.alone(index))?;
            let rest = off.get().saturating_sub(taken_off(asked, own).get());
            if rest.abs() <= self.edition.rounded_to().get() {
                modifications.push(explained(cell, asked, own));
                rounding = rounding.saturating_add(rest);
            } else {
                modifications.push(modification(cell, asked, off));
            }
            before = after;
        }
        modifications.extend(self.of_rounding(rounding));
        let whole = tally.amount();
        let computed = exactly(&whole.total)?;
        let years = whole.by_year_after_caps.iter().map(|(y, k)| Ok((*y, exactly(k)?))).collect::<Result<Vec<_>, Unsettled>>()?;
        let mut amount = computed.min(self.requested);
        if let Some(reduction) = reduction.filter(|r| r.amount != Yen::ZERO) {
            // A reduction of more than there is was said to be wrong where it was typed; here it leaves nothing.
            let granted = Yen::new(amount.get().saturating_sub(reduction.amount.get()).max(0));
            let place = "補助金の額（全体）".to_owned();
            modifications.push(Modification { place, asked: amount, granted, reason: reduction.reason.trim().to_owned() });
            amount = granted;
        }
        let headings = headings(cells, &tally)?;
        let eligible_cost = Yen::sum(headings.iter().map(|h| h.amount)).unwrap_or(Yen::new(i64::MAX));
        Ok(Settled { computed, amount, by_year: spread(years, amount), eligible_cost, modifications, headings })
    }
}

/// What the guideline pays for each heading of the budget, at the rate of the member whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct HeadingShares {
    /// By heading: what is paid, before the caps, for the costs that it is reckoned with, and those costs.
    of: BTreeMap<String, (Yen, Yen)>,
    /// What is paid for all costs together, before the caps.
    whole: Yen,
}

impl HeadingShares {
    /// What of a fixed amount went into one of `count` equal parts of a cost, cut below one yen: the cost at its heading's own rate. What
    /// the caps, the decision or a cancellation took off the whole is borne by all costs alike.
    pub(crate) fn share(&self, heading: &str, cost: Yen, count: usize, fixed: Yen) -> Yen {
        let times = |a: Yen, b: Yen, c: i128| i128::from(a.get()).checked_mul(i128::from(b.get()))?.checked_mul(c);
        let own = || {
            let (paid, of) = self.of.get(heading)?;
            let under = times(*of, self.whole, i128::try_from(count.max(1)).ok()?)?;
            let over = times(cost, *paid, i128::from(fixed.get()))?;
            i64::try_from(over.checked_div(under)?).ok()
        };
        Yen::new(own().unwrap_or(0).max(0))
    }
}

impl Asked<'_> {
    /// How the subsidy for accepted costs is made up, heading by heading. `cells` are those of [`Asked::cells`], in their order.
    pub(crate) fn shares(&self, cells: &[SettledCell]) -> Result<HeadingShares, Unsettled> {
        let mut tally = self.edition.tally(self.facts())?;
        for (index, cell) in cells.iter().enumerate().filter(|(_, c)| c.changed()) {
            tally.change(index, cell.accepted)?;
        }
        let many = several(cells);
        let mut of = BTreeMap::new();
        for (index, cell) in cells.iter().enumerate() {
            let (paid, cost) = tally.reckoned_with(index);
            of.insert(heading(&cell.cell, many), (exactly(&paid)?, exactly(&cost)?));
        }
        Ok(HeadingShares { of, whole: exactly(&tally.before_caps())? })
    }
}

/// Whether there are several members, so that headings name theirs.
pub(crate) fn several(cells: &[SettledCell]) -> bool {
    cells.iter().map(|c| c.cell.member).collect::<BTreeSet<_>>().len() > 1
}

/// The accepted costs that the guideline pays something for, by heading in the order of the form.
fn headings(cells: &[SettledCell], tally: &Tally<'_>) -> Result<Vec<LineAmount>, Unsettled> {
    let many = several(cells);
    let mut found: Vec<LineAmount> = Vec::new();
    for (index, cell) in cells.iter().enumerate().filter(|(_, c)| c.accepted > Yen::ZERO) {
        if exactly(&tally.alone(index))? <= Yen::ZERO {
            continue;
        }
        let line = heading(&cell.cell, many);
        match found.iter_mut().find(|h| h.line == line) {
            Some(own) => own.amount = own.amount.checked_add(cell.accepted).unwrap_or(Yen::new(i64::MAX)),
            None => found.push(LineAmount { line, amount: cell.accepted }),
        }
    }
    Ok(found)
}

fn exactly(known: &Known<Yen>) -> Result<Yen, Unsettled> {
    match known {
        Known::Exactly(yen) => Ok(*yen),
        Known::Unknown(missing) => Err(missing.clone()),
        Known::Between(..) => Err(Vec::new()),
    }
}

impl Asked<'_> {
    /// The subsidy is rounded for a member's year as a whole, each place of a modification for itself: what lies between the two.
    fn of_rounding(&self, rest: i64) -> Option<Modification> {
        let clause = self.edition.plan().map(|p| p.clause.clone()).unwrap_or_default();
        let (asked, granted) = (Yen::new(rest.max(0)), Yen::new(rest.saturating_neg().max(0)));
        let place = ROUNDING.to_owned();
        let reason = format!("公募要領{clause}{ROUNDED}");
        (rest != 0).then_some(Modification { place, asked, granted, reason })
    }
}

fn taken_off(before: Yen, after: Yen) -> Yen {
    Yen::new(before.get().saturating_sub(after.get()))
}

/// A place whose own subsidy, before and after, is what the modification takes off.
fn explained(cell: &SettledCell, asked: Yen, granted: Yen) -> Modification {
    Modification { place: cell.cell.place(), asked, granted, reason: reason_of(cell) }
}

fn reason_of(cell: &SettledCell) -> String {
    format!("{ELIGIBLE}{}を{}に修正。{}", cell.cell.asked, cell.accepted, cell.reason.trim())
}

/// What was asked for in a place, and what is granted there, where caps make the difference another one than that of the place's own
/// subsidy: the difference is kept, and neither goes below zero.
fn modification(cell: &SettledCell, alone: Yen, taken_off: Yen) -> Modification {
    let asked = alone.max(taken_off).max(Yen::ZERO);
    let asked = if cell.accepted == Yen::ZERO && taken_off > Yen::ZERO { taken_off } else { asked };
    let granted = Yen::new(asked.get().saturating_sub(taken_off.get()));
    Modification { place: cell.cell.place(), asked, granted, reason: reason_of(cell) }
}

/// The years of an amount that is below what was computed: the difference comes off the last years first.
fn spread(mut years: Vec<(u32, Yen)>, amount: Yen) -> Vec<(u32, Yen)> {
    let whole = Yen::sum(years.iter().map(|(_, a)| *a)).unwrap_or(Yen::ZERO);
    let mut over = whole.get().saturating_sub(amount.get());
    for (_, part) in years.iter_mut().rev() {
        let cut = over.clamp(0, part.get().max(0));
        *part = Yen::new(part.get() - cut);
        over -= cut;
    }
    years
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn what_the_house_wrote_is_told_in_english_and_what_people_wrote_is_left() {
        let rounded = format!("公募要領4-2{ROUNDED}");
        for (place, reason, english) in [
            (ROUNDING, rounded.as_str(), ("rounding", "The rounding of clause 4-2 is done on the sum of each member and year.")),
            ("経費によらない減額", "予算の都合による。", ("経費によらない減額", "予算の都合による。")),
        ] {
            assert_eq!((modified_place(place).get(Lang::En), modified_reason(reason).get(Lang::En)), english);
        }
    }

    fn years(parts: &[i64]) -> Vec<(u32, Yen)> {
        (1..).zip(parts.iter().map(|p| Yen::new(*p))).collect()
    }

    #[test]
    fn what_is_too_much_comes_off_the_last_years() {
        for (whole, amount, expect) in [
            (&[30, 20, 10][..], 60, &[30, 20, 10][..]),
            (&[30, 20, 10], 55, &[30, 20, 5]),
            (&[30, 20, 10], 35, &[30, 5, 0]),
            (&[30, 20, 10], 0, &[0, 0, 0]),
            (&[], 0, &[]),
        ] {
            assert_eq!(spread(years(whole), Yen::new(amount)), years(expect), "{whole:?} {amount}");
        }
    }

    #[test]
    fn a_modification_keeps_its_difference_and_stays_above_zero() {
        let cell = |accepted: i64| SettledCell {
            cell: CostCell {
                member: 1,
                member_name: "株式会社甲".into(),
                line: "物品費".into(),
                line_title: LocalText::ja("物品費"),
                year: 2,
                asked: Yen::new(300),
            },
            accepted: Yen::new(accepted),
            reason: " 汎用品のため。 ".into(),
        };
        for (accepted, alone, off, asked, granted) in [
            (150, 200, 100, 200, 100),
            (0, 200, 201, 201, 0),
            (0, 200, 199, 199, 0),
            (0, 200, 0, 200, 200),
            (150, 0, 1, 1, 0),
            (600, 200, -200, 200, 400),
        ] {
            let m = modification(&cell(accepted), Yen::new(alone), Yen::new(off));
            assert_eq!((m.asked.get(), m.granted.get()), (asked, granted), "{accepted} {alone} {off}");
            assert_eq!(m.place, "2年目 物品費（株式会社甲）");
            assert!(m.reason.ends_with("に修正。汎用品のため。"), "{}", m.reason);
            assert_eq!(modified_place(&m.place).get(Lang::En), "Year 2, 物品費 (株式会社甲)");
            let english = format!("Eligible cost changed from ¥300 to ¥{accepted}. 汎用品のため。");
            assert_eq!(modified_reason(&m.reason).get(Lang::En), english);
        }
    }
}
