//! The kernels of lanes: sums, products, least and greatest, roundings, over ends that may be open. What does not fit asks the row evaluator.

use banso_guideline::expr::tree::{months_between, years_between};

use crate::block::{LIMIT, day_of};
use crate::circuit::{Calendar, Id, Node, Op, Round};
use crate::plane::{Plane, combined, copied, joined, mapped, passing, passing_both, zipped};
use crate::slot::{Done, Slot, clear_missing};

/// A number that lanes may hold.
fn kept(n: i128) -> Option<i64> {
    i64::try_from(n).ok().filter(|n| within(*n))
}

/// Whether a lane may hold it.
fn within(n: i64) -> bool {
    n.unsigned_abs() < LIMIT.unsigned_abs()
}

/// Nodes that are lanes made of other nodes. False when this is none of them.
pub(crate) fn lane(node: &Node, done: &Done<'_>, out: &mut Slot) -> bool {
    out.shape_to(node.shape);
    match &node.op {
        Op::Lane(value) => {
            out.low.fill(value.unwrap_or(0));
            let known = if value.is_some() { Plane::ALL } else { Plane::NONE };
            (out.one, out.two, out.ask) = (known, known, Plane::NONE);
        }
        Op::Add(a, b) => add(done.get(*a), done.get(*b), out),
        Op::Times(a, factor) => times(done.get(*a), *factor, out),
        Op::Product(a, b) => product(done.get(*a), done.get(*b), out),
        Op::Absolute(a) => absolute(done.get(*a), out),
        Op::Median(parts) => median(parts, done, out),
        Op::Round { round, of, unit, denominator } => rounded(*round, done.get(*of), (*unit, *denominator, done.circuit.scale(*of)), out),
        Op::Between(calendar, from, to) => between(*calendar, done.get(*from), done.get(*to), out),
        Op::Days(from, to) => {
            let (from, to) = (done.get(*from), done.get(*to));
            out.one = from.settled() & to.settled();
            out.ask = from.ask | to.ask;
            out.ask |= zipped(&mut out.low, out.one, &from.low, &to.low, |f, t| t.checked_sub(f));
            out.two = out.one;
        }
        Op::Recoded(a, places) => {
            let a = done.get(*a);
            (out.one, out.two, out.ask) = (a.one, a.one, a.ask);
            mapped(&mut out.low, a.one, &a.low, |x| usize::try_from(x).ok().and_then(|x| places.get(x).copied()).or(Some(-1)));
        }
        Op::Least(parts) => {
            extreme(node, parts, 1, done, out);
            return true;
        }
        Op::Greatest(parts) => {
            extreme(node, parts, -1, done, out);
            return true;
        }
        Op::Truth(_)
        | Op::Item(_)
        | Op::Foreign(_)
        | Op::Not(_)
        | Op::And(..)
        | Op::Or(..)
        | Op::Same(..)
        | Op::CompareTo(..)
        | Op::Compare(..)
        | Op::CompareRatio { .. }
        | Op::Text(..)
        | Op::IsKnown(_)
        | Op::If(..)
        | Op::Table { .. }
        | Op::ByRow(_) => return false,
    }
    close(out);
    waits(node, done, out);
    true
}

/// Rows that ask have no ends here.
pub(crate) fn close(out: &mut Slot) {
    out.one = out.one.without(out.ask);
    out.two = out.two.without(out.ask);
}

/// What an open number waits for: whatever its open parts do.
fn waits(node: &Node, done: &Done<'_>, out: &mut Slot) {
    clear_missing(node, out);
    if node.symbols.is_empty() {
        return;
    }
    let open = !(out.settled() | out.ask);
    let children = node.op.children();
    if children.is_empty() {
        out.missing.iter_mut().for_each(|plane| *plane = open);
    }
    for child in children {
        done.waits(node, out, child, open);
    }
}

fn add(a: &Slot, b: &Slot, out: &mut Slot) {
    // Two lanes' sum always fits a lane's width; it may be more than lanes may hold.
    let sum = |x: i64, y: i64| x.wrapping_add(y);
    (out.one, out.two) = (a.one & b.one, a.two & b.two);
    out.ask = a.ask | b.ask;
    combined(&mut out.low, &a.low, &b.low, sum);
    out.ask |= out.one & passing(&out.low, |x| !within(x));
    if !out.high.is_empty() {
        combined(&mut out.high, a.highs(), b.highs(), sum);
        out.ask |= out.two & passing(&out.high, |x| !within(x));
    }
}

