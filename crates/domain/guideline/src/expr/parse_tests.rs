//! Reading tests: what follows `in`, and what stands in the cells of tables.

#![expect(clippy::wildcard_enum_match_arm, reason = "a reader names the tokens it takes; all others are errors")]

use super::ast::{Ast, Comparison, Edge, Test};
use super::parse::{Parsed, Parser};
use super::token::{Bracket, What, Word};

impl Parser {
    /// What follows `in`: a range, a bracketed list of tests, or one test.
    pub(crate) fn membership(&mut self) -> Parsed<Vec<Test>> {
        let bracket = match self.peek() {
            What::Open(bracket) if !self.is_range() => *bracket,
            _ => return Ok(vec![self.test()?]),
        };
        self.at += 1;
        let tests = self.nested(Self::tests)?;
        self.expect_close(bracket)?;
        Ok(tests)
    }

    pub(crate) fn tests(&mut self) -> Parsed<Vec<Test>> {
        let mut tests = vec![self.test()?];
        while self.eat(&What::Comma) || self.eat_word(Word::Or) {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Parsed<Test> {
        match self.peek().clone() {
            What::Compare(op) => {
                self.at += 1;
                Ok(Test::Compare(op, self.sum()?))
            }
            What::Open(bracket) if self.is_range() => self.range(bracket),
            _ => {
                let value = self.sum()?;
                match self.peek().clone() {
                    What::Bound(op) => {
                        self.at += 1;
                        self.bounded(value, op)
                    }
                    _ => Ok(Test::Value(value)),
                }
            }
        }
    }

    /// After `2年以上`: perhaps `3年以下`.
    fn bounded(&mut self, low: Ast, op: Comparison) -> Parsed<Test> {
        let from = match op {
            Comparison::GreaterOrEqual => Edge::Included,
            Comparison::Greater => Edge::Excluded,
            Comparison::Equal | Comparison::Unequal | Comparison::Less | Comparison::LessOrEqual => return Ok(Test::Compare(op, low)),
        };
        if !matches!(self.peek(), What::Number { .. }) {
            return Ok(Test::Compare(op, low));
        }
        let high = self.sum()?;
        let to = match self.peek() {
            What::Bound(Comparison::LessOrEqual) => Edge::Included,
            What::Bound(Comparison::Less) => Edge::Excluded,
            _ => return Err(self.unexpected("「以下」又は「未満」", "以下 or 未満")),
        };
        self.at += 1;
        Ok(Test::Range { low, from, high, to })
    }

    fn range(&mut self, bracket: Bracket) -> Parsed<Test> {
        self.at += 1;
        let from = if bracket == Bracket::Square { Edge::Included } else { Edge::Excluded };
        let low = self.sum()?;
        if !self.eat(&What::DotDot) {
            return Err(self.unexpected("「..」", "`..`"));
        }
        let high = self.sum()?;
        let to = match self.peek() {
            What::Close(Bracket::Square) => Edge::Included,
            What::Close(Bracket::Round) => Edge::Excluded,
            _ => return Err(self.unexpected("「]」又は「)」", "`]` or `)`")),
        };
        self.at += 1;
        Ok(Test::Range { low, from, high, to })
    }

    /// Whether the bracket here opens a range: `..` directly inside it.
    pub(crate) fn is_range(&self) -> bool {
        let mut depth = 0_usize;
        for token in self.tokens.iter().skip(self.at) {
            match token.what {
                What::Open(_) => depth += 1,
                What::Close(_) if depth <= 1 => return false,
                What::Close(_) => depth -= 1,
                What::DotDot if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }
}
