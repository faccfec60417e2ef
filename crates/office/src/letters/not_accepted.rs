//! 不受理通知書: why an application was not accepted.

use banso_letters::{Letter, NotAccepted};

use super::Told;
use super::cover::Head;

pub(super) fn letter(told: &Told<'_>, head: Head, reason: &str) -> Letter {
    let number = format!("{}-不受{}", told.paper.receipt_number, told.record.seq);
    Letter::NotAccepted(NotAccepted { cover: head.cover(number, &[&told.record.clause]), reason: reason.to_owned() })
}
