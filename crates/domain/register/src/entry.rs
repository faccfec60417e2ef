//! One row of a file of the register, checked.

use banso_kernel::{CorporateNumber, CorporateNumberError, Day, LocalText};
use serde::{Deserialize, Serialize};

use crate::column::Column;

/// What a row reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Within its file.
    pub sequence: u64,
    pub number: CorporateNumber,
    pub process: Process,
    /// A row that corrects what was published before.
    pub correction: bool,
    pub updated_on: Day,
    pub changed_on: Day,
    /// As registered: neither folded nor trimmed of its legal form.
    pub name: String,
    pub form: LegalForm,
    pub place: Place,
    pub closing: Option<Closing>,
    /// The register's own words, such as with whom a firm merged.
    pub details: String,
    pub assigned_on: Day,
    /// Whether this is what holds now; other rows are history.
    pub latest: bool,
    pub english_name: String,
    pub kana: String,
    /// The register leaves it out of its own searches.
    pub excluded: bool,
}

/// A registered place, at home or abroad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub prefecture: String,
    pub city: String,
    pub street: String,
    /// JIS X 0401, two digits; empty abroad.
    pub prefecture_code: String,
    /// JIS X 0402, three digits; empty abroad.
    pub city_code: String,
    /// Seven digits or empty.
    pub postcode: String,
    pub abroad: String,
}

impl Place {
    /// As one line.
    #[must_use]
    pub fn line(&self) -> String {
        if self.abroad.is_empty() { format!("{}{}{}", self.prefecture, self.city, self.street) } else { self.abroad.clone() }
    }
}

/// The closing of a firm's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub on: Day,
    pub cause: Option<ClosingCause>,
    pub successor: Option<CorporateNumber>,
}

macro_rules! codes {
    ($(#[$doc:meta])* $kind:ident { $($name:ident = $code:literal, $ja:literal / $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "each is named by its title")]
        pub enum $kind { $($name),* }

        impl $kind {
            /// As the files write it.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $($kind::$name => $code),* }
            }

            /// In words.
            #[must_use]
            pub fn title(self) -> LocalText {
                match self { $($kind::$name => LocalText::new($ja, $en)),* }
            }

            /// The one with this code.
            #[must_use]
            pub fn of_code(code: &str) -> Option<Self> {
                match code { $($code => Some($kind::$name),)* _ => None }
            }

            fn codes() -> &'static str {
                concat!($($code, " "),*).trim_ascii_end()
            }
        }
    };
}

codes! {
    /// What happened (処理区分).
    Process {
        Opened = "01", "新規" / "opened";
        Renamed = "11", "商号又は名称の変更" / "renamed";
        Moved = "12", "国内所在地の変更" / "moved";
        MovedAbroad = "13", "国外所在地の変更" / "moved abroad";
        Closed = "21", "登記記録の閉鎖等" / "record closed";
        Reopened = "22", "登記記録の復活等" / "record reopened";
        Absorbed = "71", "吸収合併" / "absorbed another firm";
        AbsorptionVoid = "72", "吸収合併無効" / "absorption void";
        NameStruck = "81", "商号の登記の抹消" / "name struck off";
        Deleted = "99", "削除" / "deleted";
    }
}

codes! {
    /// 法人種別.
    LegalForm {
        State = "101", "国の機関" / "state organ";
        LocalGovernment = "201", "地方公共団体" / "local government";
        StockCompany = "301", "株式会社" / "stock company";
        LimitedCompany = "302", "有限会社" / "limited company";
        GeneralPartnership = "303", "合名会社" / "general partnership company";
        LimitedPartnership = "304", "合資会社" / "limited partnership company";
        LimitedLiabilityCompany = "305", "合同会社" / "limited liability company";
        OtherRegistered = "399", "その他の設立登記法人" / "other registered corporation";
        Foreign = "401", "外国会社等" / "foreign company";
        Other = "499", "その他" / "other";
    }
}

