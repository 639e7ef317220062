//! What a request brings is read whole before anything is done with it: within bounds of size, time and memory, so that
//! whoever sends slowly holds nothing that others wait for. No size that a request claims is believed.

use crate::app::App;
use crate::caller::From;
use crate::problem::Problem;
use crate::rate_limit::networks;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Every body may take so long.
const GRACE: Duration = Duration::from_secs(20);
/// A body that takes longer must have come at this rate on the whole, in bytes a second: a phone on a bad line has it.
const LEAST_RATE: u64 = 4096;
/// However large it is and however fast it comes, a body may take no longer than this.
const LONGEST: Duration = Duration::from_secs(300);
/// How long a body waits for memory that others have.
const MEMORY_WAIT: Duration = Duration::from_secs(10);

/// What has come is kept in pieces of this size.
const PIECE: usize = 64 * 1024;
/// How many pieces all bodies under way may hold together: 512 MB.
const PIECES_MOST: usize = 8192;
/// How many of them the bodies from one address may hold: two forms with as many photos as they may have.
const PIECES_OF_ONE: usize = 2 * 1024 + 64;
/// How many bodies from one address may be under way at the same time.
const BODIES_OF_ONE: usize = 32;
/// So many neighbours may hold at once what one address may hold.
const NEIGHBOURS: usize = 4;

/// How long a body may take of which so much has come.
fn allowed(read: u64) -> Duration {
    (GRACE + Duration::from_secs(read / LEAST_RATE)).min(LONGEST)
}

/// The bodies under way.
pub(crate) struct Bodies {
    memory: Arc<Semaphore>,
    shares: Mutex<HashMap<IpAddr, NetworkShare>>,
}

/// What the bodies from one network hold.
#[derive(Default)]
struct NetworkShare {
    bodies: usize,
    pieces: usize,
}

impl Bodies {
    pub(crate) fn new() -> Bodies {
        Bodies { memory: Arc::new(Semaphore::new(PIECES_MOST)), shares: Mutex::new(HashMap::new()) }
    }

    /// One more body from an address. This machine itself is not bounded: a proxy on it names its callers.
    fn begin(&self, from: IpAddr) -> Result<Share<'_>, Problem> {
        let networks = if from.is_loopback() { Vec::new() } else { networks(from).to_vec() };
        let mut share = Share { of: self, networks, pieces: Vec::new(), begun: false };
        share.take(1, 0)?;
        share.begun = true;
        Ok(share)
    }
}

/// The share that one body has, until the request is answered.
struct Share<'a> {
    of: &'a Bodies,
    /// The narrow network and the wide one; none for this machine.
    networks: Vec<IpAddr>,
    pieces: Vec<OwnedSemaphorePermit>,
    begun: bool,
}

impl Share<'_> {
    /// Takes bodies and pieces of what the caller's networks may hold, or nothing.
    fn take(&self, bodies: usize, pieces: usize) -> Result<(), Problem> {
        let mut shares = self.of.shares.lock().unwrap_or_else(PoisonError::into_inner);
        for (network, times) in self.networks.iter().zip([1, NEIGHBOURS]) {
            let held = shares.entry(*network).or_default();
            if held.bodies + bodies > BODIES_OF_ONE * times || held.pieces + pieces > PIECES_OF_ONE * times {
                return Err(Problem::busy(MEMORY_WAIT.as_secs()));
            }
        }
        for network in &self.networks {
            let held = shares.entry(*network).or_default();
            (held.bodies, held.pieces) = (held.bodies + bodies, held.pieces + pieces);
        }
        Ok(())
    }

    /// Memory for one more piece.
    async fn piece(&mut self) -> Result<(), Problem> {
        self.take(0, 1)?;
        let memory = tokio::time::timeout(MEMORY_WAIT, self.of.memory.clone().acquire_owned()).await;
        match memory {
            Ok(Ok(memory)) => self.pieces.push(memory),
            _ => {
                self.give_back(0, 1);
                return Err(Problem::busy(MEMORY_WAIT.as_secs()));
            }
        }
        Ok(())
    }

    fn give_back(&self, bodies: usize, pieces: usize) {
        let mut shares = self.of.shares.lock().unwrap_or_else(PoisonError::into_inner);
        for network in &self.networks {
            if let Some(held) = shares.get_mut(network) {
                held.bodies = held.bodies.saturating_sub(bodies);
                held.pieces = held.pieces.saturating_sub(pieces);
                if held.bodies == 0 {
                    shares.remove(network);
                }
            }
        }
    }

    /// Reads a body whole.
    async fn read(&mut self, mut body: Body, most: usize) -> Result<Pieces, Problem> {
        let began = Instant::now();
        let mut read = Pieces::default();
        loop {
            let frame = match timeout_at(began + allowed(read.left), body.frame()).await {
                Err(_) => return Err(Problem::too_slow()),
                Ok(None) => return Ok(read),
                Ok(Some(frame)) => frame.map_err(|_| Problem::form())?,
            };
            let Ok(mut data) = frame.into_data() else { continue };
            if read.left + data.len() as u64 > most as u64 {
                return Err(Problem::too_large());
            }
            while !data.is_empty() {
                if read.room() == 0 {
                    self.piece().await?;
                    read.close();
                }
                let part = data.split_to(read.room().min(data.len()));
                read.add(&part);
            }
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        if self.begun {
            self.give_back(1, self.pieces.len());
        }
    }
}

