//! What the running parts of a guideline come to: names, conditions, form, score sheet and the rest, with what is missing.

use std::collections::BTreeMap;

use banso_execution::rules::ExecutionRules;

use crate::after::After;
use crate::answers::CONSORTIUM_ITEM;
use crate::definitions::{Placed, constants};
use crate::dictionary::Dictionary;
use crate::documents;
use crate::expr::{DefinitionBody, Expr, Names, Output};
use crate::form::{self, Marked, twice};
use crate::front::Front;
use crate::library::SharedDefinition;
use crate::model::{
    Condition, Duty, Form, Item, ItemKind, Kpi, Missing, ReserveTerm, ScoreSheet, Section, SectionContent, SelectionRules, Track,
};
use crate::outline::{BlockKind, Part, TableKind};
use crate::overlap;
use crate::plan::{Plan, plan};
use crate::problem::{Code, Problem, Span};
use crate::required;
use crate::review::{self, References};
use crate::rules::{Rule, audience, misfit, rule};
use crate::targets;
use crate::words::{Words, local};

/// The item that names the line of a cost.
const BUDGET_LINE: &str = "経費区分";

/// The typed content of an edition.
#[derive(Debug)]
pub(crate) struct Content {
    pub tracks: Vec<Track>,
    pub form: Form,
    /// The conditions on which something of the form is required, by their text.
    pub required: BTreeMap<String, Expr>,
    pub sheet: ScoreSheet,
    pub selection: SelectionRules,
    pub conditions: Vec<Condition>,
    pub duties: Vec<Duty>,
    pub execution: Option<ExecutionRules>,
    pub kpis: Vec<Kpi>,
    pub rules: Vec<Rule>,
    pub audience: Option<Rule>,
    /// Nothing only in an edition that is not in order.
    pub plan: Option<Plan>,
    pub unconfirmed: Vec<Missing>,
}

/// All names that expressions of the text may use.
pub(crate) fn names(
    parts: &[Part],
    placed: &[Placed],
    shared: &[SharedDefinition],
    front: &Front,
    dictionary: &Dictionary,
    problems: &mut Vec<Problem>,
) -> Names {
    let mut names = Names::of_items(&with_budget_lines(parts, dictionary));
    for part in parts {
        if let Part::Table { mark, table, clause } = part
            && mark.kind == TableKind::Constants
        {
            constants(&Marked { mark, table, clause }, front.opens, front.published, &mut names, problems);
        }
    }
    for (definition, (words, _)) in shared.iter().zip(&front.uses) {
        let sources: Vec<_> = definition.definitions.iter().map(|d| d.source.clone()).collect();
        let misfits = names.define_all(&sources);
        problems.extend(
            misfits.first().map(|m| misfit(&crate::expr::ExprError { span: Default::default(), ..m.error.clone() }, words.at.start)),
        );
    }
    let sources: Vec<_> = placed.iter().map(|d| d.source.clone()).collect();
    for misfit in names.define_all(&sources) {
        problems.extend(placed.get(misfit.source).map(|d| d.problem(&misfit)));
    }
    overlap::check(placed, &names, problems);
    names
}

/// The tracks that the text offers: of the choices of 申請枠, only these are the programme's own.
pub(crate) fn track_names(parts: &[Part]) -> Vec<String> {
    column_of(parts, TableKind::Tracks, "枠")
}

/// What stands in a column of the tables of a kind.
fn column_of(parts: &[Part], kind: TableKind, name: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in parts {
        if let Part::Table { mark, table, .. } = part
            && mark.kind == kind
            && let Some(column) = table.header.iter().position(|c| local(&c.text).ja == name)
        {
            out.extend(table.rows.iter().filter_map(|row| row.get(column)).map(|cell| local(&cell.text).ja));
        }
    }
    out
}

/// The items, 経費区分 being a choice among the text's own budget lines: a line that is misspelt in a rule is found out.
fn with_budget_lines(parts: &[Part], dictionary: &Dictionary) -> Vec<Item> {
    let lines = column_of(parts, TableKind::Budget, BUDGET_LINE);
    let mut items = dictionary.items().to_vec();
    if !lines.is_empty() {
        items.iter_mut().filter(|i| i.id == BUDGET_LINE && i.kind == ItemKind::Text).for_each(|i| i.kind = ItemKind::Choice(lines.clone()));
    }
    items
}

/// Sections and tables as they are met in the text.
#[derive(Default)]
struct Found {
    tracks: Vec<(Span, Vec<Track>)>,
    sections: Vec<(Span, Section)>,
    sheets: Vec<(Span, ScoreSheet)>,
    selections: Vec<(Span, SelectionRules)>,
    bonuses: Vec<crate::model::Bonus>,
    conditions: Vec<Condition>,
    duties: Vec<Duty>,
    after: After,
    kpis: Vec<Kpi>,
    rules: Vec<Rule>,
    audiences: Vec<(Span, Rule)>,
    plans: Vec<(Span, Plan)>,
    references: References,
}

