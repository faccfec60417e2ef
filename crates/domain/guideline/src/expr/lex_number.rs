//! Numbers as people write them in Japan: `4,500万円`, `15億1円`, `7.5%`, `500円/人`.

use banso_kernel::{Exact, fold_width};

use super::diagnose::{Trouble, error, error_with_remedy};
use super::lex::{Lexer, is_name_part};
use super::token::What;
use super::{Span, exact};

const DIGITS_MAX: usize = 19;
const FRACTION_MAX: usize = 9;

impl Lexer<'_> {
    pub(crate) fn number(&mut self) -> Result<(), Trouble> {
        let start = self.at;
        let mut total = Exact::from_integer(0);
        let mut last = i128::MAX;
        let (mut commas, mut scaled) = (false, false);
        loop {
            let part = self.plain_number(start, &mut commas)?;
            let scale = self.scale();
            if scale >= last {
                return Err(error(
                    self.span_from(start),
                    "not-a-number",
                    "億・万などの順序が正しくありません",
                    "億, 万 … stand in the wrong order",
                ));
            }
            let scaled_part = exact::multiply(part, Exact::from_integer(scale));
            let sum = scaled_part.and_then(|p| exact::add(total, p));
            total = sum.ok_or_else(|| too_large(self.span_from(start)))?;
            last = scale;
            scaled |= scale > 1;
            if scale == 1 || !self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
                break;
            }
        }
        let unit = self.unit();
        if unit.as_deref() == Some("%") {
            total = exact::divide(total, Exact::from_integer(100)).ok_or_else(|| too_large(self.span_from(start)))?;
        }
        if commas && !scaled && unit.is_none() && self.depth > 0 {
            return Err(error_with_remedy(
                self.span_from(start),
                "ambiguous-comma",
                ("桁区切りか項目の区切りか分かりません".into(), "this comma could group digits or separate values".into()),
                (
                    "桁区切りなら取り、区切りなら後に空白を置いてください（1200／1, 200）",
                    "write 1200, or put a space after the comma: 1, 200",
                ),
            ));
        }
        self.push(What::Number { value: total, unit }, start);
        if let Some((op, length)) = self.bound() {
            self.take(length, What::Bound(op));
        }
        Ok(())
    }

    /// Digits with grouping commas and a fraction.
    fn plain_number(&mut self, start: usize, commas: &mut bool) -> Result<Exact, Trouble> {
        let mut digits = String::new();
        let mut group = 0;
        loop {
            match self.peek(0) {
                Some(c @ '0'..='9') => {
                    digits.push(c);
                    group += 1;
                    self.at += 1;
                }
                Some(',') if (1..=3).contains(&group) && self.three_digits_follow() => {
                    *commas = true;
                    group = 0;
                    self.at += 1;
                }
                Some(',') if self.four_digits_follow() => return Err(bad_groups(self.span_from(start))),
                _ => break,
            }
        }
        let mut fraction = 0;
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            while let Some(c @ '0'..='9') = self.peek(0) {
                digits.push(c);
                fraction += 1;
                self.at += 1;
            }
        }
        if digits.len() > DIGITS_MAX || fraction > FRACTION_MAX {
            return Err(too_large(self.span_from(start)));
        }
        let whole: i128 = digits.parse().map_err(|_| too_large(self.span_from(start)))?;
        let scale = u32::try_from(fraction).ok().and_then(|f| 10_i128.checked_pow(f)).unwrap_or(1);
        Ok(Exact::new(whole, scale))
    }

    /// A comma (not 、) with exactly three digits after it.
    fn three_digits_follow(&self) -> bool {
        let digit = |ahead| self.peek(ahead).is_some_and(|c| c.is_ascii_digit());
        let comma = self.chars.get(self.at).is_some_and(|l| l.raw != '、');
        comma && digit(1) && digit(2) && digit(3) && !digit(4)
    }

    /// A comma with more than three digits after it: a slip in the grouping.
    fn four_digits_follow(&self) -> bool {
        let comma = self.chars.get(self.at).is_some_and(|l| l.raw != '、');
        comma && (1..=4).all(|ahead| self.peek(ahead).is_some_and(|c| c.is_ascii_digit()))
    }

    /// 千, 百万, 万, 億 … after digits; 1 when there is none.
    fn scale(&mut self) -> i128 {
        let mut scale = 1;
        for (letter, small) in [('千', 1_000), ('百', 100), ('十', 10)] {
            if self.peek(0) == Some(letter) {
                scale = small;
                self.at += 1;
                break;
            }
        }
        for (letter, large) in [('兆', 1_000_000_000_000), ('億', 100_000_000), ('万', 10_000)] {
            if self.peek(0) == Some(letter) {
                self.at += 1;
                return scale * large;
            }
        }
        scale
    }

    /// The unit written right after a number: `円`, `%`, `円/人`.
    fn unit(&mut self) -> Option<String> {
        if self.peek(0) == Some('%') {
            self.at += 1;
            return Some("%".to_owned());
        }
        let start = self.at;
        while self.peek(0).is_some_and(is_name_part) && self.joint().is_none() && self.bound().is_none() {
            self.at += 1;
        }
        if self.at == start {
            return None;
        }
        if self.is_here("/人") && !self.peek(2).is_some_and(is_name_part) {
            self.at += 2;
        }
        let letters = self.chars.get(start..self.at).unwrap_or_default();
        Some(fold_width(&letters.iter().map(|l| l.c).collect::<String>()))
    }
}

fn bad_groups(span: Span) -> Trouble {
    error_with_remedy(
        span,
        "not-a-number",
        ("桁区切りの後の数字が3桁ではありません".into(), "the digits after the grouping comma are not three".into()),
        ("桁区切りは3桁ごとに置いてください（4,500万円）", "group digits by three: 4,500万円"),
    )
}

fn too_large(span: Span) -> Trouble {
    error(
        span,
        "not-a-number",
        "桁が多すぎる数です（整数部と小数部で19桁、小数は9桁まで）",
        "too many digits: 19 in all, 9 after the point",
    )
}
