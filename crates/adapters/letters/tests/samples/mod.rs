//! Made-up letters, one of each kind, for the tests and for looking at. Every name and number in them is invented.

pub(crate) mod years;

use banso_kernel::{CaseId, CorporateNumber, Day, Digest, Instant, Lang, LocalText, Yen};
use banso_letters::{
    Act, Addressee, CaseIndex, ClauseRef, Correction, Cover, Difference, ExecutionLetter, ExecutionStep, File, GrantDecision, GrantRefusal,
    IndexedDocument, Letter, NotAccepted, OrderKind, OrderLetter, OrderTable, Point, Receipt, Received, RejectionNotice, ReserveEndNotice,
    ReserveNotice, SelectionNotice, Sender, StudyFigure, StudyReport, StudyTable, WithdrawalAcknowledgement, Withdrawn, YearAmount,
};

pub(crate) const THE_ACT: &str = "補助金等に係る予算の執行の適正化に関する法律（昭和30年法律第179号）";

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

pub(crate) fn clause(id: &str, title: &str) -> ClauseRef {
    ClauseRef { id: id.into(), title: title.into() }
}

fn programme() -> LocalText {
    LocalText::new("成長型中小企業等研究開発支援事業（Go-Tech事業）", "Growth-oriented SME R&D support (Go-Tech)")
}

fn call() -> LocalText {
    LocalText::new("令和7年度 第1回公募", "FY2025, first call")
}

fn track() -> LocalText {
    LocalText::new("通常枠", "Regular track")
}

fn contact() -> Vec<String> {
    vec!["〒000-0000　架空県見本市中央1-2-3　架空合同庁舎4階".into(), "電話 00-0000-0000　電子メール go-tech@example.jp".into()]
}

pub(crate) fn cover(number: &str) -> Cover {
    Cover {
        number: number.into(),
        issued_on: day("令和7年8月29日"),
        to: Addressee {
            organisation: "株式会社見本精密".into(),
            representative: Some("代表取締役　髙﨑 花子".into()),
            address: Some("架空県見本市北町4-5-6".into()),
        },
        from: Sender {
            authority: "架空経済産業局長".into(),
            holder: Some("見本 太郎".into()),
            office: "架空経済産業局 研究開発支援課".into(),
            contact: contact(),
        },
        programme: programme(),
        call: call(),
        legal_basis: THE_ACT.into(),
        receipt_number: "G7-1-0042".into(),
        title: "耐熱合金の微細切削における工具摩耗予測と高速加工技術の研究開発".into(),
        clauses: vec![clause("3-2", "補助率及び補助上限額"), clause("6-1", "審査の方法")],
        objection: Some("この決定に不服があるときは、架空大臣に対して審査請求をすることができます。".into()),
        payment: Some("同封の納入告知書により、架空銀行の窓口で納付してください（実在しない銀行です）。".into()),
        synthetic: true,
    }
}

pub(crate) fn file(i: usize, name: &str, slot: &str) -> File {
    File {
        name: name.into(),
        slot: LocalText::ja(slot),
        slot_id: format!("paper-{i}"),
        bytes: 120_345 + 9_871 * i as u64,
        sha256: Digest::of(name.as_bytes()),
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        of: Received::Application,
        receipt_number: "G7-1-0042".into(),
        recorded_at: at("2025-06-20T16:59:58.123456+09:00"),
        version: 2,
        case: "0197897a-57e3-7d00-8000-000000000042".parse::<CaseId>().unwrap(),
        programme: programme(),
        call: call(),
        closes: at("2025-06-20T17:00+09:00"),
        track: track(),
        title: cover("").title,
        applicant: "株式会社見本精密".into(),
        corporate_number: CorporateNumber::from_body(42),
        submitted_by: "髙﨑 花子".into(),
        requested: Yen::new(90_000_000),
        content: Digest::of(b"answers"),
        files: vec![
            file(1, "研究開発計画書.pdf", "研究開発計画書"),
            file(2, "経費明細書_R7.xlsx", "経費明細書"),
            file(3, "決算書（直近3期分）.pdf", "決算書"),
            file(4, "共同体規約.pdf", "共同体の規約"),
        ],
        whole: Digest::of(b"whole"),
        legal_basis: THE_ACT.into(),
        office: "架空経済産業局 研究開発支援課".into(),
        contact: contact(),
        synthetic: true,
    }
}

