//! The calls of the demonstration: which texts they are, and texts that are dated by the day on which the demonstration is loaded.

use std::path::{Path, PathBuf};

use banso_kernel::{CallId, Day, FiscalYear, Instant};
use banso_office::ProgrammeFile;

use super::DemoTrouble;

/// What a call is in the play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Round {
    /// Decided years ago; what it brought about is known by now.
    Past,
    /// Decided as long ago; its grants were paid, and its firms report.
    Executed,
    Decided,
    InReview,
    Open,
}

/// A guideline of the play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallText {
    pub(crate) round: Round,
    /// Whether it amends the one before it.
    pub(crate) amends: bool,
    pub(crate) call: CallId,
    pub(crate) file: ProgrammeFile,
    pub(crate) dates: Dates,
}

/// The days that a guideline's front matter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dates {
    pub(crate) published: Day,
    pub(crate) opens: Day,
    pub(crate) closes: Day,
}

const PUBLISHED: &str = "公表日:";
const WINDOW: &str = "受付:";

/// Reads the list of calls and their texts, dated for this day.
pub(crate) fn read(root: &Path, today: Day) -> Result<Vec<CallText>, DemoTrouble> {
    let list = text(&root.join("demo/calls.txt"))?;
    let lines = list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| call_text(root, line, today)).collect()
}

fn text(path: &Path) -> Result<String, DemoTrouble> {
    std::fs::read_to_string(path).map_err(|cause| DemoTrouble::Text { path: path.to_owned(), why: cause.to_string() })
}

fn call_text(root: &Path, line: &str, today: Day) -> Result<CallText, DemoTrouble> {
    let wrong = |path: PathBuf| DemoTrouble::Text { path, why: format!("`{line}`") };
    let (part, path) = line.split_once(char::is_whitespace).ok_or_else(|| wrong(root.join("demo/calls.txt")))?;
    let path = root.join(path.trim());
    let (round, amends) = match part {
        "past" => (Round::Past, false),
        "executed" => (Round::Executed, false),
        "decided" => (Round::Decided, false),
        "in-review" => (Round::InReview, false),
        "open" => (Round::Open, false),
        "amended" => (Round::Open, true),
        _ => return Err(wrong(root.join("demo/calls.txt"))),
    };
    let source = text(&path)?;
    let dates = wanted(round, amends, today).or_else(|| read_dates(&source)).ok_or_else(|| wrong(path.clone()))?;
    let source = match round {
        Round::Decided => source,
        Round::Past => without_after(&renamed(&dated(&source, dates), &PAST)),
        Round::Executed => renamed(&dated(&source, dates), &EXECUTED),
        Round::InReview | Round::Open => dated(&source, dates),
    };
    let call = named(&source).ok_or_else(|| wrong(path.clone()))?;
    // A text stands at the place of its call.
    let place = if matches!(round, Round::Past | Round::Executed) { path.with_file_name(format!("{}.md", call.round())) } else { path };
    Ok(CallText { round, amends, call, file: ProgrammeFile { path: place.display().to_string(), text: source }, dates })
}

/// Relative to today: an open call has been open for two weeks and stays so for nine more; one in review closed three weeks ago. What
/// was decided keeps its own dates.
fn wanted(round: Round, amends: bool, today: Day) -> Option<Dates> {
    let dates = |published, opens, closes| {
        Some(Dates { published: today.plus_days(published), opens: today.plus_days(opens), closes: today.plus_days(closes) })
    };
    match (round, amends) {
        (Round::Past, _) => dates(-1_690, -1_670, -1_600),
        (Round::Executed, _) => dates(-1_580, -1_560, -1_490),
        (Round::Decided, _) => None,
        (Round::InReview, _) => dates(-109, -88, -21),
        (Round::Open, false) => dates(-31, -14, 63),
        (Round::Open, true) => dates(-6, -14, 63),
    }
}

/// What an earlier round is called: the lines of its front matter, and its name in both languages.
struct Earlier {
    front: [(&'static str, &'static str); 4],
    names: [&'static str; 2],
}

/// The mark of the tables of rules after the decision, and what stands in their place in the past round.
const AFTER: &str = "【交付決定後】";
const ELSEWHERE: &str = "この回の交付決定後の手続は、この電子申請の外で終わっています（デモの仮定）。";

/// The larger one that a study looks back on.
const PAST: Earlier = Earlier {
    front: [("回:", "past-demo"), ("版:", "過去回デモ・第1版"), ("番号:", "GP"), ("予算:", "93億円")],
    names: ["デモ過去回", "demonstration of a past call"],
};
/// The one whose grants were paid.
const EXECUTED: Earlier = Earlier {
    front: [("回:", "paid-demo"), ("版:", "支払済みデモ・第1版"), ("番号:", "GE"), ("予算:", "10億円")],
    names: ["デモ支払済み回", "demonstration of a paid call"],
};

/// The same text as that of an earlier round.
fn renamed(source: &str, earlier: &Earlier) -> String {
    let line = |line: &str| {
        let known = earlier.front.iter().find(|(key, _)| line.starts_with(key));
        known.map_or_else(|| line.to_owned(), |(key, value)| format!("{key} {value}"))
    };
    let (front, rest) = source.split_at(source.find("\n# ").unwrap_or(source.len()));
    let front: Vec<String> = front.lines().map(line).collect();
    let [ja, en] = earlier.names;
    format!("{}{rest}", front.join("\n")).replace("デモ第0回", ja).replace("demonstration call 0", en)
}

/// What followed the grants of the past round was done elsewhere: its guideline sets nothing that falls due here.
fn without_after(source: &str) -> String {
    let mut text = String::new();
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim() != AFTER {
            text.push_str(line);
            text.push('\n');
            continue;
        }
        text.push_str(ELSEWHERE);
        text.push('\n');
        while lines.next_if(|l| l.trim().is_empty() || l.starts_with('|')).is_some() {}
        text.push('\n');
    }
    text
}

