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
        check(&["--help"], 0, &["本番の受付", "for real use", "serve", "demo", "check", "verify", "backup", "restore", "user"]);
        for command in ["serve", "demo", "check", "verify", "backup", "restore", "user"] {
            check(&[command, "--help"], 0, &["--data", "使い方 / Usage"]);
        }
    }

    #[test]
    fn mistakes_are_answered() {
        check(&["chek"], 2, &["chek", "check"]);
        check(&["serve", "--port", "99999"], 2, &["99999"]);
        check(&["check"], 2, &["GUIDELINE.md"]);
        check(&["check", "no-such-file.md"], 1, &["no-such-file.md"]);
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
