//! What production functions are asked, and what they answer.

use serde::{Deserialize, Serialize};

use super::product::{MarginalProduct, Product};
use super::roots::Root;
use crate::notice::Warning;

/// How the elasticities are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Least squares: inputs as if chosen without knowing productivity.
    Ols,
    /// Within firms: productivity that never changes.
    FixedEffects,
    /// Olley and Pakes (1996): investment tells productivity.
    OlleyPakes,
    /// Levinsohn and Petrin (2003): materials or energy tell productivity.
    LevinsohnPetrin,
    /// Ackerberg, Caves and Frazer (2015): as before, labour found in the second stage.
    AckerbergCavesFrazer,
    /// Wooldridge (2009), both equations stacked under one set of coefficients, two-stage least squares (the variant of `prodest`).
    Wooldridge,
    /// As `prodest`'s system: both equations with polynomials of their own, the first's without the state's first power. Where productivity's
    /// inverse has such a power it does not come near the truth with more firms.
    WooldridgeSystem,
    /// Wooldridge (2009) as in the paper: the first equation's polynomial free, two-step moments weighted by firm.
    WooldridgeGmm,
    /// Petrin and Levinsohn (2012): Wooldridge's second equation alone, labour by its lag; holds where labour is chosen early too,
    /// as long as the proxy does not depend on labour.
    WooldridgeLevinsohnPetrin,
}

/// The form of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Constant elasticities.
    #[default]
    CobbDouglas,
    /// Elasticities that change with the inputs; for OLS, fixed effects and Ackerberg–Caves–Frazer.
    Translog,
}

/// What the outcome is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Value added: the proxy is no input.
    #[default]
    ValueAdded,
    /// Gross output: the proxy is an input too; for OLS, fixed effects and Levinsohn–Petrin (with Olley–Pakes name materials as free).
    Gross,
}

/// What is asked. All columns are in logarithms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Spec {
    /// Value added or gross output, log.
    pub outcome: String,
    /// Inputs chosen knowing productivity (labour), log.
    pub free: Vec<String>,
    /// Inputs decided before (capital), log.
    pub state: Vec<String>,
    /// What tells productivity: investment, materials, energy, log.
    pub proxy: Vec<String>,
    /// Columns with a coefficient of their own that are no inputs (year indicators, prices); not with Wooldridge.
    pub controls: Vec<String>,
    /// The firm.
    pub firm: String,
    /// The period.
    pub time: String,
    /// How.
    pub methods: Vec<Method>,
    /// The form of the function.
    pub form: Form,
    /// What the outcome is.
    pub output: Output,
    /// The degree of the first stage's polynomial.
    pub degree: usize,
    /// The degree of productivity's own past.
    pub markov: usize,
    /// Whether exit is corrected for (Olley–Pakes, Levinsohn–Petrin): a firm exits when its last period is not the table's.
    pub correct_exit: bool,
    /// How far apart neighbouring periods are.
    pub period_step: f64,
    /// From how many starts minima and roots are sought.
    pub starts: usize,
    /// Block bootstrap by firm: how many draws; 0 for none.
    pub replications: usize,
    /// The seed of starts and draws.
    pub seed: u64,
    /// The level of intervals.
    pub confidence: f64,
    /// The marginal product of labour, when asked.
    pub product: Option<Product>,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            outcome: String::new(),
            free: Vec::new(),
            state: Vec::new(),
            proxy: Vec::new(),
            controls: Vec::new(),
            firm: String::new(),
            time: String::new(),
            methods: vec![Method::LevinsohnPetrin],
            form: Form::CobbDouglas,
            output: Output::ValueAdded,
            degree: 2,
            markov: 3,
            correct_exit: false,
            period_step: 1.0,
            starts: 120,
            replications: 50,
            seed: 12_345,
            confidence: 0.95,
            product: None,
        }
    }
}

/// One coefficient of the function.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Elasticity {
    /// The input, or product of inputs (translog).
    pub input: String,
    /// The coefficient: the elasticity when the form is Cobb–Douglas.
    pub estimate: f64,
    /// Bootstrap by firm.
    pub standard_error: Option<f64>,
    /// The interval by the normal.
    pub interval: Option<[f64; 2]>,
}

/// A control's coefficient.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Control {
    /// The column.
    pub column: String,
    /// Its coefficient; none when other columns explain it.
    pub estimate: Option<f64>,
}

/// Whether moments beyond those that are needed agree (Hansen 1982).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Restrictions {
    /// J.
    pub statistic: f64,
    /// Moments less coefficients.
    pub degrees: usize,
    /// By χ².
    pub p: f64,
}

/// What one method gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Function {
    /// The method.
    pub method: Method,
    /// The coefficients: free inputs, state inputs, then the proxy when output is gross.
    pub elasticities: Vec<Elasticity>,
    /// The coefficients of the controls, in their order; a control that other columns explain has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<Control>,
    /// The constant, where one is estimated.
    pub constant: Option<f64>,
    /// The sum of elasticities (Cobb–Douglas), with its standard error.
    pub returns_to_scale: Option<(f64, Option<f64>)>,
    /// Every root or minimum of the second stage, the one above first.
    pub roots: Vec<Root>,
    /// The coefficients that the roots' `theta` belongs to.
    pub sought: Vec<String>,
    /// The share of starts that settle nowhere.
    pub share_lost: f64,
    /// Rows of the first stage.
    pub rows_first: usize,
    /// Rows of the second stage: those with the period before.
    pub rows_second: usize,
    /// Firms.
    pub firms: usize,
    /// Bootstrap draws that ended in an estimate.
    pub draws: usize,
    /// The test of moments beyond those needed (`wooldridge-gmm`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restrictions: Option<Restrictions>,
    /// Where standard errors come from, in words.
    pub rule: String,
    /// The code of the warning that holds these numbers back from being a headline.
    pub held: Option<&'static str>,
    /// Marginal and average product of labour.
    pub product: Option<MarginalProduct>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Rows left out because something was missing.
    pub dropped_missing: usize,
    /// One a method.
    pub functions: Vec<Function>,
    /// What is doubtful.
    pub warnings: Vec<Warning>,
}
