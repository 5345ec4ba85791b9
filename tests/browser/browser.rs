//! One browser as a shopper has it, in the words of a specification.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use luodi::i18n::Locale;
use serde_json::{Value, json};
use url::Url;

use crate::driver::Driver;
use crate::support::phone::{ALIPAY, WECHAT};
use crate::webdriver::Session;

/// Nothing that a shopper waits for takes longer, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Desktop,
    Phone,
}

/// How the shopper looks at the shop: on what, and in which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub size: Size,
    pub locale: Locale,
}

pub const DESKTOP_ZH: Look = Look { size: Size::Desktop, locale: Locale::ZhHans };
pub const DESKTOP_EN: Look = Look { size: Size::Desktop, locale: Locale::En };
pub const PHONE_ZH: Look = Look { size: Size::Phone, locale: Locale::ZhHans };
pub const PHONE_EN: Look = Look { size: Size::Phone, locale: Locale::En };
pub const LOOKS: [Look; 4] = [DESKTOP_ZH, DESKTOP_EN, PHONE_ZH, PHONE_EN];

impl Look {
    /// The words of the pages in this language; about WeChat Pay, where a wallet is named.
    pub fn says(self, key: &str) -> String {
        self.says_of("wechatpay", key)
    }

    /// The words of the pages about a wallet.
    pub fn says_of(self, wallet: &str, key: &str) -> String {
        let name = |kind: &str| luodi::i18n::text(self.locale, &format!("cashier-{kind}-{wallet}"));
        let [app, scanner, method, provider] = ["app", "scanner", "method", "provider"].map(name);
        let told = [("app", app.as_str()), ("scanner", &scanner), ("method", &method), ("provider", &provider)];
        luodi::i18n::text_with(self.locale, key, &told)
    }

    fn name(self) -> String {
        let size = match self.size {
            Size::Desktop => "desktop",
            Size::Phone => "phone",
        };
        let language = match self.locale {
            Locale::En => "en",
            Locale::ZhHans => "zh",
            Locale::ZhHantHk => "zh-hk",
            Locale::ZhHantTw => "zh-tw",
        };
        format!("{size}-{language}")
    }
}

pub struct Browser {
    session: Session,
    look: Look,
    /// A part of what the console may say in this test.
    forgiven: Vec<&'static str>,
}

