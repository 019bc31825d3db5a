/** The apps of the call window, by the names of bedside/calls/apps; each is loaded when it is opened. */
import type { AppModules } from "../calls/apps_panel";

export const APPS: AppModules = {};
