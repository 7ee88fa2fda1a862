//! Packets and bodies that Jaeger's own clients sent, decoded and encoded again: to the same bytes, or to bytes that differ
//! in exactly what a list says. What they mean is in `clients_values.rs`.

#![allow(clippy::panic, reason = "tests")]

mod common;

use common::{
    recordings::{RECORDINGS, Recording, Transport},
    tree::{Form, Message, Struct, Value},
};

/// What a client writes in another way than we do.
#[derive(Clone, Copy, Debug)]
enum Difference {
    /// The Thrift library for Go sends a call, though `agent.thrift` says `oneway`.
    Call,
    /// A list that is optional in the IDL is written without elements; we omit it.
    EmptyLists,
    /// A tag has all five value fields, those that its `vType` does not name with zeros; we write only the one that it names.
    AllValues,
}

/// By file; what is not listed is encoded to the same bytes.
const DIFFERENCES: &[(&str, &[Difference])] = &[
    ("go.udp.1", &[Difference::Call]),
    ("go.udp.2", &[Difference::Call, Difference::EmptyLists]),
    ("go.udp.3", &[Difference::Call, Difference::EmptyLists]),
    ("go.http.2", &[Difference::EmptyLists]),
    ("java.udp.2", &[Difference::EmptyLists]),
    ("java.udp.3", &[Difference::EmptyLists]),
    ("java.http.2", &[Difference::EmptyLists]),
    ("node.udp.1", &[Difference::AllValues]),
    ("node.udp.2", &[Difference::AllValues, Difference::EmptyLists]),
    ("node.udp.3", &[Difference::AllValues, Difference::EmptyLists]),
    ("node.http.1", &[Difference::AllValues]),
    ("node.http.2", &[Difference::AllValues, Difference::EmptyLists]),
    ("python.udp.2", &[Difference::EmptyLists]),
    ("python.udp.3", &[Difference::EmptyLists]),
];

#[test]
fn every_recording_is_encoded_again() {
    for recording in RECORDINGS {
        let listed = DIFFERENCES.iter().find(|(file, _)| *file == recording.file);
        assert_encoded_again(recording, listed.map_or(&[], |(_, differences)| differences));
    }
    for (file, _) in DIFFERENCES {
        assert!(RECORDINGS.iter().any(|recording| recording.file == *file), "{file} is not recorded");
    }
}

fn assert_encoded_again(recording: &Recording, differences: &[Difference]) {
    let file = recording.file;
    let batch = recording.decode();
    let mut expected = message(recording);
    for form in [Form::Compact, Form::Binary] {
        let receiver = recording.for_form(form);
        let encoded = receiver.encode(&batch, expected.seq_id);
        assert_eq!(receiver.decode_bytes(&encoded).as_ref(), Ok(&batch), "{file}: other values in {form:?}");
    }

    let encoded = recording.encode(&batch, expected.seq_id);
    for difference in differences {
        let before = expected.clone();
        difference.remove(&mut expected);
        assert_ne!(expected, before, "{file} no longer has the difference {difference:?}");
    }
    assert_eq!(encoded, bytes(recording, &expected), "{file}: a difference that is not listed");
    assert_eq!(encoded == recording.bytes, differences.is_empty(), "{file}");
}

/// The recording as a tree of fields, which has lost nothing. A body is shown as the message that it would be for an agent.
fn message(recording: &Recording) -> Message {
    let message = match recording.transport {
        Transport::Udp => Message::read(recording.form, recording.bytes),
        Transport::Http => Message {
            message_type: 4,
            seq_id: 0,
            method: b"emitBatch".into(),
            arguments: Struct(vec![(1, Value::Struct(Struct::read(recording.form, recording.bytes)))]),
        },
    };
    assert_eq!(bytes(recording, &message), recording.bytes, "{}: read wrongly", recording.file);
    assert_eq!(message.method, b"emitBatch");
    message
}

fn bytes(recording: &Recording, message: &Message) -> Vec<u8> {
    match (recording.transport, message.arguments.0.as_slice()) {
        (Transport::Udp, _) => message.write(recording.form),
        (Transport::Http, [(1, Value::Struct(batch))]) => batch.write(recording.form),
        (Transport::Http, other) => panic!("no batch in {other:?}"),
    }
}

// === impl Difference ===

impl Difference {
    /// Makes a message what it would be without the difference.
    fn remove(self, message: &mut Message) {
        let batch = message.arguments.structure_mut(1).expect("a batch");
        match self {
            Self::Call => {
                assert_eq!(message.message_type, 1, "a call");
                message.message_type = 4;
            }
            Self::EmptyLists => {
                remove_if_empty(batch.structure_mut(1).expect("a process"), &[2]);
                batch.list_mut(2).iter_mut().for_each(|span| remove_if_empty(span, &[6, 10, 11]));
            }
            Self::AllValues => {
                keep_the_named_values(batch.structure_mut(1).expect("a process").list_mut(2));
                for span in batch.list_mut(2) {
                    keep_the_named_values(span.list_mut(10));
                    span.list_mut(11).iter_mut().for_each(|log| keep_the_named_values(log.list_mut(2)));
                }
            }
        }
    }
}

fn remove_if_empty(fields: &mut Struct, optional_lists: &[i16]) {
    fields.0.retain(|(id, value)| !(optional_lists.contains(id) && *value == Value::List(vec![])));
}

fn keep_the_named_values(tags: &mut [Struct]) {
    for tag in tags {
        let named = 3 + tag.number(2) as i16;
        assert_eq!(tag.0.len(), 7, "all fields of a tag");
        tag.0.retain(|(id, value)| {
            let kept = *id <= 2 || *id == named;
            assert!(kept || is_zero(value), "{value:?} is lost");
            kept
        });
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => !truth,
        Value::I64(number) => *number == 0,
        Value::Double(bits) => *bits == 0,
        // Node's zero of bytes is eight of them.
        Value::Bytes(bytes) => bytes.iter().all(|byte| *byte == 0),
        Value::I32(_) | Value::Struct(_) | Value::List(_) => false,
    }
}

/// Those to the agent; Node's always have the number 0.
#[test]
fn messages_are_numbered() {
    for recording in RECORDINGS.iter().filter(|recording| recording.transport == Transport::Udp) {
        let seq_id = message(recording).seq_id;
        match recording.file.strip_prefix("node.") {
            Some(_) => assert_eq!(seq_id, 0, "{}", recording.file),
            None => assert!(recording.file.ends_with(&format!(".{seq_id}")), "{}: {seq_id}", recording.file),
        }
    }
}
