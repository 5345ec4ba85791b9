//! Query strings. Refused as bodies are: with the parameter and the fix.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::body::field_error;
use crate::error::{ApiError, FieldError};

#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let reader = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        ApiError::invalid(vec![parameter_error(&name, &error.into_inner().to_string())])
    })
}

fn parameter_error(name: &str, message: &str) -> FieldError {
    if message.starts_with("unknown field") {
        let error = field_error(name, message);
        return FieldError { pointer: error.pointer.replacen('/', "?", 1), ..error };
    }
    if message.starts_with("duplicate field") {
        let name = message.split('`').nth(1).unwrap_or(name);
        return FieldError::new(format!("?{name}"), "too_many").with("max", 1);
    }
    // Whatever else is not text is a number.
    FieldError::new(format!("?{name}"), "expected_whole_number")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        limit: Option<i64>,
        #[allow(dead_code)]
        cursor: Option<String>,
    }

    #[test]
    fn every_fault_names_its_parameter() {
        let fault = |query: &str| {
            let error = parse::<Page>(query).unwrap_err();
            (error.fields[0].pointer.clone(), error.fields[0].code)
        };
        assert_eq!(fault("limit=many"), ("?limit".into(), "expected_whole_number"));
        assert_eq!(fault("limit=99999999999999999999"), ("?limit".into(), "expected_whole_number"));
        assert_eq!(fault("limt=1"), ("?limt".into(), "unknown_field_nearest"));
        assert_eq!(fault("cursor=a&colour=red"), ("?colour".into(), "unknown_field"));
        assert_eq!(fault("limit=1&limit=2"), ("?limit".into(), "too_many"));
        assert_eq!(parse::<Page>("limit=5&cursor=a%2Fb").unwrap().limit, Some(5));
    }
}
