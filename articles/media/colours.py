"""Colours of a picture as its profile means them. Pillow alone: the decoder reads it without Django."""

import io

from PIL import Image as Pillow
from PIL import ImageCms

SRGB = ImageCms.createProfile("sRGB")


def in_web_colours(picture: Pillow.Image) -> Pillow.Image:
    """Eight bits a channel, red, green and blue, with transparency only where there is some."""
    if picture.mode.startswith("I"):  # sixteen bits of grey
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    picture = in_srgb(picture)
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """`picture` with its colours as its profile means them; as it is where it has none of its own.

    Without this, numbers of a wide space such as Adobe RGB or Display P3 are read as sRGB, and look
    dull.
    """
    profile = picture.info.get("icc_profile")
    if not profile:
        return picture
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(found):
            return picture
        alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
        plain = picture if picture.mode in ("RGB", "CMYK", "L") else picture.convert("RGB")
        converted = ImageCms.profileToProfile(
            plain, found, SRGB, renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # A profile that does not fit its picture says nothing.
    if converted is None:
        return picture
    if alpha is not None:
        converted.putalpha(alpha)
    converted.info.pop("icc_profile", None)
    return converted
