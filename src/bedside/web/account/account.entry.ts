/** One's own account: the switch for notifications of this device. */
import { startPush } from "../live/push";

void startPush();
