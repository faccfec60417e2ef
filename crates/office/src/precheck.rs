//! "Can my firm apply, and for how much?", asked by anyone. Nothing is kept: the facts come with the question and go with the answer.

use std::collections::{BTreeMap, BTreeSet};

use banso_guideline::answers::{BUDGET_ITEM, LINE_PART, read_value};
use banso_guideline::{Amount, Edition, Examination, Facts, FieldKind, Item, ItemId, ItemKind, Missing, SectionContent, Value, WayOut};
use banso_kernel::{CallId, Exact, LocalText};

use crate::{FieldProblem, Office, OfficeError};

/// How many rows a question about a list has (members, costs).
const ROWS: u32 = 6;
/// The part of a list's record that counts its rows, and is filled in for the one who asks.
const ROW_NUMBER: &str = "構成員";
/// The list whose rows are numbered.
const NUMBERED: &str = banso_guideline::answers::CONSORTIUM_ITEM;

/// One thing to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    One(Ask),
    /// Rows of records.
    Rows {
        label: LocalText,
        help: LocalText,
        rows: Vec<Vec<Ask>>,
    },
}

/// One field of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Name of the form's field: the item, or `list.row.part`.
    pub name: String,
    pub label: LocalText,
    pub help: LocalText,
    pub kind: FieldKind,
    /// As typed.
    pub text: String,
}

/// What the guideline says of the facts given.
#[derive(Debug, Clone)]
pub struct Precheck {
    pub edition: Edition,
    pub questions: Vec<Question>,
    pub examination: Examination,
    /// The smallest changes that would turn a no into a yes.
    pub ways_out: Vec<WayOut>,
    /// The fewest items that settle an unknown, the one that matters most first.
    pub fewest: Vec<ItemId>,
    pub amount: Amount,
    pub problems: Vec<FieldProblem>,
    /// False while nothing was typed.
    pub asked: bool,
}

impl Office {
    /// Examines the facts as typed; what cannot be read is a problem of its field and stays unknown.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when there is no such call; [`OfficeError::Suspended`].
    pub fn precheck(&self, call: &CallId, typed: &BTreeMap<String, String>) -> Result<Precheck, OfficeError> {
        let edition = self.edition_in_force(call)?;
        self.takes_acts(call)?;
        let questions = edition.questions();
        let items = asked_once(&edition, &questions);
        let relevant = questions.into_iter().chain(edition.questions_of_rows()).collect();
        let mut reader = Reader { edition: &edition, typed, relevant, facts: Facts::default(), problems: Vec::new() };
        let questions = items.iter().map(|item| reader.question(item)).collect();
        reader.strangers();
        let Reader { facts, problems, .. } = reader;
        let (examination, amount) = (edition.examine(&facts), edition.amount(&facts));
        let (ways_out, fewest) = (edition.ways_out(&facts), edition.fewest_questions(&facts));
        let asked = typed.values().any(|t| !t.trim().is_empty());
        Ok(Precheck { questions, examination, ways_out, fewest, amount, problems, asked, edition })
    }
}

impl Precheck {
    /// What an unknown answer waits for, in words.
    #[must_use]
    pub fn missing(&self, missing: &Missing) -> LocalText {
        match missing {
            Missing::Fact(item) => self.edition.dictionary().get(item).map_or_else(|| LocalText::ja(item), |i| i.label.clone()),
            Missing::Unconfirmed { clause, what } => LocalText::new(
                format!("{what}（{clause} 要確認：制度側で未確定）"),
                format!("{what} ({clause}: not settled by the programme yet)"),
            ),
        }
    }

    /// The items to answer next, the most useful first.
    #[must_use]
    pub fn next(&self) -> Vec<LocalText> {
        self.fewest.iter().take(3).map(|id| self.missing(&Missing::Fact(id.clone()))).collect()
    }
}

/// What to ask, in the order of the dictionary: what a list asks in its rows is not asked again on its own.
fn asked_once(edition: &Edition, questions: &[ItemId]) -> Vec<Item> {
    let items: Vec<Item> = questions.iter().filter_map(|id| edition.dictionary().get(id).cloned()).collect();
    let in_rows: BTreeSet<String> = items
        .iter()
        .flat_map(|item| match &item.kind {
            ItemKind::List(parts) => parts.clone(),
            ItemKind::Number { .. }
            | ItemKind::Text
            | ItemKind::YesNo
            | ItemKind::Choice(_)
            | ItemKind::Day
            | ItemKind::CorporateNumber => Vec::new(),
        })
        .collect();
    items.into_iter().filter(|item| !in_rows.contains(&item.id)).collect()
}

