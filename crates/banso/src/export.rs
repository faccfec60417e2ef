//! `banso export`: what the desks hand out as files, on the command line, by the same use cases and with the permits of a named account.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use banso_kernel::{CallId, Lang};
use banso_office::desk::{InboxQuery, ListFile};
use banso_office::{Office, OfficeError, People, SystemClock};
use banso_permits::Person;
use tempfile::NamedTempFile;

use crate::cli::{self, ExportCase, ExportCommand, ExportList};
use crate::demo::{self, Holds};
use crate::diagnostics::Ink;
use crate::texts;
use crate::trouble::Trouble;
use crate::wiring;

/// Takes a case or a list out, beside the server that may be running.
pub(crate) async fn export(place: &cli::Place, command: &ExportCommand, lang: Lang) -> Result<(), Trouble> {
    let office = office(place, lang).await?;
    let written = match command {
        ExportCommand::Case(wanted) => case(&office, wanted).await?,
        ExportCommand::List(wanted) => list(&office, wanted).await?,
    };
    office.close().await;
    say!("取り出しました / Written: {}", written.display());
    Ok(())
}

/// The office with its guidelines, labelled synthetic when its data are.
async fn office(place: &cli::Place, lang: Lang) -> Result<Office, Trouble> {
    let programmes = texts::programmes(place.programmes.as_deref())?;
    let words = texts::words(&texts::facts_beside(&programmes)?, lang, Ink::Plain)?;
    let store = wiring::store_beside(place).await?;
    let people = match demo::look(&store).await? {
        Holds::Demo | Holds::Half => People::Synthetic,
        Holds::Nothing | Holds::Other => People::Real,
    };
    let office = wiring::on(store, place, people, Arc::new(SystemClock))?;
    office.restore_editions(&words).await?;
    Ok(office)
}

async fn acting(office: &Office, login: &str) -> Result<Person, Trouble> {
    office.person_by_login(login).await.map_err(|error| or_nothing(error, Trouble::NoAccount(login.to_owned())))
}

async fn case(office: &Office, wanted: &ExportCase) -> Result<PathBuf, Trouble> {
    let person = acting(office, &wanted.login).await?;
    let none = |error| or_nothing(error, Trouble::NoCase(wanted.case.clone()));
    let id = office.audit_named(&person, &wanted.case).await.map_err(none)?;
    let mut export = office.export_case(&person, id).await.map_err(none)?;
    let path = wanted.to.clone().unwrap_or_else(|| PathBuf::from(&export.name));
    let mut file = begin(&path)?;
    while let Some(chunk) = export.reader.next().await? {
        write(&mut file, &chunk, &path)?;
    }
    finish(file, path)
}

async fn list(office: &Office, wanted: &ExportList) -> Result<PathBuf, Trouble> {
    let named = format!("{}/{}", wanted.programme, wanted.call);
    let Ok(call) = CallId::parse(&named) else { return Err(Trouble::NoCall(named)) };
    let person = acting(office, &wanted.login).await?;
    let kind = match &wanted.to {
        Some(path) => kind_of(path).ok_or_else(|| Trouble::NoListFile(path.clone()))?,
        None => ListFile::Excel,
    };
    let bytes = office
        .office_inbox_file(&person, &call, InboxQuery::default(), kind)
        .await
        .map_err(|error| or_nothing(error, Trouble::NoCall(named.clone())))?;
    let usual = || PathBuf::from(format!("申請一覧_{}_{}.{}", named.replace('/', "-"), office.now().day(), kind.extension()));
    let path = wanted.to.clone().unwrap_or_else(usual);
    let mut file = begin(&path)?;
    write(&mut file, &bytes, &path)?;
    finish(file, path)
}

fn kind_of(path: &Path) -> Option<ListFile> {
    ListFile::named(path.extension()?.to_str()?)
}

/// What was looked for by name is said by its name.
fn or_nothing(error: OfficeError, nothing: Trouble) -> Trouble {
    if matches!(error, OfficeError::NotFound) { nothing } else { error.into() }
}

/// A file beside the wanted one, readable by its owner only; it gets its name when it is whole.
fn begin(path: &Path) -> Result<NamedTempFile, Trouble> {
    if path.exists() {
        return Err(Trouble::Exists(path.to_owned()));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    NamedTempFile::new_in(folder).map_err(|cause| Trouble::Unwritable { path: path.to_owned(), cause })
}

fn write(file: &mut NamedTempFile, bytes: &[u8], path: &Path) -> Result<(), Trouble> {
    file.write_all(bytes).map_err(|cause| Trouble::Unwritable { path: path.to_owned(), cause })
}

fn finish(file: NamedTempFile, path: PathBuf) -> Result<PathBuf, Trouble> {
    let whole = file.as_file().sync_all();
    whole.map_err(|cause| Trouble::Unwritable { path: path.clone(), cause })?;
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(path),
        Err(kept) if kept.error.kind() == std::io::ErrorKind::AlreadyExists => Err(Trouble::Exists(path)),
        Err(kept) => Err(Trouble::Unwritable { path, cause: kept.error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_over_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("一覧.csv");
        let mut file = begin(&path).unwrap();
        write(&mut file, b"1", &path).unwrap();
        assert!(!path.exists());
        // Somebody else takes the name while this one is being written.
        let mut late = begin(&path).unwrap();
        write(&mut late, b"2", &path).unwrap();
        finish(file, path.clone()).unwrap();
        assert!(matches!(finish(late, path.clone()), Err(Trouble::Exists(_))));
        assert!(matches!(begin(&path), Err(Trouble::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"1");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(matches!(begin(&folder.path().join("none/x.csv")), Err(Trouble::Unwritable { .. })));
    }

    #[test]
    fn the_name_says_what_kind_of_list() {
        for (name, kind) in [("a.xlsx", Some(ListFile::Excel)), ("a.CSV", Some(ListFile::Csv)), ("a.xls", None), ("csv", None), ("", None)]
        {
            assert_eq!(kind_of(Path::new(name)), kind, "{name}");
        }
    }
}
