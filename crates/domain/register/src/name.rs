//! Names made comparable: the same firm is found whether its name is typed as 株式会社 or ㈱, in old or new letters, full or half width.
//! What is stored and shown stays as it was written; only the key is folded.

use banso_kernel::fold_width;

/// Words of legal forms, which are left out of a key wherever they stand at either end; longer ones first.
const FORMS: [&str; 30] = [
    "特定非営利活動法人",
    "公益社団法人",
    "公益財団法人",
    "一般社団法人",
    "一般財団法人",
    "国立研究開発法人",
    "地方独立行政法人",
    "独立行政法人",
    "国立大学法人",
    "公立大学法人",
    "社会福祉法人",
    "農事組合法人",
    "企業組合",
    "協業組合",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "学校法人",
    "宗教法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "相互会社",
    "(株)",
    "(有)",
    "(同)",
    "(資)",
    "(名)",
];

/// Old and variant letters of names, and the letter that they are looked up by.
const LETTERS: [(char, char); 62] = [
    ('髙', '高'),
    ('﨑', '崎'),
    ('嵜', '崎'),
    ('碕', '崎'),
    ('濵', '浜'),
    ('濱', '浜'),
    ('邊', '辺'),
    ('邉', '辺'),
    ('齋', '斎'),
    ('齊', '斉'),
    ('澤', '沢'),
    ('廣', '広'),
    ('國', '国'),
    ('櫻', '桜'),
    ('嶋', '島'),
    ('嶌', '島'),
    ('冨', '富'),
    ('德', '徳'),
    ('惠', '恵'),
    ('眞', '真'),
    ('藏', '蔵'),
    ('龍', '竜'),
    ('瀧', '滝'),
    ('壽', '寿'),
    ('榮', '栄'),
    ('檜', '桧'),
    ('淺', '浅'),
    ('緖', '緒'),
    ('祿', '禄'),
    ('實', '実'),
    ('條', '条'),
    ('學', '学'),
    ('會', '会'),
    ('圓', '円'),
    ('龜', '亀'),
    ('關', '関'),
    ('縣', '県'),
    ('驛', '駅'),
    ('鐵', '鉄'),
    ('礦', '鉱'),
    ('鑛', '鉱'),
    ('黑', '黒'),
    ('靜', '静'),
    ('豐', '豊'),
    ('萬', '万'),
    ('與', '与'),
    ('當', '当'),
    ('邨', '村'),
    ('淸', '清'),
    ('增', '増'),
    ('晧', '皓'),
    ('曾', '曽'),
    ('槇', '槙'),
    ('遙', '遥'),
    ('飮', '飲'),
    ('舘', '館'),
    ('莊', '荘'),
    ('藝', '芸'),
    ('賣', '売'),
    ('醫', '医'),
    ('寶', '宝'),
    ('吉', '吉'),
];

/// The key by which a name, or a part of one, is looked up. Empty when the text has no letter.
#[must_use]
pub fn name_key(name: &str) -> String {
    let folded = fold_width(name);
    let bare = without_form(folded.trim());
    let bare = if bare.is_empty() { folded.trim() } else { bare };
    bare.chars().flat_map(char::to_lowercase).filter_map(letter).collect()
}

/// Without the words of its legal form, at the front and at the end.
fn without_form(name: &str) -> &str {
    let mut rest = name.trim();
    while let Some(shorter) = FORMS.iter().find_map(|form| rest.strip_prefix(form).or_else(|| rest.strip_suffix(form))) {
        rest = shorter.trim();
    }
    rest
}

/// A letter as it is compared; `None` for what separates words, and for voicing marks that stand alone.
fn letter(c: char) -> Option<char> {
    if !c.is_alphanumeric() || c == 'ー' {
        return None;
    }
    let c = LETTERS.iter().find(|(old, _)| *old == c).map_or(c, |(_, new)| *new);
    Some(large_kana(katakana(c)))
}

fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        other => other,
    }
}

/// ャ as ヤ: small letters are often typed large.
fn large_kana(c: char) -> char {
    match c {
        'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_firm_has_one_key() {
        for (a, b) in [
            ("株式会社架空髙﨑製作所", "（株）架空高崎製作所"),
            ("㈱架空高崎製作所", "架空高崎製作所株式会社"),
            ("架空 高崎・製作所", "架空高崎製作所"),
            ("有限会社　カクウ・デンキ", "ｶｸｳﾃﾞﾝｷ㈲"),
            ("カクーデンキ", "カクデンキ"),
            ("ＫＡＫＵＵ　Ｖａｌｕｅ株式会社", "kakuu value"),
            ("かくうきかい", "カクウキカイ"),
            ("キャノピー架空", "キヤノピー架空"),
            ("架空ヶ丘工業", "架空ケ丘工業"),
        ] {
            assert_eq!(name_key(a), name_key(b), "{a} / {b}");
        }
        for (a, b) in [("架空高崎製作所", "架空高崎製作"), ("架空電気", "架空電機")] {
            assert_ne!(name_key(a), name_key(b), "{a} / {b}");
        }
    }

    #[test]
    fn a_name_that_is_only_a_form_is_its_own_key() {
        assert_eq!(name_key("株式会社"), "株式会社");
        assert_eq!(name_key("・・　"), "");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(name in "[ぁ-んァ-ヶ一-龠ａ-ｚa-zA-Z0-9０-９・ー　（）()株式会社有限 ]{0,20}") {
            let key = name_key(&name);
            // A key may itself spell a legal form: it is then left out of nothing but a whole name.
            prop_assume!(without_form(&key) == key);
            prop_assert_eq!(name_key(&key), key);
        }
    }
}
