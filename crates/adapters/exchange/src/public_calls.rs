//! Calls of other offices as the public portal J-Grants lists them (a file of its answers, JSON): what of each can be read, and which firms
//! it is for by prefecture, industry and staff. Every row is accounted for. What a portal says is no guideline: nothing is promised by it.

use std::collections::{BTreeMap, BTreeSet};

use banso_kernel::{Instant, LocalText, Yen, fold_width};
use banso_register::industry;
use serde_json::Value;

/// Rows that a file may have.
const ROWS_MAX: usize = 100_000;

/// The file as a whole is no list of calls.
#[derive(Debug, thiserror::Error)]
pub enum PublicCallsError {
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it holds no list of calls (`subsidies` or `result`)")]
    NoList,
    #[error("it has more than {0} rows")]
    TooLong(usize),
}

/// A call of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCall {
    pub id: String,
    pub title: String,
    pub institution: String,
    /// Prefectures it is for; empty for the whole country.
    pub prefectures: BTreeSet<&'static str>,
    /// Divisions of the JSIC that it is for, as letters.
    pub industries: BTreeSet<&'static str>,
    /// Least and most staff.
    pub staff: (u32, Option<u32>),
    /// Most subsidy, where the portal says one.
    pub cap: Option<Yen>,
    pub opens: Instant,
    pub closes: Instant,
    pub page: String,
}

/// What is known of a firm; what is not stays open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirmOutline {
    pub prefecture: Option<String>,
    /// A code of the JSIC of any level.
    pub industry: Option<String>,
    pub staff: Option<u32>,
}

/// Whether a call is for a firm, as far as the portal's outline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suits {
    Yes,
    /// Something that the outline asks is not known of the firm.
    Open,
    No,
}

/// A row that was not read, or something to know about one that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRemark {
    /// From 1.
    pub row: usize,
    pub refused: bool,
    pub text: LocalText,
}

/// All rows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicCalls {
    pub rows: usize,
    pub calls: Vec<PublicCall>,
    pub remarks: Vec<CallRemark>,
}

const PREFECTURES: [(&str, &[&str]); 8] = [
    ("北海道地方", &["北海道"]),
    ("東北地方", &["青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県"]),
    ("関東・甲信越地方", &["茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "山梨県", "長野県"]),
    ("東海・北陸地方", &["富山県", "石川県", "福井県", "岐阜県", "静岡県", "愛知県", "三重県"]),
    ("近畿地方", &["滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県"]),
    ("中国地方", &["鳥取県", "島根県", "岡山県", "広島県", "山口県"]),
    ("四国地方", &["徳島県", "香川県", "愛媛県", "高知県"]),
    ("九州・沖縄地方", &["福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"]),
];

impl PublicCalls {
    /// Reads a file of the portal's answers.
    ///
    /// # Errors
    /// [`PublicCallsError`]; a row that cannot be read is a remark.
    pub fn read(bytes: &[u8]) -> Result<PublicCalls, PublicCallsError> {
        let whole: Value = serde_json::from_slice(bytes)?;
        let list = [&whole, whole.get("subsidies").unwrap_or(&Value::Null), whole.get("result").unwrap_or(&Value::Null)];
        let rows = list.into_iter().find_map(Value::as_array).ok_or(PublicCallsError::NoList)?;
        if rows.len() > ROWS_MAX {
            return Err(PublicCallsError::TooLong(ROWS_MAX));
        }
        let mut read = PublicCalls { rows: rows.len(), ..PublicCalls::default() };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (row, value) in (1..).zip(rows) {
            match Row(value).call() {
                Ok(call) => match seen.insert(call.id.clone(), row) {
                    None => {
                        if call.cap.is_none() {
                            read.remark(row, "補助上限額が書かれていません", "no ceiling is stated");
                        }
                        read.calls.push(call);
                    }
                    Some(before) => read.refuse(row, format!("{before}件目と同じ番号です"), format!("the same id as row {before}")),
                },
                Err((ja, en)) => read.refuse(row, ja, en),
            }
        }
        Ok(read)
    }

    /// Rows that were not read.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.remarks.iter().filter(|r| r.refused).count()
    }

    fn refuse(&mut self, row: usize, ja: String, en: String) {
        let text = LocalText::new(format!("{row}件目：{ja}"), format!("Row {row}: {en}"));
        self.remarks.push(CallRemark { row, refused: true, text });
    }

    fn remark(&mut self, row: usize, ja: &str, en: &str) {
        let text = LocalText::new(format!("{row}件目：{ja}"), format!("Row {row}: {en}"));
        self.remarks.push(CallRemark { row, refused: false, text });
    }
}

type Wrong = (String, String);

struct Row<'a>(&'a Value);

