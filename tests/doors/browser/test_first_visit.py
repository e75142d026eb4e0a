"""From the sign-in link to the first right answer."""

from playwright.async_api import expect

from tests.doors.browser.conftest import SignIn
from tests.doors.server import Server


async def test_the_first_visit_ends_with_right_numbers_and_a_picture(
    server: Server, sign_in: SignIn
):
    page = await sign_in(server)

    await page.get_by_text("total revenue by region in orders.csv as a bar chart").click()

    answer = page.get_by_role("article", name="Answer")
    for row in (
        "EMEA 215,378.58",
        "North America 195,521.20",
        "APAC 133,242.63",
        "LATAM 92,667.06",
    ):
        region, _, total = row.rpartition(" ")
        await expect(answer.get_by_role("row").filter(has_text=region)).to_contain_text(total)
    picture = answer.get_by_role("img", name="Total revenue by region")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.complete && image.naturalWidth > 300")


async def test_a_link_signs_in_once(server: Server, sign_in: SignIn):
    page = await sign_in(server)
    await page.context.clear_cookies()
    await page.goto(server.link)
    await page.get_by_role("heading", name="What do you need done?").wait_for()
    await page.context.clear_cookies()

    await page.goto(server.link)

    await expect(page.get_by_text("This sign-in link is used up")).to_be_visible()


async def test_a_typed_question_about_an_attached_file_is_answered(server: Server, sign_in: SignIn):
    page = await sign_in(server)

    await page.get_by_label("Files to attach").set_input_files(
        {"name": "visits.csv", "mimeType": "text/csv", "buffer": b"day,visits\nmon,3\ntue,4\n"}
    )
    await page.get_by_role("textbox", name="Message").fill("total visits in visits.csv")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("article", name="Answer")).to_contain_text("7")
