//! `index.html`: the case as a timeline for people. No scripts, nothing loaded from elsewhere, every text escaped.

use std::fmt::Write as _;

use banso_kernel::{Digest, Instant, LocalText, group_thousands};

use super::index::{ExportedAct, ExportedDocument, Index, IndexedEdition, WITH_WORDS};
use super::places;

const STYLE: &str = "\
body{font-family:'Noto Sans JP','BIZ UDPGothic','Hiragino Sans','Yu Gothic',sans-serif;line-height:1.7;color:#1a1a1c;max-width:60rem;margin:0 auto;padding:1.5rem}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem;border-bottom:1px solid #949494}\
.en,.sub{color:#595959;font-size:.875rem}.demo{border:2px solid #b01c0e;color:#b01c0e;padding:.5rem 1rem;font-weight:700}\
dl{display:grid;grid-template-columns:12rem 1fr;gap:.5rem 1rem}dt{font-weight:700}dt .en{display:block;font-weight:400}h1 .en,h2 .en,strong .en{font-weight:400}dd{margin:0}\
ol.acts{list-style:none;padding:0;border-left:3px solid #0017c1}ol.acts>li{padding:0 0 1.25rem 1.25rem}\
.hash{font-family:ui-monospace,monospace;font-size:.8125rem;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #949494;padding:.4rem;text-align:left;vertical-align:top}td.n{text-align:right;white-space:nowrap}\
.scroll{overflow-x:auto}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f2f2f2;padding:.75rem}\
a:focus-visible,summary:focus-visible{outline:4px solid #000;outline-offset:2px}\
@media(max-width:40rem){dl{grid-template-columns:1fr}}@media print{body{max-width:none}}";

/// The whole page.
pub(super) fn page(index: &Index) -> String {
    let mut out = String::with_capacity(32 * 1024);
    head(&mut out, index);
    facts(&mut out, index);
    acts(&mut out, index);
    documents(&mut out, index);
    others(&mut out, index);
    put(&mut out, "</main></body></html>\n");
    out
}

