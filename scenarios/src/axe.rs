//! The accessibility check: axe-core (vendored, MPL-2.0) on the page that a browser shows, WCAG 2.2 A and AA.

use serde_json::Value;

use crate::browser::Browser;

const AXE: &str = include_str!("../vendor/axe/axe.min.js");

const RUN: &str = r"
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })
   .then(r => done(r.violations), e => done([{ id: 'axe', help: String(e), nodes: [] }]));";

/// What axe finds wrong on the page shown, one line each: rule, what it wants, where.
///
/// # Panics
/// When axe cannot run.
pub async fn accessibility_faults(browser: &Browser) -> Vec<String> {
    let found = browser.execute_async(&format!("{AXE};{RUN}"), vec![]).await.expect("axe runs");
    let violations = found.as_array().expect("axe answers with a list");
    violations.iter().map(fault).collect()
}

fn fault(violation: &Value) -> String {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
    let places: Vec<_> = nodes.iter().map(|n| format!("{} {}", n["target"], text(&n["failureSummary"]).replace('\n', " "))).collect();
    format!("{}: {} at {}", text(&violation["id"]), text(&violation["help"]), places.join("; "))
}
