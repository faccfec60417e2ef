//! The guideline as a citizen reads it: headings, prose, tables, and every rule as a sentence.

use banso_kernel::{Lang, LocalText, Yen, group_thousands};

use crate::dictionary::unit_in_english;
use crate::edition::Edition;
use crate::markdown::{Cell, Fence, Piece, Table};
use crate::model::ClauseId;
use crate::plan::Plan;
use crate::rules::{Rule, Test};
use crate::words::local;

/// One block of the public page. Everything but `html` is plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading; `clause` is its anchor when it is numbered.
    Heading { level: u8, clause: Option<ClauseId>, title: String },
    /// Prose as safe HTML: raw HTML in the source has become text.
    Prose { html: String },
    Table {
        caption: Option<String>,
        header: Vec<String>,
        rows: Vec<Vec<String>>,
        /// The columns by which parts of the text refer to each other (識別子, 見る欄): of no use to whoever only reads it.
        machine: Vec<usize>,
    },
    /// A condition for applying.
    Rule(RuleBlock),
    /// How the amount is computed, in sentences.
    Amount { clause: ClauseId, sentences: Vec<String> },
    /// What a defined name means.
    Definition { clause: ClauseId, name: String, sentence: String },
    /// A worked example, its lines as written.
    Example { title: String, lines: Vec<String> },
}

/// A condition as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBlock {
    pub clause: ClauseId,
    /// True for what only a person can check.
    pub by_person: bool,
    pub sentence: String,
    /// 場合: only asked where this holds.
    pub when: Option<String>,
    /// 構成員ごと: asked of each member for which this holds.
    pub each_member: Option<String>,
    /// 除く.
    pub excluded: Option<String>,
    /// 但し.
    pub exception: Option<String>,
    pub remedy: Option<String>,
    pub note: Option<String>,
    pub source: Option<String>,
}

impl Edition {
    /// The public page. In English, a quote that begins with `English:` stands for the prose before it.
    #[must_use]
    pub fn page(&self, lang: Lang) -> Vec<Block> {
        let whole = self.whole();
        let mut blocks = self.blocks(&whole.pieces, lang);
        for shared in self.shared() {
            let title = format!("{}（{} から）", shared.label.get(lang), shared.since.date());
            let title = match lang {
                Lang::Ja => format!("共通の定義: {title}"),
                Lang::En => format!("Shared definition: {} (since {})", shared.label.get(lang), shared.since.date()),
            };
            blocks.push(Block::Heading { level: 2, clause: None, title });
            blocks.extend(self.blocks(&shared.pieces, lang));
        }
        blocks
    }

    /// The blocks of each numbered clause, its own heading not among them.
    pub(crate) fn page_by_clause(&self, lang: Lang) -> Vec<(ClauseId, Vec<Block>)> {
        let mut out: Vec<(ClauseId, Vec<Block>)> = Vec::new();
        for block in self.blocks(&self.whole().pieces, lang) {
            match (block, out.last_mut()) {
                (Block::Heading { clause: Some(id), .. }, _) => out.push((id, Vec::new())),
                (other, Some((_, blocks))) => blocks.push(other),
                (_, None) => {}
            }
        }
        out
    }

    fn blocks(&self, pieces: &[Piece], lang: Lang) -> Vec<Block> {
        let mut out = Vec::new();
        let mut caption: Option<String> = None;
        for (i, piece) in pieces.iter().enumerate() {
            let next = pieces.get(i + 1);
            match piece {
                Piece::Heading { level, text, at } => out.push(self.heading(*level, text, at.start, lang)),
                Piece::Paragraph { text, .. } if is_mark(text, next) => caption = caption_of(text, lang).map(|c| self.caption(c, lang)),
                Piece::Paragraph { html, .. } | Piece::Prose { html, .. } => {
                    if lang == Lang::Ja || !next.is_some_and(is_english) {
                        out.push(Block::Prose { html: html.clone() });
                    }
                }
                Piece::Quote { html, .. } => match (is_english(piece), lang) {
                    (true, Lang::Ja) => {}
                    (true, Lang::En) => out.push(Block::Prose { html: english_html(html) }),
                    (false, _) => out.push(Block::Prose { html: html.clone() }),
                },
                Piece::Table(table) => out.push(self.table(table, caption.take(), lang)),
                Piece::Fence(fence) => out.push(self.fence(fence, lang)),
            }
        }
        out
    }

