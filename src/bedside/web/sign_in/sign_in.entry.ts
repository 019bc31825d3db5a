/** Sign-in, second factors and set-up. */
import { startPasskeys } from "../components/passkeys";
import { startRecoveryCodes } from "./recovery_codes";
import { startTimeZone } from "./time_zone";

startPasskeys();
startRecoveryCodes();
startTimeZone();
