//! The outline of a guideline: its numbered clauses, and the marked tables and fenced blocks under each.

use crate::markdown::{Fence, Piece, Table};
use crate::model::{Clause, ClauseId};
use crate::problem::{Code, Problem, Span};
use crate::rules::key_twice;
use crate::words::{Entry, Words, entries, local};

macro_rules! kinds {
    ($(#[$doc:meta])* $enum:ident { $($(#[$about:meta])* $name:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum $enum { $($(#[$about])* $name),* }

        impl $enum {
            pub(crate) const ALL: &'static [(&'static str, $enum)] = &[$(($text, $enum::$name)),*];

            fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(w, _)| *w == word).map(|(_, k)| *k)
            }
        }
    };
}

kinds! {
    /// What a table after a 【…】 line is.
    TableKind {
        Constants = "定数",
        Decision = "決定表",
        Tracks = "申請枠",
        Fields = "様式",
        Consortium = "共同体",
        Budget = "経費",
        Documents = "提出書類",
        Kpis = "指標",
        Sheet = "採点表",
        Selection = "選定",
        Bonus = "加点",
        Conditions = "交付条件",
        Duties = "報告等",
        /// Figures and days of the time after the decision.
        After = "交付決定後",
        Examples = "検証例",
        /// Words of a sector: only in a text of sectors.
        Words = "語",
    }
}

impl TableKind {
    /// The word in its mark.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(w, _)| *w)
    }
}

kinds! {
    /// What a fenced block is.
    BlockKind {
        Rule = "要件",
        Definition = "定義",
        Amount = "補助額",
        Audience = "案内対象",
        Example = "検証例",
    }
}

/// The line before a table that says what it is: `【様式：研究開発計画】識別子: plan、記入: 代表者`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub kind: TableKind,
    pub argument: Option<Words>,
    pub options: Vec<Entry>,
    pub at: Span,
}

impl Mark {
    pub(crate) fn option(&self, key: &str) -> Option<&Words> {
        self.options.iter().find(|e| e.key.text == key).map(|e| &e.value)
    }

    /// Complains about options that this kind of table does not have.
    pub(crate) fn only(&self, known: &[&str], problems: &mut Vec<Problem>) {
        for (i, option) in self.options.iter().enumerate() {
            let earlier = self.options.iter().take(i).find(|e| e.key.text == option.key.text);
            problems.extend(earlier.map(|first| key_twice(first, option)));
        }
        for option in self.options.iter().filter(|e| !known.contains(&e.key.text.as_str())) {
            problems.push(
                Problem::error(
                    Code::UnknownKey,
                    option.key.at,
                    format!("【{}】に「{}」という指定はありません。", self.kind.word(), option.key.text),
                    format!("【{}】 has no option `{}`.", self.kind.word(), option.key.text),
                )
                .suggest(&option.key.text, known.iter().copied()),
            );
        }
    }
}

/// A part of the text that runs, and the clause it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Table { mark: Mark, table: Table, clause: ClauseId },
    Block { kind: BlockKind, argument: Words, fence: Fence, clause: ClauseId },
}

/// A clause and the span of its own text: from its heading to the next heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub clause: Clause,
    pub heading: Span,
    pub text: Span,
}

pub(crate) struct Outline {
    pub clauses: Vec<Placed>,
    pub parts: Vec<Part>,
}

/// Finds clauses and running parts.
pub(crate) fn read(source: &str, pieces: &[Piece], problems: &mut Vec<Problem>) -> Outline {
    let mut walk = Walk { source, problems, clauses: Vec::new(), parts: Vec::new(), numbers: Vec::new(), here: None };
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        index += walk.step(piece, pieces.get(index + 1));
    }
    walk.close(source.len());
    Outline { clauses: walk.clauses, parts: walk.parts }
}

/// The running parts among some pieces that all stand in one clause.
pub(crate) fn parts_under(source: &str, pieces: &[Piece], clause: &str, problems: &mut Vec<Problem>) -> Vec<Part> {
    let here = Some(clause.to_owned());
    let mut walk = Walk { source, problems, clauses: Vec::new(), parts: Vec::new(), numbers: Vec::new(), here };
    let mut index = 0;
    while let Some(piece) = pieces.get(index) {
        index += walk.step(piece, pieces.get(index + 1));
    }
    walk.parts
}

struct Walk<'a> {
    source: &'a str,
    problems: &'a mut Vec<Problem>,
    clauses: Vec<Placed>,
    parts: Vec<Part>,
    /// Numbers of the clauses so far, e.g. `[3, 2]`.
    numbers: Vec<(Vec<u32>, Span)>,
    /// The clause that the text stands in; none before the first and under an unnumbered heading.
    here: Option<ClauseId>,
}

