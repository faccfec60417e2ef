//! Tokens, and the words that are not names.

use banso_kernel::{Day, Exact};

use super::Span;
use super::ast::Comparison;

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
pub(crate) const JOINTS: [(&str, Word); 8] = [
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
pub(crate) const WORDS: [(&str, Word); 18] = [
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
pub(crate) const BOUNDS: [(&str, Comparison); 4] =
    [("以上", Comparison::GreaterOrEqual), ("以下", Comparison::LessOrEqual), ("未満", Comparison::Less), ("超", Comparison::Greater)];
