//! Yen and exact shares. No floats; every rounding names its direction.

use std::fmt;

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, ToPrimitive};
use serde::{Deserialize, Serialize};

use crate::text::{LocalText, fold_width, group_thousands};

/// An exact number: a fraction of two `i128`. Use the `Checked…` traits of `num_traits` for arithmetic.
pub type Exact = Ratio<i128>;

/// What can be wrong with an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("`{0}` is not an amount in yen: write digits, with 万 or 億 if you like, e.g. 4,500万円")]
    NotAnAmount(String),
    #[error("`{0}` has a fraction of a yen: amounts are whole yen")]
    FractionOfAYen(String),
    #[error("`{0}` has a comma that does not group three digits: write e.g. 4,500万円 or 45,000,000円")]
    Grouping(String),
    #[error("the amount is too large to be money: check its digits")]
    TooLarge,
}

impl MoneyError {
    /// For whoever typed the amount: what is wrong, and how to write it.
    #[must_use]
    pub fn told(&self) -> LocalText {
        let ja = match self {
            MoneyError::NotAnAmount(text) => format!("「{text}」は金額として読めません。1,234,000 や 4,500万円 のように入力してください。"),
            MoneyError::FractionOfAYen(text) => format!("「{text}」には円未満の端数があります。1円単位の整数で入力してください。"),
            MoneyError::Grouping(text) => {
                format!("「{text}」のコンマの位置が3桁区切りになっていません。4,500万円 や 45,000,000円 のように入力してください。")
            }
            MoneyError::TooLarge => "金額が大きすぎて扱えません。桁数を確かめてください。".to_owned(),
        };
        LocalText::new(ja, self.to_string())
    }
}

/// Whole yen, signed. Sums are checked: an overflow is an error of that amount, never a wrong number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(i64);

impl Yen {
    pub const ZERO: Yen = Yen(0);

    #[must_use]
    pub const fn new(yen: i64) -> Self {
        Yen(yen)
    }

    /// The amount in yen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// # Errors
    /// `TooLarge` when the sum does not fit.
    pub fn checked_add(self, other: Yen) -> Result<Yen, MoneyError> {
        self.0.checked_add(other.0).map(Yen).ok_or(MoneyError::TooLarge)
    }

    /// # Errors
    /// `TooLarge` when the difference does not fit.
    pub fn checked_sub(self, other: Yen) -> Result<Yen, MoneyError> {
        self.0.checked_sub(other.0).map(Yen).ok_or(MoneyError::TooLarge)
    }

