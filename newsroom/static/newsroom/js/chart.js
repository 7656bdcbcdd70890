// One tab stop for all points of a chart: arrows lead from one to the next. Without it the last point and the table do.
(() => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  for (const group of document.querySelectorAll(".points")) {
    const points = [...group.querySelectorAll(".chart__point")];
    group.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      const now = points.indexOf(event.target.closest(".chart__point"));
      if (!step || now < 0) return;
      event.preventDefault();
      const next = points[Math.min(points.length - 1, Math.max(0, now + step))];
      points[now].tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }
})();
