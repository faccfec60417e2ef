//! The allowed deviations as unions of polyhedra Aδ ≤ d, δ by coefficient (the reference period is nought and left out).

use super::{Deviation, Scaled, Shape};

/// One polyhedron: rows of A that touch periods after the reference, and d.
pub(super) struct Polyhedron {
    pub rows: Vec<Vec<f64>>,
    pub limits: Vec<f64>,
}

/// Differences of an order (1 or 2) of the path with the reference period in it, each as a row over all periods.
fn differences(periods: usize, order: usize) -> Vec<Vec<f64>> {
    let stencil: &[f64] = if order == 1 { &[-1.0, 1.0] } else { &[1.0, -2.0, 1.0] };
    (0..periods - order)
        .map(|r| {
            let mut row = vec![0.0; periods];
            row[r..=r + order].copy_from_slice(stencil);
            row
        })
        .collect()
}

/// All polyhedra whose union is allowed by the bound.
pub(super) fn polyhedra(study: &Scaled, deviation: Deviation, shape: Shape, bound: f64) -> Vec<Polyhedron> {
    let (before, periods) = (study.before, study.before + study.after + 1);
    let extra = shape_rows(study, shape);
    let finish = |rows: Vec<Vec<f64>>, limit: f64| {
        let limits = std::iter::repeat_n(limit, rows.len()).chain(std::iter::repeat_n(0.0, extra.len())).collect::<Vec<f64>>();
        let all = rows.into_iter().chain(extra.iter().cloned());
        let kept = all.zip(limits).filter_map(|(mut row, limit)| {
            row.remove(before);
            row[before..].iter().any(|v| *v != 0.0).then_some((row, limit))
        });
        let (rows, limits) = kept.unzip();
        Polyhedron { rows, limits }
    };
    let both = |row: &[f64], most: &[f64]| [1.0, -1.0].map(|side| row.iter().zip(most).map(|(r, m)| side * r - m).collect::<Vec<f64>>());
    match deviation {
        Deviation::Smoothness => {
            let zero = vec![0.0; periods];
            vec![finish(differences(periods, 2).iter().flat_map(|row| both(row, &zero)).collect(), bound / study.unit)]
        }
        Deviation::RelativeMagnitudes | Deviation::RelativeSmoothness => {
            let order = if deviation == Deviation::RelativeMagnitudes { 1 } else { 2 };
            let differences = differences(periods, order);
            // One polyhedron for each difference before the reference period that may be the largest, and for each sign of it.
            let seen = before + 1 - order;
            let mut out = Vec::new();
            for largest in 0..seen {
                for sign in [1.0, -1.0] {
                    let most = |r: usize| {
                        let factor = sign * if r < seen { 1.0 } else { bound };
                        differences[largest].iter().map(|v| factor * v).collect::<Vec<f64>>()
                    };
                    let rows = differences.iter().enumerate().flat_map(|(r, row)| both(row, &most(r))).collect();
                    out.push(finish(rows, 0.0));
                }
            }
            out
        }
    }
}

fn shape_rows(study: &Scaled, shape: Shape) -> Vec<Vec<f64>> {
    let (before, periods) = (study.before, study.before + study.after + 1);
    let signed = |sign: f64| (before + 1..periods).map(|t| (0..periods).map(|i| if i == t { sign } else { 0.0 }).collect()).collect();
    let steps = |sign: f64| differences(periods, 1).into_iter().map(|row| row.into_iter().map(|v| sign * v).collect()).collect();
    match shape {
        Shape::Any => Vec::new(),
        Shape::PositiveBias => signed(-1.0),
        Shape::NegativeBias => signed(1.0),
        Shape::Increasing => steps(-1.0),
        Shape::Decreasing => steps(1.0),
    }
}
