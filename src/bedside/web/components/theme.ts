/** Light, dark or as the device. Stored in a cookie, so that the server writes it into the page. */
const YEAR_SECONDS = 31_536_000;

export function chooseTheme(choice: string): void {
  const root = document.documentElement;
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;
  else delete root.dataset.theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: browsers that we serve have no cookieStore
  document.cookie = `theme=${root.dataset.theme ?? ""}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

export function startTheme(): void {
  document.addEventListener("click", (event) => {
    const choice = (event.target as Element).closest<HTMLElement>("[data-theme-choice]")?.dataset.themeChoice;
    if (choice !== undefined) chooseTheme(choice);
  });
}
