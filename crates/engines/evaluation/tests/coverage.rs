//! Nominal 95 % intervals cover what they should: a few draws of each world; the larger run is `cargo run --example coverage`.

#![cfg(test)]

#[expect(dead_code, reason = "how often the larger run draws is the example's")]
#[path = "coverage/mod.rs"]
mod worlds;

#[test]
fn tests_keep_their_size() {
    for test in worlds::sizes::TESTS {
        let (rejected, answers) = worlds::sizes::rejected(test, test.sizes[0], test.few, 2_026);
        let share = rejected as f64 / answers.max(1) as f64;
        assert!(answers as u64 * 10 >= test.few * 9, "{}: {answers} answers of {}", test.name, test.few);
        assert!((test.allowed[0]..=test.allowed[1]).contains(&share), "{}: {rejected} of {answers}", test.name);
    }
}

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
