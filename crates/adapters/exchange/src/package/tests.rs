//! A made-up case, taken out, checked, and tampered with in every way we could think of.

use std::io::{Cursor, Read, Write};

use banso_grant::decide::whole_digest;
use banso_grant::{ActRecord, CallAct, CaseAct, DocumentRef, LetterAct, LetterIssued, ReadWith, Submitted, encode};
use banso_kernel::{CallId, CaseId, CorporateNumber, Day, Digest, Instant, LocalText, StreamId, Yen};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::sniff::FileKind;

const DOCUMENTS: [&[u8]; 2] = [b"%PDF-1.7 plan", b"erased long ago"];
const ANSWERS: &str = r#"{"title":"<b>計画</b>"}"#;
const GUIDELINE: &str = "# 公募要領\n";

fn at(minute: u32) -> Instant {
    Instant::parse(&format!("2025-06-20T16:{minute:02}:00+09:00")).unwrap()
}

/// The act by which the receipt was sent.
fn letter_act(case: CaseId, document: Digest) -> ActRecord {
    let mut record = act(case, None, &CaseAct::SubmissionWithdrawn { reason: String::new() });
    let encoded = encode(&LetterAct::LetterIssued(LetterIssued { about: 1, document, notices: Vec::new() })).unwrap();
    (record.stream, record.kind, record.version, record.payload) =
        (StreamId::Letters(case), encoded.kind.to_owned(), encoded.version, encoded.payload);
    record.hash = record.expected_hash();
    record
}

fn act(case: CaseId, last: Option<&ActRecord>, act: &CaseAct) -> ActRecord {
    let encoded = encode(act).unwrap();
    let seq = last.map_or(1, |l| l.seq + 1);
    let mut record = ActRecord {
        stream: StreamId::Case(case),
        seq,
        position: seq * 10,
        kind: encoded.kind.to_owned(),
        version: encoded.version,
        actor: "person:0197897a-57e3-7d00-8000-000000000001".into(),
        authority: "申請者".into(),
        clause: "4-1".into(),
        edition: Digest::of(GUIDELINE.as_bytes()),
        effective_on: Day::new(2025, 6, 20).unwrap(),
        recorded_at: at(seq as u32),
        payload: encoded.payload,
        prev_hash: last.map_or(Digest::ZERO, |l| l.hash),
        hash: Digest::ZERO,
        running: Digest::of(b"running"),
    };
    record.hash = record.expected_hash();
    record
}

fn submitted() -> Submitted {
    let documents = DOCUMENTS.map(|d| DocumentRef { digest: Digest::of(d), bytes: d.len() as u64, slot: "plan-pdf".into() });
    Submitted {
        call: CallId::parse("sample/r7-1").unwrap(),
        receipt_number: "S7-1-0001".into(),
        version: 1,
        title: "見本の計画".into(),
        track: "通常枠".into(),
        lead: CorporateNumber::from_body(1),
        parties: vec![CorporateNumber::from_body(1)],
        content: Digest::of(ANSWERS.as_bytes()),
        documents: documents.to_vec(),
        whole: whole_digest(Digest::of(ANSWERS.as_bytes()), &documents),
        requested: Yen::new(1_000_000),
    }
}

fn exported(record: ActRecord) -> ExportedAct {
    ExportedAct { record, name: LocalText::new("申請の受付", "Submitted"), who: Some("甲野 <花子>".into()), summary: None }
}

/// What the guideline was read with, as its call's act says.
fn words() -> ExportedWords {
    let (dictionary, definitions) = ("# 事実辞書\n".to_owned(), "# 共通の定義\n".to_owned());
    let read_with = ReadWith { dictionary: Digest::of(dictionary.as_bytes()), definitions: Digest::of(definitions.as_bytes()) };
    let edition = Digest::of(GUIDELINE.as_bytes());
    let encoded = encode(&CallAct::EditionPublished { edition, name: "令和7年度-1".into(), read_with: Some(read_with) }).unwrap();
    let case: CaseId = "0197897a-57e3-7d00-8000-000000000042".parse().unwrap();
    let mut published = ActRecord {
        stream: StreamId::Call(CallId::parse("sample/r7-1").unwrap()),
        kind: encoded.kind.to_owned(),
        version: encoded.version,
        payload: encoded.payload,
        ..act(case, None, &CaseAct::Submitted(submitted()))
    };
    published.hash = published.expected_hash();
    ExportedWords { dictionary, definitions, published }
}