codes! {
    /// Why a record was closed.
    ClosingCause {
        Liquidated = "01", "清算の結了等" / "liquidated";
        Merged = "11", "合併による解散等" / "dissolved by merger";
        ByRegistrar = "21", "登記官による閉鎖" / "closed by the registrar";
        OtherLiquidation = "31", "その他の清算の結了等" / "otherwise liquidated";
    }
}

/// What is wrong with a row, by its column; what to do stands in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// `None` for the row as a whole.
    pub column: Option<Column>,
    pub text: LocalText,
}

impl Entry {
    /// Reads the fields of a row.
    ///
    /// # Errors
    /// Every flaw of the row at once.
    pub fn read(fields: &[String]) -> Result<Self, Vec<Flaw>> {
        if fields.len() != Column::ALL.len() {
            return Err(vec![wrong_count(fields.len())]);
        }
        let mut row = Row { fields, flaws: Vec::new() };
        let entry = row.entry();
        match entry {
            Some(entry) if row.flaws.is_empty() => Ok(entry),
            Some(_) | None => Err(row.flaws),
        }
    }

    /// Whether the record is closed, or gone.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.closing.is_some() || self.process == Process::Deleted
    }
}

fn wrong_count(found: usize) -> Flaw {
    let ja = format!("列が{found}個あります。30個の列が必要です。全件データまたは差分データのCSVをそのまま指定してください。");
    let en = format!("The row has {found} columns and needs 30. Give the register's CSV file, full or difference, as it is.");
    Flaw { column: None, text: LocalText::new(ja, en) }
}

/// A row while it is read.
struct Row<'a> {
    fields: &'a [String],
    flaws: Vec<Flaw>,
}

