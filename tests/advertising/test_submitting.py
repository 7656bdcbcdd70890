"""An advertiser submits: well, badly, and for somebody else."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as Pillow

from advertising import review
from advertising.models import CreativePicture, Placement

from ..articles.test_images import bomb
from ..factories import AdvertiserFactory, DraftBannerFactory, UserFactory, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def advertiser(client):
    advertiser = AdvertiserFactory()
    user = UserFactory()
    advertiser.members.add(user)
    client.force_login(user)
    return advertiser


def banner(**changes):
    today = timezone.now().date()
    data = {
        "product": "banner",
        "title": "Two sets of keys",
        "slot": "rectangle",
        "starts_on": str(today),
        "ends_on": str(today + timedelta(days=14)),
        "headline": "Two sets of keys",
        "target_url": "https://palisade.example/report",
        "alt": "Concentric rings",
        "rights": "on",
        "picture_300x250": SimpleUploadedFile("a.png", png(300, 250)),
    }
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


def test_what_is_submitted_waits_for_the_desk(client, advertiser):
    response = client.post("/advertise/placements/new/", banner())
    placement = Placement.objects.get()
    assert response["Location"] == placement.get_absolute_url()
    assert (placement.status, placement.advertiser) == ("submitted", advertiser)
    assert placement.latest_creative.pictures.get().size == "300x250"
    assert "In review" in client.get("/advertise/placements/").content.decode()


def test_a_draft_is_kept_and_not_reviewed(client, advertiser):
    client.post("/advertise/placements/new/", banner(do="draft"))
    assert Placement.objects.get().status == "draft"


def test_an_edit_is_a_new_version_that_keeps_the_picture(client, advertiser):
    client.post("/advertise/placements/new/", banner())
    placement = Placement.objects.get()
    review.approve(placement, None)
    response = client.post(placement.get_absolute_url(), banner(alt="Other rings", picture_300x250=None))
    assert response.status_code == 302
    placement.refresh_from_db()
    assert (placement.status, placement.approved_creative.version) == ("submitted", 1)
    latest = placement.latest_creative
    assert (latest.version, latest.alt) == (2, "Other rings")
    assert latest.pictures.count() == 1


def test_what_was_booked_does_not_change_with_the_copy(client, advertiser):
    client.post("/advertise/placements/new/", banner())
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
        ({"ends_on": "2020-01-01"}, "The last day is before the first."),
        ({"ends_on": "2099-01-01"}, "Book a year at most."),
        ({"starts_on": "2020-01-01"}, "Choose today or a later day."),
        ({"starts_on": "someday"}, "Enter a valid date"),
        ({"starts_on": "99999-99-99"}, "Enter a valid date"),
        ({"rights": None}, "Confirm that you may use"),
        ({"product": "skywriting"}, "Select a valid choice"),
        ({"title": "a\x00b"}, "ull characters"),
        ({"product": "sponsored", "text": "Too short"}, "Write 120 to 1,200 words; this has 2."),
        ({"product": "letter", "text": ""}, "Write up to 60 words"),
        ({"product": "letter", "text": "word " * 61}, "this has 61"),
        ({"product": "letter", "text": "Short.", "headline": ""}, "Add a headline."),
        ({"product": "sponsored", "text": "word " * 130}, "Choose the section it stands in."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(client, advertiser, changes, sentence):
    response = client.post("/advertise/placements/new/", banner(**changes))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (png(301, 250), "must be exactly 300\u00a0×\u00a0250, or twice that for sharp screens; it is 301 × 250"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG or WebP picture"),
        (png(300, 250, "JPEG")[:400], "not a JPEG, PNG or WebP picture"),
        (bomb(12_000, 12_000), "40 million pixels"),
        (b"\0" * 151_000, "150 kB or less"),
    ],
)
def test_a_picture_that_does_not_fit_is_refused(client, advertiser, content, sentence):
    response = client.post("/advertise/placements/new/", banner(picture_300x250=SimpleUploadedFile("a.png", content)))
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Placement.objects.exists()


def test_a_picture_for_sharp_screens_is_taken(client, advertiser):
    picture = SimpleUploadedFile("a.png", png(600, 500))
    assert client.post("/advertise/placements/new/", banner(picture_300x250=picture)).status_code == 302
    assert CreativePicture.objects.get().size == "300x250"


def test_nobody_sees_or_changes_what_belongs_to_others(client, advertiser):
    other = DraftBannerFactory()
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.post(other.get_absolute_url(), banner()).status_code == 404
    assert other.title not in client.get("/advertise/placements/").content.decode()


@pytest.mark.parametrize(
    "address", ["/advertise/placements/", "/advertise/placements/new/", "/advertise/placements/1/"]
)
def test_a_stranger_is_asked_to_sign_in(client, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")


def test_a_new_account_names_its_company_first(client):
    client.force_login(UserFactory())
    assert client.get("/advertise/placements/new/")["Location"] == "/advertise/placements/join/"
    company = {"name": "Larkspur", "website": "https://larkspur.example/", "contact_email": "desk@larkspur.example"}
    assert client.post("/advertise/placements/join/", company)["Location"] == "/advertise/placements/new/"
    assert client.get("/advertise/placements/new/").status_code == 200


def test_a_number_beyond_any_row_is_not_found(client, advertiser):
    assert client.get("/advertise/placements/99999999999999999999999/").status_code == 404


def test_a_double_click_is_one_placement(client, advertiser):
    for _ in range(3):
        assert client.post("/advertise/placements/new/", banner()).status_code == 302
    assert Placement.objects.count() == 1


def test_a_line_break_in_the_name_is_a_space(client, advertiser):
    client.post("/advertise/placements/new/", banner(title="line one\nBcc: z@z.example"))
    assert Placement.objects.get().title == "line one Bcc: z@z.example"


def test_what_was_booked_is_judged_as_what_was_booked(client, advertiser):
    """An approved banner cannot shed its description by calling itself a letter."""
    client.post("/advertise/placements/new/", banner())
    placement = Placement.objects.get()
    review.approve(placement, None)
    changed = banner(product="letter", slot="", alt="", text="Short.", picture_300x250=None)
    response = client.post(placement.get_absolute_url(), changed)
    assert response.status_code == 400
    assert "Describe the picture" in response.content.decode()


def test_a_picture_that_moves_is_refused(client, advertiser):
    frames = [Pillow.new("RGB", (300, 250), colour) for colour in ("#000", "#fff")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PNG", save_all=True, append_images=frames[1:])
    moving = SimpleUploadedFile("a.png", buffer.getvalue())
    response = client.post("/advertise/placements/new/", banner(picture_300x250=moving))
    assert "Use a still picture" in response.content.decode()
    assert not Placement.objects.exists()


def test_the_form_of_a_placement_keeps_its_dates(client, advertiser):
    client.post("/advertise/placements/new/", banner())
    placement = Placement.objects.get()
    page = client.get(placement.get_absolute_url()).content.decode()
    assert f'value="{placement.starts_on}"' in page
