"""One detector a kind of finding; each is ``detect(evidence) -> Iterator[Finding]``."""
