//! Decoding whatever comes, in both protocols, as a body and as a packet: it neither panics nor takes more memory than the bytes justify,
//! and what it has understood is understood again when it is encoded.
#![no_main]

use jaeger_thrift::{Batch, Binary, Compact, Protocol};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    check::<Binary>(bytes);
    check::<Compact>(bytes);
});

fn check<P: Protocol>(bytes: &[u8]) {
    let batches = [Batch::decode::<P>(bytes), Batch::decode_emit::<P>(bytes)];
    for batch in batches.into_iter().flatten() {
        let again = Batch::decode::<P>(&batch.encode::<P>());
        // A number that is none is not equal to itself.
        assert_eq!(again.map(|again| format!("{again:?}")), Ok(format!("{batch:?}")));
    }
}
