// Chapter 3: the windows of one axis, as TensorFlow and as PyTorch lay them, one above the other.
(() => {
  "use strict";
  const { html } = Lit;
  const { axis, range } = Windows;
  const { show, say, select, slider, Widget } = Parts;

  const LIMITS = { n: [3, 12], k: [1, 5], s: [1, 4], p: [0, 4] };

  const words = {
    fa: {
      n: "طول ورودی n", k: "کرنل k", s: "گام s", p: "padding در PyTorch", tf: "padding در TensorFlow",
      tensorflow: (padding) => `TensorFlow، padding=${padding}`,
      pytorch: (p) => `PyTorch، padding=${p}`,
      input: "ورودی", window: (o) => `پنجرهٔ ${say(o)}`,
      cell: "خانهٔ ورودی", zero: "صفرِ حاشیه", unread: "، خوانده نمی‌شود", reads: "خوانده می‌شود", nothing: "–",
      none: "هیچ پنجره‌ای جا نمی‌شود: کرنل از ورودی (با حاشیه‌اش) بزرگ‌تر است.",
      sum: ({ count, before, after, unread }, lostZeros) =>
        `${say(count)} پنجره؛ ${say(before)} صفر پیش و ${say(after)} صفر پس از ورودی؛ ` +
        (unread.length ? `${unread.length === 1 ? "خانهٔ" : "خانه‌های"} ${unread.map(say).join("، ")} هرگز خوانده نمی‌شود` : "همهٔ خانه‌ها خوانده می‌شوند") +
        (lostZeros ? `؛ ${say(lostZeros)} صفر خوانده نمی‌شود.` : "."),
      equal: "هر دو کتابخانه درست همین پنجره‌ها را می‌خوانند: عددها یکی خواهد بود.",
      counts: (a, b) => `تعداد پنجره‌ها یکی نیست (${say(a)} و ${say(b)})؛ شکل خروجی فرق دارد.`,
      shifted: (by) => `شکل یکی است، عددها نه: پنجره‌های PyTorch ${say(Math.abs(by))} خانه ${by < 0 ? "زودتر" : "دیرتر"} آغاز می‌شوند.`,
      legend: "خط‌چین: صفرِ حاشیه. هاشور: خانه‌ای که هیچ پنجره‌ای نمی‌خواند.",
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      n: "Input length n", k: "Kernel k", s: "Stride s", p: "PyTorch's padding", tf: "TensorFlow's padding",
      tensorflow: (padding) => `TensorFlow, padding=${padding}`,
      pytorch: (p) => `PyTorch, padding=${p}`,
      input: "input", window: (o) => `window ${o}`,
      cell: "cell of the input", zero: "zero of the border", unread: ", never read", reads: "read", nothing: "–",
      none: "No window fits: the kernel is larger than the input with its border.",
      sum: ({ count, before, after, unread }, lostZeros) =>
        `${count} window${count === 1 ? "" : "s"}; zeros: ${before} before, ${after} after; ` +
        (unread.length ? `cell${unread.length > 1 ? "s" : ""} ${unread.join(", ")} never read` : "every cell is read") +
        (lostZeros ? `; ${lostZeros} zero${lostZeros > 1 ? "s" : ""} not read.` : "."),
      equal: "Both libraries read exactly these windows: the numbers will be equal.",
      counts: (a, b) => `The number of windows differs (${a} and ${b}), and so does the shape of the output.`,
      shifted: (by) => `Equal shapes, different numbers: PyTorch's windows begin ${Math.abs(by)} cell${Math.abs(by) > 1 ? "s" : ""} ${by < 0 ? "earlier" : "later"}.`,
      legend: "Dashed: a zero of the border. Hatched: a cell that no window reads.",
      link: "Link to this state", reset: "Start again",
    },
  };

  class Alignment extends Widget {
    static words = words;
    static defaults = { n: "8", k: "3", s: "2", p: "1", tf: "same" };

    accepts(key, text) {
      if (key === "tf") return ["same", "valid"].includes(text);
      const [low, high] = LIMITS[key];
      return /^\d+$/.test(text) && low <= Number(text) && Number(text) <= high;
    }

    lay(padding) {
      const [size, kernel, stride] = [this.state.n, this.state.k, this.state.s].map(Number);
      return axis({ size, kernel, stride, padding });
    }

    set(values) {
      this.change(values);
      this.announce(this.verdict(...this.both()));
    }

    both() {
      const p = Number(this.state.p);
      return [this.lay(this.state.tf), this.lay([p, p])];
    }

    verdict(tensorflow, pytorch) {
      const { words } = this;
      if (!tensorflow.count || !pytorch.count) return words.none;
      if (tensorflow.count !== pytorch.count) return words.counts(tensorflow.count, pytorch.count);
      const by = tensorflow.before - pytorch.before;
      return by ? words.shifted(by) : words.equal;
    }

    render() {
      const { words, state } = this;
      const [tensorflow, pytorch] = this.both();
      const one = (key) =>
        slider(words[key], state[key], LIMITS[key], (value) => this.set({ [key]: String(value) }));
      // The same cells for both, so that a cell stands below itself.
      const before = Math.max(tensorflow.before, pytorch.before);
      const after = Math.max(tensorflow.after, pytorch.after);
      const cells = range(tensorflow.size + before + after).map((i) => i - before);
      const paddings = { same: "same", valid: "valid" };
      return html`
        <div class="controls">${one("n")}${one("k")}${one("s")}
          ${select(words.tf, state.tf, paddings, (tf) => this.set({ tf }))}${one("p")}</div>
        ${this.strip(words.tensorflow(state.tf), tensorflow, cells)}
        ${this.strip(words.pytorch(state.p), pytorch, cells)}
        <p class="feedback">${this.verdict(tensorflow, pytorch)}</p>
        <p class="help">${words.legend}</p>
        ${this.foot(words.link, words.reset)}`;
    }

    strip(name, axis, cells) {
      const { words } = this;
      const outside = (i) => i < 0 || i >= axis.size;
      const there = (i) => -axis.before <= i && i < axis.size + axis.after;
      const look = (i) => `${outside(i) ? "outside " : ""}${axis.reads.has(i) ? "" : "unread"}`;
      const label = (i) => `${outside(i) ? words.zero : words.cell}${axis.reads.has(i) ? "" : words.unread}`;
      const lost = cells.filter((i) => there(i) && outside(i) && !axis.reads.has(i)).length;
      const taps = (o) => new Set(range(axis.kernel).map((tap) => axis.place(o, tap)));
      return html`
        <div class="holder" role="group" tabindex="0" aria-label=${name}>
          <table class="matrix strip" dir="ltr" aria-label=${name}>
            <thead><tr><td></td>${cells.map((i) => html`<th scope="col">${show(i)}</th>`)}</tr></thead>
            <tbody>
              <tr><th scope="row" dir="auto">${words.input}</th>${cells.map((i) =>
                there(i)
                  ? html`<td class=${look(i)} aria-label=${label(i)}>${outside(i) ? "0" : html`<span class="dot">●</span>`}</td>`
                  : html`<td class="blank" aria-label=${words.nothing}></td>`)}</tr>
              ${range(axis.count).map((o) => {
                const read = taps(o);
                return html`<tr><th scope="row" dir="auto">${words.window(o)}</th>${cells.map((i) =>
                  html`<td class=${read.has(i) ? "under" : "blank"} aria-label=${read.has(i) ? words.reads : words.nothing}>${read.has(i) ? "×" : ""}</td>`)}</tr>`;
              })}
            </tbody>
          </table>
        </div>
        <p class="sizes"><strong><bdi>${name}</bdi></strong>: ${axis.count ? words.sum(axis, lost) : words.none}</p>`;
    }
  }

  customElements.define("cnn-alignment", Alignment);
})();
