"""Approvals, reloads, cancels, forks and pulled plugs, seen from an open page."""

from playwright.async_api import Page, expect

from tests.doors.browser.conftest import SignIn
from tests.doors.server import Server
from tests.engine.models.scripted_server import Reply, ScriptedServer, call

WORDS = " ".join(f"word{number}" for number in range(120))


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.keyboard.press("Enter")


async def test_a_dangerous_call_waits_for_a_person_and_is_approved_in_place(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    command = "echo approved > proof.txt"
    model.say(Reply(calls=[call("shell", {"command": command})]), Reply(text="The proof is there."))
    page = await sign_in(scripted)

    await say(page, "Write a proof.")
    card = page.get_by_label("shell asks for approval")
    await expect(card).to_contain_text(command)
    await card.get_by_role("button", name="Approve").click()

    await expect(page.get_by_role("article", name="Answer")).to_contain_text("The proof is there.")


async def test_a_denied_call_does_not_happen_and_the_inbox_empties(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(
        Reply(calls=[call("shell", {"command": "rm -rf everything"})]),
        Reply(text="Then I will not."),
    )
    page = await sign_in(scripted)
    await say(page, "Remove everything.")
    await page.get_by_label("shell asks for approval").wait_for()

    await page.get_by_role("link", name="Approvals").first.click()
    await expect(page.get_by_label("shell asks for approval").first).to_contain_text(
        "rm -rf everything"
    )
    await page.get_by_role("button", name="Deny").first.click()
    confirm = page.get_by_label("Why not (the agent reads this)")
    if await confirm.is_visible():
        await confirm.fill("Too dangerous.")
        await page.keyboard.press("Enter")

    await page.get_by_role("link", name="Chat").first.click()
    await page.get_by_text("Remove everything.").first.click()
    await expect(page.get_by_role("article", name="Answer")).to_contain_text("Then I will not.")


async def test_a_reload_in_mid_answer_shows_the_text_so_far_and_goes_on(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(Reply(text=WORDS, chunk_delay_seconds=0.03))
    page = await sign_in(scripted)
    await say(page, "Say many words.")
    answer = page.get_by_role("article", name="Answer")
    await expect(answer).to_contain_text("word20")

    await page.reload()

    await expect(answer).to_contain_text("word0 word1 word2")
    await expect(answer).to_contain_text("word119")
    assert " ".join((await answer.inner_text()).split()).count("word57 ") == 1
    assert len(model.requests) == 1


async def test_stop_ends_a_long_answer(scripted: Server, model: ScriptedServer, sign_in: SignIn):
    model.say(Reply(text=WORDS * 20, chunk_delay_seconds=0.05))
    page = await sign_in(scripted)
    await say(page, "Talk for a long time.")
    await expect(page.get_by_role("article", name="Answer")).to_contain_text("word3")

    await page.get_by_role("button", name="Stop").click()

    await expect(page.get_by_role("article", name="Answer")).to_contain_text("Cancelled")
    await model.hung_up.wait()


async def test_a_server_killed_in_mid_run_is_picked_up_by_the_open_page(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    model.say(Reply(text=WORDS, chunk_delay_seconds=0.03, times=2))
    page = await sign_in(scripted)
    await say(page, "Say many words.")
    answer = page.get_by_role("article", name="Answer")
    await expect(answer).to_contain_text("word20")

    await scripted.kill()
    await scripted.restart()

    await expect(answer).to_contain_text("word119")
    assert " ".join((await answer.inner_text()).split()).count("word57 ") == 1


async def test_a_run_is_forked_from_a_step_with_other_words(
    scripted: Server, model: ScriptedServer, sign_in: SignIn
):
    write = call("write_file", {"path": "note.txt", "content": "first"})
    model.say(
        Reply(calls=[write]),
        Reply(text="The first way."),
        Reply(text="The other way.", times=0),
    )
    page = await sign_in(scripted)
    await say(page, "Write a note.")
    await expect(page.get_by_role("article", name="Answer")).to_contain_text("The first way.")

    await page.get_by_role("link", name="Runs").first.click()
    await page.get_by_text("Write a note.").first.click()
    await page.get_by_role("tree", name="Steps").get_by_text("write_file").first.click()
    await page.get_by_role("button", name="Fork from here").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Fork").last.click()

    await expect(page.get_by_text("The other way.").first).to_be_visible()
