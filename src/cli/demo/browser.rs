//! As much of a browser as the walk needs: pages, forms, redirects, cookies, server-sent events.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use url::Url;

use super::page::Page;
use crate::i18n::Locale;

const MAX_REDIRECTS: usize = 5;
/// Nothing on this machine takes longer, unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Browser {
    client: Client,
    locale: Locale,
    /// By origin and name.
    cookies: BTreeMap<(String, String), String>,
}

impl Browser {
    pub fn new(locale: Locale) -> anyhow::Result<Self> {
        let redirects = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(redirects).no_proxy().connect_timeout(PATIENCE).build()?;
        Ok(Self { client, locale, cookies: BTreeMap::new() })
    }

    pub async fn open(&mut self, url: &str) -> anyhow::Result<Page> {
        self.follow(Method::GET, Url::parse(url)?, None).await
    }

    /// Posts a form of this page.
    pub async fn submit(&mut self, page: &Page, action: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.follow(Method::POST, page.url.join(action)?, Some(body)).await
    }

    async fn follow(&mut self, method: Method, url: Url, body: Option<String>) -> anyhow::Result<Page> {
        let (mut method, mut url, mut body) = (method, url, body);
        for _ in 0..MAX_REDIRECTS {
            let response = self.send(&method, &url, body.take()).await.with_context(|| format!("{method} {url}"))?;
            self.keep_cookies(&url, &response);
            if response.status().is_redirection() {
                let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                url = url.join(location.context("a redirect to nowhere")?)?;
                method = Method::GET;
                continue;
            }
            let status = response.status().as_u16();
            let text = response.text().await?;
            return Ok(Page { url, status, text });
        }
        bail!("{MAX_REDIRECTS} redirects in a row, the last to {url}")
    }

    async fn send(&self, method: &Method, url: &Url, body: Option<String>) -> anyhow::Result<Response> {
        let origin = url.origin().ascii_serialization();
        let cookies = self.cookies.iter().filter(|((of, _), _)| *of == origin);
        let cookies: Vec<_> = cookies.map(|((_, name), value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method.clone(), url.clone()).timeout(PATIENCE);
        request = request.header(ACCEPT_LANGUAGE, self.locale.tag());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        }
        Ok(request.send().await?)
    }

    fn keep_cookies(&mut self, url: &Url, response: &Response) {
        let origin = url.origin().ascii_serialization();
        for cookie in response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = cookie.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                let key = (origin.clone(), name.trim().to_owned());
                if value.is_empty() {
                    self.cookies.remove(&key);
                } else {
                    self.cookies.insert(key, value.to_owned());
                }
            }
        }
    }

    /// Begins to listen to a payment, as the cashier page does.
    pub async fn listen(&self, url: &str) -> anyhow::Result<Stream> {
        let response = self.client.get(url).send().await?;
        ensure!(response.status().is_success(), "the stream answered {}", response.status());
        Ok(Stream { response, buffer: Vec::new() })
    }
}

/// Server-sent events as they come.
pub struct Stream {
    response: Response,
    buffer: Vec<u8>,
}

impl Stream {
    /// The data of the next event that has any.
    pub async fn next(&mut self) -> anyhow::Result<Value> {
        tokio::time::timeout(PATIENCE, self.read()).await.context("the stream has been silent for 20 s")?
    }

    async fn read(&mut self) -> anyhow::Result<Value> {
        loop {
            while let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let event = String::from_utf8(event).context("the stream is not UTF-8")?;
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")) {
                    return serde_json::from_str(data.trim()).context("an event without JSON");
                }
            }
            let chunk = self.response.chunk().await?.context("the stream ended")?;
            self.buffer.extend_from_slice(&chunk);
        }
    }
}
