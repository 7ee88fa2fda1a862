//! A file that is read again when it changes.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use crate::backend::Logger;

/// What is in a file now. Clones see the same.
#[derive(Debug)]
pub(crate) struct Watched<T>(Arc<RwLock<Arc<T>>>);

/// Keeps it as the file is.
#[derive(Debug)]
pub(crate) struct Watcher<T> {
    path: PathBuf,
    parse: fn(&[u8]) -> Result<T, String>,
    /// The bytes that were read last, good or not.
    last: Vec<u8>,
    value: Watched<T>,
}

/// How long a change may go unnoticed.
const INTERVAL: Duration = Duration::from_millis(500);

// === impl Watched ===

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

impl<T> Clone for Watched<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

// === impl Watcher ===

impl<T> Watcher<T> {
    /// Reads the file for the first time.
    ///
    /// # Errors
    /// If it cannot be read, or makes no sense.
    pub(crate) fn open(path: PathBuf, parse: fn(&[u8]) -> Result<T, String>) -> io::Result<Self> {
        let last = std::fs::read(&path)?;
        let value = parse(&last).map_err(|reason| io::Error::new(io::ErrorKind::InvalidData, reason))?;
        Ok(Self { path, parse, last, value: Watched::new(value) })
    }

    pub(crate) fn value(&self) -> Watched<T> {
        self.value.clone()
    }

    /// Reads it again and again. What cannot be read or makes no sense is told once, and what was good stays.
    pub(crate) async fn watch(mut self, log: Logger) {
        let mut is_readable = true;
        loop {
            tokio::time::sleep(INTERVAL).await;
            let path = self.path.display();
            match tokio::fs::read(&self.path).await {
                Ok(bytes) if bytes == self.last => is_readable = true,
                Ok(bytes) => {
                    is_readable = true;
                    match (self.parse)(&bytes) {
                        Ok(value) => {
                            self.value.set(value);
                            log.line(&format!("{path} has been read again"));
                        }
                        Err(reason) => log
                            .line(&format!("{path} makes no sense, and what it said before stays: {reason}")),
                    }
                    self.last = bytes;
                }
                Err(error) => {
                    if is_readable {
                        log.line(&format!("{path} cannot be read, and what it said before stays: {error}"));
                    }
                    is_readable = false;
                }
            }
        }
    }
}
