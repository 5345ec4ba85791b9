//! UnionPay against the published vectors, an independent RSA implementation and a scripted server.

mod accounts;
mod answers;
mod authority;
mod calls;
mod certificates;
mod encryption;
mod flows;
mod golden;
mod noise;
mod notifications;
mod properties;
mod refunds;
mod stand_in;
mod statements;
mod vectors;
