//! Documents to attach: one page of PDF each, small and valid, that says what it stands for and that it is made up.

use std::fmt::Write as _;

/// A page with these lines, the first one larger. Its letters are those of the reader's own Japanese font.
pub(crate) fn pdf(lines: &[String]) -> Vec<u8> {
    let mut text = String::from("BT\n");
    for (i, line) in lines.iter().enumerate() {
        let (size, y) = if i == 0 { (18, 770) } else { (11, 730 - 20 * i) };
        let hex: String = line.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
        let _written = writeln!(text, "/F1 {size} Tf 1 0 0 1 56 {y} Tm <{hex}> Tj");
    }
    text.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiKakuGo-W5 /Encoding /UniJIS-UTF16-H /DescendantFonts [6 0 R] >>".to_owned(),
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiKakuGo-W5 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) \
         /Supplement 5 >> /FontDescriptor 7 0 R >>"
            .to_owned(),
        "<< /Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 /FontBBox [-92 -250 1010 922] /ItalicAngle 0 /Ascent 752 \
         /Descent -221 /CapHeight 737 /StemV 114 >>"
            .to_owned(),
    ];
    let mut file = String::from("%PDF-1.5\n");
    let mut places = Vec::with_capacity(objects.len());
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        let _written = write!(file, "{number} 0 obj\n{object}\nendobj\n");
    }
    let table = file.len();
    let _written = write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        let _written = writeln!(file, "{place:010} 00000 n ");
    }
    let _written = write!(file, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1);
    file.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_stands_where_the_table_says() {
        let file = String::from_utf8(pdf(&["研究開発計画書".to_owned(), "合成データ / Synthetic".to_owned()])).unwrap();
        let table: usize = file.rsplit_once("startxref\n").unwrap().1.lines().next().unwrap().parse().unwrap();
        assert!(file[table..].starts_with("xref\n0 8\n"));
        for (number, line) in (1..).zip(file[table..].lines().skip(3).take(7)) {
            let place: usize = line.split(' ').next().unwrap().parse().unwrap();
            assert!(file[place..].starts_with(&format!("{number} 0 obj\n")), "{line}");
        }
        let stream = file.split_once("stream\n").unwrap().1.split_once("\nendstream").unwrap().0;
        assert!(file.contains(&format!("/Length {} ", stream.len())));
    }
}
