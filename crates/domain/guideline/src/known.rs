//! Arithmetic on amounts that may hang on unknowns. Every operation here grows with each of its arguments, so the ends of
//! an interval come from the ends of its arguments.

use crate::examine::joined;
use crate::model::Known;

/// `f` of two amounts; `None` from `f` (an overflow) is an unknown that waits for nothing.
pub(crate) fn combine<A, B, C: PartialEq>(a: &Known<A>, b: &Known<B>, f: impl Fn(&A, &B) -> Option<C>) -> Known<C> {
    let (low, high) = match (a, b) {
        (Known::Unknown(x), Known::Unknown(y)) => return Known::Unknown(joined(x.clone(), y.clone())),
        (Known::Unknown(x), _) | (_, Known::Unknown(x)) => return Known::Unknown(x.clone()),
        (Known::Exactly(a), Known::Exactly(b)) => (f(a, b), f(a, b)),
        (Known::Exactly(a), Known::Between(l, h)) => (f(a, l), f(a, h)),
        (Known::Between(l, h), Known::Exactly(b)) => (f(l, b), f(h, b)),
        (Known::Between(l, h), Known::Between(m, i)) => (f(l, m), f(h, i)),
    };
    ends(low.zip(high))
}

/// `f` of one amount.
pub(crate) fn map<A, C: PartialEq>(a: &Known<A>, f: impl Fn(&A) -> Option<C>) -> Known<C> {
    combine(a, &Known::Exactly(()), |a, ()| f(a))
}

/// The interval between two ends; one value when they meet.
pub(crate) fn ends<C: PartialEq>(both: Option<(C, C)>) -> Known<C> {
    match both {
        Some((low, high)) if low == high => Known::Exactly(low),
        Some((low, high)) => Known::Between(low, high),
        None => Known::Unknown(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Missing;

    #[test]
    fn ends_come_from_ends() {
        let add = |a: &i32, b: &i32| a.checked_add(*b);
        let unknown = |i: &str| Known::Unknown(vec![Missing::Fact(i.into())]);
        for (a, b, expected) in [
            (Known::Exactly(1), Known::Exactly(2), Known::Exactly(3)),
            (Known::Between(1, 5), Known::Exactly(2), Known::Between(3, 7)),
            (Known::Between(1, 5), Known::Between(0, 1), Known::Between(1, 6)),
            (Known::Exactly(i32::MAX), Known::Exactly(1), Known::Unknown(vec![])),
            (unknown("業種"), Known::Exactly(2), unknown("業種")),
        ] {
            assert_eq!(combine(&a, &b, add), expected);
        }
    }
}
