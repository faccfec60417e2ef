//! What an editor asks about a text that is being written, sound or not: what a name means, where it is defined, what could stand here.

use banso_kernel::{Lang, LocalText};

use crate::definitions::{Placed, collect};
use crate::dictionary::Dictionary;
use crate::expr::function_names;
use crate::library::Library;
use crate::markdown::pieces;
use crate::model::{Item, ItemKind};
use crate::outline::{self, BlockKind, Outline, TableKind};
use crate::problem::Span;
use crate::words::local;
use crate::{front, plan, rules};

/// A text and what it is read with.
pub struct Writing<'a> {
    source: &'a str,
    dictionary: &'a Dictionary,
    library: &'a Library,
    outline: Outline,
    defined: Vec<Placed>,
}

/// What stands at a place, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    pub at: Span,
    pub text: LocalText,
}

/// Where something is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In this text.
    Here(Span),
    /// An item of the fact dictionary, by its name.
    Dictionary(String),
    /// A shared definition, by its heading.
    Library(String),
}

/// What could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub text: String,
    pub kind: ProposalKind,
    pub about: LocalText,
}

/// What a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalKind {
    Item,
    Choice,
    Definition,
    Function,
    /// A kind of table or block, or a key of one.
    Keyword,
    Clause,
}

impl<'a> Writing<'a> {
    #[must_use]
    pub fn new(source: &'a str, dictionary: &'a Dictionary, library: &'a Library) -> Self {
        let mut problems = Vec::new();
        let body = front::read(source, &mut problems).body;
        let outline = outline::read(source, &pieces(source, body, &mut problems), &mut problems);
        let defined = collect(source, &outline.parts, &mut problems);
        Writing { source, dictionary, library, outline, defined }
    }

    /// What the name at a place means.
    #[must_use]
    pub fn meaning(&self, at: usize) -> Option<Meaning> {
        if let Some((span, clause)) = self.clause_at(at) {
            return Some(Meaning { at: span, text: clause.clause.title.clone() });
        }
        let (at, name) = self.name_at(at)?;
        let text = match (self.dictionary.get(&name), self.own(&name), self.shared(&name)) {
            (_, Some(placed), _) => {
                let clause = &placed.source.clause;
                LocalText::new(
                    format!("{}（{clause} の定義）", placed.source.label.ja),
                    format!("{} (defined in {clause})", placed.source.label.get(Lang::En)),
                )
            }
            (Some(item), None, _) => about(item),
            (None, None, Some(heading)) => LocalText::new(format!("共通の定義: {heading}"), format!("Shared definition: {heading}")),
            (None, None, None) => return None,
        };
        Some(Meaning { at, text })
    }

    /// Where the name or the clause number at a place is defined.
    #[must_use]
    pub fn origin(&self, at: usize) -> Option<Origin> {
        if let Some((_, clause)) = self.clause_at(at) {
            return Some(Origin::Here(clause.heading));
        }
        let (_, name) = self.name_at(at)?;
        match (self.own(&name), self.dictionary.get(&name), self.shared(&name)) {
            (Some(placed), _, _) => Some(Origin::Here(placed.name_at)),
            (None, Some(item), _) => Some(Origin::Dictionary(item.id.clone())),
            (None, None, Some(heading)) => Some(Origin::Library(heading.to_owned())),
            (None, None, None) => None,
        }
    }

    /// What could stand at a place.
    #[must_use]
    pub fn proposals(&self, at: usize) -> Vec<Proposal> {
        let line_start = self.before(at).rfind('\n').map_or(0, |i| i + 1);
        let line = self.source.get(line_start..at).unwrap_or_default();
        let keywords = |words: &[&str]| words.iter().map(|w| keyword(w)).collect::<Vec<_>>();
        if line.starts_with("```") {
            return keywords(&BlockKind::ALL.iter().map(|(w, _)| *w).collect::<Vec<_>>());
        }
        if line.rfind('【').is_some_and(|open| !line.get(open..).unwrap_or_default().contains('】')) {
            return keywords(&TableKind::ALL.iter().map(|(w, _)| *w).collect::<Vec<_>>());
        }
        if line.starts_with("不適の条項:") || line.starts_with("不明の条項:") {
            return self
                .outline
                .clauses
                .iter()
                .map(|p| Proposal { text: p.clause.id.clone(), kind: ProposalKind::Clause, about: p.clause.title.clone() })
                .collect();
        }
        let mut out = match self.block_at(at) {
            Some(BlockKind::Rule) => keywords(&rules::RULE_KEYS),
            Some(BlockKind::Amount) => keywords(&plan::KEYS),
            Some(BlockKind::Example) => keywords(&crate::examples::EXPECTED),
            Some(BlockKind::Definition | BlockKind::Audience) => Vec::new(),
            None if line.trim_start().starts_with('|') => Vec::new(),
            None => return Vec::new(),
        };
        out.extend(self.choices(line));
        out.extend(self.dictionary.items().iter().map(|i| Proposal { text: i.id.clone(), kind: ProposalKind::Item, about: about(i) }));
        let own = self.defined.iter().map(|p| (&p.source.name, &p.source.label));
        out.extend(own.map(|(n, l)| Proposal { text: n.clone(), kind: ProposalKind::Definition, about: l.clone() }));
        out.extend(function_names().map(|f| Proposal {
            text: f.to_owned(),
            kind: ProposalKind::Function,
            about: LocalText::new("関数", "Function"),
        }));
        out
    }

