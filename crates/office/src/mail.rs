//! Mail: what the world's transport is, as a trait; the outbox, a folder of `.eml` files, as the one that always works.

use std::io::Write as _;
use std::path::PathBuf;

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
        let name = Digest::of(mail.effect.as_bytes()).short();
        let message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(&mail.to)?)
            .subject(mail.subject.clone())
            .date(mail.at.timestamp().into())
            .message_id(Some(format!("<{name}@banso.invalid>")))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|e| MailError::Form(e.to_string()))?;
        let failed = |e: std::io::Error| MailError::Transport(e.to_string());
        let unfinished = self.folder.join(format!("{name}.part"));
        let mut file = std::fs::File::create(&unfinished).map_err(failed)?;
        file.write_all(&message.formatted()).and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&unfinished, self.folder.join(format!("{name}.eml"))).map_err(failed)
    }
}

fn mailbox(address: &str) -> Result<Mailbox, MailError> {
    address.parse().map_err(|_| MailError::Address(address.to_owned()))
}
