//! Every refusal as RFC 9457 `application/problem+json`, in the caller's language. Handlers return an
//! [`ApiError`]; the middleware words it, because only there the request's language is known.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;

use crate::error::{ApiError, Code, FieldError};
use crate::i18n::{self, Locale};
use crate::payments::attempt::Failure;
use crate::payments::{AttemptView, GatewayName, PaymentView, RefundView};
use crate::telemetry::RequestId;

/// RFC 9457.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable; decide on this one.
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    pub request_id: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the body, `?name` for a query parameter, `header:Name` for a header.
    pub pointer: String,
    pub code: String,
    pub detail: String,
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Only what the middleware replaces.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

impl Problem {
    #[must_use]
    pub fn of(error: &ApiError, locale: Locale, request_id: String) -> Self {
        let code = error.code.as_str();
        let key = format!("error-{}", code.replace('_', "-"));
        let worded = gateways_words(error, locale);
        let mut args: Vec<(&str, &str)> = error.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        for arg in args.iter_mut().filter(|(name, _)| matches!(*name, "message" | "fix")) {
            arg.1 = worded.as_deref().unwrap_or(arg.1);
        }
        Self {
            kind: format!("/docs/errors#{code}"),
            title: i18n::text(locale, &format!("{key}-title")),
            status: error.code.status(),
            detail: i18n::text_with(locale, &key, &args),
            code: code.to_owned(),
            errors: error.fields.iter().map(|f| FieldProblem::of(f, locale)).collect(),
            request_id,
        }
    }
}

impl FieldProblem {
    fn of(error: &FieldError, locale: Locale) -> Self {
        let args: Vec<(&str, &str)> = error.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let detail = match &error.detail {
            Some(detail) => gateway_text_with("setting", error.code, &args, detail, locale),
            None => i18n::text_with(locale, &format!("field-{}", error.code.replace('_', "-")), &args),
        };
        Self { pointer: error.pointer.clone(), code: error.code.to_owned(), detail }
    }
}

/// A gateway's own wording is English and particular; another language has a general one.
#[must_use]
pub fn gateway_text(family: &str, code: &str, english: &str, locale: Locale) -> String {
    gateway_text_with(family, code, &[], english, locale)
}

/// As [`gateway_text`], with the particulars that the general wording names.
fn gateway_text_with(family: &str, code: &str, args: &[(&str, &str)], english: &str, locale: Locale) -> String {
    let key = format!("{family}-{}", code.replace('_', "-"));
    let worded = i18n::text_with(locale, &key, args);
    if locale == Locale::En || worded == key { english.to_owned() } else { worded }
}

/// What a gateway's refusal means, in the caller's language. `told` are the gateway's own words, in its own
/// language: they stay where nothing is known of the code, and within the text where they name particulars.
#[must_use]
pub fn failure_text(gateway: Option<GatewayName>, code: &str, told: &str, locale: Locale) -> String {
    let code = code.to_ascii_lowercase().replace('_', "-");
    let gateways = gateway.map_or_else(|| GatewayName::ALL.to_vec(), |gateway| vec![gateway]);
    let keys = gateways.iter().map(|gateway| format!("gateway-{}-{code}", gateway.as_str()));
    for key in keys.chain([format!("gateway-{code}")]) {
        let worded = i18n::text_with(locale, &key, &[("told", told)]);
        if worded != key {
            return worded;
        }
    }
    told.to_owned()
}

fn gateways_words(error: &ApiError, locale: Locale) -> Option<String> {
    let arg = |wanted: &str| error.args.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str());
    match error.code {
        Code::GatewayDeclined => Some(failure_text(None, arg("code")?, arg("message")?, locale)),
        Code::GatewayMisconfigured => Some(failure_text(None, arg("code")?, arg("fix")?, locale)),
        _ => None,
    }
}

fn word(failure: &mut Option<Failure>, gateway: Option<GatewayName>, locale: Locale) {
    // A shopper's view has no words to translate.
    if let Some(failure) = failure.as_mut().filter(|f| !f.message.is_empty()) {
        failure.message = failure_text(gateway, &failure.code, &failure.message, locale);
    }
}

/// Views whose failures are put into the caller's language.
pub trait Worded: Sized {
    #[must_use]
    fn worded(self, locale: Locale) -> Self;
}

