//! The types of values that Thrift knows, apart from the number each protocol gives them.

/// The type of a field or of the elements of a container.
///
/// Thrift's newer `uuid` is left out: no version of `jaeger.thrift` has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    /// Text or bytes: the wire does not tell them apart.
    String,
    Struct,
    Map,
    Set,
    List,
}

// === impl Kind ===

impl Kind {
    /// The name with its article, for error messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bool => "a bool",
            Self::I8 => "an i8",
            Self::I16 => "an i16",
            Self::I32 => "an i32",
            Self::I64 => "an i64",
            Self::Double => "a double",
            Self::String => "a string",
            Self::Struct => "a struct",
            Self::Map => "a map",
            Self::Set => "a set",
            Self::List => "a list",
        }
    }
}
