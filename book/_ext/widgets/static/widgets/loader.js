// Brings in a widget's styles and scripts when the reader comes near it, one after another, from this folder.
// They are classic scripts: browsers load no modules from disk.
(() => {
  "use strict";

  const COMMON = ["live.css", "lit.js", "windows.js", "parts.js"];
  const FILES = {
    "cnn-stepper": ["../self-check/typed.js", ...COMMON, "picture.js", "stepper.js"],
    "cnn-pointwise": [...COMMON, "pointwise.js"],
    "cnn-alignment": [...COMMON, "alignment.js"],
    "cnn-layers": [...COMMON, "layers.js", "layer-stack.js"],
    "cnn-counterfactual": [...COMMON, "network.js", "car/network.js", "counterfactual.js"],
    "cnn-gradient-lens": ["../self-check/typed.js", ...COMMON, "gradient-lens.js"],
  };
  const NEAR = "600px 0px"; // about one screen, so that it is there when the reader is

  const { src, dataset } = document.currentScript;
  const known = new Map();
  const isThere = (file) => document.querySelector(`script[src*="/${file.replace("../", "")}"]`);
  const bringIn = (file) =>
    new Promise((resolve, reject) => {
      const href = new URL(file, src);
      href.search = dataset.version ? `v=${dataset.version}` : "";
      const made = file.endsWith(".css")
        ? Object.assign(document.createElement("link"), { rel: "stylesheet", href })
        : Object.assign(document.createElement("script"), { src: href });
      made.onload = resolve;
      made.onerror = () => reject(new Error(`${file} did not load`));
      document.head.append(made);
    });
  const load = (file) => {
    if (!known.has(file)) known.set(file, isThere(file) ? Promise.resolve() : bringIn(file));
    return known.get(file);
  };
  globalThis.bringWidgetFile = load; // for what a widget needs only once it is used
  const bring = async (name) => {
    for (const file of FILES[name]) await load(file);
  };

  document.addEventListener("DOMContentLoaded", () => {
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries)
          if (isIntersecting) {
            watcher.unobserve(target);
            bring(target.localName);
          }
      },
      { rootMargin: NEAR }
    );
    for (const widget of document.querySelectorAll(Object.keys(FILES).join())) watcher.observe(widget);
  });
})();
