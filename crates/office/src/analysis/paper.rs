//! A report as the values of its paper: every sentence, number and table in one language, ready to be set.

use banso_evaluation::Refusal;
use banso_evaluation::study::{Kept, KeptFinding, Measure, Sentence, Standing, Verdict, number};
use banso_kernel::Lang;
use banso_letters::{Letter, StudyFigure, StudyReport, StudyTable};

use super::read::ReportPage;

/// The letter of a report.
pub(crate) fn paper(page: &ReportPage, lang: Lang, synthetic: bool) -> Result<Letter, Refusal> {
    let (report, study) = (&page.report, &page.study);
    let w = Words { lang };
    let declaration = &report.declaration;
    let design = declaration.design.name();
    let year = declaration.horizon.map(|h| w.pick(&format!("決定から{h}年後"), &format!("{h} years after the decision")));
    let facts = [
        (w.t("公募", "Call"), format!("{}　{}", study.programme.get(lang), study.name.get(lang))),
        (w.t("比べ方", "Design"), w.pick(design.0, design.1)),
        (w.t("成果を見る時点", "Horizon"), year.unwrap_or_default()),
        (w.t("宣言", "Declared"), declared(page, &w)),
        (w.t("データの基準日", "Known on"), w.pick(&page.run.known_on.wareki(), &page.run.known_on.to_string())),
        (w.t("データの件数", "Rows"), w.pick(&format!("{}件", page.run.rows), &page.run.rows.to_string())),
    ];
    let mut figures = Vec::with_capacity(report.figures.len());
    for figure in &report.figures {
        let caption = w.pick(&figure.ja, &figure.en);
        figures.push(StudyFigure { name: figure.name.clone(), caption, svg: figure.svg(lang == Lang::En)? });
    }
    Ok(Letter::StudyReport(Box::new(StudyReport {
        lang,
        number: format!("{} {}", study.call, study.study.short()),
        title: declaration.title.clone(),
        question: declaration.question.clone(),
        exploratory: report.standing == Standing::Exploratory,
        held: report.is_held(),
        made_at: page.run.recorded_at,
        facts: facts.to_vec(),
        summary: headline(report).iter().map(|s| w.of(s)).collect(),
        numbers: numbers(&report.findings, &w),
        groups: (!report.groups.is_empty()).then(|| numbers(&report.groups, &w)),
        targets: (!report.targets.is_empty()).then(|| targets(report, &w)),
        cost: cost(report, lang),
        checks: checks(report, &w),
        assumptions: report.assumptions.iter().map(|s| w.of(s)).collect(),
        notes: report.notices().iter().map(|n| w.pick(&n.ja, &n.en)).collect(),
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
    let unit = if finding.measure == Measure::PerWorker { lang.pick("／人", " per worker") } else { "" };
    let name = format!("{}（{}{unit}）", lang.pick(&name.ja, &name.en), finding.outcome.unit);
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
        format!("{} 〜 {}", number(e.interval[0]), number(e.interval[1])),
        format!("{:.3}", e.p_adjusted),
        format!("{}・{}", finding.firms[0], finding.firms[1]),
        number(e.detectable),
    ]
}

pub(crate) fn heads(lang: Lang) -> Vec<String> {
    let pairs = [
        ("成果（単位）", "Outcome (unit)"),
        ("推定値", "Estimate"),
        ("95%区間", "95 % interval"),
        ("p値", "p"),
        ("企業数（対象・比較）", "Firms (treated, compared)"),
        ("検出できる効果", "Detectable effect"),
    ];
    pairs.iter().map(|(ja, en)| lang.pick(ja, en).to_owned()).collect()
}

fn numbers(findings: &[KeptFinding], w: &Words) -> StudyTable {
    StudyTable { heads: heads(w.lang), rows: findings.iter().map(|f| row(f, w.lang)).collect() }
}

fn targets(report: &Kept, w: &Words) -> StudyTable {
    let hidden = w.t("非表示", "not shown");
    let row = |t: &banso_evaluation::study::Reached| {
        let share = t.share.map_or_else(|| hidden.clone(), |s| format!("{:.0}%", s * 100.0));
        let firms = if t.share.is_some() { t.firms.to_string() } else { "—".to_owned() };
        vec![w.pick(&t.ja, &t.en), firms, share]
    };
    StudyTable {
        heads: vec![
            w.t("事業の目標（1社ごとの値で判定）", "Target (by each firm's own figure)"),
            w.t("企業数", "Firms"),
            w.t("達成した割合", "Reached by"),
        ],
        rows: report.targets.iter().map(row).collect(),
    }
}

pub(crate) fn cost(report: &Kept, lang: Lang) -> Option<String> {
    let w = Words { lang };
    let cost = report.cost.as_ref()?;
    let unit = report.declaration.outcomes.first().map_or("", |o| o.unit.as_str());
    let paid = number(cost.cost);
    Some(match cost.interval {
        Some([low, high]) => w.pick(
            &format!(
                "交付額は1社あたり平均 {paid} {unit}、最初の成果 1 {unit}あたりの交付額は {}（95%区間 {}〜{}）{unit}です（{}社）。",
                number(cost.ratio),
                number(low),
                number(high),
                cost.firms
            ),
            &format!(
                "On average {paid} {unit} were paid to a firm; one {unit} of the first outcome cost {} {unit} (95 % interval {} to {}, {} firms).",
                number(cost.ratio),
                number(low),
                number(high),
                cost.firms
            ),
        ),
        None => w.pick(
            &format!("交付額は1社あたり平均 {paid} {unit}です（{}社）。効果が0と区別できないため、効果あたりの費用は示せません。", cost.firms),
            &format!("On average {paid} {unit} were paid to a firm ({} firms). The effect cannot be told from nought, so neither can its price.", cost.firms),
        ),
    })
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
