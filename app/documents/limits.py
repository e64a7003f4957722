"""What reading one file may cost. A file that costs more is refused, and says which limit it met in its reason."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, MB (2**20 bytes) and counts, for one file; `at_once` and `wait_s` are for the process that asks."""

    seconds: float = 20.0  # from start to answer, and as much of a processor
    memory_mb: int = 512  # address space of the parsing process
    file_mb: int = 50  # as it lies in the library
    unzipped_mb: int = 100  # all entries of an archive together
    ratio: int = 200  # unzipped : zipped, of an archive of more than 10 MB unzipped
    entries: int = 5_000  # in an archive
    pages: int = 3_000
    characters: int = 5_000_000  # of text
    at_once: int = 0  # files being parsed at the same time; 0: as many as there are processors
    wait_s: float = 10.0  # for one of them to end, before the caller is told to come back
