//! "For how much?": cost × rate for each member and year, rounded, then the yearly and the total cap, with a trace to the yen.

use banso_kernel::{Exact, LocalText, Rounding, Yen};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};

use crate::answers::BUDGET_ITEM;
use crate::costs::{Lines, summed};
use crate::definitions::NO_CAP_YEN;
use crate::edition::Edition;
use crate::examine::joined;
use crate::expr::Expr;
use crate::known::{combine, ends, map};
use crate::members::{Member, members};
use crate::model::{Amount, ClauseId, Facts, Known, Missing, Step, Value};
use crate::plan::{LINE, Plan};

impl Edition {
    /// What the guideline would pay for the costs in the facts (経費), with every step.
    ///
    /// Costs whose 構成員 is not said belong to the first member. While 共同体 is unknown the firm itself is the only member.
    #[must_use]
    pub fn amount(&self, facts: &Facts) -> Amount {
        let Some(plan) = self.plan() else { return Amount::not_computable() };
        Reckoning::new(self, plan, facts).amount()
    }

    /// Subsidies are rounded to a multiple of this; one yen where the text does not say.
    #[must_use]
    pub fn rounded_to(&self) -> Yen {
        self.plan().map_or(Yen::new(1), |plan| plan.unit)
    }

    /// What is missing for an amount under a text whose 補助額 cannot be read.
    pub(crate) fn no_plan() -> Missing {
        Missing::Unconfirmed { clause: String::new(), what: "補助額".to_owned() }
    }
}

impl Amount {
    /// The amount under a text whose 補助額 cannot be read.
    fn not_computable() -> Self {
        Amount {
            total: Known::Unknown(vec![Edition::no_plan()]),
            by_year: Vec::new(),
            by_year_after_caps: Vec::new(),
            by_member: Vec::new(),
            cuts: Vec::new(),
            steps: Vec::new(),
        }
    }
}

pub(crate) struct Reckoning<'a> {
    pub(crate) edition: &'a Edition,
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    steps: Vec<Step>,
    cuts: Vec<(ClauseId, Yen)>,
}

impl<'a> Reckoning<'a> {
    pub(crate) fn new(edition: &'a Edition, plan: &'a Plan, facts: &'a Facts) -> Self {
        Reckoning { edition, plan, facts, steps: Vec::new(), cuts: Vec::new() }
    }

    /// The members, with the facts that the amount looks at: not all costs for each of them, where no rule asks for them.
    pub(crate) fn members(&self) -> Vec<Member> {
        if self.plan.looks_at_all_costs() {
            return members(self.facts, self.edition.dictionary());
        }
        let others = self.facts.0.iter().filter(|(item, _)| item.as_str() != BUDGET_ITEM);
        let facts = Facts(others.map(|(item, value)| (item.clone(), value.clone())).collect());
        members(&facts, self.edition.dictionary())
    }

    fn amount(&mut self) -> Amount {
        let members = self.members();
        let costs = match self.rows(&members) {
            Ok(rows) => summed(&rows),
            Err(missing) => return self.finish(Known::Unknown(missing), Vec::new(), Vec::new()),
        };
        let by_member: Vec<(usize, u32, Known<Yen>)> = costs
            .iter()
            .filter_map(|((index, year), lines)| members.get(*index).map(|m| (*index, *year, self.of_lines(m, *year, lines))))
            .collect();
        let last = by_member.iter().map(|(_, y, _)| *y).max().unwrap_or(0);
        let by_year: Vec<(u32, Known<Yen>)> = (1..=last).map(|year| (year, self.of_year(year, &by_member))).collect();
        let total = self.total(&by_year);
        self.finish(total, by_year, by_member)
    }

    fn finish(&mut self, total: Known<Yen>, by_year: Vec<(u32, Known<Yen>)>, by_member: Vec<(usize, u32, Known<Yen>)>) -> Amount {
        let by_year_after_caps = after_total_cap(&total, &by_year);
        let (cuts, steps) = (std::mem::take(&mut self.cuts), std::mem::take(&mut self.steps));
        Amount { total, by_year, by_year_after_caps, by_member, cuts, steps }
    }

