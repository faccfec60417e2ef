//! The letters that a transfer file may hold, and the way to them from what people type.

use banso_kernel::fold_width;

/// A text in the format's letters, one byte each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ZenginKana(Vec<u8>);

impl ZenginKana {
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text for people, in half-width letters.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|b| to_char(*b)).collect()
    }
}

/// Half-width katakana and marks from `ｱ` on, each with the full-width letter that it stands for (JIS X 0201, 0xA6 to 0xDD).
const FULL: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
const FIRST: u32 = 0xA6;

/// Letters with a voiced or half-voiced mark, as two.
const VOICED: &str = "ガカギキグクゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハビヒブフベヘボホヴウ";
const HALF_VOICED: &str = "パハピヒプフペヘポホ";

const VOICED_MARK: u8 = 0xDE;
const HALF_VOICED_MARK: u8 = 0xDF;

pub(super) fn to_char(byte: u8) -> char {
    if byte >= 0xA1 { char::from_u32(u32::from(byte) - 0xA1 + 0xFF61).unwrap_or('?') } else { char::from(byte) }
}

/// Whether the format allows a byte in a name.
pub(super) const fn is_allowed(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'(' | b')' | b'-' | b'.' | b',' | b'/' | b'\\' | 0xA2 | 0xA3 | 0xB1..=0xDF)
}

/// Folds hiragana, full-width, small and lower-case letters to what the format allows; long marks become hyphens.
///
/// ```
/// use banso_exchange::zengin::to_kana;
/// assert_eq!(to_kana("カ）ばんそうショウジ").unwrap().text(), "ｶ)ﾊﾞﾝｿｳｼﾖｳｼﾞ");
/// assert_eq!(to_kana("架空商事"), Err('架'));
/// ```
///
/// # Errors
/// The first letter that has no place in a transfer file, such as 漢字 or ヲ.
pub fn to_kana(text: &str) -> Result<ZenginKana, char> {
    let mut bytes = Vec::new();
    for c in fold_width(text.trim()).chars() {
        put(c, &mut bytes)?;
    }
    Ok(ZenginKana(bytes))
}

fn put(c: char, bytes: &mut Vec<u8>) -> Result<(), char> {
    let c = to_katakana(c);
    match c {
        'ー' | '－' => bytes.push(b'-'),
        '「' => bytes.push(0xA2),
        '」' => bytes.push(0xA3),
        '¥' | '\\' => bytes.push(b'\\'),
        '\u{3099}' | '゛' => bytes.push(VOICED_MARK),
        '\u{309A}' | '゜' => bytes.push(HALF_VOICED_MARK),
        '\u{3000}' => bytes.push(b' '),
        _ if c.is_ascii() => {
            let upper = c.to_ascii_uppercase();
            let byte = u8::try_from(upper).ok().filter(|b| is_allowed(*b)).ok_or(c)?;
            bytes.push(byte);
        }
        _ => {
            let (base, mark) = split(c);
            let at = FULL.chars().position(|f| f == large(base)).ok_or(c)?;
            let byte = u8::try_from(FIRST + u32::try_from(at).unwrap_or(0)).ok().filter(|b| is_allowed(*b)).ok_or(c)?;
            bytes.push(byte);
            bytes.extend(mark);
        }
    }
    Ok(())
}

fn to_katakana(c: char) -> char {
    match u32::from(c) {
        code @ 0x3041..=0x3096 => char::from_u32(code + 0x60).unwrap_or(c),
        _ => c,
    }
}

/// A letter without its mark, and the mark.
fn split(c: char) -> (char, Option<u8>) {
    let find = |pairs: &str| {
        let letters: Vec<char> = pairs.chars().collect();
        letters.chunks(2).find_map(|pair| if let [with, without] = pair { (*with == c).then_some(*without) } else { None })
    };
    match (find(VOICED), find(HALF_VOICED)) {
        (Some(base), _) => (base, Some(VOICED_MARK)),
        (None, Some(base)) => (base, Some(HALF_VOICED_MARK)),
        (None, None) => (c, None),
    }
}

/// Small letters are written large.
const fn large(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ッ' => 'ツ',
        'ヮ' => 'ワ',
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
    fn names_as_people_type_them() {
        for (typed, written) in [
            ("株", Err('株')),
            ("カ）カクウセイキ", Ok("ｶ)ｶｸｳｾｲｷ")),
            ("ｶ)ｶｸｳｾｲｷ", Ok("ｶ)ｶｸｳｾｲｷ")),
            ("かくう　せいき", Ok("ｶｸｳ ｾｲｷ")),
            ("ギャラリーＡbc", Ok("ｷﾞﾔﾗﾘ-ABC")),
            ("パッケージ", Ok("ﾊﾟﾂｹ-ｼﾞ")),
            ("ﾊﾞﾝｸ", Ok("ﾊﾞﾝｸ")),
            ("ヴィラ", Ok("ｳﾞｲﾗ")),
            ("「ア」", Ok("｢ｱ｣")),
            ("ア・イ", Err('・')),
            ("ヲガワ", Err('ヲ')),
            ("ア_イ", Err('_')),
            ("", Ok("")),
        ] {
            assert_eq!(to_kana(typed).map(|k| k.text()), written.map(str::to_owned), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn only_allowed_bytes_come_out(text in "[ぁ-んァ-ヴーａ-ｚA-Za-z0-9ｱ-ﾝﾞﾟ()（） .,/-]{0,30}|.{0,20}") {
            if let Ok(kana) = to_kana(&text) {
                prop_assert!(kana.bytes().iter().all(|b| is_allowed(*b)), "{}", kana.text());
                prop_assert_eq!(to_kana(&kana.text()), Ok(kana));
            }
        }
    }
}
