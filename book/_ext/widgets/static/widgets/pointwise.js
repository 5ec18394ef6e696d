// Chapter 2: four pixels of two channels pass through a 1x1 convolution, and move in channel space
// until a straight line can tell XOR's two classes apart.
(() => {
  "use strict";
  const { html, svg } = Lit;
  const { pointwise, relu, separable } = Windows;
  const { show, say, slider, checkbox, Widget } = Parts;

  const PIXELS = [[0, 0], [0, 1], [1, 0], [1, 1]];
  const isOne = ([a, b]) => a !== b;
  const WEIGHTS = ["wa1", "wb1", "b1", "wa2", "wb2", "b2"];
  const RANGE = [-2, 2, 0.5];

  const words = {
    fa: {
      unit: (n) => `نورون ${say(n)}`, a: "وزن a", b: "وزن b", bias: "بایاس", relu: "ReLU پس از آن",
      before: "پیش: فضای دو کانال ورودی", after: "پس: فضای دو کانال تازه",
      axes: { before: ["a", "b"], after: ["h₁", "h₂"] },
      size: "ضلع تصویر",
      apart: "جدا شد: یک خط راست، یعنی یک ۱×۱ دیگر، می‌تواند دو دسته را از هم بازشناسد.",
      mixed: "هنوز جدا نیست: هیچ خط راستی دایره‌ها را از مربع‌ها جدا نمی‌کند.",
      hint: "مأموریت: با شش وزن و ReLU، دایره‌ها (XOR = ۱) را از مربع‌ها جدا کنید. بدون ReLU شدنی نیست.",
      cost: (n, macs) => `هزینه روی تصویر ${say(n)}×${say(n)}: ${say(6)} پارامتر، ${say(macs)} ضرب‌وجمع.`,
      dense: (params) => `لایهٔ تمام‌متصلی که همهٔ پیکسل‌ها را به همه وصل کند ${say(params)} پارامتر می‌خواهد.`,
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      unit: (n) => `Unit ${n}`, a: "weight of a", b: "weight of b", bias: "bias", relu: "followed by ReLU",
      before: "Before: the space of the two input channels", after: "After: the space of the two new channels",
      axes: { before: ["a", "b"], after: ["h₁", "h₂"] },
      size: "Side of the image",
      apart: "Separated: a straight line, that is, one more 1×1, can tell the two classes apart.",
      mixed: "Not yet: no straight line separates the circles from the squares.",
      hint: "Mission: with six weights and ReLU, separate the circles (XOR = 1) from the squares. It cannot be done without ReLU.",
      cost: (n, macs) => `Cost on an image of ${n}×${n}: 6 parameters, ${say(macs)} multiply-adds.`,
      dense: (params) => `A dense layer that connects all pixels with all would take ${say(params)} parameters.`,
      link: "Link to this state", reset: "Start again",
    },
  };

  class Pointwise extends Widget {
    static words = words;
    static defaults = { wa1: "1", wb1: "0", b1: "0", wa2: "0", wb2: "1", b2: "0", relu: "0", n: "28" };

    accepts(key, text) {
      if (key === "relu") return ["0", "1"].includes(text);
      const value = Number(text);
      if (key === "n") return Number.isInteger(value) && value >= 1 && value <= 64;
      return text.trim() !== "" && Math.abs(value) <= 2 && Number.isInteger(2 * value);
    }

    moved() {
      const [wa1, wb1, b1, wa2, wb2, b2] = WEIGHTS.map((key) => Number(this.state[key]));
      const linear = pointwise(PIXELS, [[wa1, wa2], [wb1, wb2]], [b1, b2]);
      return this.state.relu === "1" ? relu(linear) : linear;
    }

    isApart(points) {
      const ones = points.filter((_, i) => isOne(PIXELS[i]));
      const others = points.filter((_, i) => !isOne(PIXELS[i]));
      return separable(ones, others);
    }

    set(values) {
      const before = this.isApart(this.moved());
      this.change(values);
      const after = this.isApart(this.moved());
      if (after !== before) this.announce(after ? this.words.apart : this.words.mixed);
    }

    render() {
      const { words, state } = this;
      const points = this.moved();
      const n = Number(state.n);
      const weight = (label, key) => slider(label, state[key], RANGE, (value) => this.set({ [key]: String(value) }));
      return html`
        <p class="help">${words.hint}</p>
        <div class="controls">
          ${[1, 2].map((unit) => html`<fieldset class="unit"><legend>${words.unit(unit)}</legend>
            ${weight(words.a, `wa${unit}`)}${weight(words.b, `wb${unit}`)}${weight(words.bias, `b${unit}`)}</fieldset>`)}
          ${checkbox(words.relu, state.relu === "1", (on) => this.set({ relu: on ? "1" : "0" }))}
        </div>
        <div class="board">
          ${this.plot(PIXELS, words.before, words.axes.before)}
          ${this.plot(points, words.after, words.axes.after)}
          ${this.table(points)}
        </div>
        <p class="feedback">${this.isApart(points) ? words.apart : words.mixed}</p>
        <div class="controls">${slider(words.size, state.n, [1, 64], (value) => this.set({ n: String(value) }))}</div>
        <p class="sizes">${words.cost(n, 4 * n * n)} ${words.dense(2 * n * n * 2 * n * n + 2 * n * n)}</p>
        ${this.foot(words.link, words.reset)}`;
    }

    plot(points, name, [across, up]) {
      const reach = Math.max(2, ...points.flat().map(Math.abs));
      const x = (value) => 100 + (88 * value) / reach;
      const y = (value) => 100 - (88 * value) / reach;
      // Pixels that land on one place are drawn side by side.
      const rank = (i) => points.slice(0, i).filter((other) => String(other) === String(points[i])).length;
      const mark = ([a, b], i) =>
        isOne(PIXELS[i])
          ? svg`<circle class="one" cx=${x(a) + 9 * rank(i)} cy=${y(b)} r="7"></circle>`
          : svg`<rect class="other" x=${x(a) - 6.5 + 9 * rank(i)} y=${y(b) - 6.5} width="13" height="13"></rect>`;
      return html`<div class="holder">
        <svg class="plot" viewBox="0 0 200 200" role="img" aria-label=${name}>
          <path class="axis" d="M4 100H196M100 4V196M${x(1)} 96V104M96 ${y(1)}H104"></path>
          <text class="tick" x=${x(1)} y="120">1</text><text class="tick" x="86" y=${y(1) + 4}>1</text>
          <text x="182" y="92">${across}</text><text x="106" y="16">${up}</text>
          ${points.map(mark)}
        </svg>
        <div class="caption">${name}</div></div>`;
    }

    table(points) {
      const { words } = this;
      return html`<div class="holder"><table class="matrix" dir="ltr" aria-label=${words.after}>
        <thead><tr>${["a", "b", "h₁", "h₂", "XOR"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
        <tbody>${points.map((point, i) => html`<tr>${[...PIXELS[i], ...point, Number(isOne(PIXELS[i]))].map((value) =>
          html`<td>${show(value)}</td>`)}</tr>`)}</tbody></table></div>`;
    }
  }

  customElements.define("cnn-pointwise", Pointwise);
})();
