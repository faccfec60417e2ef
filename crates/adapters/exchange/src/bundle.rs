//! A few files as one ZIP: names and bytes as given, in the order given. The same files give the same bytes.

use std::io::{Cursor, Write as _};

use banso_kernel::Instant;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::package::{PackageError, moment};

/// The files as a ZIP; every entry bears the moment `at`.
///
/// # Errors
/// Two files of one name, or more bytes than a ZIP holds.
pub fn zip_files(files: &[(String, Vec<u8>)], at: Instant) -> Result<Vec<u8>, PackageError> {
    let options = SimpleFileOptions::default()
        .last_modified_time(moment(at).unwrap_or_default())
        .unix_permissions(0o644)
        .compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_are_the_same_bytes() {
        let at = Instant::parse("2029-04-01T10:00:00+09:00").unwrap();
        let files = [("ja/report.md".to_owned(), "# 架空".into()), ("panel.csv".to_owned(), b"a\r\n1\r\n".to_vec())];
        let zip = zip_files(&files, at).unwrap();
        assert_eq!(zip, zip_files(&files, at).unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(&zip)).unwrap();
        assert_eq!(read.file_names().collect::<Vec<_>>().len(), 2);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut read.by_name("ja/report.md").unwrap(), &mut text).unwrap();
        assert_eq!(text, "# 架空");
        let twice = [files[0].clone(), files[0].clone()];
        assert!(zip_files(&twice, at).is_err());
    }
}
