// The graph of claims: one box is in the order of the keyboard, arrows go to the nearest.

const boxes = [...document.querySelectorAll(".graph a")];
const centres = new Map(boxes.map(box => {
  const { x, y, width, height } = box.querySelector("rect");
  return [box, [x, y, width, height].map(length => length.baseVal.value)];
}));

function nearest(from, [right, down]) {
  const [x, y] = centres.get(from);
  let best = null;
  let least = Infinity;
  for (const [box, [boxX, boxY]] of centres) {
    const along = right * (boxX - x) + down * (boxY - y);
    const aside = Math.abs(down * (boxX - x)) + Math.abs(right * (boxY - y));
    // what lies straight ahead comes before what lies near
    const distance = along + 3 * aside;
    if (along > 0 && distance < least) [best, least] = [box, distance];
  }
  return best;
}

function stopAt(box) {
  for (const other of boxes) other.setAttribute("tabindex", other === box ? "0" : "-1");
}

for (const box of boxes) {
  box.addEventListener("focus", () => stopAt(box));
  box.addEventListener("keydown", event => {
    const way = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    const next = nearest(box, way);
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  });
}
