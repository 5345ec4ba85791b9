//! When to stop: Ctrl-C from a person, SIGTERM from whatever runs the program; and when to read again: SIGHUP.
//! Promises: from [`StopSignals::listen`] on, a signal is kept until somebody asks for it. Listen before
//! anything is announced: who reads "ready" may stop the program at once.

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

#[cfg(unix)]
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

#[cfg(unix)]
impl StopSignals {
    /// # Errors
    /// When the system takes no signal handlers.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Ends when somebody asks the program to stop.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// SIGHUP: what can be read again while the server runs is read again.
#[cfg(unix)]
pub struct ReloadSignals(Signal);

#[cfg(unix)]
impl ReloadSignals {
    /// # Errors
    /// When the system takes no signal handlers.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Ends when somebody asks for it.
    pub async fn asked(&mut self) {
        self.0.recv().await;
    }
}

#[cfg(not(unix))]
pub struct ReloadSignals;

#[cfg(not(unix))]
impl ReloadSignals {
    /// # Errors
    /// Never here.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Never ends: this system has no such signal.
    pub async fn asked(&mut self) {
        std::future::pending::<()>().await;
    }
}

#[cfg(not(unix))]
pub struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    /// # Errors
    /// Never here.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Ends when somebody asks the program to stop.
    pub async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without handlers the system stops the program by itself.
            std::future::pending::<()>().await;
        }
    }
}