    /// A member's year: the sum of its lines.
    pub(crate) fn of_lines(&mut self, member: &Member, year: u32, lines: &Lines) -> Known<Yen> {
        let mut sum = Known::Exactly(Yen::ZERO);
        for (line, cost) in lines {
            let mut facts = member.facts.clone();
            if !line.is_empty() {
                facts.0.insert(LINE.to_owned(), Value::Text(line.clone()));
            }
            let own = self.of_line(member, year, line, cost, &facts);
            sum = combine(&sum, &own, |a, b| a.checked_add(*b).ok());
        }
        sum
    }

    fn of_line(&mut self, member: &Member, year: u32, line: &str, cost: &Known<Yen>, facts: &Facts) -> Known<Yen> {
        if *cost == Known::Exactly(Yen::ZERO) {
            return Known::Exactly(Yen::ZERO);
        }
        let rate = self.bounds(&self.plan.rate, facts);
        let knee = self.plan.knee.as_ref().map(|k| (self.bounds(&k.at, facts), self.bounds(&k.rate, facts)));
        let (rounding, unit) = (self.plan.rounding, self.plan.unit);
        let exact = match &knee {
            None => combine(cost, &rate, |c, r| c.exact().checked_mul(r)),
            Some((at, second)) => {
                let (lower, upper) = (combine(cost, &rate, |c, r| Some((*c, *r))), combine(at, second, |k, s| Some((*k, *s))));
                combine(&lower, &upper, |(c, r), (k, s)| bent(c.exact(), *r, *k, *s))
            }
        };
        let paid = map(&exact, |e| Yen::from_exact(*e, rounding, unit).ok());
        let (ja, en) = direction(rounding, unit);
        let (bend_ja, bend_en) = knee.as_ref().map(bend_text).unwrap_or_default();
        let (of_ja, of_en) = if line.is_empty() { Default::default() } else { (format!("・{line}"), format!(", {line}")) };
        self.step(LocalText::new(
            format!(
                "{} {year}年目{of_ja}: 補助対象経費 {} × {}{bend_ja} = {}（{ja}）",
                member.name.ja,
                yen(cost),
                rate_text(&rate),
                yen(&paid)
            ),
            format!(
                "{}, year {year}{of_en}: eligible cost {} × {}{bend_en} = {} ({en})",
                member.name.get(banso_kernel::Lang::En),
                yen_en(cost),
                rate_text_en(&rate),
                yen_en(&paid)
            ),
        ));
        match &self.plan.line_cap {
            Some(cap) => self.capped(&paid, cap, facts, (&format!("{year}年目{of_ja}"), &format!("Year {year}{of_en}"))),
            None => paid,
        }
    }

    pub(crate) fn of_year(&mut self, year: u32, by_member: &[(usize, u32, Known<Yen>)]) -> Known<Yen> {
        let own = by_member.iter().filter(|(_, y, _)| *y == year);
        let sum = own.fold(Known::Exactly(Yen::ZERO), |sum, (.., paid)| combine(&sum, paid, |a, b| a.checked_add(*b).ok()));
        let (ja, en) = (format!("{year}年目の計"), format!("Year {year} in all"));
        match &self.plan.yearly_cap {
            Some(cap) => self.capped(&sum, cap, self.facts, (&ja, &en)),
            None => {
                self.step(LocalText::new(format!("{ja}: {}", yen(&sum)), format!("{en}: {}", yen_en(&sum))));
                sum
            }
        }
    }

    pub(crate) fn total(&mut self, by_year: &[(u32, Known<Yen>)]) -> Known<Yen> {
        let capped = self.capped_total(by_year);
        match &self.plan.floor {
            Some(floor) => self.floored(capped, floor),
            None => capped,
        }
    }

    /// All years within the total cap, before the floor.
    pub(crate) fn capped_total(&mut self, by_year: &[(u32, Known<Yen>)]) -> Known<Yen> {
        let sum = by_year.iter().fold(Known::Exactly(Yen::ZERO), |sum, (_, y)| combine(&sum, y, |a, b| a.checked_add(*b).ok()));
        match &self.plan.total_cap {
            Some(cap) => self.capped(&sum, cap, self.facts, ("全期間の計", "All years")),
            None => sum,
        }
    }

