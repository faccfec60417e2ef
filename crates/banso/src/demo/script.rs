//! What is played: who applies for what, and what becomes of it, scene by scene in the order of time. Nothing is done here.

use banso_kernel::{Day, Instant};

use super::after::{AfterBeat, executed};
use super::calls::{CallText, Dates, Round};

/// An application of the play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) round: Round,
    /// Index into the firms.
    pub(crate) lead: usize,
    pub(crate) research: usize,
    pub(crate) manager: usize,
    pub(crate) second: Option<usize>,
    pub(crate) theme: usize,
    pub(crate) track: Track,
    pub(crate) years: u32,
    /// Costs of all members and years, in units of 10,000 yen.
    pub(crate) cost: i64,
    pub(crate) filled: Filled,
    /// What its three sheets add up to. 0 where nobody scores it.
    pub(crate) points: u32,
    /// Which of the guideline's bonuses it has the evidence for.
    pub(crate) bonus: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Track {
    General,
    Investment,
}

/// How far an application is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    Whole,
    /// All but one document that must be there.
    BarOneDocument,
    Half,
    Begun,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// Index into the texts.
    Publish(usize),
    /// The others are about a proposal, by index …
    Draft(usize),
    Invite(usize),
    Accept(usize),
    HandIn(usize),
    Pass(usize),
    Return(usize),
    NotAccept(usize),
    JudgeBonus(usize, Verdict),
    /// … and the nth reviewer of it.
    Declare(usize, usize),
    Conflict(usize, usize),
    Replace(usize),
    Score(usize, usize),
    Reconsider(usize, usize),
    OpenReview(Round),
    CloseReview(Round),
    Freeze(Round),
    Execute(Round),
    Withdraw(usize),
    Promote(usize),
    RequestGrant(usize),
    ReturnGrant(usize),
    Grant(usize, Cut),
    RefuseGrant(usize),
    /// The nth step of what follows a grant.
    After(usize),
    /// The mails of a day about what is due after a grant, which a house that runs makes every day.
    Remind,
    /// The round of years ago, which a study looks back on.
    Past(Past),
}

/// What happens in the past round, all its cases at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Past {
    Arrive,
    Review,
    Freeze,
    Select,
    Grant,
    Declare,
    Report,
    Run,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Granted,
    Denied,
}

/// Whether a grant is decided as it was asked for (Art. 6(3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    AsAsked,
    Modified,
}

/// A scene and its moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beat {
    pub(crate) at: Instant,
    pub(crate) scene: Scene,
}

/// The firm whose account is called `owner`: it leads one application in each call.
pub(crate) const OWNER: usize = 0;
/// The research body whose account is called `partner`.
pub(crate) const PARTNER: usize = 0;
/// The research body of a reviewer: of its applications he is kept away.
pub(crate) const REVIEWERS_BODY: usize = 7;

const DECIDED: std::ops::Range<usize> = 0..15;
const IN_REVIEW: std::ops::Range<usize> = 15..27;
const OPEN: std::ops::Range<usize> = 27..34;
/// Paid: one in its yearly reports, and one with a notice of cancellation.
pub(crate) const EXECUTED: std::ops::Range<usize> = 34..36;
/// Granted in the decided round; its report has come in.
pub(crate) const MIDWAY: usize = 1;
/// In review: the one returned for correction, and the one not accepted.
const RETURNED: usize = 16;
const REFUSED_AT_THE_DOOR: usize = 17;

/// What the sheets of each case add up to. Two and two are equal.
const DECIDED_POINTS: [u32; 15] = [264, 256, 250, 236, 238, 238, 228, 223, 217, 217, 210, 205, 196, 166, 146];
const IN_REVIEW_POINTS: [u32; 12] = [255, 0, 0, 246, 240, 231, 231, 226, 219, 208, 201, 187];

/// All applications.
pub(crate) fn proposals() -> Vec<Proposal> {
    (DECIDED.start..EXECUTED.end).map(proposal).collect()
}

