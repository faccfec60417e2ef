//! Nominal 95 % intervals cover what they should: a few draws of each world; the larger run is `cargo run --example coverage`.

#![cfg(test)]

#[path = "coverage/mod.rs"]
mod worlds;

#[test]
fn intervals_cover() {
    for world in worlds::WORLDS {
        let seen = worlds::tally(world, world.sizes[0], world.few.min(world.draws), 2_026);
        let share = seen.inside as f64 / seen.draws.max(1) as f64;
        assert!(seen.draws as u64 * 10 >= world.few * 9, "{}: {} answers of {}", world.name, seen.draws, world.few);
        assert!((world.allowed[0]..=world.allowed[1]).contains(&share), "{}: {} of {}", world.name, seen.inside, seen.draws);
        assert!(seen.error.is_finite() && seen.bias.abs() < 1.0, "{}: bias {}, error {}", world.name, seen.bias, seen.error);
    }
}
