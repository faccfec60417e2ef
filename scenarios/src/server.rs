//! The real binary, serving a folder of its own on a free port of loopback; it can be stopped, killed and started again.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::patience::within;
use crate::tools::banso;

/// A first start loads the demo in a debug build.
const READY: Duration = Duration::from_secs(300);
const GONE: Duration = Duration::from_secs(30);

/// What a server is started with. The folder outlives the server, so that it can be started again.
#[derive(Debug, Clone)]
pub struct Setup {
    pub data: PathBuf,
    /// `postgres://…`; SQLite inside the folder otherwise.
    pub database: Option<String>,
    /// 0 for any free one.
    pub port: u16,
    /// Further words of the command line.
    pub more: Vec<String>,
}

impl Setup {
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Setup { data: data.to_owned(), database: None, port: 0, more: Vec::new() }
    }

    #[must_use]
    pub fn on(mut self, database: &str) -> Self {
        self.database = Some(database.to_owned());
        self
    }

    #[must_use]
    pub fn with(mut self, words: &[&str]) -> Self {
        self.more.extend(words.iter().map(|w| (*w).to_owned()));
        self
    }

    fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec!["--data".into(), self.data.clone().into(), "--port".into(), self.port.to_string().into()];
        if let Some(database) = &self.database {
            words.extend(["--database".into(), database.into()]);
        }
        words.extend(self.more.iter().map(OsString::from));
        words
    }
}

/// A server that runs until it is stopped, killed or dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
    log: PathBuf,
    /// `http://127.0.0.1:49152`.
    pub address: String,
}

impl Server {
    /// Starts it and waits until it says where it serves.
    ///
    /// # Panics
    /// When it ends or stays silent; the message holds what it said.
    #[must_use]
    pub fn start(setup: &Setup) -> Self {
        std::fs::create_dir_all(&setup.data).unwrap();
        let log = setup.data.with_extension("log");
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut child =
            Command::new(banso()).args(setup.words()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let (sender, lines) = channel();
        let stdout = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Server { child, lines, said: Vec::new(), log, address: String::new() };
        server.address = server.wait_for_address();
        server
    }

    fn wait_for_address(&mut self) -> String {
        while let Ok(line) = self.lines.recv_timeout(READY) {
            let address = line.split_whitespace().find(|word| word.starts_with("http://")).map(|a| a.trim_end_matches('/').to_owned());
            self.said.push(line);
            if let Some(address) = address {
                return address;
            }
        }
        panic!("the server said no address.\nstdout: {:#?}\nstderr: {}", self.said, self.log())
    }

    /// What it has written on standard output so far.
    pub fn said(&mut self) -> &[String] {
        self.said.extend(self.lines.try_iter());
        &self.said
    }

    /// What it has written on standard error.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// As Ctrl-C does; waits for its end and expects a clean one.
    ///
    /// # Panics
    /// When it does not end, or ends badly.
    pub fn stop(mut self) -> String {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "the server was gone before it was stopped: {}", self.log());
        let status = within(GONE, "the server to stop", || self.child.try_wait().unwrap());
        assert!(status.success(), "the server stopped with {status}: {}", self.log());
        self.said().join("\n")
    }

    /// SIGKILL: no goodbye, no flush.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_waited = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", self.log());
        }
    }
}

/// Runs one command of the binary to its end: exit code, standard output, standard error.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn output_of(words: &[&str], folder: &Path) -> (i32, String, String) {
    let run = Command::new(banso()).args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (run.status.code().unwrap_or(-1), text(&run.stdout), text(&run.stderr))
}
