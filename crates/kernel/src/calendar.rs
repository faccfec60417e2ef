//! Holidays of Japan by law, and the days on which offices and banks are open. The law is a table with first and last years; what it
//! leaves to a yearly announcement (the equinoxes) is computed.
//!
//! 国民の祝日に関する法律 (昭和23年法律第178号), short 祝日法.

use jiff::Span;
use jiff::civil::Weekday;

use crate::text::LocalText;
use crate::time::Day;

/// Why a day is a public holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holiday {
    /// A day that 祝日法 or a law for one occasion names.
    Named { ja: &'static str, en: &'static str },
    /// 祝日法3条2項: in place of a holiday that fell on a Sunday.
    Substitute,
    /// 祝日法3条3項: between two holidays.
    Between,
}

impl Holiday {
    /// As a calendar shows it.
    #[must_use]
    pub fn label(self) -> LocalText {
        match self {
            Holiday::Named { ja, en } => LocalText::new(ja, en),
            Holiday::Substitute => LocalText::new("振替休日", "substitute holiday"),
            Holiday::Between => LocalText::new("国民の休日", "citizens' holiday"),
        }
    }
}

/// Whose days of rest count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClosedDays {
    /// 行政機関の休日に関する法律 (昭和63年法律第91号) 1条: Saturdays, Sundays, holidays, 29 December to 3 January.
    Office,
    /// 銀行法施行令5条: Saturdays, Sundays, holidays, 31 December to 3 January.
    Bank,
}

/// How the law fixes a day of the year.
#[derive(Clone, Copy)]
enum When {
    On(i8, i8),
    /// The nth Monday of a month.
    Monday(i8, i8),
    SpringEquinox,
    AutumnEquinox,
}

struct Rule {
    from: i16,
    until: i16,
    when: When,
    ja: &'static str,
    en: &'static str,
}

const fn rule(from: i16, until: i16, when: When, ja: &'static str, en: &'static str) -> Rule {
    Rule { from, until, when, ja, en }
}

const ON: i16 = i16::MAX;

/// 祝日法2条 with its amendments, and the laws for one occasion: first year, last year, day.
const RULES: &[Rule] = &[
    rule(1949, ON, When::On(1, 1), "元日", "New Year's Day"),
    rule(1949, 1999, When::On(1, 15), "成人の日", "Coming of Age Day"),
    rule(2000, ON, When::Monday(1, 2), "成人の日", "Coming of Age Day"),
    rule(1967, ON, When::On(2, 11), "建国記念の日", "National Foundation Day"),
    rule(2020, ON, When::On(2, 23), "天皇誕生日", "Emperor's Birthday"),
    rule(1949, ON, When::SpringEquinox, "春分の日", "Vernal Equinox Day"),
    rule(1949, 1988, When::On(4, 29), "天皇誕生日", "Emperor's Birthday"),
    rule(1989, 2006, When::On(4, 29), "みどりの日", "Greenery Day"),
    rule(2007, ON, When::On(4, 29), "昭和の日", "Showa Day"),
    rule(1949, ON, When::On(5, 3), "憲法記念日", "Constitution Memorial Day"),
    rule(2007, ON, When::On(5, 4), "みどりの日", "Greenery Day"),
    rule(1949, ON, When::On(5, 5), "こどもの日", "Children's Day"),
    rule(1996, 2002, When::On(7, 20), "海の日", "Marine Day"),
    rule(2003, 2019, When::Monday(7, 3), "海の日", "Marine Day"),
    // 平成三十二年東京オリンピック競技大会…特別措置法 (平成27年法律第33号) moved three days in 2020 and in 2021.
    rule(2020, 2020, When::On(7, 23), "海の日", "Marine Day"),
    rule(2021, 2021, When::On(7, 22), "海の日", "Marine Day"),
    rule(2022, ON, When::Monday(7, 3), "海の日", "Marine Day"),
    rule(2016, 2019, When::On(8, 11), "山の日", "Mountain Day"),
    rule(2020, 2020, When::On(8, 10), "山の日", "Mountain Day"),
    rule(2021, 2021, When::On(8, 8), "山の日", "Mountain Day"),
    rule(2022, ON, When::On(8, 11), "山の日", "Mountain Day"),
    rule(1966, 2002, When::On(9, 15), "敬老の日", "Respect for the Aged Day"),
    rule(2003, ON, When::Monday(9, 3), "敬老の日", "Respect for the Aged Day"),
    rule(1948, ON, When::AutumnEquinox, "秋分の日", "Autumnal Equinox Day"),
    rule(1966, 1999, When::On(10, 10), "体育の日", "Health and Sports Day"),
    rule(2000, 2019, When::Monday(10, 2), "体育の日", "Health and Sports Day"),
    rule(2020, 2020, When::On(7, 24), "スポーツの日", "Sports Day"),
    rule(2021, 2021, When::On(7, 23), "スポーツの日", "Sports Day"),
    rule(2022, ON, When::Monday(10, 2), "スポーツの日", "Sports Day"),
    rule(1948, ON, When::On(11, 3), "文化の日", "Culture Day"),
    rule(1948, ON, When::On(11, 23), "勤労感謝の日", "Labour Thanksgiving Day"),
    rule(1989, 2018, When::On(12, 23), "天皇誕生日", "Emperor's Birthday"),
    rule(1989, 1989, When::On(2, 24), "昭和天皇の大喪の礼", "Funeral of Emperor Showa"),
    rule(1990, 1990, When::On(11, 12), "即位礼正殿の儀", "Enthronement Ceremony"),
    rule(1993, 1993, When::On(6, 9), "皇太子徳仁親王の結婚の儀", "Wedding of the Crown Prince"),
    rule(2019, 2019, When::On(5, 1), "天皇の即位の日", "Day of the Accession"),
    rule(2019, 2019, When::On(10, 22), "即位礼正殿の儀", "Enthronement Ceremony"),
];

