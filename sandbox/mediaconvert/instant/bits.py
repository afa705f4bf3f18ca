"""Write numbers of any number of bits, as the headers of codecs are made of."""


class Bits:
    """Collect bits, the most significant first; each call gives the same object back."""

    def __init__(self) -> None:
        self._digits: list[str] = []

    def u(self, length: int, value: int) -> "Bits":
        """Add an unsigned number of a fixed length."""
        self._digits.append(f"{value:0{length}b}")
        return self

    def ue(self, *values: int) -> "Bits":
        """Add numbers in unsigned Exp-Golomb code. Source: ITU-T H.264, 9.1."""
        for value in values:
            digits = f"{value + 1:b}"
            self._digits.append("0" * (len(digits) - 1) + digits)
        return self

    def repeat(self, byte: int, times: int) -> "Bits":
        """Add a byte many times."""
        self._digits.append(f"{byte:08b}" * times)
        return self

    def to_bytes(self) -> bytes:
        """Return the bits, filled up with zeros to whole bytes."""
        digits = "".join(self._digits)
        digits += "0" * (-len(digits) % 8)
        return int(digits, 2).to_bytes(len(digits) // 8)
