//! One condition in several spellings at once: ours, plain FEEL, and FEEL that says what we mean by unknown.

use crate::dice::Dice;

/// The same expression in every spelling.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) ours: String,
    /// As a FEEL author would write it.
    pub(crate) plain: String,
    /// With every `if` null when its condition is null, unless both branches agree.
    pub(crate) ifs: String,
    /// With every equality, list and row null when what it looks at is null.
    pub(crate) guarded: String,
}

/// Which spelling is being written.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Ours,
    Plain,
    Ifs,
    Guarded,
}

fn each<const N: usize>(parts: [&Text; N], write: impl Fn(Way, [&str; N]) -> String) -> Text {
    Text {
        ours: write(Way::Ours, parts.map(|p| p.ours.as_str())),
        plain: write(Way::Plain, parts.map(|p| p.plain.as_str())),
        ifs: write(Way::Ifs, parts.map(|p| p.ifs.as_str())),
        guarded: write(Way::Guarded, parts.map(|p| p.guarded.as_str())),
    }
}

fn both(ours: &str, feel: &str) -> Text {
    each([], |way, []| if way == Way::Ours { ours } else { feel }.to_owned())
}

fn equal(a: &str, b: &str, sign: &str) -> String {
    format!("(if {a} = null or {b} = null then null else {a} {sign} {b})")
}

fn choose(way: Way, condition: &str, then: &str, other: &str) -> String {
    let plain = format!("(if {condition} then {then} else {other})");
    match way {
        Way::Ours | Way::Plain => plain,
        Way::Ifs | Way::Guarded => {
            format!("(if ({condition}) = null then (if {then} = {other} then {then} else null) else {plain})")
        }
    }
}

/// An amount of yen. Numbers stay exact in binary, because an oracle may compute so.
fn yen(dice: &mut Dice, depth: u32) -> Text {
    if depth == 0 || dice.roll(3) == 0 {
        let (ours, feel) = dice.pick(&[
            ("資本金", "資本金"),
            ("実績売上高", "実績売上高"),
            ("資本金", "資本金"),
            ("50円", "50"),
            ("1,000円", "1000"),
            ("3億円", "300000000"),
            ("0円", "0"),
            ("合計(経費.金額)", "(if count(経費) = 0 then 0 else sum(経費.金額))"),
        ]);
        return both(ours, feel);
    }
    let (a, b) = (yen(dice, depth - 1), yen(dice, depth - 1));
    match dice.roll(11) {
        0 => each([&a, &b], |_, [a, b]| format!("({a} + {b})")),
        1 => each([&a, &b], |_, [a, b]| format!("({a} - {b})")),
        2 => each([&a], |_, [a]| format!("({a} * 2)")),
        3 => each([&a], |_, [a]| format!("({a} / 4)")),
        4 => each([&a], |_, [a]| format!("(-({a}))")),
        5 => named(["最小", "min"], &a, &b),
        6 => named(["最大", "max"], &a, &b),
        7 => named(["平均", "mean"], &a, &b),
        8 => each([&a], |way, [a]| if way == Way::Ours { format!("絶対値({a})") } else { format!("abs({a})") }),
        9 => rounded(dice, &a),
        _ => {
            let c = condition(dice, 0);
            each([&c, &a, &b], |way, [c, a, b]| choose(way, c, a, b))
        }
    }
}

fn named([ours, feel]: [&str; 2], a: &Text, b: &Text) -> Text {
    each([a, b], |way, [a, b]| format!("{}({a}, {b})", if way == Way::Ours { ours } else { feel }))
}

fn rounded(dice: &mut Dice, a: &Text) -> Text {
    let (ours, feel) = dice.pick(&[("切捨て", "round down"), ("切上げ", "round up"), ("四捨五入", "round half up"), ("剰余", "")]);
    each([a], |way, [a]| match (way, feel) {
        (Way::Ours, "") => format!("{ours}({a}, 64円)"),
        (Way::Ours, _) => format!("{ours}({a}, 128円)"),
        (Way::Plain | Way::Ifs | Way::Guarded, "") => format!("modulo({a}, 64)"),
        (Way::Plain | Way::Ifs | Way::Guarded, _) => format!("({feel}({a} / 128, 0) * 128)"),
    })
}

fn compared(dice: &mut Dice, a: &Text, b: &Text) -> Text {
    let sign = dice.pick(&["<", "<=", ">", ">=", "=", "!="]);
    each([a, b], |way, [a, b]| match (way, sign) {
        (Way::Guarded, "=" | "!=") => equal(a, b, sign),
        _ => format!("({a} {sign} {b})"),
    })
}

/// A yes or a no.
pub(crate) fn condition(dice: &mut Dice, depth: u32) -> Text {
    if depth == 0 || dice.roll(4) == 0 {
        return leaf(dice);
    }
    let (a, b) = (condition(dice, depth - 1), condition(dice, depth - 1));
    match dice.roll(4) {
        0 => each([&a, &b], |way, [a, b]| format!("({a} {} {b})", if way == Way::Ours { "かつ" } else { "and" })),
        1 => each([&a, &b], |way, [a, b]| format!("({a} {} {b})", if way == Way::Ours { "または" } else { "or" })),
        2 => each([&a], |_, [a]| format!("not({a})")),
        _ => {
            let c = leaf(dice);
            each([&c, &a, &b], |way, [c, a, b]| choose(way, c, a, b))
        }
    }
}

