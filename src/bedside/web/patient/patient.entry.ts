/** Patient pages: small enhancements of pages that also work without script. */
import { startDateOfBirth } from "../components/date_of_birth";
import { startForms } from "../components/forms";
import { startLanguageChoice } from "../components/language_choice";
import { startWayOut } from "../media/way_out";
import { keepInSight } from "./in_sight";
import { startLookingAgain } from "./looking_again";
import { startOfflineForms } from "./offline_forms";

startDateOfBirth();
startOfflineForms();
startForms();
keepInSight();
startLanguageChoice();
startLookingAgain();
// A visit and a call bring it along with each of their views.
if (!document.querySelector("[data-visit], [data-call-place]")) startWayOut(document);
