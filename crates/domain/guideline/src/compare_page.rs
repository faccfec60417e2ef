//! The table of changes as a citizen reads it: every clause as the guideline's page shows it, prose, tables and rules as sentences, with
//! what differs marked word by word.

use banso_kernel::{Lang, LocalText};

use crate::compare::{ChangeKind, Segment, compare, difference};
use crate::edition::Edition;
use crate::model::ClauseId;
use crate::page::{Block, RuleBlock};

/// One row of the table, both sides laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownChange {
    pub kind: ChangeKind,
    pub old_clause: Option<ClauseId>,
    pub new_clause: Option<ClauseId>,
    pub title: LocalText,
    pub old: Vec<Shown>,
    pub new: Vec<Shown>,
    /// Nothing that is shown in this language differs: only its way of writing, or the text in the other language.
    pub unseen: bool,
}

/// A line of text, in pieces.
pub type Line = Vec<Segment>;

/// A part of a clause, laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Lines(Vec<Line>),
    Table {
        caption: Option<Line>,
        header: Vec<Line>,
        rows: Vec<ShownRow>,
    },
    /// A worked example: folded away, as on the guideline's page.
    Example {
        title: Line,
        lines: Vec<Line>,
        changed: bool,
    },
}

/// A row of a table; runs of rows that are the same on both sides are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownRow {
    Cells(Vec<Line>),
    Same(usize),
}

/// Longest run of unchanged rows that is still shown in full.
const SAME_ROWS_SHOWN: usize = 2;

/// [`compare`], as a page in this language shows it.
#[must_use]
pub fn compare_pages(old: &Edition, new: &Edition, lang: Lang) -> Vec<ShownChange> {
    let (before, after) = (old.page_by_clause(lang), new.page_by_clause(lang));
    compare(old, new)
        .into_iter()
        .map(|change| {
            // What is new has no older side, and the other way round; the front matter has no number, but both sides.
            let a = if change.kind == ChangeKind::Added { None } else { Some(side(old, &before, change.old_clause.as_ref())) };
            let b = if change.kind == ChangeKind::Removed { None } else { Some(side(new, &after, change.new_clause.as_ref())) };
            let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
            let (shown_a, shown_b) = difference(&flat(&a), &flat(&b));
            let (old, new) = (laid_out(&a, shown_a), laid_out(&b, shown_b));
            let unseen = change.kind == ChangeKind::Changed && a == b;
            let (kind, title) = (change.kind, change.title);
            ShownChange { kind, old_clause: change.old_clause, new_clause: change.new_clause, title, old, new, unseen }
        })
        .collect()
}

/// A part of a clause in plain lines, before anything is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Plain {
    Lines(Vec<String>),
    Table { caption: Option<String>, header: Vec<String>, rows: Vec<Vec<String>> },
    Example { title: String, lines: Vec<String> },
}

fn side(edition: &Edition, pages: &[(ClauseId, Vec<Block>)], clause: Option<&ClauseId>) -> Vec<Plain> {
    match clause {
        Some(id) => pages.iter().find(|(c, _)| c == id).map(|(_, blocks)| blocks.iter().map(plain).collect()).unwrap_or_default(),
        None => {
            let whole = edition.whole();
            let front = whole.source.get(..whole.body).unwrap_or_default();
            vec![Plain::Lines(front.lines().map(one_line).filter(|l| !l.is_empty() && !l.starts_with("---")).collect())]
        }
    }
}

fn plain(block: &Block) -> Plain {
    match block {
        Block::Heading { title, .. } => Plain::Lines(vec![one_line(title)]),
        Block::Prose { html } => Plain::Lines(lines_of(html)),
        Block::Table { caption, header, rows, .. } => Plain::Table {
            caption: caption.as_deref().map(one_line),
            header: header.iter().map(|c| one_line(c)).collect(),
            rows: rows.iter().map(|r| r.iter().map(|c| one_line(c)).collect()).collect(),
        },
        Block::Rule(rule) => Plain::Lines(rule_lines(rule)),
        Block::Amount { sentences, .. } => Plain::Lines(sentences.iter().map(|s| one_line(s)).collect()),
        Block::Definition { name, sentence, .. } if sentence.is_empty() => Plain::Lines(vec![one_line(name)]),
        Block::Definition { name, sentence, .. } => Plain::Lines(vec![one_line(&format!("{name}: {sentence}"))]),
        Block::Example { title, lines } => {
            Plain::Example { title: one_line(title), lines: lines.iter().map(|l| one_line(l)).filter(|l| !l.is_empty()).collect() }
        }
    }
}

