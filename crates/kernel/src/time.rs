//! Days and instants in Japan. Nothing here knows what time it is.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

use crate::text::fold_width;

/// What can be wrong with a day or an instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    #[error("`{0}` is not a day: write 2025-04-01, 2025/4/1 or 令和7年4月1日")]
    NotADay(String),
    #[error("`{0}` is not an instant: write 2025-04-18T10:00+09:00")]
    NotAnInstant(String),
    #[error("the era in `{0}` does not cover that day")]
    OutsideTheEra(String),
}

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(Date);

/// Name, letter and first day of each era, newest first. Before 1873 days were counted by another calendar: of those only the
/// year is right.
const ERAS: [(&str, char, i16, i8, i8); 5] = [
    ("令和", 'R', 2019, 5, 1),
    ("平成", 'H', 1989, 1, 8),
    ("昭和", 'S', 1926, 12, 25),
    ("大正", 'T', 1912, 7, 30),
    ("明治", 'M', 1868, 10, 23),
];

impl Day {
    /// # Errors
    /// A day that no calendar has, such as 30 February.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeError> {
        Date::new(year, month, day).map(Day).map_err(|_| TimeError::NotADay(format!("{year}-{month}-{day}")))
    }

    #[must_use]
    pub const fn date(self) -> Date {
        self.0
    }

    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The day that many days later (earlier if negative); the last representable day at the edge of time.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Day {
        Day(self.0.saturating_add(Span::new().days(days.clamp(-3_000_000, 3_000_000))))
    }

    /// Whole days from this day to `later`.
    #[must_use]
    pub fn days_until(self, later: Day) -> i64 {
        later.0.duration_since(self.0).as_hours() / 24
    }

    /// The day in an era, as letters write it: `令和7年4月1日`, the first year as `元年`.
    #[must_use]
    pub fn wareki(self) -> String {
        for (name, _, y, m, d) in ERAS {
            if Date::new(y, m, d).is_ok_and(|first| self.0 >= first) {
                let year = self.0.year() - y + 1;
                let year = if year == 1 { "元".to_owned() } else { year.to_string() };
                return format!("{name}{year}年{}月{}日", self.0.month(), self.0.day());
            }
        }
        format!("{}年{}月{}日", self.0.year(), self.0.month(), self.0.day())
    }

    /// Reads `2025-04-01`, `2025/4/1`, `2025年4月1日`, `令和7年4月1日`, `R7.4.1`, full-width or not.
    ///
    /// # Errors
    /// A day that does not exist, or an era that does not cover it.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::NotADay(text.to_owned());
        let folded = fold_width(text.trim()).replace('元', "1");
        for (name, letter, y, m, d) in ERAS {
            let rest = folded
                .strip_prefix(name)
                .or_else(|| folded.strip_prefix(letter))
                .or_else(|| folded.strip_prefix(letter.to_ascii_lowercase()));
            let Some(rest) = rest else { continue };
            let (year, month, day) = three_numbers(rest).ok_or_else(wrong)?;
            let year = (y - 1).checked_add(year).ok_or_else(wrong)?;
            let day = Day::new(year, month, day).map_err(|_| wrong())?;
            let index = ERAS.iter().position(|e| e.0 == name).unwrap_or(0);
            let ended = index.checked_sub(1).and_then(|i| ERAS.get(i)).and_then(|e| Date::new(e.2, e.3, e.4).ok());
            let began = Date::new(y, m, d).map_err(|_| wrong())?;
            return if day.0 < began || ended.is_some_and(|e| day.0 >= e) {
                Err(TimeError::OutsideTheEra(text.to_owned()))
            } else {
                Ok(day)
            };
        }
        let (year, month, day) = three_numbers(&folded).ok_or_else(wrong)?;
        if !(1000..=9999).contains(&year) {
            return Err(wrong());
        }
        Day::new(year, month, day).map_err(|_| wrong())
    }

    /// Midnight in Japan at the start of the day.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant(self.0.to_zoned(japan()).map_or(Timestamp::MIN, |z| z.timestamp()))
    }
}

/// Year, month and day out of a text with any of the usual separators.
fn three_numbers(text: &str) -> Option<(i16, i8, i8)> {
    let trimmed = text.trim().trim_end_matches('日');
    let mut parts = trimmed.split(['-', '/', '.', '年', '月']).map(str::trim);
    let found = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(found)
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Day(date)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = TimeError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::parse(s)
    }
}

/// A fiscal year of the state: from 1 April to 31 March.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(i16);

impl FiscalYear {
    #[must_use]
    pub fn of(day: Day) -> Self {
        FiscalYear(if day.0.month() >= 4 { day.0.year() } else { day.0.year() - 1 })
    }

    #[must_use]
    pub const fn get(self) -> i16 {
        self.0
    }

    /// 31 March, the last day of the year.
    #[must_use]
    pub fn last_day(self) -> Day {
        Day::new(self.0.saturating_add(1), 3, 31).unwrap_or(Day(Date::MAX))
    }

    #[must_use]
    pub const fn next(self) -> FiscalYear {
        FiscalYear(self.0.saturating_add(1))
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let april = Day::new(self.0, 5, 1).map(Day::wareki).unwrap_or_default();
        match april.split_once('年') {
            Some((year, _)) => write!(f, "{year}年度"),
            None => write!(f, "{}年度", self.0),
        }
    }
}

