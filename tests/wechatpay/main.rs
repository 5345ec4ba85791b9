//! WeChat Pay against the published vectors, an independent RSA implementation and a scripted server.

mod accounts;
mod calls;
mod certificates;
mod crosscheck;
mod golden;
mod notifications;
mod properties;
mod stand_in;
mod vectors;
