//! The consortium: its rows follow the form; each row can be invited by mail, and whoever accepts fills in its own part.

use banso_guideline::answers::{AnswerProblem, Place, SectionAnswers};
use banso_guideline::{Field, FieldKind, Section as FormSection, SectionContent, Side};
use banso_kernel::{CaseId, CorporateNumber, Digest, LocalText, OrganisationId};
use banso_permits::{Action, Person};
use banso_store::{Application, Batch, Change, CommitError, Member, Organisation, SaveSection};
use rand::Rng as _;

use super::draft::{Draft, Phase, Seat};
use super::known::Known;
use super::section::keyed_fields;
use crate::address::mail_address;
use crate::limits::{INVITATION_HOURS, INVITATIONS_MAX};
use crate::{FieldProblem, Office, OfficeError};

/// A member of the consortium and whether it has come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    pub member: u32,
    pub name: String,
    pub role: String,
    pub status: InviteeStatus,
}

/// Where an invitation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InviteeStatus {
    /// The lead itself.
    Lead,
    NotInvited,
    Invited {
        email: String,
    },
    CameIn {
        organisation: String,
    },
}

/// What an invited side sees before it accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub case: CaseId,
    pub title: String,
    pub lead: String,
    pub programme: LocalText,
    pub call_name: LocalText,
    pub member: u32,
    pub name: String,
    pub role: String,
    pub corporate_number: Option<CorporateNumber>,
    /// The organisation of whoever is signed in.
    pub own: String,
    /// Why it cannot be accepted as it stands.
    pub obstacle: Option<LocalText>,
}

/// Which parts of a member's row are its name, number, kind and role.
pub(crate) struct RowParts<'a> {
    name: Option<&'a Field>,
    number: Option<&'a Field>,
    kind: Option<&'a Field>,
    role: Option<&'a Field>,
}

impl<'a> RowParts<'a> {
    pub(crate) fn of(parts: &'a [Field]) -> Self {
        let text = |f: &&Field| matches!(f.kind, FieldKind::Text { .. } | FieldKind::LongText { .. });
        let choices: Vec<&Field> = parts.iter().filter(|f| matches!(f.kind, FieldKind::Choice(_))).collect();
        let called = |words: &[&str], f: &&&Field| words.iter().any(|w| f.id.contains(w));
        let role = choices.iter().find(|f| called(&["役割"], f)).copied();
        let kind = choices.iter().find(|f| called(&["区分", "種別", "種類"], f)).copied();
        let other = |taken: Option<&Field>| choices.iter().copied().find(|f| taken.is_none_or(|t| t.id != f.id));
        RowParts {
            name: parts.iter().filter(text).find(|f| f.id.contains('名')).or_else(|| parts.iter().find(text)),
            number: parts.iter().find(|f| matches!(f.kind, FieldKind::CorporateNumber)),
            kind: kind.or_else(|| other(role)),
            role: role.or_else(|| other(kind)),
        }
    }
}

/// The token of an invitation: 256 random bits, in hexadecimal. The store keeps only its digest.
fn new_token() -> String {
    let bits: [u8; 32] = rand::rng().random();
    Digest::from_bytes(bits).to_string()
}

impl Draft {
    pub(crate) fn invitees(&self) -> Vec<Invitee> {
        let invitee = |m: &Member| {
            let status = match (m.member, m.organisation, &m.invited_email) {
                (1, _, _) => InviteeStatus::Lead,
                (_, Some(_), _) => InviteeStatus::CameIn { organisation: m.name.clone() },
                (_, None, Some(email)) if m.invitation.is_some() => InviteeStatus::Invited { email: email.clone() },
                (_, None, _) => InviteeStatus::NotInvited,
            };
            Invitee { member: m.member, name: self.side_name(m.member), role: m.role.clone(), status }
        };
        self.members.iter().map(invitee).collect()
    }