/// Each end is the middle of the parts' ends, where all of them are known.
fn median(parts: &[Id], done: &Done<'_>, out: &mut Slot) {
    let slots: Vec<&Slot> = parts.iter().map(|p| done.get(*p)).collect();
    (out.one, out.two, out.ask) = (Plane::ALL, Plane::ALL, Plane::NONE);
    for slot in &slots {
        out.one &= slot.one;
        out.two &= slot.two;
        out.ask |= slot.ask;
    }
    let mut sorted = Vec::with_capacity(slots.len());
    let mut middle = |lane: &mut [i64], rows: Plane, of: fn(&Slot) -> &[i64]| -> Plane {
        let mut lost = Plane::NONE;
        for row in rows.rows() {
            sorted.clear();
            sorted.extend(slots.iter().filter_map(|s| of(s).get(row).copied()));
            sorted.sort_unstable();
            let upper = i128::from(sorted.get(sorted.len() / 2).copied().unwrap_or(0));
            let lower = sorted.get((sorted.len() / 2).wrapping_sub(1)).filter(|_| sorted.len().is_multiple_of(2)).copied();
            match (lane.get_mut(row), kept(upper + lower.map_or(0, i128::from))) {
                (Some(held), Some(found)) => *held = found,
                (None, _) | (_, None) => lost.put(row, true),
            }
        }
        lost
    };
    let (one, two) = (out.one, out.two);
    let mut lost = middle(&mut out.low, one, |s| &s.low);
    lost |= middle(&mut out.high, two, Slot::highs);
    out.ask |= lost;
}

fn times(a: &Slot, factor: i64, out: &mut Slot) {
    let most = (LIMIT.unsigned_abs() - 1).checked_div(factor.unsigned_abs()).unwrap_or(u64::MAX);
    let (times, beyond) = (|x: i64, _| x.wrapping_mul(factor), |x: i64| x.unsigned_abs() > most);
    out.ask = a.ask;
    if out.high.is_empty() {
        // A point, or zero times a span: settled where that is.
        out.one = a.settled();
        combined(&mut out.low, &a.low, &a.low, times);
        out.ask |= out.one & passing(&a.low, beyond);
        out.two = out.one;
        return;
    }
    let (low, high) = if factor < 0 { ((a.highs(), a.two), (&a.low[..], a.one)) } else { ((&a.low[..], a.one), (a.highs(), a.two)) };
    combined(&mut out.low, low.0, low.0, times);
    combined(&mut out.high, high.0, high.0, times);
    out.ask |= (low.1 & passing(low.0, beyond)) | (high.1 & passing(high.0, beyond));
    (out.one, out.two) = (low.1, high.1);
}

fn product(a: &Slot, b: &Slot, out: &mut Slot) {
    let both = a.settled() & b.settled();
    // Between ends, the row evaluator looks at the corners.
    let corners = (a.some_end().without(a.settled())) | (b.some_end().without(b.settled()));
    out.ask = a.ask | b.ask | corners;
    out.ask |= zipped(&mut out.low, both, &a.low, &b.low, |x, y| x.checked_mul(y).filter(|n| within(*n)));
    if !out.high.is_empty() {
        out.high.copy_from_slice(&out.low);
    }
    (out.one, out.two) = (both, both);
}

fn absolute(a: &Slot, out: &mut Slot) {
    let negative_or_open = |ends: Plane, lane: &[i64], test: fn(i64) -> bool| !ends | passing(lane, test);
    let crosses = negative_or_open(a.one, &a.low, |x| x < 0) & negative_or_open(a.two, a.highs(), |x| x >= 0);
    out.ask = a.ask;
    let settled = a.settled();
    for (row, ((low, high), (x, y))) in out.low.iter_mut().zip(&mut out.high).zip(a.low.iter().zip(a.highs())).enumerate() {
        let (ends, least) = (
            x.abs().max(y.abs()),
            match (a.one.get(row), a.two.get(row)) {
                (true, true) => x.abs().min(y.abs()),
                (true, false) => x.abs(),
                (false, true) => y.abs(),
                (false, false) => 0,
            },
        );
        *high = ends;
        *low = if crosses.get(row) && !settled.get(row) { 0 } else { least };
    }
    (out.one, out.two) = (Plane::ALL, a.one & a.two);
}

