//! What acts are called and what they say, in Japanese and English. One place, so that pages, letters and exports agree.

use banso_execution::ExecutionAct;
use banso_grant::{
    Act as _, CallAct, CaseAct, ConflictKind, Declaration, GrantDecided, GrantRequested, Judgement, Outcome, Point, Returned, Reviewed,
    Submitted,
};
use banso_guideline::Edition;
use banso_kernel::{Day, Digest, Lang, LocalText, PersonId, Yen, group_thousands};

use super::{Detail, Names};

/// What the acts that publish an edition name as their clause.
pub(crate) const FRONT_MATTER: &str = "front matter";

/// The name of an act of a case.
#[must_use]
pub(crate) fn case_act_name(act: &CaseAct) -> LocalText {
    if let CaseAct::Submitted(s) = act
        && s.version > 1
    {
        return LocalText::new(format!("申請書の再提出（第{}版）", s.version), format!("Submitted again (version {})", s.version));
    }
    if let CaseAct::ConflictDeclared { declaration, .. } = act {
        return match declaration {
            Declaration::Conflict(_) => LocalText::new("利益相反の申告（あり）", "Conflict of interest declared"),
            Declaration::NoConflict => LocalText::new("利益相反の申告（なし）", "Declared free of conflicts"),
        };
    }
    if let CaseAct::Reviewed(r) = act
        && r.version > 1
    {
        return LocalText::new(
            format!("採点表の再提出（第{}版）", r.version),
            format!("Score sheet handed in again (version {})", r.version),
        );
    }
    kind_name(act.kind()).unwrap_or_else(|| LocalText::ja(act.kind()))
}

/// The name of an act of a call.
#[must_use]
pub(crate) fn call_act_name(act: &CallAct) -> LocalText {
    kind_name(act.kind()).unwrap_or_else(|| LocalText::ja(act.kind()))
}

/// What an act rests on, in words: `適正化法第6条第1項` is `Art. 6(1) of the Act`.
#[must_use]
pub fn basis(clause: &str) -> LocalText {
    if clause == FRONT_MATTER {
        return LocalText::new("公募要領の募集の概要（前書き）", "the guideline's particulars");
    }
    let parts: Vec<LocalText> = clause.split('、').map(str::trim).filter(|p| !p.is_empty()).map(one_basis).collect();
    let ja: Vec<&str> = parts.iter().map(|p| p.ja.as_str()).collect();
    if parts.iter().all(|p| p.en.is_none()) {
        return LocalText::ja(ja.join("、"));
    }
    LocalText::new(ja.join("、"), parts.iter().map(|p| p.get(Lang::En)).collect::<Vec<_>>().join(", "))
}

/// An article of the act, or a clause of the guideline, which a bare number is.
fn one_basis(clause: &str) -> LocalText {
    let bare = clause.strip_prefix("公募要領").unwrap_or(clause).trim();
    match clause.strip_prefix("適正化法第").and_then(article) {
        Some(article) => LocalText::new(clause, format!("Art. {article} of the Act on Budget Execution for Subsidies")),
        None if clause == "公募要領" => LocalText::new(clause, "the guideline"),
        None if bare.starts_with(|c: char| c.is_ascii_digit()) => LocalText::new(format!("公募要領 {bare}"), format!("clause {bare}")),
        None => LocalText::ja(clause),
    }
}

/// `6条第1項` as `6(1)`, `26条の3` as `26-3`.
fn article(text: &str) -> Option<String> {
    let (number, rest) = text.split_once('条')?;
    let (branch, paragraph) = match rest.split_once('第') {
        Some((branch, paragraph)) => (branch, Some(paragraph.strip_suffix('項')?)),
        None => (rest, None),
    };
    let branch = branch.strip_prefix('の').map(|n| format!("-{n}")).unwrap_or_default();
    let paragraph = paragraph.map(|n| format!("({n})")).unwrap_or_default();
    let found = format!("{number}{branch}{paragraph}");
    found.bytes().all(|b| b.is_ascii_digit() || b"-()".contains(&b)).then_some(found)
}

