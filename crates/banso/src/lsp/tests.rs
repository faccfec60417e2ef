//! An editor talks to the server, in memory.

use std::path::PathBuf;

use banso_kernel::Lang;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{Value, json};

use super::place::address;
use super::talk;

struct Editor {
    connection: Connection,
    server: Option<std::thread::JoinHandle<()>>,
    asked: i32,
    uri: String,
}

impl Editor {
    fn new(locale: &str) -> Self {
        let (ours, theirs) = Connection::memory();
        let server = std::thread::spawn(move || talk(theirs, Lang::Ja).unwrap());
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../programmes/demo/x.md");
        let uri = address(&file).unwrap().as_str().to_owned();
        let mut editor = Editor { connection: ours, server: Some(server), asked: 0, uri };
        let answer = editor.ask("initialize", json!({ "capabilities": {}, "locale": locale }));
        assert!(answer["capabilities"]["hoverProvider"].as_bool().unwrap(), "{answer}");
        editor.say("initialized", json!({}));
        editor
    }

    fn say(&self, method: &str, params: Value) {
        self.connection.sender.send(Message::Notification(Notification::new(method.to_owned(), params))).unwrap();
    }

    fn hear(&self) -> Message {
        self.connection.receiver.recv_timeout(std::time::Duration::from_secs(30)).unwrap()
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        self.connection.sender.send(Message::Request(Request::new(id.clone(), method.to_owned(), params))).unwrap();
        let Message::Response(response) = self.hear() else { panic!("no answer") };
        assert_eq!(response.id, id);
        response.result.unwrap_or_else(|| json!({ "error": response.error.map(|e| e.code) }))
    }

    /// Puts a text before the server; its problems.
    fn write(&self, text: &str) -> Vec<Value> {
        self.say(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": self.uri, "languageId": "markdown", "version": 1, "text": text } }),
        );
        let Message::Notification(note) = self.hear() else { panic!("nothing was told") };
        note.params["diagnostics"].as_array().unwrap().clone()
    }

    /// Asks about the place where `‸` stands.
    fn at(&mut self, method: &str, text: &str) -> Value {
        let at = text.find('‸').unwrap();
        let text = text.replacen('‸', "", 1);
        self.write(&text);
        let position = super::place::position(&text, at);
        self.ask(method, json!({ "textDocument": { "uri": self.uri }, "position": position }))
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.ask("shutdown", Value::Null);
        self.say("exit", Value::Null);
        self.server.take().unwrap().join().unwrap();
    }
}

fn small() -> String {
    std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../domain/guideline/tests/house/small.md")).unwrap()
}

#[test]
fn problems_are_told_while_one_writes() {
    let editor = Editor::new("ja-JP");
    assert_eq!(editor.write(&small()), Vec::<Value>::new());
    let told = editor.write(&small().replacen("補助事業期間 <= 最長期間", "補助事業機間 <= 最長期間", 1));
    assert_eq!((told.len(), told[0]["code"].as_str(), told[0]["severity"].as_i64()), (1, Some("unknown-name"), Some(1)));
    let range = &told[0]["range"];
    assert_eq!(range["end"]["character"].as_i64().unwrap() - range["start"]["character"].as_i64().unwrap(), 6, "{range}");
    assert!(told[0]["message"].as_str().unwrap().contains("補助事業期間"), "the nearest name: {told:?}");
    let broken = editor.write("---\n制度: x");
    assert!(broken.iter().any(|d| d["code"] == "front-matter"), "{broken:?}");
}

#[test]
fn a_name_says_what_it_means_and_where_it_is_defined() {
    let mut editor = Editor::new("en");
    let with = |from: &str, to: &str| small().replacen(from, to, 1);
    let hover = |e: &mut Editor, text: &str| e.at("textDocument/hover", text)["contents"]["value"].as_str().unwrap_or_default().to_owned();
    assert!(hover(&mut editor, &with("補助事業期間 <= 最長", "補助‸事業期間 <= 最長")).contains("Years of the project"));
    assert!(hover(&mut editor, &with("補助率: 補助率", "補助率: 補‸助率")).contains("defined in 2"));
    assert!(hover(&mut editor, &with("中小企業者である", "中小‸企業者である")).contains("Shared definition"));
    assert_eq!(hover(&mut editor, &with("誓約書を見る", "誓約‸書を見る")), "");
    let origin = |e: &mut Editor, text: &str| e.at("textDocument/definition", text);
    let found = origin(&mut editor, &with("補助率: 補助率", "補助率: 補‸助率"));
    assert_eq!(found["range"]["start"]["line"].as_u64(), small().lines().position(|l| l == "【決定表：補助率】").map(|n| n as u64));
    let found = origin(&mut editor, &with("補助事業期間 <= 最長", "補助‸事業期間 <= 最長"));
    assert!(found["uri"].as_str().unwrap().ends_with("facts/dictionary.md"), "{found}");
    let found = origin(&mut editor, &with("| 不適 | 1-2 |", "| 不適 | 1‸-2 |"));
    assert_eq!(found["range"]["start"]["line"].as_u64(), small().lines().position(|l| l == "### 1-2 期間").map(|n| n as u64));
}

#[test]
fn what_could_stand_here() {
    let mut editor = Editor::new("ja");
    let mut labels = |text: &str| -> Vec<String> {
        let found = editor.at("textDocument/completion", text);
        found.as_array().unwrap().iter().map(|c| c["label"].as_str().unwrap().to_owned()).collect()
    };
    let inside = labels(&small().replacen("中小企業者である\n", "中小企業者である かつ ‸\n", 1));
    for expected in ["従業員数", "補助率", "合計", "不適のとき"] {
        assert!(inside.iter().any(|l| l == expected), "{expected}");
    }
    assert!(labels(&small().replacen("中小企業者である\n", "業種 = ‸\n", 1)).contains(&"卸売業".to_owned()));
    assert!(labels(&format!("{}\n【‸", small())).contains(&"採点表".to_owned()));
    assert!(labels(&format!("{}\n```‸", small())).contains(&"検証例".to_owned()));
    assert_eq!(labels(&format!("{}\n本文‸", small())), Vec::<String>::new());
}

#[test]
fn a_text_is_laid_out_and_what_is_not_served_is_refused() {
    let mut editor = Editor::new("ja");
    editor.write(&small().replacen("| 審査員数 | 2名 |", "|審査員数|2名|", 1));
    let uri = editor.uri.clone();
    let options = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 4, "insertSpaces": true } });
    let edits = editor.ask("textDocument/formatting", options);
    assert!(edits[0]["newText"].as_str().unwrap().contains("| 審査員数 | 2名 |"), "{edits}");
    assert_eq!(editor.ask("textDocument/rename", json!({}))["error"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({ "no": 1 }))["error"], -32602);
    let elsewhere = json!({ "textDocument": { "uri": "file:///nowhere.md" }, "position": { "line": 0, "character": 0 } });
    assert_eq!(editor.ask("textDocument/hover", elsewhere), Value::Null);
}
