//! What is taken away of a run: its report as a PDF, and everything that is needed to have the same result elsewhere as a ZIP. The ZIP is
//! made anew from panel and declaration, and goes out only when it comes to the report on record.

use banso_evaluation::study::{Declaration, Package, Standing, files, run};
use banso_exchange::zip_files;
use banso_kernel::{CallId, Digest, Lang, LocalText};
use banso_permits::{Action, Person};
use banso_store::{Change, Content, NewAccess};

use super::panel::{OPEN, items, name_columns, resource};
use super::paper::paper;
use super::read::ReportPage;
use super::shelter::ALIKE;
use super::table::Table;
use crate::{Office, OfficeError};

/// A file that goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Office {
    /// The report of a run as a PDF in a language.
    ///
    /// # Errors
    /// Forbidden; not found.
    pub async fn study_pdf(&self, person: &Person, call: &CallId, study: Digest, seq: u64, lang: Lang) -> Result<StudyFile, OfficeError> {
        let page = self.report_page(person, call, study, seq).await?;
        let name = format!("{}-{}-{seq}-{}.pdf", lang.pick("効果検証", "evaluation"), call.round(), lang.code());
        let letter = paper(&page, lang, self.synthetic() || page.study.declaration.synthetic).map_err(|r| super::refused(&r))?;
        let letters = self.letters().clone();
        let bytes = tokio::task::spawn_blocking(move || letters.render(&letter)).await.map_err(OfficeError::fault)?;
        Ok(StudyFile { name, bytes: bytes.map_err(OfficeError::fault)? })
    }

    /// A run with its de-identified panel, for whoever wants to have the same result again.
    ///
    /// # Errors
    /// Forbidden, also while grants of the panel were open; not found; a panel that no longer comes to the report on record.
    pub async fn study_package(&self, person: &Person, call: &CallId, study: Digest, seq: u64) -> Result<StudyFile, OfficeError> {
        self.may_call(person, Action::Evaluate, call)?;
        let page = self.report_page(person, call, study, seq).await?;
        let Some(Content::Kept(csv)) = self.store().content(page.run.panel).await? else { return Err(OfficeError::NotFound) };
        if let Some(why) = withheld(&csv) {
            return Err(OfficeError::Forbidden(vec![why]));
        }
        let access = NewAccess {
            person: Some(person.id),
            action: "study-package".to_owned(),
            resource: resource(call),
            detail: format!("{study} {seq}"),
        };
        self.store().change(Change::log_access(&access)).await?;
        let names = name_columns(&csv, &items(&self.edition_in_force(call)?));
        // A study of a demonstration that was declared before declarations said so is labelled at least on what goes around it.
        let synthetic = self.synthetic() || page.study.declaration.synthetic;
        let bytes = tokio::task::spawn_blocking(move || zipped(&page, csv, &names, synthetic)).await.map_err(OfficeError::fault)??;
        let label = if synthetic { "synthetic-" } else { "" };
        Ok(StudyFile { name: format!("{label}study-{}-{seq}.zip", call.round()), bytes })
    }
}

/// Why a panel does not go out, if it does not: a later one would have the rows of those that were decided in between, and by these tell them.
pub(super) fn withheld(csv: &str) -> Option<LocalText> {
    match Table::read(csv, &[]).most(OPEN) {
        Some(0.0) => None,
        Some(open) => Some(LocalText::new(
            format!(
                "この実行の時点で、交付の決定がまだの案件が{open}件ありました。後のデータと突き合わせるとその間に決まった企業が分かるため、再現用データは出せません。決定がそろってから、もう一度実行してください。報告書は使えます。"
            ),
            format!(
                "{open} cases had no decision on their grant when this was run. Beside a later package these data would tell the firms that were decided in between: they do not go out. Run the study again when all are decided; the report can be used."
            ),
        )),
        None => Some(LocalText::new(
            "この実行のデータには、交付の決定がまだの案件の数がありません。もう一度実行してください。",
            "The data of this run do not say how many grants were open. Run the study again.",
        )),
    }
}

fn zipped(page: &ReportPage, csv: String, names: &[String], synthetic: bool) -> Result<Vec<u8>, OfficeError> {
    let declaration: &Declaration = &page.study.declaration;
    let standing = if page.study.beforehand { Standing::Matching } else { Standing::Exploratory };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let frame = Table::read(&csv, &names).frame().map_err(|r| super::refused(&r))?;
    let report = run(declaration, &frame, standing).map_err(|r| super::refused(&r))?;
    let text = report.json().map_err(|r| super::refused(&r))?;
    let digest = Digest::of(text.as_bytes());
    if digest != page.run.report {
        return Err(OfficeError::fault(format!("the panel comes to report {digest}, on record is {}", page.run.report)));
    }
    let package = Package {
        program: "banso",
        version: env!("CARGO_PKG_VERSION"),
        declaration: page.study.study.to_string(),
        table: page.run.panel.to_string(),
        report: digest.to_string(),
        standing,
        synthetic: declaration.synthetic,
    };
    let mut all = files(&report).map_err(|r| super::refused(&r))?;
    all.push(("package.json".to_owned(), serde_json::to_string_pretty(&package).map_err(OfficeError::fault)?));
    all.push(("panel.csv".to_owned(), csv));
    all.push(("README.txt".to_owned(), readme(page, synthetic)));
    let entries: Vec<(String, Vec<u8>)> = all.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    zip_files(&entries, page.run.recorded_at).map_err(OfficeError::fault)
}

