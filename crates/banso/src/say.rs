//! What a command prints. Whoever reads it may have heard enough (`banso check … | head`): the command then goes on quietly to its end, and
//! its exit status says what it found.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// As `println!`, but a reader that has gone away is no failure.
macro_rules! say {
    () => { $crate::say::line(format_args!("")) };
    ($($words:tt)*) => { $crate::say::line(format_args!($($words)*)) };
}

/// A line of standard output.
pub(crate) fn line(words: Arguments<'_>) {
    told(write_to(&mut std::io::stdout().lock(), words, "\n"));
}

/// As `eprintln!`, but nobody there to read it is no failure.
macro_rules! complain {
    ($($words:tt)*) => { $crate::say::aside(format_args!($($words)*)) };
}

/// A line of standard error. What cannot be told is not worth failing for.
pub(crate) fn aside(words: Arguments<'_>) {
    drop(writeln!(std::io::stderr().lock(), "{words}"));
}

/// As `eprint!`, for a progress that is written over.
macro_rules! murmur {
    ($($words:tt)*) => { $crate::say::beside(format_args!($($words)*)) };
}

/// Part of a line of standard error.
pub(crate) fn beside(words: Arguments<'_>) {
    drop(write!(std::io::stderr().lock(), "{words}"));
}

/// Text as it stands, its line ends among it.
pub(crate) fn text(words: &str) {
    told(write_to(&mut std::io::stdout().lock(), format_args!("{words}"), ""));
}

fn write_to(out: &mut impl Write, words: Arguments<'_>, end: &str) -> std::io::Result<()> {
    let written = write!(out, "{words}{end}").and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// A disk that is full is a failure: nobody would know of it otherwise.
fn told(written: std::io::Result<()>) {
    if let Err(error) = written {
        complain!("標準出力に書けません。/ Standard output cannot be written: {error}");
        std::process::exit(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that is not there, or a disk that is full.
    struct Fails(ErrorKind);

    impl Write for Fails {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let check = |kind: ErrorKind, fine: bool| {
            assert_eq!(write_to(&mut Fails(kind), format_args!("line"), "\n").is_ok(), fine, "{kind:?}");
        };
        check(ErrorKind::BrokenPipe, true);
        check(ErrorKind::StorageFull, false);
        let mut out = Vec::new();
        write_to(&mut out, format_args!("{} {}", 1, 2), "\n").unwrap();
        assert_eq!(out, b"1 2\n");
    }
}
