//! Alipay against the published vectors, an independent RSA implementation and a scripted server.

mod accounts;
mod antom;
mod calls;
mod certificates;
mod encryption;
mod flows;
mod golden;
mod notifications;
mod properties;
mod refunds;
mod stand_in;
mod statements;
mod v3;
mod vectors;