/// The name of a kind.
pub(super) fn kind_name(kind: &str) -> Option<LocalText> {
    const NAMES: [(&str, &str, &str); 34] = [
        ("submitted", "申請書の提出", "Application submitted"),
        ("submission_withdrawn", "提出の取消し", "Submission taken back"),
        ("returned", "補正のための差戻し", "Returned for correction"),
        ("completeness_passed", "形式審査の通過", "Passed the completeness check"),
        ("not_accepted", "不受理", "Not accepted"),
        ("reviewers_assigned", "審査員の割当て", "Reviewers assigned"),
        ("conflict_declared", "利益相反の申告", "Declaration on conflicts of interest"),
        ("reviewer_replaced", "審査員の交代", "Reviewer replaced"),
        ("reviewed", "採点表の提出", "Score sheet handed in"),
        ("reconsideration_asked", "再検討の依頼", "Reconsideration asked for"),
        ("bonus_judged", "加点の判定", "Bonus judged"),
        ("selected", "採択", "Selected"),
        ("reserved", "補欠", "Put on the reserve list"),
        ("rejected", "不採択", "Rejected"),
        ("promoted", "補欠からの繰上げ採択", "Promoted from the reserve list"),
        ("reserve_ended", "補欠の終了（不採択）", "Reserve list ended: not selected"),
        ("grant_requested", "交付申請", "Grant requested"),
        ("grant_request_returned", "交付申請の差戻し", "Grant request returned"),
        ("grant_decided", "交付決定", "Grant decided"),
        ("grant_refused", "不交付決定", "Grant refused"),
        ("withdrawn", "取下げ", "Withdrawn"),
        ("rectified", "誤記の訂正", "Clerical error put right"),
        ("edition_published", "公募要領の公表", "Guideline edition published"),
        ("review_opened", "審査の開始", "Review opened"),
        ("review_closed", "審査の終了", "Review closed"),
        ("selection_frozen", "採択案の確定", "Selection plan frozen"),
        ("selection_discarded", "採択案の取消し", "Selection plan discarded"),
        ("selection_executed", "採択の決定", "Selection executed"),
        ("study_declared", "効果検証の宣言", "Study declared"),
        ("study_run", "効果検証の実行", "Study run"),
        ("payment_run_frozen", "支払計画の確定", "Payment run frozen"),
        ("payment_run_approved", "支払計画の承認", "Payment run approved"),
        ("payment_run_discarded", "支払計画の取消し", "Payment run discarded"),
        ("payment_run_settled", "振込結果の記録", "Payment run settled"),
    ];
    let after = || ExecutionAct::TABLE.iter().find(|m| m.kind == kind).map(|m| m.label());
    NAMES.iter().find(|(k, _, _)| *k == kind).map(|(_, ja, en)| LocalText::new(*ja, *en)).or_else(after)
}

/// The capacity of an actor, as acts write it, with its English.
pub(super) fn authority(text: &str) -> LocalText {
    match text {
        "申請者" => LocalText::new(text, "Applicant"),
        "事務局" => LocalText::new(text, "Office"),
        "審査員" => LocalText::new(text, "Reviewer"),
        "交付決定権者" => LocalText::new(text, "Director"),
        "政策分析" => LocalText::new(text, "Policy analyst"),
        other => LocalText::ja(other),
    }
}

/// Whoever an act names besides its actor.
pub(super) fn people_of(act: &CaseAct) -> Vec<PersonId> {
    match act {
        CaseAct::ReviewersAssigned { reviewers, .. } => reviewers.clone(),
        CaseAct::ReviewerReplaced { from, to, .. } => vec![*from, *to],
        CaseAct::ConflictDeclared { reviewer, .. } | CaseAct::ReconsiderationAsked { reviewer, .. } => vec![*reviewer],
        CaseAct::Reviewed(r) => vec![r.reviewer],
        CaseAct::Submitted(_)
        | CaseAct::SubmissionWithdrawn { .. }
        | CaseAct::Returned(_)
        | CaseAct::CompletenessPassed { .. }
        | CaseAct::NotAccepted { .. }
        | CaseAct::BonusJudged { .. }
        | CaseAct::Selected(_)
        | CaseAct::Reserved { .. }
        | CaseAct::Rejected(_)
        | CaseAct::Promoted { .. }
        | CaseAct::ReserveEnded { .. }
        | CaseAct::GrantRequested(_)
        | CaseAct::GrantRequestReturned { .. }
        | CaseAct::GrantDecided(_)
        | CaseAct::GrantRefused { .. }
        | CaseAct::Withdrawn { .. }
        | CaseAct::Rectified { .. }
        | CaseAct::Execution(_) => Vec::new(),
    }
}

