// A small convolutional network, forward, and what Grad-CAM and HiResCAM make of its last feature map.
// Arrays are flat, channels last; tests/widgets/test_network.py compares each of them with Keras.
globalThis.Network = (() => {
  "use strict";
  const { axis } = Windows;

  // The sixteen bits of a half-precision number, as NumPy writes them.
  const half = (bits) => {
    const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
    const size = exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14;
    return bits >> 15 ? -size : size;
  };
  const decode = (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return Float32Array.from(new Uint16Array(bytes.buffer), half);
  };

  const conv = (x, { kernel, bias, size, stride, filters }) => {
    const [rows, columns] = [x.h, x.w].map((n) => axis({ size: n, kernel: size, stride, padding: "same" }));
    const out = { h: rows.count, w: columns.count, c: filters, data: new Float32Array(rows.count * columns.count * filters) };
    for (let i = 0; i < out.h; i++)
      for (let j = 0; j < out.w; j++) {
        const to = (i * out.w + j) * filters;
        for (let o = 0; o < filters; o++) out.data[to + o] = bias[o];
        for (let p = 0; p < size; p++) {
          const row = i * stride + p - rows.before;
          if (row < 0 || row >= x.h) continue;
          for (let q = 0; q < size; q++) {
            const column = j * stride + q - columns.before;
            if (column < 0 || column >= x.w) continue;
            const from = (row * x.w + column) * x.c;
            for (let c = 0; c < x.c; c++) {
              const value = x.data[from + c];
              if (!value) continue;
              const weights = ((p * size + q) * x.c + c) * filters;
              for (let o = 0; o < filters; o++) out.data[to + o] += value * kernel[weights + o];
            }
          }
        }
        for (let o = 0; o < filters; o++) if (out.data[to + o] < 0) out.data[to + o] = 0; // ReLU
      }
    return out;
  };

  // The largest of each 2x2 window, and where it stood.
  const pool = (x) => {
    const [h, w] = [x.h >> 1, x.w >> 1];
    const out = { h, w, c: x.c, data: new Float32Array(h * w * x.c), from: new Int32Array(h * w * x.c) };
    for (let i = 0; i < h; i++)
      for (let j = 0; j < w; j++)
        for (let c = 0; c < x.c; c++) {
          const places = [0, 1].flatMap((p) => [0, 1].map((q) => ((2 * i + p) * x.w + 2 * j + q) * x.c + c));
          const best = places.reduce((a, b) => (x.data[b] > x.data[a] ? b : a));
          const to = (i * w + j) * x.c + c;
          out.data[to] = x.data[best];
          out.from[to] = best;
        }
    return out;
  };

  const dense = (x, { kernel, bias }) =>
    Array.from(bias, (b, k) => {
      let sum = b;
      for (let i = 0; i < x.length; i++) sum += x[i] * kernel[i * bias.length + k];
      return sum;
    });
  const softmax = (logits) => {
    const powers = logits.map((z) => Math.exp(z - Math.max(...logits)));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((p) => p / total);
  };

  // What the network says of a picture (96x96x3, 0 to 255), with its last feature map.
  const forward = ({ convs, head }, pixels, side) => {
    let x = { h: side, w: side, c: 3, data: Float32Array.from(pixels, (v) => v / 255) };
    convs.slice(0, -1).forEach((layer) => (x = conv(x, layer)));
    const features = conv(pool(x), convs.at(-1));
    const pooled = pool(features);
    const logits = dense(pooled.data, head);
    return { logits, probabilities: softmax(logits), features, pooled };
  };

  // The gradient of a logit with respect to the last feature map: each weight of the head goes back
  // to the place that its window was read from.
  const gradient = ({ head }, { features, pooled }, k) => {
    const out = new Float32Array(features.data.length);
    for (let i = 0; i < pooled.data.length; i++) out[pooled.from[i]] += head.kernel[i * head.bias.length + k];
    return out;
  };

  const map = ({ h, w, c, data }, weightAt) =>
    Float32Array.from({ length: h * w }, (_, place) => {
      let sum = 0;
      for (let o = 0; o < c; o++) sum += weightAt(place, o) * data[place * c + o];
      return Math.max(sum, 0);
    });
  const gradCam = (network, seen, k) => {
    const { h, w, c } = seen.features;
    const slopes = gradient(network, seen, k);
    const means = new Float32Array(c);
    slopes.forEach((slope, i) => (means[i % c] += slope / (h * w)));
    return map(seen.features, (_, o) => means[o]);
  };
  const hiResCam = (network, seen, k) => {
    const slopes = gradient(network, seen, k);
    return map(seen.features, (place, o) => slopes[place * seen.features.c + o]);
  };

  return { decode, conv, pool, forward, gradCam, hiResCam };
})();
