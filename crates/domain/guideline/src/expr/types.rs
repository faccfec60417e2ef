//! Types of expressions and a small algebra of units: yen never meet people.

use std::collections::BTreeMap;
use std::fmt;

use banso_kernel::fold_width;

/// Words of counting: they label a number without a dimension of its own (`3社` is the number 3).
const COUNTERS: [&str; 7] = ["件", "社", "者", "回", "個", "機関", "倍"];

/// Spellings of one unit, and the spelling that stands for all of them.
const SPELLINGS: [(&str, &str); 10] = [
    ("名", "人"),
    ("月", "か月"),
    ("ヶ月", "か月"),
    ("カ月", "か月"),
    ("ヵ月", "か月"),
    ("箇月", "か月"),
    ("ケ月", "か月"),
    ("年間", "年"),
    ("日間", "日"),
    ("yen", "円"),
];

/// The unit of a number: powers of base units (`円/人` is 円¹·人⁻¹). A percentage is a share, so it has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Unit {
    powers: BTreeMap<String, i8>,
    /// How a number with a counting word is shown: `%`, 件, 円/件 …
    label: Option<String>,
}

impl Unit {
    /// The unit of a plain number.
    #[must_use]
    pub fn none() -> Self {
        Unit::default()
    }

    /// Reads `円`, `円/人`, `%`, `件`, or nothing for a plain number.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let folded = fold_width(text.trim());
        let (mut powers, mut label) = (BTreeMap::new(), None);
        for (i, part) in folded.split('/').enumerate() {
            let part = part.trim();
            let base = SPELLINGS.iter().find(|(from, _)| *from == part).map_or(part, |(_, to)| *to);
            if base.is_empty() || base == "1" {
                continue;
            }
            if base == "%" || COUNTERS.contains(&base) {
                label = Some(if folded.contains('/') { folded.clone() } else { base.to_owned() });
                continue;
            }
            let power: i8 = if i == 0 { 1 } else { -1 };
            add_power(&mut powers, base, power);
        }
        Unit { powers, label }
    }

    /// Whether this is a unit that every rule may write.
    pub(crate) fn is_common(text: &str) -> bool {
        let base = |t: &str| t.is_empty() || t == "%" || COUNTERS.contains(&t) || is_base(t);
        fold_width(text.trim()).split('/').all(|part| base(SPELLINGS.iter().find(|(from, _)| *from == part).map_or(part, |(_, to)| *to)))
    }

    /// Whether two units measure the same thing; a percentage and a plain number do.
    #[must_use]
    pub fn same_as(&self, other: &Unit) -> bool {
        self.powers == other.powers
    }

    /// Whether it is a plain number, a share or a count.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.powers.is_empty()
    }

    /// Whether numbers of this unit are shown as percentages.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        self.label.as_deref() == Some("%")
    }

    /// Whether what it counts comes in whole numbers only: yen, people, days, months, years, points, cases.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match (self.powers.len(), self.powers.iter().next()) {
            (1, Some((base, 1))) => self.label.is_none() && is_base(base),
            _ => self.is_none() && self.label.as_deref().is_some_and(|l| l != "%" && l != "倍"),
        }
    }

    /// Whether it is exactly this base unit, such as `円`.
    #[must_use]
    pub fn is(&self, base: &str) -> bool {
        self.label.is_none() && self.powers.len() == 1 && self.powers.get(base) == Some(&1)
    }

    pub(crate) fn times(&self, other: &Unit) -> Unit {
        self.combined(other, 1)
    }

    pub(crate) fn per(&self, other: &Unit) -> Unit {
        self.combined(other, -1)
    }

    fn combined(&self, other: &Unit, sign: i8) -> Unit {
        let mut powers = self.powers.clone();
        for (base, power) in &other.powers {
            add_power(&mut powers, base, power.saturating_mul(sign));
        }
        Unit { powers, label: None }
    }

    pub(crate) fn to_the(&self, power: i8) -> Unit {
        let mut powers = BTreeMap::new();
        for (base, p) in &self.powers {
            add_power(&mut powers, base, p.saturating_mul(power));
        }
        Unit { powers, label: None }
    }

    /// The unit in the words of a page: `円`, `円/人`, `%`; `yen`, `yen per person`.
    #[must_use]
    pub fn in_english(&self) -> String {
        let mut above = Vec::new();
        let mut below = Vec::new();
        for (base, power) in &self.powers {
            let word = english_unit(base);
            if *power > 0 { above.push(word) } else { below.push(word) }
        }
        match (above.is_empty(), below.is_empty(), &self.label) {
            (true, true, Some(label)) if label == "%" => "%".to_owned(),
            (true, true, _) => String::new(),
            (_, true, _) => above.join("·"),
            _ => format!("{} per {}", above.join("·"), below.join("·")),
        }
    }
}

