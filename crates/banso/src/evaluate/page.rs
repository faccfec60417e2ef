//! An answer for people at a terminal: lines, tables whose columns stand under each other in Japanese too, warnings.

use std::fmt::Write as _;

use banso_evaluation::Warning;
use banso_kernel::Lang;
use unicode_width::UnicodeWidthStr as _;

/// A text in both languages.
type Words = (String, String);

#[derive(Debug)]
enum Part {
    Line(Words, String),
    Text(Words),
    Table { heads: Vec<Words>, rows: Vec<Vec<String>> },
    Warning(Warning),
}

/// An answer for people, put together part by part.
#[derive(Debug)]
pub(crate) struct Page {
    title: Words,
    parts: Vec<Part>,
}

fn words(ja: &str, en: &str) -> Words {
    (ja.to_owned(), en.to_owned())
}

fn pick((ja, en): &Words, lang: Lang) -> &str {
    lang.pick(ja, en)
}

impl Page {
    /// A page with its title.
    pub(crate) fn new(ja: &str, en: &str) -> Self {
        Self { title: words(ja, en), parts: Vec::new() }
    }

    /// A value behind its label.
    pub(crate) fn line(mut self, ja: &str, en: &str, value: impl ToString) -> Self {
        self.parts.push(Part::Line(words(ja, en), value.to_string()));
        self
    }

    /// A sentence.
    pub(crate) fn text(mut self, ja: &str, en: &str) -> Self {
        self.parts.push(Part::Text(words(ja, en)));
        self
    }

    /// A table: the first column is of words, the others of numbers.
    pub(crate) fn table(mut self, heads: &[(&str, &str)], rows: Vec<Vec<String>>) -> Self {
        self.parts.push(Part::Table { heads: heads.iter().map(|(ja, en)| words(ja, en)).collect(), rows });
        self
    }

    /// What makes the numbers doubtful.
    pub(crate) fn warnings(mut self, warnings: &[Warning]) -> Self {
        self.parts.extend(warnings.iter().cloned().map(Part::Warning));
        self
    }

    /// The page as text.
    pub(crate) fn render(&self, lang: Lang) -> String {
        let title = pick(&self.title, lang);
        let mut out = format!("{title}\n{}", "=".repeat(title.width()));
        let wide = self.parts.iter().filter_map(|p| if let Part::Line(label, _) = p { Some(pick(label, lang).width()) } else { None });
        let wide = wide.max().unwrap_or(0);
        for part in &self.parts {
            let _written = match part {
                Part::Line(label, value) => {
                    let label = pick(label, lang);
                    write!(out, "\n{label}{}  {value}", " ".repeat(wide - label.width().min(wide)))
                }
                Part::Text(text) => write!(out, "\n{}", pick(text, lang)),
                Part::Table { heads, rows } => {
                    let heads: Vec<&str> = heads.iter().map(|head| pick(head, lang)).collect();
                    write!(out, "\n\n{}\n", table(&heads, rows))
                }
                Part::Warning(warning) => write!(out, "\n{}", told(warning, lang)),
            };
        }
        out
    }
}

fn told(warning: &Warning, lang: Lang) -> String {
    let kind = if warning.blocks {
        lang.pick("警告（見出しは保留）", "WARNING (headline held back)")
    } else {
        lang.pick("注意", "note")
    };
    format!("{kind} [{}] {}", warning.code, lang.pick(&warning.ja, &warning.en))
}

fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |row: &[String], place: usize| row.get(place).map_or(0, |text| text.width());
    let widths: Vec<usize> =
        heads.iter().enumerate().map(|(i, head)| rows.iter().map(|row| cell(row, i)).max().unwrap_or(0).max(head.width())).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.into_iter().zip(&widths).enumerate().map(|(i, (text, wide))| {
            let gap = " ".repeat(wide - text.width().min(*wide));
            if i == 0 { format!("{text}{gap}") } else { format!("{gap}{text}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule: Vec<String> = widths.iter().map(|wide| "-".repeat(*wide)).collect();
    let mut lines = vec![line(heads.to_vec()), line(rule.iter().map(String::as_str).collect())];
    lines.extend(rows.iter().map(|row| line(row.iter().map(String::as_str).collect())));
    lines.join("\n")
}

/// A number for people: seven significant digits, exponents only where they are needed.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "—".to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e9).contains(&size) {
        return format!("{value:.4e}");
    }
    let whole = [1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0].iter().position(|power| size >= *power).map_or(0, |at| 9 - at);
    format!("{value:.*}", 7_usize.saturating_sub(whole).min(6))
}

/// A p-value for people.
pub(crate) fn chance(p: f64) -> String {
    if p < 0.0001 {
        "<0.0001".to_owned()
    } else if p.is_finite() {
        format!("{p:.4}")
    } else {
        "—".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let page = Page::new("最小二乗", "Least squares")
            .line("行数", "rows", 3)
            .table(
                &[("係数", "coefficient"), ("値", "value")],
                vec![vec!["補助金".into(), number(-0.252_314_87)], vec!["x".into(), number(12.0)]],
            )
            .warnings(&[Warning::blocking("few-clusters", "少ない。", "few")]);
        assert_eq!(
            page.render(Lang::Ja),
            "最小二乗\n========\n行数  3\n\n係数           値\n------  ---------\n補助金  -0.252315\nx        12.00000\n\n警告（見出しは保留） [few-clusters] 少ない。"
        );
        assert!(page.render(Lang::En).starts_with("Least squares\n=============\nrows  3"));
    }

    #[test]
    fn numbers_for_people() {
        for (value, text) in [
            (0.0, "0.000000"),
            (1234.5, "1234.500"),
            (f64::NAN, "—"),
            (3e-7, "3.0000e-7"),
            (123_456_789.0, "123456789"),
            (-5e12, "-5.0000e12"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((chance(1e-9), chance(0.05)), ("<0.0001".to_owned(), "0.0500".to_owned()));
    }
}
