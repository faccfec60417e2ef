//! What the functions give, with unknowns.

use std::collections::BTreeSet;

use banso_kernel::{Exact, Rounding};

use super::eval::Evaluated;
use super::fault::{by_zero, fault, overflow};
use super::functions::Func;
use super::three::{self, Abs, Bounds, Element, Missings, Tri};
use super::{Span, days, exact};
use crate::model::Value;

/// The value of a call.
pub(crate) fn call(func: Func, mut parts: Vec<Abs>, span: Span) -> Evaluated<Abs> {
    if let Some(folded) = over_numbers(func) {
        return match elements(parts) {
            Ok(elements) => folded(&elements, span),
            Err(missing) => Ok(Abs::Unknown(missing)),
        };
    }
    let second = if parts.len() > 1 { parts.pop() } else { None };
    let first = parts.pop().unwrap_or(Abs::Unknown(Missings::new()));
    match func {
        Func::Count => Ok(counted(&first)),
        Func::Floor | Func::Ceiling | Func::RoundDown | Func::RoundUp | Func::RoundHalfUp => rounded(func, first, second, span),
        Func::Abs => absolute(first, span),
        Func::Modulo => modulo(first, second, span),
        Func::Length | Func::Contains | Func::StartsWith | Func::EndsWith => Ok(on_texts(func, &first, second.as_ref())),
        Func::ListContains => Ok(second.map_or(Abs::Unknown(Missings::new()), |x| three::contains(&first, &x).into_abs())),
        Func::Distinct => Ok(distinct(first)),
        Func::Concatenate => Ok(concatenated(parts, first, second)),
        Func::YearsBetween | Func::MonthsBetween => between(func, &first, second.as_ref(), span),
        Func::Known => Ok(Abs::yes_no(matches!(first, Abs::Known(_) | Abs::List(_)))),
        Func::Any => Ok(all(&first, Tri::No, Tri::or)),
        Func::All => Ok(all(&first, Tri::Yes, Tri::and)),
        // Handled above, or read into a constant by the parser.
        Func::Sum | Func::Min | Func::Max | Func::Mean | Func::Median | Func::Date => Ok(first),
    }
}

type OverNumbers = fn(&[Element], Span) -> Evaluated<Abs>;

fn over_numbers(func: Func) -> Option<OverNumbers> {
    match func {
        Func::Sum => Some(sum),
        Func::Min => Some(minimum),
        Func::Max => Some(maximum),
        Func::Mean => Some(mean),
        Func::Median => Some(median),
        Func::Count
        | Func::Floor
        | Func::Ceiling
        | Func::RoundDown
        | Func::RoundUp
        | Func::RoundHalfUp
        | Func::Abs
        | Func::Modulo
        | Func::Length
        | Func::Contains
        | Func::StartsWith
        | Func::EndsWith
        | Func::ListContains
        | Func::Distinct
        | Func::Concatenate
        | Func::Date
        | Func::YearsBetween
        | Func::MonthsBetween
        | Func::Known
        | Func::Any
        | Func::All => None,
    }
}

/// The elements of one list, or the arguments as elements. A list that is not known has only what is missing.
fn elements(mut parts: Vec<Abs>) -> Result<Vec<Element>, Missings> {
    match (parts.len(), parts.pop()) {
        (1, Some(Abs::List(elements))) => Ok(elements),
        (1, Some(Abs::Unknown(missing))) => Err(missing),
        (_, last) => {
            parts.extend(last);
            Ok(parts.into_iter().map(|value| Element { value, doubt: Missings::new() }).collect())
        }
    }
}

fn counted(list: &Abs) -> Abs {
    let Abs::List(elements) = list else { return Abs::Unknown(list.missing()) };
    let number = |n: usize| i128::try_from(n).ok().map(Exact::from_integer);
    let sure = elements.iter().filter(|e| e.doubt.is_empty()).count();
    let missing = elements.iter().flat_map(|e| e.doubt.iter().cloned()).collect();
    Bounds { low: number(sure), high: number(elements.len()), missing }.into_abs()
}

fn sum(elements: &[Element], span: Span) -> Evaluated<Abs> {
    if let Some(numbers) = all_settled(elements) {
        let total = numbers.into_iter().try_fold(Exact::from_integer(0), exact::add);
        return total.map(Abs::number).ok_or_else(|| overflow(span));
    }
    let zero = || Bounds::exactly(Exact::from_integer(0));
    let total = elements.iter().fold(zero(), |total, e| {
        let own = e.value.clone().bounds();
        total.plus(if e.doubt.is_empty() { own } else { with_doubt(own.around(zero()), e) })
    });
    Ok(total.into_abs())
}

fn with_doubt(mut bounds: Bounds, element: &Element) -> Bounds {
    bounds.missing.extend(element.doubt.iter().cloned());
    bounds
}

/// All numbers, if every element is surely there and settled.
fn all_settled(elements: &[Element]) -> Option<Vec<Exact>> {
    elements.iter().map(|e| if e.doubt.is_empty() { e.value.clone().bounds().settled() } else { None }).collect()
}

