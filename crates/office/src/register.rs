//! The national register of corporate numbers: taking in its files, and what it says of a firm.

use std::path::{Path, PathBuf};

use banso_exchange::{RegisterFileError, RegisterRow, RegisterRows, register_digest};
use banso_kernel::{CorporateNumber, Digest, LocalText};
use banso_register::{Closing, Entry, Tally, plan};
use banso_store::{RegisterEvent, RegisterFile, RegisteredFirm};
use tokio::sync::mpsc;

use crate::{Office, OfficeError, Page};

/// Rows that are taken in at once: what a crash loses at most, and what is held in memory.
const PART: usize = 1000;

/// How far a file of the register is in.
#[derive(Debug, Clone)]
pub struct RegisterProgress {
    pub lines: u64,
    pub tally: Tally,
}

/// What a file of the register did.
#[derive(Debug, Clone)]
pub struct RegisterTaken {
    pub file: RegisterFile,
    /// The file, or its beginning, had been taken in before: this many lines were passed over.
    pub before: u64,
}

/// Something to look at in a file: a row that was refused, or one that was taken though it is odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRemark {
    pub line: u64,
    pub refused: bool,
    pub text: LocalText,
}

/// What the register says of a firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmRecord {
    pub firm: RegisteredFirm,
    /// The newest first.
    pub history: Vec<RegisterEvent>,
    /// The firm that it went over to.
    pub successor: Option<RegisteredFirm>,
    /// Firms that went over to it.
    pub predecessors: Vec<RegisteredFirm>,
}

impl Office {
    /// Takes in a file of the register, full or difference. What was in already is passed over; rows that are wrong are told and left
    /// out; the rest is kept. It may be stopped at any moment and begun again.
    ///
    /// # Errors
    /// A file that cannot be read; storage.
    pub async fn take_register_file(
        &self,
        path: &Path,
        mut tell: impl FnMut(&RegisterProgress, &[RegisterRemark]),
    ) -> Result<RegisterTaken, OfficeError> {
        let named = path.to_owned();
        let digest = blocking(move || register_digest(&named).map_err(|e| unreadable(&e))).await?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let begun = self.store().begin_register_file(digest, &name).await?;
        let mut progress = RegisterProgress { lines: begun.lines, tally: begun.tally };
        if begun.finished_at.is_none() {
            let mut parts = parts(path.to_owned(), begun.lines);
            while let Some(part) = parts.recv().await {
                let (tally, remarks) = self.take_part(digest, part?, &mut progress.lines).await?;
                progress.tally += tally;
                tell(&progress, &remarks);
            }
            self.store().finish_register_file(digest).await?;
        }
        let file = self.store().begin_register_file(digest, &name).await?;
        Ok(RegisterTaken { before: begun.lines, file })
    }

    async fn take_part(
        &self,
        digest: Digest,
        part: Vec<RegisterRow>,
        lines: &mut u64,
    ) -> Result<(Tally, Vec<RegisterRemark>), OfficeError> {
        let last = part.last().map_or(*lines, |(line, _)| *line);
        let rows = part.len();
        let (entries, mut remarks) = sorted(part);
        let refused = (rows - entries.len()) as u64;
        let known = self.store().register_known(digest, entries.iter().map(|(_, e)| e.number)).await?;
        let plan = plan(&known, entries);
        let tally = Tally { refused, ..plan.tally };
        self.store().take_register(digest, &plan, last, tally).await?;
        *lines = last;
        remarks.extend(plan.notes.iter().map(|n| RegisterRemark { line: n.line, refused: false, text: n.text() }));
        remarks.sort_by_key(|r| r.line);
        Ok((tally, remarks))
    }

    /// Files of the register that were taken in, the newest first.
    ///
    /// # Errors
    /// Storage.
    pub async fn register_files(&self) -> Result<Vec<RegisterFile>, OfficeError> {
        Ok(self.store().register_files().await?)
    }

