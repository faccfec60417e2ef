//! Effects by groups declared beforehand: the method's own estimate in each, p-values that know how often was looked, and a test that all
//! groups are alike.
//!
//! Multiplicity: see `multiple`. Romano and Wolf's draws are pairs drawn anew with replacement – whole clusters, units of a panel, or rows –
//! and every group estimated again, so that what groups share (a cluster, a firm) is shared in the draws. Equality: Wald's test on the
//! differences to the first group, with the correlations of the draws for groups that share clusters (without draws: as if independent).

mod cost;
mod draw;
mod equal;
mod groups;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use groups::Group;

use crate::headline::{Headline, Method};
use crate::multiple::{benjamini_hochberg, holm, romano_wolf};
use crate::notice::{Refusal, Warning};
use crate::study::CostOfEffect;
use crate::{Frame, random};
use groups::Member;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// The method and its specification for everybody.
    pub method: Method,
    /// The groupings, each a column.
    pub groups: Vec<Group>,
    /// Draws for Romano and Wolf; 0 for none.
    #[serde(default = "draws")]
    pub draws: usize,
    /// The seed of the draws.
    #[serde(default = "seed")]
    pub seed: u64,
    /// Groups of fewer rows are not estimated.
    #[serde(default = "least")]
    pub least_rows: usize,
    /// The column of what was paid: then the cost of a unit of effect is given too.
    #[serde(default)]
    pub cost: Option<String>,
}

const fn draws() -> usize {
    999
}
const fn seed() -> u64 {
    1
}
const fn least() -> usize {
    10
}

impl Spec {
    /// A specification with every default.
    #[must_use]
    pub fn new(method: Method, columns: &[&str]) -> Self {
        let groups = columns.iter().map(|c| Group { column: (*c).to_owned(), ..Group::default() }).collect();
        Self { method, groups, draws: draws(), seed: seed(), least_rows: least(), cost: None }
    }
}

/// The effect in one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupEffect {
    /// The column.
    pub column: String,
    /// The group.
    pub group: String,
    /// Rows of the table in it.
    pub rows: usize,
    /// The effect; none when it was refused.
    pub effect: Option<Headline>,
    /// Why there is none.
    pub refused: Option<Refusal>,
    /// p by Holm, over all groups of all columns.
    pub holm: Option<f64>,
    /// p by Benjamini and Hochberg, over the same.
    pub benjamini_hochberg: Option<f64>,
    /// p by Romano and Wolf, over the same.
    pub romano_wolf: Option<f64>,
    /// What a unit of the effect cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostOfEffect>,
}

/// The test that all groups of a column have one effect.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Equality {
    /// The column.
    pub column: String,
    /// Wald's statistic.
    pub statistic: f64,
    /// Groups compared, less one.
    pub degrees_of_freedom: usize,
    /// Denominator degrees of freedom of F; none for χ².
    pub denominator: Option<f64>,
    /// Its p-value.
    pub p: f64,
    /// The same by Holm, over the columns.
    pub holm: Option<f64>,
    /// `independent` or `draws`: where the covariance of groups comes from.
    pub covariance: &'static str,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Everybody together.
    pub everyone: Headline,
    /// What a unit of it cost, when the column of what was paid is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostOfEffect>,
    /// Group by group, in the order declared.
    pub groups: Vec<GroupEffect>,
    /// Column by column.
    pub equality: Vec<Equality>,
    /// Draws in which every group could be estimated, and all.
    pub draws: [usize; 2],
    /// What was drawn: `clusters`, `units` or `rows`.
    pub drawn: &'static str,
    /// What to know.
    pub warnings: Vec<Warning>,
}

