// Sets the remembered theme before anything is drawn: no flash of the other one. `theme.js` offers the choice.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser may keep nothing; the system's theme will do.
}
