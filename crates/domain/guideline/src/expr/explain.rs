//! Why not: for "and" the failing leaves, for "or" the ways to comply, each with its value, threshold and gap.

use std::collections::BTreeSet;

use banso_kernel::{Lang, LocalText};

use super::ast::{Comparison, Edge};
use super::eval::Evaluator;
use super::names::{DefinitionBody, Names};
use super::node::{Node, NodeTest, Op};
use super::sentence;
use super::three::{Abs, Tri};
use super::{exact, format};
use crate::model::{Facts, ItemId, Shortfall, Value};

/// More groups than this are not worked out: nobody could follow them.
const GROUPS_MAX: usize = 32;

/// A condition that does not hold and should (or holds and should not).
#[derive(Debug, Clone)]
struct Leaf<'a> {
    node: &'a Node,
    wanted: Wanted,
    item: ItemId,
    changeable: bool,
}

/// What a condition should turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
}

/// Leaves of which one is enough. All groups together are needed.
type Group<'a> = Vec<Leaf<'a>>;

pub(crate) fn shortfalls(node: &Node, names: &Names, facts: &Facts) -> Vec<Shortfall> {
    let explainer = Explainer { names, facts };
    let groups = explainer.groups(node, Wanted::Yes);
    let mut all: Vec<Shortfall> = Vec::new();
    for (group, way) in groups.iter().zip(1..) {
        for leaf in group {
            let shortfall = Shortfall { item: leaf.item.clone(), text: explainer.text(leaf), changeable: leaf.changeable, way };
            if !all.contains(&shortfall) {
                all.push(shortfall);
            }
        }
    }
    all
}

struct Explainer<'a> {
    names: &'a Names,
    facts: &'a Facts,
}

impl<'a> Explainer<'a> {
    /// Whether a condition is settled, and not as wanted.
    fn fails(&self, node: &Node, wanted: Wanted) -> bool {
        let found = Evaluator::new(self.names, self.facts).tri(node);
        match wanted {
            Wanted::Yes => found == Ok(Tri::No),
            Wanted::No => found == Ok(Tri::Yes),
        }
    }