    /// The values of the choice that a line speaks of.
    fn choices(&self, line: &str) -> Vec<Proposal> {
        let spoken = self.dictionary.items().iter().filter(|i| line.contains(&i.id)).max_by_key(|i| line.rfind(&i.id));
        let Some(Item { kind: ItemKind::Choice(options), .. }) = spoken else { return Vec::new() };
        options.iter().map(|o| Proposal { text: o.clone(), kind: ProposalKind::Choice, about: self.dictionary.choice(o) }).collect()
    }

    fn before(&self, at: usize) -> &str {
        self.source.get(..at).unwrap_or_default()
    }

    fn block_at(&self, at: usize) -> Option<BlockKind> {
        self.outline.parts.iter().find_map(|part| match part {
            outline::Part::Block { kind, fence, .. } if fence.at.start <= at && at <= fence.at.end => Some(*kind),
            outline::Part::Block { .. } | outline::Part::Table { .. } => None,
        })
    }

    fn own(&self, name: &str) -> Option<&Placed> {
        self.defined.iter().find(|p| p.source.name == name)
    }

    /// The heading of a shared definition that defines a name.
    fn shared(&self, name: &str) -> Option<&str> {
        self.library.names().find(|heading| heading.split([':', '：']).next().is_some_and(|n| n.trim() == name))
    }

    /// The longest known name that a place stands in.
    fn name_at(&self, at: usize) -> Option<(Span, String)> {
        let start = self.before(at).rfind('\n').map_or(0, |i| i + 1);
        let end = self.source.get(at..).and_then(|rest| rest.find('\n')).map_or(self.source.len(), |i| at + i);
        let line = self.source.get(start..end)?;
        let items = self.dictionary.items().iter().map(|i| i.id.as_str());
        let own = self.defined.iter().map(|p| p.source.name.as_str());
        let shared = self.library.names().filter_map(|h| h.split([':', '：']).next()).map(str::trim);
        let covers = |name: &str| {
            line.match_indices(name).map(|(i, _)| Span::new(start + i, start + i + name.len())).find(|s| s.start <= at && at < s.end)
        };
        let found = items.chain(own).chain(shared).filter(|n| !n.is_empty()).filter_map(|n| Some((covers(n)?, n.to_owned())));
        found.max_by_key(|(span, _)| span.end - span.start)
    }

    /// A clause number at a place, outside of headings: `2-1`.
    fn clause_at(&self, at: usize) -> Option<(Span, &outline::Placed)> {
        let is_part = |c: char| c.is_ascii_digit() || c == '-';
        let start = self.before(at).char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(at, |(i, _)| i);
        let rest = self.source.get(start..)?;
        let number: String = rest.chars().take_while(|c| is_part(*c)).collect();
        let clause = self.outline.clauses.iter().find(|p| p.clause.id == number && number.contains('-'))?;
        let inside = clause.heading.start <= start && start <= clause.heading.end;
        (!inside).then(|| (Span::new(start, start + number.len()), clause))
    }
}

fn keyword(word: &str) -> Proposal {
    Proposal { text: word.to_owned(), kind: ProposalKind::Keyword, about: LocalText::new("要領の言葉", "Word of the language") }
}

/// An item of the dictionary in a few words.
fn about(item: &Item) -> LocalText {
    let kind = match &item.kind {
        ItemKind::Number { unit, .. } if unit.is_empty() => ("数値".to_owned(), "number".to_owned()),
        ItemKind::Number { unit, .. } => (format!("数値（{unit}）"), format!("number ({unit})")),
        ItemKind::Text => ("文字".to_owned(), "text".to_owned()),
        ItemKind::YesNo => ("はい・いいえ".to_owned(), "yes or no".to_owned()),
        ItemKind::Choice(options) => (format!("選択: {}", options.join("、")), format!("choice: {}", options.join(", "))),
        ItemKind::Day => ("日付".to_owned(), "day".to_owned()),
        ItemKind::CorporateNumber => ("法人番号".to_owned(), "corporate number".to_owned()),
        ItemKind::List(parts) => (format!("一覧: {}", parts.join("、")), format!("list: {}", parts.join(", "))),
    };
    let change = if item.changeable { ("変えられる", "can be changed") } else { ("変えられない", "cannot be changed") };
    LocalText::new(
        format!("{} — {}。{}。出所: {}。{}", item.id, item.help.ja, kind.0, item.source, change.0),
        format!("{} — {}. {}. Source: {}; {}", item.label.get(Lang::En), item.help.get(Lang::En), kind.1, item.source, change.1),
    )
}

/// Where an item stands in the text of a dictionary, or a heading in a text of shared definitions.
#[must_use]
pub fn place_of(source: &str, name: &str) -> Option<Span> {
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let row = line.trim_start().strip_prefix('|').and_then(|r| r.split('|').next()).is_some_and(|cell| cell.trim() == name);
        let heading = line.strip_prefix("## ").is_some_and(|h| local(h.trim()).ja == name);
        if row || heading {
            let inside = line.find(name)?;
            return Some(Span::new(start + inside, start + inside + name.len()));
        }
        start += line.len();
    }
    None
}
