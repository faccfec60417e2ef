//! Fenced blocks: conditions (要件), who is to be told (案内対象), and the lines that a block is made of.

use banso_kernel::LocalText;

use crate::expr::{Expr, ExprError, Names, Type, compile};
use crate::markdown::Fence;
use crate::model::ClauseId;
use crate::problem::{Code, Problem, Severity, Span, nearest};
use crate::words::{Entry, Words, entry, local};

/// Keys of a 要件 block.
pub(crate) const RULE_KEYS: [&str; 7] = ["但し", "除く", "場合", "構成員ごと", "不適のとき", "出典", "説明"];

/// A condition of the guideline, as its 要件 block says it.
#[derive(Debug, Clone)]
pub struct Rule {
    pub clause: ClauseId,
    pub test: Test,
    /// What to do about a no (不適のとき).
    pub remedy: Option<LocalText>,
    /// Where the condition comes from (出典).
    pub source: Option<String>,
    /// In plain words, beside the condition (説明).
    pub note: Option<LocalText>,
    pub at: Span,
}

/// How a condition is tested.
#[derive(Debug, Clone)]
pub enum Test {
    /// 人が確認: what somebody has to look at.
    ByPerson(LocalText),
    Computed(Box<Computed>),
}

/// A condition that is computed.
#[derive(Debug, Clone)]
pub struct Computed {
    /// The condition with its exclusion (除く) and exception (但し) put in.
    pub whole: Expr,
    /// The condition alone.
    pub condition: Expr,
    pub excluded: Option<Expr>,
    pub exception: Option<Expr>,
    /// It is only asked where this holds (場合).
    pub when: Option<Expr>,
    /// It is asked of each member of the consortium for which this holds (構成員ごと).
    pub each_member: Option<Expr>,
}

/// What stands before the first key of a block, and its `キー: 値` lines.
pub(crate) struct Lines {
    pub head: Words,
    pub entries: Vec<Entry>,
}

/// Splits a block into its head and its keyed lines. A key that looks misspelt is a problem, not part of the head.
pub(crate) fn lines(source: &str, fence: &Fence, known: &[&str], problems: &mut Vec<Problem>) -> Lines {
    let mut entries: Vec<Entry> = Vec::new();
    let mut head_end = None;
    for line in fence.lines.iter().filter(|l| !l.text.trim().is_empty()) {
        let found = entry(line);
        let name = found.as_ref().map(|e| e.key.text.as_str()).unwrap_or_default();
        if known.contains(&name) {
            head_end.get_or_insert(line.at.start);
            problems.extend(entries.iter().find(|e| e.key.text == name).zip(found.as_ref()).map(|(first, again)| key_twice(first, again)));
            entries.extend(found);
        } else if let Some(found) = found.filter(|e| head_end.is_some() || nearest(&e.key.text, known.iter().copied()).is_some()) {
            head_end.get_or_insert(line.at.start);
            problems.push(
                Problem::error(
                    Code::UnknownKey,
                    found.key.at,
                    format!("この囲みに「{}」というキーはありません。", found.key.text),
                    format!("This block has no key `{}`.", found.key.text),
                )
                .suggest(&found.key.text, known.iter().copied()),
            );
        } else if head_end.is_some() {
            problems.push(
                Problem::error(Code::UnknownKey, line.at, "この行は読めません。", "This line cannot be read.")
                    .remedy("「キー: 値」の行より前に書いてください。", "Put it before the `key: value` lines."),
            );
        }
    }
    let start = fence.lines.first().map_or(fence.at.end, |l| l.at.start);
    let end = head_end.unwrap_or_else(|| fence.lines.last().map_or(start, |l| l.at.end));
    let head = Words::part(source.get(start..end).unwrap_or_default(), start, 0, end.saturating_sub(start));
    Lines { head, entries }
}

/// A key that was given before: only one of the two could count.
pub(crate) fn key_twice(first: &Entry, again: &Entry) -> Problem {
    Problem::error(
        Code::DuplicateKey,
        again.key.at,
        format!("「{}」が二度書かれています。", again.key.text),
        format!("`{}` is written twice.", again.key.text),
    )
    .related(first.key.at, "初めはここです。", "First here.")
    .remedy(
        "一つの行にまとめてください（条件なら「または」「かつ」でつなぎます）。",
        "Put both on one line; join conditions by または or かつ.",
    )
}

impl Lines {
    pub(crate) fn get(&self, key: &str) -> Option<&Words> {
        self.entries.iter().find(|e| e.key.text == key).map(|e| &e.value).filter(|w| !w.text.is_empty())
    }
}

/// A problem of an expression, at its place in the guideline.
pub(crate) fn misfit(error: &ExprError, base: usize) -> Problem {
    let span = Span::new(base + error.span.start, base + error.span.end);
    let code = match error.code {
        "unknown-name" => Code::UnknownName,
        "unit-mismatch" | "unknown-unit" => Code::Unit,
        "cycle" => Code::Circular,
        "name-taken" => Code::DuplicateName,
        _ => Code::Expression,
    };
    let remedy = error.remedy.clone();
    Problem { severity: Severity::Error, code, span, message: error.message.clone(), remedy, related: Vec::new() }
}