/// Japan Standard Time has no daylight saving: a fixed offset is exact.
fn japan() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

/// A moment, stored in UTC to the microsecond and shown in Japan Standard Time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(Timestamp);

impl Instant {
    /// A moment, cut to the microsecond so that writing and reading it back are inverse.
    #[must_use]
    pub fn new(t: Timestamp) -> Self {
        Instant(Timestamp::from_microsecond(t.as_microsecond()).unwrap_or(t))
    }

    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Microseconds since 1970, as the databases keep it.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// # Errors
    /// Outside the years that can be represented.
    pub fn from_micros(micros: i64) -> Result<Self, TimeError> {
        Timestamp::from_microsecond(micros).map(Instant).map_err(|_| TimeError::NotAnInstant(micros.to_string()))
    }

    /// Reads RFC 3339, seconds optional: `2025-04-18T10:00+09:00`.
    ///
    /// # Errors
    /// Not an instant, or one without an offset.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        text.trim().parse::<Timestamp>().map(Instant::new).map_err(|_| TimeError::NotAnInstant(text.to_owned()))
    }

    /// The day in Japan.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.zoned().date())
    }

    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(self.0))
    }

    /// Seconds from this moment to `later`, negative when it is past.
    #[must_use]
    pub fn seconds_until(self, later: Instant) -> i64 {
        later.0.duration_since(self.0).as_secs()
    }

    fn zoned(self) -> Zoned {
        self.0.to_zoned(japan())
    }

    /// `令和7年4月18日 10時00分`, as letters write it.
    #[must_use]
    pub fn wareki(self) -> String {
        let z = self.zoned();
        format!("{} {}時{:02}分", self.day().wareki(), z.hour(), z.minute())
    }
}

/// `2025-04-18 10:00:00` in Japan Standard Time.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let z = self.zoned();
        write!(f, "{} {:02}:{:02}:{:02}", z.date(), z.hour(), z.minute(), z.second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(y: i16, m: i8, d: i8) -> Day {
        Day::new(y, m, d).unwrap()
    }

    #[test]
    fn days_as_people_write_them() {
        for (text, expected) in [
            ("2025-04-01", day(2025, 4, 1)),
            ("2025/4/1", day(2025, 4, 1)),
            ("２０２５年４月１日", day(2025, 4, 1)),
            ("令和7年4月1日", day(2025, 4, 1)),
            ("令和元年5月1日", day(2019, 5, 1)),
            ("Ｒ７／４／１", day(2025, 4, 1)),
            ("s63-12-1", day(1988, 12, 1)),
            ("M30.4.1", day(1897, 4, 1)),
        ] {
            assert_eq!(Day::parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn days_that_are_refused() {
        for text in ["", "2025-02-30", "25-4-1", "2025-4", "2025-4-1-1", "昨日", "令和32767年1月1日", "明治32767.1.1", "99999-1-1"]
        {
            assert!(matches!(Day::parse(text), Err(TimeError::NotADay(_))), "{text}");
        }
        for text in ["H31.5.1", "令和元年4月30日", "昭和64年1月8日"] {
            assert!(matches!(Day::parse(text), Err(TimeError::OutsideTheEra(_))), "{text}");
        }
    }

    #[test]
    fn eras_and_fiscal_years() {
        assert_eq!(day(2019, 5, 1).wareki(), "令和元年5月1日");
        assert_eq!(day(2019, 4, 30).wareki(), "平成31年4月30日");
        assert_eq!(day(1873, 1, 1).wareki(), "明治6年1月1日");
        assert_eq!(day(1912, 7, 29).wareki(), "明治45年7月29日");
        assert_eq!(FiscalYear::of(day(2026, 3, 31)).to_string(), "令和7年度");
        assert_eq!(FiscalYear::of(day(2019, 4, 1)).to_string(), "令和元年度");
    }

    #[test]
    fn instants_are_shown_in_japan() {
        let t = Instant::parse("2025-06-20T17:00+09:00").unwrap();
        assert_eq!(t.to_string(), "2025-06-20 17:00:00");
        assert_eq!(t.wareki(), "令和7年6月20日 17時00分");
        assert_eq!(Instant::from_micros(t.micros()), Ok(t));
        assert_eq!(Instant::parse("2025-06-20T15:30:00Z").unwrap().day(), day(2025, 6, 21));
        assert_eq!(day(2025, 6, 21).start().day(), day(2025, 6, 21));
    }

    proptest! {
        #[test]
        fn any_text_is_a_day_or_none(text in "[令和平成昭明治RHSTM]{0,2}[元0-9０-９]{0,6}[年./-]?[0-9]{0,4}[月./-]?[0-9]{0,4}日?|.{0,20}") {
            let _ = Day::parse(&text);
        }

        #[test]
        fn wareki_reads_back(days in 0..60_000_i32) {
            let d = day(1873, 1, 1).plus_days(days);
            prop_assert_eq!(Day::parse(&d.wareki()), Ok(d));
            prop_assert_eq!(day(1873, 1, 1).days_until(d), i64::from(days));
        }
    }
}
