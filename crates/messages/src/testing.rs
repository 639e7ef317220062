//! Real servers on this machine for tests: one that takes mail (SMTP), one that takes requests (HTTP). Each keeps what it
//! got, and answers as it is told.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What a server does with the next message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Takes it.
    Take,
    /// Refuses it with this code (SMTP) or status (HTTP).
    Refuse(u16),
    /// Answers with status 200 and this body (HTTP).
    Say(String),
    /// Takes it and never answers: the sender can't know.
    Hang,
}

/// What a server got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Got {
    /// The path of a request, or whom a mail is to.
    pub to: String,
    /// Its headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// What it says.
    pub body: String,
}

#[derive(Default)]
struct Inner {
    got: Mutex<(Vec<Got>, Vec<Answer>)>,
    came: Condvar,
}

/// A server on a free port of this machine, until the test process ends.
#[derive(Clone)]
pub struct Server {
    at: SocketAddr,
    inner: Arc<Inner>,
}

impl Server {
    /// A mail server without encryption.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn mail() -> std::io::Result<Server> {
        Server::new(mail)
    }

    /// A receiver of requests.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn http() -> std::io::Result<Server> {
        Server::new(http)
    }

    fn new(talk: fn(TcpStream, &Inner) -> std::io::Result<()>) -> std::io::Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Server { at: listener.local_addr()?, inner: Arc::default() };
        let inner = server.inner.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inner = inner.clone();
                // A client that goes away in the middle is what some tests are about.
                std::thread::spawn(move || drop(talk(stream, &inner)));
            }
        });
        Ok(server)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.at.port()
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// What it answers next, in order; everything after that it takes.
    pub fn answers(&self, answers: &[Answer]) {
        let mut got = self.inner.got.lock().unwrap_or_else(PoisonError::into_inner);
        got.1 = answers.iter().rev().cloned().collect();
    }

    /// All that it got so far.
    pub fn got(&self) -> Vec<Got> {
        self.inner.got.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Waits until it got so many; what it got by then, also if they don't come within a minute.
    pub fn wait(&self, count: usize) -> Vec<Got> {
        let got = self.inner.got.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.inner.came.wait_timeout_while(got, Duration::from_secs(60), |got| got.0.len() < count);
        waited.unwrap_or_else(PoisonError::into_inner).0.0.clone()
    }
}

impl Inner {
    /// Keeps what came, unless it is refused, and says what to answer.
    fn keep(&self, one: Got) -> Answer {
        let mut got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = got.1.pop().unwrap_or(Answer::Take);
        if !matches!(answer, Answer::Refuse(_)) {
            got.0.push(one);
        }
        self.came.notify_all();
        answer
    }
}

/// Holds a connection open until the other side ends it.
fn hang(mut stream: TcpStream) -> std::io::Result<()> {
    stream.read_to_end(&mut Vec::new()).map(drop)
}

fn headers(lines: &mut dyn Iterator<Item = String>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    let mut last = String::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        match line.split_once(':') {
            Some((name, value)) if !line.starts_with([' ', '\t']) => {
                last = name.to_ascii_lowercase();
                headers.insert(last.clone(), value.trim().to_owned());
            }
            _ => headers.entry(last.clone()).or_default().push_str(line.trim()),
        }
    }
    headers
}

fn http(stream: TcpStream, inner: &Inner) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut lines = reader.by_ref().lines().map_while(Result::ok);
        let headers = headers(&mut lines);
        let length = headers.get("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let to = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(&body).into_owned();
        let (status, said) = match inner.keep(Got { to, headers, body }) {
            Answer::Take => (200, "{\"errcode\":0,\"errmsg\":\"ok\"}".to_owned()),
            Answer::Say(said) => (200, said),
            Answer::Refuse(status) => (status, String::new()),
            Answer::Hang => return hang(writer),
        };
        write!(writer, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{said}", said.len())?;
    }
}

fn mail(stream: TcpStream, inner: &Inner) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
    let mut writer = stream;
    write!(writer, "220 localhost test\r\n")?;
    let mut to = String::new();
    while let Some(line) = lines.next() {
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => write!(writer, "250-localhost\r\n250 8BITMIME\r\n")?,
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                write!(writer, "250 ok\r\n")?;
            }
            "DATA" => {
                write!(writer, "354 go on\r\n")?;
                let mut text = lines.by_ref().take_while(|line| line != ".");
                let headers = headers(&mut text);
                let body = text.collect::<Vec<_>>().join("\n");
                match inner.keep(Got { to: std::mem::take(&mut to), headers, body }) {
                    Answer::Refuse(code) => write!(writer, "{code} <{to}> no\r\n")?,
                    Answer::Hang => return hang(writer),
                    _ => write!(writer, "250 taken\r\n")?,
                }
            }
            "QUIT" => return write!(writer, "221 bye\r\n"),
            _ => write!(writer, "250 ok\r\n")?,
        }
    }
    Ok(())
}
