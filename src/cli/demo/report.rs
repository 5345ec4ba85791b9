//! What the walk says while it goes: a line for each step with its time, or one JSON document at the end.

use std::process::ExitCode;
use std::time::Instant;

use serde::Serialize;
use serde_json::json;

use crate::cli::output;
use crate::i18n::{Locale, Texts, text_with};

#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    ok: bool,
    ms: f64,
    detail: String,
}

/// A step that was done, with what to say about it.
pub struct Done<T>(pub T, pub String);

#[derive(Debug)]
pub struct Report {
    texts: Texts,
    json: bool,
    begun: Instant,
    steps: Vec<Step>,
}

impl Report {
    pub fn new(locale: Locale, json: bool) -> Self {
        Self { texts: Texts(locale), json, begun: Instant::now(), steps: Vec::new() }
    }

    /// Does one step and says how it went. `name` is also the key `cli-step-…` of its text.
    pub async fn step<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = anyhow::Result<Done<T>>>,
    ) -> anyhow::Result<T> {
        let begun = Instant::now();
        let result = work.await;
        let (ok, detail) = match &result {
            Ok(Done(_, detail)) => (true, detail.clone()),
            Err(error) => (false, format!("{error:#}")),
        };
        let ms = (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        if !self.json {
            let mark = if ok { "✓" } else { "✗" };
            output::line(format!("{mark} {ms:>7.1} ms  {} — {detail}", self.texts.get(&format!("cli-step-{name}"))))?;
        }
        self.steps.push(Step { name, ok, ms, detail });
        result.map(|Done(value, _)| value)
    }

    /// The verdict. A failed step has said its reason already.
    pub fn finish(self, walked: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
        let ms = (self.begun.elapsed().as_secs_f64() * 1000.0).round();
        let ok = walked.is_ok() && self.steps.iter().all(|step| step.ok);
        if self.json {
            let error = walked.as_ref().err().map(|error| format!("{error:#}"));
            output::json(&json!({ "ok": ok, "ms": ms, "steps": self.steps, "error": error }))?;
        } else {
            let key = if ok { "cli-walk-ok" } else { "cli-walk-failed" };
            output::line("")?;
            output::line(text_with(self.texts.0, key, &[("ms", &ms.to_string())]))?;
        }
        Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
