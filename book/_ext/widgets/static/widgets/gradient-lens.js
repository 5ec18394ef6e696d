// Chapter 4: X, F and the upstream gradient G to edit; every cell shows what it has touched.
(() => {
  "use strict";
  const { html, nothing } = Lit;
  const { axes, correlate, gradients, halfTurn, products, range } = Windows;
  const { show, say, heard, place, matrix, matrixText, textMatrix, select, Widget } = Parts;

  const NAMES = { X: "X", F: "F", G: "G", O: "O", dF: "∂L/∂F", dX: "∂L/∂X" };
  const EDITABLE = ["X", "F", "G"];

  const words = {
    fa: {
      mistake: "خطای عمدی",
      mistakes: { none: "هیچ", turnG: "در \u2066∂L/∂F\u2069، G را می‌چرخاند", noTurn: "در \u2066∂L/∂X\u2069، چرخاندن F را فراموش می‌کند" },
      upstream: "گرادیان بالادست",
      upstreams: { gap: "از میانگین سراسری (g = ۲)", uneven: "نایکنواخت", own: "عددهای خودم" },
      help: "روی هر خانه بروید یا آن را بزنید: خانه‌هایی که به آن دست زده‌اند رنگی می‌شوند. عددهای X و F و G را می‌توانید عوض کنید.",
      edit: (name, i, j) => heard(`${name} ${place(i, j)}`),
      wrong: (n) => (n ? `${say(n)} درایه غلط است.` : "هیچ درایه‌ای غلط نیست: خطا پنهان مانده است."),
      wrongCell: "غلط",
      unreadable: "این نوشته عدد نیست.",
      chosen: (name, i, j, value) => `${name} ${place(i, j)} = ${say(value)}`,
      tasks: "سه مأموریت",
      task: {
        show: "خطای \u2066∂L/∂F\u2069 را روشن کنید و ماتریس G را چنان بنویسید که آن را نشان دهد.",
        hide: "حالا G را چنان بنویسید که صفر نباشد و همان خطا را پنهان کند.",
        kernel: "خطای \u2066∂L/∂X\u2069 را روشن کنید و با G نایکنواخت، F را چنان بنویسید که آن را پنهان کند.",
      },
      done: "انجام شد", open: "مانده",
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      mistake: "Deliberate mistake",
      mistakes: { none: "none", turnG: "∂L/∂F turns G", noTurn: "∂L/∂X forgets to turn F" },
      upstream: "Upstream gradient",
      upstreams: { gap: "from global averaging (g = 2)", uneven: "uneven", own: "my own numbers" },
      help: "Point at a cell or press it: the cells that touched it light up. The numbers of X, F and G are yours to change.",
      edit: (name, i, j) => heard(`${name} ${place(i, j)}`),
      wrong: (n) => (n ? `${n} ${n === 1 ? "entry is" : "entries are"} wrong.` : "No entry is wrong: the mistake stays hidden."),
      wrongCell: "wrong",
      unreadable: "That is not a number.",
      chosen: (name, i, j, value) => `${name} ${place(i, j)} = ${say(value)}`,
      tasks: "Three missions",
      task: {
        show: "Switch on the mistake in ∂L/∂F, and find a G that shows it.",
        hide: "Now find a G, not all zero, that hides it.",
        kernel: "Switch on the mistake in ∂L/∂X, and with an uneven G find an F that hides it.",
      },
      done: "done", open: "to do",
      link: "Link to this state", reset: "Start again",
    },
  };

  const GAP = "0.5,0.5;0.5,0.5";
  const UNEVEN = "1,2;3,4";

  class GradientLens extends Widget {
    static words = words;
    static defaults = { X: "2,3,4;3,1,5;4,-1,-2", F: "0,3;1,-2", G: GAP, mistake: "none", cell: "dX,1,1" };

    tasksDone = new Set();

    accepts(key, text) {
      if (key === "mistake") return text in words.en.mistakes;
      if (key === "cell") return /^(X|F|G|O|dF|dX),[0-2],[0-2]$/.test(text);
      const side = key === "X" ? 3 : 2;
      const given = Typed.matrix(text);
      return given?.length === side && given[0].length === side;
    }

    plan() {
      const [X, F, G] = EDITABLE.map((name) => textMatrix(this.state[name]));
      const places = axes(X, F, {});
      const right = gradients(X, F, G, places);
      const { mistake } = this.state;
      const full = axes(G, F, { padding: "full" });
      return {
        X, F, G, places,
        O: correlate(X, F, places),
        right: { dF: right.dw, dX: right.dx },
        dF: mistake === "turnG" ? correlate(X, halfTurn(G), axes(X, G, {})) : right.dw,
        dX: mistake === "noTurn" ? correlate(G, F, full) : right.dx,
      };
    }

    // Every product x f g of the loss; a cell has touched the cells it shares one with.
    triples({ X, F, places }) {
      const outputs = range(2).flatMap((i) => range(2).map((j) => [i, j]));
      return outputs.flatMap(([i, j]) =>
        products(X, F, places, i, j).map(({ row, column, p, q }) => ({
          X: [row, column], dX: [row, column], F: [p, q], dF: [p, q], G: [i, j], O: [i, j],
        })));
    }

    wrongCells(plan) {
      return ["dF", "dX"].flatMap((name) =>
        plan[name].flatMap((row, i) =>
          row.flatMap((value, j) => (value === plan.right[name][i][j] ? [] : [`${name},${i},${j}`]))));
    }

    set(values) {
      this.change(values);
      const plan = this.plan();
      const wrong = this.wrongCells(plan).length;
      const { mistake } = this.state;
      if (mistake === "turnG") this.tasksDone.add(wrong ? "show" : plan.G.flat().some(Boolean) ? "hide" : "");
      const even = plan.G.flat().every((g) => g === plan.G[0][0]);
      if (mistake === "noTurn" && !wrong && !even && plan.F.flat().some(Boolean)) this.tasksDone.add("kernel");
      if (mistake !== "none") this.announce(this.words.wrong(wrong));
    }

    look(name, at) {
      if (!at) return;
      this.state = { ...this.state, cell: [name, ...at].join() };
    }

    choose(name, i, j) {
      const plan = this.plan();
      const value = plan[name][i]?.[j];
      if (value === undefined) return;
      this.change({ cell: [name, i, j].join() });
      const { cells } = this.products(name, [i, j], plan);
      this.announce(`${this.words.chosen(NAMES[name], i, j, value)} (${cells})`);
    }

    step(name, side, down, across) {
      const [, i, j] = this.focused(name);
      const within = (n) => Math.min(Math.max(n, 0), side - 1);
      this.choose(name, within(i + down), within(j + across));
      this.focusCell(NAMES[name]);
    }

    focused(name) {
      const [at, i, j] = this.state.cell.split(",");
      return at === name ? [at, Number(i), Number(j)] : [at, 0, 0];
    }

    render() {
      const { words, state } = this;
      const plan = this.plan();
      const [name, i, j] = state.cell.split(",");
      const cell = [Number(i), Number(j)];
      const shared = this.triples(plan).filter((triple) => String(triple[name]) === String(cell));
      const touched = (other) => new Set(shared.map((triple) => String(triple[other])));
      const wrong = new Set(this.wrongCells(plan));
      const upstream = state.G === GAP ? "gap" : state.G === UNEVEN ? "uneven" : "own";
      const upstreams = Object.fromEntries(Object.entries(words.upstreams).filter(([key]) => key !== "own" || upstream === "own"));
      return html`
        <div class="controls">
          ${select(words.upstream, upstream, upstreams, (key) => key !== "own" && this.set({ G: key === "gap" ? GAP : UNEVEN }))}
          ${select(words.mistake, state.mistake, words.mistakes, (mistake) => this.set({ mistake }))}
        </div>
        <p class="help">${words.help}</p>
        ${this.complaint()}
        <div class="board">
          ${EDITABLE.map((key) => this.editable(key, plan[key], touched(key), name === key && cell))}
        </div>
        <div class="board">
          ${["O", "dF", "dX"].map((key) => this.result(key, plan[key], touched(key), name === key && cell, wrong))}
        </div>
        ${this.sum(name, cell, plan)}
        ${state.mistake === "none" ? nothing : html`<p class="feedback">${words.wrong(wrong.size)}</p>`}
        <p class="help">${words.tasks}</p>
        <ul class="tasks">${Object.entries(words.task).map(([key, text]) => html`
          <li>${text} <strong>(${this.tasksDone.has(key) ? words.done : words.open})</strong></li>`)}</ul>
        ${this.foot(words.link, words.reset)}`;
    }

    editable(name, values, touched, here) {
      const field = (i, j) => html`<input type="text" dir="ltr" autocomplete="off"
        aria-label=${this.words.edit(NAMES[name], i, j)} .value=${show(values[i][j])}
        @focus=${() => this.look(name, [i, j])} @change=${(event) => this.edit(event.target, name, i, j)}>`;
      return matrix({
        name: NAMES[name], caption: html`<bdi dir="ltr">${NAMES[name]}</bdi>`, rows: values.length, columns: values[0].length,
        cell: (i, j) => ({ text: field(i, j), classes: `${touched.has(`${i},${j}`) ? "touched " : ""}${here && here[0] === i && here[1] === j ? "current" : ""}` }),
        on: { hover: (at) => this.look(name, at) },
      });
    }

    edit(field, name, i, j) {
      const value = Typed.number(field.value)?.[0];
      field.ariaInvalid = value === undefined ? "true" : null;
      if (value === undefined) return this.complain(this.words.unreadable);
      const values = textMatrix(this.state[name]);
      values[i][j] = value;
      this.set({ [name]: matrixText(values) });
    }

    result(name, values, touched, here, wrong) {
      const side = values.length;
      const at = here || [0, 0];
      return matrix({
        name: NAMES[name], caption: html`<bdi dir="ltr">${NAMES[name]}</bdi>`, rows: side, columns: side, current: at, selected: here,
        cell: (i, j) => {
          const bad = wrong.has(`${name},${i},${j}`);
          return {
            text: show(values[i][j]),
            classes: `${touched.has(`${i},${j}`) ? "touched " : ""}${here && at[0] === i && at[1] === j ? "current " : ""}${bad ? "bad" : ""}`,
            label: bad ? `${show(values[i][j])}, ${this.words.wrongCell}` : undefined,
          };
        },
        on: {
          hover: (cell) => this.look(name, cell),
          select: (cell) => this.choose(name, ...cell),
          move: (down, across) => this.step(name, side, down, across),
        },
      });
    }

    // The products that make a cell of O, dF or dX: which cells they are of, their numbers, the sum.
    products(name, [i, j], plan) {
      const factors = { O: ["F", "X"], dF: ["G", "X"], dX: ["G", "F"] }[name];
      const shared = this.triples(plan).filter((triple) => String(triple[name]) === `${i},${j}`);
      const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);
      const number = (key, [a, b]) => bracket(show(plan[key][a][b]));
      const written = (factor) =>
        shared.map((triple) => factors.map((key) => factor(key, triple[key])).join("·")).join(" + ");
      return {
        cells: written((key, at) => `${key}(${at.join()})`),
        numbers: written(number),
        right: name === "O" ? plan.O[i][j] : plan.right[name][i][j],
      };
    }

    sum(name, [i, j], plan) {
      const shown = plan[name][i][j];
      const head = `${NAMES[name]}(${i}, ${j}) =`;
      // Of a given cell there is nothing to add up.
      if (EDITABLE.includes(name)) return html`<div class="sum" dir="ltr">${head} ${show(shown)}</div>`;
      const { cells, numbers, right } = this.products(name, [i, j], plan);
      return html`<div class="sum" dir="ltr" lang="en">${head} ${cells}<br>
        = ${numbers} = <strong>${show(right)}</strong>${
          shown === right ? nothing : html` ≠ <strong>${show(shown)}</strong>`}</div>`;
    }
  }

  customElements.define("cnn-gradient-lens", GradientLens);
})();
