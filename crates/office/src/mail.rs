//! Mail: what the world's transport is, as a trait; the outbox, a folder of `.eml` files, as the one that always works; and a command of
//! the machine, such as `sendmail`, for real sending.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use banso_kernel::{Digest, Instant};
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;

/// One mail to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The same effect is the same mail, however often it is sent.
    pub effect: String,
    pub to: String,
    pub subject: String,
    pub body: String,
    pub at: Instant,
}

/// Why a mail was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("`{0}` is not a mail address")]
    Address(String),
    #[error("the mail cannot be written: {0}")]
    Form(String),
    #[error("the mail was not handed over: {0}")]
    Transport(String),
}

/// Hands mail over to the world. The world varies: a folder, a mail server.
pub trait Mailer: Send + Sync + 'static {
    /// Blocking; called beside the server's threads.
    ///
    /// # Errors
    /// The mail was not handed over; it will be tried again.
    fn send(&self, mail: &Outgoing) -> Result<(), MailError>;
}

/// Writes each mail as a file, whole or not at all; sent twice it is one file.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
    from: Mailbox,
}

impl Outbox {
    /// # Errors
    /// The folder cannot be made, or `from` is not a mail address.
    pub fn new(folder: impl Into<PathBuf>, from: &str) -> Result<Self, MailError> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder).map_err(|e| MailError::Transport(e.to_string()))?;
        Ok(Outbox { folder, from: mailbox(from)? })
    }
}

impl Mailer for Outbox {
    fn send(&self, mail: &Outgoing) -> Result<(), MailError> {
        let (name, message) = (name_of(mail), message(&self.from, mail)?);
        // Whoever cleared the folder away may have taken it along.
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let unfinished = self.folder.join(format!("{name}.part"));
        let mut file = File::create(&unfinished).map_err(failed)?;
        file.write_all(&message).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&unfinished, self.folder.join(format!("{name}.eml"))).map_err(failed)
    }
}

/// Hands each mail to a command of the machine, such as `sendmail -t -i` or `msmtp -t`: the mail on its standard input, its words as they
/// stand, no shell. Exit 0 is taken on; anything else is tried again later.
#[derive(Debug, Clone)]
pub struct MailCommand {
    program: String,
    words: Vec<String>,
    from: Mailbox,
    patience: Duration,
}

/// How long a command may take before it is ended.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
/// Most bytes of what a command complains that are kept.
const COMPLAINT: u64 = 400;
/// Settings that are none of a mail command's business.
const SECRETS: [&str; 3] = ["BANSO_DATABASE", "BANSO_BUCKET_KEY", "BANSO_BUCKET_SECRET"];

impl MailCommand {
    /// `line` is the program and its words, separated by blanks.
    ///
    /// # Errors
    /// There is no program in the line, or `from` is not a mail address.
    pub fn new(line: &str, from: &str) -> Result<Self, MailError> {
        let mut words = line.split_whitespace().map(str::to_owned);
        let program = words.next().ok_or_else(|| MailError::Transport("the mail command is empty".to_owned()))?;
        Ok(MailCommand { program, words: words.collect(), from: mailbox(from)?, patience: PATIENCE })
    }

    fn started(&self, message: &[u8], complaint: &File) -> std::io::Result<Child> {
        // By a file, so that a command that reads nothing holds nobody up.
        let mut input = tempfile::tempfile()?;
        input.write_all(message)?;
        input.rewind()?;
        let mut command = Command::new(&self.program);
        SECRETS.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.args(&self.words).stdin(input).stdout(Stdio::null()).stderr(complaint.try_clone()?).spawn()
    }

    fn ended(&self, mut child: Child) -> Result<ExitStatus, MailError> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(status) = child.try_wait().map_err(failed)? {
                return Ok(status);
            }
            if waited >= self.patience {
                let _gone_by_itself = child.kill();
                child.wait().map_err(failed)?;
                return Err(MailError::Transport(format!("`{}` did not end within {} s", self.program, self.patience.as_secs())));
            }
            std::thread::sleep(PAUSE);
            waited = waited.saturating_add(PAUSE);
        }
    }
}

