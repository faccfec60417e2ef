//! 不交付決定通知書: that the grant is refused, and why (適正化法第21条の2).

use banso_kernel::{Day, Yen};
use banso_letters::{GrantRefusal, Letter};

use super::cover::Head;

/// `clause` is what the act rests on; `asked` is the day of the grant request and its amount.
pub(crate) fn refusal_letter(head: Head, number: &str, clause: &str, asked: (Day, Yen), reason: &str) -> Letter {
    let (requested_on, requested) = asked;
    let cover = head.cover(number.to_owned(), &[clause]);
    Letter::GrantRefusal(GrantRefusal { cover, requested_on, requested, reason: reason.to_owned() })
}
