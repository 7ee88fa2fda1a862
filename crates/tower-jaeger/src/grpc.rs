//! gRPC status codes, as the Go middleware `otgrpc` names and classifies them.

use http::HeaderMap;

/// A gRPC status code; any number outside 0 to 16 is treated as `Unknown`, as gRPC demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(u8);

/// Names as in Go's `codes.Code`, by number.
const NAMES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

/// Names as OpenTelemetry's conventions have them, and gRPC's own documents, by number.
const UPPER_NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

// === impl Status ===

impl Status {
    const UNKNOWN: Self = Self(2);

    /// The status in trailers, or in the head of a trailers-only response.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get("grpc-status")?;
        let code = value.to_str().ok().and_then(|text| text.parse::<u8>().ok());
        Some(code.filter(|code| usize::from(*code) < NAMES.len()).map_or(Self::UNKNOWN, Self))
    }

    pub(crate) fn is_ok(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn is_unimplemented(self) -> bool {
        self.0 == 12
    }

    /// Whether the method need not have been reached, or need not be there: also what refuses a caller may say it, before anything
    /// has looked at the method.
    pub(crate) fn may_be_of_no_method(self) -> bool {
        const PERMISSION_DENIED: u8 = 7;
        const UNAUTHENTICATED: u8 = 16;
        self.is_unimplemented() || matches!(self.0, PERMISSION_DENIED | UNAUTHENTICATED)
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES.get(usize::from(self.0)).copied().unwrap_or("Unknown")
    }

    pub(crate) fn upper_name(self) -> &'static str {
        UPPER_NAMES.get(usize::from(self.0)).copied().unwrap_or("UNKNOWN")
    }

    /// `2xx`, `4xx`, `5xx`, or `0xx` where nobody can say whose fault it was.
    pub(crate) fn class(self) -> &'static str {
        match self.0 {
            0 | 1 => "2xx",
            3 | 5 | 6 | 7 | 9 | 11 | 16 => "4xx",
            4 | 8 | 10 | 12 | 13 | 14 | 15 => "5xx",
            _ => "0xx",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn status(text: &str) -> (&'static str, &'static str) {
        let headers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), text.parse().unwrap())]);
        let status = Status::of(&headers).unwrap();
        (status.name(), status.class())
    }

    #[test]
    fn codes_have_go_names_and_classes() {
        assert_eq!(status("0"), ("OK", "2xx"));
        assert_eq!(status("1"), ("Canceled", "2xx"));
        assert_eq!(status("5"), ("NotFound", "4xx"));
        assert_eq!(status("13"), ("Internal", "5xx"));
        assert_eq!(status("16"), ("Unauthenticated", "4xx"));
        for unknown in ["2", "17", "255", "256", "-1", "x", ""] {
            assert_eq!(status(unknown), ("Unknown", "0xx"), "{unknown:?}");
        }
        assert!(Status::of(&HeaderMap::new()).is_none());
    }
}
