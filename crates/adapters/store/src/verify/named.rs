//! Rows that acts name and that are no list: editions, plans, files of applications, answers to requests. Each has to say what its act
//! says, and none may be there that no act names.

use std::collections::BTreeMap;

use banso_grant::{ActRecord, CallAct, CaseAct, LetterAct, ReadWith};
use banso_kernel::{CallId, Digest, Instant, LocalText, NoticeId};

use super::report::{row_place, unreadable};
use super::{AT_ONCE, Walk};
use crate::Store;
use crate::batch::Committed;
use crate::contents::EditionText;
use crate::db::{Arg, Row, args, built};
use crate::fault::Fault;
use crate::ledger::fold::Decoded;
use crate::ledger::insert::tuples;

/// What acts say of rows beside them.
#[derive(Default)]
pub(super) struct Named {
    editions: BTreeMap<Digest, Publication>,
    plans: BTreeMap<Digest, PlanNamed>,
    /// Bytes of each document, and when it was first named.
    documents: BTreeMap<Digest, u64>,
    /// When a text or document was first named.
    pub(super) since: BTreeMap<Digest, Instant>,
    /// The letter of each notice that came with one, and the act that says so.
    pub(super) letters: BTreeMap<NoticeId, (Digest, String)>,
}

struct Publication {
    call: String,
    name: String,
    read_with: Option<ReadWith>,
    /// The place of its act among those of the call.
    seq: u64,
}

struct PlanNamed {
    call: String,
    kind: &'static str,
    actor: String,
}

impl Named {
    /// What an act says.
    pub(super) fn take(&mut self, record: &ActRecord, act: &Decoded) {
        match act {
            Decoded::Case(recorded) => self.take_case(record, &recorded.act),
            Decoded::Call(recorded) => self.take_call(record, &recorded.act),
            Decoded::Letter(recorded) => {
                let LetterAct::LetterIssued(letter) = &recorded.act;
                self.since.entry(letter.document).or_insert(record.recorded_at);
                let act = || format!("{} {}", record.stream, record.seq);
                self.letters.extend(letter.notices.iter().map(|notice| (*notice, (letter.document, act()))));
            }
        }
    }

    fn take_case(&mut self, record: &ActRecord, act: &CaseAct) {
        let Some(papers) = act.papers() else { return };
        if let Some(text) = papers.text {
            self.since.entry(text).or_insert(record.recorded_at);
        }
        for document in papers.documents {
            self.documents.entry(document.digest).or_insert(document.bytes);
            self.since.entry(document.digest).or_insert(record.recorded_at);
        }
    }

    fn take_call(&mut self, record: &ActRecord, act: &CallAct) {
        for text in act.texts() {
            self.since.entry(text).or_insert(record.recorded_at);
        }
        let call = || record.stream.to_string().trim_start_matches("call:").to_owned();
        let plan = |kind| PlanNamed { call: call(), kind, actor: record.actor.clone() };
        match act {
            CallAct::EditionPublished { edition, name, read_with } => {
                let said = Publication { call: call(), name: name.clone(), read_with: *read_with, seq: record.seq };
                self.editions.entry(*edition).or_insert(said);
            }
            CallAct::ReviewOpened { plan: digest, .. } => {
                self.plans.entry(*digest).or_insert(plan("review"));
            }
            CallAct::SelectionFrozen { plan: digest, .. } => {
                self.plans.entry(*digest).or_insert(plan("selection"));
            }
            CallAct::StudyDeclared(declared) => {
                self.plans.entry(declared.study).or_insert(plan("study"));
            }
            CallAct::PaymentRunFrozen(frozen) => {
                self.plans.entry(frozen.run).or_insert(plan("payment"));
            }
            CallAct::ReviewClosed { .. }
            | CallAct::SelectionDiscarded { .. }
            | CallAct::SelectionExecuted { .. }
            | CallAct::StudyRun(_)
            | CallAct::PaymentRunApproved { .. }
            | CallAct::PaymentRunDiscarded { .. }
            | CallAct::PaymentRunSettled(_) => {}
        }
    }
}

fn no_act() -> LocalText {
    LocalText::new("この行を作る行為がありません。", "no acts make this row")
}

fn differs(what: (&str, &str), said: &str, found: &str) -> LocalText {
    LocalText::new(
        format!("{}は、行為からは「{said}」ですが、行は「{found}」です。", what.0),
        format!("{}: the acts say `{said}`, the row says `{found}`", what.1),
    )
}

fn words(read_with: Option<ReadWith>) -> String {
    read_with.map_or_else(|| "-".to_owned(), |w| format!("{} {}", w.dictionary, w.definitions))
}

impl Named {
    /// What is wrong with a row of `editions`; `last` holds the newest publication met so far of each call.
    fn of_edition(&self, row: &Row, last: &mut BTreeMap<CallId, u64>) -> Vec<LocalText> {
        let edition = match EditionText::try_from(row) {
            Ok(edition) => edition,
            Err(e) => return vec![unreadable(&e)],
        };
        let Some(said) = self.editions.get(&edition.digest) else { return vec![no_act()] };
        let (pinned, found) = (words(said.read_with), words(edition.read_with));
        let mut wrong = unlike([
            (("公募", "call"), said.call.as_str(), edition.call.as_str()),
            (("名称", "name"), said.name.as_str(), edition.name.as_str()),
            (("事実辞書と共通の定義", "dictionary and definitions"), pinned.as_str(), found.as_str()),
        ]);
        // Numbers rise in the order of publication: the highest is the one in force.
        if said.seq <= last.insert(edition.call, said.seq).unwrap_or(0) {
            wrong.push(LocalText::new("版の番号の順が、公表の順と違います。", "its number is not in the order of publication"));
        }
        wrong
    }

