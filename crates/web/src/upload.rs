//! A form with a file. The token comes first; not a byte of the file is taken before it is checked, and nothing is kept in memory.

use axum::RequestExt as _;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use banso_office::OfficeError;
use banso_office::apply::Incoming as IncomingFile;
use banso_office::execution::IncomingPaper;
use multer::{Field, Multipart};

use crate::context::PageContext;
use crate::csrf::{TOKEN_FIELD, TOKEN_HEADER, is_token};
use crate::failure::Failure;
use crate::form::{FormFields, Pairs};

/// Most text fields before the file, and most bytes of each.
const FIELDS_MAX: usize = 50;
const TEXT_BYTES_MAX: usize = 10_000;

/// The parts of an upload, not yet read.
pub(crate) struct Upload {
    parts: Multipart<'static>,
    csrf: String,
    sent_in_header: Option<String>,
}

/// The file of an upload, and the fields that stood before it.
pub(crate) struct UploadedFile {
    pub(crate) fields: FormFields,
    /// The name on the sender's machine, without its folders. For showing only.
    pub(crate) name: String,
    content: Field<'static>,
}

/// What takes in the bytes of a file.
pub(crate) trait TakesBytes {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), OfficeError>;
}

impl TakesBytes for IncomingFile {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), OfficeError> {
        IncomingFile::write(self, chunk).await
    }
}

impl TakesBytes for IncomingPaper {
    async fn write(&mut self, chunk: &[u8]) -> Result<(), OfficeError> {
        IncomingPaper::write(self, chunk).await
    }
}

/// What became of a file that was streamed into the office.
pub(crate) struct Streamed<T> {
    pub(crate) taken: Result<T, OfficeError>,
    /// Why it was not read to its end: a body larger than any that is taken in, or a connection that broke.
    pub(crate) stopped: Option<Failure>,
}

impl<T> Streamed<T> {
    /// What was taken, if the file was read to its end.
    ///
    /// # Errors
    /// It was not.
    pub(crate) fn into_taken(self) -> Result<Result<T, OfficeError>, Failure> {
        self.stopped.map_or(Ok(self.taken), Err)
    }
}

impl UploadedFile {
    /// Streams the file into the office. What is refused, at the beginning or half-way, is read to its end, so that the browser hears the
    /// answer.
    pub(crate) async fn stream_into<T: TakesBytes>(mut self, begun: Result<T, OfficeError>) -> Streamed<T> {
        let mut taken = begun;
        loop {
            let chunk = match self.content.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Streamed { taken, stopped: None },
                Err(error) => return Streamed { taken, stopped: Some(chunk_failed(&error)) },
            };
            let failed = match &mut taken {
                Ok(incoming) => incoming.write(&chunk).await.err(),
                Err(_) => None,
            };
            if let Some(error) = failed {
                taken = Err(error);
            }
        }
    }

    /// The whole of a small file.
    ///
    /// # Errors
    /// More than `bytes_max`, or a connection that broke.
    pub(crate) async fn whole(mut self, bytes_max: usize) -> Result<Vec<u8>, Failure> {
        whole(&mut self.content, bytes_max).await
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;
    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let page = request.extensions().get::<PageContext>().map(|p| p.csrf().to_owned());
        let csrf = page.ok_or(Failure::Status(StatusCode::INTERNAL_SERVER_ERROR))?;
        let sent_in_header = request.headers().get(TOKEN_HEADER).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| Failure::WrongKind)?;
        let content = request.into_limited_body().into_data_stream();
        Ok(Upload { parts: Multipart::new(content, boundary), csrf, sent_in_header })
    }
}

impl Upload {
    /// The first file with a name; `None` when the form was sent without choosing one. Fields after the file are not read.
    ///
    /// # Errors
    /// No valid token before the file, too many fields, or a connection that broke.
    pub(crate) async fn file(&mut self) -> Result<Option<UploadedFile>, Failure> {
        let mut pairs = Vec::new();
        let mut found = None;
        while let Some(mut field) = self.parts.next_field().await.map_err(|e| chunk_failed(&e))? {
            if let Some(name) = field.file_name().map(bare_name) {
                if name.is_empty() {
                    continue;
                }
                found = Some((name, field));
                break;
            }
            if pairs.len() >= FIELDS_MAX {
                return Err(Failure::TooLarge);
            }
            let name = field.name().unwrap_or_default().to_owned();
            pairs.push((name, String::from_utf8_lossy(&whole(&mut field, TEXT_BYTES_MAX).await?).into_owned()));
        }
        let pairs = Pairs::new(pairs)?;
        let sent = self.sent_in_header.as_deref().or_else(|| pairs.first(TOKEN_FIELD));
        if !is_token(&self.csrf, sent) {
            return Err(Failure::Forged);
        }
        Ok(found.map(|(name, content)| UploadedFile { fields: FormFields::new(pairs), name, content }))
    }
}