/// Reads every running part; complains about what a guideline must have and this one lacks. What cannot be read is empty then.
pub(crate) fn read(
    source: &str,
    front: &Front,
    parts: &[Part],
    names: &Names,
    dictionary: &Dictionary,
    problems: &mut Vec<Problem>,
) -> Content {
    let mut found = Found::default();
    for part in parts {
        match part {
            Part::Table { mark, table, clause } => found.table(&Marked { mark, table, clause }, dictionary, names, problems),
            Part::Block { kind, argument, fence, clause } => match kind {
                BlockKind::Rule => found.rules.extend(rule(source, fence, argument, clause, names, problems)),
                BlockKind::Amount => found.plans.extend(plan(source, fence, clause, names, problems).map(|p| (fence.info_at, p))),
                BlockKind::Audience => {
                    found.audiences.extend(audience(source, fence, clause, names, problems).map(|r| (fence.info_at, r)));
                }
                BlockKind::Definition | BlockKind::Example => {}
            },
        }
    }
    found.check(dictionary, problems);
    let end = Span::new(source.len(), source.len());
    let plan_written = parts.iter().any(|p| matches!(p, Part::Block { kind: BlockKind::Amount, .. }));
    let one_plan = if plan_written && found.plans.is_empty() { None } else { one(found.plans, "```補助額", end, problems) };
    let tracks = found.tracks.into_iter().next().map(|(_, t)| t).unwrap_or_default();
    let sheet = one(found.sheets, "【採点表】", end, problems);
    let selection = one(found.selections, "【選定】", end, problems);
    let audience = found.audiences.into_iter().next().map(|(_, r)| r);
    if found.sections.is_empty() {
        problems.push(missing("【様式】", end));
    }
    let mut selection = selection.unwrap_or_else(|| review::rules_of(String::new()));
    selection.bonuses = found.bonuses;
    if let Some(meta) = &front.meta {
        review::term_in_time(&selection, &found.references, meta.closes.day(), meta.published, problems);
    }
    let mut unconfirmed = unconfirmed(parts, names);
    if selection.reserve_term == ReserveTerm::Unconfirmed {
        unconfirmed.push(Missing::Unconfirmed { clause: selection.clause.clone(), what: "補欠の期限".to_owned() });
    }
    unconfirmed.extend(
        found.kpis.iter().filter(|k| k.is_unsettled()).map(|k| Missing::Unconfirmed { clause: k.clause.clone(), what: k.title.ja.clone() }),
    );
    let form = Form { sections: found.sections.iter().map(|(_, s)| s.clone()).collect() };
    let required = required::conditions(&form, names);
    required::of_no_member(&form, &required, dictionary, &found.sections, problems);
    Content {
        tracks,
        form,
        required,
        sheet: sheet.unwrap_or_else(|| ScoreSheet { clause: String::new(), criteria: Vec::new() }),
        selection,
        conditions: found.conditions,
        duties: found.duties,
        execution: found.after.rules(problems),
        kpis: found.kpis,
        rules: found.rules,
        audience,
        plan: one_plan,
        unconfirmed,
    }
}

/// The only one of its kind.
fn one<T>(found: Vec<(Span, T)>, what: &str, end: Span, problems: &mut Vec<Problem>) -> Option<T> {
    if let Some((at, _)) = found.get(1) {
        problems.push(Problem::error(
            Code::DuplicateName,
            *at,
            format!("{what} は一つの公募要領に一つだけです。"),
            format!("A guideline has only one {what}."),
        ));
    }
    let first = found.into_iter().next();
    if first.is_none() {
        problems.push(missing(what, end));
    }
    first.map(|(_, t)| t)
}

fn missing(what: &str, end: Span) -> Problem {
    Problem::error(Code::MissingPart, end, format!("公募要領に {what} がありません。"), format!("The guideline has no {what}."))
        .remedy(format!("{what} を置いてください。"), format!("Add a {what}."))
}

/// Values of the programme that are not settled.
fn unconfirmed(parts: &[Part], names: &Names) -> Vec<Missing> {
    let mut out: Vec<Missing> = Vec::new();
    for part in parts {
        if let Part::Table { mark, table, .. } = part
            && mark.kind == TableKind::Constants
        {
            let named = table.rows.iter().flatten().filter_map(|cell| names.parameter(&local(&cell.text).ja));
            out.extend(
                named.filter(|p| p.value.is_none()).map(|p| Missing::Unconfirmed { clause: p.clause.clone(), what: p.name.clone() }),
            );
        }
    }
    for definition in names.definitions() {
        let DefinitionBody::Decision(decision) = &definition.body else { continue };
        out.extend(decision.rows.iter().filter_map(|r| match &r.output {
            Output::Unconfirmed(missing) => Some(missing.clone()),
            Output::Expression(_) => None,
        }));
    }
    out.sort();
    out.dedup();
    out
}

