//! Letters of the years after, made up.

use banso_kernel::Yen;
use banso_letters::{AssetLabel, AssetLabels, ComputedLine, Letter, YearsLetter, YearsStep};

use super::{cover, day};

/// One of each, with the name of its file.
pub(crate) fn all() -> Vec<(&'static str, Letter)> {
    let letter = |name, step| (name, Letter::Years(Box::new(of(step))));
    vec![
        letter("revenue", YearsStep::RevenueAssessed),
        letter("wage", YearsStep::WageAssessed),
        letter("disposal", YearsStep::DisposalApproved),
        letter("disposal-refused", YearsStep::DisposalRefused),
        letter("succeeded", YearsStep::Succeeded),
        letter("closed", YearsStep::CaseClosed),
        ("asset-labels", Letter::AssetLabels(Box::new(labels()))),
    ]
}

pub(crate) fn of(step: YearsStep) -> YearsLetter {
    let line = |what: &str, how: &str, value: &str| ComputedLine { what: what.into(), how: how.into(), value: value.into() };
    let (facts, lines, amount): (&[(&str, &str)], _, _) = match step {
        YearsStep::RevenueAssessed => (
            &[("対象", "第2回（令和9年4月1日から令和10年3月31日まで）")],
            vec![
                line("A 収益額", "", "5,000,000円"),
                line("B 控除額", "", "2,000,000円"),
                line("C 控除後の収益", "A − B", "3,000,000円"),
                line("D 補助金の割合", "確定額 39,000,000円 ÷ 補助事業に要した経費 58,500,000円", "66.6666%"),
                line("納付額", "E と F の少ない方", "2,000,000円"),
            ],
            Some(2_000_000),
        ),
        YearsStep::WageAssessed => (&[("対象", "令和13年3月31日に終わる年度")], vec![line("返還額", "C が D 以上", "0円")], Some(0)),
        YearsStep::DisposalApproved => (
            &[("財産", "1-001-1　架空の試験機（製造番号 X-1）"), ("処分の種類", "有償譲渡"), ("予定日", "令和12年6月30日")],
            vec![line("B 残存簿価相当額", "A − 定額法による償却", "3,000,000円"), line("納付額", "B × D（限度 補助額）", "2,000,000円")],
            Some(2_000_000),
        ),
        YearsStep::DisposalRefused => (&[("財産", "1-001-1　架空の試験機"), ("処分の種類", "転用")], vec![], None),
        YearsStep::Succeeded => (
            &[
                ("承継前", "架空精機株式会社（法人番号 1000000000009）"),
                ("承継後", "架空合同工業株式会社（法人番号 2000000000008）"),
                ("事由", "合併"),
            ],
            vec![],
            None,
        ),
        YearsStep::CaseClosed => (
            &[
                ("補助金の確定額", "39,000,000円"),
                ("支払済額", "39,000,000円"),
                ("返還・納付された額", "2,000,000円"),
                ("書類の保存期限", "令和14年3月31日"),
            ],
            vec![],
            None,
        ),
    };
    let conditions: &[&str] = match step {
        YearsStep::DisposalApproved => &["処分の相手方に、補助金により取得した財産であることを伝えること。"],
        YearsStep::CaseClosed => &["未収の債権がないこと。", "全ての報告が提出され、認定されていること。"],
        YearsStep::RevenueAssessed | YearsStep::WageAssessed | YearsStep::DisposalRefused | YearsStep::Succeeded => &[],
    };
    YearsLetter {
        cover: cover("架空研処分第1号"),
        step,
        about_on: day("令和12年5月20日"),
        decision: "架空研交決第1号".into(),
        decided_on: day("令和7年9月1日"),
        facts: facts.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect(),
        lines,
        amount: amount.map(Yen::new),
        reason: if step == YearsStep::DisposalRefused {
            "補助事業の目的に反する使用となるため。".into()
        } else {
            String::new()
        },
        conditions: conditions.iter().map(|c| (*c).to_owned()).collect(),
    }
}

pub(crate) fn labels() -> AssetLabels {
    let label = |n: u32| AssetLabel {
        id: format!("1-00{n}-1"),
        name: if n == 2 {
            "架空の微細加工機（五軸制御、自動工具交換装置及び集じん装置を含む一式）".into()
        } else {
            "架空の試験機".into()
        },
        serial: if n == 3 { String::new() } else { format!("SN-{n}") },
        acquired: day("令和7年11月30日"),
        restricted_until: (n != 3).then(|| day("令和17年11月30日")),
        place: "福井県鯖江市架空町1番地 第2工場".into(),
    };
    AssetLabels {
        receipt_number: "G7-1-AB12-CD34".into(),
        programme: "成長型中小企業等研究開発支援事業（架空）".into(),
        holder: "架空精機株式会社".into(),
        decision: "架空研交決第1号".into(),
        printed_on: day("令和8年5月1日"),
        labels: (1..=5).map(label).collect(),
        synthetic: true,
    }
}
