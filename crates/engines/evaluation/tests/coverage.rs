//! Nominal 95 % intervals cover what they should: a few draws of each world; the larger run is `cargo run --example coverage`.

#![cfg(test)]

#[path = "coverage/designs.rs"]
mod designs;

#[test]
fn intervals_cover() {
    for world in designs::WORLDS {
        let (inside, draws) = designs::covered(world, world.few.min(world.draws), 2_026);
        let share = inside as f64 / draws.max(1) as f64;
        assert!(draws as u64 * 10 >= world.few * 9, "{}: {draws} answers of {}", world.name, world.few);
        assert!((world.allowed[0]..=world.allowed[1]).contains(&share), "{}: {inside} of {draws}", world.name);
    }
}
