//! Log lines on standard error: as text for people, or one JSON object per line for collectors.
//! Libraries never speak below `info`, whatever the level: at `debug` some of them print URLs,
//! headers and bodies.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use crate::config::{LogConfig, LogFormat};

/// Starts logging for the whole process. A second call changes nothing.
///
/// # Errors
/// When `level` is not a filter.
pub fn init_logs(config: &LogConfig) -> Result<(), InvalidLevel> {
    // Standard output belongs to the commands: it carries what they were asked for.
    let subscriber = subscriber(config, io::stderr)?;
    let _already_started = subscriber.try_init();
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`log.level` is not a level; use error, warn, info, debug or trace")]
pub struct InvalidLevel;

fn subscriber<W>(config: &LogConfig, writer: W) -> Result<Box<dyn Subscriber + Send + Sync>, InvalidLevel>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&config.level).map_err(|_| InvalidLevel)?;
    let lines = fmt::layer().with_writer(writer);
    let lines = match config.format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).boxed(),
    };
    Ok(Box::new(registry().with(filter).with(filter_fn(may_speak)).with(lines)))
}

fn may_speak(line: &Metadata<'_>) -> bool {
    *line.level() <= Level::INFO || line.target().split("::").next() == Some(env!("CARGO_CRATE_NAME"))
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Keeps what is logged, for tests to read.
    #[derive(Clone, Default)]
    pub struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Kept {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Logs as JSON from this thread while the guard lives.
    pub fn keep_logs() -> (Kept, tracing::subscriber::DefaultGuard) {
        let kept = Kept::default();
        let writer = kept.clone();
        let config = LogConfig { level: "trace".to_owned(), format: LogFormat::Json };
        let guard = tracing::subscriber::set_default(subscriber(&config, move || writer.clone()).unwrap());
        (kept, guard)
    }

    #[test]
    fn starting_twice_is_harmless_and_a_wrong_level_is_not() {
        let silent = LogConfig { level: "off".to_owned(), ..LogConfig::default() };
        init_logs(&silent).unwrap();
        init_logs(&silent).unwrap();
        let wrong = LogConfig { level: "luodi=loud".to_owned(), ..LogConfig::default() };
        assert_eq!(init_logs(&wrong), Err(InvalidLevel));
    }

    #[test]
    fn libraries_keep_their_details_to_themselves() {
        let (kept, _guard) = keep_logs();
        tracing::debug!("ours");
        tracing::info!(target: "hyper::client", "starting");
        tracing::debug!(target: "hyper::client", "authorization: hush");
        tracing::trace!(target: "luodish", "hush");
        let text = kept.text();
        assert!(text.contains("ours") && text.contains("starting") && !text.contains("hush"), "{text}");
    }

    #[test]
    fn json_lines_carry_their_fields_at_the_top() {
        let (kept, _guard) = keep_logs();
        tracing::info!(payment = "pay_1", "paid");
        let line: serde_json::Value = serde_json::from_str(kept.text().trim()).unwrap();
        assert_eq!((line["message"].as_str(), line["payment"].as_str()), (Some("paid"), Some("pay_1")));
    }
}
