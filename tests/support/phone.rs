//! A shopper's phone without a screen: one browser with its own name and cookies, which follows redirects one
//! by one so that a test sees every step.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::redirect::Policy;

use super::Answer;

pub const WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                          Mobile/15E148 MicroMessenger/8.0.47(0x18002f2c) NetType/WIFI Language/zh_CN";
pub const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                          Version/17.4 Mobile/15E148 Safari/604.1";
pub const ALIPAY: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 \
                          AliApp(AP/10.5.96.6000) AlipayClient/10.5.96.6000 Language/zh-Hans";

pub struct Phone {
    http: reqwest::Client,
    agent: &'static str,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Phone {
    pub fn new(agent: &'static str) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .pool_max_idle_per_host(0)
            .redirect(Policy::none())
            .build()
            .expect("a client");
        Self { http, agent, cookies: Mutex::default() }
    }

    /// WeChat in the hands of somebody else: the sandbox tells people apart by this cookie.
    pub fn of(agent: &'static str, person: &str) -> Self {
        let phone = Self::new(agent);
        phone.cookies.lock().expect("cookies").insert("sandbox_person".to_owned(), person.to_owned());
        phone
    }

    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().expect("cookies").clone()
    }

    pub fn forget_cookies(&self) {
        self.cookies.lock().expect("cookies").clear();
    }

    pub fn keep_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().expect("cookies") = cookies;
    }

    pub async fn open(&self, address: &str) -> Answer {
        self.send(self.http.get(address)).await
    }

    /// A request of this phone, to be sent by [`Phone::send`].
    pub fn post(&self, address: &str) -> reqwest::RequestBuilder {
        self.http.post(address)
    }

    pub async fn submit(&self, address: &str, form: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(form).expect("a form");
        let request = self.http.post(address).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(body)).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("user-agent", self.agent).header("cookie", cookies.join("; "));
        let answer = super::send(request).await;
        let mut jar = self.cookies.lock().expect("cookies");
        for cookie in answer.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()) {
            let (name, value) = cookie.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            if cookie.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Where a redirect, or a page that goes on by itself, leads.
    pub fn next(answer: &Answer) -> String {
        Self::leads_to(answer).unwrap_or_else(|| panic!("a way on, not {}: {}", answer.status, answer.text))
    }

    fn leads_to(answer: &Answer) -> Option<String> {
        let refresh = "http-equiv=\"refresh\" content=\"0;url";
        let by_page = || answer.text.contains(refresh).then(|| attribute(answer, "id=\"go\" href"));
        answer.header("location").map(str::to_owned).or_else(by_page)
    }

    /// Follows redirects, and pages that go on by themselves, to the page at their end.
    pub async fn arrive(&self, address: &str) -> Answer {
        let mut answer = self.open(address).await;
        for _ in 0..5 {
            let Some(next) = Self::leads_to(&answer) else { break };
            let next = url::Url::parse(address).and_then(|base| base.join(&next)).expect("an address");
            answer = self.open(next.as_str()).await;
        }
        answer
    }
}

/// The value of an attribute on the page, its entities undone.
pub fn attribute(page: &Answer, name: &str) -> String {
    let value = page.text.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    value
        .unwrap_or_else(|| panic!("{name} in {}", page.text))
        .replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
