"""Reading a form: every field's fault is found before anything is refused."""

from collections.abc import Callable

from models.errors import Invalid


class Check:
    """Gathers a sentence for each field that cannot be taken.

    A field keeps its first sentence; `finish` refuses with all of them.
    """

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def read(
        self, field: str, reader: Callable[[str], str], value: str | None, missing: str = ""
    ) -> str:
        """What `reader` makes of a value, or an empty text when it refuses.

        :param reader: raises ValueError with the sentence.
        :param missing: the sentence when nothing is left; without it the field may be empty.
        """
        try:
            text = reader(value) if value and value.strip() else ""
        except ValueError as error:
            self.refuse(field, str(error))
            return ""
        if not text and missing:
            self.refuse(field, missing)
        return text

    def refuse(self, field: str, sentence: str) -> None:
        """Note why a field cannot be taken, unless something is noted already."""
        self.errors.setdefault(field, sentence)

    def finish(self) -> None:
        """Raise Invalid when anything was refused."""
        if self.errors:
            raise Invalid(self.errors)
