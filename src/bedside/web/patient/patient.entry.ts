/** Patient pages: small enhancements of pages that also work without script. */
import { startDateOfBirth } from "../components/date_of_birth";
import { startForms } from "../components/forms";
import { startWayOut } from "../media/way_out";
import { startLookingAgain } from "./looking_again";
import { startOfflineForms } from "./offline_forms";

/** What takes the focus is scrolled to where the bar at the foot, however high, does not cover it. */
function keepClearOfTheFoot(): void {
  const foot = document.querySelector<HTMLElement>(".patient-foot");
  if (!foot || !("ResizeObserver" in window)) return;
  const sized = (): void => {
    const height = getComputedStyle(foot).position === "sticky" ? foot.offsetHeight : 0;
    document.documentElement.style.scrollPaddingBlockEnd = `${height + 16}px`;
  };
  new ResizeObserver(sized).observe(foot);
}

startDateOfBirth();
startOfflineForms();
startForms();
keepClearOfTheFoot();
startLookingAgain();
// A visit and a call bring it along with each of their views.
if (!document.querySelector("[data-visit], [data-call-place]")) startWayOut(document);
