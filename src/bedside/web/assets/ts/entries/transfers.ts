/** File transfer as a page of its own. */
import { startTransfers } from "../transfers/panel";

startTransfers(document);
