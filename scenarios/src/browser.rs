//! A real Chromium with a profile of its own, driven over chromedriver. Ends with the test, whatever happens.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Deref;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::Method;
use fantoccini::error::CmdError;
use fantoccini::wd::{WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

use crate::tools::Tools;

/// Flags for a Chromium that shows no window and talks to nobody but loopback.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
];

/// The sizes that pages are looked at in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// 1280 × 900.
    Desk,
    /// 390 × 844, as a phone shows it.
    Phone,
}

/// Whether pages may run their scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    Run,
    Off,
}

/// One person's browser. Derefs to fantoccini's client.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    driver: Driver,
    address: String,
    screen: Screen,
    scripts: Scripts,
}

impl Deref for Browser {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Browser {
    /// Opens a browser for the site at `address`; `None`, said loudly, where there is none and none was promised.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn open(address: &str, screen: Screen, scripts: Scripts) -> Option<Self> {
        let tools = Tools::find()?;
        let mut driver = Driver::start(&tools);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&tools, driver.folder.path()))
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("Chromium starts");
        driver.session = client.session_id().await.expect("a session");
        let browser = Browser { client, driver, address: address.to_owned(), screen, scripts };
        browser.resize(screen).await;
        if scripts == Scripts::Off {
            browser.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        }
        Some(browser)
    }

    /// Shows pages in another size from now on.
    pub async fn resize(&self, screen: Screen) {
        self.metrics(screen, None).await;
    }

    async fn metrics(&self, screen: Screen, height: Option<u64>) {
        let (width, usual, mobile) = match screen {
            Screen::Desk => (1280, 900, false),
            Screen::Phone => (390, 844, true),
        };
        // The driver scrolls by a script: where there are none, all of the page is in sight.
        let usual = if self.scripts == Scripts::Off { 20_000 } else { usual };
        let sizes = json!({ "width": width, "height": height.unwrap_or(usual), "deviceScaleFactor": 1, "mobile": mobile });
        self.cdp("Emulation.setDeviceMetricsOverride", sizes).await;
    }

    /// Goes to a path of the site.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn visit(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// Types into the field with this name, in place of what was there.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn fill(&self, name: &str, text: &str) {
        let selector = format!("[name='{name}']");
        self.patiently(&selector, async || {
            let field = self.find_css(&selector).await;
            field.clear().await?;
            field.send_keys(text).await
        })
        .await;
    }

    /// Lets files that pages hand out arrive in a folder.
    ///
    /// # Panics
    /// When the browser refuses.
    pub async fn keep_downloads_in(&self, folder: &Path) {
        let kept = json!({ "behavior": "allow", "downloadPath": folder.display().to_string() });
        self.cdp("Browser.setDownloadBehavior", kept).await;
    }

    /// Opens another tab of the same browser and goes on in it; back comes the handle of the one that was left.
    ///
    /// # Panics
    /// When it cannot.
    pub async fn another_tab(&self) -> WindowHandle {
        let left = self.client.window().await.unwrap();
        let tab = self.client.new_window(true).await.unwrap();
        self.client.switch_to_window(tab.handle).await.unwrap();
        self.resize(self.screen).await;
        left
    }

    /// What stands in a field.
    ///
    /// # Panics
    /// When there is no such field.
    pub async fn value(&self, name: &str) -> String {
        let selector = format!("[name='{name}']");
        self.patiently(&selector, async || self.find_css(&selector).await.prop("value").await).await.unwrap_or_default()
    }

    /// Presses what the selector names.
    ///
    /// # Panics
    /// When it is not there within the driver's patience.
    pub async fn press(&self, selector: &str) {
        self.patiently(selector, async || self.find_css(selector).await.click().await).await;
    }

    /// Finds and does, once more when it did not go: the page may be exchanged in between, and what was found then is no longer there.
    async fn patiently<T>(&self, what: &str, act: impl AsyncFn() -> Result<T, CmdError>) -> T {
        let mut refused = String::new();
        for _ in 0..20 {
            match act().await {
                Ok(done) => return done,
                Err(fault) => refused = fault.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{what}: {refused}");
    }

    /// Waits for an element.
    ///
    /// # Panics
    /// When it does not come; says what the page shows.
    pub async fn find_css(&self, selector: &str) -> fantoccini::elements::Element {
        match self.client.wait().at_most(Duration::from_secs(30)).for_element(Locator::Css(selector)).await {
            Ok(element) => element,
            Err(fault) => panic!("{selector} is not on {:?}: {fault}\n{}", self.current_url().await, self.words().await),
        }
    }

    /// The words that the page shows.
    ///
    /// # Panics
    /// When there is no page.
    pub async fn words(&self) -> String {
        self.patiently("body", async || self.client.find(Locator::Css("body")).await?.text().await).await
    }

    /// Saves a picture of the whole page, as high as it is.
    ///
    /// # Panics
    /// When it cannot be taken or written.
    pub async fn picture(&self, screen: Screen, file: &Path) {
        let height = self.client.execute("return document.documentElement.scrollHeight", vec![]).await.unwrap();
        self.metrics(screen, Some(height.as_u64().unwrap_or(900).clamp(600, 6000))).await;
        let png = self.client.screenshot().await.unwrap();
        self.resize(screen).await;
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, png).unwrap();
    }

    /// One command of Chromium's own protocol.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn cdp(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(Cdp { command, parameters }).await.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Ends the session in good order.
    ///
    /// # Panics
    /// When the driver does not answer.
    pub async fn close(mut self) {
        self.driver.session = None;
        self.client.close().await.unwrap();
    }
}

fn capabilities(tools: &Tools, profile: &Path) -> Map<String, Value> {
    let mut flags: Vec<String> = FLAGS.iter().map(|f| (*f).to_owned()).collect();
    flags.push(format!("--user-data-dir={}", profile.display()));
    let options = json!({ "args": flags, "binary": tools.chromium, "prefs": { "intl.accept_languages": "ja" } });
    let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": options, "timeouts": { "script": 60000, "pageLoad": 60000 } });
    wanted.as_object().cloned().unwrap_or_default()
}

#[derive(Debug)]
struct Cdp {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

/// chromedriver, its folder, and the session to end when it goes.
#[derive(Debug)]
struct Driver {
    child: Child,
    port: u16,
    session: Option<String>,
    folder: TempDir,
}

impl Driver {
    fn start(tools: &Tools) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(&tools.chromedriver)
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}", tools.chromedriver.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.split("on port ").nth(1)?.trim_end_matches('.').parse::<u16>().ok().filter(|p| *p > 0));
        std::thread::spawn(move || lines.for_each(drop));
        Driver { child, port: port.expect("chromedriver says its port"), session: None, folder }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            let _best_effort = end_session(self.port, &session);
        }
        let _already_gone = self.child.kill();
        let _already_waited = self.child.wait();
    }
}

/// Without async, for a test that is failing: Chromium must not outlive it.
fn end_session(port: u16, session: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    stream.read(&mut [0; 512]).map(drop)
}
