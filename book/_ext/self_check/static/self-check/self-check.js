// Marks the questions of a page (see the directive beside this). The page says what is asked and
// what the answer is; the fields are made here, since without this script they would do nothing.
(() => {
  "use strict";

  const WORDS = {
    fa: {
      answer: "پاسخ شما",
      check: "بررسی",
      right: "درست است.",
      wrong: "هنوز درست نیست؛ دوباره بکوشید یا پاسخ را باز کنید.",
      cells: (right, all) => `${right} خانه از ${all} خانه درست است.`,
      cell: (row, column) => `سطر ${row}، ستون ${column}`,
      cellMark: { right: "درست", wrong: "نادرست" },
      up: "بالاتر",
      down: "پایین‌تر",
      moved: (place, all) => `جای ${place} از ${all}`,
      form: {
        number: "این نوشته را نتوانستم عدد بخوانم. نمونه: ۹٫۷۵ یا ۳۹/۴ یا −۳۰",
        list: "این نوشته را نتوانستم فهرستی از عددهای صحیح بخوانم. نمونه: ۹، ۲",
        shape: "این نوشته را نتوانستم شکل یک آرایه بخوانم. نمونه: 14×14×32",
        matrix: "همهٔ خانه‌ها را با عدد پر کنید؛ خانه‌های مانده نشان‌دار شده‌اند.",
        polynomial: "این نوشته را نتوانستم چندجمله‌ای بخوانم. نمونه: 12H + 3",
        choice: "نخست یکی را برگزینید.",
      },
      length: (given, wanted) => `${given} عدد نوشته‌اید؛ پاسخ ${wanted} عدد دارد.`,
    },
    en: {
      answer: "Your answer",
      check: "Check",
      right: "Correct.",
      wrong: "Not yet; try again or open the solution.",
      cells: (right, all) => `${right} of ${all} cells are right.`,
      cell: (row, column) => `row ${row}, column ${column}`,
      cellMark: { right: "right", wrong: "wrong" },
      up: "Move up",
      down: "Move down",
      moved: (place, all) => `place ${place} of ${all}`,
      form: {
        number: "That does not read as a number. Write, for example, 9.75 or 39/4 or −30.",
        list: "That does not read as a list of whole numbers. Write, for example, 9, 2.",
        shape: "That does not read as a shape. Write, for example, 14×14×32.",
        matrix: "Put a number into every cell; those that lack one are marked.",
        polynomial: "That does not read as a polynomial. Write, for example, 12H + 3.",
        choice: "Choose one first.",
      },
      length: (given, wanted) => `You wrote ${given} numbers; the answer has ${wanted}.`,
    },
  };
  const language = document.documentElement.lang === "fa" ? "fa" : "en";
  const words = WORDS[language];
  const count = new Intl.NumberFormat(language).format;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // Nearly all answers are exact; a relative 1e-9 forgives what binary fractions lose.
  const near = (a, b, tolerance = 0) =>
    Math.abs(a - b) <= Math.max(tolerance, 1e-9 * Math.max(1, Math.abs(b)));
  const nearAll = (a, b, tolerance) =>
    a.length === b.length && a.every((value, i) => near(value, b[i], tolerance));

  const LISTS = ["list", "shape"];
  // A field shows itself, reads what was typed (null: a wrong form), and compares it.
  const written = (kind, read, equal) => (check) => {
    const input = element("input", { type: "text", dir: "ltr", autocomplete: "off" });
    if (check.kind === "number") input.inputMode = "text"; // a numeric pad has no minus, no slash
    return {
      parts: [element("label", {}, `${words.answer} `, input)],
      read: () => read(input.value),
      isEmpty: () => !input.value.trim(),
      equal: (given, value) => equal(given, value, check),
      complaint: (given) =>
        LISTS.includes(kind) && given.length !== check.answer.length
          ? words.length(count(given.length), count(check.answer.length))
          : null,
    };
  };

  const matrix = (check) => {
    const [rows, columns] = [check.answer.length, check.answer[0].length];
    const inputs = check.answer.map((row, i) =>
      row.map((_, j) =>
        element("input", {
          type: "text",
          dir: "ltr",
          autocomplete: "off",
          ariaLabel: words.cell(count(i), count(j)),
        })
      )
    );
    const grid = element(
      "div",
      { dir: "ltr", className: "cells" },
      ...inputs.map((row) => element("div", {}, ...row))
    );
    grid.setAttribute("role", "group");
    grid.ariaLabel = words.answer;
    const place = (target) => {
      const i = inputs.findIndex((row) => row.includes(target));
      return [i, inputs[i].indexOf(target)];
    };
    grid.addEventListener("keydown", (event) => {
      const [i, j] = place(event.target);
      const { selectionStart, selectionEnd, value } = event.target;
      const moves = {
        ArrowUp: [i - 1, j],
        ArrowDown: [i + 1, j],
        ArrowLeft: selectionEnd === 0 && [i, j - 1],
        ArrowRight: selectionStart === value.length && [i, j + 1],
      };
      const next = moves[event.key] && inputs[moves[event.key][0]]?.[moves[event.key][1]];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
    // A whole matrix pasted into one cell fills the cells from there on.
    grid.addEventListener("paste", (event) => {
      const given = Typed.matrix(event.clipboardData.getData("text"));
      if (!given || given.flat().length < 2) return;
      event.preventDefault();
      const [top, left] = place(event.target);
      given.forEach((row, i) =>
        row.forEach((value, j) => {
          const input = inputs[top + i]?.[left + j];
          if (input) input.value = String(value).replace("-", "−");
        })
      );
      grid.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const mark = (input, name) => {
      input.classList.toggle("right", name === "right");
      input.classList.toggle("wrong", name === "wrong");
      input.ariaInvalid = name === "wrong" ? "true" : null;
      const [i, j] = place(input);
      const label = words.cell(count(i), count(j));
      input.ariaLabel = name ? `${label}: ${words.cellMark[name]}` : label;
    };
    const readings = () => inputs.map((row) => row.map((input) => Typed.number(input.value)));
    const cellEqual = (given, value) =>
      given.some((reading) => near(reading, value, check.tolerance));
    return {
      parts: [grid],
      read() {
        const given = readings();
        given.forEach((row, i) =>
          row.forEach((cell, j) => mark(inputs[i][j], cell === null ? "wrong" : null))
        );
        return given.flat().includes(null) ? null : given;
      },
      isEmpty: () => inputs.flat().every((input) => !input.value.trim()),
      // What stands in some of the cells, if they make a matrix: who wants no border has a smaller one.
      part() {
        const filled = inputs.map((row) => row.flatMap(({ value }, j) => (value.trim() ? [j] : [])));
        const used = filled.filter((columns) => columns.length);
        const whole = used.every((columns) => String(columns) === String(used[0]));
        const given = readings().flatMap((row, i) => (filled[i].length ? [filled[i].map((j) => row[j])] : []));
        return whole && !given.flat().includes(null) ? given : null;
      },
      equal: (given, value) =>
        given.length === value.length &&
        given.every((row, i) =>
          row.length === value[i].length && row.every((cell, j) => cellEqual(cell, value[i][j]))),
      report(given) {
        const marks = given.map((row, i) => row.map((cell, j) => cellEqual(cell, check.answer[i][j])));
        marks.forEach((row, i) =>
          row.forEach((right, j) => mark(inputs[i][j], right ? "right" : "wrong"))
        );
        const right = marks.flat().filter(Boolean).length;
        return words.cells(count(right), count(rows * columns));
      },
      forget: () => inputs.flat().forEach((input) => mark(input, null)),
    };
  };

  let groups = 0;
  const choice = (check, block) => {
    const name = `self-check-${groups++}`;
    const items = [...block.querySelectorAll(".choices > li")];
    const inputs = items.map((item) => {
      const input = element("input", { type: "radio", name, value: item.dataset.value });
      const label = element("label", {}, input, ...item.childNodes);
      item.append(label);
      return input;
    });
    const group = element("fieldset", {}, element("legend", {}, words.answer));
    group.append(items[0].parentElement);
    return {
      parts: [group],
      read: () => inputs.find((input) => input.checked)?.value ?? null,
      isEmpty: () => false,
      equal: (given, value) => given === value,
    };
  };

  const order = (check, block, announce) => {
    const listed = block.querySelector(".order");
    const items = [...listed.children];
    const buttons = (item) =>
      [
        ["up", "↑", () => item.previousElementSibling?.before(item)],
        ["down", "↓", () => item.nextElementSibling?.after(item)],
      ].map(([way, arrow, move]) => {
        const button = element("button", {
          type: "button",
          className: "btn btn-sm",
          textContent: arrow,
          ariaLabel: `${words[way]}: ${item.innerText.trim()}`,
        });
        button.addEventListener("click", () => {
          move();
          button.focus();
          button.dispatchEvent(new Event("input", { bubbles: true }));
          const place = [...listed.children].indexOf(item) + 1;
          announce(words.moved(count(place), count(items.length)));
        });
        return button;
      });
    for (const item of items) item.append(element("span", { className: "moves" }, ...buttons(item)));
    return {
      parts: [listed],
      read: () => [...listed.children].map((item) => item.dataset.value),
      isEmpty: () => false,
      equal: (given, value) => given.every((key, i) => key === value[i]),
    };
  };

  const anyNear = (readings, value, { tolerance }) =>
    readings.some((reading) => near(reading, value, tolerance));
  const KINDS = {
    number: written("number", Typed.number, anyNear),
    list: written("list", Typed.list, (given, value) => nearAll(given, value)),
    shape: written("shape", Typed.shape, (given, value) => nearAll(given, value)),
    polynomial: written("polynomial", Typed.polynomial, (given, values, { points }) =>
      nearAll(points.map((h) => Typed.at(given, h)), values)
    ),
    matrix,
    choice,
    order,
  };

  const set = (block) => {
    const check = JSON.parse(block.dataset.check);
    const mistakes = [...block.querySelectorAll(".mistake")];
    // Always there, so that a screen reader hears every change of it.
    const verdict = element("div", { className: "verdict" });
    verdict.setAttribute("role", "status");
    const field = KINDS[check.kind](check, block, (text) => verdict.replaceChildren(text));
    const button = element("button", {
      type: "submit",
      className: "btn btn-sm",
      textContent: words.check,
    });
    const form = element("form", { noValidate: true }, ...field.parts, button);

    const show = (state, ...parts) => {
      block.classList.toggle("right", state === "right");
      block.classList.toggle("wrong", state === "wrong");
      verdict.replaceChildren(...parts.map((part) =>
        typeof part === "string" ? element("p", { textContent: part }) : part));
    };
    const said = (value) => {
      const index = check.slips.findIndex((slip) => field.equal(value, slip));
      return index < 0 ? [] : [...mistakes[index].children].map((child) => child.cloneNode(true));
    };

    form.addEventListener("input", () => {
      field.forget?.();
      show(null);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      field.forget?.();
      if (field.isEmpty()) return show(null);
      const given = field.read();
      if (given === null) {
        const part = field.part?.();
        const named = part ? said(part) : [];
        return named.length ? show("wrong", ...named) : show(null, words.form[check.kind]);
      }
      const complaint = field.complaint?.(given);
      if (complaint) return show("wrong", complaint);
      const report = field.report?.(given);
      if (field.equal(given, check.answer)) return show("right", words.right);
      const message = said(given);
      const unnamed = message.length ? [] : [words.wrong];
      show("wrong", ...(report ? [report] : []), ...message, ...unnamed);
    });
    block.append(form, verdict, ...mistakes);
  };

  globalThis.SelfCheck = { set };
  document.addEventListener("DOMContentLoaded", () => {
    for (const block of document.querySelectorAll(".self-check")) set(block);
  });
})();
