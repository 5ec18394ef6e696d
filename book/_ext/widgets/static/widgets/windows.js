// Where windows lie and what they add up to: cnnbook.geometry and cnnbook.convolution, for small
// matrices. tests/widgets/test_arithmetic.py compares the two on random cases.
globalThis.Windows = (() => {
  "use strict";

  const range = (count) => Array.from({ length: count }, (_, i) => i);
  const matrix = (rows, columns, cell) =>
    range(rows).map((i) => range(columns).map((j) => cell(i, j)));

  // Zeros before and after an axis. "same" is TensorFlow's: the extra zero goes after.
  const zeros = (size, extent, stride, padding) => {
    if (Array.isArray(padding)) return padding;
    if (padding === "valid") return [0, 0];
    if (padding === "full") return [extent - 1, extent - 1];
    const total = Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };

  // One axis under a sliding window, as cnnbook.geometry.Axis; no window when the kernel does not
  // fit.
  const axis = ({ size, kernel, stride = 1, dilation = 1, padding = "valid" }) => {
    const extent = dilation * (kernel - 1) + 1;
    const [before, after] = zeros(size, extent, stride, padding);
    const count = Math.max(0, Math.floor((size + before + after - extent) / stride) + 1);
    const place = (window, tap) => window * stride + tap * dilation - before;
    const reads = new Set(range(count).flatMap((o) => range(kernel).map((tap) => place(o, tap))));
    const unread = range(size).filter((i) => !reads.has(i));
    return { size, kernel, stride, dilation, before, after, extent, count, place, reads, unread };
  };

  const axes = (image, kernel, settings) => [
    axis({ ...settings, size: image.length, kernel: kernel.length }),
    axis({ ...settings, size: image[0].length, kernel: kernel[0].length }),
  ];

  const halfTurn = (kernel) => kernel.map((row) => row.toReversed()).toReversed();

  // A mirror that does not repeat the edge, as numpy.pad(mode="reflect").
  const mirrored = (i, size) => {
    const period = Math.max(2 * (size - 1), 1);
    const at = ((i % period) + period) % period;
    return at < size ? at : period - at;
  };
  const BORDERS = {
    zero: (image, i, j) => image[i]?.[j] ?? 0,
    reflect: (image, i, j) => image[mirrored(i, image.length)][mirrored(j, image[0].length)],
  };

  // The products under the window of output cell (i, j), in reading order.
  const products = (image, kernel, [rows, columns], i, j, border = "zero") =>
    kernel.flatMap((weights, p) =>
      weights.map((weight, q) => {
        const [row, column] = [rows.place(i, p), columns.place(j, q)];
        return { row, column, p, q, weight, value: BORDERS[border](image, row, column) };
      })
    );

  const sum = (terms) => terms.reduce((total, { value, weight }) => total + value * weight, 0);

  const correlate = (image, kernel, places, border) =>
    matrix(places[0].count, places[1].count, (i, j) =>
      sum(products(image, kernel, places, i, j, border))
    );

  // What an unsigned 8-bit integer keeps of a whole number.
  const uint8 = (number) => ((number % 256) + 256) % 256;

  // Gradients of sum(g * correlate(x, w)) by w and by x: every product x w of an output hands g x
  // to its w and g w to its x.
  const gradients = (x, w, g, places) => {
    const dw = matrix(w.length, w[0].length, () => 0);
    const dx = matrix(x.length, x[0].length, () => 0);
    g.forEach((line, i) =>
      line.forEach((upstream, j) => {
        for (const { row, column, p, q, value, weight } of products(x, w, places, i, j)) {
          dw[p][q] += upstream * value;
          if (dx[row]?.[column] !== undefined) dx[row][column] += upstream * weight;
        }
      })
    );
    return { dw, dx };
  };

  // A 1x1 convolution with a bias at every pixel: (pixels, c), (c, o), (o) -> (pixels, o).
  const pointwise = (pixels, weights, bias) =>
    pixels.map((pixel) =>
      bias.map((b, o) => pixel.reduce((total, value, c) => total + value * weights[c][o], b))
    );
  const relu = (pixels) => pixels.map((pixel) => pixel.map((value) => Math.max(value, 0)));

  // Whether a straight line keeps two points from two others: the segments must not meet.
  const side = ([ax, ay], [bx, by], [cx, cy]) =>
    Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
  const isOn = (a, b, c) =>
    side(a, b, c) === 0 &&
    [0, 1].every((x) => Math.min(a[x], b[x]) <= c[x] && c[x] <= Math.max(a[x], b[x]));
  const separable = ([a, b], [c, d]) => {
    const touches = isOn(a, b, c) || isOn(a, b, d) || isOn(c, d, a) || isOn(c, d, b);
    const crosses =
      side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
    return !touches && !crosses;
  };

  return {
    range, matrix, axis, axes, halfTurn, products, sum, correlate, uint8, gradients, pointwise, relu,
    separable,
  };
})();
