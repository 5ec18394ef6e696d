// Chapter 5: one thing of a drawn car is changed, and a small trained network says what it makes of
// it. First the reader guesses which change turns the label; then all changes are told.
(() => {
  "use strict";
  const { html, nothing } = Lit;
  const { say, select, Widget } = Parts;
  const SIZE = 96;
  const MAKES = ["iranKhodro_dena", "kia_cerato", "mazda_3", "peugeot_206", "saipa_saina"];
  // Written out, for a site gives its files lasting names and drops those that nothing names.
  const FILES = {
    iranKhodro_dena: "car/iranKhodro_dena.js",
    kia_cerato: "car/kia_cerato.js",
    mazda_3: "car/mazda_3.js",
    peugeot_206: "car/peugeot_206.js",
    saipa_saina: "car/saipa_saina.js",
  };
  const PARTS = ["headlamp", "grille", "tail lamp", "wheel", "tail end"];
  const CHANGES = [...PARTS, "colour", "pose", "mark"];
  const OF_NO_MAKE = ["colour", "pose"];
  const MAPS = { gradCam: "Grad-CAM", hiResCam: "HiResCAM" };

  const words = {
    fa: {
      makes: { iranKhodro_dena: "دنا", kia_cerato: "سراتو", mazda_3: "مزدا ۳", peugeot_206: "پژو ۲۰۶", saipa_saina: "ساینا" },
      changes: {
        headlamp: "چراغ جلو", grille: "جلوپنجره", "tail lamp": "چراغ عقب", wheel: "رینگ", "tail end": "صندوق یا هاچ‌بک",
        colour: "رنگ", pose: "زاویهٔ دید", mark: "نشان آب",
      },
      car: "خودرو", donor: "از خودروی",
      question: (car) => `حدس بزنید: کدام تغییر باعث می‌شود شبکه دیگر نگوید «${car}»؟`,
      guess: "ببینیم", pick: "نخست یکی را برگزینید.",
      before: "پیش از تغییر", after: (what) => `پس از تغییر: ${what}`,
      turns: (from, to) => `برچسب برمی‌گردد: از «${from}» به «${to}».`,
      stays: (car, p, q) => `برچسب همان «${car}» می‌ماند؛ احتمالش از ${p} به ${q} می‌رود.`,
      was: (car, other) => `شبکه این تصویر «${car}» را از همان آغاز «${other}» می‌خواند.`,
      all: "همهٔ تغییرها", change: "تغییر", label: "برچسب شبکه", probability: (car) => `احتمال ${car}`,
      none: (car) => `هیچ‌یک از این تغییرها با قطعه‌های ${car} برچسب را برنمی‌گرداند.`,
      map: (name, car) => `${name} برای ${car}`, picture: "تصویر", loading: "تصویرها در راه‌اند…",
      percent: (p) => say(Math.round(1000 * p) / 10).replace("\u2069", "٪\u2069"),
      link: "پیوند به همین حالت", reset: "از نو",
    },
    en: {
      makes: { iranKhodro_dena: "Dena", kia_cerato: "Cerato", mazda_3: "Mazda 3", peugeot_206: "Peugeot 206", saipa_saina: "Saina" },
      changes: {
        headlamp: "headlamp", grille: "grille", "tail lamp": "tail lamp", wheel: "wheel", "tail end": "boot or hatch",
        colour: "colour", pose: "view", mark: "watermark",
      },
      car: "Car", donor: "Taken from",
      question: (car) => `Guess: which change makes the network no longer say \u201c${car}\u201d?`,
      guess: "Let us see", pick: "Choose one first.",
      before: "Before", after: (what) => `After a change of: ${what}`,
      turns: (from, to) => `The label turns from \u201c${from}\u201d to \u201c${to}\u201d.`,
      stays: (car, p, q) => `The label stays \u201c${car}\u201d; its probability goes from ${p} to ${q}.`,
      was: (car, other) => `The network reads this picture of a ${car} as \u201c${other}\u201d from the beginning.`,
      all: "All changes", change: "Change", label: "The network says", probability: (car) => `Probability of ${car}`,
      none: (car) => `None of these changes, with parts of ${car}, turns the label.`,
      map: (name, car) => `${name} for ${car}`, picture: "Picture", loading: "The pictures are on their way…",
      percent: (p) => `${say(Math.round(1000 * p) / 10)}%`,
      link: "Link to this state", reset: "Start again",
    },
  };

  // ---- pictures and network, once each ----
  let network = null;
  const trained = () => {
    const numbers = (layer) => ({ ...layer, kernel: Network.decode(layer.kernel), bias: Network.decode(layer.bias) });
    network ??= { convs: CarNetwork.convs.map(numbers), head: numbers(CarNetwork.head) };
    return network;
  };
  const seen = new Map();
  const see = async (make, name) => {
    const key = `${make}/${name}`;
    if (!seen.has(key)) {
      const image = new Image();
      image.src = CarPictures[make][name];
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: SIZE, height: SIZE });
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, SIZE, SIZE);
      const pixels = data.filter((_, i) => i % 4 < 3);
      const told = Network.forward(trained(), pixels, SIZE);
      const best = told.logits.indexOf(Math.max(...told.logits));
      seen.set(key, { ...told, canvas, best });
    }
    return seen.get(key);
  };
  const name = (what, donor) => (OF_NO_MAKE.includes(what) ? what : `${what}/${donor}`);

  // Blue, through yellow, to red, over the picture in grey.
  const heat = (t) => [255 * Math.min(1, 2 * t), 255 * (1 - Math.abs(2 * t - 1)), 255 * Math.max(0, 1 - 2 * t)];
  const overlay = (canvas, picture, values, side) => {
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const pixels = context.getImageData(0, 0, SIZE, SIZE);
    const largest = Math.max(...values) || 1;
    const at = (i, j) => values[Math.min(Math.max(i, 0), side - 1) * side + Math.min(Math.max(j, 0), side - 1)] / largest;
    for (let i = 0; i < SIZE; i++)
      for (let j = 0; j < SIZE; j++) {
        const [y, x] = [((i + 0.5) * side) / SIZE - 0.5, ((j + 0.5) * side) / SIZE - 0.5];
        const [top, left] = [Math.floor(y), Math.floor(x)];
        const [v, u] = [y - top, x - left];
        const t = (1 - v) * ((1 - u) * at(top, left) + u * at(top, left + 1)) + v * ((1 - u) * at(top + 1, left) + u * at(top + 1, left + 1));
        const place = 4 * (i * SIZE + j);
        const grey = (pixels.data[place] + pixels.data[place + 1] + pixels.data[place + 2]) / 3;
        heat(t).forEach((c, k) => (pixels.data[place + k] = 0.5 * grey + 0.5 * c));
      }
    context.putImageData(pixels, 0, 0);
  };

  class Counterfactual extends Widget {
    static words = words;
    static defaults = { car: MAKES[0], donor: MAKES[1], change: "" };
    static properties = { ...Widget.properties, told: { state: true } };

    accepts(key, text) {
      return (key === "change" ? CHANGES : MAKES).includes(text);
    }

    connectedCallback() {
      super.connectedCallback();
      if (this.state.donor === this.state.car) this.state.donor = MAKES.find((make) => make !== this.state.car);
      this.look();
    }

    get picked() {
      return this.renderRoot.querySelector("input[type=radio]:checked")?.value;
    }

    async look() {
      const { car, donor, change } = this.state;
      const asked = JSON.stringify(this.state);
      await bringWidgetFile(FILES[car]);
      const before = await see(car, "none");
      const after = change ? await see(car, name(change, donor)) : null;
      const all = change
        ? await Promise.all(CHANGES.map(async (what) => [what, await see(car, name(what, donor))]))
        : null;
      if (asked !== JSON.stringify(this.state)) return; // the reader has gone on
      this.told = { before, after, all };
      if (change) this.announce(this.verdict());
    }

    set(values) {
      const state = { ...this.state, ...values };
      if (state.donor === state.car) state.donor = MAKES.find((make) => make !== state.car);
      this.change(state);
    }

    verdict() {
      const { words, told } = this;
      const k = MAKES.indexOf(this.state.car);
      const car = words.makes[this.state.car];
      const [p, q] = [told.before, told.after].map(({ probabilities }) => words.percent(probabilities[k]));
      if (told.before.best !== k) return words.was(car, words.makes[MAKES[told.before.best]]);
      return told.after.best !== k ? words.turns(car, words.makes[MAKES[told.after.best]]) : words.stays(car, p, q);
    }

    change(values) {
      super.change(values);
      if (!this.state.change) this.said = "";
      this.look();
    }

    render() {
      const { words, state, told } = this;
      const makes = (list) => Object.fromEntries(list.map((make) => [make, words.makes[make]]));
      const car = words.makes[state.car];
      return html`
        <div class="controls">
          ${select(words.car, state.car, makes(MAKES), (value) => this.set({ car: value, change: "" }))}
          ${select(words.donor, state.donor, makes(MAKES.filter((make) => make !== state.car)), (value) => this.set({ donor: value, change: "" }))}
        </div>
        <form class="guess" @submit=${(event) => this.guess(event)}>
          <fieldset class="unit"><legend>${words.question(car)}</legend>
            ${CHANGES.map((what) => html`<label class="control check"><input type="radio" name="${this.id}-guess" value=${what}
              .checked=${state.change === what}> ${words.changes[what]}</label>`)}
          </fieldset>
          <button class="btn btn-sm">${words.guess}</button>
        </form>
        ${this.complaint()}
        ${told ? html`
          ${told.after ? html`<p class="feedback">${this.verdict()}</p>` : nothing}
          <div class="sides">
            ${this.side(words.before, told.before, "before")}
            ${told.after ? this.side(words.after(words.changes[state.change]), told.after, "after") : nothing}
          </div>
          ${told.all ? this.table(told.all) : nothing}` : html`<p>${words.loading}</p>`}
        ${this.foot(words.link, words.reset)}`;
    }

    guess(event) {
      event.preventDefault();
      if (!this.picked) return this.complain(this.words.pick);
      this.set({ change: this.picked });
    }

    side(title, { probabilities, best }, which) {
      const { words } = this;
      return html`<div class="side" data-side=${which} role="group" aria-label=${title}><p class="side-title">${title}</p>
        <div class="pictures">
          ${["picture", ...Object.keys(MAPS)].map((key) => {
            const caption = key === "picture" ? words.picture : words.map(MAPS[key], words.makes[MAKES[best]]);
            return html`<figure><canvas class=${key} width=${SIZE} height=${SIZE} role="img" aria-label="${title}: ${caption}"></canvas>
              <figcaption>${caption}</figcaption></figure>`;
          })}
        </div>
        <dl class="bars">${probabilities.map((p, k) => html`<div class=${k === best ? "best" : ""}>
          <dt>${words.makes[MAKES[k]]}</dt><dd><meter min="0" max="1" .value=${p} aria-hidden="true"></meter> ${words.percent(p)}</dd></div>`)}</dl>
      </div>`;
    }

    table(all) {
      const { words, state } = this;
      const k = MAKES.indexOf(state.car);
      const turned = all.some(([, { best }]) => best !== k);
      return html`<div class="holder"><table class="table changes"><caption>${words.all}</caption>
        <thead><tr><th scope="col">${words.change}</th><th scope="col">${words.probability(words.makes[state.car])}</th>
          <th scope="col">${words.label}</th></tr></thead>
        <tbody>${all.map(([what, { probabilities, best }]) => html`<tr class=${best === k ? "" : "turned"}>
          <th scope="row">${words.changes[what]}</th><td>${words.percent(probabilities[k])}</td><td>${words.makes[MAKES[best]]}</td></tr>`)}</tbody>
        </table></div>${turned ? nothing : html`<p class="help">${words.none(words.makes[state.donor])}</p>`}`;
    }

    updated() {
      if (!this.told) return;
      for (const which of ["before", "after"]) {
        const side = this.renderRoot.querySelector(`[data-side="${which}"]`);
        const shown = this.told[which];
        if (!side || !shown) continue;
        side.querySelector(".picture").getContext("2d").drawImage(shown.canvas, 0, 0);
        for (const key of Object.keys(MAPS))
          overlay(side.querySelector(`.${key}`), shown.canvas, Network[key](trained(), shown, shown.best), shown.features.h);
      }
    }
  }

  customElements.define("cnn-counterfactual", Counterfactual);
})();
