"""Small talk, help, arithmetic, and the plain words for what the operator can't do."""

from dataclasses import dataclass

from cadre.engine.operator.arithmetic import calculate
from cadre.engine.operator.desk import Desk
from cadre.engine.operator.moves import Ask, Context, Frame, Move, Say
from cadre.engine.operator.numerals import say_number
from cadre.engine.operator.patterns import core, fits
from cadre.engine.operator.words import Sentence

_HELP = (
    "help [me]", "what can do [here]", "what can you do *", "what can i|we [do|ask|say] *", "what are able to do *",
    "what are you able to do *", "who|what are you *", "how do|does|can i|this|you|it use|work *", "commands", "show commands|help",
    "what [can] you help [with]", "list commands|capabilities", "what command *", "how do you work",
    "are you ai|bot|human|model|llm *", "are you language|real *", "which|what model are you *", "give examples", "examples",
    "what do you know|understand", "capabilities",
)  # fmt: skip
_GREETINGS = frozenset(
    ["hello", "hi", "hey", "greetings", "morning", "afternoon", "evening", "yo", "hallo", "moin"]
)
_THANKS = frozenset(
    [
        "thanks",
        "thank",
        "thx",
        "cheers",
        "great",
        "nice",
        "perfect",
        "good",
        "cool",
        "awesome",
        "wonderful",
    ]
)
_BYE = frozenset(["bye", "goodbye", "ciao"])

NOT_A_MODEL = (
    "I am cadre's offline operator, **not a language model**: I understand plain commands about "
    "the files here and answer them with tools. For anything else, connect a model under Settings → Models."
)
_ABILITIES: tuple[tuple[str, str], ...] = (
    ("sql", "**ask data files**: “total revenue by region in orders.csv”, “top 5 customers by revenue in 2025”, “describe orders.csv”"),
    ("chart", "**draw charts**: “revenue by month as a line chart”, then “now only EMEA”"),
    ("list_files", "**look at files**: “the ten largest files”, “what changed since yesterday”"),
    ("read_file", "**read**: “show notes.md”, “the last 20 lines of app.log”"),
    ("search_files", "**search**: “find ERROR in app.log”, “where is the class Invoice defined”"),
    ("write_file", "**write**: “create notes.txt saying call Ada”"),
    ("patch_file", "**replace**: “replace Ada with Grace in notes.txt”"),
    ("shell", "**run**: “run the tests”, “run `ls -l`”, “rename a.txt to b.txt” (a person is asked first)"),
    ("python", "**Python**: “python: print(sum(range(10)))”"),
    ("http_get", "**fetch** a page: “fetch https://example.org”"),
)  # fmt: skip


@dataclass(frozen=True)
class Help:
    greeting: str = ""

    def plan(self, desk: Desk) -> Move:
        lines = [f"- {text}" for tool, text in _ABILITIES if desk.offers(tool)]
        lines.append("- **calculate**: “what is 15% of 2400”")
        listed = "\n".join(lines)
        return Say(
            f"{self.greeting}{NOT_A_MODEL}\n\nWhat I can do with the tools of this agent:\n\n{listed}"
        )


@dataclass(frozen=True)
class Greeting:
    words: str

    def plan(self, _desk: Desk) -> Move:
        return Say(self.words)


@dataclass(frozen=True)
class Arithmetic:
    expression: str
    value: str

    def plan(self, _desk: Desk) -> Move:
        return Say(f"{self.expression} = **{self.value}**")


@dataclass(frozen=True)
class Unknown:
    """A sentence that means nothing to the operator."""

    text: str

    def plan(self, _desk: Desk) -> Move:
        return unknown(self.text)


def unknown(text: str) -> Ask:
    """Return the plain word that `text` means nothing to the operator."""
    said = text.strip().replace("\n", " ")
    said = said if len(said) <= 80 else said[:79] + "…"
    quoted = f"I don't understand “{said}”. " if said else "There is nothing in that message. "
    return Ask(f"{quoted}{NOT_A_MODEL}\n\nSay “help” for what I can do.")


def recognise(sentence: Sentence, _context: Context) -> Frame | None:
    """Read a sentence as help, a greeting or arithmetic."""
    if fits(sentence, _HELP):
        return Help()
    try:
        calculated = calculate(sentence)
    except ZeroDivisionError:
        return Greeting("That divides by zero, which has no value.")
    if calculated is not None:
        expression, value = calculated
        return Arithmetic(expression, _say(value))
    return _small(sentence)


def _small(sentence: Sentence) -> Frame | None:
    start, end = core(sentence)
    words = {token.text for token in sentence.tokens if token.kind == "word"}
    if len(words) > 4 or any(token.kind in ("path", "url", "number") for token in sentence.tokens):
        return None
    if words & _BYE:
        return Greeting("Goodbye. Everything is in the run's journal.")
    if (
        words & _THANKS
        and (words & {"thanks", "thank", "thx"} or end - start <= 2)
        and not words & _GREETINGS
    ):
        return Greeting("You're welcome.")
    if (
        words
        and words <= _GREETINGS | {"there", "good", "you", "cadre", "again", "how", "are"}
        and words & _GREETINGS
    ):
        return Help("Hello. ")
    return None


def _say(value: object) -> str:
    text = f"{value:,f}" if hasattr(value, "as_tuple") else str(value)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if len(text) < 40 else say_number(float(text.replace(",", "")))
