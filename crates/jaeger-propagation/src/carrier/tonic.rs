//! `tonic::metadata::MetadataMap` as a carrier; the only file that knows the `tonic` crate.

use tonic::metadata::MetadataMap;

use super::{CarrierFormat, ExtractCarrier, GrpcHeaders, InjectCarrier, Written};

// === impl MetadataMap ===

impl ExtractCarrier for MetadataMap {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::GrpcMetadata
    }

    fn for_each<'c>(&'c self, visit: impl FnMut(&'c str, &'c [u8])) {
        self.as_ref().for_each(visit);
    }
}

impl InjectCarrier for MetadataMap {
    fn format(&self) -> CarrierFormat {
        CarrierFormat::GrpcMetadata
    }

    fn remove_if(&mut self, matches: impl Fn(&str) -> bool) {
        GrpcHeaders(self.as_mut()).remove_if(matches);
    }

    fn set(&mut self, name: &str, value: &str) -> Written {
        GrpcHeaders(self.as_mut()).set(name, value)
    }
}
