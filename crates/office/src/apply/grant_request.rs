//! 交付申請 after selection: the budget confirmed, quotes attached. Its pages are those of the application, with the sections of this
//! stage; what is its own stands here.

use banso_guideline::{DocumentSpec, Edition, Required, Section, SectionContent, Side};
use banso_kernel::LocalText;

/// The place of quotes where the guideline names none itself.
pub(crate) const QUOTES: &str = "grant-quotes";

/// The documents of a grant request where the guideline names none itself: quotes for what will be bought.
pub(crate) fn quotes(edition: &Edition) -> Section {
    let clause = edition.form().sections.iter().find(|s| matches!(s.content, SectionContent::Budget { .. })).map(|s| s.clause.clone());
    let clause = clause.unwrap_or_default();
    let spec = DocumentSpec {
        id: QUOTES.to_owned(),
        title: quotes_title(),
        hint: LocalText::new(
            "経費の内訳を確かめられる見積書（相見積を含む）を添付してください。PDF、1点10 MBまで。",
            "Attach the quotes that show the costs in detail, competing quotes included. PDF, 10 MB each.",
        ),
        required: Required::Always,
        count_max: 40,
        bytes_max: 10 << 20,
        media_types: vec!["application/pdf".to_owned()],
        clause: clause.clone(),
    };
    Section {
        id: "grant-documents".to_owned(),
        title: LocalText::new("交付申請の添付書類", "Documents of the grant request"),
        clause,
        side: Side::Lead,
        minutes: 20,
        content: SectionContent::Documents(vec![spec]),
    }
}

/// What quotes are called.
pub(crate) fn quotes_title() -> LocalText {
    LocalText::new("見積書", "Quotes")
}
