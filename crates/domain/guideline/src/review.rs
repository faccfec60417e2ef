//! Tables about review, selection and what follows: score sheet, selection rules, bonuses, conditions, duties.

use banso_kernel::{Day, Exact, fold_width};

use crate::answers::read_value;
use crate::form::{Marked, flag, identifier, number, number_within, twice};
use crate::model::{Aggregation, Bonus, Condition, Criterion, Duty, FieldKind, ReserveTerm, ScoreSheet, SelectionRules, Value};
use crate::problem::{Code, Problem};
use crate::tables::{Need, grid};
use crate::words::{UNCONFIRMED, Words, list, local};

/// Most points of one criterion, and of one bonus.
const POINTS_MAX: u32 = 1_000;
/// Most cases on the reserve list.
const RESERVES_MAX: u32 = 10_000;

/// Names that other tables refer to, each with its place, to be checked when all are known.
#[derive(Default)]
pub(crate) struct References {
    /// Sections or fields of the form.
    pub look_at: Vec<Words>,
    /// Documents of the form.
    pub evidence: Vec<Words>,
    /// Criteria of the score sheet.
    pub tie_break: Vec<Words>,
    /// Where the last day of the reserve list is written.
    pub reserve_term: Option<Words>,
}

/// 【採点表】満点: 100点.
pub(crate) fn sheet(marked: &Marked<'_>, references: &mut References, problems: &mut Vec<Problem>) -> ScoreSheet {
    marked.mark.only(&["満点"], problems);
    let columns = [
        ("識別子", Need::Must),
        ("観点", Need::Must),
        ("項目", Need::Must),
        ("配点", Need::Must),
        ("見る欄", Need::May),
        ("コメント", Need::May),
        ("着眼点", Need::May),
    ];
    let mut criteria: Vec<Criterion> = Vec::new();
    for row in grid(marked.table, &columns, problems).iter().flat_map(|g| g.rows()) {
        let Some(id) = row.must("識別子", problems) else { continue };
        if criteria.iter().any(|c| c.id == id.text) {
            problems.push(twice(&id));
        }
        let (Some(id), Some(group), Some(title)) = (identifier(&id, problems), row.must("観点", problems), row.must("項目", problems))
        else {
            continue;
        };
        let points_words = row.must("配点", problems);
        let Some(points_max) = points_words.as_ref().and_then(|w| number_within(w, 0, POINTS_MAX, problems)) else { continue };
        if points_max == 0
            && let Some(words) = &points_words
        {
            problems.push(Problem::error(Code::Points, words.at, "配点が0点です。", "This criterion has no points."));
        }
        let look_at = row.may("見る欄").map(|w| list(&w)).unwrap_or_default();
        criteria.push(Criterion {
            id,
            group: local(&group.text),
            title: local(&title.text),
            hint: row.may("着眼点").map(|w| local(&w.text)).unwrap_or_default(),
            points_max,
            look_at: look_at.iter().map(|w| w.text.clone()).collect(),
            comment_required: row.may("コメント").is_some_and(|w| flag(&w, problems)),
            clause: marked.clause.clone(),
        });
        references.look_at.extend(look_at);
    }
    check_total(marked, &criteria, problems);
    ScoreSheet { clause: marked.clause.clone(), criteria }
}

fn check_total(marked: &Marked<'_>, criteria: &[Criterion], problems: &mut Vec<Problem>) {
    let total: u64 = criteria.iter().map(|c| u64::from(c.points_max)).sum();
    let Some(words) = marked.mark.option("満点") else { return };
    let Some(full) = number(words, problems) else { return };
    if u64::from(full) != total {
        problems.push(
            Problem::error(
                Code::Points,
                words.at,
                format!("満点は{full}点とありますが、配点の合計は{total}点です。"),
                format!("Full points are given as {full}, but the points add up to {total}."),
            )
            .remedy("配点か満点のどちらかを直してください。", "Correct either the points or the full points."),
        );
    }
}

/// The rules before anything is read.
pub(crate) const fn rules_of(clause: String) -> SelectionRules {
    SelectionRules {
        clause,
        reviewers_each: 1,
        aggregation: Aggregation::Mean,
        pass_mark: None,
        bonuses: Vec::new(),
        tie_break: Vec::new(),
        reserves: 0,
        reserve_term: ReserveTerm::Open,
        selected_max: None,
    }
}