impl Row<'_> {
    fn entry(&mut self) -> Option<Entry> {
        let sequence = self.read(Column::Sequence, |t| t.parse().ok(), "数字で書いてください", "write a number");
        let number = self.number(Column::Number);
        let process = self.coded(Column::Process, Process::of_code, Process::codes());
        let correction = self.flag(Column::Correction);
        let updated_on = self.day(Column::UpdatedOn);
        let changed_on = self.day(Column::ChangedOn);
        let name = self.text(Column::Name).to_owned();
        if name.trim().is_empty() {
            self.flaw(Column::Name, "空欄です", "is empty");
        }
        let form = self.coded(Column::Form, LegalForm::of_code, LegalForm::codes());
        let place = self.place();
        let closing = self.closing();
        let assigned_on = self.day(Column::AssignedOn);
        let latest = self.flag(Column::Latest);
        let excluded = self.flag(Column::Excluded);
        Some(Entry {
            sequence: sequence?,
            number: number?,
            process: process?,
            correction: correction?,
            updated_on: updated_on?,
            changed_on: changed_on?,
            name,
            form: form?,
            place,
            closing: closing?,
            details: self.text(Column::ChangeDetails).to_owned(),
            assigned_on: assigned_on?,
            latest: latest?,
            english_name: self.text(Column::EnglishName).to_owned(),
            kana: self.text(Column::Kana).to_owned(),
            excluded: excluded?,
        })
    }

    fn place(&mut self) -> Place {
        let place = Place {
            prefecture: self.text(Column::Prefecture).to_owned(),
            city: self.text(Column::City).to_owned(),
            street: self.text(Column::Street).to_owned(),
            prefecture_code: self.digits(Column::PrefectureCode, 2),
            city_code: self.digits(Column::CityCode, 3),
            postcode: self.digits(Column::Postcode, 7),
            abroad: self.text(Column::Abroad).to_owned(),
        };
        let code = place.prefecture_code.as_str();
        if !code.is_empty() && !(1..=47).contains(&code.parse::<u8>().unwrap_or(0)) && code != "99" {
            self.flaw(Column::PrefectureCode, "01から47までの都道府県コードではありません", "is no prefecture's code (01 to 47)");
        }
        place
    }

    /// `Some(None)` for a record that is open.
    #[expect(clippy::option_option, reason = "outside: whether it could be read; inside: whether the record is closed")]
    fn closing(&mut self) -> Option<Option<Closing>> {
        let blank = |column: &Column| self.text(*column).is_empty();
        let columns = [Column::ClosedOn, Column::ClosingCause, Column::Successor];
        if columns.iter().all(blank) {
            return Some(None);
        }
        let on = self.day(Column::ClosedOn);
        let cause = match self.text(Column::ClosingCause) {
            "" => Some(None),
            _ => self.coded(Column::ClosingCause, ClosingCause::of_code, ClosingCause::codes()).map(Some),
        };
        let successor = match self.text(Column::Successor) {
            "" => Some(None),
            _ => self.number(Column::Successor).map(Some),
        };
        Some(Some(Closing { on: on?, cause: cause?, successor: successor? }))
    }

    fn text(&self, column: Column) -> &str {
        self.fields.get(column.index()).map_or("", String::as_str)
    }

    fn flaw(&mut self, column: Column, ja: &str, en: &str) {
        let text = self.text(column).chars().take(60).collect::<String>();
        let (title, place) = (column.title(), column.index() + 1);
        let text = LocalText::new(
            format!("{place}列目「{}」の「{text}」：{ja}。", title.ja),
            format!("Column {place} ({}), `{text}`: {en}.", title.get(banso_kernel::Lang::En)),
        );
        self.flaws.push(Flaw { column: Some(column), text });
    }

    fn read<T>(&mut self, column: Column, read: impl Fn(&str) -> Option<T>, ja: &str, en: &str) -> Option<T> {
        let value = read(self.text(column));
        if value.is_none() {
            self.flaw(column, ja, en);
        }
        value
    }

    fn number(&mut self, column: Column) -> Option<CorporateNumber> {
        match CorporateNumber::parse(self.text(column)) {
            Ok(number) => Some(number),
            Err(error) => {
                let ja = match &error {
                    CorporateNumberError::WrongLength { .. } | CorporateNumberError::NotDigits(_) => "13桁の数字ではありません",
                    CorporateNumberError::WrongCheckDigit { .. } => "検査用数字（先頭の1桁）が合いません",
                };
                self.flaw(column, ja, &error.to_string());
                None
            }
        }
    }

    /// A day as the files write it, 2026-08-10: no other way of writing is expected here.
    fn day(&mut self, column: Column) -> Option<Day> {
        let strict = |t: &str| (t.len() == 10).then(|| Day::parse(t).ok()).flatten();
        self.read(column, strict, "ありえない日付です。2026-08-10 のように書いてください", "is no day; write it as 2026-08-10")
    }

    fn flag(&mut self, column: Column) -> Option<bool> {
        let read = |t: &str| match t {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        };
        self.read(column, read, "0か1を書いてください", "write 0 or 1")
    }

    fn coded<T>(&mut self, column: Column, of_code: impl Fn(&str) -> Option<T>, codes: &str) -> Option<T> {
        let (ja, en) = (format!("知られていないコードです（{codes}）"), format!("is no known code ({codes})"));
        self.read(column, of_code, &ja, &en)
    }

    /// So many digits, or nothing.
    fn digits(&mut self, column: Column, count: usize) -> String {
        let text = self.text(column).to_owned();
        if !text.is_empty() && (text.len() != count || !text.bytes().all(|b| b.is_ascii_digit())) {
            self.flaw(column, &format!("{count}桁の数字ではありません"), &format!("is not {count} digits"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn row(edits: &[(Column, &str)]) -> Vec<String> {
        let number = CorporateNumber::from_body(700_000_000_001).to_string();
        let mut fields = vec![String::new(); 30];
        let usual = [
            (Column::Sequence, "8"),
            (Column::Number, number.as_str()),
            (Column::Process, "01"),
            (Column::Correction, "0"),
            (Column::UpdatedOn, "2026-08-10"),
            (Column::ChangedOn, "2026-07-15"),
            (Column::Name, "株式会社架空精密"),
            (Column::Form, "301"),
            (Column::Prefecture, "福井県"),
            (Column::City, "鯖江市"),
            (Column::Street, "架空町１番地"),
            (Column::PrefectureCode, "18"),
            (Column::CityCode, "207"),
            (Column::Postcode, "9160000"),
            (Column::AssignedOn, "2015-10-05"),
            (Column::Latest, "1"),
            (Column::Kana, "カクウセイミツ"),
            (Column::Excluded, "0"),
        ];
        for (column, text) in usual.iter().chain(edits) {
            fields[column.index()] = (*text).to_owned();
        }
        fields
    }

    #[test]
    fn a_row_is_read() {
        let entry = Entry::read(&row(&[])).unwrap();
        assert_eq!((entry.process, entry.form, entry.latest), (Process::Opened, LegalForm::StockCompany, true));
        assert_eq!(entry.place.line(), "福井県鯖江市架空町１番地");
        assert_eq!((entry.closing.clone(), entry.closed()), (None, false));
        let successor = CorporateNumber::from_body(700_000_000_002);
        let closed = row(&[
            (Column::Process, "21"),
            (Column::ClosedOn, "2026-08-03"),
            (Column::ClosingCause, "11"),
            (Column::Successor, &successor.to_string()),
        ]);
        let closing = Entry::read(&closed).unwrap().closing.unwrap();
        assert_eq!((closing.cause, closing.successor), (Some(ClosingCause::Merged), Some(successor)));
        assert!(Entry::read(&row(&[(Column::Process, "99")])).unwrap().closed());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_column() {
        for (column, text, ja) in [
            (Column::Sequence, "八", "数字"),
            (Column::Number, "7000012050003", "検査用数字"),
            (Column::Number, "123", "13桁"),
            (Column::Process, "02", "コード"),
            (Column::Correction, "2", "0か1"),
            (Column::UpdatedOn, "2026-02-30", "日付"),
            (Column::UpdatedOn, "令和8年8月10日", "日付"),
            (Column::Name, "　", "空欄"),
            (Column::Form, "999", "コード"),
            (Column::PrefectureCode, "48", "都道府県コード"),
            (Column::PrefectureCode, "1", "2桁"),
            (Column::Postcode, "916-0000", "7桁"),
            (Column::ClosingCause, "01", "日付"),
            (Column::Successor, "1", "13桁"),
            (Column::Latest, "", "0か1"),
        ] {
            let flaws = Entry::read(&row(&[(column, text)])).unwrap_err();
            assert!(flaws.iter().any(|f| f.text.ja.contains(ja)), "{column:?} {text}: {flaws:?}");
            assert!(flaws.iter().all(|f| f.text.en.is_some()));
        }
        let many = Entry::read(&row(&[(Column::Sequence, ""), (Column::Form, ""), (Column::AssignedOn, "")])).unwrap_err();
        assert_eq!(
            many.iter().map(|f| f.column).collect::<Vec<_>>(),
            [Some(Column::Sequence), Some(Column::Form), Some(Column::AssignedOn)]
        );
        let few = Entry::read(&row(&[])[..29]).unwrap_err();
        assert!(few[0].column.is_none() && few[0].text.ja.contains("29個"), "{few:?}");
    }

    #[test]
    fn thirty_columns_in_order() {
        for (index, column) in Column::ALL.iter().enumerate() {
            assert_eq!(column.index(), index);
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(fields in proptest::collection::vec("\\PC{0,12}", 28..32)) {
            if let Err(flaws) = Entry::read(&fields) {
                prop_assert!(!flaws.is_empty());
            }
        }
    }
}
