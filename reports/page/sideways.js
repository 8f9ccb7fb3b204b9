// A table that is wider than its place says which columns are out of sight to either side, and leads there.
const sideways = (root) => {
  const MOST_NAMED = 3;
  const named = (heads) => {
    const names = heads.map((head) => head.firstChild.textContent);
    return names.length > MOST_NAMED ? `${names.slice(0, MOST_NAMED - 1).join(", ")} and ${names.length - MOST_NAMED + 1} more` : names.join(", ");
  };
  for (const box of root.querySelectorAll(".scroll")) {
    const heads = [...box.querySelectorAll("thead th")];
    const staying = heads.find((head) => getComputedStyle(head).position === "sticky");
    const start = () => (staying ? staying.getBoundingClientRect().right : box.getBoundingClientRect().left);
    const ways = ["left", "right"].map((side) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title: `Columns to the ${side}` });
      button.addEventListener("click", () => {
        const most = box.getBoundingClientRect().right - start();
        box.scrollBy({ left: side === "left" ? -most : most });
      });
      return { side, button };
    });
    const bar = document.createElement("div");
    bar.className = "beyond";
    bar.append(...ways.map(({ button }) => button));
    box.before(bar);
    const beyond = (side, { left, right }) => (side === "left" ? box.scrollLeft > 0 && left < start() - 1 : right > box.getBoundingClientRect().right + 1);
    const look = () => {
      bar.hidden = box.scrollWidth <= box.clientWidth;
      for (const { side, button } of ways) {
        const out = heads.filter((head) => head !== staying && beyond(side, head.getBoundingClientRect()));
        button.textContent = side === "left" ? `← ${named(out)}` : `${named(out)} →`;
        button.classList.toggle("none", !out.length);
      }
    };
    box.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(box);
  }
};