    /// The smaller of an amount and its cap, with the step and, where it cuts, the cut.
    fn capped(&mut self, sum: &Known<Yen>, cap: &Expr, facts: &Facts, (ja, en): (&str, &str)) -> Known<Yen> {
        if *sum == Known::Exactly(Yen::ZERO) {
            return Known::Exactly(Yen::ZERO);
        }
        let clause = self.clause_of(cap);
        let cap = map(&self.bounds(cap, facts), |e| Yen::from_exact(*e, Rounding::Down, Yen::new(1)).ok());
        if cap == Known::Exactly(NO_CAP_YEN) {
            return sum.clone();
        }
        let paid = combine(sum, &cap, |a, b| Some(*a.min(b)));
        if let (Known::Exactly(before), Known::Exactly(after)) = (sum, &paid)
            && let Ok(cut) = before.checked_sub(*after)
            && cut > Yen::ZERO
        {
            self.cuts.push((clause.clone(), cut));
        }
        let text = LocalText::new(
            format!("{ja}: {}（上限 {}）→ {}", yen(sum), yen(&cap), yen(&paid)),
            format!("{en}: {} (cap {}) → {}", yen_en(sum), yen_en(&cap), yen_en(&paid)),
        );
        self.steps.push(Step { clause, text });
        paid
    }

    fn floored(&mut self, paid: Known<Yen>, floor: &Expr) -> Known<Yen> {
        let clause = self.clause_of(floor);
        let floor = map(&self.bounds(floor, self.facts), |e| Yen::from_exact(*e, Rounding::Up, Yen::new(1)).ok());
        let kept = above_floor(&paid, &floor);
        if kept != paid {
            let text = LocalText::new(
                format!("{} は下限 {} に届かないため 0円", yen(&paid), yen(&floor)),
                format!("{} is below the floor of {}: 0 yen", yen_en(&paid), yen_en(&floor)),
            );
            self.steps.push(Step { clause, text });
        }
        kept
    }

    fn bounds(&mut self, expr: &Expr, facts: &Facts) -> Known<Exact> {
        match expr.bounds(self.edition.names(), facts) {
            Ok(known) => known,
            Err(error) => {
                self.step(error.message.clone());
                Known::Unknown(Vec::new())
            }
        }
    }

    /// The clause of the table that an expression names, or of the 補助額 block.
    fn clause_of(&self, expr: &Expr) -> ClauseId {
        let names = self.edition.names();
        let named = names.definition(expr.text().trim()).map(|d| d.clause.clone());
        named.or_else(|| names.parameter(expr.text().trim()).map(|p| p.clause.clone())).unwrap_or_else(|| self.plan.clause.clone())
    }

    pub(crate) fn step(&mut self, text: LocalText) {
        self.steps.push(Step { clause: self.plan.clause.clone(), text });
    }
}

/// Cost × rate up to the knee, and the second rate of the cost beyond. Grows with each of the four while the second rate is not above
/// the first, so the ends of an interval come from the ends of its arguments.
fn bent(cost: Exact, rate: Exact, knee: Exact, second: Exact) -> Option<Exact> {
    let full = cost.checked_mul(&rate)?;
    if full <= knee {
        return Some(full);
    }
    let beyond = cost.checked_sub(&knee.checked_div(&rate)?)?;
    knee.checked_add(&beyond.checked_mul(&second)?)
}

fn bend_text((at, second): &(Known<Exact>, Known<Exact>)) -> (String, String) {
    let at = map(at, |e| Yen::from_exact(*e, Rounding::Down, Yen::new(1)).ok());
    (
        format!("（補助額が{}を超える部分は {}）", yen(&at), rate_text(second)),
        format!(" ({} of the cost beyond a subsidy of {})", rate_text_en(second), yen_en(&at)),
    )
}

