//! From tokens to expressions: a precedence parser with a bound on nesting.

#![expect(clippy::wildcard_enum_match_arm, reason = "a reader names the tokens it takes; all others are errors")]

use super::ast::{Arithmetic, Ast, CellTests, Edge, Kind, Quantity, Test};
use super::diagnose::{Trouble, chained, error, error_with_remedy, too_deep};
use super::token::{Bracket, Token, What, Word};
use super::{NESTING_MAX, Span, TEXT_MAX, lex};

pub(crate) type Parsed<T> = Result<T, Trouble>;

/// Reads a whole expression.
pub(crate) fn expression(text: &str) -> Parsed<Ast> {
    let mut parser = Parser::of(text)?;
    let ast = parser.expression()?;
    parser.must_end()?;
    Ok(ast)
}

/// Reads the cell of a table. Blank and `-` accept everything.
pub(crate) fn cell(text: &str) -> Parsed<CellTests> {
    if matches!(text.trim(), "" | "-" | "－" | "ー" | "—" | "―" | "–" | "‐" | "−") {
        return Ok(CellTests::Any);
    }
    let mut parser = Parser::of(text)?;
    let tests = if parser.eat_word(Word::Not) {
        parser.expect_open(Bracket::Round)?;
        let tests = parser.tests()?;
        parser.expect_close(Bracket::Round)?;
        CellTests::NoneOf(tests)
    } else {
        CellTests::OneOf(parser.tests()?)
    };
    parser.must_end()?;
    Ok(tests)
}

pub(crate) struct Parser {
    pub(crate) tokens: Vec<Token>,
    pub(crate) at: usize,
    depth: u32,
    end: Token,
}

impl Parser {
    fn of(text: &str) -> Parsed<Parser> {
        if text.len() > TEXT_MAX {
            return Err(error_with_remedy(
                Span::new(0, text.len()),
                "too-long",
                (format!("式が長すぎます（{TEXT_MAX}バイトまで）"), format!("the expression is longer than {TEXT_MAX} bytes")),
                ("定義に分けてください", "split it into definitions"),
            ));
        }
        let tokens = lex::tokens(text)?;
        let end = Token { what: What::End, span: Span::new(text.len(), text.len()) };
        Ok(Parser { tokens, at: 0, depth: 0, end })
    }