/// 平成17年法律第43号: since 2007 the substitute is the next day that is no holiday, before it was the Monday.
const SUBSTITUTE_MOVES_ON: i16 = 2007;
/// 昭和48年法律第10号, in force from 1973-04-12; the first Sunday after it was 29 April.
const SUBSTITUTE_BEGINS: i16 = 1973;
/// 昭和60年法律第103号: the day between two holidays, first in 1988.
const BETWEEN_BEGINS: i16 = 1986;

/// The day of March or September on which an equinox falls: the approximation that agrees with every announced day from 1980 and
/// holds until 2099, in millionths of a day.
fn equinox(year: i16, base: i64) -> i8 {
    let since = i64::from(year) - 1980;
    let day = (base + 242_194 * since).div_euclid(1_000_000) - since.div_euclid(4);
    i8::try_from(day).unwrap_or(20)
}

impl When {
    fn is(self, day: Day) -> bool {
        let date = day.date();
        match self {
            When::On(m, d) => (date.month(), date.day()) == (m, d),
            When::Monday(m, nth) => date.month() == m && date.weekday() == Weekday::Monday && (date.day() - 1) / 7 + 1 == nth,
            When::SpringEquinox => date.month() == 3 && date.day() == equinox(date.year(), 20_843_100),
            When::AutumnEquinox => date.month() == 9 && date.day() == equinox(date.year(), 23_248_800),
        }
    }
}

/// A day that the law names.
fn named(day: Day) -> Option<Holiday> {
    let year = day.year();
    RULES.iter().find(|r| r.from <= year && year <= r.until && r.when.is(day)).map(|r| Holiday::Named { ja: r.ja, en: r.en })
}

fn is_sunday(day: Day) -> bool {
    day.date().weekday() == Weekday::Sunday
}

/// Whether a named holiday on a Sunday hands its rest over to this day.
fn is_substitute(day: Day) -> bool {
    let first = day.plus_days(-1);
    if day.year() < SUBSTITUTE_BEGINS || named(first).is_none() {
        return false;
    }
    if day.year() < SUBSTITUTE_MOVES_ON {
        return is_sunday(first);
    }
    // Back through the holidays in a row, to see whether one of them is a Sunday.
    let mut before = first;
    while named(before).is_some() {
        if is_sunday(before) {
            return true;
        }
        before = before.plus_days(-1);
    }
    false
}

impl Day {
    /// The public holiday on this day. Equinoxes are right from 1980 to 2099.
    ///
    /// ```
    /// use banso_kernel::{Day, Holiday};
    /// assert_eq!(Day::parse("2026-05-06").unwrap().holiday(), Some(Holiday::Substitute));
    /// assert_eq!(Day::parse("2026-09-22").unwrap().holiday(), Some(Holiday::Between));
    /// assert_eq!(Day::parse("2026-09-24").unwrap().holiday(), None);
    /// ```
    #[must_use]
    pub fn holiday(self) -> Option<Holiday> {
        if let Some(holiday) = named(self) {
            return Some(holiday);
        }
        if is_substitute(self) {
            return Some(Holiday::Substitute);
        }
        let between = self.year() >= BETWEEN_BEGINS && named(self.plus_days(-1)).is_some() && named(self.plus_days(1)).is_some();
        (between && !is_sunday(self)).then_some(Holiday::Between)
    }

    #[must_use]
    pub fn weekday(self) -> Weekday {
        self.date().weekday()
    }

    /// Whether offices or banks work on this day.
    #[must_use]
    pub fn is_open(self, closed: ClosedDays) -> bool {
        let turn_of_the_year = match (closed, self.date().month(), self.date().day()) {
            (ClosedDays::Office, 12, 29..=31) | (ClosedDays::Bank, 12, 31) | (_, 1, 1..=3) => true,
            (ClosedDays::Office | ClosedDays::Bank, _, _) => false,
        };
        let weekend = matches!(self.weekday(), Weekday::Saturday | Weekday::Sunday);
        !weekend && !turn_of_the_year && self.holiday().is_none()
    }

