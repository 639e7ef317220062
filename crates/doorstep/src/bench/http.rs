//! Clients over HTTP that cost little themselves: one thread and one kept connection each.

use crate::cli::Failed;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long all requests took together, and how long each.
pub struct Load {
    pub took: Duration,
    pub each: Vec<Duration>,
}

/// Sends `requests` with so many clients at the same time; `request` writes the one with a number. Every answer must
/// have the status that is expected.
pub fn load(
    address: &str,
    clients: usize,
    requests: u64,
    expected: u16,
    request: impl Fn(u64) -> Vec<u8> + Sync,
) -> Result<Load, Failed> {
    let begun = Instant::now();
    let work = |client: u64| -> io::Result<Vec<Duration>> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut answers = BufReader::new(stream.try_clone()?);
        let mut stream = stream;
        let mut each = Vec::new();
        for n in (client..requests).step_by(clients) {
            let bytes = request(n);
            let sent = Instant::now();
            stream.write_all(&bytes)?;
            let (status, body) = answer(&mut answers)?;
            each.push(sent.elapsed());
            if status != expected {
                return Err(io::Error::other(format!("status {status}: {}", String::from_utf8_lossy(&body))));
            }
        }
        Ok(each)
    };
    let done: io::Result<Vec<Vec<Duration>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..clients as u64).map(|n| scope.spawn(move || work(n))).collect();
        let died = |_| Err(io::Error::other("a client died"));
        threads.into_iter().map(|t| t.join().unwrap_or_else(died)).collect()
    });
    let done = done.map_err(|e| Failed::new(format!("A client failed: {e}."), "Run the bench again."))?;
    Ok(Load { took: begun.elapsed(), each: done.into_iter().flatten().collect() })
}

/// An answer with its length in its head, as our server writes them.
fn answer(from: &mut BufReader<TcpStream>) -> io::Result<(u16, Vec<u8>)> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or(io::ErrorKind::UnexpectedEof)?;
    let mut length = 0;
    loop {
        line.clear();
        from.read_line(&mut line)?;
        match line.trim().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
            }
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok((status, body))
}

/// A request for the health of the server: HTTP and nothing behind it.
pub fn health() -> Vec<u8> {
    b"GET /healthz HTTP/1.1\r\nhost: bench\r\n\r\n".to_vec()
}

/// A request that hands in a case.
pub fn intake(token: &str, key: &str, title: &str, text: &str) -> Vec<u8> {
    let body = serde_json::json!({"title": title, "text": text}).to_string();
    format!(
        "POST /api/v1/cases HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
