//! Starting an application: the firm is identified by its 法人番号, what is known of it is shown with its source and filled in.

use banso_guideline::answers::SectionAnswers;
use banso_guideline::{Edition, Field, FieldKind, Section as FormSection, SectionContent, Side, Track};
use banso_kernel::{CallId, CaseId, CorporateNumber, Digest, LocalText, RequestId};
use banso_permits::{Action, Person};
use banso_store::{Application, Batch, Change, Member, Organisation, SaveSection};

use super::basics::title_of;
use super::draft::SEEN_EDITION;
use super::known::Known;
use super::section::keyed_fields;
use crate::register::closed_words;
use crate::{FieldProblem, Office, OfficeError, RegisteredFirm};

/// The first page of an application.
#[derive(Debug, Clone)]
pub struct StartPage {
    pub edition: Edition,
    /// The number of the organisation that the account belongs to.
    pub own_number: Option<CorporateNumber>,
    /// The firm, once it is identified.
    pub firm: Option<IdentifiedFirm>,
    pub tracks: Vec<Track>,
    /// Applications of this firm in this call that were started before.
    pub started: Vec<(CaseId, String)>,
}

/// A firm and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedFirm {
    pub number: CorporateNumber,
    pub name: String,
    pub address: String,
    pub facts: Vec<ShownFact>,
    /// What the register of corporate numbers says, as far as it was taken in.
    pub registered: Option<RegisteredFirm>,
}

/// A known fact as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownFact {
    pub label: LocalText,
    pub text: String,
    pub unit: String,
    pub source: String,
    pub as_of: String,
}

/// What starts an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartOrder {
    pub call: CallId,
    /// As typed.
    pub number: String,
    pub title: String,
    pub track: String,
    pub request: RequestId,
}

/// A number as typed, or what is wrong with it.
pub(crate) fn number_of(text: &str) -> Result<CorporateNumber, OfficeError> {
    if text.trim().is_empty() {
        return Err(OfficeError::field(
            "number",
            "法人番号が未入力です。13桁の番号を入力してください。",
            "The corporate number is not entered yet: enter its 13 digits.",
        ));
    }
    CorporateNumber::parse(text)
        .map_err(|error| OfficeError::Invalid(vec![FieldProblem { field: "number".to_owned(), text: error.told() }]))
}

/// The track, if there is one of that name; empty where the programme has none.
pub(crate) fn track_of(edition: &Edition, name: &str) -> Result<String, OfficeError> {
    if edition.tracks().is_empty() {
        return Ok(String::new());
    }
    edition
        .tracks()
        .iter()
        .find(|t| t.name == name)
        .map(|t| t.name.clone())
        .ok_or_else(|| OfficeError::field("track", "申請枠を選んでください。", "Choose a track."))
}

impl Office {
    /// The first page; with a number, the firm it belongs to.
    ///
    /// # Errors
    /// A number with a wrong check digit, or of another organisation; a call that is not open.
    pub async fn start_page(&self, person: &Person, call: &CallId, number: Option<&str>) -> Result<StartPage, OfficeError> {
        self.may_call(person, Action::Apply, call)?;
        let edition = self.edition_in_force(call)?;
        self.takes_acts(call)?;
        let own = self.own_organisation(person).await?;
        let firm = match number {
            Some(text) => Some(self.identified(&edition, own_by_number(&own, text)?).await?),
            None => None,
        };
        let listed = self.store().applications_of(own.id, banso_store::Page::first(100)).await?;
        let started = listed
            .rows
            .into_iter()
            .filter(|r| r.application.application.call == *call && r.application.application.lead == own.id)
            .map(|r| (r.application.application.case, r.application.application.title))
            .collect();
        Ok(StartPage { own_number: own.corporate_number, firm, tracks: edition.tracks().to_vec(), started, edition })
    }

    /// The organisation that somebody acts for.
    pub(crate) async fn own_organisation(&self, person: &Person) -> Result<Organisation, OfficeError> {
        let none = || {
            OfficeError::Forbidden(vec![LocalText::new(
                "このアカウントには所属機関が登録されていません。事務局に連絡してください。",
                "This account belongs to no organisation. Please ask the office.",
            )])
        };
        let id = person.organisation.ok_or_else(none)?;
        self.store().organisation(id).await?.ok_or_else(none)
    }