fn package() -> CasePackage {
    let case: CaseId = "0197897a-57e3-7d00-8000-000000000042".parse().unwrap();
    let first = act(case, None, &CaseAct::Submitted(submitted()));
    let second = act(case, Some(&first), &CaseAct::CompletenessPassed { checks: vec!["書類".into()] });
    let third = act(case, Some(&second), &CaseAct::Withdrawn { reason: "都合により".into() });
    let note = ErasedNote { reason: "本人の請求".into(), at: at(30) };
    let document = |i: usize, erased| ExportedDocument {
        digest: Digest::of(DOCUMENTS[i]),
        bytes: DOCUMENTS[i].len() as u64,
        media_type: "application/pdf".into(),
        names: vec![FileName { name: format!("計画\"{i}.pdf"), slot: "plan-pdf".into(), seq: 1 }],
        erased,
    };
    CasePackage {
        case,
        receipt_number: "S7-1-0001".into(),
        programme: LocalText::new("見本事業", "Sample programme"),
        call: LocalText::ja("令和7年度"),
        title: "<script>alert(1)</script>の計画".into(),
        applicant: "株式会社見本".into(),
        corporate_number: CorporateNumber::from_body(1),
        state: LocalText::new("取下げ", "withdrawn"),
        exported_at: at(40),
        exported_by: "監査 次郎".into(),
        synthetic: true,
        acts: [first, second, third].into_iter().map(exported).collect(),
        contents: vec![
            ExportedContent { digest: Digest::of(ANSWERS.as_bytes()), what: LocalText::ja("申請の内容"), body: Ok(ANSWERS.into()) },
            ExportedContent { digest: Digest::of(b"comments"), what: LocalText::ja("審査の意見"), body: Err(note.clone()) },
        ],
        editions: vec![ExportedEdition {
            digest: Digest::of(GUIDELINE.as_bytes()),
            name: "令和7年度-1".into(),
            source: GUIDELINE.into(),
            words: Some(words()),
        }],
        documents: vec![document(0, None), document(1, Some(note))],
        letters: vec![ExportedLetter {
            file: "0001-receipt".into(),
            title: LocalText::new("受付票", "Receipt"),
            digest: Digest::of(b"%PDF"),
            pdf: Ok(b"%PDF".to_vec()),
            issued: Some(1),
        }],
        letter_acts: vec![letter_act(case, Digest::of(b"%PDF"))],
    }
}

fn written(package: &CasePackage) -> Result<Vec<u8>, PackageError> {
    let mut open = |digest: Digest| -> io::Result<Box<dyn Read>> {
        let found = DOCUMENTS.iter().find(|d| Digest::of(d) == digest).copied();
        Ok(Box::new(Cursor::new(found.ok_or(io::ErrorKind::NotFound)?)))
    };
    write_package(Cursor::new(Vec::new()), package, &mut open).map(Cursor::into_inner)
}

type Files = Vec<(String, Vec<u8>)>;

fn place(document: &[u8]) -> String {
    places::document(Digest::of(document), Some(FileKind::Pdf))
}

fn files(zip: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|i| {
            let mut file = archive.by_index(i).unwrap();
            let mut body = Vec::new();
            file.read_to_end(&mut body).unwrap();
            (file.name().unwrap().into_owned(), body)
        })
        .collect()
}

