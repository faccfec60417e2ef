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
        Ok(self.store().calls().await?.into_iter().map(choice).collect())
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
