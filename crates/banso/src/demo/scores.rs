//! Points for the score sheets: reviewers differ in severity, and yet the sheets of a case add up to what the script says.

use banso_guideline::ScoreSheet;

use super::dice;

/// How much each reviewer gives above or below the others.
const SEVERITY: [i64; 6] = [-6, 5, 0, -3, 7, -1];

/// The totals of a case's sheets, one for each reviewer (by number from 0), which add up to `points`.
pub(crate) fn totals(case: usize, points: u32, reviewers: &[usize], full: u32) -> Vec<u32> {
    let count = reviewers.len().max(1) as i64;
    let mean = i64::from(points) / count;
    let inclined = |reviewer: &usize| {
        let mood = dice::roll(&format!("mood {case} {reviewer}"), 3) as i64 - 1;
        (mean + SEVERITY.get(*reviewer).copied().unwrap_or_default() + mood).clamp(0, i64::from(full))
    };
    let mut totals: Vec<i64> = reviewers.iter().map(inclined).collect();
    let mut off = i64::from(points) - totals.iter().sum::<i64>();
    while off != 0 {
        let step = off.signum();
        let before = off;
        for total in &mut totals {
            if off != 0 && (0..=i64::from(full)).contains(&(*total + step)) {
                *total += step;
                off -= step;
            }
        }
        if off == before {
            break;
        }
    }
    totals.into_iter().map(|t| u32::try_from(t.max(0)).unwrap_or_default().min(full)).collect()
}

/// A total spread over the criteria: whole points, none above its most, in sum exactly the total.
pub(crate) fn spread(sheet: &ScoreSheet, total: u32) -> Vec<(String, u32)> {
    let full: u32 = sheet.criteria.iter().map(|c| c.points_max).sum();
    let mut points: Vec<u32> = sheet.criteria.iter().map(|c| c.points_max * total / full.max(1)).collect();
    let mut left = total.min(full).saturating_sub(points.iter().sum());
    for (given, criterion) in points.iter_mut().zip(&sheet.criteria) {
        let more = left.min(criterion.points_max - *given).min(2);
        *given += more;
        left -= more;
    }
    sheet.criteria.iter().map(|c| c.id.clone()).zip(points).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheets_add_up() {
        for case in 0..30 {
            for points in [0, 1, 146, 187, 238, 264, 299, 300] {
                for reviewers in [[0, 1, 2], [3, 4, 5], [0, 3, 5], [1, 4, 2]] {
                    let totals = totals(case, points, &reviewers, 100);
                    assert_eq!(totals.iter().sum::<u32>(), points, "{case} {reviewers:?} {totals:?}");
                    assert!(totals.iter().all(|t| *t <= 100));
                }
            }
        }
    }

    #[test]
    fn a_total_is_spread_without_loss() {
        let criterion = |id: &str, points_max: u32| banso_guideline::Criterion {
            id: id.into(),
            group: Default::default(),
            title: Default::default(),
            hint: Default::default(),
            points_max,
            look_at: vec![],
            comment_required: false,
            clause: "5-1".into(),
        };
        let criteria: Vec<_> =
            [("a", 20), ("b", 20), ("c", 15), ("d", 20), ("e", 10), ("f", 15)].map(|(id, max)| criterion(id, max)).into();
        let sheet = ScoreSheet { clause: "5-1".into(), criteria };
        for total in 0..=100 {
            let points = spread(&sheet, total);
            assert_eq!(points.iter().map(|(_, p)| p).sum::<u32>(), total);
            assert!(points.iter().zip(&sheet.criteria).all(|((_, p), c)| *p <= c.points_max));
        }
    }
}
