//! `banso evaluate groups`: effects by groups declared beforehand.

use banso_evaluation::heterogeneity::{Estimate, Group, GroupEffect, Spec, estimate};
use banso_kernel::Lang;
use banso_tables::columns;
use clap::Args;

use super::designed::{Designed, FIGURES, cells};
use super::input::Input;
use super::page::{Page, chance, number};
use crate::trouble::Trouble;

/// Which groups, by which method.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    #[command(flatten)]
    input: Input,
    /// 区分の列（繰り返し可）。数値は 従業員数=20,100 のように区切れます
    /// Columns of groups, may be repeated; numbers are cut by workers=20,100
    #[arg(long = "group", visible_alias = "groups", value_name = "COLUMN[=CUT,CUT]", required = true, verbatim_doc_comment)]
    groups: Vec<String>,
    /// Romano–Wolf の反復（0でなし）/ Draws of Romano and Wolf; 0 for none
    #[arg(long, value_name = "N", default_value_t = 999)]
    draws: usize,
    /// 乱数の種 / Seed of the random streams
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// これより行の少ない区分は推定しません / Groups of fewer rows are not estimated
    #[arg(long, value_name = "N", default_value_t = 10)]
    least_rows: usize,
    /// 支払額の列。効果1単位当たりの費用も求めます / What was paid: gives the cost of a unit of effect too
    #[arg(long, value_name = "COLUMN")]
    cost: Option<String>,
    #[command(flatten)]
    designed: Designed,
}

fn group(text: &str) -> Result<Group, Trouble> {
    let Some((column, cuts)) = text.split_once('=') else { return Ok(Group { column: text.to_owned(), ..Group::default() }) };
    let cut = |text: &str| {
        text.trim().parse::<f64>().map_err(|_| {
            banso_evaluation::Refusal::new(
                "cuts",
                format!("--group の区切り「{text}」は数値ではありません（例: 従業員数=20,100）。"),
                format!("\"{text}\" in --group is no number; write for example workers=20,100"),
            )
        })
    };
    let cuts = cuts.split(',').map(cut).collect::<Result<Vec<f64>, _>>()?;
    Ok(Group { column: column.to_owned(), cuts, levels: Vec::new() })
}

/// Estimates and answers.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let method = asked.designed.method()?;
    let groups = asked.groups.iter().map(|g| group(g)).collect::<Result<Vec<_>, _>>()?;
    let there = columns(&asked.input.table)?;
    let (mut numbers, mut names) = method.columns(&there);
    let (cut, plain): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|g| !g.cuts.is_empty());
    numbers.extend(asked.cost.clone());
    numbers.extend(cut.iter().map(|g| g.column.clone()));
    names.extend(plain.iter().map(|g| g.column.clone()));
    let frame = asked.input.frame(numbers.iter().map(String::as_str), names.iter().map(String::as_str))?;
    let spec = Spec { method, groups, draws: asked.draws, seed: asked.seed, least_rows: asked.least_rows, cost: asked.cost.clone() };
    let found = estimate(&frame, &spec)?;
    asked.input.answer(&found, lang, || page(&found, lang))
}

fn row(g: &GroupEffect, lang: Lang) -> Vec<String> {
    let shown = |p: Option<f64>| p.map_or_else(|| "—".to_owned(), chance);
    let mut row = vec![format!("{} = {}", g.column, g.group), g.rows.to_string()];
    row.extend(cells(g.effect.as_ref(), g.refused.as_ref(), lang));
    if g.effect.is_some() {
        row.extend([shown(g.holm), shown(g.benjamini_hochberg), shown(g.romano_wolf)]);
    }
    row
}

/// What a unit of effect cost, where payments are known.
fn costs(found: &Estimate, lang: Lang) -> Vec<Vec<String>> {
    let everyone = (lang.pick("全体", "everyone").to_owned(), found.cost.as_ref());
    let groups = found.groups.iter().map(|g| (format!("{} = {}", g.column, g.group), g.cost.as_ref()));
    let each = std::iter::once(everyone).chain(groups).filter_map(|(name, cost)| {
        let cost = cost?;
        let ends = cost.interval.map_or_else(|| ["—".to_owned(), "—".to_owned()], |i| i.map(number));
        Some([name, cost.firms.to_string(), number(cost.cost), number(cost.ratio)].into_iter().chain(ends).collect())
    });
    each.collect()
}

fn page(found: &Estimate, lang: Lang) -> Page {
    let adjusted = [("p Holm", "p Holm"), ("p BH", "p BH"), ("p Romano–Wolf", "p Romano–Wolf")];
    let heads: Vec<(&str, &str)> = [("区分", "group"), ("行", "rows")].into_iter().chain(FIGURES).chain(adjusted).collect();
    let mut all = vec![lang.pick("全体", "everyone").to_owned(), found.everyone.rows.to_string()];
    all.extend(cells(Some(&found.everyone), None, lang));
    let mut rows = vec![all];
    rows.extend(found.groups.iter().map(|g| row(g, lang)));
    let equal = found.equality.iter().map(|e| {
        let df = e
            .denominator
            .map_or_else(|| format!("χ²({})", e.degrees_of_freedom), |d| format!("F({}, {})", e.degrees_of_freedom, number(d)));
        vec![e.column.clone(), number(e.statistic), df, chance(e.p), e.holm.map_or_else(|| "—".to_owned(), chance)]
    });
    let equal: Vec<Vec<String>> = equal.collect();
    let mut page = Page::new("区分ごとの効果", "Effects by group")
        .line(
            "反復（すべての区分を推定できた回 / 全体）",
            "draws (with every group / all)",
            format!("{} / {}", found.draws[0], found.draws[1]),
        )
        .line("引き直した単位", "drawn", found.drawn)
        .table(&heads, rows);
    if !equal.is_empty() {
        let heads = [("効果が等しいか", "equal effects?"), ("Wald", "Wald"), ("分布", "distribution"), ("p値", "p"), ("p Holm", "p Holm")];
        page = page.table(&heads, equal);
    }
    let costs = costs(found, lang);
    if !costs.is_empty() {
        let heads = [
            ("効果1単位の費用", "cost of a unit"),
            ("支払先", "paid to"),
            ("平均支払額", "mean paid"),
            ("費用 / 効果", "cost / effect"),
            ("下限", "lower"),
            ("上限", "upper"),
        ];
        page = page.table(&heads, costs).text(
            "区間は Fieller の方法（95%）。効果が0と区別できないとき、区間はありません。",
            "Intervals by Fieller (95 %); none where the effect cannot be told from nought.",
        );
    }
    page.text(
        "区分はデータを見る前に決めたものだけを使ってください。補正後の p 値は、すべての列のすべての区分を合わせた検定の数によります。",
        "Use only groups that were declared before the data were seen. Adjusted p-values count every group of every column.",
    )
    .warnings(&found.warnings)
}
