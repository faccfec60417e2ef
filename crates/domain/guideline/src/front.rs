//! The front matter: `キー: 値` lines between two lines of `---`, and the [`Meta`] they make.

use banso_kernel::{CallId, Day, Instant, LocalText, Yen};

use crate::markdown::Line;
use crate::model::Meta;
use crate::problem::{Code, Problem, Span};
use crate::rules::key_twice;
use crate::words::{Entry, UNCONFIRMED, Words, entry, list, local, yes_no};

/// Most characters of the beginning of a number.
const PREFIX_MAX: usize = 20;

/// Every key, and whether it must be there.
const KEYS: [(&str, bool); 17] = [
    ("制度", true),
    ("回", true),
    ("版", true),
    ("名称", true),
    ("公募名", true),
    ("公表日", true),
    ("受付", true),
    ("予算", true),
    ("根拠法", true),
    ("交付決定権者", true),
    ("事務局", true),
    ("番号", true),
    ("不服の申立て", false),
    ("納付の方法", false),
    ("合成", false),
    ("使う定義", false),
    ("改正", false),
];

/// What the front matter says beyond [`Meta`].
pub(crate) struct Front {
    pub meta: Option<Meta>,
    /// The day on which applications open, and the day of publication; far in the future while they cannot be read.
    pub opens: Day,
    pub published: Day,
    /// Names in `使う定義`, each with the day it is wanted of, if one is written.
    pub uses: Vec<(Words, Option<Day>)>,
    /// Why this edition was made (改正).
    pub amendment: Option<LocalText>,
    /// Where the body begins.
    pub body: usize,
}

/// Reads the front matter of `source`.
pub(crate) fn read(source: &str, problems: &mut Vec<Problem>) -> Front {
    let (lines, body) = lines_of(source, problems);
    let entries = entries_of(&lines, problems);
    let whole = Span::new(0, body.min(source.len()));
    let mut reader = Reader { entries: &entries, whole, problems };
    let meta = reader.meta();
    let uses = reader.uses();
    let amendment = reader.optional("改正").map(|w| local(&w.text));
    let later = Day::parse("9999-01-01").unwrap_or_else(|_| Instant::new(Default::default()).day());
    let opens = reader
        .optional("受付")
        .and_then(|w| w.text.split_once("から").and_then(|(a, _)| Instant::parse(a).ok()))
        .map_or(later, Instant::day);
    let published = reader.optional("公表日").and_then(|w| Day::parse(&w.text).ok()).unwrap_or(later);
    Front { meta, opens, published, uses, amendment, body }
}

/// Where the value of a key stands, in a text that was read before.
pub(crate) fn place_of(source: &str, key: &str) -> Option<Span> {
    let (lines, _) = lines_of(source, &mut Vec::new());
    lines.iter().filter_map(entry).find(|e| e.key.text == key).map(|e| e.value.at)
}

/// What the front matter of a kept text says, as far as it can be read. A call whose period cannot be read has long been closed.
pub(crate) fn salvaged(source: &str, call: &CallId, name: &str) -> Meta {
    let mut unheard = Vec::new();
    let (lines, body) = lines_of(source, &mut unheard);
    let entries = entries_of(&lines, &mut unheard);
    let mut reader = Reader { entries: &entries, whole: Span::new(0, body.min(source.len())), problems: &mut unheard };
    let long_ago = Instant::new(Default::default());
    let text = |key: &str| reader.optional(key).map(|w| w.text).unwrap_or_default();
    let (legal_basis, authority, office) = (text("根拠法"), text("交付決定権者"), text("事務局"));
    let said = |key: &str, other: &str| reader.optional(key).map_or_else(|| LocalText::ja(other), |w| local(&w.text));
    let (programme, call_name) = (said("名称", call.programme()), said("公募名", call.as_str()));
    let number_prefix = reader.optional("番号").and_then(|w| reader.prefix(&w)).unwrap_or_default();
    let (opens, closes) = reader.optional("受付").and_then(|w| reader.period(&w)).unwrap_or((long_ago, long_ago));
    Meta {
        call: call.clone(),
        edition: name.to_owned(),
        programme,
        call_name,
        published: reader.optional("公表日").and_then(|w| Day::parse(&w.text).ok()).unwrap_or_else(|| long_ago.day()),
        opens,
        closes,
        budget: reader.optional("予算").and_then(|w| reader.budget(&w)),
        legal_basis,
        authority,
        office,
        number_prefix,
        objection: reader.said("不服の申立て"),
        payment: reader.said("納付の方法"),
        synthetic: reader.optional("合成").and_then(|w| yes_no(&w.text)).unwrap_or_default(),
    }
}

