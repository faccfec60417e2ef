//! Why not, and conditions in words.

use banso_kernel::{Lang, LocalText};

use super::{facts, member, n, names, ok, t};
use crate::expr::{Body, Names, Source, compile};
use crate::model::{Facts, Value};

fn lines(names: &Names, text: &str, facts: &Facts) -> Vec<String> {
    let expr = compile(text, names).unwrap_or_else(|e| panic!("{text}: {e:?}"));
    let line = |s: crate::model::Shortfall| format!("{}{} {}", s.way, if s.changeable { "" } else { "×" }, s.text.ja);
    expr.shortfalls(names, facts).into_iter().map(line).collect()
}

const SME: &str = "(業種 = 卸売業 かつ (資本金 <= 1億円 または 従業員数 <= 100人)) または \
                   (業種 = 製造業その他 かつ (資本金 <= 3億円 または 従業員数 <= 300人))";

#[test]
fn why_not() {
    let names = names();
    let firm = facts(&[
        ("業種", t("製造業その他")),
        ("資本金", n(400_000_000)),
        ("従業員数", n(400)),
        ("みなし大企業", Value::YesNo(true)),
        ("研究機関と連携する", Value::YesNo(false)),
        ("研究期間", n(1)),
        ("枠", t("通常枠")),
        ("伸び率", Value::Number(banso_kernel::Exact::new(1, 20))),
        ("共同体", Value::List(vec![member(Some("その他"), Some(1))])),
    ]);
    for (text, expected) in [
        ("資本金 <= 3億円", vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）"]),
        ("3億円 >= 資本金", vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）"]),
        ("not(資本金 > 3億円)", vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）"]),
        ("資本金 < 4億円", vec!["1 資本金 4億円（基準: 4億円未満）"]),
        ("資本金 <= 5億円", vec![]),
        ("経費 <= 5億円", vec![]),
        (
            "資本金 <= 3億円 かつ 従業員数 <= 500人 かつ 研究期間 >= 2年",
            vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）", "2 研究期間 1年（基準: 2年以上、差 1年）"],
        ),
        (
            "資本金 <= 3億円 または 従業員数 <= 300人",
            vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）", "1 従業員数 400人（基準: 300人以下、差 100人）"],
        ),
        (SME, vec!["1 資本金 4億円（基準: 3億円以下、差 1億円）", "1 従業員数 400人（基準: 300人以下、差 100人）"]),
        ("業種 = 卸売業", vec!["1× 業種 製造業その他（基準: 卸売業）"]),
        ("業種 = 卸売業 かつ 資本金 <= 3億円", vec!["1× 業種 製造業その他（基準: 卸売業）", "2 資本金 4億円（基準: 3億円以下、差 1億円）"]),
        ("みなし大企業でない", vec!["1× みなし大企業 はい（基準: いいえ）"]),
        ("研究機関と連携する", vec!["1 研究機関と連携する いいえ（基準: はい）"]),
        ("研究期間 in [2年..3年]", vec!["1 研究期間 1年（基準: 2年以上3年以下、差 1年）"]),
        ("枠 in (出資獲得枠)", vec!["1 枠 通常枠（基準: 出資獲得枠）"]),
        ("枠 != 通常枠", vec!["1 枠 通常枠（基準: 通常枠以外）"]),
        ("not(枠 in (通常枠))", vec!["1 枠 通常枠（基準: 通常枠以外）"]),
        ("伸び率 >= 7.5%", vec!["1 伸び率 5%（基準: 7.5%以上、差 2.5%）"]),
        (
            "not(みなし大企業 または 資本金 > 3億円)",
            vec!["1× みなし大企業 はい（基準: いいえ）", "2 資本金 4億円（基準: 3億円以下、差 1億円）"],
        ),
        ("if みなし大企業 then 研究期間 >= 2年 else はい", vec!["1 研究期間 1年（基準: 2年以上、差 1年）"]),
        ("いずれか(共同体, 種別 = 大学・公設試等)", vec!["1 「共同体のいずれかについて種別が大学・公設試等」を満たしていません"]),
        ("件数(共同体[種別 = 大学・公設試等]) >= 1", vec!["1 共同体のうち種別が大学・公設試等のものの件数 0（基準: 1以上、差 1）"]),
    ] {
        assert_eq!(lines(&names, text, &firm), expected, "{text}");
    }
}

#[test]
fn english_beside_it() {
    let names = names();
    let firm = facts(&[("資本金", n(400_000_000))]);
    let found = ok("資本金 <= 3億円").shortfalls(&names, &firm);
    assert_eq!(found[0].text.en.as_deref(), Some("capital: 400,000,000 yen (required: at most 300,000,000 yen; 100,000,000 yen apart)"));
    assert_eq!(found[0].item, "資本金");
}

#[test]
fn definitions_are_explained_by_what_they_say() {
    let mut names = names();
    let source = |name: &str, text: &str| Source {
        name: name.into(),
        label: LocalText::ja(name),
        clause: "2-1".into(),
        body: Body::Expression(text.into()),
    };
    assert_eq!(names.define_all(&[source("中小企業者", "規模要件 かつ みなし大企業でない"), source("規模要件", SME)]), vec![]);
    let firm = facts(&[("業種", t("卸売業")), ("資本金", n(200_000_000)), ("従業員数", n(150)), ("みなし大企業", Value::YesNo(false))]);
    assert_eq!(
        lines(&names, "中小企業者である", &firm),
        ["1 資本金 2億円（基準: 1億円以下、差 1億円）", "1 従業員数 150人（基準: 100人以下、差 50人）"]
    );
    assert_eq!(compile("中小企業者である", &names).unwrap().sentence(&names, Lang::Ja), "中小企業者である");
}

#[test]
fn ways_of_ways_stay_few() {
    let pair = "(資本金 <= 1円 かつ 従業員数 <= 1人)";
    let text = [pair; 12].join(" または ");
    let firm = facts(&[("資本金", n(5)), ("従業員数", n(5))]);
    assert_eq!(lines(&names(), &text, &firm).len(), 2);
}

#[test]
fn conditions_in_words() {
    let names = names();
    for (text, ja, en) in [
        (
            "資本金 <= 3億円 または 従業員数 <= 300人",
            "資本金が3億円以下、又は従業員数が300人以下",
            "capital is at most 300,000,000 yen, or employees is at most 300 people",
        ),
        ("研究期間 in [2年..3年]", "研究期間が2年以上3年以下", "project years is at least 2 years and at most 3 years"),
        ("課税所得 > 15億円", "課税所得が15億円超", "taxable income is more than 1,500,000,000 yen"),
        ("枠 in (通常枠, 出資獲得枠)", "枠が通常枠又は出資獲得枠", "track is 通常枠 or 出資獲得枠"),
        (
            "業種 = 卸売業 かつ みなし大企業でない",
            "業種が卸売業、かつ、みなし大企業でない",
            "industry is 卸売業, and not: deemed large firm",
        ),
        ("研究機関と連携する", "研究機関と連携する", "works with a research institute"),
        (
            "(資本金 <= 1円 または 資本金 = 2円) かつ みなし大企業",
            "（資本金が1円以下、又は資本金が2円）、かつ、みなし大企業である",
            "(capital is at most 1 yen, or capital is 2 yen), and deemed large firm",
        ),
        ("切捨て(経費 * (2/3), 1円)", "経費 × 2/3（1円未満切捨て）", "cost × 2/3 (rounded down to 1 yen)"),
        ("最小(経費, 上限)", "経費と上限のうち最も小さいもの", "the least of cost, 上限"),
        ("設立日 < @\"2025-04-01\"", "設立日が令和7年4月1日より前", "founded is before 2025-04-01"),
        (
            "年数(設立日, 基準日) >= 1年",
            "設立日から基準日までの年数が1年以上",
            "whole years from founded to reference day is at least 1 years",
        ),
        (
            "not(if みなし大企業 then 研究期間 >= 2年 else みなし大企業)",
            "「みなし大企業であるの場合は研究期間が2年以上、それ以外の場合はみなし大企業である」に当たらない",
            "not: (if deemed large firm then project years is at least 2 years, otherwise deemed large firm)",
        ),
        ("not(研究期間 in (2年, >= 4年))", "研究期間が2年又は4年以上以外", "project years is other than 2 years or at least 4 years"),
        ("-(経費 + 3円) > 3円", "-（経費 ＋ 3円）が3円超", "-(cost + 3 yen) is more than 3 yen"),
        (
            "sum(共同体[種別 = 大学・公設試等].構成員経費)",
            "共同体のうち種別が大学・公設試等のものの構成員経費の合計",
            "the sum of member cost of consortium where kind is 大学・公設試等",
        ),
        (
            "every x in 共同体 satisfies x.種別 = その他",
            "共同体のすべてについて種別がその他",
            "for every one of consortium: kind is その他",
        ),
        ("(資本金 > 3円) = みなし大企業", "「資本金が3円超」がみなし大企業", "(capital is more than 3 yen) is deemed large firm"),
    ] {
        let expr = ok(text);
        assert_eq!((expr.sentence(&names, Lang::Ja).as_str(), expr.sentence(&names, Lang::En).as_str()), (ja, en), "{text}");
    }
}