    /// What the register says of a number.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] when it says nothing.
    pub async fn firm_record(&self, number: CorporateNumber) -> Result<FirmRecord, OfficeError> {
        let firm = self.store().registered_firm(number).await?.ok_or(OfficeError::NotFound)?;
        let successor = match firm.closing.as_ref().and_then(|c| c.successor) {
            Some(heir) => self.store().registered_firm(heir).await?,
            None => None,
        };
        let history = self.store().register_history(number).await?;
        let predecessors = self.store().succeeded_by(number).await?;
        Ok(FirmRecord { firm, history, successor, predecessors })
    }

    /// Firms by a name, however it is written, or by a whole number.
    ///
    /// # Errors
    /// Storage.
    pub async fn find_firms(&self, text: &str, page: Page) -> Result<Vec<RegisteredFirm>, OfficeError> {
        if let Ok(number) = CorporateNumber::parse(text) {
            return Ok(self.store().registered_firm(number).await?.into_iter().collect());
        }
        Ok(self.store().find_registered(text, page).await?)
    }
}

/// A record that is closed, in words.
pub(crate) fn closed_words(firm: &RegisteredFirm, closing: &Closing) -> LocalText {
    let cause = closing.cause.map(banso_register::ClosingCause::title).unwrap_or_default();
    let because = if cause.ja.is_empty() { String::new() } else { format!("（{}）", cause.ja) };
    let because_en = if cause.ja.is_empty() { String::new() } else { format!(" ({})", cause.get(banso_kernel::Lang::En)) };
    let heir = closing.successor.map(|n| format!("承継先の法人番号は{n}です。")).unwrap_or_default();
    let heir_en = closing.successor.map(|n| format!(" Its successor is {n}.")).unwrap_or_default();
    let (name, on) = (&firm.name, closing.on);
    LocalText::new(
        format!(
            "「{name}」の登記記録は、{}に閉鎖されています{because}。{heir}誤りと思われるときは、事務局に連絡してください。",
            on.wareki()
        ),
        format!("The record of {name} was closed on {on}{because_en}.{heir_en} Ask the office if you think that this is wrong."),
    )
}

/// Rows that can be taken, and remarks on those that cannot.
fn sorted(part: Vec<RegisterRow>) -> (Vec<(u64, Entry)>, Vec<RegisterRemark>) {
    let (mut entries, mut remarks) = (Vec::with_capacity(part.len()), Vec::new());
    for (line, row) in part {
        match row {
            Ok(entry) => entries.push((line, entry)),
            Err(flaws) => remarks.extend(flaws.into_iter().map(|flaw| RegisterRemark {
                line,
                refused: true,
                text: LocalText::new(
                    format!("{line}行目：{}", flaw.text.ja),
                    format!("Line {line}: {}", flaw.text.get(banso_kernel::Lang::En)),
                ),
            })),
        }
    }
    (entries, remarks)
}

/// Reads a file in parts, behind a line, while earlier parts are being written.
fn parts(path: PathBuf, behind: u64) -> mpsc::Receiver<Result<Vec<RegisterRow>, OfficeError>> {
    let (send, receive) = mpsc::channel(2);
    tokio::task::spawn_blocking(move || {
        let mut part = Vec::with_capacity(PART);
        let read = (|| {
            for row in RegisterRows::open(&path)? {
                let row = row?;
                if row.0 <= behind {
                    continue;
                }
                part.push(row);
                if part.len() == PART && send.blocking_send(Ok(std::mem::take(&mut part))).is_err() {
                    return Ok(());
                }
            }
            Ok(())
        })();
        // Nobody listens any more when the work was stopped.
        if !part.is_empty() && send.blocking_send(Ok(part)).is_err() {
            return;
        }
        if let Err(error) = read {
            let _ = send.blocking_send(Err(unreadable(&error)));
        }
    });
    receive
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, OfficeError> + Send + 'static) -> Result<T, OfficeError> {
    tokio::task::spawn_blocking(work).await.map_err(OfficeError::fault)?
}

