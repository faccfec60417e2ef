//! What the manifests say: arrows between crates, house lints, reasons beside dependencies, heavy crates in their one room.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::tree::{Source, expect_none, file, root};

/// Whom each crate may know. An arrow that is not here needs ten lines in docs/decisions first.
const ARROWS: &[(&str, &[&str])] = &[
    ("banso-kernel", &[]),
    ("banso-guideline", &["banso-kernel", "banso-execution"]),
    ("banso-execution", &["banso-kernel"]),
    ("banso-grant", &["banso-kernel", "banso-guideline", "banso-execution"]),
    ("banso-register", &["banso-kernel"]),
    ("banso-permits", &["banso-kernel"]),
    ("banso-store", &["banso-kernel", "banso-grant", "banso-permits", "banso-register"]),
    ("banso-letters", &["banso-kernel", "banso-guideline", "banso-grant"]),
    ("banso-exchange", &["banso-kernel", "banso-guideline", "banso-execution", "banso-grant", "banso-register"]),
    ("banso-evaluation", &[]),
    ("banso-screening", &["banso-kernel", "banso-guideline"]),
    ("banso-tables", &["banso-evaluation", "banso-screening"]),
    (
        "banso-office",
        &[
            "banso-kernel",
            "banso-guideline",
            "banso-execution",
            "banso-grant",
            "banso-register",
            "banso-permits",
            "banso-store",
            "banso-letters",
            "banso-exchange",
            "banso-evaluation",
            "banso-screening",
        ],
    ),
    (
        "banso-simulation",
        &["banso-kernel", "banso-guideline", "banso-execution", "banso-permits", "banso-letters", "banso-store", "banso-office"],
    ),
    ("banso-web", &["banso-kernel", "banso-guideline", "banso-execution", "banso-grant", "banso-permits", "banso-office"]),
    (
        "banso",
        &[
            "banso-kernel",
            "banso-guideline",
            "banso-execution",
            "banso-permits",
            "banso-letters",
            "banso-evaluation",
            "banso-screening",
            "banso-tables",
            "banso-exchange",
            "banso-store",
            "banso-office",
            "banso-simulation",
            "banso-web",
        ],
    ),
    ("banso-test-database", &[]),
    ("banso-scenarios", &["banso-kernel", "banso-guideline", "banso-test-database"]),
    (
        "banso-bench-execution",
        &[
            "banso-kernel",
            "banso-guideline",
            "banso-execution",
            "banso-permits",
            "banso-letters",
            "banso-exchange",
            "banso-store",
            "banso-office",
            "banso-simulation",
        ],
    ),
    ("banso-bench-feel", &["banso-kernel", "banso-guideline"]),
    ("banso-bench-evaluation", &["banso-evaluation", "banso-tables"]),
    ("banso-bench-screening", &["banso-kernel", "banso-guideline", "banso-screening"]),
    ("banso-bench", &["banso-kernel", "banso-grant", "banso-guideline", "banso-permits", "banso-store", "banso-scenarios"]),
];

/// Crates that decide: no I/O, no clock, no dice, no async.
pub(crate) const PURE: &[&str] = &["banso-kernel", "banso-guideline", "banso-execution", "banso-grant"];

/// What a pure crate may not build on.
const IMPURE: &[&str] =
    &["tokio", "axum", "sqlx", "tracing", "rand", "async-trait", "futures-util", "tempfile", "lettre", "hyper-util", "clap"];

/// Crates from outside that live in one room only, so that they can be exchanged there.
const ONE_ROOM: &[(&str, &[&str])] = &[
    ("sqlx", &["banso-store", "banso-bench", "banso-test-database"]),
    ("cedar-policy", &["banso-permits"]),
    ("typst", &["banso-letters"]),
    ("typst-layout", &["banso-letters"]),
    ("typst-pdf", &["banso-letters"]),
    ("pulldown-cmark", &["banso-guideline"]),
    ("askama", &["banso-web"]),
    ("axum", &["banso-web", "banso", "banso-scenarios"]),
    ("tower-sessions", &["banso-web"]),
    ("lettre", &["banso-office"]),
    ("parquet", &["banso-tables"]),
    ("clap", &["banso", "banso-bench", "banso-bench-execution"]),
    ("fantoccini", &["banso-scenarios"]),
];

/// A member of the workspace and what it depends on.
#[derive(Debug, Clone)]
struct Member {
    name: String,
    manifest: String,
    /// Name, and whether only the tests want it.
    needs: Vec<(String, bool)>,
}

fn members() -> Vec<Member> {
    let manifest = root().join("Cargo.toml");
    let run = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(&manifest)
        .output()
        .unwrap();
    assert!(run.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&run.stderr));
    let told: Value = serde_json::from_slice(&run.stdout).unwrap();
    let root = root().canonicalize().unwrap();
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let member = |package: &Value| Member {
        name: text(&package["name"]),
        manifest: text(&package["manifest_path"]).trim_start_matches(&format!("{}/", root.display())).to_owned(),
        needs: package["dependencies"].as_array().unwrap().iter().map(|d| (text(&d["name"]), d["kind"] == "dev")).collect(),
    };
    told["packages"].as_array().unwrap().iter().map(member).collect()
}

