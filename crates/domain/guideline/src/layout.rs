//! A guideline's text in its usual layout: spaces, colons, tables and empty lines. What it says stays as it is; laying out twice changes
//! nothing more.

use crate::outline::{BlockKind, TableKind};

/// The text as `banso fmt` writes it: lines end with a line feed, `キー: 値` has one half-width colon and a space, cells stand between
/// single spaces, one empty line parts one thing from the next.
#[must_use]
pub fn lay_out(source: &str) -> String {
    let text = source.replace("\r\n", "\n").replace('\r', "\n");
    // Nothing stands before the first line that says something, and no mark of the byte order before that line.
    let begins = |line: &&str| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty();
    let mut lines: Vec<&str> = text.split('\n').skip_while(begins).collect();
    lines.iter_mut().take(1).for_each(|first| *first = first.trim_start_matches('\u{feff}'));
    let mut writer = Writer { out: Vec::new() };
    let mut at = front(&lines, &mut writer);
    while let Some(line) = lines.get(at) {
        at += match (fence_of(line), line.trim_start().starts_with('|')) {
            (Some(ticks), _) => fence(&lines, at, ticks, &mut writer),
            (None, true) => table(&lines, at, &mut writer),
            (None, false) => {
                plain(line, lines.get(at + 1).copied(), &mut writer);
                1
            }
        };
    }
    writer.finish()
}

struct Writer {
    out: Vec<String>,
}

impl Writer {
    fn line(&mut self, line: impl Into<String>) {
        self.out.push(line.into());
    }

    /// One empty line, not two.
    fn gap(&mut self) {
        if self.out.last().is_some_and(|l| !l.is_empty()) {
            self.out.push(String::new());
        }
    }

