//! Finding a case among all calls, and the list of calls.

use banso_grant::StateCode;
use banso_kernel::{CallId, CaseId, Instant, LocalText, Yen, fold_width};
use banso_permits::Person;
use banso_store::{CaseFilter, ListedCase, Page};

use crate::timeline::act_kind_name;
use crate::{Office, OfficeError};

/// Cases on one page.
const PAGE_SIZE: u32 = 50;

/// What an auditor looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditSearch {
    /// Part of the title, a receipt or letter number, the firm's name or number; empty for all.
    pub text: String,
    pub call: Option<CallId>,
    pub state: Option<StateCode>,
    /// Counted from 0.
    pub page: u32,
}

/// A page of what was found, the case that moved last on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditList {
    pub rows: Vec<AuditRow>,
    pub total: u64,
    pub pages: u64,
    pub calls: Vec<CallChoice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub case: CaseId,
    pub call: CallId,
    pub receipt_number: String,
    pub title: String,
    pub lead: String,
    pub state: StateCode,
    pub requested: Yen,
    pub granted: Option<Yen>,
    pub acts: u64,
    pub last: LocalText,
    pub last_at: Instant,
}

/// A call that has acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallChoice {
    pub call: CallId,
    pub name: LocalText,
    pub acts: u64,
    pub last: LocalText,
    pub last_at: Instant,
}

impl Office {
    /// Cases of all calls.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not audit.
    pub async fn audit_search(&self, person: &Person, search: &AuditSearch) -> Result<AuditList, OfficeError> {
        let permit = self.auditor(person)?;
        let filter = CaseFilter { search: search.text.clone(), states: search.state.into_iter().collect(), track: None };
        let page = Page::new(search.page, PAGE_SIZE);
        let found = self.store().cases_anywhere(&permit, search.call.as_ref(), &filter, page).await?;
        let calls = self.audit_calls(person).await?;
        Ok(AuditList {
            pages: found.total.div_ceil(u64::from(PAGE_SIZE)),
            total: found.total,
            rows: found.rows.into_iter().map(row).collect(),
            calls,
        })
    }

    /// The case that a receipt number or an id names.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not audit; [`OfficeError::NotFound`] when nothing, or more than one case, has this number.
    pub async fn audit_named(&self, person: &Person, name: &str) -> Result<CaseId, OfficeError> {
        let permit = self.auditor(person)?;
        let name = fold_width(name.trim());
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        let filter = CaseFilter { search: name.clone(), ..CaseFilter::default() };
        let found = self.store().cases_anywhere(&permit, None, &filter, Page::first(Page::LARGEST)).await?;
        let mut named = found.rows.iter().map(|c| &c.row).filter(|row| row.receipt_number.eq_ignore_ascii_case(&name));
        match (named.next(), named.next()) {
            (Some(row), None) => Ok(row.case),
            (Some(_), Some(_)) | (None, _) => Err(OfficeError::NotFound),
        }
    }

    /// The calls that have acts.
    ///
    /// # Errors
    /// [`OfficeError::Forbidden`] for whoever does not audit.
    pub async fn audit_calls(&self, person: &Person) -> Result<Vec<CallChoice>, OfficeError> {
        self.auditor(person)?;
        let choice = |row: banso_store::CallRow| {
            let edition = self.edition_in_force(&row.call).ok();
            let name = edition.map_or_else(
                || LocalText::ja(row.call.to_string()),
                |e| {
                    let (programme, call) = (&e.meta().programme, &e.meta().call_name);
                    let en = banso_kernel::Lang::En;
                    LocalText::new(format!("{} {}", programme.ja, call.ja), format!("{} {}", programme.get(en), call.get(en)))
                },
            );
            CallChoice { name, acts: row.last_seq, last: act_kind_name(&row.last_kind), last_at: row.last_at, call: row.call }
        };
        let mut choices: Vec<CallChoice> = self.store().calls().await?.into_iter().map(choice).collect();
        tell_apart(&mut choices);
        Ok(choices)
    }
}

/// Calls with the same name also say their round: somebody has to choose between them.
fn tell_apart(choices: &mut [CallChoice]) {
    let names: Vec<LocalText> = choices.iter().map(|c| c.name.clone()).collect();
    for choice in choices.iter_mut().filter(|c| names.iter().filter(|n| n.ja == c.name.ja).count() > 1) {
        let (call, en) = (&choice.call, choice.name.get(banso_kernel::Lang::En));
        choice.name = LocalText::new(format!("{}（{call}）", choice.name.ja), format!("{en} ({call})"));
    }
}

fn row(listed: ListedCase) -> AuditRow {
    let ListedCase { row, lead_name } = listed;
    AuditRow {
        case: row.case,
        call: row.call,
        receipt_number: row.receipt_number,
        title: row.title,
        lead: lead_name.unwrap_or_else(|| row.lead.to_string()),
        state: row.state,
        requested: row.requested,
        granted: row.granted,
        acts: row.last_seq,
        last: act_kind_name(row.last_kind),
        last_at: row.last_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_one_name_are_told_apart() {
        let choice = |call: &str, name: &str| CallChoice {
            call: CallId::parse(call).unwrap(),
            name: LocalText::ja(name),
            acts: 1,
            last: LocalText::default(),
            last_at: Instant::parse("2026-01-01T00:00:00+09:00").unwrap(),
        };
        let mut choices = [choice("demo/a", "第1回"), choice("demo/b", "第1回"), choice("demo/c", "第2回")];
        tell_apart(&mut choices);
        assert_eq!(choices.map(|c| c.name.ja), ["第1回（demo/a）", "第1回（demo/b）", "第2回"]);
    }
}
