//! The binary as an administrator and a client of the API see it.

use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

/// What the environment of whoever runs the tests may tell the binary, and must not: made-up cases would go to real web
/// hooks, and into a real folder of backups or index.
const NOT_OURS: [&str; 8] = [
    "DOORSTEP_DATA",
    "DOORSTEP_LISTEN",
    "DOORSTEP_PROXY",
    "DOORSTEP_BACKUPS",
    "DOORSTEP_INDEX",
    "DOORSTEP_MESSAGES",
    "DOORSTEP_CONNECTIONS",
    "DOORSTEP_CONNECTIONS_OF_ONE",
];

/// The binary, told nothing but what a test tells it.
pub fn doorstep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorstep"));
    for variable in NOT_OURS {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command of the binary to its end.
pub fn run(args: &[&str]) -> Output {
    doorstep().args(args).output().unwrap()
}

/// Runs a command that must succeed, and returns what it prints.
pub fn must(args: &[&str]) -> String {
    let done = run(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Runs a command that must fail with exit code 1, and returns its two sentences: what is wrong, and what to do.
pub fn refused(args: &[&str]) -> (String, String) {
    let done = run(args);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{args:?}: {said}");
    sentences(&said)
}

/// The two sentences of a failure.
pub fn sentences(said: &str) -> (String, String) {
    let lines: Vec<&str> = said.lines().filter(|l| !l.contains(" WARN ") && !l.contains(" ERROR ")).collect();
    let [what, todo] = lines[..] else { panic!("not two sentences: {said}") };
    assert!(what.starts_with("doorstep: ") && what.ends_with('.') && todo.ends_with('.'), "{said}");
    (what.to_owned(), todo.to_owned())
}

/// The names that a district begins with.
pub const NAMES: &[&str] =
    &["--name-zh", "样例区", "--name-en", "Sample District", "--origin", "doorstep.example/sample"];

/// A command on some data: its exit code, and everything that it said.
pub fn on(command: &str, data: &str, more: &[&str]) -> (i32, String) {
    let done = run(&[&[command, "--data", data], more].concat());
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

/// A district in `data` with a token of scope intake, which is returned.
pub fn found(data: &str) -> String {
    must(&[&["init", "--data", data], NAMES].concat());
    must(&["token", "--data", data, "--name", "hotline", "--scope", "intake"]).trim().to_owned()
}

/// A server that is killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it answers: `http://127.0.0.1:…`.
    pub address: String,
}

impl Server {
    /// Starts one and waits until it says where it listens.
    pub fn start(data: &str) -> Server {
        Server::start_with(data, &[])
    }

    /// The same with more said on the command line.
    pub fn start_with(data: &str, more: &[&str]) -> Server {
        let mut child = Server::spawn_with(data, more);
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        if address.is_empty() {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the server did not start: {said}");
        }
        Server { child, address: address.trim().to_owned() }
    }

    /// Starts one without waiting for anything.
    pub fn spawn(data: &str) -> Child {
        Server::spawn_with(data, &[])
    }

    fn spawn_with(data: &str, more: &[&str]) -> Child {
        doorstep()
            .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
            .args(more)
            .env("DOORSTEP_LOG", "off")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// The bytes behind a path.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut request = ureq::get(format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().unwrap().body_mut().read_to_vec().unwrap()
    }

    /// The status of the answer behind a path, and the answer.
    pub fn asked(&self, path: &str) -> (u16, String) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(Some(Duration::from_secs(30))).build().into();
        let mut answer = agent.get(format!("{}{path}", self.address)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and how it ended; none if it did not end in time.
    pub fn told_to_end(mut self, within: Duration) -> Option<std::process::ExitStatus> {
        let told = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(told.unwrap().success());
        let until = std::time::Instant::now() + within;
        while std::time::Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// SIGKILL: the process gets no word in.
    pub fn kill(mut self) {
        kill(&mut self.child);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        kill(&mut self.child);
    }
}

/// SIGKILL, and the end of the process.
pub fn kill(child: &mut Child) {
    // Fails only if it has ended already.
    let _ = child.kill();
    child.wait().unwrap();
}

/// A case as a client sends it, under its idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub key: String,
    pub title: String,
    pub text: String,
}

impl Sent {
    /// A case whose title and text name the key, so that a mix-up would show.
    pub fn of(key: &str) -> Sent {
        let text = format!("三号楼的暖气不热，室温只有十五度，请派人来看。第{key}件。");
        Sent { key: key.into(), title: format!("暖气不热 {key}"), text }
    }
}

/// What an acknowledgement says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Given {
    pub code: String,
    pub secret: String,
    pub state: String,
    pub due: Option<String>,
    pub receipt: String,
}

/// A problem document.
#[derive(Clone, Debug, Deserialize)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
}

/// Why a case was not acknowledged.
#[derive(Debug)]
pub enum Unsure {
    /// The server said so.
    Problem(Problem),
    /// No answer came, or half of one.
    Lost,
}

/// What a resident reads about the case.
#[derive(Debug, Deserialize)]
pub struct Followed {
    pub code: String,
    pub state: String,
    pub title: String,
    pub text: String,
}

#[derive(Serialize)]
struct Body<'a> {
    title: &'a str,
    text: &'a str,
}

/// A client of the API.
pub struct Client {
    agent: ureq::Agent,
    token: String,
}

impl Client {
    pub fn new(token: &str) -> Client {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent = config.timeout_global(Some(Duration::from_secs(30))).build().into();
        Client { agent, token: token.into() }
    }

    /// Hands in a case.
    pub fn raise(&self, address: &str, sent: &Sent) -> Result<Given, Unsure> {
        let request = self.agent.post(format!("{address}/api/v1/cases"));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let body = Body { title: &sent.title, text: &sent.text };
        let mut answer = request.header("Idempotency-Key", &sent.key).send_json(&body).map_err(|_| Unsure::Lost)?;
        match answer.status().as_u16() {
            201 => answer.body_mut().read_json().map_err(|_| Unsure::Lost),
            _ => Err(answer.body_mut().read_json().map_or(Unsure::Lost, Unsure::Problem)),
        }
    }

    /// Reads a case with its secret.
    pub fn follow(&self, address: &str, given: &Given) -> Followed {
        let request = self.agent.get(format!("{address}/api/v1/cases/{}", given.code));
        let mut answer = request.header("Case-Secret", &given.secret).call().unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{}", given.code);
        answer.body_mut().read_json().unwrap()
    }

    /// The ledger's public key line.
    pub fn vkey(&self, address: &str) -> String {
        let mut answer = self.agent.get(format!("{address}/checkpoint.vkey")).call().unwrap();
        answer.body_mut().read_to_string().unwrap().trim().to_owned()
    }
}

/// Several clients that hand in cases at the same time, each sending a key again until it is acknowledged.
pub struct Crowd {
    token: String,
    address: Mutex<Option<String>>,
    back: Condvar,
    ended: AtomicBool,
    acknowledged: AtomicU64,
    /// Requests that got no answer.
    pub lost: AtomicU64,
    /// Requests that were told to try again.
    pub told: AtomicU64,
}

impl Crowd {
    pub fn new(token: &str) -> Crowd {
        Crowd {
            token: token.into(),
            address: Mutex::new(None),
            back: Condvar::new(),
            ended: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            told: AtomicU64::new(0),
        }
    }

    /// Says where the server is now, or that there is none.
    pub fn at(&self, address: Option<&str>) {
        *self.address.lock().unwrap() = address.map(str::to_owned);
        self.back.notify_all();
    }

    /// How many cases were acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Acquire)
    }

    /// Waits for so many more acknowledgements.
    pub fn wait_for(&self, more: u64) {
        let wanted = self.acknowledged() + more;
        let mut address = self.address.lock().unwrap();
        while self.acknowledged() < wanted {
            let (again, late) = self.back.wait_timeout(address, Duration::from_secs(60)).unwrap();
            assert!(!late.timed_out(), "the clients got no acknowledgement for a minute");
            address = again;
        }
    }

    /// No new case is begun; what was begun is sent until it is acknowledged.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    fn address(&self) -> String {
        let mut address = self.address.lock().unwrap();
        loop {
            match &*address {
                Some(address) => return address.clone(),
                None => address = self.back.wait(address).unwrap(),
            }
        }
    }

    /// One client's work, until the end is called: what it sent, with the acknowledgement that it got.
    pub fn client(&self, name: usize) -> Vec<(Sent, Given)> {
        let client = Client::new(&self.token);
        let mut done: Vec<(Sent, Given)> = Vec::new();
        for n in 0.. {
            if self.ended.load(Ordering::Acquire) {
                break;
            }
            let sent = Sent::of(&format!("{name}-{n}"));
            let given = self.insist(&client, &sent);
            // Now and then somebody presses the button twice, an hour later.
            if n % 7 == 6 {
                let (earlier, answer) = &done[done.len() / 2];
                assert_eq!(&self.insist(&client, earlier), answer, "another answer for the key {}", earlier.key);
            }
            done.push((sent, given));
            self.acknowledged.fetch_add(1, Ordering::AcqRel);
            self.back.notify_all();
        }
        done
    }

    fn insist(&self, client: &Client, sent: &Sent) -> Given {
        loop {
            match client.raise(&self.address(), sent) {
                Ok(given) => return given,
                Err(Unsure::Problem(problem)) => {
                    assert_eq!(problem.status, 503, "{problem:?}");
                    self.told.fetch_add(1, Ordering::AcqRel);
                }
                Err(Unsure::Lost) => {
                    self.lost.fetch_add(1, Ordering::AcqRel);
                }
            }
        }
    }
}