fn lines_of(source: &str, problems: &mut Vec<Problem>) -> (Vec<Line>, usize) {
    let mut lines = Vec::new();
    let mut offset = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut opened = false;
    for raw in source.get(offset..).unwrap_or_default().split_inclusive('\n') {
        let text = raw.trim_end();
        let line = Line { text: text.to_owned(), at: Span::new(offset, offset + text.len()) };
        offset += raw.len();
        match (opened, text == "---") {
            (false, true) => opened = true,
            (true, true) => return (lines, offset),
            (false, false) if text.is_empty() => {}
            (false, false) => break,
            (true, false) => lines.push(line),
        }
    }
    let at = lines.first().map_or(Span::new(0, 0), |l: &Line| Span::new(0, l.at.start));
    problems.push(
        Problem::error(
            Code::FrontMatter,
            at,
            if opened { "前書きが閉じていません。" } else { "前書きがありません。" },
            if opened { "The front matter is not closed." } else { "There is no front matter." },
        )
        .remedy(
            "文の初めに、--- の行で挟んだ「キー: 値」の行を置いてください。",
            "Begin the text with `key: value` lines between two lines of `---`.",
        ),
    );
    (Vec::new(), 0)
}

fn entries_of(lines: &[Line], problems: &mut Vec<Problem>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines.iter().filter(|l| !l.text.trim().is_empty() && !l.text.trim_start().starts_with('#')) {
        let Some(found) = entry(line) else {
            problems.push(
                Problem::error(Code::FrontMatter, line.at, "「キー: 値」の形ではありません。", "This line is not `key: value`.")
                    .remedy("例: 公表日: 2025-04-01", "For example `公表日: 2025-04-01`."),
            );
            continue;
        };
        if !KEYS.iter().any(|(k, _)| *k == found.key.text) {
            problems.push(
                Problem::error(
                    Code::UnknownKey,
                    found.key.at,
                    format!("前書きに「{}」というキーはありません。", found.key.text),
                    format!("The front matter has no key `{}`.", found.key.text),
                )
                .suggest(&found.key.text, KEYS.map(|(k, _)| k)),
            );
            continue;
        }
        if let Some(before) = entries.iter().find(|e| e.key.text == found.key.text) {
            problems.push(key_twice(before, &found));
            continue;
        }
        entries.push(found);
    }
    entries
}