fn minimum(elements: &[Element], span: Span) -> Evaluated<Abs> {
    let all: Vec<(Bounds, &Element)> = elements.iter().map(|e| (e.value.clone().bounds(), e)).collect();
    if all.is_empty() {
        return Err(fault(span, "empty-list", "空の一覧には最小・最大がありません", "an empty list has no least or greatest"));
    }
    let lows: Option<Vec<Exact>> = all.iter().map(|(b, _)| b.low).collect();
    let low = lows.and_then(|l| l.into_iter().min());
    let sure = all.iter().filter(|(_, e)| e.doubt.is_empty());
    let high = match sure.filter_map(|(b, _)| b.high).min() {
        Some(high) => Some(high),
        // With every element in doubt, the one that is there may be the greatest.
        None => all.iter().map(|(b, _)| b.high).collect::<Option<Vec<_>>>().and_then(|h| h.into_iter().max()),
    };
    let missing = all.iter().filter(|(b, _)| can_be_least(b, high)).flat_map(|(b, e)| b.missing.iter().chain(&e.doubt).cloned()).collect();
    Ok(Bounds { low, high, missing }.into_abs())
}

fn can_be_least(bounds: &Bounds, high: Option<Exact>) -> bool {
    bounds.low.zip(high).is_none_or(|(low, high)| low <= high)
}

fn maximum(elements: &[Element], span: Span) -> Evaluated<Abs> {
    let turned: Vec<Element> =
        elements.iter().map(|e| Element { value: e.value.clone().bounds().negated().into_abs(), doubt: e.doubt.clone() }).collect();
    minimum(&turned, span).map(|found| found.bounds().negated().into_abs())
}

fn missing_of(elements: &[Element]) -> Missings {
    elements.iter().flat_map(|e| e.doubt.iter().cloned().chain(e.value.missing())).collect()
}

fn mean(elements: &[Element], span: Span) -> Evaluated<Abs> {
    let count = i128::try_from(elements.len()).unwrap_or(i128::MAX);
    if elements.is_empty() {
        return Err(fault(span, "empty-list", "空の一覧には平均がありません", "an empty list has no mean"));
    }
    if elements.iter().any(|e| !e.doubt.is_empty()) {
        return Ok(Abs::Unknown(missing_of(elements)));
    }
    let share = Exact::new(1, count);
    match sum(elements, span)? {
        Abs::Known(Value::Number(total)) => exact::multiply(total, share).map(Abs::number).ok_or_else(|| overflow(span)),
        other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => {
            Ok(other.bounds().times(Bounds::exactly(share)).into_abs())
        }
    }
}

/// The middle number, or the mean of the middle two. It rises with every element, so the ends are medians of the ends.
fn median(elements: &[Element], span: Span) -> Evaluated<Abs> {
    if elements.is_empty() {
        return Err(fault(span, "empty-list", "空の一覧には中央値がありません", "an empty list has no median"));
    }
    if elements.iter().any(|e| !e.doubt.is_empty()) {
        return Ok(Abs::Unknown(missing_of(elements)));
    }
    let bounds: Vec<Bounds> = elements.iter().map(|e| e.value.clone().bounds()).collect();
    let end = |pick: fn(&Bounds) -> Option<Exact>| bounds.iter().map(pick).collect::<Option<Vec<_>>>().and_then(middle);
    Ok(Bounds { low: end(|b| b.low), high: end(|b| b.high), missing: missing_of(elements) }.into_abs())
}

fn middle(mut numbers: Vec<Exact>) -> Option<Exact> {
    numbers.sort();
    let half = numbers.len() / 2;
    let upper = *numbers.get(half)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *numbers.get(half.checked_sub(1)?)?;
    exact::add(lower, upper).and_then(|s| exact::divide(s, Exact::from_integer(2)))
}

fn rounded(func: Func, value: Abs, unit: Option<Abs>, span: Span) -> Evaluated<Abs> {
    let one = Abs::number(Exact::from_integer(1));
    let unit = match unit.unwrap_or(one) {
        Abs::Known(Value::Number(unit)) => unit,
        other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => {
            return Ok(Abs::Unknown(value.missing().into_iter().chain(other.missing()).collect()));
        }
    };
    if exact::is_negative(unit) || exact::is_zero(unit) {
        return Err(fault(span, "bad-rounding", "端数処理の単位が0以下です", "what a number is rounded to is not above zero"));
    }
    let whole = |n: Exact, to: fn(Exact) -> Option<Exact>| exact::multiply(to(exact::divide(n, unit)?)?, unit);
    let round = |n: Exact| {
        if func == Func::RoundUp {
            exact::round(n, Rounding::Up, unit)
        } else if func == Func::RoundHalfUp {
            exact::round(n, Rounding::HalfUp, unit)
        } else if func == Func::Floor {
            whole(n, exact::floor)
        } else if func == Func::Ceiling {
            whole(n, exact::ceiling)
        } else {
            exact::round(n, Rounding::Down, unit)
        }
    };
    match value {
        Abs::Known(Value::Number(n)) => round(n).map(Abs::number).ok_or_else(|| overflow(span)),
        other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => Ok(other.bounds().rising(round).into_abs()),
    }
}

