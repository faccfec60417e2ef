//! The parts of lists that an expression looks at in their rows: what a form has to ask of each row.

use std::collections::BTreeSet;

use super::names::{Definition, DefinitionBody, Names};
use super::node::{Node, Op};
use crate::model::ItemId;

/// Adds the parts below a node, those of its definitions included. Definitions are in no cycle.
pub(super) fn parts(node: &Node, names: &Names, found: &mut BTreeSet<ItemId>) {
    if let Op::Path(_, part) = &node.op {
        found.insert(part.clone());
    }
    if let Op::Definition(name) = &node.op
        && let Some(definition) = names.definition(name)
    {
        below(definition, names, found);
    }
    for child in node.children() {
        parts(child, names, found);
    }
}

fn below(definition: &Definition, names: &Names, found: &mut BTreeSet<ItemId>) {
    match &definition.body {
        DefinitionBody::Expression(e) => found.extend(e.parts(names)),
        DefinitionBody::Decision(d) => d.expressions().for_each(|e| found.extend(e.parts(names))),
    }
}
