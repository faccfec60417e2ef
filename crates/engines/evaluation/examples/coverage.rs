//! The larger run of the worlds that the tests draw a few times: prints one line a world. `cargo run --release -p banso-evaluation --example
//! coverage`, with a factor of the draws as its only argument (1 when left out).

#![expect(clippy::indexing_slicing, reason = "made-up tables of lengths that stand beside")]

#[path = "../tests/coverage/designs.rs"]
mod designs;

fn main() {
    let factor = std::env::args().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(1.0);
    println!("| world | draws | covered | allowed in the test |\n|---|---:|---:|---|");
    for world in designs::WORLDS {
        let wanted = ((world.draws as f64 * factor) as u64).max(1);
        let (inside, draws) = designs::covered(world, wanted, 1);
        let [low, high] = world.allowed.map(|share| 100.0 * share);
        println!(
            "| {} | {draws} | {:.1} % | {low:.0}–{high:.0} % of {} |",
            world.name,
            100.0 * inside as f64 / draws.max(1) as f64,
            world.few
        );
    }
}
