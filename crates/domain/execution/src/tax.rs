//! Amounts with and without consumption tax, told apart by type. A threshold says which of the two it means.

use banso_kernel::{Day, Exact, MoneyError, Rate, Rounding, Yen};
use serde::{Deserialize, Serialize};

/// An amount with tax (税込).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxIn(pub Yen);

/// An amount without tax (税抜).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxOut(pub Yen);

/// Which of the two an eligible cost is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    TaxIn,
    TaxOut,
}

/// The part of an invoice at one rate; tax is cut once for each (消費税法施行令70条の10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxBand {
    /// 1/10, 8/100, 0 for what is not taxed.
    pub rate: Rate,
    pub net: TaxOut,
    pub tax: Yen,
}

/// A price as its bands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Price(pub Vec<TaxBand>);

impl Price {
    /// One band with the tax cut down, as most invoices have it.
    ///
    /// # Errors
    /// An amount that is too large.
    pub fn of(net: TaxOut, rate: Rate) -> Result<Price, MoneyError> {
        let tax = rate.apply(net.0, Rounding::Down, Yen::new(1))?;
        Ok(Price(vec![TaxBand { rate, net, tax }]))
    }

    /// # Errors
    /// An amount that is too large.
    pub fn tax_out(&self) -> Result<TaxOut, MoneyError> {
        Yen::sum(self.0.iter().map(|b| b.net.0)).map(TaxOut)
    }

    /// # Errors
    /// An amount that is too large.
    pub fn tax_in(&self) -> Result<TaxIn, MoneyError> {
        let tax = Yen::sum(self.0.iter().map(|b| b.tax))?;
        self.tax_out()?.0.checked_add(tax).map(TaxIn)
    }

    /// # Errors
    /// An amount that is too large.
    pub fn in_basis(&self, basis: TaxBasis) -> Result<Yen, MoneyError> {
        match basis {
            TaxBasis::TaxIn => self.tax_in().map(|p| p.0),
            TaxBasis::TaxOut => self.tax_out().map(|p| p.0),
        }
    }
}

impl TaxBand {
    /// Whether the tax is rate × net, cut in whichever direction: the seller chooses it.
    ///
    /// # Errors
    /// An amount that is too large.
    pub fn tax_is_right(&self) -> Result<bool, MoneyError> {
        let apply = |rounding| self.rate.apply(self.net.0, rounding, Yen::new(1));
        Ok(self.tax == apply(Rounding::Down)? || self.tax == apply(Rounding::Up)?)
    }
}

/// First day, standard rate, reduced rate (in hundredths): 消費税法29条 and its amendments, local consumption tax included.
const RATES: [(&str, i128, Option<i128>); 4] =
    [("2019-10-01", 10, Some(8)), ("2014-04-01", 8, None), ("1997-04-01", 5, None), ("1989-04-01", 3, None)];

/// Whether a rate is one of the law's on a day; zero (not taxed) always is.
#[must_use]
pub fn is_statutory_rate(rate: Rate, on: Day) -> bool {
    if rate.exact() == Exact::from_integer(0) {
        return true;
    }
    let now = RATES.iter().find(|(from, _, _)| Day::parse(from).is_ok_and(|from| from <= on));
    now.is_some_and(|(_, standard, reduced)| {
        let is = |percent: i128| rate.exact() == Exact::new(percent, 100);
        is(*standard) || reduced.is_some_and(is)
    })
}

/// A limit that says whether tax is in it, and whether the limit itself is already over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    pub amount: Yen,
    pub basis: TaxBasis,
    pub reach: Reach,
}

/// 超 or 以上.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// 超: the limit itself is not reached.
    Above,
    /// 以上: the limit itself is reached.
    From,
}

impl Threshold {
    /// # Errors
    /// An amount that is too large.
    pub fn is_reached_by(&self, price: &Price) -> Result<bool, MoneyError> {
        let amount = price.in_basis(self.basis)?;
        Ok(match self.reach {
            Reach::Above => amount > self.amount,
            Reach::From => amount >= self.amount,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(n: i128) -> Rate {
        Rate::new(Exact::new(n, 100))
    }

    #[test]
    fn thresholds_say_what_they_mean() {
        // 454,545 without tax is 499,999 with it; one yen more is 500,000.
        let price = |net| Price::of(TaxOut(Yen::new(net)), percent(10)).unwrap();
        let limit = |basis, reach| Threshold { amount: Yen::new(500_000), basis, reach };
        for (net, threshold, reached) in [
            (454_545, limit(TaxBasis::TaxIn, Reach::From), false),
            (454_546, limit(TaxBasis::TaxIn, Reach::From), true),
            (454_546, limit(TaxBasis::TaxIn, Reach::Above), false),
            (454_547, limit(TaxBasis::TaxIn, Reach::Above), true),
            (499_999, limit(TaxBasis::TaxOut, Reach::From), false),
            (500_000, limit(TaxBasis::TaxOut, Reach::From), true),
            (500_000, limit(TaxBasis::TaxOut, Reach::Above), false),
        ] {
            assert_eq!(threshold.is_reached_by(&price(net)), Ok(reached), "{net} {threshold:?}");
        }
    }

    #[test]
    fn rates_by_day() {
        for (on, rate, right) in [
            ("2026-04-01", 10, true),
            ("2026-04-01", 8, true),
            ("2026-04-01", 5, false),
            ("2019-09-30", 10, false),
            ("2019-09-30", 8, true),
            ("2026-04-01", 0, true),
            ("1988-04-01", 3, false),
        ] {
            assert_eq!(is_statutory_rate(percent(rate), Day::parse(on).unwrap()), right, "{on} {rate}");
        }
    }

    #[test]
    fn tax_may_be_cut_either_way() {
        for (tax, right) in [(99, false), (100, true), (101, true), (102, false)] {
            let band = TaxBand { rate: percent(10), net: TaxOut(Yen::new(1_005)), tax: Yen::new(tax) };
            assert_eq!(band.tax_is_right(), Ok(right), "{tax}");
        }
    }
}
