/** The inbox: by keys from file to file. Live updates and marking are on every page. */
import { startRowKeys } from "./row_keys";

startRowKeys();
