//! How days, instants, amounts and counts are written on a page, in its language.

use banso_grant::NoticeKind;
use banso_guideline::{Standing, unit_in_english};
use banso_kernel::{Day, Instant, Lang, Yen, count_characters, group_thousands};
use banso_office::apply::standing_words;
use banso_office::timeline::basis;

use crate::context::PageContext;

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl PageContext {
    /// `令和7年4月1日（2025年）` / `1 April 2025`.
    pub(crate) fn day(&self, day: &Day) -> String {
        let date = day.date();
        match self.lang {
            Lang::Ja => format!("{}（{}年）", day.wareki(), date.year()),
            Lang::En => {
                let month = usize::try_from(date.month() - 1).ok().and_then(|m| MONTHS.get(m)).copied().unwrap_or_default();
                format!("{} {month} {}", date.day(), date.year())
            }
        }
    }

    /// The day, then `17時00分` / `17:00 JST`.
    pub(crate) fn instant(&self, instant: &Instant) -> String {
        let time = clock_time(instant);
        match self.lang {
            Lang::Ja => format!("{} {}", self.day(&instant.day()), time.replace(':', "時") + "分"),
            Lang::En => format!("{}, {time} JST", self.day(&instant.day())),
        }
    }

    /// `2025-04-18 10:00`, for tables.
    pub(crate) fn short_instant(&self, instant: &Instant) -> String {
        format!("{} {}", instant.day(), clock_time(instant))
    }

    /// `1,234円` / `¥1,234`.
    pub(crate) fn yen(&self, yen: &Yen) -> String {
        match self.lang {
            Lang::Ja => yen.to_string(),
            Lang::En => format!("¥{}", group_thousands(i128::from(yen.get()))).replace("¥-", "-¥"),
        }
    }

    /// `2年目` / `Year 2`, of a project.
    pub(crate) fn year(&self, year: impl std::fmt::Display) -> String {
        match self.lang {
            Lang::Ja => format!("{year}年目"),
            Lang::En => format!("Year {year}"),
        }
    }

    /// Where a figure stands against the programme's target.
    pub(crate) fn standing_label(&self, standing: &Standing) -> String {
        self.local(&standing_words(*standing)).to_owned()
    }

    pub(crate) const fn standing_tone(&self, standing: &Standing) -> &'static str {
        match standing {
            Standing::Met => "good",
            Standing::NotMet | Standing::Unsettled => "care",
            Standing::Open => "none",
        }
    }

    /// `1,234`.
    pub(crate) fn grouped(&self, number: impl TryInto<i128>) -> String {
        number.try_into().map(group_thousands).unwrap_or_default()
    }

    /// The size of a file: `1.2 MB`.
    pub(crate) fn bytes(&self, bytes: &u64) -> String {
        let tenths = |unit: u64| (bytes.saturating_mul(10).saturating_add(unit / 2)) / unit;
        match *bytes {
            n if n < 1_000 => format!("{n} B"),
            n if n < 1_000_000 => format!("{} kB", (n + 500) / 1_000),
            _ => format!("{}.{} MB", tenths(1_000_000) / 10, tenths(1_000_000) % 10),
        }
    }

    /// What stands under a text with a limit.
    pub(crate) fn count(&self, text: &str, max: &usize) -> String {
        let count = count_characters(text);
        match (self.lang, count > *max) {
            (Lang::Ja, false) => format!(
                "{}字 / {}字（残り{}字）",
                self.grouped(count as u64),
                self.grouped(*max as u64),
                self.grouped((max - count) as u64)
            ),
            (Lang::Ja, true) => format!("＊{}字 超過しています（{}字 / {}字）", count - max, count, max),
            (Lang::En, false) => format!("{count} of {max} characters ({} left)", max - count),
            (Lang::En, true) => format!("* {} characters too many ({count} of {max})", count - max),
        }
    }

    /// An article or a clause: `適正化法第6条第1項、公募要領 7-2` is `Art. 6(1) …, clause 7-2`.
    pub(crate) fn basis(&self, clause: impl AsRef<str>) -> String {
        self.local(&basis(clause.as_ref())).to_owned()
    }

    /// A unit of the dictionary, in English where it has a plain word: `円` is `yen`.
    pub(crate) fn unit(&self, unit: impl AsRef<str>) -> String {
        let unit = unit.as_ref();
        let word = if self.lang == Lang::En { unit_in_english(unit) } else { unit };
        word.to_owned()
    }

    /// Which keys a number needs, as its `inputmode`.
    pub(crate) fn keypad(&self, unit: impl AsRef<str>, keypad: impl AsRef<str>) -> Option<&'static str> {
        crate::keypad::mode(unit.as_ref(), keypad.as_ref())
    }

    /// The subject of a notice or mail in the page's language; one that nobody put into English stays as it is.
    pub(crate) fn subject(&self, subject: &str) -> String {
        let told = |kind: &NoticeKind| {
            let words = kind.label();
            let number = subject.strip_prefix(words.ja.as_str())?.strip_prefix('（')?.strip_suffix('）')?;
            Some(format!("{} ({number})", words.en?))
        };
        let english = if self.lang == Lang::En { NoticeKind::ALL.iter().find_map(told) } else { None };
        english.unwrap_or_else(|| subject.to_owned())
    }

    /// `17:03 に保存しました`; of another day with its day.
    pub(crate) fn saved_text(&self, at: &Instant) -> String {
        let time = if at.day() == self.now.day() { clock_time(at) } else { self.short_instant(at) };
        match self.lang {
            Lang::Ja => format!("{time} に保存しました"),
            Lang::En => format!("Saved at {time}"),
        }
    }

    /// How long until an instant: `あと3日4時間`, `あと25分`; `終了` when it is past.
    pub(crate) fn time_left(&self, until: &Instant) -> String {
        let seconds = self.now.seconds_until(*until);
        let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60);
        match (self.lang, seconds <= 0, days, hours) {
            (Lang::Ja, true, ..) => "終了".to_owned(),
            (Lang::En, true, ..) => "closed".to_owned(),
            (Lang::Ja, false, 0, 0) => format!("あと{minutes}分"),
            (Lang::En, false, 0, 0) => format!("{minutes} min left"),
            (Lang::Ja, false, 0, h) => format!("あと{h}時間{minutes}分"),
            (Lang::En, false, 0, h) => format!("{h} h {minutes} min left"),
            (Lang::Ja, false, d, h) => format!("あと{d}日{h}時間"),
            (Lang::En, false, d, h) => format!("{d} days {h} h left"),
        }
    }
}

/// `17:00`, in Japan.
fn clock_time(instant: &Instant) -> String {
    instant.to_string().split(' ').nth(1).and_then(|t| t.rsplit_once(':')).map_or_else(String::new, |(time, _)| time.to_owned())
}