    async fn identified(&self, edition: &Edition, own: &Organisation) -> Result<IdentifiedFirm, OfficeError> {
        let number = own.corporate_number.ok_or(OfficeError::NotFound)?;
        let known = Known::of(&self.store().facts(own.id).await?);
        let shown = |item: &banso_guideline::Item| {
            let fact = known.get(&item.id)?;
            let (kind, unit) = shown_kind(&item.kind)?;
            let text = known.text(&item.id, &kind)?;
            Some(ShownFact { label: item.label.clone(), text, unit, source: fact.source.clone(), as_of: fact.as_of.clone() })
        };
        let facts = edition.dictionary().items().iter().filter_map(shown).collect();
        let registered = self.open_record(number).await?;
        Ok(IdentifiedFirm { number, name: own.name.clone(), address: address_of(own), facts, registered })
    }

    /// What the register says of a firm that applies; a firm whose record is closed does not.
    async fn open_record(&self, number: CorporateNumber) -> Result<Option<RegisteredFirm>, OfficeError> {
        let firm = self.store().registered_firm(number).await?;
        match firm.as_ref().and_then(|f| Some((f, f.closing.as_ref()?))) {
            Some((firm, closing)) => {
                Err(OfficeError::Invalid(vec![FieldProblem { field: "number".to_owned(), text: closed_words(firm, closing) }]))
            }
            None => Ok(firm),
        }
    }

    /// Starts an application, with everything that is known filled in. Pressed twice it is started once.
    ///
    /// # Errors
    /// What is wrong with the number, the title or the track; [`OfficeError::TooLate`] after the call has closed.
    pub async fn start_application(&self, person: &Person, order: &StartOrder) -> Result<CaseId, OfficeError> {
        self.may_call(person, Action::Apply, &order.call)?;
        let edition = self.edition_in_force(&order.call)?;
        self.takes_acts(&order.call)?;
        let (meta, now) = (edition.meta(), self.now());
        if now > meta.closes {
            return Err(OfficeError::TooLate { closed: meta.closes });
        }
        if now < meta.opens {
            return Err(OfficeError::field(
                "",
                format!("受付は{}に始まります。", meta.opens.wareki()),
                format!("The call opens at {}.", meta.opens),
            ));
        }
        let own = self.own_organisation(person).await?;
        let own_number = own_by_number(&own, &order.number)?.corporate_number.ok_or(OfficeError::NotFound)?;
        self.open_record(own_number).await?;
        let (title, track) = all_of(title_of(&order.title), track_of(&edition, &order.track))?;
        let case = case_of(person, order.request);
        let application = Application { case, call: order.call.clone(), lead: own.id, title, track, created_by: person.id };
        let known = Known::of(&self.store().facts(own.id).await?);
        let mut batch = Batch::changes(vec![Change::start_application(&application), Change::put_member(case, &lead_row(&own, &edition))]);
        for (section, member, answers) in prefilled(&edition, &own, &known) {
            let answers = serde_json::to_string(&answers).map_err(OfficeError::fault)?;
            batch = batch.and_change(Change::save_section(&SaveSection { case, section, member, based_on: 0, answers, by: person.id }));
        }
        let seen = format!("\"{}\"", edition.digest());
        let seen = SaveSection { case, section: SEEN_EDITION.to_owned(), member: 0, based_on: 0, answers: seen, by: person.id };
        self.append(batch.and_change(Change::save_section(&seen)).not_after(meta.closes).request(order.request)).await?;
        Ok(case)
    }
}

/// The application of one press of the button: pressed twice, it is the same.
fn case_of(person: &Person, request: RequestId) -> CaseId {
    let digest = Digest::of(format!("application {} {request}", person.id).as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
    CaseId::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Both answers, or what is wrong with either.
fn all_of<A, B>(a: Result<A, OfficeError>, b: Result<B, OfficeError>) -> Result<(A, B), OfficeError> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(OfficeError::Invalid(mut one)), Err(OfficeError::Invalid(other))) => {
            one.extend(other);
            Err(OfficeError::Invalid(one))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

fn own_by_number<'a>(own: &'a Organisation, text: &str) -> Result<&'a Organisation, OfficeError> {
    let number = number_of(text)?;
    if own.corporate_number == Some(number) {
        return Ok(own);
    }
    let ja = format!(
        "法人番号{number}は、このアカウントの所属機関「{}」の番号ではありません。別の法人として申請するときは、その法人のアカウントでログインしてください。",
        own.name
    );
    let en = format!("{number} is not the number of {}, which this account belongs to. Sign in with an account of that firm.", own.name);
    Err(OfficeError::Invalid(vec![FieldProblem::new("number", ja, en)]))
}

