//! axe-core, which looks for what keeps people from using a page. It is brought by `cargo xtask test`, not kept here.

use super::tab::Tab;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::OnceLock;

/// Its program; none where it was not brought, which is said aloud, and is a failure in a full run.
#[allow(clippy::print_stdout)] // The run shows what was skipped.
fn program() -> Option<&'static str> {
    static PROGRAM: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
        let found = std::fs::read_to_string(tools.join("node_modules/axe-core/axe.min.js")).ok();
        let must = std::env::var("DOORSTEP_TESTS").is_ok_and(|v| v == "all");
        assert!(found.is_some() || !must, "axe-core is missing: `cargo xtask test` brings it");
        if found.is_none() {
            println!("skipped: no axe-core here, so the pages were not looked at by it");
        }
        found
    };
    PROGRAM.get_or_init(read).as_deref()
}

/// What it finds on the page as it stands: in light with all its rules, in the dark what the colours do.
pub async fn violations(tab: &Tab) -> Vec<String> {
    let Some(program) = program() else { return Vec::new() };
    tab.cdp("Runtime.evaluate", json!({ "expression": program })).await;
    let mut found = run(tab, "light", "{}").await;
    found.extend(run(tab, "dark", "{ runOnly: ['color-contrast'] }").await);
    scheme(tab, "").await;
    found
}

async fn run(tab: &Tab, colours: &str, options: &str) -> Vec<String> {
    scheme(tab, colours).await;
    let script = format!(
        "axe.run(document, {options}).then((r) => r.violations.map((v) => v.id + ': ' + v.help + ': ' \
         + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' … ')))"
    );
    let with = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
    let answer = tab.cdp("Runtime.evaluate", with).await;
    let list = answer["result"]["value"].as_array().unwrap_or_else(|| panic!("axe-core does not run: {answer}"));
    list.iter().filter_map(Value::as_str).map(|v| format!("in {colours}: {v}")).collect()
}

async fn scheme(tab: &Tab, colours: &str) {
    // Otherwise a colour is looked at on its way from light to dark.
    let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
    let colours = json!({ "name": "prefers-color-scheme", "value": colours });
    tab.cdp("Emulation.setEmulatedMedia", json!({ "features": [still, colours] })).await;
}