pub(super) fn text(ja: &str, en: &str, value: impl Into<String>) -> Detail {
    Detail { label: LocalText::new(ja, en), value: LocalText::ja(value), digest: false }
}

pub(super) fn local(ja: &str, en: &str, value: LocalText) -> Detail {
    Detail { label: LocalText::new(ja, en), value, digest: false }
}

pub(super) fn digest(ja: &str, en: &str, value: Digest) -> Detail {
    Detail { label: LocalText::new(ja, en), value: LocalText::ja(value.to_string()), digest: true }
}

pub(super) fn day(ja: &str, en: &str, value: Day) -> Detail {
    local(ja, en, LocalText::new(value.wareki(), value.to_string()))
}

pub(super) fn yen(ja: &str, en: &str, value: Yen) -> Detail {
    local(ja, en, LocalText::new(value.to_string(), format!("¥{}", group_thousands(i128::from(value.get())))))
}

pub(super) fn reason(value: &str) -> Option<Detail> {
    (!value.is_empty()).then(|| text("理由", "Reason", value))
}

/// What an act of a case says.
pub(super) fn case_details(act: &CaseAct, names: &Names, edition: Option<&Edition>) -> Vec<Detail> {
    match act {
        CaseAct::Submitted(s) => submitted(s),
        CaseAct::SubmissionWithdrawn { reason: r } | CaseAct::NotAccepted { reason: r } | CaseAct::Withdrawn { reason: r } => {
            reason(r).into_iter().collect()
        }
        CaseAct::Promoted { reason: r } | CaseAct::ReserveEnded { reason: r } => reason(r).into_iter().collect(),
        CaseAct::Returned(Returned { points, due }) | CaseAct::GrantRequestReturned { points, due } => correction(points, *due),
        CaseAct::CompletenessPassed { checks } => vec![text("確認事項", "Checked", checks.join("、"))],
        CaseAct::ReviewersAssigned { plan, due, reviewers } => {
            let people = reviewers.iter().map(|r| names.of(*r)).collect::<Vec<_>>().join("、");
            vec![text("審査員", "Reviewers", people), day("審査期限", "Due", *due), digest("審査計画", "Review plan", *plan)]
        }
        CaseAct::ConflictDeclared { reviewer, declaration } => {
            vec![text("審査員", "Reviewer", names.of(*reviewer)), local("申告", "Declaration", declared(*declaration))]
        }
        CaseAct::ReviewerReplaced { from, to, reason: r } => {
            let mut out = vec![text("交代前", "From", names.of(*from)), text("交代後", "To", names.of(*to))];
            out.extend(reason(r));
            out
        }
        CaseAct::Reviewed(r) => reviewed(r, names, edition),
        CaseAct::ReconsiderationAsked { reviewer, reason: r } => {
            [Some(text("審査員", "Reviewer", names.of(*reviewer))), reason(r)].into_iter().flatten().collect()
        }
        CaseAct::BonusJudged { bonus, judgement, evidence, reason: r } => {
            let judged = match judgement {
                Judgement::Granted => LocalText::new("加点する", "granted"),
                Judgement::Denied => LocalText::new("加点しない", "denied"),
            };
            let mut out = vec![text("加点項目", "Bonus", bonus.as_str()), local("判定", "Judgement", judged)];
            out.extend(evidence.iter().map(|e| digest("根拠書類", "Evidence", *e)));
            out.extend(reason(r));
            out
        }
        CaseAct::Selected(o) | CaseAct::Rejected(o) => outcome(o),
        CaseAct::Reserved { order, outcome: o } => {
            let mut out = vec![text("補欠の順位", "Place on the reserve list", order.to_string())];
            out.extend(outcome(o));
            out
        }
        CaseAct::Execution(act) => act.facts().into_iter().map(|f| Detail { label: f.label, value: f.value, digest: false }).collect(),
        CaseAct::GrantRequested(g) => requested(g),
        CaseAct::GrantDecided(g) => decided(g),
        CaseAct::GrantRefused { number, reason: r } => {
            [Some(text("文書番号", "Number", number.as_str())), reason(r)].into_iter().flatten().collect()
        }
        CaseAct::Rectified { seq, reason: r } => {
            [Some(text("訂正する行為", "Act put right", format!("#{seq}"))), reason(r)].into_iter().flatten().collect()
        }
    }
}