fn shown_kind(kind: &banso_guideline::ItemKind) -> Option<(FieldKind, String)> {
    use banso_guideline::ItemKind as K;
    Some(match kind {
        K::Number { unit, limits } => (FieldKind::Number { unit: unit.clone(), limits: *limits }, unit.clone()),
        K::Text => (FieldKind::Text { characters_max: 400 }, String::new()),
        K::YesNo => (FieldKind::YesNo, String::new()),
        K::Choice(options) => (FieldKind::Choice(options.clone()), String::new()),
        K::Day => (FieldKind::Day, String::new()),
        K::CorporateNumber => (FieldKind::CorporateNumber, String::new()),
        K::List(_) => return None,
    })
}

/// The first member: the lead itself.
pub(crate) fn lead_row(own: &Organisation, edition: &Edition) -> Member {
    let parts = consortium_parts(edition);
    let kind = parts.iter().find(|p| is_kind(p)).and_then(|p| own_text(own, p)).unwrap_or_else(|| own.kind.clone());
    Member {
        member: 1,
        role: String::new(),
        kind,
        name: own.name.clone(),
        corporate_number: own.corporate_number,
        organisation: Some(own.id),
        invitation: None,
        invited_email: None,
        accepted_at: None,
    }
}

fn consortium_parts(edition: &Edition) -> Vec<Field> {
    let parts = edition.form().sections.iter().find_map(|s| match &s.content {
        SectionContent::Consortium { parts, .. } => Some(parts.clone()),
        SectionContent::Fields(_) | SectionContent::Budget { .. } | SectionContent::Kpis | SectionContent::Documents(_) => None,
    });
    parts.unwrap_or_default()
}

fn is_kind(part: &Field) -> bool {
    matches!(part.kind, FieldKind::Choice(_)) && ["区分", "種別", "種類"].iter().any(|w| part.id.contains(w))
}

/// What an organisation's own entry says for a part of its row.
fn own_text(own: &Organisation, part: &Field) -> Option<String> {
    let text = match &part.kind {
        FieldKind::CorporateNumber => own.corporate_number?.to_string(),
        FieldKind::Choice(options) if part.id.contains("都道府県") => options.iter().find(|o| **o == own.prefecture)?.clone(),
        FieldKind::Choice(options) => kind_among(options, &own.kind)?,
        FieldKind::Text { .. } if part.id.contains("都道府県") => own.prefecture.clone(),
        FieldKind::Text { .. } if ["所在地", "住所"].iter().any(|w| part.id.contains(w)) => address_of(own),
        FieldKind::Text { .. } if part.id.contains('名') && !part.id.contains("氏名") && !part.id.contains("担当") => own.name.clone(),
        FieldKind::Text { .. } | FieldKind::LongText { .. } | FieldKind::Number { .. } | FieldKind::YesNo | FieldKind::Day => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// An address with its prefecture, once.
pub(crate) fn address_of(own: &Organisation) -> String {
    if own.address.starts_with(&own.prefecture) { own.address.clone() } else { format!("{}{}", own.prefecture, own.address) }
}

/// The kind of an organisation in the words of the guideline.
fn kind_among(options: &[String], kind: &str) -> Option<String> {
    let words: &[&str] = match kind {
        "sme" => &["中小企業"],
        "university" => &["大学"],
        "public_institute" => &["公設試", "公的", "大学"],
        "managing" => &["管理"],
        other => return options.iter().find(|o| o.as_str() == other).cloned(),
    };
    words.iter().find_map(|w| options.iter().find(|o| o.contains(w)).cloned())
}

/// The sections that what is known fills in, at least in part.
fn prefilled(edition: &Edition, own: &Organisation, known: &Known) -> Vec<(String, u32, SectionAnswers)> {
    let side = |section: &FormSection| match section.side {
        Side::Lead => 0,
        Side::EachMember => 1,
    };
    let filled = |section: &FormSection| {
        let row = matches!(section.content, SectionContent::Consortium { .. });
        let fields = keyed_fields(section, &[1], edition.kpis());
        let answers: SectionAnswers = fields
            .into_iter()
            .filter_map(|(key, field)| {
                let entry = || if row { own_text(own, &field) } else { None };
                Some((key, known.text(&field.id, &field.kind).or_else(entry)?))
            })
            .collect();
        (!answers.is_empty()).then(|| (section.id.clone(), side(section), answers))
    };
    edition.form().sections.iter().filter(|s| !matches!(s.content, SectionContent::Kpis)).filter_map(filled).collect()
}