fn wrong_arrows(members: &[Member]) -> Vec<String> {
    let table: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let mut complaints = Vec::new();
    for member in members {
        let Some(allowed) = table.get(member.name.as_str()) else {
            complaints.push(format!(
                "{}: `{}` is not in the table of arrows. Add it to ARROWS in scenarios/tests/house/manifests.rs and to ARCHITECTURE.md.",
                member.manifest, member.name
            ));
            continue;
        };
        for (need, _) in member.needs.iter().filter(|(n, only_tests)| n.starts_with("banso") && !only_tests) {
            if !allowed.contains(&need.as_str()) {
                complaints.push(format!(
                    "{}: `{}` must not know `{need}`. Move the code to a room that may, or write docs/decisions/ and change ARROWS.",
                    member.manifest, member.name
                ));
            }
        }
    }
    complaints
}

fn impure(members: &[Member]) -> Vec<String> {
    let pure = members.iter().filter(|m| PURE.contains(&m.name.as_str()));
    pure.flat_map(|m| m.needs.iter().map(move |n| (m, n)))
        .filter(|(_, (need, _))| IMPURE.contains(&need.as_str()))
        .map(|(m, (need, _))| {
            format!(
                "{}: `{}` only decides; `{need}` belongs to adapters, office or web. Pass what it gave as an argument.",
                m.manifest, m.name
            )
        })
        .collect()
}

fn strayed(members: &[Member]) -> Vec<String> {
    let table: BTreeMap<_, _> = ONE_ROOM.iter().copied().collect();
    let mut complaints = Vec::new();
    for member in members {
        for (need, only_tests) in &member.needs {
            if let Some(rooms) = table.get(need.as_str())
                && !only_tests
                && !rooms.contains(&member.name.as_str())
            {
                complaints.push(format!("{}: `{need}` is known in {} only. Ask that room.", member.manifest, rooms.join(", ")));
            }
        }
    }
    complaints
}

/// Lines of the sections of a manifest that list dependencies.
fn dependency_lines(manifest: &Source) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in manifest.text.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && line.contains('=') {
            lines.push(line);
        }
    }
    lines
}

fn without_reason(workspace: &Source) -> Vec<String> {
    dependency_lines(workspace)
        .into_iter()
        .filter(|line| !line.starts_with("banso-") && !line.contains('#'))
        .map(|line| format!("{}: `{line}` has no reason. Write `# why` behind it.", workspace.path))
        .collect()
}

fn own_versions(manifest: &Source) -> Vec<String> {
    dependency_lines(manifest)
        .into_iter()
        .filter(|line| !line.contains("workspace = true") && !line.contains("path = \".\""))
        .map(|line| format!("{}: `{line}`: versions stand in the root Cargo.toml, once; write `workspace = true` here.", manifest.path))
        .collect()
}

fn without_lints(manifest: &Source) -> Vec<String> {
    if manifest.text.contains("[lints]\nworkspace = true") {
        return Vec::new();
    }
    vec![format!("{}: add the lines `[lints]` and `workspace = true`.", manifest.path)]
}

fn unused(workspace: &Source, members: &[Member]) -> Vec<String> {
    dependency_lines(workspace)
        .into_iter()
        .filter_map(|line| line.split(['=', ' ']).next())
        .filter(|name| !members.iter().any(|m| m.name == *name || m.needs.iter().any(|(need, _)| need == name)))
        .map(|name| format!("{}: nobody uses `{name}`. Take the line out.", workspace.path))
        .collect()
}

fn example(name: &str, needs: &[&str]) -> Member {
    Member { name: name.to_owned(), manifest: "example".to_owned(), needs: needs.iter().map(|n| ((*n).to_owned(), false)).collect() }
}

#[test]
fn arrows_between_crates_point_down() {
    for (name, need) in
        [("banso-web", "banso-store"), ("banso-kernel", "banso-grant"), ("banso-guideline", "banso-grant"), ("banso-new", "x")]
    {
        assert_eq!(wrong_arrows(&[example(name, &[need])]).len(), 1, "{name} → {need}");
    }
    assert!(
        wrong_arrows(&[example("banso-grant", &["banso-guideline"]), example("banso-store", &["banso-grant", "banso-permits"])]).is_empty()
    );
    expect_none(&wrong_arrows(&members()));
}

#[test]
fn what_decides_is_pure() {
    assert_eq!(impure(&[example("banso-grant", &["tokio", "serde"]), example("banso-store", &["tokio"])]).len(), 1);
    expect_none(&impure(&members()));
}

#[test]
fn heavy_crates_stay_in_their_room() {
    assert_eq!(strayed(&[example("banso-office", &["sqlx"]), example("banso-store", &["sqlx"])]).len(), 1);
    expect_none(&strayed(&members()));
}

#[test]
fn every_dependency_has_its_reason_and_its_user() {
    let bad = Source::new("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\nhex = \"0.4\" # digests\n[profile.dev]\ndebug = 1\n");
    assert_eq!(without_reason(&bad).len(), 1);
    assert_eq!(unused(&bad, &[example("banso-kernel", &["serde"])]).len(), 1);
    let workspace = file("Cargo.toml");
    expect_none(&without_reason(&workspace));
}

#[test]
fn members_inherit_versions_and_lints() {
    let bad = Source::new("crates/x/Cargo.toml", "[dependencies]\nserde = \"1\"\nhex.workspace = true\nrand = { workspace = true }\n");
    assert_eq!((own_versions(&bad).len(), without_lints(&bad).len()), (1, 1));
    for member in members() {
        let manifest = file(&member.manifest);
        expect_none(&own_versions(&manifest));
        expect_none(&without_lints(&manifest));
    }
}
