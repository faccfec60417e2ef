//! Values that may be one of several: `if`, and the rows of a decision table.

use crate::circuit::{Id, Node, Shape};
use crate::numbers::close;
use crate::plane::{Plane, copied, joined, passing_both};
use crate::slot::{Done, Slot, clear_missing, is_discrete};

/// Takes the value of a slot on some rows.
fn take(out: &mut Slot, shape: Shape, rows: Plane, from: &Slot) {
    take_low(out, shape, rows, from);
    if shape != Shape::Truth && !rows.is_none() && !out.high.is_empty() {
        copied(&mut out.high, &rows, from.highs());
    }
}

/// Takes the low ends alone: of a point they are the high ends too, and [`raise`] says so once for all that was taken.
fn take_low(out: &mut Slot, shape: Shape, rows: Plane, from: &Slot) {
    out.one = out.one.without(rows) | (rows & from.one);
    out.two = out.two.without(rows) | (rows & from.two);
    if shape != Shape::Truth && !rows.is_none() {
        copied(&mut out.low, &rows, &from.low);
    }
}

/// The high ends of rows that took points.
fn raise(out: &mut Slot, rows: Plane) {
    copied(&mut out.high, &rows, &out.low);
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
        joined(&mut out.low, &rows, &from.low, i64::min);
        if !out.high.is_empty() {
            joined(&mut out.high, &rows, from.highs(), i64::max);
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
    if then.is_point() && otherwise.is_point() {
        take_low(out, node.shape, condition.one | open, then);
        take_low(out, node.shape, condition.two, otherwise);
        raise(out, condition.one | condition.two | open);
    } else {
        take(out, node.shape, condition.one | open, then);
        take(out, node.shape, condition.two, otherwise);
    }
    either(out, node.shape, open, otherwise);
    out.ask = condition.ask | (condition.one & then.ask) | (condition.two & otherwise.ask) | (open & (then.ask | otherwise.ask));
    close(out);
    clear_missing(node, out);
    let unsettled = !(settled(out, node.shape) | out.ask);
    done.waits(node, out, a, unsettled & (condition.one | open));
    done.waits(node, out, b, unsettled & (condition.two | open));
    done.waits(node, out, c, unsettled & open);
}

/// What has been found of a table so far, beside the value of the rows that surely apply.
struct Found {
    /// Whether all that its rows say are points: then only low ends are taken until they are needed.
    points: bool,
    sure: Plane,
    any: Plane,
    perhaps: Slot,
    /// What the first row that may apply waits for in order to apply; counts only beside a row that surely does.
    first: Slot,
    ask: Plane,
}

impl Found {
    /// Rows whose high ends are still to be raised.
    fn to_raise(&self) -> Plane {
        if self.points { self.sure } else { Plane::NONE }
    }
}

/// A decision table: the row that applies, or what all rows that may apply agree on.
pub(crate) fn table(node: &Node, (first, inputs, rows): (bool, &[Id], &[(Id, Id)]), done: &Done<'_>, out: &mut Slot) {
    out.shape_to(node.shape);
    (out.one, out.two) = (Plane::NONE, Plane::NONE);
    clear_missing(node, out);
    let points = rows.iter().all(|(_, says)| done.get(*says).is_point());
    let mut found =
        Found { points, sure: Plane::NONE, any: Plane::NONE, perhaps: Slot::default(), first: Slot::default(), ask: Plane::NONE };
    clear_missing(node, &mut found.perhaps);
    clear_missing(node, &mut found.first);
    for input in inputs {
        found.ask |= done.get(*input).ask;
    }
    for (applies, says) in rows {
        row(node, first, (*applies, *says), done, out, &mut found);
    }
    raise(out, found.to_raise());
    finish(node, first, &found, out);
}

/// `out` has the value of the rows that surely apply.
fn row(node: &Node, first: bool, (applies, says): (Id, Id), done: &Done<'_>, out: &mut Slot, found: &mut Found) {
    let (when, what) = (done.get(applies), done.get(says));
    let live = if first { !found.sure } else { Plane::ALL };
    let (yes, open) = (when.one & live, when.unknown_truth() & live);
    found.ask |= when.ask & live;
    let (newly, again) = (yes.without(found.sure), yes & found.sure);
    if !again.is_none() {
        // Two rows that apply must agree; whether they do not is for the row evaluator to say.
        raise(out, found.to_raise());
        found.ask |= again.without(same(out, what, node.shape));
    }
    if !newly.is_none() {
        if found.points {
            take_low(out, node.shape, newly, what);
        } else {
            take(out, node.shape, newly, what);
        }
        found.ask |= newly & what.ask;
        done.waits(node, out, says, newly);
        found.sure |= newly;
    }
    if open.is_none() {
        return;
    }
    found.ask |= open & what.ask;
    found.perhaps.shape_to(node.shape);
    let (begins, goes_on) = (open.without(found.any), open & found.any);
    take(&mut found.perhaps, node.shape, begins, what);
    either(&mut found.perhaps, node.shape, goes_on, what);
    done.waits(node, &mut found.perhaps, says, open);
    done.waits(node, &mut found.perhaps, applies, goes_on);
    done.waits(node, &mut found.first, applies, begins);
    found.any |= open;
}

fn finish(node: &Node, first: bool, found: &Found, out: &mut Slot) {
    let Found { sure, any, perhaps, first: first_waits, ask, points: _ } = found;
    take(out, node.shape, any.without(*sure), perhaps);
    let both = if first { *sure & *any } else { Plane::NONE };
    either(out, node.shape, both, perhaps);
    // No row applies: an error, which the row evaluator words.
    out.ask = *ask | !(*sure | *any);
    close(out);
    let unsettled = !(settled(out, node.shape) | out.ask);
    out.missing.iter_mut().for_each(|plane| *plane = *plane & unsettled & *sure);
    let waits = |held: &mut Slot, from: &Slot, rows: Plane| {
        for (held, plane) in held.missing.iter_mut().zip(&from.missing) {
            *held |= *plane & rows;
        }
    };
    waits(out, perhaps, unsettled & (any.without(*sure) | both));
    waits(out, first_waits, unsettled & both);
}
