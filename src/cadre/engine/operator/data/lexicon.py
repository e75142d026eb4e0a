"""Lexicon: the words that shape a question about data, and words that mean the same thing.

Phrases are written as stems (see `words.stem`); the longest phrase at a place wins.
"""

from enum import Enum


class Tag(Enum):
    """What a span of words does in a question."""

    TABLE = "table"
    COLUMN = "column"
    CONCEPT = "concept"  # a word for a measure: sold, money
    VALUE = "value"
    NUMBER = "number"
    PERIOD = "period"
    FUNCTION = "function"  # sum, average
    COUNT = "count"
    DISTINCT = "distinct"
    HOW_MUCH = "how much"
    GROUP = "group"  # by, per
    BUCKET = "bucket"  # month, weekly
    TOP = "top"  # most, largest
    BOTTOM = "bottom"
    ORDER = "order"  # sorted by
    DESCENDING = "descending"
    ASCENDING = "ascending"
    SHARE = "share"
    CHART = "chart"
    DRAW = "draw"  # a chart, whichever
    COMPARE = "compare"
    COMPARISON = "comparison"  # above, at least
    BETWEEN = "between"
    NOT = "not"
    WHERE = "where"
    WHICH = "which"
    ROWS = "rows"  # list, show all
    AND = "and"
    ALSO = "also"
    EMPTY = "empty"  # missing, without a value
    ROW = "row"  # the word row itself
    STOP = "stop"
    UNKNOWN = "unknown"


_FUNCTIONS = {
    "sum": "sum, total, overall, sum up, add up, altogether, combined",
    "avg": "average, avg, mean, on average, typical",
    "min": "minimum, min",
    "max": "maximum, max",
    "median": "median",
}
_BUCKETS = {
    "day": "day, daily, date",
    "week": "week, weekly",
    "month": "month, monthly, over time, over the month, over the year",
    "quarter": "quarter, quarterly",
    "year": "year, yearly, annual, annually",
    "hour": "hour, hourly",
}
_CHARTS = {
    "bar": "bar chart, bar graph, bar plot, bar, column chart, bar diagram",
    "line": "line chart, line graph, line plot, line, time series, curve, trend line, trend",
    "area": "area chart, area graph, area plot",
    "arc": "pie, pie chart, pie graph, donut, donut chart, doughnut, doughnut chart, ring chart",
    "point": "scatter, scatter plot, scatterplot, scatter chart, scatter graph",
    "histogram": "histogram, distribution",
    "none": "as a table, as table, table instead, no chart, without chart, without a chart",
}
_COMPARISONS = {
    ">": "above, over, more than, greater than, bigger than, larger than, higher than, exceed, "
    "exceeding, longer than, >",
    "<": "below, under, less than, smaller than, lower than, fewer than, shorter than, <",
    ">=": "at least, no less than, minimum of, not below, >=, or more",
    "<=": "at most, no more than, up to, not above, <=",
    "=": "=, ==, equal, equal to, exactly, equals",
    "!=": "!=, <>",
}
_PLAIN: dict[Tag, str] = {
    Tag.COUNT: "how many, number of, count, count of, counts, amount of row, how often, frequency, "
    "frequency of",
    Tag.DISTINCT: "distinct, different, unique",
    Tag.HOW_MUCH: "how much",
    Tag.GROUP: "by, per, for each, in each, for every, in every, each, every, grouped by, "
    "group by, broken down by, break down by, split by, across, according to, for all, "
    "at each, from each, of each, to each, with each, by each, between each",
    Tag.TOP: "top, most, largest, biggest, highest, best, greatest, maximal, strongest, leading, "
    "first, most often, best selling, richest, longest, most expensive",
    Tag.BOTTOM: "bottom, least, smallest, lowest, worst, weakest, fewest, least often, shortest, "
    "cheapest, least expensive",
    Tag.ORDER: "sorted by, sort by, ordered by, order by, ranked by, rank by, sorted, ranked, sort",
    Tag.DESCENDING: "descending, desc, from high to low, largest first, highest first, biggest first",
    Tag.ASCENDING: "ascending, asc, from low to high, smallest first, lowest first, alphabetically",
    Tag.SHARE: "share, share of, percent of, percentage, percentage of, proportion, proportion of, "
    "percentage share, what fraction, fraction of, in percent, as percentage, as percent",
    Tag.DRAW: "chart, plot, draw, graph, visualise, visualize, picture, diagram, as a chart, "
    "as a graph, as chart",
    Tag.COMPARE: "compare, versus, vs, comparison, compared to, comparing, compared with",
    Tag.BETWEEN: "between",
    Tag.NOT: "not, except, excluding, exclude, without, except for, other than, but not, is not, "
    "ignoring, apart from",
    Tag.WHERE: "where, with, whose, only, for, in, from, of, when, that are, which are, that have, "
    "just, at, on, through, via, to",
    Tag.WHICH: "which, who, what",
    Tag.ROWS: "list, list all, show all, show me all, all row, row where, find, which row",
    Tag.AND: "and, or, &",
    Tag.ALSO: "also, as well, additionally, further, too, and also, on top",
    Tag.EMPTY: "missing, empty, null, blank, not set",
    Tag.ROW: "row, record, entry, line item, data row",
    Tag.STOP: "a, an, the, me, my, we, us, our, i, you, your, it, its, is, are, was, were, be, "
    "been, do, does, did, have, has, had, show, give, tell, display, get, want, would, like, "
    "can, could, please, see, need, let, make, made, this, that, these, those, them, they, "
    "as, all, so, there, here, now, then, value, values, data, file, table, report, summary, "
    "summarise, summarize, overview, figure, result, answer, calculate, compute, work out, "
    "find out, know, ever, any, some, many, much, how, whole, entire, come, came, still, far, "
    "about, will, should, thing, same, instead, again, ok, okay, well, if, turn, change, "
    "into, using, use, look, say, time, together, out, up, hey, hi, hello, thanks, "
    "thank, really, actually, currently, present, total number, kindly, quickly, in total, draw me, "
    "?, !, ., comma, :, ;, (, ), %, $, €, £, -, –, —, /, ..., …, ', \", #",  # noqa: RUF001 - as typed
}

