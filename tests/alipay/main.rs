//! Alipay against the published vectors, an independent RSA implementation and a scripted server.

#[path = "../support/noise.rs"]
mod disturbing;
#[path = "../support/stand_in.rs"]
mod server;
#[path = "../support/mod.rs"]
mod support;

mod accounts;
mod antom;
mod calls;
mod certificates;
mod continuing;
mod encryption;
mod end_to_end;
mod flows;
mod golden;
mod house;
mod noise;
mod notifications;
mod paid_out;
mod properties;
mod providers;
mod refund_turns;
mod refunds;
mod rewording;
mod stand_in;
mod statements;
mod unopened;
mod v3;
mod vectors;
