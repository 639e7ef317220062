//! A hand that does what a person's day asks for, and counts what it costs: clicks or taps, keys, seconds.

use super::tab::{CONTROL, Tab};
use serde_json::json;
use std::time::{Duration, Instant};
use thirtyfour::Key;

/// How somebody sits at the pages.
#[derive(Clone, Copy)]
pub struct Manner {
    pub lang: &'static str,
    /// Whether the pages' scripts run.
    pub scripts: bool,
    /// Without a mouse and without touching the screen.
    pub keyboard: bool,
    /// The width of everybody's screen; none: each person's own.
    pub width: Option<u32>,
    /// How large the browser's letters are, in percent of what it comes with.
    pub letters: u32,
}

/// A task as it was done.
pub struct Done {
    /// Who did it.
    pub who: &'static str,
    /// What it was.
    pub what: &'static str,
    pub clicks: usize,
    pub keys: usize,
    pub took: Duration,
}

/// What stands beyond the right edge of a page that scrolls sideways.
const BEYOND: &str = "const root = document.documentElement, most = root.clientWidth + 1;
    const over = (e) => e.getBoundingClientRect().left + Math.max(e.scrollWidth, e.offsetWidth || 0) > most;
    const seen = [...document.querySelectorAll('body *:not(thead *, .watermark, .watermark *)')];
    return root.scrollWidth > most ? [root.scrollWidth, seen.filter(over).map((e) => e.outerHTML.slice(0, 120))] : []";

/// The hand. Every element is waited for, so a second is one in which the page was not there yet.
pub struct Hand<'a> {
    pub tab: &'a Tab,
    pub manner: Manner,
    who: &'static str,
    clicks: usize,
    keys: usize,
    pub done: Vec<Done>,
}

impl<'a> Hand<'a> {
    pub async fn new(tab: &'a Tab, manner: Manner) -> Hand<'a> {
        tab.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": !manner.scripts })).await;
        Hand { tab, manner, who: "", clicks: 0, keys: 0, done: Vec::new() }
    }

    /// Takes a phone into the hand.
    pub async fn phone(&self) {
        self.tab.width(self.manner.width.unwrap_or(390)).await;
    }

    /// Sits down at a desk.
    pub async fn desk(&self) {
        self.tab.width(self.manner.width.unwrap_or(1440)).await;
    }

    /// Becomes somebody, who starts at an address that their browser keeps.
    pub fn is(&mut self, who: &'static str) {
        self.who = who;
    }

    /// Does a task that begins at an address, and is over when an element is there.
    pub async fn task(&mut self, what: &'static str, at: &str, work: impl AsyncFnOnce(&mut Hand<'a>), end: &str) {
        if !at.is_empty() {
            self.tab.go(at).await;
        }
        (self.clicks, self.keys) = (0, 0);
        let began = Instant::now();
        work(self).await;
        self.tab.at(end).await;
        self.done.push(Done { who: self.who, what, clicks: self.clicks, keys: self.keys, took: began.elapsed() });
        let beyond = self.tab.run(BEYOND).await;
        assert_eq!(beyond, json!([]), "after “{what}” the page is wider than the screen");
    }

    /// A click or a tap; without a mouse, the tab key until one is there, and the key that does what it is for.
    pub async fn press(&mut self, css: &str) {
        if !self.manner.keyboard {
            self.clicks += 1;
            return self.tab.press(css).await;
        }
        let (tabs, there) = self.tab.reach(css).await;
        self.keys += tabs;
        match there.as_str() {
            "radio" => self.keys += self.tab.turn(Key::Down, &format!("{CONTROL}.checked"), css).await,
            "checkbox" => self.key(Key::Space).await,
            _ => self.key(Key::Enter).await,
        }
    }

    async fn key(&mut self, key: Key) {
        self.keys += 1;
        self.tab.keys(key).await;
    }

    /// A text, typed into a field that is clicked first.
    pub async fn write(&mut self, css: &str, text: &str) {
        self.keys += text.chars().count();
        if self.manner.keyboard {
            self.keys += self.tab.reach(css).await.0;
            return self.tab.types(text).await;
        }
        self.clicks += 1;
        self.tab.fill(css, text).await;
    }

    /// A text that was copied elsewhere, pasted into a field that is clicked first: two keys.
    pub async fn paste(&mut self, css: &str, text: &str) {
        self.keys += 2;
        self.clicks += 1;
        self.tab.paste(css, text).await;
    }

    /// A file, chosen: a click for the field, and one for the file. The dialog that lists files is no page of ours.
    pub async fn file(&mut self, css: &str, path: &str) {
        if self.manner.keyboard {
            self.keys += self.tab.reach(css).await.0;
        } else {
            self.clicks += 2;
        }
        self.tab.fill(css, path).await;
    }

    /// An option of a list: a click opens it, another chooses.
    pub async fn choose(&mut self, css: &str, value: &str) {
        if self.manner.keyboard {
            self.keys += self.tab.reach(css).await.0;
            self.keys += self.tab.turn(Key::Down, &format!("{CONTROL}.value === {value:?}"), css).await;
            return;
        }
        self.clicks += 2;
        self.tab.choose(css, value).await;
    }

    /// Opens a case as its resident.
    pub async fn follow(&mut self, code: &str, digits: &str) {
        self.write("#f-code", code).await;
        self.write("#f-digits", digits).await;
        self.press("main .btn-main").await;
    }
}
