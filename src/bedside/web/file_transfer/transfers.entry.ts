/** File transfer as a page of its own. */
import { startTransfers } from "./panel";

startTransfers(document);
