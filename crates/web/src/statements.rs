//! In debug builds every answer says how many SQL statements it took to read it: so that a test can hold a page to its
//! number whatever the number of rows.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

tokio::task_local! {
    static COUNT: Arc<AtomicU64>;
}

/// Adds statements that the request at hand has run.
pub(crate) fn add(statements: u64) {
    // Outside of a request there is nobody to tell.
    let _ = COUNT.try_with(|count| count.fetch_add(statements, Ordering::Relaxed));
}

/// Says in the header `x-statements` how many statements an answer took.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    if !cfg!(debug_assertions) {
        return next.run(request).await;
    }
    let count = Arc::new(AtomicU64::new(0));
    let mut response = COUNT.scope(count.clone(), next.run(request)).await;
    response.headers_mut().insert("x-statements", count.load(Ordering::Relaxed).into());
    response
}
