//! From the call to the requests for a grant: everybody arrives, is reviewed and selected, by the rules, all at once. The decisions and
//! what follows them are taken one by one.

use banso_guideline::Edition;
use banso_kernel::{CallId, CaseId, ClosedDays, Day, Instant, PersonId, Yen};
use banso_office::{Office, Rehearsed};

use crate::answers::answers;
use crate::cast::{Firm, Staff};
use crate::clock::WorldClock;
use crate::dice::Dice;
use crate::failure::Why;

/// An instant of a day, so many seconds after midnight in Japan.
pub(crate) fn at(day: Day, seconds: i64) -> Instant {
    day.start().plus_seconds(seconds)
}

/// Two thirds, as the guideline of the simulation computes it.
fn requested(firm: &Firm) -> Yen {
    Yen::new(firm.cost().get() / 3 * 2)
}

fn sheets(dice: &Dice, edition: &Edition, firm: &Firm) -> Vec<Vec<(String, u32)>> {
    let sheet = |reviewer: u32| {
        let (low, high) = if firm.passes { (60, 100) } else { (10, 40) };
        edition
            .score_sheet()
            .criteria
            .iter()
            .map(|c| {
                let share = dice.between(&format!("mark {} {reviewer} {}", firm.nth, c.id), low, high);
                (c.id.clone(), c.points_max.saturating_mul(u32::try_from(share).unwrap_or_default()) / 100)
            })
            .collect()
    };
    (0..edition.selection().reviewers_each).map(sheet).collect()
}

/// Plays the round; back come the cases in the order of the firms.
pub(crate) async fn play(
    office: &Office,
    clock: &WorldClock,
    dice: &Dice,
    (staff, firms): (&Staff, &[Firm]),
    call: &CallId,
) -> Result<Vec<CaseId>, Why> {
    let edition = office.edition_in_force(call)?;
    let meta = edition.meta();
    let closes = meta.closes.day();
    let round: Vec<Rehearsed> = firms
        .iter()
        .filter_map(|firm| {
            Some(Rehearsed {
                firm: firm.speaks.organisation?,
                number: firm.number,
                name: firm.name.clone(),
                title: format!("架空の試作 {}", firm.nth),
                requested: requested(firm),
                answers: answers(&edition, firm),
                sheets: sheets(dice, &edition, firm),
            })
        })
        .collect();
    let Some(first) = firms.first() else { return Ok(Vec::new()) };
    clock.set(at(closes.plus_days(-2), 14 * 3600));
    let cases = office.rehearse_arrival(&first.speaks, call, &round).await?;
    clock.set(at(closes.plus_days(20), 10 * 3600));
    let reviewers: Vec<PersonId> = staff.reviewers.iter().map(|p| p.id).collect();
    let all = (cases.as_slice(), round.as_slice());
    office.rehearse_review(&staff.officer, &reviewers, call, all, closes.plus_days(40)).await?;
    let plan = office.meeting(&staff.officer, call).await?.plan.ok_or_else(|| Why::Broken("no plan of selection".to_owned()))?;
    office.freeze_selection(&staff.officer, call, plan.digest(), dice.press("freeze the selection")).await?;
    clock.set(at(closes.plus_days(40).or_next_open(ClosedDays::Office), 10 * 3600));
    office.rehearse_selection(&staff.director, call).await?;
    clock.set(at(closes.plus_days(60).or_next_open(ClosedDays::Office), 10 * 3600));
    office.rehearse_requests(&staff.director, &first.speaks, call).await?;
    Ok(cases)
}
