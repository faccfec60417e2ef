//! Looks at every control of `_controls.html` once, in both languages, with and without problems.

use askama::Template;
use banso_kernel::{Day, Instant, Lang, Yen};
use banso_office::FieldProblem;

use crate::context::PageContext;
use crate::testing::Shown;

#[derive(Template)]
#[template(path = "_specimen.html")]
struct Specimen {
    page: PageContext,
    value: String,
    options: Vec<(String, String)>,
    day: Day,
    yen: Yen,
}

fn shown(lang: Lang, problems: Vec<FieldProblem>) -> Shown {
    let mut page = PageContext::for_test(lang);
    page.problems = problems;
    page.saved_at = Some(Instant::parse("2025-06-01T17:03:00+09:00").unwrap());
    let options = vec![("a".to_owned(), "通常枠".to_owned()), ("<b>".to_owned(), "出資獲得枠 & <その他>".to_owned())];
    let specimen = Specimen { page, value: "<b>".to_owned(), options, day: Day::new(2025, 4, 1).unwrap(), yen: Yen::new(1_234_567) };
    Shown::of_page(specimen.render().unwrap())
}

#[test]
fn controls_hold_together_without_problems() {
    let page = shown(Lang::Ja, vec![]);
    page.holds_together().has("※必須").has("任意").has("17:03 に保存しました").has("3字 / 800字（残り797字）");
    page.has("令和7年4月1日（2025年）").has("1,234,567円").has(r#"value="&#60;b&#62;" checked"#).has("<title>見本 |");
    assert!(!page.body.contains("aria-invalid"));
    shown(Lang::En, vec![]).holds_together().has("1 April 2025").has("¥1,234,567").has("required").has("Saved at 17:03");
}

#[test]
fn every_control_shows_its_problem_and_the_summary_leads_to_it() {
    let fields = ["name", "cost", "day", "plan", "track", "kind", "agree"];
    let problems = fields.map(|f| FieldProblem::new(f, format!("{f} が違います。"), format!("{f} is wrong."))).to_vec();
    let page = shown(Lang::Ja, problems);
    page.holds_together().has("<title>エラー：見本");
    for field in fields {
        page.has(&format!("href=\"#{field}\"")).has(&format!("id=\"{field}-wrong\">＊{field} が違います。"));
    }
}
