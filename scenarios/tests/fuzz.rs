//! Texts that nobody would write: every guideline of the house, damaged at random with a fixed seed, must be read to its end without a
//! panic, with problems that point inside the text, and the same way twice.

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use banso_guideline::{Dictionary, Edition, Library, Problem, Severity};
    use rand::rngs::StdRng;
    use rand::seq::IndexedRandom as _;
    use rand::{Rng as _, SeedableRng as _};

    /// Damaged texts for each guideline.
    const ROUNDS: u64 = 150;

    /// What is put in at random: pieces of the language, and pieces that no language has.
    const PIECES: &[&str] = &[
        "|",
        "| - |",
        "```",
        "```要件\n",
        "\n## ",
        "\n### 3-2 ",
        "\n#### ",
        "---\n",
        "要確認",
        "かつ",
        "または",
        "でない",
        "もし",
        "（",
        "((((((((",
        ")",
        "3億円",
        "２／３",
        "-1",
        "999999999999999999999999999999",
        "0.1",
        "%",
        "円",
        "人",
        "＝",
        "<=",
        "≦",
        "[6..20]",
        "不適のとき:",
        "但し:",
        "人が確認",
        "\u{200b}",
        "\u{feff}",
        "\u{202e}",
        "𠮷",
        "e\u{301}",
        "\0",
        "\r\n",
        "\t",
        "<<<<<<< HEAD\n",
        "<script>",
        "&amp;",
        "\\",
        "\"",
        "`",
        "#",
        ": ",
        "令和7年2月30日",
        "2025-13-01",
        "R7.4.1",
        "法人番号",
        "従業員数",
        "資本金",
    ];

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn text(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).unwrap()
    }

    fn guidelines() -> Vec<String> {
        let programmes = std::fs::read_dir(root().join("programmes")).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir());
        let editions = programmes.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()));
        let texts: Vec<_> =
            editions.filter(|p| p.extension().is_some_and(|e| e == "md")).map(|p| std::fs::read_to_string(p).unwrap()).collect();
        assert!(!texts.is_empty(), "no guideline in programmes/");
        texts
    }

    /// Between two letters, anywhere in the text.
    fn somewhere(text: &str, dice: &mut StdRng) -> usize {
        let mut at = dice.random_range(0..=text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn damage(text: &mut String, dice: &mut StdRng) {
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let line = dice.random_range(0..lines.len().max(1));
        match dice.random_range(0..7) {
            0 => text.insert_str(somewhere(text, dice), PIECES.choose(dice).unwrap()),
            1 => {
                let from = somewhere(text, dice);
                let mut to = (from + dice.random_range(1..80)).min(text.len());
                while !text.is_char_boundary(to) {
                    to += 1;
                }
                text.replace_range(from..to, "");
            }
            2 => text.truncate(somewhere(text, dice)),
            3 => *text = lines.iter().enumerate().filter(|(i, _)| *i != line).map(|(_, l)| format!("{l}\n")).collect(),
            4 => *text = lines.iter().enumerate().map(|(i, l)| if i == line { format!("{l}\n{l}\n") } else { format!("{l}\n") }).collect(),
            5 => {
                let mut lines = lines;
                let other = dice.random_range(0..lines.len().max(1));
                if !lines.is_empty() {
                    lines.swap(line, other);
                }
                *text = lines.join("\n");
            }
            _ => *text = text.replacen(['0', '1', '2', '3'], PIECES.choose(dice).unwrap(), dice.random_range(1..4)),
        }
    }

    fn expect_sound(problems: &[Problem], text: &str, seed: u64) {
        for p in problems {
            for span in p.related.iter().map(|(span, _)| *span).chain([p.span]) {
                assert!(text.get(span.start..span.end).is_some(), "seed {seed}: {span:?} is not inside the text: {p:?}");
            }
            assert!(!p.message.ja.is_empty() && p.message.en.is_some(), "seed {seed}: a problem without words: {p:?}");
        }
    }

    #[test]
    fn damaged_guidelines_are_read_to_their_end() {
        let dictionary = Dictionary::parse(&text("facts/dictionary.md")).unwrap();
        let library = Library::parse(&text("facts/definitions.md"), &dictionary).unwrap();
        let (mut broken, mut whole) = (0, 0);
        for (n, guideline) in guidelines().iter().enumerate() {
            for seed in 0..ROUNDS {
                let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(1000).wrapping_add(n as u64));
                let mut text = guideline.clone();
                for _ in 0..dice.random_range(1..5) {
                    damage(&mut text, &mut dice);
                }
                let reading = Edition::read(&text, &dictionary, &library);
                expect_sound(&reading.problems, &text, seed);
                let has_error = reading.problems.iter().any(|p| p.severity == Severity::Error);
                assert_eq!(reading.edition.is_none(), has_error, "seed {seed}: an edition and an error, or neither");
                *if has_error { &mut broken } else { &mut whole } += 1;
            }
        }
        println!("{broken} refused, {whole} still whole");
        assert!(broken > whole / 4, "the damage was too slight to show anything");
    }

    #[test]
    fn damaged_dictionaries_are_read_to_their_end() {
        let (dictionary, definitions) = (text("facts/dictionary.md"), text("facts/definitions.md"));
        let sound = Dictionary::parse(&dictionary).unwrap();
        for seed in 0..ROUNDS {
            let mut dice = StdRng::seed_from_u64(seed);
            let (mut a, mut b) = (dictionary.clone(), definitions.clone());
            damage(&mut a, &mut dice);
            damage(&mut b, &mut dice);
            if let Err(problems) = Dictionary::parse(&a) {
                expect_sound(&problems, &a, seed);
            }
            if let Err(problems) = Library::parse(&b, &sound) {
                expect_sound(&problems, &b, seed);
            }
        }
    }
}
