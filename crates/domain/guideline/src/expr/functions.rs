//! The functions: their names in both languages and how many arguments they take.

/// A built-in function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Func {
    Count,
    Sum,
    Min,
    Max,
    Mean,
    Median,
    Floor,
    Ceiling,
    RoundDown,
    RoundUp,
    RoundHalfUp,
    Abs,
    Modulo,
    Length,
    Contains,
    StartsWith,
    EndsWith,
    ListContains,
    Distinct,
    Concatenate,
    Date,
    YearsBetween,
    MonthsBetween,
    Known,
    Any,
    All,
}

/// A function, the names it goes by (the normal one first), and the fewest and most arguments.
struct Entry {
    func: Func,
    names: &'static [&'static str],
    least: usize,
    most: usize,
}

const MANY: usize = 64;

const fn entry(func: Func, names: &'static [&'static str], least: usize, most: usize) -> Entry {
    Entry { func, names, least, most }
}

const FUNCTIONS: [Entry; 26] = [
    entry(Func::Count, &["件数", "count"], 1, 1),
    entry(Func::Sum, &["合計", "sum"], 1, MANY),
    entry(Func::Min, &["最小", "min"], 1, MANY),
    entry(Func::Max, &["最大", "max"], 1, MANY),
    entry(Func::Mean, &["平均", "mean"], 1, MANY),
    entry(Func::Median, &["中央値", "median"], 1, MANY),
    entry(Func::Floor, &["floor"], 1, 2),
    entry(Func::Ceiling, &["ceiling"], 1, 2),
    entry(Func::RoundDown, &["切捨て", "round down"], 2, 2),
    entry(Func::RoundUp, &["切上げ", "round up"], 2, 2),
    entry(Func::RoundHalfUp, &["四捨五入", "round half up"], 2, 2),
    entry(Func::Abs, &["絶対値", "abs"], 1, 1),
    entry(Func::Modulo, &["剰余", "modulo"], 2, 2),
    entry(Func::Length, &["文字数", "string length"], 1, 1),
    entry(Func::Contains, &["含む", "contains"], 2, 2),
    entry(Func::StartsWith, &["前方一致", "starts with"], 2, 2),
    entry(Func::EndsWith, &["後方一致", "ends with"], 2, 2),
    entry(Func::ListContains, &["一覧に含む", "list contains"], 2, 2),
    entry(Func::Distinct, &["重複除去", "distinct values"], 1, 1),
    entry(Func::Concatenate, &["連結", "concatenate"], 1, MANY),
    entry(Func::Date, &["日付", "date"], 1, 1),
    entry(Func::YearsBetween, &["年数", "years between"], 2, 2),
    entry(Func::MonthsBetween, &["月数", "months between"], 2, 2),
    entry(Func::Known, &["既知", "is known", "known"], 1, 1),
    entry(Func::Any, &["いずれか", "any"], 1, 2),
    entry(Func::All, &["すべて", "all"], 1, 2),
];

impl Func {
    /// The function of this name.
    pub(crate) fn named(name: &str) -> Option<Func> {
        FUNCTIONS.iter().find(|e| e.names.contains(&name)).map(|e| e.func)
    }

    /// Its normal name.
    pub(crate) fn name(self) -> &'static str {
        FUNCTIONS.iter().find(|e| e.func == self).and_then(|e| e.names.first()).copied().unwrap_or_default()
    }

    /// The fewest and the most arguments it takes.
    pub(crate) fn arity(self) -> (usize, usize) {
        FUNCTIONS.iter().find(|e| e.func == self).map_or((0, 0), |e| (e.least, e.most))
    }

    /// All names of all functions.
    pub(crate) fn all_names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().flat_map(|e| e.names.iter().copied())
    }
}
