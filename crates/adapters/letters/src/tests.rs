//! Every letter, typeset for real: what stands on its pages, and what its PDF promises.

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::sync::LazyLock;

use banso_kernel::{Day, LocalText, Yen};
use typst::layout::{Frame, FrameItem};

use crate::{GrantDecision, Letter, Letters, LettersError, Receipt, Received, YearAmount};

static LETTERS: LazyLock<Letters> = LazyLock::new(Letters::new);

/// The text of each page, in the order of its drawing, spaces dropped.
fn pages(letter: &Letter) -> Vec<String> {
    fn walk(frame: &Frame, out: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Text(text) => out.extend(text.text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200B}')),
                FrameItem::Group(group) => walk(&group.frame, out),
                FrameItem::Shape(..) | FrameItem::Image(..) | FrameItem::Link(..) | FrameItem::Tag(..) => {}
            }
        }
    }
    let sheet = LETTERS.lay_out(letter).unwrap();
    sheet
        .document
        .pages()
        .iter()
        .map(|page| {
            let mut out = String::new();
            walk(&page.frame, &mut out);
            out
        })
        .collect()
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle.as_bytes())
}

#[test]
fn every_letter_is_an_archivable_accessible_pdf_without_a_remark() {
    for (name, letter) in samples::all() {
        let made = LETTERS.typeset(&letter).unwrap();
        assert_eq!((made.warnings, made.missing), (vec![], vec![]), "{name}");
        assert!(made.pdf.starts_with(b"%PDF-1.7"), "{name}");
        for promise in [
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "ja-JP",
            "letter.json",
        ] {
            assert!(holds(&made.pdf, promise), "{name}: {promise}");
        }
    }
}

#[test]
fn the_same_letter_gives_the_same_bytes_and_another_letter_others() {
    let other = Letters::new();
    let letter = Letter::Receipt(samples::receipt());
    let first = LETTERS.render(&letter).unwrap();
    assert!(first == other.render(&letter).unwrap());
    let changed = Letter::Receipt(Receipt { version: 3, ..samples::receipt() });
    assert!(first != LETTERS.render(&changed).unwrap());
}

#[test]
fn every_page_bears_its_number_and_says_whether_it_is_a_demonstration() {
    for (name, letter) in samples::all() {
        let texts = pages(&letter);
        let total = texts.len();
        for (i, text) in texts.iter().enumerate() {
            assert!(text.contains(&format!("{}/{total}頁", i + 1)), "{name} page {}: {text}", i + 1);
            assert_eq!(text.contains("SYNTHETICDEMODATA"), name != "grant-decision-plain", "{name} page {}", i + 1);
        }
    }
}

#[test]
fn whoever_has_to_pay_is_told_how() {
    for (name, letter) in samples::all().into_iter().filter(|(name, _)| ["repay", "demanded", "instalments"].contains(name)) {
        let said = pages(&letter).concat();
        assert!(said.contains("同封の納入告知書により、架空銀行の窓口で納付してください"), "{name}: {said}");
        assert_eq!(said.contains("納付の際は、命令の番号（架空研返第1号）を示してください。"), name == "repay", "{name}");
        let Letter::Order(mut order) = letter else { panic!("{name}") };
        order.cover.payment = None;
        let said = pages(&Letter::Order(order)).concat();
        assert!(said.contains("架空経済産業局研究開発支援課にお問い合わせください"), "{name}: {said}");
    }
}

