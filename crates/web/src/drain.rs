//! Who is refused still hears why: a browser reads the answer only after it has sent its whole request, and shows "connection reset"
//! when the server hangs up before. So what was left unread is read to its end, within limits, and thrown away.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream as _, StreamExt as _, stream};

/// Most bytes that are read only to be thrown away. Who sends more is cut off.
const THROWN_AWAY_MAX: usize = 1 << 30;

/// A body that outlives whoever was given it.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Shared {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::pin::Pin::new(&mut *stream).poll_next(cx)
    }

    fn into_stream(self) -> impl futures_util::Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
        stream::poll_fn(move |cx| self.poll(cx))
    }
}

/// Answers, and reads what the answer did not need.
pub(crate) async fn to_the_end(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let shared = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let response = next.run(Request::from_parts(parts, Body::from_stream(shared.clone().into_stream()))).await;
    throw_away(shared).await;
    response
}

async fn throw_away(shared: Shared) {
    let mut rest = shared.into_stream();
    let mut thrown = 0_usize;
    while let Some(Ok(chunk)) = rest.next().await {
        thrown = thrown.saturating_add(chunk.len());
        if thrown > THROWN_AWAY_MAX {
            return;
        }
    }
}
