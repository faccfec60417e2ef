//! The three fonts of the letters, embedded in the binary. Their licence is `fonts/OFL.txt`.

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};

const FILES: [&[u8]; 3] = [
    include_bytes!("../fonts/BIZUDMincho-Regular.ttf"),
    include_bytes!("../fonts/BIZUDGothic-Bold.ttf"),
    include_bytes!("../fonts/BansoSupplement.otf"),
];

/// The fonts, read once.
pub(crate) struct Fonts {
    pub(crate) fonts: Vec<Font>,
    pub(crate) book: FontBook,
}

impl Fonts {
    pub(crate) fn embedded() -> Self {
        let fonts: Vec<Font> = FILES.into_iter().filter_map(|bytes| Font::new(Bytes::new(bytes), 0)).collect();
        let book = FontBook::from_fonts(&fonts);
        Fonts { fonts, book }
    }

    /// Whether one of the fonts has a shape for the character.
    pub(crate) fn covers(&self, c: char) -> bool {
        self.fonts.iter().any(|font| font.info().coverage.contains(u32::from(c)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_are_readable_and_free_to_ship() {
        let fonts = Fonts::embedded();
        let families: Vec<&str> = fonts.fonts.iter().map(|f| f.info().family.as_str()).collect();
        assert_eq!(families, ["BIZ UDMincho", "BIZ UDGothic", "Banso Supplement"]);
        let licence = include_str!("../fonts/OFL.txt");
        assert!(licence.contains("SIL OPEN FONT LICENSE Version 1.1"));
    }

    #[test]
    fn names_of_people_and_firms_have_their_shapes() {
        let fonts = Fonts::embedded();
        for c in "髙﨑𠮷①㈱㎡禰辻祇丽ễß〓△→".chars() {
            assert!(fonts.covers(c), "{c}");
        }
        for c in ['\u{E000}', '😀', '\u{10FFFF}'] {
            assert!(!fonts.covers(c), "{c}");
        }
    }
}
