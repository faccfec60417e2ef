//! Public pages: the list of calls, the guideline as a citizen reads it, "can my firm apply", two editions side by side.

mod compare;

use std::collections::BTreeMap;
use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use banso_grant::ReadWith;
use banso_guideline::{Block, Edition, FieldKind, Finding, Known, Shortfall, Truth};
use banso_kernel::{CallId, Digest, Instant, Lang, Yen};
use banso_office::{Ask, CallTime, Office, OfficeError, Precheck, PublishedCall, PublishedEdition, Question, Standing, call_time};
use serde::Deserialize;

use crate::context::{PageContext, is_japanese};
use crate::desks::{call_of, id};
use crate::failure::{Answer, Failure};

pub(crate) use compare::compared;

/// A call as a line of the list.
struct CallLine {
    call: CallId,
    time: CallTime,
    edition: Edition,
}

#[derive(Template, WebTemplate)]
#[template(path = "front.html")]
struct FrontPage {
    page: PageContext,
    lines: Vec<CallLine>,
    search: String,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    q: String,
}

pub(crate) async fn front(office: State<Office>, page: PageContext, search: Query<Search>) -> Answer {
    let wanted = search.0.q.trim().to_lowercase();
    let now = page.now;
    let lines = office.calls().into_iter().filter_map(|c| line(&c, now)).filter(|l| l.speaks_of(&wanted)).collect();
    Ok(FrontPage { page, lines, search: search.0.q }.into_response())
}

fn line(call: &PublishedCall, now: Instant) -> Option<CallLine> {
    let edition = call.current()?.clone();
    Some(CallLine { call: call.call.clone(), time: call_time(&edition, now), edition })
}

impl CallLine {
    fn speaks_of(&self, wanted: &str) -> bool {
        let meta = self.edition.meta();
        let texts = [&meta.programme, &meta.call_name];
        wanted.is_empty()
            || texts.iter().any(|t| t.ja.to_lowercase().contains(wanted) || t.get(Lang::En).to_lowercase().contains(wanted))
            || meta.office.to_lowercase().contains(wanted)
    }

    const fn open(&self) -> bool {
        matches!(self.time, CallTime::Open)
    }

    const fn closed(&self) -> bool {
        matches!(self.time, CallTime::Closed)
    }

    /// Whether it has to be said that the call is synthetic: its name may say so itself.
    fn to_be_called_synthetic(&self, page: &PageContext) -> bool {
        let name = page.local(&self.edition.meta().call_name);
        self.edition.meta().synthetic && !["synthetic", "合成"].iter().any(|word| name.contains(word))
    }
}

/// Words and tones of these pages.
impl PageContext {
    const fn tone_of(&self, time: CallTime) -> &'static str {
        match time {
            CallTime::Open => "active",
            CallTime::Upcoming => "",
            CallTime::Closed => "",
        }
    }

    fn time_label(&self, time: CallTime) -> &'static str {
        match time {
            CallTime::Open => self.lang.pick("受付中", "Open"),
            CallTime::Upcoming => self.lang.pick("受付前", "Not open yet"),
            CallTime::Closed => self.lang.pick("受付終了", "Closed"),
        }
    }
}

/// What watches the server gives up early itself; it is told before.
const HEALTH_TIME: Duration = Duration::from_secs(1);

/// For whatever watches the server: 200 when the database answers, 503 when it does not.
pub(crate) async fn health(office: State<Office>) -> Answer {
    office.alive(HEALTH_TIME).await?;
    Ok("ok\n".into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "public/guideline.html")]
struct GuidelinePage {
    page: PageContext,
    call: PublishedCall,
    edition: Edition,
    time: CallTime,
    blocks: Vec<Block>,
    reading: ReadAs,
}

/// For whom an edition is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadAs {
    /// In force, for whoever thinks of applying.
    Citizen,
    /// By its digest, whether it is still in force or not.
    Published,
    /// The same on the auditor's desk.
    Record,
}

impl GuidelinePage {
    /// Whether it is shown as a record, and not as the way to an application.
    fn on_record(&self) -> bool {
        self.reading != ReadAs::Citizen
    }

    fn audited(&self) -> bool {
        self.reading == ReadAs::Record
    }

