//! What is typed into a form: an answer to every question that an edition's form asks, as texts, for one application of the play.

use banso_guideline::answers::SectionAnswers;
use banso_guideline::{BudgetLine, Edition, Field, FieldKind, Section, SectionContent};
use banso_kernel::Yen;

use super::DemoTrouble;
use super::cast::{Cast, Kind};
use super::people::{Troupe, known_of};
use super::plans::{THEMES, Theme, essay};
use super::script::{Proposal, Track};

/// The consortium of an application, the lead first.
pub(crate) fn members<'a>(troupe: &'a Troupe, proposal: &Proposal) -> Result<Vec<&'a Cast>, DemoTrouble> {
    let mut members = vec![troupe.firm(proposal.lead)?, troupe.body(proposal.research)?, troupe.manager(proposal.manager)?];
    if let Some(second) = proposal.second {
        members.push(troupe.firm(second)?);
    }
    Ok(members)
}

pub(crate) fn theme(proposal: &Proposal) -> Result<&'static Theme, DemoTrouble> {
    THEMES.get(proposal.theme).ok_or(DemoTrouble::Script("theme"))
}

/// The name of the track, as the edition calls it.
pub(crate) fn track(edition: &Edition, proposal: &Proposal) -> String {
    let nth = match proposal.track {
        Track::General => 0,
        Track::Investment => 1,
    };
    edition.tracks().get(nth).or_else(|| edition.tracks().first()).map(|t| t.name.clone()).unwrap_or_default()
}

/// The answers of one section for one side.
pub(crate) fn answers(
    edition: &Edition,
    section: &Section,
    member: u32,
    proposal: &Proposal,
    troupe: &Troupe,
) -> Result<SectionAnswers, DemoTrouble> {
    let members = members(troupe, proposal)?;
    let own = members.get((member.max(1) - 1) as usize).copied().ok_or(DemoTrouble::Script("member"))?;
    let theme = theme(proposal)?;
    Ok(match &section.content {
        SectionContent::Fields(fields) => fields.iter().filter_map(|f| Some((f.id.clone(), field(f, own, proposal, theme)?))).collect(),
        SectionContent::Consortium { parts, .. } => {
            let rows = members.iter().zip(1_u32..);
            let cells = rows.flat_map(|(cast, n)| parts.iter().map(move |part| (format!("{n}.{}", part.id), row_part(part, cast, n))));
            cells.filter_map(|(key, text)| Some((key, text?))).collect()
        }
        SectionContent::Budget { lines, years_max } => budget(lines, (*years_max).min(proposal.years), own, member, proposal),
        SectionContent::Kpis => edition
            .kpis()
            .iter()
            .zip(["90", "60", "20", "10", "200"].iter().cycle())
            .map(|(k, v)| (k.id.clone(), (*v).to_owned()))
            .collect(),
        SectionContent::Documents(_) => SectionAnswers::new(),
    })
}

/// What is typed into one field; nothing where nothing is asked of this side.
fn field(field: &Field, own: &Cast, proposal: &Proposal, theme: &Theme) -> Option<String> {
    let of_firms = match &own.kind {
        Kind::Firm(size) => known_of(size).into_iter().find(|(item, _)| *item == field.id).map(|(_, text)| text),
        Kind::Research | Kind::Manager => None,
    };
    if of_firms.is_some() {
        return of_firms;
    }
    match (&field.kind, field.id.as_str()) {
        (FieldKind::Number { .. }, "補助事業期間") => Some(proposal.years.to_string()),
        (FieldKind::Number { .. }, "出資予定額") => match proposal.track {
            Track::Investment => Some("50,000,000".to_owned()),
            Track::General => None,
        },
        (FieldKind::LongText { characters_max }, _) => {
            let wanted = field.required.always() || proposal.track == Track::Investment || proposal.lead.is_multiple_of(2);
            wanted.then(|| essay(theme, &field.label.ja, *characters_max))
        }
        (FieldKind::Text { characters_max }, _) => {
            Some(format!("合成 太郎（{} 研究開発部長）", own.name).chars().take(*characters_max).collect())
        }
        (FieldKind::Choice(options), _) if field.required.always() => options.get(proposal.theme % options.len().max(1)).cloned(),
        (FieldKind::YesNo, _) if field.required.always() => Some("いいえ".to_owned()),
        (FieldKind::Number { .. } | FieldKind::Choice(_) | FieldKind::YesNo | FieldKind::Day | FieldKind::CorporateNumber, _) => None,
    }
}

fn row_part(part: &Field, cast: &Cast, number: u32) -> Option<String> {
    let among = |wanted: &str| match &part.kind {
        FieldKind::Choice(options) => options.iter().find(|o| o.contains(wanted)).cloned(),
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Number { .. }
        | FieldKind::YesNo
        | FieldKind::Day
        | FieldKind::CorporateNumber => None,
    };
    match part.id.as_str() {
        "名称" => Some(cast.name.clone()),
        "法人番号" => Some(cast.number.to_string()),
        "都道府県" => Some(cast.prefecture.to_owned()),
        "区分" => among(match cast.kind {
            Kind::Firm(_) => "中小企業",
            Kind::Research => "大学",
            Kind::Manager => "管理",
        }),
        "役割" => match (number, &cast.kind) {
            (1, _) => among("主たる"),
            (_, Kind::Manager) => among("管理"),
            (_, Kind::Firm(_) | Kind::Research) => among("研究等実施").and_then(|_| plain_role(part)),
        },
        _ => None,
    }
}

/// The role of those who do a part of the work, but not the main one.
fn plain_role(part: &Field) -> Option<String> {
    let FieldKind::Choice(options) = &part.kind else { return None };
    options.iter().find(|o| o.contains("研究等実施") && !o.contains("主たる")).cloned()
}

/// Shares of a member's costs by line, in percent.
fn shares(kind: &Kind) -> &'static [(&'static str, i64)] {
    match kind {
        Kind::Firm(_) => &[("物品費", 40), ("人件費", 40), ("外注費", 15), ("旅費", 5)],
        Kind::Research => &[("人件費", 60), ("物品費", 30), ("旅費", 10)],
        Kind::Manager => &[("その他経費", 100)],
    }
}

fn budget(lines: &[BudgetLine], years: u32, own: &Cast, member: u32, proposal: &Proposal) -> SectionAnswers {
    let of_all = match (member, proposal.second.is_some()) {
        (1, true) => 58,
        (1, false) => 70,
        (2, _) => 25,
        (3, _) => 5,
        _ => 12,
    };
    let by_year: &[i64] = if years == 2 { &[55, 45] } else { &[40, 35, 25] };
    let mut cells = SectionAnswers::new();
    for (year, of_years) in (1..=years).zip(by_year) {
        for (line, of_lines) in shares(&own.kind).iter().filter(|(name, _)| lines.iter().any(|l| l.name == *name)) {
            let ten_thousands = proposal.cost * of_all * of_years * of_lines / 1_000_000;
            let text = Yen::new(ten_thousands * 10_000).to_string().replace('円', "");
            cells.insert(format!("{line}.{year}"), text);
        }
    }
    cells
}