    fn table(&self, table: &Table, caption: Option<String>, lang: Lang) -> Block {
        let text = |cells: &[Cell]| cells.iter().map(|c| self.cell(&c.text, lang)).collect::<Vec<_>>();
        let machine =
            table.header.iter().enumerate().filter(|(_, c)| MACHINE.contains(&local(&c.text).ja.as_str())).map(|(i, _)| i).collect();
        Block::Table { caption, header: text(&table.header), rows: table.rows.iter().map(|r| text(r)).collect(), machine }
    }

    /// A cell in the language: its own English, that of a word of the language, or that of the choices in it.
    fn cell(&self, text: &str, lang: Lang) -> String {
        if let Some(when) = self.required_cell(text, lang) {
            return when;
        }
        let own = in_lang(text, lang);
        if lang == Lang::En && own == local(text).ja { bound_in_english(&own).unwrap_or_else(|| self.spoken(own, lang)) } else { own }
    }

    /// A table's name: the English label of what it defines, where it has one.
    fn caption(&self, name: String, lang: Lang) -> String {
        let label = self.names().definition(&name).map(|d| d.label.get(lang).to_owned());
        label.unwrap_or(name)
    }

    /// A text with the choices, tracks and budget lines in it put into English.
    fn spoken(&self, text: String, lang: Lang) -> String {
        match lang {
            Lang::Ja => text,
            Lang::En => self.in_english(&text),
        }
    }

    fn heading(&self, level: u8, text: &str, start: usize, lang: Lang) -> Block {
        let placed = self.whole().placed.iter().find(|p| p.heading.start == start && level > 1);
        match placed {
            Some(p) => Block::Heading { level, clause: Some(p.clause.id.clone()), title: p.clause.title.get(lang).to_owned() },
            None => Block::Heading { level, clause: None, title: local(text).get(lang).to_owned() },
        }
    }

    fn fence(&self, fence: &Fence, lang: Lang) -> Block {
        let content = &self.whole().content;
        if let Some(rule) = self.rules().iter().find(|r| r.at == fence.at) {
            return Block::Rule(self.rule_block(rule, lang));
        }
        if let Some(rule) = content.audience.as_ref().filter(|r| r.at == fence.at) {
            let name = lang.pick("案内の対象", "Who is told of this call").to_owned();
            return Block::Definition { clause: rule.clause.clone(), name, sentence: self.rule_block(rule, lang).sentence };
        }
        if let Some(plan) = self.plan().filter(|p| p.at == fence.at) {
            return Block::Amount { clause: plan.clause.clone(), sentences: self.amount_sentences(plan, lang) };
        }
        let (word, argument) = fence.info.split_once(char::is_whitespace).unwrap_or((&fence.info, ""));
        let lines: Vec<String> = fence.lines.iter().map(|l| l.text.trim_end().to_owned()).collect();
        let name = local(argument);
        if word == "定義"
            && let Some(definition) = self.names().definition(&name.ja)
        {
            let sentence = match &definition.body {
                crate::expr::DefinitionBody::Expression(e) => self.spoken(e.sentence(self.names(), lang), lang),
                crate::expr::DefinitionBody::Decision(_) => String::new(),
            };
            let title = definition.label.get(lang).to_owned();
            return Block::Definition { clause: definition.clause.clone(), name: title, sentence };
        }
        Block::Example { title: name.get(lang).to_owned(), lines }
    }

