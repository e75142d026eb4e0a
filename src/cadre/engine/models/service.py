"""Models: asks whichever model a name leads to, for money that may be spent, and writes it down.

A name is "offline" (the operator that needs no model), "provider:model", a chain of those with
commas between, a route such as "auto", or "default". A call is planned, its worst cost
reserved, made with failover, and settled: there is no other way to a model.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from cadre.engine.models import providers
from cadre.engine.models.billing import Bill
from cadre.engine.models.calling import (
    AnswerCache,
    Breakers,
    CacheKey,
    CallPolicy,
    Health,
    Known,
    Retries,
    Tally,
    answered,
    metered,
)
from cadre.engine.models.calling import Target as Asked
from cadre.engine.models.endpoints import Patience, Wire
from cadre.engine.models.passing import passing
from cadre.engine.models.planning import Planner
from cadre.engine.models.ports import ChatModel, Embeddings, Passing, Speech, Transcript
from cadre.engine.models.routing import Ask, ask_of
from cadre.engine.models.seeing import as_seen_by
from cadre.engine.models.targets import Call, CallOptions, Plan, Target
from cadre.engine.models.views import OFFLINE
from cadre.infra.blobs import Blobs
from cadre.infra.http_client import HttpClient
from cadre.kernel.messages import Delta, Json, ModelRequest, Usage
from cadre.trust.budgets import Budgets, PriceUnknown, Reservation, Spender
from cadre.trust.usage import UsageLog

Item = TypeVar("Item")
Attempt = Callable[[Target, Tally], AsyncIterator[Item]]
_PLAIN = CallOptions()
_BYTES_PER_SECOND = 4_000  # of speech that is packed hard: a recording is no longer than this says


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where calls are paid: what may be spent, and what was."""

    budgets: Budgets
    usage: UsageLog


@dataclass(frozen=True, slots=True)
class Experience:
    """What calls have taught: whom not to ask for a while, and how everybody did."""

    breakers: Breakers
    health: Health


