//! What names mean: items of the fact dictionary, parameters of the programme, definitions and decision tables.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{LocalText, fold_width};

use super::decision::Decision;
use super::diagnose::error_with_remedy;
use super::types::{Type, Unit};
use super::{Expr, ExprError, Span};
use crate::model::{ClauseId, Item, ItemId, ItemKind, Missing, Value};

/// A constant of the programme. Without a value it is not settled (要確認): what hangs on it is unknown.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub label: LocalText,
    pub clause: ClauseId,
    pub ty: Type,
    pub value: Option<Value>,
}

impl Parameter {
    /// What an answer waits for while this has no value.
    pub(crate) fn missing(&self) -> Missing {
        Missing::Unconfirmed { clause: self.clause.clone(), what: self.name.clone() }
    }
}

/// A name that stands for an expression or for a decision table.
#[derive(Debug, Clone)]
pub struct Definition {
    pub name: String,
    pub label: LocalText,
    pub clause: ClauseId,
    pub body: DefinitionBody,
}

/// What a defined name stands for.
#[derive(Debug, Clone)]
pub enum DefinitionBody {
    Expression(Expr),
    Decision(Decision),
}

impl Definition {
    #[must_use]
    pub fn ty(&self) -> &Type {
        match &self.body {
            DefinitionBody::Expression(e) => e.ty(),
            DefinitionBody::Decision(d) => d.ty(),
        }
    }

    pub(crate) fn height(&self) -> u32 {
        match &self.body {
            DefinitionBody::Expression(e) => e.height(),
            DefinitionBody::Decision(d) => d.height(),
        }
    }

    pub(crate) fn items(&self) -> BTreeSet<ItemId> {
        match &self.body {
            DefinitionBody::Expression(e) => e.items(),
            DefinitionBody::Decision(d) => d.items(),
        }
    }
}

/// What a name was found to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Named<'a> {
    Item(&'a Item),
    Parameter(&'a Parameter),
    Definition(&'a Definition),
}

/// All names an expression may use. Names are compared after folding full-width look-alikes.
#[derive(Debug, Clone, Default)]
pub struct Names {
    items: BTreeMap<String, Item>,
    parameters: BTreeMap<String, Parameter>,
    definitions: BTreeMap<String, Definition>,
}

impl Names {
    /// Names of these items. The parts of a list are items too, and must be among them.
    #[must_use]
    pub fn of_items(items: &[Item]) -> Self {
        let items = items.iter().map(|i| (fold_width(&i.id), i.clone())).collect();
        Names { items, ..Names::default() }
    }

    /// # Errors
    /// The name is taken.
    pub fn add_parameter(&mut self, parameter: Parameter) -> Result<(), Box<ExprError>> {
        self.must_be_free(&parameter.name)?;
        self.parameters.insert(fold_width(&parameter.name), parameter);
        Ok(())
    }

    /// Adds a name for something compiled with these names. What it refers to is there already, so it cannot be in a cycle.
    ///
    /// # Errors
    /// The name is taken.
    pub fn add_definition(&mut self, definition: Definition) -> Result<(), Box<ExprError>> {
        self.must_be_free(&definition.name)?;
        self.definitions.insert(fold_width(&definition.name), definition);
        Ok(())
    }

    #[must_use]
    pub fn item(&self, name: &str) -> Option<&Item> {
        self.items.get(&fold_width(name))
    }

    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.get(&fold_width(name))
    }

    #[must_use]
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(&fold_width(name))
    }

    /// All definitions, by name.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        self.definitions.values()
    }

    pub(crate) fn find(&self, name: &str) -> Option<Named<'_>> {
        let name = fold_width(name);
        let definition = self.definitions.get(&name).map(Named::Definition);
        definition.or_else(|| self.parameters.get(&name).map(Named::Parameter)).or_else(|| self.items.get(&name).map(Named::Item))
    }

    /// Every name there is, for "did you mean".
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let items = self.items.values().map(|i| i.id.as_str());
        items.chain(self.parameters.values().map(|p| p.name.as_str())).chain(self.definitions.values().map(|d| d.name.as_str()))
    }

    /// Whether a number may be written with this unit: a common one, or that of some item or parameter.
    pub(crate) fn knows_unit(&self, text: &str) -> bool {
        let unit = Unit::of(text);
        let of_item = |i: &Item| matches!(&i.kind, ItemKind::Number { unit: u, .. } if Unit::of(u) == unit);
        let of_parameter = |p: &Parameter| matches!(&p.ty, Type::Number(u) if *u == unit);
        Unit::is_common(text) || self.items.values().any(of_item) || self.parameters.values().any(of_parameter)
    }

    /// The type of an item's value.
    #[must_use]
    pub fn type_of(&self, item: &Item) -> Type {
        match &item.kind {
            ItemKind::Number { unit, .. } => Type::Number(Unit::of(unit)),
            ItemKind::Text | ItemKind::CorporateNumber => Type::Text,
            ItemKind::YesNo => Type::YesNo,
            ItemKind::Choice(values) => Type::Choice(values.clone()),
            ItemKind::Day => Type::Day,
            ItemKind::List(parts) => Type::List(Box::new(Type::Record(self.fields(parts)))),
        }
    }

    /// Parts of a list's rows. A list inside a list is not a part: rows are flat.
    fn fields(&self, parts: &[ItemId]) -> BTreeMap<String, Type> {
        let flat = parts.iter().filter_map(|id| self.item(id)).filter(|i| !matches!(i.kind, ItemKind::List(_)));
        flat.map(|item| (item.id.clone(), self.type_of(item))).collect()
    }

    fn must_be_free(&self, name: &str) -> Result<(), Box<ExprError>> {
        match self.find(name) {
            None => Ok(()),
            Some(_) => Err(error_with_remedy(
                Span::new(0, name.len()),
                "name-taken",
                (format!("「{name}」は既に定義されています"), format!("`{name}` is defined already")),
                ("別の名前を付けてください", "give it another name"),
            )),
        }
    }
}