_CONCEPTS: dict[str, str] = {
    "money": "revenue amount sale sales turnover income earning proceeds takings money gross",
    "cost": "cost expense expenditure",
    "price": "price",
    "quantity": "quantity qty unit piece volume",
    "customer": "customer client buyer purchaser",
    "product": "product item article good",
    "region": "region territory zone",
    "city": "city town",
    "employee": "employee staff worker colleague",
    "salary": "salary wage pay",
    "rating": "rating score satisfaction star",
    "priority": "priority severity urgency",
    "team": "team department crew",
    "warehouse": "warehouse depot",
    "discount": "discount rebate reduction",
    "date": "date day",
    "duration": "minute hour duration",
    "subject": "subject topic title",
    "stock": "hand stock inventory",
}
_VERBS: dict[str, str] = {
    "money": "sell sold selling spend spent spending earn earned buy bought order ordered purchase "
    "purchased bring brought paid pay",
}


def _listed(text: str) -> list[tuple[str, ...]]:
    return [tuple(phrase.split()) for phrase in text.split(", ")]


def _phrases() -> dict[tuple[str, ...], tuple[Tag, str]]:
    found: dict[tuple[str, ...], tuple[Tag, str]] = {(",",): (Tag.AND, ",")}
    families = ((Tag.FUNCTION, _FUNCTIONS), (Tag.BUCKET, _BUCKETS))
    families += ((Tag.CHART, _CHARTS), (Tag.COMPARISON, _COMPARISONS))
    for tag, phrases in _PLAIN.items():
        found |= {phrase: (tag, " ".join(phrase)) for phrase in _listed(phrases)}
    for tag, meanings in families:
        for meaning, phrases in meanings.items():
            found |= dict.fromkeys(_listed(phrases), (tag, meaning))
    for concept, words in _VERBS.items():
        found |= {(word,): (Tag.CONCEPT, concept) for word in words.split()}
    return found


PHRASES = _phrases()
LONGEST = max(len(phrase) for phrase in PHRASES)
CONCEPT_OF = {word: concept for concept, words in _CONCEPTS.items() for word in words.split()}
MONEY_WORDS = frozenset(_CONCEPTS["money"].split())

# Names of columns whose sum says nothing.
RATES = frozenset(
    [
        "percent",
        "percentage",
        "rate",
        "ratio",
        "price",
        "score",
        "rating",
        "satisfaction",
        "age",
        "level",
        "temperature",
        "average",
        "avg",
        "mean",
        "cost",
        "latitude",
        "longitude",
        "share",
    ]
)
CUES = frozenset(
    {
        Tag.FUNCTION, Tag.COUNT, Tag.HOW_MUCH, Tag.TOP, Tag.BOTTOM, Tag.SHARE, Tag.CHART,
        Tag.DRAW, Tag.COMPARE, Tag.COMPARISON, Tag.ROWS, Tag.BUCKET, Tag.CONCEPT, Tag.DISTINCT,
        Tag.ORDER,
    }
)  # fmt: skip


def concept_of(stem: str) -> str:
    """Return the one word that stands for `stem` and everything that means the same."""
    return CONCEPT_OF.get(stem, stem)
