//! A list as an Excel workbook: real dates in 和暦, yen with △, codes as text, ready to filter and to print on A4.

use banso_kernel::{Day, Exact, Instant, Yen, group_thousands};
use num_traits::ToPrimitive;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use crate::sheet::{Cell, Column, Kind, Sheet, SheetError, looks_like_formula};

impl From<XlsxError> for SheetError {
    fn from(e: XlsxError) -> Self {
        SheetError::Writing(e.to_string())
    }
}

/// Excel keeps numbers as binary fractions: above this, digits would be lost, so the number is written as text.
const EXACT_LIMIT: i64 = 9_007_199_254_740_992;
/// Excel's calendar begins here; an earlier day is written as text.
const FIRST_YEAR: i16 = 1900;
const FONT: &str = "游ゴシック";
const DEMO: &str = "合成データ（デモ）/ SYNTHETIC DEMO DATA";

/// The list as an .xlsx file. The same list gives the same bytes.
///
/// # Errors
/// A cell in the wrong place, or too much for a workbook.
pub fn to_xlsx(sheet: &Sheet) -> Result<Vec<u8>, SheetError> {
    sheet.check()?;
    let mut book = Workbook::new();
    let properties = DocProperties::new().set_title(&sheet.title).set_author("Banso").set_creation_datetime(&made(sheet.made_at)?);
    book.set_properties(&properties);
    fill(book.add_worksheet(), sheet)?;
    about(book.add_worksheet(), sheet)?;
    Ok(book.save_to_buffer()?)
}

fn made(at: Instant) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::parse_from_str(&at.to_string().replace(' ', "T"))
}

fn fill(page: &mut Worksheet, sheet: &Sheet) -> Result<(), SheetError> {
    page.set_name(tab_name(&sheet.title))?;
    let head = base().set_bold().set_background_color(Color::RGB(0xE8_F1FE)).set_border_bottom(FormatBorder::Medium).set_text_wrap();
    for (column, at) in sheet.columns.iter().zip(0_u16..) {
        page.write_string_with_format(0, at, &column.header, &head)?;
        page.set_column_width(at, width(column))?;
    }
    for (row, y) in sheet.rows.iter().zip(1_u32..) {
        for ((cell, column), x) in row.iter().zip(&sheet.columns).zip(0_u16..) {
            write(page, y, x, cell, column.kind)?;
        }
    }
    let last_row = u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX);
    let last_column = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    page.autofilter(0, 0, last_row, last_column)?;
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_paper_size(9); // A4
    page.set_landscape();
    page.set_print_fit_to_pages(1, 0);
    let demo = if sheet.synthetic { format!("&R{DEMO}") } else { String::new() };
    page.set_header(format!("&L{}{demo}", header_words(&sheet.title)));
    page.set_footer("&R&P / &N");
    Ok(())
}

/// A second page that says what the first one is.
fn about(page: &mut Worksheet, sheet: &Sheet) -> Result<(), SheetError> {
    page.set_name("説明 About")?;
    page.set_column_width(0, 24)?;
    page.set_column_width(1, 60)?;
    let label = base().set_bold();
    let demo = if sheet.synthetic { DEMO } else { "－" };
    let count = format!("{}件", group_thousands(sheet.rows.len() as i128));
    let at = sheet.made_at.to_string();
    let lines =
        [("表題 / Title", sheet.title.as_str()), ("出力日時 / Taken out (JST)", &at), ("件数 / Rows", &count), ("注意 / Notice", demo)];
    for ((name, value), y) in lines.into_iter().zip(0_u32..) {
        page.write_string_with_format(y, 0, name, &label)?;
        page.write_string_with_format(y, 1, value, &base())?;
    }
    Ok(())
}

fn base() -> Format {
    Format::new().set_font_name(FONT).set_font_size(10).set_align(FormatAlign::Top)
}