pub(super) fn readme(page: &ReportPage, synthetic: bool) -> String {
    let study = &page.study;
    let (declared, ja, en) = if study.beforehand {
        (format!(" --declared {}", study.study), "成果が分かる前に記録", "recorded before any outcome was known")
    } else {
        (String::new(), "成果が分かった後に記録（探索的）", "recorded after outcomes were known: exploratory")
    };
    let (titles, version) = (study.declaration.titles(), &page.run.engine);
    let label = if synthetic {
        "合成データ（デモ）: 実在の企業のデータではありません。panel.csv の値は全て架空です。\n\
         SYNTHETIC DATA (demonstration): no real firms; every value in panel.csv is made up.\n\n"
    } else {
        ""
    };
    format!(
        "{label}効果検証の再現用データ / Package to have the same result again\n\n\
         題名 / Title: {}\n{}\n公募 / Call: {}\n宣言 / Declaration: SHA-256 {}\n台帳の記録 / In the ledger: {} {ja} / {en}\n\
         データの基準日 / Known on: {}\n\n\
         再現の手順 / How to have the same again\n\
         1. Banso {version} を用意します。 / Have Banso {version}: `banso --version`\n\
         2. この ZIP を新しいフォルダーに展開します。 / Unpack this ZIP into a new folder and go there\n\
         3. banso evaluate study declaration.json panel.csv{declared} --to again\n\
         4. again/ の全ファイルが、展開したものと同じバイト列になります。 / Every file in again/ has the bytes of the one unpacked: `diff -r again .`\n\
         5. 違うときは package.json の版と SHA-256 を確かめます。 / If not, compare version and digests in package.json\n\n\
         宣言が成果より前だったことは、台帳の記録が示します。このファイルや --declared が示すのは、宣言が同じであることだけです。\n\
         That the declaration came first is shown by the ledger. These files and --declared show only that it is the same declaration.\n\n\
         ja/・en/ は報告と図、report.json は全ての数値、declaration.json は宣言です。\n\
         ja/ and en/ hold report and figures, report.json every number, declaration.json what was declared.\n\n\
         {}",
        titles.ja,
        titles.en,
        study.call,
        study.study,
        study.declared_on,
        page.run.known_on,
        about_panel()
    )
}

/// What was done so that no firm is told, and what was not.
fn about_panel() -> String {
    format!(
        "panel.csv について / About panel.csv\n\
         名称・法人番号・住所はなく、仮名の鍵は破棄しました。複数の公募回を合わせた研究では、1社の仮名は同じです\n\
         （同じ参加のしかたの企業が{ALIKE}社に満たないときは、{ALIKE}社以上で1つの仮名を共有し、標準誤差はその単位でまとめて計算します）。公になっている特徴（規模、申請枠、地方、業種、交付額）は、\n\
         同じ公募回・カットオフの同じ側（採択の有無）・交付の有無も同じ{ALIKE}社以上が同じ値になるようにまとめ、まとめられないものは空欄にしました。\n\
         従業員数と交付額は、似た{ALIKE}社以上の平均（従業員数は、できないときカットオフの同じ側の全体の平均）をもとにした値です。交付の決定がまだの企業の行はありません。\n\
         点数の差は0.5点きざみの中央の値に、金額は百万円の10分の1に丸めました。まとめ方は採択の前日までに分かっていたことだけで決まり、研究や基準日によって変わりません。\n\
         売上などの実績値は企業ごとの値です。その企業の実績値をほかで知る人は、行を特定できることがあります。匿名のデータではありません。\n\
         基準日の違う2つの再現用データを比べると、その間に報告のあった企業の行が分かります。1社だけのときは、だれが報告したかを知る人に、その企業の\n\
         点数の差と交付の有無が分かります。基準日の近いデータを並べて持たないでください。\n\
         外に出さず、ほかの情報と照合して企業を特定しないでください。\n\
         No names, numbers or addresses; the salt of the pseudonyms was thrown away. In pooled rounds a firm has one pseudonym; where fewer than\n\
         {ALIKE} firms took part alike, {ALIKE} or more share one, and errors are clustered by it. What is public of a firm (size, track,\n\
         part of the country, trade, how much it was granted) is the same for at least {ALIKE} firms of its round, its side of the cut-off and its grant or none, or left\n\
         empty; a firm whose grant is not decided yet has no row; heads and grants follow from the means of\n\
         at least {ALIKE} firms alike. Distances are the middles of half points, money is in tenths of a million. Groups are settled by what was known on the day before the selection, whatever the study and its day.\n\
         Figures such as sales are each firm's own: whoever knows them from elsewhere may tell its row. Two packages\n\
         of one round, known on two days, tell the rows in which figures came or changed in between: where that is one firm, whoever knows which firm\n\
         reported knows its distance and its grant. Do not keep packages of days close together. The data are not anonymous. Keep them in the\n\
         office, and do not match them with other sources to tell firms.\n"
    )
}
