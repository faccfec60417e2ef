//! The hour before a call closes: many clients finish applications with documents while the server is killed and started again.
//!
//! Each client hands in, takes back, exchanges a document and hands in again, as long as it burns. Every receipt that a client has seen is
//! kept, so that afterwards each can be looked for.

use std::time::{Duration, Instant as Stopwatch};

use tokio::task::{JoinSet, LocalSet};

use crate::crash::{Deaths, Fire, persist, under_fire};
use crate::html::{Form, Page};
use crate::road::{Application, DOCUMENTS, PDF};
use crate::server::Server;
use crate::stage::{Firm, Login, Stage};
use crate::visitor::{Upload, Visitor};

/// Somebody with an application that lacks its documents only.
#[derive(Debug, Clone)]
pub struct Client {
    number: u32,
    login: Login,
    visitor: Visitor,
    application: Application,
    /// How often it was handed in before.
    before: u32,
}

/// A receipt that somebody has seen.
#[derive(Debug, Clone)]
pub struct Handed {
    pub client: u32,
    pub version: u32,
    /// Number, moment and hashes, as the page showed them.
    facts: Vec<String>,
    plan: Vec<u8>,
    /// From the press of the button to the receipt, however often the server died in between.
    pub took: Duration,
}

/// Makes so many clients and their applications, on a server that is left alone.
pub async fn clients(stage: &Stage, count: u32) -> Vec<Client> {
    let server = stage.start();
    let mut clients = Vec::new();
    for number in 0..count {
        let firm = Firm::numbered(number);
        let login = stage.account(&format!("client-{number}"), "applicant", Some(firm));
        let mut visitor = login.visit(&server).await;
        let application = Application::start(&mut visitor, "test-1", firm, &format!("架空の研究 {number}")).await;
        let filled = async {
            application.try_consortium(&mut visitor).await?;
            application.try_members(&mut visitor, &[1, 2, 3]).await?;
            application.try_texts(&mut visitor).await
        };
        filled.await.unwrap_or_else(|e| panic!("client {number}: {e}"));
        clients.push(Client { number, login, visitor, application, before: 0 });
    }
    server.stop();
    clients
}

/// The hour: answers with the last server and every receipt that was seen, and how long it took.
pub async fn hour(stage: &Stage, clients: &[Client], deaths: &Deaths) -> (Server, Vec<Handed>, Duration) {
    let watch = Stopwatch::now();
    let (server, handed) = under_fire(&stage.setup, deaths, async |fire: Fire| {
        let mut tasks = JoinSet::new();
        let here = LocalSet::new();
        for client in clients.iter().cloned() {
            tasks.spawn_local_on(client.works(fire.clone()), &here);
        }
        here.run_until(tasks.join_all()).await.into_iter().flatten().collect::<Vec<_>>()
    })
    .await;
    (server, handed, watch.elapsed())
}

impl Client {
    /// The same person after having handed in so often.
    #[must_use]
    pub fn after(&self, handed: &[Handed]) -> Self {
        let last = handed.iter().filter(|h| h.client == self.number).map(|h| h.version).max();
        Client { before: last.unwrap_or(self.before), ..self.clone() }
    }

    async fn works(mut self, fire: Fire) -> Vec<Handed> {
        self.visitor.move_to(&fire.address);
        let mut handed = Vec::new();
        let mut round = self.before;
        while fire.burns() {
            round += 1;
            let plan = [PDF, format!("% client {} round {round}\n%%EOF\n", self.number).as_bytes()].concat();
            if round > 1 {
                self.takes_back().await;
            }
            self.attaches(&plan).await;
            handed.push(self.hands_in(plan, round).await);
        }
        handed
    }

    /// A page, however often the server dies.
    async fn page(&mut self, path: &str) -> Page {
        let (visitor, login) = (&mut self.visitor, &self.login);
        persist(path, async || {
            let page = answered(visitor.try_get(path).await)?;
            if page.path.starts_with("/sign-in") {
                return Err(format!("{} has lost the session", login.login));
            }
            Ok(page)
        })
        .await
    }