impl Row<'_> {
    fn text(&self, field: &str) -> Result<&str, Wrong> {
        let text = self.0.get(field).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty());
        text.ok_or_else(|| (format!("{field} がありません"), format!("`{field}` is missing")))
    }

    fn call(&self) -> Result<PublicCall, Wrong> {
        let (opens, closes) = (self.instant("acceptance_start_datetime")?, self.instant("acceptance_end_datetime")?);
        if closes < opens {
            return Err(("受付の終わりが始まりより前です".into(), "it closes before it opens".into()));
        }
        Ok(PublicCall {
            id: self.text("id")?.to_owned(),
            title: self.text("title")?.to_owned(),
            institution: self.text("institution_name").unwrap_or_default().to_owned(),
            prefectures: prefectures(self.text("target_area_search")?)?,
            industries: industries(self.text("industry")?)?,
            staff: staff(self.text("target_number_of_employees")?)?,
            cap: self.cap()?,
            opens,
            closes,
            page: self.text("front_subsidy_detail_page_url").unwrap_or_default().to_owned(),
        })
    }

    /// `2026-08-19T05:00Z`.
    fn instant(&self, field: &str) -> Result<Instant, Wrong> {
        let text = self.text(field)?;
        let wrong = || (format!("{field}「{text}」が日時ではありません"), format!("`{text}` of `{field}` is no moment"));
        Instant::parse(&text.replace('Z', "+00:00")).map_err(|_| wrong())
    }

    /// Nothing and zero both mean that the portal does not say.
    fn cap(&self) -> Result<Option<Yen>, Wrong> {
        match self.0.get("subsidy_max_limit") {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(yen) if yen >= 0 => Ok((yen > 0).then(|| Yen::new(yen))),
                Some(_) | None => {
                    Err((format!("補助上限額「{value}」が金額ではありません"), format!("the ceiling `{value}` is no amount")))
                }
            },
        }
    }
}

fn prefectures(text: &str) -> Result<BTreeSet<&'static str>, Wrong> {
    let mut found = BTreeSet::new();
    for part in text.split('/').map(str::trim).filter(|p| !p.is_empty()) {
        if part == "全国" {
            return Ok(BTreeSet::new());
        }
        let region = PREFECTURES.iter().find(|(region, _)| *region == part).map(|(_, all)| *all);
        let one = PREFECTURES.iter().flat_map(|(_, all)| *all).find(|name| **name == part);
        match (region, one) {
            (Some(all), _) => found.extend(all),
            (None, Some(name)) => {
                found.insert(*name);
            }
            (None, None) => return Err((format!("地域「{part}」が分かりません"), format!("the area `{part}` is unknown"))),
        }
    }
    Ok(found)
}

fn industries(text: &str) -> Result<BTreeSet<&'static str>, Wrong> {
    let divisions: Vec<_> = ('A'..='T').filter_map(|letter| industry(&letter.to_string())).collect();
    let one = |part: &str| {
        let found = divisions.iter().find(|d| d.name == part).map(|d| d.code);
        found.ok_or_else(|| {
            (format!("業種「{part}」が日本標準産業分類の大分類ではありません"), format!("`{part}` is no division of the JSIC"))
        })
    };
    text.split('/').map(str::trim).filter(|p| !p.is_empty()).map(one).collect()
}

/// `従業員数の制約なし`, `300名以下`, `901名以上`.
fn staff(text: &str) -> Result<(u32, Option<u32>), Wrong> {
    let folded = fold_width(text);
    let number = |end: &str| folded.strip_suffix(end).and_then(|n| n.trim().replace(',', "").parse::<u32>().ok());
    match (folded.contains("制約なし"), number("名以下"), number("名以上")) {
        (true, ..) => Ok((0, None)),
        (false, Some(most), _) => Ok((0, Some(most))),
        (false, None, Some(least)) => Ok((least, None)),
        (false, None, None) => Err((format!("従業員数「{text}」が読めません"), format!("the staff `{text}` cannot be read"))),
    }
}

impl PublicCall {
    /// Whether it takes applications at a moment.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.opens <= now && now <= self.closes
    }

    /// Whether it is for a firm of which this is known.
    #[must_use]
    pub fn suits(&self, firm: &FirmOutline) -> Suits {
        let place = match &firm.prefecture {
            _ if self.prefectures.is_empty() => Suits::Yes,
            None => Suits::Open,
            Some(name) => sure(self.prefectures.contains(name.as_str())),
        };
        let trade = match firm.industry.as_deref().map(division) {
            _ if self.industries.len() >= 19 => Suits::Yes,
            None | Some(None) => Suits::Open,
            Some(Some(letter)) => sure(self.industries.contains(letter)),
        };
        let (least, most) = self.staff;
        let size = match firm.staff {
            _ if least == 0 && most.is_none() => Suits::Yes,
            None => Suits::Open,
            Some(staff) => sure(staff >= least && most.is_none_or(|most| staff <= most)),
        };
        let all = [place, trade, size];
        if all.contains(&Suits::No) {
            Suits::No
        } else if all.contains(&Suits::Open) {
            Suits::Open
        } else {
            Suits::Yes
        }
    }
}

fn sure(yes: bool) -> Suits {
    if yes { Suits::Yes } else { Suits::No }
}

