//! From Markdown to a flat list of pieces (headings, paragraphs, tables, fenced blocks), each with its place in the source.
//! Raw HTML is never passed on: it becomes text. Knows nothing of guidelines.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::problem::{Code, Problem, Span};

/// Largest text that is read.
pub const TEXT_MAX: usize = 2 * 1024 * 1024;
/// Deepest nesting of lists and quotes.
const DEPTH_MAX: usize = 12;
/// Most headings, paragraphs, tables and blocks.
const PIECES_MAX: usize = 5_000;
/// Most rows of a table.
const ROWS_MAX: usize = 2_000;

/// A cell of a table: its text without the surrounding spaces, `\|` read as `|`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub text: String,
    pub at: Span,
}

/// A line of a fenced block, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub text: String,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub header: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fence {
    /// What stands behind the opening marks.
    pub info: String,
    pub info_at: Span,
    pub lines: Vec<Line>,
    pub at: Span,
}

/// One piece at the top level of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Heading {
        level: u8,
        text: String,
        at: Span,
    },
    /// `text` is the source as written.
    Paragraph {
        text: String,
        html: String,
        at: Span,
    },
    Quote {
        text: String,
        html: String,
        at: Span,
    },
    Table(Table),
    Fence(Fence),
    /// Lists, rules and whatever else is only read by people.
    Prose {
        html: String,
        at: Span,
    },
}

type Spanned<'a> = (Event<'a>, Range<usize>);

/// The pieces of `source` from `from` on.
pub(crate) fn pieces(source: &str, from: usize, problems: &mut Vec<Problem>) -> Vec<Piece> {
    let body = source.get(from..).unwrap_or_default();
    let events = Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter();
    let mut out = Vec::new();
    let mut group: Vec<Spanned<'_>> = Vec::new();
    let mut depth = 0_usize;
    let mut deepest: Option<Span> = None;
    for (event, range) in events {
        let at = Span::new(range.start + from, range.end + from);
        if matches!(event, Event::Start(_)) {
            depth += 1;
            if depth > DEPTH_MAX {
                deepest.get_or_insert(at);
            }
        } else if matches!(event, Event::End(_)) {
            depth = depth.saturating_sub(1);
        }
        group.push((event, Span::new(at.start, at.end).into()));
        if depth == 0 {
            out.extend(piece(source, &group, problems));
            group.clear();
        }
        if out.len() > PIECES_MAX {
            problems.push(too_many(at, "段落・表・見出し", "headings, paragraphs and tables", PIECES_MAX));
            break;
        }
    }
    if let Some(at) = deepest {
        problems.push(
            Problem::error(
                Code::TooDeep,
                at,
                format!("入れ子が{DEPTH_MAX}段を超えています。"),
                format!("Nested more than {DEPTH_MAX} deep."),
            )
            .remedy("箇条書きや引用の段を減らしてください。", "Use fewer levels of lists and quotes."),
        );
    }
    out
}

impl From<Span> for Range<usize> {
    fn from(span: Span) -> Self {
        span.start..span.end
    }
}

