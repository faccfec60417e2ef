//! Where the texts are: the guidelines below `programmes`, the dictionary and the shared definitions in `facts` beside it.

use std::path::{Path, PathBuf};

use banso_guideline::{Dictionary, Library, Problem, Severity};
use banso_kernel::{Lang, LocalText};
use banso_office::{ProgrammeFile, ProgrammeTexts, Programmes, Words};

use crate::diagnostics::{Ink, render};
use crate::reading;
use crate::trouble::Trouble;

/// The folder of guidelines: the one named, or the one beside or above the working folder or the program.
pub(crate) fn programmes(named: Option<&Path>) -> Result<PathBuf, Trouble> {
    if let Some(folder) = named {
        return folder.is_dir().then(|| folder.to_owned()).ok_or_else(|| Trouble::NoProgrammes(folder.to_owned()));
    }
    let working = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let near = working.iter().chain(&program).flat_map(|place| place.ancestors()).map(|folder| folder.join("programmes"));
    near.into_iter().find(|folder| folder.is_dir()).ok_or_else(|| Trouble::NoProgrammes(PathBuf::from("programmes")))
}

/// A folder of guidelines, as the office reads it: at the start, and when somebody asks for it.
#[derive(Debug)]
pub(crate) struct Folder {
    /// The folder named by `--programmes`, if one was.
    pub(crate) named: Option<PathBuf>,
}

impl Programmes for Folder {
    fn read(&self) -> Result<ProgrammeTexts, LocalText> {
        let read = |lang| {
            let folder = programmes(self.named.as_deref())?;
            let words = words(&facts_beside(&folder)?, lang, Ink::Plain)?;
            let (mut files, mut unreadable) = (Vec::new(), Vec::new());
            for path in programme_paths(&folder)? {
                let name = path.display().to_string();
                match reading::text(&path) {
                    Ok(text) => files.push(ProgrammeFile { text, path: name }),
                    Err(why) => unreadable.push((name, reading::told(&why))),
                }
            }
            Ok(ProgrammeTexts { words, files, unreadable })
        };
        let said = |trouble: Trouble| trouble.to_string();
        match read(Lang::Ja) {
            Ok(texts) => Ok(texts),
            Err(trouble) => Err(LocalText { ja: said(trouble), en: read(Lang::En).err().map(said) }),
        }
    }

    fn shown(&self, file: &ProgrammeFile, problems: &[Problem]) -> LocalText {
        let errors: Vec<Problem> = problems.iter().filter(|p| p.severity == Severity::Error).cloned().collect();
        let shown = |lang| render(&file.path, &file.text, &errors, lang, Ink::Page);
        LocalText::new(shown(Lang::Ja), shown(Lang::En))
    }
}

/// All guidelines, first editions before later ones.
pub(crate) fn programme_files(programmes: &Path) -> Result<Vec<ProgrammeFile>, Trouble> {
    let paths = programme_paths(programmes)?;
    paths.into_iter().map(|path| Ok(ProgrammeFile { text: read(&path)?, path: path.display().to_string() })).collect()
}

fn programme_paths(programmes: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut paths = Vec::new();
    for programme in entries(programmes)?.into_iter().filter(|path| path.is_dir()) {
        paths.extend(entries(&programme)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")));
    }
    let sorted = |path: &PathBuf| (path.parent().map(Path::to_owned), path.with_extension("").as_os_str().len(), path.clone());
    paths.sort_by_key(sorted);
    Ok(paths)
}

/// The `facts` folder beside the programmes.
pub(crate) fn facts_beside(programmes: &Path) -> Result<PathBuf, Trouble> {
    let folder = programmes.canonicalize().ok().and_then(|p| p.parent().map(|above| above.join("facts")));
    folder.filter(|folder| folder.join("dictionary.md").is_file()).ok_or_else(|| Trouble::NoFacts(programmes.to_owned()))
}

/// What guidelines are read with.
pub(crate) fn words(facts: &Path, lang: Lang, ink: Ink) -> Result<Words, Trouble> {
    let dictionary = dictionary(facts, lang, ink)?;
    let path = facts.join("definitions.md");
    let text = read(&path)?;
    let library = Library::parse(&text, &dictionary).map_err(|problems| broken(&path, &text, &problems, lang, ink))?;
    Ok(Words { dictionary, library })
}

/// The dictionary of facts.
pub(crate) fn dictionary(facts: &Path, lang: Lang, ink: Ink) -> Result<Dictionary, Trouble> {
    let path = facts.join("dictionary.md");
    let text = read(&path)?;
    Dictionary::parse(&text).map_err(|problems| broken(&path, &text, &problems, lang, ink))
}

/// A text of this machine.
pub(crate) fn read(path: &Path) -> Result<String, Trouble> {
    reading::text(path).map_err(|cause| Trouble::Unreadable { path: path.to_owned(), cause })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let unreadable = |cause| Trouble::Unreadable { path: folder.to_owned(), cause };
    let found: Result<Vec<_>, _> = std::fs::read_dir(folder).map_err(unreadable)?.map(|entry| entry.map(|e| e.path())).collect();
    found.map_err(unreadable)
}

fn broken(path: &Path, text: &str, problems: &[Problem], lang: Lang, ink: Ink) -> Trouble {
    Trouble::Facts(render(&path.display().to_string(), text, problems, lang, ink))
}