/// The division of a code of any level, where the code is a class at all.
fn division(code: &str) -> Option<&'static str> {
    let found = industry(code)?;
    let Some(digits) = found.code.get(..2) else { return Some(found.code) };
    // 中分類 by division, as rev. 14 numbers them.
    let last = [
        ("A", 2),
        ("B", 4),
        ("C", 5),
        ("D", 8),
        ("E", 32),
        ("F", 36),
        ("G", 41),
        ("H", 49),
        ("I", 61),
        ("J", 67),
        ("K", 70),
        ("L", 74),
        ("M", 77),
        ("N", 80),
        ("O", 82),
        ("P", 85),
        ("Q", 87),
        ("R", 96),
        ("S", 98),
        ("T", 99),
    ];
    let number: u32 = digits.parse().ok()?;
    last.into_iter().find(|(_, end)| number <= *end).map(|(letter, _)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(edits: &[(&str, Value)]) -> Value {
        let mut row = serde_json::json!({
            "id": "a0W1", "title": "架空の補助金", "institution_name": "架空県", "target_area_search": "福井県 / 近畿地方",
            "industry": "製造業 / 農業、林業", "target_number_of_employees": "300名以下", "subsidy_max_limit": 1_000_000,
            "acceptance_start_datetime": "2026-08-19T05:00Z", "acceptance_end_datetime": "2026-09-09T08:00Z",
            "front_subsidy_detail_page_url": "https://example.invalid/a0W1"
        });
        for (field, value) in edits {
            row[*field] = value.clone();
        }
        row
    }

    fn read(rows: Vec<Value>) -> PublicCalls {
        PublicCalls::read(&serde_json::to_vec(&serde_json::json!({ "_meta": {}, "subsidies": rows })).unwrap()).unwrap()
    }

    #[test]
    fn every_row_is_accounted_for() {
        let text = |field, value: &str| row(&[("id", field_id(field, value)), (field, Value::String(value.into()))]);
        fn field_id(field: &str, value: &str) -> Value {
            Value::String(format!("{field}{value}"))
        }
        let rows = vec![
            row(&[]),
            row(&[]),
            text("target_area_search", "火星"),
            text("industry", "宇宙業"),
            text("target_number_of_employees", "少し"),
            text("acceptance_end_datetime", "2026-08-01T00:00Z"),
            text("acceptance_end_datetime", "そのうち"),
            text("title", ""),
            row(&[("id", Value::String("b".into())), ("subsidy_max_limit", Value::String("多い".into()))]),
            row(&[("id", Value::String("c".into())), ("subsidy_max_limit", Value::Null)]),
            Value::Null,
        ];
        let found = read(rows);
        assert_eq!((found.rows, found.calls.len(), found.refused()), (11, 2, 9), "{:#?}", found.remarks);
        let expect = [
            "1件目と同じ番号",
            "火星",
            "宇宙業",
            "少し",
            "受付の終わり",
            "そのうち",
            "title",
            "多い",
            "上限額が書かれていません",
            "がありません",
        ];
        assert_eq!(found.remarks.len(), expect.len());
        for (remark, expect) in found.remarks.iter().zip(expect) {
            assert!(remark.text.ja.contains(expect), "{remark:?} / {expect}");
        }
        assert!(PublicCalls::read(b"{").is_err() && PublicCalls::read(b"{}").is_err());
    }

    #[test]
    fn a_call_is_for_firms_of_its_outline() {
        let found = read(vec![row(&[])]);
        let call = &found.calls[0];
        let check = |prefecture: &str, industry: &str, staff: Option<u32>, expect| {
            let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
            let firm = FirmOutline { prefecture: some(prefecture), industry: some(industry), staff };
            assert_eq!(call.suits(&firm), expect, "{firm:?}");
        };
        check("福井県", "24", Some(300), Suits::Yes);
        check("京都府", "0111", Some(3), Suits::Yes);
        check("福井県", "24", Some(301), Suits::No);
        check("石川県", "", None, Suits::No);
        check("福井県", "I", Some(3), Suits::No);
        check("福井県", "", Some(3), Suits::Open);
        check("", "E", None, Suits::Open);
        check("福井県", "何か", Some(3), Suits::Open);
        let open = |at: &str| call.is_open(Instant::parse(at).unwrap());
        assert!(open("2026-08-19T14:00+09:00") && open("2026-09-09T17:00+09:00") && !open("2026-09-09T17:01+09:00"));
    }

    #[test]
    fn divisions_follow_from_codes() {
        for (code, expect) in [
            ("01", "A"),
            ("0111", "A"),
            ("05", "C"),
            ("09", "E"),
            ("32", "E"),
            ("39", "G"),
            ("56", "I"),
            ("7511", "M"),
            ("92", "R"),
            ("99", "T"),
            ("K", "K"),
        ] {
            assert_eq!(division(code), Some(expect), "{code}");
        }
        assert_eq!(division("ZZ"), None);
    }
}