    fn rule_block(&self, rule: &Rule, lang: Lang) -> RuleBlock {
        let says = |expr: &crate::expr::Expr| self.spoken(expr.sentence(self.names(), lang), lang);
        let text = |t: &Option<LocalText>| t.as_ref().map(|t| t.get(lang).to_owned());
        let (by_person, sentence, computed) = match &rule.test {
            Test::ByPerson(what) => (true, what.get(lang).to_owned(), None),
            Test::Computed(c) => (false, says(&c.condition), Some(c)),
        };
        RuleBlock {
            clause: rule.clause.clone(),
            by_person,
            sentence,
            when: computed.and_then(|c| c.when.as_ref().map(says)),
            each_member: computed.and_then(|c| c.each_member.as_ref().map(says)),
            excluded: computed.and_then(|c| c.excluded.as_ref().map(says)),
            exception: computed.and_then(|c| c.exception.as_ref().map(says)),
            remedy: text(&rule.remedy),
            note: text(&rule.note),
            source: rule.source.clone(),
        }
    }

    fn amount_sentences(&self, plan: &Plan, lang: Lang) -> Vec<String> {
        let says = |expr: &crate::expr::Expr| expr.sentence(self.names(), lang);
        let rounding = crate::amount::direction(plan.rounding, plan.unit);
        let line = |ja: String, en: String| lang.pick(&ja, &en).to_owned();
        let mut out = vec![line(
            format!("構成員ごと・年度ごとに、補助対象経費に「{}」を乗じ、{}とする。", says(&plan.rate), rounding.0),
            format!("For each member and year, the eligible cost times “{}”, {}.", says(&plan.rate), rounding.1),
        )];
        if let Some(knee) = &plan.knee {
            out.push(line(
                format!("補助額が{}を超える部分は、超える経費の{}とする。", says(&knee.at), says(&knee.rate)),
                format!("Of the subsidy above {}, {} of the cost beyond is paid.", says(&knee.at), says(&knee.rate)),
            ));
        }
        let mut add = |expr: &Option<crate::expr::Expr>, ja: &str, en: &str| {
            if let Some(expr) = expr {
                out.push(line(ja.replace("{}", &says(expr)), en.replace("{}", &says(expr))));
            }
        };
        add(&plan.line_cap, "経費区分ごとの補助額は「{}」を上限とする。", "The subsidy of each budget line is capped by “{}”.");
        add(&plan.eligible, "対象となる経費: {}。", "Costs that count: {}.");
        add(&plan.yearly_cap, "各年度の合計は「{}」を上限とする。", "The sum of each year is capped by “{}”.");
        add(
            &plan.total_cap,
            "全期間の合計は「{}」を上限とし、超える分は後の年度から減らす。",
            "The sum of all years is capped by “{}”, cut from the last year backwards.",
        );
        add(&plan.floor, "「{}」に満たないときは交付しない。", "Nothing is paid below “{}”.");
        out
    }
}

fn is_mark(text: &str, next: Option<&Piece>) -> bool {
    text.starts_with('【') && matches!(next, Some(Piece::Table(_)))
}

/// `【様式：研究開発計画】…` → 研究開発計画; `【採点表】満点: 100点` → 採点表.
fn caption_of(text: &str, lang: Lang) -> Option<String> {
    let inside = text.strip_prefix('【')?.split('】').next()?;
    let name = inside.split_once(['：', ':']).map_or(inside, |(_, argument)| argument);
    Some(in_lang(name, lang))
}

fn is_english(piece: &Piece) -> bool {
    matches!(piece, Piece::Quote { text, .. } if text.starts_with("English:"))
}

/// The quote's prose without its mark.
fn english_html(html: &str) -> String {
    let inner = html.trim().trim_start_matches("<blockquote>").trim_end_matches("</blockquote>").trim();
    let spoken = inner.replacen("English: ", "", 1);
    spoken.replacen("English:", "", 1)
}

