//! Why an uploaded file is not taken, and what to do about it.

use std::io;

use banso_kernel::{LocalText, group_thousands};

use super::kind::FileKind;
use crate::archive::ArchiveFlaw;

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SniffRefusal {
    #[error("the file is empty")]
    Empty,
    #[error("the file has {bytes} bytes; at most {limit} are taken")]
    TooLarge { bytes: u64, limit: u64 },
    #[error("the file is a program or a web page ({found})")]
    Executable { found: &'static str },
    #[error("the content is {found:?}; accepted are {accepted}")]
    NotAccepted { found: FileKind, accepted: String },
    #[error("the name ends in .{extension}, but the content is {found:?}")]
    ExtensionDiffers { extension: String, found: FileKind },
    #[error("the content is not of a kind that is taken ({found:?})")]
    Unknown { found: Option<&'static str> },
    #[error("the {what} is protected by a password")]
    Password { what: &'static str },
    #[error("the document is in the format of Office before 2007")]
    OldOffice,
    #[error("the document holds macros")]
    Macros,
    #[error("the archive holds a program: {entry}")]
    ProgramInside { entry: String },
    #[error("the {what} is damaged or cut short")]
    Damaged { what: &'static str },
    #[error("the archive is not taken: {0}")]
    Archive(ArchiveFlaw),
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
}

impl SniffRefusal {
    /// What to tell the person who handed the file in: what is wrong, and the remedy.
    #[must_use]
    pub fn told(&self) -> LocalText {
        match self {
            SniffRefusal::Empty => {
                LocalText::new("ファイルが空です。内容のあるファイルを選んでください。", "The file is empty. Choose one with content.")
            }
            SniffRefusal::TooLarge { bytes, limit } => too_large(*bytes, *limit),
            SniffRefusal::Executable { found } => LocalText::new(
                format!("このファイルの中身は{found}です。名前にかかわらず受け付けられません。書類を PDF 等で保存し直してください。"),
                "This file is a program or a web page, whatever its name. Save the document as PDF and try again.",
            ),
            SniffRefusal::NotAccepted { found, accepted } => LocalText::new(
                format!("このファイルの中身は{}です。ここに提出できるのは{accepted}です。保存し直してください。", found.label()),
                format!("This file is {}. Accepted here: {accepted}. Save it in one of these formats.", found.media_type()),
            ),
            SniffRefusal::ExtensionDiffers { extension, found } => LocalText::new(
                format!(
                    "名前の末尾は「.{extension}」ですが、中身は{}です。正しい形式で保存し直すか、名前の末尾を直してください。",
                    found.label()
                ),
                format!("The name ends in .{extension}, but the content is {}. Save it again, or correct the ending.", found.media_type()),
            ),
            SniffRefusal::Unknown { .. } => LocalText::new(
                "ファイルの種類を確かめられませんでした。PDF 等の受け付けている形式で保存し直してください。",
                "The kind of this file is not known or not taken. Save it in an accepted format such as PDF.",
            ),
            SniffRefusal::Password { what } => LocalText::new(
                format!("この{what}はパスワードで保護されています。パスワードを外して保存し直してください。"),
                "This file is protected by a password. Remove the password and save it again.",
            ),
            SniffRefusal::OldOffice => LocalText::new(
                "古い形式（.xls・.doc・.ppt 等）です。.xlsx・.docx・.pptx 又は PDF で保存し直してください。",
                "This is an old Office format. Save it as .xlsx, .docx, .pptx or PDF.",
            ),
            SniffRefusal::Macros => LocalText::new(
                "マクロが含まれています。マクロのない形式（.xlsx・.docx）で保存し直してください。",
                "The document holds macros. Save it without macros (.xlsx, .docx).",
            ),
            SniffRefusal::ProgramInside { entry } => LocalText::new(
                format!("ZIP の中に実行できるファイル「{entry}」があります。取り除いて作り直してください。"),
                format!("The ZIP holds a program, `{entry}`. Take it out and make the ZIP again."),
            ),
            SniffRefusal::Damaged { what } => LocalText::new(
                format!("この{what}は壊れているか、途中で切れています。元のファイルを開けることを確かめ、もう一度選んでください。"),
                "This file is damaged or cut short. Check that the original opens, and choose it again.",
            ),
            SniffRefusal::Archive(_) => LocalText::new(
                "圧縮ファイルの中身が多すぎる、大きすぎる、又は安全でない構造のため受け付けられません。中身を減らして作り直すか、PDF で提出してください。",
                "The archive holds too much, or is built in an unsafe way. Make it smaller, or hand in a PDF.",
            ),
            SniffRefusal::Io(_) => {
                LocalText::new("ファイルを読み取れませんでした。もう一度お試しください。", "The file could not be read. Please try again.")
            }
        }
    }
}

fn too_large(bytes: u64, limit: u64) -> LocalText {
    let (bytes, limit) = (group_thousands(i128::from(bytes)), group_thousands(i128::from(limit)));
    LocalText::new(
        format!("ファイルが大きすぎます（{bytes} バイト）。{limit} バイト以下にしてください。画像の解像度を下げるか、分割してください。"),
        format!("The file is too large ({bytes} bytes). Keep it to {limit} bytes: lower the resolution of images, or split it."),
    )
}
