//! Data-driven bandwidths: three steps of plug-in constants, optimal for mean squared error or for coverage.
//!
//! Calonico, Cattaneo, Titiunik (2014), Econometrica 82(6), 2295–2326; with covariates Calonico, Cattaneo, Farrell, Titiunik (2019), Review of
//! Economics and Statistics 101(3), 442–451; for coverage Calonico, Cattaneo, Farrell (2020), Econometrics Journal 23(2), 192–210.

use serde::{Deserialize, Serialize};

use super::local::{Kernel, Polynomial, Window, chebyshev_sums, gram};
use super::partial::{Combination, combination};
use super::side::{Nearest, Side};
use super::variance::{Variance, meat, residuals, weighted_row};

/// Which bandwidth is chosen from the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selector {
    /// One bandwidth, least mean squared error of the jump.
    #[default]
    Mserd,
    /// One bandwidth a side, least mean squared error of each limit.
    Msetwo,
    /// One bandwidth, least mean squared error of the sum of limits.
    Msesum,
    /// The lesser of `mserd` and `msesum`.
    Msecomb1,
    /// The median of `mserd`, `msesum` and `msetwo`, a side.
    Msecomb2,
    /// `mserd` shrunk to the coverage-optimal rate.
    Cerrd,
    /// `msetwo` shrunk.
    Certwo,
    /// `msesum` shrunk.
    Cersum,
    /// `msecomb1` shrunk.
    Cercomb1,
    /// `msecomb2` shrunk.
    Cercomb2,
}

impl Selector {
    /// All ten.
    pub const ALL: [Self; 10] = [
        Self::Mserd,
        Self::Msetwo,
        Self::Msesum,
        Self::Msecomb1,
        Self::Msecomb2,
        Self::Cerrd,
        Self::Certwo,
        Self::Cersum,
        Self::Cercomb1,
        Self::Cercomb2,
    ];

    const fn coverage(self) -> bool {
        matches!(self, Self::Cerrd | Self::Certwo | Self::Cersum | Self::Cercomb1 | Self::Cercomb2)
    }
}

/// A bandwidth on each side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Widths {
    /// Below the cut-off.
    pub left: f64,
    /// At and above it.
    pub right: f64,
}

/// The bandwidth of the estimate and that of its bias.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bandwidths {
    /// For the estimate.
    pub h: Widths,
    /// For the bias.
    pub b: Widths,
}

/// What the choice of bandwidths needs to know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub order: usize,
    pub bias_order: usize,
    pub derivative: usize,
    pub kernel: Kernel,
    pub rule: Variance,
    pub fuzzy: bool,
    pub regularisation: f64,
    pub restrict: bool,
    /// The first bandwidth, by a rule of thumb.
    pub pilot: f64,
    /// The least a later bandwidth of each side may be.
    pub least: Widths,
}

/// One side with what all its windows share.
#[derive(Debug)]
pub(super) struct Half<'a> {
    pub side: &'a Side,
    pub nearest: Option<&'a Nearest>,
}

/// Constants of one step on one side: variance, bias and regularisation, whose ratio gives a bandwidth.
#[derive(Debug, Clone, Copy)]
struct Step {
    variance: f64,
    bias: f64,
    regular: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Jump,
    Sum,
    Two,
}

