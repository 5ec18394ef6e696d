// Shapes, weights and receptive fields of a stack of layers: cnnbook.shapes for the layers that the
// calculator offers. A number of filters or units may be the letter H, so numbers of channels and of
// weights are polynomials in H: lists of coefficients, the constant first.
globalThis.Layers = (() => {
  "use strict";
  const { axis } = Windows;

  const add = (a, b) =>
    Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0));
  const times = (a, b) => {
    const product = Array(a.length + b.length - 1).fill(0);
    a.forEach((x, i) => b.forEach((y, j) => (product[i + j] += x * y)));
    return product;
  };
  const constant = (n) => [n];
  const H = [0, 1];
  const polynomial = (count) => (count === "H" ? H : constant(count));
  const productOf = (factors) => factors.reduce(times, constant(1));

  const at = (coefficients, h) => coefficients.reduceRight((total, c) => total * h + c, 0);

  // Why a layer cannot follow: the key of a text, with what it names.
  class Impossible extends Error {
    constructor(key, values) {
      super(key);
      this.values = values;
    }
  }

  const onImage = (name, shape) => {
    if (shape.length !== 3) throw new Impossible("needsImage", { name });
  };

  const slide = (name, shape, { kernel, stride, padding }) => {
    onImage(name, shape);
    const [rows, columns] = [shape[0], shape[1]].map(([size]) =>
      axis({ size, kernel, stride, padding })
    );
    for (const { size, count } of [rows, columns])
      if (!count) throw new Impossible("doesNotFit", { name, kernel, size });
    return [rows, columns];
  };

  const step = (shape, weights = [], places = null) => ({
    shape,
    weights,
    places,
    params: weights.map(productOf).reduce(add, constant(0)),
  });

  const pool = (name) => (shape, { size, stride, padding }) => {
    const places = slide(name, shape, { kernel: size, stride, padding });
    return step([...places.map(({ count }) => constant(count)), shape[2]], [], places);
  };

  const RULES = {
    Conv2D: (shape, { filters, kernel, stride, padding }) => {
      const places = slide("Conv2D", shape, { kernel, stride, padding });
      const out = polynomial(filters);
      const weights = [[constant(kernel), constant(kernel), shape[2], out], [out]];
      return step([...places.map(({ count }) => constant(count)), out], weights, places);
    },
    MaxPooling2D: pool("MaxPooling2D"),
    AveragePooling2D: pool("AveragePooling2D"),
    GlobalAveragePooling2D: (shape) => {
      onImage("GlobalAveragePooling2D", shape);
      return step([shape[2]]);
    },
    Flatten: (shape) => step([productOf(shape)]),
    // As in Keras, on the last axis: on an image it is a 1x1 convolution.
    Dense: (shape, { units }) => {
      const out = polynomial(units);
      return step([...shape.slice(0, -1), out], [[shape.at(-1), out], [out]]);
    },
  };

  // The receptive field after one more layer: size, stride and first pixel on each axis; none once
  // cells have no place in the image.
  const through = (field, { shape, places }) => {
    if (!field || shape.length !== 3) return null;
    if (!places) return field;
    return field.map(({ size, stride, offset }, side) => ({
      size: size + (places[side].extent - 1) * stride,
      stride: stride * places[side].stride,
      offset: offset - places[side].before * stride,
    }));
  };

  // Follow (h, w, c) through the layers; the first that cannot follow ends the list with its reason.
  const trace = (input, layers) => {
    let shape = input.map(polynomial);
    let field = [0, 1].map(() => ({ size: 1, stride: 1, offset: 0 }));
    const steps = [];
    for (const layer of layers) {
      try {
        const next = RULES[layer.kind](shape, layer);
        field = through(field, next);
        steps.push({ ...next, field });
        shape = next.shape;
      } catch (error) {
        if (!(error instanceof Impossible)) throw error;
        steps.push({ impossible: error });
        break;
      }
    }
    return steps;
  };

  const total = (steps) => steps.map(({ params }) => params ?? [0]).reduce(add, constant(0));

  return { KINDS: Object.keys(RULES), trace, total, at };
})();
