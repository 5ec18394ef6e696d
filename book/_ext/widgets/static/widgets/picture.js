// A drawn picture, and what a kernel makes of it: red where positive, blue where negative.
(() => {
  "use strict";
  const { LitElement, html } = Lit;
  const { axes, correlate, matrix } = Windows;

  const [HEIGHT, WIDTH] = [60, 90];
  // The scene of the book: sky, moon, house with a window, a wire.
  const SCENE = matrix(HEIGHT, WIDTH, (i, j) => {
    if (i === 8 && j < 60) return 20;
    if ((i - 16) ** 2 + (j - 72) ** 2 < 80) return 230;
    if (i > 33 && i < 41 && j > 24 && j < 32) return 220;
    if (i > 28 && i < 52 && j > 14 && j < 42) return 90;
    return i > 50 ? 60 : 150;
  });

  const paint = (canvas, colour) => {
    const context = canvas.getContext("2d");
    const pixels = context.createImageData(WIDTH, HEIGHT);
    for (let i = 0; i < HEIGHT; i++)
      for (let j = 0; j < WIDTH; j++) pixels.data.set([...colour(i, j), 255], 4 * (i * WIDTH + j));
    context.putImageData(pixels, 0, 0);
  };
  const grey = (value) => Array(3).fill(Math.min(Math.max(value, 0), 255));
  // White is zero; the largest size is full red or blue.
  const diverging = (value) => {
    const size = Math.min(Math.abs(value), 1);
    const [fade, full] = [255 * (1 - size), 255 - 35 * size];
    return value > 0 ? [full, fade, fade] : [fade, fade, full];
  };

  const WORDS = {
    fa: { input: "منظره‌ای خاکستری با ماه، خانه و سیم", output: "پاسخ کرنل: قرمز مثبت، آبی منفی، سفید صفر" },
    en: { input: "A grey scene with a moon, a house and a wire", output: "The kernel's response: red positive, blue negative, white zero" },
  };

  class Picture extends LitElement {
    static properties = { kernel: { attribute: false }, name: { attribute: false } };

    createRenderRoot() {
      return this;
    }

    render() {
      const words = WORDS[Parts.language];
      return html`<details @toggle=${() => this.draw()}><summary>${this.name}</summary>
        <div class="pictures">
          ${["input", "output"].map((key) => html`
            <figure><canvas class=${key} width=${WIDTH} height=${HEIGHT} role="img" aria-label=${words[key]}></canvas>
            <figcaption>${words[key]}</figcaption></figure>`)}
        </div></details>`;
    }

    updated() {
      this.draw();
    }

    draw() {
      if (!this.querySelector("details").open) return;
      paint(this.querySelector(".input"), (i, j) => grey(SCENE[i][j]));
      const answer = correlate(SCENE, this.kernel, axes(SCENE, this.kernel, { padding: "same" }), "reflect");
      const largest = Math.max(...answer.flat().map(Math.abs)) || 1;
      paint(this.querySelector(".output"), (i, j) => diverging(answer[i][j] / largest));
    }
  }
  customElements.define("cnn-picture", Picture);
})();