fn rounded(round: Round, a: &Slot, (unit, denominator, scale): (i64, i64, i64), out: &mut Slot) {
    let divisor = i128::from(scale) * i128::from(unit);
    let to = |x: i64| {
        let (n, half) = (i128::from(x) * i128::from(denominator), |n: i128| (2 * n + divisor).div_euclid(2 * divisor));
        let up = |n: i128| -((-n).div_euclid(divisor));
        let units = match (round, x < 0) {
            (Round::Floor, _) | (Round::Down, false) | (Round::Up, true) => n.div_euclid(divisor),
            (Round::Ceiling, _) | (Round::Up, false) | (Round::Down, true) => up(n),
            (Round::HalfUp, false) => half(n),
            (Round::HalfUp, true) => -half(-n),
        };
        kept(units * i128::from(unit))
    };
    out.ask = a.ask;
    out.ask |= mapped(&mut out.low, a.one, &a.low, to);
    if !out.high.is_empty() {
        out.ask |= mapped(&mut out.high, a.two, a.highs(), to);
    }
    (out.one, out.two) = (a.one, a.two);
}

fn between(calendar: Calendar, from: &Slot, to: &Slot, out: &mut Slot) {
    let both = from.settled() & to.settled();
    out.ask = from.ask | to.ask;
    let mut last = (i64::MIN, i64::MIN, None);
    for row in both.rows() {
        let (Some(f), Some(t)) = (from.low.get(row), to.low.get(row)) else { continue };
        if (last.0, last.1) != (*f, *t) {
            last = (*f, *t, whole_between(calendar, *f, *t));
        }
        match (last.2, out.low.get_mut(row)) {
            (Some(n), Some(held)) => *held = n,
            _ => out.ask.put(row, true),
        }
    }
    (out.one, out.two) = (both, both);
}

fn whole_between(calendar: Calendar, from: i64, to: i64) -> Option<i64> {
    let (from, to) = (day_of(from)?, day_of(to)?);
    let found = match calendar {
        Calendar::Years => years_between(from, to),
        Calendar::Months => months_between(from, to),
    };
    found.and_then(|n| i64::try_from(n.to_integer()).ok())
}

/// The least of several (`sign` 1), or the greatest (-1), with both ends; what can still be the one is what it waits for.
fn extreme(node: &Node, parts: &[Id], sign: i64, done: &Done<'_>, out: &mut Slot) {
    out.ask = Plane::NONE;
    // "Near" is the end that every part must know (the low one of a least), "far" the end that one part is enough for.
    let (mut near_known, mut far_known) = (Plane::ALL, Plane::NONE);
    let (low, high) = (std::mem::take(&mut out.low), std::mem::take(&mut out.high));
    let (mut near, mut far) = if sign > 0 { (low, high) } else { (high, low) };
    for (i, part) in parts.iter().enumerate() {
        let slot = done.get(*part);
        out.ask |= slot.ask;
        let (n, nk, f, fk) = ends(slot, sign);
        near_known &= nk;
        if i == 0 {
            copied(&mut near, &Plane::ALL, n);
        } else if sign > 0 {
            joined(&mut near, &Plane::ALL, n, i64::min);
            joined(&mut far, &(fk & far_known), f, i64::min);
        } else {
            joined(&mut near, &Plane::ALL, n, i64::max);
            joined(&mut far, &(fk & far_known), f, i64::max);
        }
        copied(&mut far, &fk.without(far_known), f);
        far_known |= fk;
    }
    if sign > 0 {
        (out.low, out.high, out.one, out.two) = (near, far, near_known, far_known);
    } else {
        (out.low, out.high, out.one, out.two) = (far, near, far_known, near_known);
    }
    close(out);
    clear_missing(node, out);
    let open = !(out.settled() | out.ask);
    if node.symbols.is_empty() || open.is_none() {
        return;
    }
    for part in parts {
        let (n, nk, ..) = ends(done.get(*part), sign);
        let far = if sign > 0 { &out.high } else { &out.low };
        let apart = if sign > 0 { passing_both(n, far, |x, y| x > y) } else { passing_both(n, far, |x, y| x < y) };
        let beyond = far_known & nk & apart;
        done.waits(node, out, *part, open.without(beyond));
    }
}

/// The near and the far end of a part, and where they are known.
fn ends(slot: &Slot, sign: i64) -> (&[i64], Plane, &[i64], Plane) {
    if sign > 0 { (&slot.low, slot.one, slot.highs(), slot.two) } else { (slot.highs(), slot.two, &slot.low, slot.one) }
}