/// Compiles an expression of the guideline.
pub(crate) fn expression(words: &Words, names: &Names, problems: &mut Vec<Problem>) -> Option<Expr> {
    match compile(&words.text, names) {
        Ok(expr) => Some(expr),
        Err(errors) => {
            problems.extend(errors.iter().map(|e| misfit(e, words.at.start)));
            None
        }
    }
}

/// Compiles a condition: an expression that is a yes or a no.
pub(crate) fn condition(words: &Words, names: &Names, problems: &mut Vec<Problem>) -> Option<Expr> {
    let expr = expression(words, names, problems)?;
    if *expr.ty() == Type::YesNo {
        return Some(expr);
    }
    problems.push(
        Problem::error(
            Code::Expression,
            words.at,
            format!("条件ではありません（{}です）。", expr.ty().in_japanese()),
            format!("This is not a condition (it is {}).", expr.ty().in_english()),
        )
        .remedy(
            "「資本金 <= 3億円」のように、はい・いいえになる式を書いてください。",
            "Write something that is a yes or a no, e.g. `資本金 <= 3億円`.",
        ),
    );
    None
}

/// A 要件 block.
pub(crate) fn rule(
    source: &str,
    fence: &Fence,
    argument: &Words,
    clause: &ClauseId,
    names: &Names,
    problems: &mut Vec<Problem>,
) -> Option<Rule> {
    let lines = lines(source, fence, &RULE_KEYS, problems);
    let test = match argument.text.as_str() {
        "" => Test::Computed(Box::new(computed(&lines, fence, names, problems)?)),
        "人が確認" if lines.head.text.is_empty() => {
            problems.push(empty(fence));
            return None;
        }
        "人が確認" => Test::ByPerson(local(&lines.head.text)),
        other => {
            problems.push(
                Problem::error(
                    Code::UnknownBlock,
                    argument.at,
                    format!("要件に「{other}」という種類はありません。"),
                    format!("There is no kind of condition `{other}`."),
                )
                .remedy("何も付けないか「人が確認」を付けてください。", "Write nothing there, or 人が確認 (checked by a person)."),
            );
            return None;
        }
    };
    Some(Rule {
        clause: clause.clone(),
        test,
        remedy: lines.get("不適のとき").map(|w| local(&w.text)),
        source: lines.get("出典").map(|w| w.text.clone()),
        note: lines.get("説明").map(|w| local(&w.text)),
        at: fence.at,
    })
}

fn empty(fence: &Fence) -> Problem {
    Problem::error(Code::EmptyBlock, fence.info_at, "囲みの中が空です。", "The block is empty.")
}

fn computed(lines: &Lines, fence: &Fence, names: &Names, problems: &mut Vec<Problem>) -> Option<Computed> {
    if lines.head.text.is_empty() {
        problems.push(empty(fence));
        return None;
    }
    let mut part = |key: &str| match lines.get(key) {
        Some(words) => condition(words, names, problems).map(Some),
        None => Some(None),
    };
    let (excluded, exception) = (part("除く"), part("但し"));
    let (when, each_member) = (part("場合"), part("構成員ごと"));
    let condition = condition(&lines.head, names, problems)?;
    let (excluded, exception, when, each_member) = (excluded?, exception?, when?, each_member?);
    let whole = whole(&condition, excluded.as_ref(), exception.as_ref(), names);
    match whole {
        Ok(whole) => Some(Computed { whole, condition, excluded, exception, when, each_member }),
        Err(errors) => {
            // The parts are sound, so only the whole can be too large.
            let whole_at = Problem::error(Code::Expression, lines.head.at, "要件が大きすぎます。", "The condition is too large.");
            problems.extend(errors.first().map(|_| whole_at));
            None
        }
    }
}

fn whole(condition: &Expr, excluded: Option<&Expr>, exception: Option<&Expr>, names: &Names) -> Result<Expr, Vec<ExprError>> {
    let mut text = condition.to_text();
    if let Some(excluded) = excluded {
        text = format!("({text}) and not({})", excluded.to_text());
    }
    if let Some(exception) = exception {
        text = format!("({text}) or ({})", exception.to_text());
    }
    compile(&text, names)
}

/// A 案内対象 block: who is to be told of the call. It never claims that they may apply.
pub(crate) fn audience(source: &str, fence: &Fence, clause: &ClauseId, names: &Names, problems: &mut Vec<Problem>) -> Option<Rule> {
    let lines = lines(source, fence, &["説明", "出典"], problems);
    let test = Test::Computed(Box::new(computed(&lines, fence, names, problems)?));
    let note = lines.get("説明").map(|w| local(&w.text));
    let source = lines.get("出典").map(|w| w.text.clone());
    Some(Rule { clause: clause.clone(), test, remedy: None, source, note, at: fence.at })
}