    fn finish(mut self) -> String {
        while self.out.last().is_some_and(String::is_empty) {
            self.out.pop();
        }
        let mut text = self.out.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// The front matter, if the text begins with one; says how many lines it took.
fn front(lines: &[&str], writer: &mut Writer) -> usize {
    let begin = lines.iter().take_while(|l| l.trim().is_empty()).count();
    if lines.get(begin).is_none_or(|l| l.trim_end() != "---") {
        return 0;
    }
    let Some(length) = lines.iter().skip(begin + 1).position(|l| l.trim_end() == "---") else { return 0 };
    writer.line("---");
    for line in lines.iter().skip(begin + 1).take(length) {
        if line.trim_start().starts_with('#') { writer.line(line.trim()) } else { writer.line(keyed(line, |_| true)) }
    }
    writer.line("---");
    writer.gap();
    begin + length + 2
}

/// How many backticks open a block at the beginning of a line.
fn fence_of(line: &str) -> Option<usize> {
    let ticks = line.chars().take_while(|c| *c == '`').count();
    (ticks >= 3).then_some(ticks)
}

/// A fenced block with its lines; says how many it took.
fn fence(lines: &[&str], at: usize, ticks: usize, writer: &mut Writer) -> usize {
    let info = lines.get(at).map_or("", |l| l.get(ticks..).unwrap_or_default()).trim();
    let (word, argument) = info.split_once(char::is_whitespace).unwrap_or((info, ""));
    let own = BlockKind::ALL.iter().any(|(w, _)| *w == word);
    let closes = |l: &&str| l.trim_end().chars().all(|c| c == '`') && fence_of(l).is_some_and(|n| n >= ticks);
    let body: Vec<&str> = lines.iter().skip(at + 1).take_while(|l| !closes(l)).copied().collect();
    writer.gap();
    let marks = "`".repeat(ticks);
    let space = if argument.trim().is_empty() { "" } else { " " };
    writer.line(format!("{marks}{word}{space}{}", argument.trim()));
    for line in &body {
        if own { writer.line(keyed(line, |key| !key.contains(['<', '>', '=', '(', '"', '#', '「']))) } else { writer.line(*line) }
    }
    if lines.get(at + 1 + body.len()).is_none() {
        // Not closed: that is told elsewhere, and nothing is added.
        return body.len() + 1;
    }
    writer.line(marks);
    writer.gap();
    body.len() + 2
}

/// `キー： 値` as `キー: 値`, where the key may be one; the line without trailing blanks otherwise.
fn keyed(line: &str, may_be: impl Fn(&str) -> bool) -> String {
    let plain = || line.trim_end().to_owned();
    let Some((key, value)) = line.split_once([':', '：']) else { return plain() };
    let (key, value) = (key.trim(), value.trim());
    if key.is_empty() || key.chars().count() > 40 || !may_be(key) {
        return plain();
    }
    if value.is_empty() { format!("{key}:") } else { format!("{key}: {value}") }
}

/// The rows of a table; says how many lines they took.
fn table(lines: &[&str], at: usize, writer: &mut Writer) -> usize {
    writer.gap();
    let rows: Vec<&str> = lines.iter().skip(at).take_while(|l| l.trim_start().starts_with('|')).copied().collect();
    for row in &rows {
        writer.line(row_of(row));
    }
    writer.gap();
    rows.len()
}

fn row_of(row: &str) -> String {
    let cells = cells(row);
    let rule = !cells.is_empty() && cells.iter().all(|c| c.contains('-') && c.chars().all(|c| matches!(c, '-' | ':')));
    if rule {
        let mark = |cell: &String| match (cell.starts_with(':'), cell.ends_with(':')) {
            (false, false) => "---",
            (true, false) => ":--",
            (false, true) => "--:",
            (true, true) => ":-:",
        };
        return format!("|{}|", cells.iter().map(mark).collect::<Vec<_>>().join("|"));
    }
    let cell = |c: &String| if c.is_empty() { " |".to_owned() } else { format!(" {c} |") };
    format!("|{}", cells.iter().map(cell).collect::<String>())
}

/// The cells of a row, trimmed; `\|` stays in its cell.
fn cells(row: &str) -> Vec<String> {
    let inner = row.trim();
    let inner = inner.strip_prefix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match (c, escaped) {
            ('|', false) => cells.push(String::new()),
            _ => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\' && !escaped;
    }
    // Behind the last bar there is no cell.
    if cells.len() > 1 && cells.last().is_some_and(|c| c.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|c| c.trim().to_owned()).collect()
}

/// A line outside of tables and blocks.
fn plain(line: &str, next: Option<&str>, writer: &mut Writer) {
    let trimmed = line.trim_end();
    if trimmed.is_empty() {
        writer.gap();
    } else if let Some(heading) = heading(trimmed) {
        writer.gap();
        writer.line(heading);
        writer.gap();
    } else if let Some(mark) = mark(trimmed) {
        writer.gap();
        writer.line(mark);
        writer.gap();
    } else if line.ends_with("  ") && next.is_some_and(|n| !n.trim().is_empty()) {
        // Two blanks at the end are a line break of Markdown.
        writer.line(format!("{trimmed}  "));
    } else {
        writer.line(trimmed);
    }
}

/// `##  2-1　題名` as `## 2-1 題名`.
fn heading(line: &str) -> Option<String> {
    let marks = line.chars().take_while(|c| *c == '#').count();
    let rest = line.get(marks..)?;
    if !(1..=6).contains(&marks) || !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim();
    let numbered = rest.split_once(char::is_whitespace).filter(|(n, _)| n.chars().all(|c| c.is_numeric() || c == '-'));
    let text = numbered.map_or_else(|| rest.to_owned(), |(number, title)| format!("{number} {}", title.trim()));
    Some(format!("{} {text}", "#".repeat(marks)))
}

/// `【様式：題名】識別子：plan、記入: 代表者` with its options in order of writing; nothing for other lines in 【】.
fn mark(line: &str) -> Option<String> {
    let inside = line.strip_prefix('【')?;
    let (name, options) = inside.split_once('】')?;
    let word = name.split([':', '：']).next().unwrap_or_default().trim();
    if !TableKind::ALL.iter().any(|(w, _)| *w == word) {
        return None;
    }
    let title = name.split_once([':', '：']).map(|(_, title)| format!("：{}", title.trim())).unwrap_or_default();
    let options: Vec<String> = options.split('、').map(|o| keyed(o.trim(), |_| true)).filter(|o| !o.is_empty()).collect();
    Some(format!("【{word}{title}】{}", options.join("、")))
}
