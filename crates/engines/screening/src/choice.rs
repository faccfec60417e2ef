//! Values that may be one of several: `if`, and the rows of a decision table.

use crate::circuit::{Id, Node, Shape};
use crate::numbers::close;
use crate::plane::{Plane, passing_both};
use crate::slot::{Done, Slot, clear_missing, is_discrete};

/// Copies some rows of a lane.
fn copied(out: &mut [i64], rows: Plane, from: &[i64]) {
    joined(out, rows, from, |_, x| x);
}

/// Joins some rows of a lane with another.
fn joined(out: &mut [i64], rows: Plane, from: &[i64], f: impl Fn(i64, i64) -> i64) {
    let ((out, _), (from, _)) = (out.as_chunks_mut::<64>(), from.as_chunks::<64>());
    for (word, (out, from)) in rows.words().iter().zip(out.iter_mut().zip(from)) {
        if *word == 0 {
            continue;
        }
        for (bit, (o, x)) in out.iter_mut().zip(from).enumerate() {
            *o = if word >> bit & 1 == 1 { f(*o, *x) } else { *o };
        }
    }
}

/// Takes the value of a slot on some rows.
fn take(out: &mut Slot, shape: Shape, rows: Plane, from: &Slot) {
    out.one = out.one.without(rows) | (rows & from.one);
    out.two = out.two.without(rows) | (rows & from.two);
    if shape == Shape::Truth || rows.is_none() {
        return;
    }
    copied(&mut out.low, rows, &from.low);
    if !out.high.is_empty() {
        copied(&mut out.high, rows, from.highs());
    }
}

/// What holds on some rows whichever of two it turns out to be.
fn either(out: &mut Slot, shape: Shape, rows: Plane, from: &Slot) {
    if rows.is_none() {
        return;
    }
    let (mut one, mut two) = (out.one & from.one, out.two & from.two);
    if is_discrete(shape) {
        one &= passing_both(&out.low, &from.low, |x, y| x == y);
        two = one;
    } else if shape != Shape::Truth {
        joined(&mut out.low, rows, &from.low, i64::min);
        if !out.high.is_empty() {
            joined(&mut out.high, rows, from.highs(), i64::max);
        }
    }
    out.one = out.one.without(rows) | (rows & one);
    out.two = out.two.without(rows) | (rows & two);
}

fn settled(slot: &Slot, shape: Shape) -> Plane {
    if shape == Shape::Truth { slot.one | slot.two } else { slot.settled() }
}

/// Rows on which two slots are settled and the same.
fn same(a: &Slot, b: &Slot, shape: Shape) -> Plane {
    if shape == Shape::Truth {
        return (a.one & b.one) | (a.two & b.two);
    }
    a.settled() & b.settled() & passing_both(&a.low, &b.low, |x, y| x == y)
}

/// `if` over lanes.
pub(crate) fn conditional(node: &Node, (c, a, b): (Id, Id, Id), done: &Done<'_>, out: &mut Slot) {
    out.shape_to(node.shape);
    let (condition, then, otherwise) = (done.get(c), done.get(a), done.get(b));
    let open = condition.unknown_truth();
    (out.one, out.two) = (Plane::NONE, Plane::NONE);
    take(out, node.shape, condition.one | open, then);
    take(out, node.shape, condition.two, otherwise);
    either(out, node.shape, open, otherwise);
    out.ask = condition.ask | (condition.one & then.ask) | (condition.two & otherwise.ask) | (open & (then.ask | otherwise.ask));
    close(out);
    clear_missing(node, out);
    let unsettled = !(settled(out, node.shape) | out.ask);
    done.waits(node, out, a, unsettled & (condition.one | open));
    done.waits(node, out, b, unsettled & (condition.two | open));
    done.waits(node, out, c, unsettled & open);
}

/// What has been found of a table so far.
struct Found {
    sure: Plane,
    sure_value: Slot,
    any: Plane,
    perhaps: Slot,
    /// What the first row that may apply waits for in order to apply; counts only beside a row that surely does.
    first: Slot,
    ask: Plane,
}

/// A decision table: the row that applies, or what all rows that may apply agree on.
pub(crate) fn table(node: &Node, (first, inputs, rows): (bool, &[Id], &[(Id, Id)]), done: &Done<'_>, out: &mut Slot) {
    let blank = || {
        let mut slot = Slot::default();
        slot.shape_to(node.shape);
        clear_missing(node, &mut slot);
        slot
    };
    let mut found = Found { sure: Plane::NONE, sure_value: blank(), any: Plane::NONE, perhaps: blank(), first: blank(), ask: Plane::NONE };
    for input in inputs {
        found.ask |= done.get(*input).ask;
    }
    for (applies, says) in rows {
        row(node, first, (*applies, *says), done, &mut found);
    }
    finish(node, first, found, out);
}

fn row(node: &Node, first: bool, (applies, says): (Id, Id), done: &Done<'_>, found: &mut Found) {
    let (when, what) = (done.get(applies), done.get(says));
    let live = if first { !found.sure } else { Plane::ALL };
    let (yes, open) = (when.one & live, when.unknown_truth() & live);
    found.ask |= when.ask & live;
    let (newly, again) = (yes.without(found.sure), yes & found.sure);
    if !again.is_none() {
        // Two rows that apply must agree; whether they do not is for the row evaluator to say.
        found.ask |= again.without(same(&found.sure_value, what, node.shape));
    }
    if !newly.is_none() {
        take(&mut found.sure_value, node.shape, newly, what);
        found.ask |= newly & what.ask;
        done.waits(node, &mut found.sure_value, says, newly);
        found.sure |= newly;
    }
    if open.is_none() {
        return;
    }
    found.ask |= open & what.ask;
    let (begins, goes_on) = (open.without(found.any), open & found.any);
    take(&mut found.perhaps, node.shape, begins, what);
    either(&mut found.perhaps, node.shape, goes_on, what);
    done.waits(node, &mut found.perhaps, says, open);
    done.waits(node, &mut found.perhaps, applies, goes_on);
    done.waits(node, &mut found.first, applies, begins);
    found.any |= open;
}

fn finish(node: &Node, first: bool, found: Found, out: &mut Slot) {
    let Found { sure, sure_value, any, perhaps, first: first_waits, ask } = found;
    out.shape_to(node.shape);
    (out.one, out.two) = (Plane::NONE, Plane::NONE);
    take(out, node.shape, any, &perhaps);
    take(out, node.shape, sure, &sure_value);
    let both = if first { sure & any } else { Plane::NONE };
    either(out, node.shape, both, &perhaps);
    // No row applies: an error, which the row evaluator words.
    out.ask = ask | !(sure | any);
    close(out);
    clear_missing(node, out);
    let unsettled = !(settled(out, node.shape) | out.ask);
    let waits = |held: &mut Slot, from: &Slot, rows: Plane| {
        for (held, plane) in held.missing.iter_mut().zip(&from.missing) {
            *held |= *plane & rows;
        }
    };
    waits(out, &sure_value, unsettled & sure);
    waits(out, &perhaps, unsettled & (any.without(sure) | both));
    waits(out, &first_waits, unsettled & both);
}