fn zip(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(body).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Makes the sums right again after a change: a forger would.
fn with_right_sums(mut files: Files) -> Files {
    files.retain(|(name, _)| name != places::SUMS);
    let sums: String = files.iter().map(|(name, body)| format!("{}  {name}\n", Digest::of(body))).collect();
    files.push((places::SUMS.into(), sums.into_bytes()));
    files
}

fn edit(files: &mut Files, name: &str, from: &str, to: &str) {
    let body = &mut files.iter_mut().find(|(n, _)| n == name).unwrap().1;
    let text = String::from_utf8(body.clone()).unwrap();
    assert!(text.contains(from), "{name} should hold {from}");
    *body = text.replace(from, to).into_bytes();
}

fn edit_all(files: &mut Files, name: &str) {
    files.iter_mut().find(|(n, _)| n == name).unwrap().1.clear();
}

fn problems(files: &Files) -> String {
    let report = verify_package(Cursor::new(zip(files))).unwrap();
    assert!(!report.is_sound());
    report.problems.iter().map(|p| format!("{}: {}\n", p.place, p.what.en.clone().unwrap())).collect()
}

#[test]
fn a_case_taken_out_proves_itself() {
    let bytes = written(&package()).unwrap();
    let report = verify_package(Cursor::new(&bytes)).unwrap();
    assert_eq!(report.problems, []);
    assert!(files(&bytes).iter().any(|(n, _)| *n == place(DOCUMENTS[0]) && n.ends_with(".pdf")));
    assert_eq!((report.acts, report.contents, report.documents, report.letters, report.erased), (3, 2, 2, 1, 2));
    assert_eq!(report.head, package().acts.last().map(|a| a.record.hash));
    assert!(report.synthetic && report.is_sound());
    assert!(bytes == written(&package()).unwrap(), "the same case gives the same bytes");
}

#[test]
fn the_page_for_people_is_harmless_and_complete() {
    let all = files(&written(&package()).unwrap());
    let page = String::from_utf8(all.iter().find(|(n, _)| n == places::PAGE).unwrap().1.clone()).unwrap();
    for piece in
        ["&lt;script&gt;alert(1)", "甲野 &lt;花子&gt;", "SYNTHETIC DEMO DATA", "download=\"計画&quot;0.pdf\"", "消去済み", "令和7年6月20日"]
    {
        assert!(page.contains(piece), "{piece}");
    }
    assert!(!page.contains("<script"));
}

#[test]
fn every_tampering_is_seen() {
    type Change = fn(&mut Files);
    let content = || places::content(Digest::of(ANSWERS.as_bytes()));
    let cases: [(&str, Change, bool, &str); 22] = [
        ("a document changed", |f| edit(f, &place(DOCUMENTS[0]), "plan", "PLAN"), true, "does not have the digest"),
        ("a document changed, sums too old", |f| edit(f, &place(DOCUMENTS[0]), "plan", "PLAN"), false, "SHA-256 differs"),
        ("a document taken out", |f| f.retain(|(n, _)| !n.starts_with("documents/")), true, "missing and not stated as erased"),
        (
            "a document taken out, sums too old",
            |f| f.retain(|(n, _)| !n.starts_with("documents/")),
            false,
            "listed in SHA256SUMS, but missing",
        ),
        (
            "an erased document come back",
            |f| f.push((place(DOCUMENTS[1]), DOCUMENTS[1].to_vec())),
            true,
            "stated as erased, but it is still here",
        ),
        ("a letter changed", |f| edit(f, "letters/0001-receipt.pdf", "%PDF", "%pdf"), true, "does not have the digest"),
        (
            "another letter sent",
            |f| edit(f, places::LETTERS, "\\\"about\\\":1", "\\\"about\\\":2"),
            true,
            "letter act 1: Its content does not have its hash",
        ),
        ("the acts of letters taken out", |f| edit_all(f, places::LETTERS), true, "No act says that this letter was sent"),
        ("an act changed", |f| edit(f, places::ACTS, "都合により", "職権により"), true, "act 3: Its content does not have its hash"),
        ("the index changed", |f| edit(f, places::INDEX, "都合により", "職権により"), true, "acts in the index differ"),
        (
            "an act taken out",
            |f| {
                let acts = &mut f.iter_mut().find(|(n, _)| n == places::ACTS).unwrap().1;
                let text = String::from_utf8(acts.clone()).unwrap();
                let kept: Vec<&str> = text.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| l).collect();
                *acts = kept.join("\n").into_bytes();
            },
            true,
            "an act was taken out or put in",
        ),
        ("a folder of another name", |f| f.push(("setup/".into(), Vec::new())), true, "setup/: This file does not belong"),
        ("a program put in", |f| f.push(("setup.exe".into(), b"MZ".to_vec())), true, "setup.exe: This file does not belong"),
        ("a folder that is not ours", |f| f.push(("documents/readme.txt".into(), b"x".to_vec())), true, "does not belong"),
        ("a document put in", |f| f.push((place(b"new"), b"new".to_vec())), true, "The index does not list it"),
        ("a letter put in, sums too old", |f| f.push(("letters/9999-x.pdf".into(), b"x".to_vec())), false, "not listed in SHA256SUMS"),
        (
            "the page for people rewritten",
            |f| edit(f, places::PAGE, "株式会社見本", "株式会社別人"),
            true,
            "index.html: The page for people is not the one that the index makes",
        ),
        (
            "a definition changed",
            |f| edit(f, &places::words(Digest::of("# 共通の定義\n".as_bytes())), "定義", "定期"),
            true,
            "does not have the digest",
        ),
        ("the dictionary taken out", |f| f.retain(|(n, _)| !n.starts_with("words/")), true, "missing and not stated as erased"),
        ("no page", |f| f.retain(|(n, _)| n != places::PAGE), true, "The page for people is missing"),
        ("another state in the index", |f| edit(f, places::INDEX, "取下げ", "交付決定"), true, "The state in the index"),
        ("no index", |f| f.retain(|(n, _)| n != places::INDEX), true, "index.json: This file is missing"),
    ];
    let original = files(&written(&package()).unwrap());
    assert!(original.iter().any(|(n, _)| *n == content()));
    for (what, change, sums, expected) in cases {
        let mut changed = original.clone();
        change(&mut changed);
        let changed = if sums { with_right_sums(changed) } else { changed };
        let said = problems(&changed);
        assert!(said.contains(expected), "{what}: {said}");
    }
}

