// One day of a campaign: the slider, or a finger on a chart, moves a line through all charts and fills the tiles.
// All words and numbers are made by the page's program; without this script the page shows the last day.
"use strict";
const told = JSON.parse(document.getElementById("data").textContent);
const slider = document.getElementById("day");
const charts = [...document.querySelectorAll("svg.chart")];
const tiles = [...document.querySelectorAll(".tile")];
const across = (chart, day) => {
  const { first, last, left, right } = chart.dataset;
  return last === first ? (+left + +right) / 2 : +left + ((day - first) / (last - first)) * (right - left);
};
const show = () => {
  const k = +slider.value;
  const day = told.days[k];
  document.getElementById("day-now").textContent = `Day ${day}`;
  slider.setAttribute("aria-valuetext", told.spoken[k]);
  tiles.forEach((tile, n) => {
    const [value, interval, spread] = told.tiles[n][k];
    tile.querySelector("b").textContent = value;
    tile.querySelector(".interval").textContent = interval;
    tile.querySelector(".spread").textContent = spread;
  });
  for (const chart of charts) {
    const line = chart.querySelector(".cursor");
    line.setAttribute("visibility", "visible");
    line.setAttribute("x1", across(chart, day));
    line.setAttribute("x2", across(chart, day));
  }
};
const pick = (chart, x) => {
  const box = chart.getBoundingClientRect();
  const at = ((x - box.left) / box.width) * chart.viewBox.baseVal.width;
  let best = 0;
  told.days.forEach((day, k) => {
    if (Math.abs(across(chart, day) - at) < Math.abs(across(chart, told.days[best]) - at)) best = k;
  });
  slider.value = best;
  show();
};
for (const chart of charts) {
  chart.addEventListener("pointerdown", (e) => {
    chart.setPointerCapture(e.pointerId);
    pick(chart, e.clientX);
  });
  chart.addEventListener("pointermove", (e) => {
    if (e.buttons) pick(chart, e.clientX);
  });
}
slider.addEventListener("input", show);
for (const wide of document.querySelectorAll(".scroll")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
document.querySelector(".one-day").hidden = false;
show();