impl Browser {
    pub async fn open(driver: &Driver, look: Look) -> Self {
        let tags = if look.locale == Locale::En { "en-US,en" } else { "zh-CN,zh" };
        let (accept, language) = (format!("--accept-lang={tags}"), format!("--lang={}", &tags[..5]));
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--no-proxy-server",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &accept,
            &language,
        ];
        // The profile is a fresh one: ChromeDriver makes and removes it.
        let mut options = json!({ "args": flags });
        if let Ok(program) = std::env::var("CHROMIUM") {
            options["binary"] = json!(program);
        }
        let logs = json!({ "browser": "ALL", "performance": "ALL" });
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": logs });
        let session = Session::start(&driver.url(), wanted).await;
        let mut browser = Self { session, look, forgiven: Vec::new() };
        browser.turn_into(look).await;
        browser
    }

    /// Takes on another size. The language of pages already open stays.
    pub async fn turn_into(&mut self, look: Look) {
        self.look = look;
        let phone = look.size == Size::Phone;
        let (width, height) = if phone { (390, 844) } else { (1280, 800) };
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": phone });
        self.session.chromium("Emulation.setDeviceMetricsOverride", screen).await;
        self.session.chromium("Emulation.setTouchEmulationEnabled", json!({ "enabled": phone })).await;
    }

    /// A phone of another width, as long as nothing else is taken on.
    pub async fn narrows_to(&self, width_px: u32) {
        let screen = json!({ "width": width_px, "height": 740, "deviceScaleFactor": 2, "mobile": true });
        self.session.chromium("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// The browser says it is another one, such as a phone's.
    pub async fn calls_itself(&self, agent: &str) {
        let tags = if self.look.locale == Locale::En { "en-US,en" } else { "zh-CN,zh" };
        let wanted = json!({ "userAgent": agent, "acceptLanguage": tags });
        self.session.chromium("Emulation.setUserAgentOverride", wanted).await;
    }

    /// WeChat's own browser, in somebody's hands: its name, the bridge it gives to every page, and who it is to
    /// the sandbox's WeChat.
    pub async fn becomes_wechat(&self, sandbox_url: &str, person: &str) {
        self.calls_itself(WECHAT).await;
        self.gets_the_bridge(&format!("{sandbox_url}/phone/weixin-js-bridge.js")).await;
        let cookie = json!({ "name": "sandbox_person", "value": person, "url": sandbox_url });
        self.session.chromium("Network.setCookie", cookie).await;
    }

    /// Alipay's own browser: its name, and the bridge it gives to every page.
    pub async fn becomes_alipay(&self, sandbox_url: &str) {
        self.calls_itself(ALIPAY).await;
        self.gets_the_bridge(&format!("{sandbox_url}/phone/alipay-js-bridge.js")).await;
    }

    /// The bridge stands outside the pages' policy, as in the real one.
    async fn gets_the_bridge(&self, address: &str) {
        let bridge = reqwest::get(address).await.expect("the bridge").text().await.expect("its source");
        self.session.chromium("Page.enable", json!({})).await;
        self.session.chromium("Page.setBypassCSP", json!({ "enabled": true })).await;
        self.session.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": bridge })).await;
    }

    /// Clicks in WeChat's payment sheet, which lies over the page.
    pub async fn taps_in_the_sheet(&self, css: &str) {
        self.taps_in_the_frame("#weixin-payment-sheet", css).await;
    }

    pub async fn taps_in_alipays_sheet(&self, css: &str) {
        self.taps_in_the_frame("#alipay-payment-sheet", css).await;
    }

    async fn taps_in_the_frame(&self, frame: &str, css: &str) {
        self.looks_into(frame).await;
        self.click(css).await;
        self.session.look_into(None).await.expect("the page");
    }

    async fn looks_into(&self, frame: &str) {
        self.sees(frame).await;
        let frame = self.session.find(frame).await.expect("the frame");
        self.session.look_into(Some(&frame)).await.expect("a frame");
    }

    /// An attribute of an element within a frame.
    pub async fn reads_in_the_frame(&self, frame: &str, css: &str, attribute: &str) -> String {
        self.looks_into(frame).await;
        self.sees(css).await;
        let script = format!("return document.querySelector('{css}').getAttribute('{attribute}')");
        let value = self.run(&script).await.as_str().unwrap_or_default().to_owned();
        self.session.look_into(None).await.expect("the page");
        value
    }

    pub async fn prefers_dark(&self, dark: bool) {
        let wish = json!({ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } });
        self.session.chromium("Emulation.setEmulatedMedia", json!({ "features": [wish] })).await;
    }

    pub async fn without_scripts(&self) {
        self.session.chromium("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// Requests whose address fits fail from now on; `*` stands for anything.
    pub async fn block(&mut self, addresses: &[&str]) {
        self.session.chromium("Network.enable", json!({})).await;
        self.session.chromium("Network.setBlockedURLs", json!({ "urls": addresses })).await;
        self.forgive("ERR_BLOCKED_BY_CLIENT");
    }

    pub fn forgive(&mut self, part: &'static str) {
        self.forgiven.push(part);
    }

    pub async fn go_to(&self, address: &str) {
        self.session.post("/url", json!({ "url": address })).await.expect("the page opens");
    }

    pub async fn reload(&self) {
        self.session.post("/refresh", json!({})).await.expect("the page loads again");
    }

    pub async fn address(&self) -> Url {
        let address = self.session.get("/url").await.expect("an address");
        Url::parse(address.as_str().unwrap_or_default()).expect("an address")
    }

    /// Waits until such an element is there, and on the screen.
    pub async fn sees(&self, css: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let last = match self.session.find(css).await {
                Ok(id) => self.session.get(&format!("/element/{id}/displayed")).await,
                Err(refused) => Err(refused),
            };
            match last {
                Ok(shown) if shown == true => return,
                last if Instant::now() > deadline => panic!("{css} does not appear: {last:?}; {}", self.story().await),
                _ => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Where the browser is and how the cashier stands, for whoever reads a failure.
    async fn story(&self) -> String {
        let text = self.session.run("return document.body.innerText").await;
        format!("at {} stands {:?}", self.address().await.path(), text.unwrap_or_default())
    }

    /// The cashier reaches this stage, by itself or as it was loaded.
    pub async fn sees_stage(&self, stage: &str) {
        self.sees(&format!("#cashier[data-stage=\"{stage}\"]")).await;
    }

    /// The code is on the screen and its picture has arrived.
    pub async fn sees_code(&self) -> String {
        self.sees_stage("qr").await;
        self.sees("#qr[src]").await;
        let script = "return document.getElementById('qr').decode().then(() => document.getElementById('qr').src)";
        self.run(script).await.as_str().expect("the picture of a code").to_owned()
    }

    pub async fn shows(&self, css: &str) -> bool {
        let Ok(id) = self.session.find(css).await else { return false };
        self.session.get(&format!("/element/{id}/displayed")).await.is_ok_and(|shown| shown == true)
    }

    pub async fn click(&self, css: &str) {
        self.sees(css).await;
        let id = self.session.find(css).await.expect("an element");
        let clicked = self.session.post(&format!("/element/{id}/click"), json!({})).await;
        clicked.unwrap_or_else(|refused| panic!("{css} cannot be clicked: {}", refused.0));
    }

    pub async fn text(&self, css: &str) -> String {
        self.sees(css).await;
        let id = self.session.find(css).await.expect("an element");
        let text = self.session.get(&format!("/element/{id}/text")).await.expect("a text");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the element says this.
    pub async fn reads(&self, css: &str, words: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text(css).await;
            if text == words {
                return;
            }
            assert!(Instant::now() < deadline, "{css} says {text:?} instead of {words:?}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    pub async fn run(&self, script: &str) -> Value {
        self.session.run(script).await.unwrap_or_else(|refused| panic!("{script}: {}", refused.0))
    }

    /// Presses and releases a key, such as [`TAB`].
    pub async fn press(&self, key: char) {
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.session.post("/actions", json!({ "actions": [keyboard] })).await.expect("a key is pressed");
    }

    /// Types into whatever has the focus.
    pub async fn types(&self, text: &str) {
        for key in text.chars() {
            self.press(key).await;
        }
    }

    /// Waits until the script answers this.
    pub async fn answers(&self, script: &str, expected: &Value) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.run(script).await;
            if answer == *expected {
                return;
            }
            assert!(Instant::now() < deadline, "{script} answers {answer} instead of {expected}");
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The id of what the keyboard would operate.
    pub async fn focus(&self) -> String {
        let focus =
            self.run("const e = document.activeElement; return e.id || e.name || e.className || e.tagName").await;
        focus.as_str().unwrap_or_default().to_owned()
    }

    /// Keeps the whole page as `target/screenshots/<name>-<look>.png`.
    pub async fn keep(&self, name: &str) {
        let wanted = json!({ "format": "png", "captureBeyondViewport": true });
        let picture = self.session.chromium("Page.captureScreenshot", wanted).await;
        let picture = luodi::crypto::from_base64(picture["data"].as_str().expect("a picture")).expect("base64");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder for the pictures");
        std::fs::write(folder.join(format!("{name}-{}.png", self.look.name())), picture).expect("the picture is kept");
    }

    /// Nothing of what was shown may be wider than the screen.
    pub async fn fits_the_screen(&self) {
        let wider = self.run("return document.documentElement.scrollWidth - innerWidth").await;
        assert!(wider.as_i64().is_some_and(|wider| wider <= 0), "{wider} px too wide at {}", self.address().await);
    }

    /// Closes the browser. Fails if any page complained or asked another host for anything.
    pub async fn leave(self) {
        let complaints: Vec<_> = self.session.log("browser").await.iter().map(|e| e["message"].to_string()).collect();
        let complaints: Vec<_> = complaints.iter().filter(|c| !self.forgiven.iter().any(|f| c.contains(f))).collect();
        let requested: Vec<_> = self.session.log("performance").await.iter().filter_map(requested_address).collect();
        let foreign: Vec<_> = requested.iter().filter(|url| !is_ours(url)).collect();
        self.session.end().await;
        assert!(complaints.is_empty(), "the console says {complaints:#?}");
        assert!(!requested.is_empty(), "requests are recorded");
        assert!(foreign.is_empty(), "requests to strangers: {foreign:#?}");
    }
}

pub const TAB: char = '\u{E004}';
pub const ENTER: char = '\u{E007}';

fn requested_address(entry: &Value) -> Option<String> {
    let entry: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
    let event = &entry["message"];
    (event["method"] == "Network.requestWillBeSent")
        .then(|| event["params"]["request"]["url"].as_str())?
        .map(str::to_owned)
}

fn is_ours(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| {
        let is_here = |host: &str| ["127.0.0.1", "localhost"].contains(&host) || host.ends_with(".localhost");
        url.scheme() == "data" || url.host_str().is_some_and(is_here)
    })
}
