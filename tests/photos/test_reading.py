"""Every kind of file that a folder of photos holds: right pixels, or an error that names it."""

import io

import numpy as np
import pytest
from PIL import Image

from cnnbook.photos.reading import ImageError, read_image, unreadable

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