impl Worded for AttemptView {
    fn worded(mut self, locale: Locale) -> Self {
        word(&mut self.failure, Some(self.gateway), locale);
        self
    }
}

impl Worded for PaymentView {
    fn worded(mut self, locale: Locale) -> Self {
        self.attempts = self.attempts.into_iter().map(|attempt| attempt.worded(locale)).collect();
        self
    }
}

impl Worded for RefundView {
    fn worded(mut self, locale: Locale) -> Self {
        word(&mut self.failure, None, locale);
        self
    }
}

/// The caller's language.
#[must_use]
pub fn locale_of(request: &HttpRequest) -> Locale {
    Locale::negotiate(accept_language(request))
}

#[must_use]
pub fn accept_language(request: &HttpRequest) -> Option<&str> {
    request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok())
}

/// Words errors. Also catches what actix-web refuses by itself.
///
/// # Errors
/// Passes on what the inner service could not answer at all.
pub async fn word_problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // The request must not be held during the call: routing needs it for itself alone.
    let response = next.call(request).await?;
    let error = response.response().error().map(api_error_of).or_else(|| unworded(&response));
    Ok(match error {
        Some(error) => {
            let request = response.request().clone();
            let mut worded = problem_response(&request, &error);
            keep_headers(response.response(), &mut worded);
            ServiceResponse::new(request, worded)
        }
        None => response.map_into_boxed_body(),
    })
}

/// What lets a browser read the answer at all, and the methods that an address takes.
fn keep_headers<B>(from: &HttpResponse<B>, to: &mut HttpResponse) {
    let kept = |name: &header::HeaderName| {
        name == header::ALLOW || name == header::VARY || name.as_str().starts_with("access-control-")
    };
    for (name, value) in from.headers().iter().filter(|(name, _)| kept(name)) {
        to.headers_mut().append(name.clone(), value.clone());
    }
}

/// Routing failures have a status but no error and no body.
fn unworded<B: MessageBody>(response: &ServiceResponse<B>) -> Option<ApiError> {
    let empty = matches!(
        response.response().body().size(),
        actix_web::body::BodySize::None | actix_web::body::BodySize::Sized(0)
    );
    match response.status() {
        StatusCode::NOT_FOUND if empty => Some(ApiError::not_found("page")),
        StatusCode::METHOD_NOT_ALLOWED if empty => Some(ApiError::new(Code::MethodNotAllowed)),
        _ => None,
    }
}

fn api_error_of(error: &actix_web::Error) -> ApiError {
    if let Some(api) = error.as_error::<ApiError>() {
        return api.clone();
    }
    if error.as_error::<actix_cors::CorsError>().is_some() {
        return ApiError::new(Code::OriginNotAllowed);
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => ApiError::not_found("page"),
        StatusCode::METHOD_NOT_ALLOWED => ApiError::new(Code::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(Code::BodyTooLarge).with("limit_bytes", 65_536),
        status if status.is_client_error() => ApiError::new(Code::MalformedJson).with("why", "cut_off"),
        _ => ApiError::internal(error),
    }
}

/// Under which the request is found in the logs.
#[must_use]
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default()
}

fn problem_response(request: &HttpRequest, error: &ApiError) -> HttpResponse {
    let locale = locale_of(request);
    let problem = Problem::of(error, locale, request_id(request));
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CONTENT_LANGUAGE, locale.tag())).insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(seconds) = error.retry_after_s {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.content_type("application/problem+json").body(serde_json::to_vec(&problem).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_speaks_the_callers_language_and_keeps_the_gateways_particulars() {
        let told = "参数错误 (/payer/openid: 不合法)";
        let text = |code, locale| failure_text(Some(GatewayName::WeChatPay), code, told, locale);
        assert_eq!(text("PARAM_ERROR", Locale::En), format!("WeChat Pay refused a parameter: {told}"));
        assert_eq!(text("PARAM_ERROR", Locale::ZhHans), format!("微信支付认为参数有误：{told}"));
        assert!(text("payer_id_missing", Locale::En).contains("openid"));
        assert_eq!(text("SOMETHING_NEW", Locale::En), told, "what nobody knows stays as it was told");
        assert_eq!(failure_text(None, "NO_AUTH", told, Locale::En), text("NO_AUTH", Locale::En));
    }
}
