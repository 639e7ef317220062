//! `cargo xtask screenshots FOLDER`: a picture of every page of the demo, for eyes.

use super::pages::{Who, walk};
use super::tab::{Tab, browse};
use crate::binary::{Server, must};
use domain::{Label, Role};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A sign-in name of the demo.
#[derive(Deserialize)]
struct Login {
    role: String,
    user: String,
    password: String,
}

/// The whole page, also what is below the screen, as a PNG; very long ones end after ten screens.
async fn picture(tab: &Tab, file: &Path) {
    const HIGH_MOST: f64 = 8440.0;
    let size = tab.run("const r = document.scrollingElement; return [innerWidth, r.scrollHeight]").await;
    let clip = json!({
        "x": 0, "y": 0, "scale": 1,
        "width": size[0], "height": size[1].as_f64().unwrap().min(HIGH_MOST),
    });
    let how = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
    let made = tab.cdp("Page.captureScreenshot", how).await;
    let png = thirtyfour::support::base64_decode(made["data"].as_str().unwrap()).unwrap();
    std::fs::write(file, png).unwrap();
}

/// Pictures of all pages of somebody, at both widths.
async fn pictures(tab: &Tab, who: Who, folder: &Path) {
    walk(tab, who, 2, &BTreeSet::new(), async |page| {
        let name: String = page.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
        for width in [390, 1440] {
            tab.width(width).await;
            picture(tab, &folder.join(format!("{}{name}-{width}.png", who.name()))).await;
        }
    })
    .await;
}

#[test]
#[ignore = "makes pictures for eyes: cargo xtask screenshots FOLDER"]
fn a_picture_of_every_page() {
    let folder = PathBuf::from(std::env::var("DOORSTEP_SCREENSHOTS").expect("cargo xtask screenshots FOLDER"));
    let data = tempfile::tempdir().unwrap();
    let demo = data.path().join("data").to_str().unwrap().to_owned();
    let said = must(&["demo", "--data", &demo, "--small"]);
    let (_, case) = said.split_once("A case to follow: ").unwrap();
    let (code, digits) = case.lines().next().unwrap().split_once(" with the digits ").unwrap();
    let logins = std::fs::read_to_string(Path::new(&demo).join("demo-logins.json")).unwrap();
    let logins: Vec<Login> = serde_json::from_str(&logins).unwrap();
    let server = Server::start(&demo);
    for lang in ["zh-CN", "en"] {
        let folder = folder.join(lang);
        std::fs::create_dir_all(&folder).unwrap();
        browse(&server.address, async |tab| {
            tab.go(&format!("/language?to={lang}&back=/")).await;
            pictures(tab, Who::Anybody, &folder).await;
            tab.follow(code, digits).await;
            pictures(tab, Who::Resident("resident"), &folder).await;
            for role in Role::ALL {
                let login = logins.iter().find(|l| l.role == role.code()).unwrap();
                tab.forget_everybody().await;
                tab.go(&format!("/language?to={lang}&back=/")).await;
                tab.sign_in_with(&login.user, &login.password).await;
                pictures(tab, Who::Post(*role), &folder).await;
            }
        });
    }
}
