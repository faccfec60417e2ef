//! Files on their way out: kept by the browser, never shown inside our own address, never guessed at, never run.

use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};

use banso_office::DocumentReader;

use crate::context::encoded;

/// What a file is. What somebody uploaded is always [`FileKind::Other`], whatever it says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// A letter or receipt of ours.
    Pdf,
    Excel,
    Zip,
    Other,
}

impl FileKind {
    const fn media_type(self) -> &'static str {
        match self {
            FileKind::Pdf => "application/pdf",
            FileKind::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileKind::Zip => "application/zip",
            FileKind::Other => "application/octet-stream",
        }
    }
}

/// A file under this name (Japanese is fine), to be saved.
pub(crate) fn download(name: &str, kind: FileKind, body: impl Into<Body>) -> Response {
    let plain = plain(name);
    let encoded = encoded(name).replace('/', "%2F");
    let headers: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, kind.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, body.into()).into_response()
}

/// Words of our own file names, for whoever shows no Japanese ones.
const WORDS: [(&str, &str); 10] = [
    ("交付決定通知書（案）", "grant-decision-draft"),
    ("交付決定", "grant-decision"),
    ("不交付", "grant-refusal"),
    ("不採択", "not-selected"),
    ("採択", "selected"),
    ("受付票", "receipt"),
    ("受領書", "receipt"),
    ("取下げ", "withdrawal"),
    ("補正", "correction"),
    ("順位表", "ranking"),
];

/// The name in plain letters: what our own words mean, and the numbers in it.
fn plain(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let word = WORDS.iter().find(|(ja, _)| stem.contains(ja)).map(|(_, en)| *en);
    let kept = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let rest = stem.split(|c| !kept(c)).map(|part| part.trim_matches(['-', '_', '.'])).filter(|part| !part.is_empty());
    let parts: Vec<&str> = word.into_iter().chain(rest).collect();
    let stem = if parts.is_empty() { "file".to_owned() } else { parts.join("-") };
    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).collect();
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

/// A figure of ours, shown where a page asks for it as an image; on its own it can run nothing and load nothing.
pub(crate) fn picture(svg: String) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (headers, svg).into_response()
}

/// A stored document as a body, read as it is sent.
pub(crate) fn document(reader: DocumentReader) -> Body {
    Body::from_stream(futures_util::stream::try_unfold(reader, async |mut reader| {
        reader.next().await.map(|chunk| chunk.map(|bytes| (bytes, reader)))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        for (name, expect) in [
            ("受領書.pdf", "attachment; filename=\"receipt.pdf\"; filename*=UTF-8''%E5%8F%97%E9%A0%98%E6%9B%B8.pdf"),
            ("見積書.pdf", "attachment; filename=\"file.pdf\"; filename*=UTF-8''%E8%A6%8B%E7%A9%8D%E6%9B%B8.pdf"),
            ("G7-1交決第1号.pdf", "attachment; filename=\"G7-1-1.pdf\"; filename*=UTF-8''G7-1%E4%BA%A4%E6%B1%BA%E7%AC%AC1%E5%8F%B7.pdf"),
            ("a\"; x=\r\ny/z", "attachment; filename=\"a-x-y-z\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0Ay%2Fz"),
        ] {
            let response = download(name, FileKind::Other, "x");
            assert_eq!(response.headers().get(header::CONTENT_DISPOSITION).unwrap(), expect);
            assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), "application/octet-stream");
        }
    }
}
