//! What the field of a form that was sent is called, for whoever typed into it: the label that stood above it.

use banso_guideline::answers::kpi_field;
use banso_guideline::{Edition, Section, SectionContent};
use banso_kernel::{Lang, LocalText};

/// The hidden field that says of which call a form is: its labels stand in that guideline.
pub(crate) const FORM_OF: &str = "_form";

/// Fields of our own forms that people type into.
const OWN: [(&str, &str, &str); 12] = [
    ("title", "計画の名称", "Title"),
    ("track", "申請枠", "Track"),
    ("number", "法人番号", "Corporate number"),
    ("reason", "理由", "Reason"),
    ("email", "メールアドレス", "Mail address"),
    ("due", "期限", "Due"),
    ("note", "備考", "Note"),
    ("overall", "総合コメント", "Overall comment"),
    ("kind", "種類", "Kind"),
    ("declaration", "利益相反の申告", "Declaration of conflicts"),
    ("judgement", "判定", "Judgement"),
    ("confirmed", "確認", "Confirmation"),
];

/// The label of a field of the form at this address; none where it is not known.
pub(crate) fn label_of(name: &str, path: &str, edition: Option<&Edition>) -> Option<LocalText> {
    if let Some((_, ja, en)) = OWN.iter().find(|(own, ..)| *own == name) {
        return Some(LocalText::new(*ja, *en));
    }
    let edition = edition?;
    if let Some(key) = name.strip_prefix("a.") {
        return edition.form().sections.iter().filter(|s| path.contains(&format!("/sections/{}/", s.id))).find_map(|s| of(edition, s, key));
    }
    let (prefix, id) = name.split_once('-')?;
    let criterion = edition.score_sheet().criteria.iter().find(|c| c.id == id)?;
    match prefix {
        "p" => Some(joined(&criterion.title, &LocalText::new("点数", "Points"))),
        "c" => Some(joined(&criterion.title, &LocalText::new("コメント", "Comment"))),
        _ => None,
    }
}

/// The label of an answer of a section.
fn of(edition: &Edition, section: &Section, key: &str) -> Option<LocalText> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    match &section.content {
        SectionContent::Fields(fields) => fields.iter().find(|f| f.id == key).map(|f| f.label.clone()),
        SectionContent::Consortium { parts, .. } => {
            let member = LocalText::new(format!("構成員{first}"), format!("Member {first}"));
            parts.iter().find(|f| f.id == rest).map(|f| joined(&member, &f.label))
        }
        SectionContent::Kpis => edition.kpis().iter().find(|k| k.id == key).map(|k| kpi_field(k).label),
        SectionContent::Budget { lines, .. } => {
            let year = LocalText::new(format!("{rest}年目"), format!("Year {rest}"));
            lines.iter().find(|l| l.name == first).map(|l| joined(&l.title, &year))
        }
        SectionContent::Documents(_) => None,
    }
}

fn joined(first: &LocalText, second: &LocalText) -> LocalText {
    LocalText::new(format!("{} {}", first.ja, second.ja), format!("{}, {}", first.get(Lang::En), second.get(Lang::En)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_called_what_their_form_called_them() {
        let check = |name: &str, expect: Option<&str>| {
            assert_eq!(label_of(name, "/apply/cases/x/sections/plan/0", None).map(|l| l.ja).as_deref(), expect, "{name}");
        };
        check("title", Some("計画の名称"));
        check("reason", Some("理由"));
        check("a.needs", None);
        check("p-novelty", None);
    }
}
