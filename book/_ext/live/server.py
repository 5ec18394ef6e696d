"""A Jupyter server that serves the built book too, so that pages and kernels share one origin."""

import secrets
import sys
from pathlib import Path
from typing import Any

from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.base.handlers import APIHandler, AuthenticatedFileHandler
from jupyter_server.serverapp import ServerApp
from tornado import web
from traitlets.config import Config

import figures
from cell_results.labels import Labels
from persian_book import mathematics
from persian_book.languages import Language

from .pages import FILES, POLICY, live
from .results import WRITERS

STATIC = Path(__file__).parent / "static"
# MathJax and its fonts, as the build has them.
MATHEMATICS = Path(mathematics.__file__).parent
FIGURES = figures.STATIC
BOOK = Path(__file__).parents[2]
PORT = 8890


class Pages(AuthenticatedFileHandler):
    """Serves the site to whoever has the token, its pages made live."""

    @property
    def content_security_policy(self) -> str:
        """Return the policy of live pages, which may speak with the kernels beside them."""
        return POLICY

    def check_xsrf_cookie(self) -> None:
        """Let an address be typed or kept: reading changes nothing. What acts wants this cookie."""
        assert self.xsrf_token  # made, and set as a cookie, when it is first read

    @classmethod
    def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> Any:
        """Return a file, or the live form of a page."""
        if not abspath.endswith(".html"):
            return super().get_content(abspath, start, end)
        return live(Path(abspath).read_text("utf-8")).encode()

    def get_content_size(self) -> int:
        """Return the size of what is sent, which for a page is not that of its file."""
        assert self.absolute_path is not None
        if not self.absolute_path.endswith(".html"):
            return super().get_content_size()
        return len(self.get_content(self.absolute_path))


class Shown(APIHandler):
    """Writes what a cell shows, a table or a drawing for instance, in the words of its page."""

    @web.authenticated
    def post(self, kind: str) -> None:
        """Answer with the HTML."""
        language = Language.FA if self.get_query_argument("language") == "fa" else Language.EN
        labels = Labels(BOOK, Path(self.get_query_argument("page")).name, language)
        self.finish({"html": WRITERS[kind](self.request.body.decode("utf-8"), labels)})


class OneOrigin(PasswordIdentityProvider):
    """Asks for the token, and for the right origin even of who has it."""

    def should_check_origin(self, handler: Any) -> bool:
        """Check the origin of every request."""
        return True


class LiveServer(ServerApp):
    """Serves one book. The token is made anew at each start and written into no file."""

    site: Path

    def init_webapp(self) -> None:
        """Add the book and what makes it live to what every Jupyter server has."""
        super().init_webapp()
        book = {"path": str(self.site), "default_filename": "index.html"}
        handlers = [
            (r"/book", web.RedirectHandler, {"url": "/book/index.html"}),
            (r"/book/(.*)", Pages, book),
            (f"{FILES}shown/({'|'.join(WRITERS)})", Shown),
            (rf"{FILES}figures/(.*)", Pages, {"path": str(FIGURES / "figures")}),
            (rf"{FILES}mathematics/(.*)", Pages, {"path": str(MATHEMATICS)}),
            (rf"{FILES}(.*)", Pages, {"path": str(STATIC)}),
        ]
        self.web_app.add_handlers(".*$", handlers)  # type: ignore[no-untyped-call]

    def write_server_info_file(self) -> None:
        """Write no file, which would have the token; say where the book is, once it is there."""
        self.io_loop.add_callback(self.announce)

    def announce(self) -> None:
        """Print the address, with the token."""
        token = self.identity_provider.token
        address = f"http://{self.ip}:{self.port}{self.default_url}?token={token}"
        print(f"The book is live on {address}\nCtrl-C ends it.", flush=True)


def serve(site: Path, port: int = PORT) -> None:
    """Serve the built site until Ctrl-C; cells run where the book's own do, in `book/`.

    Raises
    ------
    FileNotFoundError
        If the site has not been built.
    """
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"no built book in {site}: run `make book` first")
    LiveServer.site = site.resolve()
    settings = Config()
    # Sockets in a folder of the user's own, where there are such.
    settings.KernelManager.transport = "tcp" if sys.platform == "win32" else "ipc"
    # Another page gains nothing by knowing the token.
    settings.ServerApp.allow_origin = f"http://127.0.0.1:{port}"
    settings.IdentityProvider.token = secrets.token_hex(24)
    LiveServer.launch_instance(
        argv=[],
        config=settings,
        identity_provider_class=OneOrigin,
        ip="127.0.0.1",
        port=port,
        port_retries=0,
        open_browser=False,
        no_browser_open_file=True,
        default_url="/book/index.html",
        root_dir=str(BOOK),
        allow_root=True,
        log_level="ERROR",
        # Only cells are run here.
        terminals_enabled=False,
        jpserver_extensions={},
    )
