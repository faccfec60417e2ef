//! `banso fmt`: writes guidelines in their usual layout. What they say stays as it is.

use std::path::PathBuf;

use banso_guideline::lay_out;
use banso_kernel::Lang;

use crate::texts;
use crate::trouble::Trouble;

/// What is done with a text that is laid out otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// It is written anew.
    Write,
    /// It is only told.
    Check,
}

/// Lays the files out one after the other. False when one would change and nothing may be written.
pub(crate) fn fmt(files: &[PathBuf], layout: Layout, lang: Lang) -> Result<bool, Trouble> {
    let mut sound = true;
    for file in files {
        let source = texts::read(file)?;
        let text = lay_out(&source);
        let path = file.display();
        if text == source {
            say!("{path}: {}", lang.pick("変わりません", "unchanged"));
            continue;
        }
        match layout {
            Layout::Check => {
                sound = false;
                let line = source.lines().zip(text.lines()).take_while(|(a, b)| a == b).count() + 1;
                say!("{path}:{line}: {}", lang.pick("整えると変わります", "would change"));
            }
            Layout::Write => {
                write_whole(file, &text).map_err(|cause| Trouble::Unwritable { path: file.clone(), cause })?;
                say!("{path}: {}", lang.pick("整えました", "laid out"));
            }
        }
    }
    Ok(sound)
}

/// The new text beside the old one first: a machine that stops in between leaves one of the two whole.
fn write_whole(file: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| std::path::Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().set_permissions(std::fs::metadata(file)?.permissions())?;
    beside.persist(file).map(|_| ()).map_err(|e| e.error)
}
