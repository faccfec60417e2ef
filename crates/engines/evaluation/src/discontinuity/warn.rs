//! What a discontinuity refuses and what it warns of, in words.

use super::bandwidth::{Bandwidths, Half};
use super::result::{Estimate, SideFit};
use super::spec::{MassPoints, Sample, Spec};
use crate::notice::chance;
use crate::{Refusal, Warning};

/// Fewer distinct scores than this within the bandwidth of a side hold the headline back: a local polynomial through so few points is a
/// drawing, not an estimate (Kolesár and Rothe 2018 for what to do instead).
const FEW_POINTS: usize = 10;
/// Fewer rows than this within the bandwidth of a side hold the headline back.
const FEW_ROWS: usize = 20;
/// Fewer clusters than this on a side hold the headline back.
const FEW_CLUSTERS: usize = 15;
/// The first stage's F below which a ratio's interval is not to be trusted (Staiger and Stock 1997).
const WEAK: f64 = 10.0;

pub(super) fn chosen_by(spec: &Spec) -> String {
    match spec.bandwidth {
        Some(_) => "given".to_owned(),
        None => format!("{:?}", spec.selector).to_lowercase(),
    }
}

pub(super) fn too_few(halves: &[Half<'_>; 2], spec: &Spec, bandwidths: &Bandwidths) -> Refusal {
    let (p, q) = spec.orders();
    let count = |at: usize, h: f64| halves[at].side.groups_in(halves[at].side.distance.partition_point(|d| *d < h));
    let (h, b) = (bandwidths.h, bandwidths.b);
    let [hl, hr, bl, br] = [count(0, h.left), count(1, h.right), count(0, b.left), count(1, b.right)];
    Refusal::new(
        "too-few",
        format!(
            "バンド幅の中の異なる点数が足りません（推定用: 下{hl}・上{hr}、{}個以上必要。バイアス用: 下{bl}・上{br}、{}個以上必要）。バンド幅を広げるか、次数を下げるか、局所ランダム化を使ってください。",
            p + 1,
            q + 1
        ),
        format!(
            "too few distinct scores within the bandwidths (estimate: {hl} below, {hr} above, {} needed; bias: {bl} below, {br} above, {} needed); widen them, lower the order, or use local randomisation",
            p + 1,
            q + 1
        ),
    )
}

pub(super) fn no_bandwidth(sample: &Sample) -> Refusal {
    let (left, right) = (sample.left.distinct(), sample.right.distinct());
    Refusal::new(
        "no-bandwidth",
        format!(
            "バンド幅をデータから決められません（異なる点数: 下{left}・上{right}）。結果の列が一定でないか、点数の種類が十分かを確認するか、bandwidth を指定してください。"
        ),
        format!(
            "the data decide no bandwidth (distinct scores: {left} below, {right} above); see whether the outcome varies and scores are enough, or give a bandwidth"
        ),
    )
}

pub(super) fn no_first_stage() -> Refusal {
    Refusal::new(
        "no-first-stage",
        "カットオフで処置の割合が変わらないため、効果（比）を計算できません。処置の列とカットオフを確認してください。",
        "treatment does not change at the cut-off, so there is no ratio to estimate; look at the treatment column and the cut-off",
    )
}

pub(super) fn out_of_range() -> Refusal {
    Refusal::new(
        "out-of-range",
        "計算結果が数値の範囲を超えました。列の単位（極端に大きい・小さい値）を確認してください。",
        "the result is out of the range of numbers; look at the units of the columns (extremely large or small values)",
    )
}

pub(super) fn warnings(out: &Estimate, spec: &Spec) -> Vec<Warning> {
    let mut all = Vec::new();
    for (ja, en, side, clusters) in [
        ("下側", "below", &out.sides.left, out.clusters.as_ref().map(|c| c.left)),
        ("上側", "above", &out.sides.right, out.clusters.as_ref().map(|c| c.right)),
    ] {
        one_side(&mut all, (ja, en), side, clusters, spec);
    }
    if let Some(first) = &out.first_stage {
        let f = first.conventional.statistic * first.conventional.statistic;
        let exact = first.conventional.standard_error == 0.0 && first.conventional.estimate != 0.0;
        if f < WEAK && !exact {
            all.push(Warning::blocking(
                "weak-first-stage",
                format!("カットオフでの処置の変化が弱く（F={f:.1} < {WEAK}）、効果（比）の区間は信頼できません。処置の意図（intent-to-treat）の効果を報告してください。"),
                format!("treatment changes too little at the cut-off (F = {f:.1} < {WEAK}); do not trust the ratio's interval, report the intent-to-treat effect"),
            ));
        }
    }
    if !out.collinear.is_empty() {
        let names = out.collinear.join(", ");
        all.push(Warning::note(
            "collinear",
            format!("ほかの列から決まる共変量を除きました: {names}"),
            format!("covariates that others determine were left out: {names}"),
        ));
    }
    all
}

fn one_side(all: &mut Vec<Warning>, (ja, en): (&str, &str), side: &SideFit, clusters: Option<usize>, spec: &Spec) {
    let (rows, distinct) = (side.rows_h, side.distinct_h);
    if rows < FEW_ROWS {
        all.push(Warning::blocking(
            "few-rows",
            format!("カットオフの{ja}のバンド幅内に{rows}行しかありません（{FEW_ROWS}行未満）。局所ランダム化の推論も確認してください。"),
            format!("only {rows} rows within the bandwidth {en} the cut-off (fewer than {FEW_ROWS}); look at local randomisation too"),
        ));
    }
    if distinct < FEW_POINTS && distinct < rows {
        all.push(Warning::blocking(
            "few-points",
            format!("点数が離散的で、{ja}のバンド幅内に異なる点数が{distinct}個しかありません。曲率を制限した区間（honest）か局所ランダム化を使ってください。"),
            format!("the score is discrete with only {distinct} distinct values within the bandwidth {en} the cut-off; use honest intervals or local randomisation"),
        ));
    }
    let shared = 1.0 - side.distinct as f64 / side.rows as f64;
    if shared >= 0.2 && spec.mass_points != MassPoints::Off {
        let share = (shared * 100.0).round();
        all.push(Warning::note(
            "mass-points",
            format!("カットオフの{ja}の{}行に、異なる点数は{}個しかありません（行数より{share}%少ない）。", side.rows, side.distinct),
            format!("the {} rows {en} the cut-off have only {} distinct scores ({share} % fewer than rows)", side.rows, side.distinct),
        ));
    }
    if let Some(clusters) = clusters.filter(|c| *c <= FEW_CLUSTERS) {
        all.push(Warning::blocking(
            "few-clusters",
            format!("{ja}の窓の中のクラスターが{clusters}個しかありません（{FEW_CLUSTERS}個以下）。標準誤差が小さすぎるおそれがあります。"),
            format!("only {clusters} clusters in the window {en} the cut-off ({FEW_CLUSTERS} or fewer); standard errors may be too small"),
        ));
    }
}

pub(super) fn density_few(sample: &Sample, order: usize) -> Refusal {
    let (left, right, need) = (sample.left.distinct(), sample.right.distinct(), order + 1);
    Refusal::new(
        "too-few",
        format!("密度の検定に必要な異なる点数がバンド幅の中にありません（全体で下{left}・上{right}個、窓の中に各{need}個以上必要）。"),
        format!(
            "too few distinct scores within the bandwidths for the density test ({left} below and {right} above in all; {need} within each window needed)"
        ),
    )
}

pub(super) fn density(difference: &super::Inference, sample: &Sample) -> Vec<Warning> {
    let mut all = Vec::new();
    if difference.p < 0.05 {
        let (p, more) = (chance(difference.p), difference.estimate > 0.0);
        let (ja, en) = if more { ("上", "above") } else { ("下", "below") };
        all.push(Warning::blocking(
            "manipulated-score",
            format!("点数の密度がカットオフで不連続です（{p}、カットオフの{ja}に多い）。点数が操作された疑いがあり、不連続回帰の前提が成り立たないおそれがあります。"),
            format!("the density of the score jumps at the cut-off ({p}, more just {en} it): the score may be manipulated, and then the discontinuity identifies nothing"),
        ));
    }
    let distinct = sample.left.distinct() + sample.right.distinct();
    if (distinct as f64) < 0.5 * sample.scores.len() as f64 {
        all.push(Warning::note(
            "mass-points",
            format!("点数が離散的です（{}行に異なる点数{distinct}個）。連続な密度を前提とするこの検定は目安に留め、度数（binomial）も見てください。", sample.scores.len()),
            format!("the score is discrete ({distinct} distinct values in {} rows); this test assumes a density, so look at the counts (binomial) too", sample.scores.len()),
        ));
    }
    all
}

pub(super) fn repeat(since: &[super::Since], groups: usize, first: f64) -> Vec<Warning> {
    let mut all = Vec::new();
    if groups <= FEW_CLUSTERS * 2 {
        all.push(Warning::blocking(
            "few-clusters",
            format!("窓の中の申請者が{groups}者しかありません。標準誤差が小さすぎるおそれがあります。"),
            format!("only {groups} applicants within the window; standard errors may be too small"),
        ));
    }
    let weak = since.first().is_some_and(|s| s.award.standard_error > 0.0 && s.award.statistic * s.award.statistic < WEAK);
    if weak {
        all.push(Warning::blocking(
            "weak-first-stage",
            format!("カットオフでの採択の変化（{first:.3}）が弱く、部分効果は信頼できません。"),
            format!("awards change too little at the cut-off ({first:.3}); do not trust the partial effects"),
        ));
    }
    if since.iter().skip(1).any(|s| s.award.p < 0.05 && s.award.estimate < 0.0) {
        all.push(Warning::note(
            "repeat-applicants",
            "不採択者が後年に採択される傾向があります。全体効果（ITT）は採択そのものの効果より小さく出ます。",
            "those rejected win later: the total effect (ITT) understates that of the award itself",
        ));
    }
    all
}
