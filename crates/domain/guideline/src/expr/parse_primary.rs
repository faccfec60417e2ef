//! Reading the smallest parts: literals, names, brackets, calls.

#![expect(clippy::wildcard_enum_match_arm, reason = "a reader names the tokens it takes; all others are errors")]

use banso_kernel::{Day, LocalText};

use super::ast::{Ast, Kind, Quantity};
use super::diagnose::{error, range_alone, unknown_function, wrong_arity};
use super::functions::Func;
use super::parse::{Parsed, Parser};
use super::token::{Bracket, What, Word};
use super::{Span, lex};

impl Parser {
    pub(crate) fn primary(&mut self) -> Parsed<Ast> {
        let span = self.span();
        if let Some((func, length)) = self.function_here() {
            self.at += length;
            return self.call(func, span);
        }
        let kind = match self.peek().clone() {
            What::Number { value, unit } => Kind::Number { value, unit },
            What::Text(text) => Kind::Text(text),
            What::Day(day) => Kind::Day(day),
            What::Word(Word::True) => Kind::YesNo(true),
            What::Word(Word::False) => Kind::YesNo(false),
            What::Name(name) if self.token(1).what == What::Open(Bracket::Round) => return Err(unknown_function(span, &name)),
            What::Name(name) | What::Quoted(name) => Kind::Name(name),
            What::Word(Word::Not) => return self.negation(),
            What::Open(Bracket::Round) => return self.parenthesised(),
            What::Open(Bracket::Square) => return self.list(),
            What::Word(Word::If | Word::Some | Word::Every) => {
                let mut e = self.unexpected("値", "a value");
                e.remedy = Some(LocalText::new("かっこで囲んでください", "put it in parentheses"));
                return Err(e);
            }
            _ => return Err(self.unexpected("値又は名前", "a value or a name")),
        };
        self.at += 1;
        self.make(kind, span)
    }

    fn negation(&mut self) -> Parsed<Ast> {
        let start = self.advance().span;
        self.expect_open(Bracket::Round)?;
        let inner = self.expression()?;
        let span = start.to(self.expect_close(Bracket::Round)?);
        self.make(Kind::Not(Box::new(inner)), span)
    }

    fn parenthesised(&mut self) -> Parsed<Ast> {
        if self.is_range() {
            return Err(range_alone(self.span()));
        }
        let start = self.advance().span;
        let mut inner = self.expression()?;
        inner.span = start.to(self.expect_close(Bracket::Round)?);
        Ok(inner)
    }

    fn list(&mut self) -> Parsed<Ast> {
        if self.is_range() {
            return Err(range_alone(self.span()));
        }
        let start = self.advance().span;
        let parts = if matches!(self.peek(), What::Close(_)) { Vec::new() } else { self.arguments()? };
        let span = start.to(self.expect_close(Bracket::Square)?);
        self.make(Kind::List(parts), span)
    }

    fn arguments(&mut self) -> Parsed<Vec<Ast>> {
        let mut parts = vec![self.expression()?];
        while self.eat(&What::Comma) {
            parts.push(self.expression()?);
        }
        Ok(parts)
    }

    /// A function name of up to three words with `(` after it, and how many tokens it takes.
    fn function_here(&self) -> Option<(Func, usize)> {
        (1..=3).rev().find_map(|length| {
            if self.token(length).what != What::Open(Bracket::Round) {
                return None;
            }
            let words: Option<Vec<&str>> = (0..length).map(|i| word_of(&self.token(i).what)).collect();
            Func::named(&words?.join(" ")).map(|func| (func, length))
        })
    }

    fn call(&mut self, func: Func, start: Span) -> Parsed<Ast> {
        self.expect_open(Bracket::Round)?;
        let arguments = if matches!(self.peek(), What::Close(_)) { Vec::new() } else { self.arguments()? };
        let span = start.to(self.expect_close(Bracket::Round)?);
        let (least, most) = func.arity();
        if arguments.len() < least || arguments.len() > most {
            return Err(wrong_arity(span, func, arguments.len()));
        }
        self.called(func, arguments, span)
    }

    /// Forms that look like functions: `date("…")`, `いずれか(一覧, 条件)`.
    fn called(&self, func: Func, mut arguments: Vec<Ast>, span: Span) -> Parsed<Ast> {
        let quantity = match func {
            Func::Any if arguments.len() == 2 => Quantity::Some,
            Func::All if arguments.len() == 2 => Quantity::Every,
            Func::Date => return self.date(&arguments, span),
            _ => return self.make(Kind::Call(func, arguments), span),
        };
        match (arguments.pop(), arguments.pop()) {
            (Some(body), Some(list)) => {
                self.make(Kind::Quantified { quantity, variable: None, list: Box::new(list), body: Box::new(body) }, span)
            }
            _ => Err(wrong_arity(span, func, 0)),
        }
    }

    fn date(&self, arguments: &[Ast], span: Span) -> Parsed<Ast> {
        match arguments {
            [Ast { kind: Kind::Text(text), span: at, .. }] => {
                let day = Day::parse(text).map_err(|_| lex::not_a_day(*at, text))?;
                self.make(Kind::Day(day), span)
            }
            _ => Err(error(span, "not-a-day", "date(\"2025-04-01\") のように書いてください", "write date(\"2025-04-01\")")),
        }
    }
}

/// A token as part of a function's name.
fn word_of(what: &What) -> Option<&str> {
    match what {
        What::Name(name) => Some(name),
        What::Word(Word::Between) => Some("between"),
        _ => None,
    }
}