fn put(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Text as HTML, also within quoted attributes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

fn both(text: &LocalText) -> String {
    match &text.en {
        Some(en) if *en != text.ja => format!("{} <span class=\"en\" lang=\"en\">{}</span>", escape(&text.ja), escape(en)),
        Some(_) | None => escape(&text.ja),
    }
}

fn moment(at: Instant) -> String {
    format!("{}（{} JST）", at.wareki(), at)
}

fn hash(digest: Digest) -> String {
    format!("<span class=\"hash\">{digest}</span>")
}

fn head(out: &mut String, index: &Index) {
    let title = escape(&format!("案件記録 {} {}", index.receipt_number, index.title));
    let _written = write!(
        out,
        "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>\n"
    );
    if index.synthetic {
        put(out, "<p class=\"demo\">合成データ（デモ）/ SYNTHETIC DEMO DATA</p>\n");
    }
    let _written = writeln!(out, "<h1>案件記録 <span class=\"en\" lang=\"en\">Case file</span><br>{}</h1>", escape(&index.title));
}

fn facts(out: &mut String, index: &Index) {
    let applicant = format!("{}<br><span class=\"sub\">法人番号 {}</span>", escape(&index.applicant), index.corporate_number);
    let call = format!("{}<br>{}", both(&index.programme), both(&index.call));
    let taken = format!("{}<br><span class=\"sub\">{}</span>", moment(index.exported_at), escape(&index.exported_by));
    put(out, "<dl>");
    for (ja, en, value) in [
        ("受付番号", "Receipt number", escape(&index.receipt_number)),
        ("公募", "Call", call),
        ("申請者", "Applicant", applicant),
        ("現在の状態", "State", both(&index.state)),
        ("取り出した日時", "Taken out", taken),
        ("案件ID", "Case id", index.case.to_string()),
        ("連鎖の末尾", "Head of the chain", hash(index.head)),
    ] {
        let _written = writeln!(out, "<dt>{ja} <span class=\"en\" lang=\"en\">{en}</span></dt><dd>{value}</dd>");
    }
    put(
        out,
        "</dl>\n<p><code>banso verify このファイル.zip</code> で、データベースによらずに、すべてのハッシュ、内容及び書類を確かめられます。\
         <span class=\"en\" lang=\"en\">`banso verify FILE.zip` checks every hash, content and document without the database.</span></p>\n",
    );
}

fn acts(out: &mut String, index: &Index) {
    let _written =
        writeln!(out, "<h2>経過（{}件） <span class=\"en\" lang=\"en\">Timeline</span></h2>\n<ol class=\"acts\">", index.acts.len());
    for act in &index.acts {
        one_act(out, act);
    }
    put(out, "</ol>\n");
}

fn one_act(out: &mut String, act: &ExportedAct) {
    let r = &act.record;
    let who = act.who.as_deref().unwrap_or(&r.actor);
    let summary = act.summary.as_ref().map(|s| format!("<br>{}", both(s))).unwrap_or_default();
    let payload = serde_json::from_str::<serde_json::Value>(&r.payload)
        .and_then(|v| serde_json::to_string_pretty(&v))
        .unwrap_or_else(|_| r.payload.clone());
    let _written = writeln!(
        out,
        "<li id=\"act-{seq}\"><strong>{seq}. {name}</strong>{summary}<br>\
         <span class=\"sub\">記録 {recorded}　効力発生 {effective}<br>{who}（{authority}）　根拠 {clause}</span>\
         <details><summary>内容とハッシュ <span class=\"en\" lang=\"en\">Payload and hashes</span></summary><pre>{payload}</pre>\
         <p class=\"sub\">{kind} v{version}　直前 {prev}<br>この行為 {hash}<br>公募要領の版 {edition}</p></details></li>",
        seq = r.seq,
        name = both(&act.name),
        recorded = moment(r.recorded_at),
        effective = r.effective_on.wareki(),
        who = escape(who),
        authority = escape(&r.authority),
        clause = escape(&r.clause),
        payload = escape(&payload),
        kind = escape(&r.kind),
        version = r.version,
        prev = hash(r.prev_hash),
        hash = hash(r.hash),
        edition = hash(r.edition),
    );
}

fn documents(out: &mut String, index: &Index) {
    let _written = writeln!(out, "<h2>書類（{}件） <span class=\"en\" lang=\"en\">Documents</span></h2>", index.documents.len());
    put(
        out,
        "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">ファイル名 Name</th><th scope=\"col\">行為 Act</th>\
         <th scope=\"col\">バイト数 Bytes</th><th scope=\"col\">SHA-256</th></tr></thead><tbody>\n",
    );
    for document in &index.documents {
        for name in &document.names {
            let _written = writeln!(
                out,
                "<tr><td>{}<br><span class=\"sub\">{}</span></td><td><a href=\"#act-{seq}\">{seq}</a></td><td class=\"n\">{}</td><td>{}</td></tr>",
                link(index, document, &name.name),
                escape(&name.slot),
                group_thousands(i128::from(document.bytes)),
                hash(document.digest),
                seq = name.seq,
            );
        }
    }
    put(out, "</tbody></table></div>\n");
}

fn link(index: &Index, document: &ExportedDocument, name: &str) -> String {
    let name = escape(name);
    match &document.erased {
        Some(note) => format!("{name}<br>（消去済み {}：{}）", note.at.day().wareki(), escape(&note.reason)),
        None => format!("<a href=\"{}\" download=\"{name}\">{name}</a>", index.place(document)),
    }
}

fn others(out: &mut String, index: &Index) {
    put(out, "<h2>文書 <span class=\"en\" lang=\"en\">Letters</span></h2>\n<ul>");
    for letter in &index.letters {
        let title = both(&letter.title);
        let _written = match &letter.erased {
            Some(note) => writeln!(out, "<li>{title}（消去済み {}：{}）</li>", note.at.day().wareki(), escape(&note.reason)),
            None => writeln!(out, "<li><a href=\"{}\">{title}</a></li>", escape(&places::letter(&letter.file))),
        };
    }
    put(out, "</ul>\n<h2>申請の内容・審査の意見 <span class=\"en\" lang=\"en\">Contents</span></h2>\n<ul>");
    for content in &index.contents {
        let state = match &content.erased {
            Some(note) => format!("（消去済み {}：{}）", note.at.day().wareki(), escape(&note.reason)),
            None => format!("<a href=\"{}\">JSON</a>", places::content(content.digest)),
        };
        let _written = writeln!(out, "<li>{} {state} {}</li>", both(&content.what), hash(content.digest));
    }
    put(out, "</ul>\n<h2>公募要領 <span class=\"en\" lang=\"en\">Guideline editions</span></h2>\n<ul>");
    for edition in &index.editions {
        let _written = writeln!(
            out,
            "<li><a href=\"{}\">{}</a> {}{}</li>",
            places::edition(edition.digest),
            escape(&edition.name),
            hash(edition.digest),
            words(index, edition)
        );
    }
    put(out, "</ul>\n");
}

/// What an edition was read with; nothing in a file of the first format, which does not say.
fn words(index: &Index, edition: &IndexedEdition) -> String {
    if index.version < WITH_WORDS {
        return String::new();
    }
    let Some(words) = &edition.words else {
        return "<br><span class=\"sub\">事実辞書・共通の定義の記録はありません（記録を始める前の公表）。 <span lang=\"en\">What it was read with is \
                not on record.</span></span>"
            .to_owned();
    };
    let link = |digest: Digest| format!("<a href=\"{}\">{}</a>", places::words(digest), hash(digest));
    format!(
        "<br><span class=\"sub\">事実辞書 <span lang=\"en\">Fact dictionary</span> {}<br>共通の定義 <span lang=\"en\">Shared definitions</span> {}</span>",
        link(words.dictionary),
        link(words.definitions)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
    }
}
