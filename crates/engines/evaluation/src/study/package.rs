//! What a study leaves behind, as files: the report in both languages with its figures, the same as data, the declaration, and what it was
//! made of. Whoever has the panel and the declaration makes the same bytes.

use serde::Serialize;

use super::run::{Report, Standing};
use super::text::markdown;
use crate::Refusal;

/// Everything that is needed to have the same result again; digests are SHA-256 in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Package {
    /// `banso`.
    pub program: &'static str,
    /// The program's version.
    pub version: &'static str,
    /// Of the declaration's canonical text.
    pub declaration: String,
    /// Of the table's bytes.
    pub table: String,
    /// Of `report.json`.
    pub report: String,
    /// Whether it was declared beforehand.
    pub standing: Standing,
    /// Whether the firms are made up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub synthetic: bool,
}

/// Name and text of each file of a report but `package.json`, in their order.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn files(report: &Report) -> Result<Vec<(String, String)>, Refusal> {
    let mut files = Vec::new();
    for (folder, english) in [("ja", false), ("en", true)] {
        files.push((format!("{folder}/report.md"), markdown(report, english)));
        for figure in &report.figures {
            files.push((format!("{folder}/{}.svg", figure.name), figure.svg(english)?));
        }
    }
    files.push(("report.json".to_owned(), report.json()?));
    files.push(("declaration.json".to_owned(), report.declaration.canonical()?));
    Ok(files)
}

impl Report {
    /// The report as data, as it is kept and hashed.
    ///
    /// # Errors
    /// A number that JSON cannot hold.
    pub fn json(&self) -> Result<String, Refusal> {
        serde_json::to_string_pretty(self).map_err(|error| {
            Refusal::new("report", format!("報告を書き出せません: {error}"), format!("the report cannot be written: {error}"))
        })
    }
}
