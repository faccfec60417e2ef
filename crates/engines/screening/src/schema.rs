//! Which facts a population has, and how each is kept in a column.

use std::collections::BTreeMap;

use banso_guideline::expr::Unit;
use banso_guideline::{Item, ItemId, ItemKind};
use banso_kernel::fold_width;

/// How the facts of one item are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Whole multiples of one `scale`-th: yen and people with 1, shares with 1,000,000.
    Number {
        scale: i64,
    },
    Day,
    YesNo,
    /// Places in this list.
    Choice(Vec<String>),
    Text,
}

/// One column: an item and how it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub item: ItemId,
    pub kind: Kind,
    /// What the item is about: 事業者, 申請 …
    pub about: String,
    /// As written in the dictionary, for SQL and for reading cells.
    pub unit: String,
}

/// The columns of a population.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    fields: Vec<Field>,
    places: BTreeMap<String, usize>,
}

/// Shares and other numbers that need not be whole are kept in millionths; what does not fit is kept aside, exact.
const FINE: i64 = 1_000_000;

impl Schema {
    /// Columns for these items, lists left out: a register of firms has one value a firm.
    #[must_use]
    pub fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Schema {
        let mut schema = Schema::default();
        for item in items {
            let Some((kind, unit)) = kind(&item.kind) else { continue };
            schema.places.entry(fold_width(&item.id)).or_insert_with(|| {
                schema.fields.push(Field { item: item.id.clone(), kind, about: item.about.clone(), unit });
                schema.fields.len() - 1
            });
        }
        schema
    }

    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    #[must_use]
    pub fn place(&self, item: &str) -> Option<usize> {
        self.places.get(&fold_width(item)).copied()
    }

    #[must_use]
    pub fn field(&self, item: &str) -> Option<&Field> {
        self.fields.get(self.place(item)?)
    }
}

fn kind(kind: &ItemKind) -> Option<(Kind, String)> {
    Some(match kind {
        ItemKind::Number { unit, .. } => (Kind::Number { scale: if Unit::of(unit).is_whole() { 1 } else { FINE } }, unit.clone()),
        ItemKind::YesNo => (Kind::YesNo, String::new()),
        ItemKind::Choice(values) => (Kind::Choice(values.clone()), String::new()),
        ItemKind::Day => (Kind::Day, String::new()),
        ItemKind::Text | ItemKind::CorporateNumber => (Kind::Text, String::new()),
        ItemKind::List(_) => return None,
    })
}
