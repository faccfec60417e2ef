//! What the tests need from the machine: the built binary, a Chromium. `./test` finds and starts them.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A setting of the test run, as `./test` exports it.
#[expect(clippy::disallowed_methods, reason = "the harness gets its tools from ./test through the environment")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// True inside `./test`, where a missing tool is a failure and not a reason to skip.
fn all_is_wanted() -> bool {
    setting("BANSO_TEST_ALL").is_some()
}

/// The setting, or `None` after saying loudly what is left out.
fn tool(name: &str, what: &str) -> Option<String> {
    let found = setting(name);
    if found.is_none() {
        assert!(!all_is_wanted(), "{name} is not set, but ./test promises {what}");
        eprintln!("\n*** LEFT OUT: no {what} ({name} is not set). Run ./test to have everything tested. ***\n");
    }
    found
}

/// Chromium and the program that drives it.
#[derive(Debug, Clone)]
pub struct Tools {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
}

impl Tools {
    #[must_use]
    pub fn find() -> Option<Self> {
        let chromium = tool("BANSO_TEST_CHROMIUM", "Chromium")?.into();
        let chromedriver = tool("BANSO_TEST_CHROMEDRIVER", "chromedriver")?.into();
        Some(Tools { chromium, chromedriver })
    }
}

/// The binary under test: `BANSO_TEST_BINARY`, or built now as its caller was, so that it is never an old one.
///
/// # Panics
/// When it does not build.
#[must_use]
pub fn banso() -> PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| setting("BANSO_TEST_BINARY").map_or_else(build, PathBuf::from)).clone()
}

fn build() -> PathBuf {
    let run = Command::new(env!("CARGO"))
        .args(["build", "--package", "banso", "--bin", "banso", "--message-format", "json"])
        .args(if cfg!(debug_assertions) { &[][..] } else { &["--release"] })
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo starts");
    assert!(run.status.success(), "the binary under test does not build");
    String::from_utf8_lossy(&run.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "banso")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .expect("cargo names the executable")
}
