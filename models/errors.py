"""What a write function answers when it does not do what was asked. Each carries its sentence."""


class HallwayError(Exception):
    """The parent of all refusals; nothing was stored."""


class Missing(HallwayError):
    """Not there, or not theirs: nobody can tell the two apart (SPEC 1, "The one rule")."""


class Refused(HallwayError):
    """Theirs to see but not to do; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Conflict(Refused):
    """Somebody, or the same person a moment ago, did something that contradicts this."""


class Invalid(HallwayError):
    """Input that cannot be taken: a sentence for each field, by the field's name."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors
