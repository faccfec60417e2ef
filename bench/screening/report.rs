//! Figures as printed, what the machine says of this process, and the firms as plain files for other engines.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use banso_screening::{Block, Schema};

pub(crate) struct Figures {
    pub(crate) what: &'static str,
    pub(crate) firm_rules: u64,
    pub(crate) wall: Duration,
    pub(crate) cpu: f64,
}

impl Figures {
    pub(crate) fn print(&self) {
        let millions = self.firm_rules as f64 / 1e6;
        println!(
            "{}: {millions:.1} M firm-rules in {:.2} s ({:.2} CPU-s): {:.1} M firm-rules per CPU-second",
            self.what,
            self.wall.as_secs_f64(),
            self.cpu,
            millions / self.cpu.max(0.01)
        );
    }
}

/// CPU time of all threads, as Linux tells it in hundredths of a second.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after.split_whitespace().filter_map(|f| f.parse().ok()).collect();
    // The state is a letter, so user and system time are the 11th and 12th numbers.
    fields.iter().skip(10).take(2).sum::<f64>() / 100.0
}

pub(crate) fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Each column as little-endian 64-bit whole numbers, and a byte for each firm that says whether it is known.
pub(crate) fn dump(folder: &Path, schema: &Schema, blocks: &[Block]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (place, field) in schema.fields().iter().enumerate() {
        let file = |end: &str| std::fs::File::create(folder.join(format!("{}.{end}", field.item))).map(std::io::BufWriter::new);
        let (mut values, mut known) = (file("i64")?, file("known")?);
        for block in blocks {
            for row in 0..block.rows() {
                let value = block.whole(place, row);
                values.write_all(&value.unwrap_or(0).to_le_bytes())?;
                known.write_all(&[u8::from(value.is_some())])?;
            }
        }
    }
    Ok(())
}