    /// The sum of many amounts.
    ///
    /// # Errors
    /// `TooLarge` when the sum does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Yen>) -> Result<Yen, MoneyError> {
        amounts.into_iter().try_fold(Yen::ZERO, Yen::checked_add)
    }

    /// The amount as an exact number of yen.
    #[must_use]
    pub fn exact(self) -> Exact {
        Exact::from_integer(i128::from(self.0))
    }

    /// Whole yen from an exact number, rounded in the named direction to a multiple of `unit` yen.
    ///
    /// # Errors
    /// `TooLarge` when the result does not fit, or when `unit` is not positive.
    pub fn from_exact(value: Exact, rounding: Rounding, unit: Yen) -> Result<Yen, MoneyError> {
        if unit.0 <= 0 {
            return Err(MoneyError::TooLarge);
        }
        let units = value.checked_div(&unit.exact()).ok_or(MoneyError::TooLarge)?;
        let whole = match rounding {
            Rounding::Down => units.trunc(),
            Rounding::Up => {
                if units < Exact::from_integer(0) {
                    units.floor()
                } else {
                    units.ceil()
                }
            }
            Rounding::HalfUp => units.round(),
        };
        let yen = whole.checked_mul(&unit.exact()).ok_or(MoneyError::TooLarge)?;
        yen.to_integer().to_i64().map(Yen).ok_or(MoneyError::TooLarge)
    }

    /// Reads `4,500万円`, `３億円`, `15億1円`, `1,000`, `△500`. Full-width forms are folded first.
    ///
    /// ```
    /// use banso_kernel::Yen;
    /// assert_eq!(Yen::parse("4,500万円").unwrap(), Yen::new(45_000_000));
    /// assert_eq!(Yen::parse("１５億１円").unwrap(), Yen::new(1_500_000_001));
    /// assert!(Yen::parse("12.5円").is_err());
    /// assert_eq!(Yen::parse("1.5億円").unwrap(), Yen::new(150_000_000));
    /// ```
    ///
    /// # Errors
    /// Says what is wrong with the text; a fraction of a yen is refused, never rounded.
    pub fn parse(text: &str) -> Result<Yen, MoneyError> {
        let folded = fold_width(text.trim());
        if !commas_group_by_three(&folded) {
            return Err(MoneyError::Grouping(text.to_owned()));
        }
        let bare: String = folded.chars().filter(|c| !matches!(c, ',' | ' ' | '円' | '¥')).collect();
        let (negative, bare) = match bare.strip_prefix(['-', '△', '▲', '−']) {
            Some(rest) => (true, rest.to_owned()),
            None => (false, bare),
        };
        let wrong = || MoneyError::NotAnAmount(text.to_owned());
        if bare.is_empty() {
            return Err(wrong());
        }
        let mut total = Exact::from_integer(0);
        let mut last_scale = i128::MAX;
        let mut number = String::new();
        let mut letters = bare.chars().chain(['\0']).peekable();
        while let Some(c) = letters.next() {
            let scale = match c {
                '兆' | '億' | '万' => large(c).ok_or_else(wrong)?,
                // 5千万円, 3百万円: the two together are one scale.
                '千' | '百' if number.chars().all(|d| d.is_ascii_digit()) => {
                    let small = if c == '千' { 1_000 } else { 100 };
                    letters.next_if(|next| large(*next).is_some()).and_then(large).map_or(small, |large| small * large)
                }
                '\0' if number.is_empty() => break,
                '\0' => 1,
                '0'..='9' | '.' => {
                    number.push(c);
                    continue;
                }
                _ => return Err(wrong()),
            };
            if number.is_empty() || scale >= last_scale {
                return Err(wrong());
            }
            if number.len() > 19 {
                return Err(MoneyError::TooLarge);
            }
            // The parts of `9999999999999999999兆0.00000000000000001円` have no common denominator that fits.
            let part = decimal(&number).ok_or_else(wrong)?.checked_mul(&Exact::from_integer(scale));
            total = part.and_then(|part| total.checked_add(&part)).ok_or(MoneyError::TooLarge)?;
            last_scale = scale;
            number.clear();
        }
        if !total.is_integer() {
            return Err(MoneyError::FractionOfAYen(text.to_owned()));
        }
        let yen = total.to_integer().to_i64().ok_or(MoneyError::TooLarge)?;
        Ok(Yen(if negative { -yen } else { yen }))
    }
}

/// 万, 億, 兆.
const fn large(letter: char) -> Option<i128> {
    match letter {
        '兆' => Some(1_000_000_000_000),
        '億' => Some(100_000_000),
        '万' => Some(10_000),
        _ => None,
    }
}

/// Whether each comma stands between digits, one to three before the first and just three after each. `4,5000万円` is a slip that
/// would come to ten times the amount.
fn commas_group_by_three(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != ',').filter(|run| run.contains(',')).all(|run| {
        let mut groups = run.split(',');
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    })
}

/// Reads `12.5` as an exact number.
fn decimal(text: &str) -> Option<Exact> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() || (text.contains('.') && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Some(Exact::new(digits, scale))
}

impl fmt::Display for Yen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}円", group_thousands(i128::from(self.0)))
    }
}

/// Direction of a rounding. There is no default: each rule names its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rounding {
    /// Toward zero (切捨て).
    Down,
    /// Away from zero (切上げ).
    Up,
    /// Half away from zero (四捨五入).
    HalfUp,
}

