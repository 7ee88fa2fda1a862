//! How much a span may hold, and how much was too much.

use std::num::NonZeroU32;

use jaeger_exporter::mapping::MAX_TAG_VALUE_BYTES;

/// OpenTelemetry's limit on attributes, events, links and the attributes of an event.
pub(super) const LIMIT: u32 = 128;

/// What a span may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanLimits {
    pub(crate) tag_value_bytes: usize,
    /// `None` is OpenTelemetry's limit.
    pub(crate) logs: Option<NonZeroU32>,
}

/// How many there are, and how many were too many.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dropped {
    pub(super) attributes: Limited,
    pub(super) events: Limited,
    pub(super) links: Limited,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limited {
    pub(super) kept: u32,
    pub(super) dropped: u32,
}

// === impl SpanLimits ===

impl Default for SpanLimits {
    fn default() -> Self {
        Self { tag_value_bytes: MAX_TAG_VALUE_BYTES, logs: None }
    }
}

// === impl Dropped ===

impl Dropped {
    #[inline]
    pub(super) fn is_any(&self) -> bool {
        self.attributes.dropped | self.events.dropped | self.links.dropped != 0
    }
}

// === impl Limited ===

impl Limited {
    pub(super) fn has_room(&mut self) -> bool {
        let has_room = self.kept < LIMIT;
        self.kept += u32::from(has_room);
        self.dropped = self.dropped.saturating_add(u32::from(!has_room));
        has_room
    }
}
