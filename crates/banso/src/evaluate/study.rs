//! `banso evaluate declare` and `banso evaluate study`: a study's declaration with its digest, and what a study finds, as a folder.

use std::io;
use std::path::{Path, PathBuf};

use banso_evaluation::study::{Declaration, Package, Report, Standing, files, markdown, run as find};
use banso_kernel::{Digest, Lang};
use banso_tables::Ask;
use clap::Args;
use serde::Serialize;

use super::page::Page;
use crate::reading;
use crate::trouble::Trouble;

/// Which declaration.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Declared {
    /// 研究の宣言（TOML または JSON）
    /// The declaration of the study, TOML or JSON
    #[arg(id = "declaration", help_heading = "対象 / Arguments", value_name = "宣言.toml DECLARATION", verbatim_doc_comment)]
    declaration: PathBuf,
    /// 結果を JSON で出します
    /// Answers in JSON
    #[arg(long, verbatim_doc_comment)]
    json: bool,
}

/// Which declaration on which table, and where to.
#[derive(Debug, Args)]
#[command(next_help_heading = "指定 / Options")]
pub(crate) struct Asked {
    /// 研究の宣言（TOML または JSON）
    /// The declaration of the study, TOML or JSON
    #[arg(id = "declaration", help_heading = "対象 / Arguments", value_name = "宣言.toml DECLARATION", verbatim_doc_comment)]
    declaration: PathBuf,
    /// 表（CSV: UTF-8 または Shift_JIS、Parquet）。1行が1社、または1社の1年
    /// The table: CSV in UTF-8 or Shift_JIS, or Parquet; a row is a firm, or a firm's year
    #[arg(id = "table", help_heading = "対象 / Arguments", value_name = "表.csv TABLE", verbatim_doc_comment)]
    table: PathBuf,
    /// 数値に見えても名前（符号）として読む列（コンマ区切り・繰り返し可）
    /// Columns that are names although they look like numbers; comma-separated, may be repeated
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', verbatim_doc_comment)]
    names: Vec<String>,
    /// 結果を書く新しいフォルダー
    /// The new folder that the results are written to
    #[arg(long, value_name = "FOLDER", verbatim_doc_comment)]
    to: PathBuf,
    /// 記録してある宣言の SHA-256（`banso evaluate declare` の値）。宣言が同じであることだけを確かめます。成果より前に宣言されたことは示しません。
    /// 指定がない実行は「探索的」と表示します
    /// SHA-256 of the declaration on record (`banso evaluate declare` prints it). It shows that the declaration is the same, not that it came
    /// before the outcomes; without it the run is marked exploratory
    #[arg(long, value_name = "SHA256", verbatim_doc_comment)]
    declared: Option<String>,
}

/// What a declaration amounts to.
#[derive(Debug, Serialize)]
struct Amounts {
    /// Of the canonical text.
    digest: Digest,
    /// The canonical text.
    canonical: String,
}

/// Checks a declaration and prints its digest.
pub(crate) fn declare(asked: &Declared, lang: Lang) -> Result<String, Trouble> {
    let declaration = read(&asked.declaration)?;
    declaration.check(None)?;
    let canonical = declaration.canonical()?;
    let amounts = Amounts { digest: Digest::of(canonical.as_bytes()), canonical };
    if asked.json {
        return serde_json::to_string_pretty(&amounts).map_err(Trouble::Json);
    }
    let page = Page::new("研究の宣言", "Declaration of a study")
        .line("題名", "title", &declaration.title)
        .line("SHA-256", "SHA-256", amounts.digest)
        .text(
            "この値を、成果のデータを見る前に記録してください。実行するときは --declared に指定します。",
            "Record this digest before anybody sees the outcomes, and name it with --declared when the study is run.",
        );
    Ok(page.render(lang))
}

/// Runs a study and writes what it found.
pub(crate) fn run(asked: &Asked, lang: Lang) -> Result<String, Trouble> {
    let declaration = read(&asked.declaration)?;
    let digest = Digest::of(declaration.canonical()?.as_bytes());
    let standing = match &asked.declared {
        Some(wanted) if wanted.trim().eq_ignore_ascii_case(&digest.to_string()) => Standing::Matching,
        Some(wanted) => return Err(Trouble::OtherDeclaration { wanted: wanted.clone(), found: digest }),
        None => Standing::Exploratory,
    };
    let bytes =
        reading::bytes(&asked.table, reading::TABLE_MAX).map_err(|cause| Trouble::Unreadable { path: asked.table.clone(), cause })?;
    let panel = banso_tables::read(&asked.table, &Ask::everything().names(asked.names.iter().cloned()))?;
    let report = find(&declaration, &panel, standing)?;
    let text = report.json()?;
    let package = Package {
        program: "banso",
        version: env!("CARGO_PKG_VERSION"),
        declaration: digest.to_string(),
        table: Digest::of(&bytes).to_string(),
        report: Digest::of(text.as_bytes()).to_string(),
        standing,
        synthetic: declaration.synthetic,
    };
    write(&asked.to, &report, &package)?;
    Ok(format!("{}\n→ {}", markdown(&report, lang == Lang::En), asked.to.display()))
}

fn read(path: &Path) -> Result<Declaration, Trouble> {
    let text = reading::text(path).map_err(|cause| Trouble::Unreadable { path: path.to_owned(), cause })?;
    let wrong = |cause: String| Trouble::Declaration { path: path.to_owned(), cause };
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    // What is no JSON or TOML at all is told by line and column.
    let value: serde_json::Value = if json {
        serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?
    } else {
        toml::from_str(&text).map_err(|e| wrong(e.to_string()))?
    };
    let by_key = |refusal: banso_evaluation::Refusal| format!("{}\n{}", refusal.ja, refusal.en);
    Declaration::of(&value).map_err(|refusal| {
        // A reader of TOML shows the line as well.
        let line = if json { None } else { toml::from_str::<Declaration>(&text).err() };
        wrong(line.map_or_else(|| by_key(refusal.clone()), |e| format!("{}\n{e}", by_key(refusal.clone()))))
    })
}

/// A new folder: the report in both languages with its figures, the same as data, and what it was made of.
fn write(to: &Path, report: &Report, package: &Package) -> Result<(), Trouble> {
    if to.exists() {
        return Err(Trouble::Exists(to.to_owned()));
    }
    let mut all = files(report)?;
    all.push(("package.json".to_owned(), serde_json::to_string_pretty(package).map_err(Trouble::Json)?));
    let whole = || -> io::Result<()> {
        for (name, text) in &all {
            let place = to.join(name);
            std::fs::create_dir_all(place.parent().unwrap_or(to))?;
            std::fs::write(place, text)?;
        }
        Ok(())
    };
    whole().map_err(|cause| Trouble::Unwritable { path: to.to_owned(), cause })
}
