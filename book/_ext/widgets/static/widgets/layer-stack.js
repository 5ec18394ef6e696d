// Chapter 3: a stack of layers to edit and order, with every shape, weight and receptive field. A
// number of filters or units may be the letter H.
(() => {
  "use strict";
  const { html, nothing } = Lit;
  const { KINDS, trace, total, at } = Layers;
  const { say, heard, select, slider, Widget } = Parts;

  // What can be set of a layer, in the order in which the address lists it.
  const SETTINGS = {
    Conv2D: { filters: "count", kernel: "size", stride: "size", padding: "padding" },
    MaxPooling2D: { size: "size", stride: "size", padding: "padding" },
    AveragePooling2D: { size: "size", stride: "size", padding: "padding" },
    GlobalAveragePooling2D: {},
    Flatten: {},
    Dense: { units: "count" },
  };
  const FRESH = { filters: "16", kernel: "3", size: "2", stride: "1", padding: "same", units: "10" };
  const READ = {
    count: (text) => (text === "H" ? "H" : /^[1-9]\d{0,4}$/.test(text) ? Number(text) : null),
    size: (text) => (/^[1-9]\d?$/.test(text) ? Number(text) : null),
    padding: (text) => (["valid", "same"].includes(text) ? text : null),
  };

  const parse = (text) =>
    text === "" ? [] : text.split(";").map((part) => {
      const [kind, ...values] = part.split(",");
      if (!SETTINGS[kind]) return null;
      const settings = Object.entries(SETTINGS[kind]).map(([name, type], i) => [name, READ[type](values[i] ?? "")]);
      return settings.some(([, value]) => value === null) ? null : { kind, ...Object.fromEntries(settings) };
    });
  const write = (layers) =>
    layers.map(({ kind, ...settings }) => [kind, ...Object.keys(SETTINGS[kind]).map((name) => settings[name])].join(",")).join(";");

  const number = (n) => new Intl.NumberFormat("en").format(n);
  // 1574H + 5
  const polynomial = (coefficients) => {
    const powers = ["", "H", "H²", "H³"];
    const terms = coefficients
      .map((c, i) => (c === 0 ? null : i && c === 1 ? powers[i] ?? `H^${i}` : `${number(c)}${powers[i] ?? `H^${i}`}`))
      .filter(Boolean).reverse();
    return terms.length ? terms.join(" + ") : "0";
  };
  const shape = (sizes) => sizes.map(polynomial).map((n) => (n.includes(" ") ? `(${n})` : n)).join("×");

  const words = {
    fa: {
      input: "ورودی (ارتفاع، عرض، کانال)", layers: "لایه‌ها", add: "افزودن لایه",
      settings: { filters: "فیلتر", kernel: "کرنل", size: "پنجره", stride: "گام", padding: "حاشیه", units: "نورون" },
      up: (name) => `بالاتر بردن ${name}`, down: (name) => `پایین‌تر بردن ${name}`, remove: (name) => `برداشتن ${name}`,
      shape: "شکل", weights: "وزن‌ها", params: "پارامتر", field: "میدان دریافت",
      none: "ندارد", whole: "همهٔ تصویر",
      sees: (size, stride) => `${say(size)} پیکسل، با جهش ${say(stride)}`,
      total: "جمع پارامترها", h: "مقدار H", withH: (h, n) => `با H = ${say(h)}: ${say(n)}`,
      unreadable: {
        count: "این‌جا یک عدد صحیح مثبت می‌آید، یا حرف H.", size: "این‌جا یک عدد صحیح از ۱ تا ۹۹ می‌آید.",
        input: "ارتفاع، عرض و تعداد کانال‌ها سه عدد صحیح مثبت‌اند، مثل \u206628×28×1\u2069.",
      },
      hint: "در خانهٔ «فیلتر» یا «نورون» می‌توانید حرف H بنویسید.",
      reasons: {
        needsImage: ({ name }) => `${name} تصویر (ارتفاع، عرض، کانال) می‌خواهد، ولی ورودی‌اش دیگر بردار است؛ آن را پیش از تخت‌سازی یا ادغام سراسری بگذارید.`,
        doesNotFit: ({ name, kernel, size }) => `پنجرهٔ ${name} به طول ${say(kernel)} در ورودی به طول ${say(size)} جا نمی‌شود؛ حاشیهٔ same بگذارید یا پیش از آن کمتر کوچک کنید.`,
      },
      said: (what, steps) => `${what}. ${steps}`, impossible: "این پشته ساختنی نیست",
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      input: "Input (height, width, channels)", layers: "Layers", add: "Add a layer",
      settings: { filters: "filters", kernel: "kernel", size: "window", stride: "stride", padding: "padding", units: "units" },
      up: (name) => `Move ${name} up`, down: (name) => `Move ${name} down`, remove: (name) => `Remove ${name}`,
      shape: "Shape", weights: "Weights", params: "Parameters", field: "Receptive field",
      none: "none", whole: "the whole image",
      sees: (size, stride) => `${size} pixels, ${stride} apart`,
      total: "Parameters in all", h: "Value of H", withH: (h, n) => `with H = ${h}: ${number(n)}`,
      unreadable: {
        count: "Here stands a positive whole number, or the letter H.", size: "Here stands a whole number from 1 to 99.",
        input: "Height, width and channels are three positive whole numbers, such as 28×28×1.",
      },
      hint: "In \u201cfilters\u201d and \u201cunits\u201d you may write the letter H.",
      reasons: {
        needsImage: ({ name }) => `${name} wants an image (height, width, channels), but its input is a vector by now; put it before the flattening or the global pooling.`,
        doesNotFit: ({ name, kernel, size }) => `${name}'s window of length ${kernel} does not fit into an input of length ${size}; use same padding, or shrink less before it.`,
      },
      said: (what, steps) => `${what}. ${steps}`, impossible: "This stack cannot be built",
      link: "Link to this state", reset: "Start again",
    },
  };

  class LayerStack extends Widget {
    static words = words;
    static defaults = {
      input: "28,28,1", h: "64",
      stack: "Conv2D,32,3,2,same;MaxPooling2D,2,2,valid;Flatten;Dense,H;Dense,5",
    };

    accepts(key, text) {
      if (key === "stack") return !parse(text).includes(null);
      if (key === "h") return /^[1-9]\d{0,2}$/.test(text) && Number(text) <= 256;
      return /^([1-9]\d{0,3},){2}[1-9]\d{0,3}$/.test(text);
    }

    get layers() {
      return parse(this.state.stack);
    }

    get steps() {
      return trace(this.state.input.split(",").map(Number), this.layers);
    }

    set(layers, said) {
      this.change({ stack: write(layers) });
      this.announce(this.words.said(said, this.outcome()));
    }

    outcome() {
      const last = this.steps.at(-1);
      if (last?.impossible) return this.reason(last.impossible);
      return `${this.words.total}: ${polynomial(total(this.steps))}`;
    }

    edit(index, name, type, field) {
      const value = READ[type](field.value.trim().toUpperCase() === "H" ? "H" : latin(field.value));
      field.ariaInvalid = value === null ? "true" : null;
      if (value === null) return this.complain(this.words.unreadable[type], index);
      this.set(this.layers.map((layer, i) => (i === index ? { ...layer, [name]: value } : layer)), this.layers[index].kind);
    }

    move(index, by) {
      const layers = this.layers;
      const [layer] = layers.splice(index, 1);
      layers.splice(index + by, 0, layer);
      this.set(layers, layer.kind);
      this.updateComplete.then(() =>
        this.renderRoot.querySelectorAll(".layer")[index + by]?.querySelector(by < 0 ? ".up" : ".down")?.focus());
    }

    reason({ message, values }) {
      return `${this.words.impossible}: ${this.words.reasons[message](values)}`;
    }

    render() {
      const { words, state, layers, steps } = this;
      const usesH = state.stack.includes("H");
      const sum = total(steps);
      return html`
        <div class="controls">
          <label class="control">${words.input}
            <input type="text" dir="ltr" .value=${state.input.replaceAll(",", "×")} @change=${(event) => this.resize(event.target)}></label>
          ${usesH ? slider(words.h, state.h, [1, 256], (h) => this.change({ h: String(h) })) : nothing}
        </div>
        ${this.complaint("input")}
        <ol class="layers" aria-label=${words.layers}>
          ${layers.map((layer, i) => this.layer(layer, i, steps[i], layers.length))}
        </ol>
        <div class="controls">
          ${select(words.add, "", { "": "…", ...Object.fromEntries(KINDS.map((kind) => [kind, kind])) }, (kind) => kind && this.grow(kind))}
        </div>
        <p class="help">${words.hint}</p>
        ${steps.at(-1)?.impossible ? nothing : html`
          <p class="total">${words.total}: <bdi dir="ltr">${polynomial(sum)}</bdi>
            ${usesH ? html`(${words.withH(Number(state.h), at(sum, Number(state.h)))})` : nothing}</p>`}
        ${this.foot(words.link, words.reset)}`;
    }

    resize(field) {
      const text = latin(field.value).split(/[^\d]+/).filter(Boolean).join(",");
      const good = this.accepts("input", text);
      field.ariaInvalid = good ? null : "true";
      if (!good) return this.complain(this.words.unreadable.input, "input");
      this.change({ input: text });
      this.announce(this.outcome());
    }

    grow(kind) {
      const settings = Object.entries(SETTINGS[kind]).map(([name, type]) => [
        name, READ[type](kind.endsWith("Pooling2D") && name === "stride" ? "2" : FRESH[name]),
      ]);
      this.set([...this.layers, { kind, ...Object.fromEntries(settings) }], kind);
      this.renderRoot.querySelector(".controls:last-of-type select").value = "";
    }

    layer(layer, i, step, count) {
      const { words } = this;
      const name = heard(`${layer.kind} ${say(i + 1)}`);
      const button = (kind, sign, act, off) => html`<button type="button" class="btn btn-sm ${kind}"
        aria-label=${words[kind](name)} ?disabled=${off} @click=${act}>${sign}</button>`;
      return html`<li class="layer ${step ? (step.impossible ? "impossible" : "") : "after"}">
        <div class="chip" role="group" aria-label=${name}><code>${layer.kind}</code>
          ${Object.entries(SETTINGS[layer.kind]).map(([key, type]) => this.setting(layer, i, key, type))}
          <span class="moves">
            ${button("up", "↑", () => this.move(i, -1), i === 0)}
            ${button("down", "↓", () => this.move(i, 1), i === count - 1)}
            ${button("remove", "✕", () => this.set(this.layers.filter((_, at) => at !== i), words.remove(name)), false)}
          </span>
        </div>
        ${this.complaint(i)}
        ${!step ? nothing : step.impossible ? html`<p class="warn">${this.reason(step.impossible)}</p>` : html`
          <dl>
            <div><dt>${words.shape}</dt><dd dir="ltr">${shape(step.shape)}</dd></div>
            <div><dt>${words.weights}</dt><dd dir=${step.weights.length ? "ltr" : nothing}>${step.weights.map(shape).join(", ") || words.none}</dd></div>
            <div><dt>${words.params}</dt><dd dir="ltr">${polynomial(step.params)}</dd></div>
            <div><dt>${words.field}</dt><dd>${step.field ? step.field.map(({ size, stride }) => words.sees(size, stride)).filter((text, side, all) => !side || text !== all[0]).join(" × ") : words.whole}</dd></div>
          </dl>`}
      </li>`;
    }

    setting(layer, i, key, type) {
      const label = this.words.settings[key];
      if (type === "padding")
        return select(label, layer[key], { same: "same", valid: "valid" }, (value) => this.edit(i, key, type, { value }));
      return html`<label class="control">${label}<input type="text" dir="ltr" size="4" .value=${String(layer[key])}
        @change=${(event) => this.edit(i, key, type, event.target)}></label>`;
    }
  }

  const latin = (text) => persianBookWords.latinDigits(text).trim();

  customElements.define("cnn-layers", LayerStack);
})();
