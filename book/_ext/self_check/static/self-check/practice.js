// Another problem at a click, from the pool that the package worked out when the book was built. The
// problem that is shown stands in the address, ?practice-shapes=2.17, so that a link leads to it.
(() => {
  "use strict";

  const WORDS = {
    fa: {
      another: "یکی دیگر", difficulty: "دشواری", level: { 1: "آسان", 2: "میانه", 3: "دشوار" },
      said: (level, place) => `تمرین تازه: ${level}، شمارهٔ ${place}`,
      failed: "تمرین‌ها بار نشدند؛ صفحه را دوباره باز کنید.",
    },
    en: {
      another: "Another one", difficulty: "Difficulty", level: { 1: "easy", 2: "medium", 3: "hard" },
      said: (level, place) => `New problem: ${level}, number ${place}`,
      failed: "The problems did not load; open the page again.",
    },
  };
  const language = document.documentElement.lang === "fa" ? "fa" : "en";
  const words = WORDS[language];
  const count = new Intl.NumberFormat(language).format;
  const { src } = document.currentScript;

  // Written out, for a site gives its files lasting names and drops those that nothing names.
  const FILES = {
    fa: {
      convolution: "fa/convolution.js",
      pointwise: "fa/pointwise.js",
      shapes: "fa/shapes.js",
      gradients: "fa/gradients.js",
      bridge: "fa/bridge.js",
    },
    en: {
      convolution: "en/convolution.js",
      pointwise: "en/pointwise.js",
      shapes: "en/shapes.js",
      gradients: "en/gradients.js",
      bridge: "en/bridge.js",
    },
  };
  const loads = new Map();
  const pool = (topic) => {
    if (!loads.has(topic))
      loads.set(topic, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = new URL(FILES[language][topic], src).href;
        script.onload = () => resolve(PracticePools[topic]);
        script.onerror = () => {
          loads.delete(topic);
          reject(new Error(`${topic}.js did not load`));
        };
        document.head.append(script);
      }));
    return loads.get(topic);
  };

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const set = (box) => {
    const { topic } = box.dataset;
    const key = `practice-${topic}`;
    const problem = box.querySelector(".problem");
    const details = box.querySelector("details");
    const status = element("p", { className: "practice-said" });
    status.setAttribute("role", "status");
    const select = element(
      "select", {},
      ...Object.entries(words.level).map(([value, text]) => element("option", { value, textContent: text }))
    );
    const button = element("button", { type: "button", className: "btn btn-sm", textContent: words.another });
    const next = { 1: 1, 2: 0, 3: 0 }; // the first easy one is on the page

    const ask = (check, mistakes) => {
      box.querySelector(".self-check")?.remove();
      const block = element(
        "div", { className: "self-check" },
        ...mistakes.map((text) => element("div", { className: "mistake", hidden: true }, element("p", { innerHTML: text })))
      );
      block.dataset.check = JSON.stringify(check);
      problem.after(block);
      SelfCheck.set(block);
    };
    const show = async (level, place) => {
      let problems;
      try {
        problems = (await pool(topic))[level];
      } catch {
        status.textContent = words.failed;
        return;
      }
      const { shown, solution, check, mistakes } = problems[place % problems.length];
      problem.innerHTML = shown;
      details.open = false;
      details.querySelector(".solution-of-it").innerHTML = solution;
      ask(check, mistakes);
      next[level] = (place + 1) % problems.length;
      select.value = String(level);
      status.textContent = words.said(words.level[level], count((place % problems.length) + 1));
      const query = new URLSearchParams(location.search);
      query.set(key, `${level}.${place % problems.length}`);
      try {
        history.replaceState(history.state, "", `${location.pathname}?${query}#${box.id}`);
      } catch {
        // A browser that changes no address of a file still shows the problem.
      }
    };

    button.addEventListener("click", () => show(Number(select.value), next[select.value]));
    select.addEventListener("change", () => show(Number(select.value), next[select.value]));
    box.append(
      element("div", { className: "practice-controls" },
        element("label", {}, `${words.difficulty} `, select), button),
      status
    );
    // What is wrong in the first problem is told by the pool too; it comes with the second.
    ask({ ...JSON.parse(box.dataset.first), slips: [] }, []);
    const given = /^([123])\.(\d{1,2})$/.exec(new URLSearchParams(location.search).get(key) ?? "");
    if (given) show(Number(given[1]), Number(given[2]));
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll(".practice")) set(box);
  });
})();
