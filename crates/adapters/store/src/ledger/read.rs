//! Reading cases, each by a permit for that very case or for the call that it belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use banso_grant::{Act, ActRecord, Call, Case, CaseAct, DecodeError, Recorded};
use banso_kernel::{CallId, CaseId, Digest, OrganisationId, PersonId, StreamId};
use banso_permits::{Action, Permit, Resource};
use serde::{Deserialize, Serialize};

use super::fold::{Folded, Head};
use super::record::COLUMNS;
use crate::Store;
use crate::db::{args, built};
use crate::fault::Fault;

/// A case with the acts that make it.
#[derive(Debug, Clone)]
pub struct CaseFile {
    pub id: CaseId,
    pub case: Case,
    pub acts: Vec<ActRecord>,
}

/// A call with the acts that make it.
#[derive(Debug, Clone)]
pub struct CallFile {
    pub id: CallId,
    pub call: Call,
    pub acts: Vec<ActRecord>,
}

impl CaseFile {
    /// How many acts there are: what the next append is made `after`.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.case.last.seq
    }

    /// The acts as the fold takes them.
    ///
    /// # Errors
    /// None in a file that was read from a store: the fold has read them all.
    pub fn recorded<A: Act>(&self) -> Result<Vec<Recorded<A>>, DecodeError> {
        self.acts.iter().map(ActRecord::decode).collect()
    }
}

impl CallFile {
    /// How many acts there are: what the next append is made `after`.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.call.last.seq
    }
}

/// The end of the whole ledger. Written down elsewhere, it proves later that nothing before it was taken away or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    pub position: u64,
    pub running: Digest,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.running)
    }
}

impl FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').and_then(|(position, running)| Some((position.parse().ok()?, running.parse().ok()?)));
        let (position, running) = parts.ok_or("write the position, a colon and the hash, as `banso verify` printed them")?;
        Ok(Anchor { position, running })
    }
}

/// The acts of streams that a permit for one case opens.
const OF_ONE_CASE: [Action; 7] =
    [Action::ReadCase, Action::EditDraft, Action::SpeakForCase, Action::HandleCase, Action::Decide, Action::ReviewCase, Action::Audit];
/// What a permit must be for to open every case of a call.
const OF_A_CALL: [Action; 5] = [Action::ReadCall, Action::HandleCase, Action::RunCall, Action::Decide, Action::Audit];

/// The case that a permit is for.
pub(crate) fn permitted_case(permit: &Permit) -> Result<CaseId, Fault> {
    match permit.resource() {
        Resource::Case { id, .. } if OF_ONE_CASE.contains(&permit.action()) => Ok(*id),
        Resource::Case { .. } | Resource::Call(_) | Resource::Office => Err(Fault::WrongPermit),
    }
}

/// The call whose cases a permit opens.
pub(crate) fn permitted_call(permit: &Permit) -> Result<&CallId, Fault> {
    match permit.resource() {
        Resource::Call(call) if OF_A_CALL.contains(&permit.action()) => Ok(call),
        Resource::Case { .. } | Resource::Call(_) | Resource::Office => Err(Fault::WrongPermit),
    }
}

/// The call whose cases make up a panel or a ranking: also for whoever evaluates it, to whom the office shows no case.
pub(crate) fn permitted_whole(permit: &Permit) -> Result<&CallId, Fault> {
    match (permit.resource(), permit.action()) {
        (Resource::Call(call), Action::Evaluate) => Ok(call),
        _ => permitted_call(permit),
    }
}

impl Store {
    /// The case that the permit is for; `None` while it has no act.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit whose resource is not a case.
    pub async fn case(&self, permit: &Permit) -> Result<Option<CaseFile>, Fault> {
        self.case_file(permitted_case(permit)?).await
    }

