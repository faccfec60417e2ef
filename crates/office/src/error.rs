//! What a use case answers when it does not do what was asked. A refusal is for people; a fault is logged here, once, and shown as
//! a number.

use std::any::Any;
use std::fmt;

use banso_grant::Refusal;
use banso_kernel::{Instant, LocalText};
use banso_permits::Denied;
use banso_store::{CommitError, Fault};
use rand::Rng as _;

/// Something wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name in the form; empty when it is about the whole.
    pub field: String,
    /// What is wrong and how to put it right.
    pub text: LocalText,
}

impl FieldProblem {
    #[must_use]
    pub fn new(field: impl Into<String>, ja: impl Into<String>, en: impl Into<String>) -> Self {
        FieldProblem { field: field.into(), text: LocalText::new(ja, en) }
    }
}

/// What people quote when they ask about a fault; the same stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// Eight letters and digits that are not mistaken for each other on the telephone.
    fn new() -> Self {
        const LETTERS: [char; 30] = [
            '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T',
            'U', 'V', 'W', 'X', 'Y',
        ];
        let mut rng = rand::rng();
        let mut letters = || (0..4).filter_map(|_| LETTERS.get(rng.random_range(0..LETTERS.len()))).collect::<String>();
        Reference(format!("{}-{}", letters(), letters()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a use case was not carried out. Nothing was written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum OfficeError {
    /// The law or the guideline says no.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// A form that has to be corrected.
    #[error("{} fields are wrong", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// No such thing, or none that this person may know of.
    #[error("not found")]
    NotFound,
    /// Known to this person, but not his to do. Why, in words.
    #[error("forbidden")]
    Forbidden(Vec<LocalText>),
    /// Somebody else was faster. What was changed, in words.
    #[error("stale")]
    Stale(LocalText),
    /// The closing instant had passed at the moment of recording.
    #[error("closed at {closed}")]
    TooLate { closed: Instant },
    /// The call stands still: its guideline is not accepted by this program any more. Why and until when, in words.
    #[error("suspended: {}", .0.get(banso_kernel::Lang::En))]
    Suspended(LocalText),
    /// Storage cannot be reached or written just now. Why, in words that help whoever runs the server.
    #[error("busy: {}", .0.ja)]
    Busy(LocalText),
    #[error("too many attempts, again in {retry_after_seconds} s")]
    RateLimited { retry_after_seconds: u32 },
    /// A bug or broken data. It was logged under this number.
    #[error("fault {0}")]
    Fault(Reference),
}

impl OfficeError {
    /// A problem with one field.
    #[must_use]
    pub fn field(field: &str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        OfficeError::Invalid(vec![FieldProblem::new(field, ja, en)])
    }

    /// The fault of work that panicked: what it was about, and what the panic said.
    #[must_use]
    pub fn panicked(what: &str, why: &(dyn Any + Send)) -> Self {
        let said = why.downcast_ref::<String>().map(String::as_str).or_else(|| why.downcast_ref::<&str>().copied());
        Self::fault(format!("{what} panicked: {}", said.unwrap_or_default()))
    }

    /// Logs what cannot be and gives it a number.
    pub fn fault(what: impl fmt::Display) -> Self {
        let reference = Reference::new();
        tracing::error!(%reference, "{what}");
        OfficeError::Fault(reference)
    }
}

impl From<Refusal> for OfficeError {
    fn from(refusal: Refusal) -> Self {
        OfficeError::Refused(refusal)
    }
}

impl From<Denied> for OfficeError {
    fn from(denied: Denied) -> Self {
        OfficeError::Forbidden(denied.reasons.into_iter().map(|r| r.text).collect())
    }
}

impl From<Fault> for OfficeError {
    fn from(fault: Fault) -> Self {
        let words = match &fault {
            Fault::Unreachable(_) => Some(LocalText::new(
                "データベースに接続できません。サーバーを管理する方は、データベースが動いているか、接続先（--database）に届くかを確かめてください。つながれば、サーバーを起動し直さなくても続きます。",
                "The database cannot be reached. Whoever runs the server: see that the database is running and can be reached (--database). \
                 Once it is, everything goes on without a restart.",
            )),
            Fault::Full => Some(LocalText::new(
                "サーバーの記憶域（ディスク）に空きがないため、保存もログインもできません。サーバーを管理する方は、不要なファイルを移すなどして空きを作ってください。空きができれば、サーバーを起動し直さなくても続きます。",
                "The server's disk is full: nothing can be saved, and nobody can sign in. Whoever runs the server: make room on it, by moving \
                 files that are not needed. Once there is room, everything goes on without a restart.",
            )),
            Fault::Busy | Fault::InUse(_) => Some(LocalText::new("データベースが混み合っています。", "The database is busy.")),
            Fault::ReadOnly(_) => Some(LocalText::new(
                "データベースに書き込めません。サーバーを管理する方は、データのフォルダーとデータベースの書込みの権限を確かめてください。",
                "The database cannot be written. Whoever runs the server: see whether the data folder and the database may be written.",
            )),
            Fault::Newer { .. }
            | Fault::Older { .. }
            | Fault::LogUnread(_)
            | Fault::Impossible { .. }
            | Fault::Misfit { .. }
            | Fault::Database(_)
            | Fault::Files(_)
            | Fault::Address(_)
            | Fault::NothingHere(_)
            | Fault::NotEmpty
            | Fault::BrokenBackup(_)
            | Fault::OtherFolder(_)
            | Fault::HalfRestored(_)
            | Fault::Denied(_)
            | Fault::WrongPermit => None,
        };
        match words {
            Some(words) => {
                tracing::warn!("{fault}");
                OfficeError::Busy(words)
            }
            None => OfficeError::fault(fault),
        }
    }
}

impl From<CommitError> for OfficeError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale { .. } => {
                stale("この案件の手続が、先に別の画面で進められました。", "This case was moved on from another page first.")
            }
            CommitError::SectionSaved(_) => stale("この項目は、先にほかの人が保存しました。", "Somebody else saved this section first."),
            CommitError::DraftMoved => stale("申請書の内容が、先に変更されました。", "The application was changed first."),
            CommitError::TooLate { closed, .. } => OfficeError::TooLate { closed },
            CommitError::Taken(what) => {
                OfficeError::field("", "同じものがすでに登録されています。", format!("This {what} is registered already."))
            }
            CommitError::Missing(_) => OfficeError::NotFound,
            CommitError::DoesNotFollow(_) => OfficeError::fault(error),
            CommitError::Fault(fault) => fault.into(),
        }
    }
}