    /// The edition as its call holds it.
    fn published(&self) -> Option<&PublishedEdition> {
        self.call.editions.iter().find(|e| e.edition.digest() == self.edition.digest())
    }

    fn read_with(&self) -> Option<ReadWith> {
        self.published()?.read_with
    }

    fn accepted(&self) -> bool {
        self.published().is_none_or(|e| e.standing == Standing::InOrder)
    }

    /// Whether a part of the page is not in the language of the page.
    fn foreign(&self, html: &str) -> bool {
        self.page.lang == Lang::En && is_japanese(html)
    }

    /// Whether text stands on an English page for which the guideline has Japanese only.
    fn partly_japanese(&self) -> bool {
        let foreign = |text: &String| self.foreign(text);
        self.blocks.iter().any(|b| match b {
            Block::Prose { html } => foreign(html),
            Block::Heading { title, .. } => foreign(title),
            Block::Table { header, rows, .. } => header.iter().any(foreign) || rows.iter().flatten().any(foreign),
            Block::Rule(_) | Block::Amount { .. } | Block::Definition { .. } | Block::Example { .. } => false,
        })
    }

    /// The name of the table at a place of the text: its caption, with a number when another of this name stands before it.
    fn table_label(&self, at: &usize) -> String {
        let name = |block: &Block| match block {
            Block::Table { caption, .. } => Some(caption.clone().unwrap_or_else(|| self.page.t("表", "Table").to_owned())),
            Block::Heading { .. }
            | Block::Prose { .. }
            | Block::Rule(_)
            | Block::Amount { .. }
            | Block::Definition { .. }
            | Block::Example { .. } => None,
        };
        let own = self.blocks.get(*at).and_then(name).unwrap_or_default();
        let before = self.blocks.iter().take(*at).filter_map(name).filter(|other| *other == own).count();
        if before == 0 { own } else { format!("{own}（{}）", before + 1) }
    }

    fn machine_label(&self, label: &str) -> String {
        format!("{label}{}", self.page.t("：システムが使う列", ": columns that the system uses"))
    }

    /// The columns that the system uses, behind the first that people read.
    fn beside<'a>(&self, row: &'a [String], machine: &[usize]) -> Vec<&'a str> {
        let read = (0..row.len()).find(|column| !machine.contains(column));
        read.into_iter().chain(machine.iter().copied()).filter_map(|column| row.get(column)).map(String::as_str).collect()
    }

    /// The language of a table whose cells are all Japanese on an English page: said once, for its caption too.
    fn lang_of_table(&self, header: &[String], rows: &[Vec<String>]) -> &'static str {
        if header.iter().chain(rows.iter().flatten()).all(|cell| is_japanese(cell)) { self.page.lang_of("表") } else { "" }
    }

    fn lang_of_lines(&self, lines: &[String]) -> &'static str {
        self.page.lang_of(&lines.join(" "))
    }

    fn in_force(&self) -> bool {
        self.call.current().is_some_and(|c| c.digest() == self.edition.digest())
    }
}

pub(crate) async fn guideline(office: State<Office>, page: PageContext, Path((programme, round)): Path<(String, String)>) -> Answer {
    let call = office.published_call(&call_of((&programme, &round))?)?;
    let edition = call.current().cloned().ok_or(OfficeError::NotFound)?;
    Ok(as_page(page, call, edition, ReadAs::Citizen))
}

/// Any edition of a call, by its digest: what was handed in is read beside the edition that governed it.
pub(crate) async fn edition(
    office: State<Office>,
    page: PageContext,
    Path((programme, round, digest)): Path<(String, String, String)>,
) -> Answer {
    let call = office.published_call(&call_of((&programme, &round))?)?;
    let digest: Digest = id(&digest)?;
    let edition = call.editions.iter().find(|e| e.edition.digest() == digest).map(|e| e.edition.clone()).ok_or(OfficeError::NotFound)?;
    Ok(as_page(page, call, edition, ReadAs::Published))
}

impl PageContext {
    /// The address of an edition as it was published, for whatever names a clause of it.
    pub(crate) fn edition_path(&self, edition: &Edition) -> String {
        format!("/calls/{}/editions/{}", edition.meta().call, edition.digest())
    }
}