/// Estimates every group.
///
/// # Errors
/// Columns that are missing, no grouping, too many groups, and what the method refuses for everybody.
pub fn estimate(frame: &Frame, spec: &Spec) -> Result<Estimate, Refusal> {
    if spec.groups.is_empty() || spec.draws > 100_000 {
        return Err(Refusal::new(
            "option",
            "groups を1つ以上指定し、draws は10万以下にしてください。",
            "name at least one column of groups, and at most 100,000 draws",
        ));
    }
    let everyone = spec.method.headline(frame)?;
    let mut members = Vec::new();
    for group in &spec.groups {
        members.extend(groups::members(frame, group)?);
    }
    let found: Vec<Result<Headline, Refusal>> = members.iter().map(|m| one(frame, spec, m)).collect();
    let sampler = draw::Sampler::new(frame, &spec.method)?;
    let drawn = drawn(frame, spec, &members, &found, &sampler)?;
    let t: Vec<Option<f64>> = found.iter().map(|f| f.as_ref().ok().map(|h| h.estimate / h.standard_error)).collect();
    let p: Vec<Option<f64>> = found.iter().map(|f| f.as_ref().ok().map(|h| h.p)).collect();
    let adjusted = [holm(&p), benjamini_hochberg(&p)];
    let stepped = if drawn.is_empty() { vec![None; t.len()] } else { romano_wolf(&t, &drawn) };
    let equality = equal::tests(spec, &members, &found, &drawn, &sampler);
    let complete = drawn.iter().filter(|d| d.iter().zip(&t).all(|(d, t)| d.is_some() || t.is_none())).count();
    let (cost, mut costs) = cost::costs(frame, spec, &everyone, &members, &found)?;
    let groups = members.iter().zip(&found).enumerate();
    let groups: Vec<GroupEffect> = groups
        .map(|(at, (member, found))| GroupEffect {
            column: member.column.clone(),
            group: member.name.clone(),
            rows: member.rows.len(),
            effect: found.as_ref().ok().cloned(),
            refused: found.as_ref().err().cloned(),
            holm: adjusted[0][at],
            benjamini_hochberg: adjusted[1][at],
            romano_wolf: stepped[at],
            cost: costs[at].take(),
        })
        .collect();
    let warnings = warnings(&groups, [complete, spec.draws], &sampler);
    Ok(Estimate { everyone, cost, groups, equality, draws: [complete, spec.draws], drawn: sampler.what, warnings })
}

fn one(frame: &Frame, spec: &Spec, member: &Member) -> Result<Headline, Refusal> {
    if member.rows.len() < spec.least_rows {
        let (rows, least) = (member.rows.len(), spec.least_rows);
        return Err(Refusal::new(
            "small-group",
            format!("行が{rows}しかないため（{least}未満）、推定しません。"),
            format!("not estimated: {rows} rows, fewer than {least}"),
        ));
    }
    spec.method.headline(&draw::gather(frame, &member.rows)?)
}

/// For every draw the statistics of all groups, centred at what was found.
fn drawn(
    frame: &Frame,
    spec: &Spec,
    members: &[Member],
    found: &[Result<Headline, Refusal>],
    sampler: &draw::Sampler,
) -> Result<Vec<Vec<Option<f64>>>, Refusal> {
    if spec.draws == 0 {
        return Ok(Vec::new());
    }
    let inside: Vec<Vec<bool>> = members
        .iter()
        .map(|m| {
            let mut inside = vec![false; frame.rows()];
            m.rows.iter().for_each(|row| inside[*row] = true);
            inside
        })
        .collect();
    let methods: Vec<Option<Method>> = found.iter().map(|f| f.as_ref().ok().map(|h| sampler.method(&spec.method, h))).collect();
    let streams = random::Streams::new(spec.seed);
    let all: Vec<Vec<Option<f64>>> = (0..spec.draws)
        .into_par_iter()
        .map(|d| {
            let picked = sampler.pick(&mut streams.stream(d as u64));
            let statistic = |at: usize| {
                let (method, centre) = (methods[at].as_ref()?, found[at].as_ref().ok()?);
                let table = sampler.table(frame, &picked, &inside[at]).ok()?;
                let again = method.headline(&table).ok()?;
                Some((again.estimate - centre.estimate) / again.standard_error)
            };
            (0..members.len()).map(statistic).collect()
        })
        .collect();
    Ok(all)
}

fn warnings(groups: &[GroupEffect], [complete, all]: [usize; 2], sampler: &draw::Sampler) -> Vec<Warning> {
    let mut out = Vec::new();
    let refused: Vec<String> = groups.iter().filter(|g| g.effect.is_none()).map(|g| format!("{}={}", g.column, g.group)).collect();
    if !refused.is_empty() {
        let names = refused.join(", ");
        out.push(Warning::note(
            "groups-left-out",
            format!("推定できなかった区分: {names}。検定の数にも入っていません。"),
            format!("groups without an estimate: {names}; they are not counted among the tests"),
        ));
    }
    if complete * 10 < all * 9 {
        out.push(Warning::blocking(
            "draws-lost",
            format!("{all}回の反復のうち、すべての区分を推定できたのは{complete}回だけです。Romano–Wolf の p 値は目安です。"),
            format!("in {complete} of {all} draws only could every group be estimated; Romano and Wolf's p-values are a rough guide"),
        ));
    }
    if all > 0 && sampler.count < 20 {
        let count = sampler.count;
        out.push(Warning::note(
            "few-clusters",
            format!("引き直す単位が{count}個しかありません。反復による p 値は粗くなります。"),
            format!("only {count} are there to be drawn from; p-values by draws are coarse"),
        ));
    }
    for group in groups {
        let blocked = group.effect.iter().flat_map(|e| &e.warnings).filter(|w| w.blocks);
        out.extend(blocked.map(|w| {
            let (column, name) = (&group.column, &group.group);
            Warning { ja: format!("{column}={name}: {}", w.ja), en: format!("{column}={name}: {}", w.en), ..w.clone() }
        }));
    }
    out
}
