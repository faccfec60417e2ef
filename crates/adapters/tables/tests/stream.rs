//! A table read piece by piece and the same table in memory: the same bits, whatever the file's own groups of rows.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;

use banso_evaluation::least_squares::{Errors, Estimate, Multiplier, Source, Spec, Wild, estimate, estimate_from};
use banso_evaluation::random::Streams;
use banso_tables::{Ask, ParquetTable, read};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

const SCHEMA: &str = "message t { OPTIONAL DOUBLE y; REQUIRED DOUBLE x1; REQUIRED DOUBLE x2; REQUIRED DOUBLE z; REQUIRED DOUBLE w; \
                      REQUIRED INT64 worker; REQUIRED BYTE_ARRAY firm (UTF8); }";

fn put<T: DataType>(group: &mut SerializedRowGroupWriter<'_, std::fs::File>, values: &[T::T], levels: Option<&[i16]>) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, levels, None).unwrap();
    column.close().unwrap();
}

/// Made-up rows in groups of `size`; one outcome in fifty is missing.
fn write(path: &Path, rows: usize, size: usize) {
    let schema = Arc::new(parquet::schema::parser::parse_message_type(SCHEMA).unwrap());
    let mut writer =
        SerializedFileWriter::new(std::fs::File::create(path).unwrap(), schema, Arc::new(WriterProperties::default())).unwrap();
    let mut stream = Streams::new(3).stream(0);
    let mut done = 0;
    while done < rows {
        let count = size.min(rows - done);
        let (mut y, mut levels) = (Vec::new(), Vec::new());
        let (mut x1, mut x2, mut z, mut w, mut worker, mut firm) = (vec![], vec![], vec![], vec![], vec![], vec![]);
        for _ in 0..count {
            let (of_worker, of_firm) = (stream.below(rows / 15 + 2), stream.below(40));
            let (e, one, two) = (stream.normal(), stream.normal() + 1e3, stream.uniform());
            z.push(e + stream.normal());
            x1.push(one);
            x2.push(two + 0.4 * e);
            w.push(0.5 + stream.uniform());
            worker.push(of_worker as i64);
            firm.push(ByteArray::from(format!("架空{of_firm}社").as_str()));
            let there = stream.below(50) > 0;
            levels.push(i16::from(there));
            if there {
                y.push(one - 2.0 * two + e + (of_worker % 9) as f64 + (of_firm % 5) as f64);
            }
        }
        let mut group = writer.next_row_group().unwrap();
        put::<DoubleType>(&mut group, &y, Some(&levels));
        for column in [&x1, &x2, &z, &w] {
            put::<DoubleType>(&mut group, column, None);
        }
        put::<Int64Type>(&mut group, &worker, None);
        put::<ByteArrayType>(&mut group, &firm, None);
        group.close().unwrap();
        done += count;
    }
    writer.close().unwrap();
}

fn spec(regressors: &[&str], effects: &[&str], clusters: &[&str]) -> Spec {
    let words = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    Spec { fixed_effects: words(effects), clusters: words(clusters), ..Spec::new("y", regressors) }
}

/// What is asked of every table: clusters in one and two ways, weights, instruments, no fixed effects, terms, the bootstrap.
fn specs() -> Vec<Spec> {
    let wild = Wild { coefficients: vec!["x2".to_owned()], null: 0.0, draws: 99, multiplier: Multiplier::Webb, seed: 1 };
    vec![
        spec(&["x1", "x2"], &["worker", "firm"], &["worker"]),
        Spec { weights: Some("w".to_owned()), ..spec(&["x1", "x2", "x1:x2"], &["firm"], &["worker", "firm"]) },
        Spec {
            endogenous: vec!["x2".to_owned()],
            instruments: vec!["z".to_owned()],
            errors: Some(Errors::Hc1),
            ..spec(&["x1"], &["firm"], &[])
        },
        Spec { errors: Some(Errors::Hc3), ..spec(&["x1", "x2", "i(firm)"], &[], &[]) },
        Spec { wild: Some(wild), ..spec(&["x1", "x2"], &["worker"], &["firm"]) },
    ]
}

fn bits(found: &Estimate) -> String {
    // Each number in the shortest form that reads back to the same bits.
    format!("{found:?}")
}

#[test]
fn piece_by_piece_and_at_once_give_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    // Pieces are of 65,536 rows; the groups are larger than the table, odd, equal to pieces, and small.
    for (rows, size) in [(200_000, 1 << 20), (140_000, 50_003), (131_072, 65_536), (70_001, 9_973)] {
        let path = folder.path().join(format!("{rows}-{size}.parquet"));
        write(&path, rows, size);
        let ask = Ask::new().numbers(["y", "x1", "x2", "z", "w"]).groups(["worker", "firm"]);
        let (frame, table) = (read(&path, &ask).unwrap(), ParquetTable::open(&path).unwrap());
        for spec in specs() {
            let (held, streamed) = (estimate(&frame, &spec).unwrap(), estimate_from(&table, &spec).unwrap());
            assert!(held.dropped.missing > rows / 100, "{held:?}");
            assert_eq!(bits(&held), bits(&streamed), "{rows} rows in groups of {size}: {spec:?}");
        }
    }
}

#[test]
fn streaming_gives_the_same_bits_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(&path, 210_000, 50_000);
    let table = ParquetTable::open(&path).unwrap();
    let spec = spec(&["x1", "x2"], &["worker", "firm"], &["worker"]);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        bits(&pool.install(|| estimate_from(&table, &spec)).unwrap())
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert_eq!(on(threads), one, "{threads} threads");
    }
}

#[test]
fn pieces_come_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(&path, 210_000, 30_000);
    let table = ParquetTable::open(&path).unwrap();
    let whole = read(&path, &Ask::new().numbers(["x1"])).unwrap();
    let whole = whole.numbers("x1").unwrap();
    for block in [3, 0, 2, 1, 1, 3, 2, 0, 0, 3] {
        let range = table.blocks()[block].clone();
        let piece = Source::numbers(&table, block, &["x1"]).unwrap();
        assert_eq!(&*piece[0], &whole[range], "piece {block}");
    }
}

#[test]
fn a_cell_that_is_no_number_is_named_by_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(&path, 70_000, 70_000);
    let table = ParquetTable::open(&path).unwrap();
    let refused = Source::numbers(&table, 1, &["firm"]).unwrap_err();
    assert!(refused.ja.contains("65537行目"), "{refused}");
}