#[test]
fn what_each_letter_says() {
    let texts: Vec<(&str, String)> = samples::all().iter().map(|(name, letter)| (*name, pages(letter).concat())).collect();
    let text = |name: &str| texts.iter().find(|(n, _)| *n == name).map(|(_, t)| t.as_str()).unwrap();
    for (name, sentence) in [
        ("receipt", "令和7年6月20日16時59分58秒（日本標準時）"),
        ("receipt", "2025-06-20T16:59:58+09:00"),
        ("receipt", "第26条の3"),
        ("receipt", "研究開発計画書.pdf"),
        ("selection", "採択通知書"),
        ("selection", "この通知は、補助金の交付を決定するものではありません。"),
        ("reserve", "補欠第2順位"),
        ("reserve", "この補欠の効力は、令和8年3月31日までとします。"),
        ("reserve-end", "不採択通知書（補欠の終了）"),
        ("reserve-end", "繰上げとなることなく補欠の期間が終わりましたので"),
        ("reserve-end", "予算に余裕が生じなかったため。"),
        ("rejection", "不採択の理由"),
        ("return", "補正を要する事項（全２件）"),
        ("not-accepted", "申請不受理通知書"),
        ("grant-decision", "（昭和30年法律第179号。以下「法」という。）第６条第１項及び第３項の規定に基づき"),
        ("grant-decision", "法第８条の規定により通知します"),
        ("grant-decision", "金87,666,000円"),
        ("grant-decision", "交付の条件（法第７条）"),
        ("grant-decision", "△2,334,000円"),
        ("grant-decision", "令和7年9月18日までに申請の取下げをすることができます"),
        ("grant-decision-plain", "架空財団補助金交付規程に基づき、下記のとおり"),
        ("grant-refusal", "法第21条の２の趣旨にのっとり"),
        ("grant-refusal", "架空大臣に対して審査請求をすることができます。"),
        ("rejection", "不服の申立て"),
        ("grant-request-returned", "交付申請の補正について"),
        ("withdrawal-submission", "再度提出することができます"),
        ("withdrawal-decision", "なかったものとみなします（法第９条第２項）"),
        ("case-index", "（内容は消去済み）"),
        ("noticed", "令和9年6月15日までに弁明書を提出してください"),
        ("revoked", "法第21条の２の規定により、その理由を付して通知します"),
        ("revoked", "架空大臣に対して審査請求をすることができます。"),
        ("repay", "不服の申立て"),
        ("demanded", "不服の申立て"),
        ("perform", "不服の申立て"),
        ("suspended", "不服の申立て"),
        ("offset", "不服の申立て"),
        ("stop-refused", "不服の申立て"),
        ("correct", "不服の申立て"),
        ("repay", "補助金返還命令書"),
        ("repay", "第18条第1項の規定により、下記のとおり返還を命じます"),
        ("demanded", "国税滞納処分の例により処分することがあります"),
        ("suspended", "遂行の一時停止を命じます"),
        ("correct", "これに適合させるための措置をとるべきことを命じます"),
        ("study", "分かったこと"),
        ("study", "一部の数値を保留しています"),
        ("study", "事業の目標（KPI）"),
        ("study", "前提の点検"),
    ] {
        assert!(text(name).contains(sentence), "{name} should say {sentence}: {}", text(name));
    }
    for (name, absent) in [
        ("grant-decision-plain", "法第"),
        ("grant-decision-plain", "申請からの修正"),
        ("grant-decision-plain", "合成データ"),
        ("grant-decision-plain", "第６条"),
        ("rejection", "交付申請について"),
        ("selection", "不服の申立て"),
        ("return", "不服の申立て"),
        ("revoked", "この取消しに不服があるときは"),
        ("noticed", "不服の申立て"),
        ("dropped", "不服の申立て"),
        ("instructed", "不服の申立て"),
        ("lifted", "不服の申立て"),
        ("reserve-end", "交付申請について"),
    ] {
        assert!(!text(name).contains(absent), "{name} should not say {absent}");
    }
}

#[test]
fn what_letters_of_the_years_say() {
    let texts: Vec<(&str, String)> = samples::years::all().iter().map(|(name, letter)| (*name, pages(letter).concat())).collect();
    let text = |name: &str| texts.iter().find(|(n, _)| *n == name).map(|(_, t)| t.as_str()).unwrap();
    for (name, sentence) in [
        ("revenue", "第７条第２項の規定により付した条件に基づき"),
        ("revenue", "金2,000,000円"),
        ("revenue", "この通知だけでは振り込まないでください"),
        ("disposal", "第22条の規定に基づき、下記のとおり承認しました"),
        ("disposal", "計算の方法"),
        ("disposal-refused", "法第21条の２の趣旨にのっとり"),
        ("succeeded", "地位が令和12年5月20日に下記のとおり承継されたことを確認"),
        ("closed", "令和14年3月31日"),
        ("closed", "未収の債権がないこと。"),
        ("asset-labels", "1-002-1"),
        ("asset-labels", "令和17年11月30日まで（承認が必要）"),
        ("revenue", "不服の申立て"),
        ("disposal-refused", "不服の申立て"),
        ("wage", "返還する額はありません。"),
    ] {
        assert!(text(name).contains(sentence), "{name} should say {sentence}: {}", text(name));
    }
    for (name, absent) in [("succeeded", "不服の申立て"), ("closed", "不服の申立て"), ("wage", "振り込まないで")] {
        assert!(!text(name).contains(absent), "{name} should not say {absent}");
    }
}

fn titled(title: &str) -> Letter {
    let mut letter = samples::selection();
    letter.cover.title = title.into();
    letter.cover.to.organisation = title.into();
    Letter::SelectionNotice(letter)
}

#[test]
fn names_with_rare_letters_and_hostile_texts_are_printed_as_they_are() {
    for (title, printed, missing) in [
        ("髙﨑・𠮷野・葛\u{E0100}城・①㈱", "髙﨑・𠮷野", ""),
        ("外字\u{E000}と😀", "外字〓と〓", "\u{E000}😀"),
        ("#eval(\"1+1\") $x$ *太字* <a> \\ @b `c` // d /* e", "#eval(\"1+1\")$x$*太字*<a>\\@b`c`//d/*e", ""),
        ("\u{202E}fdp.exe\u{0}", "fdp.exe", ""),
        ("العربية", "〓", "ابةرعلي"),
    ] {
        let letter = titled(title);
        let made = LETTERS.typeset(&letter).unwrap();
        assert_eq!(made.missing.iter().collect::<String>(), missing, "{title}");
        let text = pages(&letter).concat();
        assert!(text.contains(printed), "{title}: {text}");
        for c in missing.chars() {
            assert!(text.contains(&format!("U+{:04X}", u32::from(c))), "{title}");
        }
    }
}

