// Loaded in the head, so that the theme a reader chose is there before the first paint.
try {
  const theme = localStorage.theme;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be off. The system's theme is used.
}
