//! Tables as offices send them, and tables that are broken.

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use banso_evaluation::{Column, Frame};
    use banso_tables::{Ask, ParquetTable, TableTrouble, read};
    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use proptest::prelude::*;
    use tempfile::TempDir;

    fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn csv(bytes: &[u8], ask: &Ask) -> Result<Frame, TableTrouble> {
        let (_folder, path) = file("t.csv", bytes);
        read(&path, ask)
    }

    fn numbers(frame: &Frame, name: &str) -> Vec<Option<f64>> {
        frame.numbers(name).unwrap().iter().map(|v| (!v.is_nan()).then_some(*v)).collect()
    }

    fn names(frame: &Frame, name: &str) -> Vec<String> {
        match frame.column(name).unwrap() {
            Column::Number(_) => panic!("{name} was read as numbers"),
            Column::Name { codes, levels } => {
                codes.iter().map(|c| if *c == Column::MISSING { String::new() } else { levels[*c as usize].clone() }).collect()
            }
        }
    }

    #[test]
    fn encodings_of_offices() {
        let text = "企業,売上高\r\n甲社,\"1,200\"\r\n乙社,△30\r\n";
        let (cp932, _, lossy) = encoding_rs::SHIFT_JIS.encode(text);
        assert!(!lossy);
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for bytes in [text.as_bytes(), &marked, &cp932] {
            let frame = csv(bytes, &Ask::everything()).unwrap();
            assert_eq!(names(&frame, "企業"), ["甲社", "乙社"]);
            assert_eq!(numbers(&frame, "売上高"), [Some(1200.0), Some(-30.0)]);
        }
        assert!(matches!(csv(b"\xFF\xFEa\0", &Ask::everything()), Err(TableTrouble::Utf16(_))));
    }

    #[test]
    fn a_letter_on_the_edge_of_the_buffer_is_whole() {
        let mut text = String::from("a,b\n");
        while text.len() < (1 << 20) + 100 {
            text.push_str("漢字,1\n");
        }
        for shift in 0..3 {
            let frame = csv(format!("{}{text}", " ".repeat(shift)).as_bytes(), &Ask::new().groups(["a"])).unwrap();
            assert!(names(&frame, "a").iter().all(|name| name == "漢字"));
        }
    }

    #[test]
    fn content_decides_unless_it_is_said() {
        let text = b"id,code,mixed,x\n1,01,7,NA\n2,02,b,2.5\n";
        let frame = csv(text, &Ask::everything()).unwrap();
        assert_eq!(numbers(&frame, "id"), [Some(1.0), Some(2.0)]);
        assert_eq!(numbers(&frame, "x"), [None, Some(2.5)]);
        assert_eq!(names(&frame, "code"), ["01", "02"]);
        assert_eq!(names(&frame, "mixed"), ["7", "b"]);
        assert_eq!(names(&csv(text, &Ask::new().names(["id"])).unwrap(), "id"), ["1", "2"]);
        assert_eq!(csv(text, &Ask::new().numbers(["x"])).unwrap().columns().count(), 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &[u8], ask: &Ask, pieces: &[&str]| {
            let said = csv(text, ask).map(|_| ()).unwrap_err().to_string();
            for piece in pieces {
                assert!(said.contains(piece), "{said} does not say `{piece}`");
            }
        };
        check(b"y,x\n1,2\n3,four\n5,six\n", &Ask::new().numbers(["y", "x"]), &["列「x」3行目「four」", "row 4: \"six\"", "直すか"]);
        check(b"y\ninf\n", &Ask::new().numbers(["y"]), &["not finite"]);
        check(b"y,x\n1\n", &Ask::everything(), &["2行目の項目が1個です（見出しは2個）"]);
        check(b"y,x\n1,2\n", &Ask::new().numbers(["z"]), &["列「z」がありません", "y, x"]);
        check(b"y,y\n1,2\n", &Ask::new().numbers(["y"]), &["列「y」が2つ"]);
        check(b"", &Ask::everything(), &["見出し"]);
        check(b"\xEF\xBB\xBFy\n\xFF\n", &Ask::everything(), &["文字として読めません"]);
        let many = format!("y\n{}", "bad\n".repeat(25));
        check(many.as_bytes(), &Ask::new().numbers(["y"]), &["11行目", "25 in all"]);
        assert!(!csv(many.as_bytes(), &Ask::new().numbers(["y"])).unwrap_err().to_string().contains("12行目"));
        let there = read(std::path::Path::new("no-such-table.csv"), &Ask::everything()).map(|_| ());
        assert!(matches!(there, Err(TableTrouble::Unreadable { .. })));
    }

    /// Two groups of rows; every second value of the optional columns is missing.
    fn parquet() -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.parquet");
        let schema = "message t { required double y; optional int64 id; optional int32 price (DECIMAL(9,2)); required boolean won; \
                  optional binary firm (UTF8); required int32 n (UINT_32); required fixed_len_byte_array(3) odd; optional int64 big; \
                  required int64 key (UINT_64); required fixed_len_byte_array(9) amount (DECIMAL(20,2)); required int64 at (TIMESTAMP_MICROS); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let out = std::fs::File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(out, schema, Arc::new(WriterProperties::builder().build())).unwrap();
        for _ in 0..2 {
            let mut group = writer.next_row_group().unwrap();
            let levels = [1, 0, 1];
            macro_rules! put {
                ($kind:ty, $values:expr, $levels:expr) => {{
                    let mut column = group.next_column().unwrap().unwrap();
                    column.typed::<$kind>().write_batch(&$values, $levels, None).unwrap();
                    column.close().unwrap();
                }};
            }
            put!(DoubleType, [0.1, 0.0, -2.0], None);
            put!(Int64Type, [1_234_567_890_123, 7], Some(&levels));
            put!(Int32Type, [12_345, -50], Some(&levels));
            put!(BoolType, [true, false, true], None);
            put!(ByteArrayType, [ByteArray::from("甲社"), ByteArray::from("12")], Some(&levels));
            put!(Int32Type, [-1, 0, 1], None);
            put!(
                parquet::data_type::FixedLenByteArrayType,
                [b"abc"; 3].map(|b| parquet::data_type::FixedLenByteArray::from(b.to_vec())),
                None
            );
            put!(Int64Type, [(1 << 53) + 1, 5], Some(&levels));
            put!(Int64Type, [(1 << 62) + 1, (1 << 62) + 2, -1], None);
            put!(
                parquet::data_type::FixedLenByteArrayType,
                [1_234_i128, -50, -12_345_678_901_234_567_890]
                    .map(|v| { parquet::data_type::FixedLenByteArray::from(v.to_be_bytes()[7..].to_vec()) }),
                None
            );
            put!(Int64Type, [0, 1, 2], None);
            group.close().unwrap();
        }
        writer.close().unwrap();
        (folder, path)
    }

    #[test]
    fn parquet_is_read_column_by_column() {
        let (_folder, path) = parquet();
        let ask = Ask::new().numbers(["y", "id", "price", "won", "n"]).groups(["firm"]);
        let frame = read(&path, &ask).unwrap();
        let twice = |values: [Option<f64>; 3]| [values, values].concat();
        assert_eq!(numbers(&frame, "y"), twice([Some(0.1), Some(0.0), Some(-2.0)]));
        assert_eq!(numbers(&frame, "id"), twice([Some(1_234_567_890_123.0), None, Some(7.0)]));
        assert_eq!(numbers(&frame, "price"), twice([Some(123.45), None, Some(-0.5)]));
        assert_eq!(numbers(&frame, "won"), twice([Some(1.0), Some(0.0), Some(1.0)]));
        assert_eq!(numbers(&frame, "n"), twice([Some(4_294_967_295.0), Some(0.0), Some(1.0)]));
        assert_eq!(names(&frame, "firm"), ["甲社", "", "12", "甲社", "", "12"]);
        assert_eq!(names(&read(&path, &Ask::new().names(["id"])).unwrap(), "id"), ["1234567890123", "", "7", "1234567890123", "", "7"]);
        let table = ParquetTable::open(&path).unwrap();
        assert_eq!(table.groups(), [3, 3]);
        assert_eq!(table.numbers(1, "won").unwrap(), [1.0, 0.0, 1.0]);
        // A column of another type takes nothing from the others, and is told where it is asked for.
        assert!(read(&path, &Ask::everything()).unwrap().columns().all(|(name, _)| name != "odd"));
        assert_eq!(table.unreadable().unwrap(), [("odd".to_owned(), "FIXED_LEN_BYTE_ARRAY".to_owned())]);
        let said = read(&path, &Ask::new().numbers(["odd"])).map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("FIXED_LEN_BYTE_ARRAY") && said.contains("保存し直す"), "{said}");
        let said = read(&path, &Ask::new().numbers(["firm"])).map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("列「firm」1行目「甲社」"), "{said}");
    }

    #[test]
    fn keys_beyond_exact_numbers_stay_apart() {
        let (_folder, path) = parquet();
        let frame = read(&path, &Ask::new().groups(["key", "big"])).unwrap();
        let three = ["4611686018427387905", "4611686018427387906", "18446744073709551615"];
        assert_eq!(names(&frame, "key"), [three, three].concat());
        assert_eq!(names(&frame, "big")[..3], ["9007199254740993", "", "5"]);
        let table = ParquetTable::open(&path).unwrap();
        assert_eq!(banso_evaluation::least_squares::Source::groups(&table, "key").unwrap().codes, [0, 1, 2, 0, 1, 2]);
        // As a number it is refused by row and column.
        let said = read(&path, &Ask::new().numbers(["big"])).map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("列「big」1行目「9007199254740993」") && said.contains("2^53"), "{said}");
    }

    #[test]
    fn decimals_and_instants_of_other_programs() {
        let (_folder, path) = parquet();
        let frame = read(&path, &Ask::new().numbers(["amount"])).unwrap();
        assert_eq!(numbers(&frame, "amount")[..3], [Some(12.34), Some(-0.5), Some(-123_456_789_012_345_678.9)]);
        let exact = names(&read(&path, &Ask::new().groups(["amount"])).unwrap(), "amount");
        assert_eq!(exact[..3], ["12.34", "-0.5", "-123456789012345678.9"]);
        let remarks = ParquetTable::open(&path).unwrap().remarks().unwrap();
        assert_eq!(remarks.len(), 1);
        assert!(remarks[0].column == "at" && remarks[0].ja.contains("マイクロ秒") && remarks[0].en.contains("since 1970-01-01"));
    }

    #[test]
    fn half_floats_are_numbers_and_what_is_no_number_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, doubles: &[f64]| {
            let path = folder.path().join(name);
            let schema = "message t { required double y; required fixed_len_byte_array(2) h (FLOAT16); }";
            let schema = Arc::new(parse_message_type(schema).unwrap());
            let out = std::fs::File::create(&path).unwrap();
            let mut writer = SerializedFileWriter::new(out, schema, Arc::new(WriterProperties::builder().build())).unwrap();
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<DoubleType>().write_batch(doubles, None, None).unwrap();
            column.close().unwrap();
            // 1, −2 and the least number above nought.
            let halves = [0x3C00_u16, 0xC000, 0x0001].map(|h| parquet::data_type::FixedLenByteArray::from(h.to_le_bytes().to_vec()));
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<parquet::data_type::FixedLenByteArrayType>().write_batch(&halves, None, None).unwrap();
            column.close().unwrap();
            group.close().unwrap();
            writer.close().unwrap();
            path
        };
        let fine = read(&write("fine.parquet", &[1.0, 2.0, 3.0]), &Ask::everything()).unwrap();
        assert_eq!(numbers(&fine, "h"), [Some(1.0), Some(-2.0), Some(2_f64.powi(-24))]);
        let said = read(&write("nan.parquet", &[1.0, f64::NAN, 3.0]), &Ask::new().numbers(["y"])).map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("列「y」2行目「NaN」"), "{said}");
        let said = csv(b"y\n1\nNaN\n\n", &Ask::new().numbers(["y"])).map(|_| ()).unwrap_err().to_string();
        assert!(said.contains("列「y」3行目「NaN」"), "{said}");
        assert_eq!(numbers(&csv(b"y,x\n1,1\n,2\n", &Ask::new().numbers(["y"])).unwrap(), "y"), [Some(1.0), None]);
    }

    #[test]
    fn a_file_that_is_called_parquet_is_parquet() {
        let (_folder, path) = file("t.parquet", b"y,x\n1,2\n");
        assert!(matches!(read(&path, &Ask::everything()), Err(TableTrouble::Parquet { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), parquet in any::<bool>()) {
            let bytes = if parquet { [b"PAR1".as_slice(), &bytes, b"PAR1"].concat() } else { bytes };
            let _ = csv(&bytes, &Ask::everything());
        }

        #[test]
        fn numbers_come_back_to_the_bit(values in proptest::collection::vec(any::<f64>().prop_filter("finite", |v| v.is_finite()), 1..40)) {
            let lines: Vec<String> = values.iter().map(ToString::to_string).collect();
            let frame = csv(format!("v\n{}\n", lines.join("\n")).as_bytes(), &Ask::new().numbers(["v"])).unwrap();
            let back: Vec<u64> = frame.numbers("v").unwrap().iter().map(|v| v.to_bits()).collect();
            prop_assert_eq!(back, values.iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        }
    }
}