/// The names of the form's budget lines, to choose from.
fn budget_lines(edition: &Edition) -> Vec<String> {
    let lines = edition.form().sections.iter().flat_map(|s| match &s.content {
        SectionContent::Budget { lines, .. } => lines.iter().map(|l| l.name.clone()).collect(),
        SectionContent::Fields(_) | SectionContent::Consortium { .. } | SectionContent::Kpis | SectionContent::Documents(_) => Vec::new(),
    });
    lines.collect()
}

struct Reader<'a> {
    edition: &'a Edition,
    typed: &'a BTreeMap<String, String>,
    /// What the conditions and the amount look at, on its own or in the rows of lists.
    relevant: BTreeSet<ItemId>,
    facts: Facts,
    problems: Vec<FieldProblem>,
}

impl Reader<'_> {
    fn question(&mut self, item: &Item) -> Question {
        match (&item.kind, item.field_kind()) {
            (ItemKind::List(parts), _) => self.rows(item, parts),
            (_, Some(kind)) => {
                let ask = self.ask(item.id.clone(), item, kind);
                if let Some(value) = self.value(&ask) {
                    self.facts.0.insert(item.id.clone(), value);
                }
                Question::One(ask)
            }
            (_, None) => Question::Rows { label: item.label.clone(), help: item.help.clone(), rows: Vec::new() },
        }
    }

    fn ask(&self, name: String, item: &Item, kind: FieldKind) -> Ask {
        let text = self.typed.get(&name).cloned().unwrap_or_default();
        Ask { name, label: item.label.clone(), help: item.help.clone(), kind, text }
    }

    fn kind(&self, part: &Item) -> Option<FieldKind> {
        if part.id == LINE_PART { Some(FieldKind::Choice(budget_lines(self.edition))) } else { part.field_kind() }
    }

    fn value(&mut self, ask: &Ask) -> Option<Value> {
        match read_value(&ask.kind, &ask.text) {
            Ok(value) => value,
            Err((_, text)) => {
                self.problems.push(FieldProblem { field: ask.name.clone(), text });
                None
            }
        }
    }

    /// Costs of somebody who is in no row of the consortium.
    fn strangers(&mut self) {
        let part = self.edition.dictionary().get(ROW_NUMBER).filter(|_| self.relevant.contains(NUMBERED));
        let Some(kind) = part.and_then(Item::field_kind) else { return };
        let number = |value: &Value| if let Value::Number(n) = value { Some(*n) } else { None };
        let members: BTreeSet<Exact> = match self.facts.0.get(NUMBERED) {
            Some(Value::List(rows)) => rows
                .iter()
                .filter_map(|row| if let Value::Record(parts) = row { parts.get(ROW_NUMBER).and_then(number) } else { None })
                .collect(),
            Some(_) | None => BTreeSet::new(),
        };
        for field in (1..=ROWS).map(|row| format!("{BUDGET_ITEM}.{row}.{ROW_NUMBER}")) {
            let text = self.typed.get(&field).map(String::as_str).unwrap_or_default();
            let typed = read_value(&kind, text).ok().flatten().as_ref().and_then(number);
            if let Some(n) = typed.filter(|n| !members.contains(n)) {
                self.problems.push(FieldProblem::new(
                    field,
                    format!("{n}番目の構成員がいません。共同体の{n}行目に入力するか、番号を直してください。"),
                    format!("There is no member {n}: fill row {n} of the consortium, or put the number right."),
                ));
            }
        }
    }

    fn rows(&mut self, list: &Item, parts: &[String]) -> Question {
        let numbered = list.id == NUMBERED;
        let asked: Vec<Item> = parts
            .iter()
            .filter(|p| !(*p == ROW_NUMBER && (numbered || !self.relevant.contains(NUMBERED))))
            .filter_map(|p| self.edition.dictionary().get(p).cloned())
            .filter(|p| list.id == BUDGET_ITEM || self.relevant.contains(&p.id))
            .collect();
        let (mut rows, mut records) = (Vec::new(), Vec::new());
        for row in 1..=ROWS {
            let asks: Vec<Ask> =
                asked.iter().filter_map(|part| Some(self.ask(format!("{}.{row}.{}", list.id, part.id), part, self.kind(part)?))).collect();
            let mut record: BTreeMap<String, Value> =
                asks.iter().zip(&asked).filter_map(|(ask, part)| Some((part.id.clone(), self.value(ask)?))).collect();
            if !record.is_empty() {
                if numbered {
                    record.insert(ROW_NUMBER.to_owned(), Value::Number(Exact::from_integer(i128::from(row))));
                }
                records.push(Value::Record(record));
            }
            rows.push(asks);
        }
        if !records.is_empty() {
            self.facts.0.insert(list.id.clone(), Value::List(records));
        }
        Question::Rows { label: list.label.clone(), help: list.help.clone(), rows }
    }
}
