//! What stands beside the ledger and its lists and has to agree with them: where the ledger says that it ends, and who leads an
//! application.

use banso_kernel::{CaseId, Digest, Instant, LocalText};

use super::report::{row_place, the_chain, unreadable};
use super::{AT_ONCE, Walk};
use crate::Store;
use crate::db::{Row, args, built};
use crate::fault::Fault;
use crate::ledger::Anchor;
use crate::ledger::fold::Rows;

/// Applications with the numbers of their leads.
pub(super) const LEADS: &str =
    "SELECT a.case_id, a.call_id, o.corporate_number FROM applications a LEFT JOIN organisations o ON o.id = a.lead";

pub(super) fn compare_lead(row: &Row, rows: &Rows, walk: &mut Walk) -> Result<(), Fault> {
    let id = row.text("case_id")?;
    let Some(case) = id.parse().ok().and_then(|id: CaseId| rows.cases.get(&id)) else { return Ok(()) };
    let place = || row_place("applications", &id);
    if row.text("call_id")? != case.call.as_str() {
        let what = LocalText::new(
            format!("行為からは、公募 {} の申請です。", case.call),
            format!("the acts say that it is of the call {}", case.call),
        );
        walk.problem(place(), what);
    }
    if row.opt_text("corporate_number")? != Some(case.lead.to_string()) {
        let what = LocalText::new(
            format!("行為からは、代表者は法人番号 {} の事業者です。", case.lead),
            format!("the acts say that it is led by the firm {}", case.lead),
        );
        walk.problem(place(), what);
    }
    Ok(())
}

impl Store {
    /// The end that the ledger says it has, compared with the one that its acts come to.
    pub(super) async fn end_of_the_chain(&self, walk: &mut Walk) -> Result<Anchor, Fault> {
        let found = Anchor { position: walk.position, running: walk.running.unwrap_or(Digest::ZERO) };
        let Some(row) = self.row("SELECT position, running, recorded_at FROM chain WHERE id = 1", args![]).await? else {
            let at = found.position;
            let what = LocalText::new(
                format!("台帳の終わりの控えがありません。台帳は位置{at}で終わっています。"),
                format!("the end of the ledger is missing; it ends at position {at}"),
            );
            walk.problem(the_chain(), what);
            return Ok(found);
        };
        let said =
            |row: &Row| Ok((Anchor { position: row.count("position")?, running: row.parse("running")? }, row.instant("recorded_at")?));
        let (end, at): (Anchor, Instant) = match said(&row) {
            Ok(said) => said,
            Err(e) => {
                let e: Fault = e;
                walk.problem(the_chain(), unreadable(&e));
                return Ok(found);
            }
        };
        if end != found {
            let what = LocalText::new(
                format!("台帳の終わりは位置{}と記されていますが、実際は{}で終わっています。", end.position, found.position),
                format!("the ledger says that it ends at position {}, and it ends at {}", end.position, found.position),
            );
            walk.problem(the_chain(), what);
        } else if walk.recorded_at.is_some_and(|last| last != at) {
            let what = LocalText::new(
                "台帳の終わりの控えにある記録日時が、最後の行為の記録日時と違います。",
                "the ledger says that its last act was recorded at another moment than the act itself",
            );
            walk.problem(the_chain(), what);
        }
        Ok(end)
    }

    /// Who leads an application says who may read and change it: it has to be the firm that the acts name.
    pub(super) async fn compare_applications(&self, rows: &Rows, walk: &mut Walk) -> Result<(), Fault> {
        let mut after = String::new();
        loop {
            let sql = built(format!("{LEADS} WHERE a.case_id > $1 ORDER BY a.case_id LIMIT $2"));
            let found = self.db().rows(sql, args![&after, AT_ONCE]).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.text("case_id")?;
            found.iter().try_for_each(|row| compare_lead(row, rows, walk))?;
        }
    }
}