    /// A case of the call that the permit is for; `None` if it is another call's.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn case_within(&self, permit: &Permit, case: CaseId) -> Result<Option<CaseFile>, Fault> {
        let call = permitted_call(permit)?;
        Ok(self.case_file(case).await?.filter(|file| file.case.submission.paper.call == *call))
    }

    /// Every case of the call that the permit is for, by id: what a ranking needs.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call.
    pub async fn cases_within(&self, permit: &Permit) -> Result<BTreeMap<CaseId, Case>, Fault> {
        let call = permitted_whole(permit)?;
        let sql =
            format!("SELECT {COLUMNS} FROM acts WHERE stream IN (SELECT 'case:' || id FROM cases WHERE call_id = $1) ORDER BY stream, seq");
        let mut heads: BTreeMap<CaseId, Head> = BTreeMap::new();
        for row in self.db().rows(built(sql), args![call]).await? {
            let record = ActRecord::try_from(&row)?;
            let StreamId::Case(id) = record.stream else { continue };
            let head = heads.remove(&id).unwrap_or(Head::EMPTY).after(&record)?;
            heads.insert(id, head);
        }
        let case = |(id, head): (CaseId, Head)| match head.folded {
            Folded::Case(case) => Some((id, *case)),
            Folded::Nothing | Folded::Call(_) => None,
        };
        Ok(heads.into_iter().filter_map(case).collect())
    }

    /// Every case of the call that the permit is for, by id, as its acts: what figures as of a day are counted from.
    ///
    /// # Errors
    /// [`Fault::WrongPermit`] for a permit that does not open a whole call; acts that do not read.
    pub async fn acts_within(&self, permit: &Permit) -> Result<BTreeMap<CaseId, Vec<Recorded<CaseAct>>>, Fault> {
        let call = permitted_call(permit)?;
        let sql =
            format!("SELECT {COLUMNS} FROM acts WHERE stream IN (SELECT 'case:' || id FROM cases WHERE call_id = $1) ORDER BY stream, seq");
        let mut cases: BTreeMap<CaseId, Vec<Recorded<CaseAct>>> = BTreeMap::new();
        for row in self.db().rows(built(sql), args![call]).await? {
            let record = ActRecord::try_from(&row)?;
            let StreamId::Case(id) = record.stream else { continue };
            cases.entry(id).or_default().push(record.decode().map_err(|e| Fault::impossible("acts", e))?);
        }
        Ok(cases)
    }

    /// Under which digest each other case last reported its claim lines. No case is read: what stands under a digest is compared, not shown.
    ///
    /// # Errors
    /// [`Fault`]s of the database; an act that does not read.
    pub async fn reported_claims(&self, except: CaseId) -> Result<BTreeMap<CaseId, Digest>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM acts WHERE kind = 'completion_reported' ORDER BY stream, seq");
        let mut claims = BTreeMap::new();
        for row in self.db().rows(built(sql), args![]).await? {
            let record = ActRecord::try_from(&row)?;
            let StreamId::Case(id) = record.stream else { continue };
            let act: Recorded<CaseAct> = record.decode().map_err(|e| Fault::impossible("acts", e))?;
            if let (CaseAct::Execution(act), true) = (&act.act, id != except)
                && let Some(text) = act.text()
            {
                claims.insert(id, text);
            }
        }
        Ok(claims)
    }

    /// A call. Which edition governs and how far the choosing is, anybody may know.
    ///
    /// # Errors
    /// [`Fault`]s of the database; acts that do not fold.
    pub async fn call(&self, id: &CallId) -> Result<Option<CallFile>, Fault> {
        let acts = self.acts(&StreamId::Call(id.clone())).await?;
        match Head::read(&acts)?.folded {
            Folded::Call(call) => Ok(Some(CallFile { id: id.clone(), call: *call, acts })),
            Folded::Nothing | Folded::Case(_) => Ok(None),
        }
    }

    /// What policies need to know of a case before they can say who may read it; `None` if there is no such application.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn resource_of(&self, case: CaseId) -> Result<Option<Resource>, Fault> {
        let Some(row) = self.row("SELECT call_id, lead FROM applications WHERE case_id = $1", args![case]).await? else {
            return Ok(None);
        };
        let lead: OrganisationId = row.parse("lead")?;
        let mut parties = BTreeSet::from([lead]);
        let sql = "SELECT organisation FROM members WHERE case_id = $1 AND organisation IS NOT NULL ORDER BY member";
        for member in self.db().rows(sql, args![case]).await? {
            parties.insert(member.parse("organisation")?);
        }
        let mut reviewers: BTreeSet<PersonId> = BTreeSet::new();
        let sql = "SELECT reviewer FROM reviews WHERE case_id = $1 AND status NOT IN ('conflicted', 'replaced') ORDER BY reviewer";
        for review in self.db().rows(sql, args![case]).await? {
            reviewers.insert(review.parse("reviewer")?);
        }
        Ok(Some(Resource::Case { id: case, call: row.parse("call_id")?, lead: Some(lead), parties, reviewers }))
    }

    /// The end of the ledger as it is now.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn anchor(&self) -> Result<Anchor, Fault> {
        match self.row("SELECT position, running FROM chain WHERE id = 1", args![]).await? {
            Some(row) => Ok(Anchor { position: row.count("position")?, running: row.parse("running")? }),
            None => Err(Fault::impossible("chain", "the end of the ledger is missing")),
        }
    }

    async fn case_file(&self, id: CaseId) -> Result<Option<CaseFile>, Fault> {
        let acts = self.acts(&StreamId::Case(id)).await?;
        match Head::read(&acts)?.folded {
            Folded::Case(case) => Ok(Some(CaseFile { id, case: *case, acts })),
            Folded::Nothing | Folded::Call(_) => Ok(None),
        }
    }

    /// The letters that were sent in a case, oldest first.
    ///
    /// # Errors
    /// [`Fault`]s of the database.
    pub async fn letters_of_case(&self, case: CaseId) -> Result<Vec<ActRecord>, Fault> {
        self.acts(&StreamId::Letters(case)).await
    }

    async fn acts(&self, stream: &StreamId) -> Result<Vec<ActRecord>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM acts WHERE stream = $1 ORDER BY seq");
        self.all(built(sql), args![stream.to_string()]).await
    }
}
