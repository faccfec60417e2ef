//! The command line as a civil servant meets it: help, clear answers to mistakes, exit codes.

#[cfg(test)]
mod tests {
    use std::path::Path;

    use banso_scenarios::output_of;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    /// Runs the words; expects the exit code, and the pieces in what was said.
    fn check(words: &[&str], code: i32, pieces: &[&str]) {
        let (ended, out, err) = output_of(words, root());
        let said = format!("{out}\n{err}");
        assert_eq!(ended, code, "banso {words:?}:\n{said}");
        for piece in pieces {
            assert!(said.contains(piece), "banso {words:?} does not say `{piece}`:\n{said}");
        }
    }

    #[test]
    fn help_explains_every_command_in_both_languages() {
        check(&["--help"], 0, &["本番の受付", "for real use", "serve", "demo", "check", "verify", "backup", "restore", "export", "user"]);
        for command in ["serve", "demo", "check", "verify", "backup", "restore", "export", "user"] {
            check(&[command, "--help"], 0, &["--data", "使い方 / Usage"]);
        }
        check(&["export", "case", "--help"], 0, &["受付番号", "Receipt number", "--as", "--to", "FILE.zip"]);
        check(&["export", "list", "--help"], 0, &["--programme", "--call", "--as", "--to", ".csv"]);
        check(&["serve", "--help"], 0, &["--mail-command", "--mail-from", "sendmail -t -i"]);
    }

    #[test]
    fn mistakes_are_answered() {
        check(&["chek"], 2, &["chek", "check"]);
        check(&["serve", "--port", "99999"], 2, &["99999"]);
        check(&["check"], 2, &["GUIDELINE.md"]);
        check(&["check", "no-such-file.md"], 1, &["no-such-file.md"]);
        check(&["export", "case", "G7-1-AAAA-AAAA"], 2, &["--as"]);
        check(
            &["export", "case", "G7-1-AAAA-AAAA", "--as", "kansa", "--data", "no-such-folder"],
            1,
            &["データを開けません", "no-such-folder"],
        );
        check(&["export", "list", "--programme", "go-tech", "--as", "kansa"], 2, &["--call"]);
        check(&["serve", "--mail-command", "sendmail -t -i", "--data", "no-such-folder"], 2, &["--mail-from"]);
        assert!(!root().join("no-such-folder").exists());
    }

    #[test]
    fn an_amendment_is_checked_against_the_edition_before_it() {
        let folder = tempfile::tempdir().unwrap();
        for part in ["facts", "programmes/go-tech"] {
            std::fs::create_dir_all(folder.path().join(part)).unwrap();
        }
        for text in ["facts/dictionary.md", "facts/definitions.md", "programmes/go-tech/r7-1.md"] {
            std::fs::copy(root().join(text), folder.path().join(text)).unwrap();
        }
        let first = std::fs::read_to_string(root().join("programmes/go-tech/r7-1.md")).unwrap();
        for (closes, code, piece) in [("2025-06-19", 1, "closing-brought-forward"), ("2025-07-19", 0, "問題はありません")] {
            let second = folder.path().join("programmes/go-tech/r7-1.2.md");
            std::fs::write(&second, first.replace("2025-06-20T17:00", &format!("{closes}T17:00"))).unwrap();
            check(&["check", "--lang", "ja", second.to_str().unwrap()], code, &["r7-1.2.md", piece]);
        }
    }

    #[test]
    fn readme_names_only_commands_that_exist() {
        let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
        let commands =
            readme.split("`banso ").skip(1).filter_map(|rest| rest.split(['`', ' ']).next()).filter(|word| !word.starts_with('-'));
        let mut count = 0;
        for command in commands {
            check(&[command, "--help"], 0, &[]);
            count += 1;
        }
        assert!(count >= 6, "the README's table of commands has moved");
    }
}