fn submitted(s: &Submitted) -> Vec<Detail> {
    let parties = s.parties.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    let mut out = vec![
        text("受付番号", "Receipt number", s.receipt_number.as_str()),
        text("版", "Version", s.version.to_string()),
        text("計画名", "Title", s.title.as_str()),
    ];
    if !s.track.is_empty() {
        out.push(text("申請枠", "Track", s.track.as_str()));
    }
    out.extend([
        text("代表者", "Lead", s.lead.to_string()),
        text("構成員", "Parties", parties),
        yen("申請額", "Requested", s.requested),
        digest("申請内容のハッシュ", "Hash of the answers", s.content),
        digest("全体のハッシュ", "Hash of the whole", s.whole),
    ]);
    out
}

fn correction(points: &[Point], due: Day) -> Vec<Detail> {
    let point = |p: &Point| text("補正事項", "To correct", format!("{}：{}", p.field, p.note));
    points.iter().map(point).chain([day("補正期限", "Due", due)]).collect()
}

fn declared(declaration: Declaration) -> LocalText {
    match declaration {
        Declaration::NoConflict => LocalText::new("利益相反なし", "no conflict"),
        Declaration::Conflict(kind) => {
            let kind = conflict_words(kind);
            LocalText::new(format!("利益相反あり（{}）", kind.ja), format!("conflict: {}", kind.get(Lang::En)))
        }
    }
}

/// A kind of conflict, as a reviewer chooses it.
pub(crate) fn conflict_words(kind: ConflictKind) -> LocalText {
    match kind {
        ConflictKind::SameOrganisation => LocalText::new(
            "申請者・構成員の機関に所属している、または最近まで所属していた",
            "belongs or lately belonged to one of the organisations",
        ),
        ConflictKind::JointWork => LocalText::new(
            "共同研究・共同申請・共著など、仕事をともにしている、または最近までしていた",
            "joint research, application or publication",
        ),
        ConflictKind::Money => {
            LocalText::new("助言・出資・貸付・報酬など、経済的な関係がある", "advises, invests in, lends to or is paid by them")
        }
        ConflictKind::PersonalTies => LocalText::new("親族・師弟など、個人的な関係がある", "family or teacher-and-student ties"),
        ConflictKind::Other => {
            LocalText::new("その他、公正さに疑いを持たれるおそれのある関係がある", "another tie that a bystander would doubt")
        }
    }
}

/// What a criterion is called in the edition that it was scored under.
fn criterion_title(edition: Option<&Edition>, id: &str) -> LocalText {
    let criterion = edition.and_then(|e| e.score_sheet().criteria.iter().find(|c| c.id == id));
    criterion.map_or_else(|| LocalText::ja(id), |c| c.title.clone())
}

fn reviewed(r: &Reviewed, names: &Names, edition: Option<&Edition>) -> Vec<Detail> {
    let in_language = |lang: Lang| {
        let one = |(id, points): &(String, u32)| format!("{} {points}", criterion_title(edition, id).get(lang));
        r.points.iter().map(one).collect::<Vec<_>>().join(lang.pick("、", ", "))
    };
    let points = LocalText::new(in_language(Lang::Ja), in_language(Lang::En));
    let total = r.points.iter().fold(0_u32, |sum, (_, p)| sum.saturating_add(*p));
    vec![
        text("審査員", "Reviewer", names.of(r.reviewer)),
        text("版", "Version", r.version.to_string()),
        local("合計", "Total", LocalText::new(format!("{total}点"), total.to_string())),
        local("項目別", "By criterion", points),
        digest("コメントのハッシュ", "Hash of the comments", r.comments),
    ]
}