impl Mailer for MailCommand {
    fn send(&self, mail: &Outgoing) -> Result<(), MailError> {
        let message = message(&self.from, mail)?;
        let mut complaint = tempfile::tempfile().map_err(failed)?;
        let cannot = |e: std::io::Error| MailError::Transport(format!("`{}` cannot be run: {e}", self.program));
        let status = self.ended(self.started(&message, &complaint).map_err(cannot)?)?;
        if status.success() {
            return Ok(());
        }
        let mut said = Vec::new();
        complaint.seek(SeekFrom::Start(0)).and_then(|_| (&mut complaint).take(COMPLAINT).read_to_end(&mut said)).map_err(failed)?;
        Err(MailError::Transport(format!("`{}`: {status}: {}", self.program, String::from_utf8_lossy(&said).trim())))
    }
}

fn failed(error: std::io::Error) -> MailError {
    MailError::Transport(error.to_string())
}

/// The same effect has the same name, and so the same message id: whoever gets it twice can tell.
fn name_of(mail: &Outgoing) -> String {
    Digest::of(mail.effect.as_bytes()).short()
}

fn message(from: &Mailbox, mail: &Outgoing) -> Result<Vec<u8>, MailError> {
    let message = Message::builder()
        .from(from.clone())
        .to(mailbox(&mail.to)?)
        .subject(mail.subject.clone())
        .date(mail.at.timestamp().into())
        .message_id(Some(format!("<{}@{}>", name_of(mail), from.email.domain())))
        .header(ContentType::TEXT_PLAIN)
        .body(mail.body.clone())
        .map_err(|e| MailError::Form(e.to_string()))?;
    Ok(message.formatted())
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address.parse().map_err(|_| MailError::Address(address.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(effect: &str) -> Outgoing {
        let at = Instant::parse("2025-06-13T18:00:00+09:00").unwrap();
        let (subject, body) = ("締切のお知らせ".to_owned(), "本文".to_owned());
        Outgoing { effect: effect.to_owned(), to: "owner@banso.invalid".to_owned(), subject, body, at }
    }

    /// A command of the machine that is written for one test.
    fn script(folder: &std::path::Path, lines: &str) -> String {
        let path = folder.join("hand-over");
        std::fs::write(&path, format!("{lines}\n")).unwrap();
        format!("sh {} -t -i", path.display())
    }

    #[test]
    fn a_command_gets_the_mail_and_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        let line = script(folder.path(), &format!("echo \"$@\" > {0}; cat >> {0}; echo ${{BANSO_DATABASE-none}} >> {0}", taken.display()));
        let command = MailCommand::new(&line, "事務局 <office@example.jp>").unwrap();
        command.send(&mail("receipt:1")).unwrap();
        let text = std::fs::read_to_string(taken).unwrap();
        let id = format!("Message-ID: <{}@example.jp>", Digest::of(b"receipt:1").short());
        for piece in ["-t -i\n", "To: owner@banso.invalid", "office@example.jp", "Subject: =?utf-8?", "none", &id] {
            assert!(text.contains(piece), "{piece}:\n{text}");
        }
    }

    #[test]
    fn a_command_that_does_not_take_it_on_is_a_failure_that_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let check = |lines: &str, expect: &str| {
            let command = MailCommand::new(&script(folder.path(), lines), "office@example.jp").unwrap();
            let said = MailCommand { patience: Duration::from_millis(40), ..command }.send(&mail("receipt:1")).unwrap_err().to_string();
            assert!(said.contains(expect), "{lines}: {said}");
        };
        check("echo no route to host >&2; exit 75", "exit status: 75: no route to host");
        check("exit 1", "exit status: 1");
        check("while :; do :; done", "did not end");
        let missing = MailCommand::new("/nowhere/sendmail -t", "office@example.jp").unwrap().send(&mail("receipt:1"));
        assert!(missing.unwrap_err().to_string().contains("cannot be run"));
        let nobody = MailCommand::new("true", "office@example.jp").unwrap();
        assert_eq!(nobody.send(&Outgoing { to: "no address".to_owned(), ..mail("x") }), Err(MailError::Address("no address".to_owned())));
    }

    #[test]
    fn settings_that_cannot_be() {
        assert!(MailCommand::new("  ", "office@example.jp").is_err());
        assert!(matches!(MailCommand::new("true", "nobody"), Err(MailError::Address(_))));
    }

    #[test]
    fn a_folder_that_was_cleared_away_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("outbox");
        let outbox = Outbox::new(&place, "office@banso.invalid").unwrap();
        std::fs::remove_dir(&place).unwrap();
        outbox.send(&mail("receipt:1")).unwrap();
        outbox.send(&mail("receipt:1")).unwrap();
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 1);
    }
}
