//! Files that people name: regular ones only. A pipe is waited for without end, and a device has none.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use banso_kernel::LocalText;

/// What was named is a folder, a pipe or a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotRegular {
    folder: bool,
}

impl NotRegular {
    /// What it is, and what to do.
    #[must_use]
    pub fn told(self) -> LocalText {
        if self.folder {
            LocalText::new("フォルダーです。ファイルを指定してください。", "It is a folder; name a file.")
        } else {
            LocalText::new(
                "通常のファイルではありません（パイプや装置は読みません）。ファイルに保存してから指定してください。",
                "It is no regular file (pipes and devices are not read); save it as a file and name that.",
            )
        }
    }
}

impl fmt::Display for NotRegular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        write!(f, "{} / {}", told.ja, told.get(banso_kernel::Lang::En))
    }
}

impl std::error::Error for NotRegular {}

/// Opens a file that somebody named. Links are followed.
///
/// # Errors
/// [`NotRegular`] inside the error of the system; what the system says.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let kind = path.metadata()?.file_type();
    if kind.is_file() { File::open(path) } else { Err(io::Error::new(io::ErrorKind::InvalidInput, NotRegular { folder: kind.is_dir() })) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a"), folder.path().join("endless"));
        std::fs::write(&file, "x").unwrap();
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(open_regular(&file).is_ok());
        for (path, word) in [(link.as_path(), "通常のファイルではありません"), (folder.path(), "フォルダーです")] {
            let said = open_regular(path).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(open_regular(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
