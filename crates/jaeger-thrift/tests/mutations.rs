//! What real clients sent, damaged: never a panic, and never more memory than the documentation allows for the length.

mod common;

use common::{
    bounded::decode_every_way,
    recordings::{RECORDINGS, Recording},
    tree::Form,
};
use proptest::{collection::vec, prelude::*, sample::Index};

#[test]
fn every_cut_is_refused() {
    for recording in RECORDINGS {
        for end in 0..recording.bytes.len() {
            let cut = recording.bytes.split_at(end).0;
            assert!(recording.decode_bytes(cut).is_err(), "{} cut at {end}", recording.file);
            decode_every_way(cut);
        }
    }
}

#[test]
fn every_byte_may_be_another() {
    for recording in RECORDINGS {
        let mut bytes = recording.bytes.to_vec();
        for index in 0..bytes.len() {
            let original = bytes[index];
            for other in [0, 0xff, original.wrapping_add(1)] {
                bytes[index] = other;
                decode_every_way(&bytes);
            }
            bytes[index] = original;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// The start of one recording, a piece of another, the end of a third, in any protocol; and a few other bytes.
    #[test]
    fn splices_are_bounded(
        forms: [bool; 3],
        files: [Index; 3],
        cuts: [Index; 4],
        mutations in vec((any::<Index>(), any::<u8>()), 0..6),
    ) {
        let [start, piece, end] = [0, 1, 2].map(|part| {
            in_form(files[part].get(RECORDINGS), if forms[part] { Form::Compact } else { Form::Binary })
        });
        let [first, from, to, last] = cuts;
        let (from, to) = (from.index(piece.len()), to.index(piece.len()));
        let mut spliced = [
            &start[..first.index(start.len())],
            &piece[from.min(to)..from.max(to)],
            &end[last.index(end.len())..],
        ]
        .concat();
        for (index, byte) in mutations.iter().filter(|_| !spliced.is_empty()).collect::<Vec<_>>() {
            *index.get_mut(&mut spliced) = *byte;
        }
        decode_every_way(&spliced);
    }
}

/// As it was sent if that is the protocol it was sent in, and encoded anew if not.
fn in_form(recording: &Recording, form: Form) -> Vec<u8> {
    if recording.form == form {
        return recording.bytes.to_vec();
    }
    recording.for_form(form).encode(&recording.decode(), 0)
}

/// What takes the most memory for its length: lists of the smallest elements, by the number at which a list grows.
#[test]
fn lists_of_the_smallest_elements_are_bounded() {
    // A tag without a value, one whose type is unknown and therefore told in text, one with a text of an invalid byte.
    let tags = [&[0x18, 0, 0x15, 0, 0][..], &[0x18, 0, 0x15, 18, 0], &[0x18, 0, 0x15, 0, 0x18, 1, 0xff, 0]];
    let log = |fields: &[u8]| [&[0x16, 0, 0x19][..], fields, &[0]].concat();
    let reference = [0x15, 0, 0x16, 0, 0x16, 0, 0x16, 0, 0];
    let empty = list(&[], 0);
    for count in (1..=64).chain([129, 513, 1025, 4097, 16_385]) {
        for tag in tags {
            let tags = list(tag, count);
            decode_every_way(&batch(&tags, &list(&[], 0)));
            decode_every_way(&batch(&empty, &list(&span(&empty, &tags, &empty), 1)));
            decode_every_way(&batch(&empty, &list(&span(&empty, &empty, &list(&log(&tags), 1)), 1)));
            // Lists in lists, each just behind the point at which it grows.
            decode_every_way(&batch(&empty, &list(&span(&empty, &list(tag, 5), &empty), count)));
            decode_every_way(&batch(
                &empty,
                &list(&span(&empty, &empty, &list(&log(&list(tag, 5)), 5)), count),
            ));
        }
        decode_every_way(&batch(&empty, &list(&span(&list(&reference, count), &empty, &empty), 1)));
        decode_every_way(&batch(&empty, &list(&span(&empty, &empty, &list(&log(&empty), count)), 1)));
        decode_every_way(&batch(&empty, &list(&span(&empty, &empty, &empty), count)));
    }
}

/// A batch in the compact protocol, from its encoded lists.
fn batch(process_tags: &[u8], spans: &[u8]) -> Vec<u8> {
    [&[0x1c, 0x18, 1, b's', 0x19][..], process_tags, &[0, 0x19], spans, &[0]].concat()
}

fn span(references: &[u8], tags: &[u8], logs: &[u8]) -> Vec<u8> {
    let [before, between] =
        [&[0x16, 0, 0x16, 0, 0x16, 0, 0x16, 0, 0x18, 0, 0x19][..], &[0x15, 0, 0x16, 0, 0x16, 0, 0x19]];
    [before, references, between, tags, &[0x19], logs, &[0]].concat()
}

/// A list of structs, all the same.
fn list(element: &[u8], count: u16) -> Vec<u8> {
    let low_bits = (count & 0x7f) as u8 | 0x80;
    let head = [0xfc, low_bits, (count >> 7 & 0x7f) as u8 | 0x80, (count >> 14) as u8];
    [&head[..], &element.repeat(count.into())].concat()
}
