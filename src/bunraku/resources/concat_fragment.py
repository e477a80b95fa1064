"""concat_fragment: a piece of a file that `concat_file` puts together."""

from __future__ import annotations

from bunraku.resources.base import Changes, Param, ResourceType, State, text


class ConcatFragment(ResourceType):
    """Holds a piece of text, its place and where it belongs; the concat_file of that target or tag writes it."""

    type_name = "concat_fragment"

    name = Param("A name for the piece.", namevar=True)
    target = Param("The path or title of the concat_file.", munge=text)
    content = Param("The text.", munge=text)
    source = Param("Files; the first that is there is the text.", many=True)
    order = Param("Its place among the pieces.", munge=text, default="10")
    tag = Param("The tag of the concat_file, instead of a target.", munge=text)

    def validate(self) -> None:
        """It belongs somewhere and holds something."""
        if self.target is None and self.tag is None:
            raise ValueError("No 'target' or 'tag' set")
        if self.content is None and self.source is None:
            raise ValueError("No 'content' or 'source' set")
        if self.content is not None and self.source is not None:
            raise ValueError("Can't use 'source' and 'content' at the same time")

    def read(self) -> State:
        """It is nothing on the host by itself."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""