/// 【選定】: one rule a row, 項目 and 内容.
pub(crate) fn selection(marked: &Marked<'_>, references: &mut References, problems: &mut Vec<Problem>) -> SelectionRules {
    marked.mark.only(&[], problems);
    let mut rules = rules_of(marked.clause.clone());
    const KEYS: [&str; 7] = ["審査員数", "集計", "基準点", "同点のとき", "補欠", "補欠の期限", "採択件数の上限"];
    let mut seen: Vec<String> = Vec::new();
    for row in grid(marked.table, &[("項目", Need::Must), ("内容", Need::Must)], problems).iter().flat_map(|g| g.rows()) {
        let Some(key) = row.must("項目", problems) else { continue };
        let name = local(&key.text).ja;
        if seen.contains(&name) {
            problems.push(twice(&key));
            continue;
        }
        let Some(content) = row.may("内容") else { continue };
        match name.as_str() {
            "審査員数" => rules.reviewers_each = number_within(&content, 1, 50, problems).unwrap_or(1),
            "集計" => rules.aggregation = aggregation(&content, problems),
            "基準点" => rules.pass_mark = share(&content, problems),
            "同点のとき" => {
                let order = list(&content);
                let again = order.iter().enumerate().filter(|(i, w)| order.iter().take(*i).any(|e| e.text == w.text));
                problems.extend(again.map(|(_, w)| twice(w)));
                rules.tie_break = order.iter().map(|w| w.text.clone()).collect();
                references.tie_break.extend(order);
            }
            "補欠" => rules.reserves = number_within(&content, 0, RESERVES_MAX, problems).unwrap_or(0),
            "補欠の期限" => {
                rules.reserve_term = reserve_term(&content, problems);
                references.reserve_term = Some(content);
            }
            "採択件数の上限" => rules.selected_max = number_within(&content, 1, u32::MAX, problems),
            other => problems.push(
                Problem::error(
                    Code::UnknownKey,
                    key.at,
                    format!("選定の項目に「{other}」はありません。"),
                    format!("Selection has no rule `{other}`."),
                )
                .suggest(other, KEYS),
            ),
        }
        seen.push(name);
    }
    for key in KEYS.iter().take(2).filter(|k| !seen.iter().any(|s| s == *k)) {
        problems.push(Problem::error(
            Code::MissingKey,
            marked.mark.at,
            format!("選定に「{key}」がありません。"),
            format!("Selection lacks `{key}`."),
        ));
    }
    if rules.aggregation == Aggregation::TrimmedMean && rules.reviewers_each < 3 {
        problems.push(Problem::error(
            Code::BadValue,
            marked.mark.at,
            "最高と最低を除く平均には、審査員が3名以上要ります。",
            "A mean without highest and lowest needs at least three reviewers.",
        ));
    }
    rules
}

/// A day, or that it is not settled yet.
fn reserve_term(words: &Words, problems: &mut Vec<Problem>) -> ReserveTerm {
    if local(&words.text).ja == UNCONFIRMED {
        return ReserveTerm::Unconfirmed;
    }
    match Day::parse(local(&words.text).ja.trim_end_matches("まで").trim()) {
        Ok(day) => ReserveTerm::Until(day),
        Err(_) => {
            problems.push(
                Problem::error(
                    Code::BadDay,
                    words.at,
                    format!("「{}」という日はありません。", words.text),
                    format!("`{}` is not a day.", words.text),
                )
                .remedy(
                    "2026-03-31 や 令和8年3月31日 のように書くか、要確認 としてください。",
                    "Write 2026-03-31 or 令和8年3月31日, or 要確認 if it is not settled.",
                ),
            );
            ReserveTerm::Unconfirmed
        }
    }
}

/// A reserve list that ends before anybody can be on it, or before its last day is made public, is a slip.
pub(crate) fn term_in_time(rules: &SelectionRules, references: &References, closes: Day, published: Day, problems: &mut Vec<Problem>) {
    let (Some(words), Some(last)) = (&references.reserve_term, rules.reserve_term.last_day()) else { return };
    if last > closes && last >= published {
        return;
    }
    problems.push(
        Problem::error(
            Code::BadDay,
            words.at,
            "補欠の期限が、受付の終わり又は公表日より前です。",
            "The reserve list ends before the call closes, or before the edition is published.",
        )
        .remedy("採択の後の日にしてください。年を確かめてください。", "Name a day after the selection; check the year."),
    );
}

