//! WeChat Pay against the published vectors, an independent RSA implementation and a scripted server.

#[path = "../support/noise.rs"]
mod disturbing;
#[path = "../support/stand_in.rs"]
mod server;

mod accounts;
mod barcode;
mod bills;
mod calls;
mod certificates;
mod crosscheck;
mod end_to_end;
mod flows;
mod golden;
mod noise;
mod notifications;
mod partners;
mod properties;
mod stand_in;
mod trust_week;
mod vectors;
