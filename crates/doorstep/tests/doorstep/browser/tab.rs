//! A browser under test, and the chromedriver that drives it.

use serde_json::{Value, json};
use std::future::poll_fn;
use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::prelude::*;
use thirtyfour::{Key, LoggingPrefsLogLevel, TypingData};

/// How long a page may take to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is asked.
const PACE: Duration = Duration::from_millis(30);

/// What takes the focus for an element: itself, or the control of a label. `IT` is the element.
pub const CONTROL: &str = "(IT.control || IT)";

/// Whether the focus is at an element, or in its group of choices; whether one sees it; what it is; and its kind.
const FOCUS: &str = "const IT = document.querySelector(WANTED), to = CONTROL;
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
    const near = at.closest('label') ? getComputedStyle(at.closest('label')) : style;
    const ring = (s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none';
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const group = at.type === 'radio' && to.type === 'radio' && at.name === to.name && at.form === to.form;
    return [at === to || group, at === document.body || (ring(style) || ring(near)) && inside,
        at.outerHTML.slice(0, 200), at.type || '']";

/// How often the tab key is pressed before somebody gives up.
const TABS_MOST: usize = 120;

/// The process between us and Chromium. It ends with the last test that uses it.
struct Chromedriver {
    child: Child,
    address: String,
}

impl Chromedriver {
    /// The running one, or a new one on a free port.
    fn shared() -> Arc<Chromedriver> {
        static RUNNING: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        running.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Chromedriver::start());
            *running = Arc::downgrade(&started);
            started
        })
    }

    fn start() -> Chromedriver {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = said.find_map(|line| line.split("started successfully on port ").nth(1).map(str::to_owned));
        let port = port.expect("chromedriver says its port");
        Chromedriver { child, address: format!("http://127.0.0.1:{}", port.trim_end_matches('.')) }
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        crate::binary::kill(&mut self.child);
    }
}

/// Whether Chromium and chromedriver are there. In a full run they must be; elsewhere their absence is said aloud.
#[allow(clippy::print_stdout)] // The run shows what was skipped.
pub fn is_there() -> bool {
    let on_path = |program: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let there = on_path("chromium") && on_path("chromedriver");
    let must = std::env::var("DOORSTEP_TESTS").is_ok_and(|v| v == "all");
    assert!(there || !must, "Chromium or chromedriver is missing: `cargo xtask test` installs them");
    if !there {
        println!("skipped: no Chromium with chromedriver here, so the pages were not looked at in a browser");
    }
    there
}

/// Opens a browser at a server, does something with it, and closes it, also when that fails.
pub fn browse(address: &str, work: impl AsyncFnOnce(&Tab)) {
    browse_with(address, 100, work);
}

/// The same, with letters of another size: in percent of what the browser comes with.
pub fn browse_with(address: &str, letters: u32, work: impl AsyncFnOnce(&Tab)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tab = Tab::open(address, letters).await;
        let mut work = Box::pin(work(&tab));
        let guarded = |cx: &mut std::task::Context<'_>| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))
        {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
            Err(panic) => Poll::Ready(Err(panic)),
        };
        let done = poll_fn(guarded).await;
        drop(work);
        if done.is_err() {
            eprintln!(
                "The browser was at {:?}, and the page said:\n{}",
                tab.driver.current_url().await,
                tab.text().await
            );
        }
        let Tab { driver, .. } = tab;
        driver.quit().await.unwrap();
        if let Err(panic) = done {
            resume_unwind(panic);
        }
    });
}

/// A browser.
pub struct Tab {
    pub driver: WebDriver,
    address: String,
    /// Its profile, and what it downloads.
    folder: tempfile::TempDir,
    _chromedriver: Arc<Chromedriver>,
}

impl Tab {
    async fn open(address: &str, letters: u32) -> Tab {
        let (chromedriver, folder) = (Chromedriver::shared(), tempfile::tempdir().unwrap());
        let mut wanted = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=zh-CN",
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", folder.path().join("profile").display())).unwrap();
        let prefs = json!({
            "download.default_directory": folder.path().join("downloads"),
            "intl.accept_languages": "zh-CN,zh",
            "webkit.webprefs.default_font_size": 16 * letters / 100,
        });
        wanted.add_experimental_option("prefs", prefs).unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let poller = Arc::new(ElementPollerWithTimeout::new(PATIENCE, PACE));
        let driver = WebDriver::builder(&chromedriver.address, wanted).poller(poller).await.unwrap();
        let tab = Tab { driver, address: address.into(), folder, _chromedriver: chromedriver };
        tab.phone().await;
        tab
    }

