"""Every kind of file that a folder of photos holds: right pixels, or an error that names it."""

import io
import os
import pickle

import numpy as np
import pytest
from PIL import Image, ImageOps, features

from cnnbook.photos import ImageError, read_image, read_reduced, unreadable

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)


def written(path, pixels):
    Image.fromarray(pixels).save(path)
    return path


def test_rgb_comes_back_bit_for_bit(tmp_path):
    picture = read_image(written(tmp_path / "a.png", COLOUR))
    assert picture.dtype == np.uint8 and picture.flags.writeable
    np.testing.assert_array_equal(picture, COLOUR)


@pytest.mark.parametrize("kind", ["jpg", "png", "tiff", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(tmp_path, kind, orientation):
    """What each value means, from the EXIF standard, undone with NumPy."""
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: np.rot90,
    }
    stored = np.kron(COLOUR, np.ones((16, 16, 1), np.uint8))  # blocks survive JPEG
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"png": {}, "tiff": {}, "webp": {"lossless": True}, "jpg": {"quality": 100}}[kind]
    path = tmp_path / f"photo.{kind}"
    Image.fromarray(stored).save(path, exif=exif, **options)
    seen, upright = read_image(path), undo[orientation](stored)
    assert seen.shape == upright.shape
    block_centres = (slice(8, None, 16), slice(8, None, 16))
    difference = np.abs(seen[block_centres].astype(int) - upright[block_centres])
    assert difference.max() <= (24 if kind == "jpg" else 0)  # JPEG halves the colour's resolution


def test_transparent_pixels_lie_on_white(tmp_path):
    alpha = RNG.integers(0, 256, (6, 9, 1), dtype=np.uint8)
    rgba = np.concatenate([COLOUR, alpha], axis=-1)
    weight = alpha / 255
    expected = COLOUR * weight + 255 * (1 - weight)
    seen = read_image(written(tmp_path / "a.png", rgba))
    np.testing.assert_allclose(seen, expected, atol=1)
    grey = np.concatenate([COLOUR[..., :1], alpha], axis=-1)
    seen = read_image(written(tmp_path / "la.png", grey))
    np.testing.assert_allclose(seen, np.repeat(expected[..., :1], 3, axis=-1), atol=1)


def test_palettes_with_and_without_a_transparent_colour(tmp_path):
    indices = RNG.integers(0, 4, (6, 9), dtype=np.uint8)
    palette = RNG.integers(0, 256, (4, 3), dtype=np.uint8)
    picture = Image.fromarray(indices)
    picture.putpalette(palette.tobytes())
    picture.save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_image(tmp_path / "p.png"), palette[indices])
    clear = palette.copy()
    clear[2] = 255
    for name in ("p.gif", "clear.png"):
        picture.save(tmp_path / name, transparency=2)
        np.testing.assert_array_equal(read_image(tmp_path / name), clear[indices])
    picture.save(tmp_path / "half.png", transparency=bytes([255, 255, 51, 255]))
    half = palette.astype(float)
    half[2] = 0.2 * half[2] + 0.8 * 255
    np.testing.assert_allclose(read_image(tmp_path / "half.png"), half[indices], atol=1)


def test_grey_and_black_and_white(tmp_path):
    grey = COLOUR[..., 0]
    expected = np.repeat(grey[..., None], 3, axis=-1)
    np.testing.assert_array_equal(read_image(written(tmp_path / "l.png", grey)), expected)
    bits = grey > 127
    expected = np.repeat(255 * bits[..., None], 3, axis=-1)
    np.testing.assert_array_equal(read_image(written(tmp_path / "1.png", bits)), expected)


@pytest.mark.parametrize("kind", ["png", "tiff", "pgm"])
def test_sixteen_bits(tmp_path, kind):
    deep = np.array([[0, 1, 128, 257], [32768, 65278, 65407, 65535]], np.uint16)
    expected = np.round(deep / 257)
    seen = read_image(written(tmp_path / f"deep.{kind}", deep))
    np.testing.assert_array_equal(seen, np.repeat(expected[..., None], 3, axis=-1))


