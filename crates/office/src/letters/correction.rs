//! 補正依頼: what to put right, where, by when; of an application and of a grant request.

use banso_grant::Point;
use banso_kernel::Day;
use banso_letters::{Correction, Letter};

use super::Told;
use super::cover::Head;
use super::words::place_title;

pub(super) fn of_application(told: &Told<'_>, head: Head, points: &[Point], due: Day) -> Letter {
    Letter::ReturnForCorrection(correction(told, &head, points, due, "補"))
}

pub(super) fn of_grant_request(told: &Told<'_>, head: Head, points: &[Point], due: Day) -> Letter {
    Letter::GrantRequestReturned(correction(told, &head, points, due, "交補"))
}

fn correction(told: &Told<'_>, head: &Head, points: &[Point], due: Day, mark: &str) -> Correction {
    let point = |p: &Point| banso_letters::Point { place: place_title(told.edition, &p.field).ja, note: p.note.clone() };
    let number = format!("{}-{mark}{}", told.paper.receipt_number, told.record.seq);
    Correction { cover: head.cover(number, &[&told.record.clause]), points: points.iter().map(point).collect(), due }
}
