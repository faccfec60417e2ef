//! `banso register`: the national register of corporate numbers on the command line.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use banso_kernel::{CorporateNumber, Lang};
use banso_office::firms::{FactSource, FactTable};
use banso_office::{FirmRecord, Office, Page, RegisterProgress, RegisterRemark, RegisteredFirm};

use crate::cli::{self, FactsFrom, RegisterCommand};
use crate::diagnostics::Ink;
use crate::texts;
use crate::trouble::Trouble;
use crate::wiring;

/// How many remarks of a file are printed; the rest is counted.
const REMARKS: usize = 50;
/// How many firms a search prints.
const FOUND: u32 = 50;

/// Takes files in, or looks a firm up. False when rows were refused.
pub(crate) async fn register(place: &cli::Place, command: &RegisterCommand, lang: Lang) -> Result<bool, Trouble> {
    let office = wiring::office_beside_or_new(place).await?;
    let sound = match command {
        RegisterCommand::Import { files } => import(&office, files, lang).await?,
        RegisterCommand::Show { number } => show(&office, *number, lang).await?,
        RegisterCommand::Find { name } => find(&office, name).await?,
        RegisterCommand::Facts { table, source, as_of } => {
            let source = match source {
                FactsFrom::Office => FactSource::Office,
                FactsFrom::Gbizinfo => FactSource::Gbizinfo,
            };
            facts(&office, &dictionary(place, lang)?, &FactTable { path: table, source, as_of: *as_of }, lang).await?
        }
        RegisterCommand::Template { to } => {
            let bytes = office.fact_template(&dictionary(place, lang)?)?;
            std::fs::write(to, bytes).map_err(|cause| Trouble::Unwritable { path: to.clone(), cause })?;
            say!("{}", to.display());
            true
        }
        RegisterCommand::Files => list(&office).await?,
    };
    office.close().await;
    Ok(sound)
}

fn dictionary(place: &cli::Place, lang: Lang) -> Result<banso_guideline::Dictionary, Trouble> {
    let folder = texts::programmes(place.programmes.as_deref())?;
    texts::dictionary(&texts::facts_beside(&folder)?, lang, Ink::Plain)
}

async fn facts(office: &Office, dictionary: &banso_guideline::Dictionary, table: &FactTable<'_>, lang: Lang) -> Result<bool, Trouble> {
    let shown = table.path.display();
    match office.take_fact_table(dictionary, table).await? {
        Ok(taken) => {
            if taken.before {
                say!("{shown}　{}", lang.pick("すでに取り込み済みです。", "It was taken in before."));
            } else {
                say!("{shown}　{} {}　{} {}", lang.pick("行", "rows"), taken.rows, lang.pick("事実", "facts"), taken.facts);
            }
            if !taken.left_out.is_empty() {
                say!("  {} {}", lang.pick("使わなかった列：", "Columns left out:"), taken.left_out.join("、"));
            }
            Ok(true)
        }
        Err(problems) => {
            for problem in &problems {
                complain!("＊{shown} {}", problem.text.get(lang));
            }
            complain!(
                "{}",
                lang.pick(
                    "何も取り込んでいません。直してからもう一度取り込んでください。",
                    "Nothing was taken. Put it right and try again."
                )
            );
            Ok(false)
        }
    }
}

async fn import(office: &Office, files: &[std::path::PathBuf], lang: Lang) -> Result<bool, Trouble> {
    let mut sound = true;
    for path in files {
        let mut teller = Teller::new(path, lang);
        let taken = office.take_register_file(path, |progress, remarks| teller.tell(progress, remarks)).await;
        teller.clear();
        let taken = taken.map_err(|cause| Trouble::Register { path: path.clone(), cause })?;
        let tally = taken.file.tally;
        say!("{}", path.display());
        if taken.before == taken.file.lines {
            say!("  {}", lang.pick("すでに取り込み済みです。", "It was taken in before."));
        }
        say!(
            "  {} {}　{} {}　{} {}　{} {}　{} {}　{} {}",
            lang.pick("行", "rows"),
            tally.rows(),
            lang.pick("新しい法人", "new"),
            tally.new,
            lang.pick("変わった法人", "changed"),
            tally.changed,
            lang.pick("過去の経緯", "of the past"),
            tally.past,
            lang.pick("既知・古い", "known or older"),
            tally.older,
            lang.pick("読めない行", "refused"),
            tally.refused,
        );
        teller.unsaid();
        sound &= tally.refused == 0;
    }
    Ok(sound)
}