    /// A phone: 390 × 844, by touch.
    pub async fn phone(&self) {
        self.width(390).await;
    }

    /// A desk: 1440 × 900, by mouse.
    pub async fn desk(&self) {
        self.width(1440).await;
    }

    /// A screen of this many CSS pixels across.
    pub async fn width(&self, width: u32) {
        let phone = width < 1000;
        let (height, scale) = if phone { (844, 2) } else { (900, 1) };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics).await;
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await;
    }

    /// Chromium's own protocol.
    pub async fn cdp(&self, command: &str, with: Value) -> Value {
        self.driver.cdp().send_raw(command, with).await.unwrap_or_else(|e| panic!("{command}: {e}"))
    }

    /// Whether there is a network.
    pub async fn network(&self, there: bool) {
        self.cdp("Network.enable", json!({})).await;
        let conditions = json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    /// Where the phone is, in degrees north and east, which its owner lets pages know; none: it can't tell.
    pub async fn stands_at(&self, place: Option<(f64, f64)>) {
        let grant = json!({ "origin": self.address, "permissions": ["geolocation"] });
        self.cdp("Browser.grantPermissions", grant).await;
        let place = place.map(|(north, east)| json!({ "latitude": north, "longitude": east, "accuracy": 20 }));
        self.cdp("Emulation.setGeolocationOverride", place.unwrap_or(json!({}))).await;
    }

    /// Opens a page of the server.
    pub async fn go(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.address)).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// The path where the browser is, with its query.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        format!("{}{}", url.path(), url.query().map(|q| format!("?{q}")).unwrap_or_default())
    }

    /// The first element of a selector, waited for.
    pub async fn at(&self, css: &str) -> WebElement {
        let found = self.driver.query(By::Css(css)).first().await;
        found.unwrap_or_else(|e| panic!("nothing is at {css}: {e}"))
    }

    /// Taps or clicks.
    pub async fn press(&self, css: &str) {
        self.at(css).await.click().await.unwrap_or_else(|e| panic!("{css} can't be pressed: {e}"));
    }

    /// Types into an empty field.
    pub async fn fill(&self, css: &str, text: &str) {
        self.at(css).await.send_keys(text).await.unwrap_or_else(|e| panic!("{css} can't be filled: {e}"));
    }

    /// Pastes a text into an empty field, in one piece.
    pub async fn paste(&self, css: &str, text: &str) {
        self.press(css).await;
        self.cdp("Input.insertText", json!({ "text": text })).await;
        assert_eq!(self.value(css).await, text, "what was pasted into {css} stands there");
    }

    /// What a field holds.
    pub async fn value(&self, css: &str) -> String {
        self.at(css).await.value().await.unwrap().unwrap_or_default()
    }

    /// Chooses an option by its value.
    pub async fn choose(&self, css: &str, value: &str) {
        self.press(&format!("{css} option[value='{value}']")).await;
    }

    /// Opens the fold that holds an element.
    pub async fn unfold(&self, css: &str) {
        self.press(&format!("details:not([open]):has({css}) > summary")).await;
    }

    /// Goes on with one question after the other until the page asks for this field.
    pub async fn until_asked(&self, css: &str) {
        let shown = format!("return document.querySelector({css:?}).closest('[data-step]').checkVisibility()");
        for _ in 0..9 {
            if self.run(&shown).await == json!(true) {
                return;
            }
            self.press("[data-step-next]").await;
        }
        panic!("no question asks for {css}");
    }

    /// Everything that the page says to the eye.
    pub async fn text(&self) -> String {
        let text = self.driver.execute("return document.body ? document.body.innerText : ''", Vec::new()).await;
        text.ok().and_then(|t| t.json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Waits until the page says something.
    pub async fn sees(&self, text: &str) {
        let since = Instant::now();
        while !self.text().await.contains(text) {
            assert!(since.elapsed() < PATIENCE, "the page does not say {text:?}");
            tokio::time::sleep(PACE).await;
        }
    }

    /// What a script returns.
    pub async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap_or_else(|e| panic!("{script}: {e}")).json().clone()
    }

    /// One key after the other, to whatever has the focus.
    pub async fn keys(&self, key: Key) {
        self.driver.action_chain().send_keys(key).perform().await.unwrap();
    }

    /// Presses the tab key until the focus is at an element, or in the group of choices it is one of: after how many, and
    /// the type of what is there. On the way, one always sees where one is.
    pub async fn reach(&self, css: &str) -> (usize, String) {
        self.at(css).await;
        while self.run("return document.readyState").await != json!("complete") {
            tokio::time::sleep(PACE).await;
        }
        let script = FOCUS.replace("CONTROL", CONTROL).replace("WANTED", &json!(css).to_string());
        for n in 0..=TABS_MOST {
            let at = self.run(&script).await;
            assert_eq!(at[1], json!(true), "one does not see that the focus is at {}", at[2]);
            if at[0] == json!(true) {
                return (n, at[3].as_str().unwrap_or_default().to_owned());
            }
            self.keys(Key::Tab).await;
        }
        panic!("the tab key does not lead to {css}");
    }

    /// Presses a key until something is true of an element, `IT`: after how many.
    pub async fn turn(&self, key: Key, until: &str, css: &str) -> usize {
        let script = format!("const IT = document.querySelector({}); return {until}", json!(css));
        for n in 0..TABS_MOST {
            if self.run(&script).await == json!(true) {
                return n;
            }
            self.keys(key.clone()).await;
        }
        panic!("the key does not lead to {css}");
    }

    /// Types a text, to whatever has the focus.
    pub async fn types(&self, text: &str) {
        self.driver.action_chain().send_keys(TypingData::from(text)).perform().await.unwrap();
    }

    /// Presses single keys on a desk page, once its script has been read.
    pub async fn single_keys(&self, keys: &str) {
        self.is_awake().await;
        self.types(keys).await;
    }

    /// Waits until a desk page's script has been read, which the single keys need: its voice is there then.
    pub async fn is_awake(&self) {
        self.at("body > p.sr[role='status']").await;
    }

    /// A file that was downloaded, waited for: its bytes.
    pub async fn downloaded(&self, name: &str) -> String {
        let path = self.downloads(name);
        let since = Instant::now();
        loop {
            // On a busy machine the name can be there before the words.
            if let Some(text) = std::fs::read_to_string(&path).ok().filter(|text| text.ends_with('\n')) {
                return text;
            }
            assert!(since.elapsed() < PATIENCE, "{name} was not downloaded whole");
            tokio::time::sleep(PACE).await;
        }
    }

    /// Where a downloaded file is.
    pub fn downloads(&self, name: &str) -> PathBuf {
        self.folder.path().join("downloads").join(name)
    }

    /// A path for a file that the test makes.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Signs an account of the tests' own district in.
    pub async fn sign_in(&self, user: &str) {
        self.sign_in_with(user, super::site::PASSWORD).await;
    }

    /// Signs an account in.
    pub async fn sign_in_with(&self, user: &str, password: &str) {
        self.give_password(user, password).await;
        self.give_code().await;
    }

    /// The first half of a sign-in: the page after it asks for more where the account needs it.
    pub async fn give_password(&self, user: &str, password: &str) {
        self.go("/sign-in").await;
        self.fill("#f-user", user).await;
        self.fill("#f-password", password).await;
        self.press("main .btn-main").await;
        self.at("form[action='/sign-out']").await;
    }

    /// Gives the code of the second factor, where the account that signs in has one: each time another recovery code.
    pub async fn give_code(&self) {
        static USED: AtomicU32 = AtomicU32::new(0);
        if self.path().await != "/sign-in/code" {
            return;
        }
        let code = super::site::recovery_code(USED.fetch_add(1, Ordering::Relaxed));
        self.fill("#f-code", &code).await;
        self.press("main .btn-main").await;
        self.at("header form[action='/sign-out']").await;
    }

    /// Signs nobody in any more, and leaves the language as it is.
    pub async fn forget_session(&self) {
        let cookies = self.driver.get_all_cookies().await.unwrap();
        for cookie in cookies.into_iter().filter(|c| c.value.len() == 64) {
            self.driver.delete_cookie(cookie.name).await.unwrap();
        }
    }

    /// Drops all cookies, of whatever page.
    pub async fn forget_everybody(&self) {
        self.cdp("Network.clearBrowserCookies", json!({})).await;
    }

    /// Signs out.
    pub async fn sign_out(&self) {
        self.press("form[action='/sign-out'] button").await;
        self.at("#f-password").await;
    }

    /// Opens a case to its resident.
    pub async fn follow(&self, code: &str, digits: &str) {
        self.go("/follow").await;
        self.fill("#f-code", code).await;
        self.fill("#f-digits", digits).await;
        self.press("main .btn-main").await;
        self.at("form[action='/case/leave']").await;
    }

    /// What the browser complained of since it was last asked: scripts that failed, resources that were not there or not
    /// allowed.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.browser_log().await.unwrap();
        log.into_iter().filter(|l| matches!(l.level.as_str(), "SEVERE" | "WARNING")).map(|l| l.message).collect()
    }
}
