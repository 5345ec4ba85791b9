//! When to stop: Ctrl-C from a person, SIGTERM from whatever runs the program.

/// Ends when somebody asks the program to stop.
///
/// # Errors
/// When the system takes no signal handlers.
#[cfg(unix)]
pub async fn stop_asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Ends when somebody asks the program to stop.
///
/// # Errors
/// When the system takes no signal handlers.
#[cfg(not(unix))]
pub async fn stop_asked() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
