//! One estimator on one table: prints what it cost and what it found, as JSON. `compare.py` runs it beside the peers.
//!
//!     estimators WORK FILE [TIMES]
//!
//! WORK is `least-squares`, `least-squares-streamed`, `discontinuity`, `difference` or `sensitivity`. Processor seconds are of the estimation
//! alone, with the table in memory, as a mean over TIMES; the streamed one reads its file within them.

mod cost;
mod works;

use std::path::Path;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [work, path, rest @ ..] = words.as_slice() else { return Err("say which work, and name a file".into()) };
    let times = rest.first().map_or(Ok(1), |times| times.parse::<u32>())?.max(1);
    let path = Path::new(path);
    let found = match work.as_str() {
        "least-squares" => works::least_squares(path, times)?,
        "least-squares-streamed" => works::least_squares_streamed(path, times)?,
        "discontinuity" => works::discontinuity(path, times)?,
        "difference" => works::difference(path, times)?,
        "sensitivity" => works::sensitivity(path, times)?,
        other => return Err(format!("no such work: {other}").into()),
    };
    println!("{found}");
    Ok(())
}
