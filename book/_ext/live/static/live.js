/* Cells that run in the page, on the server that serves it. Thebe is loaded when they are asked for. */
"use strict";

(() => {
  const WORDS = {
    fa: {
      bar: "کد زنده",
      start: "اجرای کد در همین صفحه",
      run: "اجرا",
      upTo: "اجرا تا این‌جا",
      back: "برگشت به متن کتاب",
      all: "اجرای همه",
      stop: "توقف",
      restart: "آغاز دوباره",
      editor: "کد سلول؛ Shift+Enter اجرا می‌کند، Esc از ویرایشگر بیرون می‌آید",
      output: "خروجی شما",
      idle: "هر سلول را می‌توانید تغییر دهید و اجرا کنید؛ کد روی رایانهٔ خود شما اجرا می‌شود.",
      loading: "در حال آماده شدن…",
      ready: "آماده است. Shift+Enter سلول را اجرا می‌کند.",
      busy: "در حال اجرا…",
      failed: "سلول با خطا ایستاد؛ متن خطا زیر همان سلول است.",
      fresh: "از نو آغاز شد: هیچ نامی تعریف نشده است.",
      dead: "هستهٔ پایتون از کار افتاد و نام‌ها از دست رفت. «آغاز دوباره» را بزنید.",
      gone:
        "کارساز پاسخ نمی‌دهد. در پایانه دوباره make live را اجرا کنید و نشانی تازه‌ای را که می‌نویسد باز کنید.",
    },
    en: {
      bar: "Live code",
      start: "Run the code on this page",
      run: "Run",
      upTo: "Run up to here",
      back: "Back to the book's text",
      all: "Run all",
      stop: "Stop",
      restart: "Restart",
      editor: "Code of the cell; Shift+Enter runs it, Esc leaves the editor",
      output: "Your output",
      idle: "Every cell can be changed and run; the code runs on your own computer.",
      loading: "Getting ready…",
      ready: "Ready. Shift+Enter runs a cell.",
      busy: "Running…",
      failed: "A cell stopped with an error; it is written below the cell.",
      fresh: "Begun anew: no name is defined.",
      dead: "The Python kernel died, and its names with it. Press “Restart”.",
      gone:
        "The server does not answer. Run make live again in a terminal and open the new address that it prints.",
    },
  };
  const words = WORDS[document.documentElement.lang] ?? WORDS.en;
  const files = new URL("thebe/", document.currentScript.src);
  const SOURCES = ".bd-article .cell_input pre";
  const PAGE = location.pathname.split("/").at(-1).replace(".html", "");

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };
  const button = (text, act) =>
    element("button", { type: "button", className: "live-button", textContent: text, onclick: act });

  class Bar {
    constructor() {
      this.status = element("span", { className: "live-status", textContent: words.idle });
      this.status.setAttribute("role", "status");
      this.buttons = element("span", {}, button(words.start, start));
      this.element = element("div", { className: "live-bar" }, this.buttons, this.status);
      this.element.setAttribute("role", "region");
      this.element.setAttribute("aria-label", words.bar);
    }

    say(state) {
      this.status.textContent = words[state];
      this.element.dataset.state = state;
    }
  }

  class Cell {
    constructor(box, core) {
      this.core = core;
      this.box = box;
      this.ran = null; // the text that was last run, and left its names
      this.editor = box.querySelector(".CodeMirror").CodeMirror;
      this.text = this.editor.getValue();
      const cell = box.closest(".cell");
      this.printed = cell ? [...cell.querySelectorAll(".cell_output")] : [];
      this.output = box.querySelector(".thebe-output");
      this.output.setAttribute("role", "group");
      this.output.setAttribute("aria-label", words.output);
      this.runButton = button(words.run, () => runAll([this]));
      this.backButton = button(words.back, () => this.restore());
      this.backButton.hidden = true;
      const upTo = button(words.upTo, () => runAll(cells.slice(0, cells.indexOf(this) + 1), true));
      box.querySelector(".thebe-controls").replaceChildren(this.runButton, upTo, this.backButton);
      this.prepareEditor();
    }

    prepareEditor() {
      const input = this.editor.getInputField();
      input.setAttribute("aria-label", words.editor);
      input.setAttribute("aria-multiline", "true");
      this.editor.setOption("extraKeys", {
        "Shift-Enter": () => void runAll([this]),
        "Ctrl-Space": this.editor.getOption("extraKeys")["Ctrl-Space"],
        Esc: () => this.runButton.focus(),
        // Tab goes on to the next control, as everywhere on the page.
        Tab: false,
        "Shift-Tab": false,
      });
      // The page has keys of its own, such as / for the search.
      this.box.addEventListener("keydown", (event) => event.stopPropagation());
      this.editor.on("change", () => (this.backButton.hidden = false));
    }

    /* Run the cell; true if it ended without an error. */
    async run() {
      this.ran = this.core.source;
      this.box.dataset.running = "";
      await this.core.execute(this.core.source);
      delete this.box.dataset.running;
      this.printed.forEach((part) => (part.hidden = true));
      this.backButton.hidden = false;
      const outputs = this.core.outputs;
      return !outputs.some((output) => output.output_type === "error");
    }

    restore() {
      this.editor.setValue(this.text);
      this.core.clear?.();
      this.printed.forEach((part) => (part.hidden = false));
      this.backButton.hidden = true;
      this.runButton.focus();
    }
  }

  let cells = [];
  let kernel = null;
  const bar = new Bar();

  /* Run cells one after another, as far as they succeed; of those above, what has not been run. */
  async function runAll(some, onlyNew = false) {
    bar.say("busy");
    const last = some.at(-1);
    for (const cell of some) {
      if (onlyNew && cell.ran === cell.core.source && cell !== last) continue;
      if (!(await cell.run())) return bar.say("failed");
    }
    bar.say("ready");
  }

  async function restart() {
    bar.say("loading");
    try {
      await kernel.restart();
    } catch {
      return watch();
    }
    cells.forEach((cell) => (cell.ran = null));
    bar.say("fresh");
  }

  /* Ask whether the server is there when the connection is lost. */
  async function watch() {
    try {
      const answer = await fetch(`/api/kernels/${kernel.id}`);
      if (answer.ok) return;
    } catch {}
    bar.say("gone");
  }

  function load(name) {
    return new Promise((resolve, reject) => {
      const tag = name.endsWith(".css")
        ? element("link", { rel: "stylesheet", href: new URL(name, files) })
        : element("script", { src: new URL(name, files) });
      Object.assign(tag, { onload: resolve, onerror: reject });
      document.head.append(tag);
    });
  }

  /* The server writes what a cell shows as the build does: tables, drawings and pictures in the
     words of this page, and Markdown, which Thebe does not bring. */
  async function shown(kind, text) {
    const xsrf = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
    const address = new URL(`../shown/${kind}`, files);
    address.search = new URLSearchParams({ page: PAGE, language: document.documentElement.lang });
    const headers = { "X-XSRFToken": decodeURIComponent(xsrf) };
    const answer = await fetch(address, { method: "POST", body: text, headers });
    if (!answer.ok) throw new Error(`${kind}: ${answer.status}`);
    return (await answer.json()).html;
  }
  const markdown = { render: (text) => shown("markdown", text) };

  /* A renderer of HTML that has the server finish it first. */
  const finished = (factory) => ({
    ...factory,
    createRenderer(options) {
      const made = factory.createRenderer(options);
      const render = made.renderModel.bind(made);
      made.renderModel = async (model) => {
        const data = { ...model.data, "text/html": await shown("html", model.data["text/html"]) };
        return render({ trusted: model.trusted, metadata: model.metadata, data });
      };
      return made;
    },
  });

  let mathematics = null;
  const readyForFormulas = () => {
    mathematics ??= load("../mathematics/mathjax/mathjax.min.js").then(() => {
      const fonts = new URL("../mathematics/fonts", files).href;
      // As in persian_book.mathematics.engine: the page's font, and letters as tall as its own.
      begin({}, fonts, "var(--pst-font-family-base)", 1.195);
      return document.head.appendChild(element("style"));
    });
    return mathematics;
  };
  const FORMULA = /\$\$([^]+?)\$\$|\\\[([^]+?)\\\]|\$([^$]+?)\$|\\\(([^]+?)\\\)|(\\begin\{[^]+\\end\{[^}]*\})/g;
  const formulas = {
    async typeset(host) {
      const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) {
        const { currentNode: text } = walker;
        if (text.data.search(FORMULA) >= 0 && !text.parentElement.closest("code, pre, svg, script, style"))
          texts.push(text);
      }
      if (!texts.length) return;
      const sheet = await readyForFormulas();
      for (const text of texts) {
        const data = text.data.includes("\\text") ? await shown("formula", text.data) : text.data;
        text.replaceWith(...written(data));
      }
      sheet.textContent = styles();
    },
  };
  /* The parts of a text, its formulas set; what MathJax cannot read stays as it is. */
  const written = (text) => {
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(FORMULA)) {
      const [whole, dollars, brackets, dollar, parenthesis, environment] = match;
      const display = dollars ?? brackets ?? environment;
      const made = element("span");
      try {
        made.innerHTML = typeset(display ?? dollar ?? parenthesis, Boolean(display));
      } catch {
        made.textContent = whole;
      }
      parts.push(text.slice(end, match.index), made);
      end = match.index + whole.length;
    }
    return [...parts, text.slice(end)];
  };

  async function start() {
    bar.say("loading");
    bar.buttons.replaceChildren();
    try {
      await Promise.all([load("thebe.css"), load("index.js")]);
      await connect();
    } catch (error) {
      console.error(error);
      return bar.say("gone");
    }
    bar.buttons.replaceChildren(
      button(words.all, () => runAll(cells)),
      button(words.stop, () => kernel.interrupt()),
      button(words.restart, restart),
    );
    bar.say("ready");
  }

  async function connect() {
    const { session, notebook } = await window.thebe.bootstrap({
      useBinder: false,
      useJupyterLite: false,
      requestKernel: true,
      selector: SOURCES,
      predefinedOutput: false,
      mathjaxUrl: "", // which would be asked of another host
      mountRunButton: false,
      mountRunAllButton: false,
      mountRestartButton: false,
      mountRestartAllButton: false,
      codeMirrorConfig: { lineNumbers: false, viewportMargin: Infinity },
      // The cookie that the address with the token has set is what identifies the page.
      serverSettings: { baseUrl: location.origin, token: "", appendToken: false },
      kernelOptions: { path: location.pathname, kernelName: "python3", name: "python3" },
      savedSessionOptions: { enabled: false },
    });
    if (!session) throw new Error("no session");
    const { rendermime } = notebook;
    Object.assign(rendermime, { markdownParser: markdown, latexTypesetter: formulas });
    rendermime.addFactory(finished(rendermime.getFactory("text/html")));
    // TeX is Markdown that is one formula.
    const factory = rendermime.getFactory("text/markdown");
    rendermime.addFactory({
      safe: true, mimeTypes: ["text/latex"], defaultRank: 55,
      createRenderer: (options) => factory.createRenderer(options),
    });
    kernel = session.kernel;
    cells = [...document.querySelectorAll(".thebe-cell")].map(
      (box) => new Cell(box, notebook.getCellById(box.dataset.thebeId)),
    );
    kernel.connectionStatusChanged.connect((_, state) => state !== "connected" && watch());
    kernel.statusChanged.connect((_, state) => state === "dead" && bar.say("dead"));
    const dark = () =>
      cells.forEach(({ editor }) =>
        editor.setOption("theme", document.documentElement.dataset.theme === "dark" ? "darcula" : "idea"),
      );
    dark();
    new MutationObserver(dark).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  if (document.querySelector(SOURCES)) document.querySelector(".bd-article h1")?.after(bar.element);
})();