fn piece(source: &str, group: &[Spanned<'_>], problems: &mut Vec<Problem>) -> Option<Piece> {
    let (first, range) = group.first()?;
    let at = trimmed(source, Span::new(range.start, range.end));
    let text = || source.get(at.start..at.end).unwrap_or_default().to_owned();
    let Event::Start(tag) = first else { return Some(Piece::Prose { html: to_html(group), at }) };
    Some(if let Tag::Heading { level, .. } = tag {
        let (text, at) = heading_text(source, at);
        Piece::Heading { level: *level as u8, text, at }
    } else if matches!(tag, Tag::Paragraph) {
        Piece::Paragraph { text: text(), html: to_html(group), at }
    } else if matches!(tag, Tag::BlockQuote(_)) {
        Piece::Quote { text: quoted(&text()), html: to_html(group), at }
    } else if matches!(tag, Tag::Table(_)) {
        Piece::Table(table(source, group, at, problems))
    } else if matches!(tag, Tag::CodeBlock(CodeBlockKind::Fenced(_))) {
        Piece::Fence(fence(source, at, problems))
    } else {
        Piece::Prose { html: to_html(group), at }
    })
}

/// The span without white space at both ends.
pub(crate) fn trimmed(source: &str, at: Span) -> Span {
    let text = source.get(at.start..at.end).unwrap_or_default();
    let start = at.start + (text.len() - text.trim_start().len());
    Span::new(start, start + text.trim().len())
}

fn heading_text(source: &str, at: Span) -> (String, Span) {
    let first_line = source.get(at.start..at.end).unwrap_or_default().lines().next().unwrap_or_default();
    let start = at.start + (first_line.len() - first_line.trim_start_matches('#').len());
    let at = trimmed(source, Span::new(start, at.start + first_line.len()));
    (source.get(at.start..at.end).unwrap_or_default().to_owned(), at)
}

fn quoted(text: &str) -> String {
    text.lines().map(|l| l.trim_start().trim_start_matches('>').trim()).collect::<Vec<_>>().join("\n")
}

fn too_many(at: Span, ja: &str, en: &str, most: usize) -> Problem {
    Problem::error(Code::TextTooLarge, at, format!("{ja}が多すぎます（{most}まで）。"), format!("Too many {en} ({most} at most)."))
        .remedy("文を分けてください。", "Split the text.")
}

fn table(source: &str, group: &[Spanned<'_>], at: Span, problems: &mut Vec<Problem>) -> Table {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut columns = 0;
    for (event, range) in group {
        if matches!(event, Event::Start(Tag::TableHead | Tag::TableRow)) {
            let own = trimmed(source, Span::new(range.start, range.end));
            let width = width(source.get(own.start..own.end).unwrap_or_default());
            if rows.is_empty() {
                columns = width;
            } else if width != columns {
                problems.push(row_width(own, width, columns));
            }
            rows.push(Vec::new());
        } else if matches!(event, Event::Start(Tag::TableCell)) {
            let at = cell_span(source, range);
            let text = source.get(at.start..at.end).unwrap_or_default().replace("\\|", "|");
            if let Some(row) = rows.last_mut() {
                row.push(Cell { text, at });
            }
        }
    }
    if rows.len() > ROWS_MAX {
        problems.push(too_many(at, "表の行", "rows in a table", ROWS_MAX));
        rows.truncate(ROWS_MAX);
    }
    let mut rows = rows.into_iter();
    Table { header: rows.next().unwrap_or_default(), rows: rows.collect(), at }
}

/// How many cells a written row has: one more than the bars between its ends.
fn width(row: &str) -> usize {
    let line = row.lines().next().unwrap_or_default().trim();
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner.strip_suffix('|').filter(|rest| !rest.ends_with('\\')).unwrap_or(inner);
    1 + inner.matches('|').count() - inner.matches("\\|").count()
}

fn row_width(at: Span, width: usize, columns: usize) -> Problem {
    Problem::error(
        Code::RowWidth,
        at,
        format!("この行の欄は{width}個ですが、見出しは{columns}個です。"),
        format!("This row has {width} cells, its header {columns}."),
    )
    .remedy(
        "区切りの「|」の数を見出しとそろえてください。文字としての「|」は「\\|」と書きます。",
        "Give it as many bars as the header has. A bar inside a text is written `\\|`.",
    )
}

/// The text of a cell without the bars around it.
fn cell_span(source: &str, range: &Range<usize>) -> Span {
    let mut at = trimmed(source, Span::new(range.start, range.end));
    let text = source.get(at.start..at.end).unwrap_or_default();
    if text.starts_with('|') {
        at.start += 1;
    }
    let text = source.get(at.start..at.end).unwrap_or_default();
    if text.ends_with('|') && !text.ends_with("\\|") {
        at.end -= 1;
    }
    trimmed(source, at)
}

fn fence(source: &str, at: Span, problems: &mut Vec<Problem>) -> Fence {
    let text = source.get(at.start..at.end).unwrap_or_default();
    let mut lines = Vec::new();
    let mut offset = at.start;
    for raw in text.split_inclusive('\n') {
        let bare = raw.trim_end_matches(['\n', '\r']);
        lines.push(Line { text: bare.to_owned(), at: Span::new(offset, offset + bare.len()) });
        offset += raw.len();
    }
    let is_mark = |c: char| c == '`' || c == '~';
    let opening = if lines.is_empty() { Line { text: String::new(), at } } else { lines.remove(0) };
    let closed = lines.last().is_some_and(|l| l.text.trim().len() >= 3 && l.text.trim().chars().all(is_mark));
    if closed {
        lines.pop();
    } else {
        problems.push(
            Problem::error(Code::UnclosedBlock, opening.at, "囲み（```）が閉じていません。", "The fenced block is not closed.")
                .remedy("囲みの終わりに ``` の行を置いてください。", "End the block with a line of ```."),
        );
    }
    let info_start = opening.at.start + (opening.text.len() - opening.text.trim_start().trim_start_matches(is_mark).len());
    let info_at = trimmed(source, Span::new(info_start, opening.at.end));
    Fence { info: source.get(info_at.start..info_at.end).unwrap_or_default().to_owned(), info_at, lines, at }
}

fn to_html(group: &[Spanned<'_>]) -> String {
    let mut out = String::new();
    html::push_html(&mut out, group.iter().filter_map(|(event, _)| harmless(event.clone())));
    out
}

/// The event without raw HTML, pictures, or links that run something.
fn harmless(event: Event<'_>) -> Option<Event<'_>> {
    if matches!(event, Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image)) {
        return None;
    }
    Some(if let Event::Html(text) | Event::InlineHtml(text) = event {
        Event::Text(text)
    } else if matches!(event, Event::Start(Tag::HtmlBlock)) {
        Event::Start(Tag::Paragraph)
    } else if matches!(event, Event::End(TagEnd::HtmlBlock)) {
        Event::End(TagEnd::Paragraph)
    } else if let Event::Start(Tag::Link { link_type, dest_url, title, id }) = event {
        let dest_url = if is_harmless_link(&dest_url) { dest_url } else { CowStr::Borrowed("#") };
        Event::Start(Tag::Link { link_type, dest_url, title, id })
    } else {
        event
    })
}

fn is_harmless_link(url: &str) -> bool {
    let lower = url.trim().to_ascii_lowercase();
    ["https:", "http:", "mailto:", "#", "/"].iter().any(|start| lower.starts_with(start))
}

/// Lines that a version control system left behind.
pub(crate) fn merge_conflicts(source: &str, problems: &mut Vec<Problem>) {
    let mut offset = 0;
    for raw in source.split_inclusive('\n') {
        let line = raw.trim_end();
        if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
            problems.push(
                Problem::error(
                    Code::MergeConflict,
                    Span::new(offset, offset + line.len()),
                    "版管理の衝突の印が残っています。",
                    "A merge conflict mark is left in the text.",
                )
                .remedy("どちらの文を残すか決め、印の行を消してください。", "Decide which text stays and delete the marks."),
            );
        }
        offset += raw.len();
    }
}

/// Control characters, and those that turn the direction of a text or stand in it without being seen: what people read and what the rules
/// say would not be the same. A byte order mark at the very beginning is a matter of the editor.
pub(crate) fn unseen_characters(source: &str, problems: &mut Vec<Problem>) {
    let unseen = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
    };
    for (at, c) in source.char_indices().filter(|(at, c)| unseen(*c) && (*at, *c) != (0, '\u{FEFF}')) {
        problems.push(
            Problem::error(
                Code::UnseenCharacter,
                Span::new(at, at + c.len_utf8()),
                format!("目に見えない文字（U+{:04X}）があります。", u32::from(c)),
                format!("There is a character that nobody sees (U+{:04X}).", u32::from(c)),
            )
            .remedy("この文字を消してください。行ごと打ち直すと確実です。", "Delete it; typing the line anew is surest."),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> (Vec<Piece>, Vec<Problem>) {
        let mut problems = Vec::new();
        let pieces = pieces(source, 0, &mut problems);
        (pieces, problems)
    }

    #[test]
    fn cells_keep_their_place() {
        let source = "| 業種 | 資本金 |\n|---|---|\n| 卸売業 | <= 1億円 |\n";
        let (pieces, _) = read(source);
        let [Piece::Table(table)] = pieces.as_slice() else { panic!("{pieces:?}") };
        assert_eq!(table.header.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["業種", "資本金"]);
        let cell = &table.rows[0][1];
        assert_eq!((cell.text.as_str(), &source[cell.at.start..cell.at.end]), ("<= 1億円", "<= 1億円"));
    }

    #[test]
    fn fences_keep_their_lines() {
        let source = "本文\n\n```要件 人が確認\n一\n二\n```\n";
        let (pieces, problems) = read(source);
        let Some(Piece::Fence(fence)) = pieces.get(1) else { panic!("{pieces:?}") };
        assert_eq!(fence.info, "要件 人が確認");
        assert_eq!(fence.lines.iter().map(|l| &source[l.at.start..l.at.end]).collect::<Vec<_>>(), ["一", "二"]);
        assert!(problems.is_empty());
        assert_eq!(read("```要件\n一\n").1[0].code, Code::UnclosedBlock);
    }

    #[test]
    fn raw_html_and_scripts_become_text() {
        for (source, has_not) in [
            ("a <script>alert(1)</script> b", "<script"),
            ("<div onclick=x>\n</div>", "<div"),
            ("[x](javascript:alert(1))", "javascript"),
            ("![x](http://example.invalid/a.png)", "<img"),
        ] {
            let (pieces, _) = read(source);
            for piece in pieces {
                let (Piece::Paragraph { html, .. } | Piece::Prose { html, .. }) = piece else { panic!("{piece:?}") };
                assert!(!html.contains(has_not), "{html}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_a_problem() {
        assert_eq!(read(&"> ".repeat(40)).1.first().map(|p| p.code), Some(Code::TooDeep));
    }
}