/// How a column of a kind is shown.
fn format(kind: Kind) -> Format {
    match kind {
        // 49 is the built-in `@`.
        Kind::Code => base().set_num_format_index(49),
        Kind::Text => base().set_text_wrap(),
        Kind::Yen => base().set_num_format("#,##0;△#,##0"),
        Kind::Day => base().set_num_format("[$-ja-JP-x-gannen]ggge\"年\"m\"月\"d\"日\";@"),
        Kind::Instant => base().set_num_format("[$-ja-JP-x-gannen]ggge\"年\"m\"月\"d\"日\" h:mm:ss;@"),
        Kind::Number => base().set_num_format("#,##0"),
        Kind::Score => base().set_num_format("0.00"),
    }
}

fn width(column: &Column) -> u32 {
    let least = match column.kind {
        Kind::Code => 16,
        Kind::Text => 28,
        Kind::Yen => 16,
        Kind::Day => 17,
        Kind::Instant => 26,
        Kind::Number | Kind::Score => 9,
    };
    let header = column.header.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>() + 4;
    least.max(header.min(40))
}

fn write(page: &mut Worksheet, row: u32, column: u16, cell: &Cell, kind: Kind) -> Result<(), XlsxError> {
    let look = format(kind);
    match cell {
        Cell::Empty => page.write_blank(row, column, &look)?,
        // A text stays a text: never a formula, not even when somebody edits the cell.
        Cell::Text(t) if looks_like_formula(t) => page.write_string_with_format(row, column, t, &look.set_quote_prefix())?,
        Cell::Text(t) => page.write_string_with_format(row, column, t, &look)?,
        Cell::Yen(y) => whole(page, row, column, y.get(), &look, || Yen::to_string(y))?,
        Cell::Number(n) => whole(page, row, column, *n, &look, || group_thousands(i128::from(*n)))?,
        Cell::Day(d) => day(page, row, column, *d, &look)?,
        Cell::Instant(t) => page.write_datetime_with_format(row, column, &made(*t)?, &look)?,
        Cell::Score(s) => score(page, row, column, *s, &look)?,
    };
    Ok(())
}

fn whole<'a>(
    page: &'a mut Worksheet,
    row: u32,
    column: u16,
    n: i64,
    look: &Format,
    words: impl Fn() -> String,
) -> Result<&'a mut Worksheet, XlsxError> {
    if n.unsigned_abs() > EXACT_LIMIT.unsigned_abs() {
        return page.write_string_with_format(row, column, words(), look);
    }
    page.write_number_with_format(row, column, n as f64, look)
}

fn day<'a>(page: &'a mut Worksheet, row: u32, column: u16, d: Day, look: &Format) -> Result<&'a mut Worksheet, XlsxError> {
    if d.year() < FIRST_YEAR {
        return page.write_string_with_format(row, column, d.wareki(), look);
    }
    page.write_datetime_with_format(row, column, ExcelDateTime::parse_from_str(&d.to_string())?, look)
}

fn score<'a>(page: &'a mut Worksheet, row: u32, column: u16, s: Exact, look: &Format) -> Result<&'a mut Worksheet, XlsxError> {
    // Points are shown, not reckoned with: a binary fraction is good enough here.
    match (s.numer().to_f64(), s.denom().to_f64()) {
        (Some(n), Some(d)) if (n / d).is_finite() => page.write_number_with_format(row, column, n / d, look),
        (Some(_) | None, Some(_) | None) => page.write_string_with_format(row, column, s.to_string(), look),
    }
}

/// Excel allows 31 characters in the name of a tab, and not these.
fn tab_name(title: &str) -> String {
    let clean: String = title
        .chars()
        .map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control() { ' ' } else { c })
        .collect();
    let mut name = String::new();
    for c in clean.trim().chars() {
        if name.encode_utf16().count() + c.len_utf16() > 31 {
            break;
        }
        name.push(c);
    }
    if name.is_empty() { "一覧".to_owned() } else { name }
}

