// Figures: at full size in a dialog, and as files.

const zoom = byId("zoom");
const figures = [...document.querySelectorAll("figure.shown")];
let current = 0;

function showFigure(place) {
  current = (place + figures.length) % figures.length;
  const figure = figures[current];
  const image = figure.querySelector("img");
  byId("large").src = image.src;
  byId("large").alt = image.alt;
  byId("zoom-title").replaceChildren(...figure.querySelector("h3").cloneNode(true).childNodes);
  byId("zoom-caption").replaceChildren(...figure.querySelector("figcaption").cloneNode(true).childNodes);
  byId("large").parentElement.scrollTo(0, 0);
}

figures.forEach((figure, place) => {
  figure.querySelector("button.zoom").addEventListener("click", () => {
    showFigure(place);
    zoom.showModal();
  });
  const download = figure.querySelector("a.download");
  download.href = figure.querySelector("img").src;
});

zoom.addEventListener("keydown", event => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  // where the figure is larger than the window, arrows move in it first
  const large = event.target.closest(".large");
  const wide = large && (large.scrollWidth > large.clientWidth || large.scrollHeight > large.clientHeight);
  if (!step || wide) return;
  event.preventDefault();
  showFigure(current + step);
});
zoom.addEventListener("close", () => figures[current].querySelector("button.zoom").focus());
zoom.addEventListener("click", event => event.target === zoom && zoom.close());
byId("before").addEventListener("click", () => showFigure(current - 1));
byId("after").addEventListener("click", () => showFigure(current + 1));
byId("close").addEventListener("click", () => zoom.close());
