//! The ten conditions of `programmes.rs` in the `cel` crate, over the firms that `screening ten --dump DIR` wrote.
//!
//! A fact that is not known is a variable that is not there; CEL's error about it counts as unknown.

use std::time::Instant;

use cel::{Context, Program};

const COLUMNS: [(&str, &str); 11] = [
    ("prefecture", "都道府県"),
    ("industry", "業種"),
    ("capital", "資本金"),
    ("staff", "従業員数"),
    ("income", "課税所得平均"),
    ("founded", "設立日"),
    ("one_large", "大企業単独持分"),
    ("all_large", "大企業合計持分"),
    ("officers", "大企業兼務役員割合"),
    ("owned", "みなし大企業の全株保有"),
    ("staffed", "みなし大企業の全役員兼務"),
];

const RULES: [&str; 10] = [
    "capital <= (industry == 0 || industry == 4 || industry == 5 ? 300000000 : industry == 1 ? 100000000 : 50000000) \
     || staff <= (industry == 4 ? 900 : industry == 0 || industry == 5 ? 300 : industry == 6 ? 200 : industry == 3 ? 50 : 100)",
    "one_large >= 500000 || all_large * 3 >= 2000000 || officers >= 500000 || owned == 1 || staffed == 1",
    "staff <= (industry == 1 || industry == 2 || industry == 3 ? 5 : 20)",
    "capital <= 300000000 && staff >= 5 && staff <= 300",
    "income <= 1500000000 || capital < 50000000",
    "(prefecture == 17 || prefecture == 16 || prefecture == 15) && industry == 0",
    "founded <= 18353 || staff >= 50",
    "industry != 3 && !(staff > 100 || capital > 100000000)",
    "capital * 2 >= income * 3",
    "(capital < 100000000 ? capital : 100000000) + (income > 0 ? income : 0) <= 150000000",
];

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().expect("a folder of columns");
    let limit: usize = words.next().map_or(usize::MAX, |n| n.parse().expect("a number of firms"));
    let read = |name: &str, end: &str| std::fs::read(format!("{folder}/{name}.{end}")).expect("a column");
    let columns: Vec<(Vec<i64>, Vec<u8>)> = COLUMNS
        .iter()
        .map(|(_, file)| {
            let values = read(file, "i64").chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().expect("eight bytes"))).collect();
            (values, read(file, "known"))
        })
        .collect();
    let programs: Vec<Program> = RULES.iter().map(|r| Program::compile(r).expect("a rule")).collect();
    let firms = columns[0].1.len().min(limit);
    let mut counts = [[0_u64; 3]; 10];
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    for row in 0..firms {
        let mut context = Context::default();
        for ((name, _), (values, known)) in COLUMNS.iter().zip(&columns) {
            if known[row] == 1 {
                context.add_variable_from_value(*name, values[row]);
            }
        }
        for (program, count) in programs.iter().zip(&mut counts) {
            let place = match program.execute(&context) {
                Ok(cel::Value::Bool(true)) => 0,
                Ok(cel::Value::Bool(false)) => 1,
                Ok(_) | Err(_) => 2,
            };
            count[place] += 1;
        }
    }
    let cpu = cpu_seconds() - cpu;
    let rules = (firms * RULES.len()) as f64 / 1e6;
    println!("cel: {rules:.2} M firm-rules in {:.2} s ({cpu:.2} CPU-s): {:.2} M firm-rules per CPU-second", wall.elapsed().as_secs_f64(), rules / cpu.max(0.01));
    for (i, [yes, no, unknown]) in counts.iter().enumerate() {
        println!("  clause {i}: yes {yes}, no {no}, unknown {unknown}");
    }
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    fields.iter().skip(10).take(2).sum::<f64>() / 100.0
}
