//! From text to tokens. Full-width look-alikes are folded; places stay those of the text given.

use banso_kernel::{Day, Exact, fold_width};

use super::ast::Comparison;
use super::diagnose::{error, error_with_remedy};
use super::{ExprError, Span, exact};

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) what: What,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Number {
        value: Exact,
        unit: Option<String>,
    },
    Text(String),
    /// `@"2025-04-01"`.
    Day(Day),
    /// A plain name.
    Name(String),
    /// A name in 「…」: never a keyword or a function.
    Quoted(String),
    Word(Word),
    Compare(Comparison),
    /// 以上, 以下, 未満, 超 after a value.
    Bound(Comparison),
    Plus,
    Minus,
    Star,
    Slash,
    Power,
    Open(Bracket),
    Close(Bracket),
    Comma,
    Dot,
    DotDot,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bracket {
    Round,
    Square,
}

/// Words that cannot be plain names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    And,
    Or,
    Not,
    /// でない, after what it denies.
    IsNot,
    /// である, after what it affirms.
    Is,
    If,
    Then,
    Else,
    In,
    Between,
    Some,
    Every,
    Satisfies,
    True,
    False,
}

/// Words that end a name even without a space before or after them.
const JOINTS: [(&str, Word); 8] = [
    ("かつ", Word::And),
    ("または", Word::Or),
    ("又は", Word::Or),
    ("若しくは", Word::Or),
    ("もしくは", Word::Or),
    ("ではない", Word::IsNot),
    ("でない", Word::IsNot),
    ("である", Word::Is),
];

/// Words that count only when they stand alone.
const WORDS: [(&str, Word); 18] = [
    ("and", Word::And),
    ("or", Word::Or),
    ("not", Word::Not),
    ("if", Word::If),
    ("then", Word::Then),
    ("else", Word::Else),
    ("in", Word::In),
    ("between", Word::Between),
    ("some", Word::Some),
    ("every", Word::Every),
    ("satisfies", Word::Satisfies),
    ("true", Word::True),
    ("false", Word::False),
    ("はい", Word::True),
    ("いいえ", Word::False),
    ("もし", Word::If),
    ("ならば", Word::Then),
    ("さもなければ", Word::Else),
];

/// Words after a value that make it a bound.
const BOUNDS: [(&str, Comparison); 4] =
    [("以上", Comparison::GreaterOrEqual), ("以下", Comparison::LessOrEqual), ("未満", Comparison::Less), ("超", Comparison::Greater)];

const DIGITS_MAX: usize = 19;
const FRACTION_MAX: usize = 9;

/// Reads all tokens; the last is [`What::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, ExprError> {
    let chars = text.char_indices().map(|(at, c)| Letter { at, c: fold(c), raw: c }).collect();
    let mut lexer = Lexer { text, chars, at: 0, depth: 0, found: Vec::new() };
    while lexer.step()? {}
    Ok(lexer.found)
}

/// Whether a name must stand in 「…」 to be read as one name.
pub(crate) fn needs_quotes(name: &str) -> bool {
    match tokens(name).as_deref() {
        Ok([Token { what: What::Name(read), .. }, Token { what: What::End, .. }]) => read != name,
        Ok(_) | Err(_) => true,
    }
}

/// One letter of the text, folded, with its place.
#[derive(Clone, Copy)]
struct Letter {
    at: usize,
    c: char,
    raw: char,
}

fn fold(c: char) -> char {
    match c {
        '！'..='～' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        '\u{3000}' | '\u{a0}' => ' ',
        '−' | '‐' | '‑' | '–' => '-',
        '、' => ',',
        '×' => '*',
        '÷' => '/',
        '≦' | '⩽' => '≤',
        '≧' | '⩾' => '≥',
        '“' | '”' => '"',
        '･' => '・',
        other => other,
    }
}

fn is_name_start(c: char) -> bool {
    c == '_' || (c.is_alphabetic() && !c.is_numeric()) || c == '〇'
}

