//! The applicant's road, step by step, as somebody without scripts walks it: what is typed where, and what comes back.

use crate::html::{Form, Page};
use crate::patience::eventually;
use crate::stage::Firm;
use crate::visitor::{Upload, Visitor};

/// The smallest PDF that is whole.
pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// What is typed into the sections that the lead fills in: section, then field and answer.
const ANSWERS: &[(&str, &[(&str, &str)])] = &[
    ("overview", &[("補助事業期間", "３"), ("technology", "精密加工"), ("summary", "架空の要約です。"), ("重複受給", "いいえ")]),
    (
        "plan",
        &[
            ("needs", "架空の課題です。"),
            ("novelty", "架空の新しさです。"),
            ("goals", "誤差を10分の1にします。"),
            ("method", "架空の方法です。"),
            ("schedule", "1年目に試作します。"),
        ],
    ),
    ("team", &[("leader", "架空 太郎"), ("division", "架空の分担です。"), ("management", "月に一度集まります。")]),
    (
        "business",
        &[
            ("market", "架空の市場です。"),
            ("competition", "架空の競合です。"),
            ("sales", "架空の売上です。"),
            ("effects", "架空の効果です。"),
        ],
    ),
    ("kpis", &[("achievement", "80"), ("commercialised", "60"), ("value-added", "20"), ("wages", "８"), ("sales-ratio", "160")]),
];

/// What a member answers about itself.
const ABOUT: &[(&str, &str)] = &[
    ("task", "架空の分担です。"),
    ("業種", "製造業その他"),
    ("資本金", "３，０００万円"),
    ("従業員数", "25"),
    ("課税所得平均", "2億円"),
    ("大企業単独持分", "0"),
    ("大企業合計持分", "0"),
    ("大企業兼務役員割合", "0"),
    ("みなし大企業の全株保有", "いいえ"),
    ("みなし大企業の全役員兼務", "いいえ"),
];

/// Documents that must be there.
pub const DOCUMENTS: [&str; 3] = ["plan-pdf", "accounts", "pledge"];

/// An application at its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// `/apply/cases/…`
    pub path: String,
}

impl Application {
    /// Starts one: the firm first, then track and title.
    pub async fn start(visitor: &mut Visitor, round: &str, firm: Firm, title: &str) -> Self {
        Self::try_start(visitor, round, firm, title).await.unwrap_or_else(|e| panic!("{e}"))
    }

    /// # Errors
    /// When the server cannot be reached or answers something else.
    pub async fn try_start(visitor: &mut Visitor, round: &str, firm: Firm, title: &str) -> Result<Self, String> {
        let page = visitor.try_get(&format!("/apply/start/go-tech/{round}?number={}", firm.number())).await?;
        let form = page.try_form("/apply/start")?.set("track", "通常枠").set("title", title);
        let begun = visitor.try_submit(&form, &[]).await?;
        if begun.status == 200 && begun.path.starts_with("/apply/cases/") {
            return Ok(Application { path: begun.path });
        }
        Err(format!("not started: {} {}", begun.status, begun.plain()))
    }

    #[must_use]
    pub fn section(&self, id: &str, member: u32) -> String {
        format!("{}/sections/{id}/{member}", self.path)
    }

    /// Fills in a section and presses "save".
    pub async fn save(&self, visitor: &mut Visitor, id: &str, member: u32, answers: &[(&str, &str)]) -> Page {
        self.try_save(visitor, id, member, answers).await.unwrap_or_else(|e| panic!("{e}"))
    }

    /// # Errors
    /// When the server cannot be reached or the page has no form.
    pub async fn try_save(&self, visitor: &mut Visitor, id: &str, member: u32, answers: &[(&str, &str)]) -> Result<Page, String> {
        let path = self.section(id, member);
        let form = visitor.try_get(&path).await?.try_form(&path)?.set("go", "stay");
        visitor.try_submit(&typed(form, answers), &[]).await
    }