#[test]
fn a_byte_that_changed_anywhere_is_seen_or_changes_no_file() {
    let original = written(&package()).unwrap();
    let before = files(&original);
    for at in (0..original.len()).step_by(11) {
        for mask in [0x01, 0xff] {
            let mut damaged = original.clone();
            damaged[at] ^= mask;
            if verify_package(Cursor::new(&damaged)).is_ok_and(|report| report.is_sound()) {
                assert!(files(&damaged) == before, "byte {at} of {} was changed and nobody saw it", original.len());
            }
        }
    }
    for end in (0..original.len()).step_by(97) {
        let cut = verify_package(Cursor::new(&original[..end]));
        assert!(!cut.is_ok_and(|report| report.is_sound()), "cut off at {end}");
    }
}

#[test]
fn a_rehashed_forgery_still_misses_what_the_acts_name() {
    type Change = fn(&mut CasePackage);
    let cases: [(&str, Change, &str); 13] = [
        ("a document left out", |p| p.documents.truncate(1), "is not in the index, or has another size"),
        ("the answers left out", |p| p.contents.clear(), "is not in the index"),
        ("the guideline left out", |p| p.editions.clear(), "edition of the guideline that governed it is missing"),
        ("another case", |p| p.case = "0197897a-57e3-7d00-8000-000000000043".parse().unwrap(), "belongs to another case"),
        (
            "a submission whose whole is not its parts",
            |p| {
                let forged = CaseAct::Submitted(Submitted { whole: Digest::of(b"forged"), ..submitted() });
                p.acts = vec![exported(act(p.case, None, &forged))];
            },
            "The digest of the whole is not",
        ),
        ("another receipt number", |p| p.receipt_number = "S7-1-0002".into(), "The receipt number in the index"),
        ("another firm", |p| p.corporate_number = CorporateNumber::from_body(2), "The corporate number in the index"),
        ("a document under another slot", |p| p.documents[0].names[0].slot = "quotes".into(), "was not handed in as `quotes` with act 1"),
        (
            "a text that no act names",
            |p| {
                let added =
                    ExportedContent { digest: Digest::of(b"added"), what: LocalText::ja("申請の内容"), body: Ok("added".into()) };
                p.contents.push(added);
            },
            "No act speaks of it",
        ),
        (
            "a whole chain written anew, with an act that cannot follow",
            |p| {
                let first = act(p.case, None, &CaseAct::Submitted(submitted()));
                let promoted = CaseAct::Promoted { reason: "補欠の繰上げ".into() };
                let second = act(p.case, Some(&first), &promoted);
                p.acts = [first, second].into_iter().map(exported).collect();
            },
            "The acts do not make up a case",
        ),
        (
            "an actor who is nobody",
            |p| {
                let mut only = act(p.case, None, &CaseAct::Submitted(submitted()));
                only.actor = "甲".into();
                only.hash = only.expected_hash();
                p.acts = vec![exported(only)];
            },
            "who acted cannot be read",
        ),
        ("an unknown act", |p| p.acts[2].record.kind = "crowned".into(), "`crowned` is not a kind of act"),
        (
            "a letter forged with its digest",
            |p| {
                p.letters[0].pdf = Ok(b"%PDF forged".to_vec());
                p.letters[0].digest = Digest::of(b"%PDF forged");
            },
            "The letter that was sent is not the one in the file",
        ),
    ];
    for (what, change, expected) in cases {
        let mut forged = package();
        change(&mut forged);
        let said = problems(&files(&written(&forged).unwrap()));
        assert!(said.contains(expected), "{what}: {said}");
    }
}