fn absolute(value: Abs, span: Span) -> Evaluated<Abs> {
    let positive = |n: Exact| if exact::is_negative(n) { exact::negate(n) } else { Some(n) };
    match value {
        Abs::Known(Value::Number(n)) => positive(n).map(Abs::number).ok_or_else(|| overflow(span)),
        other @ (Abs::Known(_) | Abs::Between(_) | Abs::List(_) | Abs::Unknown(_)) => {
            let bounds = other.bounds();
            let crosses = bounds.low.is_none_or(exact::is_negative) && bounds.high.is_none_or(|h| !exact::is_negative(h));
            let ends = (bounds.low.and_then(positive), bounds.high.and_then(positive));
            let high = ends.0.zip(ends.1).map(|(a, b)| a.max(b));
            let low = if crosses { None } else { ends.0.into_iter().chain(ends.1).min() };
            Ok(Bounds { low: Some(low.unwrap_or(Exact::from_integer(0))), high, missing: bounds.missing }.into_abs())
        }
    }
}

fn modulo(value: Abs, by: Option<Abs>, span: Span) -> Evaluated<Abs> {
    let by = by.unwrap_or(Abs::Unknown(Missings::new()));
    if by.clone().bounds().settled().is_some_and(exact::is_zero) {
        return Err(by_zero(span));
    }
    match (&value, &by) {
        (Abs::Known(Value::Number(a)), Abs::Known(Value::Number(b))) => {
            exact::modulo(*a, *b).map(Abs::number).ok_or_else(|| overflow(span))
        }
        _ => Ok(Abs::Unknown(value.missing().into_iter().chain(by.missing()).collect())),
    }
}

fn on_texts(func: Func, first: &Abs, second: Option<&Abs>) -> Abs {
    match (first, second) {
        (Abs::Known(Value::Text(text)), None) => {
            Abs::number(Exact::from_integer(i128::try_from(text.chars().count()).unwrap_or(i128::MAX)))
        }
        (Abs::Known(Value::Text(text)), Some(Abs::Known(Value::Text(part)))) => {
            let found = if func == Func::StartsWith {
                text.starts_with(part)
            } else if func == Func::EndsWith {
                text.ends_with(part)
            } else {
                text.contains(part)
            };
            Abs::yes_no(found)
        }
        _ => Abs::Unknown(first.missing().into_iter().chain(second.map(Abs::missing).unwrap_or_default()).collect()),
    }
}

fn distinct(list: Abs) -> Abs {
    let Abs::List(elements) = list else { return list };
    let values: Option<Vec<Value>> = elements.iter().map(|e| if e.doubt.is_empty() { e.value.settled() } else { None }).collect();
    let Some(values) = values else { return Abs::Unknown(missing_of(&elements)) };
    let mut seen = BTreeSet::new();
    Abs::of(&Value::List(values.into_iter().filter(|v| seen.insert(v.clone())).collect()))
}

fn concatenated(before: Vec<Abs>, first: Abs, second: Option<Abs>) -> Abs {
    let lists: Vec<Abs> = before.into_iter().chain([first]).chain(second).collect();
    let mut all = Vec::new();
    let mut missing = Missings::new();
    for list in lists {
        match list {
            Abs::List(elements) => all.extend(elements),
            other @ (Abs::Known(_) | Abs::Between(_) | Abs::Unknown(_)) => missing.extend(other.missing()),
        }
    }
    if missing.is_empty() { Abs::List(all) } else { Abs::Unknown(missing) }
}

fn between(func: Func, from: &Abs, to: Option<&Abs>, span: Span) -> Evaluated<Abs> {
    match (from, to) {
        (Abs::Known(Value::Day(from)), Some(Abs::Known(Value::Day(to)))) => {
            let found = if func == Func::YearsBetween { days::years_between(*from, *to) } else { days::months_between(*from, *to) };
            found.map(Abs::number).ok_or_else(|| overflow(span))
        }
        _ => Ok(Abs::Unknown(from.missing().into_iter().chain(to.map(Abs::missing).unwrap_or_default()).collect())),
    }
}

/// Whether any or all of a list of truths hold.
fn all(list: &Abs, start: Tri, join: fn(Tri, Tri) -> Tri) -> Abs {
    let Abs::List(elements) = list else { return Abs::Unknown(list.missing()) };
    let truths = elements.iter().map(|e| match (&start, three::presence(e)) {
        (Tri::Yes, there) => there.negated().or(e.value.clone().tri()),
        (Tri::No | Tri::Unknown(_), there) => there.and(e.value.clone().tri()),
    });
    truths.fold(start.clone(), join).into_abs()
}