    /// The consortium: the firm, a university, a managing organisation.
    ///
    /// # Errors
    /// As [`Application::try_save`].
    pub async fn try_consortium(&self, visitor: &mut Visitor) -> Result<(), String> {
        let lead = [("1.区分", "中小企業者等"), ("1.役割", "主たる研究等実施機関")];
        self.try_save(visitor, "consortium", 0, &lead).await?;
        for (row, firm, kind, role) in
            [(2, Firm::UNIVERSITY, "大学・公設試等", "研究等実施機関"), (3, Firm::MANAGING, "事業管理機関", "事業管理機関")]
        {
            let number = firm.number();
            let cells = [("名称", firm.name), ("法人番号", &number), ("区分", kind), ("役割", role)];
            let keys: Vec<(String, &str)> = cells.iter().map(|(part, text)| (format!("{row}.{part}"), *text)).collect();
            let answers: Vec<(&str, &str)> = keys.iter().map(|(key, text)| (key.as_str(), *text)).collect();
            self.try_save(visitor, "consortium", 0, &answers).await?;
        }
        Ok(())
    }

    /// What each member says about itself. The lead fills in for those that have not come in.
    ///
    /// # Errors
    /// As [`Application::try_save`].
    pub async fn try_members(&self, visitor: &mut Visitor, members: &[u32]) -> Result<(), String> {
        for member in members {
            self.try_save(visitor, "member", *member, ABOUT).await?;
        }
        Ok(())
    }

    /// The sections of the lead, budget included, consortium and members excluded.
    ///
    /// # Errors
    /// As [`Application::try_save`].
    pub async fn try_texts(&self, visitor: &mut Visitor) -> Result<(), String> {
        for (section, answers) in ANSWERS {
            self.try_save(visitor, section, 0, answers).await?;
        }
        self.try_save(visitor, "budget", 1, &[("物品費.1", "１，２００万円"), ("人件費.2", "9,000,000")]).await?;
        Ok(())
    }

    /// Sends a file into a document's place.
    pub async fn attach(&self, visitor: &mut Visitor, slot: &str, name: &str, bytes: &[u8]) -> Page {
        self.try_attach(visitor, slot, name, bytes).await.unwrap_or_else(|e| panic!("{slot}: {e}"))
    }

    /// # Errors
    /// When the server cannot be reached or there is no room for a file.
    pub async fn try_attach(&self, visitor: &mut Visitor, slot: &str, name: &str, bytes: &[u8]) -> Result<Page, String> {
        let form = visitor.try_get(&self.section("documents", 0)).await?.try_form(&format!("/files/0/{slot}"))?;
        // A browser may say any type; it is not believed.
        let upload = Upload { field: "file".into(), name: name.into(), media_type: "application/pdf".into(), bytes: bytes.to_vec() };
        visitor.try_submit(&form, &[upload]).await
    }

    /// One with everything in it, ready to be handed in.
    pub async fn filled(visitor: &mut Visitor, title: &str) -> Self {
        let application = Application::start(visitor, "test-1", Firm::LEAD, title).await;
        application.try_consortium(visitor).await.unwrap();
        application.try_members(visitor, &[1, 2, 3]).await.unwrap();
        application.try_texts(visitor).await.unwrap();
        for slot in DOCUMENTS {
            application.attach(visitor, slot, "書類.pdf", PDF).await.expect_status(200);
        }
        application
    }

    /// The id of the case, as every desk has it in its addresses.
    #[must_use]
    pub fn case(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The declaration, and "submit"; answers with the page that follows.
    pub async fn hand_in(&self, visitor: &mut Visitor) -> Page {
        let form = self.declaration(visitor).await;
        visitor.submit(&form).await
    }

    /// The form of the declaration, ticked.
    pub async fn declaration(&self, visitor: &mut Visitor) -> Form {
        visitor.get(&format!("{}/submission", self.path)).await.form("/submission").set("declared", "yes")
    }

    /// The receipt's letter, once it is made.
    pub async fn letter(&self, visitor: &mut Visitor, version: u32) -> Page {
        let path = format!("{}/receipts/{version}", self.path);
        let link = eventually("the receipt as a PDF", async || visitor.get(&path).await.links("/letter").into_iter().next()).await;
        visitor.get(&link).await
    }
}

/// The form with these answers, as their fields are called on the page.
#[must_use]
pub fn typed(form: Form, answers: &[(&str, &str)]) -> Form {
    answers.iter().fold(form, |form, (key, text)| form.set(&format!("a.{key}"), text))
}