impl Walk<'_> {
    /// Reads one piece (two, for a mark and its table); says how many.
    fn step(&mut self, piece: &Piece, next: Option<&Piece>) -> usize {
        if let (Piece::Heading { text, at, .. } | Piece::Paragraph { text, at, .. }, Some(Piece::Table(_))) = (piece, next) {
            self.stray_mark(text, *at);
        }
        match piece {
            Piece::Heading { level, text, at } => self.heading(*level, text, *at),
            Piece::Paragraph { text, at, .. } if text.starts_with('【') => {
                if let Some(mark) = self.mark(text, *at, next) {
                    return self.marked(mark, next);
                }
            }
            Piece::Fence(fence) if !fence.info.is_empty() => self.block(fence),
            Piece::Table(table) => self.unmarked(table),
            Piece::Paragraph { .. } | Piece::Quote { .. } | Piece::Fence(_) | Piece::Prose { .. } => {}
        }
        1
    }

    fn close(&mut self, end: usize) {
        if let Some(last) = self.clauses.last_mut()
            && last.text.end == 0
        {
            last.text.end = end;
        }
    }

    fn heading(&mut self, level: u8, text: &str, at: Span) {
        let line_start = self.source.get(..at.start).and_then(|s| s.rfind('\n')).map_or(0, |i| i + 1);
        self.close(line_start);
        if level < 2 {
            return;
        }
        let folded_start = text.chars().next().is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
        if !folded_start {
            self.here = None;
            return;
        }
        let Some((id, numbers, title)) = numbered(text) else {
            self.here = None;
            self.problems.push(
                Problem::error(Code::ClauseNumber, at, "見出しの番号が読めません。", "The number of this heading cannot be read.").remedy(
                    "「### 2-1 題名」のように、番号の後に空白を置いてください。",
                    "Write `### 2-1 Title`, with a space after the number.",
                ),
            );
            return;
        };
        let number_at = Span::new(at.start, at.start + text.find(char::is_whitespace).unwrap_or(text.len()));
        self.check_number(&id, &numbers, level, number_at);
        self.numbers.push((numbers, number_at));
        self.here = Some(id.clone());
        let clause = Clause { id, level, title: local(title) };
        self.clauses.push(Placed { clause, heading: at, text: Span::new(line_start, 0) });
    }

    fn check_number(&mut self, id: &str, numbers: &[u32], level: u8, at: Span) {
        if let Some((_, first)) = self.numbers.iter().find(|(n, _)| n == numbers) {
            self.problems.push(
                Problem::error(
                    Code::DuplicateClause,
                    at,
                    format!("条項番号 {id} が二度使われています。"),
                    format!("The clause number {id} is used twice."),
                )
                .related(*first, "初めはここです。", "First here.")
                .remedy("後の条項に新しい番号を付けてください。", "Give the later clause a new number."),
            );
            return;
        }
        let depth = usize::from(level) - 1;
        if numbers.len() != depth {
            let marks = "#".repeat(numbers.len() + 1);
            self.problems.push(
                Problem::error(
                    Code::ClauseNumber,
                    at,
                    format!("番号 {id} と見出しの段が合いません。"),
                    format!("The number {id} does not fit the level of its heading."),
                )
                .remedy(format!("「{marks} {id} …」と書いてください。"), format!("Write `{marks} {id} …`.")),
            );
            return;
        }
        let parent_there = numbers.len() < 2 || self.numbers.iter().any(|(n, _)| Some(n.as_slice()) == numbers.get(..numbers.len() - 1));
        let in_order = self.numbers.last().is_none_or(|(before, _)| before.as_slice() < numbers);
        if !parent_there || !in_order {
            self.problems.push(
                Problem::error(
                    Code::ClauseOrder,
                    at,
                    format!("条項番号 {id} の順番が合いません。"),
                    format!("The clause number {id} is out of order."),
                )
                .remedy("番号は文の順に大きくし、親の条項の下に置いてください。", "Numbers grow along the text, under their parent."),
            );
        }
    }

    /// A mark before a table that would be overlooked: in bold, inside a sentence or heading, in other brackets.
    fn stray_mark(&mut self, text: &str, at: Span) {
        if text.starts_with('【') {
            return;
        }
        let bare = text.trim_start_matches(['*', '_', '~', ' ', '　']);
        let other = ['[', '［', '〔', '「', '<', '＜'].into_iter().find(|open| bare.starts_with(*open));
        let Some(open) = other.or_else(|| text.contains('【').then_some('【')) else { return };
        let named = text.split(open).skip(1).find_map(|rest| {
            let word = rest.split(['：', ':', '】', ']', '］', '〕', '」', '>', '＞']).next().unwrap_or_default().trim();
            TableKind::of(word).map(TableKind::word)
        });
        let Some(word) = named else { return };
        self.problems.push(
            Problem::error(
                Code::UnknownTable,
                at,
                format!("表の印【{word}】が読めません。このままでは、次の表は読むだけの表になります。"),
                format!("The mark 【{word}】 cannot be read here; the table after it would only be read by people."),
            )
            .remedy(
                format!("表のすぐ前の段落を「【{word}】」で始めてください（太字や見出しの中、ほかの括弧は不可）。"),
                format!("Begin the paragraph before the table with 【{word}】, not in bold, in a heading or in other brackets."),
            ),
        );
    }

    /// Reads `【種類：名】キー: 値、…`. Something else in 【】 is prose, unless a table follows.
    fn mark(&mut self, text: &str, at: Span, next: Option<&Piece>) -> Option<Mark> {
        let close = text.find('】')?;
        let open_len = '【'.len_utf8();
        let inside = text.get(open_len..close)?;
        let (word, argument) = match inside.char_indices().find(|(_, c)| matches!(c, '：' | ':')) {
            Some((i, c)) => {
                let from = open_len + i + c.len_utf8();
                (Words::part(text, at.start, open_len, open_len + i), Some(Words::part(text, at.start, from, close)))
            }
            None => (Words::part(text, at.start, open_len, close), None),
        };
        let Some(kind) = TableKind::of(&word.text) else {
            if matches!(next, Some(Piece::Table(_))) {
                self.problems.push(
                    Problem::error(
                        Code::UnknownTable,
                        word.at,
                        format!("【{}】という種類の表はありません。", word.text),
                        format!("There is no kind of table 【{}】.", word.text),
                    )
                    .suggest(&word.text, TableKind::ALL.iter().map(|(w, _)| *w)),
                );
            }
            return None;
        };
        let options = entries(text, at.start, close + '】'.len_utf8());
        Some(Mark { kind, argument, options, at })
    }

    fn marked(&mut self, mark: Mark, next: Option<&Piece>) -> usize {
        let Some(Piece::Table(table)) = next else {
            self.problems.push(
                Problem::error(
                    Code::MissingTable,
                    mark.at,
                    format!("【{}】の後に表がありません。", mark.kind.word()),
                    format!("No table follows 【{}】.", mark.kind.word()),
                )
                .remedy("一行空けて、すぐ後に表を置いてください。", "Leave one empty line and put the table right after it."),
            );
            return 1;
        };
        if let Some(clause) = self.clause_for(mark.at) {
            self.parts.push(Part::Table { mark, table: table.clone(), clause });
        }
        2
    }

    fn block(&mut self, fence: &Fence) {
        let info = fence.info.as_str();
        let word_end = info.find(char::is_whitespace).unwrap_or(info.len());
        let word = Words::part(info, fence.info_at.start, 0, word_end);
        let argument = Words::part(info, fence.info_at.start, word_end, info.len());
        let Some(kind) = BlockKind::of(&word.text) else {
            self.problems.push(
                Problem::error(
                    Code::UnknownBlock,
                    word.at,
                    format!("「{}」という種類の囲みはありません。", word.text),
                    format!("There is no kind of block `{}`.", word.text),
                )
                .suggest(&word.text, BlockKind::ALL.iter().map(|(w, _)| *w)),
            );
            return;
        };
        if let Some(clause) = self.clause_for(fence.info_at) {
            self.parts.push(Part::Block { kind, argument, fence: fence.clone(), clause });
        }
    }

    fn clause_for(&mut self, at: Span) -> Option<ClauseId> {
        if self.here.is_none() {
            self.problems.push(
                Problem::error(Code::OutsideClause, at, "番号のある条項の外にあります。", "This stands outside any numbered clause.")
                    .remedy(
                        "「## 1 題名」のような番号付きの見出しの下に置いてください。",
                        "Put it under a numbered heading such as `## 1 Title`.",
                    ),
            );
        }
        self.here.clone()
    }

    /// A table that looks as if it should run but has no mark.
    fn unmarked(&mut self, table: &Table) {
        let Some(last) = table.header.last() else { return };
        let looks = ["配点", "経費区分", "判定", "結果"].iter().any(|w| table.header.iter().any(|c| c.text == *w));
        if looks {
            self.problems.push(
                Problem::warning(
                    Code::UnmarkedTable,
                    Span::new(table.at.start, last.at.end.max(table.at.start)),
                    "種類の印（【…】）の無い表は、読むだけの表です。",
                    "A table without a 【…】 mark is only read by people.",
                )
                .remedy(
                    "動かす表なら、前に【採点表】などの行を置いてください。",
                    "If it should run, put a line such as 【採点表】 before it.",
                ),
            );
        }
    }
}

/// `2-1 題名` as id, numbers and title.
fn numbered(text: &str) -> Option<(ClauseId, Vec<u32>, &str)> {
    let (number, title) = text.split_once(char::is_whitespace)?;
    let folded = banso_kernel::fold_width(number);
    let numbers: Vec<u32> = folded.split('-').map(|n| n.parse().ok().filter(|n| *n < 10_000)).collect::<Option<_>>()?;
    let id = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("-");
    Some((id, numbers, title.trim()))
}
