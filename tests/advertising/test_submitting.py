"""An advertiser submits: well, badly, and for somebody else."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as Pillow

from advertising.billing import availability
from advertising.campaigns import review
from advertising.models import CreativePicture, Placement, Rate
from newsletter.models import Issue, Newsletter, main_newsletter

from ..articles.test_uploads import bomb
from ..factories import (
    DraftBannerFactory,
    PublishedArticleFactory,
    SectionFactory,
    UserFactory,
    add_version,
    png,
)
from ..pages import squeezed

pytestmark = pytest.mark.django_db


def banner(**changes):
    today = timezone.now().date()
    data = {
        "title": "Two sets of keys",
        "slot": "rectangle",
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=14)),
        "goal": "20000",
        "headline": "Two sets of keys",
        "target_url": "https://palisade.example/report",
        "alt": "Concentric rings",
        "rights": "on",
        "picture_300x250": SimpleUploadedFile("a.png", png(300, 250)),
    }
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


NEW = "/partners/placements/new/banner/"


def send(client, **changes):
    """Fill in the form and submit on the next page. Returns the answer to the form."""
    answer = client.post(NEW, banner(**changes))
    if answer.status_code == 302:
        client.post(answer["Location"])
    return answer


def test_what_is_submitted_waits_for_the_desk(client, advertiser):
    response = client.post(NEW, banner())
    placement = Placement.objects.get()
    assert response["Location"] == f"/partners/placements/{placement.pk}/check/"
    assert placement.status == "draft"
    assert client.post(response["Location"]).status_code == 302
    placement.refresh_from_db()
    assert (placement.status, placement.advertiser) == ("submitted", advertiser)
    assert placement.latest_creative.pictures.get().size == "300x250"
    assert "In review" in client.get("/partners/placements/").content.decode()


def test_a_draft_may_lack_nearly_everything(client, advertiser):
    answer = client.post(NEW, {"title": "Spring campaign", "do": "draft"})
    placement = Placement.objects.get()
    assert answer["Location"] == placement.get_absolute_url()
    assert (placement.status, placement.starts_on, placement.slot) == ("draft", None, "")
    page = client.get(f"/partners/placements/{placement.pk}/check/").content.decode()
    for sentence in (
        "Choose where the banner stands.",
        "Choose its days.",
        "Give the landing page.",
    ):
        assert sentence in page
    assert client.get("/partners/placements/").status_code == 200
    client.post(f"/partners/placements/{placement.pk}/check/")
    assert Placement.objects.get().status == "draft"


def test_what_is_wrong_is_refused_in_a_draft_as_well(client, advertiser):
    response = client.post(
        NEW, {"title": "Draft", "do": "draft", "target_url": "javascript:alert(1)"}
    )
    assert response.status_code == 400
    assert not Placement.objects.exists()


def test_a_draft_is_written_over_until_it_is_sent(client, advertiser):
    client.post(NEW, banner())
    placement = Placement.objects.get()
    for headline in ("One", "Two"):
        client.post(placement.get_absolute_url(), banner(headline=headline, picture_300x250=None))
    assert (placement.creatives.count(), placement.latest_creative.headline) == (1, "Two")
    client.post(f"/partners/placements/{placement.pk}/check/")
    client.post(placement.get_absolute_url(), banner(headline="Three", picture_300x250=None))
    versions = [
        (each.version, each.headline, each.submitted_at is None)
        for each in placement.creatives.all()
    ]
    assert versions == [(1, "Two", False), (2, "Three", True)]
    assert placement.newest_sent.headline == "Two"


def test_the_next_page_says_what_the_checks_found_and_what_it_costs(client, advertiser):
    Rate.objects.create(
        product="banner",
        price=14,
        basis="thousand",
        unit="per 1,000 viewable",
        section_surcharge=10,
    )
    section = SectionFactory()
    client.post(NEW, banner(headline="Guaranteed keys", section=section.pk))
    placement = Placement.objects.get()
    page = client.get(f"/partners/placements/{placement.pk}/check/").content.decode()
    assert "It promises a return: “guaranteed”." in page
    for words in (
        "20,000 viewable impressions at $14.00 per 1,000",
        "$280.00",
        "+10%",
        "$28.00",
        "$308.00",
    ):
        assert words in page


@pytest.mark.parametrize("product", ["banner", "sponsored", "press_release", "newsletter"])
def test_each_product_has_its_form_and_its_preview(client, advertiser, product):
    SectionFactory()
    PublishedArticleFactory()
    assert client.get(f"/partners/placements/new/{product}/").status_code == 200
    client.post(
        f"/partners/placements/new/{product}/",
        {"title": "x", "headline": "A headline", "do": "draft"},
    )
    placement = Placement.objects.get()
    preview = client.get(f"/partners/placements/{placement.pk}/preview/")
    assert preview.status_code == 200
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in preview["Content-Security-Policy"]
    assert "data-position" not in preview.content.decode()
    assert client.get("/partners/placements/new/skywriting/").status_code == 404


def test_the_preview_is_the_real_page_with_the_banner_and_is_never_counted(client, advertiser):
    story = PublishedArticleFactory()
    client.post(NEW, banner())
    placement = Placement.objects.get()
    page = client.get(f"/partners/placements/{placement.pk}/preview/").content.decode()
    assert story.title in page
    assert page.count('alt="Concentric rings"') >= 1
    assert "/slots/" not in page.replace("slots.js", "")
    assert "data-position" not in page


def newsletter(day, **changes):
    data = {"starts_on": str(day), "headline": "A checklist", "text": "Short.", "rights": "on"}
    return {**data, "target_url": "https://palisade.example/", **changes}


def test_a_newsletter_has_one_paid_place_a_day(client, advertiser, noon):
    day = timezone.now().date() + timedelta(days=3)
    client.post("/partners/placements/new/newsletter/", newsletter(day))
    first = Placement.objects.get()
    assert first.ends_on == day
    client.post(f"/partners/placements/{first.pk}/check/")
    response = client.post(
        "/partners/placements/new/newsletter/", newsletter(day, headline="Another")
    )
    assert "The newsletter of that day is taken. The next free ones:" in response.content.decode()
    for text, sentence in (("", "Add the text."), ("word " * 61, "this has 61")):
        later = newsletter(day + timedelta(days=1), text=text)
        assert (
            sentence in client.post("/partners/placements/new/newsletter/", later).content.decode()
        )


def test_a_day_without_a_newsletter_cannot_be_booked(client, advertiser, noon):
    """It is a Sunday; the newsletter comes from Monday to Friday, at half past six."""
    page = client.get("/partners/placements/new/newsletter/").content.decode()
    assert (
        "The next free days: 23 November, 24 November, 25 November, 26 November, 27 November."
        in squeezed(page)
    )
    saturday = timezone.now().date() + timedelta(days=6)
    for day in (timezone.now().date(), saturday):
        page = client.post("/partners/placements/new/newsletter/", newsletter(day)).content.decode()
        assert (
            "On that day no newsletter goes out any more. The next free ones: 23 November, 24 November"
            in page
        )
    noon.shift(timedelta(days=1))
    assert not availability.has_newsletter(timezone.now().date())  # It has gone.
    noon.shift(timedelta(hours=-8))
    assert availability.has_newsletter(timezone.now().date())
    # One that the desk writes for a Saturday can be booked, until it is called off; that leaves a
    # Monday its newsletter.
    special = Issue.objects.create(newsletter=main_newsletter(), day=saturday)
    assert availability.has_newsletter(saturday)
    Issue.objects.filter(pk=special.pk).update(status="skipped")
    assert not availability.has_newsletter(saturday)
    monday = saturday + timedelta(days=2)
    Issue.objects.filter(pk=special.pk).update(day=monday)
    assert availability.has_newsletter(monday)
    Issue.objects.filter(pk=special.pk).update(
        turn_at=datetime.combine(monday, main_newsletter().send_at, UTC)
    )
    assert not availability.has_newsletter(monday)
    Newsletter.objects.update(carries_placement=False)
    assert availability.free_newsletters() == []
    page = client.post("/partners/placements/new/newsletter/", newsletter(monday)).content.decode()
    assert "No other is free at present: please write to us." in page


def test_two_of_one_newsletter_cannot_both_be_approved(advertiser):
    day = timezone.now().date() + timedelta(days=3)
    newsletters = [
        DraftBannerFactory(product="newsletter", slot="", starts_on=day, ends_on=day, creative=None)
        for _ in range(2)
    ]
    for each in newsletters:
        add_version(each, text="Short.")
        review.submit(each, None)
    review.approve(newsletters[0], None)
    with pytest.raises(ValidationError, match="newsletter of that day"):
        review.approve(newsletters[1], None)
    newsletters[1].refresh_from_db()
    assert newsletters[1].status == "submitted"


def test_an_edit_is_a_new_version_that_keeps_the_picture(client, advertiser):
    send(client)
    placement = Placement.objects.get()
    review.approve(placement, None)
    response = client.post(
        placement.get_absolute_url(), banner(alt="Other rings", picture_300x250=None)
    )
    assert response.status_code == 302
    client.post(response["Location"])
    placement.refresh_from_db()
    assert (placement.status, placement.approved_creative.version) == ("submitted", 1)
    latest = placement.latest_creative
    assert (latest.version, latest.alt) == (2, "Other rings")
    assert latest.pictures.count() == 1


def test_more_is_not_had_for_the_price_of_less(client, advertiser):
    """Once submitted, a booking is what was priced: for more the advertiser asks the desk."""
    Rate.objects.create(product="banner", price=14, basis="thousand", unit="per 1,000 viewable")
    send(client)
    placement = Placement.objects.get()
    later = str(timezone.now().date() + timedelta(days=60))
    client.post(
        placement.get_absolute_url(),
        banner(goal="90000", ends_on=later, slot="top", picture_300x250=None),
    )
    placement.refresh_from_db()
    assert (placement.goal, placement.slot) == (20_000, "rectangle")
    assert str(placement.ends_on) != later
    review.request_changes(placement, None, "Other words, please.")
    client.post(placement.get_absolute_url(), banner(goal="90000", picture_300x250=None))
    client.post(f"/partners/placements/{placement.pk}/check/")
    placement.refresh_from_db()
    assert placement.goal == 90_000
    assert placement.price_lines[0]["amount"] == "1260.00"


def test_what_was_booked_does_not_change_with_the_copy(client, advertiser):
    send(client)
    placement = Placement.objects.get()
    review.approve(placement, None)
    later = str(timezone.now().date() + timedelta(days=300))
    client.post(placement.get_absolute_url(), banner(ends_on=later))
    assert str(Placement.objects.get().ends_on) != later


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slot": ""}, "Choose where the banner stands."),
        ({"slot": "billboard"}, "needs a picture of 970\u00a0×\u00a0250"),
        ({"alt": ""}, "Describe the picture"),
        ({"target_url": "http://palisade.example/"}, "starts with https://"),
        ({"target_url": "javascript:alert(1)"}, "starts with https://"),
        ({"ends_on": "2020-01-01"}, "The end date is before the start date."),
        ({"ends_on": "2099-01-01"}, "Book a year at most."),
        ({"starts_on": "2020-01-01"}, "Choose today or a later day."),
        ({"starts_on": "someday"}, "Enter a valid date"),
        ({"starts_on": "99999-99-99"}, "Enter a valid date"),
        ({"rights": None}, "Confirm that you may use"),
        ({"goal": ""}, "Say how many viewable impressions you buy."),
        ({"goal": "-5"}, "greater than or equal to 1000"),
        ({"goal": "9" * 30}, "less than or equal to"),
        ({"device": "watch"}, "Select a valid choice"),
        ({"section": "99999"}, "Select a valid choice"),
        ({"target_url": "https://10.0.0.1/"}, "Use the name of a site, not a number."),
        ({"target_url": "https://a:b@palisade.example/"}, "Take the user name out"),
        ({"title": "a\x00b"}, "ull characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, advertiser, changes, sentence):
    response = client.post(NEW, banner(**changes))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            png(301, 250),
            "must be exactly 300\u00a0×\u00a0250, or twice that for sharp screens; it is 301 × 250",
        ),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture",
        ),
        (png(300, 250, "JPEG")[:400], "not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture"),
        (bomb(12_000, 12_000), "too many pixels"),
        (b"\0" * 151_000, "150 kB or less"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused(client, advertiser, content, sentence):
    response = client.post(NEW, banner(picture_300x250=SimpleUploadedFile("a.png", content)))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Placement.objects.exists()


def test_a_picture_for_sharp_screens_is_taken(client, advertiser):
    picture = SimpleUploadedFile("a.png", png(600, 500))
    assert client.post(NEW, banner(picture_300x250=picture)).status_code == 302
    assert CreativePicture.objects.get().size == "300x250"


def test_nobody_sees_or_changes_what_belongs_to_others(client, advertiser):
    other = DraftBannerFactory()
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.post(other.get_absolute_url(), banner()).status_code == 404
    assert other.title not in client.get("/partners/placements/").content.decode()


@pytest.mark.parametrize(
    "address", ["/partners/placements/", "/partners/placements/new/", "/partners/placements/1/"]
)
def test_a_stranger_is_asked_to_sign_in(client, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_a_new_account_names_its_company_first(client):
    client.force_login(UserFactory())
    assert client.get("/partners/placements/new/")["Location"] == "/partners/placements/join/"
    company = {
        "name": "Larkspur",
        "website": "https://larkspur.example/",
        "contact_email": "desk@larkspur.example",
    }
    assert (
        client.post("/partners/placements/join/", company)["Location"]
        == "/partners/placements/new/"
    )
    assert client.get("/partners/placements/new/").status_code == 200


def test_a_number_beyond_any_row_is_not_found(client, advertiser):
    assert client.get("/partners/placements/99999999999999999999999/").status_code == 404


def test_a_double_click_is_one_placement(client, advertiser):
    for _ in range(3):
        assert client.post(NEW, banner()).status_code == 302
    assert Placement.objects.count() == 1


def test_a_line_break_in_the_name_is_a_space(client, advertiser):
    client.post(NEW, banner(title="line one\nBcc: z@z.example"))
    assert Placement.objects.get().title == "line one Bcc: z@z.example"


def test_a_new_version_is_judged_as_what_was_booked(client, advertiser):
    """An approved banner cannot shed its description, or stand elsewhere."""
    send(client)
    placement = Placement.objects.get()
    review.approve(placement, None)
    response = client.post(
        placement.get_absolute_url(), banner(slot="top", alt="", picture_300x250=None)
    )
    assert response.status_code == 400
    assert "Describe the picture" in response.content.decode()


def test_a_picture_that_moves_is_refused(client, advertiser):
    frames = [Pillow.new("RGB", (300, 250), colour) for colour in ("#000", "#fff")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    moving = SimpleUploadedFile("a.png", buffer.getvalue())
    response = client.post(NEW, banner(picture_300x250=moving))
    assert "Use a still picture" in response.content.decode()
    assert not Placement.objects.exists()


def test_the_form_of_a_placement_keeps_its_dates(client, advertiser):
    client.post(NEW, banner())
    placement = Placement.objects.get()
    page = client.get(placement.get_absolute_url()).content.decode()
    assert f'value="{placement.starts_on}"' in page