fn front<'a>(source: &'a str, key: &str) -> Option<&'a str> {
    source.lines().take(40).find_map(|line| line.strip_prefix(key)).map(str::trim)
}

fn named(source: &str) -> Option<CallId> {
    CallId::parse(&format!("{}/{}", front(source, "制度:")?, front(source, "回:")?)).ok()
}

fn read_dates(source: &str) -> Option<Dates> {
    let (opens, closes) = front(source, WINDOW)?.split_once("から")?;
    let day = |text: &str| Instant::parse(text.trim().trim_end_matches("まで").trim()).ok().map(Instant::day);
    Some(Dates { published: Day::parse(front(source, PUBLISHED)?).ok()?, opens: day(opens)?, closes: day(closes)? })
}

/// The same text with other days, and with the fiscal year that they fall in.
fn dated(source: &str, dates: Dates) -> String {
    let line = |line: &str| {
        if line.starts_with(PUBLISHED) {
            format!("{PUBLISHED} {}", dates.published)
        } else if line.starts_with(WINDOW) {
            format!("{WINDOW} {}T10:00+09:00 から {}T17:00+09:00 まで", dates.opens, dates.closes)
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<String> = source.lines().map(line).collect();
    let mut text = lines.join("\n") + "\n";
    if let Some(written) = read_dates(source) {
        let (from, to) = (FiscalYear::of(written.opens), FiscalYear::of(dates.opens));
        text = text.replace(&from.to_string(), &to.to_string());
        text = text.replace(&format!("FY{}", from.get()), &format!("FY{}", to.get()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_text_is_dated_anew_and_nothing_else_changes() {
        let source = "---\n制度: demo\n回: r8-1\n公募名: 令和8年度 第1回 / FY2026\n公表日: 2026-10-15\n\
                      受付: 2026-11-01T10:00+09:00 から 2027-01-29T17:00+09:00 まで\n---\n受付時間の図 令和7年度\n";
        let dates = Dates { published: day("2031-04-02"), opens: day("2031-04-20"), closes: day("2031-07-01") };
        assert_eq!(
            dated(source, dates),
            "---\n制度: demo\n回: r8-1\n公募名: 令和13年度 第1回 / FY2031\n公表日: 2031-04-02\n\
             受付: 2031-04-20T10:00+09:00 から 2031-07-01T17:00+09:00 まで\n---\n受付時間の図 令和7年度\n"
        );
        assert_eq!(read_dates(&dated(source, dates)), Some(dates));
    }

    #[test]
    fn the_past_round_sets_nothing_that_falls_due() {
        let source = "### 7-3 計画\n\n文\n\n【交付決定後】\n\n| 項目 | 内容 |\n|---|---|\n| 軽微な変更 | 20% |\n\n### 7-4 証拠\n\n【報告等】\n\n| 義務 | 時期 |\n";
        let expect = format!("### 7-3 計画\n\n文\n\n{ELSEWHERE}\n\n### 7-4 証拠\n\n【報告等】\n\n| 義務 | 時期 |\n");
        assert_eq!(without_after(source), expect);
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        for call in read(&root, day("2026-11-22")).unwrap() {
            assert_eq!(call.file.text.contains(AFTER), call.round != Round::Past, "{:?}", call.round);
        }
    }

    #[test]
    fn the_calls_of_this_repository_are_read_on_any_day() {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        for today in ["2026-11-22", "2028-02-29", "2040-01-01"] {
            let calls = read(&root, day(today)).unwrap();
            assert_eq!(
                calls.iter().map(|c| (c.round, c.amends)).collect::<Vec<_>>(),
                [
                    (Round::Past, false),
                    (Round::Executed, false),
                    (Round::Decided, false),
                    (Round::InReview, false),
                    (Round::Open, false),
                    (Round::Open, true)
                ]
            );
            assert!(calls.iter().all(|c| c.dates.published < c.dates.closes && read_dates(&c.file.text) == Some(c.dates)));
        }
    }
}