fn as_page(page: PageContext, call: PublishedCall, edition: Edition, reading: ReadAs) -> Response {
    let (time, blocks) = (call_time(&edition, page.now), edition.page(page.lang));
    GuidelinePage { page, call, edition, time, blocks, reading }.into_response()
}

/// Any edition that an act names, on the auditor's desk: to read, not to apply under.
pub(crate) fn as_recorded(page: PageContext, call: PublishedCall, edition: Edition) -> Response {
    as_page(page, call, edition, ReadAs::Record)
}

/// The text itself, as published: for whoever wants to check the digest.
pub(crate) async fn source(office: State<Office>, Path((programme, round)): Path<(String, String)>) -> Answer {
    let edition = office.edition_in_force(&call_of((&programme, &round))?)?;
    let headers =
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8"), (header::CONTENT_DISPOSITION, "inline; filename=\"guideline.md\"")];
    Ok((headers, edition.source().to_owned()).into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "public/check.html")]
struct CheckPage {
    page: PageContext,
    call: CallId,
    check: Precheck,
}

pub(crate) async fn check(
    office: State<Office>,
    page: PageContext,
    Path((programme, round)): Path<(String, String)>,
    typed: Query<Vec<(String, String)>>,
) -> Answer {
    let call = call_of((&programme, &round))?;
    if typed.0.len() > 500 || typed.0.iter().any(|(_, v)| v.len() > 2_000) {
        return Err(Failure::TooLarge);
    }
    let typed: BTreeMap<String, String> = typed.0.into_iter().collect();
    let check = office.precheck(&call, &typed)?;
    let page = page.with_problems(check.problems.clone());
    Ok(CheckPage { page, call, check }.into_response())
}

impl CheckPage {
    /// Whether something was typed into a row.
    fn filled(row: &[Ask]) -> bool {
        row.iter().any(|ask| !ask.text.is_empty())
    }

    fn verdict_note(&self) -> &'static str {
        match self.check.examination.verdict {
            Truth::Yes => "good",
            Truth::No => "wrong",
            Truth::Unknown => "care",
        }
    }

    fn yen_known(&self, known: &Known<Yen>) -> String {
        match known {
            Known::Exactly(yen) => self.page.yen(yen),
            Known::Between(low, high) => format!("{} ～ {}", self.page.yen(low), self.page.yen(high)),
            Known::Unknown(_) => self.page.t("まだ分かりません", "not known yet").to_owned(),
        }
    }

    /// The options of a choice for the select control.
    fn options(&self, ask: &Ask) -> Vec<(String, String)> {
        match &ask.kind {
            FieldKind::Choice(options) => {
                let label = |o: &String| self.page.local(&self.check.edition.choice(o)).to_owned();
                options.iter().map(|o| (o.clone(), label(o))).collect()
            }
            FieldKind::YesNo => {
                vec![
                    ("はい".to_owned(), self.page.t("はい", "Yes").to_owned()),
                    ("いいえ".to_owned(), self.page.t("いいえ", "No").to_owned()),
                ]
            }
            FieldKind::Text { .. }
            | FieldKind::LongText { .. }
            | FieldKind::Number { .. }
            | FieldKind::Day
            | FieldKind::CorporateNumber => Vec::new(),
        }
    }

    /// The ways to comply, each the leaves that have to change.
    fn ways<'a>(&self, finding: &'a Finding) -> Vec<Vec<&'a Shortfall>> {
        let mut ways: BTreeMap<u32, Vec<&Shortfall>> = BTreeMap::new();
        for shortfall in &finding.shortfalls {
            ways.entry(shortfall.way).or_default().push(shortfall);
        }
        ways.into_values().collect()
    }
}

impl PageContext {
    pub(crate) const fn truth_tone(&self, truth: Truth) -> &'static str {
        match truth {
            Truth::Yes => "good",
            Truth::No => "wrong",
            Truth::Unknown => "care",
        }
    }

    pub(crate) fn truth_label(&self, truth: Truth) -> &'static str {
        match truth {
            Truth::Yes => self.lang.pick("適合", "Yes"),
            Truth::No => self.lang.pick("不適合", "No"),
            Truth::Unknown => self.lang.pick("まだ不明", "Not known yet"),
        }
    }
}
