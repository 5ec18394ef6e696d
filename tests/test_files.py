"""Whole or not at all, whatever lies at the target and whatever goes wrong."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cnnbook import files
from cnnbook.files import printable, write_atomically, write_folder_atomically


def write(path, text="new"):
    with write_atomically(path) as temporary:
        temporary.write_text(text)


def everything(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_that_open_gives_and_the_umask_is_never_set(
    tmp_path, monkeypatch, umask
):
    before = os.umask(umask)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", lambda mask: pytest.fail("the process' umask was changed"))
            write(tmp_path / "ours")
            with write_folder_atomically(tmp_path / "folder") as temporary:
                (temporary / "inner").mkdir()
        (tmp_path / "oracle").write_text("new")
        (tmp_path / "oracle folder").mkdir()
    finally:
        os.umask(before)
    for one, other in (
        ("ours", "oracle"),
        ("folder", "oracle folder"),
        ("folder/inner", "oracle folder"),
    ):
        assert (tmp_path / one).stat().st_mode == (tmp_path / other).stat().st_mode


def test_a_replaced_file_keeps_its_mode(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("old")
    secret.chmod(0o600)
    write(secret)
    assert secret.read_text() == "new"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_link_is_written_through(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    target = tmp_path / "elsewhere" / "file.txt"
    target.write_text("old")
    (tmp_path / "link").symlink_to("elsewhere/file.txt")
    (tmp_path / "dangling").symlink_to("elsewhere/made")
    for name, written in (("link", target), ("dangling", target.parent / "made")):
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert written.read_text() == "new" and not written.is_symlink()
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="loop is a link to itself"):
        write(tmp_path / "loop")
    (tmp_path / "new").symlink_to("elsewhere/folder")
    with write_folder_atomically(tmp_path / "new") as temporary:
        (temporary / "1").touch()
    assert (tmp_path / "new").is_symlink()
    assert (tmp_path / "elsewhere" / "folder" / "1").exists()


def test_a_pipe_is_written_to(tmp_path):
    pipe, received = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    write(pipe, "through")
    reader.join(timeout=10)
    assert received == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert everything(tmp_path) == ["pipe"]


def test_devices_are_written_to_and_stay_devices():
    write("/dev/null", "gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    with pytest.raises(OSError) as caught:
        write("/dev/full", "too much")
    assert caught.value.errno == errno.ENOSPC
    assert str(caught.value).endswith("No space left on device: '/dev/full'")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_standard_output_of_a_pipeline_is_written_to():
    program = (
        "from cnnbook.files import write_atomically\n"
        "with write_atomically('/dev/stdout') as temporary: temporary.write_text('all of it')"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "all of it"


def test_what_cannot_be_written_is_named(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="folder is a folder; give the name of a file"):
        write(tmp_path / "folder")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write(tmp_path / "file" / "below")
    with pytest.raises(FileExistsError, match="file is a file; give a new folder"):
        write_folder_atomically(tmp_path / "file").__enter__()
    (tmp_path / "folder" / "full").touch()
    with pytest.raises(FileExistsError, match="folder is not empty; give a new folder"):
        write_folder_atomically(tmp_path / "folder").__enter__()
    if os.geteuid() != 0:
        (tmp_path / "file").chmod(0o400)
        with pytest.raises(PermissionError, match="file"):
            write(tmp_path / "file")
    assert everything(tmp_path) == ["file", "folder", "folder/full"]


@pytest.mark.parametrize(
    ("error", "arguments"), [(OSError, (errno.ENOSPC, "No space left")), (KeyboardInterrupt, ())]
)
@pytest.mark.parametrize("writer", [write_atomically, write_folder_atomically])
@pytest.mark.parametrize("moment", ["writing", "replacing"])
def test_a_failure_leaves_what_was_there_and_nothing_else(
    tmp_path, monkeypatch, error, arguments, writer, moment
):
    (tmp_path / "old").write_text("old")

    def fail(*_):
        raise error(*arguments)

    targets = [tmp_path / "a" / "b" / "new", tmp_path / "new"]
    targets += [tmp_path / "old"] if writer is write_atomically else []
    for target in targets:
        with monkeypatch.context() as patch:
            if moment == "replacing":
                patch.setattr(os, "replace", fail)
            with pytest.raises(error) as caught, writer(target) as temporary:
                inside = temporary / "1" if temporary.is_dir() else temporary
                inside.write_text("half")
                if moment == "writing":
                    fail()
        if error is OSError:
            assert str(caught.value) == f"[Errno {errno.ENOSPC}] No space left: '{target}'"
        assert everything(tmp_path) == ["old"]
        assert (tmp_path / "old").read_text() == "old"


def test_a_failure_leaves_folders_that_others_have_used_meanwhile(tmp_path):
    with pytest.raises(OSError), write_atomically(tmp_path / "a" / "b" / "new"):
        (tmp_path / "a" / "theirs").touch()
        raise OSError
    assert everything(tmp_path) == ["a", "a/theirs"]


def test_a_killed_writers_leftovers_are_removed_and_a_living_ones_stay(tmp_path):
    program = (
        "import os, signal, sys\n"
        "from cnnbook.files import write_atomically\n"
        "with write_atomically(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])}
    subprocess.run([sys.executable, "-c", program, tmp_path / "x.npz"], env=environment)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".writing-")
    with write_atomically(tmp_path / "slow") as temporary:
        temporary.write_text("slow")
        assert not left.exists()
        write(tmp_path / "quick")
        assert temporary.exists()
    assert everything(tmp_path) == ["quick", "slow"]


def test_names_up_to_the_limit_can_be_written(tmp_path):
    for name in ("n" * 255, "a.b" * 85, "ن" * 127):
        write(tmp_path / name)
        assert (tmp_path / name).read_text() == "new"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "empty").mkdir()
    with write_folder_atomically(tmp_path / "empty") as temporary:
        shutil.copy(__file__, temporary)
    assert everything(tmp_path) == ["empty", f"empty/{Path(__file__).name}"]


def test_a_printed_name_is_one_line_of_text():
    names = [bytes([b]) for b in range(1, 256) if b != ord("/")]
    for name in [*names, "نیم‌فاصله.jpg".encode(), "two\u2028lines".encode()]:
        shown = printable(os.fsdecode(b"a" + name + b"b"))
        assert shown.splitlines() == [shown]
        shown.encode()
    assert printable("عکسِ نیم‌فاصله.jpg") == "عکسِ نیم‌فاصله.jpg"
