//! The larger run of the worlds that the tests draw a few times: prints one line a test or world and size. `cargo run --release -p banso-evaluation
//! --example coverage -- 0.3 production`: a factor of the draws (1 when left out), and a part of the names of the worlds that are drawn.

#![expect(clippy::indexing_slicing, reason = "made-up tables of lengths that stand beside")]

#[expect(dead_code, reason = "what a test allows is the tests'")]
#[path = "../tests/coverage/mod.rs"]
mod worlds;

fn main() {
    let mut words = std::env::args().skip(1);
    let factor = words.next().and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    let part = words.next().unwrap_or_default();
    println!("| test of what is true | size | draws | rejected at 5 % |\n|---|---:|---:|---:|");
    for test in worlds::sizes::TESTS.iter().filter(|t| t.name.contains(&part)) {
        for size in test.sizes {
            let wanted = ((test.draws as f64 * factor) as u64).max(1);
            let (rejected, draws) = worlds::sizes::rejected(test, *size, wanted, 1);
            println!("| {} | {size} | {draws} | {:.1} % |", test.name, 100.0 * rejected as f64 / draws.max(1) as f64);
        }
    }
    println!("\n| world | size | draws | covered | bias | errors |\n|---|---:|---:|---:|---:|---:|");
    for world in worlds::WORLDS.iter().filter(|w| w.name.contains(&part)) {
        for size in world.sizes {
            let wanted = ((world.draws as f64 * factor) as u64).max(1);
            let seen = worlds::tally(world, *size, wanted, 1);
            let share = 100.0 * seen.inside as f64 / seen.draws.max(1) as f64;
            println!("| {} | {size} | {} | {share:.1} % | {:+.2} | {:.2} |", world.name, seen.draws, seen.bias, seen.error);
        }
    }
}
