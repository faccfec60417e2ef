//! From tokens to expressions: a precedence parser with a bound on nesting.

use banso_kernel::{Day, LocalText};

use super::ast::{Arithmetic, Ast, CellTests, Comparison, Edge, Kind, Quantity, Test};
use super::diagnose::{did_you_mean, error, error_with_remedy, likely};
use super::functions::Func;
use super::lex::{self, Bracket, Token, What, Word};
use super::{ExprError, NESTING_MAX, Span, TEXT_MAX};

type Parsed<T> = Result<T, ExprError>;

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

struct Parser {
    tokens: Vec<Token>,
    at: usize,
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

    fn token(&self, ahead: usize) -> &Token {
        self.tokens.get(self.at + ahead).unwrap_or(&self.end)
    }

    fn peek(&self) -> &What {
        &self.token(0).what
    }

    fn span(&self) -> Span {
        self.token(0).span
    }

    fn advance(&mut self) -> Token {
        let token = self.token(0).clone();
        self.at += 1;
        token
    }

    fn eat(&mut self, what: &What) -> bool {
        let found = self.peek() == what;
        if found {
            self.at += 1;
        }
        found
    }

    fn eat_word(&mut self, word: Word) -> bool {
        self.eat(&What::Word(word))
    }

    fn must_end(&self) -> Parsed<()> {
        match self.peek() {
            What::End => Ok(()),
            What::Compare(_) => Err(chained(self.span())),
            _ => Err(self.unexpected("式の終わり", "the end of the expression")),
        }
    }

    fn unexpected(&self, ja: &str, en: &str) -> ExprError {
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

    fn expect_open(&mut self, bracket: Bracket) -> Parsed<Span> {
        let span = self.span();
        if self.eat(&What::Open(bracket)) { Ok(span) } else { Err(self.unexpected("「(」", "`(`")) }
    }

    fn expect_close(&mut self, bracket: Bracket) -> Parsed<Span> {
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
    fn make(&self, kind: Kind, span: Span) -> Parsed<Ast> {
        let height = 1 + kind.children().iter().map(|c| c.height).max().unwrap_or(0);
        if height > NESTING_MAX { Err(too_deep(span)) } else { Ok(Ast { kind, span, height }) }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= NESTING_MAX {
            return Err(too_deep(self.span()));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn expression(&mut self) -> Parsed<Ast> {
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

    fn any_name(&mut self) -> Parsed<(String, Span)> {
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

    /// What follows `in`: a range, a bracketed list of tests, or one test.
    fn membership(&mut self) -> Parsed<Vec<Test>> {
        let bracket = match self.peek() {
            What::Open(bracket) if !self.is_range() => *bracket,
            _ => return Ok(vec![self.test()?]),
        };
        self.at += 1;
        let tests = self.nested(Self::tests)?;
        self.expect_close(bracket)?;
        Ok(tests)
    }

    fn tests(&mut self) -> Parsed<Vec<Test>> {
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
    fn is_range(&self) -> bool {
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

    fn sum(&mut self) -> Parsed<Ast> {
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

    fn primary(&mut self) -> Parsed<Ast> {
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

fn wrong_arity(span: Span, func: Func, found: usize) -> ExprError {
    let (least, most) = func.arity();
    let wanted = if least == most { least.to_string() } else { format!("{least}〜{most}") };
    error(
        span,
        "wrong-arity",
        format!("「{}」の引数は{wanted}個です（{found}個あります）", func.name()),
        format!("`{}` takes {} arguments, not {found}", func.name(), wanted.replace('〜', " to ")),
    )
}

fn unknown_function(span: Span, name: &str) -> ExprError {
    let e = error(span, "unknown-function", format!("「{name}」という関数はありません"), format!("there is no function `{name}`"));
    did_you_mean(e, &likely(name, Func::all_names()), ("関数の一覧を確認してください", "see the list of functions"))
}

fn chained(span: Span) -> ExprError {
    error_with_remedy(
        span,
        "chained-comparison",
        ("比較を続けて書くことはできません".into(), "comparisons cannot be chained".into()),
        ("a <= x かつ x <= b、又は x in [a..b] と書いてください", "write a <= x and x <= b, or x in [a..b]"),
    )
}

fn range_alone(span: Span) -> ExprError {
    error_with_remedy(
        span,
        "range-alone",
        ("範囲は in の後か表の欄にだけ書けます".into(), "a range stands only after `in` or in a table cell".into()),
        ("x in [a..b] と書いてください", "write x in [a..b]"),
    )
}

fn too_deep(span: Span) -> ExprError {
    error_with_remedy(
        span,
        "too-deep",
        (format!("入れ子が深すぎます（{NESTING_MAX}段まで）"), format!("nested deeper than {NESTING_MAX}")),
        ("定義に分けてください", "split it into definitions"),
    )
}