#[test]
fn files_that_are_not_even_opened() {
    let original = files(&written(&package()).unwrap());
    let with = |name: &str, body: &[u8]| zip(&original.iter().cloned().chain([(name.to_owned(), body.to_vec())]).collect());
    for (bytes, expected) in [
        (b"PK nothing".to_vec(), "cannot be read as a ZIP"),
        (with("../../etc/passwd", b"x"), "outside the folder"),
        (with("bomb", &vec![0_u8; 20 << 20]), ""),
    ] {
        let said = verify_package(Cursor::new(bytes)).map_err(|e| e.to_string());
        match said {
            Ok(report) => assert!(expected.is_empty() && !report.is_sound()),
            Err(e) => assert!(!expected.is_empty() && e.contains(expected), "{e}"),
        }
    }
    let newer = {
        let mut all = original.clone();
        edit(&mut all, places::INDEX, "\"version\": 3,\n  \"case\"", "\"version\": 4,\n  \"case\"");
        problems(&with_right_sums(all))
    };
    assert!(newer.contains("Use a newer banso"), "{newer}");
}

#[test]
fn other_words_than_those_that_judged_are_seen() {
    type Change = fn(&mut ExportedWords);
    let cases: [(&str, Change, &str); 4] = [
        (
            "another definition",
            |w| {
                w.definitions = "# 別の定義
"
                .into()
            },
            "not those that the act which published it names",
        ),
        (
            "another dictionary",
            |w| {
                w.dictionary = "# 別の辞書
"
                .into()
            },
            "not those that the act which published it names",
        ),
        ("an act of publication written anew", |w| w.published.clause = "9-9".into(), "The act that published it does not have its hash"),
        (
            "the publication of another call",
            |w| {
                w.published.stream = StreamId::Call(CallId::parse("sample/r9-9").unwrap());
                w.published.hash = w.published.expected_hash();
            },
            "not those that the act which published it names",
        ),
    ];
    for (what, change, expected) in cases {
        let mut forged = package();
        change(forged.editions[0].words.as_mut().unwrap());
        let said = problems(&files(&written(&forged).unwrap()));
        assert!(said.contains(expected), "{what}: {said}");
    }
}

/// A file that was taken out before editions named what they were read with still proves itself, and says nothing of it.
#[test]
fn a_file_of_the_first_format_is_read() {
    let mut unnoted = package();
    unnoted.editions[0].words = None;
    let now = files(&written(&unnoted).unwrap());
    let page = |all: &Files| String::from_utf8(all.iter().find(|(n, _)| n == places::PAGE).unwrap().1.clone()).unwrap();
    assert!(page(&now).contains("記録はありません"));
    assert!(verify_package(Cursor::new(zip(&now))).unwrap().is_sound());
    let mut old = now.clone();
    edit(&mut old, places::INDEX, "\"version\": 3,\n  \"case\"", "\"version\": 1,\n  \"case\"");
    let index: index::Index = serde_json::from_slice(&old.iter().find(|(n, _)| n == places::INDEX).unwrap().1).unwrap();
    old.iter_mut().find(|(n, _)| n == places::PAGE).unwrap().1 = html::page(&index).into_bytes();
    // Documents had no ending then.
    old.iter_mut().find(|(n, _)| *n == place(DOCUMENTS[0])).unwrap().0 = places::document(Digest::of(DOCUMENTS[0]), None);
    assert!(!page(&old).contains("事実辞書"));
    let report = verify_package(Cursor::new(zip(&with_right_sums(old)))).unwrap();
    assert_eq!(report.problems, []);
}

#[test]
fn what_is_wrong_at_the_source_stops_the_export() {
    let mut wrong_text = package();
    wrong_text.contents[0].body = Ok("{}".into());
    let mut wrong_bytes = package();
    wrong_bytes.documents[0].bytes += 1;
    let mut gone = package();
    gone.documents[0].digest = Digest::of(b"nowhere");
    let mut path = package();
    path.letters[0].file = "../x".into();
    let mut letter = package();
    letter.letters[0].pdf = Ok(b"%PDF forged".to_vec());
    for (package, expected) in [
        (wrong_text, "another content than its digest"),
        (wrong_bytes, "another content than its digest"),
        (gone, "reading or writing"),
        (path, "cannot be the name of a letter"),
        (letter, "another content than its digest"),
    ] {
        let said = written(&package).unwrap_err().to_string();
        assert!(said.contains(expected), "{expected}: {said}");
    }
}
