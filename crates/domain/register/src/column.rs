//! The thirty columns of a file of the register, in its order. Source: 国税庁「法人番号公表サイト リソース定義書」 ver. 4.

use banso_kernel::LocalText;

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $ja:literal / $en:literal),* $(,)?) => {
        /// A column of the register's files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "each is named by its title")]
        pub enum Column { $($name),* }

        impl Column {
            /// All of them, in the file's order.
            pub const ALL: [Column; 30] = [$(Column::$name),*];

            /// Its title, as the register calls it.
            #[must_use]
            pub fn title(self) -> LocalText {
                match self { $(Column::$name => LocalText::new($ja, $en)),* }
            }
        }
    };
}

columns! {
    Sequence = "一連番号" / "sequence number",
    Number = "法人番号" / "corporate number",
    Process = "処理区分" / "process",
    Correction = "訂正区分" / "correction",
    UpdatedOn = "更新年月日" / "updated on",
    ChangedOn = "変更年月日" / "changed on",
    Name = "商号又は名称" / "name",
    NameImage = "商号又は名称イメージID" / "name image id",
    Form = "法人種別" / "legal form",
    Prefecture = "国内所在地（都道府県）" / "prefecture",
    City = "国内所在地（市区町村）" / "city",
    Street = "国内所在地（丁目番地等）" / "street",
    PlaceImage = "国内所在地イメージID" / "place image id",
    PrefectureCode = "都道府県コード" / "prefecture code",
    CityCode = "市区町村コード" / "city code",
    Postcode = "郵便番号" / "postcode",
    Abroad = "国外所在地" / "place abroad",
    AbroadImage = "国外所在地イメージID" / "place abroad image id",
    ClosedOn = "登記記録の閉鎖等年月日" / "closed on",
    ClosingCause = "登記記録の閉鎖等の事由" / "cause of closing",
    Successor = "承継先法人番号" / "successor's number",
    ChangeDetails = "変更事由の詳細" / "details of the change",
    AssignedOn = "法人番号指定年月日" / "assigned on",
    Latest = "最新履歴" / "latest",
    EnglishName = "商号又は名称（英語表記）" / "name in English",
    EnglishPrefecture = "国内所在地（都道府県）（英語表記）" / "prefecture in English",
    EnglishPlace = "国内所在地（市区町村丁目番地等）（英語表記）" / "place in English",
    EnglishAbroad = "国外所在地（英語表記）" / "place abroad in English",
    Kana = "フリガナ" / "kana",
    Excluded = "検索対象除外" / "left out of searches",
}

impl Column {
    /// Its place in a row, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}
