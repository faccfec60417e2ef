//! What the acts of a call say, line by line: its edition, review, selection and studies.

use banso_grant::{CallAct, StudyDeclared, StudyRun};
use banso_kernel::LocalText;

use super::Detail;
use super::words::{day, digest, local, reason, text, yen};

/// Of an edition that was published before its words were pinned.
fn not_noted() -> LocalText {
    LocalText::new("記録なし（記録を始める前の公表）", "not on record: published before this was noted")
}

/// What an act of a call says.
pub(super) fn call_details(act: &CallAct) -> Vec<Detail> {
    match act {
        CallAct::EditionPublished { edition, name, read_with } => {
            let mut out = vec![text("版の名称", "Edition", name.as_str()), digest("要領のハッシュ", "Hash of the text", *edition)];
            match read_with {
                Some(words) => out.extend([
                    digest("事実辞書のハッシュ", "Hash of the fact dictionary", words.dictionary),
                    digest("共通の定義のハッシュ", "Hash of the shared definitions", words.definitions),
                ]),
                None => out.push(local("事実辞書・共通の定義", "Fact dictionary and shared definitions", not_noted())),
            }
            out
        }
        CallAct::ReviewOpened { plan, due } => vec![day("審査期限", "Due", *due), digest("審査計画", "Review plan", *plan)],
        CallAct::ReviewClosed { reason: r } => reason(r).into_iter().collect(),
        CallAct::SelectionFrozen { plan, selected, reserve, rejected, amount } => vec![
            local(
                "件数",
                "Cases",
                LocalText::new(
                    format!("採択{selected}件・補欠{reserve}件・不採択{rejected}件"),
                    format!("{selected} selected, {reserve} in reserve, {rejected} rejected"),
                ),
            ),
            yen("採択額の合計", "Amount", *amount),
            digest("採択案", "Selection plan", *plan),
        ],
        CallAct::SelectionDiscarded { plan, reason: r } => {
            [Some(digest("採択案", "Selection plan", *plan)), reason(r)].into_iter().flatten().collect()
        }
        CallAct::SelectionExecuted { plan } => vec![digest("採択案", "Selection plan", *plan)],
        CallAct::StudyDeclared(declared) => study_declared(declared),
        CallAct::StudyRun(run) => study_run(run),
        CallAct::PaymentRunFrozen(run) => vec![
            day("支払日", "Paid on", run.pay_on),
            local("件数", "Transfers", LocalText::new(format!("{}件", run.transfers), run.transfers.to_string())),
            yen("総額", "Total", run.total),
            local("必要な人数（作成者を含む）", "People needed", LocalText::new(format!("{}人", run.approvals), run.approvals.to_string())),
            digest("支払計画", "Payment run", run.run),
        ],
        CallAct::PaymentRunApproved { run } => vec![digest("支払計画", "Payment run", *run)],
        CallAct::PaymentRunDiscarded { run, reason: r } => {
            [Some(digest("支払計画", "Payment run", *run)), reason(r)].into_iter().flatten().collect()
        }
        CallAct::PaymentRunSettled(settled) => vec![
            day("振込日", "Transferred on", settled.on),
            yen("支払済", "Paid", settled.paid),
            yen("振込不能", "Came back", settled.returned),
            digest("支払計画", "Payment run", settled.run),
        ],
    }
}

fn study_declared(declared: &StudyDeclared) -> Vec<Detail> {
    let known = declared.outcomes_known;
    let standing = if known == 0 {
        LocalText::new("成果が分かる前の宣言（事前宣言）", "before any outcome was known")
    } else {
        LocalText::new(
            format!("{known}社の成果が分かった後の宣言（探索的）"),
            format!("after the outcome of {known} firms was known: exploratory"),
        )
    };
    vec![
        text("題名", "Title", declared.title.as_str()),
        local("宣言の時期", "Standing", standing),
        digest("宣言のハッシュ", "Hash of the declaration", declared.study),
    ]
}

fn study_run(run: &StudyRun) -> Vec<Detail> {
    vec![
        day("データの基準日", "Known on", run.known_on),
        local("データの行数", "Rows", LocalText::new(format!("{}行", run.rows), run.rows.to_string())),
        text("計算プログラム", "Computed by", format!("Banso {}", run.engine)),
        digest("宣言のハッシュ", "Hash of the declaration", run.study),
        digest("データのハッシュ", "Hash of the panel", run.panel),
        digest("報告のハッシュ", "Hash of the report", run.report),
    ]
}
