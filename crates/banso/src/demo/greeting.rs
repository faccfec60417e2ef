//! What is printed for whoever started the demonstration: the accounts, their roles, and what to try first.

use banso_kernel::Lang;

use super::people::PASSWORD;

/// Japanese and English.
type Both = (&'static str, &'static str);

/// Login, role, what to try first.
const ACCOUNTS: [(&str, Both, Both); 9] = [
    (
        "owner",
        ("申請者（代表）", "applicant (lead)"),
        ("書きかけの申請に書類を1点足して提出する", "add the one missing document and submit"),
    ),
    ("partner", ("申請者（共同研究先）", "applicant (member)"), ("招待された申請の自分の欄を見る", "see the part of an invited member")),
    ("officer", ("事務局", "office"), ("受付簿から形式審査をする。採択会議の頁を開く", "check completeness; open the selection meeting")),
    ("director", ("交付決定権者", "director"), ("届いている交付申請に交付決定をする", "decide the grant request that waits")),
    (
        "director2",
        ("交付決定権者（2人目）", "second director"),
        ("5,000万円以上の支払計画を、directorに続けて承認する", "approve payments from 50 million yen after the director"),
    ),
    ("reviewer1", ("審査員（6まで）", "reviewer (up to 6)"), ("利益相反を申告し、採点する", "declare conflicts, then score")),
    ("auditor", ("監査", "auditor"), ("案件の経過を確かめ、ZIPで持ち出す", "verify a case and take it away as a ZIP")),
    (
        "analyst",
        ("政策分析", "policy analyst"),
        ("過去の公募の効果検証を読み、PDFと再現用データを取り出す", "read the study of a past call; take its PDF and data"),
    ),
    (
        "applicant05",
        ("申請者（ほか）", "another applicant"),
        ("交付決定の後、通知書を受け取る", "receive the letter, once the grant is decided"),
    ),
];

/// The table of accounts.
pub(crate) fn accounts(lang: Lang) -> String {
    let mut lines = vec![
        lang.pick(
            "  デモの利用者（パスワードは全員同じ、データは全て合成です）",
            "  Accounts of the demonstration (one password for all; all data are made up)",
        )
        .to_owned(),
        format!("  {}  {PASSWORD}", lang.pick("パスワード", "Password  ")),
        String::new(),
    ];
    for (login, role, first) in ACCOUNTS {
        lines.push(format!("  {login:<12} {}", lang.pick(role.0, role.1)));
        lines.push(format!("  {:<12}   {}", "", lang.pick(first.0, first.1)));
    }
    lines.join("\n") + "\n"
}
