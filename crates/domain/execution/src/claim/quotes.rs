//! Competing quotes (相見積) and buying without them (随意契約). Thresholds, numbers and reasons are the guideline's.

use banso_kernel::{DocumentRef, LocalText, MoneyError};
use serde::{Deserialize, Serialize};

use super::check::Found;
use super::findings::FindingCode;
use super::{ClaimLine, Goods};
use crate::tax::{Price, Threshold};

/// How many quotes a purchase needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteRule {
    /// By price; the highest number whose threshold is reached counts.
    pub tiers: Vec<QuoteTier>,
    /// Used goods need so many whatever they cost; no excuse is heard.
    pub used_goods: u32,
    /// Reasons for which fewer are enough. All others are refused.
    pub accepted: Vec<Excuse>,
    pub clause: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuoteTier {
    pub threshold: Threshold,
    pub quotes: u32,
}

/// Why there was no competition (業者選定理由書).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoleSource {
    pub excuse: Excuse,
    pub reason: String,
    pub document: Option<DocumentRef>,
}

macro_rules! excuses {
    ($($(#[$doc:meta])* $name:ident = $ja:literal, $en:literal;)*) => {
        /// Reasons that people give for buying without competition.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Excuse { $($(#[$doc])* $name),* }

        impl Excuse {
            pub const ALL: &'static [Excuse] = &[$(Excuse::$name),*];

            #[must_use]
            pub fn label(self) -> LocalText {
                match self { $(Excuse::$name => LocalText::new($ja, $en)),* }
            }
        }
    };
}

excuses! {
    IntellectualProperty = "知的財産権により他者が供給できない", "intellectual property keeps others out";
    ExclusiveSale = "独占販売権が客観的に示されている", "an exclusive right of sale is shown";
    LongRelationship = "長年の取引関係", "a long relationship";
    SellerSaysExclusive = "販売者が専売品と言っている", "the seller says it is exclusive";
    UsedNotFound = "同じ中古品が見つからない", "no other used one was found";
    TradeCustom = "業界の慣行", "custom of the trade";
    AfterService = "アフターサービス", "after-sales service";
    InternalRule = "社内規程", "an internal rule";
    OnlySkilledFirm = "技術を持つのはその者だけ", "only this firm has the skill";
    Franchise = "フランチャイズ本部の指定", "named by the franchisor";
    Secrecy = "秘密の保持", "secrecy";
    NobodyNearby = "近くに他の者がいない", "nobody else is near";
}

/// Checks the quotes of a line against what was ordered.
pub(super) fn check_quotes(line: &ClaimLine, ordered: &Price, rule: &QuoteRule, found: &mut Found<'_>) -> Result<(), MoneyError> {
    let quotes = &line.evidence.quotes;
    independent(line, rule, found);
    let used = matches!(line.goods, Goods::Used { .. });
    let by_price = rule.tiers.iter().map(|t| Ok(if t.threshold.is_reached_by(ordered)? { t.quotes } else { 0 }));
    let by_price = by_price.collect::<Result<Vec<_>, MoneyError>>()?.into_iter().max().unwrap_or(0);
    let needed = if used { by_price.max(rule.used_goods) } else { by_price };
    let has = u32::try_from(quotes.len()).unwrap_or(u32::MAX);
    if has < needed {
        too_few(line, used, (has, needed), rule, found);
    }
    let prices = quotes.iter().map(|q| q.price.tax_in()).collect::<Result<Vec<_>, _>>()?;
    if let (Some(chosen), Some(lowest)) = (prices.first(), prices.iter().min())
        && chosen > lowest
    {
        let detail = LocalText::new(format!("採用 {}、最低 {}", chosen.0, lowest.0), format!("chosen {}, lowest {}", chosen.0, lowest.0));
        found.push(FindingCode::NotTheCheapest, "quotes[0].price", detail, &rule.clause);
    }
    Ok(())
}

fn too_few(line: &ClaimLine, used: bool, (has, needed): (u32, u32), rule: &QuoteRule, found: &mut Found<'_>) {
    let counts = LocalText::new(format!("{needed}者以上が必要、{has}者"), format!("{needed} needed, {has} there"));
    let clause = &rule.clause;
    match &line.evidence.sole_source {
        _ if used => found.push(FindingCode::UsedWithoutCompetition, "quotes", counts, clause),
        None => found.push(FindingCode::QuotesTooFew, "quotes", counts, clause),
        Some(sole) if !rule.accepted.contains(&sole.excuse) => {
            found.push(FindingCode::ExcuseRefused, "sole_source.excuse", sole.excuse.label(), clause);
        }
        Some(sole) if sole.document.is_none() || sole.reason.trim().is_empty() => {
            found.push(FindingCode::ExcuseUnproved, "sole_source.document", sole.excuse.label(), clause);
        }
        Some(_) => {}
    }
}

fn independent(line: &ClaimLine, rule: &QuoteRule, found: &mut Found<'_>) {
    let quotes = &line.evidence.quotes;
    for (n, quote) in quotes.iter().enumerate().skip(1) {
        if let Some((m, tie)) = quotes.iter().take(n).enumerate().find_map(|(m, q)| q.vendor.tie(&quote.vendor).map(|t| (m, t))) {
            let (ja, en) = tie.label();
            let detail = LocalText::new(format!("見積{}と見積{}は{ja}", m + 1, n + 1), format!("quotes {} and {}: {en}", m + 1, n + 1));
            found.push(FindingCode::QuotesNotIndependent, &format!("quotes[{n}].vendor"), detail, &rule.clause);
        }
        let sorted = |items: &[String]| {
            let mut sorted: Vec<String> = items.iter().map(|i| banso_kernel::fold_width(i.trim())).collect();
            sorted.sort();
            sorted
        };
        if quotes.first().is_some_and(|first| sorted(&first.items) != sorted(&quote.items)) {
            let detail = LocalText::new(format!("見積1と見積{}", n + 1), format!("quotes 1 and {}", n + 1));
            found.push(FindingCode::QuotesForOtherThings, &format!("quotes[{n}].items"), detail, &rule.clause);
        }
    }
}
