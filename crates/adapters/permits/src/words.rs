//! The words of a policy: person, role, action, resource.

use std::collections::BTreeSet;

use banso_kernel::{CallId, CaseId, OrganisationId, PersonId};
use serde::{Deserialize, Serialize};

/// What somebody is to the programme. One person may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts for an organisation that applies (申請者).
    Applicant,
    /// Runs the call (事務局).
    Officer,
    /// Decides: executes a selection, decides or refuses a grant (交付決定権者).
    Director,
    /// Outside reviewer (審査員).
    Reviewer,
    /// Reads everything, changes nothing (監査).
    Auditor,
    /// Asks what a call brought about: sees scores, decisions and outcomes without names (政策分析).
    Analyst,
}

impl Role {
    pub const ALL: [Role; 6] = [Role::Applicant, Role::Officer, Role::Director, Role::Reviewer, Role::Auditor, Role::Analyst];

    /// The name in policies, in settings and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Applicant => "applicant",
            Role::Officer => "officer",
            Role::Director => "director",
            Role::Reviewer => "reviewer",
            Role::Auditor => "auditor",
            Role::Analyst => "analyst",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// Somebody with an account, as far as policies care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    pub roles: BTreeSet<Role>,
    pub organisation: Option<OrganisationId>,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// Start an application in a call.
    Apply,
    /// Read a case's own papers: answers, documents, notices.
    ReadCase,
    /// Fill sections, attach documents, invite members.
    EditDraft,
    /// Submit, withdraw, ask for the grant: what binds the applicant.
    SpeakForCase,
    /// See all cases of a call, their lists and exports.
    ReadCall,
    /// Completeness, return for correction, review planning, reconsideration.
    HandleCase,
    /// Plan the review, freeze a selection plan; of the office itself: have its guidelines read again.
    RunCall,
    /// Execute a selection, decide or refuse a grant.
    Decide,
    /// Read and score an assigned case.
    ReviewCase,
    /// The timeline of acts, the chain, the whole file of a case.
    Audit,
    /// Read what studies of a call asked and found: figures of groups, no firm.
    ReadStudies,
    /// Declare and run a study on the de-identified panel of a call, and take it away with its data.
    Evaluate,
    /// Search the register of firms, and see to which of them calls may be open.
    ReadFirms,
    /// Note that firms were told of a call.
    TellFirms,
}

impl Action {
    pub const ALL: [Action; 14] = [
        Action::Apply,
        Action::ReadCase,
        Action::EditDraft,
        Action::SpeakForCase,
        Action::ReadCall,
        Action::HandleCase,
        Action::RunCall,
        Action::Decide,
        Action::ReviewCase,
        Action::Audit,
        Action::ReadStudies,
        Action::Evaluate,
        Action::ReadFirms,
        Action::TellFirms,
    ];

    /// The name in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Action::Apply => "Apply",
            Action::ReadCase => "ReadCase",
            Action::EditDraft => "EditDraft",
            Action::SpeakForCase => "SpeakForCase",
            Action::ReadCall => "ReadCall",
            Action::HandleCase => "HandleCase",
            Action::RunCall => "RunCall",
            Action::Decide => "Decide",
            Action::ReviewCase => "ReviewCase",
            Action::Audit => "Audit",
            Action::ReadStudies => "ReadStudies",
            Action::Evaluate => "Evaluate",
            Action::ReadFirms => "ReadFirms",
            Action::TellFirms => "TellFirms",
        }
    }
}

/// What it is to be done to, with what a policy needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    Office,
    Call(CallId),
    Case {
        id: CaseId,
        call: CallId,
        lead: Option<OrganisationId>,
        parties: BTreeSet<OrganisationId>,
        /// Assigned and without a declared conflict.
        reviewers: BTreeSet<PersonId>,
    },
}
