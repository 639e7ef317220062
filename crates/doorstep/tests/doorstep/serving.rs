//! One client must not stop the service: it sends slowly, holds connections, guesses, or stays when the service ends.

use crate::binary::{self, Client, Sent, Server};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

/// What is generous for an answer that comes at all.
const ANSWERS: Duration = Duration::from_secs(60);

/// A district that is served.
fn served(folder: &tempfile::TempDir, more: &[&str]) -> (Server, String) {
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let token = binary::found(&data);
    (Server::start_with(&data, more), token)
}

/// A connection on which these bytes were sent.
fn connected(server: &Server, sent: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(ANSWERS)).unwrap();
    stream.write_all(sent.as_bytes()).unwrap();
    stream
}

/// The status that came back; none if the connection was closed without.
fn status(mut stream: TcpStream) -> Option<u16> {
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    String::from_utf8_lossy(&head).strip_prefix("HTTP/1.1 ")?.parse().ok()
}

fn form(path: &str, from: &str, body: &str, claimed: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: doorstep.example\r\naccept: text/html\r\nx-forwarded-for: {from}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {claimed}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// A resident's form as a browser sends it.
fn resident(from: &str) -> String {
    let field =
        |name: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = format!("{}{}--b--\r\n", field("key", from), field("text", "三号楼的路灯不亮。"));
    form("/raise", from, &body, body.len())
}

#[test]
fn a_resident_s_form_is_answered_while_two_hundred_others_stall() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = served(&folder, &[]);
    let mut stalled = Vec::new();
    for many in [8, 192] {
        for n in 0..many {
            let half = form("/raise", &format!("198.51.{many}.{n}"), "--b\r\ncontent-disposition: form-data", 100_000);
            stalled.push(connected(&server, &half));
        }
        let done = status(connected(&server, &resident(&format!("203.0.113.{many}"))));
        assert_eq!(done, Some(303), "with {} forms that stall", stalled.len());
    }
    // And what stalls is given up, with a word.
    assert_eq!(status(stalled.swap_remove(0)), Some(408));
}

#[test]
fn the_service_answers_while_connections_with_half_a_header_are_more_than_there_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = served(&folder, &["--connections", "300"]);
    let half: Vec<_> =
        (0..600).map(|_| connected(&server, "GET /healthz HTTP/1.1\r\nhost: doorstep.example\r\nx-half: ")).collect();
    for _ in 0..20 {
        assert_eq!(server.asked("/healthz").0, 200);
    }
    // Those that waited longest have made place.
    assert_eq!(status(half.into_iter().next().unwrap()), None);
}

#[test]
fn headers_that_are_too_large_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = served(&folder, &[]);
    let get = |len: usize| {
        let long = "a".repeat(len);
        let sent =
            format!("GET /healthz HTTP/1.1\r\nhost: doorstep.example\r\nx-long: {long}\r\nconnection: close\r\n\r\n");
        status(connected(&server, &sent))
    };
    assert_eq!(get(16 * 1024), Some(200));
    assert_eq!(get(40 * 1024), Some(431));
    assert_eq!(server.asked("/healthz").0, 200);
}

#[test]
fn requests_that_are_sent_without_waiting_for_answers_are_answered_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = served(&folder, &[]);
    let get = "GET /healthz HTTP/1.1\r\nhost: doorstep.example\r\n\r\n";
    let last = get.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    let mut stream = connected(&server, &format!("{}{last}", get.repeat(999)));
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1000);
}

#[test]
fn a_hundred_and_twenty_sign_ins_at_once_are_all_answered_within_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = served(&folder, &[]);
    let answers: Vec<Option<u16>> = thread::scope(|scope| {
        let tries: Vec<_> = (0..120)
            .map(|n| {
                let body = format!("user=nobody-{n}&password=wrong+password");
                let sent = format!(
                    "POST /sign-in HTTP/1.1\r\nhost: doorstep.example\r\naccept: text/html\r\nx-forwarded-for: 198.51.{n}.1\r\n\
                     content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let server = &server;
                scope.spawn(move || status(connected(server, &sent)))
            })
            .collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let of = |wanted: u16| answers.iter().filter(|status| **status == Some(wanted)).count();
    // Some found a place or waited for one, the others were told to come again: nobody was left without an answer.
    assert_eq!(of(422) + of(503), 120, "{answers:?}");
    assert!(of(422) > 0, "{answers:?}");
    let told = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let peak = told.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches("kB").trim().parse().unwrap();
    assert!(peak < 500 * 1024, "{peak} kB: 120 hashes at once would be 2.3 GB");
}

#[test]
fn half_a_request_does_not_keep_the_service_from_ending_and_what_was_acknowledged_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").to_str().unwrap().to_owned();
    let token = binary::found(&data);
    let server = Server::start(&data);
    let (sent, client) = (Sent::of("before"), Client::new(&token));
    let given = client.raise(&server.address, &sent).unwrap();
    let _half = [
        connected(&server, "GET /raise HTTP/1.1"),
        connected(&server, &form("/raise", "198.51.100.1", "--b\r\n", 100_000)),
        connected(&server, ""),
    ];
    let ended = server.told_to_end(Duration::from_secs(25));
    assert_eq!(ended.and_then(|status| status.code()), Some(0), "it ends, and in good order");
    binary::all_there(&data, Server::start(&data), &token, &[(sent, given)]);
}
