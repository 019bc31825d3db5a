/** Patient pages: small enhancements of pages that also work without script. */
import { startDateOfBirth } from "../components/date_of_birth";
import { startForms } from "../components/forms";

startDateOfBirth();
startForms();
