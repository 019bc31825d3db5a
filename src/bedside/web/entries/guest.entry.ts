/** The page of a guest: waiting to be admitted, the call, its end. */
import { startGuestPage } from "../calls/guest_page";
import { startForms } from "../components/forms";
import { followWhiteboard } from "../whiteboard/follow";

startForms();
const root = document.querySelector<HTMLElement>("[data-guest-page]");
if (root) startGuestPage(root, followWhiteboard);
