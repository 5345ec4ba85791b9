//! `luodi openapi`: the description of the REST API.

use std::process::ExitCode;

use clap::Args;

use super::output;
use crate::http::openapi::document;

/// Print the OpenAPI document; needs no configuration
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  luodi openapi > openapi.json")]
pub struct OpenApi {}

impl OpenApi {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        output::line(document())?;
        Ok(ExitCode::SUCCESS)
    }
}
