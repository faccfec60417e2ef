//! `banso`, `banso demo`, `banso serve`: opens the office, says where to go, serves until Ctrl-C.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use banso_kernel::Lang;
use banso_office::{Office, People};
use banso_web::{Peer, PublicAddress, Reach, Scheme, Settings};
use tokio::sync::watch;

use crate::cli::{self, Listen, Post};
use crate::demo;
use crate::door::{self, Door};
use crate::opening::{self, Opened};
use crate::trouble::Trouble;
use crate::wiring;

/// How long open pages may go on after Ctrl-C.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub(crate) async fn serve(place: &cli::Place, listen: &Listen, post: &Post, people: People, lang: Lang) -> Result<(), Trouble> {
    let door = door::open(listen.listen.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)), listen.port)?;
    let address = public_address(listen, door.address);
    complain!("準備しています… / Getting ready …  {}", wiring::described(place));
    let Opened { office, demo } = opening::open(place, post, people, &address.to_string(), lang).await?;
    if demo {
        say!("\n{}", demo::accounts(lang));
    }
    // The mails of made-up people stay in the outbox, whatever is asked for.
    let post = if demo { &Post::default() } else { post };
    greet(&door, &address, place, post);
    let (stop, stopped) = watch::channel(());
    let worker = tokio::spawn(work(office.clone(), stopped.clone()));
    let reach = reach(listen, door.address);
    if demo && reach == Reach::Network {
        eprintln!("{PUBLISHED_PASSWORDS}");
    }
    let settings = web_settings(listen, address, reach);
    let app = banso_web::app(office.clone(), settings).into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::from_std(door.listener).map_err(Trouble::Serving)?;
    let mut at_the_end = stopped.clone();
    let serving =
        tokio::spawn(
            async move { axum::serve(listener, app).with_graceful_shutdown(async move { drop(at_the_end.changed().await) }).await },
        );
    told_to_stop().await;
    complain!("終了します… / Stopping …");
    drop(stop);
    let _pages_still_open = tokio::time::timeout(FAREWELL, serving).await;
    let _work_still_going = tokio::time::timeout(FAREWELL, worker).await;
    office.close().await;
    Ok(())
}

/// What links in mails begin with: what was said, or where we listen.
fn public_address(listen: &Listen, listening: SocketAddr) -> PublicAddress {
    listen.address.clone().or_else(|| format!("http://{listening}").parse().ok()).unwrap_or_default()
}

fn web_settings(listen: &Listen, address: PublicAddress, reach: Reach) -> Settings {
    if listen.behind_proxy {
        Settings { address, scheme: Scheme::Https, peer: Peer::Forwarded, reach }
    } else {
        Settings { address, scheme: Scheme::Http, peer: Peer::Socket, reach }
    }
}

/// Whether others can come in: by the address that is listened on, by a proxy, or by a name that was given for links.
fn reach(listen: &Listen, listening: SocketAddr) -> Reach {
    let here = |address: &PublicAddress| ["//127.", "//localhost", "//[::1]"].iter().any(|host| address.to_string().contains(host));
    let named = listen.address.as_ref().is_some_and(|address| !here(address));
    if listening.ip().is_loopback() && !listen.behind_proxy && !named { Reach::Here } else { Reach::Network }
}

/// Said where a demonstration can be reached by others.
const PUBLISHED_PASSWORDS: &str = "\
  ！ デモのパスワードは公開されています。このままネットワークに出すと、誰でも全ての役割でログインできます。
    実在の情報を入れないでください。実務には、別の --data で banso serve を使い、banso user add で利用者を作ってください。
  ! The passwords of the demonstration are public: whoever reaches this address can sign in with every role.
    Enter nothing real. For real use, run `banso serve` on another --data and make accounts with `banso user add`.
";

async fn work(office: Office, mut stopped: watch::Receiver<()>) {
    office.work(async move { drop(stopped.changed().await) }).await;
}

/// The lines that everybody waits for.
fn greet(door: &Door, address: &PublicAddress, place: &cli::Place, post: &Post) {
    if door.moved {
        say!("ポート 8080 は使われているため、別の番号にしました。/ Port 8080 is taken; this one is used instead.");
    }
    say!();
    say!("  Banso 伴走        http://{}/", door.address);
    let listening = format!("http://{}", door.address);
    if address.to_string() != listening {
        say!("  メールのリンク    {address}  (--address)");
    }
    say!("  データ / Data     {}", wiring::described(place));
    match &post.mail_command {
        Some(command) => say!("  メール / Mail     {command}"),
        None => say!("  メール / Mail     {}", wiring::outbox(place).display()),
    }
    say!("  終了 / Stop       Ctrl-C（データは残ります / everything is kept）");
    say!();
}

/// Ctrl-C, or what a service manager sends.
async fn told_to_stop() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_come_in() {
        let check = |listening: &str, address: Option<&str>, behind_proxy: bool, expect: Reach| {
            let listen = Listen { listen: None, port: None, address: address.map(|a| a.parse().unwrap()), behind_proxy };
            assert_eq!(reach(&listen, listening.parse().unwrap()), expect, "{listening} {address:?} {behind_proxy}");
        };
        check("127.0.0.1:8080", None, false, Reach::Here);
        check("[::1]:8080", Some("http://localhost:8080"), false, Reach::Here);
        check("0.0.0.0:8080", None, false, Reach::Network);
        check("192.0.2.1:8080", None, false, Reach::Network);
        check("127.0.0.1:8080", None, true, Reach::Network);
        check("127.0.0.1:8080", Some("https://hojo.example.jp"), false, Reach::Network);
    }
}
