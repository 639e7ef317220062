//! Words that stand for a person are planted, and looked for everywhere they don't belong: files, logs, public pages,
//! addresses, masked exports, error pages.

use crate::binary::{Given, Server, doorstep, found, kill, must};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use web::routes::{Access, table};

const NAME: &str = "Zzname7731";
const PHONE: &str = "13955507731";
const PLACE: &str = "Zzplace7731";
/// Shaped like a number of the resident identity card, of nobody.
const IDENTITY: &str = "110101190001017731";
const TEXT: &str = "Zztext7731";
const ALL: &[&str] = &[NAME, PHONE, PLACE, IDENTITY, TEXT];

/// The markers that stand in some bytes.
fn within<'a>(bytes: &[u8], markers: &[&'a str]) -> Vec<&'a str> {
    let stands = |marker: &&&str| bytes.windows(marker.len()).any(|w| w.eq_ignore_ascii_case(marker.as_bytes()));
    markers.iter().filter(stands).copied().collect()
}

/// Every file below a folder, with the markers that stand in it. The search index is left out: its terms are compressed
/// and nothing would be found there. A test of `reading` reads them as the library does (`words_on_disk` in
/// `crates/reading/tests/reading/town.rs`).
fn in_files(folder: &Path, markers: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("index") {
            continue;
        }
        if path.is_dir() {
            found.extend(in_files(&path, markers));
            continue;
        }
        let stand = within(&std::fs::read(&path).unwrap(), markers);
        found.extend(stand.iter().map(|m| format!("{} has {m}", path.display())));
    }
    found
}

/// An answer whatever its status: status, and head and body with an empty line between them.
fn answer(request: ureq::http::Request<String>) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut response = agent.run(request).unwrap();
    let head = format!("{:?}", response.headers());
    let body = String::from_utf8_lossy(&response.body_mut().read_to_vec().unwrap()).into_owned();
    (response.status().as_u16(), format!("{head}\n\n{body}"))
}

fn request(method: &str, to: &str, headers: &[(&str, &str)], body: String) -> (u16, String) {
    let mut request = ureq::http::Request::builder().method(method).uri(to);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request.body(body).unwrap())
}

#[test]
fn what_people_write_of_themselves_is_found_nowhere_but_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("data");
    let data = place.to_str().unwrap();
    let token = format!("Bearer {}", found(data));
    let log = folder.path().join("log");
    let mut child = doorstep()
        .args(["serve", "--data", data, "--listen", "127.0.0.1:0"])
        .env("DOORSTEP_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let address = address.trim();

    let case = serde_json::json!({
        "title": format!("{TEXT} {NAME}"), "text": format!("{TEXT} {NAME} {PHONE} {IDENTITY}"), "place": PLACE,
        "contact": { "name": NAME, "phone": PHONE },
    });
    let json = ("content-type", "application/json");
    let sending = [json, ("authorization", token.as_str()), ("idempotency-key", NAME)];
    let (status, said) = request("POST", &format!("{address}/api/v1/cases"), &sending, case.to_string());
    assert_eq!(status, 201, "{said}");
    let given: Given = serde_json::from_str(said.split_once("\n\n").unwrap().1).unwrap();
    let secret = given.secret.as_str();

    // The same key with other content, content that can't be read, addresses that are nobody's.
    let mut wrong = Vec::new();
    let other = case.to_string().replace("\"text\":\"", "\"text\":\"!");
    wrong.push(request("POST", &format!("{address}/api/v1/cases"), &sending, other));
    wrong.push(request("POST", &format!("{address}/api/v1/cases"), &sending, format!("{{\"title\": {TEXT} {NAME}")));
    let header = ("case-secret", PHONE);
    wrong.push(request("GET", &format!("{address}/api/v1/cases/{}", given.code), &[header], String::new()));
    wrong.push(request("GET", &format!("{address}/cases/{}", given.code), &[], String::new()));
    wrong.push(request("POST", &format!("{address}/follow"), &[], format!("code={}&digits={secret}x", given.code)));
    for (status, said) in wrong {
        assert!((300..500).contains(&status), "{status} {said}");
        assert_eq!(within(said.as_bytes(), ALL), Vec::<&str>::new(), "an error page tells it: {said}");
    }

    for route in table().filter(|r| r.method == "GET" && r.access == Access::Public && !r.path.contains('{')) {
        let (status, said) = request("GET", &format!("{address}{}", route.path), &[], String::new());
        assert!(status < 500, "{}: {status}", route.path);
        assert_eq!(within(said.as_bytes(), ALL), Vec::<&str>::new(), "{} tells it", route.path);
    }
    kill(&mut child);

    let log = std::fs::read(&log).unwrap();
    assert!(log.len() > 1000, "the log has a line for each request");
    let unsayable = [ALL, &[secret]].concat();
    assert_eq!(within(&log, &unsayable), Vec::<&str>::new(), "the log tells it");

    let exported = folder.path().join("cases.csv");
    must(&["export", "--data", data, "--out", exported.to_str().unwrap()]);
    let masked = [NAME, PHONE, PLACE, IDENTITY];
    assert_eq!(within(&std::fs::read(&exported).unwrap(), &masked), Vec::<&str>::new(), "a masked export tells it");

    // Once more with everything that was written down and not yet put into the database's own file.
    drop(Server::start(data));
    assert_eq!(in_files(&place, ALL), Vec::<String>::new(), "a file beside the index tells it");
}
