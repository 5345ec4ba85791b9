//! What can be graphed and alarmed on. Names are constants, each described once in [`METRICS`];
//! callers record with the `metrics` macros: `counter!(ATTEMPTS_TOTAL, "gateway" => …).increment(1)`.
//! Labels take values from closed sets only: never an id, an amount or anything a caller wrote.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

/// Attempts that reached an end. Labels: `gateway`, `flow`, `outcome`.
pub const ATTEMPTS_TOTAL: &str = "luodi_attempts_total";
/// Calls to gateways. Labels: `gateway`, `operation`, `outcome`.
pub const GATEWAY_CALL_SECONDS: &str = "luodi_gateway_call_seconds";
/// From the gateway's `paid_at` to our commit. Label: `gateway`.
pub const SETTLE_SECONDS: &str = "luodi_settle_seconds";
/// Notifications of gateways. Labels: `gateway`, `outcome`.
pub const NOTIFICATIONS_TOTAL: &str = "luodi_notifications_total";
/// Age of the oldest attempt whose end is not known.
pub const OLDEST_UNSETTLED_ATTEMPT_SECONDS: &str = "luodi_oldest_unsettled_attempt_seconds";
/// Age of the oldest webhook that is still to be delivered.
pub const OLDEST_UNDELIVERED_WEBHOOK_SECONDS: &str = "luodi_oldest_undelivered_webhook_seconds";
/// Tries to deliver a webhook. Label: `outcome`.
pub const WEBHOOK_DELIVERIES_TOTAL: &str = "luodi_webhook_deliveries_total";
/// Statements asked for. Labels: `gateway`, `kind`, `outcome`.
pub const STATEMENTS_TOTAL: &str = "luodi_statements_total";
/// Differences between statements and the ledger that nobody has resolved or acknowledged. Label: `kind`.
pub const DIFFERENCES_OPEN: &str = "luodi_differences_open";
/// Until the credential of its kind that ends first. Labels: `gateway`, `credential`.
pub const CREDENTIAL_DAYS_LEFT: &str = "luodi_credential_days_left";
/// What a person has to look at. Label: `kind`.
pub const ALARMS_TOTAL: &str = "luodi_alarms_total";
/// Our own answers. Labels: `method`, `route`, `status`.
pub const HTTP_REQUEST_SECONDS: &str = "luodi_http_request_seconds";

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Counter,
    Gauge,
    /// With the upper bounds of its buckets, in seconds.
    Histogram(&'static [f64]),
}

/// A metric as operators meet it.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
}

