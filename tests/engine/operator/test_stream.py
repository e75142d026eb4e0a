"""What the operator streams: a `ChatModel` like any other, at no cost."""

from decimal import Decimal

from cadre.engine.models import ChatModel
from cadre.engine.operator import OfflineOperator
from cadre.kernel.messages import CallDelta, ReplyDone, TextDelta, TextPart, UserMessage
from tests.engine.operator.conversation_of import Talk, shop


async def test_the_pieces_of_text_are_the_answer_and_cost_nothing():
    talk = Talk(shop(), messages=[UserMessage(parts=[TextPart(text="help")])])

    *pieces, done = await talk.deltas()

    assert isinstance(done, ReplyDone)
    assert len(pieces) > 10
    assert "".join(p.text for p in pieces if isinstance(p, TextDelta)) == done.reply.message.text
    assert done.reply.usage.cost_usd == Decimal(0)
    assert done.reply.usage.input_tokens == done.reply.usage.output_tokens == 0
    assert (done.reply.stop, done.reply.model) == ("end", "offline")


async def test_a_call_is_streamed_and_its_id_is_new_in_the_conversation():
    talk = Talk(shop())
    await talk.say("total revenue")
    talk.messages.append(UserMessage(parts=[TextPart(text="revenue by region")]))

    call, done = await talk.deltas()

    assert isinstance(call, CallDelta)
    assert isinstance(done, ReplyDone)
    assert done.reply.stop == "tool_calls"
    assert (call.id, call.name) == ("call_4", "list_files")


async def test_files_of_a_message_are_meant_before_others():
    tables = shop()
    tables.database.execute("create table returns as select * from orders")
    talk = Talk(tables)
    parts = [
        TextPart(text="total revenue"),
        TextPart(text="Attached files: returns.csv (12 bytes)"),
    ]
    talk.messages.append(UserMessage(parts=[*parts]))

    answer = await talk.finish()

    assert "`returns.csv`" in answer


async def test_an_empty_message_is_answered():
    assert "nothing in that message" in await Talk(shop()).say("")


def test_it_is_a_chat_model():
    model: ChatModel = OfflineOperator()

    assert model is not None
