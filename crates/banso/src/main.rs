//! The binary: reads the command line and hands over.

#[macro_use]
mod say;

mod calls;
mod care;
mod check;
mod classify;
mod cli;
mod demo;
mod diagnostics;
mod door;
mod evaluate;
mod export;
mod fmt;
mod lsp;
mod mistakes;
mod opening;
mod reading;
mod register;
mod screen;
mod serve;
mod simulate;
mod texts;
mod trouble;
mod user;
mod wiring;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use banso_office::People;
use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command, Listen, Post, UserCommand};
use crate::diagnostics::Ink;
use crate::trouble::Trouble;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| mistakes::answer(&error));
    match run(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(trouble) => {
            complain!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

/// Carries a command out. False when it found something wrong.
fn run(cli: &Cli) -> Result<bool, Trouble> {
    let ink = if std::io::stdout().is_terminal() { Ink::Colour } else { Ink::Plain };
    let place = &cli.place;
    match &cli.command {
        Some(Command::Check { files }) => check::check(files, place.programmes.as_deref(), cli.lang(), ink),
        Some(Command::Fmt { files, check }) => {
            let layout = if *check { fmt::Layout::Check } else { fmt::Layout::Write };
            fmt::fmt(files, layout, cli.lang())
        }
        Some(Command::Calls(asked)) => calls::calls(asked, cli.lang()),
        Some(Command::Classify(order)) => {
            classify::classify(order, place.programmes.as_deref(), cli.lang())?;
            Ok(true)
        }
        Some(Command::Lsp) => {
            lsp::serve(cli.lang())?;
            Ok(true)
        }
        Some(Command::User { command: UserCommand::Add(new) }) => {
            runtime()?.block_on(user::add(place, new))?;
            Ok(true)
        }
        Some(Command::Export { command }) => {
            runtime()?.block_on(export::export(place, command, cli.lang()))?;
            Ok(true)
        }
        Some(Command::Register { command }) => runtime()?.block_on(register::register(place, command, cli.lang())),
        Some(Command::Verify { files, anchor }) if files.is_empty() => runtime()?.block_on(care::verify(place, *anchor, cli.lang())),
        Some(Command::Verify { files, .. }) => care::verify_files(files, cli.lang()),
        Some(Command::Backup { to }) => runtime()?.block_on(care::back_up(place, to)),
        Some(Command::Restore { from }) => runtime()?.block_on(care::restore(place, from, cli.lang())),
        Some(Command::Simulate(asked)) => runtime()?.block_on(simulate::run(place, asked, cli.lang())),
        Some(Command::Screen(asked)) => screen::screen(asked, place, cli.lang()),
        Some(Command::Evaluate { estimator }) => evaluate::evaluate(estimator, cli.lang()),
        // The mails of a demonstration go nowhere: its people are made up.
        None => served(cli, &cli.listen, &Post::default(), People::Synthetic),
        Some(Command::Demo(listen)) => served(cli, &listen.or(&cli.listen), &Post::default(), People::Synthetic),
        Some(Command::Serve { listen, post }) => served(cli, &listen.or(&cli.listen), post, People::Real),
    }
}

fn served(cli: &Cli, listen: &Listen, post: &Post, people: People) -> Result<bool, Trouble> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(log_filter()).init();
    runtime()?.block_on(serve::serve(&cli.place, listen, post, people, cli.lang()))?;
    Ok(true)
}

/// What is logged: `RUST_LOG`, or what somebody who operates it wants to know.
fn log_filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,banso=info"))
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Trouble> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Trouble::Serving)
}
