/** Pages with a button for passkeys. */
import { startPasskeys } from "../sign_in/passkeys";

startPasskeys();
