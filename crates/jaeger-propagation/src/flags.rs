//! Jaeger's flag byte.

use std::{fmt, ops::BitOr};

/// The flags of a Jaeger span context: one byte, kept and passed on whole.
///
/// These are not W3C's trace flags: bit 2 means *debug* here and *random trace id* there, so the byte is
/// never copied from one format to the other.
///
/// ```
/// use jaeger_propagation::Flags;
///
/// let flags = Flags::SAMPLED | Flags::DEBUG;
/// assert_eq!(flags.bits(), 3);
/// assert!(flags.is_debug());
/// assert!(!Flags::DEBUG.is_debug(), "debug alone is an unsampled trace");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

// === impl Flags ===

impl Flags {
    /// Nothing set: the trace is not sampled.
    pub const NONE: Self = Self(0);
    /// Bit 0: the trace is sampled.
    pub const SAMPLED: Self = Self(1);
    /// Bit 1: the trace is a debug trace, which no later component may sample away.
    pub const DEBUG: Self = Self(2);
    /// Bit 3: the span is a firehose span, which collectors store without indexing it.
    pub const FIREHOSE: Self = Self(8);

    /// The flags of a byte from the wire; unknown bits are kept.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The whole byte.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether bit 0 is set.
    pub const fn is_sampled(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether bits 0 and 1 are both set: debug "should only be set when the sampled flag is set" (Jaeger's
    /// propagation format).
    pub const fn is_debug(self) -> bool {
        self.0 & 3 == 3
    }

    /// Whether bit 3 is set.
    pub const fn is_firehose(self) -> bool {
        self.0 & 8 != 0
    }

    /// The same flags without a debug bit that says nothing, because the trace is not sampled.
    #[must_use]
    pub const fn effective(self) -> Self {
        if self.is_debug() { self } else { Self(self.0 & !Self::DEBUG.0) }
    }

    /// The same flags with the given sampling decision.
    #[must_use]
    pub const fn with_sampled(self, sampled: bool) -> Self {
        Self(self.0 & !1 | sampled as u8)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#x})", self.0)
    }
}