struct Reader<'a> {
    entries: &'a [Entry],
    whole: Span,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn meta(&mut self) -> Option<Meta> {
        let programme = self.required("制度");
        let round = self.required("回");
        let call = programme.zip(round).and_then(|(p, r)| self.call(&p, &r));
        let edition = self.required("版").map(|w| w.text);
        let title = self.required("名称").map(|w| local(&w.text));
        let call_name = self.required("公募名").map(|w| local(&w.text));
        let published = self.required("公表日").and_then(|w| self.day(&w));
        let period = self.required("受付").and_then(|w| self.period(&w));
        let budget = self.required("予算").map(|w| self.budget(&w));
        let legal_basis = self.required("根拠法").map(|w| w.text);
        let authority = self.required("交付決定権者").map(|w| w.text);
        let office = self.required("事務局").map(|w| w.text);
        let number_prefix = self.required("番号").and_then(|w| self.prefix(&w));
        let synthetic = self.optional("合成").is_some_and(|w| self.flag(&w));
        let (opens, closes) = period?;
        self.published_in_time(published, closes);
        Some(Meta {
            call: call?,
            edition: edition?,
            programme: title?,
            call_name: call_name?,
            published: published?,
            opens,
            closes,
            budget: budget?,
            legal_basis: legal_basis?,
            authority: authority?,
            office: office?,
            number_prefix: number_prefix?,
            objection: self.said("不服の申立て"),
            payment: self.said("納付の方法"),
            synthetic,
        })
    }

    /// An edition that is made public after the last day governs nothing.
    fn published_in_time(&mut self, published: Option<Day>, closes: Instant) {
        let Some(words) = self.optional("公表日").filter(|_| published.is_some_and(|d| d > closes.day())) else { return };
        self.problems.push(
            Problem::error(
                Code::BadDay,
                words.at,
                "公表日が受付の終わりより後です。",
                "The day of publication is after the end of the application period.",
            )
            .remedy("公表日と受付の年を確かめてください。", "Check the years of 公表日 and 受付."),
        );
    }

    /// What letters say as it stands here; `None` where nothing is written.
    fn said(&self, key: &str) -> Option<String> {
        self.optional(key).map(|w| w.text).filter(|t| !t.is_empty())
    }

    fn optional(&self, key: &str) -> Option<Words> {
        self.entries.iter().find(|e| e.key.text == key).map(|e| e.value.clone())
    }

    fn required(&mut self, key: &str) -> Option<Words> {
        match self.optional(key) {
            Some(value) if !value.text.is_empty() => Some(value),
            Some(_) | None => {
                self.problems.push(
                    Problem::error(
                        Code::MissingKey,
                        self.whole,
                        format!("前書きに「{key}」がありません。"),
                        format!("The front matter lacks `{key}`."),
                    )
                    .remedy(format!("「{key}: …」の行を加えてください。"), format!("Add a line `{key}: …`.")),
                );
                None
            }
        }
    }

    fn call(&mut self, programme: &Words, round: &Words) -> Option<CallId> {
        let call = CallId::parse(&format!("{}/{}", programme.text, round.text)).ok();
        if call.is_none() {
            self.problems.push(Problem::error(
                Code::BadValue,
                programme.at,
                "制度と回は、英小文字・数字・ハイフンで書いてください。",
                "Write 制度 and 回 in lower-case letters, digits and hyphens.",
            ));
        }
        call
    }

    fn day(&mut self, words: &Words) -> Option<Day> {
        let day = Day::parse(&words.text).ok();
        if day.is_none() {
            self.problems.push(
                Problem::error(
                    Code::BadDay,
                    words.at,
                    format!("「{}」という日はありません。", words.text),
                    format!("`{}` is not a day.", words.text),
                )
                .remedy("2025-04-01 や 令和7年4月1日 のように書いてください。", "Write 2025-04-01 or 令和7年4月1日."),
            );
        }
        day
    }

    /// `2025-04-18T10:00+09:00 から 2025-06-20T17:00+09:00 まで`.
    fn period(&mut self, words: &Words) -> Option<(Instant, Instant)> {
        let folded = words.text.trim_end_matches("まで");
        let instants = folded.split_once("から").and_then(|(a, b)| Instant::parse(a).ok().zip(Instant::parse(b).ok()));
        let Some((opens, closes)) = instants else {
            self.problems.push(
                Problem::error(Code::BadDay, words.at, "受付期間が読めません。", "The application period cannot be read.").remedy(
                    "2025-04-18T10:00+09:00 から 2025-06-20T17:00+09:00 まで のように書いてください。",
                    "Write `2025-04-18T10:00+09:00 から 2025-06-20T17:00+09:00 まで`.",
                ),
            );
            return None;
        };
        if closes <= opens {
            self.problems.push(
                Problem::error(Code::ClosesBeforeOpens, words.at, "受付の終わりが初めより前です。", "The period ends before it begins.")
                    .remedy("初めと終わりを入れ替えていないか確かめてください。", "Check whether the two were swapped."),
            );
            return None;
        }
        Some((opens, closes))
    }

    fn budget(&mut self, words: &Words) -> Option<Yen> {
        if words.text == UNCONFIRMED {
            return None;
        }
        match Yen::parse(&words.text) {
            Ok(yen) if yen > Yen::ZERO => Some(yen),
            Ok(_) | Err(_) => {
                self.problems.push(
                    Problem::error(
                        Code::BadYen,
                        words.at,
                        format!("「{}」は円の額ではありません。", words.text),
                        format!("`{}` is not an amount in yen.", words.text),
                    )
                    .remedy(
                        "123億円 や 4,500万円 のように書くか、要確認 としてください。",
                        "Write 123億円 or 4,500万円, or 要確認 if it is not settled.",
                    ),
                );
                None
            }
        }
    }

    /// What numbers of receipts and letters begin with; it stands in names of files too.
    fn prefix(&mut self, words: &Words) -> Option<String> {
        let plain = words.text.chars().all(|c| c.is_alphanumeric() || c == '-') && words.text.chars().count() <= PREFIX_MAX;
        if plain {
            return Some(words.text.clone());
        }
        self.problems.push(
            Problem::error(
                Code::BadValue,
                words.at,
                format!("「{}」は受付番号の頭に使えません。", words.text),
                format!("`{}` cannot begin a receipt number.", words.text),
            )
            .remedy(
                format!("文字・数字・ハイフンだけで、{PREFIX_MAX}字までにしてください。例: G7-1"),
                format!("Use letters, digits and hyphens only, at most {PREFIX_MAX}. For example G7-1."),
            ),
        );
        None
    }

    fn flag(&mut self, words: &Words) -> bool {
        yes_no(&words.text).unwrap_or_else(|| {
            self.problems.push(Problem::error(
                Code::BadValue,
                words.at,
                "「はい」か「いいえ」を書いてください。",
                "Write はい (yes) or いいえ (no).",
            ));
            false
        })
    }

    /// `中小企業者/2016-04-01、みなし大企業`.
    fn uses(&mut self) -> Vec<(Words, Option<Day>)> {
        let Some(words) = self.optional("使う定義") else { return Vec::new() };
        let mut out = Vec::new();
        for part in list(&words) {
            match part.text.split_once('/') {
                Some((name, day)) => {
                    let day_words = Words { text: day.trim().to_owned(), at: part.at };
                    let day = self.day(&day_words);
                    out.push((Words { text: name.trim().to_owned(), at: part.at }, day));
                }
                None => out.push((part, None)),
            }
        }
        out
    }
}