impl Found {
    fn table(&mut self, marked: &Marked<'_>, dictionary: &Dictionary, names: &Names, problems: &mut Vec<Problem>) {
        let at = marked.mark.at;
        match marked.mark.kind {
            TableKind::Tracks => self.tracks.push((at, form::tracks(marked, problems))),
            TableKind::Fields => self.sections.extend(form::fields(marked, dictionary, names, problems).map(|s| (at, s))),
            TableKind::Consortium => self.sections.extend(form::consortium(marked, dictionary, names, problems).map(|s| (at, s))),
            TableKind::Budget => self.sections.extend(form::budget(marked, problems).map(|s| (at, s))),
            TableKind::Documents => self.sections.extend(documents::documents(marked, names, problems).map(|s| (at, s))),
            TableKind::Kpis => {
                let (kpis, section) = targets::kpis(marked, dictionary, problems);
                self.kpis.extend(kpis);
                self.sections.extend(section.map(|s| (at, s)));
            }
            TableKind::Sheet => {
                let sheet = review::sheet(marked, &mut self.references, problems);
                self.sheets.push((at, sheet));
            }
            TableKind::Selection => {
                let rules = review::selection(marked, &mut self.references, problems);
                self.selections.push((at, rules));
            }
            TableKind::Bonus => self.bonuses.extend(review::bonuses(marked, &mut self.references, problems)),
            TableKind::Conditions => self.conditions.extend(review::conditions(marked, problems)),
            TableKind::Duties => self.duties.extend(review::duties(marked, problems)),
            TableKind::After => self.after.table(marked, problems),
            TableKind::Words => problems.push(Problem::error(
                Code::UnknownTable,
                at,
                "【語】は、分野の分類（facts/sectors.md）で使う表です。",
                "【語】 is a table of the text of sectors (facts/sectors.md).",
            )),
            TableKind::Constants | TableKind::Decision | TableKind::Examples => {}
        }
    }

    /// Names used twice, and names that refer to nothing.
    fn check(&self, dictionary: &Dictionary, problems: &mut Vec<Problem>) {
        let mut sections: Vec<&str> = Vec::new();
        let mut fields: Vec<(&str, &str)> = Vec::new();
        let mut documents: Vec<&str> = Vec::new();
        for (at, section) in &self.sections {
            if sections.contains(&section.id.as_str()) {
                problems.push(twice(&Words { text: section.id.clone(), at: *at }));
            }
            sections.push(&section.id);
            match &section.content {
                SectionContent::Fields(own) => {
                    for field in own {
                        if let Some((_, first)) = fields.iter().find(|(id, _)| *id == field.id) {
                            problems.push(clash(&field.id, first, *at));
                        }
                        fields.push((&field.id, &section.id));
                    }
                }
                SectionContent::Documents(own) => documents.extend(own.iter().map(|d| d.id.as_str())),
                SectionContent::Consortium { .. } | SectionContent::Budget { .. } | SectionContent::Kpis => {}
            }
        }
        let places = || sections.iter().copied().chain(fields.iter().map(|(id, _)| *id)).chain(documents.iter().copied());
        refers(&self.references.look_at, places, "様式の節・欄", "section or field of the form", problems);
        refers(&self.references.evidence, || documents.iter().copied(), "提出書類", "document of the form", problems);
        let criteria = || self.sheets.iter().flat_map(|(_, s)| s.criteria.iter().map(|c| c.id.as_str()));
        refers(&self.references.tie_break, criteria, "採点表の項目", "criterion of the score sheet", problems);
        self.check_tracks(dictionary, problems);
    }

    /// Tracks must be choices of the item 申請枠, where the dictionary has it.
    fn check_tracks(&self, dictionary: &Dictionary, problems: &mut Vec<Problem>) {
        let Some(ItemKind::Choice(options)) = dictionary.get(TableKind::Tracks.word()).map(|i| &i.kind) else { return };
        for (at, tracks) in &self.tracks {
            for track in tracks.iter().filter(|t| !options.contains(&t.name)) {
                problems.push(
                    Problem::error(
                        Code::UnknownName,
                        *at,
                        format!("「{}」は事実辞書の「申請枠」にありません。", track.name),
                        format!("`{}` is not a choice of the item 申請枠.", track.name),
                    )
                    .suggest(&track.name, options.iter().map(String::as_str)),
                );
            }
        }
        if self.sections.iter().filter(|(_, s)| matches!(s.content, SectionContent::Consortium { .. })).count() > 1 {
            let at = self.sections.last().map(|(at, _)| *at).unwrap_or_default();
            problems.push(twice(&Words { text: CONSORTIUM_ITEM.to_owned(), at }));
        }
    }
}

fn clash(id: &str, section: &str, at: Span) -> Problem {
    Problem::error(
        Code::DuplicateName,
        at,
        format!("欄「{id}」は節「{section}」にもあります。"),
        format!("The field `{id}` is in the section `{section}` too."),
    )
    .remedy("欄の名前は様式全体で一つにしてください。", "A field's name must be the only one in the form.")
}

fn refers<'a, I: Iterator<Item = &'a str>>(words: &[Words], known: impl Fn() -> I, ja: &str, en: &str, problems: &mut Vec<Problem>) {
    for word in words.iter().filter(|w| !known().any(|k| k == w.text)) {
        problems.push(
            Problem::error(
                Code::UnknownName,
                word.at,
                format!("「{}」という{ja}はありません。", word.text),
                format!("There is no {en} `{}`.", word.text),
            )
            .suggest(&word.text, known()),
        );
    }
}