/// Base units that come in whole numbers.
fn is_base(unit: &str) -> bool {
    matches!(unit, "円" | "人" | "年" | "か月" | "日" | "点")
}

fn add_power(powers: &mut BTreeMap<String, i8>, base: &str, power: i8) {
    let sum = powers.get(base).copied().unwrap_or(0).saturating_add(power);
    if sum == 0 {
        powers.remove(base);
    } else {
        powers.insert(base.to_owned(), sum);
    }
}

fn english_unit(base: &str) -> &str {
    match base {
        "円" => "yen",
        "人" => "people",
        "年" => "years",
        "か月" => "months",
        "日" => "days",
        "点" => "points",
        other => other,
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(label) = &self.label {
            return f.write_str(label);
        }
        let side = |positive: bool| -> Vec<String> {
            let picked = self.powers.iter().filter(|(_, p)| (**p > 0) == positive);
            picked.map(|(b, p)| if p.abs() == 1 { b.clone() } else { format!("{b}^{}", p.unsigned_abs()) }).collect()
        };
        let (above, below) = (side(true), side(false));
        match (above.is_empty(), below.is_empty()) {
            (_, true) => f.write_str(&above.join("・")),
            (true, false) => write!(f, "1/{}", below.join("・")),
            (false, false) => write!(f, "{}/{}", above.join("・"), below.join("・")),
        }
    }
}

/// The type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Number(Unit),
    /// Any text.
    Text,
    YesNo,
    Day,
    /// One of these texts. A text written in a rule has the type of its one choice.
    Choice(Vec<String>),
    List(Box<Type>),
    /// A row of a list, by the ids of its parts.
    Record(BTreeMap<String, Type>),
}

impl Type {
    /// The type that holds values of both, if there is one.
    pub(crate) fn joined(&self, other: &Type) -> Option<Type> {
        match (self, other) {
            (Type::Number(a), Type::Number(b)) if a.same_as(b) => Some(Type::Number(if a == b { a.clone() } else { a.to_the(1) })),
            (Type::Text, Type::Text | Type::Choice(_)) | (Type::Choice(_), Type::Text) => Some(Type::Text),
            (Type::Choice(a), Type::Choice(b)) => {
                let mut all = a.clone();
                all.extend(b.iter().filter(|v| !a.contains(v)).cloned());
                Some(Type::Choice(all))
            }
            (Type::YesNo, Type::YesNo) => Some(Type::YesNo),
            (Type::Day, Type::Day) => Some(Type::Day),
            (Type::List(a), Type::List(b)) => a.joined(b).map(|t| Type::List(Box::new(t))),
            (Type::Record(a), Type::Record(b)) if a == b => Some(self.clone()),
            (Type::Number(_) | Type::Text | Type::YesNo | Type::Day | Type::Choice(_) | Type::List(_) | Type::Record(_), _) => None,
        }
    }

    /// The type in the words of a message, in Japanese.
    #[must_use]
    pub fn in_japanese(&self) -> String {
        match self {
            Type::Number(unit) if unit.is_none() => "数値".to_owned(),
            Type::Number(unit) => format!("数値（{unit}）"),
            Type::Text => "文字列".to_owned(),
            Type::YesNo => "はい・いいえ".to_owned(),
            Type::Day => "日付".to_owned(),
            Type::Choice(values) if values.len() == 1 => "文字列".to_owned(),
            Type::Choice(_) => "選択肢".to_owned(),
            Type::List(of) => format!("{}の一覧", of.in_japanese()),
            Type::Record(_) => "行".to_owned(),
        }
    }

    /// The type in the words of a message, in English.
    #[must_use]
    pub fn in_english(&self) -> String {
        match self {
            Type::Number(unit) if unit.is_none() => "a number".to_owned(),
            Type::Number(unit) => format!("a number of {}", unit.in_english()),
            Type::Text => "a text".to_owned(),
            Type::YesNo => "a yes or no".to_owned(),
            Type::Day => "a day".to_owned(),
            Type::Choice(values) if values.len() == 1 => "a text".to_owned(),
            Type::Choice(_) => "a choice".to_owned(),
            Type::List(_) => "a list".to_owned(),
            Type::Record(_) => "a row".to_owned(),
        }
    }
}
