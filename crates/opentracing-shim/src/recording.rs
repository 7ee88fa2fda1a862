//! What a mock tracer remembers of a span.

use std::{
    borrow::Cow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use crate::{
    Field, ReferenceType, SpanContext,
    mock::{FinishedSpan, LogRecord},
};

/// Keeps finished spans.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    finished: Mutex<Vec<FinishedSpan>>,
    unfinished: AtomicUsize,
}

/// A span that has not finished.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) operation_name: Cow<'static, str>,
    pub(crate) tags: Vec<Field>,
    references: Vec<(ReferenceType, SpanContext)>,
    logs: Vec<LogRecord>,
    start_time: SystemTime,
}

// === impl Recorder ===

impl Recorder {
    pub(crate) fn start(
        &self,
        operation_name: Cow<'static, str>,
        references: Vec<(ReferenceType, SpanContext)>,
        tags: Vec<Field>,
        start_time: Option<SystemTime>,
    ) -> Recording {
        self.unfinished.fetch_add(1, Ordering::Relaxed);
        let start_time = start_time.unwrap_or_else(SystemTime::now);
        Recording { operation_name, tags, references, logs: Vec::new(), start_time }
    }

    pub(crate) fn finish(&self, recording: &Recording, context: SpanContext, time: Option<SystemTime>) {
        let Recording { operation_name, tags, references, logs, start_time } = recording;
        self.unfinished.fetch_sub(1, Ordering::Relaxed);
        self.finished().push(FinishedSpan {
            operation_name: operation_name.clone().into_owned(),
            context,
            references: references.clone(),
            tags: tags.clone(),
            logs: logs.clone(),
            start_time: *start_time,
            finish_time: time.unwrap_or_else(SystemTime::now),
        });
    }

    pub(crate) fn finished(&self) -> MutexGuard<'_, Vec<FinishedSpan>> {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Relaxed)
    }
}

// === impl Recording ===

impl Recording {
    pub(crate) fn log(&mut self, time: SystemTime, fields: Vec<Field>) {
        self.logs.push(LogRecord { time, fields });
    }
}
