//! One span and one line for each request, and the id under which to find them again.

use std::fmt;
use std::future::{Ready, ready};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use tracing::Instrument;

use super::metrics;

pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=64;
/// In place of a route pattern, so that scanners' paths neither fill the logs nor the metrics.
const NO_ROUTE: &str = "unmatched";

/// Names one request in our logs, in its answer and in error reports. A handler takes it as argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn generate() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string())
    }

    /// Accepts only what can stand in a log line and a header as it is.
    fn accept(text: &str) -> Option<Self> {
        let safe = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        (LENGTHS.contains(&text.len()) && text.bytes().all(safe)).then(|| Self(text.to_owned()))
    }

    fn of(request: &ServiceRequest) -> Self {
        let given = request.headers().get(REQUEST_ID_HEADER).and_then(|value| value.to_str().ok());
        given.and_then(Self::accept).unwrap_or_else(Self::generate)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for RequestId {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        ready(Ok(known.unwrap_or_else(Self::generate)))
    }
}

/// Middleware, the outermost: `App::new().wrap(from_fn(trace_request))`.
///
/// Takes the caller's `X-Request-Id` if it is harmless, else makes one, and sends it back. Logs
/// method, route pattern, status and duration; nothing the caller wrote is logged.
///
/// # Errors
/// Those of the service, with the request id added to their answer.
pub async fn trace_request(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::of(&request);
    let method = metrics::method_label(request.method());
    let route = request.match_pattern().unwrap_or_else(|| NO_ROUTE.to_owned());
    request.extensions_mut().insert(id.clone());

    let span = tracing::info_span!("request", request_id = %id, method, route);
    let result = next.call(request).instrument(span.clone()).await;
    let status = match &result {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let duration = started.elapsed();
    span.in_scope(|| log_end(status, &route, duration.as_millis()));
    metrics::count_request(method, route, status, duration);
    echo(id, result)
}

fn log_end(status: StatusCode, route: &str, duration_ms: u128) {
    let status_code = status.as_u16();
    let duration_ms = u64::try_from(duration_ms).unwrap_or(u64::MAX);
    if status.is_server_error() {
        tracing::error!(status = status_code, duration_ms, "answered");
    } else if route.starts_with("/health") {
        // Probes ask every few seconds; their lines would bury the others.
        tracing::debug!(status = status_code, duration_ms, "answered");
    } else {
        tracing::info!(status = status_code, duration_ms, "answered");
    }
}

fn echo(
    id: RequestId,
    result: Result<ServiceResponse<impl MessageBody + 'static>, Error>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let value = HeaderValue::try_from(id.0).ok();
    match (result, value) {
        (Ok(mut response), Some(value)) => {
            response.headers_mut().insert(REQUEST_ID_HEADER, value);
            Ok(response.map_into_boxed_body())
        }
        (Err(error), Some(value)) => {
            let mut response = error.error_response();
            response.headers_mut().insert(REQUEST_ID_HEADER, value);
            Err(InternalError::from_response(error, response).into())
        }
        (result, None) => result.map(ServiceResponse::map_into_boxed_body),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, try_call_service};
    use actix_web::{App, HttpResponse, error, web};

    use super::super::logs::tests::keep_logs;
    use super::*;

    async fn read(id: RequestId) -> HttpResponse {
        tracing::info!("inside");
        HttpResponse::Ok().body(id.to_string())
    }

    async fn fail() -> Result<HttpResponse, Error> {
        Err(error::ErrorBadRequest("the body said hush"))
    }

    #[actix_web::test]
    async fn a_request_leaves_its_route_and_nothing_the_caller_wrote() {
        let (kept, _guard) = keep_logs();
        let app = App::new()
            .wrap(from_fn(trace_request))
            .route("/pay/{payment_id}", web::get().to(read))
            .route("/fail", web::post().to(fail));
        let app = init_service(app).await;
        for request in [
            TestRequest::get().uri("/pay/hush-path?client_secret=hush-query").insert_header(("authorization", "hush")),
            TestRequest::get().uri("/hush-unknown?x=hush").insert_header(("x-request-id", "hush hush")),
            TestRequest::post().uri("/fail?x=hush").set_payload("hush"),
            TestRequest::get().method("HUSH".parse().unwrap()).uri("/pay/1"),
        ] {
            call_service(&app, request.to_request()).await;
        }
        let text = kept.text();
        assert!(!text.to_lowercase().contains("hush"), "{text}");
        let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let answered: Vec<_> = lines.iter().filter(|line| line["message"] == "answered").collect();
        let routes: Vec<_> = answered.iter().map(|line| (&line["span"]["route"], &line["status"])).collect();
        assert_eq!(
            serde_json::to_string(&routes).unwrap(),
            r#"[["/pay/{payment_id}",200],["unmatched",404],["/fail",400],["/pay/{payment_id}",404]]"#
        );
        let inside = lines.iter().find(|line| line["message"] == "inside").unwrap();
        assert_eq!(inside["span"]["request_id"], answered[0]["span"]["request_id"]);
    }

    #[actix_web::test]
    async fn a_harmless_id_is_kept_and_any_other_replaced() {
        let app = init_service(App::new().wrap(from_fn(trace_request)).route("/", web::get().to(read))).await;
        for (given, kept) in [
            ("shop-1234", true),
            ("a.b_c-d9", true),
            ("short", false),
            ("has space", false),
            ("<script>", false),
            (&"a".repeat(64), true),
            (&"a".repeat(65), false),
        ] {
            let request = TestRequest::get().uri("/").insert_header(("x-request-id", given)).to_request();
            let response = call_service(&app, request).await;
            let echoed = response.headers().get(REQUEST_ID_HEADER).unwrap().to_str().unwrap().to_owned();
            assert_eq!(echoed == given, kept, "{given}");
            assert_eq!(actix_web::test::read_body(response).await, echoed.as_bytes(), "the handler sees the same id");
        }
    }

    #[actix_web::test]
    async fn an_error_out_of_a_middleware_carries_the_id_too() {
        let refuse = |_: ServiceRequest, _: Next<BoxBody>| async {
            Err::<ServiceResponse<BoxBody>, _>(error::ErrorTooManyRequests("slow down"))
        };
        let app = App::new().wrap(from_fn(refuse)).wrap(from_fn(trace_request)).route("/", web::get().to(read));
        let app = init_service(app).await;
        let error = try_call_service(&app, TestRequest::get().uri("/").to_request()).await.unwrap_err();
        let response = error.error_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(REQUEST_ID_HEADER));
    }
}
