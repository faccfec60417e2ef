//! From text to tokens. Full-width look-alikes are folded; places stay those of the text given.

#![expect(clippy::wildcard_enum_match_arm, reason = "a reader names the tokens it takes; all others are errors")]

use banso_kernel::{Day, fold_width};

use super::Span;
use super::ast::Comparison;
use super::diagnose::{Trouble, error, error_with_remedy};
use super::token::{BOUNDS, Bracket, JOINTS, Token, WORDS, What, Word};

/// Reads all tokens; the last is [`What::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Trouble> {
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
pub(crate) struct Letter {
    pub(crate) at: usize,
    pub(crate) c: char,
    pub(crate) raw: char,
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

pub(crate) fn is_name_part(c: char) -> bool {
    c == '_' || c == '・' || c.is_alphanumeric()
}

pub(crate) struct Lexer<'a> {
    text: &'a str,
    pub(crate) chars: Vec<Letter>,
    pub(crate) at: usize,
    /// How many brackets are open.
    pub(crate) depth: usize,
    found: Vec<Token>,
}

impl Lexer<'_> {
    pub(crate) fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).map(|l| l.c)
    }

    fn place(&self, index: usize) -> usize {
        self.chars.get(index).map_or(self.text.len(), |l| l.at)
    }

    pub(crate) fn span_from(&self, start: usize) -> Span {
        Span::new(self.place(start), self.place(self.at))
    }

    pub(crate) fn push(&mut self, what: What, start: usize) {
        let span = self.span_from(start);
        self.found.push(Token { what, span });
    }

    /// Takes `count` letters as one token.
    pub(crate) fn take(&mut self, count: usize, what: What) {
        let start = self.at;
        self.at += count;
        self.push(what, start);
    }

    /// One token, or the spaces and the comment before it. False at the end.
    fn step(&mut self) -> Result<bool, Trouble> {
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

    fn symbol(&mut self, c: char) -> Result<(), Trouble> {
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

    fn strange(&self, c: char) -> Trouble {
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
    fn quoted_text(&mut self) -> Result<(String, usize), Trouble> {
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

    fn unclosed(&self, start: usize, ja: &str, en: &str) -> Trouble {
        error(Span::new(self.place(start), self.text.len()), "not-closed", ja, en)
    }

    fn quoted_name(&mut self) -> Result<(), Trouble> {
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

    fn day(&mut self) -> Result<(), Trouble> {
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
    pub(crate) fn joint(&self) -> Option<(Word, usize)> {
        JOINTS.iter().find(|(text, _)| self.is_here(text)).map(|(text, word)| (*word, text.chars().count()))
    }

    pub(crate) fn bound(&self) -> Option<(Comparison, usize)> {
        BOUNDS.iter().find(|(text, _)| self.is_here(text)).map(|(text, op)| (*op, text.chars().count()))
    }

    pub(crate) fn is_here(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek(i) == Some(c))
    }

    fn push_name(&mut self, start: usize) {
        let letters = self.chars.get(start..self.at).unwrap_or_default();
        let name = fold_width(&letters.iter().map(|l| l.c).collect::<String>());
        let bound = BOUNDS.iter().find(|(text, _)| *text == name).map(|(_, op)| What::Bound(*op));
        let word = WORDS.iter().find(|(text, _)| *text == name).map(|(_, word)| What::Word(*word));
        self.push(word.or(bound).unwrap_or(What::Name(name)), start);
    }
}

pub(crate) fn not_a_day(span: Span, text: &str) -> Trouble {
    error(
        span,
        "not-a-day",
        format!("「{text}」は日付ではありません（例: 2025-04-01、令和7年4月1日）"),
        format!("`{text}` is not a day: write 2025-04-01 or 令和7年4月1日"),
    )
}
