//! The files of the house as text.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the house: its path from the root, with `/`, and its text.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// For the bad examples.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    /// True for files that hold nothing but tests.
    pub(crate) fn is_test_file(&self) -> bool {
        let names = ["/tests.rs", "_tests.rs", "/testing.rs", "/stage.rs"];
        ["/tests/", "/testing/"].iter().any(|folder| self.path.contains(folder)) || names.iter().any(|name| self.path.ends_with(name))
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below `folders` whose name ends with `ending`, in order of their paths.
pub(crate) fn files(folders: &[&str], ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&root().join(folder), folder, ending, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file ending with `{ending}` below {folders:?}: has a folder moved? Tell this check.");
    found
}

fn walk(folder: &Path, name: &str, ending: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        let path = format!("{name}/{file}");
        if entry.file_type().unwrap().is_dir() {
            if !["target", "vendor", ".git", "banso-data"].contains(&file.as_str()) {
                walk(&entry.path(), &path, ending, found);
            }
        } else if file.ends_with(ending) {
            found.push(Source { text: fs::read_to_string(entry.path()).unwrap(), path });
        }
    }
}

/// One file of the house.
pub(crate) fn file(path: &str) -> Source {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    Source { path: path.to_owned(), text }
}

/// Fails with all complaints at once.
pub(crate) fn expect_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n{} complaint(s):\n\n{}\n", complaints.len(), complaints.join("\n"));
}
