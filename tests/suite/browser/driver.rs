//! chromedriver with a headless chromium, gone at the end whatever happens.

use std::fmt::Debug;
use std::future::poll_fn;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::task::Poll;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromeCapabilities, TypingData};

use crate::support::{ANSWER_MAX, Backend, Setup, TestApp, skip};

/// The driver to run, where it is not the distribution's.
const CHROMEDRIVER: &str = "FATOURA_TEST_CHROMEDRIVER";
/// A folder for a picture of every page that a test looks at.
const SCREENSHOTS: &str = "FATOURA_TEST_SCREENSHOTS";
/// How often the driver is started at most.
const STARTS_MAX: usize = 5;
/// What the shell says once the driver has ended.
const ENDED: &str = "chromedriver-ended";
/// Longest wait for anything: far more than it takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks while waiting.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// What somebody looks at the pages with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Desktop,
    Phone,
    /// A desktop whose owner switched JavaScript off.
    NoScript,
}

/// Kills the driver and all that it started when dropped. The shell around it does the same when this process is
/// killed and the pipe to it closes.
struct Process {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Process {
    /// The driver picks a port of its own, which somebody else may take before it listens: then it ends, and is
    /// started again on another.
    fn start(program: &Path) -> Self {
        let mut said = String::new();
        for _ in 0..STARTS_MAX {
            match Self::try_start(program) {
                Ok(process) => return process,
                Err(last) => said = last,
            }
        }
        panic!("chromedriver ends before it listens: {said}");
    }

    /// What it said instead of its port, where it ended.
    fn try_start(program: &Path) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("(\"$0\" --port=0 2>&1; echo {ENDED}) & cat >/dev/null; kill -KILL 0");
        let mut child = Command::new("/bin/sh")
            .args(["-c", &script])
            .arg(program)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self { child, folder, port: 0 };
        let mut said = Vec::new();
        loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                process.port = port.trim_end_matches('.').parse().unwrap();
                break;
            }
            if line == ENDED {
                return Err(said.join(" | "));
            }
            said.push(line);
        }
        // What else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// A browser window on the hub.
pub struct Browser {
    pub driver: WebDriver,
    pub device: Device,
}

fn program() -> Option<PathBuf> {
    let program = std::env::var_os(CHROMEDRIVER).map_or_else(|| "/usr/bin/chromedriver".into(), PathBuf::from);
    program.exists().then_some(program)
}

fn capabilities(device: Device, folder: &Path) -> ChromeCapabilities {
    let mut wanted = DesiredCapabilities::chrome();
    let profile = format!("--user-data-dir={}", folder.join("profile").display());
    let flags = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu --no-proxy-server --no-first-run \
                 --disable-background-networking --disable-component-update --disable-extensions --disable-sync \
                 --window-size=1280,900 --lang=en --force-color-profile=srgb";
    for flag in flags.split_whitespace().chain([profile.as_str()]) {
        wanted.add_arg(flag).unwrap();
    }
    wanted.set("goog:loggingPrefs", json!({ "browser": "ALL", "performance": "ALL" })).unwrap();
    match device {
        Device::Desktop => {}
        Device::Phone => {
            let metrics = json!({ "width": 360, "height": 740, "pixelRatio": 2.0, "touch": true, "mobile": true });
            wanted.add_experimental_option("mobileEmulation", json!({ "deviceMetrics": metrics })).unwrap();
        }
        Device::NoScript => {
            let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
            wanted.add_experimental_option("prefs", off).unwrap();
        }
    }
    wanted
}

#[expect(clippy::print_stderr, reason = "whoever reads of the failure wants to see the page")]
fn tell(at: &str, body: &str) {
    eprintln!("the browser was at {at}, which says:\n{body}");
}

/// Opens a browser on a hub for a test and closes it afterwards; skips the test where there is none.
pub async fn with_browser(device: Device, setup: Setup, test: impl AsyncFnOnce(&Browser, &TestApp)) {
    let Some(program) = program() else { return skip(&format!("chromedriver ({CHROMEDRIVER})")) };
    let Some(app) = TestApp::start_with(Backend::Sqlite, setup).await else { return };
    let process = Process::start(&program);
    let client = Client::builder().no_proxy().timeout(ANSWER_MAX).build().unwrap();
    let builder =
        WebDriver::builder(format!("http://127.0.0.1:{}", process.port), capabilities(device, process.folder.path()));
    let driver = builder.client(client).connect().await.unwrap();
    // Away from the browser's own first page, and nothing of it in the logs.
    driver.goto("about:blank").await.unwrap();
    driver.get_log("performance").await.unwrap();
    driver.browser_log().await.unwrap();
    let browser = Browser { driver, device };
    let mut run = Box::pin(test(&browser, &app));
    let outcome = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await;
    drop(run);
    if outcome.is_err() {
        let (at, body) = (browser.path().await, browser.text("body").await);
        tell(&at, &body);
        browser.picture("failed").await;
    }
    drop(browser.driver.clone().quit().await);
    drop(process);
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
    app.finish().await;
}

/// Keeps a file next to the pictures, where pictures are wanted.
pub fn keep(name: &str, bytes: &[u8]) {
    let Some(folder) = std::env::var_os(SCREENSHOTS).map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

impl Browser {
    pub async fn open(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    pub async fn devtools(&self, command: &str, arguments: Value) -> Value {
        self.driver.cdp().send_raw(command, arguments).await.unwrap()
    }

    /// What a script says of the page; it works where the page's own scripts are off.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute(script, arguments).await.unwrap().json().clone()
    }

    /// Waits until a look at the page gives something.
    pub async fn until<T>(&self, what: impl Debug, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain for {what:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits for the first visible element that a selector takes.
    pub async fn find(&self, selector: &str) -> WebElement {
        let visible =
            "return [...document.querySelectorAll(arguments[0])].find((element) => element.checkVisibility())";
        self.until(selector, async || {
            let found = self.driver.execute(visible, vec![selector.into()]).await.ok()?;
            found.element().ok()
        })
        .await
    }

    pub async fn has(&self, selector: &str) -> bool {
        !self.driver.find_all(By::Css(selector)).await.unwrap().is_empty()
    }

    pub async fn text(&self, selector: &str) -> String {
        match self.driver.find(By::Css(selector)).await {
            Ok(element) => element.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let input = self.find(selector).await;
        input.clear().await.unwrap();
        input.send_keys(text).await.unwrap();
    }

    pub async fn click(&self, selector: &str) {
        self.find(selector).await.click().await.unwrap();
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// A picture of the whole page, where pictures are wanted.
    pub async fn picture(&self, name: &str) {
        if std::env::var_os(SCREENSHOTS).is_none() {
            return;
        }
        let size = self.ask("return [innerWidth, document.documentElement.scrollHeight, innerHeight]", vec![]).await;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        // What fits is taken as it stands: to look beyond, Chromium lays a page anew, and one in Arabic out of place.
        let beyond = size[1].as_u64() > size[2].as_u64();
        let wanted = json!({ "captureBeyondViewport": beyond, "clip": clip });
        let picture = self.devtools("Page.captureScreenshot", wanted).await;
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, picture["data"].as_str().unwrap());
        keep(&format!("{name}-{:?}.png", self.device).to_lowercase(), &bytes.unwrap());
    }
}
