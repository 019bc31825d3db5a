/** Sign-in, second factors and set-up. */
import { startPasskeys } from "../sign_in/passkeys";
import { startTimeZone } from "../sign_in/time_zone";

startPasskeys();
startTimeZone();