def test_cmyk(tmp_path):
    ink = RNG.integers(0, 256, (6, 9, 4), dtype=np.uint8)
    colour, black = ink[..., :3].astype(float), ink[..., 3:].astype(float)
    path = tmp_path / "ink.tiff"
    Image.frombytes("CMYK", (9, 6), ink.tobytes()).save(path)
    expected = (255 - colour) * (255 - black) / 255
    np.testing.assert_allclose(read_image(path), expected, atol=1)
    white = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    white.save(tmp_path / "white.jpg", quality=100)  # Adobe's JPEGs store inverted ink
    assert read_image(tmp_path / "white.jpg").min() >= 254


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_the_first_frame_of_an_animation(tmp_path, kind):
    frames = [Image.new("RGB", (5, 4), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if kind == "webp" else {}
    path = tmp_path / f"film.{kind}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50, **options)
    np.testing.assert_array_equal(read_image(path), np.full((4, 5, 3), (255, 0, 0)))


def test_the_content_decides_not_the_name(tmp_path):
    path = tmp_path / "really-a-png.jpg"
    Image.fromarray(COLOUR).save(path, format="PNG")
    np.testing.assert_array_equal(read_image(path), COLOUR)


def test_resizing_is_height_first_and_bilinear(tmp_path):
    path = written(tmp_path / "a.png", COLOUR)
    assert read_image(path, size=(30, 20)).shape == (30, 20, 3)
    # Halving averages: a triangle of two pixels' half-width, (1 3 3 1) / 8.
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, 4:] = 200
    halved = read_image(written(tmp_path / "s.png", stripes), size=(4, 4))
    np.testing.assert_array_equal(halved[1, :, 0], [0, 25, 175, 200])


def broken(folder):
    """Files that are no pictures, by name, with a word of the reason."""
    data = io.BytesIO()
    Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(data, "JPEG")
    png = io.BytesIO()
    Image.fromarray(COLOUR).save(png, "PNG")
    contents = {
        "cut.jpg": (data.getvalue()[:1500], "truncated"),
        "cut.png": (png.getvalue()[:-40], "truncated|broken"),
        "empty.jpg": (b"", "the file is empty"),
        "page.jpg": (b"<!DOCTYPE html><p>404", "not a picture: it begins with b'<!DOCTYPE html>"),
        "noise.png": (b"\x89PNG\r\n\x1a\n" + bytes(range(200)), ""),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    Image.fromarray(np.ones((2, 2), np.float32)).save(folder / "float.tiff")
    Image.fromarray(np.full((2, 2), 70_000, np.int32)).save(folder / "deep.tiff")
    reasons = {name: reason for name, (_, reason) in contents.items()}
    return reasons | {
        "float.tiff": "floating-point pixels have no known range",
        "deep.tiff": "32-bit pixels have no known range",
        "nowhere.jpg": "there is no such file",
        "folder.jpg": "",
    }


def test_what_cannot_be_read_is_named(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    for name, reason in broken(tmp_path).items():
        with pytest.raises(ImageError, match=f"{name}: .*({reason})"):
            read_image(tmp_path / name)


def test_unreadable_lists_the_broken_ones_with_reasons(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    reasons = broken(tmp_path)
    good = [written(tmp_path / f"{i}.png", COLOUR) for i in range(3)]
    paths = [good[0], *(tmp_path / name for name in reasons), good[1], str(good[2])]
    found = unreadable(paths)
    assert [path.name for path in found] == [*reasons]
    assert all(found[tmp_path / name].find(str(tmp_path)) != 0 for name in reasons)
    assert found[tmp_path / "empty.jpg"] == "the file is empty"
    assert unreadable(good) == {}


def test_an_error_keeps_its_path_and_reason_apart_and_can_be_sent_to_another_process(tmp_path):
    name = os.fsdecode(b"caf\xe9\n.jpg")
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / name)
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.path, error.reason) == (tmp_path / name, "there is no such file")
    assert str(error) == rf"{tmp_path}/caf\xe9\n.jpg: there is no such file"


def box(brand, *compatible):
    """Begin a file of the ISO base media format (ISO/IEC 14496-12, 4.3)."""
    content = b"ftyp" + brand + bytes(4) + b"".join(compatible)
    return (len(content) + 4).to_bytes(4, "big") + content + bytes(500)


@pytest.mark.parametrize("name", ["photo.heic", "photo.jpg"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (box(b"heic", b"mif1", b"heic"), "a HEIC picture, which Pillow cannot read; save it"),
        (box(b"mif1", b"heic", b"miaf"), "a HEIC picture, which Pillow cannot read; save it"),
        (box(b"hevc", b"msf1"), "a HEIC picture"),
        (box(b"isom", b"mp42"), "not a picture: it begins with"),
    ],
)
def test_heic_is_called_what_it_is(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImageError, match=f"{name}: {message}"):
        read_image(tmp_path / name)


def test_avif_is_read(tmp_path):
    if not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    smooth = np.asarray(Image.linear_gradient("L").resize((64, 48)).convert("RGB"))
    Image.fromarray(smooth).save(tmp_path / "photo.avif", quality=95)
    assert np.abs(read_image(tmp_path / "photo.avif").astype(int) - smooth).mean() < 3


def photo_like(h, w):
    """A picture whose light has the spectrum of photos', 1/f, and whose colour changes slowly."""
    frequency = np.hypot(np.fft.fftfreq(h)[:, None] * h, np.fft.fftfreq(w) * w)
    spectrum = np.fft.fft2(RNG.normal(size=(h, w))) / (1 + frequency)
    light = np.fft.ifft2(spectrum).real
    tint = np.linspace((-20, 0, 30), (30, -10, 0), w)
    return np.uint8(np.clip(128 + 50 * (light / light.std())[..., None] + tint, 0, 255))


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_jpeg_that_was_halved_while_decoding_looks_like_one_that_was_not(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "large.jpg"
    Image.fromarray(photo_like(900, 1200)).save(path, exif=exif, quality=92)
    whole = ImageOps.exif_transpose(Image.open(path))
    for size in ((96, 96), (60, 200), (224, 150), (700, 700)):
        expected = whole.resize(size[::-1], Image.Resampling.BILINEAR)
        difference = read_image(path, size=size) - np.asarray(expected, int)
        assert np.abs(difference).mean() < 1


@pytest.mark.parametrize(
    ("pixels", "divisor"),
    [
        (10**9, 1),
        (480_000, 1),
        (479_999, 2),
        (120_000, 2),
        (119_999, 4),
        (30_000, 4),
        (1, 8),
        (0, 8),
    ],
)
def test_a_jpeg_is_reduced_until_it_fits(tmp_path, pixels, divisor):
    Image.fromarray(photo_like(600, 800)).save(tmp_path / "a.jpg", quality=92)
    reduced = read_reduced(tmp_path / "a.jpg", pixels)
    assert reduced.shape == (600 // divisor, 800 // divisor, 3)
    blocks = read_image(tmp_path / "a.jpg").reshape(
        600 // divisor, divisor, 800 // divisor, divisor, 3
    )
    assert np.abs(reduced - blocks.mean((1, 3))).mean() < 1.5
    Image.fromarray(COLOUR).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_reduced(tmp_path / "a.png", pixels), COLOUR)


def test_a_truncated_jpeg_is_found_at_any_size(tmp_path):
    path = tmp_path / "cut.jpg"
    Image.fromarray(photo_like(900, 1200)).save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    for read in (read_image, lambda p: read_image(p, (32, 32)), lambda p: read_reduced(p, 1)):
        with pytest.raises(ImageError, match="truncated"):
            read(path)