pub(crate) fn decision() -> GrantDecision {
    GrantDecision {
        cover: Cover {
            clauses: vec![clause("3-2", "補助率及び補助上限額"), clause("7-1", "交付の条件"), clause("7-4", "取得財産の管理")],
            ..cover("20250829架空研第42号")
        },
        track: track(),
        requested_on: day("令和7年8月1日"),
        requested: Yen::new(90_000_000),
        eligible_cost: Yen::new(131_500_000),
        amount: Yen::new(87_666_000),
        by_year: vec![
            YearAmount { year: 1, amount: Yen::new(43_666_000) },
            YearAmount { year: 2, amount: Yen::new(27_000_000) },
            YearAmount { year: 3, amount: Yen::new(17_000_000) },
        ],
        conditions: vec![
            "補助事業に要する経費の配分を変更しようとするときは、あらかじめ交付決定権者の承認を受けること。ただし、軽微な変更を除く。"
                .into(),
            "補助事業の内容を変更しようとするときは、あらかじめ交付決定権者の承認を受けること。".into(),
            "補助事業を中止し、又は廃止しようとするときは、あらかじめ交付決定権者の承認を受けること。".into(),
            "補助事業が予定の期間内に完了しないとき、又は遂行が困難となったときは、速やかに交付決定権者に報告し、その指示を受けること。"
                .into(),
            "補助事業により取得した財産は、善良な管理者の注意をもって管理し、処分しようとするときは、あらかじめ承認を受けること。".into(),
        ],
        modifications: vec![
            Difference {
                place: "1年目　設備備品費（株式会社見本精密）".into(),
                asked: Yen::new(24_000_000),
                granted: Yen::new(21_666_000),
                reason: "汎用の測定器1台は、補助事業のためにのみ用いるものと認められないため。".into(),
            },
            Difference {
                place: "2年目　旅費（学校法人架空大学）".into(),
                asked: Yen::new(600_000),
                granted: Yen::new(600_000),
                reason: "算定の根拠を補正。金額に変更なし。".into(),
            },
        ],
        feasibility: "測定は申請者が保有する機器で行えるため。".into(),
        project_starts: None,
        project_ends: day("令和10年3月31日"),
        withdrawal_due: Some(day("令和7年9月18日")),
    }
}

pub(crate) fn selection() -> SelectionNotice {
    SelectionNotice {
        cover: cover("20250715架空研第7号"),
        track: track(),
        requested: Yen::new(90_000_000),
        reason: "技術面の新規性及び川下企業の需要の裏付けが高く評価されました。総合評価は、応募58件中11位です。".into(),
        grant_request_due: Some(day("令和7年8月15日")),
        remarks: vec![
            "事業化計画のうち海外市場の見込みについて、根拠となる資料を補ってください。".into(),
            "知的財産の帰属を共同体規約に明記してください。".into(),
        ],
    }
}

pub(crate) fn correction() -> Correction {
    Correction {
        cover: cover("20250625架空研第3号"),
        points: vec![
            Point {
                place: "3. 経費明細 ／ 設備備品費（1年目）".into(),
                note: "単価50万円以上の設備について、2者以上の見積書を添付してください。".into(),
            },
            Point {
                place: "5. 書類 ／ 決算書".into(),
                note: "直近3期分のうち、令和5年度分がありません。\n貸借対照表と損益計算書の両方が必要です。".into(),
            },
        ],
        due: day("令和7年7月4日"),
    }
}