    /// What the rows of the form make of the list of members: rows appear, change and go. Who has come in stays with the row.
    pub(crate) fn member_changes(&self, parts: &[Field], answers: &SectionAnswers) -> Vec<Change> {
        let roles = RowParts::of(parts);
        let text = |n: u32, part: Option<&Field>| {
            part.and_then(|p| answers.get(&format!("{n}.{}", p.id))).map(|t| t.trim().to_owned()).unwrap_or_default()
        };
        let mut numbers: Vec<u32> = answers
            .iter()
            .filter(|(_, t)| !t.trim().is_empty())
            .filter_map(|(k, _)| k.split_once('.').and_then(|(n, _)| n.parse().ok()))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut changes = Vec::new();
        for number in &numbers {
            let was = self.members.iter().find(|m| m.member == *number);
            let now = Member {
                member: *number,
                role: text(*number, roles.role),
                kind: text(*number, roles.kind),
                name: text(*number, roles.name),
                corporate_number: CorporateNumber::parse(&text(*number, roles.number)).ok(),
                organisation: was.and_then(|m| m.organisation),
                invitation: was.and_then(|m| m.invitation),
                invited_email: was.and_then(|m| m.invited_email.clone()),
                accepted_at: was.and_then(|m| m.accepted_at),
            };
            // Whoever had the number before has left; what they wrote is not for whoever comes.
            if was.is_none() && *number > 1 && self.numbers_given().any(|given| given == *number) {
                changes.push(Change::empty_side(self.case_id(), *number));
            }
            if was != Some(&now) {
                changes.push(Change::put_member(self.case_id(), &now));
            }
        }
        // Row 1 is the lead's: it does not go, even when it was emptied.
        let gone = self.members.iter().filter(|m| m.member > 1 && !numbers.contains(&m.member));
        changes.extend(gone.map(|m| Change::remove_member(self.case_id(), m.member)));
        changes
    }

    /// The numbers of the members that there are, and of those that have left something behind.
    pub(crate) fn numbers_given(&self) -> impl Iterator<Item = u32> {
        let saved = self.saved.iter().map(|s| s.member);
        self.members.iter().map(|m| m.member).chain(saved).chain(self.attachments.iter().map(|a| a.member))
    }

    /// Members that stand in the consortium twice, by their corporate numbers: each is told at its later row.
    pub(crate) fn members_twice(&self, section: &FormSection, parts: &[Field]) -> Vec<AnswerProblem> {
        let Some(part) = RowParts::of(parts).number else { return Vec::new() };
        let key = |n: u32| format!("{n}.{}", part.id);
        let number = |n: u32| CorporateNumber::parse(self.answers.text(&section.id, 0, &key(n))).ok();
        let mut seen: Vec<(CorporateNumber, u32)> = self.lead.corporate_number.map(|lead| (lead, 1)).into_iter().collect();
        let mut found = Vec::new();
        for member in self.member_numbers() {
            let Some(own) = number(member) else { continue };
            match seen.iter().find(|(other, first)| *other == own && *first != member) {
                Some((_, first)) => found.push(AnswerProblem {
                    place: Place { section: section.id.clone(), member: 0, key: key(member) },
                    code: "twice",
                    label: part.label.clone(),
                    message: twice_words(own, *first),
                    clause: part.clause.clone(),
                }),
                None => seen.push((own, member)),
            }
        }
        found
    }

    fn may_invite(&self) -> Result<(), OfficeError> {
        match (self.seat, self.phase()) {
            (Seat::Lead, Phase::Filling { .. } | Phase::Correcting { .. }) => Ok(()),
            (Seat::Lead, Phase::Closed { at }) => Err(OfficeError::TooLate { closed: at }),
            (Seat::Lead, _) => Err(OfficeError::Stale(LocalText::new("いまは招待できません。", "Nobody can be invited now."))),
            (Seat::Member(_), _) => {
                Err(OfficeError::Forbidden(vec![LocalText::new("招待は代表者が行います。", "Invitations are sent by the lead.")]))
            }
        }
    }
}