    pub(crate) fn token(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).unwrap_or(&self.end)
    }

    pub(crate) fn peek(&self) -> &What {
        &self.token(0).what
    }

    pub(crate) fn span(&self) -> Span {
        self.token(0).span
    }

    pub(crate) fn advance(&mut self) -> Token {
        let token = self.token(0).clone();
        self.at += 1;
        token
    }

    pub(crate) fn eat(&mut self, what: &What) -> bool {
        let found = self.peek() == what;
        if found {
            self.at += 1;
        }
        found
    }

    pub(crate) fn eat_word(&mut self, word: Word) -> bool {
        self.eat(&What::Word(word))
    }

    fn must_end(&self) -> Parsed<()> {
        match self.peek() {
            What::End => Ok(()),
            What::Compare(_) => Err(chained(self.span())),
            _ => Err(self.unexpected("式の終わり", "the end of the expression")),
        }
    }

    pub(crate) fn unexpected(&self, ja: &str, en: &str) -> Trouble {
        let span = self.span();
        if *self.peek() == What::End {
            return error(
                span,
                "unexpected",
                format!("式が途中で終わっています（{ja}が必要です）"),
                format!("the expression stops before {en}"),
            );
        }
        error(span, "unexpected", format!("ここには{ja}が必要です"), format!("{en} is expected here"))
    }

    pub(crate) fn expect_open(&mut self, bracket: Bracket) -> Parsed<Span> {
        let span = self.span();
        if self.eat(&What::Open(bracket)) { Ok(span) } else { Err(self.unexpected("「(」", "`(`")) }
    }

    pub(crate) fn expect_close(&mut self, bracket: Bracket) -> Parsed<Span> {
        let span = self.span();
        if self.eat(&What::Close(bracket)) {
            return Ok(span);
        }
        Err(match bracket {
            Bracket::Round => self.unexpected("「)」", "`)`"),
            Bracket::Square => self.unexpected("「]」", "`]`"),
        })
    }

    fn expect_word(&mut self, word: Word, text: &str) -> Parsed<()> {
        if self.eat_word(word) { Ok(()) } else { Err(self.unexpected(&format!("「{text}」"), &format!("`{text}`"))) }
    }

    /// Makes an expression, unless it would be nested too deep.
    pub(crate) fn make(&self, kind: Kind, span: Span) -> Parsed<Ast> {
        let height = 1 + kind.children().iter().map(|c| c.height).max().unwrap_or(0);
        if height > NESTING_MAX { Err(too_deep(span)) } else { Ok(Ast { kind, span, height }) }
    }

    pub(crate) fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= NESTING_MAX {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn expression(&mut self) -> Parsed<Ast> {
        self.nested(|p| match p.peek() {
            What::Word(Word::If) => p.conditional(),
            What::Word(Word::Some | Word::Every) => p.quantified(),
            _ => p.disjunction(),
        })
    }

    fn conditional(&mut self) -> Parsed<Ast> {
        let start = self.advance().span;
        let condition = self.expression()?;
        self.expect_word(Word::Then, "then")?;
        let then = self.expression()?;
        self.expect_word(Word::Else, "else")?;
        let otherwise = self.expression()?;
        let span = start.to(otherwise.span);
        self.make(Kind::If(Box::new(condition), Box::new(then), Box::new(otherwise)), span)
    }

    fn quantified(&mut self) -> Parsed<Ast> {
        let token = self.advance();
        let quantity = if token.what == What::Word(Word::Every) { Quantity::Every } else { Quantity::Some };
        let (variable, _) = self.any_name()?;
        self.expect_word(Word::In, "in")?;
        let list = self.sum()?;
        self.expect_word(Word::Satisfies, "satisfies")?;
        let body = self.expression()?;
        let span = token.span.to(body.span);
        self.make(Kind::Quantified { quantity, variable: Some(variable), list: Box::new(list), body: Box::new(body) }, span)
    }

    pub(crate) fn any_name(&mut self) -> Parsed<(String, Span)> {
        let span = self.span();
        match self.peek().clone() {
            What::Name(name) | What::Quoted(name) => {
                self.at += 1;
                Ok((name, span))
            }
            _ => Err(self.unexpected("名前", "a name")),
        }
    }

    fn disjunction(&mut self) -> Parsed<Ast> {
        let parts = self.separated(Word::Or, Self::conjunction)?;
        self.joined(parts, Kind::Or)
    }

    fn conjunction(&mut self) -> Parsed<Ast> {
        let parts = self.separated(Word::And, Self::comparison)?;
        self.joined(parts, Kind::And)
    }

    fn separated(&mut self, word: Word, read: fn(&mut Self) -> Parsed<Ast>) -> Parsed<Vec<Ast>> {
        let mut parts = vec![read(self)?];
        loop {
            // `、かつ` and `、又は` as sentences have them.
            let comma = *self.peek() == What::Comma && self.token(1).what == What::Word(word);
            self.at += usize::from(comma);
            if !self.eat_word(word) {
                return Ok(parts);
            }
            parts.push(if matches!(self.peek(), What::Word(Word::If | Word::Some | Word::Every)) {
                self.expression()?
            } else {
                read(self)?
            });
        }
    }

    fn joined(&self, mut parts: Vec<Ast>, kind: fn(Vec<Ast>) -> Kind) -> Parsed<Ast> {
        let span = parts.iter().map(|p| p.span).reduce(Span::to).unwrap_or_default();
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => Ok(only),
            (_, last) => {
                parts.extend(last);
                self.make(kind(parts), span)
            }
        }
    }

    fn comparison(&mut self) -> Parsed<Ast> {
        let left = self.sum()?;
        let compared = match self.peek().clone() {
            What::Compare(op) => {
                self.at += 1;
                let right = self.sum()?;
                let span = left.span.to(right.span);
                self.make(Kind::Compare(op, Box::new(left), Box::new(right)), span)?
            }
            What::Word(Word::Between) => {
                self.at += 1;
                let low = self.sum()?;
                self.expect_word(Word::And, "and")?;
                let high = self.sum()?;
                let span = left.span.to(high.span);
                let range = Test::Range { low, from: Edge::Included, high, to: Edge::Included };
                self.make(Kind::In(Box::new(left), vec![range]), span)?
            }
            What::Word(Word::In) => {
                self.at += 1;
                let tests = self.membership()?;
                let span = left.span.to(self.before());
                self.make(Kind::In(Box::new(left), tests), span)?
            }
            _ => return Ok(left),
        };
        match self.peek() {
            What::Compare(_) | What::Word(Word::In | Word::Between) => Err(chained(self.span())),
            _ => Ok(compared),
        }
    }

    /// The place of the token just read.
    fn before(&self) -> Span {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(Span::default(), |t| t.span)
    }

    pub(crate) fn sum(&mut self) -> Parsed<Ast> {
        let mut left = self.product()?;
        loop {
            let op = match self.peek() {
                What::Plus => Arithmetic::Add,
                What::Minus => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.product()?;
            left = self.arithmetic(op, left, right)?;
        }
    }

    fn product(&mut self) -> Parsed<Ast> {
        let mut left = self.signed()?;
        loop {
            let op = match self.peek() {
                What::Star => Arithmetic::Multiply,
                What::Slash => Arithmetic::Divide,
                _ => return Ok(left),
            };
            self.at += 1;
            let right = self.signed()?;
            left = self.arithmetic(op, left, right)?;
        }
    }

    fn arithmetic(&self, op: Arithmetic, left: Ast, right: Ast) -> Parsed<Ast> {
        let span = left.span.to(right.span);
        self.make(Kind::Arithmetic(op, Box::new(left), Box::new(right)), span)
    }

    fn signed(&mut self) -> Parsed<Ast> {
        if *self.peek() != What::Minus {
            let base = self.postfix()?;
            return self.power(base);
        }
        let start = self.advance().span;
        let operand = self.nested(|p| if *p.peek() == What::Minus { p.signed() } else { p.postfix() })?;
        if *self.peek() == What::Power {
            return Err(error_with_remedy(
                self.span(),
                "ambiguous-minus",
                ("負号とべき乗の順序が分かりません".into(), "minus and power could go in either order".into()),
                ("(-x)**2 又は -(x**2) と書いてください", "write (-x)**2 or -(x**2)"),
            ));
        }
        let span = start.to(operand.span);
        self.make(Kind::Negate(Box::new(operand)), span)
    }

    fn power(&mut self, base: Ast) -> Parsed<Ast> {
        let mut left = base;
        while self.eat(&What::Power) {
            let right = self.postfix()?;
            left = self.arithmetic(Arithmetic::Power, left, right)?;
        }
        Ok(left)
    }

    fn postfix(&mut self) -> Parsed<Ast> {
        let mut base = self.primary()?;
        loop {
            match self.peek() {
                What::Dot => {
                    self.at += 1;
                    let (name, span) = self.any_name()?;
                    let span = base.span.to(span);
                    base = self.make(Kind::Path(Box::new(base), name), span)?;
                }
                What::Open(Bracket::Square) => {
                    self.at += 1;
                    let condition = self.expression()?;
                    let span = base.span.to(self.expect_close(Bracket::Square)?);
                    base = self.make(Kind::Filter(Box::new(base), Box::new(condition)), span)?;
                }
                What::Word(Word::IsNot) => {
                    let span = base.span.to(self.advance().span);
                    base = self.make(Kind::Not(Box::new(base)), span)?;
                }
                What::Word(Word::Is) => self.at += 1,
                _ => return Ok(base),
            }
        }
    }
}
