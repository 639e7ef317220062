//! `doorstep describe`: what other programs build on.

use crate::binary::{found, must, refused};
use registers::REGISTERS;

#[test]
fn registers_acts_fields_roles_events_and_figures_are_described_and_a_mistyped_place_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let (what, _) = refused(&["describe", "--data", data, "--format", "json"]);
    assert!(what.contains("no data"), "{what}");
    found(data);
    let said: serde_json::Value = serde_json::from_str(&must(&["describe", "--data", data])).unwrap();
    let registers = said["registers"].as_array().unwrap();
    let codes: Vec<&str> = registers.iter().map(|register| register["code"].as_str().unwrap()).collect();
    assert_eq!(codes, REGISTERS.iter().map(|shelf| shelf.code()).collect::<Vec<_>>());
    let cases = registers.iter().find(|register| register["code"] == "case").unwrap();
    assert!(cases["events"].as_array().unwrap().contains(&"raised".into()));
    let act = |code: &str| cases["acts"].as_array().unwrap().iter().find(|act| act["code"] == code).unwrap().clone();
    let accept = act("accept");
    assert_eq!((&accept["from"], &accept["by"][0]["code"]), (&serde_json::json!(["raised"]), &"dispatcher".into()));
    let verdict = &act("give_verdict")["fields"][0]["parts"];
    assert_eq!(verdict[0]["choices"][0]["zh"].as_str().map(str::is_empty), Some(false), "{verdict}");
    let lectures = registers.iter().find(|register| register["code"] == "lecture").unwrap();
    assert_eq!((&lectures["api"], &cases["api"]), (&"/api/v1/lectures".into(), &serde_json::Value::Null));
    assert!(said["scopes"].as_array().unwrap().iter().any(|scope| scope["code"] == "act"));
    assert!(said["roles"].as_array().unwrap().iter().any(|role| role["code"] == "clerk"));
    let figures = said["figures"].as_array().unwrap();
    assert!(figures.iter().all(|figure| figure["id"].is_string()));
    let micro = figures.iter().find(|figure| figure["id"] == "tell.lectures.micro").unwrap();
    assert_eq!((&micro["of"], &micro["unit"]), (&"lecture".into(), &"场次".into()));
}