fn stale(ja: &str, en: &str) -> OfficeError {
    OfficeError::Stale(LocalText::new(ja, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_storage_is_either_waiting_or_a_number() {
        assert!(matches!(OfficeError::from(Fault::Full), OfficeError::Busy(_)));
        assert!(matches!(OfficeError::from(Fault::WrongPermit), OfficeError::Fault(_)));
        assert!(matches!(OfficeError::from(CommitError::Missing("x")), OfficeError::NotFound));
    }

    #[test]
    fn what_storage_lacks_is_told_with_its_remedy() {
        for (fault, cause, remedy) in [
            (Fault::Unreachable("refused".into()), "データベースに接続できません", "動いているか"),
            (Fault::Full, "空きがない", "空きを作って"),
            (Fault::ReadOnly("x".into()), "書き込めません", "権限"),
        ] {
            let OfficeError::Busy(words) = OfficeError::from(fault) else { panic!("storage is waited for") };
            assert!(words.ja.contains(cause) && words.ja.contains(remedy) && words.en.is_some(), "{words:?}");
        }
    }

    #[test]
    fn a_reference_can_be_read_out() {
        for text in std::iter::repeat_with(|| Reference::new().to_string()).take(1_000) {
            assert_eq!(text.len(), 9);
            assert!(text.chars().all(|c| c == '-' || (c.is_ascii_alphanumeric() && !"01ILOZ".contains(c))), "{text}");
        }
    }
}
