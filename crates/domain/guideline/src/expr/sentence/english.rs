//! How English puts the parts of an expression together.

use super::super::ast::{Comparison, Quantity};
use super::super::functions::Func;
use super::{Said, Signs, Vocabulary};

pub(super) struct English;

const SIGNS: Signs = Signs {
    and: ", and ",
    or: ", or ",
    either: " or ",
    list: ", ",
    plus: "+",
    minus: "-",
    brackets: ["(", ")"],
    quotes: ["(", ")"],
    nameless: "the value",
};

impl Vocabulary for English {
    fn signs(&self) -> &'static Signs {
        &SIGNS
    }

    fn limit(&self, op: Comparison, text: &str, day: bool) -> String {
        match (op, day) {
            (Comparison::Equal, _) => text.to_owned(),
            (Comparison::Unequal, _) => format!("other than {text}"),
            (Comparison::LessOrEqual, false) => format!("at most {text}"),
            (Comparison::Less, false) => format!("less than {text}"),
            (Comparison::GreaterOrEqual, false) => format!("at least {text}"),
            (Comparison::Greater, false) => format!("more than {text}"),
            (Comparison::LessOrEqual, true) => format!("on or before {text}"),
            (Comparison::Less, true) => format!("before {text}"),
            (Comparison::GreaterOrEqual, true) => format!("on or after {text}"),
            (Comparison::Greater, true) => format!("after {text}"),
        }
    }

    fn between(&self, low: &str, high: &str) -> String {
        format!("{low} and {high}")
    }

    fn one_of(&self, list: &str) -> String {
        format!("one of {list}")
    }

    fn is(&self, subject: &str, predicate: &str) -> String {
        format!("{subject} is {predicate}")
    }

    fn not(&self, said: Said) -> String {
        format!("not: {}", said.inner(&SIGNS))
    }

    fn holds(&self, label: &str) -> String {
        label.to_owned()
    }

    fn quantified(&self, quantity: Quantity, list: &str, body: &str) -> String {
        match quantity {
            Quantity::Some => format!("for some of {list}: {body}"),
            Quantity::Every => format!("for every one of {list}: {body}"),
        }
    }

    fn choice(&self, condition: Said, yes: &str, no: &str) -> String {
        format!("if {} then {yes}, otherwise {no}", condition.inner(&SIGNS))
    }

    fn value_of_choice(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("({yes} if {condition}, otherwise {no})")
    }

    fn filtered(&self, list: &str, condition: &str) -> String {
        format!("{list} where {condition}")
    }

    fn part_of(&self, whole: &str, part: &str) -> String {
        format!("{part} of {whole}")
    }

    fn power(&self, base: &str, exponent: &str) -> String {
        format!("{base} to the power {exponent}")
    }

    fn call(&self, func: Func, parts: &[String]) -> String {
        let first = parts.first().map_or("", String::as_str);
        let second = parts.get(1).map_or("1", String::as_str);
        let all = || parts.join(", ");
        match func {
            Func::Count => format!("the number of {first}"),
            Func::Sum => format!("the sum of {}", all()),
            Func::Min => format!("the least of {}", all()),
            Func::Max => format!("the greatest of {}", all()),
            Func::Mean => format!("the mean of {}", all()),
            Func::Median => format!("the median of {}", all()),
            Func::Floor | Func::RoundDown => format!("{first} (rounded down to {second})"),
            Func::Ceiling | Func::RoundUp => format!("{first} (rounded up to {second})"),
            Func::RoundHalfUp => format!("{first} (rounded half up to {second})"),
            Func::Abs => format!("the absolute value of {first}"),
            Func::Modulo => format!("{first} modulo {second}"),
            Func::Length => format!("the number of letters of {first}"),
            Func::Contains => format!("{first} contains \"{second}\""),
            Func::StartsWith => format!("{first} starts with \"{second}\""),
            Func::EndsWith => format!("{first} ends with \"{second}\""),
            Func::ListContains => format!("{first} has {second}"),
            Func::Distinct => format!("the distinct values of {first}"),
            Func::Concatenate => all(),
            Func::Date => first.to_owned(),
            Func::YearsBetween => format!("whole years from {first} to {second}"),
            Func::MonthsBetween => format!("whole months from {first} to {second}"),
            Func::Known => format!("{first} is known"),
            Func::Any => format!("any of {first}"),
            Func::All => format!("all of {first}"),
        }
    }
}
