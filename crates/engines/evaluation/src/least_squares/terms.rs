//! The little language of terms: columns, products, powers, logarithms, indicators of levels.

use super::source::Source;
use crate::notice::Refusal;

/// A column, perhaps under a logarithm and to a power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Factor {
    pub(super) column: String,
    pub(super) log: bool,
    pub(super) power: usize,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    /// A product of columns of numbers.
    Product(Vec<Factor>),
    /// Indicators of the levels of a column but for one, perhaps times a product.
    Levels { column: String, by: Vec<Factor>, reference: Option<String> },
}

/// The terms that a text stands for.
///
/// # Errors
/// A column that is not there, or is not of numbers where numbers are needed.
pub(super) fn parse(text: &str, source: &dyn Source) -> Result<Vec<Term>, Refusal> {
    let text = text.trim();
    if source.is_number(text).unwrap_or(false) {
        return Ok(vec![Term::Product(vec![plain(text)])]);
    }
    let text = &text.replace("**", "^");
    if let Some(inside) = inside(text, &["i", "C"]) {
        return levels(inside, source).map(|term| vec![term]);
    }
    if let Some((left, right)) = split_once(text, '*') {
        let (a, b) = (product(left, source)?, product(right, source)?);
        let both = [a.clone(), b.clone()].concat();
        return Ok(vec![Term::Product(a), Term::Product(b), Term::Product(both)]);
    }
    Ok(vec![Term::Product(product(text, source)?)])
}

/// What stands in the parentheses behind one of the words.
fn inside<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().find_map(|word| text.strip_prefix(word)?.strip_prefix('(')?.strip_suffix(')'))
}

fn split_once(text: &str, at: char) -> Option<(&str, &str)> {
    text.split_once(at).filter(|(left, right)| !left.trim().is_empty() && !right.trim().is_empty())
}

fn plain(column: &str) -> Factor {
    Factor { column: column.to_owned(), log: false, power: 1 }
}

fn levels(inside: &str, source: &dyn Source) -> Result<Term, Refusal> {
    let (mut by, mut reference) = (Vec::new(), None);
    let mut parts = inside.split(',').map(str::trim);
    let column = parts.next().unwrap_or_default().to_owned();
    source.is_number(&column)?;
    for part in parts {
        match part.strip_prefix("ref").and_then(|rest| rest.trim_start().strip_prefix('=')) {
            Some(level) => reference = Some(level.trim().trim_matches(['"', '\'']).to_owned()),
            None => by.extend(product(part, source)?),
        }
    }
    Ok(Term::Levels { column, by, reference })
}

fn product(text: &str, source: &dyn Source) -> Result<Vec<Factor>, Refusal> {
    if source.is_number(text.trim()).unwrap_or(false) {
        return Ok(vec![plain(text.trim())]);
    }
    text.split(':').map(|part| factor(part.trim(), source)).collect()
}

fn factor(text: &str, source: &dyn Source) -> Result<Factor, Refusal> {
    let text = inside(text, &["I"]).unwrap_or(text).trim();
    if source.is_number(text).unwrap_or(false) {
        return Ok(plain(text));
    }
    if let Some(inside) = inside(text, &["log"]) {
        return factor(inside, source).map(|f| Factor { log: true, ..f });
    }
    if let Some((base, power)) = text.split_once('^')
        && let Ok(power) = power.trim().parse::<usize>()
        && (1..=9).contains(&power)
    {
        return factor(base, source).map(|f| Factor { power, ..f });
    }
    if source.is_number(text)? { Ok(plain(text)) } else { Err(not_numbers(text)) }
}

fn not_numbers(column: &str) -> Refusal {
    Refusal::new(
        "not-numbers",
        format!("列「{column}」は文字の列です。ここでは数値の列が必要です。水準ごとの指標にするには i({column}) と書いてください。"),
        format!("column \"{column}\" holds names; numbers are needed here. Write i({column}) for an indicator of each level"),
    )
}

/// The columns that terms may name, for reading them beforehand: those that must be numbers, and those that divide rows into groups. Names
/// within a term are found without knowing which columns there are.
#[must_use]
pub fn columns<'a>(texts: impl IntoIterator<Item = &'a str>, there: &[String]) -> (Vec<String>, Vec<String>) {
    let (mut numbers, mut groups) = (Vec::new(), Vec::new());
    for text in texts {
        let text = &text.trim().replace("**", "^");
        if there.iter().any(|name| name == text) {
            numbers.push(text.clone());
        } else if let Some(inside) = inside(text, &["i", "C"]) {
            let mut parts = inside.split(',').map(str::trim);
            groups.extend(parts.next().map(str::to_owned));
            parts.filter(|part| !part.starts_with("ref")).for_each(|part| numbers.extend(bare(part, there)));
        } else {
            text.split('*').filter(|part| !part.trim().is_empty()).for_each(|part| numbers.extend(bare(part, there)));
        }
    }
    (numbers, groups)
}

/// The columns of a product.
fn bare(text: &str, there: &[String]) -> Vec<String> {
    let one = |part: &str| {
        let mut part = part.trim();
        while !there.iter().any(|name| name == part) {
            part = match inside(part, &["I", "log"]).or_else(|| part.split_once('^').map(|(base, _)| base)) {
                Some(inner) => inner.trim(),
                None => break,
            };
        }
        part.to_owned()
    };
    if there.iter().any(|name| name == text.trim()) { vec![text.trim().to_owned()] } else { text.split(':').map(one).collect() }
}

/// What a product of factors is called.
pub(super) fn name(factors: &[Factor]) -> String {
    let one = |f: &Factor| {
        let base = if f.log { format!("log({})", f.column) } else { f.column.clone() };
        if f.power == 1 { base } else { format!("{base}^{}", f.power) }
    };
    factors.iter().map(one).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;

    #[test]
    fn terms_are_understood() -> Result<(), Refusal> {
        let frame = Frame::new().number("a", [Some(1.0)])?.number("b c", [Some(1.0)])?.number("x^2", [Some(1.0)])?.names("f", ["u"])?;
        let check = |text: &str, want: &[&str]| {
            let told: Vec<String> = parse(text, &frame).map_or_else(
                |refusal| vec![refusal.code.to_owned()],
                |terms| {
                    let told = |term: &Term| match term {
                        Term::Product(factors) => name(factors),
                        Term::Levels { column, by, reference } => {
                            format!("i {column} {} {}", name(by), reference.clone().unwrap_or_default())
                        }
                    };
                    terms.iter().map(told).collect()
                },
            );
            assert_eq!(told, want, "{text}");
        };
        check("a", &["a"]);
        check(" b c ", &["b c"]);
        check("x^2", &["x^2"]);
        check("a^2", &["a^2"]);
        check("I(a**3)", &["a^3"]);
        check("log(a)", &["log(a)"]);
        check("a:b c", &["a:b c"]);
        check("a*b c", &["a", "b c", "a:b c"]);
        check("i(f)", &["i f  "]);
        check("i(f, a, ref=u)", &["i f a u"]);
        check("f", &["not-numbers"]);
        check("z", &["missing-column"]);
        check("a:z", &["missing-column"]);
        check("i(z)", &["missing-column"]);
        for odd in ["", ":", "i()", "i(,)", "log()", "*", "a**", "^", "((((", "log(log(a))"] {
            let _ = parse(odd, &frame);
        }
        Ok(())
    }
}