fn leaf(dice: &mut Dice) -> Text {
    match dice.roll(9) {
        0 => both("重複受給", "重複受給"),
        1 => both("再生事業者", "再生事業者"),
        2 => industry(dice),
        3 => founded(dice),
        4 => rows(dice),
        5 => within(dice),
        6 => {
            let (ours, feel) = dice.pick(&[("従業員数 <= 20人", "(従業員数 <= 20)"), ("従業員数 > 300人", "(従業員数 > 300)")]);
            both(ours, feel)
        }
        _ => {
            let (a, b) = (yen(dice, 2), yen(dice, 1));
            compared(dice, &a, &b)
        }
    }
}

fn industry(dice: &mut Dice) -> Text {
    if dice.roll(2) == 0 {
        let value = dice.pick(&["卸売業", "サービス業", "小売業"]);
        let sign = dice.pick(&["=", "!="]);
        return each([], |way, []| match way {
            Way::Ours => format!("(業種 {sign} {value})"),
            Way::Plain | Way::Ifs => format!("(業種 {sign} \"{value}\")"),
            Way::Guarded => equal("業種", &format!("\"{value}\""), sign),
        });
    }
    each([], |way, []| match way {
        Way::Ours => "(業種 in (卸売業, 小売業))".to_owned(),
        Way::Plain | Way::Ifs => "(業種 in (\"卸売業\", \"小売業\"))".to_owned(),
        Way::Guarded => "(if 業種 = null then null else 業種 in (\"卸売業\", \"小売業\"))".to_owned(),
    })
}

fn founded(dice: &mut Dice) -> Text {
    let day = dice.pick(&["2016-02-29", "2019-02-28", "2024-12-31"]);
    let (ours, feel) = dice.pick(&[
        ("", ""),
        (" + 3年", " + duration(\"P3Y\")"),
        (" + 1か月", " + duration(\"P1M\")"),
        (" + 10日", " + duration(\"P10D\")"),
    ]);
    let sign = dice.pick(&["<", "<=", ">", ">="]);
    both(&format!("(設立日{ours} {sign} @\"{day}\")"), &format!("(設立日{feel} {sign} date(\"{day}\"))"))
}

/// A number among values and ranges.
fn within(dice: &mut Dice) -> Text {
    let (a, b) = (yen(dice, 1), yen(dice, 1));
    match dice.roll(3) {
        0 => each([&a, &b], |way, [a, b]| match way {
            Way::Ours => format!("({a} between 0円 and {b})"),
            // The definition of `between`; the engine takes a range whose ends are the wrong way round for one that is not empty.
            Way::Plain | Way::Ifs | Way::Guarded => format!("({a} >= 0 and {a} <= {b})"),
        }),
        1 => each([&a], |way, [a]| match way {
            Way::Ours => format!("({a} in (< 0円, [50円..1,000円)))"),
            Way::Plain | Way::Ifs => format!("({a} in (< 0, [50..1000)))"),
            Way::Guarded => format!("(if {a} = null then null else {a} in (< 0, [50..1000)))"),
        }),
        _ => each([&a, &b], |way, [a, b]| match way {
            Way::Ours => format!("({a} in ({b}, (100円..3億円]))"),
            Way::Plain | Way::Ifs => format!("({a} in ({b}, (100..300000000]))"),
            Way::Guarded => format!("({} or ({a} > 100 and {a} <= 300000000))", equal(a, b, "=")),
        }),
    }
}

/// Conditions over the rows of a list.
fn rows(dice: &mut Dice) -> Text {
    let (list, ours, feel, guarded) = dice.pick(&[
        ("共同体", "業種 = 卸売業", "m.業種 = \"卸売業\"", "(if m.業種 = null then null else m.業種 = \"卸売業\")"),
        ("共同体", "資本金 <= 100円", "m.資本金 <= 100", "m.資本金 <= 100"),
        ("経費", "経費区分 = \"旅費\"", "m.経費区分 = \"旅費\"", "(if m.経費区分 = null then null else m.経費区分 = \"旅費\")"),
        ("経費", "金額 > 100円", "m.金額 > 100", "m.金額 > 100"),
    ]);
    let bare = feel.replace("m.", "");
    match dice.roll(4) {
        0 => each([], |way, []| match way {
            Way::Ours => format!("いずれか({list}, {ours})"),
            Way::Plain | Way::Ifs => format!("(some m in {list} satisfies {feel})"),
            Way::Guarded => format!("any(for m in {list} return {guarded})"),
        }),
        1 => each([], |way, []| match way {
            Way::Ours => format!("すべて({list}, {ours})"),
            Way::Plain | Way::Ifs => format!("(every m in {list} satisfies {feel})"),
            Way::Guarded => format!("all(for m in {list} return {guarded})"),
        }),
        2 => each([], |way, []| match way {
            Way::Ours => format!("(件数({list}) >= 2)"),
            Way::Plain | Way::Ifs | Way::Guarded => format!("(count({list}) >= 2)"),
        }),
        _ => each([], |way, []| match way {
            Way::Ours => format!("(件数({list}[{ours}]) >= 1)"),
            Way::Plain | Way::Ifs => format!("(count({list}[{bare}]) >= 1)"),
            Way::Guarded => format!("any(for m in {list} return {guarded})"),
        }),
    }
}
