//! A hand that does what a person's day asks for, and counts what it costs: clicks or taps, keys, seconds.

use super::tab::Tab;
use std::time::{Duration, Instant};

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

/// The hand. Every element is waited for, so a second is one in which the page was not there yet.
pub struct Hand<'a> {
    pub tab: &'a Tab,
    who: &'static str,
    clicks: usize,
    keys: usize,
    pub done: Vec<Done>,
}

impl<'a> Hand<'a> {
    pub fn new(tab: &'a Tab) -> Hand<'a> {
        Hand { tab, who: "", clicks: 0, keys: 0, done: Vec::new() }
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
        let found = self.tab.at(end);
        drop(found.await);
        self.done.push(Done { who: self.who, what, clicks: self.clicks, keys: self.keys, took: began.elapsed() });
    }

    /// A click or a tap.
    pub async fn press(&mut self, css: &str) {
        self.clicks += 1;
        self.tab.press(css).await;
    }

    /// A text, typed into a field that is clicked first.
    pub async fn write(&mut self, css: &str, text: &str) {
        self.clicks += 1;
        self.keys += text.chars().count();
        self.tab.fill(css, text).await;
    }

    /// A file, chosen: a click for the field, and one for the file.
    pub async fn file(&mut self, css: &str, path: &str) {
        self.clicks += 2;
        self.tab.fill(css, path).await;
    }

    /// An option of a list: a click opens it, another chooses.
    pub async fn choose(&mut self, css: &str, value: &str) {
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