/// A share such as 2/3, kept exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(Exact);

impl Rate {
    #[must_use]
    pub const fn new(share: Exact) -> Self {
        Rate(share)
    }

    #[must_use]
    pub const fn exact(self) -> Exact {
        self.0
    }

    /// The share of an amount, rounded in the named direction to a multiple of `unit`.
    ///
    /// # Errors
    /// `TooLarge` when the result does not fit.
    pub fn apply(self, amount: Yen, rounding: Rounding, unit: Yen) -> Result<Yen, MoneyError> {
        let product = self.0.checked_mul(&amount.exact()).ok_or(MoneyError::TooLarge)?;
        Yen::from_exact(product, rounding, unit)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0.numer(), self.0.denom())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_as_people_write_them() {
        for (text, yen) in [
            ("0", 0),
            ("4,500万円", 45_000_000),
            ("9,750万円", 97_500_000),
            ("３億円", 300_000_000),
            ("1億2,345万6,789円", 123_456_789),
            ("△500", -500),
            ("5千万円", 50_000_000),
            ("3百万円", 3_000_000),
            ("1億5千万円", 150_000_000),
            ("2万5千円", 25_000),
            ("5百円", 500),
            ("45,000,000円", 45_000_000),
            (" 1 000 ", 1000),
        ] {
            assert_eq!(Yen::parse(text), Ok(Yen::new(yen)), "{text}");
        }
    }

    #[test]
    fn amounts_that_are_refused() {
        for text in [
            "",
            "円",
            "abc",
            "1.5",
            "1.5円",
            "1.00001万円",
            "万",
            "1万2億",
            "1..5万",
            "--1",
            "99999999999999999999",
            "4,5000万円",
            "1,00,000",
            ",500",
            "5,",
            "1,23円",
            "千万円",
            "1百2千円",
            "9999999999999999999兆0.00000000000000001円",
            "9999999999999999999兆1.0000000000000001億",
        ] {
            assert!(Yen::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_divided_is_too_large() {
        let value = Exact::new(i128::MAX - 2, i128::MAX);
        assert_eq!(Yen::from_exact(value, Rounding::Down, Yen::new(1_000)), Err(MoneyError::TooLarge));
    }

    #[test]
    fn a_rate_rounds_the_way_it_is_told() {
        let two_thirds = Rate::new(Exact::new(2, 3));
        let apply = |r| two_thirds.apply(Yen::new(10_000_000), r, Yen::new(1)).unwrap().get();
        assert_eq!((apply(Rounding::Down), apply(Rounding::Up), apply(Rounding::HalfUp)), (6_666_666, 6_666_667, 6_666_667));
        let thousands = two_thirds.apply(Yen::new(10_000_000), Rounding::Down, Yen::new(1000)).unwrap();
        assert_eq!(thousands, Yen::new(6_666_000));
    }

    proptest! {
        #[test]
        fn printing_and_reading_are_inverse(yen in any::<i64>().prop_filter("not the one without a negative", |y| *y != i64::MIN)) {
            prop_assert_eq!(Yen::parse(&Yen::new(yen).to_string()), Ok(Yen::new(yen)));
        }

        #[test]
        fn any_text_is_an_amount_or_none(text in "[0-9]{0,19}[.]?[0-9]{0,18}兆[0-9]{0,19}[.]?[0-9]{0,18}億?[0-9.]{0,19}[千百万円]?|.{0,30}") {
            let _ = Yen::parse(&text);
        }

        #[test]
        fn rounding_down_never_exceeds(yen in 0..1_000_000_000_000_i64, n in 1..100_i128, d in 1..100_i128, unit in 1..10_000_i64) {
            let exact = Exact::new(n, d) * Yen::new(yen).exact();
            let down = Yen::from_exact(exact, Rounding::Down, Yen::new(unit)).unwrap();
            prop_assert!(down.exact() <= exact && exact < down.exact() + Yen::new(unit).exact());
        }
    }
}
