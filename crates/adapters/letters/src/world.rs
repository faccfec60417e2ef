//! What typst may see while it sets one letter: our templates, our fonts, one JSON file. No disk, no network, no clock.

use std::path::PathBuf;
use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{DiagSpan, FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Features, Library, LibraryExt, World, WorldExt};

use crate::fonts::Fonts;
use crate::letter::Letter;

/// Name and text of every template.
const TEMPLATES: [(&str, &str); 14] = [
    ("base.typ", include_str!("../templates/base.typ")),
    ("receipt.typ", include_str!("../templates/receipt.typ")),
    ("selection.typ", include_str!("../templates/selection.typ")),
    ("correction.typ", include_str!("../templates/correction.typ")),
    ("not-accepted.typ", include_str!("../templates/not-accepted.typ")),
    ("grant-decision.typ", include_str!("../templates/grant-decision.typ")),
    ("execution.typ", include_str!("../templates/execution.typ")),
    ("order.typ", include_str!("../templates/order.typ")),
    ("years.typ", include_str!("../templates/years.typ")),
    ("asset-labels.typ", include_str!("../templates/asset-labels.typ")),
    ("grant-refusal.typ", include_str!("../templates/grant-refusal.typ")),
    ("withdrawal.typ", include_str!("../templates/withdrawal.typ")),
    ("case-index.typ", include_str!("../templates/case-index.typ")),
    ("study.typ", include_str!("../templates/study.typ")),
];

/// The templates, parsed once.
static SOURCES: LazyLock<Vec<(&str, Source)>> =
    LazyLock::new(|| TEMPLATES.into_iter().filter_map(|(name, text)| Some((name, Source::new(file_id(name)?, text.to_owned())))).collect());

/// `None` only for a name that is no path.
fn file_id(name: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern())
}

/// What all letters share.
pub(crate) struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    pub(crate) fonts: Fonts,
}

impl Shared {
    pub(crate) fn new() -> Self {
        let fonts = Fonts::embedded();
        // Header cells of tables are told to screen readers.
        let features: Features = [Feature::A11yExtras].into_iter().collect();
        let library = Library::builder().with_features(features).build();
        Shared { library: LazyHash::new(library), book: LazyHash::new(fonts.book.clone()), fonts }
    }
}

/// The world of one letter.
pub(crate) struct Desk<'a> {
    shared: &'a Shared,
    main: FileId,
    data: Bytes,
    original: Bytes,
    /// Name and text of each picture.
    pictures: Vec<(String, Bytes)>,
}

impl<'a> Desk<'a> {
    /// `None` when there is no template of that name.
    pub(crate) fn new(shared: &'a Shared, template: &str, data: Vec<u8>, original: Vec<u8>, letter: &Letter) -> Option<Self> {
        let (_, source) = SOURCES.iter().find(|(name, _)| *name == template)?;
        Some(Desk { shared, main: source.id(), data: Bytes::new(data), original: Bytes::new(original), pictures: pictures(letter) })
    }

    /// `receipt.typ:12`: where in a template something is.
    pub(crate) fn place(&self, span: DiagSpan) -> Option<String> {
        let id = span.id()?;
        let line = self.source(id).ok()?.lines().byte_to_line(self.range(span)?.start)? + 1;
        Some(format!("{}:{line}:", id.vpath().get_without_slash()))
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = SOURCES.iter().find(|(_, source)| source.id() == id);
        found.map(|(_, source)| source.clone()).ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id.vpath().get_without_slash() {
            "data.json" => Ok(self.data.clone()),
            "letter.json" => Ok(self.original.clone()),
            name => self.pictures.iter().find(|(known, _)| known == name).map(|(_, svg)| svg.clone()).ok_or_else(|| missing(id)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.fonts.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The pictures of a letter, as its template names them.
fn pictures(letter: &Letter) -> Vec<(String, Bytes)> {
    let Letter::StudyReport(study) = letter else { return Vec::new() };
    study.figures.iter().map(|f| (format!("figures/{}.svg", f.name), Bytes::from_string(f.svg.clone()))).collect()
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}