/// Checks that every acknowledged case is there exactly once, whole, with a receipt that holds, and that its key still
/// gives the same answer. The server runs at `address`; afterwards it is killed and the data verified.
pub fn all_there(data: &str, server: Server, token: &str, acknowledged: &[(Sent, Given)]) {
    let client = Client::new(token);
    let key = ledger::checkpoint::Verifier::parse(&client.vkey(&server.address)).unwrap();
    let mut codes = std::collections::BTreeSet::new();
    for (sent, given) in acknowledged {
        assert!(codes.insert(&given.code), "{} was given twice", given.code);
        let followed = client.follow(&server.address, given);
        assert_eq!((&followed.code, &followed.title, &followed.text), (&given.code, &sent.title, &sent.text));
        assert_eq!((followed.state.as_str(), given.state.as_str()), ("raised", "raised"));
        let receipt = ledger::receipt::Receipt::parse(&given.receipt).unwrap();
        let verified = receipt.verify(&key).unwrap();
        assert_eq!((verified.entry.kind.as_str(), &verified.entry.due), ("raised", &given.due));
        assert_eq!(&client.raise(&server.address, sent).unwrap(), given, "another answer for the key {}", sent.key);
    }
    server.kill();
    let place = store::Place::parse(data).unwrap();
    let mut db = store::Db::open_reader(&place).unwrap();
    let cases = db.number("SELECT COUNT(*) FROM cases WHERE district = $1", &store::args![1]).unwrap();
    assert_eq!(cases, acknowledged.len() as i64, "a case is there that nobody was told of");
    assert!(must(&["verify", "--data", data]).contains("Everything fits"));
}
