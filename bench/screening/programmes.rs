//! The texts that are screened: ten conditions for all engines, and programmes whose thresholds are all their own.

const TEMPLATE: &str = include_str!("programme.md");

/// Items that the conditions ask about.
pub(crate) const ITEMS: [&str; 11] = [
    "都道府県",
    "業種",
    "資本金",
    "従業員数",
    "課税所得平均",
    "設立日",
    "大企業単独持分",
    "大企業合計持分",
    "大企業兼務役員割合",
    "みなし大企業の全株保有",
    "みなし大企業の全役員兼務",
];

fn text(number: usize, conditions: &[String]) -> String {
    let clause = |(i, c): (usize, &String)| {
        format!("### 1-{} 要件{}\n\n```要件\n{c}\n不適のとき: 基準を満たす必要があります。\n```\n\n", i + 1, i + 1)
    };
    let clauses: String = conditions.iter().enumerate().map(clause).collect();
    TEMPLATE.replace("@NUMBER@", &number.to_string()).replace("@CLAUSES@", &clauses)
}

/// A guideline of a hundred clauses.
pub(crate) fn hundred() -> String {
    let condition = |n: usize| match n % 4 {
        0 => format!("中小企業者である かつ 従業員数 >= {n}人"),
        1 => format!("資本金 <= {}万円 または 従業員数 in [{n}人..{}人]", 300 + n, 100 + n),
        2 => format!("if 業種 = 小売業 then 従業員数 <= {}人 else 資本金 * 2 / 3 <= {}万円", 40 + n, 2_000 + n),
        _ => format!("都道府県 in (福井県, 石川県) または 課税所得平均 <= {}万円", 1_000 + n),
    };
    text(0, &(0..100).map(condition).collect::<Vec<_>>())
}

/// The ten conditions of `peers.py` and `cel/`.
pub(crate) fn ten() -> String {
    let conditions = [
        "中小企業者である",
        "みなし大企業",
        "従業員数 <= (if 業種 in (卸売業, サービス業, 小売業) then 5人 else 20人)",
        "資本金 <= 3億円 かつ 従業員数 in [5人..300人]",
        "課税所得平均 <= 15億円 または 資本金 < 5000万円",
        "都道府県 in (福井県, 石川県, 富山県) かつ 業種 = 製造業その他",
        "設立日 <= @\"2020-04-01\" または 従業員数 >= 50人",
        "業種 != 小売業 かつ not(従業員数 > 100人 または 資本金 > 1億円)",
        "資本金 * 2 / 3 >= 課税所得平均",
        "最小(資本金, 1億円) + 最大(課税所得平均, 0円) <= 1億5000万円",
    ];
    text(0, &conditions.map(str::to_owned))
}

/// A programme of eight conditions with thresholds of its own.
pub(crate) fn programme(number: usize) -> String {
    let industries = ["製造業その他", "卸売業", "サービス業", "小売業", "旅館業"];
    let prefectures = ["北海道", "宮城県", "東京都", "愛知県", "大阪府", "福岡県", "沖縄県"];
    let pick = |list: &[&'static str], i: usize| list.get((number + i) % list.len()).copied().unwrap_or_default();
    let n = number + 1;
    let conditions = [
        format!("中小企業者である かつ not(みなし大企業) かつ 従業員数 >= {}人", n % 40),
        format!("資本金 <= {}万円 かつ 従業員数 in [{}人..{}人]", 300 + 97 * n, n % 17, 100 + n),
        format!("業種 in ({}, {}) または 従業員数 <= {}人", pick(&industries, 0), pick(&industries, 1), 20 + n),
        format!("課税所得平均 <= {}万円 または 資本金 < {}万円", 1_000 + 331 * n, 500 + 13 * n),
        format!("設立日 <= @\"{}-0{}-01\" または 従業員数 >= {}人", 1960 + n % 60, 1 + n % 9, 30 + n),
        format!("if 業種 = {} then 従業員数 <= {}人 else 資本金 <= {}万円", pick(&industries, 2), 40 + n, 2_000 + 29 * n),
        format!("都道府県 in ({}, {}) または 資本金 > {}万円", pick(&prefectures, 0), pick(&prefectures, 3), 150 + 11 * n),
        format!("資本金 * 2 / 3 >= {}万円 または 最大(課税所得平均, 0円) <= {}万円", 200 + 7 * n, 5_000 + 17 * n),
    ];
    text(number, &conditions)
}
