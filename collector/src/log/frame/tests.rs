//! What is packed comes back, and damage is noticed.

use proptest::{collection::vec, prelude::*};

use super::*;

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let source = prop_oneof![
        Just(Source::Aop),
        Just(Source::Banyan),
        Just(Source::Hook(Harness::ClaudeCode)),
        Just(Source::Hook(Harness::Codex)),
        Just(Source::Otlp(Signal::Traces)),
        Just(Source::Otlp(Signal::Logs)),
        Just(Source::Transcript),
    ];
    let bytes = prop_oneof![
        vec(any::<u8>(), 0..300),
        (any::<u8>(), 0..5_000_usize).prop_map(|(byte, count)| vec![byte; count]),
    ];
    vec((source, bytes), 1..40).prop_map(|pairs| {
        pairs
            .into_iter()
            .map(|(source, bytes)| Entry { source, bytes: Bytes::from(bytes) })
            .collect()
    })
}

fn pack(entries: &[Entry]) -> Packed {
    let (plain, joined) = join(entries.iter());
    assert_eq!(joined, entries);
    Packer::new().unwrap().pack(&plain)
}

fn read(codec: i64, bytes: Vec<u8>) -> Result<Vec<Entry>, Damage> {
    split(&unpack(codec, Bytes::from(bytes))?)
}

proptest! {
    #[test]
    fn what_was_packed_comes_back(entries in entries()) {
        let packed = pack(&entries);
        prop_assert_eq!(read(packed.codec.number(), packed.bytes), Ok(entries));
    }

    #[test]
    fn one_changed_byte_is_damage(entries in entries(), at: usize, xor in 1..=u8::MAX) {
        let mut packed = pack(&entries);
        let at = at % packed.bytes.len();
        packed.bytes[at] ^= xor;
        prop_assert_eq!(read(packed.codec.number(), packed.bytes), Err(Damage::Checksum));
    }

    #[test]
    fn a_cut_off_body_is_damage(entries in entries(), at: usize) {
        let mut packed = pack(&entries);
        packed.bytes.truncate(at % packed.bytes.len());
        prop_assert_eq!(read(packed.codec.number(), packed.bytes), Err(Damage::Checksum));
    }

    #[test]
    fn garbage_with_a_right_checksum_is_no_panic(codec in 0..2_i64, garbage in vec(any::<u8>(), 0..200)) {
        let mut bytes = checksum(&garbage).to_vec();
        bytes.extend(garbage);
        let _either = read(codec, bytes);
    }
}

#[test]
fn only_big_bodies_that_shrink_are_compressed() {
    let noise: Vec<u8> = (0..100_u8).flat_map(|n| *blake3::hash(&[n]).as_bytes()).collect();
    for (bytes, codec) in [
        (vec![b'x'; 100], Codec::Plain),
        (vec![b'x'; 4_000], Codec::Zstd),
        (noise[..3_000].to_vec(), Codec::Plain),
    ] {
        let entry = Entry { source: Source::Aop, bytes: Bytes::from(bytes) };
        assert_eq!(pack(&[entry]).codec, codec);
    }
}

#[test]
fn a_bomb_is_not_decompressed() {
    let bomb = zstd::bulk::compress(&vec![0; PLAIN_MAX_BYTES + 1], 1).unwrap();
    for (claim, damage) in
        [(PLAIN_MAX_BYTES + 1, Damage::Size), (PLAIN_MAX_BYTES, Damage::Compression)]
    {
        let mut rest = BytesMut::new();
        put_varint(&mut rest, claim);
        rest.put_slice(&bomb);
        let mut bytes = checksum(&rest).to_vec();
        bytes.extend(rest);
        assert_eq!(unpack(Codec::Zstd.number(), Bytes::from(bytes)), Err(damage));
    }
}
