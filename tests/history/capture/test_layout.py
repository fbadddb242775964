"""The bytes of records and file headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.capture.layout import (
    FILE_HEADER,
    MAX_PAYLOAD,
    RECORD_HEADER,
    FileHeader,
    decode_file_header,
    decode_records,
    encode_file_header,
    encode_record,
    file_name,
    parse_file_name,
)
from tests.history.capture.builders import Entry, entries, entry_of, frame


def encoded(entry: Entry) -> bytes:
    return encode_record(entry.kind, entry.payload, entry.connection, entry.received_at)


def test_the_bytes_on_disk_never_change() -> None:
    data = encode_record(Kind.FRAME, b"{}", 3, Nanos(5))

    assert data.hex() == "8c22a6f502000000030000000100000005000000000000007b7d"


@given(what=st.lists(entries, max_size=8), offset=st.integers(0, 2**60))
def test_records_come_back_with_offsets_that_join(what: list[Entry], offset: int) -> None:
    decoded = decode_records(b"".join(map(encoded, what)), offset)

    assert [entry_of(record) for record in decoded.records] == what
    starts = [record.offset for record in decoded.records]
    assert [*starts, decoded.end] == [offset, *(r.next_offset for r in decoded.records)]


@given(what=st.lists(entries, min_size=1, max_size=4), cut=st.integers(0))
def test_a_cut_record_is_left_for_later(what: list[Entry], cut: int) -> None:
    data = b"".join(map(encoded, what))
    keep = cut % len(data)
    decoded = decode_records(data[:keep], 0)

    assert decoded.fault is None
    assert decoded.end <= keep < decoded.end + len(encoded(what[len(decoded.records)]))


@given(entry=entries, where=st.integers(0), flip=st.integers(1, 255))
def test_no_flipped_byte_passes(entry: Entry, where: int, flip: int) -> None:
    data = bytearray(encoded(entry))
    data[where % len(data)] ^= flip

    assert decode_records(bytes(data), 0).records == []


def test_an_impossible_length_is_a_fault_not_a_wait() -> None:
    data = RECORD_HEADER.pack(0, MAX_PAYLOAD + 1, 1, Kind.FRAME, 0, 0, 0)

    assert decode_records(data, 0).fault == "no record can be so long"


def test_zeros_are_no_records() -> None:
    assert decode_records(bytes(100), 0).fault == "the checksum is wrong"


@given(
    base=st.integers(0, 2**64 - 1),
    previous_end=st.integers(0, 2**64 - 1),
    connection=st.integers(0, 2**32 - 1),
)
def test_file_headers_come_back(base: int, previous_end: int, connection: int) -> None:
    header = FileHeader(base, previous_end, connection)

    assert decode_file_header(encode_file_header(header)) == header


@pytest.mark.parametrize("place", range(FILE_HEADER.size - 4))
def test_a_flipped_byte_in_a_file_header_is_noticed(place: int) -> None:
    data = bytearray(encode_file_header(FileHeader(1, 1, 1)))
    data[place] ^= 1

    assert decode_file_header(bytes(data)) is None


def test_names_tell_the_base_and_whether_a_file_is_sealed() -> None:
    assert parse_file_name(file_name(12)) == (12, False)
    assert parse_file_name(file_name(12, sealed=True)) == (12, True)
    assert parse_file_name("00000000000000000012.log.zst.tmp") is None


def test_a_frame_without_a_time_keeps_none() -> None:
    (record,) = decode_records(encoded(frame(at=None)), 0).records

    assert record.received_at is None
