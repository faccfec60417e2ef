//! A table pasted from a spreadsheet (cells between tabs) or from a CSV file, as rows of cells. Quotation marks hold line ends together.

/// Most rows and most cells of a row that are read at all.
const ROWS_MAX: usize = 12_000;
const CELLS_MAX: usize = 200;

/// The rows of a pasted table. Tabs part the cells where there are any in the first line, commas otherwise.
pub(crate) fn rows_of(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{FEFF}');
    let first = text.lines().next().unwrap_or_default();
    let comma = if first.contains('\t') { '\t' } else { ',' };
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut row, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = text.chars().filter(|c| *c != '\r').peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
                if rows.len() >= ROWS_MAX {
                    return rows;
                }
            }
            c if c == comma && !quoted && row.len() < CELLS_MAX => row.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_as_they_are_pasted() {
        for (text, expect) in [
            ("甲\t乙\n1\t2", vec![vec!["甲", "乙"], vec!["1", "2"]]),
            ("甲,乙\r\n\"1,000\",2\r\n", vec![vec!["甲", "乙"], vec!["1,000", "2"]]),
            ("甲\t乙\n\"上\n下\"\t2", vec![vec!["甲", "乙"], vec!["上\n下", "2"]]),
            ("\u{FEFF}甲,乙\n\"\"\"引用\"\"\",", vec![vec!["甲", "乙"], vec!["\"引用\"", ""]]),
            ("甲\t1,000\n", vec![vec!["甲", "1,000"]]),
            ("", vec![]),
        ] {
            assert_eq!(rows_of(text), expect, "{text:?}");
        }
    }
}