    /// What is wrong with a row of `plans`.
    fn of_plan(&self, row: &Row) -> Result<Vec<LocalText>, Fault> {
        let said = row.text("digest")?.parse().ok().and_then(|d: Digest| self.plans.get(&d));
        let Some(said) = said else { return Ok(vec![no_act()]) };
        let (call, kind, maker) = (row.text("call_id")?, row.text("kind")?, format!("person:{}", row.text("made_by")?));
        Ok(unlike([
            (("公募", "call"), said.call.as_str(), call.as_str()),
            (("種類", "kind"), said.kind, kind.as_str()),
            (("作成者", "maker"), said.actor.as_str(), maker.as_str()),
        ]))
    }

    /// What is wrong with a row of `attachments`.
    fn of_attachment(&self, row: &Row) -> Result<Vec<LocalText>, Fault> {
        let (digest, found) = (row.text("digest")?, row.count::<u64>("bytes")?.to_string());
        let said = digest.parse().ok().and_then(|d: Digest| self.documents.get(&d)).map(u64::to_string);
        Ok(said.map_or_else(Vec::new, |said| unlike([(("大きさ", "bytes"), said.as_str(), found.as_str())])))
    }
}

/// What differs, of pairs of what the acts and the row say.
fn unlike<const N: usize>(pairs: [((&str, &str), &str, &str); N]) -> Vec<LocalText> {
    pairs.into_iter().filter(|(_, said, found)| said != found).map(|(what, said, found)| differs(what, said, found)).collect()
}

impl Walk {
    fn all_wrong(&mut self, place: &LocalText, wrong: Vec<LocalText>) {
        wrong.into_iter().for_each(|what| self.problem(place.clone(), what));
    }
}

impl Store {
    /// Compares the rows that acts name with what they say.
    pub(super) async fn compare_named(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut last = BTreeMap::new();
        for row in self.db().rows("SELECT * FROM editions ORDER BY call_id, number", args![]).await? {
            let wrong = walk.named.of_edition(&row, &mut last);
            walk.all_wrong(&row_place("editions", &row.text("digest")?), wrong);
        }
        for row in self.db().rows("SELECT digest, call_id, kind, made_by FROM plans ORDER BY digest", args![]).await? {
            let wrong = walk.named.of_plan(&row)?;
            walk.all_wrong(&row_place("plans", &row.text("digest")?), wrong);
        }
        let mut after = (String::new(), String::new());
        loop {
            let sql = "SELECT case_id, digest, bytes FROM attachments WHERE (case_id, digest) > ($1, $2) ORDER BY case_id, digest LIMIT $3";
            let rows = self.db().rows(sql, args![&after.0, &after.1, AT_ONCE]).await?;
            let Some(end) = rows.last() else { break };
            after = (end.text("case_id")?, end.text("digest")?);
            for row in &rows {
                let wrong = walk.named.of_attachment(row)?;
                walk.all_wrong(&row_place("attachments", &format!("{} {}", row.text("case_id")?, row.text("digest")?)), wrong);
            }
        }
        self.compare_requests(walk).await
    }

    /// The answer that a repeated request gets names acts: they must be there.
    async fn compare_requests(&self, walk: &mut Walk) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let sql = "SELECT id, result FROM requests WHERE id > $1 ORDER BY id LIMIT $2";
            let rows = self.db().rows(sql, args![&after, AT_ONCE]).await?;
            let Some(end) = rows.last() else { return Ok(()) };
            after = end.text("id")?;
            for row in &rows {
                self.compare_request(row, walk).await?;
            }
        }
    }

    async fn compare_request(&self, row: &Row, walk: &mut Walk) -> Result<(), Fault> {
        let place = row_place("requests", &row.text("id")?);
        let answered: Committed = match row.json("result") {
            Ok(answered) => answered,
            Err(e) => {
                walk.problem(place, unreadable(&e));
                return Ok(());
            }
        };
        if answered.acts.is_empty() {
            return Ok(());
        }
        let positions: Vec<Arg> = answered.acts.iter().map(|a| Arg::from(a.position)).collect();
        let sql = built(format!("SELECT stream, seq, position, hash FROM acts WHERE position IN {}", tuples(1, positions.len())));
        let mut found = BTreeMap::new();
        for row in self.db().rows(sql, positions).await? {
            found.insert(row.count::<u64>("position")?, (row.text("stream")?, row.count::<u64>("seq")?, row.text("hash")?));
        }
        for act in &answered.acts {
            if found.get(&act.position) != Some(&(act.stream.to_string(), act.seq, act.hash.to_string())) {
                let what = LocalText::new(
                    format!("答えにある行為（{} 行為{}）が台帳にありません。", act.stream, act.seq),
                    format!("its answer names {} act {}, which is not in the ledger", act.stream, act.seq),
                );
                walk.problem(place.clone(), what);
            }
        }
        Ok(())
    }
}
