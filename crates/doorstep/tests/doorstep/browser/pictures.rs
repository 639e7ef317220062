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

/// A demo that is served.
struct Demo {
    server: Server,
    /// Code and digits of a case to follow.
    case: (String, String),
    logins: Vec<Login>,
    _data: tempfile::TempDir,
}

impl Demo {
    fn serve(size: &[&str]) -> Demo {
        let data = tempfile::tempdir().unwrap();
        let demo = data.path().join("data").to_str().unwrap().to_owned();
        let said = must(&[&["demo", "--data", &demo], size].concat());
        let (_, case) = said.split_once("A case to follow: ").unwrap();
        let (code, digits) = case.lines().next().unwrap().split_once(" with the digits ").unwrap();
        let logins = std::fs::read_to_string(Path::new(&demo).join("demo-logins.json")).unwrap();
        Demo {
            server: Server::start(&demo),
            case: (code.to_owned(), digits.to_owned()),
            logins: serde_json::from_str(&logins).unwrap(),
            _data: data,
        }
    }

    async fn sign_in(&self, tab: &Tab, role: Role) {
        let login = self.logins.iter().find(|l| l.role == role.code()).unwrap();
        tab.sign_in_with(&login.user, &login.password).await;
    }
}

/// Where the pictures go.
fn folder() -> PathBuf {
    PathBuf::from(std::env::var("DOORSTEP_SCREENSHOTS").expect("cargo xtask screenshots FOLDER"))
}

#[test]
#[ignore = "makes the pictures of the README: cargo xtask pictures"]
fn the_pictures_of_the_readme() {
    let demo = Demo::serve(&["--seed", "7"]);
    browse(&demo.server.address, async |tab| {
        tab.follow(&demo.case.0, &demo.case.1).await;
        shot(tab, &folder().join("resident.png")).await;
        tab.forget_everybody().await;
        demo.sign_in(tab, Role::Clerk).await;
        tab.desk().await;
        shot(tab, &folder().join("clerk.png")).await;
    });
}

/// What is on the screen, a pixel for a pixel.
async fn shot(tab: &Tab, file: &Path) {
    let size = tab.run("return [innerWidth, innerHeight, devicePixelRatio]").await;
    let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1.0 / size[2].as_f64().unwrap() });
    let made = tab.cdp("Page.captureScreenshot", json!({ "format": "png", "clip": clip })).await;
    std::fs::write(file, thirtyfour::support::base64_decode(made["data"].as_str().unwrap()).unwrap()).unwrap();
}

#[test]
#[ignore = "makes pictures for eyes: cargo xtask screenshots FOLDER"]
fn a_picture_of_every_page() {
    let demo = Demo::serve(&["--small"]);
    for lang in ["zh-CN", "en"] {
        let folder = folder().join(lang);
        std::fs::create_dir_all(&folder).unwrap();
        browse(&demo.server.address, async |tab| {
            tab.go(&format!("/language?to={lang}&back=/")).await;
            pictures(tab, Who::Anybody, &folder).await;
            tab.follow(&demo.case.0, &demo.case.1).await;
            pictures(tab, Who::Resident("resident"), &folder).await;
            for role in Role::ALL {
                tab.forget_everybody().await;
                tab.go(&format!("/language?to={lang}&back=/")).await;
                demo.sign_in(tab, *role).await;
                pictures(tab, Who::Post(*role), &folder).await;
            }
        });
    }
}
