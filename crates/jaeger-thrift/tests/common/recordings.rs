//! What Jaeger's own clients sent: `vectors/clients/README.md` says which clients, and how they were recorded.

use jaeger_thrift::{Batch, Binary, Compact, DecodeError};

use super::{emit, tree::Form};

/// One packet or body.
#[derive(Clone, Copy)]
pub(crate) struct Recording {
    /// Its name in `vectors/clients`: client, transport, number.
    pub(crate) file: &'static str,
    pub(crate) form: Form,
    pub(crate) transport: Transport,
    pub(crate) bytes: &'static [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// To the agent: the message `emitBatch`.
    Udp,
    /// To the collector: a batch alone.
    Http,
}

macro_rules! recordings {
    ($($file:literal, $transport:ident, $form:ident;)*) => {
        &[$(Recording {
            file: $file,
            form: Form::$form,
            transport: Transport::$transport,
            bytes: include_bytes!(concat!("../vectors/clients/", $file)),
        }),*]
    };
}

pub(crate) const RECORDINGS: &[Recording] = recordings! {
    "go.udp.1", Udp, Compact;
    "go.udp.2", Udp, Compact;
    "go.udp.3", Udp, Compact;
    "go.http.1", Http, Binary;
    "go.http.2", Http, Binary;
    "java.udp.1", Udp, Compact;
    "java.udp.2", Udp, Compact;
    "java.udp.3", Udp, Compact;
    "java.http.1", Http, Binary;
    "java.http.2", Http, Binary;
    "node.udp.1", Udp, Binary;
    "node.udp.2", Udp, Binary;
    "node.udp.3", Udp, Binary;
    "node.http.1", Http, Binary;
    "node.http.2", Http, Binary;
    "python.udp.1", Udp, Compact;
    "python.udp.2", Udp, Compact;
    "python.udp.3", Udp, Compact;
};

// === impl Recording ===

impl Recording {
    pub(crate) fn decode(&self) -> Batch {
        self.decode_bytes(self.bytes).unwrap_or_else(|error| panic!("{}: {error}", self.file))
    }

    /// Decodes other bytes as if they were these.
    pub(crate) fn decode_bytes(&self, bytes: &[u8]) -> Result<Batch, DecodeError> {
        match (self.transport, self.form) {
            (Transport::Udp, Form::Compact) => Batch::decode_emit::<Compact>(bytes),
            (Transport::Udp, Form::Binary) => Batch::decode_emit::<Binary>(bytes),
            (Transport::Http, Form::Compact) => Batch::decode::<Compact>(bytes),
            (Transport::Http, Form::Binary) => Batch::decode::<Binary>(bytes),
        }
    }

    /// Encodes a batch for the same receiver.
    pub(crate) fn encode(&self, batch: &Batch, message_seq_id: i32) -> Vec<u8> {
        match (self.transport, self.form) {
            (Transport::Udp, Form::Compact) => emit::<Compact>(batch, message_seq_id),
            (Transport::Udp, Form::Binary) => emit::<Binary>(batch, message_seq_id),
            (Transport::Http, Form::Compact) => batch.encode::<Compact>(),
            (Transport::Http, Form::Binary) => batch.encode::<Binary>(),
        }
    }

    /// The same for a receiver of another protocol; its `bytes` are still those that were sent.
    pub(crate) fn for_form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}
