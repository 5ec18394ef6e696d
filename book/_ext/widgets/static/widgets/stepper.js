// Chapter 1: a window steps over an image, its products spelled out.
(() => {
  "use strict";
  const { html, nothing } = Lit;
  const { axes, products, sum, correlate, halfTurn, uint8 } = Windows;
  const { show, say, place, clamp, matrix, matrixText, textMatrix, select, checkbox, Widget } = Parts;

  const COLUMN = Windows.matrix(5, 5, (_, j) => (j === 2 ? 10 : 0));
  const LAPLACIAN = [[1, 1, 1], [1, -8, 1], [1, 1, 1]];
  const PRESETS = {
    column: [COLUMN, LAPLACIAN],
    impulse: [
      Windows.matrix(5, 5, (i, j) => Number(i === 2 && j === 2)),
      [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    ],
    step: [Windows.matrix(5, 6, (_, j) => (j > 2 ? 100 : 20)), [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]],
    shift: [COLUMN, [[0, 0, 0], [0, 0, 1], [0, 0, 0]]],
  };
  // A border is where outside numbers come from, and how many windows are laid.
  const BORDERS = {
    zero: { padding: "same", outside: "zero" },
    reflect: { padding: "same", outside: "reflect" },
    valid: { padding: "valid", outside: "zero" },
    full: { padding: "full", outside: "zero" },
  };
  // What an output keeps of the exact sum.
  const KEEPS = { int: (sum) => sum, uint8, clip: (sum) => clamp(sum, 0, 255) };
  const LARGEST = { image: 12, kernel: 7 };

  const words = {
    fa: {
      preset: "نمونه",
      presets: { column: "ستون ده‌ها و لاپلاسین", impulse: "ضربه و کرنل ۱ تا ۹",
        step: "پله و سوبل", shift: "ستون ده‌ها و جابه‌جایی", own: "عددهای خودم" },
      border: "حاشیه",
      borders: { zero: "صفر (same)", reflect: "بازتاب", valid: "بی‌حاشیه (valid)", full: "کامل (full)" },
      stride: "گام", dilation: "اتساع", type: "نوع عدد",
      types: { int: "علامت‌دار", uint8: "uint8: به پیمانهٔ ۲۵۶", clip: "uint8: با اشباع" },
      turn: "کرنل را ۱۸۰ درجه بچرخان (کانولوشن به معنای دقیق)",
      guess: "پیش از دیدن، حدس می‌زنم",
      image: "ورودی", kernel: "کرنل", turned: "کرنلِ چرخیده", output: "خروجی",
      move: "جابه‌جا کردن پنجره", up: "بالا", down: "پایین", left: "چپ", right: "راست",
      help: "روی خروجی بزنید، پنجره را روی ورودی بکشید، یا از کلیدهای جهت‌دار کمک بگیرید.",
      nothingFits: "کرنل (با این اتساع) از تصویر بزرگ‌تر است؛ هیچ پنجره‌ای جا نمی‌شود.",
      whole: "uint8 فقط عددهای صحیح دارد؛ حساب با عددهای علامت‌دار انجام شد.",
      wraps: (exact, kept) => `حاصل ${say(exact)} در uint8 جا نمی‌شود؛ آنچه می‌ماند ${say(kept)} است.`,
      at: (i, j, value) => `خانهٔ ${place(i, j)}: ${value === null ? "حدس بزنید" : say(value)}`,
      hidden: "پوشیده", outside: (text) => `${text}، بیرون از تصویر`,
      yourGuess: (i, j) => `به گمان شما خانهٔ ${place(i, j)} چند است؟`,
      check: "بررسی", reveal: "نشانم بده",
      correct: (value) => `درست است: ${say(value)}.`,
      wrong: "نه هنوز. حاصل‌ضرب‌ها را با علامتشان جمع بزنید.",
      noNumber: "این نوشته عدد نیست.",
      slips: { turned: "این حاصلِ کرنلِ چرخیده است.", notTurned: "این حاصلِ کرنلِ نچرخیده است.",
        uint8: "این باقی‌مانده بر ۲۵۶ است، حاصلِ uint8.", exact: "این عدد در uint8 جا نمی‌شود.",
        corner: "گوشهٔ پنجره را روی پیکسل گذاشته‌اید، نه مرکزش را.",
        sign: "اندازه‌اش درست است، علامتش نه." },
      own: "عددهای خودتان", ownImage: "تصویر (هر سطر در یک خط)", ownKernel: "کرنل", use: "به کار ببر",
      unreadable: (name, most) => `${name}: سطرهایی هم‌اندازه از عدد بنویسید، حداکثر ${say(most)} در ${say(most)}.`,
      used: "عددهای شما به کار رفت.",
      size: "اندازهٔ خروجی", rows: "سطر", columns: "ستون", picture: "همین کرنل روی یک تصویر",
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      preset: "Example",
      presets: { column: "column of tens, Laplacian", impulse: "impulse, kernel 1 to 9",
        step: "step, Sobel", shift: "column of tens, shift", own: "my own numbers" },
      border: "Border",
      borders: { zero: "zeros (same)", reflect: "reflection", valid: "none (valid)", full: "every overlap (full)" },
      stride: "Stride", dilation: "Dilation", type: "Numbers",
      types: { int: "signed", uint8: "uint8: modulo 256", clip: "uint8: saturated" },
      turn: "Turn the kernel by 180° (convolution proper)",
      guess: "I guess before I see",
      image: "Input", kernel: "Kernel", turned: "Kernel, turned", output: "Output",
      move: "Move the window", up: "Up", down: "Down", left: "Left", right: "Right",
      help: "Touch the output, drag the window over the input, or use the arrow keys.",
      nothingFits: "The kernel (with this dilation) is larger than the image; no window fits.",
      whole: "uint8 has whole numbers only; this was computed with signed numbers.",
      wraps: (exact, kept) => `${say(exact)} does not fit into uint8; what is kept is ${say(kept)}.`,
      at: (i, j, value) => `Cell ${place(i, j)}: ${value === null ? "make a guess" : say(value)}`,
      hidden: "hidden", outside: (text) => `${text}, outside the image`,
      yourGuess: (i, j) => `What do you think cell ${place(i, j)} is?`,
      check: "Check", reveal: "Show me",
      correct: (value) => `Correct: ${say(value)}.`,
      wrong: "Not yet. Add up the products with their signs.",
      noNumber: "That is not a number.",
      slips: { turned: "That is what the turned kernel gives.", notTurned: "That is what the unturned kernel gives.",
        uint8: "That is the remainder modulo 256, as in uint8.", exact: "That number does not fit into uint8.",
        corner: "You laid the window's corner on the pixel, not its centre.",
        sign: "The size is right, the sign is not." },
      own: "Your own numbers", ownImage: "Image (one row a line)", ownKernel: "Kernel", use: "Use them",
      unreadable: (name, most) => `${name}: write rows of numbers, all of one length, at most ${most} by ${most}.`,
      used: "Your numbers are in use.",
      size: "Size of the output", rows: "rows", columns: "columns", picture: "The same kernel on a picture",
      link: "Link to this state", reset: "Start again",
    },
  };

  class Stepper extends Widget {
    static words = words;
    static defaults = {
      image: matrixText(COLUMN), kernel: matrixText(LAPLACIAN), border: "zero", stride: "1",
      dilation: "1", turn: "0", type: "int", cell: "0,2", guess: "0",
    };

    shown = new Set(); // cells whose guess is over

    accepts(key, text) {
      const allowed = {
        border: Object.keys(BORDERS), stride: ["1", "2", "3"], dilation: ["1", "2", "3"],
        turn: ["0", "1"], type: Object.keys(KEEPS), guess: ["0", "1"],
      };
      if (allowed[key]) return allowed[key].includes(text);
      if (key === "cell") return /^\d+,\d+$/.test(text);
      const given = Typed.matrix(text);
      return given !== null && Math.max(given.length, given[0].length) <= LARGEST[key];
    }

    // Everything that follows from the state.
    plan() {
      const { state } = this;
      const { padding, outside } = BORDERS[state.border];
      const turned = (m) => (state.turn === "1" ? halfTurn(m) : m);
      let [image, kernel] = [textMatrix(state.image), textMatrix(state.kernel)];
      const signed = turned(kernel);
      const whole = [...image, ...kernel].flat().every(Number.isInteger);
      const wraps = state.type === "uint8" && whole;
      if (wraps) [image, kernel] = [image, kernel].map((m) => m.map((row) => row.map(uint8)));
      const laid = turned(kernel);
      const places = axes(image, laid, {
        stride: Number(state.stride), dilation: Number(state.dilation), padding,
      });
      const exact = correlate(image, laid, places, outside);
      const keep = KEEPS[state.type === "uint8" && !whole ? "int" : state.type];
      const output = exact.map((row) => row.map(keep));
      const [i, j] = state.cell.split(",").map(Number);
      const cell = [clamp(i, 0, output.length - 1), clamp(j, 0, (output[0]?.length ?? 1) - 1)];
      const fits = places.every(({ count }) => count);
      const terms = fits ? products(image, laid, places, ...cell, outside) : [];
      return { image, laid, signed, places, outside, exact, output, cell, terms, fits, wraps, whole };
    }

    set(values) {
      if (!("cell" in values)) this.shown.clear();
      this.feedback = null;
      this.change(values);
      const { output, cell: [i, j], fits } = this.plan();
      const value = fits && !this.isHidden(i, j) ? output[i][j] : null;
      this.announce(fits ? this.words.at(i, j, value) : this.words.nothingFits);
    }

    go(cell, focus = false) {
      const { output } = this.plan();
      const [i, j] = [clamp(cell[0], 0, output.length - 1), clamp(cell[1], 0, output[0].length - 1)];
      this.set({ cell: `${i},${j}` });
      if (focus) this.focusCell(this.words.output);
    }

    isHidden(i, j) {
      return this.state.guess === "1" && !this.shown.has(`${i},${j}`);
    }

    // Put the window's middle over a cell of the image.
    aim({ places: [rows, columns] }, [row, column]) {
      const window = (axis, at) =>
        Math.round((at + axis.before - (axis.extent - 1) / 2) / axis.stride);
      this.go([window(rows, row), window(columns, column)]);
    }

    render() {
      const plan = this.plan();
      return html`
        ${this.controls(plan)}
        ${plan.fits ? this.board(plan) : html`<p class="warn">${this.words.nothingFits}</p>`}
        ${this.own()}
        <cnn-picture .kernel=${plan.signed} .name=${this.words.picture}></cnn-picture>
        ${this.foot(this.words.link, this.words.reset)}`;
    }

    controls({ whole }) {
      const { state, words } = this;
      const preset = Object.keys(PRESETS).find((key) =>
        PRESETS[key].every((m, i) => matrixText(m) === [state.image, state.kernel][i])
      );
      const presets = preset
        ? Object.fromEntries(Object.entries(words.presets).filter(([key]) => key !== "own"))
        : words.presets;
      const numbers = { 1: say(1), 2: say(2), 3: say(3) };
      return html`<div class="controls">
        ${select(words.preset, preset ?? "own", presets, (key) =>
          PRESETS[key] && this.set({
            image: matrixText(PRESETS[key][0]), kernel: matrixText(PRESETS[key][1]),
          }))}
        ${select(words.border, state.border, words.borders, (border) => this.set({ border }))}
        ${select(words.stride, state.stride, numbers, (stride) => this.set({ stride }))}
        ${select(words.dilation, state.dilation, numbers, (dilation) => this.set({ dilation }))}
        ${select(words.type, state.type, words.types, (type) => this.set({ type }))}
        ${checkbox(words.turn, state.turn === "1", (on) => this.set({ turn: on ? "1" : "0" }))}
        ${checkbox(words.guess, state.guess === "1", (on) => this.set({ guess: on ? "1" : "0" }))}
        ${state.type === "uint8" && !whole ? html`<p class="warn">${words.whole}</p>` : nothing}
      </div>`;
    }

    board(plan) {
      const { words, state } = this;
      const { image, laid, places: [rows, columns], outside, output, cell, terms } = plan;
      const under = new Map(terms.map((term) => [`${term.row},${term.column}`, term]));
      const value = (i, j) =>
        under.get(`${i},${j}`)?.value ??
        image[i]?.[j] ??
        products(image, [[1]], [{ place: () => i }, { place: () => j }], 0, 0, outside)[0].value;
      return html`
        <p class="help">${words.help}</p>
        <div class="board">
          ${matrix({
            name: words.image, caption: words.image,
            rows: image.length + rows.before + rows.after,
            columns: image[0].length + columns.before + columns.after,
            first: [-rows.before, -columns.before],
            cell: (i, j) => {
              const term = under.get(`${i},${j}`);
              const isOutside = image[i]?.[j] === undefined;
              const text = show(value(i, j));
              const note = term && `×${show(term.weight)}`;
              return {
                text,
                classes: `${isOutside ? "outside " : ""}${term ? "under" : ""}`,
                note,
                label: isOutside ? words.outside(note ? `${text} ${note}` : text) : undefined,
              };
            },
            on: { select: (at) => this.aim(plan, at) },
          })}
          ${matrix({
            name: words.kernel, caption: state.turn === "1" ? words.turned : words.kernel,
            rows: laid.length, columns: laid[0].length,
            cell: (i, j) => ({ text: show(laid[i][j]), classes: sign(laid[i][j]) }),
          })}
          <div>
            ${matrix({
              name: words.output, caption: words.output,
              rows: output.length, columns: output[0].length, current: cell,
              cell: (i, j) => {
                const hidden = this.isHidden(i, j);
                return {
                  text: hidden ? "?" : show(output[i][j]),
                  classes: `${i === cell[0] && j === cell[1] ? "current " : ""}${hidden ? "" : sign(output[i][j])}`,
                  label: hidden ? words.hidden : undefined,
                };
              },
              on: {
                select: (at) => this.go(at),
                move: (down, across) => this.go([cell[0] + down, cell[1] + across], true),
              },
            })}
            ${this.pad(cell)}
          </div>
        </div>
        ${this.sum(plan)}`;
    }

    pad([i, j]) {
      const { words } = this;
      const button = (name, arrow, down, across) => html`
        <button type="button" class="btn btn-sm ${name}" aria-label=${words[name]}
          @click=${() => this.go([i + down, j + across])}>${arrow}</button>`;
      return html`<div class="pad" dir="ltr" role="group" aria-label=${words.move}>
        ${button("up", "↑", -1, 0)}${button("left", "←", 0, -1)}
        ${button("right", "→", 0, 1)}${button("down", "↓", 1, 0)}
      </div>`;
    }

    sum(plan) {
      const { exact, output, cell: [i, j], terms, laid, wraps } = plan;
      const hidden = this.isHidden(i, j);
      const lost = exact[i][j] !== output[i][j];
      const factor = (value) => (value < 0 ? `(${show(value)})` : show(value));
      const width = laid[0].length;
      const lines = Windows.range(laid.length).map((p) => terms.slice(p * width, (p + 1) * width));
      const parts = terms.map(({ value, weight }) => value * weight).filter(Boolean);
      const signed = (n, first) =>
        `${n < 0 ? (first ? "−" : " − ") : first ? "" : " + "}${show(Math.abs(n))}`;
      return html`
        <div class="sum" dir="ltr" lang="en">
          ${lines.map((line, p) => html`<div>${p ? "+ " : `S(${i}, ${j}) = `}${line.map((term, q) => html`${
            q ? " + " : ""}<span class=${sign(term.value * term.weight)}>${factor(term.weight)}·${factor(term.value)}</span>`)}</div>`)}
          ${hidden ? html`<div>= ?</div>` : html`
            <div>= ${parts.length > 1 ? html`${parts.map((n, at) => signed(n, !at))} = ` : nothing}<strong>${show(exact[i][j])}</strong>${
              lost ? html` → ${wraps ? "mod 256" : "0…255"} → <strong>${show(output[i][j])}</strong>` : nothing}</div>`}
        </div>
        ${!hidden && lost
          ? html`<p class="warn">${this.words.wraps(exact[i][j], output[i][j])}</p>` : nothing}
        ${this.sizes(plan)}
        ${hidden ? this.guessing(plan) : nothing}
        ${this.feedback ? html`<p class="feedback">${this.feedback}</p>` : nothing}`;
    }

    sizes({ places }) {
      const formula = ({ size, before, after, extent, stride, count }) =>
        `⌊(${size} + ${before} + ${after} − ${extent})/${stride}⌋ + 1 = ${count}`;
      const { words } = this;
      const line = (name, axis) => html`<span class="size">${name} <bdi dir="ltr">${formula(axis)}</bdi></span>`;
      return html`<p class="sizes">${words.size}: ${line(words.rows, places[0])} ${line(words.columns, places[1])}</p>`;
    }

    guessing(plan) {
      const { words } = this;
      const [i, j] = plan.cell;
      return html`<form class="guess" novalidate @submit=${(event) => this.judge(event, plan)}>
        <label>${words.yourGuess(i, j)}
          <input type="text" name="guess" dir="ltr" autocomplete="off"
            @input=${() => { this.feedback = null; this.requestUpdate(); }}></label>
        <button type="submit" class="btn btn-sm">${words.check}</button>
        <button type="button" class="btn btn-sm" @click=${() => this.uncover(plan.cell)}>${words.reveal}</button>
      </form>`;
    }

    uncover([i, j]) {
      this.shown.add(`${i},${j}`);
      this.feedback = null;
      this.announce(this.words.at(i, j, this.plan().output[i][j]));
    }

    judge(event, plan) {
      event.preventDefault();
      const { words } = this;
      const [i, j] = plan.cell;
      const given = Typed.number(event.target.guess.value);
      const right = plan.output[i][j];
      if (given?.includes(right)) {
        this.shown.add(`${i},${j}`);
        event.target.reset();
        this.feedback = words.correct(right);
        this.focusCell(words.output);
      } else {
        const slip = given && this.slips(plan).find(([, value]) => given.includes(value));
        this.feedback = !given ? words.noNumber : slip ? words.slips[slip[0]] : words.wrong;
      }
      this.announce(this.feedback);
    }

    // What the known slips would have answered for the current cell.
    slips({ image, laid, places, outside, exact, output, cell: [i, j] }) {
      const other = sum(products(image, halfTurn(laid), places, i, j, outside));
      const corner = places.map((axis) => ({ ...axis, place: (o, tap) => o * axis.stride + tap * axis.dilation }));
      return [
        [this.state.turn === "1" ? "notTurned" : "turned", other],
        ["exact", exact[i][j]],
        ["uint8", uint8(exact[i][j])],
        ["corner", sum(products(image, laid, corner, i, j))],
        ["sign", -output[i][j]],
      ].filter(([, value]) => value !== output[i][j]);
    }

    own() {
      const { words, state } = this;
      const lines = (text) => text.replaceAll(",", " ").replaceAll(";", "\n").replaceAll("-", "−");
      return html`<details class="own"><summary>${words.own}</summary>
        <form novalidate @submit=${(event) => this.useOwn(event)}>
          <label>${words.ownImage}<textarea name="image" dir="ltr" rows="6" .value=${lines(state.image)}></textarea></label>
          <label>${words.ownKernel}<textarea name="kernel" dir="ltr" rows="6" .value=${lines(state.kernel)}></textarea></label>
          <button type="submit" class="btn btn-sm">${words.use}</button>
        </form>${this.complaint()}</details>`;
    }

    useOwn(event) {
      event.preventDefault();
      const { words } = this;
      const values = {};
      for (const key of ["image", "kernel"]) {
        const given = Typed.matrix(event.target[key].value);
        if (!given || Math.max(given.length, given[0].length) > LARGEST[key])
          return this.complain(words.unreadable(words[key], LARGEST[key]));
        values[key] = matrixText(given);
      }
      this.set(values);
      this.announce(words.used);
    }
  }

  const sign = (value) => (value < 0 ? "negative" : value > 0 ? "positive" : "");

  customElements.define("cnn-stepper", Stepper);
})();