fn proposal(index: usize) -> Proposal {
    let round = if DECIDED.contains(&index) {
        Round::Decided
    } else if IN_REVIEW.contains(&index) {
        Round::InReview
    } else if EXECUTED.contains(&index) {
        Round::Executed
    } else {
        Round::Open
    };
    let owners = [DECIDED.start, IN_REVIEW.start, OPEN.start, EXECUTED.start].contains(&index);
    let filled = match index {
        27 => Filled::BarOneDocument,
        28 => Filled::Half,
        29 => Filled::Begun,
        30 => Filled::Half,
        _ => Filled::Whole,
    };
    let points = match round {
        Round::Decided => DECIDED_POINTS.get(index).copied(),
        Round::InReview => IN_REVIEW_POINTS.get(index - IN_REVIEW.start).copied(),
        Round::Executed => Some(250 - 10 * (index - EXECUTED.start) as u32),
        Round::Past | Round::Open => None,
    };
    let investment = index % 5 == 1;
    Proposal {
        round,
        lead: if owners { OWNER } else { index },
        research: research(index),
        manager: index % 6,
        second: (index % 4 == 2).then_some(34 + index % 7),
        theme: theme(index),
        track: if investment { Track::Investment } else { Track::General },
        years: if matches!(round, Round::Decided | Round::Executed) || !index.is_multiple_of(3) { 3 } else { 2 },
        // The two paid ones together stay below what a third person has to approve.
        cost: if round == Round::Executed {
            2_800 + 100 * (index as i64 % 2)
        } else if investment {
            24_000 + 700 * (index as i64 % 7)
        } else {
            8_400 + 330 * (index as i64 % 11)
        },
        filled,
        points: points.unwrap_or_default(),
        bonus: match index {
            3 | 10 | 19 => Some(0),
            6 | 15 | 22 => Some(1),
            _ => None,
        },
    }
}

/// Another theme for each application of a call, and for each of the owner's.
fn theme(index: usize) -> usize {
    let (nth, first) = match index {
        0..15 => (index, 0),
        15..27 => (index - IN_REVIEW.start, 4),
        27..34 => (index - OPEN.start, 9),
        _ => (index - EXECUTED.start, 2),
    };
    (5 * nth + first) % super::plans::THEMES.len()
}

fn research(index: usize) -> usize {
    match index {
        27 | 28 => PARTNER,
        9 | 24 => REVIEWERS_BODY,
        other => other % 7,
    }
}

/// A moment of a day in Japan.
fn at(day: Day, hour: i64, minute: i64) -> Instant {
    day.start().plus_seconds(hour * 3600 + minute * 60)
}

/// All scenes, the earliest first.
pub(crate) fn beats(texts: &[CallText], after: &[AfterBeat], today: Day) -> Vec<Beat> {
    let mut beats = Vec::new();
    let mut add = |day: Day, hour: i64, minute: i64, scene: Scene| beats.push(Beat { at: at(day, hour, minute), scene });
    for (index, text) in texts.iter().enumerate() {
        add(text.dates.published, 9, 0, Scene::Publish(index));
    }
    if let Some(text) = texts.iter().find(|t| t.round == Round::Past) {
        past(text.dates.closes, today, &mut add);
    }
    let dates = |round| texts.iter().find(|t| t.round == round).map(|t| t.dates);
    if let Some(dates) = dates(Round::Executed) {
        applications(EXECUTED, dates, &mut add);
        executed(dates.closes, &mut add);
    }
    for (nth, beat) in after.iter().enumerate() {
        add(beat.on, beat.hour, 20, Scene::After(nth));
    }
    if let Some(dates) = dates(Round::Decided) {
        applications(DECIDED, dates, &mut add);
        decided_review(dates.closes, &mut add);
        decided_grants(dates.closes, today, &mut add);
    }
    if let Some(dates) = dates(Round::InReview) {
        applications(IN_REVIEW, dates, &mut add);
        in_review(today, &mut add);
    }
    open(today, &mut add);
    for nth in 0..REMINDERS {
        add(today.plus_days(-1 - nth * REMIND_EVERY), 8, 30, Scene::Remind);
    }
    beats.sort_by_key(|beat| beat.at);
    beats
}

/// The house of the play runs by leaps: so many times, so many days apart, it makes the mails about what is due. A mail that could not be
/// made on its day is made within six.
const REMINDERS: i32 = 75;
const REMIND_EVERY: i32 = 5;

pub(crate) type Add<'a> = dyn FnMut(Day, i64, i64, Scene) + 'a;