/// An exact fraction with its value to two places, cut off: `245/3` is `245/3（81.66…）`.
fn with_decimal(exact: &str) -> String {
    let parts = exact.split_once('/').and_then(|(n, d)| Some((n.parse::<u64>().ok()?, d.parse::<u64>().ok()?)));
    let hundredths = parts.and_then(|(n, d)| n.checked_mul(100)?.checked_div(d));
    hundredths.map_or_else(|| exact.to_owned(), |h| format!("{exact}（{}.{:02}…）", h / 100, h % 100))
}

fn outcome(o: &Outcome) -> Vec<Detail> {
    let mut out = vec![
        local("順位", "Rank", LocalText::new(format!("{}位", o.rank), o.rank.to_string())),
        text("評点", "Score", with_decimal(&o.score)),
        digest("採択案", "Selection plan", o.plan),
    ];
    out.extend(reason(&o.reason));
    out
}

fn requested(g: &GrantRequested) -> Vec<Detail> {
    vec![
        text("版", "Version", g.version.to_string()),
        yen("交付申請額", "Requested", g.requested),
        digest("申請内容のハッシュ", "Hash of the content", g.content),
    ]
}

fn decided(g: &GrantDecided) -> Vec<Detail> {
    let mut out = vec![
        text("文書番号", "Number", g.number.as_str()),
        yen("補助対象経費", "Eligible cost", g.eligible_cost),
        yen("交付決定額", "Amount", g.amount),
    ];
    let by_year = g
        .by_year
        .iter()
        .map(|(year, amount)| local("年度別", "By year", LocalText::new(format!("{year}年目 {amount}"), format!("year {year}: {amount}"))));
    out.extend(by_year);
    out.extend(g.conditions.iter().map(|c| text("交付の条件", "Condition", c.as_str())));
    let modification =
        |m: &banso_grant::Modification| text("変更", "Modification", format!("{}：{} → {}（{}）", m.place, m.asked, m.granted, m.reason));
    out.extend(g.modifications.iter().map(modification));
    if !g.feasibility.is_empty() {
        out.push(text("遂行を不当に困難にしない理由", "Why it stays feasible", g.feasibility.as_str()));
    }
    out.extend([day("事業の終期", "Project ends", g.project_ends), day("申請の取下げの期限", "Withdrawable until", g.withdrawable_until)]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_act_rests_on_is_said_in_both_languages() {
        for (clause, ja, en) in [
            ("適正化法第6条第1項", "適正化法第6条第1項", "Art. 6(1) of the Act on Budget Execution for Subsidies"),
            ("適正化法第26条の3", "適正化法第26条の3", "Art. 26-3 of the Act on Budget Execution for Subsidies"),
            ("適正化法第5条", "適正化法第5条", "Art. 5 of the Act on Budget Execution for Subsidies"),
            ("front matter", "公募要領の募集の概要（前書き）", "the guideline's particulars"),
            ("公募要領", "公募要領", "the guideline"),
            ("5-2", "公募要領 5-2", "clause 5-2"),
            ("公募要領 7-2", "公募要領 7-2", "clause 7-2"),
            (
                "適正化法第14条、公募要領 7-2",
                "適正化法第14条、公募要領 7-2",
                "Art. 14 of the Act on Budget Execution for Subsidies, clause 7-2",
            ),
            ("", "", ""),
            ("適正化法第x条", "適正化法第x条", "適正化法第x条"),
        ] {
            let said = basis(clause);
            assert_eq!((said.ja.as_str(), said.get(Lang::En)), (ja, en));
        }
    }

    #[test]
    fn a_fraction_is_shown_with_its_value() {
        for (exact, shown) in [("245/3", "245/3（81.66…）"), ("81", "81"), ("1/0", "1/0"), ("x/3", "x/3")] {
            assert_eq!(with_decimal(exact), shown);
        }
    }
}
