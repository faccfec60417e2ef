//! Ten thousand cases, written as the office would write them, a hundred in one commit.

use std::sync::Arc;

use banso_grant::{Actor, CaseAct, NewAct, Submitted};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, OrganisationId, PersonId, Yen};
use banso_scenarios::Stage;
use banso_store::{Append, Application, Batch, Change, Organisation, Place, Store, SystemClock};
use uuid::Uuid;

use crate::Outcome;

const TOGETHER: u32 = 100;

/// Writes so many submitted cases into the open call of the stage, each of a firm of its own.
pub(crate) async fn cases(stage: &Stage, count: u32) -> Outcome<()> {
    let place = Place::folder(&stage.setup.data);
    let place = match &stage.setup.database {
        Some(url) => place.with_database(url),
        None => place,
    };
    let store = Store::open(&place, Arc::new(SystemClock)).await?;
    let call = CallId::parse("go-tech/test-1")?;
    let edition = store.editions().await?.into_iter().find(|e| e.call == call).ok_or("the call is not published")?.digest;
    for start in (0..count).step_by(TOGETHER as usize) {
        let mut batch = Batch::default();
        for number in start..count.min(start + TOGETHER) {
            batch = one(batch, &call, edition, number)?;
        }
        store.commit(batch).await?;
    }
    store.close().await;
    Ok(())
}

fn one(batch: Batch, call: &CallId, edition: Digest, number: u32) -> Outcome<Batch> {
    let lead = CorporateNumber::from_body(300_000_000_000 + u64::from(number));
    let organisation = Organisation {
        id: OrganisationId::new(Uuid::now_v7()),
        corporate_number: Some(lead),
        name: format!("架空工業{number}"),
        kana: String::new(),
        kind: "sme".to_owned(),
        prefecture: "福井県".to_owned(),
        address: "例示市1-1".to_owned(),
        email: String::new(),
        synthetic: true,
    };
    let case = CaseId::new(Uuid::now_v7());
    let title = format!("架空の研究 {number}");
    let application = Application {
        case,
        call: call.clone(),
        lead: organisation.id,
        title: title.clone(),
        track: "通常枠".to_owned(),
        created_by: PersonId::new(Uuid::now_v7()),
    };
    let act = submitted(call, lead, title, edition, number)?;
    let batch = batch.and_change(Change::put_organisation(&organisation)).and_change(Change::start_application(&application));
    Ok(batch.and_append(Append::Case { case, after: 0, acts: vec![act] }))
}

fn submitted(call: &CallId, lead: CorporateNumber, title: String, edition: Digest, number: u32) -> Outcome<NewAct<CaseAct>> {
    let submitted = Submitted {
        call: call.clone(),
        receipt_number: format!("TEST1-{number:05}"),
        version: 1,
        title,
        track: "通常枠".to_owned(),
        lead,
        parties: vec![lead],
        content: Digest::of(format!("content {number}").as_bytes()),
        documents: Vec::new(),
        whole: Digest::of(format!("whole {number}").as_bytes()),
        requested: Yen::new(10_000_000 + i64::from(number)),
    };
    Ok(NewAct {
        act: CaseAct::Submitted(submitted),
        actor: Actor::System,
        authority: "申請者".to_owned(),
        clause: "4-1".to_owned(),
        edition,
        effective_on: Day::new(2026, 4, 1)?,
    })
}