/// Started one after the other, handed in over the last two weeks, the last one minutes before the call closes.
fn applications(cases: std::ops::Range<usize>, dates: Dates, add: &mut Add<'_>) {
    let count = cases.len() as i64;
    for (case, nth) in cases.zip(0_i64..) {
        add(dates.opens.plus_days(6 + 2 * nth as i32), 10 + nth % 6, 13, Scene::Draft(case));
        let last = nth + 1 == count;
        let (day, hour, minute) = if last { (0, 16, 52) } else { ((nth - count) as i32, 11 + nth % 5, 7 + 3 * nth) };
        add(dates.closes.plus_days(day), hour, minute, Scene::HandIn(case));
    }
}

fn past(closes: Day, today: Day, add: &mut Add<'_>) {
    let after = |days| closes.plus_days(days);
    add(after(-1), 14, 0, Scene::Past(Past::Arrive));
    add(after(30), 15, 0, Scene::Past(Past::Review));
    add(after(50), 15, 0, Scene::Past(Past::Freeze));
    add(after(55), 10, 0, Scene::Past(Past::Select));
    add(after(100), 10, 0, Scene::Past(Past::Grant));
    add(after(120), 11, 0, Scene::Past(Past::Declare));
    add(today.plus_days(-10), 9, 0, Scene::Past(Past::Report));
    add(today.plus_days(-8), 13, 30, Scene::Past(Past::Run));
}

fn decided_review(closes: Day, add: &mut Add<'_>) {
    let after = |days| closes.plus_days(days);
    for (case, nth) in DECIDED.zip(0_i64..) {
        if case == 12 {
            add(after(4), 10, 5, Scene::Return(case));
            add(after(11), 15, 20, Scene::HandIn(case));
            add(after(13), 9, 40, Scene::Pass(case));
        } else {
            add(after(4), 10, 10 + nth, Scene::Pass(case));
        }
        for reviewer in 0..3_usize {
            let n = reviewer as i64;
            if (case, reviewer) == (2, 1) {
                add(after(19), 9, 30, Scene::Conflict(case, reviewer));
                add(after(20), 9, 30, Scene::Replace(case));
                add(after(21), 9, 30, Scene::Declare(case, 2));
            } else {
                add(after(18), 9 + n, 5 + nth, Scene::Declare(case, reviewer));
            }
            add(after(24 + ((nth + 5 * n) % 20) as i32), 9 + 4 * n, 3 * nth, Scene::Score(case, reviewer));
        }
    }
    add(after(14), 11, 0, Scene::JudgeBonus(3, Verdict::Granted));
    add(after(14), 11, 10, Scene::JudgeBonus(6, Verdict::Granted));
    add(after(14), 11, 20, Scene::JudgeBonus(10, Verdict::Denied));
    add(after(17), 10, 0, Scene::OpenReview(Round::Decided));
    add(after(51), 17, 0, Scene::CloseReview(Round::Decided));
    add(after(56), 15, 0, Scene::Freeze(Round::Decided));
    add(after(60), 10, 0, Scene::Execute(Round::Decided));
}

fn decided_grants(closes: Day, today: Day, add: &mut Add<'_>) {
    let after = |days| closes.plus_days(days);
    add(after(70), 14, 0, Scene::Withdraw(6));
    add(after(78), 10, 30, Scene::Promote(7));
    for case in 0..4_i32 {
        add(after(80 + 2 * case), 13, 15, Scene::RequestGrant(case.unsigned_abs() as usize));
    }
    add(after(101), 10, 0, Scene::Grant(0, Cut::AsAsked));
    add(after(103), 10, 0, Scene::Grant(1, Cut::Modified));
    add(after(104), 10, 0, Scene::Grant(3, Cut::AsAsked));
    add(after(105), 10, 0, Scene::RefuseGrant(2));
    add(today.plus_days(-12), 14, 30, Scene::RequestGrant(4));
    add(today.plus_days(-6), 16, 10, Scene::RequestGrant(5));
    add(today.plus_days(-4), 11, 40, Scene::ReturnGrant(4));
}