pub(crate) fn case_index() -> CaseIndex {
    let act = |seq: u64, when: &str, name: (&str, &str), actor: (&str, &str), clause: &str| Act {
        seq,
        recorded_at: at(when),
        effective_on: at(when).day(),
        name: LocalText::new(name.0, name.1),
        actor: actor.0.into(),
        authority: actor.1.into(),
        clause: clause.into(),
        hash: Digest::of(&seq.to_be_bytes()),
    };
    CaseIndex {
        case: receipt().case,
        receipt_number: "G7-1-0042".into(),
        programme: programme(),
        call: call(),
        title: cover("").title,
        applicant: "株式会社見本精密".into(),
        corporate_number: receipt().corporate_number,
        state: LocalText::new("交付決定", "Grant decided"),
        exported_at: at("2025-10-01T09:30:00+09:00"),
        exported_by: "監査 次郎".into(),
        office: "架空経済産業局 研究開発支援課".into(),
        acts: vec![
            act(1, "2025-06-20T16:59:58+09:00", ("申請の受付", "Submitted"), ("髙﨑 花子", "申請者"), "公募要領 4-1"),
            act(2, "2025-06-25T10:12:00+09:00", ("補正の依頼", "Returned for correction"), ("事務 一郎", "事務局"), "公募要領 5-1"),
            act(3, "2025-07-01T11:00:00+09:00", ("申請の受付（第2版）", "Submitted again"), ("髙﨑 花子", "申請者"), "公募要領 4-1"),
            act(4, "2025-07-15T14:00:00+09:00", ("採択", "Selected"), ("見本 太郎", "交付決定権者"), "公募要領 6-4"),
            act(5, "2025-08-29T09:00:00+09:00", ("交付決定", "Grant decided"), ("見本 太郎", "交付決定権者"), "適正化法第6条第1項"),
        ],
        documents: receipt()
            .files
            .iter()
            .enumerate()
            .map(|(i, f)| IndexedDocument {
                name: f.name.clone(),
                slot: f.slot.clone(),
                bytes: f.bytes,
                sha256: f.sha256,
                seq: 1,
                erased: i == 3,
            })
            .collect(),
        chain_head: Digest::of(&5_u64.to_be_bytes()),
        synthetic: true,
    }
}

fn reserve() -> ReserveNotice {
    ReserveNotice {
        cover: cover("20250715架空研第8号"),
        track: track(),
        order: 2,
        reason: "総合評価は採択の水準にありますが、予算の範囲を超えるため。".into(),
        valid_until: Some(day("令和8年3月31日")),
    }
}

fn reserve_end() -> ReserveEndNotice {
    ReserveEndNotice {
        cover: cover("20260401架空研第3号"),
        track: track(),
        order: 2,
        reason: "補欠の期限（令和8年3月31日）までに予算に余裕が生じなかったため。".into(),
        valid_until: Some(day("令和8年3月31日")),
    }
}

/// One of each, with the name of its file.
/// A letter after the decision, made up.
fn executed(step: ExecutionStep) -> ExecutionLetter {
    let fixed = step == ExecutionStep::AmountFixed;
    let yen = Yen::new;
    ExecutionLetter {
        cover: cover("架空研確第1号"),
        step,
        about_on: day("令和8年3月31日"),
        decision: "架空研交決第1号".into(),
        decided_on: day("令和7年9月1日"),
        figures: match step {
            ExecutionStep::AmountFixed => {
                vec![("認めた対象経費".into(), yen(58_500_000)), ("交付決定額".into(), yen(40_000_000)), ("確定額".into(), yen(39_000_000))]
            }
            ExecutionStep::PlanChangeApproved => vec![("補助対象経費".into(), yen(60_000_000)), ("交付決定額".into(), yen(40_000_000))],
            ExecutionStep::PlanChangeRefused | ExecutionStep::CompletionReturned => vec![],
        },
        columns: if fixed { vec!["報告額".into(), "認めた額".into()] } else { vec!["変更後".into()] },
        lines: match step {
            ExecutionStep::AmountFixed => vec![("物品費（架空精機株式会社）".into(), vec![yen(40_000_000), yen(38_500_000)])],
            ExecutionStep::PlanChangeApproved => vec![("物品費（架空精機株式会社）".into(), vec![yen(42_000_000)])],
            ExecutionStep::PlanChangeRefused | ExecutionStep::CompletionReturned => vec![],
        },
        points: match step {
            ExecutionStep::AmountFixed | ExecutionStep::CompletionReturned => {
                vec![Point { place: "明細1-003　1,500,000円".into(), note: "汎用品のため対象外（3-7）。".into() }]
            }
            ExecutionStep::PlanChangeApproved | ExecutionStep::PlanChangeRefused => vec![],
        },
        reason: if step == ExecutionStep::PlanChangeRefused {
            "補助事業の目的に照らし、必要性が認められないため。".into()
        } else {
            String::new()
        },
        conditions: if step == ExecutionStep::PlanChangeApproved {
            vec!["変更後の見積書を保存すること。".into()]
        } else {
            vec![]
        },
        project_ends: (step == ExecutionStep::PlanChangeApproved).then(|| day("令和9年3月31日")),
        due: (step == ExecutionStep::CompletionReturned).then(|| day("令和8年5月15日")),
    }
}