/// `&` has a meaning in page headers, which hold 255 characters.
fn header_words(title: &str) -> String {
    title.chars().filter(|c| !c.is_control()).take(80).collect::<String>().replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn sample(synthetic: bool) -> Sheet {
        let column = Column::new;
        Sheet {
            title: "申請一覧：令和7年度/第1回".into(),
            columns: vec![
                column("法人番号", Kind::Code),
                column("計画名", Kind::Text),
                column("申請額", Kind::Yen),
                column("交付決定日", Kind::Day),
                column("受付日時", Kind::Instant),
                column("件数", Kind::Number),
                column("得点", Kind::Score),
            ],
            rows: vec![
                vec![
                    Cell::Text("0700110005901".into()),
                    Cell::Text("=cmd|'/c calc'!A1".into()),
                    Cell::Yen(Yen::new(-90_000_000)),
                    Cell::Day(Day::new(2019, 5, 1).unwrap()),
                    Cell::Instant(at("2025-06-20T16:59:58+09:00")),
                    Cell::Number(3),
                    Cell::Score(Exact::new(253, 3)),
                ],
                vec![
                    Cell::Empty,
                    Cell::Text("髙﨑𠮷 <b>&".into()),
                    Cell::Yen(Yen::new(i64::MAX)),
                    Cell::Day(Day::new(1873, 1, 1).unwrap()),
                    Cell::Empty,
                    Cell::Empty,
                    Cell::Empty,
                ],
            ],
            made_at: at("2025-10-01T09:30:00+09:00"),
            synthetic,
        }
    }

    fn part(xlsx: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(xlsx)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_workbook_holds_what_it_was_given() {
        let xlsx = to_xlsx(&sample(true)).unwrap();
        for (name, pieces) in [
            (
                "xl/worksheets/sheet1.xml",
                &[
                    "<v>-90000000</v>",
                    "<v>43586</v>",         // 2019-05-01
                    "<v>84.33333333333333", // 253/3
                    "autoFilter",
                    "state=\"frozen\"",
                    "orientation=\"landscape\"",
                    "paperSize=\"9\"",
                    "SYNTHETIC DEMO DATA",
                ][..],
            ),
            ("xl/styles.xml", &["△#,##0", "[$-ja-JP-x-gannen]ggge", "quotePrefix=\"1\"", "numFmtId=\"49\""]),
            (
                "xl/sharedStrings.xml",
                &["0700110005901", "=cmd|'/c calc'!A1", "髙﨑𠮷 &lt;b&gt;&amp;", "9,223,372,036,854,775,807円", "明治6年1月1日"],
            ),
            ("xl/workbook.xml", &["申請一覧：令和7年度 第1回", "Print_Titles", "説明 About"]),
        ] {
            let xml = part(&xlsx, name);
            for piece in pieces {
                assert!(xml.contains(piece), "{name} should hold {piece}: {xml}");
            }
            assert!(!xml.contains("<f>"), "{name} holds a formula");
        }
    }

    #[test]
    fn the_same_list_gives_the_same_bytes_and_only_a_demonstration_says_so() {
        assert!(to_xlsx(&sample(false)).unwrap() == to_xlsx(&sample(false)).unwrap());
        let real = to_xlsx(&sample(false)).unwrap();
        assert!(
            !part(&real, "xl/worksheets/sheet1.xml").contains("SYNTHETIC") && !part(&real, "xl/sharedStrings.xml").contains("SYNTHETIC")
        );
    }

    #[test]
    fn names_of_tabs() {
        for (title, tab) in [("a/b:c", "a b c"), ("", "一覧"), ("'", "一覧")] {
            assert_eq!(tab_name(title), tab);
        }
        assert_eq!(tab_name(&"長".repeat(40)).chars().count(), 31);
        assert_eq!(tab_name(&"𠮷".repeat(40)).chars().count(), 15);
    }
}