/// Tells how far a file is in, on a terminal in one line that is written over.
struct Teller<'a> {
    path: &'a Path,
    lang: Lang,
    terminal: bool,
    said: Option<Instant>,
    remarks: usize,
}

impl<'a> Teller<'a> {
    fn new(path: &'a Path, lang: Lang) -> Self {
        Teller { path, lang, terminal: std::io::stderr().is_terminal(), said: None, remarks: 0 }
    }

    fn tell(&mut self, progress: &RegisterProgress, remarks: &[RegisterRemark]) {
        for remark in remarks {
            self.remarks += 1;
            if self.remarks <= REMARKS {
                self.clear();
                let mark = if remark.refused { "＊" } else { "・" };
                complain!("{mark}{} {}", self.path.display(), remark.text.get(self.lang));
            }
        }
        let pause = if self.terminal { Duration::from_millis(200) } else { Duration::from_secs(10) };
        if self.said.is_none_or(|at| at.elapsed() >= pause) {
            self.said = Some(Instant::now());
            let end = if self.terminal { "\r" } else { "\n" };
            murmur!("{} {} {}{end}", self.path.display(), progress.lines, self.lang.pick("行まで", "lines"));
            // A terminal that is gone is no reason to stop.
            let _ = std::io::stderr().flush();
        }
    }

    /// Takes the line of progress away.
    fn clear(&self) {
        if self.terminal && self.said.is_some() {
            murmur!("\r\x1b[2K");
        }
    }

    /// Remarks that were not printed.
    fn unsaid(&self) {
        if let Some(more) = self.remarks.checked_sub(REMARKS).filter(|n| *n > 0) {
            say!("  {} {more}", self.lang.pick("ほかに示していない指摘", "remarks not shown"));
        }
    }
}

fn line(firm: &RegisteredFirm) -> String {
    let closed = firm.closing.as_ref().map(|c| format!("　[閉鎖 / closed {}]", c.on)).unwrap_or_default();
    format!("{}　{}　{}{closed}", firm.number, firm.name, firm.place)
}

async fn show(office: &Office, number: CorporateNumber, lang: Lang) -> Result<bool, Trouble> {
    let record = office.firm_record(number).await;
    let FirmRecord { firm, history, successor, predecessors } = match record {
        Err(banso_office::OfficeError::NotFound) => return Err(Trouble::NoFirm(number)),
        other => other?,
    };
    say!("{}", line(&firm));
    for (ja, en, text) in [
        ("フリガナ", "Kana", firm.kana.clone()),
        ("英語表記", "In English", firm.english_name.clone()),
        ("法人種別", "Legal form", firm.form.title().get(lang).to_owned()),
        ("法人番号指定年月日", "Assigned on", firm.assigned_on.to_string()),
        ("この内容の更新年月日", "As of", firm.updated_on.to_string()),
    ] {
        if !text.is_empty() {
            say!("  {}：{text}", lang.pick(ja, en));
        }
    }
    if let Some(heir) = successor {
        say!("  {}：{}", lang.pick("承継先", "Successor"), line(&heir));
    }
    for before in predecessors {
        say!("  {}：{}", lang.pick("承継した法人", "Succeeded"), line(&before));
    }
    say!("{}", lang.pick("経緯", "History"));
    for event in history {
        say!("  {}　{}　{}　{}　{}", event.changed_on, event.process.title().get(lang), event.name, event.place, event.details);
    }
    say!("{}", lang.pick("出典：国税庁法人番号公表サイト", "Source: National Tax Agency, Corporate Number Publication Site"));
    Ok(true)
}

async fn find(office: &Office, name: &str) -> Result<bool, Trouble> {
    let found = office.find_firms(name, Page::first(FOUND)).await?;
    for firm in &found {
        say!("{}", line(firm));
    }
    if found.is_empty() {
        return Err(Trouble::NoFirmNamed(name.to_owned()));
    }
    Ok(true)
}

async fn list(office: &Office) -> Result<bool, Trouble> {
    for file in office.fact_files().await? {
        say!("{}　{}　{} 行 / rows　{} 件の事実 / facts　{}", file.taken_at, file.name, file.rows, file.facts, file.source);
    }
    for file in office.register_files().await? {
        let state = file.finished_at.map_or_else(|| "途中 / unfinished".to_owned(), |at| at.to_string());
        say!("{state}　{}　{} 行 / rows　{}", file.name, file.tally.rows(), file.digest);
    }
    Ok(true)
}
