// The switch between light and dark, and back to what the system says.

const NEXT = { auto: "light", light: "dark", dark: "auto" };
const NAMES = { auto: "as the system has it", light: "light", dark: "dark" };

export function startThemeSwitch(button) {
  const root = document.documentElement;
  const tell = () => {
    const theme = root.dataset.theme ?? "auto";
    button.dataset.shown = theme;
    button.textContent = theme === "auto" ? "Auto" : theme === "light" ? "Light" : "Dark";
    button.title = `Colours: ${NAMES[theme]}. Press for: ${NAMES[NEXT[theme]]}.`;
    button.setAttribute("aria-label", button.title);
    document.dispatchEvent(new Event("themechange"));
  };
  button.addEventListener("click", () => {
    const theme = NEXT[root.dataset.theme ?? "auto"];
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    remember(theme);
    tell();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  tell();
}

function remember(theme) {
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // A browser may keep nothing; the choice then holds for this page.
  }
}