    /// The same form until it is answered.
    async fn sends(&mut self, what: &str, form: &Form, uploads: &[Upload]) -> Page {
        let visitor = &mut self.visitor;
        persist(what, async || answered(visitor.try_submit(form, uploads).await)).await
    }

    async fn takes_back(&mut self) {
        let page = self.page(&format!("{}/withdrawal", self.application.path)).await;
        let form = page.form("/withdrawal/submission");
        self.sends("taking back", &form, &[]).await;
    }

    /// Puts the plan and the other documents where they are wanted; a reload shows whether they have arrived.
    async fn attaches(&mut self, plan: &[u8]) {
        for slot in DOCUMENTS {
            let bytes = if slot == "plan-pdf" { plan } else { PDF };
            let digest = banso_kernel::Digest::of(bytes).to_string();
            let path = self.application.section("documents", 0);
            let (visitor, action) = (&mut self.visitor, format!("/files/0/{slot}"));
            persist("attaching", async || {
                let page = answered(visitor.try_get(&path).await)?;
                let place = page.text().split(&format!("id=\"a.{slot}\"")).nth(1).unwrap_or_default().to_owned();
                if place.split("</section>").next().is_some_and(|place| place.contains(&digest)) {
                    return Ok(());
                }
                let upload =
                    Upload { field: "file".into(), name: "書類.pdf".into(), media_type: "application/pdf".into(), bytes: bytes.to_vec() };
                answered(visitor.try_submit(&page.try_form(&action)?, &[upload]).await)?;
                Err("look again".to_owned())
            })
            .await;
        }
    }

    async fn hands_in(&mut self, plan: Vec<u8>, version: u32) -> Handed {
        let page = self.page(&format!("{}/submission", self.application.path)).await;
        let form = page.form("/submission").set("declared", "yes");
        let watch = Stopwatch::now();
        let receipt = self.sends("handing in", &form, &[]).await;
        let took = watch.elapsed();
        assert_eq!(receipt.path, format!("{}/receipts/{version}", self.application.path), "{}", receipt.plain());
        Handed { client: self.number, version, facts: facts(&receipt), plan, took }
    }
}

/// What a receipt says that must still be so afterwards.
fn facts(receipt: &Page) -> Vec<String> {
    let lines: Vec<String> = receipt.plain().lines().map(str::to_owned).collect();
    let after = |label: &str| lines.iter().skip_while(|l| !l.starts_with(label)).nth(1).cloned().unwrap_or_default();
    let hashes = lines.iter().filter(|l| l.len() == 64 && l.bytes().all(|b| b.is_ascii_hexdigit())).cloned();
    let found: Vec<String> = ["受付番号", "記録が完了した時刻"].into_iter().map(after).chain(hashes).collect();
    assert!(found.len() >= 7 && found.iter().all(|f| !f.is_empty()), "this is no receipt: {found:?}\n{}", receipt.plain());
    found
}

/// An answer that is one: whoever sees a page about a fault tries again.
fn answered(page: Result<Page, String>) -> Result<Page, String> {
    page.and_then(|page| if page.status < 500 { Ok(page) } else { Err(format!("{}", page.status)) })
}

/// Looks for every receipt: the same number, moment and hashes, its file byte for byte, and the letter of the last version.
///
/// # Panics
/// When one is missing.
pub async fn check_handed_in(server: &Server, clients: &[Client], handed: &[Handed]) {
    for client in clients {
        let mut visitor = client.visitor.clone();
        visitor.move_to(&server.address);
        let own: Vec<&Handed> = handed.iter().filter(|h| h.client == client.number).collect();
        for seen in &own {
            let page = visitor.get(&format!("{}/receipts/{}", client.application.path, seen.version)).await;
            assert_eq!(facts(&page), seen.facts, "a receipt without its record: client {} version {}", seen.client, seen.version);
        }
        if let Some(last) = own.last() {
            let digest = banso_kernel::Digest::of(&last.plan);
            let file = visitor.get(&format!("{}/files/{digest}", client.application.path)).await;
            assert_eq!(file.bytes, last.plan, "a record without its file: client {}", client.number);
            let letter = client.application.letter(&mut visitor, last.version).await;
            assert!(letter.bytes.starts_with(b"%PDF-"), "a receipt without its letter");
        }
    }
}
