//! `doorstep token`: what a token is for, and at which post one acts.

use crate::binary::{NAMES, Server, must, on, refused};

/// The unit that a district begins with.
const UNIT: &str = "district";

/// A day that lies so many days ahead.
fn ahead(days: i64) -> String {
    let now = desk::Clock::System.now();
    domain::Moment(now.0 + days * 86_400_000).date().to_string()
}

#[test]
fn a_token_that_acts_has_a_post_and_a_last_day_and_reads_records_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    must(&[&["init", "--data", data], NAMES].concat());
    let (day, far) = (ahead(30), ahead(400));
    fn post<'a>(unit: &'a str, role: &'a str, until: &'a str) -> Vec<&'a str> {
        vec!["--name", "box", "--scope", "act", "--unit", unit, "--role", role, "--until", until]
    }
    let with = |scope: &'static str| vec!["--name", "box", "--scope", scope];
    // What is not whole, or does not belong together, is said before anything is opened.
    for (args, words) in [
        (with("act"), "--until"),
        ([with("act"), vec!["--unit", UNIT]].concat(), "--until"),
        ([with("act"), vec!["--unit", UNIT, "--role", "clerk"]].concat(), "--until"),
        ([with("read"), post(UNIT, "clerk", &day)[4..].to_vec()].concat(), "--scope act"),
        (post(UNIT, "king", &day), "no role"),
        (post(UNIT, "clerk", "soon"), "not a day"),
        (with("all"), "--scope act"),
    ] {
        let (code, text) = on("token", data, &args);
        assert_eq!(code, 2, "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
    }
    for args in [post(UNIT, "auditor", &day), post("nowhere", "clerk", &day), post(UNIT, "clerk", &far)] {
        refused(&[vec!["token", "--data", data], args].concat());
    }
    let token = must(&[vec!["token", "--data", data], post(UNIT, "clerk", &day)].concat()).trim().to_owned();
    assert_eq!(token.len(), 64);
    let server = Server::start(data);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let asked = |token: &str| {
        let request = agent.get(format!("{}/api/v1/lectures", server.address));
        request.header("Authorization", format!("Bearer {token}")).call().unwrap().status().as_u16()
    };
    assert_eq!((asked(&token), asked("another")), (200, 401));
}
