//! Runs a circuit over blocks. Slots are used again as soon as nobody needs what is in them, so that the work stays in the cache.

use crate::block::{Block, Column, Lane};
use crate::choice;
use crate::circuit::{Circuit, Id, Node, Op, Shape, TextTest};
use crate::numbers;
use crate::plane::{Plane, wide};
use crate::slot::{self, Done, Slot, clear_missing};

/// Where each node's slot is, planned once for a circuit and the nodes that are wanted at the end.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    places: Vec<u32>,
    slots: usize,
    wanted: Vec<bool>,
}

/// Truths and lanes have slots of their own, so that lanes are not made for truths.
fn class(shape: Shape) -> usize {
    match shape {
        Shape::Truth => 0,
        Shape::Point(_) => 1,
        Shape::Span { .. } => 2,
    }
}

impl Layout {
    pub(crate) fn new(circuit: &Circuit, roots: &[Id]) -> Layout {
        let nodes = circuit.nodes();
        let wanted = reached(circuit, roots);
        let mut last: Vec<usize> = vec![0; nodes.len()];
        for (i, node) in nodes.iter().enumerate().filter(|(i, _)| wanted.get(*i) == Some(&true)) {
            for child in node.op.children() {
                if let Some(held) = last.get_mut(child.place()) {
                    *held = i;
                }
            }
        }
        for root in roots {
            if let Some(held) = last.get_mut(root.place()) {
                *held = usize::MAX;
            }
        }
        let mut free: [Vec<u32>; 3] = [Vec::new(), Vec::new(), Vec::new()];
        let mut ends: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
        let mut places = vec![u32::MAX; nodes.len()];
        let mut slots = 0_u32;
        for (i, node) in nodes.iter().enumerate().filter(|(i, _)| wanted.get(*i) == Some(&true)) {
            let pool = free.get_mut(class(node.shape));
            let place = pool.and_then(Vec::pop).unwrap_or_else(|| {
                slots += 1;
                slots - 1
            });
            if let Some(held) = places.get_mut(i) {
                *held = place;
            }
            if let Some(list) = last.get(i).and_then(|end| ends.get_mut(*end)) {
                list.push(i);
            }
            for done in ends.get_mut(i).map(std::mem::take).unwrap_or_default() {
                let shape = nodes.get(done).map_or(Shape::Truth, |n| n.shape);
                if let (Some(pool), Some(place)) = (free.get_mut(class(shape)), places.get(done)) {
                    pool.push(*place);
                }
            }
        }
        Layout { places, slots: slots as usize, wanted }
    }
}

/// The nodes that the roots need.
fn reached(circuit: &Circuit, roots: &[Id]) -> Vec<bool> {
    let mut wanted = vec![false; circuit.nodes().len()];
    for root in roots {
        if let Some(held) = wanted.get_mut(root.place()) {
            *held = true;
        }
    }
    for (i, node) in circuit.nodes().iter().enumerate().rev() {
        if wanted.get(i) == Some(&true) {
            for child in node.op.children() {
                if let Some(held) = wanted.get_mut(child.place()) {
                    *held = true;
                }
            }
        }
    }
    wanted
}

/// One thread's working memory for a circuit.
pub(crate) struct Machine<'a> {
    circuit: &'a Circuit,
    layout: &'a Layout,
    slots: Vec<Slot>,
    nothing: Slot,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(circuit: &'a Circuit, layout: &'a Layout) -> Self {
        Machine { circuit, layout, slots: vec![Slot::default(); layout.slots], nothing: Slot { ask: Plane::ALL, ..Slot::default() } }
    }

    /// Computes every node over a block.
    pub(crate) fn run(&mut self, block: &Block) {
        for (i, node) in self.circuit.nodes().iter().enumerate() {
            if self.layout.wanted.get(i) != Some(&true) {
                continue;
            }
            let Some(held) = self.layout.places.get(i).and_then(|p| self.slots.get_mut(*p as usize)) else { continue };
            let mut out = std::mem::take(held);
            let done = Done { circuit: self.circuit, slots: &self.slots, places: &self.layout.places, nothing: &self.nothing };
            compute(node, &done, block, &mut out);
            if let Some(held) = self.layout.places.get(i).and_then(|p| self.slots.get_mut(*p as usize)) {
                *held = out;
            }
        }
    }

    /// What a wanted node was found to be.
    pub(crate) fn slot(&self, id: Id) -> &Slot {
        self.layout.places.get(id.place()).and_then(|p| self.slots.get(*p as usize)).unwrap_or(&self.nothing)
    }
}