/// An order with nothing but its head and its reason, made up.
fn plain_order(kind: OrderKind) -> OrderLetter {
    OrderLetter {
        cover: Cover { clauses: vec![], ..cover("架空研返第1号") },
        kind,
        decision: "架空研交決第1号".into(),
        decided_on: day("令和7年9月1日"),
        about_on: Some(day("令和9年5月7日")),
        article: "第17条第1項".into(),
        facts: vec![],
        figures: vec![],
        tables: vec![],
        points: vec![],
        text: String::new(),
        reason: "取得した加工機を補助事業の目的以外の受託加工に用いたため。".into(),
        conditions: vec![],
        due: Some(day("令和9年6月15日")),
    }
}

/// An order, made up.
fn ordered(kind: OrderKind) -> OrderLetter {
    use OrderKind as K;
    let yen = Yen::new;
    let words = |list: &[(&str, &str)]| list.iter().map(|(l, v)| ((*l).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let plain = plain_order(kind);
    let money = |label: &str| vec![("未納の元本".to_owned(), yen(8_000_000)), (label.to_owned(), yen(9_341_000))];
    match kind {
        K::RevocationNoticed => OrderLetter {
            facts: words(&[("取消しの事由", "他の用途への使用")]),
            text: "令和9年4月の現地調査で、取得した加工機が受託加工に用いられていることを確認した。".into(),
            reason: String::new(),
            ..plain
        },
        K::Revoked => OrderLetter {
            facts: words(&[("取消しの事由", "他の用途への使用"), ("取消しの範囲", "一部")]),
            figures: vec![
                ("取消し前の補助金の額".into(), yen(39_000_000)),
                ("取消し後の補助金の額".into(), yen(30_000_000)),
                ("取り消す額".into(), yen(9_000_000)),
            ],
            ..plain
        },
        K::RepaymentOrdered => OrderLetter {
            facts: words(&[
                ("加算金", "受領の日から納付の日まで、返還額につき年10.95％（適正化法第19条第1項）"),
                ("延滞金", "納期日の翌日から納付の日まで、未納額につき年10.95％（適正化法第19条第2項）"),
            ]),
            figures: vec![("返還を命ずる額（元本）".into(), yen(9_000_000))],
            tables: vec![OrderTable {
                title: "受領の日".into(),
                heads: vec!["受領の日".into(), "金額".into()],
                rows: vec![vec!["令和8年5月29日".into(), "9,000,000円".into()]],
                note: "最後の受領の日から順にさかのぼって受領したものとみなします。".into(),
            }],
            article: "第18条第1項".into(),
            ..plain
        },
        K::InstalmentsAgreed => OrderLetter {
            tables: vec![OrderTable {
                title: "納付の期限と額".into(),
                heads: vec!["期限".into(), "金額".into()],
                rows: vec![vec!["令和9年7月30日".into(), "4,500,000円".into()], vec!["令和9年8月31日".into(), "4,500,000円".into()]],
                note: String::new(),
            }],
            due: None,
            ..plain
        },
        K::ChargeWaived | K::OffsetMade | K::DebtDischarged => OrderLetter { figures: money("免除・相殺の額"), due: None, ..plain },
        K::Demanded => OrderLetter { figures: money("督促する額"), reason: String::new(), ..plain },
        K::CorrectionOrdered => OrderLetter {
            points: vec![Point {
                place: "明細1-003".into(), note: "仕様と異なる物を契約どおりの物に取り替えること。".into()
            }],
            reason: String::new(),
            ..plain
        },
        K::IncidentInstructed | K::PerformanceOrdered => {
            OrderLetter { text: "令和9年3月末までに試作機の評価を終えること。".into(), reason: String::new(), ..plain }
        }
        K::DiscontinuationApproved => {
            OrderLetter { conditions: vec!["廃止の日から30日以内に実績報告をすること。".into()], due: None, ..plain }
        }
        K::RevocationDropped | K::SuspensionOrdered | K::SuspensionLifted | K::DiscontinuationRefused => OrderLetter { due: None, ..plain },
    }
}

pub(crate) fn all() -> Vec<(&'static str, Letter)> {
    let withdrawal = |number: &str, withdrawn, closes| WithdrawalAcknowledgement {
        cover: cover(number),
        withdrawn,
        recorded_at: at("2025-06-18T09:03:07+09:00"),
        reason: "共同体の構成員の変更のため。".into(),
        closes,
    };
    let orders = OrderKind::ALL.iter().map(|kind| (kind.code(), Letter::Order(Box::new(ordered(*kind)))));
    let mut letters = vec![
        ("receipt", Letter::Receipt(receipt())),
        ("selection", Letter::SelectionNotice(selection())),
        ("reserve", Letter::ReserveNotice(reserve())),
        ("reserve-end", Letter::ReserveEndNotice(reserve_end())),
        (
            "rejection",
            Letter::RejectionNotice(RejectionNotice {
                cover: cover("20250715架空研第9号"),
                track: track(),
                reason:
                    "総合評価が採択の水準に達しませんでした。特に、事業化計画の売上見込みについて、根拠が示されていないと評価されました。"
                        .into(),
                remarks: vec!["川下企業の需要を示す資料（引合書等）を添えることが望まれます。".into()],
            }),
        ),
        ("return", Letter::ReturnForCorrection(correction())),
        (
            "not-accepted",
            Letter::NotAccepted(NotAccepted {
                cover: cover("20250707架空研第5号"),
                reason: "補正の期限（令和7年7月4日）までに、必要な書類（決算書）の提出がなかったため。".into(),
            }),
        ),
        ("grant-decision", Letter::GrantDecision(decision())),
        (
            "grant-decision-plain",
            Letter::GrantDecision(GrantDecision {
                cover: Cover { legal_basis: "架空財団補助金交付規程".into(), synthetic: false, ..cover("架空財第100号") },
                modifications: vec![],
                feasibility: String::new(),
                requested: Yen::new(87_666_000),
                ..decision()
            }),
        ),
        (
            "grant-refusal",
            Letter::GrantRefusal(GrantRefusal {
                cover: cover("20250829架空研第43号"),
                requested_on: day("令和7年8月1日"),
                requested: Yen::new(90_000_000),
                reason: "交付申請の内容が、採択された計画と主要な点で異なり、採択の前提とした川下企業との共同体が解消されているため。"
                    .into(),
            }),
        ),
        ("plan-change", Letter::Execution(Box::new(executed(ExecutionStep::PlanChangeApproved)))),
        ("plan-change-refused", Letter::Execution(Box::new(executed(ExecutionStep::PlanChangeRefused)))),
        ("completion-returned", Letter::Execution(Box::new(executed(ExecutionStep::CompletionReturned)))),
        ("amount-fixed", Letter::Execution(Box::new(executed(ExecutionStep::AmountFixed)))),
        ("grant-request-returned", Letter::GrantRequestReturned(Correction { cover: cover("20250805架空研第33号"), ..correction() })),
        (
            "withdrawal-submission",
            Letter::WithdrawalAcknowledgement(withdrawal("20250618架空研第1号", Withdrawn::Submission, Some(receipt().closes))),
        ),
        ("withdrawal-decision", Letter::WithdrawalAcknowledgement(withdrawal("20250910架空研第50号", Withdrawn::AfterDecision, None))),
        ("study", Letter::StudyReport(Box::new(study(Lang::Ja)))),
        ("case-index", Letter::CaseIndex(case_index())),
    ];
    letters.extend(orders);
    letters.extend(years::all());
    letters
}

const PICTURE: &str = r##"<svg width="720" height="440" viewBox="0 0 720 440" xmlns="http://www.w3.org/2000/svg">
<rect x="0" y="0" width="719" height="439" fill="#FFFFFF"/><line x1="360" y1="20" x2="360" y2="390" stroke="#1A1A1A"/>
<text x="360" y="420" font-family="BIZ UDGothic" font-size="15" fill="#1A1A1A" text-anchor="middle">点数</text>
<circle cx="300" cy="260" r="4" fill="#0017C1"/><circle cx="420" cy="180" r="4" fill="#0017C1"/></svg>"##;

/// What a study found: all of it made up.
pub(crate) fn study(lang: Lang) -> StudyReport {
    let t = |ja: &str, en: &str| lang.pick(ja, en).to_owned();
    let table = |heads: &[&str], rows: &[&[&str]]| StudyTable {
        heads: heads.iter().map(|h| (*h).to_owned()).collect(),
        rows: rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect(),
    };
    let numbers = table(
        &["成果（単位）", "推定値", "95%区間", "p値", "企業数", "検出できる効果"],
        &[
            &["付加価値額の増加（3年後）（百万円）", "28.41", "9.870 〜 46.95", "0.003", "52・48", "26.50"],
            &["給与支給総額の増加（3年後）（百万円）", "保留", "—", "—", "—", "—"],
        ],
    );
    StudyReport {
        lang,
        number: "go-tech/r4-1 1a2b3c4d".into(),
        title: t("採択は付加価値額を増やしたか（架空）", "Did the award raise value added? (made up)"),
        question: t("交付は3年後の付加価値額を増やしたか。", "Did the grant raise value added after three years?"),
        exploratory: false,
        held: true,
        made_at: at("2026-06-20T16:59:58+09:00"),
        facts: vec![(t("公募", "Call"), t("令和4年度 第1回公募", "FY2022, first call")), (t("比べ方", "Design"), t("回帰不連続", "RD"))],
        summary: vec![t("付加価値額は増えたと考えられます。", "Value added rose by an estimated 28.41 million yen.")],
        numbers: numbers.clone(),
        manner: vec![t("局所1次多項式、三角カーネル。", "Local polynomial of order 1, triangular kernel.")],
        groups: Some(numbers),
        rounds: vec![(
            table(
                &["公募回", "推定値", "95%区間", "企業数"],
                &[&["r4-1", "30.1", "8.20 〜 52.0", "52・48"], &["r5-1", "保留", "—", "19・17"]],
            ),
            t("統合した効果は 28.4 百万円です。", "Pooled, the effect is 28.4 million yen."),
        )],
        targets: Some(table(
            &["目標", "実績の分かる企業数", "達成した割合（実績）", "達成する見込みの割合（企業の申告）"],
            &[&["研究開発達成度（50%超）", "96", "78%", "—"], &["売上（5年後）", "—", "まだ期日前（早くとも2028年度）", "96社の42%"]],
        )),
        cost: Some(t("1社あたり平均 58.2 百万円です。", "58.2 million yen a firm.")),
        checks: table(&["前提", "判断", "見た結果"], &[&["点数が動かされていない", "○ 疑う結果なし", "p = 0.412"]]),
        assumptions: vec![t("カットオフ付近の企業についての数値です。", "The number is about firms near the cut-off.")],
        notes: vec![t("点数が離散的です。", "The score is discrete.")],
        figures: vec![
            StudyFigure {
                name: "discontinuity-1".into(),
                caption: t("付加価値額とカットオフ", "Value added at the cut-off"),
                svg: PICTURE.into(),
            },
            StudyFigure { name: "density".into(), caption: t("点数ごとの企業数", "Firms by score"), svg: PICTURE.into() },
        ],
        proof: vec![(t("宣言のハッシュ", "Declaration"), Digest::of(b"study").to_string())],
        synthetic: true,
    }
}
