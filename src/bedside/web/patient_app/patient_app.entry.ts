/** Every page of the patient's app: passkeys, and what makes it an app on the phone. */

import { startPasskeys } from "../components/passkeys";
import { startDrafts } from "../live/drafts";
import { sendWhatWasLeft } from "../live/left_behind";
import { goOnSending } from "../uploading/going_on";
import { startLeaving } from "../uploading/leaving";
import { startForgetting } from "../uploading/signing_out";
import { startInstalling } from "./install";
import { startPush } from "./push";

startPasskeys();
startForgetting();
startDrafts();
startInstalling();
startPush();
startLeaving();
void goOnSending();
sendWhatWasLeft();
