//! The `luodi` program: reads the command line, calls the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

/// Many small, short-lived allocations on several threads: what a server does all day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    luodi::cli::main()
}
