//! A declared study is run beside the pages: the panel is made as it was known on a day, the engine runs, and panel, report and act are
//! recorded together. How far it is stands here while it runs; what it found stands in the ledger.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use banso_evaluation::Refusal;
use banso_evaluation::study::{Declaration, NoRun, Standing, run_watched};
use banso_grant::decide::record_study_run;
use banso_grant::{CallPhase, StudyRun};
use banso_kernel::{CallId, Day, Digest, Lang, PersonId, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Batch, Change, PlanKind};

use super::table::Table;
use crate::work::Work;
use crate::{Office, OfficeError};

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Waits for its turn.
    Waiting,
    /// So many steps of so many.
    Running { done: usize, of: usize },
}

/// The runs under way, by study. Lost with the server; the job itself is not.
#[derive(Debug, Default)]
pub(crate) struct Running(Arc<Mutex<BTreeMap<Digest, Progress>>>);

impl Running {
    fn set(&self, study: Digest, progress: Progress) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(study, progress);
    }

    fn clear(&self, study: Digest) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&study);
    }

    fn get(&self, study: Digest) -> Option<Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&study).cloned()
    }
}

/// A run that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) call: CallId,
    pub(crate) study: Digest,
    pub(crate) known_on: Day,
    pub(crate) person: PersonId,
    pub(crate) request: RequestId,
}

/// What a run made.
struct Made {
    table: Table,
    csv: String,
    report: Result<String, Refusal>,
    engine: &'static str,
}

impl Office {
    /// Has a declared study run on what is known on a day; today without one.
    ///
    /// # Errors
    /// Forbidden; no such study; a day before the selection; refused for a day that is still to come; [`OfficeError::Suspended`].
    pub async fn run_study(
        &self,
        person: &Person,
        call: &CallId,
        study: Digest,
        known_on: Option<Day>,
        request: RequestId,
    ) -> Result<(), OfficeError> {
        self.may_call(person, Action::Evaluate, call)?;
        self.takes_acts(call)?;
        let file = self.store().call(call).await?.ok_or(OfficeError::NotFound)?;
        file.call.study(study).ok_or(OfficeError::NotFound)?;
        let today = self.now().day();
        let known_on = known_on.unwrap_or(today);
        if known_on > today {
            return Err(OfficeError::Refused(banso_grant::Refusal::Study(banso_grant::StudyFlaw::NotYet { known_on, today })));
        }
        if let CallPhase::SelectionExecuted { on, .. } = &file.call.phase
            && known_on < *on
        {
            return Err(OfficeError::field(
                "known_on",
                format!("採択の決定（{}）以後の日を入力してください。", on.wareki()),
                format!("Name the day of the selection ({on}) or a later one."),
            ));
        }
        let work = Work::Study { call: call.clone(), study, known_on, person: person.id, request };
        self.running().set(study, Progress::Waiting);
        self.append(Batch::default().and_job(self.job(&work)?).request(request)).await?;
        Ok(())
    }

    /// How far the run of a study is; nothing when none is under way.
    pub(crate) async fn study_progress(&self, call: &CallId, study: Digest) -> Result<Option<Progress>, OfficeError> {
        if let Some(progress) = self.running().get(study) {
            return Ok(Some(progress));
        }
        let mine = format!("study:{call}:{study}:");
        let waits = self.store().open_effects("study").await?.iter().any(|effect| effect.starts_with(&mine));
        Ok(waits.then_some(Progress::Waiting))
    }

    /// The work itself.
    pub(crate) async fn carry_out_study(&self, asked: &Asked) -> Result<(), OfficeError> {
        // A press whose act is recorded is done, however often the job is taken on.
        let recorded = record_request(asked.request);
        if self.done_before(recorded).await? {
            self.running().clear(asked.study);
            return Ok(());
        }
        let made = self.make(asked).await?;
        let (csv, rows) = (made.csv, u32::try_from(made.table.rows()).unwrap_or(u32::MAX));
        // A run that came to nothing is on record like any other: with the panel that it failed on, and why.
        let report = match made.report {
            Ok(report) => report,
            Err(refusal) => NoRun::of(&refusal).json().map_err(|r| super::refused(&r))?,
        };
        let file = self.store().call(&asked.call).await?.ok_or(OfficeError::NotFound)?;
        let person = self.person(asked.person).await?;
        let by = self.by(&person, file.call.edition.digest, "");
        let run = StudyRun {
            study: asked.study,
            known_on: asked.known_on,
            rows,
            panel: Digest::of(csv.as_bytes()),
            report: Digest::of(report.as_bytes()),
            engine: made.engine.to_owned(),
        };
        let act = record_study_run(&file.call, run, &by)?;
        let batch = Batch::call(asked.call.clone(), file.seq(), vec![act]).request(recorded);
        self.append(batch.and_change(Change::keep_content(&csv)).and_change(Change::keep_content(&report))).await?;
        self.running().clear(asked.study);
        Ok(())
    }

    async fn make(&self, asked: &Asked) -> Result<Made, OfficeError> {
        let person = self.person(asked.person).await?;
        let permit = self.may_call(&person, Action::Evaluate, &asked.call)?;
        let file = self.store().call(&asked.call).await?.ok_or(OfficeError::NotFound)?;
        let edition = self.edition_in_force(&asked.call)?;
        let study = file.call.study(asked.study).ok_or(OfficeError::NotFound)?;
        // That it was declared beforehand is said by the ledger, not by a file.
        let standing = if study.is_beforehand() { Standing::Matching } else { Standing::Exploratory };
        let declaration = self.declaration(asked.study).await?;
        let panel = self.panel(&permit, &file, &edition, asked.known_on).await?.ok_or(OfficeError::NotFound)?;
        let panel = self.pooled(&person, panel, &declaration.with, asked.known_on).await?;
        let (running, key) = (Running(Arc::clone(&self.running().0)), asked.study);
        let work = move || {
            // Of a round of a few firms not even the rows are kept.
            if let Some(small) = panel.small_rounds().first() {
                let why = small.why();
                let refusal = Refusal::new("small-round", why.ja.clone(), why.get(Lang::En).to_owned());
                let table = Table::default();
                return Made { csv: table.csv(), table, report: Err(refusal), engine: env!("CARGO_PKG_VERSION") };
            }
            let table = panel.table(&declaration);
            let mut watch = |done, of| running.set(key, Progress::Running { done, of });
            let report = table.frame().and_then(|frame| run_watched(&declaration, &frame, standing, &mut watch)).and_then(|r| r.json());
            Made { csv: table.csv(), table, report, engine: env!("CARGO_PKG_VERSION") }
        };
        tokio::task::spawn_blocking(work).await.map_err(OfficeError::fault)
    }

    /// A declaration as it was recorded.
    pub(crate) async fn declaration(&self, study: Digest) -> Result<Declaration, OfficeError> {
        let plan = self.store().plan(study).await?.filter(|p| p.kind == PlanKind::Study).ok_or(OfficeError::NotFound)?;
        serde_json::from_str(&plan.body).map_err(OfficeError::fault)
    }
}

/// The id under which the act of a press is recorded: another than that of the press, which queued the job.
fn record_request(press: RequestId) -> RequestId {
    let digest = Digest::of(format!("study run of {press}").as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    RequestId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
