//! The 補助額 block: which rate, which rounding, which caps.

use banso_kernel::{Exact, Rounding, Yen, fold_width};

use crate::answers::BUDGET_ITEM;
use crate::expr::{DefinitionBody, Expr, Names, Output, Type};
use crate::markdown::Fence;
use crate::model::{ClauseId, Facts, Known};
use crate::problem::{Code, Problem, Span};
use crate::rules::{Lines, condition, expression, lines};
use crate::words::Words;

pub(crate) const KEYS: [&str; 11] =
    ["補助率", "対象", "端数", "区切り", "区切り超の補助率", "区分上限", "年度上限", "合計上限", "下限", "超過", "説明"];
/// The item that names the line of a cost: a rate or cap that looks at it is asked line by line.
pub(crate) const LINE: &str = "経費区分";

/// How the amount is computed.
#[derive(Debug, Clone)]
pub struct Plan {
    pub clause: ClauseId,
    /// The share of the cost that is paid, per member.
    pub rate: Expr,
    /// Which costs count: a condition over one row of 経費.
    pub eligible: Option<Expr>,
    pub rounding: Rounding,
    /// Rounded to a multiple of this.
    pub unit: Yen,
    /// Above this much subsidy of a member's year a lower rate is paid (`1,500万円までは1/2、超える部分は1/3`).
    pub knee: Option<Knee>,
    /// Most subsidy for the costs of one line of the budget, per member and year.
    pub line_cap: Option<Expr>,
    pub yearly_cap: Option<Expr>,
    pub total_cap: Option<Expr>,
    /// Below this nothing is paid.
    pub floor: Option<Expr>,
    pub(crate) at: Span,
}

/// Where the rate falls.
#[derive(Debug, Clone)]
pub struct Knee {
    /// Up to here, in yen of subsidy, the first rate is paid.
    pub at: Expr,
    /// The share of the cost that is paid above.
    pub rate: Expr,
}

impl Plan {
    /// Whether rate or cap hang on the line of the budget: then each line is computed for itself.
    pub(crate) fn by_line(&self) -> bool {
        self.line_cap.is_some() || self.rate.items().contains(LINE)
    }

    /// Whether a rule of the amount looks at all costs at once, so that one cost may change what another brings.
    pub(crate) fn looks_at_all_costs(&self) -> bool {
        self.expressions().any(|rule| rule.items().contains(BUDGET_ITEM))
    }

    /// Every expression that the amount hangs on.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let knee = self.knee.iter().flat_map(|k| [&k.at, &k.rate]);
        let caps = [&self.eligible, &self.line_cap, &self.yearly_cap, &self.total_cap, &self.floor];
        std::iter::once(&self.rate).chain(knee).chain(caps.into_iter().flatten())
    }
}

/// Reads a 補助額 block.
pub(crate) fn plan(source: &str, fence: &Fence, clause: &ClauseId, names: &Names, problems: &mut Vec<Problem>) -> Option<Plan> {
    let lines = lines(source, fence, &KEYS, problems);
    if !lines.head.text.is_empty() {
        problems.push(Problem::error(Code::UnknownKey, lines.head.at, "「キー: 値」の形ではありません。", "This is not `key: value`."));
    }
    let mut must = |key: &str| {
        let found = lines.get(key).cloned();
        if found.is_none() {
            problems.push(
                Problem::error(
                    Code::MissingKey,
                    fence.info_at,
                    format!("補助額に「{key}」がありません。"),
                    format!("補助額 lacks `{key}`."),
                )
                .remedy(format!("「{key}: …」の行を加えてください。"), format!("Add a line `{key}: …`.")),
            );
        }
        found
    };
    let (rate, rounding) = (must("補助率"), must("端数"));
    let rate = rate.and_then(|w| share(&w, names, problems));
    let rounding = rounding.and_then(|w| direction(&w, problems));
    let mut yen = |key: &str| match lines.get(key) {
        Some(words) => amount(words, names, problems).map(Some),
        None => Some(None),
    };
    let (yearly_cap, total_cap, floor, line_cap) = (yen("年度上限"), yen("合計上限"), yen("下限"), yen("区分上限"));
    let knee = knee(&lines, rate.as_ref(), fence, names, problems);
    let eligible = match lines.get("対象") {
        Some(words) => condition(words, names, problems).map(Some),
        None => Some(None),
    };
    if let Some(words) = lines.get("超過").filter(|w| w.text != "後の年度から減らす") {
        problems.push(
            Problem::error(
                Code::BadValue,
                words.at,
                "合計上限を超えるときの減らし方が読めません。",
                "How to cut above the total cap cannot be read.",
            )
            .remedy("「後の年度から減らす」と書いてください。", "Write 後の年度から減らす (from the last year backwards)."),
        );
    }
    let (rounding, unit) = rounding?;
    Some(Plan {
        clause: clause.clone(),
        rate: rate?,
        eligible: eligible?,
        rounding,
        unit,
        knee: knee?,
        line_cap: line_cap?,
        yearly_cap: yearly_cap?,
        total_cap: total_cap?,
        floor: floor?,
        at: fence.at,
    })
}

