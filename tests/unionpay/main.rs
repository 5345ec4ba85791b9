//! UnionPay against the published vectors, an independent RSA implementation, a scripted server, and the whole
//! program beside the stand-in.

#[path = "../cli/program.rs"]
#[allow(dead_code)]
mod program;
#[path = "../support/mod.rs"]
mod support;

mod account_checks;
mod accounts;
mod answers;
mod authority;
mod calls;
mod certificates;
mod command;
mod encryption;
mod end_to_end;
mod flood;
mod flows;
mod golden;
mod house;
mod lost_answers;
mod money_back;
mod noise;
mod notifications;
mod properties;
mod refunds;
mod returning;
mod stand_in;
mod statements;
mod times;
mod trust;
mod vectors;
