"""Reading: tagged words become slots. One small method for each kind of word."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cadre.engine.operator.data.lexicon import MONEY_WORDS, Tag, concept_of
from cadre.engine.operator.data.query import Between, Filter, Grouping, Measure
from cadre.engine.operator.data.schema import Column, Match, Table
from cadre.engine.operator.data.slots import Slots, Unsure
from cadre.engine.operator.data.tagging import SURE, Span
from cadre.engine.operator.words import Sentence, name_words

_CLOSE = 0.1
_MEASURED_BY = {
    "most expensive": "price",
    "least expensive": "price",
    "cheapest": "price",
    "longest": "duration",
    "shortest": "duration",
}
_ENDS_GROUP = frozenset({Tag.WHERE, Tag.NOT, Tag.FUNCTION, Tag.COUNT, Tag.ORDER, Tag.TOP, Tag.BOTTOM, Tag.DRAW, Tag.CHART})  # fmt: skip


@dataclass(frozen=True)
class Grounds:
    """What a sentence is read on: the table, those that can be joined, choices made before."""

    table: Table
    others: tuple[Table, ...]
    decisions: Mapping[str, str]


class Reader:
    """Reads the spans of one sentence, left to right, into `slots`."""

    def __init__(self, sentence: Sentence, spans: Sequence[Span], grounds: Grounds) -> None:
        self.slots = Slots(table=grounds.table.name)
        self._sentence = sentence
        self._grounds = grounds
        self._spans = [span for span in spans if span.tag is not Tag.STOP]
        self._at = 0
        self._role = ""
        self._function = ""
        self._more_functions: list[str] = []
        self._counting = False
        self._distinct = False
        self._negated = False
        self._comparison = ""
        self._subject: Column | None = None
        self._take: dict[Tag, Callable[[Span], None]] = {
            Tag.TABLE: self._table, Tag.COLUMN: self._column, Tag.CONCEPT: self._concept,
            Tag.VALUE: self._value, Tag.NUMBER: self._number, Tag.PERIOD: self._period,
            Tag.FUNCTION: self._set_function, Tag.COUNT: self._count, Tag.DISTINCT: self._only,
            Tag.HOW_MUCH: self._how_much, Tag.GROUP: self._group, Tag.BUCKET: self._bucket,
            Tag.TOP: self._rank, Tag.BOTTOM: self._rank, Tag.ORDER: self._ordered,
            Tag.DESCENDING: self._direction, Tag.ASCENDING: self._direction,
            Tag.SHARE: self._share, Tag.CHART: self._chart, Tag.DRAW: self._chart,
            Tag.COMPARISON: self._compare, Tag.BETWEEN: self._between, Tag.NOT: self._not,
            Tag.WHERE: self._where, Tag.WHICH: self._which, Tag.ROWS: self._rows,
            Tag.ALSO: self._also, Tag.EMPTY: self._empty, Tag.UNKNOWN: self._unknown,
            Tag.COMPARE: self._compared, Tag.ROW: self._row,
        }  # fmt: skip
        self._compares = False

    def read(self) -> Slots:
        while self._at < len(self._spans):
            span = self._spans[self._at]
            self._at += 1
            if span.tag in _ENDS_GROUP:
                self._role = ""
            take = self._take.get(span.tag)
            if take is not None:
                take(span)
        self._finish()
        return self.slots

    def _finish(self) -> None:
        if self._function and not self.slots.measures:
            self.slots.function = self._function
        if self._counting and not self.slots.measures:
            self.slots.counts = True
        if self._compares:
            self._group_by_compared()

    def _group_by_compared(self) -> None:
        grouped = {grouping.column.name for grouping in self.slots.groupings}
        for item in self.slots.filters:
            if item.operator == "in" and len(item.values) > 1 and item.column.name not in grouped:
                self.slots.groupings.append(Grouping(item.column))
        if len(self.slots.periods) > 1 and not self.slots.buckets:
            self.slots.buckets.append("year")

    def _peek(self, offset: int = 0) -> Span | None:
        position = self._at + offset
        return self._spans[position] if position < len(self._spans) else None

    def _next_is(self, *tags: Tag) -> bool:
        following = self._peek()
        return following is not None and following.tag in tags

    def _before(self) -> Tag | None:
        return self._spans[self._at - 2].tag if self._at >= 2 else None

    def _pick(self, span: Span) -> Column | None:
        """Return the column that a span names here; note where that is unsure."""
        choice = self._grounds.decisions.get(f"column:{span.text}")
        usable = self._usable(span)
        if not usable:
            return None
        for match in usable:
            if match.column.name == choice:
                return match.column
        best = usable[0]
        rivals = tuple(m for m in usable if best.score - m.score < _CLOSE)
        if best.score < 1 and len({m.column.name for m in rivals}) > 1:
            self.slots.unsure.append(Unsure(span.text, rivals))
        return best.column

    def _usable(self, span: Span) -> list[Match]:
        here = [m for m in span.columns if m.column.table == self._grounds.table.name]
        if here:
            return here
        names = {table.name for table in self._grounds.others}
        return [m for m in span.columns if m.column.table in names]

    # One method for each kind of word.

    def _table(self, span: Span) -> None:
        is_ours = span.table is not None and span.table.name == self._grounds.table.name
        if self._is_qualifier(span):
            return
        if self._usable(span) and (not is_ours or self._role == "group" or self._distinct):
            self._column(span)
            return
        self._rows_of_table()

    def _rows_of_table(self) -> None:
        """The word names what a row is: an order, an employee."""
        self.slots.named_table = True
        if self._counting or (
            self._before() is Tag.TOP and self._spans[self._at - 2].text == "most"
        ):
            self._counting = False
            self.slots.counts = True
        elif self.slots.order and self._before() in (Tag.TOP, Tag.BOTTOM, Tag.NUMBER):
            self.slots.rows = not self.slots.groupings
        self._role = ""

    def _is_qualifier(self, span: Span) -> bool:
        """Claims that the table's name only describes the column after it: "customer segment"."""
        following = self._peek()
        if following is None or following.tag is not Tag.COLUMN or span.table is None:
            return False
        is_near = following.start == span.end
        return is_near and any(m.column.table == span.table.name for m in following.columns)

    def _column(self, span: Span) -> None:
        column = self._pick(span)
        if column is None:
            self._unknown(span)
        elif (
            column.names_rows and span.columns[0].score < 1 and self._role not in ("group", "order")
        ):
            self._rows_of_table()
        elif self._is_subject(column):
            self._subject = column
            self._at += self._next_is(Tag.WHERE)
        elif column.kind == "number" and not column.is_key:
            self._amount(column)
        else:
            self._label(column)

    def _is_subject(self, column: Column) -> bool:
        """Claims that a condition on the column follows: "quantity above 3", "region is X"."""
        if self._role in ("group", "order"):
            return False
        follows = self._peek(1) if self._next_is(Tag.WHERE) else self._peek()
        conditions = (Tag.COMPARISON, Tag.BETWEEN, Tag.EMPTY)
        if follows is not None and follows.tag in conditions:
            return not self._function or self._before() is Tag.WHERE
        following = self._peek()
        if following is None or self._function or self._counting:
            return False
        if following.tag is Tag.VALUE:
            return any(value.column.name == column.name for value in following.values)
        is_condition = self._before() in (Tag.WHERE, Tag.AND) and self._role != "measure"
        return is_condition and following.tag in (Tag.UNKNOWN, Tag.NUMBER)

    def _amount(self, column: Column) -> None:
        if self._role == "order":
            self._order_by(column)
        elif self._role == "group" and not self._is_measure_after_by(column):
            self.slots.groupings.append(Grouping(column))
        else:
            self._measure(column)

    def _is_measure_after_by(self, column: Column) -> bool:
        """ "top customers by revenue" measures; "average revenue by satisfaction" groups."""
        if self.slots.measures or self._function or self.slots.counts or self._counting:
            return False
        return bool(self.slots.groupings) or bool(self.slots.order) or column.name in MONEY_WORDS

    def _measure(self, column: Column) -> None:
        function = self._function
        if self._counting:
            function, self._counting = "distinct" if self._distinct else "sum", False
        for name in (*self._more_functions, function):
            self.slots.measures.append(Measure(name, column))
        self._more_functions.clear()
        self._function, self._distinct = "", False
        self._role = "measure"

    def _label(self, column: Column) -> None:
        """A column whose values name things: it groups, or its values are counted."""
        counts = self._counting or self._distinct or self._function == "sum"
        if self._role == "order":
            self._order_by(column)
        elif column.kind == "flag" and self._role != "group":
            self.slots.filters.append(Filter(column, "false" if self._negated else "true"))
            self._negated = False
        elif self._role == "group" or (not counts and not self._function):
            self._group_by(column)
        elif self._function in ("min", "max", "median", "avg"):
            self._extreme(column)
        else:
            self.slots.measures.append(Measure("distinct", column))
            self._counting = self._distinct = False
            self._function = ""

    def _extreme(self, column: Column) -> None:
        if column.kind == "time" and self._function in ("min", "max"):
            self.slots.measures.append(Measure(self._function, column))
            self._function = ""

    def _group_by(self, column: Column) -> None:
        if column.kind == "time" and self._role != "group":
            self.slots.shown.append(column)
        elif column.kind == "time":
            self.slots.groupings.append(Grouping(column, "day"))
        else:
            self.slots.groupings.append(Grouping(column))
            self._role = self._role if self._role == "group" else ""

    def _order_by(self, column: Column) -> None:
        self.slots.order_column = column
        self.slots.order = self.slots.order or "asc"
        self._role = ""

    def _concept(self, _span: Span) -> None:
        if self._counting and any(s.tag is Tag.VALUE for s in self._spans[: self._at]):
            self.slots.quantity = True
            self._counting = False
        elif not self._counting and not self.slots.measures:
            self.slots.wants_amount = True

    def _value(self, span: Span) -> None:
        value = self._choose_value(span)
        if value is None:
            return
        # "the most keyboards" are pieces, not money.
        self.slots.quantity |= self._before() in (Tag.TOP, Tag.BOTTOM)
        operator = "not in" if self._negated else "in"
        self._negated = self._negated and self._next_is(Tag.AND)
        for index, item in enumerate(self.slots.filters):
            if item.column == value.column and item.operator == operator:
                values = (*item.values, value.value)
                self.slots.filters[index] = Filter(item.column, operator, values)
                return
        self.slots.filters.append(Filter(value.column, operator, (value.value,)))
        self._subject = None

    def _choose_value(self, span: Span):
        names = [self._grounds.table.name, *(table.name for table in self._grounds.others)]
        usable = [v for v in span.values if v.column.table in names]
        if self._subject is not None:
            usable = [v for v in usable if v.column == self._subject] or usable
        choice = self._grounds.decisions.get(f"value:{span.text}")
        chosen = [v for v in usable if f"{v.column.name} {v.value}" == choice]
        here = [v for v in usable if v.column.table == self._grounds.table.name]
        best = chosen or sorted(here or usable, key=lambda v: -v.score)
        if not best:
            return None
        rivals = [v for v in best if v.score == best[0].score]
        if not chosen and len({(v.column.name, v.value) for v in rivals}) > 1:
            self.slots.unplaced.append(span.text)
        return best[0]

    def _number(self, span: Span) -> None:
        whole = int(span.number) if span.number == int(span.number) and span.number < 1e6 else None
        if self._comparison:
            self._compare_with(span.number)
        elif self._subject is not None:
            self.slots.filters.append(Filter(self._subject, "=", (span.number,)))
            self._subject = None
        elif whole is not None and (
            self._before() in (Tag.TOP, Tag.BOTTOM) or self._next_is(Tag.TOP, Tag.BOTTOM)
        ):
            self.slots.limit = whole
        elif whole is not None and self._next_is(Tag.ROW, Tag.TABLE):
            self.slots.limit, self.slots.rows = whole, True
        else:
            self.slots.unknown.append(span.text)

    def _compare_with(self, number: float) -> None:
        if self._subject is None:
            self.slots.comparisons.append((self._comparison, number))
        else:
            self.slots.filters.append(Filter(self._subject, self._comparison, (number,)))
        self._comparison = ""

    def _period(self, span: Span) -> None:
        if span.period is None:
            return
        times = self._grounds.table.of_kind("time")
        if self._subject is not None and self._subject.kind == "time":
            times, self._subject = [self._subject], None
        named = self._grounds.decisions.get("time")
        times = [column for column in times if column.name == named] or times
        if not times:
            self.slots.unknown.append(span.period.label)
        else:
            self.slots.periods.append(Between(times[0], span.period))

    def _set_function(self, span: Span) -> None:
        if span.text in ("avg", "median") and (self.slots.counts or self._counting):
            self.slots.beyond = "an average of counts"
            return
        if self._function and self._before() is Tag.AND:
            self._more_functions.append(self._function)
            self._function = ""
        # "average total revenue": the first word decides, "total" then only describes.
        if not (self._function and span.text == "sum"):
            self._function = span.text
        self._counting = False

    def _count(self, _span: Span) -> None:
        self._counting = True
        self._function = ""

    def _only(self, _span: Span) -> None:
        self._distinct = True

    def _how_much(self, _span: Span) -> None:
        self.slots.wants_amount = True

    def _group(self, _span: Span) -> None:
        if self._role != "order":
            self._role = "group"

    def _bucket(self, span: Span) -> None:
        # "monthly" and "over time" group by themselves; "month" needs a "per" before it.
        is_adverb = span.width > 1 or self._sentence.tokens[span.start].text.endswith(
            ("ly", "annual")
        )
        wanted = (
            self._role == "group" or is_adverb or self._before() in (Tag.WHICH, Tag.TOP, Tag.BOTTOM)
        )
        if wanted and (self._grounds.table.of_kind("time") or self.slots.periods):
            self.slots.buckets.append(span.text)
        elif wanted:
            self.slots.unknown.append(span.text)

    def _rank(self, span: Span) -> None:
        self.slots.order = "desc" if span.tag is Tag.TOP else "asc"
        self.slots.concept = _MEASURED_BY.get(span.text, self.slots.concept)
        if self._next_is(Tag.NUMBER) or self._before() is Tag.NUMBER:
            return
        following = self._peek()
        is_column = following is not None and following.tag is Tag.COLUMN
        if following is not None and is_column and not self.slots.which:
            self._rank_column(span, following)

    def _rank_column(self, span: Span, following: Span) -> None:
        """ "highest unit price": without groups this is a maximum."""
        column = self._pick(following)
        has_groups = any(s.tag in (Tag.GROUP, Tag.WHICH) for s in self._spans)
        if column is not None and column.kind == "number" and not has_groups:
            self._function = "max" if span.tag is Tag.TOP else "min"
            self.slots.order = ""

    def _ordered(self, _span: Span) -> None:
        self._role = "order"

    def _direction(self, span: Span) -> None:
        self.slots.order = "desc" if span.tag is Tag.DESCENDING else "asc"
        if span.text == "alphabetically":
            self.slots.order = "name"

    def _share(self, _span: Span) -> None:
        self.slots.share = True

    def _chart(self, span: Span) -> None:
        if self._negated or self._before() is Tag.NOT:
            self.slots.chart, self._negated = "none", False
        elif span.tag is Tag.CHART:
            self.slots.chart = span.text
        else:
            self.slots.chart = self.slots.chart or "any"

    def _compare(self, span: Span) -> None:
        self._comparison = span.text

    def _compared(self, _span: Span) -> None:
        self._compares = True

    def _between(self, _span: Span) -> None:
        low, link, high = self._peek(), self._peek(1), self._peek(2)
        if low is None or link is None or high is None:
            return
        if low.tag is Tag.NUMBER and link.tag is Tag.AND and high.tag is Tag.NUMBER:
            subject = self._subject
            self._comparison = ">="
            self._compare_with(low.number)
            self._comparison, self._subject = "<=", subject
            self._compare_with(high.number)
            self._subject = None
            self._at += 3

    def _not(self, _span: Span) -> None:
        self._negated = True

    def _where(self, _span: Span) -> None:
        if self._next_is(Tag.GROUP):
            self._role = "group"

    def _which(self, _span: Span) -> None:
        self.slots.which = True

    def _rows(self, _span: Span) -> None:
        self.slots.rows = True

    def _row(self, _span: Span) -> None:
        if self._counting:
            self._counting, self.slots.counts = False, True
        else:
            self.slots.rows = True

    def _also(self, _span: Span) -> None:
        self.slots.also = True

    def _empty(self, _span: Span) -> None:
        if self._subject is not None:
            operator = "not empty" if self._negated else "empty"
            self.slots.filters.append(Filter(self._subject, operator))
            self._subject, self._negated = None, False

    def _unknown(self, span: Span) -> None:
        is_condition = self._subject is not None or self._negated or self._before() is Tag.WHERE
        token = self._sentence.tokens[span.start]
        if self._subject is not None and self._subject.kind == "text":
            self.slots.unplaced.append(f"{self._subject.name}={token.raw}")
            self._subject = None
        elif is_condition or token.kind == "quoted":
            self.slots.unplaced.append(token.raw)
        elif len(span.text) > 1:
            self.slots.unknown.append(token.raw)
            self._unknown_thing(token.raw)
        self._negated = False

    def _unknown_thing(self, word: str) -> None:
        """A word that nobody knows stands where a thing is counted or an amount is named."""
        if self._before() is Tag.COUNT and self._counting:
            self._counting, self.slots.counts = False, True
        elif self._next_is(Tag.GROUP) or self._before() in (Tag.FUNCTION, Tag.HOW_MUCH, Tag.BUCKET):
            self.slots.unknown_amount = self.slots.unknown_amount or word


def concept_column(table: Table, concept: str) -> Column | None:
    """Return the amount of the table whose name means `concept`, the plainest name first."""
    wanted = ("money", "salary") if concept == "money" else (concept,)
    found = [c for c in table.amounts if any(concept_of(w) in wanted for w in name_words(c.name))]
    return min(found, key=lambda c: (len(name_words(c.name)), c.name), default=None)


def is_sure(span: Span) -> bool:
    return bool(span.columns) and span.columns[0].score >= SURE