/// 区切り and 区切り超の補助率: both or neither, the second rate not above the first, and not with rates by line.
fn knee(lines: &Lines, rate: Option<&Expr>, fence: &Fence, names: &Names, problems: &mut Vec<Problem>) -> Option<Option<Knee>> {
    let (at, above) = match (lines.get("区切り"), lines.get("区切り超の補助率")) {
        (None, None) => return Some(None),
        (Some(at), Some(above)) => (at, above),
        (Some(words), None) | (None, Some(words)) => {
            problems.push(
                Problem::error(
                    Code::MissingKey,
                    words.at,
                    "「区切り」と「区切り超の補助率」は、両方を書きます。",
                    "区切り (the knee) and 区切り超の補助率 (the rate above it) go together.",
                )
                .remedy(
                    "例: 区切り: 1,500万円、次の行に 区切り超の補助率: 1/3",
                    "For example `区切り: 1,500万円` and `区切り超の補助率: 1/3`.",
                ),
            );
            return None;
        }
    };
    let (amount, second) = (amount(at, names, problems)?, share(above, names, problems)?);
    let by_line = lines.get("区分上限").is_some() || rate.is_some_and(|r| r.items().contains(LINE));
    let lowest = rate.and_then(|r| range(r, names)).map(|(low, _)| low);
    let highest = range(&second, names).map(|(_, high)| high);
    if by_line {
        problems.push(Problem::error(
            Code::BadValue,
            fence.info_at,
            "「区切り」は、経費区分ごとの補助率や上限と一緒には使えません。",
            "A knee cannot be used together with rates or caps by budget line.",
        ));
    } else if highest.zip(lowest).is_some_and(|(high, low)| high > low) {
        problems.push(Problem::error(
            Code::BadValue,
            above.at,
            "区切りを超える部分の補助率が、区切りまでの補助率より高くなっています。",
            "The rate above the knee is higher than the rate below it.",
        ));
    }
    Some(Some(Knee { at: amount, rate: second }))
}

/// The least and the greatest that an expression comes to, as far as that is known without facts.
fn range(expr: &Expr, names: &Names) -> Option<(Exact, Exact)> {
    let ends = rows_of(expr, names).into_iter().map(|row| match row.bounds(names, &Facts::default()) {
        Ok(Known::Exactly(n)) => Some((n, n)),
        Ok(Known::Between(low, high)) => Some((low, high)),
        Ok(Known::Unknown(_)) | Err(_) => None,
    });
    let ends = ends.collect::<Option<Vec<_>>>()?;
    let low = ends.iter().map(|(low, _)| *low).min()?;
    Some((low, ends.iter().map(|(_, high)| *high).max()?))
}

/// The rows of the table that an expression names; the expression itself where it names none.
fn rows_of<'a>(expr: &'a Expr, names: &'a Names) -> Vec<&'a Expr> {
    match names.definition(expr.text().trim()).map(|d| &d.body) {
        Some(DefinitionBody::Decision(table)) => table
            .rows
            .iter()
            .filter_map(|r| match &r.output {
                Output::Expression(output) => Some(output),
                Output::Unconfirmed(_) => None,
            })
            .collect(),
        Some(DefinitionBody::Expression(_)) | None => vec![expr],
    }
}

