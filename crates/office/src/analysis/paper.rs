//! A report as the values of its paper: every sentence, number and table in one language, ready to be set.

use banso_evaluation::Refusal;
use banso_evaluation::study::{Kept, KeptFinding, Measure, Method, PooledRounds, Sentence, Standing, Verdict, number, p_value};
use banso_kernel::Lang;
use banso_letters::{Letter, StudyFigure, StudyReport, StudyTable};

use super::read::ReportPage;

/// The letter of a report.
pub(crate) fn paper(page: &ReportPage, lang: Lang, synthetic: bool) -> Result<Letter, Refusal> {
    let (report, study) = (&page.report, &page.study);
    let w = Words { lang };
    let declaration = &report.declaration;
    let design = declaration.design.name();
    let years = |h: u32| if h == 1 { "1 year".to_owned() } else { format!("{h} years") };
    let year = declaration.horizon.map(|h| w.pick(&format!("決定から{h}年後"), &format!("{} after the decision", years(h))));
    let facts = [
        (w.t("公募", "Call"), format!("{}　{}", study.programme.get(lang), study.name.get(lang))),
        (w.t("比べ方", "Design"), w.pick(design.0, design.1)),
        (w.t("成果を見る時点", "Horizon"), year.unwrap_or_default()),
        (w.t("宣言", "Declared"), declared(page, &w)),
        (w.t("データの基準日", "Known on"), w.pick(&page.run.known_on.wareki(), &page.run.known_on.to_string())),
        (w.t("データの件数", "Rows of the panel"), w.pick(&format!("{}件", page.run.rows), &page.run.rows.to_string())),
    ];
    let mut figures = Vec::with_capacity(report.figures.len());
    for figure in &report.figures {
        let caption = w.pick(&figure.ja, &figure.en);
        figures.push(StudyFigure { name: figure.name.clone(), caption, svg: figure.svg(lang == Lang::En)? });
    }
    Ok(Letter::StudyReport(Box::new(StudyReport {
        lang,
        number: format!("{} {}", study.call, study.study.short()),
        title: w.of(&declaration.titles()),
        question: w.of(&declaration.questions()),
        exploratory: report.standing == Standing::Exploratory,
        held: report.is_held(),
        made_at: page.run.recorded_at,
        facts: facts.to_vec(),
        summary: headline(report).iter().map(|s| w.of(s)).collect(),
        numbers: numbers(declaration.design.method, &report.findings, &w),
        groups: (!report.groups.is_empty()).then(|| numbers(declaration.design.method, &report.groups, &w)),
        rounds: report.pooled.iter().map(|p| rounds(p, &w)).collect(),
        manner: report.manner.iter().map(|s| w.of(s)).collect(),
        targets: (!report.targets.is_empty()).then(|| targets(report, &w)),
        cost: cost(report, lang),
        checks: checks(report, &w),
        assumptions: report.assumptions.iter().map(|s| w.of(s)).collect(),
        notes: report.notices().iter().map(|n| w.of(n)).collect(),
        figures,
        proof: vec![
            (w.t("宣言のハッシュ", "Declaration"), study.study.to_string()),
            (w.t("データのハッシュ", "Panel"), page.run.panel.to_string()),
            (w.t("報告のハッシュ", "Report"), page.run.report.to_string()),
            (w.t("計算プログラム", "Program"), format!("Banso {}", page.run.engine)),
        ],
        synthetic,
    })))
}

struct Words {
    lang: Lang,
}

impl Words {
    fn t(&self, ja: &str, en: &str) -> String {
        self.lang.pick(ja, en).to_owned()
    }

    fn pick(&self, ja: &str, en: &str) -> String {
        self.lang.pick(ja, en).to_owned()
    }

    fn of(&self, sentence: &Sentence) -> String {
        self.pick(&sentence.ja, &sentence.en)
    }
}

fn declared(page: &ReportPage, w: &Words) -> String {
    let study = &page.study;
    let day = w.pick(&study.declared_on.wareki(), &study.declared_on.to_string());
    if study.beforehand {
        w.pick(&format!("{day}（成果が分かる前）"), &format!("{day}, before any outcome was known"))
    } else {
        let known = study.outcomes_known;
        w.pick(&format!("{day}（{known}社の成果が分かった後）"), &format!("{day}, after the outcome of {known} firms was known"))
    }
}

/// What was found for everybody; groups stand in their own table.
pub(crate) fn headline(report: &Kept) -> &[Sentence] {
    report.summary.get(..report.findings.len()).unwrap_or(&report.summary)
}

