/** The staff console: behaviours of the components. Live parts are in ts/live, ts/files, ts/photos. */
import "htmx.org";
import { startDateOfBirth } from "../components/date_of_birth";
import { startDialogs } from "../components/dialogs";
import { startDropZones } from "../components/drop_zones";
import { startBusyRequests, startForms } from "../components/forms";
import { startKeys } from "../components/keys";
import { startMenus } from "../components/menus";
import { startPalette } from "../components/palette";
import { startPanel } from "../components/panel";
import { startTheme } from "../components/theme";
import { startTimes } from "../components/times";
import { startToasts } from "../components/toasts";
import { startLive } from "../live/start";

startMenus();
startDialogs();
startPalette();
startKeys();
startPanel();
startToasts();
startTimes();
startForms();
startBusyRequests();
startDropZones();
startDateOfBirth();
startTheme();
startLive();