fn is_name_part(c: char) -> bool {
    c == '_' || c == '・' || c.is_alphanumeric()
}

struct Lexer<'a> {
    text: &'a str,
    chars: Vec<Letter>,
    at: usize,
    /// How many brackets are open.
    depth: usize,
    found: Vec<Token>,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|l| l.c)
    }

    fn place(&self, index: usize) -> usize {
        self.chars.get(index).map_or(self.text.len(), |l| l.at)
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(self.place(start), self.place(self.at))
    }

    fn push(&mut self, what: What, start: usize) {
        let span = self.span_from(start);
        self.found.push(Token { what, span });
    }

    /// Takes `count` letters as one token.
    fn take(&mut self, count: usize, what: What) {
        let start = self.at;
        self.at += count;
        self.push(what, start);
    }

    /// One token, or the spaces and the comment before it. False at the end.
    fn step(&mut self) -> Result<bool, ExprError> {
        let Some(c) = self.peek(0) else {
            self.push(What::End, self.at);
            return Ok(false);
        };
        match c {
            c if c.is_whitespace() => self.at += 1,
            '#' => {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
            }
            '0'..='9' => self.number()?,
            '"' => {
                let text = self.quoted_text()?;
                self.push(What::Text(text.0), text.1);
            }
            '@' => self.day()?,
            '「' => self.quoted_name()?,
            c if is_name_start(c) => self.name(),
            _ => self.symbol(c)?,
        }
        Ok(true)
    }

    fn symbol(&mut self, c: char) -> Result<(), ExprError> {
        let next = self.peek(1);
        let (count, what) = match (c, next) {
            ('=', Some('=')) => (2, What::Compare(Comparison::Equal)),
            ('=', _) => (1, What::Compare(Comparison::Equal)),
            ('!', Some('=')) | ('<', Some('>')) => (2, What::Compare(Comparison::Unequal)),
            ('≠', _) => (1, What::Compare(Comparison::Unequal)),
            ('<', Some('=')) => (2, What::Compare(Comparison::LessOrEqual)),
            ('≤', _) => (1, What::Compare(Comparison::LessOrEqual)),
            ('<', _) => (1, What::Compare(Comparison::Less)),
            ('>', Some('=')) => (2, What::Compare(Comparison::GreaterOrEqual)),
            ('≥', _) => (1, What::Compare(Comparison::GreaterOrEqual)),
            ('>', _) => (1, What::Compare(Comparison::Greater)),
            ('*', Some('*')) => (2, What::Power),
            ('*', _) => (1, What::Star),
            ('/', _) => (1, What::Slash),
            ('+', _) => (1, What::Plus),
            ('-', _) => (1, What::Minus),
            (',', _) => (1, What::Comma),
            ('.', Some('.')) => (2, What::DotDot),
            ('.', _) => (1, What::Dot),
            ('(', _) => (1, What::Open(Bracket::Round)),
            (')', _) => (1, What::Close(Bracket::Round)),
            ('[', _) => (1, What::Open(Bracket::Square)),
            (']', _) => (1, What::Close(Bracket::Square)),
            _ => return Err(self.strange(c)),
        };
        match what {
            What::Open(_) => self.depth += 1,
            What::Close(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.take(count, what);
        Ok(())
    }

    fn strange(&self, c: char) -> ExprError {
        let span = Span::new(self.place(self.at), self.place(self.at + 1));
        let remedy = match c {
            '&' => ("「かつ」または and と書いてください", "write かつ or `and`"),
            '|' => ("「または」または or と書いてください", "write または or `or`"),
            '!' => ("否定は「…でない」または not(…) と書いてください", "write …でない or `not(…)`"),
            '?' | ':' => ("場合分けは if … then … else … と書いてください", "write `if … then … else …`"),
            _ => ("名前に記号を使うときは「」で囲んでください", "put names with signs in 「」"),
        };
        error_with_remedy(span, "strange-letter", (format!("「{c}」はここでは使えません"), format!("`{c}` has no meaning here")), remedy)
    }

    /// The text between two `"`, and the index where it began.
    fn quoted_text(&mut self) -> Result<(String, usize), ExprError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let letter = self.chars.get(self.at).copied();
            self.at += 1;
            match letter.map(|l| (l.c, l.raw)) {
                Some(('"', _)) => return Ok((text, start)),
                Some(('\\', _)) if matches!(self.peek(0), Some('"' | '\\')) => {
                    text.push(self.chars.get(self.at).map_or('\\', |l| l.raw));
                    self.at += 1;
                }
                Some((_, raw)) => text.push(raw),
                None => return Err(self.unclosed(start, "文字列の「\"」が閉じていません", "the text has no closing `\"`")),
            }
        }
    }

    fn unclosed(&self, start: usize, ja: &str, en: &str) -> ExprError {
        error(Span::new(self.place(start), self.text.len()), "not-closed", ja, en)
    }

    fn quoted_name(&mut self) -> Result<(), ExprError> {
        let start = self.at;
        let mut name = String::new();
        loop {
            self.at += 1;
            match self.chars.get(self.at).map(|l| l.raw) {
                Some('」') => break,
                Some(c) => name.push(c),
                None => return Err(self.unclosed(start, "「 が閉じていません（」がありません）", "the name has no closing 」")),
            }
        }
        self.at += 1;
        self.push(What::Quoted(name), start);
        Ok(())
    }

    fn day(&mut self) -> Result<(), ExprError> {
        let start = self.at;
        self.at += 1;
        if self.peek(0) != Some('"') {
            return Err(error(
                self.span_from(start),
                "not-a-day",
                "@ の後に \"2025-04-01\" のように書いてください",
                "write @\"2025-04-01\"",
            ));
        }
        let (text, _) = self.quoted_text()?;
        let day = Day::parse(&text).map_err(|_| not_a_day(self.span_from(start), &text))?;
        self.push(What::Day(day), start);
        Ok(())
    }

    /// A name, a word, or names and words written without spaces between them.
    fn name(&mut self) {
        let start = self.at;
        while self.peek(0).is_some_and(is_name_part) {
            if let Some((word, length)) = self.joint() {
                if self.at > start {
                    self.push_name(start);
                }
                self.take(length, What::Word(word));
                return;
            }
            self.at += 1;
        }
        self.push_name(start);
    }

    /// A joint at this place, and its length.
    fn joint(&self) -> Option<(Word, usize)> {
        JOINTS.iter().find(|(text, _)| self.is_here(text)).map(|(text, word)| (*word, text.chars().count()))
    }

    fn bound(&self) -> Option<(Comparison, usize)> {
        BOUNDS.iter().find(|(text, _)| self.is_here(text)).map(|(text, op)| (*op, text.chars().count()))
    }

    fn is_here(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c))
    }

    fn push_name(&mut self, start: usize) {
        let letters = self.chars.get(start..self.at).unwrap_or_default();
        let name = fold_width(&letters.iter().map(|l| l.c).collect::<String>());
        let bound = BOUNDS.iter().find(|(text, _)| *text == name).map(|(_, op)| What::Bound(*op));
        let word = WORDS.iter().find(|(text, _)| *text == name).map(|(_, word)| What::Word(*word));
        self.push(word.or(bound).unwrap_or(What::Name(name)), start);
    }

    fn number(&mut self) -> Result<(), ExprError> {
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
    fn plain_number(&mut self, start: usize, commas: &mut bool) -> Result<Exact, ExprError> {
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

pub(crate) fn not_a_day(span: Span, text: &str) -> ExprError {
    error(
        span,
        "not-a-day",
        format!("「{text}」は日付ではありません（例: 2025-04-01、令和7年4月1日）"),
        format!("`{text}` is not a day: write 2025-04-01 or 令和7年4月1日"),
    )
}

fn too_large(span: Span) -> ExprError {
    error(
        span,
        "not-a-number",
        "桁が多すぎる数です（整数部と小数部で19桁、小数は9桁まで）",
        "too many digits: 19 in all, 9 after the point",
    )
}
