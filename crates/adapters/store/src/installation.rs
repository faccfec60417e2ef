//! What belongs together: a database and its data folder carry the same name and are not opened with another; a folder in which a restore
//! was not finished is opened by a restore only.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::db::{Conn, args, row, run};
use crate::fault::Fault;

/// The file that keeps the name.
const NAME: &str = "installation";
/// Is there while a restore is under way.
const RESTORING: &str = "restoring";

/// Compares the name in the database with the one in the folder, and gives both one where there is none yet.
///
/// # Errors
/// [`Fault::OtherFolder`]; faults of the database and of the folder.
pub(crate) async fn tie(conn: &mut Conn, folder: &Path) -> Result<(), Fault> {
    let name = match compare(conn, folder).await? {
        Tie::Tied => return Ok(()),
        // It was named, and the database was not reached any more.
        Tie::Folder(name) => name,
        Tie::None => {
            let name = uuid::Uuid::now_v7().to_string();
            write(folder, NAME, &name)?;
            name
        }
    };
    run(conn, "INSERT INTO installation (id, name) VALUES (1, $1)", args![name]).await?;
    Ok(())
}

/// Which of the two have a name.
pub(crate) enum Tie {
    Tied,
    Folder(String),
    None,
}

/// Compares the name in the database with the one in the folder, and writes nothing.
///
/// # Errors
/// [`Fault::OtherFolder`]; faults of the database and of the folder.
pub(crate) async fn compare(conn: &mut Conn, folder: &Path) -> Result<Tie, Fault> {
    let in_database = row(conn, "SELECT name FROM installation WHERE id = 1", args![]).await?.map(|r| r.text("name")).transpose()?;
    match (in_database, read(folder)?) {
        (Some(a), Some(b)) if a == b => Ok(Tie::Tied),
        // Another folder, or one that was never named: the documents of this database are elsewhere.
        (Some(_), _) => Err(Fault::OtherFolder(folder.display().to_string())),
        (None, Some(_)) if holds_documents(folder) => Err(Fault::OtherFolder(folder.display().to_string())),
        (None, Some(name)) => Ok(Tie::Folder(name)),
        (None, None) => Ok(Tie::None),
    }
}

fn read(folder: &Path) -> Result<Option<String>, Fault> {
    match std::fs::read_to_string(folder.join(NAME)) {
        Ok(name) => Ok(Some(name.trim().to_owned())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), Fault> {
    let mut temp = tempfile::NamedTempFile::new_in(folder)?;
    temp.write_all(text.as_bytes())?;
    temp.as_file().sync_all()?;
    temp.persist(folder.join(file)).map_err(|e| Fault::from(e.error))?;
    Ok(std::fs::File::open(folder)?.sync_all()?)
}

/// Whether a document was ever kept here.
fn holds_documents(folder: &Path) -> bool {
    std::fs::read_dir(folder.join("documents")).is_ok_and(|mut entries| entries.next().is_some())
}

/// The mark of a restore under way.
pub(crate) struct Restoring(PathBuf);

impl Restoring {
    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn begin(folder: &Path) -> Result<Self, Fault> {
        write(folder, RESTORING, "")?;
        Ok(Restoring(folder.join(RESTORING)))
    }

    /// # Errors
    /// The folder cannot be written.
    pub(crate) fn end(self) -> Result<(), Fault> {
        Ok(std::fs::remove_file(self.0)?)
    }
}

/// Refuses a folder in which a restore did not come to its end.
///
/// # Errors
/// [`Fault::HalfRestored`].
pub(crate) fn refuse_half_restored(folder: &Path) -> Result<(), Fault> {
    match folder.join(RESTORING).exists() {
        true => Err(Fault::HalfRestored(folder.display().to_string())),
        false => Ok(()),
    }
}