#[test]
fn long_letters_go_on_on_the_next_page() {
    let files =
        (1..=40).map(|i| samples::file(i, &format!("{}-{i}.pdf", "very_long_file_name_without_a_space".repeat(4)), "見積書")).collect();
    let conditions = (1..=30).map(|i| format!("条件その{i}。{}", "補助事業者は、あらかじめ承認を受けること。".repeat(6))).collect();
    for (name, letter, least, last_words) in [
        ("40 files", Letter::Receipt(Receipt { files, ..samples::receipt() }), 3, "very_long_file_name_without_a_space-40.pdf"),
        ("30 conditions", Letter::GrantDecision(GrantDecision { conditions, ..samples::decision() }), 3, "条件その30。"),
        ("a long title", titled(&"超精密加工技術の研究開発".repeat(40)), 1, "超精密加工技術の研究開発"),
        ("a title without a break", titled(&"A".repeat(600)), 1, "AAAA"),
    ] {
        let texts = pages(&letter);
        assert!(texts.len() >= least, "{name}: {} pages", texts.len());
        assert!(texts.concat().contains(last_words), "{name}");
        assert!(LETTERS.render(&letter).is_ok(), "{name}");
    }
}

#[test]
fn letters_that_must_not_go_out() {
    let years = vec![YearAmount { year: 1, amount: Yen::new(1) }];
    let wrong_sum = Letter::GrantDecision(GrantDecision { by_year: years, ..samples::decision() });
    assert!(matches!(LETTERS.render(&wrong_sum), Err(LettersError::YearsDiffer { .. })));
    let long = titled(&"長".repeat(9_000));
    assert!(
        matches!(LETTERS.render(&long), Err(LettersError::TooLong { field, .. }) if field == "cover.title" || field == "cover.to.organisation")
    );
    let files = (0..2_001).map(|i| samples::file(i, "a.pdf", "書類")).collect();
    let many = Letter::Receipt(Receipt { files, ..samples::receipt() });
    assert!(matches!(LETTERS.render(&many), Err(LettersError::TooMany { field, .. }) if field == "files"));
}

#[test]
fn a_letter_survives_as_json() {
    for (name, letter) in samples::all() {
        let json = serde_json::to_string(&letter).unwrap();
        assert_eq!(serde_json::from_str::<Letter>(&json).unwrap(), letter, "{name}");
    }
}

#[test]
fn edges_of_a_letter_still_fit() {
    let mut bare = samples::decision();
    bare.cover.to.representative = None;
    bare.cover.to.address = None;
    bare.cover.from.holder = None;
    bare.cover.from.contact.clear();
    bare.cover.clauses.clear();
    bare.by_year.clear();
    bare.conditions.clear();
    bare.modifications.clear();
    bare.withdrawal_due = None;
    bare.project_starts = Day::new(2019, 5, 1).ok();
    let text = pages(&Letter::GrantDecision(bare)).concat();
    assert!(
        text.contains("御中") && text.contains("令和元年5月1日から") && !text.contains("お問合せ先") && !text.contains("交付の条件"),
        "{text}"
    );
    let empty = Receipt { files: vec![], contact: vec![], track: LocalText::ja("通常枠"), ..samples::receipt() };
    assert!(pages(&Letter::Receipt(empty)).concat().contains("書類の添付はありません"));
    let grant = pages(&Letter::Receipt(Receipt { of: Received::GrantRequest, ..samples::receipt() })).concat();
    for words in ["交付申請受付票", "次の交付申請を受け付けました", "交付申請額", "補助金の交付が決定されることを示すものではありません"]
    {
        assert!(grant.contains(words), "`{words}` is not in {grant}");
    }
    assert!(!grant.contains("締切"), "a grant request has no closing day of the call: {grant}");
}

#[test]
fn a_study_is_written_in_either_language() {
    let japanese = pages(&Letter::StudyReport(Box::new(samples::study(banso_kernel::Lang::Ja)))).concat();
    assert!(japanese.contains("数値の求め方と読み方") && japanese.contains("まだ期日前"), "{japanese}");
    let english = pages(&Letter::StudyReport(Box::new(samples::study(banso_kernel::Lang::En)))).concat();
    for words in ["Whatwasfound", "Theprogramme'sowntargets", "Whichassumptionswerelookedat", "somenumbersareheldback"] {
        assert!(english.contains(words), "{words}: {english}");
    }
    let made = LETTERS.typeset(&Letter::StudyReport(Box::new(samples::study(banso_kernel::Lang::En)))).unwrap();
    assert_eq!((made.warnings, made.missing), (vec![], vec![]));
}
