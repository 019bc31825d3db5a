/** Ticking files of the list: how many, and what can be done with that many. */
function filled(text: string | undefined, count: number): string {
  return (text ?? "").replace("{count}", String(count));
}

/** Shows the bar below the list if something is ticked; two are needed to compare. */
export function showChosen(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-choosing]");
  const bar = form?.querySelector<HTMLElement>("[data-several]");
  if (!form || !bar) return;
  const count = form.querySelectorAll("input[name=chosen]:checked").length;
  bar.hidden = count === 0;
  const text = bar.querySelector<HTMLElement>("[data-several-count]");
  if (text) text.textContent = filled(count === 1 ? text.dataset.one : text.dataset.many, count);
  const compare = bar.querySelector<HTMLButtonElement>("[data-compare]");
  if (compare) compare.disabled = count !== 2;
}

export function startChoosing(): void {
  document.addEventListener("change", (event) => {
    if ((event.target as Element).matches("input[name=chosen]")) showChosen();
  });
  window.addEventListener("pageshow", showChosen);
  // A download leaves the page where it is, so its form may be submitted again at once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-stays-ready]")) return;
    window.setTimeout(() => {
      delete form.dataset.sending;
      for (const button of form.elements) button.removeAttribute("aria-busy");
    });
  });
  showChosen();
}