fn compute(node: &Node, done: &Done<'_>, block: &Block, out: &mut Slot) {
    match &node.op {
        Op::Item(place) => item(node, block.column(*place), out),
        Op::Foreign(place) => {
            out.shape_to(node.shape);
            let known = block.column(*place).map_or(Plane::NONE, |c| c.known);
            let aside = block.column(*place).map(|c| c.aside.keys().copied().collect::<Vec<_>>()).unwrap_or_default();
            (out.one, out.two, out.ask) = (Plane::NONE, Plane::NONE, known);
            aside.into_iter().for_each(|row| out.ask.put(row, true));
            clear_missing(node, out);
            let unknown = !out.ask;
            out.missing.iter_mut().for_each(|plane| *plane = unknown);
        }
        Op::Text(test, place, part) => text(node, *test, block.column(*place), part, out),
        Op::Table { first, inputs, rows } => choice::table(node, (*first, inputs, rows), done, out),
        Op::If(c, a, b) if node.shape != Shape::Truth => choice::conditional(node, (*c, *a, *b), done, out),
        Op::ByRow(_) => {
            out.shape_to(node.shape);
            (out.one, out.two, out.ask) = (Plane::NONE, Plane::NONE, Plane::ALL);
            clear_missing(node, out);
        }
        Op::Truth(_)
        | Op::Lane(_)
        | Op::Not(_)
        | Op::And(..)
        | Op::Or(..)
        | Op::Same(..)
        | Op::CompareTo(..)
        | Op::Compare(..)
        | Op::CompareRatio { .. }
        | Op::IsKnown(_)
        | Op::If(..)
        | Op::Add(..)
        | Op::Times(..)
        | Op::Product(..)
        | Op::Least(_)
        | Op::Greatest(_)
        | Op::Median(_)
        | Op::Absolute(_)
        | Op::Round { .. }
        | Op::Between(..)
        | Op::Days(..)
        | Op::Recoded(..) => {
            if node.shape == Shape::Truth {
                slot::truth(node, done, out);
            } else {
                numbers::lane(node, done, out);
            }
        }
    }
}

fn item(node: &Node, column: Option<&Column>, out: &mut Slot) {
    out.shape_to(node.shape);
    clear_missing(node, out);
    let Some(column) = column else {
        (out.one, out.two, out.ask) = (Plane::NONE, Plane::NONE, Plane::ALL);
        return;
    };
    out.ask = Plane::NONE;
    column.aside.keys().for_each(|row| out.ask.put(*row, true));
    (out.one, out.two) = (column.known, column.known);
    match &column.lane {
        Lane::Long(lane) => wide(
            #[inline(always)]
            || out.low.iter_mut().zip(lane).for_each(|(o, x)| *o = *x),
        ),
        Lane::Short(lane) => wide(
            #[inline(always)]
            || out.low.iter_mut().zip(lane).for_each(|(o, x)| *o = i64::from(*x)),
        ),
        Lane::Byte(lane) => wide(
            #[inline(always)]
            || out.low.iter_mut().zip(lane).for_each(|(o, x)| *o = i64::from(*x)),
        ),
        Lane::Bits(bits) => (out.one, out.two) = (column.known & **bits, column.known.without(**bits)),
        Lane::Texts { .. } => out.ask = Plane::ALL,
    }
    let unknown = !(column.known | out.ask);
    out.missing.iter_mut().for_each(|plane| *plane = unknown);
}

fn text(node: &Node, test: TextTest, column: Option<&Column>, part: &str, out: &mut Slot) {
    clear_missing(node, out);
    (out.one, out.two, out.ask) = (Plane::NONE, Plane::NONE, Plane::NONE);
    let Some(column) = column else {
        out.ask = Plane::ALL;
        return;
    };
    for row in column.known.rows() {
        let Some(text) = column.text(row) else { continue };
        let holds = match test {
            TextTest::Equals => text == part,
            TextTest::Contains => text.contains(part),
            TextTest::StartsWith => text.starts_with(part),
            TextTest::EndsWith => text.ends_with(part),
        };
        out.one.put(row, holds);
        out.two.put(row, !holds);
    }
    let unknown = !column.known;
    out.missing.iter_mut().for_each(|plane| *plane = unknown);
}