/// What happens on one day of the review under way: who declares, who scores.
fn in_review(today: Day, add: &mut Add<'_>) {
    let ago = |days: i32| today.plus_days(-days);
    add(ago(17), 10, 0, Scene::Return(RETURNED));
    add(ago(16), 10, 0, Scene::NotAccept(REFUSED_AT_THE_DOOR));
    add(ago(15), 14, 0, Scene::JudgeBonus(15, Verdict::Granted));
    add(ago(15), 14, 5, Scene::JudgeBonus(19, Verdict::Granted));
    add(ago(14), 10, 0, Scene::OpenReview(Round::InReview));
    let reviewed = IN_REVIEW.filter(|case| ![RETURNED, REFUSED_AT_THE_DOOR].contains(case));
    for (case, nth) in reviewed.zip(0_i64..) {
        add(ago(18), 10, nth, Scene::Pass(case));
        one_in_review(case, nth, today, add);
    }
    add(ago(1), 16, 30, Scene::Reconsider(18, 2));
}

fn one_in_review(case: usize, nth: i64, today: Day, add: &mut Add<'_>) {
    let ago = |days: i32| today.plus_days(-days);
    let scored = match nth {
        0..=4 => 3,
        5 | 6 => 2,
        7 => 1,
        _ => 0,
    };
    let declared = if nth < 9 { 3 } else { 0 };
    for reviewer in 0..3_usize {
        let n = reviewer as i64;
        match (nth, reviewer) {
            (2, 0) => {
                add(ago(12), 9, 20, Scene::Conflict(case, reviewer));
                add(ago(11), 9, 20, Scene::Replace(case));
                add(ago(10), 9, 20, Scene::Declare(case, 2));
            }
            // Its first reviewer steps back and a third comes in: the others move up.
            (2, _) => add(ago(13), 9, 10 + n, Scene::Declare(case, reviewer)),
            (5, 2) => add(ago(2), 9, 10, Scene::Conflict(case, reviewer)),
            _ if reviewer < declared => add(ago(13), 9 + n, 10 + nth, Scene::Declare(case, reviewer)),
            _ => {}
        }
        if reviewer < scored {
            add(ago(9 - ((nth + 2 * n) % 8) as i32), 10 + 2 * n, 4 * nth, Scene::Score(case, reviewer));
        }
    }
}

fn open(today: Day, add: &mut Add<'_>) {
    let ago = |days: i32| today.plus_days(-days);
    add(ago(11), 13, 0, Scene::Draft(30));
    add(ago(5), 10, 0, Scene::Draft(27));
    add(ago(5), 10, 30, Scene::Invite(27));
    add(ago(4), 9, 30, Scene::Accept(27));
    add(ago(4), 11, 0, Scene::Draft(28));
    add(ago(2), 11, 30, Scene::Invite(28));
    add(ago(1), 15, 0, Scene::Draft(29));
    for (case, nth) in (31..OPEN.end).zip(0_i32..) {
        add(ago(5 - nth), 13, 20, Scene::Draft(case));
        add(ago(3 - nth), 15, 45, Scene::HandIn(case));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_call_has_a_theme_or_a_lead_twice() {
        let all = proposals();
        for round in [Round::Executed, Round::Decided, Round::InReview, Round::Open] {
            let of_round: Vec<_> = all.iter().filter(|p| p.round == round).collect();
            for key in [|p: &&Proposal| p.theme, |p: &&Proposal| p.lead] {
                assert_eq!(of_round.iter().map(key).collect::<BTreeSet<_>>().len(), of_round.len(), "{round:?}");
            }
        }
        let owners: Vec<_> = all.iter().filter(|p| p.lead == OWNER).map(|p| p.theme).collect();
        assert_eq!(owners.iter().collect::<BTreeSet<_>>().len(), 4, "{owners:?}");
    }

    #[test]
    fn time_goes_forward_and_nothing_is_ahead_of_today() {
        let root = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        for today in ["2026-03-20", "2026-11-22", "2031-01-04"].map(|d| Day::parse(d).unwrap()) {
            let texts = super::super::calls::read(&root, today).unwrap();
            let beats = beats(&texts, &super::super::after::after(&texts, today), today);
            assert!(beats.is_sorted_by_key(|b| b.at) && beats.iter().all(|b| b.at < today.start()), "{today}");
        }
    }
}
