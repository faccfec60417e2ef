//! The papers of made-up cases: something in every place of the form, and a budget whose subsidy is known.

use banso_guideline::answers::{Answers, Place};
use banso_guideline::{Edition, Field, FieldKind, Section, SectionContent, Side};
use banso_kernel::{CorporateNumber, Digest, Yen};

use crate::apply::{FORMAT, Paper, PaperAttachment, PaperMember, Stage};
use crate::letters::slot_title;

/// The bytes of every document of a made-up case.
pub const DOCUMENT: &[u8] = b"%PDF-1.7\n% made up for a test\n%%EOF\n";

/// The subsidy of every made-up case: two thirds of 3,000万円 and of 1,500万円, and 600万円 at the fixed rate.
pub const REQUESTED: Yen = Yen::new(36_000_000);

/// Member, line and year, and the cost.
const COSTS: [(u32, &str, &str); 4] =
    [(1, "物品費.1", "30,000,000"), (1, "人件費.2", "15,000,000"), (2, "その他経費.1", "4,000,000"), (2, "その他経費.3", "2,000,000")];

/// What is handed in for a project of this title by this firm and its made-up partners, with a document in each of these places.
pub(super) fn paper(edition: &Edition, stage: Stage, title: &str, lead: (&str, CorporateNumber), slots: &[&str]) -> Paper {
    let members = members(title, lead);
    let mut answers = Answers::default();
    for section in &edition.form().sections {
        fill(&mut answers, edition, section, title, &members);
    }
    let attachment = |slot: &&str| PaperAttachment {
        slot: (*slot).to_owned(),
        member: 0,
        digest: Digest::of(DOCUMENT),
        file_name: format!("{}.pdf", slot_title(edition, slot).ja),
        media_type: "application/pdf".to_owned(),
        bytes: DOCUMENT.len() as u64,
    };
    Paper {
        format: FORMAT,
        stage,
        call: edition.meta().call.clone(),
        edition: edition.digest(),
        title: title.to_owned(),
        track: edition.tracks().first().map(|t| t.name.clone()).unwrap_or_default(),
        members,
        answers,
        attachments: slots.iter().map(attachment).collect(),
    }
}

/// The firm with a university and a support organisation of its own: no two made-up projects share a partner.
fn members(title: &str, (name, number): (&str, CorporateNumber)) -> Vec<PaperMember> {
    let partner = |name: &str| {
        let digest = Digest::of(format!("{title} {name}").as_bytes());
        CorporateNumber::from_body(digest.as_bytes().iter().take(4).fold(0, |n, byte| n * 256 + u64::from(*byte)))
    };
    let member = |member: u32, name: &str, kind: &str, role: &str, number: CorporateNumber| PaperMember {
        member,
        name: name.to_owned(),
        role: role.to_owned(),
        kind: kind.to_owned(),
        corporate_number: Some(number),
    };
    vec![
        member(1, name, "中小企業者等", "主たる研究等実施機関", number),
        member(2, "架空工業大学", "大学・公設試等", "研究等実施機関", partner("大学")),
        member(3, "架空支援機構", "事業管理機関", "事業管理機関", partner("機関")),
    ]
}

fn fill(answers: &mut Answers, edition: &Edition, section: &Section, title: &str, members: &[PaperMember]) {
    let mut set = |member: u32, key: String, text: String| answers.set(Place { section: section.id.clone(), member, key }, text);
    match &section.content {
        SectionContent::Fields(fields) => {
            let sides: Vec<u32> = if section.side == Side::Lead { vec![0] } else { members.iter().map(|m| m.member).collect() };
            for side in sides {
                fields.iter().for_each(|f| set(side, f.id.clone(), example(f, title)));
            }
        }
        SectionContent::Consortium { parts, .. } => {
            for m in members {
                parts.iter().for_each(|p| set(0, format!("{}.{}", m.member, p.id), example(p, title)));
                for (part, text) in [("名称", &m.name), ("区分", &m.kind), ("役割", &m.role)] {
                    set(0, format!("{}.{part}", m.member), text.clone());
                }
            }
        }
        SectionContent::Budget { .. } => COSTS.iter().for_each(|(member, key, yen)| set(*member, (*key).to_owned(), (*yen).to_owned())),
        SectionContent::Kpis => edition.kpis().iter().for_each(|k| set(0, k.id.clone(), "60".to_owned())),
        SectionContent::Documents(_) => {}
    }
}

fn example(field: &Field, title: &str) -> String {
    let label = &field.label.ja;
    match &field.kind {
        FieldKind::Text { .. } => format!("{title}（{label}）"),
        FieldKind::LongText { .. } => format!(
            "【{label}】架空の記述です。{title}に向けて、従来は熟練者に頼っていた工程を計測と解析で置き換えます。\n1年目に試作機を作り、2年目に量産条件で確かめます。"
        ),
        FieldKind::Number { unit, .. } if unit == "円" => "30000000".to_owned(),
        FieldKind::Number { unit, .. } if unit == "年" => "3".to_owned(),
        FieldKind::Number { .. } => "2".to_owned(),
        FieldKind::Choice(options) => options.first().cloned().unwrap_or_default(),
        FieldKind::YesNo => "いいえ".to_owned(),
        FieldKind::Day => "2010-04-01".to_owned(),
        FieldKind::CorporateNumber => CorporateNumber::from_body(123_456_789_012).to_string(),
    }
}