    /// This day, or the first open one after it: 行政機関の休日に関する法律2条 for a term that ends on a day of rest.
    #[must_use]
    pub fn or_next_open(self, closed: ClosedDays) -> Day {
        let mut day = self;
        while !day.is_open(closed) {
            day = day.plus_days(1);
        }
        day
    }

    /// This day, or the last open one before it.
    #[must_use]
    pub fn or_previous_open(self, closed: ClosedDays) -> Day {
        let mut day = self;
        while !day.is_open(closed) {
            day = day.plus_days(-1);
        }
        day
    }

    /// The nth open day after this one (before it if negative); this day itself is never counted.
    #[must_use]
    pub fn plus_open_days(self, days: i32, closed: ClosedDays) -> Day {
        let step = days.signum();
        let mut day = self;
        for _ in 0..days.unsigned_abs().min(100_000) {
            day = day.plus_days(step);
            while !day.is_open(closed) {
                day = day.plus_days(step);
            }
        }
        day
    }

    /// The corresponding day that many months later, the last of the month where there is none: a term of months that begins the day
    /// after this one ends on it (民法140条・143条2項).
    #[must_use]
    pub fn plus_months(self, months: i32) -> Day {
        Day::from(self.date().saturating_add(Span::new().months(months.clamp(-12_000, 12_000))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn holidays(year: i16) -> Vec<String> {
        let first = Day::new(year, 1, 1).unwrap();
        (0..366)
            .map(|n| first.plus_days(n))
            .filter(|d| d.year() == year && d.holiday().is_some())
            .map(|d| format!("{}/{}", d.date().month(), d.date().day()))
            .collect()
    }

    /// The lists that the Cabinet Office publishes (国民の祝日について).
    #[test]
    fn years_as_published() {
        for (year, list) in [
            (2009, "1/1 1/12 2/11 3/20 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 11/3 11/23 12/23"),
            (2015, "1/1 1/12 2/11 3/21 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 11/3 11/23 12/23"),
            (2019, "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23"),
            (2020, "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23"),
            (2021, "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23"),
            (2024, "1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/22 9/23 10/14 11/3 11/4 11/23"),
            (2025, "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 11/3 11/23 11/24"),
            (2026, "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23"),
        ] {
            assert_eq!(holidays(year).join(" "), list, "{year}");
        }
    }

    #[test]
    fn equinoxes_as_announced() {
        for (year, spring, autumn) in
            [(1980, 20, 23), (1992, 20, 23), (2000, 20, 23), (2011, 21, 23), (2012, 20, 22), (2016, 20, 22), (2023, 21, 23), (2027, 21, 23)]
        {
            assert_eq!((equinox(year, 20_843_100), equinox(year, 23_248_800)), (spring, autumn), "{year}");
        }
    }

    #[test]
    fn terms_that_end_on_a_day_of_rest() {
        use ClosedDays::{Bank, Office};
        for (from, closed, next, previous) in [
            ("2026-05-02", Office, "2026-05-07", "2026-05-01"),
            ("2025-12-29", Office, "2026-01-05", "2025-12-26"),
            ("2025-12-30", Bank, "2025-12-30", "2025-12-30"),
            ("2025-12-31", Bank, "2026-01-05", "2025-12-30"),
            ("2026-04-10", Office, "2026-04-10", "2026-04-10"),
        ] {
            assert_eq!((day(from).or_next_open(closed), day(from).or_previous_open(closed)), (day(next), day(previous)), "{from}");
        }
        for (from, days, to) in [
            ("2026-05-01", 1, "2026-05-07"),
            ("2026-05-07", -1, "2026-05-01"),
            ("2026-09-18", 3, "2026-09-28"),
            ("2026-09-19", 0, "2026-09-19"),
        ] {
            assert_eq!(day(from).plus_open_days(days, Office), day(to), "{from} {days}");
        }
        for (from, months, to) in [("2024-01-31", 1, "2024-02-29"), ("2023-01-31", 1, "2023-02-28"), ("2024-02-29", 12, "2025-02-28")] {
            assert_eq!(day(from).plus_months(months), day(to));
        }
    }

    proptest! {
        /// Counting by steps and counting one by one agree; every holiday has a name; forth and back is home for an open day.
        #[test]
        fn open_days_count(offset in 0..40_000_i32, n in 1..60_i32) {
            let start = day("1985-01-01").plus_days(offset);
            let end = start.plus_open_days(n, ClosedDays::Bank);
            let counted = (1..=start.days_until(end)).filter(|d| start.plus_days(i32::try_from(*d).unwrap()).is_open(ClosedDays::Bank)).count();
            prop_assert_eq!(i32::try_from(counted).unwrap(), n);
            let open = start.or_next_open(ClosedDays::Bank);
            prop_assert_eq!(open.plus_open_days(n, ClosedDays::Bank).plus_open_days(-n, ClosedDays::Bank), open);
            if let Some(h) = start.holiday() {
                prop_assert!(!h.label().ja.is_empty() && !start.is_open(ClosedDays::Office));
            }
        }
    }
}
