//! How a line of the map becomes a route: its gate, its CSRF check, its limits; and the layers around all of them.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use banso_office::Office;
use banso_permits::Role;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::context::PageContext;
use crate::failure::Failure;
use crate::kept::Kept;
use crate::{Settings, assets, context, csrf, drain, failure, headers, routes, session};

/// What every handler can ask for.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) office: Office,
    pub(crate) settings: Settings,
}

impl FromRef<AppState> for Office {
    fn from_ref(state: &AppState) -> Office {
        state.office.clone()
    }
}

impl FromRef<AppState> for Settings {
    fn from_ref(state: &AppState) -> Settings {
        state.settings.clone()
    }
}

/// Who may enter. What they may do inside is for the policies to say, in the use case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    Anyone,
    SignedIn,
    Applicant,
    /// Officers, directors, and auditors (who read).
    Office,
    Reviewer,
    Auditor,
    /// Policy analysts, and who reads what they found: the office and auditors.
    Analyst,
}

impl Gate {
    /// The roles that open it; none for the two gates that do not ask for a role.
    const fn roles(self) -> &'static [Role] {
        match self {
            Gate::Anyone | Gate::SignedIn => &[],
            Gate::Applicant => &[Role::Applicant],
            Gate::Office => &[Role::Officer, Role::Director, Role::Auditor],
            Gate::Reviewer => &[Role::Reviewer],
            Gate::Auditor => &[Role::Auditor],
            Gate::Analyst => &[Role::Analyst, Role::Officer, Role::Director, Role::Auditor],
        }
    }

    fn open_to(self, page: &PageContext) -> Result<(), Failure> {
        match (self, &page.account) {
            (Gate::Anyone, _) | (Gate::SignedIn, Some(_)) => Ok(()),
            (_, None) => Err(Failure::SignInNeeded { page: page.here() }),
            (_, Some(account)) if self.roles().iter().any(|r| account.person.roles.contains(r)) => Ok(()),
            (_, Some(_)) => Err(Failure::WrongDesk),
        }
    }
}

/// What a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    Nothing,
    Form,
    /// A form with a file, streamed.
    Upload,
}

/// One line of the map.
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) gate: Gate,
    pub(crate) carries: Carries,
    handler: MethodRouter<AppState>,
}

/// A page.
pub(crate) fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, gate: Gate, handler: H) -> Route {
    Route { path, gate, carries: Carries::Nothing, handler: on(MethodFilter::GET, handler) }
}

/// A form sent.
pub(crate) fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, gate: Gate, handler: H) -> Route {
    Route { path, gate, carries: Carries::Form, handler: on(MethodFilter::POST, handler) }
}

/// A file sent.
pub(crate) fn upload<H: Handler<T, AppState>, T: 'static>(path: &'static str, gate: Gate, handler: H) -> Route {
    Route { path, gate, carries: Carries::Upload, handler: on(MethodFilter::POST, handler) }
}

/// Most bytes of a form without files.
pub(crate) const FORM_BYTES_MAX: usize = 2 << 20;
/// Most bytes of a form with files; the guideline's own limit for each document is checked while it streams.
pub(crate) const UPLOAD_BYTES_MAX: usize = 110 << 20;
const PAGE_TIME: Duration = Duration::from_secs(30);
const UPLOAD_TIME: Duration = Duration::from_secs(15 * 60);

impl Route {
    fn into_router(self) -> Router<AppState> {
        let (bytes, time) = match self.carries {
            Carries::Nothing | Carries::Form => (FORM_BYTES_MAX, PAGE_TIME),
            Carries::Upload => (UPLOAD_BYTES_MAX, UPLOAD_TIME),
        };
        let checked: MethodRouter<AppState> = match self.carries {
            Carries::Nothing => self.handler,
            Carries::Form => self.handler.layer(from_fn(csrf::check_form)),
            Carries::Upload => self.handler.layer(from_fn(csrf::check_origin)),
        };
        let gated: MethodRouter<AppState> = checked.layer(from_fn_with_state(self.gate, at_the_gate));
        let limited: MethodRouter<AppState> = gated.layer(DefaultBodyLimit::max(bytes));
        let heard: MethodRouter<AppState> = match self.carries {
            Carries::Nothing => limited,
            Carries::Form | Carries::Upload => limited.layer(from_fn(drain::to_the_end)),
        };
        Router::new().route(self.path, heard.layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time)))
    }
}

async fn at_the_gate(State(gate): State<Gate>, page: PageContext, request: Request, next: Next) -> Response {
    match gate.open_to(&page) {
        Ok(()) => next.run(request).await,
        Err(failure) => {
            let lost = matches!(failure, Failure::SignInNeeded { .. }) && carries_a_file(request.headers());
            let failure = if lost { Failure::FileNotTaken } else { failure };
            let kept = Kept::unread(request).await;
            let mut response = failure.into_response();
            if let Some(kept) = kept {
                response.extensions_mut().insert(kept);
            }
            response
        }
    }
}

fn carries_a_file(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/form-data")
}

/// The web application over an office.
pub fn app(office: Office, settings: Settings) -> Router {
    let state = AppState { office: office.clone(), settings: settings.clone() };
    let pages = routes::map().into_iter().fold(Router::new(), |router, line| router.merge(line.into_router()));
    let pages = pages
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .layer(from_fn(failure::survive))
        .layer(from_fn_with_state(state.clone(), failure::as_page))
        .layer(from_fn_with_state(state.clone(), context::attach))
        .layer(session::layer(office, &settings))
        .layer(from_fn_with_state(state.clone(), failure::never_bare))
        .layer(CompressionLayer::new().gzip(true))
        .with_state(state);
    assets::router().merge(pages).layer(from_fn_with_state(settings, headers::add))
}
