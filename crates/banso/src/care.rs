//! `banso verify`, `backup`, `restore`: taking care of what is kept, beside the running server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_exchange::{PackageReport, verify_package};
use banso_kernel::Lang;
use banso_office::SystemClock;
use banso_store::{Anchor, Report, Store};

use crate::cli;
use crate::reading;
use crate::trouble::Trouble;
use crate::wiring;

/// Goes through everything that is kept. True when it is sound.
pub(crate) async fn verify(place: &cli::Place, anchor: Option<Anchor>, lang: Lang) -> Result<bool, Trouble> {
    let store = wiring::store_to_read(place).await?;
    let report = store.verify(anchor).await?;
    store.close().await;
    Ok(say(&report, lang))
}

/// Checks case files, without the database. True when all are sound.
pub(crate) fn verify_files(files: &[PathBuf], lang: Lang) -> Result<bool, Trouble> {
    let mut sound = true;
    for path in files {
        let file = reading::open(path).map_err(|cause| Trouble::Unreadable { path: path.clone(), cause })?;
        let report = verify_package(file).map_err(|cause| Trouble::CaseFile { path: path.clone(), cause })?;
        sound &= say_case(path, &report, lang);
    }
    Ok(sound)
}

/// Writes a backup while the server goes on.
pub(crate) async fn back_up(place: &cli::Place, to: &Path) -> Result<bool, Trouble> {
    if to.exists() {
        return Err(Trouble::Exists(to.to_owned()));
    }
    let store = wiring::store_beside(place).await?;
    let done = store.backup(to).await?;
    store.close().await;
    say!("控えを作りました / Backed up: {}", to.display());
    say!("  行 / rows {}  書類 / documents {}  記録 / acts {}", done.rows, done.documents, done.anchor.position);
    say!("  末尾のハッシュ / Hash of the end: {}", done.anchor.running);
    Ok(true)
}

/// Fills an empty place from a backup. True when what came is sound.
pub(crate) async fn restore(place: &cli::Place, from: &Path, lang: Lang) -> Result<bool, Trouble> {
    reading::open(from).map_err(|cause| Trouble::Unreadable { path: from.to_owned(), cause })?;
    let (store, report) = Store::restore(&wiring::place(place), Arc::new(SystemClock), from).await?;
    store.close().await;
    say!("控えから戻しました / Restored: {}", wiring::described(place));
    Ok(say(&report, lang))
}

fn say(report: &Report, lang: Lang) -> bool {
    let Report { acts, streams, list_rows, documents, texts, erased, anchor, problems } = report;
    match lang {
        Lang::Ja => {
            say!("行為 {acts}（{streams} 系列）、一覧 {list_rows} 行、書類 {documents}、本文 {texts}、正当に消去 {erased}");
            say!("末尾 {} 番、ハッシュ {}（--anchor {anchor} で、後から確かめられます）", anchor.position, anchor.running);
        }
        Lang::En => {
            say!("{acts} acts in {streams} chains, {list_rows} list rows, {documents} documents, {texts} texts, {erased} erased by right");
            say!("end at {}, hash {} (to compare later: --anchor {anchor})", anchor.position, anchor.running);
        }
    }
    for problem in problems {
        say!("× {}: {}", problem.place.get(lang), problem.what.get(lang));
    }
    say!("{}", verdict(problems.len(), lang));
    problems.is_empty()
}

fn say_case(path: &Path, report: &PackageReport, lang: Lang) -> bool {
    let PackageReport { receipt_number, acts, contents, documents, letters, erased, problems, synthetic, .. } = report;
    let label = if *synthetic { lang.pick("（見本）", " (synthetic)") } else { "" };
    say!("{}: {receipt_number}{label}", path.display());
    match lang {
        Lang::Ja => say!("  行為 {acts}、本文 {contents}、添付書類 {documents}、送った通知書 {letters}（ほかに目次）、正当に消去 {erased}"),
        Lang::En => say!(
            "  {acts} acts, {contents} texts, {documents} documents attached, {letters} letters sent (beside the table of contents), {erased} erased by right"
        ),
    }
    if let Some(head) = report.head {
        say!("  {} {head}", lang.pick("最後の行為のハッシュ", "hash of the last act"));
    }
    for problem in problems {
        say!("  × {}: {}", problem.place, problem.what.get(lang));
    }
    say!("  {}", verdict(problems.len(), lang));
    problems.is_empty()
}

fn verdict(problems: usize, lang: Lang) -> String {
    match (problems, lang) {
        (0, Lang::Ja) => "すべて一致しました".to_owned(),
        (0, Lang::En) => "everything agrees".to_owned(),
        (n, Lang::Ja) => format!("一致しないものが {n} 件あります"),
        (n, Lang::En) => format!("{n} thing(s) do not agree"),
    }
}
