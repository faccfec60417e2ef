//! The data folder of a server, and the address of a database file.

use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// A folder in which one server at a time keeps its database and documents.
#[derive(Debug)]
pub(crate) struct DataFolder {
    pub(crate) path: PathBuf,
    /// None beside a server that holds it.
    _lock: Option<std::fs::File>,
}

impl DataFolder {
    /// Makes the folder if it is not there, and locks it until dropped.
    ///
    /// # Errors
    /// Another process holds it, or it cannot be written.
    pub(crate) fn lock(path: &Path) -> Result<Self, Fault> {
        make_private(path)?;
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(path.join("banso.lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(DataFolder { path: path.to_owned(), _lock: Some(file) }),
            Err(std::fs::TryLockError::WouldBlock) => Err(Fault::InUse(path.display().to_string())),
            Err(std::fs::TryLockError::Error(e)) => Err(e.into()),
        }
    }

    /// The folder of a server that may be running.
    pub(crate) fn beside(path: &Path) -> Self {
        DataFolder { path: path.to_owned(), _lock: None }
    }
}

/// Makes a folder that only its owner may read: it holds personal data, sessions and passwords' hashes. One that is there stays as it is.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The URL of a database file, whatever letters its path has.
pub(crate) fn sqlite_url(file: &Path) -> String {
    sqlite_url_with(file, "mode=rwc")
}

pub(crate) fn sqlite_url_with(file: &Path, how: &str) -> String {
    let mut url = String::from("sqlite://");
    for byte in file.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => url.push(char::from(*byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url + "?" + how
}
