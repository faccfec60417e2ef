//! Files good and bad, and what is said of each.

use std::io::Cursor;

use super::*;
use crate::archive::tests::zipped;

fn office(part: &str, extra: &[(&str, &[u8])]) -> Vec<u8> {
    let mut entries: Vec<(&str, &[u8])> = vec![("[Content_Types].xml", b"<Types/>"), (part, b"<x/>")];
    entries.extend_from_slice(extra);
    zipped(&entries)
}

fn pdf(body: &str) -> Vec<u8> {
    format!("%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n{body}\nstartxref\n9\n%%EOF\n").into_bytes()
}

fn everything() -> Vec<String> {
    FileKind::ALL.iter().map(|k| k.media_type().to_owned()).collect()
}

fn look(bytes: &[u8], name: &str, accepted: &[String]) -> Result<InspectedFile, SniffRefusal> {
    inspect(&mut Cursor::new(bytes), name, Expected { media_types: accepted, bytes_max: 64 << 20 })
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00";
const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old workbook";

#[test]
fn files_that_are_taken() {
    for (bytes, name, kind, shown) in [
        (pdf(""), "計画書.pdf", FileKind::Pdf, "計画書.pdf"),
        (pdf("(see /Encrypt in the manual)"), "a.PDF", FileKind::Pdf, "a.PDF"),
        (office("xl/workbook.xml", &[]), "経費.xlsx", FileKind::Xlsx, "経費.xlsx"),
        (office("word/document.xml", &[]), "a.docx", FileKind::Docx, "a.docx"),
        (office("ppt/presentation.xml", &[]), "a.pptx", FileKind::Pptx, "a.pptx"),
        (zipped(&[("見積書/a.pdf", b"x")]), "見積.zip", FileKind::Zip, "見積.zip"),
        (PNG.to_vec(), "図.png", FileKind::Png, "図.png"),
        (JPEG.to_vec(), "写真.JPG", FileKind::Jpeg, "写真.JPG"),
        ("年,額\r\n1,100\r\n".into(), "表.csv", FileKind::Csv, "表.csv"),
        (b"\x82\xA0,1\r\n".to_vec(), "sjis.csv", FileKind::Csv, "sjis.csv"),
        ("メモ".into(), "memo.txt", FileKind::Text, "memo.txt"),
        (pdf(""), "C:\\Users\\甲\\計画書.pdf", FileKind::Pdf, "計画書.pdf"),
        (pdf(""), "../../etc/計画\u{202E}fdp.pdf", FileKind::Pdf, "計画fdp.pdf"),
        (pdf(""), "", FileKind::Pdf, "file"),
        (pdf(""), "a\"b\r\n<c>.pdf", FileKind::Pdf, "a_b_c_.pdf"),
    ] {
        let found = look(&bytes, name, &everything()).unwrap();
        let expected = InspectedFile { name: shown.into(), kind, media_type: kind.media_type(), bytes: bytes.len() as u64 };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn files_that_are_refused_with_the_remedy() {
    let encrypted_office = [OLE, &"EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat();
    let bomb = zipped(&[("xl/workbook.xml", &vec![0_u8; 17 << 20])]);
    let cut = pdf("").iter().take(30).copied().collect();
    let padded_encrypt = pdf(&format!("{}trailer << /Root 1 0 R /Encrypt 12 0 R >>", " ".repeat(65_500)));
    for (bytes, name, ja) in [
        (b"MZ\x90\x00\x03".to_vec(), "計画書.pdf", "実行ファイル（.exe"),
        (b"\x7FELF\x02\x01".to_vec(), "a.xlsx", "実行ファイル"),
        (b"#!/bin/sh\n".to_vec(), "a.txt", "スクリプト"),
        (b"<!DOCTYPE html><script>".to_vec(), "表.csv", "ウェブページ"),
        (b"\xEF\xBB\xBF <svg onload=x>".to_vec(), "図.png", "ウェブページ"),
        (b"".to_vec(), "a.pdf", "空です"),
        (cut, "a.pdf", "途中で切れています"),
        (pdf("trailer << /Encrypt 5 0 R >>"), "a.pdf", "パスワードを外して"),
        (pdf("trailer << /Encrypt << /Filter /Standard >> >>"), "a.pdf", "パスワードを外して"),
        (padded_encrypt, "a.pdf", "パスワードを外して"),
        (encrypted_office, "a.xlsx", "パスワードを外して"),
        (OLE.to_vec(), "a.xls", "古い形式"),
        (office("xl/workbook.xml", &[("xl/vbaProject.bin", b"x")]), "a.xlsx", "マクロ"),
        (pdf(""), "a.docx", "名前の末尾は「.docx」ですが、中身はPDFです"),
        (zipped(&[("a.txt", b"x")]), "a.xlsx", "中身はZIPです"),
        (zipped(&[("請求書.pdf.exe", b"x")]), "a.zip", "実行できるファイル「請求書.pdf.exe」"),
        (zipped(&[("../a.txt", b"x")]), "a.zip", "安全でない"),
        (bomb, "a.xlsx", "大きすぎる"),
        (b"PK\x03\x04 broken".to_vec(), "a.zip", "壊れている"),
        (b"\x00\x01\x02\x03".to_vec(), "a.txt", "種類を確かめられません"),
        (b"GIF89a\x01\x00".to_vec(), "a.png", "種類を確かめられません"),
    ] {
        let refusal = look(&bytes, name, &everything()).unwrap_err();
        let told = refusal.told();
        assert!(told.ja.contains(ja), "{name}: {refusal}: {}", told.ja);
        assert!(told.en.is_some_and(|en| !en.is_empty()), "{name}");
    }
}

#[test]
fn what_the_form_did_not_ask_for() {
    let only_pdf = ["application/pdf".to_owned()];
    let told = look(PNG, "a.png", &only_pdf).unwrap_err().told();
    assert_eq!(told.ja, "このファイルの中身はPNGです。ここに提出できるのはPDFです。保存し直してください。");
    let small = Expected { media_types: &only_pdf, bytes_max: 10 };
    let told = inspect(&mut Cursor::new(pdf("")), "a.pdf", small).unwrap_err().told();
    assert!(told.ja.contains("10 バイト以下"), "{}", told.ja);
}

#[test]
fn long_names_keep_their_ending() {
    let name = clean_name(&format!("{}.pdf", "長".repeat(400)));
    assert_eq!(name.chars().count(), NAME_LIMIT);
    assert!(name.ends_with(".pdf"));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_stumble(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), start in 0..6_usize) {
        let prefix: [&[u8]; 6] = [b"", b"PK\x03\x04", b"%PDF-1.4", b"PK\x05\x06", OLE, PNG];
        let whole = [prefix[start], &bytes].concat();
        let _said = look(&whole, "a.bin", &everything()).map_err(|e| e.told());
    }
}
