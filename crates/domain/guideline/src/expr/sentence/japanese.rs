//! How Japanese puts the parts of an expression together.

use super::super::ast::{Comparison, Quantity};
use super::super::functions::Func;
use super::{Said, Signs, Vocabulary};

pub(super) struct Japanese;

const SIGNS: Signs = Signs {
    and: "、かつ、",
    or: "、又は",
    either: "又は",
    list: "、",
    plus: "＋",
    minus: "－",
    brackets: ["（", "）"],
    quotes: ["「", "」"],
    nameless: "その値",
};

impl Vocabulary for Japanese {
    fn signs(&self) -> &'static Signs {
        &SIGNS
    }

    fn limit(&self, op: Comparison, text: &str, day: bool) -> String {
        match (op, day) {
            (Comparison::Equal, _) => text.to_owned(),
            (Comparison::Unequal, _) => format!("{text}以外"),
            (Comparison::LessOrEqual, false) => format!("{text}以下"),
            (Comparison::Less, false) => format!("{text}未満"),
            (Comparison::GreaterOrEqual, false) => format!("{text}以上"),
            (Comparison::Greater, false) => format!("{text}超"),
            (Comparison::LessOrEqual, true) => format!("{text}以前"),
            (Comparison::Less, true) => format!("{text}より前"),
            (Comparison::GreaterOrEqual, true) => format!("{text}以後"),
            (Comparison::Greater, true) => format!("{text}より後"),
        }
    }

    fn between(&self, low: &str, high: &str) -> String {
        format!("{low}{high}")
    }

    fn one_of(&self, list: &str) -> String {
        format!("{list}のいずれか")
    }

    fn is(&self, subject: &str, predicate: &str) -> String {
        format!("{subject}が{predicate}")
    }

    fn not(&self, said: Said) -> String {
        match said.text.strip_suffix("である") {
            Some(stem) if !said.compound => format!("{stem}でない"),
            Some(_) | None => format!("「{}」に当たらない", said.text),
        }
    }

    /// `研究機関等と連携する` as it is; `中小企業者` with である.
    fn holds(&self, label: &str) -> String {
        let plain = label.trim_end_matches(['か', '？', '?', '。']);
        if ["する", "いる", "ある", "した", "おり", "がない"].iter().any(|end| plain.ends_with(end)) {
            plain.to_owned()
        } else {
            format!("{plain}である")
        }
    }

    fn quantified(&self, quantity: Quantity, list: &str, body: &str) -> String {
        match quantity {
            Quantity::Some => format!("{list}のいずれかについて{body}"),
            Quantity::Every => format!("{list}のすべてについて{body}"),
        }
    }

    fn choice(&self, condition: Said, yes: &str, no: &str) -> String {
        format!("{}の場合は{yes}、それ以外の場合は{no}", condition.text)
    }

    fn value_of_choice(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("（{condition}の場合は{yes}、それ以外の場合は{no}）")
    }

    fn filtered(&self, list: &str, condition: &str) -> String {
        format!("{list}のうち{}もの", attributive(condition))
    }

    fn part_of(&self, whole: &str, part: &str) -> String {
        format!("{whole}の{part}")
    }

    fn power(&self, base: &str, exponent: &str) -> String {
        format!("{base}の{exponent}乗")
    }

    fn call(&self, func: Func, parts: &[String]) -> String {
        let first = parts.first().map_or("", String::as_str);
        let second = parts.get(1).map_or("", String::as_str);
        let all = || parts.join("と");
        match func {
            Func::Count => format!("{first}の件数"),
            Func::Sum => format!("{}の合計", all()),
            Func::Min if parts.len() > 1 => format!("{}のうち最も小さいもの", all()),
            Func::Max if parts.len() > 1 => format!("{}のうち最も大きいもの", all()),
            Func::Min => format!("{first}の最小"),
            Func::Max => format!("{first}の最大"),
            Func::Mean => format!("{}の平均", all()),
            Func::Median => format!("{}の中央値", all()),
            Func::Floor | Func::RoundDown if parts.len() > 1 => format!("{first}（{second}未満切捨て）"),
            Func::Ceiling | Func::RoundUp if parts.len() > 1 => format!("{first}（{second}未満切上げ）"),
            Func::RoundHalfUp => format!("{first}（{second}未満四捨五入）"),
            Func::Floor | Func::RoundDown => format!("{first}（1未満切捨て）"),
            Func::Ceiling | Func::RoundUp => format!("{first}（1未満切上げ）"),
            Func::Abs => format!("{first}の絶対値"),
            Func::Modulo => format!("{first}を{second}で割った余り"),
            Func::Length => format!("{first}の文字数"),
            Func::Contains => format!("{first}が「{second}」を含む"),
            Func::StartsWith => format!("{first}が「{second}」で始まる"),
            Func::EndsWith => format!("{first}が「{second}」で終わる"),
            Func::ListContains => format!("{first}に{second}がある"),
            Func::Distinct => format!("{first}（重複を除く）"),
            Func::Concatenate => all(),
            Func::Date => first.to_owned(),
            Func::YearsBetween => format!("{first}から{second}までの年数"),
            Func::MonthsBetween => format!("{first}から{second}までの月数"),
            Func::Known => format!("{first}が分かっている"),
            Func::Any => format!("{first}のいずれかに当たる"),
            Func::All => format!("{first}のすべてに当たる"),
        }
    }
}

/// A condition before a noun: `種別が大学・公設試等の`.
pub(crate) fn attributive(said: &str) -> String {
    if ["である", "でない", "する", "いる", "ある", "した", "ない"].iter().any(|end| said.ends_with(end)) {
        said.to_owned()
    } else {
        format!("{said}の")
    }
}
