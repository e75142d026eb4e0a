"""Where an answer says that it comes from, in the dialects of those who search.

Perplexity and xAI send the list of addresses again with every chunk, so that [1] in the
text is the first of them; OpenAI and OpenRouter annotate; Groq shows its tools' results.
"""

from collections.abc import Iterator

from cadre.kernel.messages import Citation, Json
from cadre.kernel.values import is_object

CITATIONS = 500


class CitationList:
    """Each address once, in the order of the first mention."""

    def __init__(self) -> None:
        self._found: dict[str, Citation] = {}

    def take_chunk(self, chunk: dict[str, Json]) -> None:
        """Add what stands beside the choices."""
        for url in chunk.get("citations") or ():
            self._add(url["url"] if is_object(url) else url)
        for result in chunk.get("search_results") or ():
            self._add_result(result)

    def take_delta(self, delta: dict[str, Json]) -> None:
        """Add what stands in a delta or a message."""
        for annotation in delta.get("annotations") or ():
            if cited := annotation.get("url_citation"):
                self._add_result(cited)
        for tool in delta.get("executed_tools") or ():
            for result in _results(tool.get("search_results")):
                self._add_result(result)

    def all(self) -> list[Citation]:
        return list(self._found.values())

    def _add_result(self, result: dict[str, Json]) -> None:
        text = result.get("snippet") or result.get("content") or ""
        self._add(result.get("url"), result.get("title") or "", text)

    def _add(self, url: Json, title: str = "", text: str = "") -> None:
        if not isinstance(url, str) or not url:
            return
        known = self._found.get(url)
        if known is not None:
            known.title, known.text = known.title or title, known.text or text
        elif len(self._found) < CITATIONS:
            self._found[url] = Citation(url=url, title=title, text=text)


def _results(found: Json) -> Iterator[dict[str, Json]]:
    listed = found.get("results") if is_object(found) else found
    yield from listed or ()