fn share(words: &Words, names: &Names, problems: &mut Vec<Problem>) -> Option<Expr> {
    let expr = expression(words, names, problems)?;
    if matches!(expr.ty(), Type::Number(unit) if unit.is_none()) {
        outside(words, &expr, names, Some(Exact::from_integer(1)), problems);
        return Some(expr);
    }
    problems.push(Problem::error(Code::Expression, words.at, "補助率は割合でなければなりません。", "The rate must be a share."));
    None
}

fn amount(words: &Words, names: &Names, problems: &mut Vec<Problem>) -> Option<Expr> {
    let expr = expression(words, names, problems)?;
    if matches!(expr.ty(), Type::Number(unit) if unit.is("円")) {
        outside(words, &expr, names, None, problems);
        return Some(expr);
    }
    problems.push(Problem::error(
        Code::Expression,
        words.at,
        format!("円の額ではありません（{}です）。", expr.ty().in_japanese()),
        format!("This is not an amount in yen (it is {}).", expr.ty().in_english()),
    ));
    None
}

/// Complains about a value that can never be meant: less than nothing, or a rate above the whole cost. Looks at the rows of a
/// table one by one, and at anything else as far as its ends are known without facts.
fn outside(words: &Words, expr: &Expr, names: &Names, top: Option<Exact>, problems: &mut Vec<Problem>) {
    let zero = Exact::from_integer(0);
    for row in rows_of(expr, names) {
        let (low, high) = match row.bounds(names, &Facts::default()) {
            Ok(Known::Exactly(n)) => (n, n),
            Ok(Known::Between(low, high)) => (low, high),
            Ok(Known::Unknown(_)) | Err(_) => continue,
        };
        if low < zero || top.is_some_and(|t| high > t) {
            problems.push(out_of_range(words, row.text().trim(), top.is_some()));
        }
    }
}

fn out_of_range(words: &Words, value: &str, is_rate: bool) -> Problem {
    let name = &words.text;
    if is_rate {
        let (ja, en) = (
            format!("補助率「{name}」の「{value}」は0%から100%までではありません。"),
            format!("The rate `{value}` of `{name}` is not within 0% and 100%."),
        );
        return Problem::error(Code::BadValue, words.at, ja, en).remedy(
            "2/3 や 50% のように書いてください。分子と分母が逆ではありませんか。",
            "Write e.g. 2/3 or 50%. Were the two numbers swapped?",
        );
    }
    Problem::error(
        Code::BadValue,
        words.at,
        format!("「{name}」の「{value}」は0円より少ない額になります。"),
        format!("`{value}` of `{name}` is less than nothing."),
    )
    .remedy("0円以上の額を書いてください。", "Write an amount of 0 yen or more.")
}

/// `1円未満切捨て`, `千円未満切捨て`, `1円未満四捨五入`.
fn direction(words: &Words, problems: &mut Vec<Problem>) -> Option<(Rounding, Yen)> {
    let folded = fold_width(&words.text);
    let found = [
        ("切捨て", Rounding::Down),
        ("切り捨て", Rounding::Down),
        ("切上げ", Rounding::Up),
        ("切り上げ", Rounding::Up),
        ("四捨五入", Rounding::HalfUp),
    ]
    .into_iter()
    .find_map(|(word, rounding)| folded.strip_suffix(word).map(|rest| (rest.to_owned(), rounding)))
    .and_then(|(rest, rounding)| {
        let unit = rest.trim().strip_suffix("円未満")?.trim().to_owned();
        let unit = match unit.as_str() {
            "" => Yen::new(1),
            "千" => Yen::new(1_000),
            "万" => Yen::new(10_000),
            digits => Yen::parse(digits).ok().filter(|y| *y > Yen::ZERO)?,
        };
        Some((rounding, unit))
    });
    if found.is_none() {
        problems.push(
            Problem::error(Code::BadValue, words.at, "端数の扱いが読めません。", "The rounding cannot be read.")
                .remedy("「1円未満切捨て」や「千円未満切捨て」のように書いてください。", "Write 1円未満切捨て or 千円未満切捨て."),
        );
    }
    found
}