fn unreadable(error: &RegisterFileError) -> OfficeError {
    use RegisterFileError as E;
    let ja = match error {
        E::Io(cause) => format!("ファイルを読めません：{cause}"),
        E::Zip(cause) => format!("ZIPとして読めません：{cause}"),
        E::NotOneCsv(count) => format!("ZIPの中にCSVが{count}個あります。1個のZIPを指定してください。"),
        E::TooLarge => "ZIPの中のCSVが8GiBを超えています。".to_owned(),
        E::NoRegister(line) => format!("{line}行目が長すぎます。法人番号公表サイトのCSVではありません。"),
    };
    OfficeError::field("file", ja, format!("{error}."))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::testing::TestOffice;

    fn number(n: u64) -> CorporateNumber {
        CorporateNumber::from_body(700_000_000_000 + n)
    }

    fn row(n: u64, name: &str, closing: &str) -> String {
        let process = if closing.is_empty() { "01" } else { "21" };
        let closing = if closing.is_empty() { ",," } else { closing };
        let number = number(n);
        format!(
            "{n},{number},{process},0,2026-08-10,2026-08-03,{name},,301,福井県,鯖江市,架空町１番地,,18,207,9160000,,,{closing},,2015-10-05,1,,,,,カクウ,0\n"
        )
    }

    #[tokio::test]
    async fn a_file_is_taken_in_and_told() {
        let office = TestOffice::new().await;
        let path = office.folder().join("diff_20260810.csv");
        let mut text = String::new();
        for n in 1..=2500 {
            let _ = match n {
                7 => writeln!(text, "7,1234567890123,01"),
                2000 => write!(text, "{}", row(n, "株式会社架空", &format!("2026-08-03,11,{}", number(1)))),
                _ => write!(text, "{}", row(n, "株式会社架空", "")),
            };
        }
        text.push_str(&row(3, "株式会社架空参", ""));
        std::fs::write(&path, &text).unwrap();
        let (mut steps, mut remarks) = (Vec::new(), Vec::new());
        let taken = office
            .take_register_file(&path, |progress, told| {
                steps.push(progress.lines);
                remarks.extend(told.iter().map(|r| (r.line, r.refused)));
            })
            .await
            .unwrap();
        assert_eq!(steps, [1000, 2000, 2501]);
        assert_eq!(remarks, [(7, true), (2501, false)]);
        assert_eq!(taken.file.tally, Tally { new: 2499, older: 1, refused: 1, ..Tally::default() });
        assert!(taken.file.finished_at.is_some());
        let again = office.take_register_file(&path, |_, _| panic!("there is nothing to do")).await.unwrap();
        assert_eq!((again.before, again.file.tally), (2501, taken.file.tally));

        let record = office.firm_record(number(2000)).await.unwrap();
        assert_eq!(record.successor.map(|s| s.number), Some(number(1)));
        let words = closed_words(&record.firm, record.firm.closing.as_ref().unwrap());
        assert!(words.ja.contains("令和8年8月3日に閉鎖") && words.ja.contains("合併による解散等"), "{}", words.ja);
        assert_eq!(office.firm_record(number(1)).await.unwrap().predecessors.len(), 1);
        assert!(matches!(office.firm_record(number(7)).await, Err(OfficeError::NotFound)));
        assert_eq!(office.find_firms("(株)架空", Page::first(20)).await.unwrap().len(), 20);
        assert_eq!(office.find_firms(&number(5).to_string(), Page::first(20)).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn what_is_no_register_is_refused_in_words() {
        let office = TestOffice::new().await;
        let path = office.folder().join("x.csv");
        for (bytes, ja) in [(vec![b'a'; 200_000], "長すぎます"), (b"PK\x03\x04 no zip".to_vec(), "ZIPとして読めません")] {
            std::fs::write(&path, bytes).unwrap();
            let refused = office.take_register_file(&path, |_, _| {}).await;
            let Err(OfficeError::Invalid(problems)) = refused else { panic!("{refused:?}") };
            assert!(problems[0].text.ja.contains(ja), "{problems:?}");
        }
        let missing = office.take_register_file(&office.folder().join("none.csv"), |_, _| {}).await;
        assert!(matches!(missing, Err(OfficeError::Invalid(_))), "{missing:?}");
    }
}
