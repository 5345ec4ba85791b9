//! The wording of a locale by id, whole or in part; whole ones are kept ready in every encoding.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use actix_web::web;
use serde::Serialize;

use crate::error::ApiError;
use crate::i18n::{Catalogue, Locale, Wording};
use crate::magento_language::dictionary;
use crate::prepared::Prepared;
/// Patterns by id.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Messages<'a> {
    #[schema(example = "zh-Hans")]
    pub locale: &'static str,
    #[schema(example = "5a1c0f6b9e2d4437")]
    pub version: &'a str,
    /// Id → pattern in Fluent's syntax; one without arguments is the text itself.
    #[schema(example = json!({ "cart-title": "购物车", "cart-added": "已将“{ $name }”加入购物车" }))]
    pub messages: BTreeMap<&'a str, &'a str>,
    /// Ids that were asked for and are not ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<&'a str>,
}
fn all(wording: &Wording) -> Messages<'_> {
    let messages = wording.messages().iter().map(|(id, message)| (id.as_str(), message.pattern.as_str())).collect();
    Messages { locale: wording.locale().tag(), version: wording.version(), messages, unknown: Vec::new() }
}

pub(super) fn part<'a>(wording: &'a Wording, ids: Option<&'a str>, prefixes: Option<&'a str>) -> Messages<'a> {
    let list = |text: Option<&'a str>| -> Vec<&'a str> {
        text.into_iter().flat_map(|text| text.split(',')).map(str::trim).filter(|part| !part.is_empty()).collect()
    };
    let (ids, prefixes) = (list(ids), list(prefixes));
    let wanted = |id: &str| ids.contains(&id) || prefixes.iter().any(|prefix| id.starts_with(prefix));
    let ours = wording.messages().iter().filter(|(id, _)| wanted(id));
    Messages {
        locale: wording.locale().tag(),
        version: wording.version(),
        messages: ours.map(|(id, message)| (id.as_str(), message.pattern.as_str())).collect(),
        unknown: ids.into_iter().filter(|id| !wording.messages().contains_key(*id)).collect(),
    }
}

/// What is made of a whole wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    Patterns,
    Dictionary,
}

/// Whole wordings in every encoding, with the version they are of; older versions are forgotten.
type Made = HashMap<(Form, Locale), (String, Arc<Prepared>)>;
static MADE: LazyLock<RwLock<Made>> = LazyLock::new(RwLock::default);

pub(super) async fn whole(form: Form, catalogue: &Arc<Catalogue>, locale: Locale) -> Result<Arc<Prepared>, ApiError> {
    let version = catalogue.wording(locale).version();
    let ready = MADE.read().unwrap_or_else(PoisonError::into_inner).get(&(form, locale)).cloned();
    if let Some((of, prepared)) = ready
        && of == version
    {
        return Ok(prepared);
    }
    let source = Arc::clone(catalogue);
    let make = move || match form {
        Form::Patterns => Prepared::of(&all(source.wording(locale))),
        Form::Dictionary => {
            Prepared::of_bytes("text/csv; charset=utf-8", dictionary(&source, locale).csv().into_bytes())
        }
    };
    let prepared = Arc::new(web::block(make).await.map_err(ApiError::internal)?);
    let entry = (version.to_owned(), Arc::clone(&prepared));
    MADE.write().unwrap_or_else(PoisonError::into_inner).insert((form, locale), entry);
    Ok(prepared)
}