/// Estimate, interval, p, firms and what could be detected; what is held back or hidden says so and shows no number.
pub(crate) fn row(finding: &KeptFinding, lang: Lang) -> Vec<String> {
    let name = finding.name();
    let english = lang == Lang::En;
    let unit = finding.outcome.unit_in(english);
    let per = if finding.measure == Measure::PerWorker { lang.pick("／人", " per worker") } else { "" };
    let name = lang.pick(&format!("{}（{unit}{per}）", name.ja), &format!("{} ({unit}{per})", name.en)).to_owned();
    let Some(e) = finding.effect.as_ref().filter(|_| finding.held.is_empty() && finding.refused.is_none()) else {
        let why = if !finding.held.is_empty() {
            lang.pick("保留", "held back")
        } else if finding.refused.is_some() {
            lang.pick("推定不能", "no estimate")
        } else {
            lang.pick("非表示", "not shown")
        };
        let dash = "—".to_owned();
        return vec![name, why.to_owned(), dash.clone(), dash.clone(), dash.clone(), dash];
    };
    vec![
        name,
        number(e.estimate),
        interval(e.interval, lang),
        p_value(e.p_adjusted),
        format!("{}{}{}", finding.firms[0], lang.pick("・", ", "), finding.firms[1]),
        number(e.detectable),
    ]
}

fn interval(ends: [f64; 2], lang: Lang) -> String {
    let [low, high] = ends.map(number);
    format!("{low}{}{high}", lang.pick(" 〜 ", " to "))
}

pub(crate) fn heads(method: Method, lang: Lang) -> Vec<String> {
    let firms = match method {
        Method::Discontinuity => ("企業数（カットオフの上・下）", "Firms (above, below the cut-off)"),
        Method::Difference | Method::Balancing => ("企業数（交付・比較）", "Firms (granted, compared)"),
    };
    let pairs = [
        ("成果（単位）", "Outcome (unit)"),
        ("推定値", "Estimate"),
        ("95%区間", "95% interval"),
        ("p値", "p"),
        firms,
        ("検出できる効果", "Detectable effect"),
    ];
    pairs.iter().map(|(ja, en)| lang.pick(ja, en).to_owned()).collect()
}

fn numbers(method: Method, findings: &[KeptFinding], w: &Words) -> StudyTable {
    StudyTable { heads: heads(method, w.lang), rows: findings.iter().map(|f| row(f, w.lang)).collect() }
}

/// Rounds one by one, and what they say together.
fn rounds(pooled: &PooledRounds, w: &Words) -> (StudyTable, String) {
    (rounds_table(pooled, w.lang), w.of(&pooled.says()))
}

pub(crate) fn rounds_table(pooled: &PooledRounds, lang: Lang) -> StudyTable {
    let w = Words { lang };
    let row = |round: &banso_evaluation::study::RoundEffect| {
        let dash = "—".to_owned();
        let firms = format!("{}{}{}", round.firms[0], lang.pick("・", ", "), round.firms[1]);
        match &round.effect {
            Some(e) => vec![round.name.clone(), number(e.estimate), interval(e.interval, lang), firms],
            None if round.firms == [0, 0] => vec![round.name.clone(), w.t("非表示", "not shown"), dash.clone(), dash],
            None => vec![round.name.clone(), w.t("保留", "held back"), dash, firms],
        }
    };
    StudyTable {
        heads: vec![
            w.t("公募回", "Round"),
            w.t("推定値", "Estimate"),
            w.t("95%区間", "95% interval"),
            w.t("企業数（カットオフの上・下）", "Firms (above, below the cut-off)"),
        ],
        rows: pooled.rounds.iter().map(row).collect(),
    }
}

fn targets(report: &Kept, w: &Words) -> StudyTable {
    let (heads, rows) = targets_table(report, w.lang);
    StudyTable { heads, rows }
}

/// What was reached of the programme's targets, and what firms expect, which is no result.
pub(crate) fn targets_table(report: &Kept, lang: Lang) -> (Vec<String>, Vec<Vec<String>>) {
    let w = Words { lang };
    let row = |t: &banso_evaluation::study::Reached| {
        let [firms, share] = t.says(lang == Lang::En);
        vec![w.pick(&t.ja, &t.en), firms, share, t.expects(lang == Lang::En)]
    };
    let heads = vec![
        w.t("事業の目標（1社ごとの値で判定）", "Target (by each firm's own figure)"),
        w.t("実績の分かる企業数", "Firms with a figure"),
        w.t("達成した割合（実績）", "Reached by"),
        w.t("達成する見込みの割合（企業の申告）", "Expected (the firms' own word)"),
    ];
    (heads, report.targets.iter().map(row).collect())
}

pub(crate) fn cost(report: &Kept, lang: Lang) -> Option<String> {
    report.cost_says.as_ref().map(|says| Words { lang }.of(says))
}

fn checks(report: &Kept, w: &Words) -> StudyTable {
    let row = |c: &banso_evaluation::study::KeptCheck| {
        let (ja, en) = c.verdict.words();
        let mark = match c.verdict {
            Verdict::Holds => "○",
            Verdict::Doubtful => "▲",
            Verdict::Untested => "―",
        };
        vec![w.of(&c.assumed), format!("{mark} {}", w.pick(ja, en)), w.of(&c.seen)]
    };
    StudyTable {
        heads: vec![w.t("前提", "Assumption"), w.t("判断", "Judgement"), w.t("見た結果", "What was seen")],
        rows: report.checks.iter().map(row).collect(),
    }
}
