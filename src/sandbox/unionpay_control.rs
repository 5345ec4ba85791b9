//! The control API of the stand-in for UnionPay, as JSON under `/sandbox/unionpay`.
//!
//! Promises: every error names the field, the problem and the fix. Asks for no password:
//! run the sandbox only where strangers cannot reach it.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::SandboxError;
use super::control::{Answer, read};
use super::unionpay::{Fault, FileEdit, MerchantDraft, PayDraft, PaymentCodeDraft, UnionPay};

type Pay = Data<Arc<UnionPay>>;

pub(super) fn configure(service: &mut ServiceConfig) {
    let merchant = "/sandbox/unionpay/merchants/{mer_id}";
    service
        .service(
            web::resource("/sandbox/unionpay/faults")
                .route(web::get().to(list_faults))
                .route(web::post().to(add_fault))
                .route(web::delete().to(clear_faults)),
        )
        .service(
            web::resource("/sandbox/unionpay/merchants")
                .route(web::get().to(list_merchants))
                .route(web::post().to(add_merchant)),
        )
        .route("/sandbox/unionpay/payment-codes", web::post().to(show_payment_code))
        .route("/sandbox/unionpay/certificates/renew", web::post().to(renew_certificates))
        .route(&format!("{merchant}/book"), web::get().to(read_book))
        .route(&format!("{merchant}/unionpay.pfx"), web::get().to(download_key_file))
        .route(&format!("{merchant}/orders/{{number}}/scan"), web::post().to(scan_order))
        .route(&format!("{merchant}/orders/{{number}}/pay"), web::post().to(pay_order))
        .route(&format!("{merchant}/orders/{{number}}/decline"), web::post().to(decline_order))
        .route(&format!("{merchant}/orders/{{number}}/refuse"), web::post().to(refuse_order))
        .route(&format!("{merchant}/orders/{{number}}/settle"), web::post().to(settle_order))
        .route(&format!("{merchant}/orders/{{number}}/notify"), web::post().to(notify_again))
        .route(&format!("{merchant}/files/{{day}}/edits"), web::post().to(edit_file))
        .route(&format!("{merchant}/files/{{day}}/edits"), web::delete().to(clear_file_edits));
}

async fn list_merchants(pay: Pay) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": pay.merchants() }))
}

async fn add_merchant(pay: Pay, body: Bytes) -> Answer {
    let draft: MerchantDraft = read(&body)?;
    Ok(HttpResponse::Created().json(pay.add_merchant(draft).await?))
}

async fn show_payment_code(pay: Pay, body: Bytes) -> Answer {
    let draft: PaymentCodeDraft = read(&body)?;
    Ok(HttpResponse::Created().json(pay.show_payment_code(draft)?))
}

async fn renew_certificates(pay: Pay) -> Answer {
    pay.renew_certificates()?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read_book(pay: Pay, mer_id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.book(&mer_id)?))
}

/// The signing key as the file that a merchant holds.
async fn download_key_file(pay: Pay, mer_id: Path<String>) -> Answer {
    let merchant = pay.merchants().into_iter().find(|merchant| merchant.mer_id == *mer_id).ok_or_else(|| {
        SandboxError::unknown("mer_id", "no such merchant", "see GET /sandbox/unionpay/merchants for those there are")
    })?;
    let file = STANDARD.decode(merchant.pfx_base64).map_err(SandboxError::key)?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-pkcs12")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"unionpay.pfx\""))
        .body(file))
}

async fn scan_order(pay: Pay, path: Path<(String, String)>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.scan(&path.0, &path.1)?))
}

async fn pay_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let draft: PayDraft = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.pay(&path.0, &path.1, &draft)?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    resp_code: String,
}

async fn decline_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: CodeBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.decline(&path.0, &path.1, &asked.resp_code)?))
}

async fn refuse_order(pay: Pay, path: Path<(String, String)>) -> Answer {
    Ok(HttpResponse::Ok().json(pay.refuse(&path.0, &path.1)?))
}

async fn settle_order(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    let asked: CodeBody = read(&body)?;
    Ok(HttpResponse::Ok().json(pay.settle(&path.0, &path.1, &asked.resp_code)?))
}

async fn notify_again(pay: Pay, path: Path<(String, String)>) -> Answer {
    pay.transaction(&path.0, &path.1)?;
    let sent = pay.notify_again(&path.0, &path.1).await;
    Ok(HttpResponse::Ok().json(json!({ "sent": sent })))
}

async fn edit_file(pay: Pay, path: Path<(String, String)>, body: Bytes) -> Answer {
    pay.edit_file(&path.0, &path.1, read::<FileEdit>(&body)?)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn clear_file_edits(pay: Pay, path: Path<(String, String)>) -> Answer {
    pay.clear_file_edits(&path.0, &path.1)?;
    Ok(HttpResponse::NoContent().finish())
}

async fn list_faults(pay: Pay) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": pay.faults() }))
}

async fn add_fault(pay: Pay, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    pay.add_fault(fault.clone())?;
    Ok(HttpResponse::Created().json(fault))
}

async fn clear_faults(pay: Pay) -> HttpResponse {
    pay.clear_faults();
    HttpResponse::NoContent().finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The members of an enumeration as JSON names them.
    fn names_in(source: &str, enumeration: &str) -> BTreeSet<String> {
        let from = source.split(&format!("pub enum {enumeration} {{\n")).nth(1).unwrap();
        let members = from.split("\n}").next().unwrap().lines().filter_map(|line| line.strip_prefix("    "));
        let members = members.filter(|line| line.starts_with(char::is_uppercase));
        let name = |line: &str| {
            let word: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
            let snake = |(at, c): (usize, char)| {
                let mark = if at > 0 && c.is_uppercase() { "_" } else { "" };
                format!("{mark}{}", c.to_ascii_lowercase())
            };
            word.chars().enumerate().map(snake).collect()
        };
        members.map(name).collect()
    }

    #[test]
    fn the_index_names_every_operation_fault_and_route() {
        let (_, told) = include_str!("index.html").split_once("<h2 id=\"unionpay\">").unwrap();
        let faults = include_str!("unionpay/faults.rs");
        let (forged, edits) = (include_str!("unionpay/certificates.rs"), include_str!("unionpay/files.rs"));
        for (source, enumeration, members) in
            [(faults, "Operation", 12), (faults, "FaultKind", 29), (forged, "Forgery", 10), (edits, "FileEdit", 3)]
        {
            let names = names_in(source, enumeration);
            assert!(names.len() >= members, "{enumeration}: {names:?}");
            for name in names {
                assert!(told.contains(&name), "{enumeration}: {name}");
            }
        }
        let routes = include_str!("unionpay_control.rs").split("mod tests").next().unwrap();
        for route in routes.split("{merchant}/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let last = route.rsplit('/').next().unwrap();
            assert!(told.contains(&format!("/{last}")), "{route}");
        }
    }
}