fn aggregation(words: &Words, problems: &mut Vec<Problem>) -> Aggregation {
    match local(&words.text).ja.as_str() {
        "平均" => Aggregation::Mean,
        "中央値" => Aggregation::Median,
        "最高と最低を除く平均" => Aggregation::TrimmedMean,
        other => {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("「{other}」という集計はありません。"),
                    format!("There is no aggregation `{other}`."),
                )
                .remedy("平均、中央値、最高と最低を除く平均 のどれかを書いてください。", "Write 平均, 中央値 or 最高と最低を除く平均."),
            );
            Aggregation::Mean
        }
    }
}

/// A share between 0 and 1, written as a percentage.
fn share(words: &Words, problems: &mut Vec<Problem>) -> Option<Exact> {
    let percent = fold_width(&words.text).ends_with('%');
    let range = Exact::from_integer(0)..=Exact::from_integer(1);
    match read_value(&FieldKind::number("%"), &words.text) {
        Ok(Some(Value::Number(share))) if percent && range.contains(&share) => Some(share),
        Ok(_) | Err(_) => {
            problems.push(
                Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("「{}」は0%から100%までの割合ではありません。", words.text),
                    format!("`{}` is not a share from 0% to 100%.", words.text),
                )
                .remedy("60% のように書いてください。", "Write e.g. 60%."),
            );
            None
        }
    }
}

/// 【加点】.
pub(crate) fn bonuses(marked: &Marked<'_>, references: &mut References, problems: &mut Vec<Problem>) -> Vec<Bonus> {
    marked.mark.only(&[], problems);
    let columns = [("識別子", Need::Must), ("加点項目", Need::Must), ("点", Need::Must), ("証拠書類", Need::May)];
    let mut out: Vec<Bonus> = Vec::new();
    for row in grid(marked.table, &columns, problems).iter().flat_map(|g| g.rows()) {
        let (Some(id), Some(title), Some(points)) =
            (row.must("識別子", problems), row.must("加点項目", problems), row.must("点", problems))
        else {
            continue;
        };
        if out.iter().any(|b| b.id == id.text) {
            problems.push(twice(&id));
        }
        let evidence = row.may("証拠書類");
        references.evidence.extend(evidence.clone());
        let (Some(id), Some(points)) = (identifier(&id, problems), number_within(&points, 1, POINTS_MAX, problems)) else { continue };
        out.push(Bonus { id, title: local(&title.text), points, evidence: evidence.map(|w| w.text), clause: marked.clause.clone() });
    }
    out
}

/// 【交付条件】.
pub(crate) fn conditions(marked: &Marked<'_>, problems: &mut Vec<Problem>) -> Vec<Condition> {
    marked.mark.only(&[], problems);
    let mut out = Vec::new();
    for row in grid(marked.table, &[("番号", Need::May), ("条件", Need::Must)], problems).iter().flat_map(|g| g.rows()) {
        if let Some(text) = row.must("条件", problems) {
            if let Some(words) = row.may("番号")
                && number(&words, problems).is_some_and(|n| usize::try_from(n).ok() != Some(out.len() + 1))
            {
                problems.push(Problem::error(
                    Code::BadValue,
                    words.at,
                    format!("条件の番号は1から順に付けます（ここは{}です）。", out.len() + 1),
                    format!("Conditions are numbered from 1 on; this one is {}.", out.len() + 1),
                ));
            }
            out.push(Condition { clause: marked.clause.clone(), text: local(&text.text) });
        }
    }
    out
}

/// 【報告等】.
pub(crate) fn duties(marked: &Marked<'_>, problems: &mut Vec<Problem>) -> Vec<Duty> {
    marked.mark.only(&[], problems);
    let mut out = Vec::new();
    let columns = [("義務", Need::Must), ("時期", Need::Must), ("内容", Need::May)];
    for row in grid(marked.table, &columns, problems).iter().flat_map(|g| g.rows()) {
        if let (Some(title), Some(when)) = (row.must("義務", problems), row.must("時期", problems)) {
            out.push(Duty { clause: marked.clause.clone(), title: local(&title.text), when: local(&when.text) });
        }
    }
    out
}
