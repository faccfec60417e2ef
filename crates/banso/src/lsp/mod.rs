//! `banso lsp`: a language server for guidelines over standard input and output. It tells problems while one writes, what a name means,
//! what could stand here, where a name or a clause is defined, and lays a text out. It reads files beside the text and writes none.

mod place;
mod text;

use std::collections::HashMap;

use banso_kernel::Lang;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, Formatting, GotoDefinition, HoverRequest, Request as _};
use lsp_types::{
    CompletionOptions, CompletionParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentFormattingParams, GotoDefinitionParams, HoverParams, HoverProviderCapability, InitializeParams,
    OneOf, PublishDiagnosticsParams, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, Uri,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::text::{House, Open};
use crate::trouble::Trouble;

/// Serves an editor until it says good-bye.
pub(crate) fn serve(lang: Lang) -> Result<(), Trouble> {
    let (connection, threads) = Connection::stdio();
    let ended = talk(connection, lang);
    threads.join().map_err(Trouble::Serving)?;
    ended.map_err(|e| Trouble::Editor(e.to_string()))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The conversation from the greeting to the good-bye.
pub(crate) fn talk(connection: Connection, lang: Lang) -> Result<(), Failed> {
    let (id, params) = connection.initialize_start()?;
    let lang = asked_language(&params).unwrap_or(lang);
    let answer = serde_json::json!({
        "capabilities": capabilities(),
        "serverInfo": { "name": "banso", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    let mut server = Server { lang, texts: HashMap::new(), house: House::default() };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => {
                if connection.handle_shutdown(&request)? {
                    return Ok(());
                }
                connection.sender.send(Message::Response(server.answer(request)))?;
            }
            Message::Notification(note) => {
                for told in server.heard(note) {
                    connection.sender.send(Message::Notification(told))?;
                }
            }
            Message::Response(_) => {}
        }
    }
    Ok(())
}

/// The language of the editor, where it says one.
fn asked_language(params: &serde_json::Value) -> Option<Lang> {
    let params: InitializeParams = serde_json::from_value(params.clone()).ok()?;
    let locale = params.locale?;
    if locale.starts_with("ja") { Some(Lang::Ja) } else { locale.starts_with("en").then_some(Lang::En) }
}

fn capabilities() -> ServerCapabilities {
    let triggers = ["【", "`", "|", "：", " "].map(str::to_owned).to_vec();
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions { trigger_characters: Some(triggers), ..CompletionOptions::default() }),
        definition_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

struct Server {
    lang: Lang,
    texts: HashMap<Uri, Open>,
    /// Dictionaries and shared definitions, by their folder.
    house: House,
}

impl Server {
    fn answer(&mut self, request: Request) -> Response {
        let lang = self.lang;
        match request.method.as_str() {
            HoverRequest::METHOD => self.on_text(request, |params: HoverParams| {
                let at = params.text_document_position_params;
                (at.text_document.uri, move |text: &Open| text.hover(at.position, lang))
            }),
            Completion::METHOD => self.on_text(request, |params: CompletionParams| {
                let at = params.text_document_position;
                (at.text_document.uri, move |text: &Open| text.completions(at.position, lang))
            }),
            GotoDefinition::METHOD => self.on_text(request, |params: GotoDefinitionParams| {
                let at = params.text_document_position_params;
                (at.text_document.uri.clone(), move |text: &Open| text.origin(at.position, &at.text_document.uri))
            }),
            Formatting::METHOD => {
                self.on_text(request, |params: DocumentFormattingParams| (params.text_document.uri, |text: &Open| text.laid_out()))
            }
            other => {
                let said = format!("`{other}` is not served");
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, said)
            }
        }
    }

    /// Answers a question about an open text; nothing about one that is not open.
    fn on_text<P, A, F>(&self, request: Request, ask: impl FnOnce(P) -> (Uri, F)) -> Response
    where
        P: DeserializeOwned,
        A: Serialize,
        F: FnOnce(&Open) -> Option<A>,
    {
        let id: RequestId = request.id;
        match serde_json::from_value::<P>(request.params) {
            Ok(params) => {
                let (uri, answer) = ask(params);
                Response::new_ok(id, self.texts.get(&uri).and_then(answer))
            }
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
        }
    }

    /// What is told after the editor said something.
    fn heard(&mut self, note: Notification) -> Vec<Notification> {
        match note.method.as_str() {
            DidOpenTextDocument::METHOD => match serde_json::from_value::<DidOpenTextDocumentParams>(note.params) {
                Ok(p) => self.changed(p.text_document.uri, p.text_document.text),
                Err(_) => Vec::new(),
            },
            DidChangeTextDocument::METHOD => match serde_json::from_value::<DidChangeTextDocumentParams>(note.params) {
                Ok(p) => match p.content_changes.into_iter().last() {
                    Some(change) => self.changed(p.text_document.uri, change.text),
                    None => Vec::new(),
                },
                Err(_) => Vec::new(),
            },
            // The dictionary may have been saved: the texts that are open are read with it anew.
            DidSaveTextDocument::METHOD if serde_json::from_value::<DidSaveTextDocumentParams>(note.params.clone()).is_ok() => {
                self.house = House::default();
                let texts: Vec<(Uri, String)> = self.texts.iter().map(|(uri, open)| (uri.clone(), open.source.clone())).collect();
                texts.into_iter().flat_map(|(uri, source)| self.changed(uri, source)).collect()
            }
            DidCloseTextDocument::METHOD => match serde_json::from_value::<DidCloseTextDocumentParams>(note.params) {
                Ok(p) => {
                    self.texts.remove(&p.text_document.uri);
                    vec![told(p.text_document.uri, Vec::new())]
                }
                Err(_) => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn changed(&mut self, uri: Uri, source: String) -> Vec<Notification> {
        let open = Open::read(&uri, source, &mut self.house);
        let diagnostics = open.diagnostics(&uri, self.lang);
        self.texts.insert(uri.clone(), open);
        vec![told(uri, diagnostics)]
    }
}

fn told(uri: Uri, diagnostics: Vec<lsp_types::Diagnostic>) -> Notification {
    Notification::new(PublishDiagnostics::METHOD.to_owned(), PublishDiagnosticsParams::new(uri, diagnostics, None))
}

#[cfg(test)]
mod tests;
