// Both errors along the policies: a slider, or a finger on the drawing, moves a point from policy to policy; the page's
// program has drawn the curves and made all words and numbers.  Without this script the first curve and the table stand.
"use strict";
const told = JSON.parse(document.getElementById("data").textContent);
const root = document.querySelector(".tradeoff");
const slider = root.querySelector("input[type=range]");
const planes = [...root.querySelectorAll(".plane")];
const cells = [...root.querySelectorAll("[data-cell]")];
const chosen = (name, or) => root.querySelector(`input[name=${name}]:checked`)?.value ?? or;
const places = {}; // of each curve, where the point was left
let curve = Object.keys(told.curves)[0];
const plane = () => planes.find((p) => !p.hasAttribute("hidden"));
const show = () => {
  const points = told.curves[curve].points;
  const k = +slider.value;
  const side = chosen("side", told.sides[0]);
  for (const p of planes) p.toggleAttribute("hidden", p.dataset.curve !== curve || p.dataset.side !== side);
  const numbers = points[k].numbers[side];
  root.querySelector(".now").textContent = points[k].name;
  for (const cell of cells) {
    const [value, interval] = numbers[cell.dataset.cell];
    cell.querySelector("b").textContent = value;
    cell.querySelector("span").textContent = interval;
  }
  root.querySelector(".price").textContent = points[k].price[side];
  root.querySelector(".who").textContent = told.words[side];
  slider.setAttribute("aria-valuetext", points[k].spoken[side]);
  for (const pt of plane().querySelectorAll(".pt")) {
    const on = +pt.dataset.k === k;
    pt.classList.toggle("on", on);
    pt.querySelector(".said").setAttribute("visibility", on ? "visible" : "hidden");
  }
};
const along = () => {
  places[curve] = slider.value;
  curve = chosen("curve", curve);
  const { points, ends, start } = told.curves[curve];
  slider.max = points.length - 1;
  slider.value = places[curve] ?? start;
  root.querySelectorAll(".ends span").forEach((span, n) => {
    span.textContent = ends[n];
  });
  show();
};
const pick = (e) => {
  const box = plane().getBoundingClientRect();
  const scale = plane().viewBox.baseVal.width / box.width;
  const [x, y] = [(e.clientX - box.left) * scale, (e.clientY - box.top) * scale];
  const far = (pt) => Math.hypot(pt.dataset.x - x, pt.dataset.y - y);
  slider.value = [...plane().querySelectorAll(".pt")].reduce((a, b) => (far(b) < far(a) ? b : a)).dataset.k;
  show();
};
for (const p of planes) {
  p.addEventListener("pointerdown", (e) => {
    p.setPointerCapture(e.pointerId);
    pick(e);
  });
  p.addEventListener("pointermove", (e) => {
    if (e.buttons) pick(e);
  });
}
slider.addEventListener("input", show);
for (const box of root.querySelectorAll("input[type=radio]")) box.addEventListener("change", along);
for (const part of root.querySelectorAll(".moves")) part.hidden = false;
for (const wide of document.querySelectorAll(".scroll")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
slider.value = told.curves[curve].start;
show();
