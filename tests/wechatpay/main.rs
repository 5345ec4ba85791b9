//! WeChat Pay against the published vectors, an independent RSA implementation and a scripted server.

mod accounts;
mod barcode;
mod bills;
mod calls;
mod certificates;
mod crosscheck;
mod flows;
mod golden;
mod notifications;
mod partners;
mod properties;
mod stand_in;
mod vectors;