/// Ends at the longest time a gateway is given.
const CALL_BUCKETS: &[f64] = &[0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0];
/// From a prompt notification to one found by the next day's statement.
const SETTLE_BUCKETS: &[f64] = &[1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0];
const HTTP_BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Every metric there is.
pub const METRICS: &[Metric] = &[
    Metric {
        name: ATTEMPTS_TOTAL,
        kind: Kind::Counter,
        help: "Payment attempts that ended, by gateway, flow and outcome.",
    },
    Metric {
        name: GATEWAY_CALL_SECONDS,
        kind: Kind::Histogram(CALL_BUCKETS),
        help: "Time of calls to payment gateways, by gateway, operation and outcome.",
    },
    Metric {
        name: SETTLE_SECONDS,
        kind: Kind::Histogram(SETTLE_BUCKETS),
        help: "Time from the moment the gateway says it was paid to our commit, by gateway.",
    },
    Metric {
        name: NOTIFICATIONS_TOTAL,
        kind: Kind::Counter,
        help: "Notifications from gateways, by gateway and outcome.",
    },
    Metric {
        name: OLDEST_UNSETTLED_ATTEMPT_SECONDS,
        kind: Kind::Gauge,
        help: "Age of the oldest attempt whose end is not known.",
    },
    Metric {
        name: OLDEST_UNDELIVERED_WEBHOOK_SECONDS,
        kind: Kind::Gauge,
        help: "Age of the oldest webhook still to be delivered.",
    },
    Metric { name: WEBHOOK_DELIVERIES_TOTAL, kind: Kind::Counter, help: "Tries to deliver a webhook, by outcome." },
    Metric { name: STATEMENTS_TOTAL, kind: Kind::Counter, help: "Statements asked for, by gateway, kind and outcome." },
    Metric {
        name: DIFFERENCES_OPEN,
        kind: Kind::Gauge,
        help: "Differences between statements and the ledger that are open, by kind.",
    },
    Metric {
        name: CREDENTIAL_DAYS_LEFT,
        kind: Kind::Gauge,
        help: "Days until the credential that ends first, by gateway and credential.",
    },
    Metric { name: ALARMS_TOTAL, kind: Kind::Counter, help: "Things a person has to look at, by kind." },
    Metric {
        name: HTTP_REQUEST_SECONDS,
        kind: Kind::Histogram(HTTP_BUCKETS),
        help: "Time to answer our own requests, by method, route and status.",
    },
];

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Starts collecting for the whole process. A second call changes nothing.
///
/// # Errors
/// When another recorder was installed before.
pub fn install() -> Result<(), BuildError> {
    // Serialised: of two tests that start at once, the second must wait and not fail.
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = INSTALLING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS {
        if let Kind::Histogram(buckets) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), buckets)?;
        }
    }
    let handle = builder.install_recorder()?;
    for metric in METRICS {
        match metric.kind {
            Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
            Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
    let _first = RECORDER.set(handle);
    Ok(())
}

/// The answer of `/metrics`, in the Prometheus text format; empty before [`install`].
#[must_use]
pub fn render() -> String {
    RECORDER.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds recorded times into their buckets. Call it every few seconds: where nobody reads `/metrics`,
/// the single times would pile up in memory.
pub fn fold() {
    if let Some(handle) = RECORDER.get() {
        handle.run_upkeep();
    }
}

/// Callers may invent methods; labels may not grow with them.
pub(super) fn method_label(method: &Method) -> &'static str {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS];
    let names = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    known.iter().zip(names).find(|(known, _)| *known == method).map_or("other", |(_, name)| name)
}

pub(super) fn count_request(method: &'static str, route: String, status: StatusCode, duration: Duration) {
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.as_str().to_owned())];
    metrics::histogram!(HTTP_REQUEST_SECONDS, &labels).record(duration);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_described_and_histograms_have_buckets() {
        install().unwrap();
        install().unwrap();
        for metric in METRICS {
            match metric.kind {
                Kind::Counter => metrics::counter!(metric.name, "gateway" => "wechatpay").increment(1),
                Kind::Gauge => metrics::gauge!(metric.name).set(1.0),
                Kind::Histogram(buckets) => {
                    assert!(buckets.is_sorted());
                    metrics::histogram!(metric.name, "gateway" => "wechatpay").record(0.7);
                }
            }
        }
        fold();
        let text = render();
        for metric in METRICS {
            assert!(text.contains(&format!("# HELP {} {}", metric.name, metric.help)), "{}\n{text}", metric.name);
            if let Kind::Histogram(_) = metric.kind {
                assert!(
                    text.contains(&format!("{}_bucket{{gateway=\"wechatpay\",le=\"+Inf\"}}", metric.name)),
                    "{text}"
                );
            }
        }
        assert!(text.contains("luodi_gateway_call_seconds_bucket{gateway=\"wechatpay\",le=\"0.5\"} 0"), "{text}");
        assert!(text.contains("luodi_gateway_call_seconds_bucket{gateway=\"wechatpay\",le=\"0.75\"} 1"), "{text}");
    }

    #[test]
    fn invented_methods_share_one_label() {
        assert_eq!(method_label(&Method::PATCH), "PATCH");
        assert_eq!(method_label(&Method::from_bytes(b"FOO").unwrap()), "other");
    }
}