/// An amount, or nothing where it does not reach the floor. A higher floor leaves less, so the ends of the floor cross over.
fn above_floor(paid: &Known<Yen>, floor: &Known<Yen>) -> Known<Yen> {
    let crossed = match floor {
        Known::Between(low, high) => Known::Between(*high, *low),
        Known::Exactly(_) | Known::Unknown(_) => floor.clone(),
    };
    combine(paid, &crossed, |p, f| Some(if p < f { Yen::ZERO } else { *p }))
}

/// The years once the total cap has cut too, from the last year backwards.
fn after_total_cap(total: &Known<Yen>, by_year: &[(u32, Known<Yen>)]) -> Vec<(u32, Known<Yen>)> {
    let exact: Option<Vec<(u32, Yen)>> = by_year
        .iter()
        .map(|(y, k)| match k {
            Known::Exactly(yen) => Some((*y, *yen)),
            Known::Between(..) | Known::Unknown(_) => None,
        })
        .collect();
    if let (Known::Exactly(total), Some(years)) = (total, exact) {
        let mut left = *total;
        return years
            .into_iter()
            .map(|(year, yen)| {
                let kept = yen.min(left);
                left = left.checked_sub(kept).unwrap_or_default();
                (year, Known::Exactly(kept))
            })
            .collect();
    }
    let sum = by_year.iter().fold(Known::Exactly(Yen::ZERO), |sum, (_, y)| combine(&sum, y, |a, b| a.checked_add(*b).ok()));
    if sum == *total {
        return by_year.to_vec();
    }
    let missing = match total {
        Known::Unknown(missing) => missing.clone(),
        Known::Exactly(_) | Known::Between(..) => Vec::new(),
    };
    let spread = |known: &Known<Yen>| match known {
        Known::Unknown(own) => Known::Unknown(joined(own.clone(), missing.clone())),
        Known::Exactly(high) | Known::Between(_, high) if missing.is_empty() => ends(Some((Yen::ZERO, *high))),
        Known::Exactly(_) | Known::Between(..) => Known::Unknown(missing.clone()),
    };
    by_year.iter().map(|(year, known)| (*year, spread(known))).collect()
}

/// The rounding in words, in both languages.
pub(crate) fn direction(rounding: Rounding, unit: Yen) -> (String, String) {
    let below = if unit == Yen::new(1) { "1円未満".to_owned() } else { format!("{unit}未満") };
    match rounding {
        Rounding::Down => (format!("{below}切捨て"), format!("rounded down to {} yen", unit.get())),
        Rounding::Up => (format!("{below}切上げ"), format!("rounded up to {} yen", unit.get())),
        Rounding::HalfUp => (format!("{below}四捨五入"), format!("rounded half up to {} yen", unit.get())),
    }
}

/// An amount as pages write it: `4,500円`, `1円〜2円`, `不明`.
pub(crate) fn yen(known: &Known<Yen>) -> String {
    match known {
        Known::Exactly(yen) => yen.to_string(),
        Known::Between(low, high) => format!("{low}〜{high}"),
        Known::Unknown(_) => "不明".to_owned(),
    }
}

fn yen_en(known: &Known<Yen>) -> String {
    let one = |y: &Yen| format!("{} yen", banso_kernel::group_thousands(i128::from(y.get())));
    match known {
        Known::Exactly(yen) => one(yen),
        Known::Between(low, high) => format!("{} to {}", one(low), one(high)),
        Known::Unknown(_) => "unknown".to_owned(),
    }
}

fn rate_text(rate: &Known<Exact>) -> String {
    let one = |r: &Exact| if *r == Exact::from_integer(1) { crate::definitions::FIXED_SUM.to_owned() } else { r.to_string() };
    match rate {
        Known::Exactly(r) => one(r),
        Known::Between(low, high) => format!("{}〜{}", one(low), one(high)),
        Known::Unknown(_) => "不明".to_owned(),
    }
}

fn rate_text_en(rate: &Known<Exact>) -> String {
    match rate {
        Known::Exactly(r) => r.to_string(),
        Known::Between(low, high) => format!("{low} to {high}"),
        Known::Unknown(_) => "unknown".to_owned(),
    }
}
