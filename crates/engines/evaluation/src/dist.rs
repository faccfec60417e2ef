//! Distributions: normal, Student's t, F and χ². Tails are computed directly, not as one minus the other side.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, StudentsT};

/// Density of the standard normal.
#[must_use]
pub fn normal_pdf(x: f64) -> f64 {
    crate::maths::exp(-0.5 * x * x) / (2.0 * std::f64::consts::PI).sqrt()
}

/// P(Z ≤ x) of the standard normal.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// The standard normal's quantile: a rational start (Acklam), then two steps of Halley on the exact tail. ±∞ at 0 and 1.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let mut x = start(p);
    for _ in 0..2 {
        let e = (normal_cdf(x) - p) / normal_pdf(x);
        x -= e / (1.0 + x * e / 2.0);
    }
    x
}

/// Acklam's rational approximation of the quantile for 0 < p ≤ 0.5, to about 1e-9 relative.
fn start(p: f64) -> f64 {
    let poly = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    if p < 0.024_25 {
        let q = (-2.0 * crate::maths::ln(p)).sqrt();
        let top = [
            -7.784_894_002_430_293e-3,
            -0.322_396_458_041_136_5,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ];
        let below = [7.784_695_709_041_462e-3, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
        return poly(&top, q) / poly(&below, q);
    }
    let (q, r) = (p - 0.5, (p - 0.5) * (p - 0.5));
    let top = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    let below = [-54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72, 1.0];
    q * poly(&top, r) / poly(&below, r)
}

/// P(|Z| ≥ |z|): the two-sided p-value of a standard normal statistic.
#[must_use]
pub fn normal_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(|T| ≥ |t|) with `df` degrees of freedom; the normal's for infinite `df`, not a number for none.
#[must_use]
pub fn t_p(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df.is_infinite() {
        return normal_p(t);
    }
    statrs::function::beta::checked_beta_reg(df / 2.0, 0.5, df / (df + t * t)).unwrap_or(f64::NAN)
}

/// The quantile of Student's t.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal_quantile(p);
    }
    let Ok(t) = StudentsT::new(0.0, 1.0, df) else { return f64::NAN };
    if !(0.0..1.0).contains(&p) || p == 0.0 {
        return f64::NAN;
    }
    // The library's search does not end in good time for many degrees of freedom; the expansion at the normal is near enough there.
    let mut x = if df > 300.0 { near_normal(normal_quantile(p), df) } else { t.inverse_cdf(p) };
    // A step of Newton on the tail takes what the library's bisection leaves.
    // Beyond a million degrees the expansion is exact to the last digit, and the library's tail is not.
    let steps = if df > 1e6 { 0 } else { 2 };
    for _ in 0..steps {
        let tail = t_p(x, df) / 2.0;
        let cdf = if x < 0.0 { tail } else { 1.0 - tail };
        let step = (cdf - p) / statrs::distribution::Continuous::pdf(&t, x);
        if step.is_finite() {
            x -= step;
        }
    }
    x
}

/// The first terms of Student's t quantile in 1 / df from the normal's (Fisher and Cornish 1960).
fn near_normal(z: f64, df: f64) -> f64 {
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / df) / df) / df
}

/// P(F ≥ f) with `df1` and `df2` degrees of freedom.
#[must_use]
pub fn f_p(f: f64, df1: f64, df2: f64) -> f64 {
    if df2.is_infinite() {
        return chi2_p(f * df1, df1);
    }
    FisherSnedecor::new(df1, df2).map_or(f64::NAN, |d| d.sf(f))
}

/// P(X ≥ x) of χ² with `df` degrees of freedom.
#[must_use]
pub fn chi2_p(x: f64, df: f64) -> f64 {
    ChiSquared::new(df).map_or(f64::NAN, |d| d.sf(x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: f64, want: f64, relative: f64) {
        assert!((got - want).abs() <= relative * want.abs(), "{got} is not {want}");
    }

    #[test]
    fn normal_tails_and_quantiles() {
        near(normal_p(5.082_641_724_295_358_5), 3.722_213_891_636_136e-7, 1e-12);
        near(normal_cdf(-10.0), 7.619_853_024_160_526e-24, 1e-12);
        near(normal_quantile(0.975), 1.959_963_984_540_054, 1e-15);
        near(normal_quantile(1e-12), -7.034_483_825_301_132, 1e-12);
    }

    #[test]
    fn student_tails_and_quantiles() {
        near(t_p(2.0, 10.0), 0.073_388_034_770_740_37, 1e-12);
        near(t_quantile(0.975, 10.0), 2.228_138_851_986_275, 1e-12);
        near(t_quantile(0.025, 3.0), -3.182_446_305_283_709_6, 1e-12);
        near(t_quantile(0.975, 301.0), 1.967_876_531_285_695_2, 1e-12);
        near(t_quantile(0.9995, 12_345.0), 3.291_315_054_529_859, 1e-11);
        near(t_quantile(0.975, 1e8), 1.959_964_008_262_766_3, 1e-12);
        near(chi2_p(3.841_458_820_694_124, 1.0), 0.05, 1e-10);
        near(f_p(4.964_602_743_730_711, 1.0, 10.0), 0.05, 1e-10);
    }
}