    /// What has to change; nothing if nothing is settled against it.
    fn groups(&self, node: &'a Node, wanted: Wanted) -> Vec<Group<'a>> {
        if !self.fails(node, wanted) {
            return Vec::new();
        }
        match (&node.op, wanted) {
            (Op::Not(inner), Wanted::Yes) => self.groups(inner, Wanted::No),
            (Op::Not(inner), Wanted::No) => self.groups(inner, Wanted::Yes),
            (Op::And(parts), Wanted::Yes) | (Op::Or(parts), Wanted::No) => parts.iter().flat_map(|p| self.groups(p, wanted)).collect(),
            (Op::Or(parts), Wanted::Yes) | (Op::And(parts), Wanted::No) => {
                alternatives(parts.iter().map(|p| self.groups(p, wanted)).collect())
            }
            (Op::Definition(name), _) => self.defined(node, name, wanted),
            (Op::If(condition, then, otherwise), _) => match Evaluator::new(self.names, self.facts).tri(condition) {
                Ok(Tri::Yes) => self.groups(then, wanted),
                Ok(Tri::No) => self.groups(otherwise, wanted),
                Ok(Tri::Unknown(_)) | Err(_) => vec![vec![self.leaf(node, wanted)]],
            },
            _ => vec![vec![self.leaf(node, wanted)]],
        }
    }

    fn defined(&self, node: &'a Node, name: &str, wanted: Wanted) -> Vec<Group<'a>> {
        match self.names.definition(name).map(|d| &d.body) {
            Some(DefinitionBody::Expression(e)) => self.groups(&e.0.node, wanted),
            Some(DefinitionBody::Decision(_)) | None => vec![vec![self.leaf(node, wanted)]],
        }
    }

    fn leaf(&self, node: &'a Node, wanted: Wanted) -> Leaf<'a> {
        let mut items = BTreeSet::new();
        let mut ordered = Vec::new();
        self.collect(node, &mut items, &mut ordered);
        let can = |id: &&ItemId| self.names.item(id).is_some_and(|i| i.changeable);
        let changeable = ordered.iter().find(can);
        let item = changeable.or(ordered.first()).cloned().unwrap_or_default();
        Leaf { node, wanted, item, changeable: changeable.is_some() }
    }

    /// The items of a leaf in the order they are written, those of its definitions after them.
    fn collect(&self, node: &Node, seen: &mut BTreeSet<ItemId>, ordered: &mut Vec<ItemId>) {
        let own = match &node.op {
            Op::Item(id) | Op::Path(_, id) => vec![id.clone()],
            Op::Definition(name) => self.names.definition(name).map(|d| d.items().into_iter().collect()).unwrap_or_default(),
            Op::Constant(_)
            | Op::Parameter(_)
            | Op::Negate(_)
            | Op::Not(_)
            | Op::Arithmetic(..)
            | Op::And(_)
            | Op::Or(_)
            | Op::If(..)
            | Op::Quantified(..)
            | Op::Filter(..)
            | Op::List(_)
            | Op::Call(..)
            | Op::Local(_)
            | Op::Compare(..)
            | Op::In(..) => Vec::new(),
        };
        ordered.extend(own.into_iter().filter(|id| seen.insert(id.clone())));
        for child in node.children() {
            self.collect(child, seen, ordered);
        }
    }

    fn text(&self, leaf: &Leaf<'_>) -> LocalText {
        LocalText::new(self.sentence(leaf, Lang::Ja), self.sentence(leaf, Lang::En))
    }

    fn sentence(&self, leaf: &Leaf<'_>, lang: Lang) -> String {
        let node = leaf.node;
        let told = match &node.op {
            Op::Compare(op, a, b) => {
                let op = if leaf.wanted == Wanted::Yes { *op } else { op.opposite() };
                if has_items(a) || !has_items(b) { self.compared(op, a, b, lang) } else { self.compared(op.mirrored(), b, a, lang) }
            }
            Op::In(value, tests) => self.member(value, tests, leaf.wanted, lang),
            Op::Item(_) | Op::Path(..) | Op::Local(_) | Op::Definition(_) => {
                let wanted = leaf.wanted == Wanted::Yes;
                let threshold = format::yes_no(wanted, lang).to_owned();
                Some(line(&self.phrase(node, lang), format::yes_no(!wanted, lang), &threshold, None, lang))
            }
            Op::Constant(_)
            | Op::Parameter(_)
            | Op::Negate(_)
            | Op::Not(_)
            | Op::Arithmetic(..)
            | Op::And(_)
            | Op::Or(_)
            | Op::If(..)
            | Op::Quantified(..)
            | Op::Filter(..)
            | Op::List(_)
            | Op::Call(..) => None,
        };
        told.unwrap_or_else(|| self.untold(leaf, lang))
    }

    fn phrase(&self, node: &Node, lang: Lang) -> String {
        sentence::term(node, self.names, lang)
    }

    /// A leaf without a value to show: its sentence.
    fn untold(&self, leaf: &Leaf<'_>, lang: Lang) -> String {
        let condition = sentence::sentence(leaf.node, self.names, lang);
        match (leaf.wanted, lang) {
            (Wanted::Yes, Lang::Ja) => format!("「{condition}」を満たしていません"),
            (Wanted::No, Lang::Ja) => format!("「{condition}」に当たります"),
            (Wanted::Yes, Lang::En) => format!("not met: {condition}"),
            (Wanted::No, Lang::En) => format!("must not hold: {condition}"),
        }
    }

    fn settled(&self, node: &Node) -> Option<Value> {
        Evaluator::new(self.names, self.facts).eval(node).ok().and_then(|v: Abs| v.settled())
    }

    fn compared(&self, op: Comparison, subject: &Node, other: &Node, lang: Lang) -> Option<String> {
        let (value, limit) = (self.settled(subject)?, self.settled(other)?);
        let threshold = sentence::bound(op, &format::value(&limit, &other.ty, lang), &other.ty, lang);
        let shown = format::value(&value, &subject.ty, lang);
        let gap = gap(&value, &limit).map(|g| format::value(&g, &subject.ty, lang));
        Some(line(&self.phrase(subject, lang), &shown, &threshold, gap, lang))
    }

    fn member(&self, value: &Node, tests: &[NodeTest], wanted: Wanted, lang: Lang) -> Option<String> {
        let found = self.settled(value)?;
        let mut threshold = sentence::tests(tests, &value.ty, self.names, lang);
        if wanted == Wanted::No {
            threshold = sentence::other_than(&threshold, lang);
        }
        let gap = if wanted == Wanted::Yes { self.nearest(&found, tests) } else { None };
        let gap = gap.map(|g| format::value(&g, &value.ty, lang));
        Some(line(&self.phrase(value, lang), &format::value(&found, &value.ty, lang), &threshold, gap, lang))
    }

    /// The smallest gap to any end of any test.
    fn nearest(&self, found: &Value, tests: &[NodeTest]) -> Option<Value> {
        let ends = tests.iter().flat_map(|t| match t {
            NodeTest::Equal(n) | NodeTest::Compare(_, n) => vec![n],
            NodeTest::Range { low, from: Edge::Included | Edge::Excluded, high, .. } => vec![low, high],
            NodeTest::Member(_) => Vec::new(),
        });
        ends.filter_map(|end| self.settled(end).and_then(|limit| gap(found, &limit))).min()
    }
}

fn has_items(node: &Node) -> bool {
    matches!(node.op, Op::Item(_) | Op::Path(..) | Op::Definition(_) | Op::Local(_)) || node.children().into_iter().any(has_items)
}

/// How far two numbers are apart, if they are.
fn gap(value: &Value, limit: &Value) -> Option<Value> {
    let (Value::Number(a), Value::Number(b)) = (value, limit) else { return None };
    let apart = if a > b { exact::subtract(*a, *b) } else { exact::subtract(*b, *a) };
    apart.filter(|g| !exact::is_zero(*g)).map(Value::Number)
}

/// `資本金 4億円（基準: 3億円以下、差 1億円）`.
fn line(subject: &str, value: &str, threshold: &str, gap: Option<String>, lang: Lang) -> String {
    match (lang, gap) {
        (Lang::Ja, Some(gap)) => format!("{subject} {value}（基準: {threshold}、差 {gap}）"),
        (Lang::Ja, None) => format!("{subject} {value}（基準: {threshold}）"),
        (Lang::En, Some(gap)) => format!("{subject}: {value} (required: {threshold}; {gap} apart)"),
        (Lang::En, None) => format!("{subject}: {value} (required: {threshold})"),
    }
}

/// Whether it needs something that the applicant cannot change.
fn is_closed(groups: &[Group<'_>]) -> bool {
    groups.iter().any(|g| g.iter().all(|leaf| !leaf.changeable))
}

/// One of several ways is enough. Ways closed by what cannot be changed are dropped if others exist.
fn alternatives(ways: Vec<Vec<Group<'_>>>) -> Vec<Group<'_>> {
    let any_open = ways.iter().any(|w| !is_closed(w));
    let mut ways: Vec<Vec<Group<'_>>> = ways.into_iter().filter(|w| !any_open || !is_closed(w)).collect();
    let product = ways.iter().try_fold(1_usize, |n, w| n.checked_mul(w.len())).unwrap_or(usize::MAX);
    if product > GROUPS_MAX {
        ways.sort_by_key(|w| w.iter().map(Vec::len).sum::<usize>());
        ways.truncate(1);
    }
    let mut all: Vec<Group<'_>> = vec![Vec::new()];
    for way in ways {
        all = all.iter().flat_map(|before| way.iter().map(|group| before.iter().chain(group).cloned().collect())).collect();
    }
    all.into_iter().map(changeable_ones).collect()
}

/// Where something can be changed, what cannot be changed is not suggested.
fn changeable_ones(group: Group<'_>) -> Group<'_> {
    if group.iter().any(|l| l.changeable) { group.into_iter().filter(|l| l.changeable).collect() } else { group }
}