/// `15億円以下` → `¥1,500,000,000 or less`, `5人以下` → `5 people or less`; none for any other text.
fn bound_in_english(cell: &str) -> Option<String> {
    const BOUNDS: [(&str, &str); 7] = [
        ("以下", "{} or less"),
        ("以内", "{} or less"),
        ("未満", "less than {}"),
        ("以上", "{} or more"),
        ("を超える", "more than {}"),
        ("超", "more than {}"),
        ("", "{}"),
    ];
    let (bare, words) = BOUNDS.iter().find_map(|(ja, en)| Some((cell.strip_suffix(ja)?, en)))?;
    let starts = bare.starts_with(|c: char| c.is_ascii_digit());
    let quantity = if starts && bare.ends_with('円') {
        let yen = Yen::parse(bare).ok()?;
        format!("¥{}", group_thousands(i128::from(yen.get())))
    } else {
        let unit = ["人", "名", "年", "か月", "件"].into_iter().find(|u| bare.ends_with(u))?;
        let number = bare.strip_suffix(unit)?;
        if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit() || c == ',') {
            return None;
        }
        format!("{number} {}", unit_in_english(unit))
    };
    Some(words.replace("{}", &quantity))
}

/// A cell, a header or a caption: its own English, or that of a word of the language.
fn in_lang(text: &str, lang: Lang) -> String {
    let own = local(text);
    match (lang, &own.en) {
        (Lang::En, None) => WORDS.iter().find(|(ja, _)| *ja == own.ja).map_or(own.ja.clone(), |(_, en)| (*en).to_owned()),
        (Lang::En, Some(_)) | (Lang::Ja, _) => own.get(lang).to_owned(),
    }
}

/// Columns that only the system reads.
const MACHINE: [&str; 2] = ["識別子", "見る欄"];

/// Words of the guideline language, as an English page shows them.
const WORDS: [(&str, &str); 57] = [
    ("申請枠", "Tracks"),
    ("決定表", "Decision table"),
    ("定数", "Constants"),
    ("共同体", "Consortium"),
    ("経費", "Budget"),
    ("提出書類", "Documents"),
    ("指標", "Target"),
    ("採点表", "Score sheet"),
    ("選定", "Selection"),
    ("加点", "Bonus points"),
    ("交付条件", "Conditions of the grant"),
    ("報告等", "Duties"),
    ("交付決定後", "After the decision"),
    ("検証例", "Worked examples"),
    ("枠", "Track"),
    ("説明", "Explanation"),
    ("欄", "Field"),
    ("見出し", "Label"),
    ("型", "Kind"),
    ("字数", "Characters"),
    ("必須", "Required"),
    ("任意", "Optional"),
    ("短文", "Short text"),
    ("長文", "Long text"),
    ("経費区分", "Budget line"),
    ("識別子", "Id"),
    ("書類", "Document"),
    ("数", "Count"),
    ("大きさ", "Size"),
    ("種類", "File type"),
    ("画像", "Image"),
    ("PDF、画像", "PDF, image"),
    ("PDF、Excel、画像", "PDF, Excel, image"),
    ("観点", "Viewpoint"),
    ("項目", "Item"),
    ("配点", "Points"),
    ("見る欄", "To be read"),
    ("コメント", "Comment"),
    ("着眼点", "What to look for"),
    ("内容", "Content"),
    ("平均", "Mean"),
    ("中央値", "Median"),
    ("最高と最低を除く平均", "Mean without highest and lowest"),
    ("加点項目", "Bonus"),
    ("点", "Points"),
    ("証拠書類", "Evidence"),
    ("時点", "When"),
    ("目標", "Target"),
    ("単位", "Unit"),
    ("番号", "No."),
    ("条件", "Condition"),
    ("義務", "Duty"),
    ("時期", "When"),
    ("定額", "The cost itself"),
    ("上限なし", "No cap"),
    ("要確認", "Not settled"),
    ("備考", "Note"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_put_into_english() {
        for (ja, en) in [
            ("15億円以下", Some("¥1,500,000,000 or less")),
            ("9,750万円", Some("¥97,500,000")),
            ("3億円超", Some("more than ¥300,000,000")),
            ("300人以下", Some("300 people or less")),
            ("3年", Some("3 years")),
            ("2/3以内", None),
            ("令和7年", None),
            ("その他", None),
        ] {
            assert_eq!(bound_in_english(ja).as_deref(), en, "{ja}");
        }
    }
}
