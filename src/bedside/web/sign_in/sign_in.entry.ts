/** Sign-in, second factors and set-up. */
import { startPasskeys } from "./passkeys";
import { startTimeZone } from "./time_zone";

startPasskeys();
startTimeZone();
