//! The scripts of the pages are tested by node: the receipt check against published vectors and against receipts of
//! this very program, the parts against the style sheet.

use crate::kit::Kit;
use std::process::Command;

#[tokio::test]
async fn the_scripts_of_the_pages_pass_their_tests_and_check_our_own_receipts() {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|o| o.status.success());
    if !has_node {
        assert!(std::env::var_os("DOORSTEP_TESTS").is_none(), "node is missing: apt-get install nodejs");
        println!("skipped: node is not installed, the scripts of the pages are not tested");
        return;
    }
    let kit = Kit::new().await;
    let mut receipts = Vec::new();
    for n in 0..12 {
        receipts.push(kit.raise(&format!("第{n}件事")).await.receipt);
    }
    let vkey = kit.client().get("/checkpoint.vkey").await.text;
    let folder = tempfile::tempdir().unwrap();
    let sample = folder.path().join("sample-log.json");
    let log = serde_json::json!({ "vkey": vkey.trim(), "receipts": receipts });
    std::fs::write(&sample, log.to_string()).unwrap();
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let tests =
        ["danger.test.mjs", "drafts.test.mjs", "patterns.test.mjs", "verify.test.mjs"].map(|name| assets.join(name));
    let raise = kit.client().get("/raise").await.text;
    let dangers = raise.split("data-dangers=\"").nth(1).unwrap().split('"').next().unwrap();
    let dangers = dangers.replace("&#34;", "\"").replace("&#38;", "&").replace("&#39;", "'");
    let mut node = Command::new("node");
    node.arg("--test").args(tests).env("SAMPLE_LOG", &sample).env("DANGERS", dangers);
    let done = node.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("skipped 0"), "no test of the scripts is skipped: {said}");
}
