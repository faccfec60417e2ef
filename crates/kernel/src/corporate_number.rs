//! 法人番号: 13 digits, the first a check digit over the other twelve.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{LocalText, fold_width};

/// What can be wrong with a 法人番号.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorporateNumberError {
    #[error("a corporate number has 13 digits; `{text}` has {digits}")]
    WrongLength { text: String, digits: usize },
    #[error("`{0}` has something other than digits in it")]
    NotDigits(String),
    #[error("the check digit of `{text}` should be {expected}: one digit is mistyped or two are swapped")]
    WrongCheckDigit { text: String, expected: u8 },
}

impl CorporateNumberError {
    /// The same, as people read it.
    #[must_use]
    pub fn told(&self) -> LocalText {
        let ja = match self {
            CorporateNumberError::WrongLength { text, digits } => format!("法人番号は13桁です（「{text}」は{digits}桁）。"),
            CorporateNumberError::NotDigits(text) => format!("法人番号は数字13桁です（「{text}」には数字でない文字があります）。"),
            CorporateNumberError::WrongCheckDigit { text, .. } => {
                format!("「{text}」は、法人番号の検査用数字（先頭の1桁）が合いません。入力の誤りや桁の入れ違いがないか確かめてください。")
            }
        };
        LocalText::new(ja, self.to_string())
    }
}

/// A corporate number whose check digit has been verified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CorporateNumber([u8; 13]);

impl CorporateNumber {
    /// Reads 13 digits; full-width digits, spaces and hyphens are accepted.
    ///
    /// # Errors
    /// Wrong length, other characters, or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, CorporateNumberError> {
        let folded: String = fold_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if !folded.chars().all(|c| c.is_ascii_digit()) {
            return Err(CorporateNumberError::NotDigits(text.to_owned()));
        }
        let digits: [u8; 13] = folded
            .bytes()
            .map(|b| b - b'0')
            .collect::<Vec<_>>()
            .try_into()
            .map_err(|v: Vec<u8>| CorporateNumberError::WrongLength { text: text.to_owned(), digits: v.len() })?;
        let [check, body @ ..] = digits;
        let expected = check_digit(body);
        if check == expected {
            Ok(CorporateNumber(digits))
        } else {
            Err(CorporateNumberError::WrongCheckDigit { text: text.to_owned(), expected })
        }
    }

    /// The number whose last twelve digits are these, with its check digit put in front. For made-up firms.
    #[must_use]
    pub fn from_body(body: u64) -> Self {
        let mut digits = [0_u8; 13];
        let mut rest = body;
        for slot in digits.iter_mut().skip(1).rev() {
            *slot = (rest % 10) as u8;
            rest /= 10;
        }
        let [check, tail @ ..] = &mut digits;
        *check = check_digit(*tail);
        CorporateNumber(digits)
    }
}

/// `9 − (Σ Pₙ·Qₙ mod 9)`, Pₙ the n-th digit from the right, Qₙ 1 for odd n and 2 for even n.
/// Source: 法人番号の指定等に関する省令 (平成26年財務省令第70号).
fn check_digit(body: [u8; 12]) -> u8 {
    let sum: u32 = body.iter().rev().enumerate().map(|(i, d)| u32::from(*d) * if i % 2 == 0 { 1 } else { 2 }).sum();
    9 - (sum % 9) as u8
}

impl fmt::Display for CorporateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|d| write!(f, "{d}"))
    }
}

impl fmt::Debug for CorporateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CorporateNumber({self})")
    }
}

impl FromStr for CorporateNumber {
    type Err = CorporateNumberError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s)
    }
}

impl TryFrom<String> for CorporateNumber {
    type Error = CorporateNumberError;
    fn try_from(s: String) -> Result<Self, Self::Error> {
        Self::parse(&s)
    }
}

impl From<CorporateNumber> for String {
    fn from(n: CorporateNumber) -> Self {
        n.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_numbers() {
        assert!(CorporateNumber::parse("8700110005901").is_ok());
        assert!(CorporateNumber::parse("７０００－０１２０-５０００２").is_ok());
        assert_eq!(
            CorporateNumber::parse("8700110005902"),
            Err(CorporateNumberError::WrongCheckDigit { text: "8700110005902".into(), expected: 7 })
        );
        assert!(matches!(CorporateNumber::parse("123"), Err(CorporateNumberError::WrongLength { digits: 3, .. })));
        assert!(matches!(CorporateNumber::parse("T700110005901"), Err(CorporateNumberError::NotDigits(_))));
    }

    proptest! {
        #[test]
        fn a_made_up_number_is_valid_and_one_wrong_digit_is_seen(body in 0..1_000_000_000_000_u64, at in 1..13_usize, add in 1..9_u8) {
            let number = CorporateNumber::from_body(body);
            prop_assert_eq!(CorporateNumber::parse(&number.to_string()), Ok(number));
            let mut digits = number.0;
            let before = digits[at];
            digits[at] = (before + add) % 10;
            let typo: String = digits.iter().map(ToString::to_string).collect();
            // Modulo 9, 0 and 9 weigh the same: that one slip the check digit cannot see.
            let same = (before % 9) == (digits[at] % 9);
            prop_assert_eq!(CorporateNumber::parse(&typo).is_ok(), same);
        }
    }
}