class Models:
    """Every model that can be asked, for every org."""

    def __init__(
        self,
        *,
        http: HttpClient,
        blobs: Blobs,
        planner: Planner,
        ledger: Ledger,
        experience: Experience,
        cache: AnswerCache,
        offline: ChatModel,
        patience: Patience | None = None,
        retries: Retries | None = None,
    ) -> None:
        self.planner = planner
        self._http = http
        self._blobs = blobs
        self._ledger = ledger
        self._experience = experience
        self._cache = cache
        self._offline = offline
        self._patience = patience or Patience()
        self._policy = CallPolicy(retries=retries or Retries())

    async def stream(
        self, spender: Spender, request: ModelRequest, options: CallOptions = _PLAIN
    ) -> AsyncGenerator[Delta]:
        """The answer to `request` in pieces; the last one is always `ReplyDone`.

        Raises a kind of error if nobody answers, and before anything is spent if that may not
        be. Closing the generator ends the call at the provider; what it used is paid.
        """
        call = Call(request.model, ask_of(request, spender), options)

        def attempt(target: Target, tally: Tally) -> AsyncIterator[Delta]:
            seen = as_seen_by(target.card, request) if call.ask.may_leave_files else request
            return metered(self.chat_model(target).stream(spender.scope, seen), tally)

        plan = await self.planner.plan(spender, call)
        rule = plan.cache_rule()
        key = self._cache.key(spender.scope, request, rule, route=plan.line())
        known = None if key is None else self._cache.find(key, rule)
        deltas = self._made(spender, plan, attempt)
        if known is not None:
            deltas = self._known(spender, plan, known)
        elif key is not None:
            deltas = self._cache.kept(key, rule, deltas)
        async with aclosing(deltas):
            async for delta in deltas:
                yield delta

    async def answered(
        self, spender: Spender, call: Call, attempt: Attempt[Item]
    ) -> AsyncGenerator[Item]:
        """The items of the first target whose `attempt` gives one, paid for however it ends.

        `attempt` makes one try at one target and writes into the tally what it used. Where the
        call has a wording and its route or caller wants that, a known answer is given instead.
        The call is planned at once; nothing is spent before the first item is asked for.
        """
        plan = await self.planner.plan(spender, call)
        words, rule = plan.call.wording, plan.cache_rule()
        if words is None or not rule.keeps(is_fixed=words.is_fixed):
            return self._made(spender, plan, attempt)
        key = self._cache.key_of_words(
            spender.scope, words.dialect, words.body, rule, route=plan.line()
        )
        known = self._cache.find(key, rule)
        if known is not None:
            return self._known(spender, plan, known)
        return self._taped(spender, plan, attempt, key)

    async def _taped(
        self, spender: Spender, plan: Plan, attempt: Attempt[Item], key: CacheKey
    ) -> AsyncGenerator[Item]:
        """The answer, kept for who asks the same again if it comes to its own end."""
        tape, bill = self._cache.tape(), Bill(spender, plan)
        async with aclosing(self._made(spender, plan, attempt, bill)) as items:
            async for item in items:
                tape.take(item)
                yield item
        if bill.is_whole:
            self._cache.keep(key, plan.cache_rule(), tape.taped(bill.cost_usd))

    async def _made(
        self, spender: Spender, plan: Plan, attempt: Attempt[Item], bill: Bill | None = None
    ) -> AsyncGenerator[Item]:
        plan, reservation = await self._reserved(spender, plan)
        bill = bill or Bill(spender, plan)
        targets = {target.name: target for target in plan.targets}
        org = spender.scope.org

        def one(asked: Asked, tally: Tally) -> AsyncIterator[Item]:
            tally.input_tokens = plan.call.ask.tokens
            return attempt(targets[asked.name], tally)

        items = answered(
            [Asked(org, each.name, each.card.context_tokens) for each in plan.targets],
            one,
            policy=plan.policy(self._policy),
            breakers=self._experience.breakers,
            health=self._experience.health,
            on_attempt=bill.attempted,
        )
        try:
            async with aclosing(items):
                async for item in items:
                    bill.began()
                    yield item
        except BaseException as error:
            bill.ended_by(error)
            raise
        finally:
            self._ledger.usage.record(bill.record(), reservation)

    def chat_model(self, target: Target) -> ChatModel:
        """What makes one try at `target`."""
        if target.endpoint.provider == OFFLINE:
            return self._offline
        return providers.chat_model(
            self._http,
            self._blobs,
            target.endpoint,
            target.card,
            target.price,
            patience=self._patience,
        )

    def passing(self, target: Target, wire: Wire, data: dict[str, Json]) -> Passing | None:
        """How `data`, in the words of `wire`, goes to `target` as it is; None: translate it."""
        return passing(self._http, target, wire, data, self._patience)

    async def embed(
        self,
        spender: Spender,
        model: str,
        texts: Sequence[str],
        *,
        dimensions: int | None = None,
        options: CallOptions = _PLAIN,
    ) -> Embeddings:
        """A vector for each of `texts`."""
        size = sum(len(text.encode("utf-8", "replace")) for text in texts)
        call = Call(
            model, Ask.by(spender, kind="embedding", tokens=size // 4 + len(texts)), options
        )

        async def attempt(target: Target, tally: Tally) -> AsyncGenerator[Embeddings]:
            embedder = providers.embedder(
                self._http, target.endpoint, target.card, target.price, patience=self._patience
            )
            found = await embedder.embed(texts, dimensions=dimensions)
            _settle(tally, found.usage)
            yield found

        return await self._only(spender, call, attempt)

    async def transcribe(
        self,
        spender: Spender,
        model: str,
        sound: bytes,
        *,
        name: str,
        media_type: str,
        language: str | None = None,
        prompt: str | None = None,
        to_english: bool = False,
        options: CallOptions = _PLAIN,
    ) -> Transcript:
        """What is said in `sound`, a whole file."""
        most = Usage(seconds=len(sound) / _BYTES_PER_SECOND)
        call = Call(model, Ask.by(spender, kind="transcription"), options, most)

        async def attempt(target: Target, tally: Tally) -> AsyncGenerator[Transcript]:
            transcriber = providers.transcriber(
                self._http, target.endpoint, target.card, target.price, patience=self._patience
            )
            heard = await transcriber.transcribe(
                sound,
                name=name,
                media_type=media_type,
                language=language,
                prompt=prompt,
                to_english=to_english,
            )
            _settle(tally, heard.usage)
            yield heard

        return await self._only(spender, call, attempt)

    async def speak(
        self,
        spender: Spender,
        model: str,
        text: str,
        *,
        voice: str,
        form: str = "mp3",
        speed: float | None = None,
        options: CallOptions = _PLAIN,
    ) -> Speech:
        """`text` read aloud. Read the chunks to their end or close them: that ends the call."""
        call = Call(model, Ask.by(spender, kind="speech"), options, Usage(characters=len(text)))

        async def attempt(target: Target, tally: Tally) -> AsyncGenerator[Speech | bytes]:
            speaker = providers.speaker(
                self._http, target.endpoint, target.card, target.price, patience=self._patience
            )
            speech = await speaker.speak(text, voice=voice, form=form, speed=speed)
            chunks = cast("AsyncGenerator[bytes]", speech.chunks)
            async with aclosing(chunks):
                yield speech
                async for chunk in chunks:
                    tally.reported = speech.usage
                    yield chunk
            _settle(tally, speech.usage)

        items = await self.answered(spender, call, attempt)
        speech = cast("Speech", await anext(items))
        return Speech(speech.media_type, cast("AsyncIterator[bytes]", items), speech.usage)

    async def _known(self, spender: Spender, plan: Plan, known: Known) -> AsyncGenerator[Any]:
        """An answer that was given before: nothing is spent, and what that saved is written down."""
        bill = Bill(spender, plan)
        bill.found(known.cost_usd)
        try:
            for item in known.items():
                bill.began()
                yield item
        finally:
            self._ledger.usage.record(bill.record())

    async def _only(self, spender: Spender, call: Call, attempt: Attempt[Item]) -> Item:
        async with aclosing(await self.answered(spender, call, attempt)) as items:
            return await anext(items)

    async def _reserved(self, spender: Spender, plan: Plan) -> tuple[Plan, Reservation]:
        """With the worst cost set aside; where a price must be known, without those that have none."""
        budgets = self._ledger.budgets
        try:
            return plan, await budgets.reserve(spender, plan.worst_usd())
        except PriceUnknown:
            priced = plan.priced()
            if not priced.targets:
                raise
            return priced, await budgets.reserve(spender, priced.worst_usd())


def _settle(tally: Tally, usage: Usage) -> None:
    tally.reported = usage
    tally.is_complete = True