async fn whole(field: &mut Field<'static>, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| chunk_failed(&e))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(Failure::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What stands after the last slash of either kind, without control characters, 200 characters at most: the beginning, and the ending, by
/// which a machine tells what to open it with.
fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: Vec<char> = last.chars().filter(|c| !c.is_control()).collect();
    let left_out = shown.len().saturating_sub(200);
    let (head, tail) = (shown.iter().take(180), shown.iter().skip(180 + left_out));
    head.chain(tail).collect()
}

/// A part that could not be read: too large, or the connection broke.
fn chunk_failed(error: &multer::Error) -> Failure {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(e) = cause {
        if e.to_string().contains("length limit exceeded") {
            return Failure::TooLarge;
        }
        cause = e.source();
    }
    Failure::Status(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use banso_kernel::Lang;

    use super::*;

    const TOKEN: &str = "--edge\r\ncontent-disposition: form-data; name=\"_csrf\"\r\n\r\n0123\r\n";
    const SLOT: &str = "--edge\r\ncontent-disposition: form-data; name=\"slot\"\r\n\r\nplan-pdf\r\n";
    const FILE: &str = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"計画.pdf\"\r\n\r\n%PDF\r\n";
    const NO_FILE: &str = "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n";
    const END: &str = "--edge--\r\n";

    /// What becomes of an upload of these parts: the fields and the content of the file, no file, or a failure.
    async fn check(parts: &[&str], header_token: Option<&str>) -> Result<Option<(String, String)>, String> {
        let mut request = Request::builder().header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        if let Some(token) = header_token {
            request = request.header(TOKEN_HEADER, token);
        }
        let mut request = request.body(Body::from(parts.concat())).unwrap();
        request.extensions_mut().insert(PageContext::for_test(Lang::Ja));
        let mut upload = Upload::from_request(request, &()).await.map_err(|f| format!("{f:?}"))?;
        match upload.file().await.map_err(|f| format!("{f:?}"))? {
            None => Ok(None),
            Some(file) => {
                let slot = file.fields.text("slot").to_owned();
                let content = file.content.text().await.map_err(|e| format!("broken: {:?}", chunk_failed(&e)))?;
                Ok(Some((format!("{slot} {}", file.name), content)))
            }
        }
    }

    #[tokio::test]
    async fn a_file_is_taken_only_behind_its_token() {
        let taken = Ok(Some(("plan-pdf 計画.pdf".to_owned(), "%PDF".to_owned())));
        let forged = Err("Forged".to_owned());
        assert_eq!(check(&[TOKEN, SLOT, FILE, END], None).await, taken);
        assert_eq!(check(&[SLOT, FILE, END], Some("0123")).await, taken);
        assert_eq!(check(&[SLOT, FILE, END], None).await, forged);
        assert_eq!(check(&[SLOT, FILE, TOKEN, END], None).await, forged);
        assert_eq!(check(&[TOKEN, SLOT, FILE, END], Some("4567")).await, forged);
        assert_eq!(check(&[TOKEN, SLOT, NO_FILE, END], None).await, Ok(None));
        assert_eq!(check(&[SLOT, END], None).await, forged);
    }

    #[tokio::test]
    async fn an_upload_that_dies_on_the_way_is_an_error() {
        let half = FILE.trim_end_matches("\r\n");
        assert_eq!(check(&[TOKEN, SLOT, half], None).await, Err("broken: Status(400)".to_owned()));
        assert!(check(&[TOKEN, &SLOT.repeat(60), FILE, END], None).await.is_err_and(|e| e == "TooLarge"));
    }

    #[test]
    fn a_file_name_loses_its_folders() {
        for (sent, kept) in
            [("計画書.pdf", "計画書.pdf"), ("C:\\a\\b.pdf", "b.pdf"), ("../../etc/passwd", "passwd"), ("a\u{7}b", "ab"), ("", "")]
        {
            assert_eq!(bare_name(sent), kept);
        }
        let long = bare_name(&format!("{}.pdf", "計".repeat(300)));
        assert_eq!((long.chars().count(), long.ends_with("計.pdf")), (200, true));
    }
}