fn rule_lines(rule: &RuleBlock) -> Vec<String> {
    let around = [&rule.when, &rule.each_member];
    let after = [&rule.excluded, &rule.exception, &rule.remedy, &rule.note, &rule.source];
    let own = std::iter::once(&rule.sentence);
    around.into_iter().flatten().chain(own).chain(after.into_iter().flatten()).map(|l| one_line(l)).filter(|l| !l.is_empty()).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of safe HTML, a line for each paragraph and each point of a list.
fn lines_of(html: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let push = |out: &mut Vec<String>, text: &str| {
        if let Some(last) = out.last_mut() {
            last.push_str(text);
        }
    };
    for (i, part) in html.split('<').enumerate() {
        let text = match (i, part.split_once('>')) {
            (0, _) | (_, None) => part,
            (_, Some((tag, text))) => {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                if ["p", "li", "br", "ul", "ol", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "hr"].contains(&name) {
                    out.push(String::new());
                }
                if tag.split(' ').next() == Some("li") {
                    push(&mut out, "・");
                }
                text
            }
        };
        push(&mut out, text);
    }
    let told = |l: &String| {
        let text = l.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
        one_line(&text)
    };
    out.iter().map(told).filter(|l| !l.is_empty()).collect()
}

/// Every line and cell in reading order, each on a line of its own: what is compared.
fn flat(parts: &[Plain]) -> String {
    let mut out = String::new();
    let mut add = |line: &String| {
        out.push_str(line);
        out.push('\n');
    };
    for part in parts {
        match part {
            Plain::Lines(lines) => lines.iter().for_each(&mut add),
            Plain::Table { caption, header, rows } => caption.iter().chain(header).chain(rows.iter().flatten()).for_each(&mut add),
            Plain::Example { title, lines } => std::iter::once(title).chain(lines).for_each(&mut add),
        }
    }
    out
}

/// The marked text back in the layout that it was taken from.
fn laid_out(parts: &[Plain], segments: Vec<Segment>) -> Vec<Shown> {
    let mut lines = lines_in(segments).into_iter();
    let mut next = || lines.next().unwrap_or_default();
    let mut out: Vec<Shown> = Vec::new();
    for part in parts {
        out.push(match part {
            Plain::Lines(own) => Shown::Lines(own.iter().map(|_| next()).collect()),
            Plain::Table { caption, header, rows } => {
                let caption = caption.as_ref().map(|_| next());
                let header = header.iter().map(|_| next()).collect();
                Shown::Table { caption, header, rows: shortened(rows.iter().map(|r| r.iter().map(|_| next()).collect()).collect()) }
            }
            Plain::Example { title, lines } => {
                let (title, lines): (Line, Vec<Line>) =
                    (Some(title).map(|_| next()).unwrap_or_default(), lines.iter().map(|_| next()).collect());
                let changed = marked(&title) || lines.iter().any(marked);
                Shown::Example { title, lines, changed }
            }
        });
    }
    out
}

/// The segments of each line; the ends of lines are not among them.
fn lines_in(segments: Vec<Segment>) -> Vec<Line> {
    let mut out: Vec<Line> = vec![Vec::new()];
    for segment in segments {
        for (i, text) in segment.text.split('\n').enumerate() {
            if i > 0 {
                out.push(Vec::new());
            }
            if let (false, Some(line)) = (text.is_empty(), out.last_mut()) {
                line.push(Segment { text: text.to_owned(), changed: segment.changed });
            }
        }
    }
    out
}

fn marked(line: &Line) -> bool {
    line.iter().any(|s| s.changed)
}

fn shortened(rows: Vec<Vec<Line>>) -> Vec<ShownRow> {
    let mut out = Vec::new();
    let mut same: Vec<Vec<Line>> = Vec::new();
    for row in rows {
        if row.iter().any(marked) {
            settle(&mut same, &mut out);
            out.push(ShownRow::Cells(row));
        } else {
            same.push(row);
        }
    }
    settle(&mut same, &mut out);
    out
}

fn settle(same: &mut Vec<Vec<Line>>, out: &mut Vec<ShownRow>) {
    let run = std::mem::take(same);
    if run.len() > SAME_ROWS_SHOWN {
        out.push(ShownRow::Same(run.len()));
    } else {
        out.extend(run.into_iter().map(ShownRow::Cells));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_becomes_lines() {
        let check = |html: &str, expect: &[&str]| assert_eq!(lines_of(html), expect, "{html}");
        check("<p>一つ<strong>目</strong>\nの文</p>\n<p>二つ目</p>", &["一つ目 の文", "二つ目"]);
        check("<ul>\n<li>甲</li>\n<li>乙 &amp; 丙</li>\n</ul>", &["・甲", "・乙 & 丙"]);
        check("<p>a &lt; b</p>", &["a < b"]);
    }

    #[test]
    fn marks_come_back_into_their_cells() {
        let table = |cap: &str| {
            let rows = [["一般", "4,500万円"], ["特例", cap], ["甲", "1"], ["乙", "2"], ["丙", "3"]];
            let rows = rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect();
            vec![Plain::Lines(vec!["上限".to_owned()]), Plain::Table { caption: None, header: vec!["枠".into(), "額".into()], rows }]
        };
        let (old, new) = (table("1億円"), table("2億円"));
        let (a, b) = difference(&flat(&old), &flat(&new));
        let show = |line: &Line| line.iter().map(|s| if s.changed { format!("[{}]", s.text) } else { s.text.clone() }).collect::<String>();
        let rows = |shown: &[Shown]| -> Vec<String> {
            let Some(Shown::Table { rows, .. }) = shown.get(1) else { panic!("{shown:?}") };
            let row = |r: &ShownRow| match r {
                ShownRow::Cells(cells) => cells.iter().map(show).collect::<Vec<_>>().join("|"),
                ShownRow::Same(n) => format!("same {n}"),
            };
            rows.iter().map(row).collect()
        };
        assert_eq!(rows(&laid_out(&old, a)), ["一般|4,500万円", "特例|[1]億円", "same 3"]);
        assert_eq!(rows(&laid_out(&new, b)), ["一般|4,500万円", "特例|[2]億円", "same 3"]);
    }
}
