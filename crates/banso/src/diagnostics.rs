//! Problems of a guideline as a good compiler shows them: the line, the caret under the letters, the remedy.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use banso_guideline::{Problem, Severity, Span};
use banso_kernel::Lang;

/// What the text goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// A screen that shows colours.
    Colour,
    Plain,
    /// A page: browsers draw frames and bars as wide as Japanese letters, so carets and ASCII it is.
    Page,
}

/// All problems of one text, in its order, ready to be printed.
pub(crate) fn render(path: &str, source: &str, problems: &[Problem], lang: Lang, ink: Ink) -> String {
    let renderer = match ink {
        Ink::Colour => Renderer::styled(),
        Ink::Plain | Ink::Page => Renderer::plain(),
    };
    let renderer = renderer.decor_style(match ink {
        Ink::Colour | Ink::Plain => DecorStyle::Unicode,
        Ink::Page => DecorStyle::Ascii,
    });
    let rendered: Vec<_> = problems.iter().map(|problem| renderer.render(&[group(path, source, problem, lang)])).collect();
    rendered.join("\n\n")
}

fn group<'a>(path: &'a str, source: &'a str, problem: &'a Problem, lang: Lang) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR.with_name(lang.pick("誤り", "error")),
        Severity::Warning => Level::WARNING.with_name(lang.pick("注意", "warning")),
    };
    let primary = AnnotationKind::Primary.span(first_line(source, problem.span));
    let related = problem.related.iter().map(|(span, text)| AnnotationKind::Context.span(first_line(source, *span)).label(text.get(lang)));
    let snippet = Snippet::source(source).path(path).annotation(primary).annotations(related);
    let group = level.primary_title(problem.message.get(lang)).id(problem.code.as_str()).element(snippet);
    match &problem.remedy {
        Some(remedy) => group.element(Level::HELP.with_name(lang.pick("直し方", "help")).message(remedy.get(lang))),
        None => group,
    }
}

/// Where to point: what goes over several lines is shown by its first.
fn first_line(source: &str, span: Span) -> std::ops::Range<usize> {
    let text = source.get(span.start..span.end).unwrap_or_default();
    let length = text.find('\n').unwrap_or(text.len());
    span.start..span.start + length
}

#[cfg(test)]
mod tests {
    use banso_guideline::{Code, Dictionary};

    use super::*;

    #[test]
    fn the_caret_stands_under_japanese_letters() {
        let source = "# 辞書\n\n| 項目 | 型 | 単位・選択肢 | 対象 | 変更可否 | 出所 | 説明 | English |\n|---|---|---|---|---|---|---|---|\n\
                      | 従業員数 | 数値 | 人 | 事業者 | 可 | 申告 | 数 | Employees |\n| 従業員数 | 数値 | 人 | 事業者 | 可 | 申告 | 数 | Staff |\n";
        let problems = Dictionary::parse(source).unwrap_err();
        assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [Code::DuplicateName]);
        let shown = render("facts/dictionary.md", source, &problems, Lang::Ja, Ink::Plain);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines[0], "誤り[duplicate-name]: 項目「従業員数」が二度書かれています。");
        assert!(lines[1].ends_with("facts/dictionary.md:6:3"), "{shown}");
        assert!(lines[4].ends_with("╴  ━━━━━━━━"), "{shown}");
        let page = render("facts/dictionary.md", source, &problems, Lang::Ja, Ink::Page);
        assert!(page.contains("^^^^^^^^") && !page.contains('━'), "{page}");
        let english = render("facts/dictionary.md", source, &problems, Lang::En, Ink::Plain);
        assert!(english.starts_with("error[duplicate-name]: "), "{english}");
    }
}
