//! The server's connections: how many there may be, from whom, for how long, and how they end.
//!
//! Whoever connects may only wait so long without a whole request, in all and by network. When there is no room, the
//! connection that has waited longest makes place, never one that is being answered: nobody can shut out the next one
//! by holding connections open.

use crate::app::App;
use crate::rate_limit::networks;
use crate::routes::router;
use axum::body::Body;
use axum::extract::connect_info::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tower_service::Service;

/// How long a connection may be without a whole request: one that is kept open for the next, and one whose headers don't
/// come to an end.
const WAITS: Duration = Duration::from_secs(30);
/// The largest headers of a request.
const HEADERS_MOST: usize = 32 * 1024;
/// How much of a connection is read ahead: also the most that is kept of requests that are sent without waiting for answers.
const AHEAD_MOST: usize = 64 * 1024;
/// How long after it was told to stop the server finishes what is under way.
pub const STOP_WITHIN: Duration = Duration::from_secs(10);
/// So many neighbours may hold at once what one address may hold.
const NEIGHBOURS: usize = 8;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// In all.
    pub most: usize,
    /// From one address, or one IPv6 network of 64 bits; known proxies and this machine are not meant.
    pub of_one: usize,
}

impl Default for Connections {
    fn default() -> Connections {
        Connections { most: 4096, of_one: 64 }
    }
}

/// The open connections.
struct OpenConnections {
    bounds: Connections,
    list: Mutex<(u64, HashMap<u64, OpenConnection>)>,
}

struct OpenConnection {
    /// Whom it counts for; none: nobody but all.
    networks: Option<[IpAddr; 2]>,
    /// Since when it has waited for a request; none while one is being answered.
    waits: Option<Instant>,
    /// Told to make place.
    leave: Arc<Notify>,
}

impl OpenConnections {
    /// Room for one more connection, as a number and the bell that ends it; none when all the others are being answered.
    fn enter(&self, networks: Option<[IpAddr; 2]>) -> Option<(u64, Arc<Notify>)> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, held) = &mut *list;
        let Connections { most, of_one } = self.bounds;
        if let Some([near, around]) = networks {
            make_room(held, of_one, |h| h.networks.is_some_and(|n| n[0] == near))?;
            make_room(held, of_one.saturating_mul(NEIGHBOURS), |h| h.networks.is_some_and(|n| n[1] == around))?;
        }
        make_room(held, most, |_| true)?;
        let leave = Arc::new(Notify::new());
        *next += 1;
        held.insert(*next, OpenConnection { networks, waits: Some(Instant::now()), leave: leave.clone() });
        Some((*next, leave))
    }

    /// A request has come whole (or, its headers have), or has been answered.
    fn waits(&self, number: u64, waits: bool) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = list.1.get_mut(&number) {
            held.waits = waits.then(Instant::now);
        }
    }

    fn left(&self, number: u64) {
        self.list.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&number);
    }
}

/// Has one of these connections leave if there is no room for another; none if none of them waits.
fn make_room(held: &mut HashMap<u64, OpenConnection>, most: usize, of: impl Fn(&OpenConnection) -> bool) -> Option<()> {
    if held.values().filter(|h| of(h)).count() < most {
        return Some(());
    }
    let waiting = held.iter().filter(|(_, h)| of(h)).filter_map(|(number, h)| Some((h.waits?, *number)));
    let (_, oldest) = waiting.min()?;
    held.remove(&oldest)?.leave.notify_one();
    Some(())
}

/// Answers on a listening socket until it is told to stop; then what is under way has [`STOP_WITHIN`], and whatever is not
/// done by then is cut off: it was not acknowledged.
///
/// # Errors
/// What the operating system says.
pub async fn serve(
    listener: TcpListener,
    app: App,
    bounds: Connections,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let routes = router(app.clone());
    let open = Arc::new(OpenConnections { bounds, list: Mutex::new((0, HashMap::new())) });
    let (stopping, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
            Some(_) = tasks.join_next() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or the caller is gone already. Whoever waits is not forgotten: next time.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let networks = (!app.is_proxy(peer.ip().to_canonical())).then(|| networks(peer.ip()));
        let Some((number, leave)) = open.enter(networks) else {
            turned_away(stream);
            continue;
        };
        let (routes, open, stopped) = (routes.clone(), open.clone(), stopped.clone());
        tasks.spawn(async move {
            connection(stream, peer, routes, (&open, number), leave, stopped).await;
            open.left(number);
        });
    }
    drop(listener);
    app.stop();
    let _ = stopping.send(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
        tracing::warn!("some connections were not done in time and are cut off; nothing of theirs was acknowledged");
        tasks.abort_all();
    }
    Ok(())
}

/// Says that there is no room, as far as the caller reads it.
fn turned_away(stream: TcpStream) {
    const FULL: &[u8] =
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(FULL);
    }
}

/// One connection, to its end.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    routes: axum::Router,
    (open, number): (&Arc<OpenConnections>, u64),
    leave: Arc<Notify>,
    mut stopped: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let of_request = open.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut routes, open) = (routes.clone(), of_request.clone());
        async move {
            open.waits(number, false);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = routes.call(request).await;
            open.waits(number, true);
            response
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(WAITS).max_header_size(HEADERS_MOST).max_buf_size(AHEAD_MOST);
    let mut serving = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            // What broke a connection is its caller's affair.
            _ = serving.as_mut() => return,
            () = leave.notified() => return,
            changed = stopped.changed(), if !stopping => {
                stopping = true;
                if changed.is_ok() {
                    serving.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(most: usize, of_one: usize) -> OpenConnections {
        OpenConnections { bounds: Connections { most, of_one }, list: Mutex::new((0, HashMap::new())) }
    }

    fn from(last: u8) -> Option<[IpAddr; 2]> {
        Some(networks([203, 0, 113, last].into()))
    }

    #[test]
    fn the_connection_that_has_waited_longest_makes_place_and_never_one_that_is_answered() {
        let open = open(3, 3);
        let numbers: Vec<u64> = (0..3).map(|n| open.enter(from(n)).unwrap().0).collect();
        open.waits(numbers[0], false);
        let (new, _) = open.enter(from(9)).unwrap();
        let left = |n: &u64| !open.list.lock().unwrap().1.contains_key(n);
        assert_eq!(numbers.iter().map(left).collect::<Vec<_>>(), [false, true, false]);
        open.waits(numbers[2], false);
        open.waits(new, false);
        assert!(open.enter(from(10)).is_none(), "all are being answered");
        open.waits(new, true);
        assert!(open.enter(from(10)).is_some());
    }

    #[test]
    fn one_address_takes_no_room_from_another_and_a_proxy_is_not_one_address() {
        let open = open(1000, 4);
        for _ in 0..50 {
            open.enter(from(1)).unwrap();
            open.enter(None).unwrap();
        }
        open.enter(from(2)).unwrap();
        let list = open.list.lock().unwrap();
        let of = |n: Option<[IpAddr; 2]>| list.1.values().filter(|h| h.networks == n).count();
        assert_eq!((of(from(1)), of(from(2)), of(None)), (4, 1, 50));
    }
}
