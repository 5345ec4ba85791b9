use actix_web::web::ServiceConfig;
pub(super) fn configure(_service: &mut ServiceConfig) {}