/// The chosen bandwidths; none where the data do not decide one (an outcome that does not vary, too few distinct scores).
pub(super) fn choose(halves: &[Half<'_>; 2], choice: &Choice, selector: Selector) -> Option<Bandwidths> {
    let family = |family| chain(halves, choice, family);
    let base = match selector {
        Selector::Mserd | Selector::Cerrd => family(Family::Jump)?,
        Selector::Msetwo | Selector::Certwo => family(Family::Two)?,
        Selector::Msesum | Selector::Cersum => family(Family::Sum)?,
        Selector::Msecomb1 | Selector::Cercomb1 => {
            let (jump, sum) = (family(Family::Jump)?, family(Family::Sum)?);
            merge(&[jump, sum], |values| values.iter().copied().fold(f64::INFINITY, f64::min))
        }
        Selector::Msecomb2 | Selector::Cercomb2 => {
            let all = [family(Family::Jump)?, family(Family::Sum)?, family(Family::Two)?];
            merge(&all, |values| crate::sums::sorted(values)[1])
        }
    };
    Some(if selector.coverage() { shrink(base, halves, choice) } else { base })
}

fn merge(all: &[Bandwidths], pick: impl Fn(&[f64]) -> f64) -> Bandwidths {
    let part = |get: fn(&Bandwidths) -> f64| pick(&all.iter().map(get).collect::<Vec<_>>());
    Bandwidths {
        h: Widths { left: part(|x| x.h.left), right: part(|x| x.h.right) },
        b: Widths { left: part(|x| x.b.left), right: part(|x| x.b.right) },
    }
}

/// h times n^(−p / ((3 + p)(3 + 2p))): from the rate of mean squared error to that of coverage; b stays.
fn shrink(mut widths: Bandwidths, halves: &[Half<'_>; 2], choice: &Choice) -> Bandwidths {
    let (n, p) = ((halves[0].side.len() + halves[1].side.len()) as f64, choice.order as f64);
    let factor = crate::maths::pow(n, -p / ((3.0 + p) * (3.0 + 2.0 * p)));
    widths.h = Widths { left: widths.h.left * factor, right: widths.h.right * factor };
    widths
}

/// The three steps: d for the bias of b, b for the bias of h, h.
fn chain(halves: &[Half<'_>; 2], choice: &Choice, family: Family) -> Option<Bandwidths> {
    let (p, q, nu) = (choice.order, choice.bias_order, choice.derivative);
    let pilots = [Pilot::new(&halves[0], choice)?, Pilot::new(&halves[1], choice)?];
    let step = |orders: (usize, usize, usize), widths: Widths, regularisation: f64| {
        let left = pilots[0].step(&halves[0], choice, orders, widths.left, regularisation)?;
        let right = pilots[1].step(&halves[1], choice, orders, widths.right, regularisation)?;
        combine([left, right], family, orders.0).map(|found| bounded(found, halves, choice, family))
    };
    // A little beyond the farthest row, so that it keeps a weight: the published software's last digits.
    let beyond = 1.0 + f64::EPSILON.sqrt();
    let range = Widths { left: halves[0].side.range() * beyond, right: halves[1].side.range() * beyond };
    let first = floored(step((q + 1, q + 1, q + 2), range, 0.0)?, choice.least, family);
    let b = step((q, p + 1, q + 1), first, choice.regularisation)?;
    let h = step((p, nu, q), b, choice.regularisation)?;
    Some(Bandwidths { h, b })
}

fn floored(widths: Widths, mut least: Widths, family: Family) -> Widths {
    if family != Family::Two {
        let most = least.left.max(least.right);
        least = Widths { left: most, right: most };
    }
    Widths { left: widths.left.max(least.left), right: widths.right.max(least.right) }
}

fn bounded(widths: Widths, halves: &[Half<'_>; 2], choice: &Choice, family: Family) -> Widths {
    if !choice.restrict {
        return widths;
    }
    let (left, right) = (halves[0].side.range(), halves[1].side.range());
    let most = match family {
        Family::Two => Widths { left, right },
        Family::Jump | Family::Sum => Widths { left: left.max(right), right: left.max(right) },
    };
    Widths { left: widths.left.min(most.left), right: widths.right.min(most.right) }
}

/// (V / (B² + R))^(1 / (2o + 3)) with the constants of both sides put together as the family asks.
fn combine([left, right]: [Step; 2], family: Family, order: usize) -> Option<Widths> {
    let width = |variance: f64, bias: f64, regular: f64| {
        let ratio = variance / (bias * bias + regular);
        let found = crate::maths::pow(ratio, 1.0 / (2.0 * order as f64 + 3.0));
        (found > 0.0).then_some(found)
    };
    let (variance, regular) = (left.variance + right.variance, left.regular + right.regular);
    let both = |found: f64| Widths { left: found, right: found };
    match family {
        Family::Jump => width(variance, right.bias - left.bias, regular).map(both),
        Family::Sum => width(variance, right.bias + left.bias, regular).map(both),
        Family::Two => {
            Some(Widths { left: width(left.variance, left.bias, left.regular)?, right: width(right.variance, right.bias, right.regular)? })
        }
    }
}

/// The window of the first bandwidth, in which all variances are estimated, with its sums up to the highest order asked.
struct Pilot {
    window: Window,
    sums: Vec<f64>,
    /// Σ w² r² T_k of nearest-neighbour residuals of the outcome, when these are the same at every step.
    squares: Option<Vec<f64>>,
}

impl Pilot {
    fn new(half: &Half<'_>, choice: &Choice) -> Option<Self> {
        let window = Window::new(half.side, choice.kernel, choice.pilot);
        let most = 2 * (choice.bias_order + 1);
        let distance = &half.side.distance[..window.n];
        let sums = chebyshev_sums(distance, window.h, most, |i| window.weights[i]);
        let alone = half.side.columns.len() == 1 && half.side.clusters.is_none();
        let squares = half.nearest.filter(|_| alone && choice.rule == Variance::Nn).map(|nearest| {
            let r = nearest.residuals(half.side, window.n, &half.side.columns[0]);
            chebyshev_sums(distance, window.h, most, |i| {
                let v = window.weights[i] * r[i];
                v * v
            })
        });
        Some(Self { window, sums, squares })
    }

    /// One step: order `o`, derivative `nu`, and the bias from a polynomial of order `o_bias` at bandwidth `h_bias`.
    fn step(
        &self,
        half: &Half<'_>,
        choice: &Choice,
        (o, nu, o_bias): (usize, usize, usize),
        h_bias: f64,
        regularisation: f64,
    ) -> Option<Step> {
        let side = half.side;
        let polynomial = Polynomial::from_sums(side, &self.window, o, &self.sums)?;
        let combined = combination(side, &self.window, &polynomial, nu, choice.fuzzy)?;
        let values = combined.values(side);
        let functional = polynomial.inverse.apply(&polynomial.functional(nu));
        let middle = match &self.squares {
            Some(squares) => gram(squares, o),
            None => self.middle(half, choice, &polynomial, &values),
        };
        let variance = middle.quadratic(&functional);
        let h = choice.pilot;
        let constant = self.bias_constant(side, &polynomial, nu);
        let (bias, spread) = bias(half, choice, o_bias, o + 1, h_bias, &values, regularisation > 0.0)?;
        let rate = 2.0 * (o + 1 - nu) as f64;
        // Powers of u into powers of score: the pilot's h^−nu in the variance is undone by the rate's h^(2nu + 1).
        let sign = crate::maths::powi(side.sign, nu);
        Some(Step {
            variance: (2.0 * nu as f64 + 1.0) * h * variance,
            bias: rate.sqrt() * constant * bias * sign,
            regular: regularisation * regularisation * rate * 3.0 * constant * constant * spread,
        })
    }

    fn middle(&self, half: &Half<'_>, choice: &Choice, polynomial: &Polynomial, values: &[f64]) -> crate::Matrix {
        let r = residuals((half.side, half.nearest), choice.rule, (polynomial, &self.window), self.window.n, values);
        meat(half.side, choice.rule, (polynomial.order + 1, polynomial.order + 1), &r, |i, out| {
            weighted_row(half.side, &self.window, i, out)
        })
    }

    /// The coefficient of u^nu in the fit of u^(o + 1): how much curvature of that order passes into the estimate.
    fn bias_constant(&self, side: &Side, polynomial: &Polynomial, nu: usize) -> f64 {
        let next: Vec<f64> =
            side.distance[..self.window.n].iter().map(|d| crate::maths::powi(d / self.window.h, polynomial.order + 1)).collect();
        polynomial.power(&polynomial.fit(side, &self.window, &next), nu)
    }
}

/// The coefficient of distance^power at bandwidth `h` and its variance (zero unless asked).
fn bias(half: &Half<'_>, choice: &Choice, order: usize, power: usize, h: f64, values: &[f64], with_variance: bool) -> Option<(f64, f64)> {
    let side = half.side;
    let window = Window::new(side, choice.kernel, h);
    let polynomial = Polynomial::new(side, &window, order)?;
    let unit = crate::maths::powi(1.0 / h, power);
    let found = polynomial.power(&polynomial.fit(side, &window, values), power) * unit;
    if !with_variance {
        return Some((found, 0.0));
    }
    let r = residuals((side, half.nearest), choice.rule, (&polynomial, &window), window.n, values);
    let middle = if side.clusters.is_none() {
        let squares = chebyshev_sums(&side.distance[..window.n], h, 2 * order, |i| {
            let v = window.weights[i] * r[i];
            v * v
        });
        gram(&squares, order)
    } else {
        meat(side, choice.rule, (order + 1, order + 1), &r, |i, out| weighted_row(side, &window, i, out))
    };
    let functional = polynomial.inverse.apply(&polynomial.functional(power));
    Some((found, middle.quadratic(&functional) * unit * unit))
}

impl Combination {
    /// Whether the outcome is used as it is.
    fn plain(&self) -> bool {
        self.shares.len() == 1 && self.shares[0] == 1.0
    }

    fn values<'a>(&self, side: &'a Side) -> std::borrow::Cow<'a, [f64]> {
        if self.plain() {
            return std::borrow::Cow::Borrowed(&side.columns[0]);
        }
        std::borrow::Cow::Owned(self.of(side, side.len()))
    }
}
