//! The platforms where people sign in and share. Promises: what a platform says of a person stays on the
//! server; secrets and codes appear in no log. Knows nothing of payments and of our HTTP routes.

/// WeChat's sign-in on web pages (网页授权).
pub mod wechat_oauth;
