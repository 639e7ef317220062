//! `doorstep hall`: an evening on a laptop without network, and what becomes of it.

use crate::binary::{Server, must};
use serde_json::{Value, json};
use std::cell::Cell;

/// What a program with a token of the hall asks for.
struct Hall<'a> {
    server: &'a Server,
    token: &'a str,
    sent: Cell<u32>,
}

impl Hall<'_> {
    fn post(&self, path: &str, body: &Value) -> Value {
        self.sent.set(self.sent.get() + 1);
        let request = ureq::post(format!("{}/api/v1/{path}", self.server.address))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Idempotency-Key", format!("evening-{}-{}", &self.token[..8], self.sent.get()))
            .content_type("application/json");
        let mut answer = request.send(body.to_string()).unwrap_or_else(|e| panic!("{path}: {e}"));
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }
}

#[test]
fn an_evening_without_network_is_merged_once_though_the_laptop_was_switched_off_in_the_middle() {
    let folder = crate::demo::copy();
    let (data, hall) = (folder.path().join("d"), folder.path().join("hall"));
    let (data, hall) = (data.to_str().unwrap(), hall.to_str().unwrap());
    let units = ["--unit", "street1", "--unit", "heating"];
    let said = must(&[&["hall", "carry", "--data", data, "--to", hall], &units[..]].concat());
    assert!(said.contains("It holds no case"), "{said}");
    assert!(must(&["verify", "--data", hall]).contains("Everything fits"));
    let token = |unit: &str| {
        let post = ["--scope", "act", "--unit", unit, "--role", "clerk", "--until", "2024-06-30"];
        must(&[&["token", "--data", hall, "--name", unit], &post[..]].concat()).trim().to_owned()
    };
    let (street, heating) = (token("street1"), token("heating"));
    let server = Server::start(hall);
    let of = |token| Hall { server: &server, token, sent: Cell::new(0) };
    let (street, heating) = (of(&street), of(&heating));
    // It begins now, by the clock of the demo.
    let now =
        store::read::last_at(&mut store::Db::open_reader(&store::Place::parse(hall).unwrap()).unwrap(), 1).unwrap();
    let starts = domain::Moment(now.0 + 600_000).minute();
    let plan = json!({ "name": "民情恳谈会", "no": 1, "topics": "供热", "starts": starts, "minutes": 60,
        "place": "社区礼堂", "street": "street1", "chair": "示例主任", "departments": ["heating"], "chosen": "open" });
    let meeting = format!("meetings/{}", street.post("meetings", &plan)["code"].as_str().unwrap());
    street.post(&format!("{meeting}/open"), &json!({}));
    let noted = street.post(&format!("{meeting}/note"), &json!({ "words": "家里是凉的", "topic": 1, "how": "spoken" }));
    let opinion = noted["asked"][0]["code"].as_str().unwrap().to_owned();
    let read_back =
        json!({ "no": 1, "words": "家里是凉的", "sort": "request", "category": "heating", "public": false });
    street.post(&format!("{meeting}/confirm"), &read_back);
    street.post(&format!("{meeting}/board"), &json!({}));
    let day = json!({ "post": "示例科长", "step": "今晚测温", "by": "2024-01-03" });
    heating.post(&format!("opinions/{opinion}/claim"), &day);
    street.post(&format!("{meeting}/end_board"), &json!({}));
    // The plug is pulled.
    drop(server);
    let merge = || must(&["hall", "merge", "--data", data, "--from", hall]);
    let merged = merge();
    assert!(merged.contains("; 0 were here already") && !merged.starts_with("0 entries"), "{merged}");
    let case = merged.lines().nth(1).and_then(|line| line.split(' ').next()).unwrap();
    let again = merge();
    assert!(again.starts_with("0 entries were taken over") && !again.contains("; 0 were here"), "{again}");
    assert!(must(&["verify", "--data", data]).contains("Everything fits"));
    assert!(must(&["verify", "--data", hall]).contains("Everything fits"));
    // The speaker's code leads to the case, which the unit that claimed it has.
    let place = store::Place::parse(data).unwrap();
    let mut db = store::Db::open_reader(&place).unwrap();
    let id = store::read::by_code(&mut db, 1, &desk::read_case_code(case).unwrap()).unwrap().unwrap();
    let found = store::read::case(&mut db, 1, id).unwrap().unwrap();
    assert_eq!(found.lead().map(|task| task.unit.as_str()), Some("heating"));
    assert_eq!(found.step.map(|step| step.by.to_string()), Some("2024-01-03".into()));
}
