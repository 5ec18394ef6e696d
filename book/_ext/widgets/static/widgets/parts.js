// What all widgets share: the language, numbers, matrices, the state in the address, and the live
// region. They render beside the static figure, in the page's own styles, not in a shadow tree.
globalThis.Parts = (() => {
  "use strict";
  const { LitElement, html, nothing } = Lit;

  const language = document.documentElement.lang === "fa" ? "fa" : "en";

  const rounded = (value) => Math.round(value * 1e4) / 1e4 || 0;
  // A number of an array or a formula: Latin digits and a real minus, in either language.
  const show = (value) => String(rounded(value)).replace("-", "−");
  // A number of a sentence: the digits of the language, its sign kept in place.
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 4 });
  const say = (value) =>
    `\u2066${format.format(rounded(value)).replace(/[\u061c\u200e\u200f]/g, "").replace("-", "−")}\u2069`;
  // What only a screen reader gets: no marks of direction, which some read aloud.
  const heard = (text) => text.replace(/[\u2066-\u2069]/g, "");
  const place = (i, j) => (language === "fa" ? `(${say(i)}، ${say(j)})` : `(${i}, ${j})`);

  const matrixText = (matrix) => matrix.map((row) => row.map(rounded).join(",")).join(";");
  const textMatrix = (text) => text.split(";").map((row) => row.split(",").map(Number));

  const range = Windows.range;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // From this many columns on a matrix may have to scroll, so the keyboard must reach it.
  const WIDE = 9;
  // A matrix with its row and column numbers. `cell(i, j)` gives {text, classes, note, hidden}. The
  // keyboard comes to the current cell first, which need not be selected.
  const matrix = ({ name, caption, rows, columns, first = [0, 0], cell, current, selected = current, on = {} }) => html`
    <div class="holder" role=${columns > WIDE ? "group" : nothing} aria-label=${columns > WIDE ? name : nothing}
      tabindex=${columns > WIDE ? 0 : nothing}>
      <table class="matrix" dir="ltr" role=${on.move ? "grid" : nothing} aria-label=${name}
        @keydown=${on.move ? (event) => arrows(event, on.move) : nothing}
        @pointerdown=${(event) => drag(event, on.select)}
        @pointermove=${(event) => event.buttons && drag(event, on.select)}
        @pointerover=${(event) => on.hover?.(cellOf(event.target))}
        @pointerleave=${() => on.hover?.(null)}>
        <thead><tr><td></td>${range(columns).map((j) =>
          html`<th scope="col">${show(j + first[1])}</th>`)}</tr></thead>
        <tbody>${range(rows).map((i) => html`
          <tr><th scope="row">${show(i + first[0])}</th>${range(columns).map((j) => {
            const { text, classes = "", note, label } = cell(i + first[0], j + first[1]);
            const [here, chosen] = [current, selected].map((at) => at && at[0] === i && at[1] === j);
            return html`<td class=${classes} data-cell="${i + first[0]},${j + first[1]}"
              tabindex=${on.move ? (here ? 0 : -1) : nothing}
              aria-selected=${on.move ? String(Boolean(chosen)) : nothing}
              aria-label=${label ?? nothing}
              >${text}${note ? html`<sub>${note}</sub>` : nothing}</td>`;
          })}</tr>`)}</tbody>
      </table>
      <div class="caption">${caption}</div>
    </div>`;

  const cellOf = (target) => {
    const cell = target.closest?.("[data-cell]");
    return cell ? cell.dataset.cell.split(",").map(Number) : null;
  };
  const drag = (event, select) => {
    if (!select) return;
    const under = document.elementFromPoint(event.clientX, event.clientY) ?? event.target;
    const cell = cellOf(under);
    if (event.type === "pointerdown") event.target.releasePointerCapture?.(event.pointerId);
    if (cell) select(cell);
  };
  const ARROWS = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  // An array runs from left to right in either language, and so do its arrows.
  const arrows = (event, move) => {
    if (!ARROWS[event.key]) return;
    event.preventDefault();
    move(...ARROWS[event.key]);
  };

  const select = (label, value, options, change) => html`
    <label class="control">${label}
      <select @change=${(event) => change(event.target.value)}>
        ${Object.entries(options).map(([key, text]) => html`
          <option value=${key} ?selected=${key === String(value)}>${text}</option>`)}
      </select>
    </label>`;

  const slider = (label, value, [low, high, step = 1], change) => html`
    <label class="control slider">${label}
      <span><input type="range" dir="ltr" min=${low} max=${high} step=${step} .value=${String(value)}
        aria-valuetext=${heard(say(value))} @input=${(event) => change(Number(event.target.value))}>
      <span aria-hidden="true">${say(value)}</span></span>
    </label>`;

  const checkbox = (label, value, change) => html`
    <label class="control check">
      <input type="checkbox" .checked=${value} @change=${(event) => change(event.target.checked)}>
      ${label}
    </label>`;

  // The base of the widgets. A class gives `defaults`, an object of texts, and `words`, by language;
  // `state` holds what differs from the defaults, and so does the address: ?stepper-stride=2#stepper
  class Widget extends LitElement {
    static properties = { state: { state: true } };

    constructor() {
      super();
      this.words = this.constructor.words[language];
      this.state = { ...this.constructor.defaults };
      const query = new URLSearchParams(location.search);
      for (const key of Object.keys(this.state)) {
        const given = query.get(`${this.id}-${key}`);
        if (given !== null && this.accepts(key, given)) this.state[key] = given;
      }
    }

    createRenderRoot() {
      const live = document.createElement("div");
      live.className = "live";
      this.append(live);
      this.toggleAttribute("ready", true);
      return live;
    }

    // Whether a value from the address may be used; a class narrows it.
    accepts() {
      return true;
    }

    change(values) {
      this.complained = null;
      this.state = { ...this.state, ...values };
      try {
        history.replaceState(history.state, "", this.address());
      } catch {
        // A browser that changes no address of a file still shows the link.
      }
    }

    address() {
      const query = new URLSearchParams(location.search);
      for (const [key, usual] of Object.entries(this.constructor.defaults)) {
        query.delete(`${this.id}-${key}`);
        if (this.state[key] !== usual) query.set(`${this.id}-${key}`, this.state[key]);
      }
      // Commas and semicolons may stand in a query; so the link stays readable.
      const text = String(query).replace(/%2C/g, ",").replace(/%3B/g, ";");
      return `${location.pathname}${text && `?${text}`}#${this.id}`;
    }

    announce(text) {
      this.said = heard(text);
      this.requestUpdate();
    }

    // Says what cannot be used, and shows it where `complaint` is rendered with the same place.
    complain(text, at = "") {
      this.complained = { text, at };
      this.announce(text);
    }

    complaint(at = "") {
      return this.complained?.at === at ? html`<p class="warn">${this.complained.text}</p>` : nothing;
    }

    // Focus follows the current cell once it is drawn.
    async focusCell(name) {
      await this.updateComplete;
      this.renderRoot.querySelector(`[aria-label="${name}"] td[tabindex="0"]`)?.focus();
    }

    foot(link, reset) {
      return html`
        <p class="foot">
          <a href=${this.address()}>${link}</a>
          <button type="button" class="btn btn-sm" @click=${() =>
            this.change({ ...this.constructor.defaults })}>${reset}</button>
        </p>
        <p class="said" role="status">${this.said ?? ""}</p>`;
    }
  }

  return {
    language, show, say, heard, place, rounded, clamp, matrix, matrixText, textMatrix, select, slider,
    checkbox, Widget,
  };
})();