/// A body that is here: pieces that are freed one by one as they are read.
#[derive(Default)]
struct Pieces {
    whole: VecDeque<Bytes>,
    /// The piece that is filled now; it has no room until memory for it was taken.
    open: Option<Vec<u8>>,
    left: u64,
}

impl Pieces {
    fn room(&self) -> usize {
        self.open.as_ref().map_or(0, |open| PIECE - open.len())
    }

    /// Begins the next piece.
    fn close(&mut self) {
        if let Some(full) = self.open.replace(Vec::new()) {
            self.whole.push_back(full.into());
        }
    }

    fn add(&mut self, part: &[u8]) {
        self.left += part.len() as u64;
        if let Some(open) = &mut self.open {
            open.extend_from_slice(part);
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let next = self.whole.pop_front().or_else(|| self.open.take().map(Bytes::from));
        let next = next.filter(|bytes| !bytes.is_empty());
        self.left -= next.as_ref().map_or(0, |bytes| bytes.len() as u64);
        Poll::Ready(next.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Stands between the guard of a route and its handler: reads the body, at most so many bytes.
pub(crate) async fn receive(
    State((app, most)): State<(App, usize)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    if request.body().is_end_stream() {
        return Ok(next.run(request).await);
    }
    let claimed = request.headers().get(CONTENT_LENGTH).and_then(|h| h.to_str().ok()?.parse::<u64>().ok());
    if claimed.is_some_and(|claimed| claimed > most as u64) {
        return Err(Problem::too_large());
    }
    let (mut parts, body) = request.into_parts();
    let From(from) = From::from_request_parts(&mut parts, &app).await?;
    let mut share = app.bodies().begin(from)?;
    let body = share.read(body, most).await?;
    let response = next.run(Request::from_parts(parts, Body::new(body))).await;
    drop(share);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_comes_out_as_it_went_in_whatever_its_pieces_were() {
        let bodies = Bodies::new();
        for len in [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let sent: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let mut share = bodies.begin([192, 0, 2, 1].into()).unwrap();
            let read = share.read(Body::from(sent.clone()), len).await.unwrap();
            assert_eq!(read.size_hint().exact(), Some(len as u64));
            let got = read.collect().await.unwrap().to_bytes();
            assert!(got == sent, "{len}");
            let more = share.read(Body::from(vec![0; len + 1]), len).await;
            assert_eq!(more.err().map(|p| p.status().as_u16()), Some(413));
        }
        assert!(bodies.shares.lock().unwrap().is_empty(), "everything was given back");
        assert_eq!(bodies.memory.available_permits(), PIECES_MOST);
    }

    #[test]
    fn one_address_can_not_have_all_bodies_under_way() {
        let bodies = Bodies::new();
        let from: IpAddr = [192, 0, 2, 1].into();
        let held: Vec<_> = (0..100).filter_map(|_| bodies.begin(from).ok()).collect();
        assert_eq!(held.len(), BODIES_OF_ONE);
        assert!(bodies.begin([192, 0, 2, 2].into()).is_ok(), "a neighbour is heard");
        assert!(bodies.begin([203, 0, 113, 9].into()).is_ok());
        drop(held);
        assert!(bodies.begin(from).is_ok());
    }

    #[test]
    fn a_body_that_stops_coming_is_given_up_and_a_slow_phone_is_not() {
        assert_eq!(allowed(11), GRACE, "half a form, and then nothing");
        // A photo at 5 KB a second: whenever it is asked, there is time left.
        assert!((1..200).all(|second| allowed(second * 5 * 1024) > Duration::from_secs(second)));
        assert_eq!(allowed(u64::MAX), LONGEST, "nobody has for ever");
    }
}