impl Office {
    /// Invites a member by mail. Inviting again makes the earlier link worthless.
    ///
    /// # Errors
    /// Somebody other than the lead, a member that has come in, an address that is none.
    pub async fn invite(&self, person: &Person, case: CaseId, member: u32, email: &str, address: &str) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::EditDraft).await?;
        draft.may_invite()?;
        let row = draft.members.iter().find(|m| m.member == member && m.member > 1).ok_or(OfficeError::NotFound)?;
        if row.organisation.is_some() {
            return Err(OfficeError::Stale(LocalText::new("この構成員は、すでに参加しています。", "This member has come in already.")));
        }
        let email = mail_address(email)?;
        let effect = format!("invitation:{}", person.id);
        self.may_send_more(&effect).await?;
        let token = new_token();
        let invited = Member { invitation: Some(Digest::of(token.as_bytes())), invited_email: Some(email.clone()), ..row.clone() };
        let (subject, body) = invitation_mail(&draft, &row.name, &format!("{address}/apply/invitations/{token}"));
        let (mail, job) = self.mail_to(&format!("{effect}:{}", Digest::of(token.as_bytes())), &email, &subject, &body)?;
        let batch = Batch::changes(vec![Change::draft_stands(case, draft.row.revision), Change::put_member(case, &invited), mail]);
        self.append(batch.and_job(job)).await?;
        Ok(())
    }

    /// Mails in the office's name are not for flooding somebody's box.
    async fn may_send_more(&self, kind: &str) -> Result<(), OfficeError> {
        let since = self.now().plus_seconds(-INVITATION_HOURS * 3600);
        if self.store().mails_since(kind, since).await? < INVITATIONS_MAX {
            return Ok(());
        }
        Err(OfficeError::field(
            "email",
            format!(
                "招待メールは{INVITATION_HOURS}時間に{INVITATIONS_MAX}通までです。時間をおいて、もう一度お試しください。届かないときは、事務局に連絡してください。"
            ),
            format!(
                "At most {INVITATIONS_MAX} invitations are sent within {INVITATION_HOURS} hours. Please try again later, and tell the office if mails do not arrive."
            ),
        ))
    }

    /// What an invitation is for.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a token that was used, replaced, or never made.
    pub async fn invitation(&self, person: &Person, token: &str) -> Result<Invitation, OfficeError> {
        let found = self.store().invitation(Digest::of(token.as_bytes())).await?;
        let (case, member) = found.filter(|(_, m)| m.organisation.is_none()).ok_or(OfficeError::NotFound)?;
        let application = self.store().application(case).await?.ok_or(OfficeError::NotFound)?.application;
        let own = match person.organisation {
            Some(id) => self.store().organisation(id).await?,
            None => None,
        };
        let obstacle = self.obstacle(&application, &member, own.as_ref()).await?;
        let edition = self.edition_in_force(&application.call)?;
        let lead = self.store().organisation(application.lead).await?.map(|o| o.name).unwrap_or_default();
        Ok(Invitation {
            case,
            title: application.title,
            lead,
            programme: edition.meta().programme.clone(),
            call_name: edition.meta().call_name.clone(),
            member: member.member,
            name: member.name,
            role: member.role,
            corporate_number: member.corporate_number,
            own: own.map(|o| o.name).unwrap_or_default(),
            obstacle,
        })
    }

    /// The application that this person's organisation came into by this invitation: its link may be opened again.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for anybody else, and for a token that was replaced or never made.
    pub async fn joined_by(&self, person: &Person, token: &str) -> Result<CaseId, OfficeError> {
        let own = person.organisation.ok_or(OfficeError::NotFound)?;
        let found = self.store().invitation(Digest::of(token.as_bytes())).await?;
        found.filter(|(_, m)| m.organisation == Some(own)).map(|(case, _)| case).ok_or(OfficeError::NotFound)
    }

    async fn obstacle(
        &self,
        application: &Application,
        member: &Member,
        own: Option<&Organisation>,
    ) -> Result<Option<LocalText>, OfficeError> {
        let Some(own) = own else {
            return Ok(Some(LocalText::new(
                "このアカウントには所属機関が登録されていません。事務局に連絡してください。",
                "This account belongs to no organisation. Please ask the office.",
            )));
        };
        if own.id == application.lead || self.store().members(application.case).await?.iter().any(|m| m.organisation == Some(own.id)) {
            return Ok(Some(LocalText::new(
                format!("「{}」は、すでにこの申請に参加しています。", own.name),
                format!("{} takes part in this application already.", own.name),
            )));
        }
        Ok(match (member.corporate_number, own.corporate_number) {
            (Some(asked), Some(number)) if asked != number => Some(LocalText::new(
                format!(
                    "この招待は法人番号{asked}の機関あてです。「{}」（{number}）では参加できません。代表者に確認してください。",
                    own.name
                ),
                format!("This invitation is for the organisation with the number {asked}; {} has {number}. Please ask the lead.", own.name),
            )),
            (Some(_) | None, Some(_) | None) => None,
        })
    }

    /// The organisation of whoever is signed in comes in. What is known of it is filled in, where nothing was yet.
    ///
    /// # Errors
    /// [`OfficeError::NotFound`] for a used token; a refusal in words where another organisation was invited.
    pub async fn accept_invitation(&self, person: &Person, token: &str) -> Result<CaseId, OfficeError> {
        let invitation = self.invitation(person, token).await?;
        if let Some(obstacle) = invitation.obstacle {
            return Err(OfficeError::Invalid(vec![FieldProblem { field: String::new(), text: obstacle }]));
        }
        let organisation = person.organisation.ok_or(OfficeError::NotFound)?;
        self.store().change(Change::accept_invitation(Digest::of(token.as_bytes()), organisation)).await?;
        self.fill_in_known(person, invitation.case, invitation.member, organisation).await?;
        Ok(invitation.case)
    }

    /// Fills in a member's own sections with what is known of it. What somebody typed stays.
    async fn fill_in_known(&self, person: &Person, case: CaseId, member: u32, organisation: OrganisationId) -> Result<(), OfficeError> {
        let draft = self.draft(person, case, Action::EditDraft).await?;
        let known = Known::of(&self.store().facts(organisation).await?);
        for section in draft.form().sections.iter().filter(|s| s.side == Side::EachMember && matches!(s.content, SectionContent::Fields(_)))
        {
            let Some(save) = draft.prefill(person, section, member, &known) else { continue };
            match self.store().save_section(save).await {
                // Somebody was faster: theirs stays.
                Ok(_) | Err(CommitError::SectionSaved(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}

impl Draft {
    /// A section with what is known put into its empty fields; `None` where that changes nothing.
    fn prefill(&self, person: &Person, section: &banso_guideline::Section, member: u32, known: &Known) -> Option<SaveSection> {
        let saved = self.saved(&section.id, member);
        let mut answers = self.answers.section(&section.id, member).cloned().unwrap_or_default();
        let before = answers.clone();
        for (key, field) in keyed_fields(section, &[], self.edition.kpis()) {
            if let Some(text) = known.text(&field.id, &field.kind).filter(|_| answers.get(&key).is_none_or(|t| t.trim().is_empty())) {
                answers.insert(key, text);
            }
        }
        (answers != before).then(|| SaveSection {
            case: self.case_id(),
            section: section.id.clone(),
            member,
            based_on: saved.map_or(0, |s| s.version),
            answers: serde_json::to_string(&answers).unwrap_or_default(),
            by: person.id,
        })
    }
}

fn twice_words(number: CorporateNumber, first: u32) -> LocalText {
    let (ja, en) = match first {
        1 => ("代表者（構成員1）".to_owned(), "the lead (member 1)".to_owned()),
        other => (format!("構成員{other}"), format!("member {other}")),
    };
    LocalText::new(
        format!("{number}は{ja}の法人番号と同じです。同じ機関は一度だけ入力してください。"),
        format!("{number} is also the corporate number of {en}. Enter each organisation once."),
    )
}

fn invitation_mail(draft: &Draft, name: &str, link: &str) -> (String, String) {
    let meta = draft.edition.meta();
    let (lead, title, closes) = (&draft.lead.name, &draft.row.application.title, meta.closes.wareki());
    let subject = format!("【{}】共同申請への参加のお願い（{lead}）", meta.call_name.ja);
    let body = format!(
        "{name} 御中\n\n{lead}が申請する「{title}」（{programme} {call}）の構成員として、貴機関が招待されています。\n\
         次のリンクからログインし、内容を確かめて参加してください。貴機関の欄は貴機関が入力します。\n\n{link}\n\n\
         受付締切：{closes}\nこのリンクで参加できるのは一度だけです（参加したあとは、同じリンクから申請書を開けます）。心当たりのないときは、このメールを破棄してください。\n\n\
         {lead} invites you to take part in its application \"{title}\". Open the link above, sign in and accept.\n\n{office}\n",
        programme = meta.programme.ja,
        call = meta.call_name.ja,
        office = meta.office,
    );
    (subject, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_row_are_found_by_what_they_are() {
        let field = |id: &str, kind: FieldKind| Field {
            id: id.into(),
            label: LocalText::ja(id),
            hint: LocalText::default(),
            kind,
            required: banso_guideline::Required::Always,
            clause: "1".into(),
        };
        let text = || FieldKind::Text { characters_max: 100 };
        let parts = [
            field("所在地", text()),
            field("名称", text()),
            field("役割", FieldKind::Choice(vec!["代表".into()])),
            field("構成員区分", FieldKind::Choice(vec!["大学".into()])),
            field("法人番号", FieldKind::CorporateNumber),
        ];
        let row = RowParts::of(&parts);
        let ids: Vec<_> = [row.name, row.number, row.kind, row.role].into_iter().map(|f| f.map(|f| f.id.as_str())).collect();
        assert_eq!(ids, [Some("名称"), Some("法人番号"), Some("構成員区分"), Some("役割")]);
    }
}
